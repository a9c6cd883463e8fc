//! Learns a spec's chances from the records themselves.
//!
//! The prior comes from deterministic rules and the recall that is stated for them; *u* from how often values occur, exactly where that
//! can be counted, otherwise from pairs drawn at random; *m* by expectation maximisation over counts of patterns, session by session as
//! Splink does it, or from labels. A last round over the pairs of all blocking rules learns everything together, and with it
//! what different people share for one reason: see [`crate::Together`].

mod chance;
mod em;
#[cfg(test)]
mod em_tests;
mod labels;
mod model;
mod pairs;
mod refine;
mod report;
mod session;

use crate::{Error, Linker, Spec, Table};
use chance::{all_pairs, chances};
use model::Model;
pub use report::{
    Basis, Iteration, Learnt, Parameter, SessionReport, TogetherReport, Trained, TrainingReport, Warning,
};

/// What training may use besides the records. The default is nothing.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct TrainOptions {
    /// Pairs of records of which a person said that they belong together (`true`) or don't. With at least one that belongs together `m` is
    /// counted from these pairs, and no session is run.
    pub labels: Vec<(u32, u32, bool)>,
}

/// Learns the chances that a spec leaves to be learnt, as its `training` says. Chances that are given without `fix` are where learning
/// starts. The same for any order of the records and any number of threads.
///
/// # Errors
/// As [`Linker::new`], and [`Error::Training`] where there is nothing to learn from or the settings contradict the records.
pub fn train(spec: &Spec, table: &Table, options: &TrainOptions) -> Result<Trained, Error> {
    Linker::new(spec.clone(), table.clone())?.train(options)
}

impl Linker {
    /// As [`train`], with records that are prepared already. [`Linker::with_model`] then takes the trained spec.
    ///
    /// # Errors
    /// [`Error::Training`] where there is nothing to learn from or the settings contradict the records.
    pub fn train(&self, options: &TrainOptions) -> Result<Trained, Error> {
        let settings = self.spec().training.clone().unwrap_or_default();
        if self.records() < 2 {
            let records = if self.records() == 1 { "is only 1 record" } else { "are no records" };
            return Err(Error::Training(format!("there {records}; it takes two to make a pair")));
        }
        let all = all_pairs(self);
        if all <= 0.0 {
            return Err(Error::Training(
                "all records are from one source, and only records of different sources are compared".into(),
            ));
        }
        let labels = labels::check(self, &options.labels)?;
        let sample = self.sample_patterns(settings.random_pairs, settings.seed);
        let mut model = Model::new(self, chances(self, &sample, settings.smoothing)?, all);
        model.report.random_pairs = sample.iter().map(|(_, count)| count).sum();
        model.learn_prior(self, settings.prior.as_ref())?;
        if labels.iter().any(|(_, _, same)| *same) {
            labels::learn(self, &labels, settings.smoothing, &mut model);
        } else {
            session::learn(self, &settings, &mut model)?;
        }
        let learns_m = labels.is_empty() && settings.sessions.is_empty();
        if settings.refine || learns_m || model.prior_basis == Basis::Nothing || !self.spec().together.is_empty() {
            refine::learn(self, &settings, &mut model)?;
        }
        model.finish(self.spec())
    }
}
