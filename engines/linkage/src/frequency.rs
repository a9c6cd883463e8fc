//! Term frequencies, counted from the records themselves: sharing a rare value says more than sharing a common one.
//!
//! For a level that asks for nothing but exact values, chance agreement *u* is replaced by the shared value's own
//! frequency, as Splink does: `weight × log2(u / max(frequency, floor))`. Where the level asks for more, its *u* also covers the
//! rest, so the exact part's chance agreement is taken from the records: `Σ frequency²` in place of `u`; or the level names
//! another of its comparison, whose `u` is that chance.
//!
//! Where a level lets the values differ, the commoner of the two counts, again as in Splink: `max(frequency of either, floor)`. A slip of
//! the pen is rare, and must not pass for a rare name; where one value is missing, the other's frequency stands for both.

use hashbrown::HashMap;
use rayon::prelude::*;

use crate::{
    Comparison, Level, Spec,
    column::{Column, NONE},
    sample::{digest, mix},
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
    /// Both records hold the same values wherever the level shows, so either side will do.
    shared: bool,
}

/// What a new record's values would add, by comparison and level; `None` where the records don't hold them.
#[derive(Debug)]
pub(crate) struct Own(Vec<Vec<Option<f64>>>);

/// The bits of values by their digest, for levels whose values may differ.
#[derive(Debug)]
pub(crate) struct Lookup(Vec<Vec<Option<Known>>>);

/// One level's.
#[derive(Debug)]
struct Known {
    /// Places of the columns of its values.
    places: Vec<usize>,
    bits: HashMap<u64, f64>,
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

    /// What rarity adds for a pair that shows this level.
    pub(crate) fn bits(&self, comparison: usize, level: usize, left: u32, right: u32) -> f64 {
        self.adjustment(comparison, level).map_or(0.0, |adjustment| {
            let one = adjustment.of(left);
            commoner(one, if adjustment.shared && one.is_some() { one } else { adjustment.of(right) })
        })
    }

    /// What rarity adds for a record and a new one that show this level.
    pub(crate) fn bits_with(&self, comparison: usize, level: usize, record: u32, new: &Own) -> f64 {
        let own = new.0.get(comparison).and_then(|levels| levels.get(level)).copied().flatten();
        self.adjustment(comparison, level).map_or(0.0, |adjustment| commoner(adjustment.of(record), own))
    }

    /// The most that rarity can add to this level; 0 where it never does.
    pub(crate) fn most(&self, comparison: usize, level: usize) -> f64 {
        self.adjustment(comparison, level).map_or(0.0, |adjustment| adjustment.most)
    }

    fn adjustment(&self, comparison: usize, level: usize) -> Option<&Adjustment> {
        self.of.get(comparison)?.get(level)?.as_ref()
    }

    /// Takes up what new records will be asked for.
    pub(crate) fn lookup(&self, spec: &Spec, columns: &[Column]) -> Lookup {
        let of = |(comparison, adjustments): (&Comparison, &Vec<Option<Adjustment>>)| {
            let level = |(level, adjustment): (&Level, &Option<Adjustment>)| {
                let adjustment = adjustment.as_ref().filter(|adjustment| !adjustment.shared)?;
                let places = places(spec, &level.frequency_fields(&comparison.fields));
                let mut bits = HashMap::with_capacity(adjustment.bits.len());
                let mut seen = vec![false; adjustment.bits.len()];
                for (combination, record) in adjustment.combination.iter().zip(0_u32..) {
                    if let Some(seen) = seen.get_mut(*combination as usize).filter(|seen| !**seen) {
                        *seen = true;
                        bits.extend(values(columns, &places, record).zip(adjustment.of(record)));
                    }
                }
                Some(Known { places, bits })
            };
            comparison.levels.iter().zip(adjustments).map(level).collect()
        };
        Lookup(spec.comparisons.iter().zip(&self.of).map(of).collect())
    }
}

