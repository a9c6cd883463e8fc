//! Token buckets in memory, so that passwords and codes can't be guessed at speed. Keys are kept as hashes: neither
//! account names nor addresses stand in memory longer than the request.

use std::{
    collections::HashMap,
    sync::{Mutex, PoisonError},
};

use base::{SignedDuration, Timestamp};
use sha2::{Digest, Sha256};

/// At most so many keys are remembered; beyond that the fullest buckets (those that tell least) go first, the oldest of them before others.
const KEYS: usize = 50_000;
/// So many go at once, so that they are seldom looked through.
const ROOM: usize = 5_000;

/// So many tries at once, refilled evenly over a period.
#[derive(Debug)]
pub struct Throttle {
    tries: f64,
    refill_per_second: f64,
    buckets: Mutex<HashMap<[u8; 32], Bucket>>,
}

#[derive(Debug, Clone, Copy)]
struct Bucket {
    left: f64,
    at: Timestamp,
}

/// Too many tries: how long until the next one is looked at.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("too many tries")]
pub struct Wait(pub SignedDuration);

impl Wait {
    /// The waiting time in words, rounded up to whole minutes: `1 minute`.
    #[must_use]
    pub fn words(self) -> String {
        let minutes = (self.0.as_secs() + 59) / 60;
        if minutes <= 1 { "1 minute".to_owned() } else { format!("{minutes} minutes") }
    }
}

impl Throttle {
    /// `tries` at once per key, all of them back after `period`.
    #[must_use]
    pub fn new(tries: u32, period: SignedDuration) -> Self {
        let tries = f64::from(tries.max(1));
        Self { tries, refill_per_second: tries / period.as_secs_f64().max(1.0), buckets: Mutex::default() }
    }

    /// Takes one try. Call it before the secret is looked at, so that a right guess tells no more than a wrong one.
    ///
    /// # Errors
    /// [`Wait`] where none is left.
    pub fn take(&self, key: &str, now: Timestamp) -> Result<(), Wait> {
        let mut buckets = self.buckets.lock().unwrap_or_else(PoisonError::into_inner);
        let key = digest(key);
        if buckets.len() >= KEYS && !buckets.contains_key(&key) {
            self.make_room(&mut buckets, now);
        }
        let bucket = buckets.entry(key).or_insert(Bucket { left: self.tries, at: now });
        let left = self.left(*bucket, now);
        *bucket = Bucket { left, at: now };
        if left < 1.0 {
            let seconds = ((1.0 - left) / self.refill_per_second).ceil();
            return Err(Wait(SignedDuration::from_secs(seconds as i64)));
        }
        bucket.left = left - 1.0;
        Ok(())
    }

    /// Gives all tries back: the right secret was given.
    pub fn forgive(&self, key: &str) {
        self.buckets.lock().unwrap_or_else(PoisonError::into_inner).remove(&digest(key));
    }

    /// Never all of them: whoever sends tens of thousands of keys would give everybody's tries back.
    fn make_room(&self, buckets: &mut HashMap<[u8; 32], Bucket>, now: Timestamp) {
        let mut order: Vec<([u8; 32], f64, Timestamp)> =
            buckets.iter().map(|(key, bucket)| (*key, self.left(*bucket, now), bucket.at)).collect();
        order.sort_unstable_by(|one, other| other.1.total_cmp(&one.1).then(one.2.cmp(&other.2)));
        for (key, ..) in order.into_iter().take(ROOM) {
            buckets.remove(&key);
        }
    }

    fn left(&self, bucket: Bucket, now: Timestamp) -> f64 {
        let passed = now.since(bucket.at).as_secs_f64().max(0.0);
        (bucket.left + passed * self.refill_per_second).min(self.tries)
    }
}

fn digest(key: &str) -> [u8; 32] {
    Sha256::digest(key.trim().to_lowercase().as_bytes()).into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn five_tries_then_a_wait_then_one_more() {
        let throttle = Throttle::new(5, SignedDuration::from_mins(15));
        let start = Timestamp::EPOCH;
        for _ in 0..5 {
            assert_eq!(throttle.take("A.Navigator@example.org", start), Ok(()));
        }
        let wait = throttle.take("a.navigator@example.org ", start).unwrap_err();
        assert_eq!(wait, Wait(SignedDuration::from_mins(3)));
        assert_eq!(wait.words(), "3 minutes");
        assert_eq!(throttle.take("someone.else@example.org", start), Ok(()));
        let later = start.plus(SignedDuration::from_mins(3));
        assert_eq!(throttle.take("a.navigator@example.org", later), Ok(()));
        assert!(throttle.take("a.navigator@example.org", later).is_err());
        throttle.forgive("a.navigator@example.org");
        assert_eq!(throttle.take("a.navigator@example.org", later), Ok(()));
    }

    #[test]
    fn many_other_keys_give_nobody_their_tries_back() {
        let throttle = Throttle::new(5, SignedDuration::from_mins(15));
        let now = Timestamp::EPOCH.plus_hours(1);
        while throttle.take("guessed@example.org", now).is_ok() {}
        for n in 0..KEYS + 2 * ROOM {
            throttle.take(&format!("nobody{n}@example.org"), now).unwrap();
        }
        assert!(throttle.take("guessed@example.org", now).is_err());
        assert!(throttle.buckets.lock().unwrap().len() <= KEYS, "and no more is remembered");
    }

    #[test]
    fn a_clock_that_goes_back_gives_nothing() {
        let throttle = Throttle::new(1, SignedDuration::from_mins(1));
        let now = Timestamp::EPOCH.plus_hours(1);
        assert!(throttle.take("key", now).is_ok());
        assert!(throttle.take("key", Timestamp::EPOCH).is_err());
    }
}
