//! The fields that a model's SQL needs: each column as it stands, and once more for each other way in which it is read.

use crate::{Check, Field, Kind};

/// How a column is read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Reading {
    /// As it stands.
    Raw,
    Lower,
    Date,
    Number,
    Postcode,
    Email,
}

/// The fields of a spec in the making.
#[derive(Debug, Default)]
pub(super) struct Fields {
    all: Vec<Field>,
    /// Columns that hold lists.
    lists: Vec<String>,
    /// Fields of the comparison at hand, in the order of their use.
    used: Vec<String>,
}

impl Fields {
    pub(super) fn new(lists: Vec<String>) -> Fields {
        Fields { lists, ..Fields::default() }
    }

    /// Begins a new comparison.
    pub(super) fn begin(&mut self) {
        self.used.clear();
    }

    /// The fields of the comparison at hand.
    pub(super) fn used(&self) -> &[String] {
        &self.used
    }

    pub(super) fn finish(self) -> Vec<Field> {
        self.all
    }

    /// The field that reads a column so.
    pub(super) fn reading(&mut self, column: &str, reading: Reading) -> String {
        let (kind, suffix) = match reading {
            Reading::Raw => (Kind::Raw, ""),
            Reading::Lower => (Kind::Text, "_lower"),
            Reading::Date => (Kind::CalendarDate, "_date"),
            Reading::Number => (Kind::Number, "_number"),
            Reading::Postcode => (Kind::Postcode, "_postcode"),
            Reading::Email => (Kind::Email, "_email"),
        };
        let list = self.lists.iter().any(|name| name == column).then(|| "|".to_owned());
        let from = if suffix.is_empty() { Vec::new() } else { vec![column.to_owned()] };
        self.field(format!("{column}{suffix}"), kind, from, list)
    }

    /// The field of a place on the globe.
    pub(super) fn place(&mut self, latitude: &str, longitude: &str) -> String {
        let from = vec![latitude.to_owned(), longitude.to_owned()];
        self.field(format!("{latitude}_{longitude}"), Kind::Coordinates, from, None)
    }

    /// Two columns that a rule exchanges: they must be the comparison's first two. `None` where others are already.
    pub(super) fn exchanged(&mut self, one: &str, other: &str) -> Option<()> {
        let (one, other) = (self.reading(one, Reading::Raw), self.reading(other, Reading::Raw));
        self.used.retain(|name| *name != one && *name != other);
        self.used.insert(0, other);
        self.used.insert(0, one);
        Some(())
    }

    /// A column as it stands, which the comparison at hand does not look at.
    pub(super) fn aside(&mut self, column: &str) -> String {
        let used = self.used.clone();
        let name = self.reading(column, Reading::Raw);
        self.used = used;
        name
    }

    fn field(&mut self, name: String, kind: Kind, from: Vec<String>, list: Option<String>) -> String {
        if !self.used.contains(&name) {
            self.used.push(name.clone());
        }
        if !self.all.iter().any(|field| field.name == name) {
            let (missing, distinguishes, check) = (Vec::new(), false, Check::None);
            self.all.push(Field { name: name.clone(), kind, from, list, missing, distinguishes, check });
        }
        name
    }
}
