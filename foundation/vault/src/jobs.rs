//! The job queue: rows of `job`, enqueued in the transaction that causes them, run at least once, tried again with growing
//! pauses. Handlers are idempotent: a job that was killed half-way runs again. What is done, or was given up, is kept for 30 days
//! (the catalogue's rule for `job`).

pub(crate) mod status;

use std::{collections::BTreeMap, panic::AssertUnwindSafe, sync::Arc, time::Duration};

use async_trait::async_trait;
use base::{Code, Id, Timestamp, kind};
use futures::FutureExt as _;
pub use status::{JobState, JobStatus};

use crate::{
    Actor, FromRow, Row, StoreError, Vault, database, params,
    presence::{self, Presence},
};

/// One job as its handler sees it.
#[derive(Debug, Clone)]
pub struct Job {
    /// Its id.
    pub id: Id<kind::Job>,
    /// Its kind, which names the handler.
    pub kind: String,
    /// Ids and codes.
    pub payload: serde_json::Value,
    /// How often it was tried before.
    pub attempts: i64,
}

impl Job {
    /// The actor that this job acts as.
    ///
    /// # Errors
    /// Where its kind isn't a code, which a handler's name always is.
    pub fn actor(&self) -> Result<Actor, JobFault> {
        let kind = self.kind.parse::<Code>().map_err(|error| JobFault::Hopeless(error.to_string()))?;
        Ok(Actor::Job { kind, id: self.id })
    }

    /// A text of the payload.
    ///
    /// # Errors
    /// [`JobFault::Hopeless`] where it is missing.
    pub fn text(&self, key: &str) -> Result<&str, JobFault> {
        self.payload
            .get(key)
            .and_then(serde_json::Value::as_str)
            .ok_or_else(|| JobFault::Hopeless(format!("the job has no `{key}`")))
    }
}

/// Why a job did not get done.
#[derive(Debug, thiserror::Error)]
pub enum JobFault {
    /// It may work later; it is tried again.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// Policy refused what it needs; it is tried again, since agreements change.
    #[error(transparent)]
    Refused(#[from] crate::Refusal),
    /// It may work later; words without personal data.
    #[error("{0}")]
    Later(String),
    /// It never will; words without personal data.
    #[error("{0}")]
    Hopeless(String),
}

/// Does one kind of job.
#[async_trait]
pub trait Handler: Send + Sync {
    /// The kind, a name in snake case.
    fn kind(&self) -> &'static str;

