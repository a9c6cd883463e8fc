//! Numbers dealt without replacement from a deck that is put back in order after each deal, so that a deal depends on its
//! stream alone and not on those before it.

use super::numbers;
use crate::random::Stream;

/// The numbers from 0 up to, and without, the deck's size.
pub(super) struct Deck {
    cards: Vec<u32>,
    swapped: Vec<usize>,
}

impl Deck {
    pub(super) fn of(size: usize) -> Self {
        Self { cards: numbers(size).collect(), swapped: Vec::new() }
    }

    /// Deals so many different numbers, in an order by chance (the first steps of Fisher & Yates); all when there are fewer.
    /// O(count).
    pub(super) fn deal(&mut self, stream: &mut Stream, count: usize, mut take: impl FnMut(u32)) {
        self.swapped.clear();
        for at in 0..count.min(self.cards.len()) {
            let left = u32::try_from(self.cards.len() - at).unwrap_or(u32::MAX);
            let from = at + stream.below(left) as usize;
            self.cards.swap(at, from);
            self.swapped.push(from);
            if let Some(card) = self.cards.get(at) {
                take(*card);
            }
        }
        for (at, from) in self.swapped.iter().enumerate().rev() {
            self.cards.swap(at, *from);
        }
    }
}
