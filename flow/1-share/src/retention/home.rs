//! What of retention needs a member now: reviews that are overdue, lists that wait for a second person, holds to be looked at.

use vault::{Scope, Verb};
use web::{Caller, Fault, Site};

use super::{ANSWERABLE, ESCALATED_DAYS, RetentionError, batch, hold, review, rule::days_after, store, store::For};
use crate::ask::home::HomeLine;

pub(crate) async fn lines(site: &Site, caller: &Caller, lines: &mut Vec<HomeLine>) -> Result<(), Fault> {
    if !ANSWERABLE.iter().any(|duty| caller.has(duty)) {
        return Ok(());
    }
    let (vault, actor) = (site.vault(), caller.actor());
    let whose = match review::whose(vault, &actor).await {
        Ok(whose) => whose,
        Err(RetentionError::NotFound) => return Ok(()),
        Err(error) => return Err(error.into()),
    };
    let today = site.now().date_in_london();
    // The officer is told of what others leave lying; a data owner of what is theirs at once.
    let (since, labels) = match whose {
        For::Owner(_) => (today, ["record to review", "records to review"]),
        For::Unit(_) => (
            days_after(today, -ESCALATED_DAYS),
            ["record to review for over 30 days", "records to review for over 30 days"],
        ),
    };
    match review::permit(vault, &actor, whose, Verb::List, Scope::unit()).await {
        Ok(permit) => {
            let reader = vault.read(&permit)?;
            let backlog = store::backlog(&reader, whose, since).await?;
            let count = backlog.iter().map(|month| usize::try_from(month.n).unwrap_or(usize::MAX)).sum();
            lines.push(HomeLine { count, labels, href: "/trust/retention/queue" });
            if let For::Unit(_) = whose {
                let holds = hold::all(&reader).await?;
                let open = holds.iter().filter(|hold| hold.lifted.is_none() && hold.review_on <= today).count();
                lines.push(HomeLine {
                    count: open,
                    labels: ["legal hold to look at", "legal holds to look at"],
                    href: "/trust/retention/holds",
                });
            }
        }
        Err(vault::Refusal::Refused { .. }) => return Ok(()),
        Err(vault::Refusal::Store(error)) => return Err(error.into()),
    }
    let waiting = batch::waiting(&vault.book(), whose).await?;
    let count = waiting.iter().filter(|batch| batch.by != caller.id).count();
    lines.push(HomeLine {
        count,
        labels: ["list of records to approve", "lists of records to approve"],
        href: "/trust/retention/queue",
    });
    Ok(())
}
