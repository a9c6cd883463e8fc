//! Correlation clustering: groups join where the pairs between them bear it out on the whole.
//!
//! Bansal, Blum and Chawla (2004) ask for the clusters that agree best with what pairs say for and against each other. As that can't be
//! found in good time, this joins greedily: Keuper, Levinkov, Bonneel, Lavoué, Brox and Andres, "Efficient decomposition of image and
//! mesh graphs by lifted multicuts" (ICCV 2015), algorithm 1, greedy additive edge contraction. Every record begins on its own; the two
//! groups with the largest sum over the pairs between them join, while that sum is above 0.
//!
//! A pair counts by the bits of its weight above or below the link threshold, at most [`MOST_BITS`] either way, so that one pair does
//! not outvote all others. All pairs of a component are compared, also those that no blocking rule finds. Pairs of one source that
//! are never compared ([`crate::LinkType::LinkOnly`]) count 0. Sums are whole numbers, and groups whose sums are equally large join all
//! together or not at all, so that the order of records can't show.

use crate::constraints::Sets;

/// Most bits that one pair counts.
pub(super) const MOST_BITS: f64 = 20.0;
/// Counted in whole numbers of this part of a bit.
const SCALE: f64 = 65_536.0;
/// Of a forbidden pair: no sum comes near it.
const NEVER: i64 = i64::MIN / 4;

/// What a pair says for its records being in one cluster.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Say(i64);

impl Say {
    pub(super) const NOTHING: Say = Say(0);
    pub(super) const NEVER: Say = Say(NEVER);

    /// Of bits above the link threshold.
    pub(super) fn of(bits: f64) -> Say {
        Say((bits.clamp(-MOST_BITS, MOST_BITS) * SCALE).round() as i64)
    }
}

/// Groups that are being joined, each known by its smallest member.
struct Groups {
    size: usize,
    /// Between two groups, by `one * size + other`.
    between: Vec<i64>,
    /// Pairs of groups that were held against each other and can't join as they are.
    parked: Vec<bool>,
    /// For each group the most that lies between it and another.
    best: Vec<i64>,
    there: Vec<bool>,
}

/// Joins members of `sets`, numbered from 0, by what is said of each pair.
pub(super) fn join(sets: &mut Sets, size: usize, say: impl Fn(u32, u32) -> Say) {
    let mut groups = Groups::new(sets, size, say);
    while let Some(tied) = groups.largest() {
        for group in together(&tied, size) {
            match group.split_first() {
                Some((first, rest)) if groups.agree(&group) => {
                    for other in rest {
                        sets.join(*first, *other);
                        groups.join(*first as usize, *other as usize);
                    }
                }
                _ => groups.park(&tied, &group),
            }
        }
    }
}

/// Members that these pairs join, group by group, each in order.
fn together(pairs: &[(u32, u32)], size: usize) -> Vec<Vec<u32>> {
    let mut sets = Sets::new(size);
    pairs.iter().for_each(|(one, other)| sets.join(*one, *other));
    let mut members: Vec<u32> = pairs.iter().flat_map(|(one, other)| [*one, *other]).collect();
    members.sort_unstable_by_key(|member| (sets.of(*member), *member));
    members.dedup();
    members.chunk_by(|a, b| sets.of(*a) == sets.of(*b)).map(<[u32]>::to_vec).collect()
}

impl Groups {
    fn new(sets: &mut Sets, size: usize, say: impl Fn(u32, u32) -> Say) -> Groups {
        let of: Vec<usize> = (0..size as u32).map(|member| sets.of(member) as usize).collect();
        let there = of.iter().enumerate().map(|(at, group)| at == *group).collect();
        let mut groups = Groups {
            size,
            between: vec![0; size * size],
            parked: vec![false; size * size],
            best: vec![0; size],
            there,
        };
        for (one, a) in of.iter().enumerate() {
            for (other, b) in of.iter().enumerate().skip(one + 1) {
                if a != b {
                    let sum = plus(groups.between(*a, *b), say(one as u32, other as u32).0);
                    groups.set(*a, *b, sum, false);
                }
            }
        }
        (0..size).for_each(|group| groups.find_best(group));
        groups
    }

    fn between(&self, one: usize, other: usize) -> i64 {
        self.between.get(one * self.size + other).copied().unwrap_or(0)
    }

    fn is_parked(&self, one: usize, other: usize) -> bool {
        self.parked.get(one * self.size + other).copied().unwrap_or(true)
    }

    fn set(&mut self, one: usize, other: usize, sum: i64, park: bool) {
        for at in [one * self.size + other, other * self.size + one] {
            if let (Some(between), Some(parked)) = (self.between.get_mut(at), self.parked.get_mut(at)) {
                (*between, *parked) = (sum, park);
            }
        }
    }

