//! Local Moran: each area's part of Moran's I, Iᵢ = (zᵢ/m₂) Σⱼ wᵢⱼ zⱼ with m₂ = Σ z²/n, high where an area and its neighbours
//! are on the same side of the mean (Anselin, "Local indicators of spatial association: LISA", Geographical Analysis 27, 1995).
//!
//! Expectation and variance are those with the area's own value held fast (Sokal, Oden & Thomson, "Local spatial
//! autocorrelation in biological variables", Biological Journal of the Linnean Society 65, 1998), as R's `spdep::localmoran`
//! has them by default. O(n + m) for m links; permutation: see [`permutation`](super::permutation).

use super::permutation::{Plan, Tails, lag_tails};
use super::{ClusterError, Progress, above_rounding, centred, normal_two_sided, real};
use crate::neighbours::Weights;

/// An area beside its neighbours.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct LocalMoran {
    /// The statistic Iᵢ.
    pub i: f64,
    /// Its expectation, the area's own value given.
    pub expected: f64,
    /// Its variance, the same way.
    pub variance: f64,
    /// How many standard deviations it is from its expectation; `None` where chance leaves it no room: a value at the mean, or
    /// an area beside all others.
    pub z: Option<f64>,
    /// Which side of the mean the area and its neighbours are on.
    pub quadrant: Quadrant,
    /// By permutation, where asked for.
    pub permutation: Option<Tails>,
}

impl LocalMoran {
    /// p on both sides by the normal distribution: rough where values are skewed, as rates of violence are.
    #[must_use]
    pub fn p(&self) -> Option<f64> {
        self.z.map(normal_two_sided)
    }
}

/// The side of the mean on which an area is, then its neighbours' weighted mean; what is at the mean itself counts as low.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Quadrant {
    /// A high area among high ones: the heart of a cluster.
    HighHigh,
    /// A low area among high ones.
    LowHigh,
    /// A low area among low ones.
    LowLow,
    /// A high area among low ones.
    HighLow,
}

impl Quadrant {
    fn of(own: f64, lag: f64) -> Self {
        match (own > 0.0, lag > 0.0) {
            (true, true) => Self::HighHigh,
            (false, true) => Self::LowHigh,
            (false, false) => Self::LowLow,
            (true, false) => Self::HighLow,
        }
    }
}

/// Local Moran of every area, `None` for an island; weights row-standardised as a rule.
///
/// # Errors
/// When there are fewer than 3 areas, values are not one number for each area, or all are equal.
pub fn local_moran(values: &[f64], weights: &Weights) -> Result<Vec<Option<LocalMoran>>, ClusterError> {
    let z = centred(values, weights, 3)?;
    let n = real(z.len());
    let m2 = z.iter().map(|z| z * z).sum::<f64>() / n;
    let of_area = |(own, lag, weights): (f64, f64, &[f64])| {
        let (sum, squares) = weights.iter().fold((0.0, 0.0), |(sum, squares), w| (sum + w, squares + w * w));
        if weights.is_empty() {
            return None;
        }
        let i = own / m2 * lag;
        let expected = -(own * own * sum) / ((n - 1.0) * m2);
        let (spread, rest) = (squares - sum * sum / (n - 1.0), m2 - own * own / (n - 1.0));
        let room = above_rounding(spread, squares) && above_rounding(rest, m2) && own != 0.0;
        let variance = if room { (own / m2).powi(2) * (n / (n - 2.0)) * spread * rest } else { 0.0 };
        let z = (variance > 0.0).then(|| (i - expected) / variance.sqrt());
        Some(LocalMoran { i, expected, variance, z, quadrant: Quadrant::of(own, lag), permutation: None })
    };
    let lags = weights.lag(&z);
    Ok(z.iter().zip(lags).zip(weights.rows()).map(|((own, lag), (_, row))| of_area((*own, lag, row))).collect())
}

/// The same, with conditional permutation; its tails are those of Iᵢ itself.
///
/// # Errors
/// As [`local_moran`], and when no permutation is asked for.
pub fn local_moran_permuted(
    values: &[f64],
    weights: &Weights,
    plan: &Plan,
    progress: &Progress<'_>,
) -> Result<Vec<Option<LocalMoran>>, ClusterError> {
    let mut found = local_moran(values, weights)?;
    add_tails(&mut found, &centred(values, weights, 3)?, &lag_tails(values, weights, plan, progress)?);
    Ok(found)
}

/// Gives every area its tails by permutation, from those of its neighbours' sum and its own centred value.
pub(super) fn add_tails(found: &mut [Option<LocalMoran>], z: &[f64], tails: &[Option<Tails>]) {
    for ((local, of_lag), own) in found.iter_mut().zip(tails).zip(z) {
        if let (Some(local), Some(of_lag)) = (local, of_lag) {
            local.permutation = Some(of_product(*own, *of_lag));
        }
    }
}

/// The tails of zᵢ times the lag: turned where zᵢ is negative, all tied where it is 0.
fn of_product(own: f64, of_lag: Tails) -> Tails {
    let permutations = of_lag.permutations;
    if own > 0.0 {
        of_lag
    } else if own < 0.0 {
        of_lag.turned()
    } else {
        Tails { at_least: permutations, at_most: permutations, permutations }
    }
}
