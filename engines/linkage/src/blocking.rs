//! Which pairs are compared: for each rule, records with equal keys; each pair once, though many rules find it.

use std::{cmp::Reverse, collections::HashMap, ops::Range};

use rayon::prelude::*;

use crate::{
    Error, Expression, Spec,
    column::{Column, NONE},
    frequency::combine,
};

/// How many of a rule's blocks a plan shows.
const LARGEST: usize = 5;
/// About how many pairs one task of a run compares.
const TASK: u64 = 16_384;

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

/// The rules' keys for every record.
#[derive(Debug)]
pub(crate) struct Blocking {
    rules: Vec<Keys>,
}

#[derive(Debug)]
struct Keys {
    name: String,
    expressions: Vec<(usize, Expression)>,
    /// For each record the number of its combination of keys, or [`NONE`].
    of: Vec<u32>,
}

/// One rule's blocks of two records and more with something to compare.
#[derive(Debug)]
pub(crate) struct Blocks {
    rule: usize,
    /// Records, block after block; in each block the new ones first.
    order: Vec<u32>,
    blocks: Vec<(Range<usize>, usize)>,
}

/// A share of a block: pairs of a record in `from` with any after it up to `end`.
#[derive(Debug)]
pub(crate) struct Task {
    from: Range<usize>,
    end: usize,
}

/// Pairs among `records`, of which at least one is among the first `new`.
fn pairs(records: usize, new: usize) -> u64 {
    let (records, new) = (records as u64, new as u64);
    new * new.saturating_sub(1) / 2 + new * (records - new)
}

impl Blocking {
    pub(crate) fn new(spec: &Spec, columns: &[Column]) -> Result<Blocking, Error> {
        let mut known: HashMap<String, Vec<u32>> = HashMap::new();
        let mut rules = Vec::with_capacity(spec.blocking.len());
        for rule in &spec.blocking {
            let mut expressions = Vec::with_capacity(rule.keys.len());
            for key in &rule.keys {
                let at = spec.fields.iter().position(|field| field.name == key.field);
                let (at, column) = at.and_then(|at| Some((at, columns.get(at)?))).ok_or_else(|| {
                    Error::Spec(format!("blocking rule `{}` uses a field that is not there", rule.name))
                })?;
                known.entry(key.to_string()).or_insert_with(|| evaluate(key, column));
                expressions.push((at, key.clone()));
            }
            let parts: Vec<&[u32]> =
                rule.keys.iter().filter_map(|key| known.get(&key.to_string())).map(Vec::as_slice).collect();
            rules.push(Keys { name: rule.name.clone(), expressions, of: combine(&parts) });
        }
        Ok(Blocking { rules })
    }

    /// The first rule that finds this pair.
    pub(crate) fn first_rule(&self, left: u32, right: u32) -> Option<usize> {
        self.rules.iter().position(|keys| keys.agree(left, right))
    }

    /// Each rule's blocks with at least one record for which `is_new`.
    pub(crate) fn blocks(&self, is_new: &(dyn Fn(u32) -> bool + Sync)) -> Vec<Blocks> {
        self.rules.par_iter().enumerate().map(|(rule, keys)| keys.blocks(rule, is_new)).collect()
    }

    /// One rule's blocks with at least one record for which `is_new`.
    pub(crate) fn blocks_of(&self, rule: usize, is_new: &(dyn Fn(u32) -> bool + Sync)) -> Option<Blocks> {
        self.rules.get(rule).map(|keys| keys.blocks(rule, is_new))
    }

    pub(crate) fn plan(&self, blocks: &[Blocks], columns: &[Column]) -> Plan {
        let rules: Vec<RulePlan> =
            self.rules.iter().zip(blocks).map(|(keys, blocks)| keys.plan(blocks, columns)).collect();
        Plan { pairs_at_most: rules.iter().map(|rule| rule.pairs).sum(), rules }
    }
}

fn evaluate(expression: &Expression, column: &Column) -> Vec<u32> {
    let mut numbers: HashMap<String, u32> = HashMap::new();
    let mut number = |value: &str| {
        let next = numbers.len() as u32;
        expression.key(value).map_or(NONE, |key| *numbers.entry(key).or_insert(next))
    };
    let of_value: Vec<u32> = column.values.iter().map(|value| number(value)).collect();
    column.ids.iter().map(|id| of_value.get(*id as usize).copied().unwrap_or(NONE)).collect()
}

impl Keys {
    fn agree(&self, left: u32, right: u32) -> bool {
        let key = |record: u32| self.of.get(record as usize).copied().unwrap_or(NONE);
        key(left) != NONE && key(left) == key(right)
    }

