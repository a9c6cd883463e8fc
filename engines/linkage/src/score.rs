//! From levels to weights: bits, probability, and the explanation of both.

use serde::{Deserialize, Serialize};

use crate::{Spec, frequency::Frequencies, spec::MOST_LEVELS};

/// The level that each comparison showed, four bits each: 0 for "nothing to compare", else the level's place counted from 1.
/// Pairs with equal patterns differ in weight only by term frequency.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Pattern(u64);

impl Pattern {
    /// The place of the level, counted from 0, that this comparison showed; `None` where a value was missing.
    #[must_use]
    pub fn level(self, comparison: usize) -> Option<usize> {
        self.code(comparison).checked_sub(1)
    }

    /// The pattern as a number, for storing; [`Pattern::from_number`] turns it back.
    #[must_use]
    pub fn number(self) -> u64 {
        self.0
    }

    /// The pattern that [`Pattern::number`] gave.
    #[must_use]
    pub fn from_number(number: u64) -> Pattern {
        Pattern(number)
    }

    fn code(self, comparison: usize) -> usize {
        if comparison < 16 { (self.0 >> (4 * comparison) & 15) as usize } else { 0 }
    }

    /// INVARIANT: set once for each comparison, on a default pattern; the spec's limits keep both numbers small.
    pub(crate) fn set(&mut self, comparison: usize, level: usize) {
        debug_assert!(comparison < 16 && level < MOST_LEVELS);
        self.0 |= (level as u64 + 1) << (4 * comparison);
    }
}

/// The probability that a pair of this weight belongs together: `2^w / (1 + 2^w)`. Every probability shown comes from here.
#[must_use]
pub fn probability(weight: f64) -> f64 {
    1.0 / (1.0 + (-weight).exp2())
}

/// The weight, in bits, of a probability above 0 and below 1: the inverse of [`probability`].
#[must_use]
pub fn bits(probability: f64) -> f64 {
    (probability / (1.0 - probability)).log2()
}

/// What one comparison added to a pair's weight.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Part {
    /// The comparison's name.
    pub comparison: String,
    /// The name of the level that was seen, `None` where a value was missing and nothing could be said.
    pub level: Option<String>,
    /// `log2(m / u)` of the level; 0 for missing.
    pub bits: f64,
    /// What the shared value's rarity added to that, or its commonness took away; 0 for levels without it.
    pub term_frequency_bits: f64,
}

/// All that a pair's weight is made of. The parts and the prior add up to the total.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Explanation {
    /// Where every pair starts: `log2(λ / (1 - λ))`.
    pub prior_bits: f64,
    /// One part for each comparison, in the spec's order.
    pub parts: Vec<Part>,
    /// The pair's weight.
    pub total_bits: f64,
    /// [`probability`] of the weight.
    pub probability: f64,
}

/// The bits of the prior and of each comparison's levels.
#[derive(Debug)]
pub(crate) struct Weights {
    prior: f64,
    /// For each comparison, bits by pattern code; 0 for missing.
    levels: Vec<Vec<f64>>,
}

impl Weights {
    pub(crate) fn new(spec: &Spec) -> Weights {
        let of = |comparison: &crate::Comparison| {
            std::iter::once(0.0).chain(comparison.levels.iter().map(|level| (level.m / level.u).log2())).collect()
        };
        Weights { prior: bits(spec.prior), levels: spec.comparisons.iter().map(of).collect() }
    }

    /// The weight of a pair with this pattern, of which `record` is either side.
    pub(crate) fn weigh(&self, pattern: Pattern, frequencies: &Frequencies, record: u32) -> f64 {
        self.parts(pattern, frequencies, record).fold(self.prior, |sum, (bits, term)| sum + (bits + term))
    }

    fn parts<'a>(
        &'a self,
        pattern: Pattern,
        frequencies: &'a Frequencies,
        record: u32,
    ) -> impl Iterator<Item = (f64, f64)> + 'a {
        self.levels.iter().enumerate().map(move |(at, levels)| {
            let bits = levels.get(pattern.code(at)).copied().unwrap_or(0.0);
            let term = pattern.level(at).map_or(0.0, |level| frequencies.bits(at, level, record));
            (bits, term)
        })
    }

    pub(crate) fn explain(&self, spec: &Spec, pattern: Pattern, frequencies: &Frequencies, record: u32) -> Explanation {
        let part = |(at, (comparison, (bits, term_frequency_bits))): (usize, (&crate::Comparison, (f64, f64)))| Part {
            comparison: comparison.name.clone(),
            level: pattern.level(at).and_then(|level| comparison.levels.get(level)).map(|level| level.name.clone()),
            bits,
            term_frequency_bits,
        };
        let parts =
            spec.comparisons.iter().zip(self.parts(pattern, frequencies, record)).enumerate().map(part).collect();
        let total_bits = self.weigh(pattern, frequencies, record);
        Explanation { prior_bits: self.prior, parts, total_bits, probability: probability(total_bits) }
    }
}
