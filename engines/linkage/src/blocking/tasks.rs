//! A rule's pairs, shared out: many small blocks together, and a huge one in squares.

use std::ops::Range;

use super::{Blocks, Span};

/// About how many pairs one task compares.
const TASK: u64 = 65_536;
/// About how many records a task takes up: what is known of them must stay in the processor's own memory.
const RECORDS: u32 = 2_048;
/// A block of more records than this is cut into squares.
const SIDE: u32 = 1_024;

/// What one thread does before it takes more.
#[derive(Debug, Clone)]
pub(crate) enum Task {
    /// Blocks one after another, by their numbers.
    Blocks(Range<usize>),
    /// A part of one block.
    Square(Piece),
}

/// Pairs of a record in `from` with one in `to` that stands after it. Places in the order of records.
#[derive(Debug, Clone)]
pub(crate) struct Piece {
    pub(crate) from: Range<u32>,
    /// Begins where `from` does, or after its end.
    pub(crate) to: Range<u32>,
    /// The number of the combination of keys that they share.
    pub(crate) combination: u32,
}

impl Blocks {
    /// Splits the blocks into tasks of about equal work.
    pub(crate) fn tasks(&self) -> Vec<Task> {
        let mut tasks = Vec::new();
        let mut first = 0;
        let (mut pairs, mut records) = (0, 0);
        for (number, block) in self.blocks.iter().enumerate() {
            let large = block.records > SIDE;
            if large || pairs >= TASK || records >= RECORDS {
                tasks.extend((first < number).then_some(Task::Blocks(first..number)));
                first = number + usize::from(large);
                (pairs, records) = (0, 0);
            }
            if large {
                tasks.extend(squares(*block).map(Task::Square));
            } else {
                pairs += block.pairs();
                records += block.records;
            }
        }
        tasks.extend((first < self.blocks.len()).then_some(Task::Blocks(first..self.blocks.len())));
        tasks
    }

    /// What a task is made of.
    pub(crate) fn pieces<'a>(&'a self, task: &'a Task) -> impl Iterator<Item = Piece> + 'a {
        let (blocks, square) = match task {
            Task::Blocks(blocks) => (self.blocks.get(blocks.clone()).unwrap_or_default(), None),
            Task::Square(piece) => (Default::default(), Some(piece.clone())),
        };
        let whole = |block: &Span| Piece {
            from: block.start..block.start + block.new,
            to: block.start..block.start + block.records,
            combination: block.combination,
        };
        blocks.iter().map(whole).chain(square)
    }

    /// Records at places in their order.
    pub(crate) fn records(&self, places: &Range<u32>) -> &[u32] {
        self.order.get(places.start as usize..places.end as usize).unwrap_or_default()
    }
}

fn squares(block: Span) -> impl Iterator<Item = Piece> {
    let new = block.start + block.new;
    let end = block.start + block.records;
    (block.start..new).step_by(SIDE as usize).flat_map(move |row| {
        let from = row..(row + SIDE).min(new);
        let square = move |column: u32| Piece {
            from: from.clone(),
            to: column..(column + SIDE).min(end),
            combination: block.combination,
        };
        (row..end).step_by(SIDE as usize).map(square)
    })
}
