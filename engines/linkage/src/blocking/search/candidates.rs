//! Candidates: up to three keys of different fields together, with the pairs that they find. Nothing is compared for it.

use std::collections::{BTreeMap, BTreeSet};

use rayon::prelude::*;

use super::singles::Single;
use crate::{
    Linker,
    blocking::keys::{Keys, Part},
};

/// What finds less than this part of the budget need not be narrowed by one more key.
const NARROW: u64 = 32;
/// A further key must leave out a tenth of the pairs at least, or it is no use.
const NARROWS: f64 = 0.9;
/// Most candidates of three keys that are counted.
const MOST_OF_THREE: usize = 300;

/// A rule that could be chosen.
#[derive(Debug, Clone)]
pub(super) struct Candidate {
    /// Its keys, each as the bit of its number among the single keys.
    pub(super) keys: u128,
    /// Those, and what follows from them.
    pub(super) implied: u128,
    /// The number of the spec's own rule that it is.
    pub(super) own: Option<usize>,
    pub(super) pairs: u64,
    /// Records in the largest block.
    pub(super) largest: u64,
}

impl Candidate {
    /// Whether it finds pairs that share these keys.
    pub(super) fn finds(&self, shared: u128) -> bool {
        self.keys & !shared == 0
    }
}

/// The single keys of a set.
pub(super) fn members(singles: &[Single], keys: u128) -> impl Iterator<Item = &Single> {
    (0_u32..).zip(singles).filter(move |(at, _)| keys >> at & 1 == 1).map(|(_, single)| single)
}

/// The blocks' keys for a set of single keys.
pub(super) fn keys(singles: &[Single], keys: u128) -> Keys {
    let parts: Vec<&Part> = members(singles, keys).map(|single| &single.part).collect();
    Keys::new(String::new(), Vec::new(), &parts)
}

/// The spec's own rules, whatever they find, and all candidates within the budget that find anything. Also the one with the fewest pairs,
/// within the budget or not.
pub(super) fn all(linker: &Linker, singles: &[Single], budget: u64) -> (Vec<Candidate>, Option<(u128, u64)>) {
    let mut search =
        Search { singles, budget, all: pairs_of(linker.records()), known: BTreeMap::new(), broad: BTreeMap::new() };
    let numbers = 0..singles.len() as u32;
    let plain = |at: &u32| singles.get(*at as usize).is_some_and(|single| !single.is_hashed());
    search.count(numbers.clone().filter(plain).map(|at| 1 << at).collect());
    // What is not counted on its own is taken for as broad as a hundredth of all pairs.
    let hashed = numbers.filter(|at| !plain(at));
    search.broad.extend(hashed.map(|at| (1 << at, search.all / 100.0)));
    search.count_wider(2);
    search.count_wider(3);
    search.finish(linker)
}

fn pairs_of(records: usize) -> f64 {
    let records = records as f64;
    (records * (records - 1.0) / 2.0).max(1.0)
}

struct Search<'a> {
    singles: &'a [Single],
    budget: u64,
    /// All pairs of records.
    all: f64,
    /// Pairs and largest block of what was counted.
    known: BTreeMap<u128, (u64, u64)>,
    /// Pairs of what is worth narrowing, counted or estimated.
    broad: BTreeMap<u128, f64>,
}

