//! The chances while they are being learnt, and how they are written back into a spec.

use std::collections::BTreeMap;

use super::{
    chance::Chance,
    em::{Chances, share_out},
    pairs,
    report::{Basis, Learnt, Parameter, Trained, TrainingReport, Warning},
};
use crate::{Comparison, Error, Linker, PriorRules, Spec, Together};

/// Of pairs that belong together, the share that shows a comparison's first level, before anything is known.
const FIRST_LEVEL: f64 = 0.95;

/// Chances and where they come from.
#[derive(Debug)]
pub(super) struct Model {
    pub(super) prior: f64,
    pub(super) prior_basis: Basis,
    pub(super) m: Chances,
    pub(super) u: Chances,
    /// By comparison.
    pub(super) m_basis: Vec<Basis>,
    /// By comparison and level.
    pub(super) u_basis: Vec<Vec<Basis>>,
    /// What pairs show by chance, whoever they are.
    pub(super) chance: Vec<Chance>,
    /// `m` that sessions gave, by comparison and level.
    pub(super) by_session: BTreeMap<(usize, usize), Vec<(String, f64)>>,
    /// Parts of `together` that were kept, with share and chances.
    pub(super) together: Vec<Together>,
    pub(super) report: TrainingReport,
}

impl Model {
    /// Starting values: what the spec gives, chance agreement for the rest of `u`, and mostly agreement for the rest of `m`.
    pub(super) fn new(linker: &Linker, chance: Vec<Chance>, all: f64) -> Model {
        let spec = linker.spec();
        let report =
            TrainingReport { records: linker.records() as u64, pairs: all as u64, ..TrainingReport::default() };
        let (prior, prior_basis) = match spec.prior {
            Some(prior) => (prior, Basis::Given),
            None => ((1.0 / linker.records() as f64).min(0.5), Basis::Nothing),
        };
        let u =
            spec.comparisons.iter().zip(&chance).map(|(comparison, chance)| starting_u(comparison, chance)).collect();
        let mut model = Model {
            prior,
            prior_basis,
            m: spec.comparisons.iter().map(starting_m).collect(),
            u,
            m_basis: vec![Basis::Nothing; spec.comparisons.len()],
            u_basis: chance.iter().map(|chance| chance.basis.clone()).collect(),
            chance,
            by_session: BTreeMap::new(),
            together: Vec::new(),
            report,
        };
        model.warn_of_chances(spec);
        model
    }

    pub(super) fn warn(&mut self, place: String, text: &str) {
        self.report.warnings.push(Warning { place, text: text.to_owned() });
    }

    fn warn_of_chances(&mut self, spec: &Spec) {
        let mut warnings = Vec::new();
        for (comparison, chance) in spec.comparisons.iter().zip(&self.chance) {
            let place = format!("comparison `{}`", comparison.name);
            let mut add = |place: &str, text: &str| warnings.push((place.to_owned(), text.to_owned()));
            if chance.pairs <= 0.0 {
                add(
                    &place,
                    "no pair has anything to compare here: its fields are empty. It counts as no evidence either way",
                );
                continue;
            }
            if chance.levels.first().is_some_and(|first| *first > 0.999) {
                add(&place, "all records or nearly all hold the same, so it tells nobody apart");
            }
            for ((level, seen), basis) in comparison.levels.iter().zip(&chance.seen).zip(&chance.basis) {
                let kept = level.fix && level.u.is_some();
                if !seen && !kept {
                    let among = if *basis == Basis::Values { "among all pairs" } else { "among the random pairs" };
                    let text = format!("never seen {among}, so its u is no more than the smoothing");
                    add(&format!("{place}, level `{}`", level.name), &text);
                }
            }
        }
        warnings.into_iter().for_each(|(place, text)| self.warn(place, &text));
    }

    /// The prior from rules and the recall stated for them.
    pub(super) fn learn_prior(&mut self, linker: &Linker, rules: Option<&PriorRules>) -> Result<(), Error> {
        let Some(rules) = rules else { return Ok(()) };
        let found = pairs::found(linker, &rules.rules)?;
        self.report.prior_pairs = Some(found);
        if found == 0 {
            self.warn(
                "the prior".into(),
                "its rules find no pairs, so it could not be estimated from them; use other rules",
            );
            return Ok(());
        }
        let pairs = self.report.pairs as f64;
        let prior = found as f64 / rules.recall / pairs;
        if prior >= 1.0 {
            return Err(Error::Training(format!(
                "the prior's rules find {found} of {pairs} pairs and are said to find {} of those that belong together, which is more \
                 than there are; use stricter rules or a higher recall",
                rules.recall
            )));
        }
        (self.prior, self.prior_basis) = (prior, Basis::Rules);
        Ok(())
    }

    /// What must stay of `m`, by comparison and level.
    pub(super) fn fixed_m(&self, spec: &Spec) -> Vec<Vec<Option<f64>>> {
        let of =
            |comparison: &Comparison| comparison.levels.iter().map(|level| level.m.filter(|_| level.fix)).collect();
        spec.comparisons.iter().map(of).collect()
    }

