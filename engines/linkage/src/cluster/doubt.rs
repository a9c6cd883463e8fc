//! Why a person should look at a cluster.

use std::collections::{BTreeMap, HashMap};

use rayon::prelude::*;

use super::{Flag, bridges::bridges};
use crate::{Clustering, Decision, Linker, Pair, bits, clean::valid};

/// From so many records on a cluster can be loose, or have two parts.
const LEAST: usize = 4;

/// What is known of a run's clusters beside their records.
pub(crate) struct Doubts<'a> {
    linker: &'a Linker,
    /// The links within clusters of [`LEAST`] records and more, by cluster and record.
    links: Vec<Link>,
    /// For records cut out of a component too large to compare, how many records it had.
    tangles: HashMap<u32, u32>,
}

#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Link {
    cluster: u32,
    left: u32,
    right: u32,
    /// So likely, or required by a person, that nobody need look at it.
    sure: bool,
}

impl<'a> Doubts<'a> {
    pub(super) fn new(
        linker: &'a Linker,
        pairs: &[Pair],
        cluster_of: &[u32],
        tangles: HashMap<u32, u32>,
    ) -> Doubts<'a> {
        let mut sizes = vec![0_usize; cluster_of.len()];
        for cluster in cluster_of {
            if let Some(size) = sizes.get_mut(*cluster as usize) {
                *size += 1;
            }
        }
        let below = match linker.spec().clustering.bridge_below {
            below if below >= 1.0 => f64::INFINITY,
            below if below <= 0.0 => f64::NEG_INFINITY,
            below => bits(below),
        };
        let link = |pair: &Pair| {
            let required = match pair.decision {
                Decision::Link => false,
                Decision::Required => true,
                Decision::Review | Decision::Apart | Decision::Forbidden | Decision::Refused => return None,
            };
            let cluster = *cluster_of.get(pair.left as usize)?;
            let large = sizes.get(cluster as usize).is_some_and(|size| *size >= LEAST);
            let sure = required || pair.weight >= below;
            large.then_some(Link { cluster, left: pair.left, right: pair.right, sure })
        };
        let mut links: Vec<Link> = pairs.par_iter().filter_map(link).collect();
        links.par_sort_unstable();
        Doubts { linker, links, tangles }
    }

    pub(super) fn flags(&self, cluster: u32, records: &[u32]) -> Vec<Flag> {
        let Clustering { largest, least_density, .. } = self.linker.spec().clustering;
        let mut flags = self.contradictions(records);
        if records.len() > largest {
            flags.push(Flag::OverLarge { largest });
        }
        if let Some(size) = records.iter().find_map(|record| self.tangles.get(record)) {
            flags.push(Flag::Tangle { records: *size });
        }
        if records.len() < LEAST {
            return flags;
        }
        let start = self.links.partition_point(|link| link.cluster < cluster);
        let links: Vec<Link> =
            self.links.iter().skip(start).take_while(|link| link.cluster == cluster).copied().collect();
        let density = links.len() as f64 / self.possible(records).max(1) as f64;
        if density < least_density {
            flags.push(Flag::Loose { density });
        }
        let unsure: Vec<(u32, u32)> =
            links.iter().filter(|link| !link.sure).map(|link| (link.left, link.right)).collect();
        if !unsure.is_empty() {
            let pairs: Vec<(u32, u32)> = links.iter().map(|link| (link.left, link.right)).collect();
            let links: Vec<(u32, u32)> =
                bridges(records, &pairs).into_iter().filter(|link| unsure.binary_search(link).is_ok()).collect();
            if !links.is_empty() {
                flags.push(Flag::Bridges { links });
            }
        }
        flags
    }

    /// How many pairs of these records could link.
    fn possible(&self, records: &[u32]) -> usize {
        let pairs = |records: usize| records * (records - 1) / 2;
        let mut of_source: HashMap<u16, usize> = HashMap::new();
        if let Some(sources) = self.linker.sources_apart() {
            for source in records.iter().filter_map(|record| sources.get(*record as usize)) {
                *of_source.entry(*source).or_default() += 1;
            }
        }
        pairs(records.len()) - of_source.into_values().map(pairs).sum::<usize>()
    }

    fn contradictions(&self, records: &[u32]) -> Vec<Flag> {
        let mut flags = Vec::new();
        let fields = self.linker.spec().fields.iter().zip(&self.linker.columns);
        for (field, column) in fields.filter(|(field, _)| field.distinguishes) {
            let mut firsts: BTreeMap<u32, u32> = BTreeMap::new();
            for record in records {
                if column.value(*record).is_some_and(|value| valid(field.check, value)) {
                    firsts.entry(column.id(*record)).or_insert(*record);
                }
            }
            if firsts.len() > 1 {
                let mut records: Vec<u32> = firsts.into_values().collect();
                records.sort_unstable();
                flags.push(Flag::Contradiction { field: field.name.clone(), records });
            }
        }
        flags
    }
}
