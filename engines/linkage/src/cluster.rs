//! Clusters of records, and what makes one doubtful.

use std::collections::BTreeMap;

use rayon::prelude::*;
use serde::{Deserialize, Serialize};

use crate::{Spec, clean::valid, column::Column};

/// Records that belong together, two or more.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Cluster {
    /// The smallest record in it.
    pub id: u32,
    /// Its records, in order.
    pub records: Vec<u32>,
    /// Why a person should look at it; empty for most.
    pub flags: Vec<Flag>,
}

/// Why a cluster is doubtful.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Flag {
    /// Its records hold different valid values of a field that distinguishes.
    Contradiction {
        /// The field.
        field: String,
        /// The first record of each value.
        records: Vec<u32>,
    },
}

/// Gathers records by cluster and flags the doubtful ones.
pub(crate) fn gather(spec: &Spec, columns: &[Column], cluster_of: &[u32]) -> Vec<Cluster> {
    let mut sizes = vec![0_u32; cluster_of.len()];
    for cluster in cluster_of {
        if let Some(size) = sizes.get_mut(*cluster as usize) {
            *size += 1;
        }
    }
    let shared = |cluster: u32| sizes.get(cluster as usize).is_some_and(|size| *size > 1);
    let mut members: Vec<(u32, u32)> =
        cluster_of.iter().copied().zip(0_u32..).filter(|(cluster, _)| shared(*cluster)).collect();
    members.par_sort_unstable();
    let clusters: Vec<&[(u32, u32)]> = members.chunk_by(|a, b| a.0 == b.0).collect();
    let cluster = |members: &&[(u32, u32)]| {
        let records: Vec<u32> = members.iter().map(|(_, record)| *record).collect();
        Cluster { id: records.first().copied().unwrap_or_default(), flags: flags(spec, columns, &records), records }
    };
    clusters.par_iter().map(cluster).collect()
}

fn flags(spec: &Spec, columns: &[Column], records: &[u32]) -> Vec<Flag> {
    let mut flags = Vec::new();
    for (field, column) in spec.fields.iter().zip(columns).filter(|(field, _)| field.distinguishes) {
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
