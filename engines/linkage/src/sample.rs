//! Counts of patterns, which are all that training needs of the records.

use std::collections::HashMap;

use rayon::prelude::*;

use crate::{Linker, Pattern, column::NONE};

/// How many pairs one task draws.
const DRAW: u64 = 16_384;

impl Linker {
    /// How often each pattern shows among the pairs that one blocking rule finds, counted from 0; whether or not another rule finds
    /// them too. Where the rule finds more than `most_pairs`, about that many of them are looked at. By pattern; the same for any
    /// number of threads and any order of the records. Empty for a rule that is not there.
    #[must_use]
    pub fn pattern_counts(&self, rule: usize, most_pairs: u64) -> Vec<(Pattern, u64)> {
        let Some(blocks) = self.blocking.blocks_of(rule, &|_| true) else {
            return Vec::new();
        };
        let prints = self.fingerprints();
        let pairs = blocks.pairs();
        let share =
            if pairs > most_pairs { (most_pairs as f64 / pairs as f64 * 2_f64.powi(64)) as u64 } else { u64::MAX };
        let print = |record: u32| prints.get(record as usize).copied().unwrap_or_default();
        let count = |task: &Vec<crate::blocking::Task>| {
            let mut counts: HashMap<Pattern, u64> = HashMap::new();
            blocks.every_pair(task, |left, right| {
                // Drawn by what the records hold, so that their order can't show.
                let drawn = share == u64::MAX || mix(print(left).wrapping_add(print(right))) < share;
                if drawn && self.comparable(left, right) {
                    *counts.entry(self.pattern(left, right)).or_default() += 1;
                }
            });
            counts
        };
        added(blocks.tasks().par_iter().map(count).collect())
    }

    /// How often each pattern shows among `pairs` pairs of records drawn at random; a pair may be drawn twice. By pattern; the same for
    /// the same seed, whatever the number of threads and the order of the records.
    #[must_use]
    pub fn sample_patterns(&self, pairs: u64, seed: u64) -> Vec<(Pattern, u64)> {
        let prints = self.fingerprints();
        let mut order: Vec<u32> = (0..self.records() as u32).collect();
        order.par_sort_unstable_by_key(|record| prints.get(*record as usize).copied());
        if order.len() < 2 {
            return Vec::new();
        }
        let draw = |task: u64| {
            let mut counts: HashMap<Pattern, u64> = HashMap::new();
            for number in task * DRAW..((task + 1) * DRAW).min(pairs) {
                let place = |side: u64| {
                    let dice = mix(seed ^ mix(2 * number + side));
                    ((u128::from(dice) * order.len() as u128) >> 64) as usize
                };
                let (Some(one), Some(other)) = (order.get(place(0)), order.get(place(1))) else {
                    continue;
                };
                if one != other && self.comparable(*one, *other) {
                    *counts.entry(self.pattern(*one.min(other), *one.max(other))).or_default() += 1;
                }
            }
            counts
        };
        added((0..pairs.div_ceil(DRAW)).into_par_iter().map(draw).collect())
    }

    /// For each record a number that depends on its values alone.
    pub(crate) fn fingerprints(&self) -> Vec<u64> {
        let of_values: Vec<Vec<u64>> = self
            .columns
            .par_iter()
            .map(|column| column.values.iter().map(|value| digest(value.as_bytes())).collect())
            .collect();
        let of = |record: u32| {
            self.columns.iter().zip(&of_values).fold(0, |sum, (column, values)| {
                let id = column.id(record);
                mix(sum ^ if id == NONE { 1 } else { values.get(id as usize).copied().unwrap_or_default() })
            })
        };
        (0..self.records() as u32).into_par_iter().map(of).collect()
    }
}

/// Spreads a number over all 64 bits (Stafford's variant 13 of the finaliser of MurmurHash3).
pub(crate) fn mix(number: u64) -> u64 {
    let number = number.wrapping_add(0x9E37_79B9_7F4A_7C15);
    let number = (number ^ (number >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    let number = (number ^ (number >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    number ^ (number >> 31)
}

/// A digest that is the same in every run.
pub(crate) fn digest(bytes: &[u8]) -> u64 {
    let word = |chunk: &[u8]| chunk.iter().fold(0, |word, byte| word << 8 | u64::from(*byte));
    bytes.chunks(8).fold(bytes.len() as u64, |sum, chunk| mix(sum ^ word(chunk)))
}

fn added(counts: Vec<HashMap<Pattern, u64>>) -> Vec<(Pattern, u64)> {
    let mut sums: HashMap<Pattern, u64> = HashMap::new();
    for (pattern, count) in counts.into_iter().flatten() {
        *sums.entry(pattern).or_default() += count;
    }
    let mut sums: Vec<_> = sums.into_iter().collect();
    sums.sort_unstable();
    sums
}
