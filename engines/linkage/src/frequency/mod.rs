//! Term frequency: sharing a rare value says more than sharing a common one.
//!
//! For a level that asks for nothing but exact values, chance agreement *u* is replaced by the shared value's own
//! frequency, as Splink does: `weight × log2(u / max(frequency, floor))`. Where the level asks for more, its *u* also covers the
//! rest, so the exact part's chance agreement is taken from the records: `Σ frequency²` in place of `u`; or the level names
//! another of its comparison, whose `u` is that chance.
//!
//! Where a level lets the values differ, the commoner of the two counts, again as in Splink: `max(frequency of either, floor)`. A slip of
//! the pen is rare, and must not pass for a rare name; where one value is missing, the other's frequency stands for both.
//!
//! A value of a list is as frequent as the records that have it in theirs: see [`listed`].

mod combine;
mod listed;
mod scale;
mod tally;

use rayon::prelude::*;

use crate::{
    Comparison, Level, Spec,
    column::{Column, NONE},
    compare::Side,
};
pub(crate) use combine::{combine, combine_all};
use listed::Listed;
use scale::{Scale, Sums};
pub(crate) use tally::Tallies;

/// Bits by comparison, level and record.
#[derive(Debug)]
pub(crate) struct Frequencies {
    of: Vec<Vec<Option<Adjustment>>>,
}

#[derive(Debug)]
struct Adjustment {
    terms: Terms,
    /// Places of the columns of the values.
    places: Vec<usize>,
    scale: Scale,
    /// Bits for each term; not a number for one that no record holds.
    bits: Vec<f64>,
    /// The most of them.
    most: f64,
}

/// What is counted.
#[derive(Debug)]
enum Terms {
    /// Combinations of values.
    Whole {
        /// For each record the number of its own, or [`NONE`].
        of: Vec<u32>,
        /// Both records hold the same values wherever the level shows, so either side will do.
        shared: bool,
    },
    /// The values of one column's lists, by the column's own numbers.
    Listed(Listed),
}

impl Frequencies {
    pub(crate) fn new(spec: &Spec, columns: &[Column]) -> Frequencies {
        let of = |comparison: &Comparison| {
            let adjustment =
                |level: &Level| level.term_frequency.then(|| Adjustment::new(spec, comparison, level, columns));
            comparison.levels.iter().map(adjustment).collect()
        };
        Frequencies { of: spec.comparisons.par_iter().map(of).collect() }
    }

    /// What rarity adds for a pair that shows this level. The columns are the records' own.
    pub(crate) fn bits(&self, columns: &[Column], comparison: usize, level: usize, left: u32, right: u32) -> f64 {
        let Some(adjustment) = self.adjustment(comparison, level) else { return 0.0 };
        match &adjustment.terms {
            Terms::Whole { of, shared } => {
                let one = adjustment.of(of, left);
                commoner(one, if *shared && one.is_some() { one } else { adjustment.of(of, right) })
            }
            Terms::Listed(listed) => adjustment.column(columns).map_or(0.0, |column| {
                let bits = |side: &Side| adjustment.bits.get(side.value as usize).copied();
                listed.bits((column, column.id(left)), (column, column.id(right)), bits)
            }),
        }
    }

    /// The most that rarity can add to this level; 0 where it never does.
    pub(crate) fn most(&self, comparison: usize, level: usize) -> f64 {
        self.adjustment(comparison, level).map_or(0.0, |adjustment| adjustment.most)
    }

    /// What rarity adds for a value that both records hold, by its number in the one field that this level weighs: in its list,
    /// where the field is one. `None` where the level weighs none, or several fields together.
    pub(crate) fn of_value(&self, comparison: usize, level: usize, value: u32) -> Option<f64> {
        let adjustment = self.adjustment(comparison, level).filter(|adjustment| adjustment.places.len() == 1)?;
        adjustment.bits.get(value as usize).copied()
    }

    fn adjustment(&self, comparison: usize, level: usize) -> Option<&Adjustment> {
        self.of.get(comparison)?.get(level)?.as_ref()
    }

