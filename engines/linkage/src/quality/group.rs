//! Quality against truth, for all and for each group of people: a model that is worse for some is to be seen.

use std::collections::{BTreeMap, HashMap};

use serde::Serialize;

use super::{Basis, Curve, Judged, f_measure};
use crate::Pair;

/// Who each record really is, and where it is from.
#[derive(Debug, Clone, Copy)]
pub struct Truth<'a> {
    /// For each record its person; `None` where that isn't known, and then none of its pairs is right.
    pub person_of: &'a [Option<String>],
    /// For each record its source where only pairs across sources count; empty otherwise.
    pub source_of: &'a [u16],
}

/// How well pairs that touch one group of people were linked.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct GroupQuality {
    /// The group, `not known` for records without.
    pub group: String,
    /// Its records.
    pub records: u64,
    /// Pairs that belong together, with at least one record of the group.
    pub matches: u64,
    /// Links with at least one record of the group.
    pub links: u64,
    /// Links of those that are right.
    pub right: u64,
    /// Share of links that is right.
    pub precision: f64,
    /// Share of matches that is linked.
    pub recall: f64,
    /// Their harmonic mean.
    pub f1: f64,
}

impl Truth<'_> {
    /// Whether two records are one person's.
    #[must_use]
    pub fn same(&self, left: u32, right: u32) -> bool {
        let person = |record: u32| self.person_of.get(record as usize).and_then(Option::as_ref);
        person(left).is_some() && person(left) == person(right)
    }

    /// The curve of compared pairs against all that belong together.
    #[must_use]
    pub fn curve(&self, pairs: &[Pair]) -> Curve {
        let judged = |pair: &Pair| Judged {
            weight: pair.weight,
            same: if self.same(pair.left, pair.right) { 1.0 } else { 0.0 },
        };
        Curve::new(Basis::Truth, pairs.iter().map(judged).collect(), self.matches(&|_| true) as f64)
    }

    /// Every pair of records of one person, across sources where those count.
    #[must_use]
    pub fn pairs(&self) -> Vec<(u32, u32)> {
        let mut people: BTreeMap<&str, Vec<u32>> = BTreeMap::new();
        for (person, record) in self.person_of.iter().zip(0_u32..) {
            if let Some(person) = person {
                people.entry(person).or_default().push(record);
            }
        }
        let source = |record: u32| self.source_of.get(record as usize);
        let apart = |one: u32, other: u32| self.source_of.is_empty() || source(one) != source(other);
        let of = |records: &Vec<u32>| {
            let pair =
                |(at, one): (usize, &u32)| records.iter().skip(at + 1).map(|other| (*one, *other)).collect::<Vec<_>>();
            records.iter().enumerate().flat_map(pair).filter(|(one, other)| apart(*one, *other)).collect::<Vec<_>>()
        };
        people.values().flat_map(of).collect()
    }

    /// Pairs of records of one person of which at least one is `counted`.
    #[must_use]
    pub fn matches(&self, counted: &dyn Fn(u32) -> bool) -> u64 {
        // For each person: records by source, all of them and those not counted.
        let mut people: HashMap<&str, BTreeMap<u32, (u64, u64)>> = HashMap::new();
        for (person, record) in self.person_of.iter().zip(0_u32..) {
            let Some(person) = person else { continue };
            let source = self.source_of.get(record as usize).copied();
            // Without sources each record is its own, so that every pair is one across.
            let sources = people.entry(person).or_default();
            let held = sources.entry(source.map_or(record, u32::from)).or_default();
            held.0 += 1;
            held.1 += u64::from(!counted(record));
        }
        let across = |counts: &mut dyn Iterator<Item = u64>| {
            let (sum, squares) = counts.fold((0, 0), |(sum, squares), count| (sum + count, squares + count * count));
            (sum * sum - squares) / 2
        };
        let of = |sources: &BTreeMap<u32, (u64, u64)>| {
            across(&mut sources.values().map(|(all, _)| *all)) - across(&mut sources.values().map(|(_, rest)| *rest))
        };
        people.values().map(of).sum()
    }
}

/// Quality of the links at or above a weight, for each group, by name.
#[must_use]
pub fn by_group(truth: &Truth, pairs: &[Pair], link_weight: f64, group_of: &[String]) -> Vec<GroupQuality> {
    let mut names: Vec<&String> = group_of.iter().collect();
    names.sort_unstable();
    names.dedup();
    let quality = |name: &&String| {
        let counted = |record: u32| group_of.get(record as usize) == Some(*name);
        let touching = pairs.iter().filter(|p| p.weight >= link_weight && (counted(p.left) || counted(p.right)));
        let (links, right) = touching.fold((0_u64, 0_u64), |(links, right), pair| {
            (links + 1, right + u64::from(truth.same(pair.left, pair.right)))
        });
        let matches = truth.matches(&counted);
        let share = |part: u64, whole: u64, none: f64| if whole == 0 { none } else { part as f64 / whole as f64 };
        let (precision, recall) = (share(right, links, 1.0), share(right, matches, 0.0));
        GroupQuality {
            group: (*name).clone(),
            records: group_of.iter().filter(|group| group == name).count() as u64,
            matches,
            links,
            right,
            precision,
            recall,
            f1: f_measure(precision, recall),
        }
    };
    names.iter().map(quality).collect()
}

/// Most groups that are told apart as they are.
const MOST: usize = 24;

/// Groups of a column: its values as they are; ages in tens of years, and dates by decade, where there are too many for that.
#[must_use]
pub fn bands(values: &[Option<String>]) -> Vec<String> {
    let mut distinct: Vec<&String> = values.iter().flatten().collect();
    distinct.sort_unstable();
    distinct.dedup();
    let many = distinct.len() > MOST;
    let band = |value: &Option<String>| match value {
        None => "not known".to_owned(),
        Some(value) if !many => value.clone(),
        Some(value) => decade(value).unwrap_or_else(|| "other".to_owned()),
    };
    values.iter().map(band).collect()
}

fn decade(value: &str) -> Option<String> {
    if let Ok(age) = value.parse::<f64>().map(f64::floor)
        && (0.0..150.0).contains(&age)
    {
        let from = (age / 10.0).floor() * 10.0;
        return Some(format!("{from} to {}", from + 9.0));
    }
    let digits = |part: &&str| part.len() >= 4 && part.bytes().all(|b| b.is_ascii_digit());
    let year = value.split(|c: char| !c.is_ascii_digit()).find(digits)?.get(..4)?;
    Some(format!("born {}0s", year.get(..3)?))
}
