//! `/trust/access`: the audit log for data protection officers: the unit's reads all of it, a partner's what was done for their own
//! agency.

use std::collections::BTreeSet;

use askama::Template;
use axum::{Router, routing::get};
use base::{Date, Id, Timestamp, code, kind, london};
use vault::{Purpose, audit::LoggedEntry};
use web::{Caller, Choice, Fault, Form, Page, Paging, Query, Site};

use super::{store, store::Narrowed, words, words::Names};
use crate::{agency, agreement, member, oversight::unusual::pages::is_officer, trust};

pub(crate) fn routes() -> Router<Site> {
    Router::new().route("/trust/access", get(list))
}

const PAGE_SIZE: u64 = 50;

#[derive(Template)]
#[template(path = "access/list.html")]
struct AccessPage {
    page: Page,
    tabs: Vec<(&'static str, &'static str, bool)>,
    form: Form,
    members: Vec<Choice>,
    /// The agency whose entries alone are shown; none for the unit's officer, who reads them all.
    only: Option<String>,
    entries: Vec<Line>,
    paging: Paging,
}

struct Line {
    position: u64,
    day: String,
    clock: String,
    machine_time: String,
    who: String,
    what: String,
    about: String,
    about_id: String,
    why: String,
    refused: bool,
    grounds: Vec<String>,
    grounds_word: &'static str,
}

async fn list(site: Site, caller: Caller, page: Page, Query(mut form): Query) -> web::Result {
    caller.needs(&["data_protection_officer"])?;
    // A partner's officer answers for their own agency, and reads what was done for it alone.
    let only = if is_officer(&site, &caller).await? { None } else { Some(caller.agency) };
    let narrowed = narrowed(&mut form, only);
    // Logged before anything is read, with whom it was narrowed to.
    let staff = site.vault().staff(&caller.actor(), Purpose::Oversight, code!("access_log_read")).await?;
    let names = names(&site, &staff).await?;
    let mut known = member::all(&staff).await?;
    known.retain(|member| only.is_none_or(|agency| agency == member.agency));
    let mut members: Vec<Choice> = known.into_iter().map(|member| Choice::new(member.id, member.name)).collect();
    members.sort_by(|a, b| a.text.cmp(&b.text));
    let mut sealed =
        store::sealed_from(&staff, caller.id, narrowed.iter().map(|narrowed| narrowed.about.as_str())).await?;
    let (paging, found) = match &narrowed {
        // As of a reference of nobody.
        Some(narrowed) if !sealed.contains(&narrowed.about) => {
            let paging =
                Paging::new(&address(&form), form.value("page"), PAGE_SIZE, store::count(&staff, narrowed).await?);
            let found = store::entries(&staff, narrowed, PAGE_SIZE, paging.offset()).await?;
            (paging, found)
        }
        _ => (Paging::new("/trust/access", "1", PAGE_SIZE, 0), Vec::new()),
    };
    sealed
        .extend(store::sealed_from(&staff, caller.id, found.iter().filter_map(|entry| entry.scope.as_deref())).await?);
    let good = form.is_good();
    let shown = AccessPage {
        tabs: trust::tabs(&caller, "/trust/access"),
        page: page.title("Who looked, and why").with(&form),
        entries: found.iter().map(|entry| line(entry, &names, &sealed)).collect(),
        form,
        members,
        only: only.map(|_| caller.agency_name.clone()),
        paging,
    };
    if good { web::render(shown) } else { web::render_errors(shown) }
}

/// What the filter says; nothing is listed where it can't be read.
fn narrowed(form: &mut Form, agency: Option<Id<kind::Agency>>) -> Option<Narrowed> {
    let about = form.value("about").trim().to_uppercase();
    if !about.is_empty() && about.parse::<Id<kind::Person>>().is_err() {
        form.refuse(
            "about",
            "Enter the reference of a person, record or moment: the 26 letters and digits at the end of its address",
        );
    }
    let by = form.value("by").trim().to_owned();
    if !by.is_empty() && by.parse::<Id<kind::Member>>().is_err() {
        form.refuse("by", "Choose somebody from the list");
    }
    let from = day(form, "from", 0);
    let until = day(form, "until", 1);
    form.is_good().then_some(Narrowed { about, by, from, until, agency })
}

/// The start of a typed day in London, or of the day after; none where nothing was typed.
fn day(form: &mut Form, name: &str, plus: i64) -> Option<Timestamp> {
    let typed = form.value(name).trim().to_owned();
    if typed.is_empty() {
        return None;
    }
    let read = read_day(&typed).map(|date| date.saturating_add(base::SignedDuration::from_hours(24 * plus)));
    let start = read.and_then(|date| london::start_of(date).ok());
    if start.is_none() {
        form.refuse(name, "Enter a date such as 22/11/2026");
    }
    start
}

/// `22/11/2026`, or `2026-11-22`.
fn read_day(typed: &str) -> Option<Date> {
    if let Ok(date) = typed.parse() {
        return Some(date);
    }
    let mut parts = typed.split('/').map(str::trim);
    let (day, month, year) = (parts.next()?, parts.next()?, parts.next()?);
    let whole = parts.next().is_none() && year.len() == 4;
    if whole { Date::new(year.parse().ok()?, month.parse().ok()?, day.parse().ok()?).ok() } else { None }
}

/// The list's address with what narrows it. Every value was checked, so none needs encoding but a date's strokes.
fn address(form: &Form) -> String {
    let kept: Vec<String> = ["about", "by", "from", "until"]
        .iter()
        .filter(|name| !form.value(name).trim().is_empty())
        .map(|name| format!("{name}={}", form.value(name).trim().replace('/', "%2F")))
        .collect();
    if kept.is_empty() { "/trust/access".to_owned() } else { format!("/trust/access?{}", kept.join("&")) }
}

async fn names(site: &Site, staff: &vault::Staff) -> Result<Names, Fault> {
    let plain = site.vault().plain();
    let (members, agencies, agreements) =
        (member::all(staff).await?, agency::all(&plain).await?, agreement::all(&plain).await?);
    Ok(Names {
        members: members.into_iter().map(|member| (member.id.to_string(), member.name)).collect(),
        agencies: agencies.into_iter().map(|agency| (agency.id.to_string(), agency.name)).collect(),
        agreements: agreements.into_iter().map(|found| (found.id.to_string(), found.terms.title)).collect(),
    })
}

fn line(entry: &LoggedEntry, names: &Names, sealed: &BTreeSet<String>) -> Line {
    let grounds = words::grounds(entry, names);
    Line {
        position: entry.position,
        day: entry.at.in_london().strftime("%-d %b %Y").to_string(),
        clock: web::time::clock_time(entry.at),
        machine_time: entry.at.to_string(),
        who: names.who(entry),
        what: words::what(entry),
        about: words::about(entry),
        about_id: entry
            .scope
            .clone()
            .filter(|id| id.parse::<Id<kind::Person>>().is_ok() && !sealed.contains(id))
            .unwrap_or_default(),
        why: words::why(entry),
        refused: !entry.allowed,
        grounds_word: if grounds.len() == 1 { "ground" } else { "grounds" },
        grounds,
    }
}