    /// The most that any pair of these records may have gained since `before`, when their values were otherwise rare: for each comparison
    /// the most that a level gained for a value that one holds, which is the most that a pair gains, whichever of its values counts.
    /// INVARIANT: both are of one spec, and the records hold now what they held then.
    pub(crate) fn most_risen(&self, before: &Frequencies, records: impl Iterator<Item = u32> + Clone) -> f64 {
        let level = |(now, before): (&Option<Adjustment>, &Option<Adjustment>)| match (now, before) {
            (Some(now), Some(before)) => now.most_risen(before, records.clone()),
            _ => 0.0,
        };
        let comparison = |(now, before): (&Vec<Option<Adjustment>>, &Vec<Option<Adjustment>>)| {
            now.iter().zip(before).map(level).fold(0.0, f64::max)
        };
        self.of.iter().zip(&before.of).map(comparison).sum()
    }
}

/// The bits of the commoner of two values: the fewer of both, as a weight is never negative. 0 where both are missing.
fn commoner(one: Option<f64>, other: Option<f64>) -> f64 {
    match (one, other) {
        (Some(one), Some(other)) => one.min(other),
        (one, other) => one.or(other).unwrap_or(0.0),
    }
}

impl Adjustment {
    fn new(spec: &Spec, comparison: &Comparison, level: &Level, columns: &[Column]) -> Adjustment {
        let fields = level.frequency_fields(&comparison.fields);
        let place = |name: &String| spec.fields.iter().position(|field| field.name == *name);
        let places: Vec<usize> = fields.iter().filter_map(place).collect();
        let is_list = |place: &&usize| spec.fields.get(**place).is_some_and(|field| field.list.is_some());
        let terms = match fields.first().filter(|_| places.iter().any(|place| is_list(&place))) {
            Some(field) => Terms::Listed(Listed::new(field, &level.rule, &comparison.fields)),
            None => {
                let used = places.iter().filter_map(|place| Some(columns.get(*place)?.ids.as_slice()));
                let exact = level.rule.exact_fields(&comparison.fields);
                let shared = fields.iter().all(|field| exact.contains(field));
                Terms::Whole { of: combine(&used.collect::<Vec<_>>()), shared }
            }
        };
        let scale = Scale::new(comparison, level);
        let mut adjustment = Adjustment { terms, places, scale, bits: Vec::new(), most: 0.0 };
        let (sums, counts) = adjustment.counts(columns);
        adjustment.bits = counts.iter().map(|count| scale.bits(*count, &sums)).collect();
        // A greater number is never one that is none.
        adjustment.most = adjustment.bits.iter().copied().fold(0.0, f64::max);
        adjustment
    }

    /// How many records hold each term.
    fn counts(&self, columns: &[Column]) -> (Sums, Vec<u64>) {
        match &self.terms {
            Terms::Whole { of, .. } => {
                let counts = counted(of);
                (Sums::of(counts.iter().sum(), &counts), counts)
            }
            Terms::Listed(_) => {
                let Some(column) = self.column(columns) else { return (Sums::default(), Vec::new()) };
                let mut counts = vec![0; column.facts.distinct_items()];
                let mut records = 0;
                for (list, holders) in (0_u32..).zip(counted(&column.ids)) {
                    records += holders;
                    for item in column.facts.items(list).unwrap_or_default() {
                        if let Some(count) = counts.get_mut(*item as usize) {
                            *count += holders;
                        }
                    }
                }
                (Sums::of(records, &counts), counts)
            }
        }
    }

    fn of(&self, terms: &[u32], record: u32) -> Option<f64> {
        self.bits.get(*terms.get(record as usize)? as usize).copied()
    }

    /// The column of lists.
    fn column<'a>(&self, columns: &'a [Column]) -> Option<&'a Column> {
        columns.get(*self.places.first()?)
    }

    fn most_risen(&self, before: &Adjustment, records: impl Iterator<Item = u32>) -> f64 {
        match (&self.terms, &before.terms) {
            (Terms::Whole { of, .. }, Terms::Whole { of: then, .. }) => {
                records.filter_map(|record| Some(self.of(of, record)? - before.of(then, record)?)).fold(0.0, f64::max)
            }
            // Of a value that none of them held the difference is no number, which is never the greater one.
            _ => self.bits.iter().zip(&before.bits).map(|(now, then)| now - then).fold(0.0, f64::max),
        }
    }
}

/// How many records have each number.
fn counted(numbers: &[u32]) -> Vec<u64> {
    let most = numbers.iter().filter(|id| **id != NONE).max().map_or(0, |id| *id as usize + 1);
    let mut counts = vec![0_u64; most];
    for id in numbers {
        if let Some(count) = counts.get_mut(*id as usize) {
            *count += 1;
        }
    }
    counts
}
