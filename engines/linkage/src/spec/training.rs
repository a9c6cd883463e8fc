//! How the chances are learnt, and which comparisons are one fact counted several times.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use super::{BlockingRule, Expression, Spec};
use crate::Error;

/// How `prior`, `m` and `u` are learnt from the records: the table `[training]`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Training {
    /// Decides which random pairs are drawn; the same seed gives the same chances.
    #[serde(default = "seed")]
    pub seed: u64,
    /// Pairs drawn at random for the `u` of levels that can't be counted from the values.
    #[serde(default = "random_pairs")]
    pub random_pairs: u64,
    /// Pairs that are added to every level before shares are taken, so that what was never seen does not count as impossible.
    #[serde(default = "smoothing")]
    pub smoothing: f64,
    /// The prior from rules that find little but pairs that belong together.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub prior: Option<PriorRules>,
    /// A column that says who each record is; where it is named, `m` is counted from the pairs whose values agree, and there are no sessions.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub label_column: Option<String>,
    /// Rounds of expectation maximisation for `m`, each over the pairs of one blocking rule. A chance is the median of its sessions'.
    #[serde(default, rename = "session", skip_serializing_if = "Vec::is_empty")]
    pub sessions: Vec<Session>,
    /// After the sessions, learns all chances together over the pairs that any of the spec's blocking rules finds, all other pairs
    /// taken as apart. Always done where the spec has `together`, and where nothing else would give `m`. Without `together` it does harm
    /// where records hold households: people who share surname, home and telephone are learnt from as if they were one; training
    /// then warns, and names the comparisons to put together.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub refine: bool,
    /// Most pairs of that last round.
    #[serde(default = "most_pairs")]
    pub refine_most_pairs: u64,
}

/// Rules for the prior.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct PriorRules {
    /// The share of all pairs that belong together which these rules find, above 0 and at most 1: the reader's judgement.
    pub recall: f64,
    /// The rules. A pair that several find counts once.
    #[serde(rename = "rule")]
    pub rules: Vec<BlockingRule>,
}

/// One round of expectation maximisation.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Session {
    /// What the session's pairs have in common, in a reader's words.
    pub name: String,
    /// What must be equal for a pair to take part. Comparisons that look at one of these fields are left out: here they say nothing.
    pub keys: Vec<Expression>,
    /// Most pairs that take part; where the keys find more, about that many are drawn.
    #[serde(default = "most_pairs")]
    pub most_pairs: u64,
    /// Ends once no chance changes by more than this.
    #[serde(default = "convergence")]
    pub convergence: f64,
    /// Ends after this many iterations at the latest.
    #[serde(default = "iterations")]
    pub iterations: u32,
    /// Learns `u` too, where it is not fixed. Otherwise `u` stays as counted or sampled, which is safer.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub learn_u: bool,
}

/// Comparisons on which different people may agree for one reason: surname, postcode and telephone are three facts about two
/// strangers, and one about two people of one household. Pairs that don't belong together are then a mixture: a small `share` of them
/// have this reason and show levels by its own `chances`; the rest show them by `u`, each comparison on its own.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Together {
    /// The reason, in a reader's words: "two people of one household".
    pub name: String,
    /// The comparisons on which people agree because of it.
    pub comparisons: Vec<String>,
    /// The share of pairs that don't belong together which have this reason; learnt.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub share: Option<f64>,
    /// For comparisons, the chance of each of their levels among such pairs; learnt. A comparison that is not named has its `u`.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub chances: BTreeMap<String, Vec<f64>>,
}

fn seed() -> u64 {
    1
}

fn random_pairs() -> u64 {
    1_000_000
}

fn smoothing() -> f64 {
    0.5
}

fn most_pairs() -> u64 {
    10_000_000
}

fn convergence() -> f64 {
    0.0001
}

fn iterations() -> u32 {
    25
}

impl Default for Training {
    fn default() -> Self {
        Training {
            seed: seed(),
            random_pairs: random_pairs(),
            smoothing: smoothing(),
            prior: None,
            label_column: None,
            sessions: Vec::new(),
            refine: false,
            refine_most_pairs: most_pairs(),
        }
    }
}

impl Session {
    /// A session over pairs with equal keys, with the usual limits.
    ///
    /// # Errors
    /// [`Error::Spec`] where a key is not an expression such as `prefix(surname, 3)`.
    pub fn new(name: &str, keys: &[&str]) -> Result<Session, Error> {
        let expression = |key: &&str| Expression::try_from((*key).to_owned()).map_err(Error::Spec);
        let keys = keys.iter().map(expression).collect::<Result<Vec<_>, Error>>()?;
        let (most_pairs, convergence, iterations) = (most_pairs(), convergence(), iterations());
        Ok(Session { name: name.to_owned(), keys, most_pairs, convergence, iterations, learn_u: false })
    }

    /// The session's keys as a blocking rule.
    pub(crate) fn rule(&self) -> BlockingRule {
        BlockingRule { name: self.name.clone(), keys: self.keys.clone() }
    }
}

fn wrong<T>(message: String) -> Result<T, Error> {
    Err(Error::Spec(message))
}

