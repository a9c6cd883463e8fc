//! How linked pairs become clusters, and what makes a cluster doubtful: the table `[clustering]`.

use serde::{Deserialize, Serialize};

use super::Spec;
use crate::Error;

/// How linked pairs become clusters, and which clusters a person should look at.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Clustering {
    /// Which links hold.
    #[serde(default)]
    pub method: Method,
    /// For `one_to_one`: the sources that hold nobody twice, by name. Without it, all of them.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub duplicate_free: Vec<String>,
    /// A cluster of more records than this is flagged as over-large.
    #[serde(default = "largest")]
    pub largest: usize,
    /// A cluster of four records and more is flagged as loose where a smaller share of its pairs is linked, 0 to 1; 0 flags none.
    #[serde(default = "least_density")]
    pub least_density: f64,
    /// A link that alone holds two parts of two records and more together is flagged as a bridge where its probability lies below
    /// this, 0 to 1; 0 flags none.
    #[serde(default = "bridge_below")]
    pub bridge_below: f64,
}

/// Which links hold.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Method {
    /// All: a cluster is whatever links join, directly or through others.
    #[default]
    ConnectedComponents,
    /// The best links, heaviest first, as long as no cluster holds two records of one source. Links of equal weight of which only
    /// one can hold are refused together. Needs sources. Splink's `cluster_using_single_best_links` with ties dropped.
    OneToOne,
    /// Those that the other pairs of both groups bear out: every pair of a component is compared, counts by how many bits it lies above
    /// or below the link threshold, and two groups join while the sum over the pairs between them is above 0, the largest sum first.
    /// One weak link then chains nobody together.
    Correlation,
}

fn largest() -> usize {
    50
}

fn least_density() -> f64 {
    0.55
}

fn bridge_below() -> f64 {
    0.9999
}

impl Default for Clustering {
    fn default() -> Self {
        Clustering {
            method: Method::default(),
            duplicate_free: Vec::new(),
            largest: largest(),
            least_density: least_density(),
            bridge_below: bridge_below(),
        }
    }
}

impl Clustering {
    pub(super) fn is_default(&self) -> bool {
        *self == Clustering::default()
    }
}

impl Spec {
    pub(super) fn check_clustering(&self) -> Result<(), Error> {
        let Clustering { method, duplicate_free, largest, least_density, bridge_below } = &self.clustering;
        let wrong = |message: String| Err(Error::Spec(format!("clustering: {message}")));
        if !duplicate_free.is_empty() && *method != Method::OneToOne {
            return wrong(
                "duplicate_free goes with method = \"one_to_one\"; other methods don't look at sources".into(),
            );
        }
        let twice = |name: &&String| duplicate_free.iter().filter(|other| other == name).count() > 1;
        if let Some(name) = duplicate_free.iter().find(twice) {
            return wrong(format!("duplicate_free names `{name}` twice"));
        }
        if *largest < 2 {
            return wrong(format!("largest is {largest}; it must be 2 or more, for instance 50"));
        }
        for (name, share) in [("least_density", least_density), ("bridge_below", bridge_below)] {
            if !(0.0..=1.0).contains(share) {
                return wrong(format!("{name} is {share}; it must lie between 0 and 1"));
            }
        }
        Ok(())
    }
}
