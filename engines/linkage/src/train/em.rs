//! Expectation maximisation over counts of patterns, for any number of classes of pairs.
//!
//! A class is a kind of pair, such as "belong together" or "two strangers", with a share of all pairs and a chance for each level of
//! each comparison; within a class comparisons are independent (Dempster, Laird and Rubin 1977; Winkler 1988; Enamorado, Fifield and
//! Imai 2019 for counts of patterns with missing values). A comparison with nothing to compare says nothing.

use rayon::prelude::*;

use super::report::Iteration;
use crate::Pattern;

/// Chances of one class, by comparison and level.
pub(super) type Chances = Vec<Vec<f64>>;

/// Patterns in one share of the work; sums are taken share by share, so that the number of threads can't show.
const CHUNK: usize = 2_048;
/// A class never dies out entirely: its share stays at or above this.
const LEAST_SHARE: f64 = 1e-15;

/// Classes of pairs.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Mixture {
    /// The share of each class; they add up to 1.
    pub(super) shares: Vec<f64>,
    /// The chances of each class.
    pub(super) chances: Vec<Chances>,
}

/// What one class may learn.
#[derive(Debug, Clone)]
pub(super) struct Freedom {
    /// By comparison and level: the value that stays, or `None` to learn it.
    pub(super) fixed: Vec<Vec<Option<f64>>>,
    /// By comparison and level: pairs that count as seen before any was (the prior distribution's).
    pub(super) before: Vec<Vec<f64>>,
    /// By comparison and level: the value that is never passed; none where any may be.
    pub(super) most: Vec<Vec<f64>>,
}

/// Pairs that were not looked at one by one, and are of the last class without doubt.
#[derive(Debug, Clone, Default)]
pub(super) struct Outside {
    /// How many there are.
    pub(super) pairs: f64,
    /// How many of them show each level, by comparison.
    pub(super) levels: Vec<Vec<f64>>,
}

/// The pairs and what may be learnt from them.
#[derive(Debug)]
pub(super) struct Problem<'a> {
    pub(super) patterns: &'a [(Pattern, f64)],
    pub(super) outside: Outside,
    /// Which comparisons take part.
    pub(super) part: Vec<bool>,
    /// By class.
    pub(super) freedom: Vec<Freedom>,
    /// The share of the first class, where it is known.
    pub(super) share: Option<f64>,
}

/// When to stop.
#[derive(Debug, Clone, Copy)]
pub(super) struct Limits {
    pub(super) convergence: f64,
    pub(super) iterations: u32,
}

/// Expected counts.
#[derive(Debug, Clone)]
struct Sums {
    classes: Vec<f64>,
    levels: Vec<Vec<Vec<f64>>>,
    log_likelihood: f64,
}

impl Sums {
    fn of(mixture: &Mixture) -> Sums {
        let zeros = |chances: &Chances| chances.iter().map(|levels| vec![0.0; levels.len()]).collect();
        Sums {
            classes: vec![0.0; mixture.shares.len()],
            levels: mixture.chances.iter().map(zeros).collect(),
            log_likelihood: 0.0,
        }
    }

    fn add(&mut self, other: &Sums) {
        self.log_likelihood += other.log_likelihood;
        self.classes.iter_mut().zip(&other.classes).for_each(|(sum, more)| *sum += more);
        let ours = self.levels.iter_mut().flatten().flatten();
        ours.zip(other.levels.iter().flatten().flatten()).for_each(|(sum, more)| *sum += more);
    }
}

