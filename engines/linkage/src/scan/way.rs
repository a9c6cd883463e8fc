//! The quickest way to learn what one comparison shows.

use super::{Candidate, alike::Alike, quick::Quick};
use crate::{
    Linker, Rule, Spec,
    column::{Column, NONE},
    memo::Memo,
    score::Weights,
};

/// How one comparison is made.
#[derive(Debug)]
pub(crate) struct Way {
    comparison: usize,
    /// What is seen where both hold the same value, where that is plain.
    same: Option<u8>,
    /// What is seen where either holds none, where that is plain.
    missing: Option<u8>,
    /// What is seen where they differ, where that is plain.
    differ: Option<u8>,
    /// What is seen where they differ, where that is quick to find out.
    quick: Option<Quick>,
    /// Tells where they are too unlike for any level but the last.
    alike: Option<Alike>,
    /// For each code the most bits that it can bring.
    most: [f32; 16],
    /// Those of the best code.
    best: f32,
}

/// The ways of all comparisons, quick ones first.
pub(crate) fn ways(
    spec: &Spec,
    columns: &[Column],
    weights: &Weights,
    rarest: impl Fn(usize, usize) -> f64,
) -> Vec<Way> {
    let way = |at| Way::new(spec, columns, at, weights, &rarest);
    let mut ways: Vec<Way> = (0..spec.comparisons.len()).map(way).collect();
    ways.sort_by_key(Way::rank);
    ways
}

/// The same ways with the bits of another model, whose comparisons have the same fields and rules.
pub(crate) fn reweighed(mut ways: Vec<Way>, weights: &Weights, rarest: impl Fn(usize, usize) -> f64) -> Vec<Way> {
    ways.iter_mut().for_each(|way| way.weigh(weights, &rarest));
    ways
}

impl Way {
    fn new(
        spec: &Spec,
        columns: &[Column],
        at: usize,
        weights: &Weights,
        rarest: &impl Fn(usize, usize) -> f64,
    ) -> Way {
        let mut way = Way {
            comparison: at,
            same: None,
            missing: None,
            differ: None,
            quick: None,
            alike: None,
            most: [0.0; 16],
            best: 0.0,
        };
        way.weigh(weights, rarest);
        let Some(comparison) = spec.comparisons.get(at) else {
            return way;
        };
        let exact_first = comparison.levels.first().is_some_and(|level| level.rule == Rule::Exact);
        let is_list = spec.fields.iter().any(|field| comparison.fields.contains(&field.name) && field.list.is_some());
        if comparison.fields.len() == 1 {
            way.same = exact_first.then_some(1);
            way.missing = (!comparison.levels.iter().any(|level| level.rule.sees_missing())).then_some(0);
            if exact_first && !is_list {
                let field = spec.fields.iter().position(|field| comparison.fields.contains(&field.name));
                let column = field.and_then(|field| columns.get(field));
                way.quick = column.and_then(|column| Quick::new(comparison, column));
                way.alike = column.and_then(|column| Alike::new(comparison, column));
            }
            way.differ = (exact_first && comparison.levels.len() == 2 && !is_list).then_some(2);
        }
        way
    }

    fn weigh(&mut self, weights: &Weights, rarest: &impl Fn(usize, usize) -> f64) {
        for (code, most) in self.most.iter_mut().enumerate() {
            let rarity = code.checked_sub(1).map_or(0.0, |level| rarest(self.comparison, level));
            *most = (weights.level(self.comparison, code) + rarity.max(0.0)) as f32;
        }
        self.best = self.most.iter().copied().fold(0.0, f32::max);
    }

    pub(super) fn comparison(&self) -> usize {
        self.comparison
    }

    /// The most bits that it can bring.
    pub(super) fn most(&self) -> f32 {
        self.best
    }

    fn rank(&self) -> u8 {
        match (self.differ, &self.quick, self.same) {
            (Some(_), _, _) => 0,
            (None, Some(_), _) => 1,
            (None, None, Some(_)) => 2,
            (None, None, None) => 3,
        }
    }

    pub(super) fn compare(
        &self,
        linker: &Linker,
        records: &[u32],
        numbers: &[u32],
        memo: &mut Memo,
        batch: &mut Vec<Candidate>,
        least: f32,
    ) {
        let shift = 4 * self.comparison;
        let see = |candidate: &mut Candidate, code: u8| {
            candidate.pattern |= u64::from(code) << shift;
            candidate.most += self.most.get(code as usize & 15).copied().unwrap_or(0.0) - self.best;
        };
        let number = |place: u16| numbers.get(place as usize).copied().unwrap_or(NONE);
        if let (Some(missing), Some(same), Some(differ)) = (self.missing, self.same, self.differ) {
            // Nothing to ask: no branches, which no processor could foretell.
            for candidate in batch.iter_mut() {
                let (one, other) = (number(candidate.left), number(candidate.right));
                let there = if one == other { same } else { differ };
                see(candidate, if one == NONE || other == NONE { missing } else { there });
            }
        } else {
            let record = |place: u16| records.get(place as usize).copied().unwrap_or_default();
            for candidate in batch.iter_mut() {
                let (one, other) = (number(candidate.left), number(candidate.right));
                let code = self.plain(one, other).unwrap_or_else(|| {
                    let (left, right) = (record(candidate.left), record(candidate.right));
                    memo.of(one, other, || linker.comparisons.code(self.comparison, &linker.columns, left, right))
                });
                see(candidate, code);
            }
        }
        if least > f32::NEG_INFINITY {
            batch.retain(|candidate| candidate.most >= least);
        }
    }

    /// What two numbers show, where that is quick to find out.
    fn plain(&self, one: u32, other: u32) -> Option<u8> {
        if one == NONE || other == NONE {
            self.missing
        } else if one == other {
            self.same
        } else if let Some(quick) = &self.quick {
            quick.code(one, other)
        } else if let Some(alike) = &self.alike {
            alike.code(one, other)
        } else {
            self.differ
        }
    }
}
