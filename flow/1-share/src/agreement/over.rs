//! What follows when an agreement is over: it is announced, so that what stood on it is undone. An agreement that is ended for a day
//! gone by is over at once, in the transaction that ends it; any other on the day after its last.

use async_trait::async_trait;
use base::{Date, Id, SignedDuration, code, kind, london};
use serde_json::json;
use vault::{
    Announcement, Cause, Change, Operation, Purpose, Scope, StoreError, Topic, Vault,
    jobs::{Handler, Job, JobFault},
};

use super::{Standing, store};

/// Announced when an agreement is over; the payload is `{agreement}`.
pub const AGREEMENT_OVER: Topic = "agreement_over";

/// The job `end_agreement`: the day has come. Register it where [`crate::MIGRATIONS`] are.
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
        if agreement.terms.standing(vault.now().date_in_london()) != Standing::Ended {
            return Ok(()); // another job waits for its last day
        }
        let cause = Cause {
            actor: job.actor()?,
            purpose: Purpose::Administration,
            operation: Operation::Administration,
            act: code!("agreement_over"),
            scope: Scope::of("agreement", id),
        };
        let mut change = vault.change(cause).await?;
        announce(&mut change, id).await?;
        Ok(change.commit().await?)
    }
}

async fn announce(change: &mut Change, id: Id<kind::Agreement>) -> Result<(), StoreError> {
    change.announce(&Announcement { topic: AGREEMENT_OVER, payload: json!({ "agreement": id.to_string() }) }).await
}

/// Sees to it that the end of an agreement is announced: now, where its last day is over, else on the day after.
pub(super) async fn see_to(change: &mut Change, id: Id<kind::Agreement>, last: Date) -> Result<(), StoreError> {
    let after = last.saturating_add(SignedDuration::from_hours(24));
    if after <= change.now().date_in_london() {
        return announce(change, id).await;
    }
    match london::start_of(after) {
        Ok(at) => change.enqueue(KIND, &json!({ "agreement": id.to_string() }), at).await,
        Err(_) => Ok(()), // it ends after all time
    }
}