    /// Does it. Running it twice must do no more than running it once.
    ///
    /// # Errors
    /// A [`JobFault`], which says whether to try again.
    async fn run(&self, vault: &Vault, job: &Job) -> Result<(), JobFault>;
}

/// The handlers of every stage, by kind.
#[derive(Clone, Default)]
pub struct Handlers(BTreeMap<&'static str, Arc<dyn Handler>>);

impl Handlers {
    /// The vault's own.
    #[must_use]
    pub fn new() -> Self {
        Self::default().with(crate::EraseBlob).with(crate::ExpireDue)
    }

    /// Adds one.
    #[must_use]
    pub fn with(mut self, handler: impl Handler + 'static) -> Self {
        self.0.insert(handler.kind(), Arc::new(handler));
        self
    }
}

/// So often a job is tried before it is given up.
pub const MOST_ATTEMPTS: i64 = 12;

/// How long a job is its taker's, unless the taker renews it.
const HELD: base::SignedDuration = base::SignedDuration::from_secs(600);
/// How often a taker renews it.
const RENEWED: Duration = Duration::from_secs(180);

impl FromRow for Job {
    fn from_row(row: &Row) -> Result<Self, StoreError> {
        Ok(Self {
            id: row.id("id")?,
            kind: row.text("kind")?,
            payload: row.parse("payload")?,
            attempts: row.int("attempts")?,
        })
    }
}

impl Vault {
    /// Runs every job that is due, and those that they cause, until none is left. Gives how many ran.
    ///
    /// # Errors
    /// The database's; a job's own fault is kept with the job.
    pub async fn run_due_jobs(&self, handlers: &Handlers) -> Result<u64, StoreError> {
        self.release_jobs_of_the_gone().await?;
        let mut ran = 0;
        while let Some(job) = self.take_job().await? {
            self.run_job(handlers, &job).await?;
            ran += 1;
        }
        Ok(ran)
    }

    /// Runs jobs until `stop` says so: at once when one is enqueued here, every second otherwise.
    ///
    /// # Errors
    /// None; failures of the database are logged and tried again.
    pub async fn run_jobs_until(&self, handlers: &Handlers, mut stop: tokio::sync::watch::Receiver<bool>) {
        while !*stop.borrow() {
            if let Err(error) = self.run_due_jobs(handlers).await {
                tracing::error!(%error, "jobs could not be run");
            }
            tokio::select! {
                () = self.jobs_woken() => {}
                () = tokio::time::sleep(Duration::from_secs(1)) => {}
                _ = stop.changed() => {}
            }
        }
    }

    /// Takes the next due job for ten minutes, which are renewed while it runs. A job whose taker died is due again at once where
    /// that can be told (SQLite: when the vault is opened and nobody else has it open; PostgreSQL: see `presence`), else
    /// after the ten minutes.
    async fn take_job(&self) -> Result<Option<Job>, StoreError> {
        let now = self.now();
        let tx = self.begin_raw().await?;
        let next = database::rows(
            &*tx,
            "SELECT id, kind, payload, attempts FROM job WHERE (state = 'waiting' AND run_after <= $1) \
             OR (state = 'running' AND held_until <= $1) ORDER BY run_after, id LIMIT 1",
            params![now],
        )
        .await?;
        let Some(job) = next.first().map(Job::from_row).transpose()? else {
            return Ok(None);
        };
        database::execute(
            &*tx,
            "UPDATE job SET state = 'running', held_until = $2, taken_by = $3, attempts = attempts + 1 WHERE id = $1",
            params![job.id, now.plus(HELD), self.presence().map(Presence::number)],
        )
        .await?;
        tx.commit().await?;
        Ok(Some(job))
    }

    async fn run_job(&self, handlers: &Handlers, job: &Job) -> Result<(), StoreError> {
        let outcome = match handlers.0.get(job.kind.as_str()) {
            Some(handler) => self.run_held(handler.as_ref(), job).await,
            None => Err(JobFault::Hopeless("no handler of this kind is registered".to_owned())),
        };
        self.forget_far(job.id);
        match outcome {
            Ok(()) => self.settle(job, "done", None, self.now()).await,
            Err(fault) => {
                tracing::warn!(job = %job.id, kind = %job.kind, %fault, "a job failed");
                let hopeless = matches!(fault, JobFault::Hopeless(_)) || job.attempts + 1 >= MOST_ATTEMPTS;
                let state = if hopeless { "failed" } else { "waiting" };
                let later = pause(self.now(), job.attempts);
                self.settle(job, state, Some(fault.to_string()), later).await
            }
        }
    }

    /// Runs the handler and holds on to the job meanwhile.
    async fn run_held(&self, handler: &dyn Handler, job: &Job) -> Result<(), JobFault> {
        // A handler that panics fails its job, not the worker.
        let mut work = AssertUnwindSafe(handler.run(self, job)).catch_unwind();
        loop {
            match tokio::time::timeout(RENEWED, &mut work).await {
                Ok(outcome) => return outcome.unwrap_or_else(|_| Err(JobFault::Later("the job panicked".to_owned()))),
                Err(_) => self.hold_on(job).await?,
            }
        }
    }

    async fn hold_on(&self, job: &Job) -> Result<(), StoreError> {
        let tx = self.begin_raw().await?;
        database::execute(
            &*tx,
            "UPDATE job SET held_until = $2 WHERE id = $1 AND state = 'running'",
            params![job.id, self.now().plus(HELD)],
        )
        .await?;
        tx.commit().await
    }

    /// On PostgreSQL, makes every job due at once whose taker is gone.
    async fn release_jobs_of_the_gone(&self) -> Result<(), StoreError> {
        if self.presence().is_none()
            || database::rows(self.pool(), presence::ANY_OF_THE_GONE, params![]).await?.is_empty()
        {
            return Ok(());
        }
        let tx = self.begin_raw().await?;
        database::execute(&*tx, presence::FREE_THOSE_OF_THE_GONE, params![self.now()]).await?;
        tx.commit().await
    }

    /// On SQLite, makes every job due at once that a process which is no more had taken.
    pub(crate) async fn release_dead_jobs(&self) -> Result<u64, StoreError> {
        let tx = self.begin_raw().await?;
        let freed = database::execute(
            &*tx,
            "UPDATE job SET state = 'waiting', held_until = NULL, run_after = $1 WHERE state = 'running'",
            params![self.now()],
        )
        .await?;
        tx.commit().await?;
        Ok(freed)
    }

    async fn settle(
        &self,
        job: &Job,
        state: &'static str,
        problem: Option<String>,
        run_after: Timestamp,
    ) -> Result<(), StoreError> {
        let tx = self.begin_raw().await?;
        database::execute(
            &*tx,
            "UPDATE job SET state = $2, problem = $3, run_after = $4, held_until = $5, done_at = $6 WHERE id = $1",
            params![job.id, state, problem, run_after, None::<Timestamp>, (state != "waiting").then(|| self.now())],
        )
        .await?;
        tx.commit().await?;
        Ok(())
    }
}

impl crate::Change {
    /// Forgets the jobs whose payload names one of these ids, unless they run now: what they are about was erased. Gives how many.
    ///
    /// # Errors
    /// The database's.
    pub async fn forget_jobs(&mut self, ids: &[String]) -> Result<u64, StoreError> {
        if ids.is_empty() {
            return Ok(0);
        }
        let within = if self.tx.is_postgres() { "strpos" } else { "instr" };
        let any: Vec<String> = (1..=ids.len()).map(|n| format!("{within}(payload, ${n}) > 0")).collect();
        let sql = format!("DELETE FROM job WHERE state <> 'running' AND ({})", any.join(" OR "));
        database::execute(&*self.tx, &sql, crate::erasing::keys(ids)).await
    }
}

/// One second, then four times as long each time, up to an hour.
fn pause(now: Timestamp, attempts: i64) -> Timestamp {
    let seconds = 4_i64.saturating_pow(u32::try_from(attempts.clamp(0, 6)).unwrap_or(6)).min(3600);
    now.plus(base::SignedDuration::from_secs(seconds))
}
