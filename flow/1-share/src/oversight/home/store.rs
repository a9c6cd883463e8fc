//! The SQL of the officer’s home. Requests are read as each agency’s own, or as the unit’s; refusals from the days’ numbers of the log.

use base::{Code, Id, Timestamp, kind};
use vault::{FromRow, Held, Reader, Row, Staff, StoreError, params};

/// A request that waits, without whom it is about.
pub(super) struct WaitingAsk {
    pub asked_at: Timestamp,
    pub answer_by: Timestamp,
    held_by: Id<kind::Agency>,
    category: Code,
}

impl Held for WaitingAsk {
    fn controller(&self) -> Id<kind::Agency> {
        self.held_by
    }
    fn category(&self) -> &Code {
        &self.category
    }
}

impl FromRow for WaitingAsk {
    fn from_row(row: &Row) -> Result<Self, StoreError> {
        Ok(Self {
            asked_at: row.time("asked_at")?,
            answer_by: row.time("answer_by")?,
            held_by: row.id("held_by")?,
            category: row.parse("category")?,
        })
    }
}

/// How many requests are in one state.
pub(super) struct InState {
    pub state: String,
    pub n: u64,
    held_by: Id<kind::Agency>,
    category: Code,
}

impl Held for InState {
    fn controller(&self) -> Id<kind::Agency> {
        self.held_by
    }
    fn category(&self) -> &Code {
        &self.category
    }
}

impl FromRow for InState {
    fn from_row(row: &Row) -> Result<Self, StoreError> {
        Ok(Self {
            state: row.text("state")?,
            n: row.count("n")?,
            held_by: row.id("held_by")?,
            category: row.parse("category")?,
        })
    }
}

const WAITING_IN_UNIT: &str = "SELECT CAST($1 AS TEXT) AS held_by, category, asked_at, answer_by FROM ask WHERE state = 'waiting' \
     ORDER BY answer_by, id LIMIT 2000";
const WAITING_AT_OWNER: &str = "SELECT controller AS held_by, category, asked_at, answer_by FROM ask \
     WHERE controller = $1 AND state = 'waiting' ORDER BY answer_by, id LIMIT 2000";
const STATES_IN_UNIT: &str = "SELECT CAST($1 AS TEXT) AS held_by, category, state, COUNT(*) AS n FROM ask WHERE asked_at >= $2 \
     GROUP BY category, state ORDER BY state";
const STATES_AT_OWNER: &str = "SELECT controller AS held_by, category, state, COUNT(*) AS n FROM ask \
     WHERE controller = $1 AND asked_at >= $2 GROUP BY controller, category, state ORDER BY state";

pub(super) async fn waiting(
    reader: &Reader,
    agency: Id<kind::Agency>,
    is_unit: bool,
) -> Result<Vec<WaitingAsk>, StoreError> {
    reader.rows(if is_unit { WAITING_IN_UNIT } else { WAITING_AT_OWNER }, params![agency]).await
}

pub(super) async fn states(
    reader: &Reader,
    agency: Id<kind::Agency>,
    is_unit: bool,
    since: Timestamp,
) -> Result<Vec<InState>, StoreError> {
    reader.rows(if is_unit { STATES_IN_UNIT } else { STATES_AT_OWNER }, params![agency, since]).await
}

/// So many parts of requests were refused: to whom, of whom, what and why.
pub(super) struct Refusals {
    pub by_agency: String,
    pub held_by: String,
    pub category: String,
    pub why: String,
    pub n: u64,
}

impl FromRow for Refusals {
    fn from_row(row: &Row) -> Result<Self, StoreError> {
        Ok(Self {
            by_agency: row.text("by_agency")?,
            held_by: row.text("held_by")?,
            category: row.text("category")?,
            why: row.text("outcome")?,
            n: row.count("n")?,
        })
    }
}

/// What members and partners’ systems were refused since a day; of one agency’s members or data, or, for the unit, of all.
pub(super) async fn refusals(
    staff: &Staff,
    since: base::Date,
    of: Option<Id<kind::Agency>>,
) -> Result<Vec<Refusals>, StoreError> {
    const ALL: &str = "SELECT by_agency, held_by, category, outcome, CAST(SUM(n) AS BIGINT) AS n FROM looked_count \
         WHERE day >= $1 AND held_by <> '' AND outcome <> 'allowed' AND by_kind IN ('member', 'token') \
         GROUP BY by_agency, held_by, category, outcome ORDER BY 5 DESC, by_agency, held_by, category, outcome";
    const OF_AGENCY: &str = "SELECT by_agency, held_by, category, outcome, CAST(SUM(n) AS BIGINT) AS n FROM looked_count \
         WHERE day >= $1 AND held_by <> '' AND outcome <> 'allowed' AND by_kind IN ('member', 'token') \
         AND (by_agency = $2 OR held_by = $2) \
         GROUP BY by_agency, held_by, category, outcome ORDER BY 5 DESC, by_agency, held_by, category, outcome";
    match of {
        None => staff.rows(ALL, params![since.to_string()]).await,
        Some(agency) => staff.rows(OF_AGENCY, params![since.to_string(), agency]).await,
    }
}
