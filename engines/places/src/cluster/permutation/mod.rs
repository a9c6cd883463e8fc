//! Conditional permutation: an area keeps its own value, its neighbours' are drawn without replacement from all the others;
//! how often are the drawn as high together, or as low, as the real ones? (Anselin, "Local indicators of spatial association:
//! LISA", Geographical Analysis 27, 1995.)
//!
//! Local Moran, Gi and Gi* all rise or all fall with the weighted sum of the neighbours' values, so one count of
//! [`Tails`] serves the three of them.
//!
//! **Ties are as extreme** as what they equal, on both sides: p = (1 + number at least as extreme) / (1 + permutations).
//! Whoever leaves them out calls an area with one neighbour, both without a crime, a discovery. Sums that differ by less than
//! rounding could make them (one part in 2^42 of the range, for each neighbour) are tied.
//!
//! **Draws** ([`Draws`]): by default all areas share them, as in `esda` and in GeoDa's lookup table: permutation r is one list of
//! areas drawn without replacement, of which an area with k neighbours takes the first k that are not itself. For each area
//! that is an exact conditional permutation. But two areas with as many neighbours each are compared with almost the same
//! sums: if chance made those a little too high, it did so for both. Each p-value is right by itself, while the *number* of
//! small ones varies more from seed to seed than with draws of an area's own (as in GeoDa's complete permutation). More
//! permutations cure it, and shared they cost little.
//!
//! Cost, n areas, m links, k the most neighbours that an area has, r permutations: shared and neighbours that count alike,
//! O(r k log r + m + n log r), memory O(r k); shared and weighted, O(r m); own, O(r m), memory O(n) for each thread.

mod deck;
mod own;
mod shared;
#[cfg(test)]
pub(super) mod tests;

use super::{ClusterError, Progress, Range};
use crate::neighbours::Weights;

/// How values are permuted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Plan {
    /// How often: 999 as a rule, 9,999 where p-values are then adjusted for false discovery.
    pub permutations: u32,
    /// The same seed gives the same answer on any number of threads.
    pub seed: u64,
    /// Whether areas share their draws.
    pub draws: Draws,
}

impl Plan {
    /// So many permutations, draws shared.
    #[must_use]
    pub fn new(permutations: u32, seed: u64) -> Self {
        Self { permutations, seed, draws: Draws::Shared }
    }
}

/// Whether areas share the draws of a permutation.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Draws {
    /// One list of areas for each permutation, for all of them: fast.
    #[default]
    Shared,
    /// Each area draws anew: its p-value depends on no other's.
    Own,
}

/// How often a permuted statistic was at least as high, and at least as low, as the real one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Tails {
    /// Permutations with a statistic as high or higher.
    pub at_least: u32,
    /// Permutations with a statistic as low or lower; those that tie are in both.
    pub at_most: u32,
    /// How many permutations there were.
    pub permutations: u32,
}

impl Tails {
    fn p(self, extreme: u32) -> f64 {
        (1.0 + f64::from(extreme)) / (1.0 + f64::from(self.permutations))
    }

    /// p of a statistic as high as this.
    #[must_use]
    pub fn greater(self) -> f64 {
        self.p(self.at_least)
    }

    /// p of a statistic as low as this.
    #[must_use]
    pub fn less(self) -> f64 {
        self.p(self.at_most)
    }

    /// p of the side on which the statistic lies: the smaller of the two, which is what GeoDa and `esda` print (`esda` without
    /// all of the ties). It is not a test at its own level: where nothing is going on it falls below 0.05 once in ten times.
    #[must_use]
    pub fn folded(self) -> f64 {
        self.greater().min(self.less())
    }

    /// p of a statistic as far out on either side: twice the smaller one, and at most 1.
    #[must_use]
    pub fn two_sided(self) -> f64 {
        (2.0 * self.folded()).min(1.0)
    }

    /// The tails of the statistic with its sign turned.
    #[must_use]
    pub fn turned(self) -> Self {
        Self { at_least: self.at_most, at_most: self.at_least, ..self }
    }
}

