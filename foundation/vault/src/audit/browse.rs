//! Entries of the log for the access page: newest first, narrowed to whoever did it or to what it was about.

use super::entry::LoggedEntry;
use crate::{Staff, StoreError, params};

/// Which entries.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Filter {
    /// Only those of this actor (an id's text, or `system`).
    pub actor: Option<String>,
    /// Only those about this thing (an id's text).
    pub scope: Option<String>,
    /// Only this kind of processing.
    pub operation: Option<crate::Operation>,
    /// Only those that were refused.
    pub refused_only: bool,
    /// Only those before this position: the last one of the page before.
    pub before: Option<u64>,
}

const ENTRIES: &str = "SELECT position, at, actor_kind, actor, agency, operation, verb, scope_kind, scope, purpose, allowed, \
     permit, inputs, leaf_hash FROM audit_entry WHERE position < $1 AND ($2 = '' OR actor = $2) AND ($3 = '' OR scope = $3) \
     AND ($4 = '' OR operation = $4) AND (allowed = $5 OR allowed = FALSE) ORDER BY position DESC LIMIT $6";

/// One page of at most `limit` entries, newest first. Whoever looks has been logged when the door was opened.
///
/// # Errors
/// The database's.
pub async fn entries(staff: &Staff, filter: &Filter, limit: u32) -> Result<Vec<LoggedEntry>, StoreError> {
    let operation = filter.operation.map_or("", crate::Operation::code);
    let text = |wanted: &Option<String>| wanted.clone().unwrap_or_default();
    let before = filter.before.unwrap_or(u64::MAX);
    let values =
        params![before, text(&filter.actor), text(&filter.scope), operation, !filter.refused_only, limit.min(500)];
    staff.rows(ENTRIES, values).await
}
