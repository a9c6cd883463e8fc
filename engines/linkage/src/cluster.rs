//! Clusters of records, and what makes one doubtful.

mod bridges;
mod component;
mod correlation;
mod doubt;
mod duplicate_free;
mod join;

use rayon::prelude::*;
use serde::{Deserialize, Serialize};

pub(crate) use doubt::Doubts;
pub(crate) use duplicate_free::duplicate_free;

/// Records that belong together, two or more.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Cluster {
    /// The smallest record in it.
    pub id: u32,
    /// Its records, in order.
    pub records: Vec<u32>,
    /// Why a person should look at it; empty for most.
    pub flags: Vec<Flag>,
}

/// Why a cluster is doubtful.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Flag {
    /// Its records hold different valid values of a field that distinguishes.
    Contradiction {
        /// The field.
        field: String,
        /// The first record of each value.
        records: Vec<u32>,
    },
    /// Links without any of which the cluster falls into two parts of two records and more, and which are not sure themselves: see
    /// `bridge_below` in [`crate::Clustering`]. Links that a person required are none.
    Bridges {
        /// The smaller and the larger record of each.
        links: Vec<(u32, u32)>,
    },
    /// Few of its pairs are linked: see `least_density` in [`crate::Clustering`].
    Loose {
        /// The share of its pairs that are linked, 0 to 1; pairs of one source don't count where they are never compared.
        density: f64,
    },
    /// It holds more records than `largest` in [`crate::Clustering`].
    OverLarge {
        /// That number.
        largest: usize,
    },
    /// Links joined so many records that not all of their pairs were compared with each other, and only the heaviest links were used to
    /// tell them apart. For [`crate::Method::Correlation`].
    Tangle {
        /// How many records those links joined.
        records: u32,
    },
}

/// Gathers records by cluster and flags the doubtful ones.
pub(crate) fn gather(cluster_of: &[u32], doubts: &Doubts) -> Vec<Cluster> {
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
        let id = records.first().copied().unwrap_or_default();
        Cluster { id, flags: doubts.flags(id, &records), records }
    };
    clusters.par_iter().map(cluster).collect()
}
