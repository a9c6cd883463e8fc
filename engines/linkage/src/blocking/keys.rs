//! A rule's keys for every record: numbered so that records with equal keys have equal numbers, and in the order of those numbers.

use hashbrown::HashMap;

use super::{Blocks, Span};
use crate::{
    Expression,
    column::{Column, NONE},
};

/// One expression over all records.
#[derive(Debug)]
pub(super) enum Part {
    /// For each record the number of its key, or [`NONE`]; and how many keys there are.
    One(Vec<u32>, usize),
    /// For each record the numbers of its keys.
    Several(Vec<Vec<u32>>),
}

/// One rule's keys.
#[derive(Debug)]
pub(crate) struct Keys {
    pub(super) name: String,
    pub(super) expressions: Vec<(usize, Expression)>,
    /// For each record the number of its combination of keys, or [`NONE`]; for all where records may have several.
    of: Vec<u32>,
    /// For each record the numbers of its combinations, sorted, where it may have several.
    several: Option<Vec<Vec<u32>>>,
    /// Records that have all keys, by the number of their combination and then by record.
    order: Vec<u32>,
    /// Where each combination's records begin in `order`, and where the last ones end.
    starts: Vec<u32>,
}

impl Part {
    pub(super) fn new(expression: &Expression, column: &Column) -> Part {
        if expression.steps.is_empty() {
            // The whole value is numbered already.
            return Part::One(column.ids.clone(), column.values.len());
        }
        let mut numbers: HashMap<String, u32> = HashMap::new();
        let mut number = |key: String| {
            let next = numbers.len() as u32;
            *numbers.entry(key).or_insert(next)
        };
        if expression.has_several_keys() {
            let of_value: Vec<Vec<u32>> = column
                .values
                .iter()
                .map(|value| expression.keys(value).into_iter().map(&mut number).collect())
                .collect();
            Part::Several(column.ids.iter().map(|id| of_value.get(*id as usize).cloned().unwrap_or_default()).collect())
        } else {
            let of_value: Vec<u32> =
                column.values.iter().map(|value| expression.key(value).map_or(NONE, &mut number)).collect();
            let of = column.ids.iter().map(|id| of_value.get(*id as usize).copied().unwrap_or(NONE)).collect();
            Part::One(of, numbers.len())
        }
    }

    fn one(&self) -> Option<(&[u32], usize)> {
        match self {
            Part::One(of, distinct) => Some((of, *distinct)),
            Part::Several(_) => None,
        }
    }

    fn records(&self) -> usize {
        match self {
            Part::One(of, _) => of.len(),
            Part::Several(of) => of.len(),
        }
    }

    fn numbers(&self, record: usize) -> &[u32] {
        match self {
            Part::One(of, _) => of.get(record..=record).filter(|own| *own != [NONE]).unwrap_or_default(),
            Part::Several(of) => of.get(record).map_or(&[], Vec::as_slice),
        }
    }
}

impl Keys {
    pub(super) fn new(name: String, expressions: Vec<(usize, Expression)>, parts: &[&Part]) -> Keys {
        match parts.iter().map(|part| part.one()).collect::<Option<Vec<_>>>() {
            Some(parts) => Keys::with_one(name, expressions, &parts),
            None => Keys::with_several(name, expressions, parts),
        }
    }

    fn with_one(name: String, expressions: Vec<(usize, Expression)>, parts: &[(&[u32], usize)]) -> Keys {
        let number = |part: &[u32], record: u32| part.get(record as usize).copied().unwrap_or(NONE);
        let records = parts.first().map_or(0, |(part, _)| part.len()) as u32;
        let has_all = |record: &u32| parts.iter().all(|(part, _)| number(part, *record) != NONE);
        let complete = (0..records).filter(has_all).collect();
        // Sorted by the last key first, and by each other after that without disturbing what is sorted: so in the end by all.
        let by = |order: Vec<u32>, (part, distinct): &(&[u32], usize)| {
            sorted(&order, *distinct, |record| number(part, record))
        };
        let order = parts.iter().rev().fold(complete, by);
        let mut of = vec![NONE; records as usize];
        let mut starts = vec![0];
        let same = |a: &u32, b: &u32| parts.iter().all(|(part, _)| number(part, *a) == number(part, *b));
        for (combination, block) in (0_u32..).zip(order.chunk_by(same)) {
            for record in block {
                if let Some(of) = of.get_mut(*record as usize) {
                    *of = combination;
                }
            }
            starts.push(starts.last().copied().unwrap_or(0) + block.len() as u32);
        }
        Keys { name, expressions, of, several: None, order, starts }
    }

