//! What a run found.

use serde::{Deserialize, Serialize};

use crate::{Cluster, Pattern, probability};

/// What becomes of a pair.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Decision {
    /// At or above the threshold for links.
    Link,
    /// Between the thresholds: for a person to decide.
    Review,
    /// Below both.
    Apart,
    /// Joined because a person said so, whatever its weight.
    Required,
    /// Kept apart because a person said so, whatever its weight.
    Forbidden,
    /// Would link, but the clusters could not hold it: joining it would put a forbidden pair into one cluster, or the method of
    /// clustering, [`crate::Method`], found a better link or too much that speaks against it. For a person to decide.
    Refused,
}

/// Two records that were compared. 32 bytes; [`crate::Linker::expand`] gives the explanation.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Pair {
    /// The record with the smaller number.
    pub left: u32,
    /// The record with the larger number.
    pub right: u32,
    /// Match weight in bits, prior included.
    pub weight: f64,
    /// The level of each comparison.
    pub pattern: Pattern,
    /// The first blocking rule that found the pair, counted from 0; `None` for one that only a constraint named.
    pub rule: Option<u16>,
    /// What becomes of it.
    pub decision: Decision,
}

impl Pair {
    /// The probability that the two belong together.
    #[must_use]
    pub fn probability(&self) -> f64 {
        probability(self.weight)
    }
}

/// The result of a run. Equal for equal input, whatever the number of threads.
#[derive(Debug, Clone, PartialEq)]
pub struct Outcome {
    /// Pairs to link or review, and those that a constraint named, by left and then right record; with
    /// `keep_apart` also all others that were compared.
    pub pairs: Vec<Pair>,
    /// Pairs compared because of each blocking rule, those that an earlier rule had found not counted again.
    pub compared: Vec<u64>,
    /// For each record its cluster, named by the smallest record in it.
    pub cluster_of: Vec<u32>,
    /// Clusters of two records and more, by name.
    pub clusters: Vec<Cluster>,
    /// Pairs that rules found and that lie just below the threshold for review: see [`crate::RunOptions::reserve`].
    pub(crate) near: Vec<(u32, u32)>,
    /// All pairs that rules found are here from this weight on.
    pub(crate) complete_from: f64,
    /// The model's digest.
    pub(crate) model: u64,
}

impl Outcome {
    /// Pairs that wait for a person: between the thresholds, or refused because of a constraint or the method of clustering.
    pub fn review(&self) -> impl Iterator<Item = &Pair> {
        self.pairs.iter().filter(|pair| matches!(pair.decision, Decision::Review | Decision::Refused))
    }

    /// Pairs that hold clusters together.
    pub fn links(&self) -> impl Iterator<Item = &Pair> {
        self.pairs.iter().filter(|pair| matches!(pair.decision, Decision::Link | Decision::Required))
    }
}
