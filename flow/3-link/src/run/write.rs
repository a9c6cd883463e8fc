//! Writes a plan in short changes. Each change first makes sure that the run is still the one that may write, and that what it read may
//! still be used.

use std::sync::atomic::{AtomicU64, Ordering};

use base::{Id, code, kind};
use vault::{Announcement, Cause, Change, Facet, Marks, Permit, StoreError, Value, Vault, params};

use super::{
    Progress, RunError, RunReport, Tell,
    plan::{Found, Placing, Plan},
};
use crate::{pair::store as pairs, person::store as people, search::store as search};

/// Rows of a change: well under 50 milliseconds on a slow disk.
const ROWS: usize = 600;
/// Statements of a change that go one by one.
const SINGLES: usize = 100;

const TOUCH: &str = "UPDATE link_run SET batches = batches + 1 WHERE id = $1 AND state = 'running'";
const FINISH: &str = "UPDATE link_run SET state = 'done', finished_at = $2, records = $3, pairs = $4, people = $5, review = $6, \
     whole = $7 WHERE id = $1 AND state = 'running'";

/// A facet and what is marked of it.
fn with_marks(facet: &Facet) -> Vec<Facet> {
    let marked =
        Marks::EVERY.iter().filter_map(|marks| Some(Facet { category: marks.on(&facet.category)?, ..facet.clone() }));
    std::iter::once(facet.clone()).chain(marked).collect()
}

/// The hand of one run.
pub(super) struct Writer<'a> {
    vault: &'a Vault,
    cause: Cause,
    permit: &'a Permit,
    run: Id<kind::Run>,
    unit: Id<kind::Agency>,
    changes: AtomicU64,
}

impl<'a> Writer<'a> {
    pub(super) fn new(
        vault: &'a Vault,
        cause: Cause,
        permit: &'a Permit,
        run: Id<kind::Run>,
        unit: Id<kind::Agency>,
    ) -> Self {
        Self { vault, cause, permit, run, unit, changes: AtomicU64::new(0) }
    }

    /// Rows written or deleted so far.
    pub(super) fn changes(&self) -> u64 {
        self.changes.load(Ordering::Relaxed)
    }

    /// Begins a change, as long as what was read for it may still be used.
    async fn open(&self) -> Result<Change, RunError> {
        self.vault.still_stands(self.permit).await?;
        let mut change = self.vault.change(self.cause.clone()).await?;
        if change.execute(TOUCH, params![self.run]).await? == 0 {
            return Err(RunError::Overtaken);
        }
        Ok(change)
    }

    async fn commit(&self, mut change: Change, what: &'static str, rows: u64) -> Result<(), StoreError> {
        change.note("what", what);
        change.note("rows", rows);
        change.commit().await?;
        self.changes.fetch_add(rows, Ordering::Relaxed);
        Ok(())
    }

    /// Unmakes the links of data that no live agreement lets be linked any more.
    pub(super) async fn unmake(&self, withheld: &[Facet]) -> Result<(), RunError> {
        for facet in &withheld.iter().flat_map(with_marks).collect::<Vec<_>>() {
            let keys = || params![facet.controller, &facet.category];
            for (sql, params) in [
                (people::UNMAKE_RECORDS, keys()),
                (people::UNMAKE_MOVES, keys()),
                (search::UNMAKE, keys()),
                (pairs::UNMAKE, params![pairs::facet_key(facet)]),
            ] {
                self.delete_all(sql, params).await?;
            }
        }
        Ok(())
    }

    async fn delete_all(&self, sql: &'static str, params: Vec<Value>) -> Result<(), RunError> {
        loop {
            let mut change = self.open().await?;
            let rows = change.execute(sql, params.clone()).await?;
            if rows == 0 {
                return Ok(());
            }
            self.commit(change, "unmade", rows).await?;
        }
    }

