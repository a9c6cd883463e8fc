//! The Mantel test: over all pairs of events, whether those closer in space are closer in time.
//!
//! Z = Σ f(dᵢⱼ) g(tᵢⱼ) over pairs (Mantel, "The detection of disease clustering and a generalized regression approach", Cancer
//! Research 27, 1967), its mean and variance over all orders of the dates in closed form (there), and p by permutation. With f and
//! g as reciprocals what is close counts most, as Mantel advised; the constants that keep 1/0 away decide much, so say which
//! they were. Unlike Knox it needs no bands, but it looks at all distances, so a nightly rhythm over a county can hide in it.
//!
//! O(n² × permutations) time and O(n²) memory, so at most [`MOST_POINTS`] points.

use std::sync::atomic::{AtomicU64, Ordering};

use rayon::prelude::*;

use super::SpreadError;
use super::knox::LONGEST;
use crate::points::Points;
use crate::random::Stream;

/// The most points that the test takes: eight million pairs.
pub const MOST_POINTS: usize = 4_000;

/// What a distance and a time apart count.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Closeness {
    /// 1 / (metres + constant) and 1 / (days + constant); both constants above 0.
    Reciprocal {
        /// Added to each distance.
        metres: f64,
        /// Added to each time apart.
        days: f64,
    },
    /// Metres and days as they are.
    Plain,
    /// Their ranks among all pairs, ties sharing the mean of theirs.
    Rank,
}

/// What the test found.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Mantel {
    /// Σ f(d) g(t) over pairs.
    pub z: f64,
    /// Its mean over all orders of the dates.
    pub expected: f64,
    /// How many standard deviations (over all orders) it lies above that; `None` with fewer than four points.
    pub deviate: Option<f64>,
    /// The correlation of f(d) and g(t) over pairs: −1 to 1.
    pub correlation: f64,
    /// The chance of as high a Z or higher (one-sided: what is closer in space is closer in time); `None` without permutations.
    pub p: Option<f64>,
    /// How many permutations.
    pub permutations: u32,
    /// Their seed.
    pub seed: u64,
}

/// The test; `None` of fewer than three points and where all pairs are equally far apart or equally long apart, since then
/// there is nothing to compare.
///
/// # Errors
/// When columns differ in length, there are more than [`MOST_POINTS`], dates go over more than 32,766 days, or a constant is not
/// above 0.
pub fn mantel(
    points: Points<'_>,
    times: &[i32],
    closeness: Closeness,
    permutations: u32,
    seed: u64,
    progress: &(dyn Fn(u64, u64) + Sync),
) -> Result<Option<Mantel>, SpreadError> {
    points.beside(times.len(), "times")?;
    if points.len() > MOST_POINTS {
        return Err(SpreadError::TooManyPoints { points: points.len(), most: MOST_POINTS });
    }
    if let Closeness::Reciprocal { metres, days } = closeness
        && !(metres > 0.0 && metres.is_finite() && days > 0.0 && days.is_finite())
    {
        return Err(SpreadError::Constants { metres, days });
    }
    let first = times.iter().min().copied().unwrap_or_default();
    let long = times.iter().map(|time| u64::from(time.abs_diff(first))).max().unwrap_or_default();
    if long > LONGEST {
        return Err(SpreadError::TooLong { days: long });
    }
    // In the order of place and time, so that the order of rows makes no difference.
    let mut events: Vec<(f64, f64, u16)> = points
        .iter()
        .zip(times)
        .map(|((x, y), time)| (x, y, u16::try_from(time.abs_diff(first)).unwrap_or_default()))
        .collect();
    events.sort_unstable_by(|a, b| a.0.total_cmp(&b.0).then(a.1.total_cmp(&b.1)).then(a.2.cmp(&b.2)));
    let order: Vec<u16> = events.iter().map(|event| event.2).collect();
    let (near, soon) = (of_space(&events, closeness), of_time(&order, closeness));
    let (x, y) = (Sums::of(&near, events.len()), Sums::of(&at_times(&order, &soon), events.len()));
    let (Some(spread_x), Some(spread_y)) = (x.spread(), y.spread()) else {
        return Ok(None);
    };
    let z = product(&near, &order, &soon);
    let expected = x.sum * y.sum / x.pairs;
    let as_high = as_high(&near, &order, &soon, z, permutations, seed, progress);
    Ok(Some(Mantel {
        z,
        expected,
        deviate: variance(&x, &y, events.len()).map(|variance| (z - expected) / variance.sqrt()),
        correlation: ((z - expected) / (spread_x * spread_y).sqrt()).clamp(-1.0, 1.0),
        p: (permutations > 0).then(|| (1.0 + f64::from(as_high)) / (1.0 + f64::from(permutations))),
        permutations,
        seed,
    }))
}

/// f of every pair's distance: the first with each later one, the second with each later one, and so on.
fn of_space(events: &[(f64, f64, u16)], closeness: Closeness) -> Vec<f64> {
    let later = events.iter().zip(1_usize..).map(|(event, next)| (event, events.get(next..).unwrap_or_default()));
    let apart = later.flat_map(|(one, later)| later.iter().map(move |other| (one.0 - other.0).hypot(one.1 - other.1)));
    match closeness {
        Closeness::Plain => apart.collect(),
        Closeness::Reciprocal { metres, .. } => apart.map(|apart| 1.0 / (apart + metres)).collect(),
        Closeness::Rank => {
            let apart: Vec<f64> = apart.collect();
            let mut sorted = apart.clone();
            sorted.sort_unstable_by(f64::total_cmp);
            let rank = |apart: &f64| {
                let below = sorted.partition_point(|other| other < apart);
                let up_to = sorted.partition_point(|other| other <= apart);
                (below + up_to + 1) as f64 / 2.0
            };
            apart.par_iter().map(rank).collect()
        }
    }
}

