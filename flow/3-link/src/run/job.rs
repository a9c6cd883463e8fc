//! The job that follows accepted records. One run serves every announcement that waited when it began.

use async_trait::async_trait;
use vault::{
    Vault,
    jobs::{Handler, Job, JobFault},
};

use super::{RunError, run, store::last_run};

/// Links what was accepted.
#[derive(Debug, Clone, Copy, Default)]
pub struct LinkRecords;

#[async_trait]
impl Handler for LinkRecords {
    fn kind(&self) -> &'static str {
        "link_records"
    }

    async fn run(&self, vault: &Vault, job: &Job) -> Result<(), JobFault> {
        if served(vault, job).await? {
            return Ok(());
        }
        let report = run(vault, &job.actor()?, &|_| {}).await?;
        tracing::info!(
            run = %report.run, records = report.records, people = report.people, pairs = report.pairs, whole = report.whole,
            changes = report.changes, "records linked"
        );
        crate::sealed::follow(vault, &job.actor()?).await?;
        Ok(())
    }
}

/// Whether a run that finished began after this job was enqueued: it has read what the job was told of.
async fn served(vault: &Vault, job: &Job) -> Result<bool, JobFault> {
    let last = last_run(vault).await?;
    Ok(last.is_some_and(|last| last.served_through >= job.id.to_string()))
}

impl From<RunError> for JobFault {
    fn from(error: RunError) -> Self {
        match error {
            RunError::Store(error) => Self::Store(error),
            RunError::Refused(refusal) => Self::Refused(refusal),
            RunError::Overtaken | RunError::NotPermitted | RunError::NoUnit | RunError::Stopped => {
                Self::Later(error.to_string())
            }
            RunError::Model(_) => Self::Hopeless(error.to_string()),
        }
    }
}
