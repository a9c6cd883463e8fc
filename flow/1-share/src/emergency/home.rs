//! What of emergency access needs a member now: to justify, to acknowledge, to judge.

use vault::{Purpose, Refusal, Scope, Verb};
use web::{Caller, Fault, Site};

use super::store;
use crate::{
    agency,
    ask::{home::HomeLine, make::own_permit, pointer::BREAKERS},
};

pub(crate) async fn lines(site: &Site, caller: &Caller, lines: &mut Vec<HomeLine>) -> Result<(), Fault> {
    let vault = site.vault();
    let read =
        async |purpose| match own_permit(vault, &caller.actor(), caller.agency, Verb::List, Scope::unit(), purpose)
            .await
        {
            Ok(permit) => Ok(Some(vault.read(&permit)?)),
            Err(Refusal::Refused { .. }) => Ok(None),
            Err(Refusal::Store(error)) => Err(Fault::from(error)),
        };
    if BREAKERS.iter().any(|duty| caller.has(duty))
        && let Some(reader) = read(Purpose::Safeguarding).await?
    {
        let mine = store::of_member(&reader, caller.id).await?;
        let count = mine.iter().filter(|one| one.justified.is_none()).count();
        lines.push(HomeLine { count, label: "emergency access to justify", href: "/emergencies" });
    }
    let (owner, officer) = (caller.has("data_owner"), caller.has("data_protection_officer"));
    if !owner && !officer {
        return Ok(());
    }
    let Some(reader) = read(Purpose::Rights).await? else { return Ok(()) };
    let is_unit = agency::unit(&vault.plain()).await?.is_some_and(|unit| unit.id == caller.agency);
    let mut count = 0;
    if owner {
        count += store::list(&reader, caller.agency, false).await?.iter().filter(|one| one.owner_saw.is_none()).count();
    }
    if officer && is_unit {
        count += store::list(&reader, caller.agency, true).await?.iter().filter(|one| one.judged.is_none()).count();
    }
    lines.push(HomeLine { count, label: "emergency access to look at", href: "/trust/emergencies" });
    Ok(())
}
