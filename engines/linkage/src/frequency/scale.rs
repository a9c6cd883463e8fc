//! From the number of records that hold a value to bits.

use crate::{Comparison, Level};

/// How a level weighs a share.
#[derive(Debug, Clone, Copy)]
pub(super) struct Scale {
    weight: f64,
    floor: f64,
    shrinkage: f64,
    /// Against which shares are held; `None` where the records themselves say how often two share a value.
    chance: Option<f64>,
}

/// What a share depends on besides the value's own count. Whole numbers, which come to the same in whatever order records are counted
/// or taken away again.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Sums {
    /// Records that hold a value.
    records: u64,
    /// Values that some record holds.
    values: u64,
    /// The sum of the squares of their counts.
    squares: u128,
}

impl Scale {
    pub(super) fn new(comparison: &Comparison, level: &Level) -> Scale {
        Scale {
            weight: level.term_frequency_weight,
            floor: level.term_frequency_floor,
            shrinkage: level.term_frequency_shrinkage,
            chance: level.chance_of_agreement(comparison),
        }
    }

    /// The bits of a value that so many records hold; not a number where none does.
    pub(super) fn bits(&self, count: u64, sums: &Sums) -> f64 {
        if count == 0 {
            return f64::NAN;
        }
        let Sums { records, values, squares } = sums;
        // With lists, the number of values that two records share on average, which common values may bring above 1.
        let chance = self.chance.unwrap_or_else(|| (*squares as f64 / (*records as f64).powi(2)).min(1.0));
        let all = *records as f64 + self.shrinkage * *values as f64;
        let share = ((count as f64 + self.shrinkage) / all).max(self.floor);
        self.weight * (chance / share).log2()
    }
}

impl Sums {
    pub(super) fn of(records: u64, counts: &[u64]) -> Sums {
        let mut sums = Sums { records, ..Sums::default() };
        counts.iter().for_each(|count| sums.change(0, *count));
        sums
    }

    /// So many records more or less hold any value.
    pub(super) fn records(&mut self, more: bool) {
        self.records = if more { self.records + 1 } else { self.records.saturating_sub(1) };
    }

    /// A value's count is another. INVARIANT: `before` was counted here.
    pub(super) fn change(&mut self, before: u64, after: u64) {
        let square = |count: u64| u128::from(count) * u128::from(count);
        self.values = self.values + u64::from(after > 0) - u64::from(before > 0);
        self.squares = self.squares + square(after) - square(before);
    }
}
