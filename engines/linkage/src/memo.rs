//! Remembers what comparing two values showed, so that values which meet often are compared once.

/// Numbers of values up to this fit a memo; `NONE` stands for itself.
const MOST: u32 = (1 << 30) - 1;
/// Places of a memo, a power of two: half a mebibyte, which a processor's second cache holds.
const PLACES: usize = 1 << 16;

/// What pairs of values showed, each at the one place that its numbers give; a later pair takes an earlier one's place.
#[derive(Debug, Default)]
pub(crate) struct Memo {
    /// Both numbers and below them, in four bits, what was seen.
    places: Vec<u64>,
}

impl Memo {
    /// What the pair showed, which is asked where it isn't remembered: less than 16. The same from either side.
    pub(crate) fn of(&mut self, one: u32, other: u32, ask: impl FnOnce() -> u8) -> u8 {
        let (less, more) = (one.min(MOST).min(other), one.max(other).min(MOST));
        if more == MOST && one.max(other) != u32::MAX || less == MOST {
            return ask();
        }
        if self.places.is_empty() {
            // A pair of twice the largest number is never remembered, so all bits set stand for nothing.
            self.places.resize(PLACES, u64::MAX);
        }
        let pair = u64::from(less) << 30 | u64::from(more);
        let at = (pair.wrapping_mul(0x9E37_79B9_7F4A_7C15) >> (64 - PLACES.trailing_zeros())) as usize;
        let Some(place) = self.places.get_mut(at) else {
            return ask();
        };
        if *place >> 4 == pair {
            return (*place & 15) as u8;
        }
        let seen = ask() & 15;
        *place = pair << 4 | u64::from(seen);
        seen
    }
}
