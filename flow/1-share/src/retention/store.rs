//! The SQL of reviews: when each record's time is up, the queue, and what was decided.

use base::{Code, Date, Id, Timestamp, kind};
use vault::{Change, FromRow, Held, Marks, Reader, Row, StoreError, Value, params};

use super::rule::Then;

/// When a record's time is up.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Review {
    pub record: Id<kind::Record>,
    pub owner: Id<kind::Agency>,
    pub data: Code,
    pub rule: Code,
    pub then: Then,
    pub due_on: Date,
    pub because: String,
    pub feed_on: Option<Date>,
    pub longest: Option<Date>,
    pub kept_until: Option<Date>,
    pub batch: Option<Id<kind::ReviewBatch>>,
    held_by: Id<kind::Agency>,
    category: Code,
}

impl FromRow for Review {
    fn from_row(row: &Row) -> Result<Self, StoreError> {
        Ok(Self {
            record: row.id("record")?,
            owner: row.id("owner")?,
            // A seal or a restriction changes nothing of which rule it is kept by.
            data: Marks::split(&row.parse("data")?).0,
            rule: row.parse("rule")?,
            then: row.parse("regime")?,
            due_on: row.parse("due_on")?,
            because: row.text("because")?,
            feed_on: row.opt_parse("feed_on")?,
            longest: row.opt_parse("longest")?,
            kept_until: row.opt_parse("kept_until")?,
            batch: row.opt_parse("batch")?,
            held_by: row.id("held_by")?,
            category: row.parse("category")?,
        })
    }
}

impl Held for Review {
    fn controller(&self) -> Id<kind::Agency> {
        self.held_by
    }
    fn category(&self) -> &Code {
        &self.category
    }
}

/// For whom reviews are read: the data owner of one agency, or the unit's data protection officer, who sees that a record waits, of whom
/// and by which rule, and no more of it than any other permit shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum For {
    Owner(Id<kind::Agency>),
    Unit(Id<kind::Agency>),
}

macro_rules! of_review {
    (owner $rest:literal) => {
        of_review!("controller", "category", $rest)
    };
    (unit $rest:literal) => {
        of_review!("CAST($1 AS TEXT)", "'data_request'", $rest)
    };
    ($held_by:literal, $category:literal, $rest:literal) => {
        concat!(
            "SELECT record, controller AS owner, category AS data, rule, regime, due_on, because, feed_on, longest, kept_until, batch, ",
            $held_by,
            " AS held_by, ",
            $category,
            " AS category FROM retention_review ",
            $rest
        )
    };
}

const BY_RECORDS: &str = of_review!(owner "WHERE record IN ({in})");
const TO_BRING_FORWARD: &str = of_review!(owner
    "WHERE regime = 'expire' AND due_on < $1 AND (feed_on IS NULL OR feed_on > due_on) AND record > $2 ORDER BY record LIMIT $3");
const QUEUE_OWNER: &str = of_review!(owner
    "WHERE regime = 'review' AND controller = $1 AND due_on < $2 AND batch IS NULL ORDER BY due_on, record LIMIT $3");
const QUEUE_UNIT: &str = of_review!(unit
    "WHERE regime = 'review' AND controller <> '' AND due_on < $2 AND batch IS NULL ORDER BY due_on, record LIMIT $3");
const ONE_OWNER: &str = of_review!(owner "WHERE controller = $1 AND record = $2");
const ONE_UNIT: &str = of_review!(unit "WHERE record = $2");
const BATCH_OWNER: &str = of_review!(owner "WHERE controller = $1 AND batch = $2 ORDER BY due_on, record");
const BATCH_UNIT: &str = of_review!(unit "WHERE batch = $2 ORDER BY due_on, record");

/// Those of some records, for the run that plans.
pub(crate) async fn of_records(reader: &Reader, records: &[Value]) -> Result<Vec<Review>, StoreError> {
    reader.rows_in(BY_RECORDS, params![], records).await
}

/// Those that go by themselves, before the day that their feed gave them.
pub(crate) async fn to_bring_forward(reader: &Reader, today: Date, after: &str) -> Result<Vec<Review>, StoreError> {
    reader.rows(TO_BRING_FORWARD, params![today, after, 1000]).await
}

/// Whose time is up and who wait for somebody's decision, the longest waiting first.
pub(crate) async fn queue(reader: &Reader, whose: For, today: Date, limit: u32) -> Result<Vec<Review>, StoreError> {
    let (sql, agency) = match whose {
        For::Owner(agency) => (QUEUE_OWNER, agency),
        For::Unit(unit) => (QUEUE_UNIT, unit),
    };
    reader.rows(sql, params![agency, today, limit]).await
}

pub(crate) async fn one(reader: &Reader, whose: For, record: Id<kind::Record>) -> Result<Option<Review>, StoreError> {
    let (sql, agency) = match whose {
        For::Owner(agency) => (ONE_OWNER, agency),
        For::Unit(unit) => (ONE_UNIT, unit),
    };
    reader.first(sql, params![agency, record]).await
}

