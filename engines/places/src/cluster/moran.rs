//! Moran's I: whether neighbours are alike over all areas. I = (n/S₀) Σᵢⱼ wᵢⱼ zᵢ zⱼ / Σᵢ zᵢ², about 1 where like stands beside
//! like, −1/(n−1) where nothing does, below where unlike stands beside unlike.
//!
//! Moments under normality and under randomisation: Cliff & Ord, Spatial Processes (1981), pages 42 to 46. Islands: as R's
//! `spdep` has it, n in the formulas counts areas with neighbours only, while mean and variance are of all areas.
//! O(m log k) for m links, with k neighbours at most; by permutation O(r (n + m)).

use std::sync::atomic::{AtomicU64, Ordering};

use rayon::prelude::*;

use super::{ClusterError, Plan, Progress, Tails, above_rounding, centred, normal_two_sided, real};
use crate::neighbours::Weights;
use crate::random::Stream;

/// Moran's I, what it would be by chance, and how far it is from that.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Moran {
    /// The statistic.
    pub i: f64,
    /// Its expectation where values are put anywhere.
    pub expected: f64,
    /// If values came from a normal distribution.
    pub normality: Deviate,
    /// If the values that there are were dealt out by chance: the one to use for rates and counts.
    pub randomisation: Deviate,
    /// By permutation, where asked for.
    pub permutation: Option<Tails>,
    /// Areas with a neighbour.
    pub areas: usize,
    /// Areas without.
    pub islands: usize,
}

/// How far a statistic is from its expectation.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Deviate {
    /// The variance by chance.
    pub variance: f64,
    /// The distance in standard deviations; `None` where chance leaves the statistic no room.
    pub z: Option<f64>,
}

impl Deviate {
    fn of(distance: f64, variance: f64, scale: f64) -> Self {
        let z = above_rounding(variance, scale).then(|| distance / variance.sqrt());
        Self { variance: variance.max(0.0), z }
    }

    /// p on both sides by the normal distribution.
    #[must_use]
    pub fn p(self) -> Option<f64> {
        self.z.map(normal_two_sided)
    }
}

/// Moran's I of values with these weights (row-standardised as a rule).
///
/// # Errors
/// When there are fewer than 4 areas with neighbours, values are not one number for each area, or all are equal.
pub fn moran(values: &[f64], weights: &Weights) -> Result<Moran, ClusterError> {
    let z = centred(values, weights, 1)?;
    let sums = Sums::of(weights)?;
    let n = sums.n;
    let squares: f64 = z.iter().map(|z| z * z).sum();
    let fourths: f64 = z.iter().map(|z| z.powi(4)).sum();
    let i = n / sums.s0 * cross(&z, weights) / squares;
    let kurtosis = real(z.len()) * fourths / squares.powi(2);
    let expected = -1.0 / (n - 1.0);
    let (normal, dealt) = (sums.normality(), sums.randomisation(kurtosis));
    Ok(Moran {
        i,
        expected,
        normality: Deviate::of(i - expected, normal - expected.powi(2), normal.abs()),
        randomisation: Deviate::of(i - expected, dealt - expected.powi(2), dealt.abs()),
        permutation: None,
        areas: sums.areas,
        islands: weights.len() - sums.areas,
    })
}

/// The same, with the values dealt out by chance as often as the plan says; whether draws are shared makes no difference here.
///
/// # Errors
/// As [`moran`], and when no permutation is asked for.
pub fn moran_permuted(
    values: &[f64],
    weights: &Weights,
    plan: &Plan,
    progress: &Progress<'_>,
) -> Result<Moran, ClusterError> {
    let found = moran(values, weights)?;
    if plan.permutations == 0 {
        return Err(ClusterError::NoPermutations);
    }
    let z = centred(values, weights, 1)?;
    let pairs = pairs(weights);
    let (real, tie) = (of_pairs(&z, &pairs), 1e-12 * weights.rows().flat_map(|(_, weights)| weights).sum::<f64>());
    let (done, of) = (AtomicU64::new(0), u64::from(plan.permutations));
    let permuted = |dealt: &mut Vec<f64>, number: u32| {
        dealt.clone_from(&z);
        Stream::of(plan.seed, u64::from(number)).shuffle(dealt);
        let drawn = of_pairs(dealt, &pairs);
        progress(done.fetch_add(1, Ordering::Relaxed) + 1, of);
        (u32::from(drawn >= real - tie), u32::from(drawn <= real + tie))
    };
    let (at_least, at_most) = (0..plan.permutations)
        .into_par_iter()
        .with_min_len(8)
        .map_init(Vec::new, permuted)
        .reduce(|| (0, 0), |one, other| (one.0 + other.0, one.1 + other.1));
    Ok(Moran { permutation: Some(Tails { at_least, at_most, permutations: plan.permutations }), ..found })
}

