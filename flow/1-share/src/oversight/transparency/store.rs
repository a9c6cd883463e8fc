//! The SQL of transparency reports.

use base::{Id, Timestamp, kind};
use sha2::{Digest as _, Sha256};
use vault::{Change, FromRow, Plain, Row, Staff, StoreError, params};

use super::{Quarter, Report};

/// A draft and how far it is.
#[derive(Debug, Clone)]
pub(crate) struct Draft {
    pub quarter: Quarter,
    pub report: Report,
    pub hash: String,
    pub state: String,
    pub proposed_by: Option<Id<kind::Member>>,
    pub published_by: Option<Id<kind::Member>>,
    pub published_at: Option<Timestamp>,
}

/// What was published.
#[derive(Debug, Clone)]
pub(crate) struct Kept {
    pub quarter: Quarter,
    pub report: Report,
    pub hash: String,
    pub published_at: Timestamp,
}

fn report(row: &Row) -> Result<Report, StoreError> {
    serde_json::from_str(&row.text("body")?)
        .map_err(|error| StoreError::BadValue { column: "body".to_owned(), problem: error.to_string() })
}

impl FromRow for Draft {
    fn from_row(row: &Row) -> Result<Self, StoreError> {
        Ok(Self {
            quarter: row.parse("quarter")?,
            report: report(row)?,
            hash: row.text("hash")?,
            state: row.text("state")?,
            proposed_by: row.opt_parse("proposed_by")?,
            published_by: row.opt_parse("published_by")?,
            published_at: row.opt_time("published_at")?,
        })
    }
}

impl FromRow for Kept {
    fn from_row(row: &Row) -> Result<Self, StoreError> {
        Ok(Self {
            quarter: row.parse("quarter")?,
            report: report(row)?,
            hash: row.text("hash")?,
            published_at: row.time("published_at")?,
        })
    }
}

const ONE: &str = "SELECT quarter, body, hash, state, proposed_by, published_by, published_at \
     FROM transparency_draft WHERE quarter = $1";
const ALL: &str = "SELECT quarter, body, hash, state, proposed_by, published_by, published_at \
     FROM transparency_draft ORDER BY quarter DESC LIMIT 40";

pub(crate) async fn drafts(staff: &Staff) -> Result<Vec<Draft>, StoreError> {
    staff.rows(ALL, params![]).await
}

pub(super) async fn draft(staff: &Staff, quarter: Quarter) -> Result<Option<Draft>, StoreError> {
    staff.first(ONE, params![quarter.to_string()]).await
}

pub(super) async fn draft_in(change: &Change, quarter: Quarter) -> Result<Option<Draft>, StoreError> {
    Ok(change.rows(ONE, params![quarter.to_string()]).await?.into_iter().next())
}

pub(super) async fn published(plain: &Plain) -> Result<Vec<Kept>, StoreError> {
    const SQL: &str =
        "SELECT quarter, body, hash, published_at FROM transparency_report ORDER BY quarter DESC LIMIT 100";
    plain.rows(SQL, params![]).await
}

pub(super) async fn published_of(plain: &Plain, quarter: Quarter) -> Result<Option<Kept>, StoreError> {
    const SQL: &str = "SELECT quarter, body, hash, published_at FROM transparency_report WHERE quarter = $1";
    plain.first(SQL, params![quarter.to_string()]).await
}

/// SHA-256 in hexadecimal.
pub(crate) fn hash(text: &str) -> String {
    hex::encode(Sha256::digest(text.as_bytes()))
}

/// Keeps what was counted in place of what was counted before; false where the report was published.
pub(super) async fn keep(change: &mut Change, quarter: Quarter, report: &Report) -> Result<bool, StoreError> {
    const SQL: &str = "INSERT INTO transparency_draft (quarter, body, hash, counted_at, state) VALUES ($1, $2, $3, $4, 'draft') \
         ON CONFLICT (quarter) DO UPDATE SET body = excluded.body, hash = excluded.hash, counted_at = excluded.counted_at, \
         state = 'draft', proposed_by = NULL, proposed_at = NULL WHERE transparency_draft.state <> 'published'";
    let body = serde_json::to_string(report)
        .map_err(|error| StoreError::BadValue { column: "body".to_owned(), problem: error.to_string() })?;
    let now = change.now();
    Ok(change.execute(SQL, params![quarter.to_string(), &body, hash(&body), now]).await? == 1)
}

pub(super) async fn propose(change: &mut Change, quarter: Quarter, by: Id<kind::Member>) -> Result<bool, StoreError> {
    const SQL: &str = "UPDATE transparency_draft SET state = 'proposed', proposed_by = $2, proposed_at = $3 \
         WHERE quarter = $1 AND state = 'draft'";
    let now = change.now();
    Ok(change.execute(SQL, params![quarter.to_string(), by, now]).await? == 1)
}

/// Publishes what is proposed, as it stands.
pub(super) async fn publish(change: &mut Change, quarter: Quarter, by: Id<kind::Member>) -> Result<bool, StoreError> {
    const MARK: &str = "UPDATE transparency_draft SET state = 'published', published_by = $2, published_at = $3 \
         WHERE quarter = $1 AND state = 'proposed' AND proposed_by <> $2";
    const COPY: &str = "INSERT INTO transparency_report (quarter, body, hash, published_at) \
         SELECT quarter, body, hash, published_at FROM transparency_draft WHERE quarter = $1 AND state = 'published'";
    let now = change.now();
    if change.execute(MARK, params![quarter.to_string(), by, now]).await? != 1 {
        return Ok(false);
    }
    Ok(change.execute(COPY, params![quarter.to_string()]).await? == 1)
}