/// As a change sees it.
pub(crate) async fn one_in(
    change: &Change,
    whose: For,
    record: Id<kind::Record>,
) -> Result<Option<Review>, StoreError> {
    let (sql, agency) = match whose {
        For::Owner(agency) => (ONE_OWNER, agency),
        For::Unit(unit) => (ONE_UNIT, unit),
    };
    Ok(change.rows_held(sql, params![agency, record]).await?.into_iter().next())
}

/// Those that were proposed to be deleted together.
pub(crate) async fn of_batch(
    reader: &Reader,
    whose: For,
    batch: Id<kind::ReviewBatch>,
) -> Result<Vec<Review>, StoreError> {
    let (sql, agency) = match whose {
        For::Owner(agency) => (BATCH_OWNER, agency),
        For::Unit(unit) => (BATCH_UNIT, unit),
    };
    reader.rows(sql, params![agency, batch]).await
}

/// How many wait, by the month in which their time was up, and by agency.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Backlog {
    pub month: String,
    pub owner: Id<kind::Agency>,
    pub oldest: Date,
    pub n: u64,
    held_by: Id<kind::Agency>,
    category: Code,
}

impl FromRow for Backlog {
    fn from_row(row: &Row) -> Result<Self, StoreError> {
        Ok(Self {
            month: row.text("month")?,
            owner: row.id("owner")?,
            oldest: row.parse("oldest")?,
            n: row.count("n")?,
            held_by: row.id("held_by")?,
            category: row.parse("category")?,
        })
    }
}

impl Held for Backlog {
    fn controller(&self) -> Id<kind::Agency> {
        self.held_by
    }
    fn category(&self) -> &Code {
        &self.category
    }
}

const BACKLOG_OWNER: &str = "SELECT substr(due_on, 1, 7) AS month, controller AS owner, MIN(due_on) AS oldest, COUNT(*) AS n, \
     controller AS held_by, category FROM retention_review \
     WHERE regime = 'review' AND controller = $1 AND due_on < $2 AND batch IS NULL \
     GROUP BY substr(due_on, 1, 7), controller, category ORDER BY month";
const BACKLOG_UNIT: &str = "SELECT substr(due_on, 1, 7) AS month, controller AS owner, MIN(due_on) AS oldest, COUNT(*) AS n, \
     CAST($1 AS TEXT) AS held_by, 'data_request' AS category FROM retention_review \
     WHERE regime = 'review' AND controller <> '' AND due_on < $2 AND batch IS NULL \
     GROUP BY substr(due_on, 1, 7), controller ORDER BY month";

/// How many wait for a decision.
pub(crate) async fn backlog(reader: &Reader, whose: For, today: Date) -> Result<Vec<Backlog>, StoreError> {
    let (sql, agency) = match whose {
        For::Owner(agency) => (BACKLOG_OWNER, agency),
        For::Unit(unit) => (BACKLOG_UNIT, unit),
    };
    reader.rows(sql, params![agency, today]).await
}

/// What was decided about a record before.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Decided {
    pub verdict: String,
    pub reason: String,
    pub words: String,
    pub until: Date,
    pub by: Id<kind::Member>,
    pub at: Timestamp,
    held_by: Id<kind::Agency>,
    category: Code,
}

impl FromRow for Decided {
    fn from_row(row: &Row) -> Result<Self, StoreError> {
        Ok(Self {
            verdict: row.text("verdict")?,
            reason: row.text("reason")?,
            words: row.text("words")?,
            until: row.parse("until")?,
            by: row.id("by_member")?,
            at: row.time("at")?,
            held_by: row.id("held_by")?,
            category: row.parse("category")?,
        })
    }
}

impl Held for Decided {
    fn controller(&self) -> Id<kind::Agency> {
        self.held_by
    }
    fn category(&self) -> &Code {
        &self.category
    }
}

/// What was decided about a record, the latest first.
pub(crate) async fn decided(reader: &Reader, whose: For, record: Id<kind::Record>) -> Result<Vec<Decided>, StoreError> {
    const OWNER: &str = "SELECT verdict, reason, words, until, by_member, at, controller AS held_by, category \
         FROM retention_decision WHERE controller = $1 AND record = $2 ORDER BY at DESC LIMIT 50";
    const UNIT: &str = "SELECT verdict, reason, words, until, by_member, at, CAST($1 AS TEXT) AS held_by, \
         'data_request' AS category FROM retention_decision WHERE record = $2 ORDER BY at DESC LIMIT 50";
    let (sql, agency) = match whose {
        For::Owner(agency) => (OWNER, agency),
        For::Unit(unit) => (UNIT, unit),
    };
    reader.rows(sql, params![agency, record]).await
}
