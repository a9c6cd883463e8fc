//! Which pairs are compared: for each rule, records with equal keys; each pair once, though many rules find it.

mod keys;
mod plan;
mod search;
mod tasks;

use rayon::prelude::*;

use crate::{BlockingRule, Error, Expression, Spec, column::Column};
use keys::{Keys, Part};
pub use plan::{Block, Plan, RulePlan};
pub use search::{RuleWorth, Suggestion};
pub(crate) use tasks::{Piece, Task};

/// The rules' keys for every record.
#[derive(Debug)]
pub(crate) struct Blocking {
    rules: Vec<Keys>,
}

/// One rule's blocks of two records and more with something to compare.
#[derive(Debug)]
pub(crate) struct Blocks {
    pub(crate) rule: usize,
    /// Records, block after block; in each block the new ones first.
    pub(crate) order: Vec<u32>,
    blocks: Vec<Span>,
}

/// A block's place in the order of records.
#[derive(Debug, Clone, Copy)]
struct Span {
    start: u32,
    records: u32,
    /// How many of them are new; only pairs with a new one are compared.
    new: u32,
    /// The number of the combination of keys that they share.
    combination: u32,
}

impl Span {
    /// Pairs of which at least one record is new.
    fn pairs(self) -> u64 {
        let (records, new) = (u64::from(self.records), u64::from(self.new));
        new * new.saturating_sub(1) / 2 + new * (records - new)
    }
}

impl Blocking {
    pub(crate) fn new(spec: &Spec, columns: &[Column]) -> Result<Blocking, Error> {
        Blocking::of_rules(spec, &spec.blocking, columns)
    }

    /// The keys of any rules about the spec's fields.
    pub(crate) fn of_rules(spec: &Spec, rules: &[BlockingRule], columns: &[Column]) -> Result<Blocking, Error> {
        let mut expressions: Vec<&Expression> = rules.iter().flat_map(|rule| &rule.keys).collect();
        expressions.sort_unstable_by_key(|key| key.to_string());
        expressions.dedup();
        let number = |key: &Expression| spec.fields.iter().position(|field| field.name == key.field);
        let evaluated = |key: &&Expression| Some(Part::new(key, columns.get(number(key)?)?));
        let parts: Vec<Option<Part>> = expressions.par_iter().map(evaluated).collect();
        let rule = |rule: &BlockingRule| {
            let part = |key: &Expression| {
                let at = expressions.iter().position(|known| *known == key)?;
                parts.get(at)?.as_ref()
            };
            let parts: Option<Vec<&Part>> = rule.keys.iter().map(part).collect();
            let used = rule.keys.iter().filter_map(|key| Some((number(key)?, key.clone()))).collect();
            let parts = parts
                .ok_or_else(|| Error::Spec(format!("blocking rule `{}` uses a field that is not there", rule.name)))?;
            Ok(Keys::new(rule.name.clone(), used, &parts))
        };
        Ok(Blocking { rules: rules.par_iter().map(rule).collect::<Result<_, Error>>()? })
    }

    /// The first rule that finds this pair.
    pub(crate) fn first_rule(&self, left: u32, right: u32) -> Option<usize> {
        self.rules.iter().position(|keys| keys.agree(left, right))
    }

    /// Each rule's blocks with at least one record for which `is_new`; of all records where that isn't asked.
    pub(crate) fn blocks(&self, is_new: Option<&(dyn Fn(u32) -> bool + Sync)>) -> Vec<Blocks> {
        self.rules.par_iter().enumerate().map(|(rule, keys)| keys.blocks(rule, is_new)).collect()
    }

    /// For each rule before this one, the numbers of the records' keys, where each has one.
    pub(crate) fn plain_before(&self, rule: usize) -> impl Iterator<Item = &[u32]> {
        self.rules.iter().take(rule).filter_map(Keys::plain)
    }

    /// Whether a pair that this rule finds in the block of this combination is found there first, if records may have several keys; rules
    /// of which each record has one key are not looked at.
    pub(crate) fn first_among_several(&self, rule: usize, combination: u32, left: u32, right: u32) -> bool {
        let several = |keys: &&Keys| keys.plain().is_none();
        let here = self.rules.get(rule).filter(several);
        here.is_none_or(|keys| keys.first_shared(left, right) == Some(combination))
            && !self.rules.iter().take(rule).filter(several).any(|keys| keys.agree(left, right))
    }

    /// Whether this rule or one before it has several keys for a record.
    pub(crate) fn has_several(&self, rule: usize) -> bool {
        self.rules.iter().take(rule + 1).any(|keys| keys.plain().is_none())
    }
}

impl Blocks {
    /// How many pairs there are, those of earlier rules counted.
    pub(crate) fn pairs(&self) -> u64 {
        self.blocks.iter().map(|block| block.pairs()).sum()
    }

    /// Records in the largest block.
    fn largest(&self) -> u64 {
        self.blocks.iter().map(|block| block.records.into()).max().unwrap_or_default()
    }

    /// A pair of places in the order, drawn by a number from 0 to the number of pairs and two dice; `ends` is the sum of pairs up to the
    /// end of each block. Also the number of the block's combination. For blocks of which all records are new.
    fn draw(&self, ends: &[u64], number: u64, dice: [u64; 2]) -> Option<(u32, u32, u32)> {
        let block = self.blocks.get(ends.partition_point(|end| *end <= number))?;
        let below = |dice: u64, limit: u32| ((u128::from(dice) * u128::from(limit)) >> 64) as u32;
        let [one, other] = dice;
        let (one, other) = (below(one, block.records), below(other, block.records - 1));
        let other = other + u32::from(other >= one);
        let record = |place: u32| self.order.get((block.start + place) as usize).copied();
        Some((record(one.min(other))?, record(one.max(other))?, block.combination))
    }

    /// All pairs, block after block, each with the number of the block's combination.
    fn every(&self) -> impl Iterator<Item = (u32, u32, u32)> + '_ {
        self.blocks.iter().flat_map(|block| {
            let records = self.records(&(block.start..block.start + block.records));
            records.iter().enumerate().flat_map(move |(at, left)| {
                records.iter().skip(at + 1).map(move |right| (*left, *right, block.combination))
            })
        })
    }
}
