//! The SQL of the quarantine.

use std::collections::BTreeSet;

use base::{Id, kind};
use vault::{Change, FromRow, Mark, Marks, Reader, Row, StoreError, params};

use super::Quarantined;
use crate::{
    delivery::{Part, Run},
    row::{Bad, Mends, Reason},
};

impl FromRow for Quarantined {
    fn from_row(row: &Row) -> Result<Self, StoreError> {
        Ok(Self {
            id: row.id("id")?,
            delivery: row.id("delivery")?,
            controller: row.id("controller")?,
            category: row.parse("category")?,
            line: row.count("line")?,
            cells: json(row, "cells")?,
            reasons: json(row, "reasons")?,
            settled: row.opt_int("settled_at")?.is_some(),
        })
    }
}

fn json<T: serde::de::DeserializeOwned>(row: &Row, column: &str) -> Result<T, StoreError> {
    serde_json::from_str(&row.text(column)?).map_err(|error| StoreError::BadValue {
        column: column.to_owned(),
        problem: format!("not as expected: {:?} error", error.classify()),
    })
}

pub(super) async fn waiting(
    reader: &Reader,
    delivery: Id<kind::Delivery>,
    after_line: u64,
    limit: u32,
) -> Result<Vec<Quarantined>, StoreError> {
    let sql = "SELECT id, delivery, controller, category, line, cells, reasons, settled_at FROM quarantined \
               WHERE delivery = $1 AND line > $2 AND settled_at IS NULL ORDER BY line LIMIT $3";
    reader.rows(sql, params![delivery, after_line, limit]).await
}

const COLUMNS: &[&str] =
    &["id", "delivery", "feed", "controller", "category", "line", "cells", "reasons", "received_at"];

/// Where a row came from, as marks name it.
fn source(run: &Run<'_>, row: &Bad) -> Option<String> {
    row.key.as_ref().map(|key| format!("{} {key}", run.feed.name))
}

/// Keeps bad rows. What is protected is so here too.
pub(crate) async fn keep(run: &Run<'_>, change: &mut Change, bad: Vec<Bad>) -> Result<(), StoreError> {
    let now = change.now();
    let mut rows = Vec::with_capacity(bad.len());
    let sources = bad.iter().filter_map(|row| source(run, row)).collect::<Vec<_>>();
    let (sealed, restricted) =
        (change.marked(&sources, Mark::Sealed).await?, change.marked(&sources, Mark::Restricted).await?);
    for row in bad {
        let known = |among: &BTreeSet<String>| source(run, &row).is_some_and(|source| among.contains(&source));
        let marks = Marks { sealed: row.sealed || known(&sealed), restricted: known(&restricted) };
        // A category that is too long to be marked is refused where feeds are declared.
        let category = marks.on(&run.feed.category).unwrap_or_else(|| run.feed.category.clone());
        let id: Id<kind::Record> = change.new_id();
        let cells = serde_json::json!(row.cells).to_string();
        let reasons = serde_json::json!(row.reasons).to_string();
        rows.push(params![id, run.delivery, &run.feed.name, run.controller, category, row.line, cells, reasons, now]);
    }
    change.insert_many("quarantined", COLUMNS, rows, "").await?;
    Ok(())
}

/// Settles the rows that came again: what they became is counted where they came again.
pub(crate) async fn settle(run: &Run<'_>, change: &mut Change, mended: &[Mends]) -> Result<(), StoreError> {
    let now = change.now();
    for mends in mended {
        // Only rows of the same feed: the columns may say anything.
        change
            .execute(
                "UPDATE quarantined SET settled_by = $4, settled_at = $5, cells = '[]' \
                 WHERE delivery = $1 AND line = $2 AND feed = $3 AND delivery <> $4 AND settled_at IS NULL",
                params![&mends.delivery, mends.line, &run.feed.name, run.delivery, now],
            )
            .await?;
    }
    Ok(())
}

struct Any;

impl FromRow for Any {
    fn from_row(_: &Row) -> Result<Self, StoreError> {
        Ok(Self)
    }
}

/// Moves the drafts of erased records to quarantine, without their cells: what was erased is not kept again.
pub(crate) async fn erased(run: &Run<'_>, change: &Change, part: &mut Part) -> Result<(), StoreError> {
    let sql = "SELECT id FROM tombstone WHERE category = $1 LIMIT 1";
    let any: Vec<Any> = change.rows(sql, params![&run.feed.category]).await?;
    if any.is_empty() {
        return Ok(());
    }
    let digest = |key: &str| run.vault.source_digest(run.feed.name.as_str(), key);
    let digests: Vec<String> = part.drafts.iter().map(|draft| digest(&draft.key)).collect();
    let stones = run.vault.tombstoned(&digests).await?;
    let mut kept = Vec::with_capacity(part.drafts.len());
    for (draft, digest) in std::mem::take(&mut part.drafts).into_iter().zip(digests) {
        if stones.contains(&digest) {
            part.bad.push(Bad {
                line: draft.line,
                cells: Vec::new(),
                reasons: vec![Reason {
                    column: None,
                    problem: "This record was erased here and is not taken again.".to_owned(),
                    fix: "Nothing, or ask the data protection officer if it must be held again.".to_owned(),
                }],
                mends: draft.mends,
                key: Some(draft.key),
                sealed: draft.sealed,
            });
        } else {
            kept.push(draft);
        }
    }
    part.drafts = kept;
    Ok(())
}
