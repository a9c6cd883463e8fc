//! Whether like stands beside like: spatial autocorrelation over all areas, clusters around each, and how many of them chance
//! alone would show.
//!
//! - [`moran`]: Moran's I, one number for all areas.
//! - [`local_moran`]: its part for each area, and the four kinds of area that it tells apart.
//! - [`getis_ord`]: hot and cold spots, Gi and Gi*.
//! - [`permutation`]: the same by permutation, ties counted as extreme.
//! - [`adjusted`]: p-values that allow for the number of areas looked at.
//!
//! All are the same whatever unit and origin the values have, so values are centred and scaled before anything is squared:
//! nothing overflows. An area without neighbours, an island, has no local statistic (`None`), and is in the mean and the
//! variance of all areas all the same.

mod false_discovery;
mod getis_ord;
mod local_moran;
mod moran;
pub mod permutation;
#[cfg(test)]
mod tests;

pub use false_discovery::{FalseDiscovery, adjusted};
pub use getis_ord::{GetisOrd, Own, getis_ord, getis_ord_permuted};
pub use local_moran::{LocalMoran, Quadrant, local_moran, local_moran_permuted};
pub use moran::{Deviate, Moran, moran, moran_permuted};
pub use permutation::{Draws, Plan, Tails};

use statrs::function::erf::erfc;
use thiserror::Error;

use crate::neighbours::Weights;

/// What long work calls, with how much is done of how much: from any thread, not always in order.
pub type Progress<'a> = dyn Fn(u64, u64) + Sync + 'a;

/// Why values and neighbours have no clusters.
#[derive(Debug, Clone, Copy, PartialEq, Error)]
pub enum ClusterError {
    /// Not one value for each area.
    #[error(
        "there are {values} values and {areas} areas with neighbours: give one value for each area, in the same order"
    )]
    Lengths {
        /// How many values there are.
        values: usize,
        /// How many areas the weights have.
        areas: usize,
    },
    /// Too few areas for the statistic.
    #[error("there are {areas} areas, and this needs at least {least}: take smaller areas or a larger region")]
    TooFew {
        /// How many there are.
        areas: usize,
        /// How many it needs.
        least: usize,
    },
    /// A value that is not finite.
    #[error("the value in row {} is not a number: leave that area out, or give its value", row + 1)]
    NotANumber {
        /// Which, counted from 0.
        row: usize,
    },
    /// Values that do not differ.
    #[error("all areas have the same value, so none can be told from another: take a longer period or larger areas")]
    AllEqual,
    /// Islands only.
    #[error(
        "no area has a neighbour: check that the boundaries are of one edition and touch, or link areas by distance"
    )]
    NoLinks,
    /// Weights so large or small that their squares are no numbers.
    #[error("a neighbour of area {} counts {weight}: row-standardise the weights", row + 1)]
    Weight {
        /// Whose neighbour, counted from 0.
        row: usize,
        /// How much it counts.
        weight: f64,
    },
    /// No permutation at all.
    #[error("0 permutations tell nothing: ask for at least 1, better 999")]
    NoPermutations,
    /// More permutations than memory is for.
    #[error(
        "{permutations} permutations with up to {neighbours} neighbours take too much memory: ask for at most {most}"
    )]
    TooManyPermutations {
        /// How many were asked for.
        permutations: u32,
        /// The most neighbours that an area has.
        neighbours: usize,
        /// How many there may be.
        most: usize,
    },
    /// A p-value outside of 0 to 1.
    #[error("the p-value in row {} is {value}: it must be from 0 to 1", row + 1)]
    NoProbability {
        /// Which, counted from 0.
        row: usize,
        /// What was given.
        value: f64,
    },
}

/// What two statistics say of every area.
#[derive(Debug, Clone, PartialEq)]
pub struct Local {
    /// Gi or Gi*.
    pub stars: Vec<Option<GetisOrd>>,
    /// Local Moran.
    pub moran: Vec<Option<LocalMoran>>,
}

/// Gi or Gi* and local Moran of every area, as [`getis_ord_permuted`] and [`local_moran_permuted`] have them, from one
/// permutation that serves both.
///
/// # Errors
/// As theirs.
pub fn local_permuted(
    values: &[f64],
    weights: &Weights,
    own: Own,
    plan: &Plan,
    progress: &Progress<'_>,
) -> Result<Local, ClusterError> {
    let mut stars = getis_ord(values, weights, own)?;
    let mut moran = local_moran(values, weights)?;
    let tails = permutation::lag_tails(values, weights, plan, progress)?;
    getis_ord::add_tails(&mut stars, &tails);
    local_moran::add_tails(&mut moran, &centred(values, weights, 3)?, &tails);
    Ok(Local { stars, moran })
}

/// How probable a deviate at least as far from 0 as this one is, under the standard normal distribution.
#[must_use]
pub fn normal_two_sided(z: f64) -> f64 {
    erfc(z.abs() / std::f64::consts::SQRT_2).clamp(0.0, 1.0)
}

/// Values less their mean, scaled so that the largest is 1 or −1.
fn centred(values: &[f64], weights: &Weights, least: usize) -> Result<Vec<f64>, ClusterError> {
    let areas = weights.len();
    let range = Range::of(values, areas)?;
    let wrong = |weight: &&f64| !(1e-60..=1e60).contains(*weight);
    if let Some((row, weight)) = weights.rows().enumerate().find_map(|(row, of)| Some((row, of.1.iter().find(wrong)?)))
    {
        return Err(ClusterError::Weight { row, weight: *weight });
    }
    if areas < least {
        return Err(ClusterError::TooFew { areas, least });
    }
    let mut parts: Vec<f64> = values.iter().map(|value| range.part(*value)).collect();
    let mean = parts.iter().sum::<f64>() / real(parts.len());
    for part in &mut parts {
        *part -= mean;
    }
    let largest = parts.iter().fold(0.0_f64, |largest, part| largest.max(part.abs()));
    for part in &mut parts {
        *part /= largest;
    }
    Ok(parts)
}

/// From the least value to the greatest, both halved so that even their difference is a number.
#[derive(Debug, Clone, Copy)]
struct Range {
    least: f64,
    width: f64,
}

impl Range {
    /// The range of values, one for each area, all of them numbers and not all equal.
    fn of(values: &[f64], areas: usize) -> Result<Self, ClusterError> {
        if values.len() != areas {
            return Err(ClusterError::Lengths { values: values.len(), areas });
        }
        if areas == 0 {
            return Err(ClusterError::TooFew { areas, least: 1 });
        }
        if let Some(row) = values.iter().position(|value| !value.is_finite()) {
            return Err(ClusterError::NotANumber { row });
        }
        let least = values.iter().copied().fold(f64::INFINITY, f64::min) / 2.0;
        let width = values.iter().copied().fold(f64::NEG_INFINITY, f64::max) / 2.0 - least;
        if width > 0.0 { Ok(Self { least, width }) } else { Err(ClusterError::AllEqual) }
    }

    /// Where in the range a value lies: 0 the least, 1 the greatest.
    fn part(self, value: f64) -> f64 {
        (value / 2.0 - self.least) / self.width
    }
}

/// A number of areas as a real number: exact up to 2^53.
#[expect(clippy::cast_precision_loss, reason = "there are far fewer than 2^53 areas")]
fn real(count: usize) -> f64 {
    count as f64
}

/// Whether a difference of two numbers near `scale` is more than their rounding.
fn above_rounding(difference: f64, scale: f64) -> bool {
    difference > 1e-12 * scale
}