impl Search<'_> {
    fn count(&mut self, sets: Vec<u128>) {
        let count = |set: &u128| {
            let blocks = keys(self.singles, *set).blocks(0, None);
            (*set, (blocks.pairs(), blocks.largest()))
        };
        let counted: Vec<(u128, (u64, u64))> = sets.par_iter().map(count).collect();
        for (set, (pairs, largest)) in counted {
            if pairs > self.budget / NARROW {
                self.broad.insert(set, pairs as f64);
            }
            self.known.insert(set, (pairs, largest));
        }
    }

    /// Counts sets of so many keys of which every smaller one is worth narrowing. Sets that would find too much if the fields were
    /// independent aren't counted but narrowed further: records that agree in one field are likelier to agree in another, not less likely.
    fn count_wider(&mut self, size: u32) {
        let mut wanted: Vec<(u64, u128)> = Vec::new();
        let narrower: BTreeSet<u128> = self.broad.keys().filter(|set| set.count_ones() == size - 1).copied().collect();
        let ones: Vec<u32> = (0..self.singles.len() as u32).filter(|at| self.broad.contains_key(&(1 << at))).collect();
        for set in &narrower {
            for at in ones.iter().filter(|at| set >> **at == 0) {
                let wide = set | 1 << at;
                if !self.may_stand_together(wide) || !parts(wide).all(|part| self.broad.contains_key(&part)) {
                    continue;
                }
                let of = |set: u128| self.broad.get(&set).copied().unwrap_or(self.all);
                let estimate = of(*set) * of(1 << at) / self.all;
                if estimate > self.budget as f64 {
                    self.broad.insert(wide, estimate);
                } else {
                    wanted.push((estimate as u64, wide));
                }
            }
        }
        // The broadest that fit find most.
        wanted.sort_unstable_by(|a, b| b.cmp(a));
        if size > 2 {
            wanted.truncate(MOST_OF_THREE);
        }
        self.count(wanted.into_iter().map(|(_, set)| set).collect());
    }

    fn may_stand_together(&self, set: u128) -> bool {
        let fields: BTreeSet<usize> = members(self.singles, set).map(|single| single.field).collect();
        let hashed = members(self.singles, set).filter(|single| single.is_hashed()).count();
        let firm = members(self.singles, set).filter(|single| single.is_firm()).count();
        fields.len() == set.count_ones() as usize && (hashed == 0 || hashed == 1 && firm == 1 && fields.len() == 2)
    }

    /// Whether the last key added to any part of it leaves out pairs.
    fn is_narrower(&self, set: u128, pairs: u64) -> bool {
        let worth = |part: u128| self.known.get(&part).is_none_or(|(more, _)| pairs as f64 <= *more as f64 * NARROWS);
        set.count_ones() < 2 || parts(set).all(worth)
    }

    fn finish(self, linker: &Linker) -> (Vec<Candidate>, Option<(u128, u64)>) {
        let number = |key: &crate::Expression| self.singles.iter().position(|single| single.expression == *key);
        let set = |rule: &crate::BlockingRule| {
            let numbers: Option<Vec<usize>> = rule.keys.iter().map(number).collect();
            numbers.map(|numbers| numbers.into_iter().fold(0, |set, at| set | 1 << at))
        };
        let rules = linker.spec().blocking.iter().enumerate();
        let own: Vec<(usize, u128)> = rules.filter_map(|(at, rule)| Some((at, set(rule)?))).collect();
        let counted = |(at, set): &(usize, u128)| {
            let (pairs, largest) = self.known.get(set).copied().unwrap_or_else(|| {
                let blocks = keys(self.singles, *set).blocks(0, None);
                (blocks.pairs(), blocks.largest())
            });
            self.candidate(*set, Some(*at), pairs, largest)
        };
        let mut candidates: Vec<Candidate> = own.par_iter().map(counted).collect();
        let found =
            self.known.iter().filter(|(set, (pairs, _))| *pairs > 0 && !own.iter().any(|(_, known)| known == *set));
        let fits = found.clone().filter(|(set, (pairs, _))| *pairs <= self.budget && self.is_narrower(**set, *pairs));
        candidates.extend(fits.map(|(set, (pairs, largest))| self.candidate(*set, None, *pairs, *largest)));
        let beyond = found.map(|(set, (pairs, _))| (*set, *pairs)).min_by_key(|(set, pairs)| (*pairs, *set));
        (candidates, beyond)
    }

    fn candidate(&self, keys: u128, own: Option<usize>, pairs: u64, largest: u64) -> Candidate {
        let implied = members(self.singles, keys).fold(keys, |set, single| set | single.implies);
        Candidate { keys, implied, own, pairs, largest }
    }
}

/// A set without one of its keys, for each of them.
fn parts(set: u128) -> impl Iterator<Item = u128> {
    (0..u128::BITS).filter(move |at| set >> at & 1 == 1).map(move |at| set & !(1 << at))
}
