//! One thread's working memory: the records of a task laid side by side, and pairs of them.

use std::ops::Range;

use super::Candidate;
use crate::{
    blocking::{Blocks, Piece, Task},
    column::NONE,
    memo::Memo,
    rows::Rows,
};

/// What one thread has before it.
#[derive(Debug, Default)]
pub(crate) struct Desk {
    /// The records laid out.
    pub(super) records: Vec<u32>,
    /// For each comparison, the records' numbers.
    pub(super) numbers: Vec<Vec<u32>>,
    /// Numbers in which two records must not agree.
    unwanted: Vec<Vec<u32>>,
    /// What to pair, by places on the desk.
    pub(super) pieces: Vec<Piece>,
    pub(super) batch: Vec<Candidate>,
    pub(super) memos: Vec<Memo>,
    agree: Vec<u32>,
}

impl Desk {
    /// Lays out a task's records. `unwanted` are numbers of records in which a pair must not agree.
    pub(super) fn lay<'a>(
        &mut self,
        rows: &Rows,
        blocks: &Blocks,
        task: &Task,
        unwanted: impl Iterator<Item = &'a [u32]>,
        sources: Option<&[u16]>,
    ) {
        self.records.clear();
        self.pieces.clear();
        for Piece { from, to, combination } in blocks.pieces(task) {
            let at = self.records.len() as u32;
            let length = from.len() as u32;
            // The left records come before the right ones, if they aren't among them.
            let apart = if from.start == to.start { 0 } else { length };
            if apart > 0 {
                self.records.extend_from_slice(blocks.records(&from));
            }
            self.records.extend_from_slice(blocks.records(&to));
            let to = at + apart..at + apart + to.len() as u32;
            self.pieces.push(Piece { from: at..at + length, to, combination });
        }
        self.gather(rows);
        let Desk { records, unwanted: cells, .. } = self;
        let of_records = |of: &[u32]| records.iter().map(|r| of.get(*r as usize).copied().unwrap_or(NONE)).collect();
        let source =
            |of: &[u16]| records.iter().map(|r| of.get(*r as usize).map_or(NONE, |of| u32::from(*of))).collect();
        cells.clear();
        cells.extend(unwanted.map(of_records));
        cells.extend(sources.map(source));
    }

    /// Pairs one record with all at `after` with whom it agrees in no unwanted number, if `wanted`, and gives their number; `draw` may
    /// leave out some that are counted.
    pub(super) fn pair(
        &mut self,
        left: u32,
        after: Range<u32>,
        wanted: impl Fn(u32, u32) -> bool,
        draw: impl Fn(u32, u32) -> bool,
    ) -> u64 {
        let places = after.start as usize..after.end as usize;
        self.agree.clear();
        self.agree.resize(places.len(), 0);
        for numbers in &self.unwanted {
            let own = numbers.get(left as usize).copied().unwrap_or(NONE);
            if own != NONE {
                let others = numbers.get(places.clone()).unwrap_or_default();
                self.agree.iter_mut().zip(others).for_each(|(agree, other)| *agree |= u32::from(own == *other));
            }
        }
        let own = self.records.get(left as usize).copied().unwrap_or(NONE);
        let others = self.records.get(places).unwrap_or_default();
        let mut count = 0;
        for ((right, agree), other) in after.zip(&self.agree).zip(others) {
            if *agree == 0 && wanted(own, *other) {
                count += 1;
                if draw(own, *other) {
                    self.batch.push(candidate(left, right));
                }
            }
        }
        count
    }

    /// Lays out any records.
    pub(super) fn take_up(&mut self, rows: &Rows, records: impl Iterator<Item = u32>) {
        self.records.clear();
        self.records.extend(records);
        self.gather(rows);
    }

    /// Pairs the records at two places.
    pub(super) fn add(&mut self, left: usize, right: usize) {
        self.batch.push(candidate(left as u32, right as u32));
    }

    fn gather(&mut self, rows: &Rows) {
        self.numbers.resize_with(rows.width(), Vec::new);
        for (at, numbers) in self.numbers.iter_mut().enumerate() {
            numbers.clear();
            numbers.extend(rows.gather(at, &self.records));
        }
    }
}

/// INVARIANT: a desk holds fewer than 65,536 records.
fn candidate(left: u32, right: u32) -> Candidate {
    Candidate { left: left as u16, right: right as u16, most: 0.0, pattern: 0 }
}
