//! The member's pages of emergency access: opening records at once, what one opened, and justifying it. The records themselves are shown
//! by `app`.

use askama::Template;
use axum::{Router, extract::Path, routing::get};
use base::{Id, kind};
use vault::{Purpose, Scope, Vault, Verb};
use web::{Caller, Choice, Fault, Form, Page, Site, time};

use super::{
    Danger, Emergency, EmergencyError, HOURS, JUSTIFY_HOURS, NewEmergency, break_glass, justify, store, store::For,
};
use crate::{
    ask::{
        make::own_permit,
        pages::{WHY, askable, form_key, service_name, unsealed},
        pointer::{BREAKERS, UNNAMED, resolve},
    },
    clocks::Settings,
};

pub(crate) fn routes() -> Router<Site> {
    Router::new()
        .route("/emergencies", get(mine))
        .route("/emergencies/new/{person}/{way}", get(new).post(open))
        .route("/emergencies/{id}/justify", get(ask_why).post(say_why))
        .merge(super::trust::routes())
}

#[derive(Template)]
#[template(path = "emergency/new.html")]
struct NewPage {
    page: Page,
    form: Form,
    service: String,
    dangers: Vec<Choice>,
    hours: i64,
    justify_hours: i64,
}

async fn new_page(site: &Site, page: Page, form: Form, service: String) -> web::Result {
    let settings = Settings::of(&site.vault().plain()).await?;
    let (hours, justify_hours) = (settings.number(&HOURS), settings.number(&JUSTIFY_HOURS));
    let good = form.is_good();
    let dangers = Danger::ALL.iter().map(|danger| Choice::new(danger, danger.words())).collect();
    let page = page.title("Open these records now").with(&form);
    let shown = NewPage { page, form, service, dangers, hours, justify_hours };
    if good { web::render(shown) } else { web::render_errors(shown) }
}

async fn new(
    site: Site,
    caller: Caller,
    page: Page,
    Path((person, way)): Path<(Id<kind::Person>, String)>,
) -> web::Result {
    caller.needs(BREAKERS)?;
    let to = resolve(site.vault(), caller.id, person, &way).await?.ok_or(Fault::NotFound)?;
    let service = service_name(site.vault(), to).await?;
    new_page(&site, page, Form::of([("form_key", form_key(&site))]), service).await
}

async fn open(
    site: Site,
    caller: Caller,
    page: Page,
    Path((person, way)): Path<(Id<kind::Person>, String)>,
    mut form: Form,
) -> web::Result {
    caller.needs(BREAKERS)?;
    let vault = site.vault();
    let to = resolve(vault, caller.id, person, &way).await?.ok_or(Fault::NotFound)?;
    let danger = form.choice::<Danger>("danger", "Select what the danger is");
    let why = form.required("why", WHY, "Enter what is happening, in a sentence");
    let form_key = form.value("form_key").to_owned();
    let (true, Some(danger), Some(why), 32) = (form.is_good(), danger, why, form_key.len()) else {
        let service = service_name(vault, to).await?;
        return new_page(&site, page, form, service).await;
    };
    let categories = askable(vault, to).await?;
    let new = NewEmergency { person, owner: to.controller, named: to.named, categories, danger, why, form_key };
    let id = break_glass(vault, &caller.actor(), &new).await?;
    let said = "The records are open to you. The data owner and the data protection officer were told at once";
    Ok(web::done(&site, &format!("/emergencies/{id}"), said))
}

/// A member's own emergency access. To anybody else there is none.
///
/// # Errors
/// Not found; the database's.
pub async fn open_emergency(vault: &Vault, caller: &Caller, id: Id<kind::Emergency>) -> Result<Emergency, Fault> {
    caller.needs(BREAKERS)?;
    let scope = Scope::of("emergency", id);
    let permit = own_permit(vault, &caller.actor(), caller.agency, Verb::View, scope, Purpose::Safeguarding).await?;
    let found = store::one(&vault.read(&permit)?, id, For::Member).await?;
    found.filter(|one| one.member == caller.id).ok_or(Fault::NotFound)
}

/// A line of a list of emergencies.
struct Row {
    href: String,
    title: String,
    state: String,
    clock: Option<time::Clock>,
}

#[derive(Template)]
#[template(path = "emergency/mine.html")]
struct MinePage {
    page: Page,
    rows: Vec<Row>,
}

