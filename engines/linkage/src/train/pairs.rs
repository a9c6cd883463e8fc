//! Pairs, counted by pattern: those of rules that are not the spec's own, and those that any of the spec's rules finds.

use std::collections::HashMap;

use rayon::prelude::*;

use crate::{
    BlockingRule, Error, Linker, Pattern,
    blocking::{Blocking, Blocks, Task},
    sample::mix,
};

/// More pairs than anyone waits for: beyond it a rule is refused.
const MOST_PAIRS: u64 = 50_000_000_000;

/// Pairs by pattern.
#[derive(Debug, Default)]
pub(super) struct Counted {
    /// Pairs that the rules find.
    pub(super) found: u64,
    /// Pairs that were compared.
    pub(super) used: u64,
    /// By pattern; where only some were compared, weighed up so that they stand for all.
    pub(super) patterns: Vec<(Pattern, f64)>,
}

/// The pairs of these rules, each once; about `most` of them are compared.
pub(super) fn counted(linker: &Linker, rules: &[BlockingRule], most: u64) -> Result<Counted, Error> {
    let blocking = blocking(linker, rules)?;
    let blocks = blocks(&blocking, rules)?;
    let pairs: u64 = blocks.iter().map(Blocks::pairs).sum();
    let share = if pairs > most { (most as f64 / pairs as f64 * 2_f64.powi(64)) as u64 } else { u64::MAX };
    let prints = if share == u64::MAX { Vec::new() } else { linker.fingerprints() };
    let print = |record: u32| prints.get(record as usize).copied().unwrap_or_default();
    let mut counted = Counted::default();
    let mut sums: HashMap<Pattern, u64> = HashMap::new();
    for rule in &blocks {
        let count = |task: &Vec<Task>| {
            let mut counts: HashMap<Pattern, u64> = HashMap::new();
            let mut found = 0;
            rule.each_pair(&blocking, task, |left, right| {
                if linker.comparable(left, right) {
                    found += 1;
                    // Drawn by what the records hold, so that their order can't show.
                    if share == u64::MAX || mix(print(left).wrapping_add(print(right))) < share {
                        *counts.entry(linker.pattern(left, right)).or_default() += 1;
                    }
                }
            });
            (found, counts)
        };
        let shares: Vec<(u64, HashMap<Pattern, u64>)> = rule.tasks().par_iter().map(count).collect();
        for (found, counts) in shares {
            counted.found += found;
            counts.into_iter().for_each(|(pattern, count)| *sums.entry(pattern).or_default() += count);
        }
    }
    counted.used = sums.values().sum();
    let weight = if counted.used == 0 { 1.0 } else { counted.found as f64 / counted.used as f64 };
    let mut patterns: Vec<(Pattern, u64)> = sums.into_iter().collect();
    patterns.sort_unstable();
    counted.patterns = patterns.into_iter().map(|(pattern, count)| (pattern, count as f64 * weight)).collect();
    Ok(counted)
}

/// How many pairs these rules find, each once.
pub(super) fn found(linker: &Linker, rules: &[BlockingRule]) -> Result<u64, Error> {
    let blocking = blocking(linker, rules)?;
    let count = |rule: &Blocks| -> u64 {
        let count = |task: &Vec<Task>| {
            let mut found = 0;
            rule.each_pair(&blocking, task, |left, right| found += u64::from(linker.comparable(left, right)));
            found
        };
        rule.tasks().par_iter().map(count).sum::<u64>()
    };
    Ok(blocks(&blocking, rules)?.iter().map(count).sum())
}

fn blocking(linker: &Linker, rules: &[BlockingRule]) -> Result<Blocking, Error> {
    let spec = crate::Spec { blocking: rules.to_vec(), ..linker.spec().clone() };
    Blocking::new(&spec, &linker.columns)
}

fn blocks(blocking: &Blocking, rules: &[BlockingRule]) -> Result<Vec<Blocks>, Error> {
    let blocks = blocking.blocks(&|_| true);
    match blocks.iter().zip(rules).find(|(blocks, _)| blocks.pairs() > MOST_PAIRS) {
        Some((blocks, rule)) => Err(Error::Training(format!(
            "rule `{}` finds {} pairs, more than anyone waits for; give it a narrower key",
            rule.name,
            blocks.pairs()
        ))),
        None => Ok(blocks),
    }
}
