//! The SQL of seals and of who is named.

use std::collections::{BTreeMap, BTreeSet};

use base::{Code, Id, Timestamp, kind};
use vault::{Change, FromRow, Held, Reader, Row, Staff, StoreError, params};

use super::{NewSeal, Seal, SealReader};

const NAMED: &str =
    "SELECT agency, member, named_by, named_at FROM seal_reader WHERE ended_at IS NULL ORDER BY agency, named_at, id";
const ONE: &str = "SELECT id, why, agency, made_by, made_at, lift_asked_by, lift_asked_at, lifted_at, confirm_by, confirmed_at FROM seal WHERE id = $1";
const ALL: &str = "SELECT id, why, agency, made_by, made_at, lift_asked_by, lift_asked_at, lifted_at, confirm_by, confirmed_at FROM seal \
     WHERE lifted_at IS NULL ORDER BY made_at DESC, id DESC";
const LIFTED: &str = "UPDATE seal_about SET lifted_at = $2 WHERE id = $1";
const ABOUT: &str = "SELECT id, about, whole, controller, category FROM seal_about ORDER BY id DESC";

impl FromRow for Seal {
    fn from_row(row: &Row) -> Result<Self, StoreError> {
        let asked: Option<Id<kind::Member>> = row.opt_parse("lift_asked_by")?;
        let confirmed_at = row.opt_time("confirmed_at")?;
        Ok(Self {
            id: row.id("id")?,
            why: row.parse("why")?,
            agency: row.id("agency")?,
            made_by: row.opt_parse("made_by")?,
            made_at: row.time("made_at")?,
            lift_asked: asked.zip(row.opt_time("lift_asked_at")?),
            lifted_at: row.opt_time("lifted_at")?,
            confirm_by: row.opt_time("confirm_by")?.filter(|_| confirmed_at.is_none()),
        })
    }
}

impl FromRow for SealReader {
    fn from_row(row: &Row) -> Result<Self, StoreError> {
        Ok(Self {
            agency: row.id("agency")?,
            member: row.id("member")?,
            named_by: row.id("named_by")?,
            named_at: row.time("named_at")?,
        })
    }
}

/// About whom a seal is.
#[derive(Debug, Clone)]
pub(crate) struct SealAbout {
    pub id: Id<kind::Seal>,
    pub about: String,
    /// Whether it is a person.
    pub whole: bool,
    controller: Id<kind::Agency>,
    category: Code,
}

impl FromRow for SealAbout {
    fn from_row(row: &Row) -> Result<Self, StoreError> {
        Ok(Self {
            id: row.id("id")?,
            about: row.text("about")?,
            whole: row.bool("whole")?,
            controller: row.id("controller")?,
            category: row.parse("category")?,
        })
    }
}

impl Held for SealAbout {
    fn controller(&self) -> Id<kind::Agency> {
        self.controller
    }
    fn category(&self) -> &Code {
        &self.category
    }
}

/// Whom each agency named.
pub(crate) async fn named(book: &Staff) -> Result<BTreeMap<Id<kind::Agency>, BTreeSet<Id<kind::Member>>>, StoreError> {
    let mut named: BTreeMap<_, BTreeSet<_>> = BTreeMap::new();
    for reader in readers(book).await? {
        named.entry(reader.agency).or_default().insert(reader.member);
    }
    Ok(named)
}

/// Who is named for what is sealed, by agency.
///
/// # Errors
/// The database's.
pub async fn readers(staff: &Staff) -> Result<Vec<SealReader>, StoreError> {
    staff.rows(NAMED, params![]).await
}

struct Named(Id<kind::Agency>);

impl FromRow for Named {
    fn from_row(row: &Row) -> Result<Self, StoreError> {
        row.id("agency").map(Self)
    }
}

/// The agencies that named somebody who works for them.
pub(crate) async fn with_own_readers(book: &Staff) -> Result<BTreeSet<Id<kind::Agency>>, StoreError> {
    const SQL: &str = "SELECT r.agency FROM seal_reader r JOIN member m ON m.id = r.member AND m.agency = r.agency \
         WHERE r.ended_at IS NULL AND m.active = $1 GROUP BY r.agency";
    let named: Vec<Named> = book.rows(SQL, params![true]).await?;
    Ok(named.into_iter().map(|named| named.0).collect())
}

pub(super) async fn one(staff: &Staff, id: Id<kind::Seal>) -> Result<Option<Seal>, StoreError> {
    staff.first(ONE, params![id]).await
}

/// Every seal that is not lifted, the newest first. About whom they are is not in it.
///
/// # Errors
/// The database's.
pub async fn all(staff: &Staff) -> Result<Vec<Seal>, StoreError> {
    staff.rows(ALL, params![]).await
}

/// About whom seals are, as far as the permit covers it.
pub(super) async fn about(reader: &Reader) -> Result<Vec<SealAbout>, StoreError> {
    reader.rows(ABOUT, params![]).await
}