impl Lookup {
    /// What the values of a record of other columns would add.
    pub(crate) fn own(&self, columns: &[Column], record: u32) -> Own {
        let bits = |known: &Option<Known>| {
            let Known { places, bits } = known.as_ref()?;
            bits.get(&values(columns, places, record)?).copied()
        };
        Own(self.0.iter().map(|levels| levels.iter().map(bits).collect()).collect())
    }
}

/// The bits of the commoner of two values: the fewer of both, as a weight is never negative. 0 where both are missing.
fn commoner(one: Option<f64>, other: Option<f64>) -> f64 {
    match (one, other) {
        (Some(one), Some(other)) => one.min(other),
        (one, other) => one.or(other).unwrap_or(0.0),
    }
}

fn places(spec: &Spec, fields: &[String]) -> Vec<usize> {
    fields.iter().filter_map(|name| spec.fields.iter().position(|field| field.name == *name)).collect()
}

/// A digest of a record's values in these columns; `None` where one is missing.
fn values(columns: &[Column], places: &[usize], record: u32) -> Option<u64> {
    places.iter().try_fold(0, |sum, place| Some(mix(sum ^ digest(columns.get(*place)?.value(record)?.as_bytes()))))
}

impl Frequencies {
    /// The most that any pair of these records may have gained since `before`, when their values were otherwise rare: for each comparison
    /// the most that a level gained for a record, which is the most that a pair gains, whichever of its two values is the commoner. INVARIANT: both are of one spec, and the records hold now what they held then.
    pub(crate) fn most_risen(&self, before: &Frequencies, records: impl Iterator<Item = u32> + Clone) -> f64 {
        let level = |(now, before): (&Option<Adjustment>, &Option<Adjustment>)| {
            let (Some(now), Some(before)) = (now, before) else { return 0.0 };
            let risen = |record| Some(now.of(record)? - before.of(record)?);
            records.clone().filter_map(risen).fold(0.0, f64::max)
        };
        let comparison = |(now, before): (&Vec<Option<Adjustment>>, &Vec<Option<Adjustment>>)| {
            now.iter().zip(before).map(level).fold(0.0, f64::max)
        };
        self.of.iter().zip(&before.of).map(comparison).sum()
    }
}

impl Adjustment {
    fn new(spec: &Spec, comparison: &Comparison, level: &Level, columns: &[Column]) -> Adjustment {
        let fields = level.frequency_fields(&comparison.fields);
        let used: Vec<&Column> = places(spec, &fields).into_iter().filter_map(|place| columns.get(place)).collect();
        let combination = combine(&used.iter().map(|column| column.ids.as_slice()).collect::<Vec<_>>());
        let counts = counted(&combination);
        let filled: u64 = counts.iter().sum();
        let shrinkage = level.term_frequency_shrinkage;
        let all = filled as f64 + shrinkage * counts.iter().filter(|count| **count > 0).count() as f64;
        let chance = level.chance_of_agreement(comparison).unwrap_or_else(|| {
            // Whole numbers add up alike in any order, so the order of records can't show.
            let squares: u128 = counts.iter().map(|count| u128::from(*count).pow(2)).sum();
            squares as f64 / (filled as f64).powi(2)
        });
        let bits_of = |count: &u64| {
            let share = ((*count as f64 + shrinkage) / all).max(level.term_frequency_floor);
            level.term_frequency_weight * (chance / share).log2()
        };
        let bits: Vec<f64> = counts.iter().map(bits_of).collect();
        let exact = level.rule.exact_fields(&comparison.fields);
        let shared = fields.iter().all(|field| exact.contains(field));
        Adjustment { most: bits.iter().copied().fold(0.0, f64::max), bits, combination, shared }
    }

    fn of(&self, record: u32) -> Option<f64> {
        self.bits.get(*self.combination.get(record as usize)? as usize).copied()
    }
}

/// How many records have each combination.
fn counted(combination: &[u32]) -> Vec<u64> {
    let most = combination.iter().filter(|id| **id != NONE).max().map_or(0, |id| *id as usize + 1);
    let mut counts = vec![0_u64; most];
    for id in combination {
        if let Some(count) = counts.get_mut(*id as usize) {
            *count += 1;
        }
    }
    counts
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
