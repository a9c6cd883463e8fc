//! The SQL of emergency access; each statement says for whom it reads, as those of asks do.

use base::{Code, Id, Timestamp, kind};
use vault::{Change, FromRow, Held, Reader, Row, StoreError, params};

use super::{Emergency, Verdict};
use crate::decision::END_STANDING;

macro_rules! of_emergency {
    ($held_by:literal, $rest:literal) => {
        concat!(
            "SELECT id, controller AS owner, ",
            $held_by,
            " AS held_by, category, person, member, agency, named, categories, danger, why, gateway, opened_at, ends_at, justify_by, \
             justified_at, justification, owner_saw_at, officer_saw_at, verdict, judged_at, judgement, lifted_at FROM emergency_access ",
            $rest
        )
    };
}

const FOR_MEMBER: &str = of_emergency!("agency", "WHERE id = $1");
const FOR_OWNER: &str = of_emergency!("controller", "WHERE id = $1");
const FOR_UNIT: &str = of_emergency!("CAST($2 AS TEXT)", "WHERE id = $1");
const OF_MEMBER: &str = of_emergency!("agency", "WHERE member = $1 ORDER BY opened_at DESC, id DESC LIMIT 500");
const OF_OWNER: &str = of_emergency!("controller", "WHERE controller = $1 ORDER BY opened_at DESC, id DESC LIMIT 200");
const OF_UNIT: &str = of_emergency!("CAST($1 AS TEXT)", "ORDER BY opened_at DESC, id DESC LIMIT 200");
const BY_FORM: &str = of_emergency!("agency", "WHERE form_key = $1");

/// For whom emergencies are read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum For {
    /// The agency of the member who opened it.
    Member,
    /// The agency whose records were opened.
    Owner,
    /// The unit, for its data protection officer.
    Unit(Id<kind::Agency>),
}

impl Held for Emergency {
    fn controller(&self) -> Id<kind::Agency> {
        self.held_by
    }
    fn category(&self) -> &Code {
        &self.category
    }
}

impl FromRow for Emergency {
    fn from_row(row: &Row) -> Result<Self, StoreError> {
        let justified = row.opt_time("justified_at")?.zip(row.opt_text("justification")?);
        let verdict: Option<Verdict> = row.opt_parse("verdict")?;
        let judged = verdict.zip(row.opt_time("judged_at")?).zip(row.opt_text("judgement")?);
        Ok(Self {
            id: row.id("id")?,
            owner: row.id("owner")?,
            person: row.id("person")?,
            member: row.id("member")?,
            agency: row.id("agency")?,
            named: row.bool("named")?,
            categories: row.text("categories")?.split(' ').filter_map(|word| word.parse().ok()).collect(),
            danger: row.parse("danger")?,
            why: row.text("why")?,
            gateway: row.parse("gateway")?,
            opened_at: row.time("opened_at")?,
            ends_at: row.time("ends_at")?,
            justify_by: row.time("justify_by")?,
            justified,
            owner_saw: row.opt_time("owner_saw_at")?,
            officer_saw: row.opt_time("officer_saw_at")?,
            judged: judged.map(|((verdict, at), words)| (verdict, at, words)),
            lifted_at: row.opt_time("lifted_at")?,
            held_by: row.id("held_by")?,
            category: row.parse("category")?,
        })
    }
}

/// Keeps one; false where the same form was kept before.
pub(super) async fn insert(change: &mut Change, new: &Emergency, form_key: &str) -> Result<bool, StoreError> {
    const COLUMNS: &[&str] = &[
        "id",
        "controller",
        "category",
        "person",
        "member",
        "agency",
        "named",
        "categories",
        "danger",
        "why",
        "gateway",
        "opened_at",
        "ends_at",
        "justify_by",
        "form_key",
    ];
    let categories: Vec<&str> = new.categories.iter().map(Code::as_str).collect();
    let row = params![
        new.id,
        new.owner,
        &new.category,
        new.person,
        new.member,
        new.agency,
        new.named,
        categories.join(" "),
        new.danger.code(),
        &new.why,
        &new.gateway,
        new.opened_at,
        new.ends_at,
        new.justify_by,
        form_key,
    ];
    Ok(change.insert_many("emergency_access", COLUMNS, vec![row], "ON CONFLICT (form_key) DO NOTHING").await? == 1)
}

pub(super) async fn by_form(change: &Change, form_key: &str) -> Result<Option<Emergency>, StoreError> {
    Ok(change.rows_held(BY_FORM, params![form_key]).await?.into_iter().next())
}

/// What a member opened, the newest first, as a change sees it.
pub(super) async fn of_member_in(change: &Change, member: Id<kind::Member>) -> Result<Vec<Emergency>, StoreError> {
    change.rows_held(OF_MEMBER, params![member]).await
}

