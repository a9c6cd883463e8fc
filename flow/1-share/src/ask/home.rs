//! What of asking needs a member now: questions to answer, answers to read.

use vault::{Purpose, Refusal, Scope, Verb};
use web::{Caller, Fault, Site};

use super::{State, make::own_permit, pointer::ASKERS, store};
use crate::agency;

/// A number on a member's home page that leads to the list that it counts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HomeLine {
    /// How many.
    pub count: usize,
    /// Of what.
    pub label: &'static str,
    /// Where they are listed.
    pub href: &'static str,
}

/// What waits for this member; nothing that counts none.
///
/// # Errors
/// The database's.
pub async fn home_lines(site: &Site, caller: &Caller) -> Result<Vec<HomeLine>, Fault> {
    let mut lines = Vec::new();
    if caller.has("data_owner") || caller.has("data_protection_officer") {
        answering(site, caller, &mut lines).await?;
    }
    if ASKERS.iter().any(|duty| caller.has(duty)) {
        asking(site, caller, &mut lines).await?;
    }
    crate::emergency::home::lines(site, caller, &mut lines).await?;
    crate::retention::home::lines(site, caller, &mut lines).await?;
    crate::disclosure::home::lines(site, caller, &mut lines).await?;
    crate::rights::home::lines(site, caller, &mut lines).await?;
    crate::oversight::unusual::home::lines(site, caller, &mut lines).await?;
    crate::seal::home::lines(site, caller, &mut lines).await?;
    lines.retain(|line| line.count > 0);
    Ok(lines)
}

async fn answering(site: &Site, caller: &Caller, lines: &mut Vec<HomeLine>) -> Result<(), Fault> {
    let vault = site.vault();
    let permit = own_permit(vault, &caller.actor(), caller.agency, Verb::List, Scope::unit(), Purpose::Rights).await;
    let reader = match permit {
        Ok(permit) => vault.read(&permit)?,
        Err(Refusal::Refused { .. }) => return Ok(()),
        Err(Refusal::Store(error)) => return Err(error.into()),
    };
    if caller.has("data_owner") {
        let count = store::to_answer(&reader, caller.agency).await?.len();
        lines.push(HomeLine { count, label: "requests to answer", href: "/trust/asks" });
    }
    if caller.has("data_protection_officer") {
        let is_unit = agency::unit(&vault.plain()).await?.is_some_and(|unit| unit.id == caller.agency);
        let count = store::late(&reader, caller.agency, is_unit, site.now()).await?.len();
        lines.push(HomeLine { count, label: "requests not answered in time", href: "/trust/asks" });
    }
    Ok(())
}

async fn asking(site: &Site, caller: &Caller, lines: &mut Vec<HomeLine>) -> Result<(), Fault> {
    let vault = site.vault();
    let permit =
        own_permit(vault, &caller.actor(), caller.agency, Verb::List, Scope::unit(), Purpose::Safeguarding).await;
    let reader = match permit {
        Ok(permit) => vault.read(&permit)?,
        Err(Refusal::Refused { .. }) => return Ok(()),
        Err(Refusal::Store(error)) => return Err(error.into()),
    };
    let asks = store::mine(&reader, caller.id).await?;
    let unseen = asks.iter().filter(|ask| ask.seen_at.is_none());
    let answered = unseen.filter(|ask| !matches!(ask.state, State::Waiting | State::Withdrawn { .. })).count();
    lines.push(HomeLine { count: answered, label: "answers to your requests", href: "/asks" });
    Ok(())
}
