//! Finds the records that one new record may belong to, without a run: for a form that is being filled in, or a delivery of one.

use hashbrown::HashMap;
use rayon::prelude::*;

use crate::{
    Decision, Error, Linker, Pattern, Table,
    column::{Column, NONE},
    facts::Facts,
    frequency::Lookup,
    sample::{digest, mix},
};

/// Records by their blocking keys, beside the linker that holds them.
#[derive(Debug)]
pub struct Index {
    linker: Linker,
    /// For each blocking rule, digests of records' keys with the record, sorted.
    rules: Vec<Vec<(u64, u32)>>,
    /// How rare the records' values are, for levels at which a new record's may differ from them.
    rarity: Lookup,
}

/// A record that a new one may belong to.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Match {
    /// The record, by its number in the linker.
    pub record: u32,
    /// Match weight in bits, prior included; rarity is that among the linker's records.
    pub weight: f64,
    /// The level of each comparison.
    pub pattern: Pattern,
    /// The first blocking rule that found it.
    pub rule: u16,
    /// What a run would make of the pair.
    pub decision: Decision,
}

impl Index {
    /// Takes up a linker's records.
    #[must_use]
    pub fn new(linker: Linker) -> Index {
        let records = 0..linker.records() as u32;
        let rules = linker.spec().blocking.iter().enumerate();
        let entries = |(rule, _): (usize, &crate::BlockingRule)| {
            let of_values = digests(&linker, rule, &linker.columns);
            let mut entries: Vec<(u64, u32)> = records
                .clone()
                .into_par_iter()
                .flat_map_iter(|record| {
                    keys(&of_values, &linker.columns, record).into_iter().map(move |key| (key, record))
                })
                .collect();
            entries.par_sort_unstable();
            entries
        };
        let rarity = linker.frequencies.lookup(linker.spec(), &linker.columns);
        Index { rules: rules.map(entries).collect(), rarity, linker }
    }

    /// The linker whose records are searched.
    #[must_use]
    pub fn linker(&self) -> &Linker {
        &self.linker
    }

    /// The records at or above the threshold for review that a new record may belong to, best first: those that any blocking rule finds,
    /// compared as a run would. `record` is a table of one record with the linker's columns.
    ///
    /// # Errors
    /// [`Error::Shape`] where the table has not one record, [`Error::MissingColumns`] where it lacks a field, [`Error::Untrained`] where
    /// the linker's model has still to learn.
    pub fn find_matches(&self, record: &Table) -> Result<Vec<Match>, Error> {
        let linker = &self.linker;
        if let Some(missing) = linker.spec().untrained() {
            return Err(Error::Untrained(missing));
        }
        if record.records() != 1 {
            return Err(Error::Shape(format!("one record is looked for, and the table has {}", record.records())));
        }
        record.suits(linker.spec())?;
        let column = |(field, known): (&crate::Field, &Column)| {
            let mut column = Column::new(field, &*record.cells(field)?);
            column.facts = Facts::beside(linker.spec(), field, &column.values, &known.facts);
            Some(column)
        };
        let columns: Vec<Column> = linker.spec().fields.iter().zip(&linker.columns).filter_map(column).collect();
        let mut first_rule: HashMap<u32, u16> = HashMap::new();
        for (rule, entries) in self.rules.iter().enumerate() {
            for key in keys(&digests(linker, rule, &columns), &columns, 0) {
                let start = entries.partition_point(|(digest, _)| *digest < key);
                let block = entries.get(start..).unwrap_or_default().iter().take_while(|(digest, _)| *digest == key);
                for (_, record) in block {
                    first_rule.entry(*record).or_insert(rule as u16);
                }
            }
        }
        let own = self.rarity.own(&columns, 0);
        let mut known = vec![HashMap::new(); linker.spec().comparisons.len()];
        let weighed = |(record, rule): (u32, u16)| {
            let mut number = 0;
            for (comparison, known) in known.iter_mut().enumerate() {
                let ask =
                    || u64::from(linker.comparisons.code_across(comparison, (&columns, 0), (&linker.columns, record)));
                number |= *known.entry(linker.rows.number(comparison, record)).or_insert_with(ask) << (4 * comparison);
            }
            let pattern = Pattern::from_number(number);
            let (weight, decision) =
                linker.weigh(pattern, |at, level| linker.frequencies.bits_with(at, level, record, &own));
            Match { record, weight, pattern, rule, decision }
        };
        let mut matches: Vec<Match> = first_rule.into_iter().map(weighed).collect();
        matches.retain(|found| found.decision != Decision::Apart);
        matches.sort_unstable_by(|a, b| b.weight.total_cmp(&a.weight).then(a.record.cmp(&b.record)));
        Ok(matches)
    }
}

/// For each key of a rule its column, and for each of that column's values the digests of its keys.
fn digests(linker: &Linker, rule: usize, columns: &[Column]) -> Vec<(usize, Vec<Vec<u64>>)> {
    let Some(rule) = linker.spec().blocking.get(rule) else {
        return Vec::new();
    };
    let of_value =
        |key: &crate::Expression, value: &str| key.keys(value).iter().map(|key| digest(key.as_bytes())).collect();
    let of_key = |key: &crate::Expression| {
        let at = linker.spec().fields.iter().position(|field| field.name == key.field)?;
        Some((at, columns.get(at)?.values.par_iter().map(|value| of_value(key, value)).collect()))
    };
    rule.keys.iter().filter_map(of_key).collect()
}

/// Digests of all combinations of a record's keys; none where it lacks one.
fn keys(of_values: &[(usize, Vec<Vec<u64>>)], columns: &[Column], record: u32) -> Vec<u64> {
    let mut combined = vec![0];
    for (at, of_value) in of_values {
        let value = columns.get(*at).map_or(NONE, |column| column.id(record));
        let keys = of_value.get(value as usize).map_or(&[][..], Vec::as_slice);
        combined = combined.iter().flat_map(|so_far| keys.iter().map(move |key| mix(so_far ^ key))).collect();
    }
    combined
}
