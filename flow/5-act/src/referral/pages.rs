//! The pages of referrals: making one from a moment, and the list in which agencies answer those they were sent.

use std::collections::BTreeMap;

use askama::Template;
use axum::{
    Router,
    extract::Path,
    routing::{get, post},
};
use base::{Id, kind};
use share::api::AgencyKind;
use vault::{Ask, Permit, Purpose, Scope, Verb};
use web::{Caller, ChildFlag, Choice, Fault, Form, Page, Query, Site, time::Clock};

use super::{ANSWER_DAYS, Answer, Given, Need, NewReferral, Referral, ReferralError, State, store};
use crate::{
    contact::pages::{form_key, kept_key, too_late},
    moment::{Agreed, pages::HELPERS, show},
    neighbours,
};

/// The most referrals that a list shows.
const MOST: u32 = 200;

pub(crate) fn routes() -> Router<Site> {
    Router::new()
        .route("/moments/{id}/refer", get(ask).post(save))
        .route("/referrals", get(list))
        .route("/referrals/{id}", get(one))
        .route("/referrals/{id}/answer", post(answer))
}

#[derive(Template)]
#[template(path = "referral/refer.html")]
struct ReferPage {
    page: Page,
    form: Form,
    seen: show::Seen,
    agreed: bool,
    days: u32,
    agencies: Vec<Choice>,
    needs: Vec<Choice>,
}

async fn ask(site: Site, caller: Caller, page: Page, Path(id): Path<Id<kind::Moment>>) -> web::Result {
    match show::Seen::open(&site, &caller, id).await? {
        Some(seen) => {
            let form = Form::of([("form_key", form_key(&site))]);
            refer_page(&site, &caller, page, form, seen).await
        }
        None => Ok(web::done(&site, &format!("/moments/{id}"), "")),
    }
}

/// Those who can be asked to help: every agency but one's own, the unit and the police, who are told in another way.
async fn helpful_agencies(site: &Site, caller: &Caller) -> Result<Vec<share::api::Agency>, Fault> {
    let mut agencies = share::api::agencies(&site.vault().plain()).await?;
    agencies
        .retain(|agency| agency.id != caller.agency && !matches!(agency.kind, AgencyKind::Unit | AgencyKind::Police));
    agencies.retain(|agency| agency.code.as_str() != "open_data"); // a publisher, nobody's help
    Ok(agencies)
}

async fn refer_page(site: &Site, caller: &Caller, page: Page, form: Form, seen: show::Seen) -> web::Result {
    let agencies = helpful_agencies(site, caller).await?;
    let page = page.title("Refer on").with(&form);
    let good = form.is_good();
    let shown = ReferPage {
        page,
        form,
        agreed: seen.moment.reached().is_some_and(|reached| reached.agreed == Agreed::Yes),
        seen,
        days: ANSWER_DAYS,
        agencies: agencies.into_iter().map(|agency| Choice::new(agency.id, agency.name)).collect(),
        needs: Need::ALL.iter().map(|need| Choice::new(need, need.words())).collect(),
    };
    if good { web::render(shown) } else { web::render_errors(shown) }
}

fn given(seen: &show::Seen) -> Given {
    let text =
        |field: &str| seen.record.as_ref().map_or_else(String::new, |record| record.happening().text(field).to_owned());
    Given { name: seen.name.clone(), dob: text("dob"), phone: text("phone"), postcode: text("postcode") }
}

