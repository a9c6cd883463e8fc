//! Pairs, counted by pattern: those of rules that are not the spec's own, and those that any of the spec's rules finds.

use crate::{BlockingRule, Error, Linker, Pattern};

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
    let (found, counts) = linker.counts_of(rules, most)?;
    let used = counts.iter().map(|(_, count)| count).sum();
    let weight = if used == 0 { 1.0 } else { found as f64 / used as f64 };
    let patterns = counts.into_iter().map(|(pattern, count)| (pattern, count as f64 * weight)).collect();
    Ok(Counted { found, used, patterns })
}

/// How many pairs these rules find, each once.
pub(super) fn found(linker: &Linker, rules: &[BlockingRule]) -> Result<u64, Error> {
    linker.counts_of(rules, 0).map(|(found, _)| found)
}
