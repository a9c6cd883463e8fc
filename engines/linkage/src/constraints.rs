//! Joins records over links while keeping forbidden pairs in different clusters.
//!
//! Where plain connected components would hold a forbidden pair, that component is built anew from its heaviest links down. Links
//! of equal weight are taken together, and all of those that would bring a forbidden pair into one cluster are refused
//! together: so neither the order of records nor of links decides which one wins.

use std::collections::HashMap;

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

/// Joins `records` records over `edges`. Gives the sets and, for each edge, whether it was refused.
pub(crate) fn join(records: usize, edges: &[Edge], forbidden: &[(u32, u32)]) -> (Sets, Vec<bool>) {
    let mut plain = Sets::new(records);
    for edge in edges {
        plain.join(edge.left, edge.right);
    }
    let mut refused = vec![false; edges.len()];
    let mut conflicts: HashMap<u32, Vec<(u32, u32)>> = HashMap::new();
    for (a, b) in forbidden {
        let (set, other) = (plain.of(*a), plain.of(*b));
        if set == other {
            conflicts.entry(set).or_default().push((*a, *b));
        }
    }
    if conflicts.is_empty() {
        return (plain, refused);
    }
    let mut sets = Sets::new(records);
    let mut contested: HashMap<u32, Vec<usize>> = HashMap::new();
    for (number, edge) in edges.iter().enumerate() {
        let set = plain.of(edge.left);
        if conflicts.contains_key(&set) {
            contested.entry(set).or_default().push(number);
        } else {
            sets.join(edge.left, edge.right);
        }
    }
    // Components don't touch each other, so the order of this loop can't show.
    for (set, mut numbers) in contested {
        let weight = |number: &usize| edges.get(*number).map_or(0.0, |edge| edge.weight);
        numbers.sort_by(|a, b| weight(b).total_cmp(&weight(a)));
        let apart = conflicts.get(&set).map_or(&[][..], Vec::as_slice);
        for tied in numbers.chunk_by(|a, b| weight(a) == weight(b)) {
            join_tied(&mut sets, edges, tied, apart, &mut refused);
        }
    }
    for (edge, refused) in edges.iter().zip(&mut refused) {
        // Heavier or lighter links may have brought the two together after all.
        *refused &= sets.of(edge.left) != sets.of(edge.right);
    }
    (sets, refused)
}

/// Joins links of equal weight, but for groups of them that would bring a forbidden pair together.
fn join_tied(sets: &mut Sets, edges: &[Edge], tied: &[usize], apart: &[(u32, u32)], refused: &mut [bool]) {
    let mut names: HashMap<u32, u32> = HashMap::new();
    let mut ends = Vec::with_capacity(tied.len());
    for number in tied {
        let Some(edge) = edges.get(*number) else {
            continue;
        };
        let mut name = |record| {
            let next = names.len() as u32;
            *names.entry(sets.of(record)).or_insert(next)
        };
        ends.push((*number, name(edge.left), name(edge.right)));
    }
    let mut trial = Sets::new(names.len());
    for (_, a, b) in &ends {
        trial.join(*a, *b);
    }
    let mut spoilt = vec![false; names.len()];
    for (a, b) in apart {
        if let (Some(a), Some(b)) = (names.get(&sets.of(*a)), names.get(&sets.of(*b))) {
            let (a, b) = (trial.of(*a), trial.of(*b));
            if let Some(spoilt) = spoilt.get_mut(a as usize).filter(|_| a == b) {
                *spoilt = true;
            }
        }
    }
    for (number, a, _) in ends {
        let spoilt = spoilt.get(trial.of(a) as usize).copied().unwrap_or(false);
        if spoilt {
            if let Some(refused) = refused.get_mut(number) {
                *refused = true;
            }
        } else if let Some(edge) = edges.get(number) {
            sets.join(edge.left, edge.right);
        }
    }
}
