//! Reports of erasures, and the job that proves them: it counts what the catalogue's tables still hold, reads through every text of the
//! database, and notes where the log says it.

use std::collections::{BTreeMap, BTreeSet};

use async_trait::async_trait;
use base::{Code, Id, Timestamp, code, kind};
use serde_json::json;
use vault::{
    Actor, Cause, Change, FromRow, Operation, Plain, Purpose, Refusal, Row, Scope, Staff, StoreError, Vault,
    jobs::{Handler, Job, JobFault},
    params,
};

use super::{Erased, Erasing, plan::erase_permit};

/// The kind of the job that proves.
pub(super) const KIND: &str = "prove_erasure";

/// The job `prove_erasure`.
pub struct ProveErasure;

/// A report to be kept.
pub(super) struct New<'n> {
    pub erasure: Id<kind::Erasure>,
    pub what: &'n Erasing,
    pub gone: &'n BTreeMap<String, u64>,
    pub files: u64,
    pub told: u64,
    pub sources: u64,
    pub tombstones: u64,
}

/// A report.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Report {
    pub id: Id<kind::Erasure>,
    pub rule: Code,
    pub reason: Code,
    pub by: Option<Id<kind::Member>>,
    pub second: Option<Id<kind::Member>>,
    pub at: Timestamp,
    pub gone: BTreeMap<String, u64>,
    pub files: u64,
    pub told: u64,
    pub sources: u64,
    pub tombstones: u64,
    pub proof: Option<Proof>,
}

/// What was found afterwards.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Proof {
    pub at: Timestamp,
    /// Rows of tables about people that still name any of it.
    pub left: BTreeMap<String, u64>,
    /// Rows of any table that hold an id of it anywhere in their texts.
    pub found: BTreeMap<String, u64>,
    pub tables_read: u64,
    /// The entry of the log.
    pub entry: Option<u64>,
}

fn counts(row: &Row, column: &str) -> Result<BTreeMap<String, u64>, StoreError> {
    serde_json::from_str(&row.opt_text(column)?.unwrap_or_else(|| "{}".to_owned()))
        .map_err(|error| StoreError::BadValue { column: column.to_owned(), problem: error.to_string() })
}

impl FromRow for Report {
    fn from_row(row: &Row) -> Result<Self, StoreError> {
        let proof = match row.opt_time("proved_at")? {
            None => None,
            Some(at) => Some(Proof {
                at,
                left: counts(row, "rows_left")?,
                found: counts(row, "rows_found")?,
                tables_read: row.opt_int("tables_read")?.and_then(|n| u64::try_from(n).ok()).unwrap_or_default(),
                entry: row.opt_int("entry")?.and_then(|n| u64::try_from(n).ok()),
            }),
        };
        Ok(Self {
            id: row.id("id")?,
            rule: row.parse("rule")?,
            reason: row.parse("reason")?,
            by: row.opt_parse("by_member")?,
            second: row.opt_parse("second_member")?,
            at: row.time("at")?,
            gone: counts(row, "rows_gone")?,
            files: row.count("files")?,
            told: row.count("told")?,
            sources: row.count("sources")?,
            tombstones: row.count("tombstones")?,
            proof,
        })
    }
}

macro_rules! of_report {
    ($rest:literal) => {
        concat!(
            "SELECT id, rule, reason, by_member, second_member, at, rows_gone, files, told, sources, tombstones, proved_at, rows_left, \
             rows_found, tables_read, entry FROM erasure_report ",
            $rest
        )
    };
}

/// The latest reports.
pub(crate) async fn latest(staff: &Staff) -> Result<Vec<Report>, StoreError> {
    staff.rows(of_report!("ORDER BY at DESC, id DESC LIMIT 200"), params![]).await
}

pub(crate) async fn one(staff: &Staff, id: Id<kind::Erasure>) -> Result<Option<Report>, StoreError> {
    staff.first(of_report!("WHERE id = $1"), params![id]).await
}

