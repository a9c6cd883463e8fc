//! The job `watch_rights`: when the last day of a request is over, it is escalated, once for each last day.

use async_trait::async_trait;
use base::code;
use vault::{
    Cause, Operation, Purpose, Scope, Vault,
    jobs::{Handler, Job, JobFault},
};

use super::store;

/// Its kind.
pub(super) const KIND: &str = "watch_rights";

/// The job `watch_rights`.
pub struct WatchRights;

#[async_trait]
impl Handler for WatchRights {
    fn kind(&self) -> &'static str {
        KIND
    }

    async fn run(&self, vault: &Vault, job: &Job) -> Result<(), JobFault> {
        let request = job.text("request")?;
        let cause = Cause {
            actor: job.actor()?,
            purpose: Purpose::Oversight,
            operation: Operation::Administration,
            act: code!("rights_request_overdue"),
            scope: Scope { kind: "rights_request", id: Some(request.to_owned()) },
        };
        let mut change = vault.change(cause).await?;
        let today = change.now().date_in_london();
        if store::escalate(&mut change, request, today).await? == 0 {
            return Ok(()); // answered, paused, or its last day was moved
        }
        Ok(change.commit().await?)
    }
}
