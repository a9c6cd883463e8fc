//! Chance, repeatable: every person, household, area and month has a stream of its own, derived from the county's seed,
//! so that a county can be streamed in any amount without a global state, and one more person changes no other.

use rand::{RngCore, SeedableRng};
use rand_chacha::ChaCha8Rng;

/// One stream of chance. The same seed, subject and number always give the same stream.
pub struct Dice(ChaCha8Rng);

impl Dice {
    /// The stream for the `number`-th `subject` ("person", "area", …) of the county with this seed.
    #[must_use]
    pub fn of(seed: u64, subject: &str, number: u64) -> Self {
        let mut key = [0_u8; 32];
        let parts = [seed, fnv(subject), number, 0x616c_6f6e_6773_6964];
        for (slot, byte) in key.iter_mut().zip(parts.into_iter().flat_map(u64::to_le_bytes)) {
            *slot = byte;
        }
        Self(ChaCha8Rng::from_seed(key))
    }

    /// A uniform number.
    pub fn bits(&mut self) -> u64 {
        self.0.next_u64()
    }

    /// Uniform in [0, 1).
    #[expect(clippy::cast_precision_loss, reason = "53 bits fit")]
    pub fn unit(&mut self) -> f64 {
        (self.bits() >> 11) as f64 / (1_u64 << 53) as f64
    }

    /// Uniform in `0..bound`; 0 when the bound is 0.
    pub fn below(&mut self, bound: u64) -> u64 {
        let wide = u128::from(self.bits()) * u128::from(bound);
        u64::try_from(wide >> 64).unwrap_or(0)
    }

    /// Uniform in `low..=high`.
    pub fn between(&mut self, low: i64, high: i64) -> i64 {
        let span = u64::try_from(high - low + 1).unwrap_or(1);
        low + i64::try_from(self.below(span)).unwrap_or(0)
    }

    /// True with this probability.
    pub fn chance(&mut self, probability: f64) -> bool {
        self.unit() < probability
    }

    /// One of the list, each as likely; the default for an empty list.
    pub fn pick<T: Copy + Default>(&mut self, list: &[T]) -> T {
        let at = self.index(list.len());
        list.get(at).copied().unwrap_or_default()
    }

    /// Uniform position in a list of this length.
    pub fn index(&mut self, length: usize) -> usize {
        usize::try_from(self.below(length as u64)).unwrap_or(0)
    }

    /// One of the list by weight; the default for an empty list.
    pub fn weighted<T: Copy + Default>(&mut self, list: &[(T, u32)]) -> T {
        let total: u64 = list.iter().map(|(_, weight)| u64::from(*weight)).sum();
        let mut left = self.below(total);
        for (value, weight) in list {
            match left.checked_sub(u64::from(*weight)) {
                Some(rest) => left = rest,
                None => return *value,
            }
        }
        T::default()
    }

    /// A standard normal number (Box and Muller 1958).
    pub fn normal(&mut self) -> f64 {
        let radius = (-2.0 * (1.0 - self.unit()).ln()).sqrt();
        radius * (std::f64::consts::TAU * self.unit()).cos()
    }

    /// A Poisson count with this mean: Knuth's product for small means, a rounded normal above 60.
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "clamped to be non-negative and small")]
    pub fn poisson(&mut self, mean: f64) -> u64 {
        if mean <= 0.0 {
            return 0;
        }
        if mean > 60.0 {
            return (mean + mean.sqrt() * self.normal()).round().max(0.0) as u64;
        }
        let floor = (-mean).exp();
        let mut product = self.unit();
        let mut count = 0;
        while product > floor {
            product *= self.unit();
            count += 1;
        }
        count
    }

    /// Puts a list into a random order (Fisher and Yates).
    pub fn shuffle<T>(&mut self, list: &mut [T]) {
        for last in (1..list.len()).rev() {
            list.swap(last, self.index(last + 1));
        }
    }
}

/// Fowler, Noll and Vo's 64-bit hash (FNV-1a): turns a subject's name into a number that never changes between releases.
fn fnv(text: &str) -> u64 {
    text.bytes().fold(0xcbf2_9ce4_8422_2325, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3))
}

#[cfg(test)]
mod tests {
    use super::Dice;

    #[test]
    fn a_stream_repeats_and_differs_from_its_neighbours() {
        assert_eq!(Dice::of(1, "person", 5).bits(), Dice::of(1, "person", 5).bits());
        assert_ne!(Dice::of(1, "person", 5).bits(), Dice::of(1, "person", 6).bits());
        assert_ne!(Dice::of(1, "person", 5).bits(), Dice::of(1, "area", 5).bits());
        assert_ne!(Dice::of(1, "person", 5).bits(), Dice::of(2, "person", 5).bits());
    }

    #[test]
    fn poisson_counts_have_the_mean_that_was_asked_for() {
        let mut dice = Dice::of(3, "test", 0);
        for mean in [0.3, 4.0, 90.0] {
            let sum: u64 = (0..4000).map(|_| dice.poisson(mean)).sum();
            #[expect(clippy::cast_precision_loss, reason = "small")]
            let found = sum as f64 / 4000.0;
            assert!((found - mean).abs() < 4.0 * (mean / 4000.0).sqrt(), "{found} for {mean}");
        }
    }
}