/// For every area, how often the weighted sum of permuted neighbours' values is as high or as low as the real sum; `None` for an
/// island. A link of an area to itself is left out, since its own value stays.
///
/// # Errors
/// When values are not one number for each area, all equal, or no permutation is asked for, or shared ones beyond memory.
pub fn lag_tails(
    values: &[f64],
    weights: &Weights,
    plan: &Plan,
    progress: &Progress<'_>,
) -> Result<Vec<Option<Tails>>, ClusterError> {
    let world = World::of(values, weights)?;
    if plan.permutations == 0 {
        return Err(ClusterError::NoPermutations);
    }
    Ok(match plan.draws {
        Draws::Shared => {
            let neighbours = world.rows.iter().map(Row::neighbours).max().unwrap_or_default();
            let most = LISTED / (neighbours + 1);
            if plan.permutations as usize > most {
                return Err(ClusterError::TooManyPermutations { permutations: plan.permutations, neighbours, most });
            }
            shared::tails(&world, plan, progress)
        }
        Draws::Own => own::tails(&world, plan, progress),
    })
}

/// Values and neighbours, ready to be permuted.
struct World {
    /// Each value's place in the range, from 0 to 1.
    parts: Vec<f64>,
    /// The same in whole units, whose sums are the same in any order.
    units: Vec<i64>,
    rows: Vec<Row>,
}

/// An area's neighbours, as the permutation sees them.
enum Row {
    /// They count alike: so many, whose values add up to so many units.
    Alike { neighbours: usize, sum: i64 },
    /// Each counts by its weight, the weights' sum being 1; and the weighted sum.
    Weighted { weights: Vec<f64>, sum: f64 },
}

impl World {
    fn of(values: &[f64], weights: &Weights) -> Result<Self, ClusterError> {
        let range = Range::of(values, weights.len())?;
        let most = weights.rows().map(|(neighbours, _)| neighbours.len()).max().unwrap_or_default();
        let scale = units_of_range(most);
        let parts: Vec<f64> = values.iter().map(|value| range.part(*value)).collect();
        let units: Vec<i64> = parts.iter().map(|part| whole(part * scale)).collect();
        let rows = weights.rows().enumerate().map(|(area, row)| Row::of(area, row, &parts, &units)).collect();
        Ok(Self { parts, units, rows })
    }

    fn len(&self) -> usize {
        self.parts.len()
    }

    fn unit(&self, area: u32) -> i64 {
        self.units.get(area as usize).copied().unwrap_or_default()
    }

    fn part(&self, area: u32) -> f64 {
        self.parts.get(area as usize).copied().unwrap_or_default()
    }
}

impl Row {
    fn of(area: usize, (neighbours, weights): (&[u32], &[f64]), parts: &[f64], units: &[i64]) -> Self {
        let others = || neighbours.iter().map(|to| *to as usize).zip(weights).filter(|(to, _)| *to != area);
        let first = others().next().map_or(1.0, |(_, weight)| *weight);
        if others().all(|(_, weight)| (weight - first).abs() <= 1e-12 * first) {
            let sum = others().filter_map(|(to, _)| units.get(to)).sum();
            return Self::Alike { neighbours: others().count(), sum };
        }
        let total: f64 = others().map(|(_, weight)| weight).sum();
        let shares: Vec<f64> = others().map(|(_, weight)| weight / total).collect();
        let sum = others().zip(&shares).filter_map(|((to, _), share)| Some(parts.get(to)? * share)).sum();
        Self::Weighted { weights: shares, sum }
    }

    fn neighbours(&self) -> usize {
        match self {
            Self::Alike { neighbours, .. } => *neighbours,
            Self::Weighted { weights, .. } => weights.len(),
        }
    }
}

/// How many areas the lists of all permutations may name together: two gigabytes.
const LISTED: usize = 250_000_000;

/// How near two weighted means of values from 0 to 1 are when they tie.
const TIE: f64 = 1e-12;

/// Into how many units the range of the values is parted, so that the sum of the most neighbours does not overflow.
fn units_of_range(most: usize) -> f64 {
    let spare = 62_u32.saturating_sub((most + 1).next_power_of_two().trailing_zeros());
    2.0_f64.powi(i32::try_from(spare.min(42)).unwrap_or_default())
}

#[expect(clippy::cast_possible_truncation, reason = "at most 2^42")]
fn whole(number: f64) -> i64 {
    number.round() as i64
}

/// How far sums of so many values in whole units may differ though the values' sums are the same.
fn slack(neighbours: usize) -> i64 {
    i64::try_from(neighbours).unwrap_or(i64::MAX)
}

/// The areas' numbers.
fn numbers(areas: usize) -> impl Iterator<Item = u32> {
    (0..areas).map(|area| u32::try_from(area).unwrap_or(u32::MAX))
}
