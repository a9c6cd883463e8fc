//! New deliveries: links what was added and leaves what was compared before alone.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::{
    Error, Linker, NewRecords, Outcome, Rule, RunOptions, Spec,
    sample::{digest, mix},
};

/// Bits by which sums of floating-point numbers may be wrong, and far more.
const SLACK: f64 = 1e-6;

/// What [`Linker::update`] must know of the run before: which pairs it found, by the numbers of their records. Eight bytes a pair; can be
/// stored. [`Outcome::found`] gives it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Found {
    /// The model's digest.
    model: u64,
    /// How many records there were.
    records: usize,
    /// All pairs of at least this weight are here: the 64 bits of the number, so that no form of storing it rounds it.
    complete_from: u64,
    pairs: Vec<(u32, u32)>,
}

/// Why an update must compare everything anew: its result is that of a full run all the same.
#[derive(Debug, Clone, Copy, PartialEq)]
#[non_exhaustive]
pub enum Anew {
    /// The run before had another model.
    OtherModel,
    /// A comparison weighs words by how rare they are among all values (`token_similarity`), so any delivery may change any level.
    WordsWeighed,
    /// Records of the run before were changed or taken away, so that it can't be known how rare values were then.
    RecordsGone {
        /// How many.
        records: usize,
    },
    /// The run before did not keep pairs of so little weight: values have become so much rarer, or all compared pairs are to be kept; or it
    /// was [`Linker::run_for`], which leaves old pairs out.
    TooLittleKept {
        /// How many more bits below the threshold for review [`RunOptions::reserve`] had to reach; infinite where none would do.
        bits: f64,
    },
}

impl fmt::Display for Anew {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Anew::OtherModel => write!(f, "the earlier run had another model"),
            Anew::WordsWeighed => {
                write!(f, "a comparison weighs words by their rarity (token_similarity), which every delivery changes")
            }
            Anew::RecordsGone { records } => write!(
                f,
                "{records} records of the earlier run were changed or are gone, so that the rarity of values then is not known"
            ),
            Anew::TooLittleKept { bits } if bits.is_infinite() => {
                write!(f, "the earlier run did not find or keep all the pairs that are needed")
            }
            Anew::TooLittleKept { bits } => write!(
                f,
                "values have become rarer by more than the earlier run left room for: its reserve is {bits:.2} bits too small"
            ),
        }
    }
}

impl Outcome {
    /// What [`Linker::update`] must know of this run.
    #[must_use]
    pub fn found(&self) -> Found {
        self.found_from(f64::MIN)
    }

    /// The same, of pairs of at least this weight.
    pub(crate) fn found_from(&self, least: f64) -> Found {
        // A pair that only a constraint named was not found.
        let kept = self.pairs.iter().filter(|pair| pair.rule.is_some() && pair.weight >= least);
        let pairs = kept.map(|pair| (pair.left, pair.right)).chain(self.near.iter().copied()).collect();
        Found {
            model: self.model,
            records: self.cluster_of.len(),
            complete_from: self.complete_from.max(least).to_bits(),
            pairs,
        }
    }
}

impl Found {
    /// The same where records have other numbers now, as after some were taken away; `None` for one that is gone.
    #[must_use]
    pub fn renumbered(&self, number: impl Fn(u32) -> Option<u32>) -> Found {
        let pairs = self.pairs.iter().filter_map(|(left, right)| Some((number(*left)?, number(*right)?))).collect();
        Found { pairs, ..*self }
    }
}

impl Linker {
    /// Links new records: compares only pairs of which at least one record is new, weighs those that the run before kept again, and
    /// clusters all records anew. Gives the pairs and clusters that [`Linker::run`] would give, with the same options; only
    /// `compared` counts less.
    ///
    /// What must stay: all other records are those of the run before, with the same values under the same numbers (or
    /// [`Found::renumbered`]), and the model is the same. A record whose values have changed is a new one. Constraints may differ.
    ///
    /// Where values are weighed by their rarity, added records shift old weights, and may lift a pair that was apart. So a run remembers
    /// pairs from [`RunOptions::reserve`] bits below the threshold for review on, and the update works out how many bits rarity can
    /// have added to any old pair. If it is more than was left room for, and in the other cases of [`Linker::must_run_anew`], the update
    /// is a full run. Each update uses up some of the reserve; a full run fills it again.
    ///
    /// # Errors
    /// As [`Linker::run_for`], and [`Error::Shape`] where there are more records than the run before had and are new.
    pub fn update(&self, before: &Found, new: &NewRecords, options: &RunOptions) -> Result<Outcome, Error> {
        let known = self.records().saturating_sub(new.count());
        if known > before.records {
            return Err(Error::Shape(format!(
                "{known} records are not new, but the run before had only {}; name all that were added since as new",
                before.records
            )));
        }
        if self.must_run_anew(before, new, options).is_some() {
            return self.run(options);
        }
        let old: Vec<(u32, u32)> =
            before.pairs.iter().copied().filter(|(left, right)| !new.hold(*left) && !new.hold(*right)).collect();
        self.run_on(new, &old, f64::from_bits(before.complete_from) + self.risen(new), options)
    }

    /// Why [`Linker::update`] would compare everything anew; `None` where it won't.
    #[must_use]
    pub fn must_run_anew(&self, before: &Found, new: &NewRecords, options: &RunOptions) -> Option<Anew> {
        let spec = self.spec();
        if before.model != self.model() {
            return Some(Anew::OtherModel);
        }
        if spec.weighs_words() {
            return Some(Anew::WordsWeighed);
        }
        let known = self.records().saturating_sub(new.count());
        let gone = before.records.saturating_sub(known);
        if gone > 0 && spec.has_frequencies() {
            return Some(Anew::RecordsGone { records: gone });
        }
        let needed = if options.keep_apart { f64::MIN } else { crate::bits(spec.thresholds.review) };
        let bits = f64::from_bits(before.complete_from) + self.risen(new) - needed;
        (bits > 0.0).then_some(Anew::TooLittleKept { bits: if options.keep_apart { f64::INFINITY } else { bits } })
    }

    /// Tells apart models, and whether pairs within a source are compared.
    pub(crate) fn model(&self) -> u64 {
        mix(self.spec().digest() ^ u64::from(self.sources_apart().is_some()))
    }

    /// How much more than before a pair of old records may weigh.
    fn risen(&self, new: &NewRecords) -> f64 {
        if self.spec().has_frequencies() { self.most_risen(new) + SLACK } else { 0.0 }
    }
}

impl Spec {
    /// Tells models apart: differs with anything that changes a weight, or which pairs are found.
    fn digest(&self) -> u64 {
        // How records are clustered changes no pair, and nor does how the chances were learnt.
        let plain = Spec { clustering: crate::Clustering::default(), training: None, ..self.clone() };
        plain.to_toml().map_or(0, |toml| digest(toml.as_bytes()))
    }

    /// Whether any level weighs values by their rarity.
    pub(crate) fn has_frequencies(&self) -> bool {
        self.comparisons.iter().flat_map(|comparison| &comparison.levels).any(|level| level.term_frequency)
    }

    /// Whether any level depends on how rare words are among all values.
    fn weighs_words(&self) -> bool {
        let weighs = |level: &crate::Level| level.rule.any_part(&|rule| matches!(rule, Rule::TokenSimilarity(_)));
        self.comparisons.iter().flat_map(|comparison| &comparison.levels).any(weighs)
    }
}
