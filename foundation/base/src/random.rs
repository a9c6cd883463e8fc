//! Randomness that is passed in: one seedable generator, shared by everyone who needs it, so that a test or a replay can
//! repeat what happened. `app` seeds the one for production from the operating system.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use rand::{RngCore, SeedableRng};
use rand_chacha::ChaCha20Rng;

/// A source of randomness, fit for keys and tokens when its seed is secret. Clones share one state.
#[derive(Clone)]
pub struct Random(Arc<Mutex<State>>);

struct State {
    rng: ChaCha20Rng,
    last_id: u128,
}

impl Random {
    /// A generator for tests and synthetic data: the same seed gives the same sequence. Never for secrets.
    #[must_use]
    pub fn seeded(seed: u64) -> Self {
        Self::over(ChaCha20Rng::seed_from_u64(seed))
    }

    /// A generator from 32 bytes; as secret as they are.
    #[must_use]
    pub fn from_seed(seed: [u8; 32]) -> Self {
        Self::over(ChaCha20Rng::from_seed(seed))
    }

    fn over(rng: ChaCha20Rng) -> Self {
        Self(Arc::new(Mutex::new(State { rng, last_id: 0 })))
    }

    /// Fills the buffer with random bytes.
    pub fn fill(&self, buffer: &mut [u8]) {
        self.state().rng.fill_bytes(buffer);
    }

    /// A number uniform over all of `u64`.
    #[must_use]
    pub fn next_u64(&self) -> u64 {
        self.state().rng.next_u64()
    }

    /// `N` random bytes.
    #[must_use]
    pub fn bytes<const N: usize>(&self) -> [u8; N] {
        let mut bytes = [0; N];
        self.fill(&mut bytes);
        bytes
    }

    /// The next ULID for this millisecond: greater than every other that this generator made in the same millisecond, and
    /// not to be guessed from them.
    pub(crate) fn next_ulid(&self, millis: u64) -> u128 {
        // One bit of the 80 is kept free so that stepping on within a millisecond cannot carry into the time.
        const RANDOM_BITS: u32 = 80;
        const FRESH_BITS: u32 = 79;
        let mut state = self.state();
        let id = if state.last_id >> RANDOM_BITS == u128::from(millis) {
            state.last_id + 1 + u128::from(state.rng.next_u32())
        } else {
            let high = u128::from(state.rng.next_u64()) << 64 | u128::from(state.rng.next_u64());
            u128::from(millis) << RANDOM_BITS | high >> (u128::BITS - FRESH_BITS)
        };
        state.last_id = id;
        id
    }

    fn state(&self) -> MutexGuard<'_, State> {
        // A panic elsewhere cannot leave the generator half-changed in a way that matters.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl std::fmt::Debug for Random {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Random") // never the state: it foretells keys
    }
}

#[cfg(test)]
mod tests {
    use super::Random;

    #[test]
    fn the_same_seed_repeats_and_another_does_not() {
        assert_eq!(Random::seeded(7).bytes::<40>(), Random::seeded(7).bytes::<40>());
        assert_ne!(Random::seeded(7).next_u64(), Random::seeded(8).next_u64());
        assert_ne!(Random::from_seed([1; 32]).next_u64(), Random::from_seed([2; 32]).next_u64());
    }

    #[test]
    fn clones_share_one_sequence() {
        let one = Random::seeded(7);
        let two = one.clone();
        assert_ne!(one.next_u64(), two.next_u64());
    }
}