/// Σᵢⱼ wᵢⱼ zᵢ zⱼ.
fn cross(z: &[f64], weights: &Weights) -> f64 {
    let of_row = |(own, (neighbours, weights)): (&f64, (&[u32], &[f64]))| {
        let others = neighbours.iter().zip(weights).filter_map(|(to, weight)| Some(z.get(*to as usize)? * weight));
        own * others.sum::<f64>()
    };
    z.iter().zip(weights.rows()).map(of_row).sum()
}

/// Each two neighbours once, with the weight of both ways.
fn pairs(weights: &Weights) -> Vec<(u32, u32, f64)> {
    let mut pairs = Vec::with_capacity(weights.links() / 2 + 1);
    for (area, (neighbours, of_area)) in (0_u32..).zip(weights.rows()) {
        for (to, weight) in neighbours.iter().zip(of_area) {
            let other_way = back(weights, *to, area);
            match to.cmp(&area) {
                std::cmp::Ordering::Greater => pairs.push((area, *to, weight + other_way)),
                std::cmp::Ordering::Less if other_way > 0.0 => {}
                _ => pairs.push((area, *to, *weight)),
            }
        }
    }
    pairs
}

/// Σᵢⱼ wᵢⱼ zᵢ zⱼ, each two neighbours at once.
fn of_pairs(z: &[f64], pairs: &[(u32, u32, f64)]) -> f64 {
    let of_pair =
        |(one, other, weight): &(u32, u32, f64)| Some(z.get(*one as usize)? * z.get(*other as usize)? * weight);
    pairs.iter().filter_map(of_pair).sum()
}

/// What the moments need to know of the weights.
struct Sums {
    /// Areas with a neighbour.
    areas: usize,
    n: f64,
    /// The sum of all weights.
    s0: f64,
    /// ½ Σᵢⱼ (wᵢⱼ + wⱼᵢ)².
    s1: f64,
    /// Σᵢ (Σⱼ wᵢⱼ + Σⱼ wⱼᵢ)².
    s2: f64,
}

impl Sums {
    fn of(weights: &Weights) -> Result<Self, ClusterError> {
        let areas = weights.len() - weights.islands().len();
        if areas == 0 {
            return Err(ClusterError::NoLinks);
        }
        if areas < 4 {
            return Err(ClusterError::TooFew { areas, least: 4 });
        }
        let mut both: Vec<f64> = weights.rows().map(|(_, weights)| weights.iter().sum()).collect();
        let s0: f64 = both.iter().sum();
        let mut s1 = 0.0;
        for (area, (neighbours, of_area)) in (0_u32..).zip(weights.rows()) {
            for (to, weight) in neighbours.iter().zip(of_area) {
                s1 += weight * (weight + back(weights, *to, area));
                if let Some(sum) = both.get_mut(*to as usize) {
                    *sum += weight;
                }
            }
        }
        let s2 = both.iter().map(|sum| sum * sum).sum();
        Ok(Self { areas, n: real(areas), s0, s1, s2 })
    }

    /// E(I²) under normality.
    fn normality(&self) -> f64 {
        let Self { n, s0, s1, s2, .. } = self;
        (n * n * s1 - n * s2 + 3.0 * s0 * s0) / (s0 * s0 * (n * n - 1.0))
    }

    /// E(I²) under randomisation.
    fn randomisation(&self, kurtosis: f64) -> f64 {
        let Self { n, s0, s1, s2, .. } = self;
        let square = s0 * s0;
        let free = n * ((n * n - 3.0 * n + 3.0) * s1 - n * s2 + 3.0 * square);
        let tied = kurtosis * ((n * n - n) * s1 - 2.0 * n * s2 + 6.0 * square);
        (free - tied) / ((n - 1.0) * (n - 2.0) * (n - 3.0) * square)
    }
}

/// The weight of the link from one area to another; 0 where there is none.
fn back(weights: &Weights, from: u32, to: u32) -> f64 {
    let at = weights.neighbours(from as usize).binary_search(&to).ok();
    at.and_then(|at| weights.weights(from as usize).get(at)).copied().unwrap_or_default()
}