impl Spec {
    /// Whether prior, `m` and `u` are all there, given or learnt.
    #[must_use]
    pub fn is_trained(&self) -> bool {
        self.untrained().is_none()
    }

    /// The first chance that is neither given nor learnt, in words.
    pub(crate) fn untrained(&self) -> Option<String> {
        if self.prior.is_none() {
            return Some("the prior".to_owned());
        }
        for comparison in &self.comparisons {
            for level in &comparison.levels {
                let letter = if level.m.is_none() { "m" } else { "u" };
                if level.m.is_none() || level.u.is_none() {
                    return Some(format!("{letter} of comparison `{}`, level `{}`", comparison.name, level.name));
                }
            }
        }
        let share = self.together.iter().find(|together| together.share.is_none());
        share.map(|together| format!("the share of `{}`", together.name))
    }

    /// Do `training` and `together` make sense?
    pub(crate) fn check_training(&self) -> Result<(), Error> {
        self.together.iter().try_for_each(|together| self.check_together(together))?;
        for (at, together) in self.together.iter().enumerate() {
            if self.together.iter().take(at).any(|other| other.name == together.name) {
                return wrong(format!("there are two parts of `together` named `{}`", together.name));
            }
        }
        for comparison in &self.comparisons {
            if let Some(level) =
                comparison.levels.iter().find(|level| level.fix && level.m.is_none() && level.u.is_none())
            {
                let place = format!("comparison `{}`, level `{}`", comparison.name, level.name);
                return wrong(format!("{place}: fix = true needs an m or a u to keep"));
            }
        }
        let Some(training) = &self.training else { return Ok(()) };
        if !(training.smoothing > 0.0 && training.smoothing <= 100.0) {
            return wrong(format!("training: smoothing is {}; it must be above 0 and at most 100", training.smoothing));
        }
        if training.random_pairs == 0 || training.refine_most_pairs == 0 {
            return wrong("training: random_pairs and refine_most_pairs must be 1 or more".into());
        }
        if training.label_column.is_some() && !training.sessions.is_empty() {
            return wrong("training: m comes from label_column or from sessions, not both; take one out".into());
        }
        if let Some(prior) = &training.prior {
            self.check_prior_rules(prior)?;
        }
        self.check_sessions(&training.sessions)
    }

    fn check_prior_rules(&self, prior: &PriorRules) -> Result<(), Error> {
        if !(prior.recall > 0.0 && prior.recall <= 1.0) {
            return wrong(format!("training: recall is {}; it must be above 0 and at most 1", prior.recall));
        }
        if prior.rules.is_empty() {
            return wrong("training: the prior needs at least one rule".into());
        }
        prior.rules.iter().try_for_each(|rule| self.check_rule(rule))
    }

    fn check_sessions(&self, sessions: &[Session]) -> Result<(), Error> {
        let mut names = BTreeSet::new();
        for session in sessions {
            let place = format!("training session `{}`", session.name);
            if !names.insert(session.name.as_str()) {
                return wrong(format!("there are two training sessions named `{}`", session.name));
            }
            if session.most_pairs == 0 || session.iterations == 0 {
                return wrong(format!("{place}: most_pairs and iterations must be 1 or more"));
            }
            if !(session.convergence > 0.0 && session.convergence < 1.0) {
                return wrong(format!("{place}: convergence is {}; it must lie between 0 and 1", session.convergence));
            }
            self.check_rule(&session.rule())?;
            let blocked = |field: &String| session.keys.iter().any(|key| key.field == *field);
            if self.comparisons.iter().all(|comparison| comparison.fields.iter().any(blocked)) {
                return wrong(format!(
                    "{place}: every comparison looks at a field that its keys hold equal, so it can teach nothing; use fewer keys"
                ));
            }
        }
        Ok(())
    }

    fn check_together(&self, together: &Together) -> Result<(), Error> {
        let place = format!("together `{}`", together.name);
        if together.name.trim().is_empty() {
            return wrong("a part of `together` has no name".into());
        }
        let known: BTreeSet<&str> = self.comparisons.iter().map(|comparison| comparison.name.as_str()).collect();
        let unknown =
            together.comparisons.iter().chain(together.chances.keys()).find(|name| !known.contains(name.as_str()));
        if let Some(name) = unknown {
            return wrong(format!("{place} names `{name}`, which is not a comparison of the spec"));
        }
        if together.comparisons.iter().collect::<BTreeSet<_>>().len() < 2 {
            return wrong(format!("{place} needs two comparisons or more"));
        }
        if together.share.is_some_and(|share| !(share > 0.0 && share < 1.0)) {
            return wrong(format!("{place}: its share must lie between 0 and 1"));
        }
        for comparison in &self.comparisons {
            let Some(chances) = together.chances.get(&comparison.name) else { continue };
            let levels = comparison.levels.len();
            if chances.len() != levels || chances.iter().any(|chance| !(*chance > 0.0 && *chance <= 1.0)) {
                return wrong(format!(
                    "{place}: comparison `{}` needs {levels} chances, one for each level, each above 0 and at most 1",
                    comparison.name
                ));
            }
        }
        Ok(())
    }
}
