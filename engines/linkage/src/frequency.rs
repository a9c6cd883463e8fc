//! Term frequencies, counted from the records themselves: sharing a rare value says more than sharing a common one.
//!
//! For a level that asks for nothing but exact values, chance agreement *u* is replaced by the shared value's own
//! frequency, as Splink does: `weight × log2(u / max(frequency, floor))`. Where the level asks for more, its *u* also covers the
//! rest, so the exact part's chance agreement is taken from the records: `Σ frequency²` in place of `u`.

use hashbrown::HashMap;
use rayon::prelude::*;

use crate::{
    Level, Spec,
    column::{Column, NONE},
};

/// Bits by comparison, level and record.
#[derive(Debug)]
pub(crate) struct Frequencies {
    of: Vec<Vec<Option<Adjustment>>>,
}

#[derive(Debug)]
struct Adjustment {
    /// For each record the number of its combination of values, or [`NONE`].
    combination: Vec<u32>,
    /// Bits for each combination.
    bits: Vec<f64>,
    /// The most of them.
    most: f64,
}

impl Frequencies {
    pub(crate) fn new(spec: &Spec, columns: &[Column]) -> Frequencies {
        let of = |comparison: &crate::Comparison| {
            let adjustment =
                |level: &Level| level.term_frequency.then(|| Adjustment::new(spec, &comparison.fields, level, columns));
            comparison.levels.iter().map(adjustment).collect()
        };
        Frequencies { of: spec.comparisons.par_iter().map(of).collect() }
    }

    /// What rarity adds for a pair that shows this level, of which `record` is either side: both hold the same values.
    pub(crate) fn bits(&self, comparison: usize, level: usize, record: u32) -> f64 {
        let adjustment = self.of.get(comparison).and_then(|levels| levels.get(level)).and_then(Option::as_ref);
        adjustment.map_or(0.0, |adjustment| adjustment.of(record))
    }
}

impl Frequencies {
    /// The most that rarity can add to this level; 0 where it never does.
    pub(crate) fn most(&self, comparison: usize, level: usize) -> f64 {
        let adjustment = self.of.get(comparison).and_then(|levels| levels.get(level)).and_then(Option::as_ref);
        adjustment.map_or(0.0, |adjustment| adjustment.most)
    }
}

impl Frequencies {
    /// The most that any pair of these records may have gained since `before`, when their values were otherwise rare: for each comparison
    /// the most that a level gained for a record. INVARIANT: both are of one spec, and the records hold now what they held then.
    pub(crate) fn most_risen(&self, before: &Frequencies, records: impl Iterator<Item = u32> + Clone) -> f64 {
        let level = |(now, before): (&Option<Adjustment>, &Option<Adjustment>)| {
            let (Some(now), Some(before)) = (now, before) else { return 0.0 };
            records.clone().map(|record| now.of(record) - before.of(record)).fold(0.0, f64::max)
        };
        let comparison = |(now, before): (&Vec<Option<Adjustment>>, &Vec<Option<Adjustment>>)| {
            now.iter().zip(before).map(level).fold(0.0, f64::max)
        };
        self.of.iter().zip(&before.of).map(comparison).sum()
    }
}

impl Adjustment {
    fn new(spec: &Spec, fields: &[String], level: &Level, columns: &[Column]) -> Adjustment {
        let exact = level.rule.exact_fields(fields);
        let number = |name: &String| spec.fields.iter().position(|field| field.name == *name);
        let used: Vec<&Column> = exact.iter().filter_map(|name| columns.get(number(name)?)).collect();
        let combination = combine(&used.iter().map(|column| column.ids.as_slice()).collect::<Vec<_>>());
        let most = combination.iter().filter(|id| **id != NONE).max().map_or(0, |id| *id as usize + 1);
        let mut counts = vec![0_u64; most];
        for id in &combination {
            if let Some(count) = counts.get_mut(*id as usize) {
                *count += 1;
            }
        }
        let filled: u64 = counts.iter().sum();
        let share = |count: u64| count as f64 / filled as f64;
        let given = if level.rule.only_exact() { level.u } else { None };
        let chance = given.unwrap_or_else(|| {
            // Whole numbers add up alike in any order, so the order of records can't show.
            let squares: u128 = counts.iter().map(|count| u128::from(*count).pow(2)).sum();
            squares as f64 / (filled as f64).powi(2)
        });
        let bits_of =
            |count: &u64| level.term_frequency_weight * (chance / share(*count).max(level.term_frequency_floor)).log2();
        let bits: Vec<f64> = counts.iter().map(bits_of).collect();
        Adjustment { most: bits.iter().copied().fold(0.0, f64::max), bits, combination }
    }

    fn of(&self, record: u32) -> f64 {
        let combination = self.combination.get(record as usize).copied().unwrap_or(NONE);
        self.bits.get(combination as usize).copied().unwrap_or(0.0)
    }
}

/// Numbers the combinations of several columns of numbers; [`NONE`] in any gives [`NONE`].
pub(crate) fn combine(columns: &[&[u32]]) -> Vec<u32> {
    combine_where(columns, |id, other| id != NONE && other != NONE)
}

/// Numbers the combinations of several columns of numbers; [`NONE`] is a number like any other, but where it stands in all.
pub(crate) fn combine_all(columns: &[&[u32]]) -> Vec<u32> {
    combine_where(columns, |id, other| id != NONE || other != NONE)
}

fn combine_where(columns: &[&[u32]], counts: impl Fn(u32, u32) -> bool) -> Vec<u32> {
    let Some((first, rest)) = columns.split_first() else {
        return Vec::new();
    };
    let mut combined = first.to_vec();
    for column in rest {
        let mut numbers: HashMap<(u32, u32), u32> = HashMap::new();
        for (id, other) in combined.iter_mut().zip(*column) {
            *id = if counts(*id, *other) {
                let next = numbers.len() as u32;
                *numbers.entry((*id, *other)).or_insert(next)
            } else {
                NONE
            };
        }
    }
    combined
}
