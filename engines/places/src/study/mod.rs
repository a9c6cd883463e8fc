//! A whole study of places from files: where harm is, whether it moved and how sure that is, as tables, shapes and a report.
//!
//! `input` reads files and says which row is wrong and what to do, `world` holds what they say together, each file of
//! `finding` asks one question of it, `output` writes the answers.

mod finding;
mod hidden;
mod input;
mod output;
mod run;
mod spec;
#[cfg(test)]
mod tests;
mod world;

pub use run::{Progress, Request, Summary, run};
pub use spec::{EXAMPLE, Spec};

use thiserror::Error;

/// Why there is no study. Each says what to do.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum StudyError {
    /// A file, and the row of it, that can't be used.
    #[error("{file}{}: {what}", row.map_or(String::new(), |row| format!(", row {row}")))]
    File {
        /// The file's name.
        file: String,
        /// The row, the headings' being 1.
        row: Option<u64>,
        /// What is wrong and what to do.
        what: String,
    },
    /// The events together can't be used.
    #[error("the events: {0}")]
    Events(String),
    /// The spec can't be used.
    #[error("the spec: {0}. `alongside places --example` prints one with every setting")]
    Spec(String),
    /// A result can't be written.
    #[error("{0} can't be written: {1}. What was there before is as it was")]
    Write(String, String),
}

impl StudyError {
    fn file(name: &str, what: String) -> Self {
        Self::File { file: name.to_owned(), row: None, what }
    }
}
