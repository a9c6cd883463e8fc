//! Frequencies that follow records as they come and go, for an index: the same as if all were counted anew.

use hashbrown::HashMap;
use rayon::prelude::*;

use super::{Adjustment, Frequencies, Sums, Terms, commoner};
use crate::{
    column::{Column, NONE},
    compare::Side,
    sample::{digest, mix},
};

/// Terms that can be added before what is there must move, beside a quarter of all.
const SPARE: usize = 1_024;

/// Counts by comparison and level.
#[derive(Debug)]
pub(crate) struct Tallies(Vec<Vec<Option<Tally>>>);

/// One level's.
#[derive(Debug)]
struct Tally {
    /// Numbers of terms by their digests.
    numbers: HashMap<u64, u32>,
    /// How many records hold each.
    counts: Vec<u64>,
    sums: Sums,
}

/// What a new record's values would add, by comparison and level; `None` where no record holds them.
#[derive(Debug)]
pub(crate) struct Own(Vec<Vec<Option<f64>>>);

impl Frequencies {
    /// Takes up what is counted of a linker's records.
    pub(crate) fn tally(&self, columns: &[Column]) -> Tallies {
        let level = |adjustment: &Option<Adjustment>| Some(Tally::new(adjustment.as_ref()?, columns));
        Tallies(self.of.par_iter().map(|levels| levels.iter().map(level).collect()).collect())
    }
}

impl Tallies {
    /// Counts a record that is there from now on, or no longer.
    pub(crate) fn count(&mut self, frequencies: &Frequencies, columns: &[Column], record: u32, more: bool) {
        for (tally, adjustment) in self.0.iter_mut().flatten().zip(frequencies.of.iter().flatten()) {
            if let (Some(tally), Some(adjustment)) = (tally, adjustment) {
                tally.count(adjustment, columns, record, more);
            }
        }
    }

    /// What the values of a new record would add.
    pub(crate) fn own(&self, frequencies: &Frequencies, columns: &[Column], record: u32) -> Own {
        let level = |(tally, adjustment): (&Option<Tally>, &Option<Adjustment>)| {
            let (tally, adjustment) = (tally.as_ref()?, adjustment.as_ref()?);
            match &adjustment.terms {
                Terms::Whole { shared: false, .. } => {
                    tally.bits(adjustment, values(columns, &adjustment.places, record)?)
                }
                _ => None,
            }
        };
        let comparison = |(tallies, adjustments): (&Vec<Option<Tally>>, &Vec<Option<Adjustment>>)| {
            tallies.iter().zip(adjustments).map(level).collect()
        };
        Own(self.0.iter().zip(&frequencies.of).map(comparison).collect())
    }

    /// What rarity adds for a record and a new one that show this level. Both are given with their columns; `first` where the former is one of
    /// the linker's.
    pub(crate) fn bits(
        &self,
        frequencies: &Frequencies,
        (comparison, level): (usize, usize),
        (columns, record, first): (&[Column], u32, bool),
        (new, own): (&[Column], &Own),
    ) -> f64 {
        let tally = self.0.get(comparison).and_then(|levels| levels.get(level)?.as_ref());
        let (Some(tally), Some(adjustment)) = (tally, frequencies.adjustment(comparison, level)) else { return 0.0 };
        match &adjustment.terms {
            Terms::Whole { of, .. } => {
                let one = if first {
                    of.get(record as usize).and_then(|term| tally.of_term(adjustment, *term))
                } else {
                    values(columns, &adjustment.places, record).and_then(|digest| tally.bits(adjustment, digest))
                };
                commoner(one, own.0.get(comparison).and_then(|levels| *levels.get(level)?))
            }
            Terms::Listed(listed) => match (adjustment.column(columns), adjustment.column(new)) {
                (Some(one), Some(other)) => {
                    let bits = |side: &Side| tally.bits(adjustment, value(side.text));
                    listed.bits((one, one.id(record)), (other, other.id(0)), bits)
                }
                _ => 0.0,
            },
        }
    }
}

impl Tally {
    fn new(adjustment: &Adjustment, columns: &[Column]) -> Tally {
        let (sums, mut counts) = adjustment.counts(columns);
        counts.reserve(counts.len() / 4 + SPARE);
        let mut numbers = HashMap::with_capacity(counts.capacity());
        match &adjustment.terms {
            Terms::Whole { of, .. } => {
                let mut seen = vec![false; counts.len()];
                for (term, record) in of.iter().zip(0_u32..) {
                    if let Some(seen) = seen.get_mut(*term as usize).filter(|seen| !**seen) {
                        *seen = true;
                        numbers.extend(values(columns, &adjustment.places, record).map(|digest| (digest, *term)));
                    }
                }
            }
            Terms::Listed(_) => {
                let column = adjustment.column(columns);
                let text = |item: &u32| Some((value(column?.facts.item_text(*item)?), *item));
                numbers.extend((0..counts.len() as u32).filter_map(|item| text(&item)));
            }
        }
        Tally { numbers, counts, sums }
    }

    fn count(&mut self, adjustment: &Adjustment, columns: &[Column], record: u32, more: bool) {
        match &adjustment.terms {
            Terms::Whole { .. } => {
                if let Some(digest) = values(columns, &adjustment.places, record) {
                    self.sums.records(more);
                    self.change(digest, more);
                }
            }
            Terms::Listed(_) => {
                let Some(column) = adjustment.column(columns) else { return };
                let list = column.id(record);
                if list != NONE {
                    self.sums.records(more);
                    let items = column.facts.items(list).unwrap_or_default();
                    items.iter().filter_map(|item| column.facts.item_text(*item)).for_each(|text| {
                        self.change(value(text), more);
                    });
                }
            }
        }
    }

    fn change(&mut self, digest: u64, more: bool) {
        let next = self.counts.len() as u32;
        let number = *self.numbers.entry(digest).or_insert(next);
        if number == next {
            self.counts.push(0);
        }
        if let Some(count) = self.counts.get_mut(number as usize) {
            let before = *count;
            *count = if more { before + 1 } else { before.saturating_sub(1) };
            self.sums.change(before, *count);
        }
    }

    /// Bits of the term of this digest; `None` where no record holds it.
    fn bits(&self, adjustment: &Adjustment, digest: u64) -> Option<f64> {
        self.of_term(adjustment, *self.numbers.get(&digest)?)
    }

    fn of_term(&self, adjustment: &Adjustment, term: u32) -> Option<f64> {
        let count = self.counts.get(term as usize).filter(|count| **count > 0)?;
        Some(adjustment.scale.bits(*count, &self.sums))
    }
}

/// A digest of a record's values in these columns; `None` where one is missing.
fn values(columns: &[Column], places: &[usize], record: u32) -> Option<u64> {
    places.iter().try_fold(0, |sum, place| Some(mix(sum ^ digest(columns.get(*place)?.value(record)?.as_bytes()))))
}

/// A digest of one value.
fn value(text: &str) -> u64 {
    digest(text.as_bytes())
}