async fn save(site: Site, caller: Caller, page: Page, Path(id): Path<Id<kind::Moment>>, mut form: Form) -> web::Result {
    let Some(seen) = show::Seen::open(&site, &caller, id).await? else { return Err(too_late()) };
    let to = form.choice::<Id<kind::Agency>>("agency", "Select whom you refer to");
    let needs = form.choices::<Need>("needs", "Select at least one need");
    let reason = form.optional("reason", 500);
    let note = form.optional("note", 2000);
    let key = kept_key(&caller, &mut form);
    let known = helpful_agencies(&site, &caller).await?;
    let to = to.filter(|to| known.iter().any(|agency| agency.id == *to));
    if to.is_none() {
        form.refuse("agency", "Select whom you refer to");
    }
    let agreed = seen.moment.reached().is_some_and(|reached| reached.agreed == Agreed::Yes);
    if !agreed && reason.as_ref().is_some_and(String::is_empty) {
        form.refuse("reason", ReferralError::NotAgreed.to_string());
    }
    let (true, Some(to_agency), Some(needs), Some(safeguarding_reason), Some(note), Some(form_key)) =
        (form.is_good(), to, needs, reason, note, key)
    else {
        return refer_page(&site, &caller, page, form, seen).await;
    };
    let permit = show::permit(&site, &caller, Verb::Record, id, seen.opening.purpose).await?;
    let unit = neighbours::unit(&site.vault().plain()).await?.ok_or_else(|| Fault::internal("no unit is set up"))?;
    let new = NewReferral {
        moment: id,
        from_agency: caller.agency,
        to_agency,
        needs,
        note,
        safeguarding_reason,
        given: given(&seen),
        form_key,
    };
    match super::refer(site.vault(), &permit, unit, caller.id, &new).await {
        Ok(_) => Ok(web::done(&site, &format!("/moments/{id}"), "The referral has been sent")),
        Err(ReferralError::None) => Err(Fault::Denied),
        Err(ReferralError::Store(error)) => Err(error.into()),
        Err(error @ ReferralError::NotCovered(_)) => {
            form.refuse("agency", error.to_string());
            refer_page(&site, &caller, page, form, seen).await
        }
        Err(error) => {
            form.refuse("reason", error.to_string());
            refer_page(&site, &caller, page, form, seen).await
        }
    }
}

async fn permit(site: &Site, caller: &Caller, verb: Verb, scope: Scope) -> Result<Permit, Fault> {
    Ok(site
        .vault()
        .permit(Ask {
            actor: caller.actor(),
            verb,
            scope,
            purpose: Purpose::Support,
            facets: neighbours::referral_facets(site.vault()).await?,
            facts: BTreeMap::new(),
        })
        .await?)
}

struct Row {
    id: Id<kind::Referral>,
    name: String,
    flag: ChildFlag,
    agency: String,
    needs: String,
    clock: Option<Clock>,
    state: String,
}

#[derive(Template)]
#[template(path = "referral/list.html")]
struct ListPage {
    page: Page,
    tabs: Vec<(String, String, bool)>,
    ours: bool,
    rows: Vec<Row>,
}

fn row(referral: &Referral, ours: bool, agencies: &BTreeMap<Id<kind::Agency>, String>, now: base::Timestamp) -> Row {
    let other = if ours { referral.to_agency } else { referral.from_agency };
    Row {
        id: referral.id,
        name: referral.given.name.clone(),
        flag: referral.flag(now),
        agency: agencies.get(&other).cloned().unwrap_or_default(),
        needs: referral.needs_words(),
        clock: (referral.state == State::Sent).then(|| Clock::running(referral.answer_by, now)),
        state: referral.state_words(),
    }
}

async fn list(site: Site, caller: Caller, page: Page, Query(query): Query) -> web::Result {
    caller.needs(HELPERS)?;
    let ours = query.has("show", "sent");
    let permit = permit(&site, &caller, Verb::List, Scope::unit()).await?;
    let reader = site.vault().read(&permit)?;
    let found = match ours {
        true => store::from(&reader, caller.agency, MOST).await?,
        false => store::to(&reader, caller.agency, MOST).await?,
    };
    let agencies = neighbours::agency_names(&site.vault().plain()).await?;
    let now = site.now();
    web::render(ListPage {
        page: page.title("Referrals"),
        tabs: vec![
            ("Sent to us".to_owned(), "/referrals".to_owned(), !ours),
            ("Sent by us".to_owned(), "/referrals?show=sent".to_owned(), ours),
        ],
        ours,
        rows: found.iter().map(|referral| row(referral, ours, &agencies, now)).collect(),
    })
}

