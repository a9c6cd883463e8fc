//! Compares the pairs that blocking rules find, many at a time: records are laid side by side, pairs pass through one comparison after
//! another, cheap ones first, and a pair that can no longer reach the wanted weight is dropped on the way.

mod alike;
mod desk;
mod quick;
mod way;

use std::{
    ops::Range,
    sync::atomic::{AtomicUsize, Ordering},
};

use crate::{
    Linker, Pattern,
    blocking::{Blocking, Blocks, Piece, Task},
};
pub(crate) use desk::Desk;
pub(crate) use way::{Way, reweighed, ways};

/// Pairs that pass through the comparisons together.
const BATCH: usize = 2_048;
/// Bits by which the quick sum of single precision may be wrong, and far more.
const SLACK: f32 = 0.01;

/// A pair on its way through the comparisons. 16 bytes.
#[derive(Debug, Clone, Copy)]
struct Candidate {
    /// Places on the desk.
    left: u16,
    right: u16,
    /// The most that its weight can be, with what was seen so far and the best of the rest.
    most: f32,
    pattern: u64,
}

/// A pair that was compared.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Seen {
    pub(crate) left: u32,
    pub(crate) right: u32,
    pub(crate) pattern: Pattern,
}

/// A scan of pairs.
pub(crate) struct Scan<'a> {
    pub(crate) linker: &'a Linker,
    /// Whose blocks are scanned.
    pub(crate) blocking: &'a Blocking,
    /// Pairs that surely weigh less than this are dropped; [`f64::NEG_INFINITY`] drops none.
    pub(crate) least: f64,
}

/// Runs numbered tasks on all threads of the pool; each thread keeps a result of its own.
pub(crate) fn share_out<T: Default + Send>(tasks: usize, work: impl Fn(usize, &mut Desk, &mut T) + Sync) -> Vec<T> {
    let next = AtomicUsize::new(0);
    rayon::broadcast(|_| {
        let (mut desk, mut own) = (Desk::default(), T::default());
        loop {
            let task = next.fetch_add(1, Ordering::Relaxed);
            if task >= tasks {
                return own;
            }
            work(task, &mut desk, &mut own);
        }
    })
}

impl Scan<'_> {
    /// Calls `keep` with each pair of a task that isn't dropped, and gives the number of pairs. Pairs that an earlier
    /// rule finds, or of records of one source where that keeps them apart, are no pairs here; `draw` may leave out pairs, which are counted all the same.
    pub(crate) fn task(
        &self,
        desk: &mut Desk,
        blocks: &Blocks,
        task: &Task,
        draw: impl Fn(u32, u32) -> bool,
        mut keep: impl FnMut(Seen),
    ) -> u64 {
        let Scan { linker, blocking, .. } = self;
        desk.lay(&linker.rows, blocks, task, blocking.plain_before(blocks.rule), linker.sources_apart());
        let several = blocking.has_several(blocks.rule);
        let mut count = 0;
        let pieces = std::mem::take(&mut desk.pieces);
        for Piece { from, to, combination } in &pieces {
            for left in from.clone() {
                let after = to.start.max(left + 1)..to.end;
                let first =
                    |one, other| !several || blocking.first_among_several(blocks.rule, *combination, one, other);
                count += desk.pair(left, after, first, &draw);
                if desk.batch.len() >= BATCH {
                    self.compare(desk, &mut keep);
                }
            }
        }
        self.compare(desk, &mut keep);
        desk.pieces = pieces;
        count
    }

    /// Compares each of these records, by places in an order that goes round, with those that stand some places after it, where `wanted`
    /// says so of the place and the distance. INVARIANT: fewer than 65,536 places and distances together.
    pub(crate) fn spaced(
        &self,
        desk: &mut Desk,
        order: &[u32],
        (places, distances): (Range<usize>, Range<usize>),
        wanted: impl Fn(usize, usize) -> bool,
        mut keep: impl FnMut(Seen),
    ) {
        let first = places.start + distances.start;
        let others = first..(places.end + distances.end).saturating_sub(1);
        let record = |place: usize| order.get(place % order.len()).copied();
        desk.take_up(&self.linker.rows, places.clone().chain(others).filter_map(record));
        for place in places.clone() {
            let left = place - places.start;
            for distance in distances.clone().filter(|distance| wanted(place, *distance)) {
                desk.add(left, places.len() + place + distance - first);
            }
            if desk.batch.len() >= BATCH {
                self.compare(desk, &mut keep);
            }
        }
        self.compare(desk, keep);
    }

    fn compare(&self, desk: &mut Desk, mut keep: impl FnMut(Seen)) {
        let linker = self.linker;
        let Desk { records, numbers, batch, memos, .. } = desk;
        let start = linker.ways.iter().map(Way::most).fold(linker.weights.start() as f32, |sum, most| sum + most);
        batch.iter_mut().for_each(|candidate| candidate.most = start);
        let least = self.least as f32 - SLACK;
        memos.resize_with(linker.ways.len(), Default::default);
        for (way, memo) in linker.ways.iter().zip(memos) {
            if let Some(numbers) = numbers.get(way.comparison()) {
                way.compare(linker, records, numbers, memo, batch, least);
            }
        }
        let record = |place: u16| records.get(place as usize).copied().unwrap_or_default();
        for candidate in batch.drain(..) {
            let (one, other) = (record(candidate.left), record(candidate.right));
            let pattern = Pattern::from_number(candidate.pattern);
            keep(Seen { left: one.min(other), right: one.max(other), pattern });
        }
    }
}
