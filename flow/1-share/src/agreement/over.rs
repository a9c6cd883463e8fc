//! What follows when an agreement stops permitting, or begins to: it is announced, so that what stood on it is undone or made
//! again. Where somebody does it (a suspension, an end), in that transaction; where a day does it (its first, the day after its
//! review or its last), by a job on that day.

use std::collections::BTreeSet;

use async_trait::async_trait;
use base::{Date, Id, SignedDuration, code, kind, london};
use serde_json::json;
use vault::{
    Announcement, Cause, Change, Operation, Purpose, Scope, StoreError, Topic, Vault,
    jobs::{Handler, Job, JobFault},
};

use super::{Agreement, Stage, Standing, store};

/// Announced when an agreement permits nothing any more, for now or for ever; the payload is `{agreement}`.
pub const AGREEMENT_OVER: Topic = "agreement_over";
/// Announced when an agreement permits what it says, for the first time or again; the payload is `{agreement}`.
pub const AGREEMENT_LIVE: Topic = "agreement_live";

/// The job `end_agreement`: a day has come on which an agreement may begin or stop to permit. Register it where
/// [`crate::MIGRATIONS`] are.
pub struct EndAgreement;

const KIND: &str = "end_agreement";

#[async_trait]
impl Handler for EndAgreement {
    fn kind(&self) -> &'static str {
        KIND
    }

    async fn run(&self, vault: &Vault, job: &Job) -> Result<(), JobFault> {
        let id: Id<kind::Agreement> = job
            .text("agreement")?
            .parse()
            .map_err(|_| JobFault::Hopeless("the job's agreement is no id".to_owned()))?;
        let Some(agreement) = store::by_id(&vault.plain(), id).await? else { return Ok(()) };
        let live = agreement.standing(vault.now().date_in_london()) == Standing::Live;
        // An older program's jobs name no day: they wait for an end.
        let day: Option<Date> = job.payload.get("day").and_then(|day| day.as_str()?.parse().ok());
        let was_live = day.is_none_or(|day| agreement.standing(day_before(day)) == Standing::Live);
        if live == was_live {
            return Ok(()); // its days were changed: another job waits for them
        }
        let cause = Cause {
            actor: job.actor()?,
            purpose: Purpose::Administration,
            operation: Operation::Administration,
            act: if live { code!("agreement_live") } else { code!("agreement_over") },
            scope: Scope::of("agreement", id),
        };
        let mut change = vault.change(cause).await?;
        announce(&mut change, id, live).await?;
        Ok(change.commit().await?)
    }
}

fn day_before(day: Date) -> Date {
    day.saturating_sub(SignedDuration::from_hours(24))
}

fn day_after(day: Date) -> Date {
    day.saturating_add(SignedDuration::from_hours(24))
}

async fn announce(change: &mut Change, id: Id<kind::Agreement>, live: bool) -> Result<(), StoreError> {
    let topic = if live { AGREEMENT_LIVE } else { AGREEMENT_OVER };
    change.announce(&Announcement { topic, payload: json!({ "agreement": id.to_string() }) }).await
}

/// Sees to it that whoever listens hears of it: now, where what was just done (from `before`) makes it live or stops it, and on the
/// days on which its own dates will.
pub(super) async fn see_to(
    change: &mut Change,
    before: Option<&Agreement>,
    after: &Agreement,
) -> Result<(), StoreError> {
    let today = change.now().date_in_london();
    let live = |agreement: &Agreement| agreement.standing(today) == Standing::Live;
    if before.is_some_and(&live) != live(after) {
        announce(change, after.id, live(after)).await?;
    }
    let runs = |agreement: &&Agreement| matches!(agreement.stage, Stage::Active | Stage::Suspended);
    let days = |agreement: &Agreement| {
        let terms = &agreement.terms;
        BTreeSet::from([terms.starts, day_after(terms.review), day_after(terms.ends)])
    };
    let known = before.filter(runs).map(days).unwrap_or_default();
    let coming = Some(after).filter(runs).map(days).unwrap_or_default();
    for day in coming.difference(&known).filter(|day| **day > today) {
        // One that can't be reached lies after all time.
        if let Ok(at) = london::start_of(*day) {
            let payload = json!({ "agreement": after.id.to_string(), "day": day.to_string() });
            change.enqueue(KIND, &payload, at).await?;
        }
    }
    Ok(())
}
