//! The SQL of records.

use base::{Code, Id, kind};
use vault::{FromRow, IntoValue, Reader, Row, StoreError, params};

use super::Record;

impl FromRow for Record {
    fn from_row(row: &Row) -> Result<Self, StoreError> {
        Ok(Self {
            id: row.id("id")?,
            feed: row.parse("feed")?,
            controller: row.id("controller")?,
            category: row.parse("category")?,
            source_key: row.text("source_key")?,
            version: row.count("version")?,
            is_current: row.bool("is_current")?,
            delivery: row.id("delivery")?,
            line: row.count("line")?,
            event_at: row.opt_time("event_at")?,
            body: body(&row.text("body")?)?,
            received_at: row.time("received_at")?,
            expires_on: row.opt_parse("expires_on")?,
            withdrawn_at: row.opt_time("withdrawn_at")?,
        })
    }
}

fn body(text: &str) -> Result<serde_json::Map<String, serde_json::Value>, StoreError> {
    serde_json::from_str(text).map_err(|error| StoreError::BadValue {
        column: "body".to_owned(),
        problem: format!("not a JSON object: {:?} error", error.classify()),
    })
}

macro_rules! select {
    ($rest:literal) => {
        concat!(
            "SELECT id, feed, controller, category, source_key, version, is_current, delivery, line, event_at, body, ",
            "received_at, expires_on, withdrawn_at FROM record ",
            $rest
        )
    };
}

pub(super) async fn by_ids(reader: &Reader, ids: &[Id<kind::Record>]) -> Result<Vec<Record>, StoreError> {
    let keys: Vec<_> = ids.iter().map(|id| id.into_value()).collect();
    reader.rows_in(select!("WHERE id IN ({in})"), params![], &keys).await
}

pub(super) async fn between(
    reader: &Reader,
    delivery: Id<kind::Delivery>,
    from_line: u64,
    to_line: u64,
) -> Result<Vec<Record>, StoreError> {
    let sql = select!(
        "WHERE id >= (SELECT MIN(first_record) FROM delivery_part WHERE delivery = $1 AND to_line >= $2 AND from_line <= $3) \
         AND id <= (SELECT MAX(last_record) FROM delivery_part WHERE delivery = $1 AND to_line >= $2 AND from_line <= $3) \
         AND delivery = $1 AND line >= $2 AND line <= $3 ORDER BY line, id"
    );
    reader.rows(sql, params![delivery, from_line, to_line]).await
}

pub(super) async fn current(
    reader: &Reader,
    category: &Code,
    after: Option<Id<kind::Record>>,
    limit: u32,
) -> Result<Vec<Record>, StoreError> {
    let after = after.map(|id| id.to_string()).unwrap_or_default();
    // The permit's own controllers, so that a page is never short for rows that it withholds.
    let covered = reader.permit().grants().iter().filter(|grant| grant.facet.category == *category);
    let controllers: Vec<_> = covered.map(|grant| grant.facet.controller.into_value()).collect();
    let sql = select!(
        "WHERE category = $1 AND id > $2 AND is_current AND withdrawn_at IS NULL AND controller IN ({in}) ORDER BY id LIMIT $3"
    );
    reader.rows_in(sql, params![category, after, limit], &controllers).await
}

pub(super) async fn versions(reader: &Reader, feed: &str, source_key: &str) -> Result<Vec<Record>, StoreError> {
    reader.rows(select!("WHERE feed = $1 AND source_key = $2 ORDER BY version"), params![feed, source_key]).await
}