    /// Writes all of a plan. People come with their first record, so that none is left behind without.
    pub(super) async fn write(&self, found: &Found, plan: &Plan, tell: Tell<'_>) -> Result<(), RunError> {
        let of = (plan.placings.len() + plan.search.len() + found.changed_pairs.len()) as u64;
        let mut done = 0;
        let mut step = |rows: usize| {
            done += rows as u64;
            tell(Progress { step: "Writing people and pairs", done, of });
        };
        for part in plan.placings.chunks(ROWS) {
            self.place(part, plan).await?;
            step(part.len());
        }
        for part in plan.merges.chunks(ROWS) {
            let mut change = self.open().await?;
            people::merge(&mut change, part).await?;
            self.commit(change, "people_merged", part.len() as u64).await?;
        }
        for part in plan.search.chunks(ROWS) {
            let mut change = self.open().await?;
            search::insert(&mut change, self.vault, part).await?;
            self.commit(change, "searchable", part.len() as u64).await?;
            step(part.len());
        }
        for part in found.changed_pairs.chunks(ROWS) {
            let mut change = self.open().await?;
            pairs::keep(&mut change, self.unit, self.run, part).await?;
            self.commit(change, "pairs", part.len() as u64).await?;
            step(part.len());
        }
        for part in found.carried.chunks(SINGLES) {
            let mut change = self.open().await?;
            pairs::carry(&mut change, part).await?;
            self.commit(change, "decisions_carried", part.len() as u64).await?;
        }
        self.remove(plan).await
    }

    async fn place(&self, part: &[Placing], plan: &Plan) -> Result<(), RunError> {
        let mut change = self.open().await?;
        let mut new: Vec<Id<kind::Person>> =
            part.iter().map(|placing| placing.person).filter(|person| plan.new_people.contains(person)).collect();
        new.sort_unstable();
        new.dedup();
        people::add(&mut change, self.unit, &new).await?;
        people::place(
            &mut change,
            part.iter().map(|placing| {
                (placing.record, placing.person, placing.controller, &placing.category, placing.superseded)
            }),
        )
        .await?;
        let moved = part.iter().filter_map(|placing| {
            Some((placing.record, placing.from?, placing.person, placing.controller, &placing.category))
        });
        people::note_moves(&mut change, &self.run.to_string(), moved).await?;
        Ok(self.commit(change, "records_placed", part.len() as u64).await?)
    }

    async fn remove(&self, plan: &Plan) -> Result<(), RunError> {
        for part in plan.unlinked.chunks(SINGLES) {
            let mut change = self.open().await?;
            for record in part {
                change.execute(people::UNLINK, params![*record]).await?;
            }
            self.commit(change, "unlinked", part.len() as u64).await?;
        }
        for part in plan.unsearchable.chunks(SINGLES) {
            let mut change = self.open().await?;
            for record in part {
                change.execute(search::REMOVE, params![*record]).await?;
            }
            self.commit(change, "unsearchable", part.len() as u64).await?;
        }
        for part in plan.dropped_pairs.chunks(SINGLES) {
            let mut change = self.open().await?;
            for (left, right) in part {
                change.execute(pairs::DROP, params![*left, *right]).await?;
            }
            self.commit(change, "pairs_dropped", part.len() as u64).await?;
        }
        Ok(())
    }

    /// Later versions of records that are kept apart are kept apart.
    pub(super) async fn of_the_same(
        &self,
        heirs: &[(Id<crate::adoption::Adoption>, Id<kind::Record>, String, bool)],
    ) -> Result<(), RunError> {
        for part in heirs.chunks(SINGLES) {
            let mut change = self.open().await?;
            crate::adoption::store::add_heirs(&mut change, part).await?;
            self.commit(change, "kept_apart", part.len() as u64).await?;
        }
        Ok(())
    }

    /// The run is done and says so.
    pub(super) async fn finish(&self, report: &RunReport) -> Result<(), RunError> {
        let mut change = self.open().await?;
        let now = change.now();
        let params = params![self.run, now, report.records, report.pairs, report.people, report.review, report.whole];
        change.execute(FINISH, params).await?;
        for (key, count) in [("records", report.records), ("pairs", report.pairs), ("people", report.people)] {
            change.note(key, count);
        }
        let payload = serde_json::json!({ "run": self.run.to_string() });
        change.announce(&Announcement { topic: "people_linked", payload }).await?;
        change.note("phase", code!("done"));
        Ok(change.commit().await?)
    }
}
