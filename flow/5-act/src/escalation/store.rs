//! The SQL of escalation.

use base::{Code, Id, Timestamp, kind};
use vault::{Change, FromRow, Held, Reader, Row, StoreError, params};

use crate::moment::{Moment, store::covered};

const OPEN: &str = "SELECT moment, controller, category FROM moment_escalation \
     WHERE settled_at IS NULL AND to_duty = $1 AND controller || ' ' || category IN ({in}) \
     ORDER BY marked_at, moment LIMIT $2";
const NEXT: &str = "SELECT id, controller, category, next_check_at FROM moment \
     WHERE next_check_at IS NOT NULL AND controller || ' ' || category IN ({in}) ORDER BY next_check_at, id LIMIT 1";

/// The moment of a step that was taken and isn't settled.
struct Escalated {
    moment: Id<kind::Moment>,
    controller: Id<kind::Agency>,
    category: Code,
}

impl FromRow for Escalated {
    fn from_row(row: &Row) -> Result<Self, StoreError> {
        Ok(Self { moment: row.id("moment")?, controller: row.id("controller")?, category: row.parse("category")? })
    }
}

impl Held for Escalated {
    fn controller(&self) -> Id<kind::Agency> {
        self.controller
    }
    fn category(&self) -> &Code {
        &self.category
    }
}

pub(super) struct Next {
    pub(super) at: Timestamp,
    controller: Id<kind::Agency>,
    category: Code,
}

impl FromRow for Next {
    fn from_row(row: &Row) -> Result<Self, StoreError> {
        Ok(Self { at: row.time("next_check_at")?, controller: row.id("controller")?, category: row.parse("category")? })
    }
}

impl Held for Next {
    fn controller(&self) -> Id<kind::Agency> {
        self.controller
    }
    fn category(&self) -> &Code {
        &self.category
    }
}

/// The moments with a step that is not settled for a duty.
pub(crate) async fn moments_for(reader: &Reader, duty: &str, limit: u32) -> Result<Vec<Id<kind::Moment>>, StoreError> {
    let steps: Vec<Escalated> = reader.rows_in(OPEN, params![duty, limit], &covered(reader.permit())).await?;
    Ok(steps.into_iter().map(|step| step.moment).collect())
}

/// When the clocks must be looked at next.
pub(super) async fn next(reader: &Reader) -> Result<Option<Timestamp>, StoreError> {
    let next: Vec<Next> = reader.rows_in(NEXT, params![], &covered(reader.permit())).await?;
    Ok(next.iter().map(|next| next.at).min())
}

/// Marks steps of moments; those that are marked already stay as they are. Gives how many are new.
pub(super) async fn mark(change: &mut Change, steps: &[(&Moment, &'static str, Code)]) -> Result<u64, StoreError> {
    let now = change.now();
    let rows = steps
        .iter()
        .map(|(moment, step, to)| params![moment.id, *step, moment.controller, &moment.category, to, now])
        .collect();
    change
        .insert_many(
            "moment_escalation",
            &["moment", "step", "controller", "category", "to_duty", "marked_at"],
            rows,
            "ON CONFLICT (moment, step) DO NOTHING",
        )
        .await
}

/// Says when a moment is to be looked at next.
pub(super) async fn check_at(
    change: &mut Change,
    moment: Id<kind::Moment>,
    at: Option<Timestamp>,
) -> Result<(), StoreError> {
    change.execute("UPDATE moment SET next_check_at = $2 WHERE id = $1", params![moment, at]).await?;
    Ok(())
}

/// Settles what the moment's new state answers: everything once it is not open, `unassigned` once somebody has it.
pub(crate) async fn settle(change: &mut Change, moment: &Moment) -> Result<(), StoreError> {
    let now = change.now();
    if moment.state == crate::moment::State::Open {
        const TAKEN: &str = "UPDATE moment_escalation SET settled_at = $2 WHERE moment = $1 AND step = 'unassigned' AND settled_at IS NULL";
        change.execute(TAKEN, params![moment.id, now]).await?;
    } else {
        const OVER: &str = "UPDATE moment_escalation SET settled_at = $2 WHERE moment = $1 AND settled_at IS NULL";
        change.execute(OVER, params![moment.id, now]).await?;
    }
    Ok(())
}
