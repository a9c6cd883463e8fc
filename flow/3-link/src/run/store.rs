//! The SQL of runs, and what is stored already when one begins.

use std::collections::{HashMap, HashSet};

use base::{Id, Timestamp, kind};
use ingest::api::records_by_ids;
use vault::{Cause, FromRow, Reader, Row, StoreError, Vault, params};

use super::source::origin;
use crate::{
    pair::{Answer, KeptPair, store as pairs},
    person::{PersonRecord, store as people},
    spec::Model,
};

const OVERTAKE: &str = "UPDATE link_run SET state = 'overtaken', finished_at = $1 WHERE state = 'running'";
const STOP: &str = "UPDATE link_run SET state = 'overtaken', not_permitted = TRUE, finished_at = $2 WHERE id = $1 AND state = 'running'";
const LAST_STOP: &str = "SELECT finished_at FROM link_run WHERE not_permitted AND finished_at > COALESCE((SELECT finished_at FROM link_run \
     WHERE state = 'done' ORDER BY started_at DESC, id DESC LIMIT 1 OFFSET 1), 0) ORDER BY started_at DESC, id DESC LIMIT 1";
const LAST_JOB: &str = "SELECT COALESCE(MAX(id), '') AS id FROM job WHERE kind = 'link_records'";
const BEGIN: &str =
    "INSERT INTO link_run (id, state, spec, whole, served_through, started_at) VALUES ($1, 'running', $2, $3, $4, $5)";
const KEEP_SPEC: &str =
    "INSERT INTO link_spec (version, toml, first_used_at) VALUES ($1, $2, $3) ON CONFLICT (version) DO NOTHING";
const LAST_WHOLE: &str =
    "SELECT spec, records FROM link_run WHERE state = 'done' AND whole = $1 ORDER BY started_at DESC, id DESC LIMIT 1";
const LAST_DONE: &str = "SELECT id, served_through, started_at, finished_at, records, pairs, people, review FROM link_run \
     WHERE state = 'done' ORDER BY started_at DESC, id DESC LIMIT 1";
const SPEC: &str = "SELECT toml FROM link_spec WHERE version = $1";

/// The last run that finished.
#[derive(Debug, Clone)]
pub struct LastRun {
    /// The run.
    pub id: Id<kind::Run>,
    /// When it began.
    pub started_at: Timestamp,
    /// When it was done.
    pub finished_at: Option<Timestamp>,
    /// Records that it saw.
    pub records: u64,
    /// People to whom they belong.
    pub people: u64,
    /// Pairs that waited for a person when it was done.
    pub review: u64,
    pub(crate) served_through: String,
}

impl FromRow for LastRun {
    fn from_row(row: &Row) -> Result<Self, StoreError> {
        Ok(Self {
            id: row.id("id")?,
            started_at: row.time("started_at")?,
            finished_at: row.opt_time("finished_at")?,
            records: row.count("records")?,
            people: row.count("people")?,
            review: row.count("review")?,
            served_through: row.text("served_through")?,
        })
    }
}

struct OneText(String);

impl FromRow for OneText {
    fn from_row(row: &Row) -> Result<Self, StoreError> {
        Ok(Self(row.text("id").or_else(|_| row.text("toml"))?))
    }
}

struct At(Timestamp);

impl FromRow for At {
    fn from_row(row: &Row) -> Result<Self, StoreError> {
        row.time("finished_at").map(Self)
    }
}

struct WholeRun {
    spec: String,
    records: u64,
}

impl FromRow for WholeRun {
    fn from_row(row: &Row) -> Result<Self, StoreError> {
        Ok(Self { spec: row.text("spec")?, records: row.count("records")? })
    }
}

/// Begins a run and ends the claim of any other: from now on theirs can't write.
pub(super) async fn begin(vault: &Vault, cause: &Cause, run: Id<kind::Run>, model: &Model) -> Result<(), StoreError> {
    let mut change = vault.change(cause.clone()).await?;
    let now = change.now();
    change.execute(OVERTAKE, params![now]).await?;
    let last: Vec<OneText> = change.rows(LAST_JOB, params![]).await?;
    let last = last.into_iter().next().map(|row| row.0).unwrap_or_default();
    change.execute(KEEP_SPEC, params![&model.version, &model.toml, now]).await?;
    change.execute(BEGIN, params![run, &model.version, true, last, now]).await?;
    change.note("phase", "begin");
    change.commit().await
}