/// g of every time apart, from 0 to the longest.
fn of_time(order: &[u16], closeness: Closeness) -> Vec<f64> {
    let longest = order.iter().max().copied().unwrap_or_default();
    let each = (0..=longest).map(f64::from);
    match closeness {
        Closeness::Plain => each.collect(),
        Closeness::Reciprocal { days, .. } => each.map(|apart| 1.0 / (apart + days)).collect(),
        Closeness::Rank => {
            let mut pairs = vec![0_u64; usize::from(longest) + 1];
            each_pair(order, |apart| {
                if let Some(pairs) = pairs.get_mut(apart) {
                    *pairs += 1;
                }
            });
            let mut below = 0;
            let mut rank = |pairs: &u64| {
                let rank = (2 * below + pairs + 1) as f64 / 2.0;
                below += pairs;
                rank
            };
            pairs.iter().map(&mut rank).collect()
        }
    }
}

fn each_pair(order: &[u16], mut tell: impl FnMut(usize)) {
    for (one, next) in order.iter().zip(1_usize..) {
        for other in order.get(next..).unwrap_or_default() {
            tell(usize::from(one.abs_diff(*other)));
        }
    }
}

fn at_times(order: &[u16], soon: &[f64]) -> Vec<f64> {
    let mut values = Vec::with_capacity(order.len() * order.len() / 2);
    each_pair(order, |apart| values.push(soon.get(apart).copied().unwrap_or_default()));
    values
}

/// Z of an order of the times.
fn product(near: &[f64], order: &[u16], soon: &[f64]) -> f64 {
    let mut rest = near;
    let mut sum = 0.0;
    for (one, next) in order.iter().zip(1_usize..) {
        let later = order.get(next..).unwrap_or_default();
        let (of_one, after) = rest.split_at_checked(later.len()).unwrap_or_default();
        rest = after;
        let soon = |other: &u16| soon.get(usize::from(one.abs_diff(*other))).copied().unwrap_or_default();
        sum += of_one.iter().zip(later).map(|(near, other)| near * soon(other)).sum::<f64>();
    }
    sum
}

/// How many permutations have as high a Z or higher; sums of the same terms in another order differ in their last digits.
fn as_high(
    near: &[f64],
    order: &[u16],
    soon: &[f64],
    z: f64,
    permutations: u32,
    seed: u64,
    progress: &(dyn Fn(u64, u64) + Sync),
) -> u32 {
    let mut sorted = order.to_vec();
    sorted.sort_unstable();
    let done = AtomicU64::new(0);
    let permuted = |number: u32| {
        let mut drawn = sorted.clone();
        Stream::of(seed, u64::from(number)).shuffle(&mut drawn);
        let high = product(near, &drawn, soon) >= z - z.abs() * 1e-12;
        progress(done.fetch_add(1, Ordering::Relaxed) + 1, u64::from(permutations));
        u32::from(high)
    };
    (1..=permutations).into_par_iter().map(permuted).sum()
}

/// What one side of the pairs adds up to.
struct Sums {
    pairs: f64,
    sum: f64,
    squares: f64,
    /// Of each point's sum over its pairs, the square, over all points.
    of_points: f64,
}

impl Sums {
    fn of(values: &[f64], points: usize) -> Self {
        let mut of_point = vec![0.0; points];
        let mut rest = values;
        for point in 0..points {
            let (row, after) = rest.split_at_checked(points - point - 1).unwrap_or_default();
            rest = after;
            for (value, other) in row.iter().zip(of_point.get_mut(point + 1..).unwrap_or_default()) {
                *other += value;
            }
            if let Some(own) = of_point.get_mut(point) {
                *own += row.iter().sum::<f64>();
            }
        }
        let squares = |values: &[f64]| values.iter().map(|value| value * value).sum();
        Self {
            pairs: values.len() as f64,
            sum: values.iter().sum(),
            squares: squares(values),
            of_points: squares(&of_point),
        }
    }

    /// The sum of squares about the mean, if there is any to speak of.
    fn spread(&self) -> Option<f64> {
        let spread = self.squares - self.sum * self.sum / self.pairs;
        (self.pairs > 1.0 && spread > self.squares * 1e-12).then_some(spread)
    }
}

/// The variance of Z over all orders (Mantel 1967, with sums over ordered pairs, each twice ours).
fn variance(x: &Sums, y: &Sums, points: usize) -> Option<f64> {
    if points < 4 {
        return None;
    }
    let n = points as f64;
    let (all, first, second) =
        ((2.0 * x.sum) * (2.0 * y.sum), (2.0 * x.squares, 2.0 * y.squares), (x.of_points, y.of_points));
    let third = |sums: &Sums, squares: f64, of_points: f64| 4.0 * sums.sum * sums.sum + 2.0 * squares - 4.0 * of_points;
    let pairs = n * (n - 1.0);
    let variance = 2.0 * first.0 * first.1 / pairs
        + 4.0 * (second.0 - first.0) * (second.1 - first.1) / (pairs * (n - 2.0))
        + third(x, first.0, second.0) * third(y, first.1, second.1) / (pairs * (n - 2.0) * (n - 3.0))
        - (all / pairs) * (all / pairs);
    let variance = variance / 4.0;
    (variance > 0.0).then_some(variance)
}

#[cfg(test)]
mod tests;
