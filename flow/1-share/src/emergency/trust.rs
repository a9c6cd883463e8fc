//! Emergency access for those who are alarmed: the data owner of the agency whose records were opened, and the unit's data protection officer.

use askama::Template;
use axum::{
    Router,
    extract::Path,
    routing::{get, post},
};
use base::{Id, kind};
use vault::{Purpose, Reader, Scope, Verb};
use web::{Caller, Choice, Fault, Form, Page, Site, time};

use super::{
    Emergency, EmergencyError, Verdict, acknowledge, end_now, judge, lift, pages::state_words, store, store::For,
};
use crate::{
    agency,
    ask::{
        make::own_permit,
        pages::{Names, unsealed},
    },
    law::law,
    trust,
};

pub(super) fn routes() -> Router<Site> {
    Router::new()
        .route("/trust/emergencies", get(list))
        .route("/trust/emergencies/{id}", get(show))
        .route("/trust/emergencies/{id}/acknowledge", post(saw))
        .route("/trust/emergencies/{id}/end", post(close))
        .route("/trust/emergencies/{id}/judge", post(give_verdict))
        .route("/trust/emergencies/{id}/lift", post(let_again))
}

/// Who is alarmed.
const ALARMED: &[&str] = &["data_owner", "data_protection_officer"];

/// For whom this caller reads: as the unit's officer all of them, else those of their own agency's records.
async fn whose(site: &Site, caller: &Caller) -> Result<For, Fault> {
    caller.needs(ALARMED)?;
    let unit = agency::unit(&site.vault().plain()).await?.filter(|unit| unit.id == caller.agency);
    match unit {
        Some(unit) if caller.has("data_protection_officer") => Ok(For::Unit(unit.id)),
        _ => Ok(For::Owner),
    }
}

async fn reader(site: &Site, caller: &Caller, verb: Verb, scope: Scope) -> Result<Reader, Fault> {
    let permit = own_permit(site.vault(), &caller.actor(), caller.agency, verb, scope, Purpose::Rights).await?;
    Ok(site.vault().read(&permit)?)
}

struct Row {
    href: String,
    title: String,
    owner: String,
    state: String,
    /// What this caller has still to do; empty where nothing.
    todo: &'static str,
}

#[derive(Template)]
#[template(path = "emergency/list.html")]
struct ListPage {
    page: Page,
    tabs: Vec<(&'static str, &'static str, bool)>,
    rows: Vec<Row>,
}

fn to_do(one: &Emergency, officer: bool, owner: bool, now: base::Timestamp) -> &'static str {
    match officer {
        false if owner && one.owner_saw.is_none() => "Acknowledge",
        false => "",
        true if one.is_overdue(now) && one.justified.is_none() && one.judged.is_none() => {
            "Not justified in time: to be judged"
        }
        true if one.judged.is_none() && one.is_ready(now) => "To be judged",
        true if one.judged.is_none() && one.officer_saw.is_none() => "Acknowledge",
        true if one.bars(now) => "Bars its member",
        true => "",
    }
}

async fn list(site: Site, caller: Caller, page: Page) -> web::Result {
    let whose = whose(&site, &caller).await?;
    let reader = reader(&site, &caller, Verb::List, Scope::unit()).await?;
    let officer = whose != For::Owner;
    let found = store::list(&reader, caller.agency, officer).await?;
    let members: Vec<_> = found.iter().map(|one| one.member).collect();
    let names = Names::read(&site, &caller, &members).await?;
    let now = site.now();
    let rows = found.iter().map(|one| Row {
        href: format!("/trust/emergencies/{}", one.id),
        title: format!("{}, {}", names.member(one.member), time::moment(one.opened_at, now)),
        owner: names.agency(one.owner).to_owned(),
        state: state_words(one, now),
        todo: to_do(one, officer, caller.has("data_owner"), now),
    });
    web::render(ListPage {
        rows: rows.collect(),
        tabs: trust::tabs(&caller, "/trust/emergencies"),
        page: page.title("Emergency access"),
    })
}

#[derive(Template)]
#[template(path = "emergency/show.html")]
struct ShowPage {
    page: Page,
    form: Form,
    here: String,
    who: String,
    owner: String,
    danger: &'static str,
    why: String,
    categories: Vec<String>,
    power: String,
    opened: String,
    ends: String,
    clock: Option<time::Clock>,
    justification: String,
    state: String,
    owner_saw: String,
    officer_saw: String,
    judgement: String,
    may_acknowledge: bool,
    may_end: bool,
    may_judge: bool,
    /// From when it can be judged; empty where it can, or is.
    judge_when: String,
    may_lift: bool,
    verdicts: Vec<Choice>,
}

async fn show(site: Site, caller: Caller, page: Page, Path(id): Path<Id<kind::Emergency>>) -> web::Result {
    show_page(&site, &caller, page, Form::empty(), id).await
}

