//! *m* from pairs that a person labelled.

use std::collections::BTreeMap;

use super::{
    em::share_out,
    model::Model,
    report::{Basis, Warning},
};
use crate::{Error, Linker};

/// Labels as smaller record, larger record and answer, each pair once.
pub(super) fn check(linker: &Linker, labels: &[(u32, u32, bool)]) -> Result<Vec<(u32, u32, bool)>, Error> {
    let mut answers: BTreeMap<(u32, u32), bool> = BTreeMap::new();
    for (one, other, same) in labels {
        let (left, right) = (*one.min(other), *one.max(other));
        if right as usize >= linker.records() {
            return Err(Error::NoSuchRecord { what: "a label", record: right.into(), records: linker.records() });
        }
        if left == right {
            return Err(Error::SamePair { what: "a label", record: left });
        }
        if answers.insert((left, right), *same).is_some_and(|before| before != *same) {
            return Err(Error::Training(format!(
                "records {left} and {right} are labelled both as belonging together and as not; keep one label"
            )));
        }
    }
    Ok(answers.into_iter().map(|((left, right), same)| (left, right, same)).collect())
}

/// Counts each comparison's levels among the pairs that belong together.
pub(super) fn learn(linker: &Linker, labels: &[(u32, u32, bool)], smoothing: f64, model: &mut Model) {
    let mut counts: Vec<Vec<f64>> = model.m.iter().map(|levels| vec![0.0; levels.len()]).collect();
    for (left, right, _) in labels.iter().filter(|(_, _, same)| *same) {
        let pattern = linker.pattern(*left, *right);
        for (at, counts) in counts.iter_mut().enumerate() {
            if let Some(count) = pattern.level(at).and_then(|level| counts.get_mut(level)) {
                *count += 1.0;
            }
        }
    }
    for (at, comparison) in linker.spec().comparisons.iter().enumerate() {
        let Some(counts) = counts.get(at) else { continue };
        if counts.iter().sum::<f64>() == 0.0 {
            let text = "no labelled pair has something to compare here, so m could not be counted".to_owned();
            model.report.warnings.push(Warning { place: format!("comparison `{}`", comparison.name), text });
            continue;
        }
        let fixed: Vec<Option<f64>> = comparison.levels.iter().map(|level| level.m.filter(|_| level.fix)).collect();
        if let Some(levels) = model.m.get_mut(at) {
            share_out(levels, &fixed, |level| counts.get(level).copied().unwrap_or_default() + smoothing);
        }
        if let Some(basis) = model.m_basis.get_mut(at) {
            *basis = Basis::Labels;
        }
    }
}
