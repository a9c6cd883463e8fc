//! The SQL of signed versions.

use std::collections::BTreeMap;

use base::{Date, Id, Timestamp, kind};
use vault::{Change, FromRow, Row, Staff, StoreError, params};

use super::{Judgement, Risk};

/// A signed version.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Version {
    pub number: u64,
    pub signed_by: Id<kind::Member>,
    pub signed_at: Timestamp,
    pub review_on: Date,
    /// How those whom it is about were consulted.
    pub consulted: String,
    pub judgements: BTreeMap<Risk, (Judgement, String)>,
    pub hash: String,
    /// What was configured then.
    pub lines: Vec<String>,
}

fn bad(column: &str) -> StoreError {
    StoreError::BadValue { column: column.to_owned(), problem: "not what an assessment holds".to_owned() }
}

impl FromRow for Version {
    fn from_row(row: &Row) -> Result<Self, StoreError> {
        let judged: BTreeMap<String, (String, String)> =
            serde_json::from_str(&row.text("judgements")?).map_err(|_| bad("judgements"))?;
        let judged = judged
            .into_iter()
            .filter_map(|(risk, (judgement, words))| Some((risk.parse().ok()?, (judgement.parse().ok()?, words))));
        Ok(Self {
            number: row.count("number")?,
            signed_by: row.id("signed_by")?,
            signed_at: row.time("signed_at")?,
            review_on: row.parse("review_on")?,
            consulted: row.text("consulted")?,
            judgements: judged.collect(),
            hash: row.text("hash")?,
            lines: serde_json::from_str(&row.text("lines")?).map_err(|_| bad("lines"))?,
        })
    }
}

const COLUMNS: &str = "SELECT number, signed_by, signed_at, review_on, consulted, judgements, hash, lines FROM assessment_version \
     ORDER BY number DESC LIMIT 50";

/// Every version, the newest first.
pub(crate) async fn versions(staff: &Staff) -> Result<Vec<Version>, StoreError> {
    staff.rows(COLUMNS, params![]).await
}

/// Keeps a signed version as the next.
pub(super) async fn sign(change: &mut Change, new: &Version) -> Result<(), StoreError> {
    const SQL: &str = "INSERT INTO assessment_version (number, signed_by, signed_at, review_on, consulted, judgements, hash, lines) \
         SELECT COALESCE(MAX(number), 0) + 1, CAST($1 AS TEXT), CAST($2 AS BIGINT), CAST($3 AS TEXT), CAST($4 AS TEXT), \
         CAST($5 AS TEXT), CAST($6 AS TEXT), CAST($7 AS TEXT) FROM assessment_version";
    let judged: BTreeMap<&str, (&str, &str)> = new
        .judgements
        .iter()
        .map(|(risk, (judgement, words))| (risk.code(), (judgement.code(), words.as_str())))
        .collect();
    let text = |value: Result<String, serde_json::Error>, column| value.map_err(|_| bad(column));
    let values = params![
        new.signed_by,
        new.signed_at,
        new.review_on.to_string(),
        &new.consulted,
        text(serde_json::to_string(&judged), "judgements")?,
        &new.hash,
        text(serde_json::to_string(&new.lines), "lines")?
    ];
    change.execute(SQL, values).await?;
    Ok(())
}