async fn show_page(site: &Site, caller: &Caller, page: Page, form: Form, id: Id<kind::Emergency>) -> web::Result {
    let (whose, now, vault) = (whose(site, caller).await?, site.now(), site.vault());
    let reader = reader(site, caller, Verb::View, Scope::of("emergency", id)).await?;
    let one = store::one(&reader, id, whose).await?.ok_or(Fault::NotFound)?;
    let names = Names::read(site, caller, &[one.member]).await?;
    let said = |at: Option<base::Timestamp>| at.map_or_else(|| "Not yet".to_owned(), time::full);
    let (officer, own) = (whose != For::Owner, one.member == caller.id);
    let good = form.is_good();
    let shown = ShowPage {
        page: page.title("Emergency access").with(&form),
        form,
        here: format!("/trust/emergencies/{id}"),
        who: format!("{}, {}", names.member(one.member), names.agency(one.agency)),
        owner: names.agency(one.owner).to_owned(),
        danger: one.danger.words(),
        why: unsealed(vault, &one.why)?,
        categories: one.categories.iter().map(|code| law().category(code).name).collect(),
        power: law().gateway(one.gateway.as_str()).map_or_else(String::new, |power| power.law.clone()),
        opened: time::full(one.opened_at),
        ends: time::full(one.ends_at),
        clock: one.justified.is_none().then(|| time::Clock::running(one.justify_by, now)),
        justification: one.justified.as_ref().map_or(Ok(String::new()), |(_, words)| unsealed(vault, words))?,
        state: state_words(&one, now),
        owner_saw: said(one.owner_saw),
        officer_saw: said(one.officer_saw),
        judgement: match &one.judged {
            Some((verdict, _, words)) => format!("{}. {}", verdict.words(), unsealed(vault, words)?),
            None => "Not yet".to_owned(),
        },
        may_acknowledge: if officer {
            one.officer_saw.is_none()
        } else {
            one.owner_saw.is_none() && caller.has("data_owner")
        },
        may_end: one.is_open(now) && (officer || caller.has("data_owner")),
        may_judge: officer && !own && one.judged.is_none() && one.is_ready(now),
        judge_when: if officer && !own && one.judged.is_none() && !one.is_ready(now) {
            format!(
                "You can judge it once {} has justified it, or on {}.",
                names.member(one.member),
                time::full(one.justify_by)
            )
        } else {
            String::new()
        },
        may_lift: officer && !own && one.bars(now),
        verdicts: Verdict::ALL.iter().map(|verdict| Choice::new(verdict, verdict.words())).collect(),
    };
    if good { web::render(shown) } else { web::render_errors(shown) }
}

fn here(id: Id<kind::Emergency>) -> String {
    format!("/trust/emergencies/{id}")
}

async fn saw(site: Site, caller: Caller, Path(id): Path<Id<kind::Emergency>>, _: Form) -> web::Result {
    let officer = whose(&site, &caller).await? != For::Owner;
    acknowledge(site.vault(), &caller.actor(), id, officer).await?;
    Ok(web::done(&site, &here(id), "You have acknowledged it"))
}

async fn close(site: Site, caller: Caller, Path(id): Path<Id<kind::Emergency>>, _: Form) -> web::Result {
    let officer = whose(&site, &caller).await? != For::Owner;
    match end_now(site.vault(), &caller.actor(), id, officer).await {
        Ok(()) => Ok(web::done(&site, &here(id), "The records are closed to them")),
        Err(EmergencyError::Done) => Ok(web::done(&site, &here(id), "")),
        Err(error) => Err(error.into()),
    }
}

async fn give_verdict(
    site: Site,
    caller: Caller,
    page: Page,
    Path(id): Path<Id<kind::Emergency>>,
    mut form: Form,
) -> web::Result {
    caller.needs(&["data_protection_officer"])?;
    let verdict = form.choice::<Verdict>("verdict", "Select whether it was proper");
    let words = form.required("reason", 1000, "Enter your reason");
    let (true, Some(verdict), Some(words)) = (form.is_good(), verdict, words) else {
        return show_page(&site, &caller, page, form, id).await;
    };
    match judge(site.vault(), &caller.actor(), id, verdict, &words).await {
        Ok(()) => Ok(web::done(&site, &here(id), "Your judgement is kept")),
        Err(EmergencyError::Done) => Ok(web::done(&site, &here(id), "")),
        Err(error) => Err(error.into()),
    }
}

async fn let_again(site: Site, caller: Caller, Path(id): Path<Id<kind::Emergency>>, _: Form) -> web::Result {
    caller.needs(&["data_protection_officer"])?;
    match lift(site.vault(), &caller.actor(), id).await {
        Ok(()) => Ok(web::done(&site, &here(id), "They can use emergency access again")),
        Err(EmergencyError::Done) => Ok(web::done(&site, &here(id), "")),
        Err(error) => Err(error.into()),
    }
}
