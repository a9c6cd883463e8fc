//! Numbers drawn by chance that depend on nothing but a seed and a count: the draw numbered 17 of seed 1 is the same on one
//! thread and on sixty, today and next year.
//!
//! Each numbered piece of work (a permutation, a replicate, an area) has a stream of its own: xoshiro256++ (Blackman & Vigna,
//! "Scrambled linear pseudorandom number generators", ACM TOMS 47, 2021), seeded from seed and number through SplitMix64.

use rand_xoshiro::Xoshiro256PlusPlus;
use rand_xoshiro::rand_core::{Rng, SeedableRng};

/// One stream of random numbers.
#[derive(Debug, Clone)]
pub struct Stream(Xoshiro256PlusPlus);

impl Stream {
    /// The stream of a numbered piece of work under a seed.
    #[must_use]
    pub fn of(seed: u64, number: u64) -> Self {
        // An odd multiplier keeps different numbers different; the generator's own seeding scatters what is close together.
        Self(Xoshiro256PlusPlus::seed_from_u64(seed ^ number.wrapping_add(1).wrapping_mul(0x9E37_79B9_7F4A_7C15)))
    }

    /// Sixty-four random bits.
    #[must_use]
    pub fn bits(&mut self) -> u64 {
        self.0.next_u64()
    }

    /// A number from 0 up to, and without, 1: 53 random bits.
    #[must_use]
    #[expect(clippy::cast_precision_loss, reason = "53 bits fit")]
    pub fn unit(&mut self) -> f64 {
        (self.bits() >> 11) as f64 * (1.0 / 9_007_199_254_740_992.0)
    }

    /// A whole number from 0 up to, and without, `bound`, each as likely as the next (Lemire, "Fast random integer generation
    /// in an interval", ACM TOMACS 29, 2019); 0 where the bound is 0.
    #[must_use]
    #[expect(clippy::cast_possible_truncation, reason = "the low half of a 64-bit product, on purpose")]
    pub fn below(&mut self, bound: u32) -> u32 {
        let mut product = (self.bits() >> 32) * u64::from(bound);
        if (product as u32) < bound {
            let least = bound.wrapping_neg() % bound;
            while (product as u32) < least {
                product = (self.bits() >> 32) * u64::from(bound);
            }
        }
        (product >> 32) as u32
    }

    /// Puts the items in an order by chance, each order as likely as the next (Fisher & Yates). At most 2^32 items.
    pub fn shuffle<T>(&mut self, items: &mut [T]) {
        for last in (1..items.len()).rev() {
            let bound = u32::try_from(last + 1).unwrap_or(u32::MAX);
            items.swap(last, self.below(bound) as usize);
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::Stream;

    #[test]
    fn every_face_comes_up_as_often() {
        let (mut stream, mut faces) = (Stream::of(1, 0), [0_u32; 6]);
        for _ in 0..60_000 {
            faces[stream.below(6) as usize] += 1;
        }
        // Chi-squared with 5 degrees of freedom passes 20.5 once in a thousand.
        let chi: f64 = faces.iter().map(|n| (f64::from(*n) - 10_000.0).powi(2) / 10_000.0).sum();
        assert!(chi < 20.5, "{faces:?}");
    }

    #[test]
    fn every_order_comes_up_as_often() {
        let mut orders = std::collections::BTreeMap::<[u8; 3], u32>::new();
        for number in 0..6_000 {
            let mut items = [0, 1, 2];
            Stream::of(7, number).shuffle(&mut items);
            *orders.entry(items).or_default() += 1;
        }
        assert_eq!(orders.len(), 6);
        assert!(orders.values().all(|n| (870..1130).contains(n)), "{orders:?}");
    }

    proptest! {
        #[test]
        fn a_draw_is_below_its_bound_and_comes_again(seed: u64, number: u64, bound in 1_u32..) {
            let (mut one, mut other) = (Stream::of(seed, number), Stream::of(seed, number));
            let drawn = one.below(bound);
            prop_assert!(drawn < bound);
            prop_assert_eq!(drawn, other.below(bound));
            prop_assert!((0.0..1.0).contains(&one.unit()));
        }
    }
}
