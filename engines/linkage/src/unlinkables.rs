//! Records that hold too little: even against themselves they would not reach a threshold.

use rayon::prelude::*;

use crate::Linker;

impl Linker {
    /// For each record the match weight, in bits, that it would have against an exact copy of itself: the most that it can have, but for a
    /// rarer value of the other's. A record whose weight is below the link threshold can't be linked to anything, however right that were; a
    /// chance that has still to be learnt counts as no evidence. Splink's `unlinkables_chart` draws the same weights.
    #[must_use]
    pub fn self_weights(&self) -> Vec<f64> {
        let weight = |record| self.weigh(self.pattern(record, record), self.terms(record, record)).0;
        (0..self.records() as u32).into_par_iter().map(weight).collect()
    }
}