    fn blocks(&self, rule: usize, is_new: &(dyn Fn(u32) -> bool + Sync)) -> Blocks {
        let mut sorted: Vec<(u32, bool, u32)> = self
            .of
            .iter()
            .zip(0_u32..)
            .filter(|(key, _)| **key != NONE)
            .map(|(key, record)| (*key, !is_new(record), record))
            .collect();
        sorted.par_sort_unstable();
        let mut blocks = Vec::new();
        let mut start = 0;
        for block in sorted.chunk_by(|a, b| a.0 == b.0) {
            let new = block.partition_point(|(_, old, _)| !old);
            if block.len() > 1 && new > 0 {
                blocks.push((start..start + block.len(), new));
            }
            start += block.len();
        }
        Blocks { rule, order: sorted.into_iter().map(|(_, _, record)| record).collect(), blocks }
    }

    fn plan(&self, blocks: &Blocks, columns: &[Column]) -> RulePlan {
        let mut largest: Vec<&(Range<usize>, usize)> = blocks.blocks.iter().collect();
        let mut shown: Vec<Block> = Vec::new();
        largest.sort_by_key(|(range, new)| Reverse((pairs(range.len(), *new), range.len())));
        // Blocks as large as the last one shown are named too before the cut, so that ties don't depend on order.
        let least = largest.get(LARGEST - 1).map_or(0, |(range, new)| pairs(range.len(), *new));
        for (range, new) in largest.into_iter().take_while(|(range, new)| pairs(range.len(), *new) >= least).take(1000)
        {
            let record = blocks.order.get(range.start).copied().unwrap_or(NONE);
            let key = |(at, expression): &(usize, Expression)| {
                columns.get(*at)?.value(record).and_then(|value| expression.key(value))
            };
            let keys: Vec<String> = self.expressions.iter().filter_map(key).collect();
            shown.push(Block { keys: keys.join(" + "), records: range.len() as u64, pairs: pairs(range.len(), *new) });
        }
        shown.sort_by(|a, b| (b.pairs, b.records, &a.keys).cmp(&(a.pairs, a.records, &b.keys)));
        shown.truncate(LARGEST);
        RulePlan {
            name: self.name.clone(),
            records: blocks.order.len() as u64,
            blocks: blocks.blocks.len() as u64,
            pairs: blocks.blocks.iter().map(|(range, new)| pairs(range.len(), *new)).sum(),
            largest: shown,
        }
    }
}

impl Blocks {
    /// Splits the blocks into tasks of about equal work.
    pub(crate) fn tasks(&self) -> Vec<Vec<Task>> {
        let mut tasks = Vec::new();
        let mut task = Vec::new();
        let mut load = 0;
        for (range, new) in &self.blocks {
            let mut from = range.start;
            for at in range.start..range.start + new {
                load += (range.end - at - 1) as u64;
                if load >= TASK {
                    task.push(Task { from: from..at + 1, end: range.end });
                    tasks.push(std::mem::take(&mut task));
                    from = at + 1;
                    load = 0;
                }
            }
            if from < range.start + new {
                task.push(Task { from: from..range.start + new, end: range.end });
            }
        }
        if !task.is_empty() {
            tasks.push(task);
        }
        tasks
    }

    /// Calls `visit` with each pair of a task that no earlier rule finds, smaller record first, and counts them.
    pub(crate) fn each_pair(&self, blocking: &Blocking, task: &[Task], mut visit: impl FnMut(u32, u32)) -> u64 {
        let earlier = blocking.rules.get(..self.rule).unwrap_or_default();
        let mut count = 0;
        for Task { from, end } in task {
            for at in from.clone() {
                let (Some(one), Some(others)) = (self.order.get(at), self.order.get(at + 1..*end)) else {
                    continue;
                };
                for other in others {
                    let (left, right) = (*one.min(other), *one.max(other));
                    if !earlier.iter().any(|keys| keys.agree(left, right)) {
                        count += 1;
                        visit(left, right);
                    }
                }
            }
        }
        count
    }

    /// Calls `visit` with each pair of a task, smaller record first.
    pub(crate) fn every_pair(&self, task: &[Task], mut visit: impl FnMut(u32, u32)) {
        for Task { from, end } in task {
            for at in from.clone() {
                let (Some(one), Some(others)) = (self.order.get(at), self.order.get(at + 1..*end)) else {
                    continue;
                };
                for other in others {
                    visit(*one.min(other), *one.max(other));
                }
            }
        }
    }

    /// How many pairs there are, those of earlier rules counted.
    pub(crate) fn pairs(&self) -> u64 {
        self.blocks.iter().map(|(range, new)| pairs(range.len(), *new)).sum()
    }

    pub(crate) fn rule(&self) -> usize {
        self.rule
    }
}
