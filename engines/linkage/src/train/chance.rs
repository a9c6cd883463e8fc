//! Chance agreement: how often each level shows among all pairs there could be. Counted from values where that can be done exactly,
//! otherwise among pairs drawn at random.

use super::report::Basis;
use crate::{Comparison, Error, Linker, Pattern, Spec, column::NONE, compare::Comparisons, frequency::combine};

/// Most pairs of different values that are compared to count a comparison's levels exactly.
const MOST_VALUE_PAIRS: u64 = 1_000_000;

/// How often a comparison's levels show among all pairs.
#[derive(Debug, Clone)]
pub(super) struct Chance {
    /// Pairs that show any level, in which there is something to compare.
    pub(super) pairs: f64,
    /// The share of each level among those. Never 0.
    pub(super) levels: Vec<f64>,
    /// Where each comes from.
    pub(super) basis: Vec<Basis>,
    /// Whether each was seen at all, so that its share is more than smoothing.
    pub(super) seen: Vec<bool>,
}

/// Pairs that belong to the kind of linking, of `records` records by source.
pub(super) fn all_pairs(linker: &Linker) -> f64 {
    let records: Vec<u32> = (0..linker.records() as u32).collect();
    pairs_within(linker, &records)
}

/// Pairs among these records, those of one source left out where the linker leaves them out.
fn pairs_within(linker: &Linker, records: &[u32]) -> f64 {
    let pairs = |count: u64| (u128::from(count) * u128::from(count.saturating_sub(1)) / 2) as f64;
    let Some(sources) = linker.sources_apart() else {
        return pairs(records.len() as u64);
    };
    let mut of: Vec<u16> = records.iter().filter_map(|record| sources.get(*record as usize)).copied().collect();
    of.sort_unstable();
    pairs(of.len() as u64) - of.chunk_by(|a, b| a == b).map(|source| pairs(source.len() as u64)).sum::<f64>()
}

/// The chances of every comparison. `sample` are patterns of pairs drawn at random.
pub(super) fn chances(linker: &Linker, sample: &[(Pattern, u64)], smoothing: f64) -> Result<Vec<Chance>, Error> {
    let all = all_pairs(linker);
    let each = |(at, comparison): (usize, &Comparison)| {
        let drawn = Drawn::of(sample, at, comparison.levels.len());
        if let Some(exact) = by_values(linker, comparison, smoothing)? {
            return Ok(exact);
        }
        let exact = first_level(linker, comparison);
        Ok(drawn.chance(all, exact, smoothing))
    };
    linker.spec().comparisons.iter().enumerate().map(each).collect()
}

/// One comparison's levels among the pairs drawn.
struct Drawn {
    pairs: f64,
    levels: Vec<f64>,
}

impl Drawn {
    fn of(sample: &[(Pattern, u64)], at: usize, levels: usize) -> Drawn {
        let mut drawn = Drawn { pairs: 0.0, levels: vec![0.0; levels] };
        for (pattern, count) in sample {
            drawn.pairs += *count as f64;
            if let Some(level) = pattern.level(at).and_then(|level| drawn.levels.get_mut(level)) {
                *level += *count as f64;
            }
        }
        drawn
    }

    /// With the pairs that show the first level, where they could be counted, and the pairs that show any.
    fn chance(&self, all: f64, first: Option<First>, smoothing: f64) -> Chance {
        let shown: f64 = self.levels.iter().sum();
        let pairs = match &first {
            Some(First { of: Some(of), .. }) => *of,
            _ if self.pairs > 0.0 => all * shown / self.pairs,
            _ => 0.0,
        };
        let levels = self.levels.len() as f64;
        let Some(first) = first.filter(|_| pairs > 0.0) else {
            let share = |count: &f64| (count + smoothing) / (shown + smoothing * levels);
            return Chance {
                pairs,
                levels: self.levels.iter().map(share).collect(),
                basis: vec![if shown > 0.0 { Basis::RandomPairs } else { Basis::Nothing }; self.levels.len()],
                seen: self.levels.iter().map(|count| *count > 0.0).collect(),
            };
        };
        let exact = ((first.agree + smoothing) / (pairs + smoothing * levels)).min(1.0 - 1e-9);
        let others = self.levels.iter().skip(1);
        let rest: f64 = others.clone().sum::<f64>() + smoothing * (levels - 1.0);
        let share = |count: &f64| (1.0 - exact) * (count + smoothing) / rest;
        let basis = if shown > 0.0 { Basis::RandomPairs } else { Basis::Nothing };
        Chance {
            pairs,
            levels: std::iter::once(exact).chain(others.map(share)).collect(),
            basis: std::iter::once(Basis::Values).chain(self.levels.iter().skip(1).map(|_| basis)).collect(),
            seen: std::iter::once(first.agree > 0.0)
                .chain(self.levels.iter().skip(1).map(|count| *count > 0.0))
                .collect(),
        }
    }
}

