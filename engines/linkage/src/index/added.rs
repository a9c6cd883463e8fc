//! Records that an index was given after it was built: columns of their own, which grow, and blocks that are looked up by key.

use hashbrown::HashMap;

use crate::{
    Linker, Spec,
    column::{Column, NONE},
    facts::Facts,
};

/// Added records.
#[derive(Debug, Default)]
pub(super) struct Added {
    columns: Vec<Column>,
    /// By field, the numbers of its values.
    numbers: Vec<HashMap<Box<str>, u32>>,
    /// By blocking rule, the records of each key, by the index's numbers.
    blocks: Vec<HashMap<u64, Vec<u32>>>,
    records: u32,
}

impl Added {
    pub(super) fn new(spec: &Spec) -> Added {
        let empty =
            |_: &crate::Field| Column { ids: Vec::new(), values: Vec::new(), facts: Facts::default(), unreadable: 0 };
        Added {
            columns: spec.fields.iter().map(empty).collect(),
            numbers: vec![HashMap::new(); spec.fields.len()],
            blocks: vec![HashMap::new(); spec.blocking.len()],
            records: 0,
        }
    }

    /// How many there were ever.
    pub(super) fn records(&self) -> u32 {
        self.records
    }

    pub(super) fn columns(&self) -> &[Column] {
        &self.columns
    }

    /// The records of a rule's key.
    pub(super) fn block(&self, rule: usize, key: u64) -> impl Iterator<Item = u32> + '_ {
        self.blocks.get(rule).and_then(|blocks| blocks.get(&key)).into_iter().flatten().copied()
    }

    /// Puts a record under a rule's keys.
    pub(super) fn enter(&mut self, rule: usize, mut keys: Vec<u64>, record: u32) {
        keys.sort_unstable();
        keys.dedup();
        if let Some(blocks) = self.blocks.get_mut(rule) {
            keys.into_iter().for_each(|key| blocks.entry(key).or_default().push(record));
        }
    }

    /// Takes up the fields of so many records, each value once.
    pub(super) fn take_up(&mut self, linker: &Linker, columns: Vec<Column>, records: usize) {
        let fields = linker.spec().fields.iter().zip(&linker.columns);
        for (((field, known), new), (ours, numbers)) in
            fields.zip(columns).zip(self.columns.iter_mut().zip(&mut self.numbers))
        {
            let mut fresh: Vec<Box<str>> = Vec::new();
            let mut number = |value: &str| {
                numbers.get(value).copied().unwrap_or_else(|| {
                    let next = numbers.len() as u32;
                    numbers.insert(value.into(), next);
                    fresh.push(value.into());
                    next
                })
            };
            let of_values: Vec<u32> = new.values.iter().map(|value| number(value)).collect();
            ours.ids.extend(new.ids.iter().map(|id| of_values.get(*id as usize).copied().unwrap_or(NONE)));
            if !fresh.is_empty() {
                ours.facts.append(Facts::beside(linker.spec(), field, &fresh, &known.facts));
                ours.values.append(&mut fresh);
            }
        }
        self.records += records as u32;
    }
}
