//! What an erasure leaves: what some controllers keep, and the rows that those need.

use std::collections::{BTreeMap, BTreeSet};

use crate::{
    Change, Facet, Marks, StoreError, Value, database,
    erasing::{BATCH, keys},
    schema::Table,
};

/// What an erasure took.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Gone {
    /// How many rows, by table.
    pub rows: BTreeMap<String, u64>,
    /// The ids of rows that would have gone, and stay since a row that stays needs them: a person's, as long as a record is theirs.
    pub needed: BTreeSet<String>,
}

/// What an erasure passes over.
#[derive(Clone, Copy)]
pub(crate) struct Bar<'b> {
    facets: &'b BTreeSet<Facet>,
    ids: &'b BTreeSet<String>,
}

impl<'b> Bar<'b> {
    /// What some controllers keep of some categories, and these rows.
    pub(crate) fn of(facets: &'b BTreeSet<Facet>, ids: &'b BTreeSet<String>) -> Self {
        Self { facets, ids }
    }

    /// As a condition on a table's rows, with its values; nothing where nothing is passed over.
    pub(crate) fn condition(&self, table: &Table) -> (String, Vec<Value>) {
        let (mut text, mut values) = (String::new(), Vec::new());
        let mut places = |list: Vec<String>| {
            let from = values.len();
            let places: Vec<String> = (1..=list.len()).map(|n| format!("${}", from + n)).collect();
            values.extend(keys(&list));
            places.join(", ")
        };
        if !self.facets.is_empty() && table.has("controller") && table.has("category") {
            let facets = self.facets.iter().map(|facet| format!("{} {}", facet.controller, facet.category)).collect();
            text.push_str(&format!(" AND controller || ' ' || category NOT IN ({})", places(facets)));
        }
        if !self.ids.is_empty() && table.has("id") {
            text.push_str(&format!(" AND id NOT IN ({})", places(self.ids.iter().cloned().collect())));
        }
        (text, values)
    }

    /// Whether something plain stays.
    pub(crate) fn keeps_plain(&self) -> bool {
        self.facets.iter().any(|facet| !Marks::split(&facet.category).1.sealed)
    }
}

/// Of what is gone nothing is held: a backup may have held it when it was made.
pub(crate) async fn forget_holds(change: &Change, ids: &BTreeSet<String>) -> Result<(), StoreError> {
    let ids: Vec<String> = ids.iter().cloned().collect();
    for part in ids.chunks(BATCH) {
        let (text, values) = crate::doors::spread("DELETE FROM held_back WHERE what IN ({in})", &[], &keys(part));
        database::execute(&*change.tx, &text, values).await?;
    }
    Ok(())
}
