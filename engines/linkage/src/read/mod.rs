//! Records from files: CSV in any common encoding (gzipped or not) and Parquet.
//!
//! Every refusal names the file, and the column and line where there is one; none holds a record's value.

mod csv;
mod parquet;
#[cfg(test)]
mod tests;

use std::{fmt, fs::File, io::Read as _, path::Path};

use crate::arrow::{
    array::{Array as _, AsArray as _, RecordBatch},
    cast,
    datatypes::DataType,
};

/// Why a file can't be read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReadError {
    /// The file, as it was named.
    pub file: String,
    /// The line, counted from 1, where there is one.
    pub line: Option<u64>,
    /// The column, where there is one.
    pub column: Option<String>,
    /// What is wrong, and what to do.
    pub problem: String,
}

impl fmt::Display for ReadError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.file)?;
        if let Some(line) = self.line {
            write!(f, ", line {line}")?;
        }
        if let Some(column) = &self.column {
            write!(f, ", column `{column}`")?;
        }
        write!(f, ": {}", self.problem)
    }
}

impl std::error::Error for ReadError {}

impl ReadError {
    pub(crate) fn new(file: &Path, problem: impl Into<String>) -> ReadError {
        ReadError { file: file.display().to_string(), line: None, column: None, problem: problem.into() }
    }

    pub(crate) fn at(mut self, line: u64) -> ReadError {
        self.line = Some(line);
        self
    }

    pub(crate) fn column(mut self, column: impl Into<String>) -> ReadError {
        self.column = Some(column.into());
        self
    }
}

/// The records of one file.
#[derive(Debug, Clone)]
pub struct Records {
    /// The columns that were asked for, batch after batch.
    pub batches: Vec<RecordBatch>,
    /// How many records there are.
    pub records: usize,
    /// What a person should know: values that were not UTF-8, for instance.
    pub notes: Vec<String>,
}

impl Records {
    /// A column as text, `None` where it is empty or not there.
    ///
    /// # Errors
    /// A column that has no text form, such as a list.
    pub fn text(&self, file: &Path, column: &str) -> Result<Vec<Option<String>>, ReadError> {
        let mut values = Vec::with_capacity(self.records);
        for batch in &self.batches {
            let Some(found) = batch.column_by_name(column) else {
                return Err(ReadError::new(file, "there is no such column").column(column));
            };
            let refused = || {
                ReadError::new(file, format!("holds {}, where one value is needed", found.data_type())).column(column)
            };
            if found.data_type().is_nested() {
                return Err(refused());
            }
            let text = cast(found, &DataType::Utf8).map_err(|_| refused())?;
            let trimmed = |value: Option<&str>| value.map(str::trim).filter(|v| !v.is_empty()).map(str::to_owned);
            values.extend(text.as_string::<i32>().iter().map(trimmed));
        }
        Ok(values)
    }
}

enum Format {
    Csv,
    Gzip,
    Parquet,
}

/// What the file is, by its first bytes rather than its name.
fn format(path: &Path) -> Result<Format, ReadError> {
    let wrong = |error: std::io::Error| ReadError::new(path, format!("can't be opened: {error}"));
    let mut file = File::open(path).map_err(wrong)?;
    let mut start = Vec::new();
    file.by_ref().take(4).read_to_end(&mut start).map_err(wrong)?;
    match start.as_slice() {
        [] => Err(ReadError::new(path, "is empty; its first line should name the columns")),
        b"PAR1" => Ok(Format::Parquet),
        [0x1f, 0x8b, ..] => Ok(Format::Gzip),
        b"PK\x03\x04" => Err(ReadError::new(path, "is a spreadsheet or an archive; save it as CSV first")),
        _ => Ok(Format::Csv),
    }
}

/// The names of a file's columns.
///
/// # Errors
/// A file that isn't there, is empty, or names a column twice.
pub fn columns(path: &Path) -> Result<Vec<String>, ReadError> {
    match format(path)? {
        Format::Parquet => parquet::columns(path),
        Format::Csv => csv::columns(path, false),
        Format::Gzip => csv::columns(path, true),
    }
}

/// Reads the columns for which `wanted`, in the file's order.
///
/// # Errors
/// A file that isn't there or can't be read, with the line where that is known.
pub fn records(path: &Path, wanted: &dyn Fn(&str) -> bool) -> Result<Records, ReadError> {
    match format(path)? {
        Format::Parquet => parquet::records(path, wanted),
        Format::Csv => csv::records(path, false, wanted),
        Format::Gzip => csv::records(path, true, wanted),
    }
}

/// The line on which a CSV file's record begins; `None` for other files. Reads the file anew: for messages only.
#[must_use]
pub fn line_of(path: &Path, record: usize) -> Option<u64> {
    match format(path).ok()? {
        Format::Parquet => None,
        Format::Csv => csv::line_of(path, false, record),
        Format::Gzip => csv::line_of(path, true, record),
    }
}

/// Refuses a name that comes twice.
fn distinct(path: &Path, names: &[String]) -> Result<(), ReadError> {
    for (at, name) in names.iter().enumerate() {
        if names.iter().take(at).any(|earlier| earlier == name) {
            return Err(
                ReadError::new(path, "is named twice in the header; give each column a name of its own").column(name)
            );
        }
    }
    Ok(())
}
