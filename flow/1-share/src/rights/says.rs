//! What a person says of records that are about them: it stands beside the records, for whoever may see those.

use base::{Code, Id, Timestamp, kind};
use vault::{FromRow, Held, Reader, Row, StoreError, Vault, params};

/// What a person says of a service's records.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Statement {
    /// Whose records.
    pub controller: Id<kind::Agency>,
    /// Which kind.
    pub category: Code,
    /// In their words.
    pub says: String,
    /// When it was kept.
    pub made_at: Timestamp,
}

impl Held for Statement {
    fn controller(&self) -> Id<kind::Agency> {
        self.controller
    }
    fn category(&self) -> &Code {
        &self.category
    }
}

impl FromRow for Statement {
    fn from_row(row: &Row) -> Result<Self, StoreError> {
        Ok(Self {
            controller: row.id("controller")?,
            category: row.parse("category")?,
            says: row.text("says")?,
            made_at: row.time("made_at")?,
        })
    }
}

/// What a person says of the records that the permit covers, the oldest first.
///
/// # Errors
/// The database's; [`StoreError::Sealed`] where it was changed.
pub async fn what_they_say(
    vault: &Vault,
    reader: &Reader,
    person: Id<kind::Person>,
) -> Result<Vec<Statement>, StoreError> {
    const SQL: &str =
        "SELECT controller, category, says, made_at FROM rights_statement WHERE person = $1 ORDER BY made_at, id";
    let mut found: Vec<Statement> = reader.rows(SQL, params![person]).await?;
    for one in &mut found {
        one.says = String::from_utf8_lossy(&vault.unseal(&one.says)?).into_owned();
    }
    Ok(found)
}
