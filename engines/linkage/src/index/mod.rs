//! Finds the records that one new record may belong to, without a run: for a form that is being filled in, or a delivery of one. Records
//! come and go while it lives.

mod added;
mod ids;

use std::ops::Range;

use hashbrown::{HashMap, HashSet};
use rayon::prelude::*;

use crate::{
    Decision, Error, Linker, Pattern, Table,
    column::{Column, NONE},
    compare::Values,
    facts::Facts,
    frequency::Tallies,
    sample::{digest, mix},
};
use added::Added;
use ids::Ids;

/// Values of a key that are worked out on one thread: asking others takes longer.
const ALONE: usize = 256;

/// Records by their blocking keys, beside the linker that holds them.
///
/// Records can be added and removed, in time that does not grow with those that are there. What is found is then what an index built anew of all
/// records that are there would find, with the same weights: how rare a value is, for levels with `term_frequency`, follows every
/// record that comes or goes. Only how rare a *word* is, for `token_similarity`, stays as it was when the index was built, and a model's
/// chances stay as they were learnt: build it anew from time to time where the records change much.
#[derive(Debug)]
pub struct Index {
    linker: Linker,
    /// For each blocking rule, digests of records' keys with the record, sorted.
    rules: Vec<Vec<(u64, u32)>>,
    added: Added,
    removed: HashSet<u32>,
    /// How many records hold each value, for levels that weigh them by their rarity.
    tallies: Tallies,
    ids: Option<Ids>,
}

/// A record that a new one may belong to.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Match {
    /// The record, by its number in the linker, or the one that [`Index::add`] gave it.
    pub record: u32,
    /// Match weight in bits, prior included; rarity is that among the index's records.
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
        Index {
            rules: rules.map(entries).collect(),
            added: Added::new(linker.spec()),
            removed: HashSet::new(),
            tallies: linker.frequencies.tally(&linker.columns),
            ids: None,
            linker,
        }
    }

    /// The linker that the index was built of. Records that were added or removed since do not show in it.
    #[must_use]
    pub fn linker(&self) -> &Linker {
        &self.linker
    }

    /// How many records are there.
    #[must_use]
    pub fn records(&self) -> usize {
        self.last() as usize - self.removed.len()
    }

    /// Takes up more records, and gives their numbers: those that follow the last one ever given. `records` is a table with the linker's columns;
    /// sources, if it has any, are not looked at. All are added, or none where there is an error.
    ///
    /// # Errors
    /// [`Error::MissingColumns`] where the table lacks a field, [`Error::Spec`] where a column holds lists and its field isn't one,
    /// [`Error::TooManyRecords`]; with [`Index::with_ids`] also [`Error::MissingColumns`] where it lacks the ids, and
    /// [`Error::MissingId`] or [`Error::DuplicateId`] for one that can't be taken.
    pub fn add(&mut self, records: &Table) -> Result<Range<u32>, Error> {
        records.suits(self.linker.spec())?;
        let first = self.last();
        let all = first as usize + records.records();
        let end = u32::try_from(all).ok().filter(|end| *end < NONE).ok_or(Error::TooManyRecords(all))?;
        if let Some(ids) = &mut self.ids {
            ids.add(records, first)?;
        }
        let columns = self.columns(records);
        for rule in 0..self.rules.len() {
            let of_values = digests(&self.linker, rule, &columns);
            for (at, number) in (0_u32..).zip(first..end) {
                self.added.enter(rule, keys(&of_values, &columns, at), number);
            }
        }
        for at in 0..end - first {
            self.tallies.count(&self.linker.frequencies, &columns, at, true);
        }
        self.added.take_up(&self.linker, columns, records.records());
        Ok(first..end)
    }

    /// Leaves out a record from now on. Its number is not given again; its id is free.
    ///
    /// # Errors
    /// [`Error::NoSuchRecord`] where it was never there; [`Error::Removed`] where it was removed before.
    pub fn remove(&mut self, record: u32) -> Result<(), Error> {
        let end = self.last();
        if record >= end {
            let (what, record) = ("what to remove", record.into());
            return Err(Error::NoSuchRecord { what, record, records: end as usize });
        }
        if !self.removed.insert(record) {
            return Err(Error::Removed { record });
        }
        let (columns, at, _) = place(&self.linker, &self.added, record);
        self.tallies.count(&self.linker.frequencies, columns, at, false);
        if let Some(ids) = &mut self.ids {
            ids.remove(record);
        }
        Ok(())
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
        let columns = self.columns(record);
        let own = self.tallies.own(&linker.frequencies, &columns, 0);
        let mut known = Seen::new(linker.spec().comparisons.len());
        let weighed = |(record, rule): (u32, u16)| {
            let stored = place(linker, &self.added, record);
            let pattern = known.pattern(linker, &columns, stored);
            let (weight, decision) = linker.weigh(pattern, |at, level| {
                self.tallies.bits(&linker.frequencies, (at, level), stored, (&columns, &own))
            });
            Match { record, weight, pattern, rule, decision }
        };
        let mut matches: Vec<Match> = self.candidates(&columns).into_iter().map(weighed).collect();
        matches.retain(|found| found.decision != Decision::Apart);
        matches.sort_unstable_by(|a, b| b.weight.total_cmp(&a.weight).then(a.record.cmp(&b.record)));
        Ok(matches)
    }

    /// What the rules find for a record that is looked for, each with the first rule that does.
    fn candidates(&self, columns: &[Column]) -> HashMap<u32, u16> {
        let mut first_rule: HashMap<u32, u16> = HashMap::new();
        for (rule, entries) in self.rules.iter().enumerate() {
            for key in keys(&digests(&self.linker, rule, columns), columns, 0) {
                let start = entries.partition_point(|(digest, _)| *digest < key);
                let block = entries.get(start..).unwrap_or_default().iter().take_while(|(digest, _)| *digest == key);
                for record in block.map(|(_, record)| *record).chain(self.added.block(rule, key)) {
                    first_rule.entry(record).or_insert(rule as u16);
                }
            }
        }
        if !self.removed.is_empty() {
            first_rule.retain(|record, _| !self.removed.contains(record));
        }
        first_rule
    }

    /// Cleans new records' fields. INVARIANT: the table suits the spec.
    fn columns(&self, records: &Table) -> Vec<Column> {
        let spec = self.linker.spec();
        let column = |(field, known): (&crate::Field, &Column)| {
            let mut column = Column::new(field, &*records.cells(field)?);
            column.facts = Facts::beside(spec, field, &column.values, &known.facts);
            Some(column)
        };
        spec.fields.iter().zip(&self.linker.columns).filter_map(column).collect()
    }

    /// The number after the last one that was given.
    fn last(&self) -> u32 {
        self.linker.records() as u32 + self.added.records()
    }
}

