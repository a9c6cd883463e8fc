//! The pages of asking that need nothing of the person but the reference: sending a question, one's own questions, and those that an
//! agency was asked. One ask beside the record it is about is composed in `app`.

use std::collections::BTreeMap;

use askama::Template;
use axum::{
    Router,
    extract::Path,
    routing::{get, post},
};
use base::{Code, Id, Timestamp, code, kind};
use vault::{Cause, Operation, Purpose, Scope, Vault, Verb};
use web::{Caller, Choice, Fault, Form, Page, Site, time};

use super::{
    AskError, DataAsk, NewAsk, State, ask,
    clock::Hours,
    make::own_permit,
    part::state_words,
    pointer::{ASKERS, BREAKERS, Pointed, UNNAMED, named_in_pointers, resolve, set_named_in_pointers},
    store, take_back, withdraw,
};
use crate::{agency, agreement::purpose_words, decision::power, law::law, member, trust};

pub(crate) fn routes() -> Router<Site> {
    Router::new()
        .route("/asks", get(mine))
        .route("/asks/new/{person}/{way}", get(new).post(send))
        .route("/asks/{id}/withdraw", post(take_question_back))
        .route("/asks/{id}/take-back", post(take_grant_back))
        .route("/trust/asks", get(to_answer))
        .route("/trust/asks/name", post(name_in_pointers))
}

/// Who sees what an agency was asked.
const ANSWERERS: &[&str] = &["data_owner", "data_protection_officer"];
/// The longest reason, in characters.
pub(crate) const WHY: usize = 500;

#[derive(Template)]
#[template(path = "ask/new.html")]
struct NewPage {
    page: Page,
    form: Form,
    purpose: &'static str,
    due: String,
    /// What the service holds; empty where it isn't named, since that would tell which it is.
    categories: Vec<Choice>,
    /// Where one opens the records at once; empty for those who can't.
    emergency: String,
}

/// What of an agency one can ask for, for a purpose.
pub(crate) async fn askable(vault: &Vault, to: Pointed) -> Result<Vec<Code>, Fault> {
    let mut held = agency::supplied_by(&vault.plain(), to.controller).await?;
    held.retain(|category| {
        power::can_be_asked_for(category)
            && !(to.purpose == Purpose::Prevention && law().category(category).in_confidence)
    });
    Ok(held)
}

pub(crate) async fn service_name(vault: &Vault, to: Pointed) -> Result<String, Fault> {
    let known = agency::by_id(&vault.plain(), to.controller).await?.filter(|_| to.named);
    Ok(known.map_or_else(|| UNNAMED.to_owned(), |agency| agency.name))
}

async fn new_page(
    site: &Site,
    caller: &Caller,
    page: Page,
    form: Form,
    path: (&str, &str),
    to: Pointed,
) -> web::Result {
    let vault = site.vault();
    let held = askable(vault, to).await?;
    let categories = held.iter().filter(|_| to.named).map(|code| Choice::new(code, law().category(code).name));
    let breaks = to.purpose != Purpose::Prevention && BREAKERS.iter().any(|duty| caller.has(duty));
    let due = Hours::read(&vault.plain()).await?.answer_by(to.purpose, site.now());
    let name = service_name(vault, to).await?;
    let title = if to.named { format!("Ask {name}") } else { "Ask this service".to_owned() };
    let good = form.is_good();
    let shown = NewPage {
        page: page.title(title).with(&form),
        purpose: purpose_words(to.purpose),
        due: time::moment(due, site.now()),
        categories: categories.collect(),
        emergency: if breaks { format!("/emergencies/new/{}/{}", path.0, path.1) } else { String::new() },
        form,
    };
    if good { web::render(shown) } else { web::render_errors(shown) }
}

pub(crate) fn form_key(site: &Site) -> String {
    hex::encode(site.random().bytes::<16>())
}

async fn new(
    site: Site,
    caller: Caller,
    page: Page,
    Path((person, way)): Path<(Id<kind::Person>, String)>,
) -> web::Result {
    caller.needs(ASKERS)?;
    let to = resolve(site.vault(), caller.id, person, &way).await?.ok_or(Fault::NotFound)?;
    let mut form = Form::of([("form_key", form_key(&site))]);
    for category in askable(site.vault(), to).await? {
        form.put("categories", category.to_string());
    }
    new_page(&site, &caller, page, form, (&person.to_string(), &way), to).await
}

