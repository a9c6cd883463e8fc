//! A run of linking: reads the records that live agreements let it see, finds which are the same person, and makes what is
//! stored say so. It is a repair, not a script: it compares what should be with what is and writes the difference in short
//! changes, so a run that was killed anywhere is mended by the next, and a run over an unchanged county writes nothing.

mod assign;
mod job;
pub(crate) mod plan;
pub(crate) mod source;
pub mod store;
mod write;

use base::{Id, code, kind};
use vault::{Actor, Ask, Cause, Facet, Operation, Permit, Purpose, Refusal, Scope, StoreError, Vault, Verb};

use crate::{adoption::Apart, spec::Model};
pub use job::LinkRecords;

/// What came of a run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RunReport {
    /// The run.
    pub run: Id<kind::Run>,
    /// Records that it saw.
    pub records: u64,
    /// Pairs of records that it keeps: links, those for review, those that somebody decided.
    pub pairs: u64,
    /// People to whom the records belong.
    pub people: u64,
    /// Pairs that wait for a person.
    pub review: u64,
    /// Whether every pair was weighed anew, or only those with a new record.
    pub whole: bool,
    /// Rows that it wrote or deleted: none where nothing had changed.
    pub changes: u64,
}

/// How far a run has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Progress {
    /// What is being done, to be shown: "Reading records".
    pub step: &'static str,
    /// Units done.
    pub done: u64,
    /// Units in all; 0 where that isn't known yet.
    pub of: u64,
}

/// Whom a run tells how far it has come.
pub type Tell<'a> = &'a (dyn Fn(Progress) + Send + Sync);

/// Why a run did not finish. What it had written stays and is right; the next run goes on from there.
#[derive(Debug, thiserror::Error)]
pub enum RunError {
    /// The database's.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// No permit for what the unit itself keeps.
    #[error(transparent)]
    Refused(#[from] Refusal),
    /// There is no unit yet whose decisions these would be.
    #[error("the unit is not set up yet: add it first")]
    NoUnit,
    /// The model makes no sense, or finds too many pairs.
    #[error(transparent)]
    Model(#[from] linkage::Error),
    /// What permitted it changed while it ran, more often than it begins again by itself.
    #[error(
        "what may be used for linking changed while it ran; it stopped, and goes on with what is permitted now when it is run again"
    )]
    NotPermitted,
    /// Another run began, or somebody decided about a pair meanwhile.
    #[error("another run of linking began, or somebody decided about a pair; run it again")]
    Overtaken,
    /// The comparison stopped.
    #[error("comparing the records stopped half-way")]
    Stopped,
}

/// How often a run that was overtaken, or whose permit ended, begins again by itself.
const TRIES: u32 = 3;

/// Links all records, with the model that is built in.
///
/// # Errors
/// A [`RunError`].
pub async fn run(vault: &Vault, actor: &Actor, tell: Tell<'_>) -> Result<RunReport, RunError> {
    run_with(vault, actor, &Model::built_in()?, tell).await
}

/// As [`run`], with another model.
///
/// # Errors
/// A [`RunError`].
pub async fn run_with(vault: &Vault, actor: &Actor, model: &Model, tell: Tell<'_>) -> Result<RunReport, RunError> {
    let mut tries = 1;
    loop {
        let run: Id<kind::Run> = vault.new_id();
        let outcome = match run_once(vault, actor, model, run, tell).await {
            Err(RunError::Store(StoreError::NoLonger)) => {
                store::stop(vault, cause(actor, run), run).await?;
                Err(RunError::NotPermitted)
            }
            outcome => outcome,
        };
        match outcome {
            Err(RunError::Overtaken | RunError::NotPermitted) if tries < TRIES => tries += 1,
            outcome => return outcome,
        }
    }
}

fn cause(actor: &Actor, run: Id<kind::Run>) -> Cause {
    Cause {
        actor: actor.clone(),
        purpose: Purpose::Linking,
        operation: Operation::Combination,
        act: code!("records_linked"),
        scope: Scope::of("run", run),
    }
}

/// One try. It ends with [`StoreError::NoLonger`] before the next page that it would read, or the next change that it would write, once
/// any of what it was permitted is no longer.
async fn run_once(
    vault: &Vault,
    actor: &Actor,
    model: &Model,
    run: Id<kind::Run>,
    tell: Tell<'_>,
) -> Result<RunReport, RunError> {
    let unit = unit_facet(vault).await?;
    let cause = cause(actor, run);
    store::begin(vault, &cause, run, model).await?;
    let (permit, withheld) = permit(vault, actor, run, &unit).await?;
    let reader = vault.read(&permit)?;
    let writer = write::Writer::new(vault, cause, &permit, run, unit.controller);
    writer.unmake(&withheld).await?;

    let sources = source::Sources::load(&reader, tell).await?;
    let mut stored = store::Stored::load(&reader, vault, model).await?;
    stored.look_up_stale(&reader, |record| sources.number(record).is_some()).await?;
    tell(Progress { step: "Comparing records", done: 0, of: sources.len() as u64 });
    let apart = Apart::load(&reader).await?;
    let (kept_apart, heirs) = (apart.numbers(&sources), apart.heirs(&sources));
    let (model, input) = (model.clone(), plan::Input { sources, stored, kept_apart });
    let found =
        tokio::task::spawn_blocking(move || plan::find(&model, input)).await.map_err(|_| RunError::Stopped)??;
    let people = assign::assign(&reader, vault, &found).await?;
    let plan = plan::differences(&found, &people);
    writer.write(&found, &plan, tell).await?;
    writer.of_the_same(&heirs).await?;
    let review = store::waiting_for_review(&reader).await?;
    let report = RunReport {
        run,
        records: found.sources.len() as u64,
        pairs: found.pairs.len() as u64,
        people: found.clusters.len() as u64,
        review,
        whole: found.whole,
        changes: writer.changes(),
    };
    writer.finish(&report).await?;
    Ok(report)
}

/// What the unit itself keeps about links.
pub(crate) async fn unit_facet(vault: &Vault) -> Result<Facet, RunError> {
    share::api::unit_facet(&vault.plain(), code!("link_decision")).await?.ok_or(RunError::NoUnit)
}

/// The facets of everything that partners send about people.
///
/// # Errors
/// The database's.
pub(crate) async fn partner_facets(vault: &Vault, unit: &Facet) -> Result<Vec<Facet>, StoreError> {
    let mut facets = share::api::all_person_facets(&vault.book()).await?;
    facets.retain(|facet| facet.controller != unit.controller);
    Ok(facets)
}

/// The job's permit, and what it withholds: feeds without a live agreement that covers linking.
async fn permit(
    vault: &Vault,
    actor: &Actor,
    run: Id<kind::Run>,
    unit: &Facet,
) -> Result<(Permit, Vec<Facet>), RunError> {
    let mut facets = partner_facets(vault, unit).await?;
    facets.push(unit.clone());
    let ask = Ask {
        actor: actor.clone(),
        verb: Verb::Link,
        scope: Scope::of("run", run),
        purpose: Purpose::Linking,
        facets,
        facts: std::collections::BTreeMap::new(),
    };
    let permit = vault.permit(ask).await?;
    let withheld = permit.withheld().iter().map(|(facet, _)| facet.clone()).collect();
    Ok((permit, withheld))
}