/// Where a record stands: its columns, its number there, and whether it is one of the linker's.
type Stored<'a> = (&'a [Column], u32, bool);

fn place<'a>(linker: &'a Linker, added: &'a Added, record: u32) -> Stored<'a> {
    match record.checked_sub(linker.records() as u32) {
        Some(at) => (added.columns(), at, false),
        None => (&linker.columns, record, true),
    }
}

/// What values were seen to show beside those of the record that is looked for.
struct Seen {
    /// By comparison, the linker's records: by their rows' numbers.
    first: Vec<HashMap<u32, u64>>,
    /// By comparison, the added records: by their values' numbers.
    added: Vec<HashMap<Values, u64>>,
}

impl Seen {
    fn new(comparisons: usize) -> Seen {
        Seen { first: vec![HashMap::new(); comparisons], added: vec![HashMap::new(); comparisons] }
    }

    fn pattern(&mut self, linker: &Linker, new: &[Column], (columns, record, first): Stored) -> Pattern {
        let mut number = 0;
        for (at, (known, known_added)) in self.first.iter_mut().zip(&mut self.added).enumerate() {
            let ask = || u64::from(linker.comparisons.code_across(at, (new, 0), (columns, record)));
            let code = match linker.comparisons.values(at, columns, record) {
                Some(values) if !first => *known_added.entry(values).or_insert_with(ask),
                _ => *known.entry(linker.rows.number(at, record)).or_insert_with(ask),
            };
            number |= code << (4 * at);
        }
        Pattern::from_number(number)
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
        let values = &columns.get(at)?.values;
        let of_values = if values.len() < ALONE {
            values.iter().map(|value| of_value(key, value)).collect()
        } else {
            values.par_iter().map(|value| of_value(key, value)).collect()
        };
        Some((at, of_values))
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
