//! Escalation: what nobody took, what is due soon, what is breached, and which referral nobody answered, each marked once
//! and shown to those who can do something about it.

mod job;
pub mod store;

use base::Timestamp;
use serde_json::json;
use vault::{Change, FromRow, Row, StoreError, params};

pub use job::WatchClocks;

/// The kind of the job that watches the clocks.
pub const WATCH: &str = "watch_clocks";

struct Waiting(i64);

impl FromRow for Waiting {
    fn from_row(row: &Row) -> Result<Self, StoreError> {
        Ok(Self(row.int("n")?))
    }
}

/// Sees to it that the clocks are looked at then (at once, where that has passed): enqueues the job unless one waits that
/// runs no later.
pub(crate) async fn watch_at(change: &mut Change, at: Timestamp) -> Result<(), StoreError> {
    const SQL: &str = "SELECT COUNT(*) AS n FROM job WHERE kind = $1 AND state = 'waiting' AND run_after <= $2";
    let at = at.max(change.now());
    let waiting: Vec<Waiting> = change.rows(SQL, params![WATCH, at]).await?;
    if waiting.first().is_some_and(|waiting| waiting.0 > 0) {
        return Ok(());
    }
    change.enqueue(WATCH, &json!({}), at).await
}
