//! What of people's rights needs a member now.

use vault::{Scope, Verb};
use web::{Caller, Fault, Site};

use super::{RightsError, act, store};
use crate::{agency, ask::home::HomeLine};

const HREF: &str = "/trust/rights";

pub(crate) async fn lines(site: &Site, caller: &Caller, lines: &mut Vec<HomeLine>) -> Result<(), Fault> {
    super::sealed::lines(site, caller, lines).await?;
    let (officer, owner) = (caller.has("data_protection_officer"), caller.has("data_owner"));
    if !officer && !owner {
        return Ok(());
    }
    let vault = site.vault();
    let reader = match act::reader(vault, &caller.actor(), Verb::List, Scope::unit()).await {
        Ok(reader) => reader,
        Err(RightsError::NotFound) => return Ok(()),
        Err(error) => return Err(error.into()),
    };
    let unit = agency::unit(&vault.plain()).await?.is_some_and(|unit| unit.id == caller.agency);
    if officer && unit {
        let open = store::open(&reader).await?;
        let today = site.now().date_in_london();
        let late = open.iter().filter(|one| !one.paused && one.due_on < today).count();
        lines.push(HomeLine {
            count: late,
            labels: ["person’s request overdue", "people’s requests overdue"],
            href: HREF,
        });
        lines.push(HomeLine {
            count: open.len() - late,
            labels: ["person’s request to answer", "people’s requests to answer"],
            href: HREF,
        });
    }
    if owner {
        let count = store::to_decide(&reader, caller.agency).await?.len();
        lines.push(HomeLine {
            count,
            labels: ["person’s request to decide", "people’s requests to decide"],
            href: HREF,
        });
    }
    Ok(())
}