    /// What must stay of `u`.
    pub(super) fn fixed_u(&self, spec: &Spec) -> Vec<Vec<Option<f64>>> {
        spec.comparisons.iter().map(fixed_u).collect()
    }

    /// All of `u`, to stay as it is.
    pub(super) fn all_u(&self) -> Vec<Vec<Option<f64>>> {
        self.u.iter().map(|levels| levels.iter().copied().map(Some).collect()).collect()
    }

    /// The same number of pairs for every level.
    pub(super) fn even(&self, pairs: f64) -> Vec<Vec<f64>> {
        self.m.iter().map(|levels| vec![pairs; levels.len()]).collect()
    }

    /// Takes `u` from a session that was allowed to learn it.
    pub(super) fn learn_u_in_session(&mut self, u: &Chances, part: &[bool]) {
        for (((ours, basis), learnt), part) in self.u.iter_mut().zip(&mut self.u_basis).zip(u).zip(part) {
            if *part {
                ours.clone_from(learnt);
                basis.fill(Basis::Sessions);
            }
        }
    }

    /// Writes the chances into the spec.
    pub(super) fn finish(mut self, spec: &Spec) -> Result<Trained, Error> {
        let mut trained = spec.clone();
        trained.prior = Some(self.prior);
        self.report.prior = Learnt { before: spec.prior, after: self.prior, basis: self.prior_basis };
        if self.prior_basis == Basis::Nothing {
            self.warn(
                "the prior".into(),
                "nothing to learn it from; it is one match for each record, which is a guess",
            );
        }
        for (at, comparison) in trained.comparisons.iter_mut().enumerate() {
            self.write(at, comparison);
        }
        trained.together = std::mem::take(&mut self.together);
        trained.check()?;
        Ok(Trained { spec: trained, report: self.report })
    }

    fn write(&mut self, at: usize, comparison: &mut Comparison) {
        let compared = self.chance.get(at).is_some_and(|chance| chance.pairs > 0.0);
        let levels = comparison.levels.len() as f64;
        for (number, level) in comparison.levels.iter_mut().enumerate() {
            let learnt = |chances: &Chances| chances.get(at).and_then(|levels| levels.get(number)).copied();
            // Where nothing was ever compared, m is u: no evidence either way.
            let (m, u) = if compared { (learnt(&self.m), learnt(&self.u)) } else { (level.m, level.u) };
            let m_after = m.or(u).unwrap_or(1.0 / levels);
            let u_after = u.unwrap_or(m_after);
            let kept = |given: Option<f64>, basis: Basis| {
                if given.is_some() && (level.fix || !compared) { Basis::Given } else { basis }
            };
            let m_basis = self.m_basis.get(at).copied().unwrap_or_default();
            let u_basis = self.u_basis.get(at).and_then(|levels| levels.get(number)).copied().unwrap_or_default();
            let parameter = Parameter {
                comparison: comparison.name.clone(),
                level: level.name.clone(),
                m: Learnt { before: level.m, after: m_after, basis: kept(level.m, m_basis) },
                m_by_session: self.by_session.remove(&(at, number)).unwrap_or_default(),
                u: Learnt { before: level.u, after: u_after, basis: kept(level.u, u_basis) },
            };
            (level.m, level.u) = (Some(m_after), Some(u_after));
            self.report.parameters.push(parameter);
            if number == 0 && m_after < u_after {
                let place = format!("comparison `{}`, level `{}`", comparison.name, level.name);
                let text =
                    "m is below u: agreement counts against a pair. Look at its sessions before trusting it".to_owned();
                self.report.warnings.push(Warning { place, text });
            }
        }
    }
}

fn fixed_u(comparison: &Comparison) -> Vec<Option<f64>> {
    comparison.levels.iter().map(|level| level.u.filter(|_| level.fix)).collect()
}

fn starting_u(comparison: &Comparison, chance: &Chance) -> Vec<f64> {
    let mut levels = chance.levels.clone();
    share_out(&mut levels, &fixed_u(comparison), |level| chance.levels.get(level).copied().unwrap_or_default());
    levels
}

fn starting_m(comparison: &Comparison) -> Vec<f64> {
    let others = comparison.levels.len().saturating_sub(1).max(1) as f64;
    let usual = |level: usize| if level == 0 { FIRST_LEVEL } else { (1.0 - FIRST_LEVEL) / others };
    let given: Vec<Option<f64>> = comparison.levels.iter().map(|level| level.m).collect();
    let mut levels: Vec<f64> = (0..given.len()).map(usual).collect();
    share_out(&mut levels, &given, usual);
    if given.iter().all(Option::is_some) {
        // All given: they need not add up to 1 exactly, and stay in proportion.
        let total: f64 = given.iter().flatten().sum();
        levels.iter_mut().zip(given.iter().flatten()).for_each(|(level, given)| *level = given / total);
    }
    levels
}
