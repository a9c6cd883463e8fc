//! How one job is doing, for a page that waits for it: its state from its row, and how far it is where it runs in this process and says so.
//! How far is in memory alone: it is of no use once the job is done, and a job that tells it writes nothing for it.

use std::{collections::BTreeMap, sync::Mutex};

use base::{Id, Timestamp, kind};

use super::Job;
use crate::{FromRow, Row, StoreError, Vault, params};

/// Of how many parts how many are done, by job.
pub(crate) type Far = Mutex<BTreeMap<Id<kind::Job>, (u64, u64)>>;

/// How a job is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum JobState {
    /// It waits for its turn, or to be tried again.
    Waiting,
    /// It runs, or ran when its process was killed: then it is due again.
    Running,
    /// It is done.
    Done,
    /// It was given up.
    Failed,
}

impl JobState {
    /// Whether it is yet to be done.
    #[must_use]
    pub fn is_open(self) -> bool {
        matches!(self, Self::Waiting | Self::Running)
    }
}

impl std::str::FromStr for JobState {
    type Err = &'static str;
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        match text {
            "waiting" => Ok(Self::Waiting),
            "running" => Ok(Self::Running),
            "done" => Ok(Self::Done),
            "failed" => Ok(Self::Failed),
            _ => Err("not a state of a job"),
        }
    }
}

/// A job with how it is.
#[derive(Debug, Clone)]
pub struct JobStatus {
    /// The job; its id is the reference under which the program's own log names it.
    pub job: Job,
    /// How it is.
    pub state: JobState,
    /// Why it failed last, in words without personal data.
    pub problem: Option<String>,
    /// When it is tried next, where it waits.
    pub run_after: Timestamp,
    /// Of how many parts how many are done, where that is known.
    pub far: Option<(u64, u64)>,
}

impl FromRow for JobStatus {
    fn from_row(row: &Row) -> Result<Self, StoreError> {
        Ok(Self {
            job: Job::from_row(row)?,
            state: row.parse("state")?,
            problem: row.opt_text("problem")?,
            run_after: row.time("run_after")?,
            far: None,
        })
    }
}

impl Vault {
    /// How a job is; none where there is no such job, or no longer (what is done goes after 30 days).
    ///
    /// # Errors
    /// The database's.
    pub async fn job_status(&self, id: Id<kind::Job>) -> Result<Option<JobStatus>, StoreError> {
        const SQL: &str = "SELECT id, kind, payload, attempts, state, problem, run_after FROM job WHERE id = $1";
        let found: Option<JobStatus> = self.plain().first(SQL, params![id]).await?;
        let far = self.far().lock().ok().and_then(|far| far.get(&id).copied());
        Ok(found.map(|status| JobStatus { far, ..status }))
    }

    /// Says how far a job is: of `of` parts, `done` are. For whoever waits for it; forgotten when it ends.
    pub fn tell_far(&self, job: Id<kind::Job>, done: u64, of: u64) {
        if let Ok(mut far) = self.far().lock() {
            far.insert(job, (done, of));
        }
    }

    /// A job ended: nobody asks any more how far it is.
    pub(super) fn forget_far(&self, job: Id<kind::Job>) {
        if let Ok(mut far) = self.far().lock() {
            far.remove(&job);
        }
    }
}