pub(crate) async fn of_member(reader: &Reader, member: Id<kind::Member>) -> Result<Vec<Emergency>, StoreError> {
    reader.rows(OF_MEMBER, params![member]).await
}

/// One, as a change sees it.
pub(super) async fn one_in(
    change: &Change,
    id: Id<kind::Emergency>,
    whose: For,
) -> Result<Option<Emergency>, StoreError> {
    let found = match whose {
        For::Member => change.rows_held(FOR_MEMBER, params![id]).await?,
        For::Owner => change.rows_held(FOR_OWNER, params![id]).await?,
        For::Unit(unit) => change.rows_held(FOR_UNIT, params![id, unit]).await?,
    };
    Ok(found.into_iter().next())
}

/// One.
pub(crate) async fn one(reader: &Reader, id: Id<kind::Emergency>, whose: For) -> Result<Option<Emergency>, StoreError> {
    match whose {
        For::Member => reader.first(FOR_MEMBER, params![id]).await,
        For::Owner => reader.first(FOR_OWNER, params![id]).await,
        For::Unit(unit) => reader.first(FOR_UNIT, params![id, unit]).await,
    }
}

/// Those of one agency's records, or, for the unit, all; the newest first.
pub(crate) async fn list(
    reader: &Reader,
    agency: Id<kind::Agency>,
    is_unit: bool,
) -> Result<Vec<Emergency>, StoreError> {
    reader.rows(if is_unit { OF_UNIT } else { OF_OWNER }, params![agency]).await
}

/// Writes the justification; false where there is one.
pub(super) async fn justify(change: &mut Change, id: Id<kind::Emergency>, words: &str) -> Result<bool, StoreError> {
    const SQL: &str =
        "UPDATE emergency_access SET justified_at = $2, justification = $3 WHERE id = $1 AND justified_at IS NULL";
    let now = change.now();
    Ok(change.execute(SQL, params![id, now, words]).await? == 1)
}

/// Notes that the alarm was seen: by the officer, or else by the data owner; false where it was.
pub(super) async fn see(
    change: &mut Change,
    id: Id<kind::Emergency>,
    by: Id<kind::Member>,
    officer: bool,
) -> Result<bool, StoreError> {
    const OWNER: &str =
        "UPDATE emergency_access SET owner_saw_by = $2, owner_saw_at = $3 WHERE id = $1 AND owner_saw_at IS NULL";
    const OFFICER: &str =
        "UPDATE emergency_access SET officer_saw_by = $2, officer_saw_at = $3 WHERE id = $1 AND officer_saw_at IS NULL";
    let now = change.now();
    Ok(change.execute(if officer { OFFICER } else { OWNER }, params![id, by, now]).await? == 1)
}

/// Writes the verdict; false where there is one.
pub(super) async fn judge(
    change: &mut Change,
    id: Id<kind::Emergency>,
    by: Id<kind::Member>,
    verdict: Verdict,
    words: &str,
) -> Result<bool, StoreError> {
    const SQL: &str = "UPDATE emergency_access SET verdict = $2, judged_by = $3, judged_at = $4, judgement = $5 \
         WHERE id = $1 AND verdict IS NULL";
    let now = change.now();
    Ok(change.execute(SQL, params![id, verdict.code(), by, now, words]).await? == 1)
}

/// Closes the records now; false where they are closed.
pub(super) async fn end(change: &mut Change, id: Id<kind::Emergency>) -> Result<bool, StoreError> {
    const SQL: &str = "UPDATE emergency_access SET ends_at = $2 WHERE id = $1 AND ends_at > $2";
    let now = change.now();
    change.execute(END_STANDING, params![id, now]).await?;
    Ok(change.execute(SQL, params![id, now]).await? == 1)
}

/// Lets the member open records again.
pub(super) async fn lift(change: &mut Change, id: Id<kind::Emergency>, by: Id<kind::Member>) -> Result<(), StoreError> {
    const SQL: &str = "UPDATE emergency_access SET lifted_by = $2, lifted_at = $3 WHERE id = $1";
    let now = change.now();
    change.execute(SQL, params![id, by, now]).await?;
    Ok(())
}

/// Notes that it was not justified in time, once.
pub(super) async fn watch(change: &mut Change, id: &str, now: Timestamp) -> Result<u64, StoreError> {
    const SQL: &str = "UPDATE emergency_access SET overdue_at = $2 \
         WHERE id = $1 AND overdue_at IS NULL AND justified_at IS NULL AND justify_by <= $2";
    change.execute(SQL, params![id, now]).await
}