    fn others(&self, group: usize) -> impl Iterator<Item = usize> + '_ {
        self.there.iter().enumerate().filter(move |(at, there)| **there && *at != group).map(|(at, _)| at)
    }

    fn find_best(&mut self, group: usize) {
        let open = self.others(group).filter(|other| !self.is_parked(group, *other));
        let most = open.map(|other| self.between(group, other)).max().unwrap_or(0);
        if let Some(best) = self.best.get_mut(group) {
            *best = most;
        }
    }

    /// The pairs of groups with the largest sum; none where no sum is above 0.
    fn largest(&self) -> Option<Vec<(u32, u32)>> {
        let best = |group: &usize| self.best.get(*group).copied().unwrap_or(0);
        let all = || self.others(usize::MAX);
        let most = all().map(|group| best(&group)).max().filter(|most| *most > 0)?;
        let pair = |(one, other): (usize, usize)| (one as u32, other as u32);
        let of = |one: usize| self.others(one).filter(move |other| one < *other).map(move |other| (one, other));
        let is_largest =
            |(one, other): &(usize, usize)| self.between(*one, *other) == most && !self.is_parked(*one, *other);
        Some(all().filter(|one| best(one) == most).flat_map(of).filter(is_largest).map(pair).collect())
    }

    /// Whether the pairs between all these groups bear out that they join.
    fn agree(&self, groups: &[u32]) -> bool {
        let mut sum = 0;
        for (at, one) in groups.iter().enumerate() {
            for other in groups.iter().skip(at + 1) {
                sum = plus(sum, self.between(*one as usize, *other as usize));
            }
        }
        sum > 0
    }

    /// Sets these pairs aside, as far as they are of one group, until one of the two joins another.
    fn park(&mut self, pairs: &[(u32, u32)], groups: &[u32]) {
        for (one, other) in pairs.iter().filter(|(one, _)| groups.contains(one)) {
            let (one, other) = (*one as usize, *other as usize);
            self.set(one, other, self.between(one, other), true);
        }
        groups.iter().for_each(|group| self.find_best(*group as usize));
    }

    /// Joins the second group to the first.
    fn join(&mut self, one: usize, other: usize) {
        if let Some(there) = self.there.get_mut(other) {
            *there = false;
        }
        let others: Vec<usize> = self.others(one).collect();
        for third in others {
            let (a, b) = (self.between(one, third), self.between(other, third));
            let sum = plus(a, b);
            self.set(one, third, sum, false);
            let Some(best) = self.best.get_mut(third) else { continue };
            if sum >= *best {
                *best = sum;
            } else if a == *best || b == *best {
                self.find_best(third);
            }
        }
        self.find_best(one);
    }
}

/// A sum in which a forbidden pair remains one.
fn plus(one: i64, other: i64) -> i64 {
    if one == NEVER || other == NEVER { NEVER } else { one + other }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn clusters(size: usize, said: &[(u32, u32, i64)]) -> Vec<u32> {
        let mut sets = Sets::new(size);
        let say = |one: u32, other: u32| {
            said.iter().find(|(a, b, _)| (*a, *b) == (one, other)).map_or(Say::NOTHING, |(_, _, bits)| Say(*bits))
        };
        join(&mut sets, size, say);
        (0..size as u32).map(|member| sets.of(member)).collect()
    }

    /// By hand: 0 and 1 join with 9, 2 and 3 with 8. Between the two groups lie 5 - 3 - 3 + 0 = -1, though 1 and 2 alone would link.
    #[test]
    fn one_link_between_two_groups_is_outvoted() {
        let said = [(0, 1, 9), (2, 3, 8), (1, 2, 5), (0, 2, -3), (1, 3, -3)];
        assert_eq!(clusters(4, &said), [0, 0, 2, 2]);
        let said = [(0, 1, 9), (2, 3, 8), (1, 2, 7), (0, 2, -3), (1, 3, -3)];
        assert_eq!(clusters(4, &said), [0, 0, 0, 0]);
    }

    #[test]
    fn ties_join_all_together_or_not_at_all() {
        assert_eq!(clusters(3, &[(0, 1, 5), (1, 2, 5), (0, 2, -9)]), [0, 0, 0]);
        assert_eq!(clusters(3, &[(0, 1, 5), (1, 2, 5), (0, 2, -10)]), [0, 1, 2]);
        // A fourth record decides: 3 joins 0, and what was set aside is looked at again.
        let said = [(0, 1, 5), (1, 2, 5), (0, 2, -10), (0, 3, 4), (1, 3, 3)];
        assert_eq!(clusters(4, &said), [0, 0, 2, 0]);
    }

    #[test]
    fn a_forbidden_pair_outweighs_everything() {
        assert_eq!(clusters(3, &[(0, 1, 1 << 40), (1, 2, 1 << 39), (0, 2, NEVER)]), [0, 0, 2]);
    }
}
