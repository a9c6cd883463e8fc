//! Joins records over links while keeping forbidden pairs in different clusters, and records of one source that holds nobody twice.
//!
//! Where plain connected components would hold such a pair, that component is built anew from its heaviest links down. Links
//! of equal weight are taken together, and all of those that would bring a forbidden pair into one cluster are refused
//! together: so neither the order of records nor of links decides which one wins.

use std::collections::{HashMap, HashSet};

/// A link between two records.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Edge {
    pub(crate) left: u32,
    pub(crate) right: u32,
    /// Bits; infinite for a pair that a person required.
    pub(crate) weight: f64,
}

/// Disjoint sets of numbers, each known by its smallest member.
#[derive(Debug, Clone)]
pub(crate) struct Sets {
    parent: Vec<u32>,
}

impl Sets {
    pub(crate) fn new(size: usize) -> Sets {
        Sets { parent: (0..size as u32).collect() }
    }

    /// The smallest member of the set of `member`.
    pub(crate) fn of(&mut self, member: u32) -> u32 {
        let mut at = member;
        loop {
            let above = self.above(at);
            if above == at {
                return at;
            }
            let next = self.above(above);
            if let Some(parent) = self.parent.get_mut(at as usize) {
                *parent = next;
            }
            at = next;
        }
    }

    fn above(&self, member: u32) -> u32 {
        self.parent.get(member as usize).copied().unwrap_or(member)
    }

    /// Joins two sets; the smaller name stays. Path halving alone keeps this at O(log n) amortised.
    pub(crate) fn join(&mut self, a: u32, b: u32) {
        let (a, b) = (self.of(a), self.of(b));
        if let Some(parent) = self.parent.get_mut(a.max(b) as usize) {
            *parent = a.min(b);
        }
    }
}

/// What a cluster must not hold.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Never<'a> {
    /// Pairs that a person kept apart.
    pub(crate) forbidden: &'a [(u32, u32)],
    /// For each record its source, where that holds nobody twice. A pair that a person required goes before it.
    pub(crate) duplicate_free: Option<&'a [Option<u16>]>,
}

/// Joins `records` records over `edges`. Gives the sets and, for each edge, whether it was refused.
pub(crate) fn join(records: usize, edges: &[Edge], never: Never) -> (Sets, Vec<bool>) {
    let mut plain = Sets::new(records);
    for edge in edges {
        plain.join(edge.left, edge.right);
    }
    let conflicts = never.conflicts(&mut plain);
    if conflicts.is_empty() {
        return (plain, vec![false; edges.len()]);
    }
    let refused = vec![false; edges.len()];
    let mut joining = Joining { sets: Sets::new(records), edges, never, held: HashMap::new(), refused };
    let mut contested: HashMap<u32, Vec<usize>> = HashMap::new();
    for (number, edge) in edges.iter().enumerate() {
        let set = plain.of(edge.left);
        if conflicts.contains_key(&set) {
            contested.entry(set).or_default().push(number);
        } else {
            joining.sets.join(edge.left, edge.right);
        }
    }
    // Components don't touch each other, so the order of this loop can't show.
    for (set, mut numbers) in contested {
        let weight = |number: &usize| edges.get(*number).map_or(0.0, |edge| edge.weight);
        numbers.sort_by(|a, b| weight(b).total_cmp(&weight(a)));
        let apart = conflicts.get(&set).map_or(&[][..], Vec::as_slice);
        for tied in numbers.chunk_by(|a, b| weight(a) == weight(b)) {
            joining.tied(tied, apart, weight(tied.first().unwrap_or(&usize::MAX)).is_infinite());
        }
    }
    let Joining { mut sets, mut refused, .. } = joining;
    for (edge, refused) in edges.iter().zip(&mut refused) {
        // Heavier or lighter links may have brought the two together after all.
        *refused &= sets.of(edge.left) != sets.of(edge.right);
    }
    (sets, refused)
}

impl Never<'_> {
    /// The sets that hold what they must not, with the forbidden pairs in each.
    fn conflicts(&self, sets: &mut Sets) -> HashMap<u32, Vec<(u32, u32)>> {
        let mut conflicts: HashMap<u32, Vec<(u32, u32)>> = HashMap::new();
        for (a, b) in self.forbidden {
            let (set, other) = (sets.of(*a), sets.of(*b));
            if set == other {
                conflicts.entry(set).or_default().push((*a, *b));
            }
        }
        let sources = self.duplicate_free.unwrap_or_default();
        let mut held: Vec<(u32, u16)> =
            (0_u32..).zip(sources).filter_map(|(record, source)| Some((sets.of(record), (*source)?))).collect();
        held.sort_unstable();
        for (one, other) in held.iter().zip(held.iter().skip(1)) {
            if one == other {
                conflicts.entry(one.0).or_default();
            }
        }
        conflicts
    }

    fn source(&self, record: u32) -> Option<u16> {
        self.duplicate_free.and_then(|sources| sources.get(record as usize)).copied().flatten()
    }
}

/// Joins links from the heaviest down.
struct Joining<'a> {
    sets: Sets,
    edges: &'a [Edge],
    never: Never<'a>,
    /// The duplicate-free sources of the sets that were joined, by the sets' names.
    held: HashMap<u32, Vec<u16>>,
    refused: Vec<bool>,
}