    fn with_several(name: String, expressions: Vec<(usize, Expression)>, parts: &[&Part]) -> Keys {
        let mut numbers: HashMap<Vec<u32>, u32> = HashMap::new();
        let records = parts.first().map_or(0, |part| part.records());
        let mut combinations = |record: usize| {
            let product = |so_far: Vec<Vec<u32>>, part: &&Part| {
                let with = |combination: Vec<u32>| {
                    part.numbers(record).iter().map(move |number| [combination.as_slice(), &[*number]].concat())
                };
                so_far.into_iter().flat_map(with).collect()
            };
            let mut own: Vec<u32> = parts
                .iter()
                .fold(vec![Vec::new()], product)
                .into_iter()
                .map(|combination| {
                    let next = numbers.len() as u32;
                    *numbers.entry(combination).or_insert(next)
                })
                .collect();
            own.sort_unstable();
            own
        };
        let several: Vec<Vec<u32>> = (0..records).map(&mut combinations).collect();
        let mut all: Vec<(u32, u32)> = (0_u32..)
            .zip(&several)
            .flat_map(|(record, own)| own.iter().map(move |combination| (*combination, record)))
            .collect();
        all.sort_unstable();
        let mut starts = vec![0];
        for block in all.chunk_by(|a, b| a.0 == b.0) {
            starts.push(starts.last().copied().unwrap_or(0) + block.len() as u32);
        }
        let order = all.into_iter().map(|(_, record)| record).collect();
        let of = vec![NONE; records];
        Keys { name, expressions, of, several: Some(several), order, starts }
    }

    /// For each record the number of its keys; `None` where it may have several.
    pub(super) fn plain(&self) -> Option<&[u32]> {
        self.several.is_none().then_some(&self.of)
    }

    pub(super) fn agree(&self, left: u32, right: u32) -> bool {
        if self.several.is_some() {
            return self.first_shared(left, right).is_some();
        }
        let key = |record: u32| self.of.get(record as usize).copied().unwrap_or(NONE);
        key(left) != NONE && key(left) == key(right)
    }

    /// Of several combinations that two records share, the first.
    pub(super) fn first_shared(&self, left: u32, right: u32) -> Option<u32> {
        let several = self.several.as_ref()?;
        let others = several.get(right as usize)?;
        several.get(left as usize)?.iter().find(|own| others.binary_search(own).is_ok()).copied()
    }

    pub(super) fn blocks(&self, rule: usize, is_new: Option<&(dyn Fn(u32) -> bool + Sync)>) -> Blocks {
        let mut order = self.order.clone();
        let mut blocks = Vec::new();
        for (combination, bounds) in (0_u32..).zip(self.starts.windows(2)) {
            let &[start, end] = bounds else { continue };
            let records = end - start;
            if records < 2 {
                continue;
            }
            let new = is_new.map_or(records, |is_new| {
                let block = order.get_mut(start as usize..end as usize).unwrap_or_default();
                block.sort_by_key(|record| !is_new(*record));
                block.partition_point(|record| is_new(*record)) as u32
            });
            if new > 0 {
                blocks.push(Span { start, records, new, combination });
            }
        }
        Blocks { rule, order, blocks }
    }
}

/// Sorts records by a number below `distinct`, those with equal numbers as they stood: a place is counted for each.
fn sorted(order: &[u32], distinct: usize, number: impl Fn(u32) -> u32) -> Vec<u32> {
    let mut next = vec![0_u32; distinct + 1];
    for record in order {
        if let Some(count) = next.get_mut(number(*record) as usize + 1) {
            *count += 1;
        }
    }
    let mut sum = 0;
    for place in &mut next {
        sum += *place;
        *place = sum;
    }
    let mut sorted = vec![0; order.len()];
    for record in order {
        let Some(place) = next.get_mut(number(*record) as usize) else {
            continue;
        };
        if let Some(slot) = sorted.get_mut(*place as usize) {
            *slot = *record;
        }
        *place += 1;
    }
    sorted
}
