//! A row that came out of a statement, and how it becomes a type of the domain.

use std::{fmt::Display, str::FromStr};

use base::{Id, Timestamp, kind};

use crate::StoreError;

/// One row of a result. Getters name the column; a value that can't be read is an error that names it, never a default.
#[derive(Debug)]
pub struct Row(pub(crate) sea_orm::QueryResult);

/// A type that is read from a row.
pub trait FromRow: Sized {
    /// Reads it.
    ///
    /// # Errors
    /// [`StoreError::BadValue`] where a column is missing or can't be read.
    fn from_row(row: &Row) -> Result<Self, StoreError>;
}

/// A row about a person: who controls it and which category of data it is, so that a permit can be held against it.
pub trait Held {
    /// The agency that is the controller of this row.
    fn controller(&self) -> Id<kind::Agency>;
    /// The category of data, as the catalogue and the agreements name it.
    fn category(&self) -> &base::Code;
    /// Leaves out what is not among these fields, before the row is released. A row that holds nothing of what a partner sent
    /// (ids, states, what the unit itself wrote) has nothing to leave out.
    fn hold_to(&mut self, _fields: &crate::Fields) {}
}

impl Row {
    fn get<T: sea_orm::TryGetable>(&self, column: &str) -> Result<T, StoreError> {
        self.0.try_get_by(column).map_err(|error| bad(column, error))
    }

    /// Text that is not null.
    ///
    /// # Errors
    /// As every getter: [`StoreError::BadValue`].
    pub fn text(&self, column: &str) -> Result<String, StoreError> {
        self.get(column)
    }

    /// Text or null.
    #[allow(missing_docs, clippy::missing_errors_doc, reason = "as every getter")]
    pub fn opt_text(&self, column: &str) -> Result<Option<String>, StoreError> {
        self.get(column)
    }

    /// A whole number.
    #[allow(clippy::missing_errors_doc, reason = "as every getter")]
    pub fn int(&self, column: &str) -> Result<i64, StoreError> {
        // A literal such as `1 AS n` is 32 bits wide on PostgreSQL.
        self.get(column).or_else(|error| self.get::<i32>(column).map(i64::from).map_err(|_| error))
    }

    /// A whole number or null.
    #[allow(clippy::missing_errors_doc, reason = "as every getter")]
    pub fn opt_int(&self, column: &str) -> Result<Option<i64>, StoreError> {
        self.get(column)
    }

    /// A count: a whole number that is not negative.
    #[allow(clippy::missing_errors_doc, reason = "as every getter")]
    pub fn count(&self, column: &str) -> Result<u64, StoreError> {
        u64::try_from(self.int(column)?).map_err(|error| bad(column, error))
    }

    /// A real number.
    #[allow(clippy::missing_errors_doc, reason = "as every getter")]
    pub fn real(&self, column: &str) -> Result<f64, StoreError> {
        self.get(column)
    }

    /// A real number or null.
    #[allow(clippy::missing_errors_doc, reason = "as every getter")]
    pub fn opt_real(&self, column: &str) -> Result<Option<f64>, StoreError> {
        self.get(column)
    }

    /// True or false.
    #[allow(clippy::missing_errors_doc, reason = "as every getter")]
    pub fn bool(&self, column: &str) -> Result<bool, StoreError> {
        self.get(column)
    }

    /// True, false or null.
    #[allow(clippy::missing_errors_doc, reason = "as every getter")]
    pub fn opt_bool(&self, column: &str) -> Result<Option<bool>, StoreError> {
        self.get(column)
    }

    /// Text that parses as `T`: an id, a code, a date, an enum of the slice.
    #[allow(clippy::missing_errors_doc, reason = "as every getter")]
    pub fn parse<T: FromStr<Err: Display>>(&self, column: &str) -> Result<T, StoreError> {
        self.text(column)?.parse().map_err(|error| bad(column, error))
    }

    /// Null, or text that parses as `T`.
    #[allow(clippy::missing_errors_doc, reason = "as every getter")]
    pub fn opt_parse<T: FromStr<Err: Display>>(&self, column: &str) -> Result<Option<T>, StoreError> {
        self.opt_text(column)?.map(|text| text.parse().map_err(|error| bad(column, error))).transpose()
    }

    /// An id.
    #[allow(clippy::missing_errors_doc, reason = "as every getter")]
    pub fn id<T>(&self, column: &str) -> Result<Id<T>, StoreError> {
        self.parse(column)
    }

    /// A moment in time, kept as UTC microseconds.
    #[allow(clippy::missing_errors_doc, reason = "as every getter")]
    pub fn time(&self, column: &str) -> Result<Timestamp, StoreError> {
        Timestamp::from_micros(self.int(column)?).map_err(|error| bad(column, error))
    }

    /// A moment in time or null.
    #[allow(clippy::missing_errors_doc, reason = "as every getter")]
    pub fn opt_time(&self, column: &str) -> Result<Option<Timestamp>, StoreError> {
        self.opt_int(column)?
            .map(|micros| Timestamp::from_micros(micros).map_err(|error| bad(column, error)))
            .transpose()
    }
}

fn bad(column: &str, error: impl Display) -> StoreError {
    StoreError::BadValue { column: column.to_owned(), problem: error.to_string() }
}