#[derive(Template)]
#[template(path = "referral/one.html")]
struct OnePage {
    page: Page,
    form: Form,
    referral: Referral,
    from: String,
    to: String,
    made: String,
    flag: ChildFlag,
    mine_to_answer: bool,
    /// The telephone number, as `tel:` has it and as it is read.
    phone: Option<(String, String)>,
    answers: Vec<Choice>,
}

async fn one(site: Site, caller: Caller, page: Page, Path(id): Path<Id<kind::Referral>>) -> web::Result {
    caller.needs(HELPERS)?;
    one_page(&site, &caller, page, Form::empty(), id).await
}

async fn one_page(site: &Site, caller: &Caller, page: Page, form: Form, id: Id<kind::Referral>) -> web::Result {
    let permit = permit(site, caller, Verb::View, Scope::of("referral", id)).await?;
    let reader = site.vault().read(&permit)?;
    let referral = store::by_id(&reader, id).await?.ok_or(Fault::NotFound)?;
    if ![referral.to_agency, referral.from_agency].contains(&caller.agency) {
        return Err(Fault::Denied);
    }
    let agencies = neighbours::agency_names(&site.vault().plain()).await?;
    let name = |id| agencies.get(&id).cloned().unwrap_or_default();
    let page = page.title("Referral").with(&form);
    let good = form.is_good();
    let shown = OnePage {
        page,
        form,
        from: name(referral.from_agency),
        to: name(referral.to_agency),
        made: web::time::full(referral.made_at),
        flag: referral.flag(site.now()),
        mine_to_answer: referral.to_agency == caller.agency && referral.state == State::Sent,
        phone: show::number(&referral.given.phone),
        answers: vec![Choice::new("accepted", "We will help"), Choice::new("declined", "We can’t help")],
        referral,
    };
    if good { web::render(shown) } else { web::render_errors(shown) }
}

async fn answer(
    site: Site,
    caller: Caller,
    page: Page,
    Path(id): Path<Id<kind::Referral>>,
    mut form: Form,
) -> web::Result {
    caller.needs(HELPERS)?;
    let accepted = match form.value("answer") {
        "accepted" => Some(true),
        "declined" => Some(false),
        _ => {
            form.refuse("answer", "Select whether you will help");
            None
        }
    };
    let words = form.optional("words", 1000);
    if accepted == Some(false) && words.as_ref().is_some_and(String::is_empty) {
        form.refuse("words", "Say why you can’t help, so that they can find someone who can");
    }
    let (true, Some(accepted), Some(words)) = (form.is_good(), accepted, words) else {
        return one_page(&site, &caller, page, form, id).await;
    };
    let permit = permit(&site, &caller, Verb::Record, Scope::of("referral", id)).await?;
    let given = Answer { by: caller.id, at: site.now(), words };
    match super::answer(site.vault(), &permit, caller.agency, id, accepted, given).await {
        Ok(()) => Ok(web::done(&site, "/referrals", "Your answer has been sent")),
        Err(ReferralError::Answered) => Err(Fault::Conflict(ReferralError::Answered.to_string())),
        Err(ReferralError::Store(error)) => Err(error.into()),
        Err(ReferralError::None | ReferralError::NotAgreed | ReferralError::NotCovered(_)) => Err(Fault::Denied),
    }
}

impl Referral {
    fn flag(&self, now: base::Timestamp) -> ChildFlag {
        ChildFlag::from(self.given.dob.parse().ok().and_then(|born| base::age_on(born, now.date_in_london())))
    }

    fn needs_words(&self) -> String {
        let words: Vec<&str> = self.needs.iter().map(|need| need.words()).collect();
        words.join("; ")
    }
}
