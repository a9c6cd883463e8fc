//! Offences of open street-crime data, counted by small area, month and category as published. What has no place, or a place
//! outside the county, is counted as well: nothing that came in is lost from the totals.

mod count;
pub(crate) mod store;

pub(crate) use count::CountOffences;

use std::collections::BTreeMap;

use ingest::api::Record;

/// The category of data that is counted.
const STREET_CRIME: &str = "street_crime";

/// What one record counts as.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Cell {
    /// The small area's code as published; empty where there is no place.
    pub area: String,
    /// `2018-10`.
    pub month: String,
    /// As published: `Violence and sexual offences`.
    pub category: String,
}

impl Cell {
    /// The cell of a record; `None` without a month, which no accepted record of street crime is.
    fn of(record: &Record) -> Option<Self> {
        let month = record.text("Month")?.get(..7)?.to_owned();
        let category = record.text("kind").unwrap_or("Not stated").to_owned();
        Some(Self { area: record.text("LSOA code").unwrap_or_default().trim().to_owned(), month, category })
    }
}

/// What some records add to the counts and take from them.
#[derive(Debug, Default)]
pub(crate) struct Tally(BTreeMap<Cell, i64>);

impl Tally {
    /// Adds a record, in place of the version before it where there is one.
    fn add(&mut self, record: &Record, before: Option<&Record>) {
        for (counted, by) in [(Some(record), 1), (before, -1)] {
            if let Some(cell) = counted.and_then(Cell::of) {
                *self.0.entry(cell).or_default() += by;
            }
        }
    }

    /// Each cell that changes, and by how much.
    fn changes(self) -> impl Iterator<Item = (Cell, i64)> {
        self.0.into_iter().filter(|(_, by)| *by != 0)
    }
}