/// The erasure that the same form made before.
pub(super) async fn by_form(change: &Change, form_key: &str) -> Result<Option<Erased>, StoreError> {
    let found: Vec<Report> = change.rows(of_report!("WHERE form_key = $1"), params![form_key]).await?;
    Ok(found.first().map(|report| Erased { erasure: report.id, rows: report.gone.values().sum() }))
}

/// As [`by_form`], outside a change.
pub(super) async fn done_by(vault: &Vault, form_key: &str) -> Result<Option<Erased>, StoreError> {
    let found: Option<Report> = vault.book().first(of_report!("WHERE form_key = $1"), params![form_key]).await?;
    Ok(found.map(|report| Erased { erasure: report.id, rows: report.gone.values().sum() }))
}

const REPORT: &str = "INSERT INTO erasure_report (id, rule, reason, by_kind, by_member, second_member, at, rows_gone, files, told, \
     sources, tombstones, form_key) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)";

pub(super) async fn keep(change: &mut Change, new: &New<'_>, ids: &BTreeSet<String>) -> Result<(), StoreError> {
    let (by, now) = (change.actor().clone(), change.now());
    let member = match &by {
        Actor::Member { id, .. } => Some(*id),
        _ => None,
    };
    change
        .execute(
            REPORT,
            params![
                new.erasure,
                &new.what.rule,
                &new.what.reason,
                by.kind(),
                member,
                new.what.second,
                now,
                json!(new.gone).to_string(),
                new.files,
                new.told,
                new.sources,
                new.tombstones,
                &new.what.form_key,
            ],
        )
        .await?;
    let rows = ids.iter().map(|id| params![new.erasure, id]).collect();
    change.insert_many("erased_id", &["erasure", "was"], rows, "").await?;
    Ok(())
}

/// What other stages reached of it, as (what, how many, how many later).
pub(crate) struct Reach {
    pub what: String,
    pub n: u64,
    pub later: u64,
}

impl FromRow for Reach {
    fn from_row(row: &Row) -> Result<Self, StoreError> {
        Ok(Self { what: row.text("what")?, n: row.count("n")?, later: row.count("later")? })
    }
}

pub(crate) async fn reach(plain: &Plain, id: Id<kind::Erasure>) -> Result<Vec<Reach>, StoreError> {
    plain.rows("SELECT what, n, later FROM erasure_reach WHERE erasure = $1 ORDER BY what", params![id]).await
}

/// When this database was restored and erased again.
pub(crate) struct Again {
    pub at: Timestamp,
    pub tombstones: u64,
    pub rows: u64,
}

impl FromRow for Again {
    fn from_row(row: &Row) -> Result<Self, StoreError> {
        Ok(Self { at: row.time("at")?, tombstones: row.count("tombstones")?, rows: row.count("rows_erased")? })
    }
}

pub(crate) async fn again(plain: &Plain) -> Result<Vec<Again>, StoreError> {
    plain.rows("SELECT at, tombstones, rows_erased FROM erased_again ORDER BY at DESC LIMIT 20", params![]).await
}

struct Was(String);

impl FromRow for Was {
    fn from_row(row: &Row) -> Result<Self, StoreError> {
        row.text("was").map(Self)
    }
}

struct Position(u64);

impl FromRow for Position {
    fn from_row(row: &Row) -> Result<Self, StoreError> {
        row.count("position").map(Self)
    }
}

fn cause(actor: &Actor, act: Code, erasure: Id<kind::Erasure>) -> Cause {
    Cause {
        actor: actor.clone(),
        purpose: Purpose::Administration,
        operation: Operation::Administration,
        act,
        scope: Scope::of("erasure_proof", erasure),
    }
}

#[async_trait]
impl Handler for ProveErasure {
    fn kind(&self) -> &'static str {
        KIND
    }

    async fn run(&self, vault: &Vault, job: &Job) -> Result<(), JobFault> {
        let id =
            job.text("erasure")?.parse().map_err(|_| JobFault::Hopeless("the job's erasure is no id".to_owned()))?;
        prove(vault, &job.actor()?, id).await.map_err(|refusal| match refusal {
            Refusal::Store(error) => error.into(),
            refused @ Refusal::Refused { .. } => JobFault::Later(refused.to_string()),
        })
    }
}