impl Problem<'_> {
    /// Improves the mixture until it settles. Gives the last mixture, the history from the start on, and whether it settled.
    pub(super) fn solve(&self, start: Mixture, limits: Limits) -> (Mixture, Vec<Iteration>, bool) {
        let mut mixture = start;
        let mut history = Vec::new();
        let mut change = 0.0;
        let mut settled = false;
        for _ in 0..limits.iterations {
            let sums = self.expect(&mixture);
            history.push(self.moment(&mixture, &sums, change));
            let next = self.maximise(&sums, &mixture);
            change = difference(&mixture, &next);
            mixture = next;
            if change < limits.convergence {
                settled = true;
                break;
            }
        }
        let sums = self.expect(&mixture);
        history.push(self.moment(&mixture, &sums, change));
        (mixture, history, settled)
    }

    fn moment(&self, mixture: &Mixture, sums: &Sums, change: f64) -> Iteration {
        let shown = |class: Option<&Chances>| {
            let all = class.into_iter().flatten().zip(&self.part);
            all.map(|(levels, part)| if *part { levels.clone() } else { Vec::new() }).collect()
        };
        Iteration {
            share: mixture.shares.first().copied().unwrap_or_default(),
            log_likelihood: self.likelihood(mixture, sums),
            change,
            m: shown(mixture.chances.first()),
            u: shown(mixture.chances.last()),
        }
    }

    /// Of the pairs, those outside, and what counts as seen before.
    fn likelihood(&self, mixture: &Mixture, sums: &Sums) -> f64 {
        let weighed = |count: &f64, chance: &f64| if *count > 0.0 { count * chance.ln() } else { 0.0 };
        let mut total = sums.log_likelihood;
        for (freedom, chances) in self.freedom.iter().zip(&mixture.chances) {
            for ((before, levels), part) in freedom.before.iter().zip(chances).zip(&self.part) {
                if *part {
                    total += before.iter().zip(levels).map(|(count, chance)| weighed(count, chance)).sum::<f64>();
                }
            }
        }
        if let (Some(share), Some(chances)) = (mixture.shares.last(), mixture.chances.last()) {
            total += weighed(&self.outside.pairs, share);
            let outside = self.outside.levels.iter().flatten();
            total += outside.zip(chances.iter().flatten()).map(|(count, chance)| weighed(count, chance)).sum::<f64>();
        }
        total
    }

    /// Which class each pattern's pairs are likely of, summed.
    fn expect(&self, mixture: &Mixture) -> Sums {
        let logs = Logs::of(mixture, &self.part);
        let sum = |patterns: &[(Pattern, f64)]| {
            let mut sums = Sums::of(mixture);
            let mut posterior = vec![0.0; mixture.shares.len()];
            for (pattern, count) in patterns {
                sums.log_likelihood += count * logs.posterior(*pattern, &mut posterior);
                for ((class, levels), chance) in sums.classes.iter_mut().zip(&mut sums.levels).zip(&posterior) {
                    let count = chance * count;
                    *class += count;
                    for (at, levels) in levels.iter_mut().enumerate() {
                        if let Some(sum) = pattern.level(at).and_then(|level| levels.get_mut(level)) {
                            *sum += count;
                        }
                    }
                }
            }
            sums
        };
        let shares: Vec<Sums> = self.patterns.par_chunks(CHUNK).map(sum).collect();
        let mut sums = Sums::of(mixture);
        shares.iter().for_each(|share| sums.add(share));
        sums
    }

    /// The chances under which the expected counts are likeliest.
    fn maximise(&self, sums: &Sums, mixture: &Mixture) -> Mixture {
        let mut classes = sums.classes.clone();
        if let Some(last) = classes.last_mut() {
            *last += self.outside.pairs;
        }
        let pairs: f64 = classes.iter().sum();
        let mut next = mixture.clone();
        for (share, class) in next.shares.iter_mut().zip(&classes) {
            *share = (class / pairs).max(LEAST_SHARE);
        }
        if let Some(known) = self.share {
            hold_first(&mut next.shares, known);
        }
        let last = next.chances.len().saturating_sub(1);
        for (class, ((chances, freedom), counts)) in
            next.chances.iter_mut().zip(&self.freedom).zip(&sums.levels).enumerate()
        {
            for (at, (levels, part)) in chances.iter_mut().zip(&self.part).enumerate() {
                let (Some(counts), Some(before), Some(fixed), true) =
                    (counts.get(at), freedom.before.get(at), freedom.fixed.get(at), *part)
                else {
                    continue;
                };
                let outside = self.outside.levels.get(at).filter(|_| class == last);
                let count = |level: usize| {
                    let of = |list: &[f64]| list.get(level).copied().unwrap_or_default();
                    of(counts) + of(before) + outside.map_or(0.0, |outside| of(outside))
                };
                share_out(levels, fixed, count);
                if let Some(most) = freedom.most.get(at) {
                    hold_below(levels, most);
                }
            }
        }
        next
    }
}

