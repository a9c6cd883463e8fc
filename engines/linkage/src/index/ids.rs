//! The caller's own names for an index's records.

use hashbrown::HashMap;

use super::Index;
use crate::{Error, Table};

/// Ids and numbers of records.
#[derive(Debug)]
pub(super) struct Ids {
    /// Where the ids are in a table.
    column: String,
    numbers: HashMap<Box<str>, u32>,
    /// By number; none for a record that was removed.
    of: Vec<Option<Box<str>>>,
}

impl Index {
    /// Knows its records by the values of a column: those that it holds, by the table of which its linker was made, and those that are added later by
    /// theirs. A second record with an id that is there is then refused.
    ///
    /// # Errors
    /// [`Error::Shape`] where the table has not as many records as the index was built of, or some were added or removed already;
    /// [`Error::MissingColumns`], [`Error::MissingId`] or [`Error::DuplicateId`] for ids that can't be taken.
    pub fn with_ids(self, column: &str, records: &Table) -> Result<Index, Error> {
        let known = self.linker.records();
        if records.records() != known || self.last() as usize != known || !self.removed.is_empty() {
            return Err(Error::Shape(format!(
                "there are {} ids for the {known} records that the index was built of; name them before any is added or removed",
                records.records()
            )));
        }
        let mut ids = Ids { column: column.to_owned(), numbers: HashMap::with_capacity(known), of: Vec::new() };
        ids.add(records, 0)?;
        Ok(Index { ids: Some(ids), ..self })
    }

    /// A record's id. `None` where it isn't there, or the index knows none.
    #[must_use]
    pub fn id(&self, record: u32) -> Option<&str> {
        self.ids.as_ref()?.of.get(record as usize)?.as_deref()
    }

    /// The number of the record of this id. `None` where there is none, or the index knows none.
    #[must_use]
    pub fn number(&self, id: &str) -> Option<u32> {
        self.ids.as_ref()?.numbers.get(id).copied()
    }
}

impl Ids {
    /// Takes up the ids of records that are numbered from `first` on: all of them or, with an error, none.
    pub(super) fn add(&mut self, records: &Table, first: u32) -> Result<(), Error> {
        let Some(column) = records.column(&self.column) else {
            return Err(records.lacks(&[&self.column]));
        };
        let mut new: HashMap<&str, u32> = HashMap::with_capacity(records.records());
        for (id, row) in column.iter().zip(0_u32..) {
            let place = || self.column.clone();
            let Some(id) = id.filter(|id| !id.trim().is_empty()) else {
                return Err(Error::MissingId { column: place(), row });
            };
            if let Some(record) = self.numbers.get(id) {
                return Err(Error::DuplicateId { column: place(), row, record: *record });
            }
            if let Some(earlier) = new.insert(id, row) {
                return Err(Error::DuplicateId { column: place(), row, record: first + earlier });
            }
        }
        self.numbers.extend(new.into_iter().map(|(id, row)| (id.into(), first + row)));
        self.of.extend(column.iter().map(|id| id.map(Into::into)));
        Ok(())
    }

    pub(super) fn remove(&mut self, record: u32) {
        if let Some(id) = self.of.get_mut(record as usize).and_then(Option::take) {
            self.numbers.remove(&id);
        }
    }
}