async fn mine(site: Site, caller: Caller, page: Page) -> web::Result {
    caller.needs(BREAKERS)?;
    let (vault, now) = (site.vault(), site.now());
    let permit =
        own_permit(vault, &caller.actor(), caller.agency, Verb::List, Scope::unit(), Purpose::Safeguarding).await?;
    let found = store::of_member(&vault.read(&permit)?, caller.id).await?;
    let rows = found.iter().map(|one| Row {
        href: format!("/emergencies/{}", one.id),
        title: format!("{}, {}", one.danger.words(), time::moment(one.opened_at, now)),
        state: state_words(one, now),
        clock: one.justified.is_none().then(|| time::Clock::running(one.justify_by, now)),
    });
    web::render(MinePage { page: page.title("Your emergency access"), rows: rows.collect() })
}

/// How far it is, in words.
pub(super) fn state_words(one: &Emergency, now: base::Timestamp) -> String {
    let open = if one.is_open(now) { "Open" } else { "Over" };
    let justified = match &one.justified {
        Some(_) if one.is_overdue(now) => "justified late",
        Some(_) => "justified",
        None => "not justified yet",
    };
    let judged = one.judged.as_ref().map_or_else(String::new, |(verdict, at, _)| {
        let ended = if *at == one.ends_at { ", which ended it" } else { "" };
        format!("; found {verdict}{ended}")
    });
    format!("{open}, {justified}{judged}")
}

#[derive(Template)]
#[template(path = "emergency/justify.html")]
struct JustifyPage {
    page: Page,
    form: Form,
    back: String,
    danger: &'static str,
    why: String,
    clock: time::Clock,
}

async fn justify_page(site: &Site, caller: &Caller, page: Page, form: Form, id: Id<kind::Emergency>) -> web::Result {
    let one = open_emergency(site.vault(), caller, id).await?;
    let good = form.is_good();
    let shown = JustifyPage {
        page: page.title("Why could it not wait?").with(&form),
        form,
        back: format!("/emergencies/{id}"),
        danger: one.danger.words(),
        why: unsealed(site.vault(), &one.why)?,
        clock: time::Clock::running(one.justify_by, site.now()),
    };
    if good { web::render(shown) } else { web::render_errors(shown) }
}

async fn ask_why(site: Site, caller: Caller, page: Page, Path(id): Path<Id<kind::Emergency>>) -> web::Result {
    justify_page(&site, &caller, page, Form::empty(), id).await
}

async fn say_why(
    site: Site,
    caller: Caller,
    page: Page,
    Path(id): Path<Id<kind::Emergency>>,
    mut form: Form,
) -> web::Result {
    caller.needs(BREAKERS)?;
    let Some(words) = form.required("justification", 2000, "Enter why it could not wait") else {
        return justify_page(&site, &caller, page, form, id).await;
    };
    match justify(site.vault(), &caller.actor(), id, &words).await {
        Ok(()) => Ok(web::done(&site, &format!("/emergencies/{id}"), "Your justification is kept")),
        Err(EmergencyError::Done) => Ok(web::done(&site, &format!("/emergencies/{id}"), "")),
        Err(error) => Err(error.into()),
    }
}

#[derive(Template)]
#[template(path = "emergency/summary.html")]
struct Summary {
    service: String,
    danger: &'static str,
    why: String,
    opened: String,
    ends: String,
    clock: Option<time::Clock>,
    state: String,
    justify: String,
}

/// An emergency access for the member who opened it, as markup that is safe to show.
///
/// # Errors
/// The database's.
pub async fn emergency_summary(site: &Site, one: &Emergency) -> Result<String, Fault> {
    let now = site.now();
    let agency = crate::agency::by_id(&site.vault().plain(), one.owner).await?;
    Ok(Summary {
        service: agency.map_or_else(|| UNNAMED.to_owned(), |agency| agency.name),
        danger: one.danger.words(),
        why: unsealed(site.vault(), &one.why)?,
        opened: time::full(one.opened_at),
        ends: time::full(one.ends_at),
        clock: one.justified.is_none().then(|| time::Clock::running(one.justify_by, now)),
        state: state_words(one, now),
        justify: if one.justified.is_none() { format!("/emergencies/{}/justify", one.id) } else { String::new() },
    }
    .render()?)
}
