//! Long work on an answer: everything that is held is found, or the files are made, by a job and not within the click. Whoever clicks sees how far
//! it is on a page of its own (`pages::work`).
//!
//! - The click is a transaction that checks what can be checked, keeps the job's id with the request (or the sealed part) and enqueues it.
//! - The job acts as the member who clicked, under permits that are decided anew: what they may no longer do, it can't do either, and nobody's
//!   four eyes become two.
//! - The request's stage changes when the work is done, in one transaction with its entry, as it did within the click. Killed anywhere before
//!   that, nothing was changed and the job runs again; killed behind it, the job finds that it is done.
//! - Until then what would change under it (marks, giving it to a second person, sending it back) is refused; ending the request is not.

use async_trait::async_trait;
use base::{Id, kind};
use serde_json::{Value as Json, json};
use std::sync::Arc;
use vault::{
    Actor, Change, FromRow, Row, StoreError, Vault,
    jobs::{Handler, Job, JobFault, JobState},
    params,
};

use super::{
    Everyone, RightsError, act,
    codes::Deed,
    course::{Stage, Step},
    work,
};
use crate::ask::make::member_of;

/// The job that finds everything.
pub(super) const GATHER: &str = "gather_answer";
/// The job that makes an answer's files.
pub(super) const MAKE: &str = "make_answer";
/// What gathering does, one after the other.
pub(super) const GATHERING: [&str; 3] =
    ["Reading every table that may name them", "Reading the log of who looked", "Putting it in order and keeping it"];

/// Is told how far work is, for whoever waits.
#[derive(Clone, Default)]
pub(crate) struct Far(Option<(Vault, Id<kind::Job>)>);

impl Far {
    pub fn of(vault: &Vault, job: &Job) -> Self {
        Self(Some((vault.clone(), job.id)))
    }

    /// Of so many parts so many are done.
    pub fn tell(&self, done: usize, of: usize) {
        if let Some((vault, job)) = &self.0 {
            vault.tell_far(*job, done as u64, of as u64);
        }
    }
}

struct State(JobState);

impl FromRow for State {
    fn from_row(row: &Row) -> Result<Self, StoreError> {
        row.parse("state").map(Self)
    }
}

/// Refuses what would change under work that goes on.
pub(super) async fn not_under_way(change: &Change, work: Option<Id<kind::Job>>) -> Result<(), RightsError> {
    let Some(work) = work else { return Ok(()) };
    let found: Vec<State> = change.rows("SELECT state FROM job WHERE id = $1", params![work]).await?;
    if found.iter().any(|state| state.0.is_open()) { Err(RightsError::UnderWay) } else { Ok(()) }
}

/// Whether work goes on.
pub(super) async fn is_under_way(vault: &Vault, work: Option<Id<kind::Job>>) -> Result<bool, StoreError> {
    let Some(work) = work else { return Ok(false) };
    Ok(vault.job_status(work).await?.is_some_and(|status| status.state.is_open()))
}

/// What a job is told: who asked for it, and what else.
pub(super) fn payload(actor: &Actor, more: Json) -> Result<Json, RightsError> {
    let (member, agency) = member_of(actor).map_err(act::unknown)?;
    let mut payload = json!({ "member": member.to_string(), "agency": agency.to_string() });
    if let (Some(payload), Json::Object(more)) = (payload.as_object_mut(), more) {
        payload.extend(more);
    }
    Ok(payload)
}

/// An id of the payload.
pub(super) fn id_of<K>(job: &Job, key: &str) -> Result<Id<K>, JobFault> {
    job.text(key)?.parse().map_err(|_| JobFault::Hopeless(format!("`{key}` is no id")))
}

/// A number of the payload.
pub(super) fn number_of(job: &Job, key: &str) -> Result<usize, JobFault> {
    let number = job.payload.get(key).and_then(Json::as_u64).and_then(|number| usize::try_from(number).ok());
    number.ok_or_else(|| JobFault::Hopeless(format!("the job has no `{key}`")))
}

/// Whoever asked for it.
pub(super) fn asker(job: &Job) -> Result<Actor, JobFault> {
    Ok(Actor::Member { id: id_of(job, "member")?, agency: id_of(job, "agency")? })
}

/// What of the database or the files failed is tried again; the rest is said to whoever asked.
pub(super) fn fault(error: RightsError) -> JobFault {
    match error {
        RightsError::Store(error) => error.into(),
        RightsError::File(problem) => JobFault::Later(problem),
        RightsError::NotFound => {
            JobFault::Hopeless("Whoever asked for this may not do it any more. Nothing was changed.".to_owned())
        }
        error => JobFault::Hopeless(error.to_string()),
    }
}

struct Opening;

impl FromRow for Opening {
    fn from_row(_: &Row) -> Result<Self, StoreError> {
        Ok(Self)
    }
}

/// Whether there still is such a request: an erasure takes it with the rest.
async fn is_there(vault: &Vault, id: Id<kind::RightsRequest>) -> Result<bool, StoreError> {
    let found: Option<Opening> = vault.book().first("SELECT id FROM rights_opening WHERE id = $1", params![id]).await?;
    Ok(found.is_some())
}

/// How often a step was taken.
pub(super) fn times(steps: &[Step], deed: Deed) -> usize {
    steps.iter().filter(|step| step.deed == deed).count()
}

/// The job `gather_answer`: everything that is held about whoever asked is found, and kept as it is now.
pub struct GatherAnswer {
    everyone: Arc<dyn Everyone>,
}

impl GatherAnswer {
    /// With what knows who a person is.
    #[must_use]
    pub fn new(everyone: impl Everyone + 'static) -> Self {
        Self { everyone: Arc::new(everyone) }
    }
}

#[async_trait]
impl Handler for GatherAnswer {
    fn kind(&self) -> &'static str {
        GATHER
    }

    async fn run(&self, vault: &Vault, job: &Job) -> Result<(), JobFault> {
        let (id, actor, before) = (id_of(job, "request")?, asker(job)?, number_of(job, "gathered")?);
        if !is_there(vault, id).await? {
            return Ok(());
        }
        let case = act::open(vault, &actor, id).await.map_err(fault)?;
        if times(&case.steps, Deed::Gathered) > before {
            return Ok(()); // it was killed behind its last step
        }
        let far = Far::of(vault, job);
        work::gather_for(vault, self.everyone.as_ref(), &actor, id, &far).await.map_err(fault)
    }
}

/// The job `make_answer`: the files of an answer that a second person approved are made, and with that it is approved.
pub struct MakeAnswer;

#[async_trait]
impl Handler for MakeAnswer {
    fn kind(&self) -> &'static str {
        MAKE
    }

    async fn run(&self, vault: &Vault, job: &Job) -> Result<(), JobFault> {
        let (id, actor, submitted) = (id_of(job, "request")?, asker(job)?, number_of(job, "submitted")?);
        if !is_there(vault, id).await? {
            return Ok(());
        }
        let case = act::open(vault, &actor, id).await.map_err(fault)?;
        if times(&case.steps, Deed::Submitted) != submitted {
            return Err(JobFault::Hopeless(
                "It was sent back meanwhile, and something else was given to the second person. Look at that."
                    .to_owned(),
            ));
        }
        if matches!(case.course.stage, Stage::Approved { .. } | Stage::Answered { .. }) {
            return Ok(()); // it was killed behind its last step
        }
        work::approve(vault, &actor, id, job.text("unit")?, &Far::of(vault, job)).await.map_err(fault)
    }
}
