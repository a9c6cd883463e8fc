//! A field's cleaned values, each held once: records hold their numbers.

use hashbrown::HashMap;
use rayon::prelude::*;

use crate::{
    Field,
    arrow::array::{Array, StringArray},
    clean::{Cleaned, clean_cell, placeholders},
    facts::Facts,
};

/// Stands for "missing" where a number of a value is expected.
pub(crate) const NONE: u32 = u32::MAX;

/// A field over all records.
#[derive(Debug)]
pub(crate) struct Column {
    /// For each record the number of its value, or [`NONE`].
    pub(crate) ids: Vec<u32>,
    /// The distinct values, as the records first show them: nothing that a run gives may depend on their order.
    pub(crate) values: Vec<Box<str>>,
    /// What the rules need to know of each value beyond its text.
    pub(crate) facts: Facts,
    /// Values that were there but could not be read as the field's kind.
    pub(crate) unreadable: usize,
}

impl Column {
    pub(crate) fn new(field: &Field, raw: &StringArray) -> Column {
        let missing = placeholders(field);
        // Raw values repeat, so each is cleaned once.
        let mut raws: HashMap<&str, u32> = HashMap::new();
        let mut distinct: Vec<&str> = Vec::new();
        let mut ids = Vec::with_capacity(raw.len());
        for value in raw {
            ids.push(value.map_or(NONE, |value| {
                *raws.entry(value).or_insert_with(|| {
                    distinct.push(value);
                    (distinct.len() - 1) as u32
                })
            }));
        }
        drop(raws);
        let cleaned: Vec<Cleaned> = distinct.par_iter().map(|value| clean_cell(field, value, &missing)).collect();
        let mut numbers: HashMap<&str, u32> = HashMap::with_capacity(cleaned.len());
        let mut values: Vec<Box<str>> = Vec::new();
        let mut finals = Vec::with_capacity(cleaned.len());
        for cleaned in &cleaned {
            finals.push(match cleaned {
                Cleaned::Value(value) => *numbers.entry(value).or_insert_with(|| {
                    values.push(value.as_str().into());
                    (values.len() - 1) as u32
                }),
                Cleaned::Missing | Cleaned::Unreadable => NONE,
            });
        }
        let mut unreadable = 0;
        for id in &mut ids {
            unreadable += usize::from(cleaned.get(*id as usize) == Some(&Cleaned::Unreadable));
            *id = finals.get(*id as usize).copied().unwrap_or(NONE);
        }
        Column { ids, values, facts: Facts::default(), unreadable }
    }

    /// The same without the values of some records; the values' texts are left out, and of their facts all but the lists.
    pub(crate) fn without(&self, gone: impl Fn(u32) -> bool) -> Column {
        let id = |(id, record): (&u32, u32)| if gone(record) { NONE } else { *id };
        let ids = self.ids.iter().zip(0_u32..).map(id).collect();
        Column { ids, values: Vec::new(), facts: self.facts.lists_alone(), unreadable: 0 }
    }

    /// The number of a record's value, or [`NONE`].
    pub(crate) fn id(&self, record: u32) -> u32 {
        self.ids.get(record as usize).copied().unwrap_or(NONE)
    }

    /// A record's value.
    pub(crate) fn value(&self, record: u32) -> Option<&str> {
        self.values.get(self.id(record) as usize).map(AsRef::as_ref)
    }

    /// The text of the value of this number.
    pub(crate) fn text(&self, value: u32) -> Option<&str> {
        self.values.get(value as usize).map(AsRef::as_ref)
    }

    pub(crate) fn filled(&self) -> usize {
        self.ids.iter().filter(|id| **id != NONE).count()
    }
}
