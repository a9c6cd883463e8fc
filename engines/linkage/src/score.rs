//! From levels to weights: bits, probability, and the explanation of both.

use serde::{Deserialize, Serialize};

use crate::{Spec, Together, spec::MOST_LEVELS};

/// What a part of `together` shows where it takes bits away.
const TOGETHER: &str = "alike for one reason, so counted together";
/// From so many bits on.
const SHOWS: f64 = 0.05;

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
    /// What the values' rarity added to that, or their commonness took away; 0 for levels without it. Where the two values differ, the
    /// commoner one's.
    pub term_frequency_bits: f64,
}

/// All that a pair's weight is made of. The parts and the prior add up to the total.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Explanation {
    /// Where every pair starts: `log2(λ / (1 - λ))`.
    pub prior_bits: f64,
    /// One part for each comparison, in the spec's order; then one for each part of its `together`, which takes away what was
    /// counted more than once.
    pub parts: Vec<Part>,
    /// The pair's weight.
    pub total_bits: f64,
    /// [`probability`] of the weight.
    pub probability: f64,
}

impl Explanation {
    /// Takes the weight of a stored pair apart again, by the model that made it: from the levels that were seen and what rarity added to each
    /// comparison, which is 0 where the list is too short.
    #[must_use]
    pub fn of(spec: &Spec, pattern: Pattern, rarity: &[f64]) -> Explanation {
        Weights::new(spec).explain(spec, pattern, |comparison, _| rarity.get(comparison).copied().unwrap_or(0.0))
    }
}

/// The bits of the prior, of each comparison's levels, and of what is counted together.
#[derive(Debug)]
pub(crate) struct Weights {
    prior: f64,
    /// For each comparison, bits by pattern code; 0 for missing.
    levels: Vec<Vec<f64>>,
    together: Vec<Reason>,
}

/// Why different people may be alike in several comparisons at once.
#[derive(Debug)]
struct Reason {
    /// The share of pairs that are apart which have this reason.
    share: f64,
    /// For each comparison, bits by pattern code: how much likelier the level is with the reason than by chance.
    levels: Vec<Vec<f64>>,
}

impl Weights {
    pub(crate) fn new(spec: &Spec) -> Weights {
        let of = |comparison: &crate::Comparison| {
            std::iter::once(0.0).chain(comparison.levels.iter().map(crate::Level::bits)).collect()
        };
        Weights {
            prior: spec.prior.map_or(0.0, bits),
            levels: spec.comparisons.iter().map(of).collect(),
            together: spec.together.iter().filter_map(|together| Reason::new(spec, together)).collect(),
        }
    }

    /// The weight of a pair with this pattern. `terms` are the bits that its values' rarity adds, by comparison and level.
    pub(crate) fn weigh(&self, pattern: Pattern, terms: impl Fn(usize, usize) -> f64) -> f64 {
        let mut rarity = 0.0;
        let weight = self.parts(pattern, terms).fold(self.prior, |sum, (bits, term)| {
            rarity += term;
            sum + (bits + term)
        });
        if self.together.is_empty() {
            weight
        } else {
            self.together(pattern, rarity).fold(weight, |sum, bits| sum + bits)
        }
    }

    /// The prior, and the most that reasons for being alike can add where a pair shows none of them.
    pub(crate) fn start(&self) -> f64 {
        let rest = 1.0 - self.together.iter().map(|reason| reason.share).sum::<f64>();
        self.prior - rest.clamp(f64::MIN_POSITIVE, 1.0).log2()
    }

    /// Bits of a comparison's code, as a pattern holds it.
    pub(crate) fn level(&self, comparison: usize, code: usize) -> f64 {
        self.levels.get(comparison).and_then(|levels| levels.get(code)).copied().unwrap_or(0.0)
    }

    fn parts<'a>(
        &'a self,
        pattern: Pattern,
        terms: impl Fn(usize, usize) -> f64 + 'a,
    ) -> impl Iterator<Item = (f64, f64)> + 'a {
        self.levels.iter().enumerate().map(move |(at, levels)| {
            let bits = levels.get(pattern.code(at)).copied().unwrap_or(0.0);
            let term = pattern.level(at).map_or(0.0, |level| terms(at, level));
            (bits, term)
        })
    }

    /// What each reason takes away. Levels were weighed as if strangers showed them, each on its own and by the value's rarity; in
    /// truth pairs that are apart are a mixture, in which the share `h` of a reason shows them `2^s` times as often:
    /// `-log2(1 - h + h 2^s)`, reason after reason. The rarity of a value that two share for a reason says nothing, so it is in `s`.
    pub(crate) fn together(&self, pattern: Pattern, rarity: f64) -> impl Iterator<Item = f64> + '_ {
        let mut mixed = 1.0;
        self.together.iter().map(move |reason| {
            let bits = |(at, levels): (usize, &Vec<f64>)| levels.get(pattern.code(at)).copied().unwrap_or(0.0);
            let likelier: f64 = reason.levels.iter().enumerate().map(bits).sum();
            let before: f64 = mixed;
            mixed = (mixed - reason.share + reason.share * (likelier + rarity).exp2()).max(f64::MIN_POSITIVE);
            -(mixed / before).log2()
        })
    }

    pub(crate) fn explain(&self, spec: &Spec, pattern: Pattern, terms: impl Fn(usize, usize) -> f64) -> Explanation {
        let part = |(at, (comparison, (bits, term_frequency_bits))): (usize, (&crate::Comparison, (f64, f64)))| Part {
            comparison: comparison.name.clone(),
            level: pattern.level(at).and_then(|level| comparison.levels.get(level)).map(|level| level.name.clone()),
            bits,
            term_frequency_bits,
        };
        let mut parts: Vec<Part> =
            spec.comparisons.iter().zip(self.parts(pattern, &terms)).enumerate().map(part).collect();
        let rarity = parts.iter().map(|part| part.term_frequency_bits).sum();
        let reasons = spec.together.iter().zip(self.together(pattern, rarity));
        parts.extend(reasons.map(|(together, bits)| Part {
            comparison: together.name.clone(),
            level: (bits < -SHOWS).then(|| TOGETHER.to_owned()),
            bits,
            term_frequency_bits: 0.0,
        }));
        let total_bits = self.weigh(pattern, &terms);
        Explanation { prior_bits: self.prior, parts, total_bits, probability: probability(total_bits) }
    }
}

impl Reason {
    fn new(spec: &Spec, together: &Together) -> Option<Reason> {
        let of = |comparison: &crate::Comparison| {
            let Some(chances) = together.chances.get(&comparison.name) else { return vec![0.0] };
            let bits = |(level, chance): (&crate::Level, &f64)| level.u.map_or(0.0, |u| (chance / u).log2());
            std::iter::once(0.0).chain(comparison.levels.iter().zip(chances).map(bits)).collect()
        };
        Some(Reason { share: together.share?, levels: spec.comparisons.iter().map(of).collect() })
    }
}
