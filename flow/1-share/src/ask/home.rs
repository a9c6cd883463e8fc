//! What of asking needs a member now: questions to answer, answers to read.

use vault::{Purpose, Reader, Refusal, Scope, Verb};
use web::{Caller, Fault, Site};

use super::{State, make::own_permit, pointer::ASKERS, store};
use crate::agency;

/// A number on a member's home page that leads to the list that it counts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HomeLine {
    /// How many.
    pub count: usize,
    /// Of what: of one, and of several.
    pub labels: [&'static str; 2],
    /// Where they are listed.
    pub href: &'static str,
}

impl HomeLine {
    /// Of what, in words that fit the count.
    #[must_use]
    pub fn label(&self) -> &'static str {
        let [one, several] = self.labels;
        if self.count == 1 { one } else { several }
    }
}

/// What waits for this member; nothing that counts none.
///
/// # Errors
/// The database's.
pub async fn home_lines(site: &Site, caller: &Caller) -> Result<Vec<HomeLine>, Fault> {
    let (mut lines, mut own) = (Vec::new(), Own::of(site, caller));
    if caller.has("data_owner") || caller.has("data_protection_officer") {
        answering(site, caller, &mut own, &mut lines).await?;
    }
    if ASKERS.iter().any(|duty| caller.has(duty)) {
        asking(caller, &mut own, &mut lines).await?;
    }
    crate::emergency::home::lines(site, caller, &mut own, &mut lines).await?;
    crate::rules::home_lines(site, caller, &mut lines).await?;
    crate::retention::home::lines(site, caller, &mut lines).await?;
    crate::disclosure::home::lines(site, caller, &mut lines).await?;
    crate::rights::home::lines(site, caller, &mut lines).await?;
    crate::oversight::unusual::home::lines(site, caller, &mut lines).await?;
    crate::seal::home::lines(site, caller, &mut lines).await?;
    lines.retain(|line| line.count > 0);
    Ok(lines)
}

/// What a member reads of their own agency's asks and emergencies, with one permit for each purpose.
pub(crate) struct Own<'a> {
    site: &'a Site,
    caller: &'a Caller,
    read: Vec<(Purpose, Option<Reader>)>,
}

impl<'a> Own<'a> {
    fn of(site: &'a Site, caller: &'a Caller) -> Self {
        Self { site, caller, read: Vec::new() }
    }

    /// None where the caller may not.
    pub(crate) async fn reader(&mut self, purpose: Purpose) -> Result<Option<Reader>, Fault> {
        if let Some((_, reader)) = self.read.iter().find(|(of, _)| *of == purpose) {
            return Ok(reader.clone());
        }
        let (vault, caller) = (self.site.vault(), self.caller);
        let permit = own_permit(vault, &caller.actor(), caller.agency, Verb::List, Scope::unit(), purpose).await;
        let reader = match permit {
            Ok(permit) => Some(vault.read(&permit)?),
            Err(Refusal::Refused { .. }) => None,
            Err(Refusal::Store(error)) => return Err(error.into()),
        };
        self.read.push((purpose, reader.clone()));
        Ok(reader)
    }
}

async fn answering(site: &Site, caller: &Caller, own: &mut Own<'_>, lines: &mut Vec<HomeLine>) -> Result<(), Fault> {
    let Some(reader) = own.reader(Purpose::Rights).await? else { return Ok(()) };
    if caller.has("data_owner") {
        let count = store::to_answer(&reader, caller.agency).await?.len();
        lines.push(HomeLine { count, labels: ["request to answer", "requests to answer"], href: "/trust/asks" });
    }
    if caller.has("data_protection_officer") {
        let is_unit = agency::unit(&site.vault().plain()).await?.is_some_and(|unit| unit.id == caller.agency);
        let count = store::late(&reader, caller.agency, is_unit, site.now()).await?.len();
        lines.push(HomeLine {
            count,
            labels: ["request not answered in time", "requests not answered in time"],
            href: "/trust/asks",
        });
    }
    Ok(())
}

async fn asking(caller: &Caller, own: &mut Own<'_>, lines: &mut Vec<HomeLine>) -> Result<(), Fault> {
    let Some(reader) = own.reader(Purpose::Safeguarding).await? else { return Ok(()) };
    let asks = store::mine(&reader, caller.id).await?;
    let unseen = asks.iter().filter(|ask| ask.seen_at.is_none());
    let answered = unseen.filter(|ask| !matches!(ask.state, State::Waiting | State::Withdrawn { .. })).count();
    lines.push(HomeLine {
        count: answered,
        labels: ["answer to your request", "answers to your requests"],
        href: "/asks",
    });
    Ok(())
}
