//! The SQL of the search index.

use std::collections::HashSet;

use base::{Code, Id, kind, names::fold};
use vault::{Change, FromRow, Held, Reader, Row, StoreError, Vault, params};

use super::{Entry, Wanted, first_word};

const RECORDS: &str = "SELECT record, controller, category FROM person_search";
const BY_NHS: &str =
    "SELECT record, controller, category FROM person_search WHERE nhs_digest = $1 AND nhs_digest IS NOT NULL";
const BY_UPN: &str =
    "SELECT record, controller, category FROM person_search WHERE upn_digest = $1 AND upn_digest IS NOT NULL";
const BY_NAME: &str =
    "SELECT record, controller, category FROM person_search WHERE dob = $1 AND family = $2 AND given = $3";
pub(crate) const REMOVE: &str = "DELETE FROM person_search WHERE record = $1";
pub(crate) const UNMAKE: &str = "DELETE FROM person_search WHERE record IN (SELECT record FROM person_search \
     WHERE controller = $1 AND category = $2 ORDER BY record LIMIT 600)";

struct Found {
    record: Id<kind::Record>,
    controller: Id<kind::Agency>,
    category: Code,
}

impl FromRow for Found {
    fn from_row(row: &Row) -> Result<Self, StoreError> {
        Ok(Self { record: row.id("record")?, controller: row.id("controller")?, category: row.parse("category")? })
    }
}

impl Held for Found {
    fn controller(&self) -> Id<kind::Agency> {
        self.controller
    }
    fn category(&self) -> &Code {
        &self.category
    }
}

/// Every record in the index that the permit covers.
pub(crate) async fn records(reader: &Reader) -> Result<HashSet<Id<kind::Record>>, StoreError> {
    let rows: Vec<Found> = reader.rows(RECORDS, params![]).await?;
    Ok(rows.into_iter().map(|row| row.record).collect())
}

/// The records that agree with what is wanted, among those that the permit covers.
pub(super) async fn find(reader: &Reader, vault: &Vault, wanted: &Wanted) -> Result<Vec<Id<kind::Record>>, StoreError> {
    let rows: Vec<Found> = match wanted {
        Wanted::Nhs(number) => reader.rows(BY_NHS, params![digest(vault, "nhs_number", &number.digits())]).await?,
        Wanted::Upn(number) => reader.rows(BY_UPN, params![digest(vault, "upn", number.as_str())]).await?,
        Wanted::Name { given, family, born } => {
            let (given, family) = (first_word(&fold(given)), fold(family));
            reader.rows(BY_NAME, params![*born, family, given]).await?
        }
    };
    Ok(rows.into_iter().map(|row| row.record).collect())
}

fn digest(vault: &Vault, kind: &str, value: &str) -> String {
    vault.digest(kind, value.as_bytes())
}

/// Adds records to the index.
pub(crate) async fn insert(change: &mut Change, vault: &Vault, entries: &[Entry]) -> Result<(), StoreError> {
    let rows = entries.iter().map(|entry| {
        params![
            entry.record,
            entry.facet.controller,
            &entry.facet.category,
            &entry.given,
            &entry.family,
            entry.born,
            entry.nhs.map(|number| digest(vault, "nhs_number", &number.digits())),
            entry.upn.map(|number| digest(vault, "upn", number.as_str()))
        ]
    });
    change
        .insert_many(
            "person_search",
            &["record", "controller", "category", "given", "family", "dob", "nhs_digest", "upn_digest"],
            rows.collect(),
            "ON CONFLICT (record) DO NOTHING",
        )
        .await?;
    Ok(())
}
