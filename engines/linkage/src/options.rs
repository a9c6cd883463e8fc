//! What a run may do, and which records it is about.

use std::ops::Range;

/// What a run may do and must respect. The default runs freely within 100,000,000 pairs.
#[derive(Debug, Clone)]
pub struct RunOptions {
    /// Most pairs that the blocking rules may find; beyond it the run is refused before it starts.
    pub budget: u64,
    /// Pairs that a person said belong together: joined whatever their weight.
    pub required: Vec<(u32, u32)>,
    /// Pairs that a person said don't: never in one cluster, whatever else links them.
    pub forbidden: Vec<(u32, u32)>,
    /// Pairs that earlier runs kept. They are weighed again with the records as they are now, and take part in clustering,
    /// but need not be found again: with [`Linker::run_for`] this carries old links along.
    pub earlier: Vec<(u32, u32)>,
    /// Keep compared pairs below both thresholds too.
    pub keep_apart: bool,
    /// Remember which pairs lie less than so many bits below the threshold for review, for [`Linker::update`]: where values are weighed by
    /// their rarity, every delivery shifts weights a little and may lift some of them. Without term frequency nothing shifts and
    /// nothing is remembered.
    pub reserve: f64,
}

impl Default for RunOptions {
    fn default() -> Self {
        RunOptions {
            budget: 100_000_000,
            required: Vec::new(),
            forbidden: Vec::new(),
            earlier: Vec::new(),
            keep_apart: false,
            reserve: 1.0,
        }
    }
}

/// The records that an incremental run is about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewRecords(Which);

#[derive(Debug, Clone, PartialEq, Eq)]
enum Which {
    Range(Range<u32>),
    /// Sorted.
    Listed(Vec<u32>),
}

impl NewRecords {
    /// A range of records, such as those that were added last.
    #[must_use]
    pub fn range(range: Range<u32>) -> NewRecords {
        NewRecords(Which::Range(range))
    }

    /// Any records, in any order.
    #[must_use]
    pub fn records(records: &[u32]) -> NewRecords {
        let mut sorted = records.to_vec();
        sorted.sort_unstable();
        sorted.dedup();
        NewRecords(Which::Listed(sorted))
    }

    /// How many they are.
    pub(crate) fn count(&self) -> usize {
        match &self.0 {
            Which::Range(range) => range.len(),
            Which::Listed(records) => records.len(),
        }
    }

    pub(crate) fn hold(&self, record: u32) -> bool {
        match &self.0 {
            Which::Range(range) => range.contains(&record),
            Which::Listed(records) => records.binary_search(&record).is_ok(),
        }
    }

    pub(crate) fn last(&self) -> Option<u32> {
        match &self.0 {
            Which::Range(range) => range.clone().next_back(),
            Which::Listed(records) => records.last().copied(),
        }
    }
}