/// A run whose permit ended stops, and says so.
pub(super) async fn stop(vault: &Vault, cause: Cause, run: Id<kind::Run>) -> Result<(), StoreError> {
    let mut change = vault.change(cause).await?;
    let now = change.now();
    if change.execute(STOP, params![run, now]).await? > 0 {
        change.note("phase", "not_permitted_any_more");
        change.commit().await?;
    }
    Ok(())
}

/// When the last run stopped because what it was permitted changed; none once two runs have finished since.
///
/// # Errors
/// The database's.
pub(crate) async fn last_stop(vault: &Vault) -> Result<Option<Timestamp>, StoreError> {
    let found: Option<At> = vault.plain().first(LAST_STOP, params![]).await?;
    Ok(found.map(|found| found.0))
}

/// Stops a run that goes on while somebody decides. Gives whether there was one.
pub(crate) async fn overtake(change: &mut vault::Change) -> Result<bool, StoreError> {
    let now = change.now();
    Ok(change.execute(OVERTAKE, params![now]).await? > 0)
}

/// The last run that finished.
///
/// # Errors
/// The database's.
pub async fn last_run(vault: &Vault) -> Result<Option<LastRun>, StoreError> {
    vault.plain().first(LAST_DONE, params![]).await
}

/// The text of the model that a score was made with.
pub(crate) async fn spec_text(vault: &Vault, version: &str) -> Result<Option<String>, StoreError> {
    let row: Option<OneText> = vault.plain().first(SPEC, params![version]).await?;
    Ok(row.map(|row| row.0))
}

/// How many pairs wait for a person, among those that the permit covers.
pub(crate) async fn waiting_for_review(reader: &Reader) -> Result<u64, StoreError> {
    pairs::count_waiting(reader).await
}

/// What is stored when a run begins.
#[derive(Debug, Default)]
pub(crate) struct Stored {
    /// Where each record belongs.
    pub people: HashMap<Id<kind::Record>, PersonRecord>,
    /// The origin of stored records that are no longer current, where it can still be read.
    pub stale: HashMap<Id<kind::Record>, String>,
    /// Pairs by their records.
    pub pairs: HashMap<(Id<kind::Record>, Id<kind::Record>), KeptPair>,
    /// What people decided; the last word about each pair.
    pub decided: Vec<(Id<kind::Record>, Id<kind::Record>, Answer)>,
    /// Records that can be searched for.
    pub searchable: HashSet<Id<kind::Record>>,
    /// Records at the last whole run with this very model; none where there was no such run.
    pub whole_at: Option<u64>,
}

impl Stored {
    pub(crate) async fn load(reader: &Reader, vault: &Vault, model: &Model) -> Result<Self, StoreError> {
        let people: HashMap<_, _> = people::all(reader).await?.into_iter().map(|row| (row.record, row)).collect();
        let pairs: HashMap<_, _> =
            pairs::all(reader).await?.into_iter().map(|pair| ((pair.left, pair.right), pair)).collect();
        let whole: Option<WholeRun> = vault.plain().first(LAST_WHOLE, params![true]).await?;
        Ok(Self {
            people,
            stale: HashMap::new(),
            pairs,
            decided: pairs::decisions(reader).await?,
            searchable: crate::search::store::records(reader).await?,
            whole_at: whole.filter(|whole| whole.spec == model.version).map(|whole| whole.records),
        })
    }

    /// Looks up records that are named but no longer current: a superseded version hands on what was known of it.
    pub(crate) async fn look_up_stale(
        &mut self,
        reader: &Reader,
        current: impl Fn(Id<kind::Record>) -> bool,
    ) -> Result<(), StoreError> {
        let named = self.people.keys().copied().chain(self.decided.iter().flat_map(|(left, right, _)| [*left, *right]));
        let mut gone: Vec<Id<kind::Record>> = named.filter(|record| !current(*record)).collect();
        gone.sort_unstable();
        gone.dedup();
        let found = records_by_ids(reader, &gone).await?;
        self.stale = found.iter().map(|record| (record.id, origin(record))).collect();
        Ok(())
    }
}
