//! Evidence: pairs drawn from every candidate, and which of them are likely matches.

use std::collections::BTreeMap;

use rayon::prelude::*;

use super::{
    candidates::{Candidate, keys},
    singles::Single,
};
use crate::{Linker, bits, probability, sample::mix};

/// Most pairs that are compared.
const DRAWN: u64 = 300_000;

/// A pair of this probability counts even where review begins later: rules are for finding, thresholds for deciding.
const LEAST: f64 = 0.05;

/// Likely matches, by the single keys that they share.
#[derive(Debug, Default)]
pub(super) struct Evidence {
    pub(super) groups: Vec<Group>,
    /// Different pairs that were compared.
    pub(super) compared: u64,
    /// Likely matches that any candidate finds, estimated.
    pub(super) likely: f64,
}

/// Likely matches that share the same keys.
#[derive(Debug, Clone, Copy)]
pub(super) struct Group {
    pub(super) shared: u128,
    /// How many there are, estimated.
    pub(super) likely: f64,
    /// The square of the estimate's standard error.
    pub(super) doubt: f64,
}

/// What was drawn of pairs that share the same keys: sums over the likely ones.
#[derive(Debug, Clone, Copy, Default)]
struct Drawn {
    probability: f64,
    /// Probability times how often the pair was drawn, and the square of that.
    hits: f64,
    squares: f64,
}

impl Evidence {
    pub(super) fn gather(linker: &Linker, order: &[u32], singles: &[Single], candidates: &[Candidate]) -> Evidence {
        let numbers = shared_out(candidates);
        let mut pairs: Vec<(u32, u32)> = candidates
            .par_iter()
            .zip(&numbers)
            .map(|(candidate, number)| draw(singles, candidate, *number))
            .collect::<Vec<_>>()
            .concat();
        pairs.par_sort_unstable();
        let pairs: Vec<(u32, u32, u32)> = pairs
            .chunk_by(|a, b| a == b)
            .filter_map(|same| Some((same.first()?.0, same.first()?.1, same.len() as u32)))
            .collect();
        let least = bits(linker.spec().thresholds.review.min(LEAST));
        let record = |place: u32| order.get(place as usize).copied().unwrap_or_default();
        let likely = |(left, right, hits): &(u32, u32, u32)| {
            let (one, other) = (record(*left), record(*right));
            let weight = if linker.comparable(one, other) { linker.weight(one, other) } else { f64::NEG_INFINITY };
            (weight >= least).then(|| (shared(singles, *left, *right), probability(weight), f64::from(*hits)))
        };
        let compared = pairs.len() as u64;
        let likely: Vec<(u128, f64, f64)> = pairs.par_iter().filter_map(likely).collect();
        let mut by_keys: BTreeMap<u128, Drawn> = BTreeMap::new();
        for (shared, probability, hits) in likely {
            let drawn = by_keys.entry(shared).or_default();
            drawn.probability += probability;
            drawn.hits += probability * hits;
            drawn.squares += (probability * hits).powi(2);
        }
        let groups: Vec<Group> =
            by_keys.into_iter().map(|(shared, drawn)| drawn.estimate(shared, candidates, &numbers)).collect();
        Evidence { compared, likely: groups.iter().map(|group| group.likely).sum(), groups }
    }
}

impl Drawn {
    /// A pair that a candidate of which all pairs were drawn finds is there once, for certain. Any other stands for as many as it was
    /// likely to be drawn by all candidates that find it together (a multiplicity estimator; Mecatti 2007).
    fn estimate(self, shared: u128, candidates: &[Candidate], numbers: &[u64]) -> Group {
        let find = || candidates.iter().zip(numbers).filter(|(candidate, _)| candidate.finds(shared));
        if find().any(|(candidate, number)| candidate.pairs <= *number) {
            return Group { shared, likely: self.probability, doubt: 0.0 };
        }
        let expected: f64 = find().map(|(candidate, number)| *number as f64 / candidate.pairs as f64).sum();
        let weight = 1.0 / expected.max(f64::MIN_POSITIVE);
        Group { shared, likely: self.hits * weight, doubt: self.squares * weight * weight }
    }
}

/// How many pairs of each candidate are drawn: as many of each, and what some don't have is for the others.
fn shared_out(candidates: &[Candidate]) -> Vec<u64> {
    let mut numbers = vec![0; candidates.len()];
    let mut by_pairs: Vec<(u64, usize)> =
        candidates.iter().enumerate().map(|(at, candidate)| (candidate.pairs, at)).collect();
    by_pairs.sort_unstable();
    let mut left = DRAWN;
    let mut waiting = candidates.len() as u64;
    for (pairs, at) in by_pairs {
        let own = pairs.min(left / waiting.max(1));
        if let Some(number) = numbers.get_mut(at) {
            *number = own;
        }
        left -= own;
        waiting -= 1;
    }
    numbers
}

/// Places in the order of records: so many of a candidate's pairs, or all that it has.
fn draw(singles: &[Single], candidate: &Candidate, number: u64) -> Vec<(u32, u32)> {
    if number == 0 {
        return Vec::new();
    }
    let keys = keys(singles, candidate.keys);
    let blocks = keys.blocks(0, None);
    // Where records have several keys, two may meet in several blocks and count in the first.
    let first = |(left, right, combination): (u32, u32, u32)| {
        let counts = keys.plain().is_some() || keys.first_shared(left, right) == Some(combination);
        counts.then_some((left.min(right), left.max(right)))
    };
    if candidate.pairs <= number {
        return blocks.every().filter_map(first).collect();
    }
    let mut sum = 0;
    let ends: Vec<u64> = blocks
        .blocks
        .iter()
        .map(|block| {
            sum += block.pairs();
            sum
        })
        .collect();
    let seed = mix(candidate.keys as u64 ^ mix((candidate.keys >> 64) as u64));
    let draw = |at: u64| {
        let dice = |n: u64| mix(seed ^ mix(3 * at + n));
        let number = ((u128::from(dice(0)) * u128::from(sum)) >> 64) as u64;
        first(blocks.draw(&ends, number, [dice(1), dice(2)])?)
    };
    (0..number).filter_map(draw).collect()
}

fn shared(singles: &[Single], left: u32, right: u32) -> u128 {
    (0_u32..).zip(singles).filter(|(_, single)| single.agree(left, right)).fold(0, |set, (at, _)| set | 1 << at)
}