impl Joining<'_> {
    /// Joins links of equal weight, but for those that can't hold, rivals of which only one could, and groups of the rest of which not all
    /// can. `apart` are the forbidden pairs about them; required links hold whatever their sources.
    fn tied(&mut self, tied: &[usize], apart: &[(u32, u32)], required: bool) {
        let apart: HashSet<(u32, u32)> =
            apart.iter().map(|(a, b)| ordered(self.sets.of(*a), self.sets.of(*b))).collect();
        let mut ends = Vec::with_capacity(tied.len());
        for number in tied {
            let Some(edge) = self.edges.get(*number) else { continue };
            let (one, other) = ordered(self.sets.of(edge.left), self.sets.of(edge.right));
            let impossible = apart.contains(&(one, other)) || !required && self.share_a_source([one, other]);
            if one != other && impossible {
                self.refuse(*number);
            } else if one != other {
                ends.push((*number, one, other));
            }
        }
        let rivals = self.rivals(&ends, &apart, required);
        let (rivals, ends): (Vec<_>, Vec<_>) = ends.into_iter().partition(|(number, ..)| rivals.contains(number));
        rivals.iter().for_each(|(number, ..)| self.refuse(*number));
        let mut names: HashMap<u32, u32> = HashMap::new();
        for set in ends.iter().flat_map(|(_, one, other)| [*one, *other]) {
            let next = names.len() as u32;
            names.entry(set).or_insert(next);
        }
        let name = |set: &u32| names.get(set).copied().unwrap_or_default();
        let mut trial = Sets::new(names.len());
        ends.iter().for_each(|(_, one, other)| trial.join(name(one), name(other)));
        let spoilt = self.spoilt(&names, &mut trial, &apart, required);
        for (number, one, _) in &ends {
            if spoilt.contains(&trial.of(name(one))) {
                self.refuse(*number);
            } else {
                self.unite(*number);
            }
        }
    }

    /// Links from one set to two others that can't be in one cluster.
    fn rivals(&self, ends: &[(usize, u32, u32)], apart: &HashSet<(u32, u32)>, required: bool) -> HashSet<usize> {
        let mut next: HashMap<u32, HashMap<u32, Vec<usize>>> = HashMap::new();
        for (number, one, other) in ends {
            next.entry(*one).or_default().entry(*other).or_default().push(*number);
            next.entry(*other).or_default().entry(*one).or_default().push(*number);
        }
        let mut partners: HashMap<u32, Vec<u32>> = HashMap::new();
        for (a, b) in apart {
            partners.entry(*a).or_default().push(*b);
            partners.entry(*b).or_default().push(*a);
        }
        let mut rivals = HashSet::new();
        for sets in next.values().filter(|sets| sets.len() > 1) {
            let mut by_source: HashMap<u16, Vec<u32>> = HashMap::new();
            for set in sets.keys().filter(|_| !required) {
                self.sources_of(*set, |source| by_source.entry(source).or_default().push(*set));
            }
            let shared = by_source.into_values().filter(|sharing| sharing.len() > 1).flatten();
            let forbidden = sets.keys().filter_map(|set| partners.get(set)).flatten().copied();
            let odd = shared.chain(forbidden);
            rivals.extend(odd.filter_map(|set| sets.get(&set)).flatten());
        }
        rivals
    }

    /// The groups that would hold what they must not.
    fn spoilt(
        &self,
        names: &HashMap<u32, u32>,
        trial: &mut Sets,
        apart: &HashSet<(u32, u32)>,
        required: bool,
    ) -> HashSet<u32> {
        let mut spoilt = HashSet::new();
        for (a, b) in apart {
            if let (Some(a), Some(b)) = (names.get(a), names.get(b))
                && trial.of(*a) == trial.of(*b)
            {
                spoilt.insert(trial.of(*a));
            }
        }
        if self.never.duplicate_free.is_some() && !required {
            let mut groups: HashMap<u32, Vec<u32>> = HashMap::new();
            for (set, name) in names {
                groups.entry(trial.of(*name)).or_default().push(*set);
            }
            spoilt.extend(
                groups
                    .into_iter()
                    .filter(|(_, sets)| self.share_a_source(sets.iter().copied()))
                    .map(|(group, _)| group),
            );
        }
        spoilt
    }

    /// Whether two of these sets hold a record of one duplicate-free source.
    fn share_a_source(&self, sets: impl IntoIterator<Item = u32>) -> bool {
        let (mut seen, mut twice) = (HashSet::new(), false);
        for set in sets {
            self.sources_of(set, |source| twice |= !seen.insert(source));
        }
        twice
    }

    /// The duplicate-free sources that a set holds, each once.
    fn sources_of(&self, set: u32, mut tell: impl FnMut(u16)) {
        match self.held.get(&set) {
            Some(sources) => sources.iter().copied().for_each(tell),
            None => self.never.source(set).into_iter().for_each(&mut tell),
        }
    }

    fn refuse(&mut self, number: usize) {
        if let Some(refused) = self.refused.get_mut(number) {
            *refused = true;
        }
    }

    fn unite(&mut self, number: usize) {
        let Some(edge) = self.edges.get(number) else { return };
        let (one, other) = ordered(self.sets.of(edge.left), self.sets.of(edge.right));
        if one == other {
            return;
        }
        if self.never.duplicate_free.is_some() {
            let mut held = Vec::new();
            self.sources_of(one, |source| held.push(source));
            self.sources_of(other, |source| held.push(source));
            held.sort_unstable();
            held.dedup();
            self.held.remove(&other);
            self.held.insert(one, held);
        }
        self.sets.join(one, other);
    }
}

fn ordered(a: u32, b: u32) -> (u32, u32) {
    (a.min(b), a.max(b))
}

#[cfg(test)]
mod tests;
