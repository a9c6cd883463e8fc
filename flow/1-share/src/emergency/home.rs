//! What of emergency access needs a member now: to justify, to acknowledge, to judge.

use vault::Purpose;
use web::{Caller, Fault, Site};

use super::{Emergency, store};
use crate::{
    agency,
    ask::{
        home::{HomeLine, Own},
        pointer::BREAKERS,
    },
};

pub(crate) async fn lines(
    site: &Site,
    caller: &Caller,
    own: &mut Own<'_>,
    lines: &mut Vec<HomeLine>,
) -> Result<(), Fault> {
    if BREAKERS.iter().any(|duty| caller.has(duty))
        && let Some(reader) = own.reader(Purpose::Safeguarding).await?
    {
        let mine = store::of_member(&reader, caller.id).await?;
        let count = mine.iter().filter(|one| one.justified.is_none()).count();
        lines.push(HomeLine {
            count,
            labels: ["emergency access to justify", "emergency access to justify"],
            href: "/emergencies",
        });
    }
    let (owner, officer) = (caller.has("data_owner"), caller.has("data_protection_officer"));
    if !owner && !officer {
        return Ok(());
    }
    let Some(reader) = own.reader(Purpose::Rights).await? else { return Ok(()) };
    let is_unit = agency::unit(&site.vault().plain()).await?.is_some_and(|unit| unit.id == caller.agency);
    let mut count = 0;
    if owner {
        count += store::list(&reader, caller.agency, false).await?.iter().filter(|one| one.owner_saw.is_none()).count();
    }
    if officer && is_unit {
        let now = site.now();
        let to_see_to = |one: &&Emergency| one.judged.is_none() && (one.officer_saw.is_none() || one.is_ready(now));
        count += store::list(&reader, caller.agency, true).await?.iter().filter(to_see_to).count();
    }
    lines.push(HomeLine {
        count,
        labels: ["emergency access to look at", "emergency access to look at"],
        href: "/trust/emergencies",
    });
    Ok(())
}
