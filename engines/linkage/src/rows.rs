//! What the comparisons look at, record by record in one place of memory: a number for each record's values in each comparison.

use rayon::prelude::*;

use crate::{
    column::{Column, NONE},
    compare::Comparisons,
    frequency::combine_all,
};

/// Records that one thread fills in at a time.
const SHARE: usize = 4_096;

/// Rows of numbers, one for each record and in it one for each comparison: equal for records that hold equal values in all of the
/// comparison's fields, and [`NONE`] where all are missing.
#[derive(Debug)]
pub(crate) struct Rows {
    width: usize,
    numbers: Vec<u32>,
}

impl Rows {
    pub(crate) fn new(records: usize, columns: &[Column], comparisons: &Comparisons) -> Rows {
        let width = comparisons.len();
        let ids = |at: &usize| columns.get(*at).map(|column| column.ids.as_slice());
        let used = |at: usize| -> Vec<&[u32]> { comparisons.columns_of(at).iter().filter_map(ids).collect() };
        let combined: Vec<Option<Vec<u32>>> =
            (0..width).into_par_iter().map(|at| (used(at).len() > 1).then(|| combine_all(&used(at)))).collect();
        let single = |at: usize| used(at).first().copied().unwrap_or_default();
        let parts: Vec<&[u32]> = combined
            .iter()
            .enumerate()
            .map(|(at, combined)| combined.as_deref().unwrap_or_else(|| single(at)))
            .collect();
        let mut numbers = vec![NONE; width * records];
        numbers.par_chunks_mut(width.max(1) * SHARE).enumerate().for_each(|(share, rows)| {
            for (at, part) in parts.iter().enumerate() {
                let part = part.get(share * SHARE..).unwrap_or_default();
                for (row, number) in rows.chunks_exact_mut(width).zip(part) {
                    if let Some(slot) = row.get_mut(at) {
                        *slot = *number;
                    }
                }
            }
        });
        Rows { width, numbers }
    }

    /// How many numbers a record has.
    pub(crate) fn width(&self) -> usize {
        self.width
    }

    /// A record's number in one comparison.
    pub(crate) fn number(&self, comparison: usize, record: u32) -> u32 {
        self.numbers.get(record as usize * self.width + comparison).copied().unwrap_or(NONE)
    }

    /// One comparison's numbers of many records.
    pub(crate) fn gather<'a>(&'a self, comparison: usize, records: &'a [u32]) -> impl Iterator<Item = u32> + 'a {
        records.iter().map(move |record| self.number(comparison, *record))
    }
}