/// Looks whether anything is left, and keeps what it found.
pub(crate) async fn prove(vault: &Vault, actor: &Actor, id: Id<kind::Erasure>) -> Result<(), Refusal> {
    let plain = vault.plain();
    let was: Vec<Was> = plain.rows("SELECT was FROM erased_id WHERE erasure = $1 ORDER BY was", params![id]).await?;
    let ids: Vec<String> = was.into_iter().map(|was| was.0).collect();
    // Jobs that still name them would find nothing.
    for part in ids.chunks(20) {
        let mut change = vault.change(cause(actor, code!("erasure_jobs_forgotten"), id)).await?;
        let jobs = change.forget_jobs(part).await?;
        if jobs > 0 {
            change.note("jobs", jobs);
            change.commit().await?;
        }
    }
    let permit = erase_permit(vault, actor, Purpose::Administration).await?;
    let left = vault.left_about(&permit, &ids).await?;
    let (found, read) = vault.found_in_texts(&permit, &ids).await?;
    let entry: Option<Position> = vault
        .book()
        .first(
            "SELECT position FROM audit_entry WHERE scope = $1 AND scope_kind = 'erasure' ORDER BY position LIMIT 1",
            params![id],
        )
        .await?;
    let mut change = vault.change(cause(actor, code!("erasure_proved"), id)).await?;
    let now = change.now();
    change
        .execute(
            "UPDATE erasure_report SET proved_at = $2, rows_left = $3, rows_found = $4, tables_read = $5, entry = $6 WHERE id = $1",
            params![
                id,
                now,
                json!(left).to_string(),
                json!(found).to_string(),
                read as u64,
                entry.map(|entry| entry.0)
            ],
        )
        .await?;
    change.note("left", left.values().sum::<u64>());
    change.note("found", found.values().sum::<u64>());
    change.commit().await?;
    Ok(())
}

/// After a restore, the reports of what was erased since the backup are lost with it: a report is made anew from the tombstones, and proved.
pub(crate) async fn see_to_lost_reports(vault: &Vault, actor: &Actor) -> Result<(), StoreError> {
    const LOST: &str = "SELECT was FROM tombstone t WHERE t.erased_at <= $1 AND t.rule <> 'expired' AND t.rule <> 'erased_sources' AND t.category <> 'blob' \
         AND NOT EXISTS (SELECT 1 FROM erased_id e WHERE e.was = t.was) ORDER BY was LIMIT 5000";
    let plain = vault.plain();
    let again = again(&plain).await?;
    let Some(latest) = again.first() else { return Ok(()) };
    let lost: Vec<Was> = plain.rows(LOST, params![latest.at]).await?;
    if lost.is_empty() {
        return Ok(());
    }
    let cause = Cause {
        actor: actor.clone(),
        purpose: Purpose::Administration,
        operation: Operation::Administration,
        act: code!("erasure_report_restored"),
        scope: Scope::unit(),
    };
    let mut change = vault.change(cause).await?;
    let erasure = change.new_id();
    let what = Erasing {
        ids: Vec::new(),
        rule: code!("erased_again"),
        reason: code!("after_restore"),
        by: actor.clone(),
        second: None,
        form_key: format!("after_restore:{erasure}"),
    };
    let ids: BTreeSet<String> = lost.into_iter().map(|was| was.0).collect();
    let gone = BTreeMap::new();
    let tombstones = ids.len() as u64;
    keep(&mut change, &New { erasure, what: &what, gone: &gone, files: 0, told: 0, sources: 0, tombstones }, &ids)
        .await?;
    let now = change.now();
    change.enqueue(KIND, &json!({ "erasure": erasure.to_string() }), now).await?;
    change.about(Scope::of("erasure", erasure));
    change.note("tombstones", ids.len());
    change.commit().await
}
