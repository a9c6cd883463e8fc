//! What a run would compare, counted beforehand.

use std::cmp::Reverse;

use super::{Blocking, Blocks, Keys, Span};
use crate::{Expression, column::Column};

/// How many of a rule's blocks a plan shows.
const LARGEST: usize = 5;

/// What a run would compare, counted without comparing anything.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Plan {
    /// One for each blocking rule, in the spec's order.
    pub rules: Vec<RulePlan>,
    /// Pairs of all rules together. A pair that several rules find is counted for each, so fewer are compared.
    pub pairs_at_most: u64,
}

/// What one blocking rule finds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RulePlan {
    /// The rule's name.
    pub name: String,
    /// Records that have all of the rule's keys.
    pub records: u64,
    /// Blocks of two records and more.
    pub blocks: u64,
    /// Pairs in those blocks.
    pub pairs: u64,
    /// The largest blocks, largest first. Their keys are values of records: not for a log.
    pub largest: Vec<Block>,
}

/// Records with equal keys.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Block {
    /// The keys, parted by " + ".
    pub keys: String,
    /// Records in the block.
    pub records: u64,
    /// Pairs to compare in it.
    pub pairs: u64,
}

impl Blocking {
    pub(crate) fn plan(&self, blocks: &[Blocks], columns: &[Column]) -> Plan {
        let rules: Vec<RulePlan> =
            self.rules.iter().zip(blocks).map(|(keys, blocks)| keys.plan(blocks, columns)).collect();
        Plan { pairs_at_most: rules.iter().map(|rule| rule.pairs).sum(), rules }
    }
}

impl Keys {
    fn plan(&self, blocks: &Blocks, columns: &[Column]) -> RulePlan {
        let size = |block: &Span| (block.pairs(), block.records);
        let mut largest: Vec<&Span> = blocks.blocks.iter().collect();
        let most = largest.len().min(LARGEST).saturating_sub(1);
        // Blocks as large as the last one shown are named too before the cut, so that ties don't depend on order.
        let least = if largest.is_empty() {
            (0, 0)
        } else {
            size(largest.select_nth_unstable_by_key(most, |block| Reverse(size(block))).1)
        };
        let show = |block: &Span| {
            let place = block.start as usize;
            let records = blocks.order.get(place..place + block.records as usize).unwrap_or_default();
            // Where a value has several keys, the block's is one that all have.
            let key = |(at, expression): &(usize, Expression)| {
                let of = |record: &u32| Some(expression.keys(columns.get(*at)?.value(*record)?));
                let (first, others) = records.split_first()?;
                let shared =
                    |key: &String| others.iter().take(LARGEST).all(|r| of(r).is_some_and(|keys| keys.contains(key)));
                of(first)?.into_iter().find(shared)
            };
            let keys: Vec<String> = self.expressions.iter().filter_map(key).collect();
            Block { keys: keys.join(" + "), records: block.records.into(), pairs: block.pairs() }
        };
        let mut shown: Vec<Block> = blocks.blocks.iter().filter(|block| size(block) >= least).map(show).collect();
        shown.sort_by(|a, b| (b.pairs, b.records, &a.keys).cmp(&(a.pairs, a.records, &b.keys)));
        shown.truncate(LARGEST);
        RulePlan {
            name: self.name.clone(),
            records: blocks.order.len() as u64,
            blocks: blocks.blocks.len() as u64,
            pairs: blocks.pairs(),
            largest: shown,
        }
    }
}
