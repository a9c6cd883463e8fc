//! The job `watch_emergency`: at the end of its day, an emergency access that was not justified is marked, once.

use async_trait::async_trait;
use base::code;
use vault::{
    Cause, Operation, Purpose, Scope, Vault,
    jobs::{Handler, Job, JobFault},
};

use super::store;

/// Its kind.
pub(super) const KIND: &str = "watch_emergency";

/// The job `watch_emergency`.
pub struct WatchEmergency;

#[async_trait]
impl Handler for WatchEmergency {
    fn kind(&self) -> &'static str {
        KIND
    }

    async fn run(&self, vault: &Vault, job: &Job) -> Result<(), JobFault> {
        let emergency = job.text("emergency")?;
        let cause = Cause {
            actor: job.actor()?,
            purpose: Purpose::Oversight,
            operation: Operation::Administration,
            act: code!("emergency_not_justified"),
            scope: Scope { kind: "emergency", id: Some(emergency.to_owned()) },
        };
        let mut change = vault.change(cause).await?;
        let now = change.now();
        if store::watch(&mut change, emergency, now).await? == 0 {
            return Ok(());
        }
        Ok(change.commit().await?)
    }
}
