//! How concentrated harm is: the share of places that hold a given share of it, and whether that is more than chance.
//!
//! "4 % of streets hold half of the crime" says little by itself: fewer crimes than streets leave most streets without one
//! whatever happens. So each share comes with an interval ([`bootstrap`]) and with the share that events thrown on places
//! by chance would have ([`chance`]), and inequality with the index that allows for few events ([`generalised_gini`]).
//! [`stability`] says whether the places are the same ones as before.
//!
//! Weisburd, "The law of crime concentration and the criminology of place", Criminology 53 (2015); Bernasco & Steenbeek, "More
//! places than crimes: implications for evaluating the law of crime concentration at place", Journal of Quantitative
//! Criminology 33 (2017). O(n log n) for n places.

mod resampled;
mod stability;
#[cfg(test)]
mod tests;

pub use resampled::{Chance, Spread, bootstrap, chance};
pub use stability::{Similarity, Stability, similarity, stability};

use thiserror::Error;

/// Why amounts of harm have no concentration.
#[derive(Debug, Clone, Copy, PartialEq, Error)]
pub enum ConcentrationError {
    /// No places.
    #[error("there are no places")]
    NoPlaces,
    /// No harm in any place.
    #[error("nothing happened in any place: take a longer period or a larger region")]
    Nothing,
    /// An amount that is negative or not a number.
    #[error("the amount in row {} is {value}: it must be a number, 0 or above", row + 1)]
    NoAmount {
        /// Which, counted from 0.
        row: usize,
        /// What was given.
        value: f64,
    },
    /// A share not above 0 and up to 1.
    #[error("the share {share} must be above 0 and at most 1: half is 0.5")]
    NoShare {
        /// What was given.
        share: f64,
    },
    /// Two periods with different places.
    #[error(
        "the first period has {before} places and the second {after}: give both the same places, in the same order"
    )]
    Lengths {
        /// Places in the first.
        before: usize,
        /// Places in the second.
        after: usize,
    },
    /// More events than can be drawn one by one.
    #[error("there are {events} events, and over 100,000,000 can't be sampled one by one: take a shorter period")]
    TooMany {
        /// How many.
        events: u64,
    },
    /// No replicate at all.
    #[error("0 replicates tell nothing: ask for at least 1, better 999")]
    NoReplicates,
}

/// The fewest places that hold a share of the harm.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Holding {
    /// The share of harm asked for.
    pub share: f64,
    /// How many places, those with most first, it takes to hold at least that.
    pub places: usize,
    /// Of how many.
    pub of: usize,
}

impl Holding {
    /// The share of all places.
    #[must_use]
    pub fn share_of_places(&self) -> f64 {
        real(self.places) / real(self.of.max(1))
    }
}

/// Amounts that are numbers, not below 0 and not all 0, greatest first, and their sum (each a part of the greatest, so that it
/// is a number).
fn ranked(amounts: &[f64]) -> Result<(Vec<f64>, f64), ConcentrationError> {
    if let Some((row, value)) = amounts.iter().enumerate().find(|(_, amount)| !amount.is_finite() || **amount < 0.0) {
        return Err(ConcentrationError::NoAmount { row, value: *value });
    }
    if amounts.is_empty() {
        return Err(ConcentrationError::NoPlaces);
    }
    let mut sorted = amounts.to_vec();
    sorted.sort_by(|one, other| other.total_cmp(one));
    let greatest = sorted.first().copied().unwrap_or_default();
    if greatest <= 0.0 {
        return Err(ConcentrationError::Nothing);
    }
    // Whole numbers stay whole, so that sums of counts are exact.
    if !(1e-200..=1e200).contains(&greatest) {
        for amount in &mut sorted {
            *amount /= greatest;
        }
    }
    let sum = sorted.iter().sum();
    Ok((sorted, sum))
}

fn valid(share: f64) -> Result<f64, ConcentrationError> {
    if share > 0.0 && share <= 1.0 { Ok(share) } else { Err(ConcentrationError::NoShare { share }) }
}

/// The fewest places that hold a share of the harm: counts, or amounts of harm.
///
/// # Errors
/// When there is no harm, an amount is negative or no number, or the share is not above 0 and at most 1.
pub fn holding(amounts: &[f64], share: f64) -> Result<Holding, ConcentrationError> {
    let (sorted, sum) = ranked(amounts)?;
    Ok(Holding { share: valid(share)?, places: fewest(sorted.iter().copied(), sum, share), of: amounts.len() })
}

/// How many amounts, greatest first, it takes to reach a share of their sum, but for rounding.
fn fewest(sorted: impl IntoIterator<Item = f64>, sum: f64, share: f64) -> usize {
    let (wanted, mut held, mut places) = (share * sum * (1.0 - 1e-12), 0.0, 0);
    for amount in sorted {
        if held >= wanted {
            break;
        }
        held += amount;
        places += 1;
    }
    places
}

/// The Lorenz curve: how much of the harm the places with least hold, `(share of places, share of harm)` from (0, 0) to (1, 1).
///
/// # Errors
/// When there is no harm, or an amount is negative or no number.
pub fn lorenz(amounts: &[f64]) -> Result<Vec<(f64, f64)>, ConcentrationError> {
    let (sorted, sum) = ranked(amounts)?;
    let (mut held, places) = (0.0, real(sorted.len()));
    let mut curve = vec![(0.0, 0.0)];
    for (rank, amount) in sorted.iter().rev().enumerate() {
        held += amount;
        curve.push((real(rank + 1) / places, (held / sum).min(1.0)));
    }
    Ok(curve)
}

/// Gini's index, 2 Σ i yᵢ / (n Σ y) − (n + 1)/n with amounts ascending: 0 where all places have as much, 1 − 1/n where one
/// has all.
///
/// # Errors
/// As [`lorenz`].
pub fn gini(amounts: &[f64]) -> Result<f64, ConcentrationError> {
    let (sorted, sum) = ranked(amounts)?;
    Ok(of_ranked(&sorted, sum))
}

/// Of amounts in descending order.
fn of_ranked(sorted: &[f64], sum: f64) -> f64 {
    let n = real(sorted.len());
    let moments: f64 = sorted.iter().enumerate().map(|(at, amount)| (n - real(at)) * amount).sum();
    (2.0 * moments / (n * sum) - (n + 1.0) / n).max(0.0)
}

/// Bernasco and Steenbeek's generalised index, G′ = max(n/c, 1)(G − 1) + 1 for c events in n places: 0 where events lie as far
/// apart as so many can, so that few events do not pass for a pattern. With as many events as places, or more, it is Gini's.
///
/// # Errors
/// When there are no places, or nothing happened.
pub fn generalised_gini(counts: &[u64]) -> Result<f64, ConcentrationError> {
    let amounts: Vec<f64> = counts.iter().map(|count| whole(*count)).collect();
    let (sorted, events) = ranked(&amounts)?;
    Ok(((real(counts.len()) / events).max(1.0) * (of_ranked(&sorted, events) - 1.0) + 1.0).max(0.0))
}

/// A number of places as a real number.
#[expect(clippy::cast_precision_loss, reason = "there are far fewer than 2^53 places")]
fn real(count: usize) -> f64 {
    count as f64
}

/// A number of events as a real number.
#[expect(clippy::cast_precision_loss, reason = "there are far fewer than 2^53 events")]
fn whole(count: u64) -> f64 {
    count as f64
}
