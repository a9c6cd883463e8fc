//! The SQL of small areas.

use std::collections::BTreeMap;

use base::{LsoaCode, Postcode};
use vault::{Change, FromRow, IntoValue, Plain, Row, StoreError, Value, params};

use super::{AreaPlace, District};

impl FromRow for AreaPlace {
    fn from_row(row: &Row) -> Result<Self, StoreError> {
        Ok(Self {
            area: row.parse("code")?,
            name: row.text("name")?,
            district_code: row.text("district_code")?,
            district_name: row.text("district_name")?,
        })
    }
}

impl FromRow for District {
    fn from_row(row: &Row) -> Result<Self, StoreError> {
        Ok(Self { name: row.text("district_name")?, code: row.text("district_code")? })
    }
}

struct Found {
    postcode: String,
    place: AreaPlace,
}

impl FromRow for Found {
    fn from_row(row: &Row) -> Result<Self, StoreError> {
        Ok(Self { postcode: row.text("postcode")?, place: AreaPlace::from_row(row)? })
    }
}

pub(super) async fn places_of_postcodes(
    plain: &Plain,
    postcodes: &[Postcode],
) -> Result<BTreeMap<String, AreaPlace>, StoreError> {
    const SQL: &str = "SELECT p.postcode, a.code, a.name, a.district_code, a.district_name FROM postcode_area p \
        JOIN area a ON a.code = p.area WHERE p.postcode IN ({in})";
    let keys: Vec<Value> = postcodes.iter().map(|postcode| postcode.as_str().into_value()).collect();
    let found: Vec<Found> = plain.rows_in(SQL, params![], &keys).await?;
    Ok(found.into_iter().map(|found| (found.postcode, found.place)).collect())
}

pub(super) async fn place_of_area(plain: &Plain, area: LsoaCode) -> Result<Option<AreaPlace>, StoreError> {
    const SQL: &str = "SELECT code, name, district_code, district_name FROM area WHERE code = $1";
    plain.first(SQL, params![area.to_string()]).await
}

pub(super) async fn districts(plain: &Plain) -> Result<Vec<District>, StoreError> {
    const SQL: &str = "SELECT DISTINCT district_code, district_name FROM area ORDER BY district_name, district_code";
    plain.rows(SQL, params![]).await
}

/// An area as the pages draw it.
pub(crate) struct AreaRow {
    pub place: AreaPlace,
    pub boundary: String,
    pub outline: String,
    pub residents: Option<u64>,
    pub decile: Option<i64>,
}

impl FromRow for AreaRow {
    fn from_row(row: &Row) -> Result<Self, StoreError> {
        Ok(Self {
            place: AreaPlace::from_row(row)?,
            boundary: row.text("boundary")?,
            outline: row.text("outline")?,
            residents: row.opt_int("residents")?.and_then(|residents| u64::try_from(residents).ok()),
            decile: row.opt_int("decile")?,
        })
    }
}

/// Every area with its boundary, residents and decile, by code.
pub(crate) async fn areas_with_residents(plain: &Plain) -> Result<Vec<AreaRow>, StoreError> {
    const SQL: &str = "SELECT a.code, a.name, a.district_code, a.district_name, a.boundary, a.outline, p.residents, d.decile \
        FROM area a LEFT JOIN area_population p ON p.area = a.code LEFT JOIN area_deprivation d ON d.area = a.code \
        ORDER BY a.code";
    plain.rows(SQL, params![]).await
}

/// Every area's name and district, by name.
pub(crate) async fn names(plain: &Plain) -> Result<Vec<AreaPlace>, StoreError> {
    const SQL: &str = "SELECT code, name, district_code, district_name FROM area ORDER BY name, code";
    plain.rows(SQL, params![]).await
}

/// One area with its residents and decile.
pub(crate) async fn described(plain: &Plain, code: &str) -> Result<Option<AreaRow>, StoreError> {
    const SQL: &str = "SELECT a.code, a.name, a.district_code, a.district_name, a.boundary, a.outline, p.residents, d.decile \
        FROM area a LEFT JOIN area_population p ON p.area = a.code LEFT JOIN area_deprivation d ON d.area = a.code WHERE a.code = $1";
    plain.first(SQL, params![code]).await
}

struct Version(i64);

impl FromRow for Version {
    fn from_row(row: &Row) -> Result<Self, StoreError> {
        row.int("version").map(Self)
    }
}

/// The version of what the pages are drawn from.
pub(crate) async fn version(plain: &Plain) -> Result<i64, StoreError> {
    let found = plain.first::<Version>("SELECT version FROM picture_version WHERE only_row = 1", params![]).await?;
    Ok(found.map_or(0, |version| version.0))
}

/// Says that the pages are to be drawn anew.
pub(crate) async fn bump_version(change: &mut Change) -> Result<(), StoreError> {
    change.execute("UPDATE picture_version SET version = version + 1 WHERE only_row = 1", params![]).await.map(|_| ())
}

/// One of the tables that a file fills: a load writes its rows over those with the same key, then takes away what it did
/// not bring.
pub(super) struct Table {
    pub name: &'static str,
    pub columns: &'static [&'static str],
    pub upsert: &'static str,
    pub remove_others: &'static str,
}

pub(super) const AREA: Table = Table {
    name: "area",
    columns: &["code", "name", "district_code", "district_name", "boundary", "outline", "load_id"],
    upsert: "ON CONFLICT (code) DO UPDATE SET name = excluded.name, district_code = excluded.district_code, \
        district_name = excluded.district_name, boundary = excluded.boundary, outline = excluded.outline, load_id = excluded.load_id",
    remove_others: "DELETE FROM area WHERE load_id <> $1",
};

pub(super) const POPULATION: Table = Table {
    name: "area_population",
    columns: &["area", "residents", "load_id"],
    upsert: "ON CONFLICT (area) DO UPDATE SET residents = excluded.residents, load_id = excluded.load_id",
    remove_others: "DELETE FROM area_population WHERE load_id <> $1",
};

pub(super) const DEPRIVATION: Table = Table {
    name: "area_deprivation",
    columns: &["area", "decile", "load_id"],
    upsert: "ON CONFLICT (area) DO UPDATE SET decile = excluded.decile, load_id = excluded.load_id",
    remove_others: "DELETE FROM area_deprivation WHERE load_id <> $1",
};

pub(super) const POSTCODE: Table = Table {
    name: "postcode_area",
    columns: &["postcode", "area", "load_id"],
    upsert: "ON CONFLICT (postcode) DO UPDATE SET area = excluded.area, load_id = excluded.load_id",
    remove_others: "DELETE FROM postcode_area WHERE load_id <> $1",
};
