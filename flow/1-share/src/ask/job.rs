//! The job `watch_ask`: at the end of its clock an ask that still waits is escalated, after a month it is closed. Once each, however
//! often the job runs.

use async_trait::async_trait;
use base::code;
use vault::{
    Cause, Operation, Purpose, Scope, Vault,
    jobs::{Handler, Job, JobFault},
};

use super::store;

/// Its kind.
pub(super) const KIND: &str = "watch_ask";

/// The job `watch_ask`.
pub struct WatchAsk;

#[async_trait]
impl Handler for WatchAsk {
    fn kind(&self) -> &'static str {
        KIND
    }

    async fn run(&self, vault: &Vault, job: &Job) -> Result<(), JobFault> {
        let ask = job.text("ask")?;
        let cause = Cause {
            actor: job.actor()?,
            purpose: Purpose::Oversight,
            operation: Operation::Administration,
            act: code!("ask_watched"),
            scope: Scope { kind: "ask", id: Some(ask.to_owned()) },
        };
        let mut change = vault.change(cause).await?;
        if store::watch(&mut change, ask).await? == 0 {
            return Ok(()); // answered in time, or marked before
        }
        Ok(change.commit().await?)
    }
}
