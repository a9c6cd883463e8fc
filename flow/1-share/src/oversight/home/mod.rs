//! The data protection officer’s home, `/trust`: everything that waits for them, with its clock, and the list behind each figure. A data owner
//! sees their own agency’s part.

pub(crate) mod pages;
mod store;

/// Something that waits, as another slice hands it to the officer’s home.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Waiting {
    /// What, to be read after a number: `requests from people, overdue`.
    pub what: &'static str,
    /// How many.
    pub count: u64,
    /// For how many days the oldest has waited, where that is known.
    pub oldest_days: Option<u64>,
    /// Where they are listed.
    pub href: &'static str,
}