async fn send(
    site: Site,
    caller: Caller,
    page: Page,
    Path((person, way)): Path<(Id<kind::Person>, String)>,
    mut form: Form,
) -> web::Result {
    caller.needs(ASKERS)?;
    let to = resolve(site.vault(), caller.id, person, &way).await?.ok_or(Fault::NotFound)?;
    let why = form.required("why", WHY, "Enter why you need it");
    let categories = if to.named {
        form.choices::<Code>("categories", "Choose what you ask for")
    } else {
        Some(askable(site.vault(), to).await?)
    };
    let form_key = form.value("form_key").to_owned();
    let (true, Some(why), Some(categories), 32) = (form.is_good(), why, categories, form_key.len()) else {
        return new_page(&site, &caller, page, form, (&person.to_string(), &way), to).await;
    };
    let question =
        NewAsk { person, owner: to.controller, named: to.named, categories, purpose: to.purpose, why, form_key };
    let id = ask(site.vault(), &caller.actor(), &question).await?;
    Ok(web::done(&site, &format!("/asks/{id}"), "Your request has been sent"))
}

/// A line of a list of asks.
struct Row {
    href: String,
    title: String,
    clock: Option<time::Clock>,
    state: String,
    why: String,
    /// An answer that the asker has not seen.
    news: bool,
}

#[derive(Template)]
#[template(path = "ask/mine.html")]
struct MinePage {
    page: Page,
    rows: Vec<Row>,
    /// Whether this member may open records in an emergency.
    breaks: bool,
}

/// The names of members and agencies, for lists.
pub(crate) struct Names {
    members: BTreeMap<Id<kind::Member>, String>,
    agencies: BTreeMap<Id<kind::Agency>, String>,
}

impl Names {
    pub(crate) async fn read(site: &Site, caller: &Caller, members: &[Id<kind::Member>]) -> Result<Self, Fault> {
        let vault = site.vault();
        let staff = vault.staff(&caller.actor(), Purpose::Administration, code!("names_read")).await?;
        let agencies = agency::all(&vault.plain()).await?;
        Ok(Self {
            members: member::names(&staff, members).await?,
            agencies: agencies.into_iter().map(|agency| (agency.id, agency.name)).collect(),
        })
    }

    pub(crate) fn member(&self, id: Id<kind::Member>) -> &str {
        self.members.get(&id).map_or("Somebody who has left", String::as_str)
    }

    pub(crate) fn agency(&self, id: Id<kind::Agency>) -> &str {
        self.agencies.get(&id).map_or("An agency", String::as_str)
    }
}

/// Words that were sealed.
pub(crate) fn unsealed(vault: &Vault, sealed: &str) -> Result<String, Fault> {
    Ok(String::from_utf8_lossy(&vault.unseal(sealed)?).into_owned())
}

fn clock(ask: &DataAsk, now: Timestamp) -> Option<time::Clock> {
    (ask.state == State::Waiting).then(|| time::Clock::running(ask.answer_by, now))
}

async fn mine(site: Site, caller: Caller, page: Page) -> web::Result {
    caller.needs(ASKERS)?;
    let vault = site.vault();
    let permit =
        own_permit(vault, &caller.actor(), caller.agency, Verb::List, Scope::unit(), Purpose::Safeguarding).await?;
    let asks = store::mine(&vault.read(&permit)?, caller.id).await?;
    let names = Names::read(&site, &caller, &[]).await?;
    let now = site.now();
    let rows = asks.iter().map(|ask| {
        let service = if ask.named { names.agency(ask.owner) } else { UNNAMED };
        Ok(Row {
            href: format!("/asks/{}", ask.id),
            title: format!("{service}, asked {}", time::moment(ask.asked_at, now)),
            clock: clock(ask, now),
            state: state_words(ask, now),
            why: unsealed(vault, &ask.why)?,
            news: ask.seen_at.is_none()
                && matches!(ask.state, State::Granted(_) | State::Refused(_) | State::Expired { .. }),
        })
    });
    web::render(MinePage {
        rows: rows.collect::<Result<_, Fault>>()?,
        breaks: BREAKERS.iter().any(|duty| caller.has(duty)),
        page: page.title("What you asked"),
    })
}

