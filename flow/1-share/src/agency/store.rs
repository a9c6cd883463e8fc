//! The agencies' SQL.

use std::collections::BTreeSet;

use base::{Code, Id, kind};
use vault::{Change, Facet, FromRow, Plain, Row, Staff, StoreError, Value, params};

use super::{Agency, AgencyError, AgencyKind, NewAgency};

const ALL: &str = "SELECT id, code, name, kind FROM agency ORDER BY name, id";
const BY_CODE: &str = "SELECT id, code, name, kind FROM agency WHERE code = $1";

impl FromRow for Agency {
    fn from_row(row: &Row) -> Result<Self, StoreError> {
        Ok(Self { id: row.id("id")?, code: row.parse("code")?, name: row.text("name")?, kind: row.parse("kind")? })
    }
}

struct FacetRow(Facet);

impl FromRow for FacetRow {
    fn from_row(row: &Row) -> Result<Self, StoreError> {
        Ok(Self(Facet { controller: row.id("agency")?, category: row.parse("category")? }))
    }
}

/// Adds an agency, in a change of the caller's.
///
/// # Errors
/// [`AgencyError`]: its name, its code, or a second unit.
pub async fn add(change: &mut Change, new: &NewAgency) -> Result<Id<kind::Agency>, AgencyError> {
    let name = new.name.trim();
    if name.is_empty() || name.chars().count() > 200 {
        return Err(AgencyError::Name);
    }
    let known: Vec<Agency> = change.rows(ALL, params![]).await?;
    if known.iter().any(|agency| agency.code == new.code) {
        return Err(AgencyError::Taken(new.code.clone()));
    }
    if new.kind == AgencyKind::Unit && known.iter().any(|agency| agency.kind == AgencyKind::Unit) {
        return Err(AgencyError::SecondUnit);
    }
    let id: Id<kind::Agency> = change.new_id();
    change
        .execute(
            "INSERT INTO agency (id, code, name, kind, added_at) VALUES ($1, $2, $3, $4, $5)",
            params![id, &new.code, name, new.kind.code(), change.now()],
        )
        .await?;
    bump_version(change).await?;
    Ok(id)
}

/// Notes that an agency supplies a category of data, and so is its controller. Doing it again changes nothing.
///
/// # Errors
/// The database's; a constraint where there is no such agency.
pub async fn register_holding(
    change: &mut Change,
    agency: Id<kind::Agency>,
    category: &Code,
) -> Result<(), StoreError> {
    change
        .execute(
            "INSERT INTO holding (agency, category) VALUES ($1, $2) ON CONFLICT (category, agency) DO NOTHING",
            params![agency, category],
        )
        .await?;
    Ok(())
}

/// Every agency, by name.
///
/// # Errors
/// The database's.
pub async fn all(plain: &Plain) -> Result<Vec<Agency>, StoreError> {
    plain.rows(ALL, params![]).await
}

/// The agency with this code.
///
/// # Errors
/// The database's.
pub async fn by_code(plain: &Plain, code: &str) -> Result<Option<Agency>, StoreError> {
    plain.first(BY_CODE, params![code]).await
}

/// The agency with this id.
///
/// # Errors
/// The database's.
pub async fn by_id(plain: &Plain, id: Id<kind::Agency>) -> Result<Option<Agency>, StoreError> {
    plain.first("SELECT id, code, name, kind FROM agency WHERE id = $1", params![id]).await
}

/// The unit itself; none before it was set up.
///
/// # Errors
/// The database's.
pub async fn unit(plain: &Plain) -> Result<Option<Agency>, StoreError> {
    plain.first("SELECT id, code, name, kind FROM agency WHERE kind = 'unit'", params![]).await
}

/// Every controller's part of these categories, as a request names them: one facet for each agency that supplies one.
///
/// # Errors
/// The database's.
pub async fn facets(book: &Staff, categories: &[Code]) -> Result<Vec<Facet>, StoreError> {
    let keys: Vec<Value> = categories.iter().map(vault::IntoValue::into_value).collect();
    let rows: Vec<FacetRow> = book
        .rows_in(
            "SELECT agency, category FROM holding WHERE category IN ({in}) ORDER BY category, agency",
            params![],
            &keys,
        )
        .await?;
    Ok(rows.into_iter().map(|row| row.0).collect())
}

/// Every controller's part of every category that anyone supplies.
///
/// # Errors
/// The database's.
pub async fn facets_of_all(book: &Staff) -> Result<Vec<Facet>, StoreError> {
    let rows: Vec<FacetRow> =
        book.rows("SELECT agency, category FROM holding ORDER BY category, agency", params![]).await?;
    Ok(rows.into_iter().map(|row| row.0).collect())
}

struct IdRow(Id<kind::Agency>);

impl FromRow for IdRow {
    fn from_row(row: &Row) -> Result<Self, StoreError> {
        row.id("agency").map(Self)
    }
}

/// The agencies that have a member who may sign in: who supplies open data has none.
///
/// # Errors
/// The database's.
pub async fn with_members(staff: &Staff) -> Result<BTreeSet<Id<kind::Agency>>, StoreError> {
    let rows: Vec<IdRow> = staff.rows("SELECT DISTINCT agency FROM member WHERE active = $1", params![true]).await?;
    Ok(rows.into_iter().map(|row| row.0).collect())
}

/// What an agency supplies.
///
/// # Errors
/// The database's.
pub async fn supplied_by(plain: &Plain, agency: Id<kind::Agency>) -> Result<Vec<Code>, StoreError> {
    let rows: Vec<FacetRow> =
        plain.rows("SELECT agency, category FROM holding WHERE agency = $1 ORDER BY category", params![agency]).await?;
    Ok(rows.into_iter().map(|row| row.0.category).collect())
}

/// Says that the register changed; every decider then reads it anew.
pub(crate) async fn bump_version(change: &mut Change) -> Result<(), StoreError> {
    change.execute("UPDATE register_version SET version = version + 1 WHERE only_row = 1", params![]).await?;
    Ok(())
}
