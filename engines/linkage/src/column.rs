//! A field's cleaned values, each held once: records hold numbers in the order of the values.

use std::collections::HashMap;

use arrow::array::{Array, StringArray};
use rayon::prelude::*;

use crate::{
    Field, Kind,
    clean::{Cleaned, clean, fold, placeholders},
};

/// Stands for "missing" where a number of a value is expected.
pub(crate) const NONE: u32 = u32::MAX;

/// A field over all records.
#[derive(Debug)]
pub(crate) struct Column {
    /// For each record the number of its value, or [`NONE`].
    pub(crate) ids: Vec<u32>,
    /// The distinct values, sorted, so that numbers don't depend on the order of records.
    pub(crate) values: Vec<Box<str>>,
    /// For each value the sets of nicknames that it belongs to, sorted; empty where no rule asks.
    pub(crate) nicknames: Vec<Box<[u32]>>,
    /// Values that were there but could not be read as the field's kind.
    pub(crate) unreadable: usize,
}

impl Column {
    pub(crate) fn new(field: &Field, raw: &StringArray) -> Column {
        let missing = placeholders(field);
        // Raw values repeat, so each is cleaned once.
        let mut numbers: HashMap<&str, u32> = HashMap::new();
        let mut raws: Vec<&str> = Vec::new();
        let mut ids = Vec::with_capacity(raw.len());
        for value in raw {
            ids.push(value.map_or(NONE, |value| {
                *numbers.entry(value).or_insert_with(|| {
                    raws.push(value);
                    (raws.len() - 1) as u32
                })
            }));
        }
        let cleaned: Vec<Cleaned> = raws.par_iter().map(|value| clean(field.kind, value, &missing)).collect();
        let mut values: Vec<Box<str>> = cleaned
            .iter()
            .filter_map(|c| if let Cleaned::Value(v) = c { Some(v.as_str().into()) } else { None })
            .collect();
        values.par_sort_unstable();
        values.dedup();
        let number = |c: &Cleaned| match c {
            Cleaned::Value(value) => values.binary_search_by(|v| v.as_ref().cmp(value)).map_or(NONE, |at| at as u32),
            Cleaned::Missing | Cleaned::Unreadable => NONE,
        };
        let final_numbers: Vec<u32> = cleaned.par_iter().map(number).collect();
        let mut unreadable = 0;
        for id in &mut ids {
            unreadable += usize::from(cleaned.get(*id as usize) == Some(&Cleaned::Unreadable));
            *id = final_numbers.get(*id as usize).copied().unwrap_or(NONE);
        }
        Column { ids, values, nicknames: Vec::new(), unreadable }
    }

    /// The number of a record's value, or [`NONE`].
    pub(crate) fn id(&self, record: u32) -> u32 {
        self.ids.get(record as usize).copied().unwrap_or(NONE)
    }

    /// A record's value.
    pub(crate) fn value(&self, record: u32) -> Option<&str> {
        self.values.get(self.id(record) as usize).map(AsRef::as_ref)
    }

    pub(crate) fn filled(&self) -> usize {
        self.ids.iter().filter(|id| **id != NONE).count()
    }

    /// Notes for each value which sets of nicknames hold it, or its first word.
    pub(crate) fn find_nicknames(&mut self, kind: Kind, sets: &[Vec<String>]) {
        let mut of: HashMap<String, Vec<u32>> = HashMap::new();
        for (number, set) in sets.iter().enumerate() {
            for name in set {
                let name = if kind == Kind::Name { fold(name, true) } else { name.trim().to_lowercase() };
                of.entry(name).or_default().push(number as u32);
            }
        }
        let sets_of = |value: &str| {
            let first = value.split(' ').next().unwrap_or_default();
            let mut sets: Vec<u32> =
                [value, first].iter().filter_map(|name| of.get(*name)).flatten().copied().collect();
            sets.sort_unstable();
            sets.dedup();
            sets.into_boxed_slice()
        };
        self.nicknames = self.values.iter().map(|value| sets_of(value)).collect();
    }

    pub(crate) fn nicknames(&self, record: u32) -> &[u32] {
        self.nicknames.get(self.id(record) as usize).map_or(&[], AsRef::as_ref)
    }
}