#[derive(Template)]
#[template(path = "ask/to_answer.html")]
struct AnswerPage {
    page: Page,
    tabs: Vec<(&'static str, &'static str, bool)>,
    owner: bool,
    waiting: Vec<Row>,
    answered: Vec<Row>,
    /// For a data protection officer: what is overdue, as (who was asked, by whom, since when).
    late: Option<Vec<(String, String, time::Clock)>>,
    named: bool,
    agency: String,
}

async fn to_answer(site: Site, caller: Caller, page: Page) -> web::Result {
    caller.needs(ANSWERERS)?;
    let (vault, now, owner) = (site.vault(), site.now(), caller.has("data_owner"));
    let permit = own_permit(vault, &caller.actor(), caller.agency, Verb::List, Scope::unit(), Purpose::Rights).await?;
    let reader = vault.read(&permit)?;
    let (waiting, answered) = match owner {
        true => (store::to_answer(&reader, caller.agency).await?, store::answered(&reader, caller.agency).await?),
        false => (Vec::new(), Vec::new()),
    };
    let late = match caller.has("data_protection_officer") {
        true => {
            let is_unit = agency::unit(&vault.plain()).await?.is_some_and(|unit| unit.id == caller.agency);
            Some(store::late(&reader, caller.agency, is_unit, now).await?)
        }
        false => None,
    };
    let askers: Vec<_> = waiting.iter().chain(&answered).map(|ask| ask.asker).collect();
    let names = Names::read(&site, &caller, &askers).await?;
    let row = |ask: &DataAsk| {
        Ok(Row {
            href: format!("/asks/{}", ask.id),
            title: format!("{}, {}", names.member(ask.asker), names.agency(ask.asker_agency)),
            clock: clock(ask, now),
            state: state_words(ask, now),
            why: unsealed(vault, &ask.why)?,
            news: false,
        })
    };
    let rows = |asks: &[DataAsk]| asks.iter().map(row).collect::<Result<Vec<_>, Fault>>();
    let overdue = |ask: &DataAsk| {
        let clock = time::Clock::running(ask.answer_by, now);
        (names.agency(ask.owner).to_owned(), names.agency(ask.asker_agency).to_owned(), clock)
    };
    web::render(AnswerPage {
        page: page.title("Requests between agencies"),
        tabs: trust::tabs(&caller, "/trust/asks"),
        owner,
        waiting: rows(&waiting)?,
        answered: rows(&answered)?,
        late: late.map(|late| late.iter().map(overdue).collect()),
        named: named_in_pointers(&vault.plain(), caller.agency).await?,
        agency: caller.agency_name.clone(),
    })
}

/// The data owner lets their agency be named where it is said that it knows somebody, or not.
async fn name_in_pointers(site: Site, caller: Caller, form: Form) -> web::Result {
    caller.needs(&["data_owner"])?;
    let named = form.value("named") == "yes";
    let cause = Cause {
        actor: caller.actor(),
        purpose: Purpose::Administration,
        operation: Operation::Administration,
        act: code!("pointer_name_set"),
        scope: Scope::of("agency", caller.agency),
    };
    let mut change = site.vault().change(cause).await?;
    set_named_in_pointers(&mut change, caller.agency, named).await?;
    change.note("named", named);
    change.commit().await?;
    let said = if named { "Your agency is named in pointers" } else { "Your agency is not named in pointers" };
    Ok(web::done(&site, "/trust/asks", said))
}

async fn take_question_back(site: Site, caller: Caller, Path(id): Path<Id<kind::Ask>>, _: Form) -> web::Result {
    caller.needs(ASKERS)?;
    match withdraw(site.vault(), &caller.actor(), id).await {
        Ok(()) => Ok(web::done(&site, "/asks", "Your request has been withdrawn")),
        Err(AskError::Settled) => Ok(web::done(&site, &format!("/asks/{id}"), "")),
        Err(error) => Err(error.into()),
    }
}

async fn take_grant_back(site: Site, caller: Caller, Path(id): Path<Id<kind::Ask>>, _: Form) -> web::Result {
    caller.needs(&["data_owner"])?;
    match take_back(site.vault(), &caller.actor(), id).await {
        Ok(()) => Ok(web::done(&site, &format!("/asks/{id}"), "It has been taken back. Nothing is shown from now on")),
        Err(AskError::Settled) => Ok(web::done(&site, &format!("/asks/{id}"), "")),
        Err(error) => Err(error.into()),
    }
}
