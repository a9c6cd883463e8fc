//! The one place that asks the machine for the time and for randomness; everything else is handed them.

use std::sync::Arc;

use base::{Clock, Random, Timestamp};

/// The machine's clock.
#[derive(Debug, Clone, Copy)]
pub struct SystemClock;

impl Clock for SystemClock {
    fn now(&self) -> Timestamp {
        #[allow(clippy::disallowed_methods, reason = "this is the clock that is passed to everything else")]
        Timestamp::from_jiff(jiff::Timestamp::now())
    }
}

/// Randomness seeded by the operating system.
///
/// # Errors
/// Where the operating system gives none.
pub fn system_random() -> anyhow::Result<Arc<Random>> {
    use rand::TryRngCore as _;
    let mut seed = [0; 32];
    rand::rngs::OsRng
        .try_fill_bytes(&mut seed)
        .map_err(|error| anyhow::anyhow!("the operating system gives no randomness: {error}"))?;
    Ok(Arc::new(Random::from_seed(seed)))
}