/// Whether anybody who works here is named for what is sealed of an agency's data.
pub(super) async fn somebody_is_named(change: &Change, agency: Id<kind::Agency>) -> Result<bool, StoreError> {
    const SQL: &str = "SELECT r.agency FROM seal_reader r JOIN member m ON m.id = r.member \
         WHERE r.agency = $1 AND r.ended_at IS NULL AND m.active = $2 GROUP BY r.agency";
    let named: Vec<Named> = change.rows(SQL, params![agency, true]).await?;
    Ok(!named.is_empty())
}

/// Keeps a seal; `by` says who made it and until when a second person is to confirm it, none where a feed declared it.
pub(super) async fn add(
    change: &mut Change,
    id: Id<kind::Seal>,
    new: &NewSeal,
    by: Option<(Id<kind::Member>, Option<Timestamp>)>,
) -> Result<(), StoreError> {
    let (now, (by, confirm_by)) = (change.now(), by.map_or((None, None), |(by, until)| (Some(by), until)));
    change
        .execute(
            "INSERT INTO seal (id, why, agency, made_by, made_at, confirm_by) VALUES ($1, $2, $3, $4, $5, $6)",
            params![id, new.why.code(), new.agency, by, now, confirm_by],
        )
        .await?;
    change
        .execute(
            "INSERT INTO seal_about (id, about, whole, controller, category) VALUES ($1, $2, $3, $4, 'seal_sealed')",
            params![id, &new.about, new.whole, new.agency],
        )
        .await?;
    Ok(())
}

pub(super) async fn confirm(change: &mut Change, id: Id<kind::Seal>, by: Id<kind::Member>) -> Result<u64, StoreError> {
    const SQL: &str = "UPDATE seal SET confirmed_by = $2, confirmed_at = $3 \
         WHERE id = $1 AND confirm_by IS NOT NULL AND confirmed_at IS NULL AND lifted_at IS NULL";
    let now = change.now();
    change.execute(SQL, params![id, by, now]).await
}

/// Ends a seal that nobody confirmed yet.
pub(super) async fn end(change: &mut Change, id: Id<kind::Seal>, by: Id<kind::Member>) -> Result<u64, StoreError> {
    const SQL: &str = "UPDATE seal SET lifted_by = $2, lifted_at = $3 \
         WHERE id = $1 AND confirm_by >= $3 AND confirmed_at IS NULL AND lifted_at IS NULL";
    let now = change.now();
    let ended = change.execute(SQL, params![id, by, now]).await?;
    if ended > 0 {
        change.execute(LIFTED, params![id, now]).await?;
    }
    Ok(ended)
}

pub(super) async fn ask_to_lift(
    change: &mut Change,
    id: Id<kind::Seal>,
    by: Id<kind::Member>,
) -> Result<u64, StoreError> {
    const SQL: &str = "UPDATE seal SET lift_asked_by = $2, lift_asked_at = $3 WHERE id = $1 AND lift_asked_by IS NULL AND lifted_at IS NULL";
    let now = change.now();
    change.execute(SQL, params![id, by, now]).await
}

pub(super) async fn keep(change: &mut Change, id: Id<kind::Seal>) -> Result<u64, StoreError> {
    const SQL: &str = "UPDATE seal SET lift_asked_by = NULL, lift_asked_at = NULL WHERE id = $1 AND lift_asked_by IS NOT NULL AND lifted_at IS NULL";
    change.execute(SQL, params![id]).await
}

pub(super) async fn lift(change: &mut Change, id: Id<kind::Seal>, by: Id<kind::Member>) -> Result<u64, StoreError> {
    const SQL: &str = "UPDATE seal SET lifted_by = $2, lifted_at = $3 WHERE id = $1 AND lift_asked_by IS NOT NULL \
         AND lift_asked_by <> $2 AND lifted_at IS NULL";
    let now = change.now();
    let lifted = change.execute(SQL, params![id, by, now]).await?;
    if lifted > 0 {
        change.execute(LIFTED, params![id, now]).await?;
    }
    Ok(lifted)
}

pub(super) async fn name(
    change: &mut Change,
    agency: Id<kind::Agency>,
    member: Id<kind::Member>,
    by: Id<kind::Member>,
) -> Result<u64, StoreError> {
    const SQL: &str = "INSERT INTO seal_reader (id, agency, member, named_by, named_at) VALUES ($1, $2, $3, $4, $5) \
         ON CONFLICT (agency, member) WHERE ended_at IS NULL DO NOTHING";
    let (id, now): (Id<kind::Seal>, _) = (change.new_id(), change.now());
    change.execute(SQL, params![id, agency, member, by, now]).await
}

pub(super) async fn unname(
    change: &mut Change,
    agency: Id<kind::Agency>,
    member: Id<kind::Member>,
    by: Id<kind::Member>,
) -> Result<u64, StoreError> {
    const SQL: &str =
        "UPDATE seal_reader SET ended_by = $3, ended_at = $4 WHERE agency = $1 AND member = $2 AND ended_at IS NULL";
    let now = change.now();
    change.execute(SQL, params![agency, member, by, now]).await
}
