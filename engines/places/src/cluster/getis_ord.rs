//! Getis and Ord's Gi and Gi*: whether values around an area add up to more than chance would bring together. Gi leaves the
//! area's own value out, Gi* counts it as one of the neighbours.
//!
//! As standard deviates in the closed form of Ord & Getis, "Local spatial autocorrelation statistics: distributional issues
//! and an application", Geographical Analysis 27 (1995), equations 14.2 and 14.3, which R's `spdep::localG` has too: for Gi*,
//! (Σⱼ wᵢⱼ xⱼ − Wᵢ x̄) / (s √((n S₁ᵢ − Wᵢ²)/(n − 1))). (`esda`'s analytic Gi* takes the variance of unstandardised weights for
//! standardised ones and is too small.) Multiplying a row of weights changes nothing. O(n + m) for m links.

use super::permutation::{Plan, Tails, lag_tails};
use super::{ClusterError, Progress, above_rounding, centred, normal_two_sided, real};
use crate::neighbours::Weights;

/// Whether an area's own value counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Own {
    /// Gi.
    LeftOut,
    /// Gi*, with the weight that the weights give the area itself; where they give none, the mean weight of its neighbours
    /// (so that it counts as one of them), and an island's own value counts alone.
    Counted,
}

/// A hot spot (above 0) or a cold one.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct GetisOrd {
    /// How many standard deviations the neighbours' sum is from its expectation.
    pub z: f64,
    /// By permutation, where asked for: of the neighbours alone, the area's own value held fast. The same for Gi and Gi*;
    /// `None` for an island.
    pub permutation: Option<Tails>,
}

impl GetisOrd {
    /// p on both sides by the normal distribution: rough where values are skewed, as rates of violence are.
    #[must_use]
    pub fn p(&self) -> f64 {
        normal_two_sided(self.z)
    }
}

/// Gi or Gi* of every area. `None` where chance leaves it no room: for Gi an island, and an area beside all others. An island's
/// Gi* is its own value's distance from the mean: high, maybe, but no cluster.
///
/// # Errors
/// When there are fewer than 3 areas, values are not one number for each area, or all are equal.
pub fn getis_ord(values: &[f64], weights: &Weights, own: Own) -> Result<Vec<Option<GetisOrd>>, ClusterError> {
    let z = centred(values, weights, 3)?;
    let n = real(z.len());
    let squares: f64 = z.iter().map(|z| z * z).sum();
    let of_area = |(area, value): (usize, &f64)| {
        let sums = RowSums::of(area, *value, &z, weights, own);
        // How many values are dealt out, their mean and their mean square distance from it.
        let (dealt, mean, variance) = match own {
            Own::Counted => (n, 0.0, squares / n),
            Own::LeftOut => {
                let mean = -value / (n - 1.0);
                (n - 1.0, mean, (squares - value * value) / (n - 1.0) - mean * mean)
            }
        };
        let spread = (dealt * sums.squares - sums.sum * sums.sum) / (dealt - 1.0);
        let room = above_rounding(spread, sums.squares) && above_rounding(variance, squares / n);
        room.then(|| GetisOrd { z: (sums.lag - sums.sum * mean) / (variance * spread).sqrt(), permutation: None })
    };
    Ok(z.iter().enumerate().map(of_area).collect())
}

/// The same, with conditional permutation.
///
/// # Errors
/// As [`getis_ord`], and when no permutation is asked for.
pub fn getis_ord_permuted(
    values: &[f64],
    weights: &Weights,
    own: Own,
    plan: &Plan,
    progress: &Progress<'_>,
) -> Result<Vec<Option<GetisOrd>>, ClusterError> {
    let mut found = getis_ord(values, weights, own)?;
    add_tails(&mut found, &lag_tails(values, weights, plan, progress)?);
    Ok(found)
}

/// Gives every area its tails by permutation.
pub(super) fn add_tails(found: &mut [Option<GetisOrd>], tails: &[Option<Tails>]) {
    for (spot, tails) in found.iter_mut().zip(tails) {
        if let Some(spot) = spot {
            spot.permutation = *tails;
        }
    }
}

/// Of one row: Σ wz, Σ w and Σ w².
struct RowSums {
    lag: f64,
    sum: f64,
    squares: f64,
}

impl RowSums {
    fn of(area: usize, value: f64, z: &[f64], weights: &Weights, own: Own) -> Self {
        let mut sums = Self { lag: 0.0, sum: 0.0, squares: 0.0 };
        let (mut given, mut neighbours) = (None, 0_usize);
        for (to, weight) in weights.neighbours(area).iter().zip(weights.weights(area)) {
            if *to as usize == area {
                given = Some(*weight);
            } else {
                neighbours += 1;
                sums.add(*weight, z.get(*to as usize).copied().unwrap_or_default());
            }
        }
        if own == Own::Counted {
            let mean = if neighbours == 0 { 1.0 } else { sums.sum / real(neighbours) };
            sums.add(given.unwrap_or(mean), value);
        }
        sums
    }

    fn add(&mut self, weight: f64, value: f64) {
        self.lag += weight * value;
        self.sum += weight;
        self.squares += weight * weight;
    }
}
