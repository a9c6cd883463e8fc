//! Reading the audit log, a page at a time, newest first.

use std::collections::BTreeSet;

use base::{Id, Timestamp, kind};
use vault::{FromRow, IntoValue as _, Row, Staff, StoreError, Value, audit::LoggedEntry, params};

/// What the log is narrowed to; empty text means everyone.
#[derive(Debug, Clone, Default)]
pub(super) struct Narrowed {
    /// The id of a person, record, moment or whatever else an entry is about.
    pub about: String,
    /// The id of the member, token or job.
    pub by: String,
    /// From this instant.
    pub from: Option<Timestamp>,
    /// Until before this instant.
    pub until: Option<Timestamp>,
    /// What was done for this agency alone; none for every agency's, which only the unit's officer reads.
    pub agency: Option<Id<kind::Agency>>,
}

const ABOUT: &str = "SELECT position, at, actor_kind, actor, agency, operation, verb, scope_kind, scope, purpose, allowed, \
     permit, inputs, leaf_hash FROM audit_entry WHERE scope = $1 AND ($2 = '' OR actor = $2) AND at >= $3 AND at < $4 \
     ORDER BY position DESC LIMIT $5 OFFSET $6";
const BY: &str = "SELECT position, at, actor_kind, actor, agency, operation, verb, scope_kind, scope, purpose, allowed, \
     permit, inputs, leaf_hash FROM audit_entry WHERE actor = $1 AND at >= $2 AND at < $3 \
     ORDER BY position DESC LIMIT $4 OFFSET $5";
// Positions run from 0 without a gap: a page of the whole log is a stretch of them, wherever it lies.
const ALL: &str = "SELECT position, at, actor_kind, actor, agency, operation, verb, scope_kind, scope, purpose, allowed, \
     permit, inputs, leaf_hash FROM audit_entry WHERE position < (SELECT COALESCE(MAX(position) + 1, 0) FROM audit_entry) - $2 \
     ORDER BY position DESC LIMIT $1";
const OF_DAYS: &str = "SELECT position, at, actor_kind, actor, agency, operation, verb, scope_kind, scope, purpose, allowed, \
     permit, inputs, leaf_hash FROM audit_entry WHERE at >= $1 AND at < $2 ORDER BY at DESC, position DESC \
     LIMIT $3 OFFSET $4";
// A partner's officer reads what their own agency did, however it is narrowed.
const OF_AGENCY: &str = "SELECT position, at, actor_kind, actor, agency, operation, verb, scope_kind, scope, purpose, allowed, \
     permit, inputs, leaf_hash FROM audit_entry WHERE agency = $1 AND ($2 = '' OR scope = $2) AND ($3 = '' OR actor = $3) \
     AND at >= $4 AND at < $5 ORDER BY position DESC LIMIT $6 OFFSET $7";
const COUNT_OF_AGENCY: &str = "SELECT COUNT(*) AS n FROM audit_entry WHERE agency = $1 AND ($2 = '' OR scope = $2) \
     AND ($3 = '' OR actor = $3) AND at >= $4 AND at < $5";
const COUNT_ABOUT: &str =
    "SELECT COUNT(*) AS n FROM audit_entry WHERE scope = $1 AND ($2 = '' OR actor = $2) AND at >= $3 AND at < $4";
const COUNT_BY: &str = "SELECT COUNT(*) AS n FROM audit_entry WHERE actor = $1 AND at >= $2 AND at < $3";
const COUNT_ALL: &str = "SELECT COALESCE(MAX(position) + 1, 0) AS n FROM audit_entry";
const COUNT_OF_DAYS: &str = "SELECT COUNT(*) AS n FROM audit_entry WHERE at >= $1 AND at < $2";

// Of what no seal's agency named this member for.
const SEALED: &str = "SELECT m.id FROM marked m WHERE m.suffix = '_sealed' AND m.id IN ({in}) AND NOT EXISTS (SELECT 1 FROM marked o \
     JOIN seal s ON s.id = o.cause JOIN seal_reader r ON r.agency = s.agency AND r.member = $1 AND r.ended_at IS NULL \
     WHERE o.id = m.id AND o.suffix = '_sealed') GROUP BY m.id";

struct Count(u64);

impl FromRow for Count {
    fn from_row(row: &Row) -> Result<Self, StoreError> {
        row.count("n").map(Self)
    }
}

struct Sealed(String);

impl FromRow for Sealed {
    fn from_row(row: &Row) -> Result<Self, StoreError> {
        row.text("id").map(Self)
    }
}

/// Which of these people, records and moments are sealed from a member: the log says to them that something was looked at, and not whom or what.
pub(super) async fn sealed_from(
    staff: &Staff,
    member: Id<kind::Member>,
    ids: impl Iterator<Item = &str>,
) -> Result<BTreeSet<String>, StoreError> {
    let ids: BTreeSet<&str> = ids.collect();
    let ids: Vec<Value> = ids.into_iter().map(|id| id.into_value()).collect();
    let sealed: Vec<Sealed> = staff.rows_in(SEALED, params![member], &ids).await?;
    Ok(sealed.into_iter().map(|one| one.0).collect())
}

impl Narrowed {
    fn days(&self) -> (i64, i64) {
        (self.from.map_or(i64::MIN, Timestamp::as_micros), self.until.map_or(i64::MAX, Timestamp::as_micros))
    }
}

pub(super) async fn count(staff: &Staff, narrowed: &Narrowed) -> Result<u64, StoreError> {
    let (from, until) = narrowed.days();
    let found: Option<Count> = if let Some(agency) = narrowed.agency {
        let values = params![agency, &narrowed.about, &narrowed.by, from, until];
        staff.first(COUNT_OF_AGENCY, values).await?
    } else if !narrowed.about.is_empty() {
        staff.first(COUNT_ABOUT, params![&narrowed.about, &narrowed.by, from, until]).await?
    } else if !narrowed.by.is_empty() {
        staff.first(COUNT_BY, params![&narrowed.by, from, until]).await?
    } else if narrowed.from.is_some() || narrowed.until.is_some() {
        staff.first(COUNT_OF_DAYS, params![from, until]).await?
    } else {
        staff.first(COUNT_ALL, params![]).await?
    };
    Ok(found.map_or(0, |count| count.0))
}

pub(super) async fn entries(
    staff: &Staff,
    narrowed: &Narrowed,
    limit: u64,
    offset: u64,
) -> Result<Vec<LoggedEntry>, StoreError> {
    let (from, until) = narrowed.days();
    if let Some(agency) = narrowed.agency {
        let values = params![agency, &narrowed.about, &narrowed.by, from, until, limit, offset];
        staff.rows(OF_AGENCY, values).await
    } else if !narrowed.about.is_empty() {
        staff.rows(ABOUT, params![&narrowed.about, &narrowed.by, from, until, limit, offset]).await
    } else if !narrowed.by.is_empty() {
        staff.rows(BY, params![&narrowed.by, from, until, limit, offset]).await
    } else if narrowed.from.is_some() || narrowed.until.is_some() {
        staff.rows(OF_DAYS, params![from, until, limit, offset]).await
    } else {
        staff.rows(ALL, params![limit, offset]).await
    }
}
