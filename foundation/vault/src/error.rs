//! What can go wrong when the vault is asked to keep or give something.

/// A failure of storage. It carries no personal data: table, column and identifiers only.
#[derive(Debug, Clone, thiserror::Error)]
pub enum StoreError {
    /// The database refused or failed; the text is the driver's own, for the log and never for a page.
    #[error("the database failed: {0}")]
    Database(String),
    /// A row breaks a rule of the schema (a second row with the same key, a missing parent).
    #[error("the change breaks the rule `{0}` of the database")]
    Constraint(String),
    /// Another process held the database for longer than we wait.
    #[error("the database was busy for too long; nothing was changed, try again")]
    Busy,
    /// A stored value can't be read as what it should be.
    #[error("table value `{column}` can't be read: {problem}")]
    BadValue {
        /// The column's name in the statement.
        column: String,
        /// What is wrong with it, without the value itself.
        problem: String,
    },
    /// Text with a NUL character, which PostgreSQL can't hold.
    #[error("text holds a NUL character, which can't be stored")]
    Nul,
    /// A statement touches a table that this door may not touch.
    #[error("the statement reads `{table}`, a {kind} table, through a door that may not")]
    WrongDoor {
        /// The table that was named.
        table: String,
        /// Its kind in the catalogue.
        kind: &'static str,
    },
    /// The permit has expired or was made for something else.
    #[error("the permit does not cover this: {0}")]
    Permit(&'static str),
    /// What the permit rested on has ended or changed since it was given (an agreement was suspended). Whoever holds it asks anew.
    #[error("what permitted this has changed since; ask again for what is permitted now")]
    NoLonger,
    /// A legal hold is on some of what was to be erased.
    #[error("a legal hold is on it")]
    Held,
    /// A migration can't be run.
    #[error("migration {number} ({name}): {problem}")]
    Migration {
        /// Its number.
        number: u32,
        /// Its name.
        name: &'static str,
        /// What is wrong.
        problem: String,
    },
    /// A file of the vault (key, blob, tombstones, heads) can't be read or written.
    #[error("{what}: {problem}")]
    File {
        /// Which file, in words.
        what: String,
        /// What is wrong.
        problem: String,
    },
    /// Sealed bytes don't open: another key, or they were changed.
    #[error("sealed data does not open: another key made it, or it was changed")]
    Sealed,
}

impl From<sea_orm::DbErr> for StoreError {
    fn from(error: sea_orm::DbErr) -> Self {
        use sea_orm::{DbErr, SqlErr};
        if let Some(SqlErr::UniqueConstraintViolation(rule) | SqlErr::ForeignKeyConstraintViolation(rule)) =
            error.sql_err()
        {
            return Self::Constraint(rule);
        }
        let text = error.to_string();
        let busy = matches!(error, DbErr::ConnectionAcquire(_))
            || text.contains("database is locked")
            || text.contains("could not serialize");
        if busy { Self::Busy } else { Self::Database(text) }
    }
}