/// What values alone say about a first level that asks for nothing but equal values.
struct First {
    /// Pairs that show it.
    agree: f64,
    /// Pairs that show any level, where values alone say so.
    of: Option<f64>,
}

fn first_level(linker: &Linker, comparison: &Comparison) -> Option<First> {
    let first = comparison.levels.first().filter(|level| level.rule.only_exact())?;
    let exact = first.rule.exact_fields(&comparison.fields);
    if has_list(linker.spec(), &comparison.fields) {
        return None; // Lists agree on any of their values: their numbers don't say which.
    }
    // A level shows only where none of the comparison's fields is missing.
    let whole = numbers(linker, &comparison.fields)?;
    let equal = numbers(linker, &exact)?;
    let mut groups: Vec<(u32, u32)> = equal
        .iter()
        .zip(&whole)
        .zip(0_u32..)
        .filter(|((_, whole), _)| **whole != NONE)
        .map(|((equal, _), record)| (*equal, record))
        .collect();
    groups.sort_unstable();
    let records = |group: &[(u32, u32)]| group.iter().map(|(_, record)| *record).collect::<Vec<_>>();
    let agree = groups.chunk_by(|a, b| a.0 == b.0).map(|group| pairs_within(linker, &records(group))).sum();
    let sees_missing = comparison.levels.iter().any(|level| level.rule.sees_missing());
    Some(First { agree, of: (!sees_missing).then(|| pairs_within(linker, &records(&groups))) })
}

fn has_list(spec: &Spec, fields: &[String]) -> bool {
    spec.fields.iter().any(|field| field.list.is_some() && fields.contains(&field.name))
}

/// For each record the number of its combination of values, [`NONE`] where one is missing.
fn numbers(linker: &Linker, fields: &[String]) -> Option<Vec<u32>> {
    let column = |name: &String| {
        let at = linker.spec().fields.iter().position(|field| field.name == *name)?;
        linker.columns.get(at).map(|column| column.ids.as_slice())
    };
    Some(combine(&fields.iter().map(column).collect::<Option<Vec<_>>>()?))
}

/// Compares every value with every other, where there are few enough. `None` where there are not.
fn by_values(linker: &Linker, comparison: &Comparison, smoothing: f64) -> Result<Option<Chance>, Error> {
    let sees_missing = comparison.levels.iter().any(|level| level.rule.sees_missing());
    if sees_missing || linker.sources_apart().is_some() {
        return Ok(None);
    }
    let Some(numbers) = numbers(linker, &comparison.fields) else { return Ok(None) };
    // For each combination of values one record that has it, and how many do.
    let mut groups: Vec<(u32, u32)> =
        numbers.iter().copied().zip(0_u32..).filter(|(number, _)| *number != NONE).collect();
    groups.sort_unstable();
    let values: Vec<(u32, f64)> =
        groups.chunk_by(|a, b| a.0 == b.0).filter_map(|group| Some((group.first()?.1, group.len() as f64))).collect();
    let distinct = values.len() as u64;
    if distinct == 0 || distinct * (distinct + 1) / 2 > MOST_VALUE_PAIRS {
        return Ok(None);
    }
    let only = Spec { comparisons: vec![comparison.clone()], ..linker.spec().clone() };
    let compare = Comparisons::new(&only)?;
    // Whole numbers of pairs add up alike in any order, so the order of records can't show.
    let mut counts = vec![0.0; comparison.levels.len()];
    let mut pairs = 0.0;
    for (at, (one, count)) in values.iter().enumerate() {
        for (other, others) in values.iter().skip(at) {
            let number = if one == other { count * (count - 1.0) / 2.0 } else { count * others };
            // Records that hold the same stand for each other.
            let shown = compare.pattern(&linker.columns, *one, *other).level(0);
            if let Some(level) = shown.and_then(|level| counts.get_mut(level)) {
                *level += number;
                pairs += number;
            }
        }
    }
    let total = pairs + smoothing * counts.len() as f64;
    Ok(Some(Chance {
        pairs,
        levels: counts.iter().map(|count| (count + smoothing) / total).collect(),
        basis: vec![Basis::Values; counts.len()],
        seen: counts.iter().map(|count| *count > 0.0).collect(),
    }))
}