/// Shares 1 out over levels by their counts; what is fixed stays.
pub(super) fn share_out(levels: &mut [f64], fixed: &[Option<f64>], count: impl Fn(usize) -> f64) {
    let kept: f64 = fixed.iter().flatten().sum();
    let free = |level: usize| fixed.get(level).copied().flatten().is_none();
    let total: f64 = (0..levels.len()).filter(|level| free(*level)).map(&count).sum();
    if total <= 0.0 {
        return;
    }
    let rest = (1.0 - kept).max(1e-9);
    for (level, chance) in levels.iter_mut().enumerate() {
        *chance = fixed.get(level).copied().flatten().unwrap_or_else(|| rest * count(level) / total);
    }
}

/// Sets the first share, and gives the others what is left by what they have.
fn hold_first(shares: &mut [f64], known: f64) {
    let Some((first, others)) = shares.split_first_mut() else { return };
    let rest: f64 = others.iter().sum();
    *first = known;
    others.iter_mut().for_each(|share| *share *= (1.0 - known) / rest);
}

/// Takes chances down to what they may be at most, and gives the rest to the others by what they have: the likeliest chances of all that
/// keep to it.
fn hold_below(levels: &mut [f64], most: &[f64]) {
    let mut held = vec![false; levels.len()];
    for _ in 0..levels.len() {
        let mut passed = false;
        for ((level, most), held) in levels.iter_mut().zip(most).zip(&mut held) {
            if *level > *most {
                (*level, *held, passed) = (*most, true, true);
            }
        }
        let sum = |held_ones: bool| -> f64 {
            levels.iter().zip(&held).filter(|(_, held)| **held == held_ones).map(|(level, _)| level).sum()
        };
        let (kept, free) = (sum(true), sum(false));
        if !passed || free <= 0.0 {
            return;
        }
        let factor = (1.0 - kept) / free;
        levels.iter_mut().zip(&held).filter(|(_, held)| !**held).for_each(|(level, _)| *level *= factor);
    }
}

/// The greatest change of a chance; of shares in proportion, for they may be one in a billion.
fn difference(one: &Mixture, other: &Mixture) -> f64 {
    let chances = one.chances.iter().flatten().flatten().zip(other.chances.iter().flatten().flatten());
    let shares = one.shares.iter().zip(&other.shares).map(|(a, b)| (a - b).abs() / a.max(*b) / 10.0);
    chances.map(|(a, b)| (a - b).abs()).chain(shares).fold(0.0, f64::max)
}

/// Logarithms of shares and chances, so that a pattern's likelihood is a sum.
struct Logs {
    shares: Vec<f64>,
    /// By class and comparison, by pattern code.
    levels: Vec<Vec<Vec<f64>>>,
}

impl Logs {
    fn of(mixture: &Mixture, part: &[bool]) -> Logs {
        let of_class = |chances: &Chances| {
            let of = |(levels, part): (&Vec<f64>, &bool)| {
                let log = |chance: &f64| if *part { chance.ln() } else { 0.0 };
                levels.iter().map(log).collect()
            };
            chances.iter().zip(part).map(of).collect()
        };
        Logs {
            shares: mixture.shares.iter().map(|share| share.ln()).collect(),
            levels: mixture.chances.iter().map(of_class).collect(),
        }
    }

    /// Fills in how likely each class is for a pattern; gives the logarithm of the pattern's likelihood.
    fn posterior(&self, pattern: Pattern, posterior: &mut [f64]) -> f64 {
        let mut greatest = f64::NEG_INFINITY;
        for ((chance, share), levels) in posterior.iter_mut().zip(&self.shares).zip(&self.levels) {
            *chance = *share;
            for (at, levels) in levels.iter().enumerate() {
                *chance += pattern.level(at).and_then(|level| levels.get(level)).copied().unwrap_or_default();
            }
            greatest = greatest.max(*chance);
        }
        if greatest == f64::NEG_INFINITY {
            posterior.fill(0.0);
            return 0.0;
        }
        posterior.iter_mut().for_each(|chance| *chance = (*chance - greatest).exp());
        let sum: f64 = posterior.iter().sum();
        posterior.iter_mut().for_each(|chance| *chance /= sum);
        greatest + sum.ln()
    }
}
