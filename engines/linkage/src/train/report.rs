//! What training found, for a reader and for charts.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::Spec;

/// A spec whose chances are all there, and how they came about.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Trained {
    /// The spec with `prior`, `m`, `u` and the shares of `together` filled in: ready to link with.
    pub spec: Spec,
    /// How they were learnt.
    pub report: TrainingReport,
}

/// How a spec's chances were learnt. Holds no record's value.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct TrainingReport {
    /// Records there were.
    pub records: u64,
    /// Pairs of records that there could be, of which the prior is the share that belong together.
    pub pairs: u64,
    /// The prior.
    pub prior: Learnt,
    /// Pairs that the deterministic rules find, each once.
    pub prior_pairs: Option<u64>,
    /// Pairs drawn at random for `u`.
    pub random_pairs: u64,
    /// Rounds of expectation maximisation, in order; the last may be the one over the pairs of all blocking rules.
    pub sessions: Vec<SessionReport>,
    /// `m` and `u` of every level, in the spec's order.
    pub parameters: Vec<Parameter>,
    /// What came of each part of `together`.
    pub together: Vec<TogetherReport>,
    /// What a reader should know before trusting the result.
    pub warnings: Vec<Warning>,
}

/// One chance before and after.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Learnt {
    /// As the spec gave it; `None` where it gave none.
    pub before: Option<f64>,
    /// As it is now.
    pub after: f64,
    /// Where it comes from.
    pub basis: Basis,
}

/// Where a chance comes from.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Basis {
    /// Given in the spec, and kept.
    Given,
    /// Counted exactly from how often values occur.
    Values,
    /// The share among pairs drawn at random.
    RandomPairs,
    /// Deterministic rules and their stated recall.
    Rules,
    /// Expectation maximisation: the median of the sessions' results.
    Sessions,
    /// Expectation maximisation over the pairs of all blocking rules.
    AllRules,
    /// Pairs that a person or a column labelled.
    Labels,
    /// Nothing could be learnt; a stated starting value, or no evidence either way.
    #[default]
    Nothing,
}

/// One round of expectation maximisation.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct SessionReport {
    /// The session's name.
    pub name: String,
    /// Pairs that its keys find.
    pub pairs_found: u64,
    /// Pairs that were looked at.
    pub pairs_used: u64,
    /// Different patterns among them.
    pub patterns: u64,
    /// Comparisons that were left out, because they look at a field that the keys hold equal.
    pub left_out: Vec<String>,
    /// Whether it settled before its last iteration.
    pub converged: bool,
    /// Iterations, from the starting values on.
    pub history: Vec<Iteration>,
}

/// The chances at one moment of a session.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Iteration {
    /// The share of the session's pairs that belong together.
    pub share: f64,
    /// Logarithm, to base e, of the likelihood of the session's pairs at these chances; never falls.
    pub log_likelihood: f64,
    /// The greatest change of any chance since the iteration before.
    pub change: f64,
    /// `m` by comparison and level, in the spec's order; empty for comparisons left out.
    pub m: Vec<Vec<f64>>,
    /// `u` likewise.
    pub u: Vec<Vec<f64>>,
}

/// `m` and `u` of one level.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Parameter {
    /// The comparison's name.
    pub comparison: String,
    /// The level's name.
    pub level: String,
    /// Chance among pairs that belong together.
    pub m: Learnt,
    /// `m` by session, for those that could learn it.
    pub m_by_session: Vec<(String, f64)>,
    /// Chance among pairs that don't.
    pub u: Learnt,
}

/// What came of a part of `together`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct TogetherReport {
    /// Its name.
    pub name: String,
    /// Pairs that are alike for this reason, as estimated.
    pub pairs: f64,
    /// By how much the logarithm, to base e, of the likelihood is better with it, at the same number of records.
    pub gain: f64,
    /// Whether it was kept: too few pairs or too small a gain, and it is left out of the trained spec.
    pub kept: bool,
}

/// Something a reader should know, and where.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Warning {
    /// The comparison, level, session or setting.
    pub place: String,
    /// What is wrong and what was done about it.
    pub text: String,
}

impl fmt::Display for Warning {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.place, self.text)
    }
}
