//! Expectation maximisation gives back what was planted, and never gets worse.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests may panic")]

use std::collections::BTreeMap;

use super::em::{Freedom, Limits, Mixture, Outside, Problem};
use crate::{Pattern, sample::mix};

/// Numbers from 0 to 1 that look random and are the same every time.
struct Dice(u64);

impl Dice {
    fn roll(&mut self) -> f64 {
        self.0 += 1;
        mix(self.0) as f64 / 2_f64.powi(64)
    }

    /// A place in a list of chances.
    fn pick(&mut self, chances: &[f64]) -> usize {
        let mut left = self.roll();
        let taken = |chance: &f64| {
            left -= chance;
            left < 0.0
        };
        chances.iter().position(taken).unwrap_or(chances.len() - 1)
    }
}

/// Pairs of a mixture; one value in ten is missing.
fn simulated(mixture: &Mixture, pairs: u32, seed: u64) -> Vec<(Pattern, f64)> {
    let mut dice = Dice(seed << 32);
    let mut counts: BTreeMap<Pattern, f64> = BTreeMap::new();
    for _ in 0..pairs {
        let class = dice.pick(&mixture.shares);
        let mut pattern = Pattern::default();
        for (at, levels) in mixture.chances[class].iter().enumerate() {
            if dice.roll() > 0.1 {
                pattern.set(at, dice.pick(levels));
            }
        }
        *counts.entry(pattern).or_default() += 1.0;
    }
    counts.into_iter().collect()
}

fn problem<'a>(patterns: &'a [(Pattern, f64)], shape: &'a Mixture) -> Problem<'a> {
    let of = |class: &Vec<Vec<f64>>| Freedom {
        fixed: class.iter().map(|levels| vec![None; levels.len()]).collect(),
        before: class.iter().map(|levels| vec![0.5; levels.len()]).collect(),
        most: Vec::new(),
    };
    Problem {
        patterns,
        outside: Outside::default(),
        part: vec![true; shape.chances[0].len()],
        freedom: shape.chances.iter().map(of).collect(),
        share: None,
    }
}

fn planted() -> Mixture {
    let m = vec![vec![0.9, 0.06, 0.04], vec![0.85, 0.15], vec![0.7, 0.2, 0.1], vec![0.95, 0.05], vec![0.6, 0.4]];
    let u = vec![vec![0.01, 0.05, 0.94], vec![0.05, 0.95], vec![0.002, 0.03, 0.968], vec![0.1, 0.9], vec![0.02, 0.98]];
    Mixture { shares: vec![0.2, 0.8], chances: vec![m, u] }
}

/// Far from what was planted, but on the right side.
fn ignorant(planted: &Mixture) -> Mixture {
    let level = |first: f64, levels: &Vec<f64>| {
        let others = (1.0 - first) / (levels.len() - 1) as f64;
        (0..levels.len()).map(|at| if at == 0 { first } else { others }).collect::<Vec<_>>()
    };
    let class = |first: f64| planted.chances[0].iter().map(|levels| level(first, levels)).collect();
    Mixture { shares: vec![0.05, 0.95], chances: vec![class(0.8), class(0.3)] }
}

const LIMITS: Limits = Limits { convergence: 1e-7, iterations: 2_000 };

#[test]
fn planted_chances_come_back_within_sampling_error() {
    for seed in 1..6 {
        let planted = planted();
        let patterns = simulated(&planted, 50_000, seed);
        let (found, history, settled) = problem(&patterns, &planted).solve(ignorant(&planted), LIMITS);
        assert!(settled, "after {} iterations", history.len());
        for (class, share) in planted.shares.iter().enumerate() {
            // Four standard errors of a share that is seen, doubled because here it is only inferred.
            let pairs = 50_000.0 * 0.9 * share;
            let within = |planted: f64, found: f64, what: &str| {
                let error = 8.0 * (planted * (1.0 - planted) / pairs).sqrt();
                assert!(
                    (planted - found).abs() < error,
                    "{what} of class {class}, seed {seed}: {found}, planted {planted}"
                );
            };
            within(*share, found.shares[class], "share");
            for (planted, found) in planted.chances[class].iter().flatten().zip(found.chances[class].iter().flatten()) {
                within(*planted, *found, "chance");
            }
        }
    }
}

#[test]
fn the_likelihood_never_falls() {
    for seed in 1..20 {
        let planted = planted();
        let mut dice = Dice(seed);
        let patterns = simulated(&planted, 2_000, seed);
        let mut start = ignorant(&planted);
        for levels in start.chances.iter_mut().flatten() {
            levels.iter_mut().for_each(|chance| *chance = 0.01 + dice.roll());
            let sum: f64 = levels.iter().sum();
            levels.iter_mut().for_each(|chance| *chance /= sum);
        }
        let mut problem = problem(&patterns, &planted);
        if seed % 2 == 0 {
            problem.freedom[0].fixed[1] = vec![Some(0.85), None];
            problem.freedom[1].fixed[2][0] = Some(0.002);
            problem.outside = Outside {
                pairs: 100_000.0,
                levels: planted.chances[1].iter().map(|u| u.iter().map(|u| u * 90_000.0).collect()).collect(),
            };
            start.chances[0][1] = vec![0.85, 0.15];
            let rest: f64 = start.chances[1][2][1] + start.chances[1][2][2];
            start.chances[1][2] =
                vec![0.002, 0.998 * start.chances[1][2][1] / rest, 0.998 * start.chances[1][2][2] / rest];
        }
        let (_, history, _) = problem.solve(start, Limits { convergence: 1e-9, iterations: 300 });
        for step in history.windows(2) {
            let (before, after) = (step[0].log_likelihood, step[1].log_likelihood);
            assert!(after >= before - 1e-9 * before.abs(), "seed {seed}: {before} then {after}");
        }
    }
}

#[test]
fn a_third_class_is_told_apart() {
    let mut planted = planted();
    planted.shares = vec![0.1, 0.2, 0.7];
    planted.chances.insert(
        1,
        vec![vec![0.02, 0.03, 0.95], vec![0.9, 0.1], vec![0.9, 0.05, 0.05], vec![0.9, 0.1], vec![0.05, 0.95]],
    );
    let patterns = simulated(&planted, 50_000, 3);
    let mut start = planted.clone();
    start.shares = vec![0.3, 0.3, 0.4];
    for (class, first) in
        [(0, [0.9, 0.9, 0.9, 0.9, 0.9]), (1, [0.2, 0.9, 0.9, 0.9, 0.2]), (2, [0.2, 0.2, 0.2, 0.2, 0.2])]
    {
        for (levels, first) in start.chances[class].iter_mut().zip(first) {
            let others = (1.0 - first) / (levels.len() - 1) as f64;
            levels.iter_mut().enumerate().for_each(|(at, level)| *level = if at == 0 { first } else { others });
        }
    }
    let (found, _, _) = problem(&patterns, &planted).solve(start, LIMITS);
    for (planted, found) in planted.shares.iter().zip(&found.shares) {
        assert!((planted - found).abs() < 0.02, "share {found}, planted {planted}");
    }
    for (planted, found) in planted.chances.iter().flatten().flatten().zip(found.chances.iter().flatten().flatten()) {
        assert!((planted - found).abs() < 0.05, "chance {found}, planted {planted}");
    }
}
