//! The part of `/trust/rules` on law that regulations bring into force: the unit's data protection officer proposes a day, somebody of another
//! agency confirms it.

use axum::{Router, extract::Path, routing::post};
use base::{Code, Date, Id, code, kind};
use vault::Purpose;
use web::{Caller, Fault, Form, Page, Site, time};

use super::{
    ANSWERABLE,
    commencement::{CommencementError, Proposed, confirm, propose, proposer, waiting, withdraw},
    pages::{HERE, list_with},
    words::Names,
};
use crate::{
    agency,
    ask::home::HomeLine,
    law::{Force, law},
    member,
    oversight::unusual::pages::is_officer,
};

pub(super) fn routes() -> Router<Site> {
    Router::new()
        .route("/trust/rules/commencement", post(enter))
        .route("/trust/rules/commencement/{id}/confirm", post(say_yes))
        .route("/trust/rules/commencement/{id}/withdraw", post(take_back))
}

/// A day that waits, in words.
pub(super) struct DayLine {
    pub id: String,
    pub law: String,
    pub day: String,
    pub by: String,
    /// Whether this caller confirms it: somebody of another agency than whoever proposed it.
    pub may_confirm: bool,
}

/// The days that wait, for somebody who answers for data.
pub(super) async fn days_that_wait(site: &Site, caller: &Caller) -> Result<Vec<DayLine>, Fault> {
    let vault = site.vault();
    let waiting = waiting(&vault.plain()).await?;
    if waiting.is_empty() || !ANSWERABLE.iter().any(|duty| caller.has(duty)) {
        return Ok(Vec::new());
    }
    let staff = vault.staff(&caller.actor(), Purpose::Oversight, code!("commencements_read")).await?;
    let names = Names::new(member::all(&staff).await?, agency::all(&vault.plain()).await?);
    let mut lines = Vec::new();
    for one in waiting {
        let Some(by) = proposer(&staff, one.id).await? else { continue };
        lines.push(DayLine {
            id: one.id.to_string(),
            law: citation(&one.rule),
            day: day_words(one.day),
            by: names.signed(&by),
            may_confirm: by.agency != caller.agency,
        });
    }
    Ok(lines)
}

/// What of it needs a member now: the unit's officer proposes each day, somebody of another agency confirms it.
pub(crate) async fn home_lines(site: &Site, caller: &Caller, lines: &mut Vec<HomeLine>) -> Result<(), Fault> {
    if !ANSWERABLE.iter().any(|duty| caller.has(duty)) {
        return Ok(());
    }
    let plain = site.vault().plain();
    let count = waiting(&plain).await?.len();
    if count > 0 && agency::unit(&plain).await?.is_some_and(|unit| unit.id != caller.agency) {
        let labels = ["day on which a law begins to confirm", "days on which laws begin to confirm"];
        lines.push(HomeLine { count, labels, href: HERE });
    }
    Ok(())
}

fn citation(rule: &Code) -> String {
    law().gateway(rule.as_str()).map_or_else(|| rule.to_string(), |rule| rule.law.clone())
}

fn day_words(day: Option<Date>) -> String {
    day.map_or_else(|| "No day: it does not count any more".to_owned(), |day| format!("From {}", time::date(day)))
}

async fn enter(site: Site, caller: Caller, page: Page, mut form: Form) -> web::Result {
    // It changes decisions about every agency's data at once: one says the day, another agency confirms it.
    if !is_officer(&site, &caller).await? {
        return Err(Fault::Denied);
    }
    let rule = form.choice::<Code>("rule", "Choose the law that has begun");
    let rule = rule.and_then(|code| law().gateway(code.as_str()).filter(|rule| rule.force == Force::ByRegulations));
    let typed = ["begins-day", "begins-month", "begins-year"].iter().any(|part| !form.value(part).trim().is_empty());
    let day = if typed { form.date("begins", "the day on which it began") } else { None };
    if rule.is_none() && form.is_good() {
        form.refuse("rule", "Choose the law that has begun");
    }
    let (Some(rule), true) = (rule, form.is_good()) else { return list_with(&site, &caller, page, form).await };
    match propose(site.vault(), &caller.actor(), rule, day).await {
        Ok(()) => {
            let said = "The day was proposed. It counts once somebody of another agency has confirmed it";
            Ok(web::done(&site, HERE, said))
        }
        Err(problem @ CommencementError::BeforeAssent(_)) => {
            form.refuse("begins", problem.to_string());
            list_with(&site, &caller, page, form).await
        }
        Err(problem @ (CommencementError::Waits | CommencementError::Same)) => {
            form.refuse("rule", problem.to_string());
            list_with(&site, &caller, page, form).await
        }
        Err(error) => Err(error.into()),
    }
}

async fn say_yes(site: Site, caller: Caller, Path(id): Path<Id<kind::Commencement>>, _: Form) -> web::Result {
    caller.needs(ANSWERABLE)?;
    let Proposed { rule, day, .. } = confirm(site.vault(), &caller.actor(), id).await?;
    let said = match day {
        Some(day) => format!("{} counts from {}", citation(&rule), time::date(day)),
        None => format!("{} does not count: no day is entered", citation(&rule)),
    };
    Ok(web::done(&site, HERE, &said))
}

async fn take_back(site: Site, caller: Caller, Path(id): Path<Id<kind::Commencement>>, _: Form) -> web::Result {
    if !is_officer(&site, &caller).await? {
        return Err(Fault::Denied);
    }
    withdraw(site.vault(), &caller.actor(), id).await?;
    Ok(web::done(&site, HERE, "The day was withdrawn. What counts stays as it is"))
}
