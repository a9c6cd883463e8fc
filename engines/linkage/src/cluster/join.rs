//! From weighed pairs to clusters, by the spec's method.

use std::collections::HashMap;

use super::{Doubts, component::correlate, gather};
use crate::{
    Decision, Linker, Method, Pair,
    constraints::{self, Edge, Never},
};

impl Linker {
    /// Clusters the records. `budget` is the most pairs that a method may compare for itself.
    pub(crate) fn join(
        &self,
        pairs: &mut [Pair],
        forbidden: &[(u32, u32)],
        budget: u64,
    ) -> (Vec<u32>, Vec<super::Cluster>) {
        let edge = |pair: &Pair| {
            let weight = match pair.decision {
                Decision::Required => f64::INFINITY,
                Decision::Link => pair.weight,
                Decision::Review | Decision::Apart | Decision::Forbidden | Decision::Refused => return None,
            };
            Some(Edge { left: pair.left, right: pair.right, weight })
        };
        let edges: Vec<Edge> = pairs.iter().filter_map(edge).collect();
        let never = Never { forbidden, duplicate_free: self.duplicate_free.as_deref() };
        let (mut sets, refused, tangles) = match self.spec().clustering.method {
            Method::ConnectedComponents | Method::OneToOne => {
                let (sets, refused) = constraints::join(self.records(), &edges, never);
                (sets, refused, HashMap::new())
            }
            Method::Correlation => {
                let found = correlate(self, &edges, never, budget);
                (found.sets, found.refused, found.tangles)
            }
        };
        let linking = pairs.iter_mut().filter(|pair| matches!(pair.decision, Decision::Link | Decision::Required));
        for (pair, refused) in linking.zip(refused) {
            if refused {
                pair.decision = Decision::Refused;
            }
        }
        let cluster_of: Vec<u32> = (0..self.records() as u32).map(|record| sets.of(record)).collect();
        let doubts = Doubts::new(self, pairs, &cluster_of, tangles);
        let clusters = gather(&cluster_of, &doubts);
        (cluster_of, clusters)
    }
}
