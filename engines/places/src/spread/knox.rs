//! The Knox test: how many pairs of events are close both in space and in time, by bands, against what chance would have.
//!
//! Of all pairs of events, those in a band of distance and a band of days are counted (Knox, "The detection of space-time
//! interactions", Applied Statistics 13, 1964). If where and when had nothing to do with each other, a cell would have the pairs
//! in its band of distance × the pairs in its band of time / all pairs; that is exact, also under permutation. How far chance
//! alone strays from it is found by giving the same dates to the events in another order, many times: p = (1 + permutations with
//! as many pairs or more) / (1 + permutations), one-sided since only an excess is a near repeat (Johnson et al., "Space-time
//! patterns of risk", J Quant Criminol 23, 2007; Phipson & Smyth, Stat Appl Genet Mol Biol 9, 2010, on the 1).
//!
//! O(n log n + pairs × permutations) time with pairs within the widest band only. Pairs are listed once, sorted by place, and
//! sixteen permutations are counted at a time over them. Memory O(n) and the list, of which at most [`LISTED`] pairs (4 bytes
//! each) are held at once: beyond that the permutations are drawn again for each part of the list. The same for any order of the
//! rows and any number of threads.

mod count;
mod pairs;
mod said;

use super::SpreadError;
use crate::points::Points;
use crate::points::near::Near;

/// The most pairs within the widest band that a test goes through.
pub const MOST_PAIRS: u64 = 4_000_000_000;

/// The most pairs that are held in memory at once.
pub const LISTED: u64 = 64_000_000;

/// The longest time from the first to the last date.
pub const LONGEST: u64 = 32_766;

/// A last band of time with this end has no end.
pub const FOREVER: u32 = u32::MAX;

/// How distance is measured.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Metric {
    /// As the crow flies.
    #[default]
    Euclidean,
    /// Eastwards plus northwards, as along the streets of a chequered town.
    Manhattan,
}

/// To which band a pair belongs that is exactly as far apart as a band ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Ends {
    /// To the next: \[0, a), \[a, b). What is called "0 to 7 days" elsewhere is often 0 to 6 by this.
    #[default]
    Without,
    /// To this: \[0, a], (a, b].
    With,
}

/// Bands of distance and time, each from where the one before ends.
#[derive(Debug, Clone, PartialEq)]
pub struct Bands {
    metres: Vec<f64>,
    times: Vec<u32>,
    ends: Ends,
    metric: Metric,
}

impl Bands {
    /// Bands by where they end, in metres (at most 1,000,000) and in days or months. For a band of the same place alone let the
    /// first end at 0.001 m [`Ends::Without`] or 0 m [`Ends::With`]; likewise the same day is 1 without, 0 with.
    ///
    /// # Errors
    /// When there is no band, or an end does not lie above the one before.
    pub fn of(metres: &[f64], times: &[u32], ends: Ends, metric: Metric) -> Result<Self, SpreadError> {
        let rising = metres.iter().zip(metres.iter().skip(1)).all(|(one, next)| one < next);
        let first = metres.first().is_some_and(|first| *first > 0.0 || (*first == 0.0 && ends == Ends::With));
        if !(rising && first && metres.iter().all(|end| *end <= 1e6)) {
            return Err(SpreadError::Bands { what: "distance", ends: listed(metres) });
        }
        let rising = times.iter().zip(times.iter().skip(1)).all(|(one, next)| one < next);
        let first = times.first().is_some_and(|first| *first > 0 || ends == Ends::With);
        if !(rising && first) {
            return Err(SpreadError::Bands { what: "time", ends: listed(times) });
        }
        Ok(Self { metres: metres.to_vec(), times: times.to_vec(), ends, metric })
    }

    /// Where the bands of distance end, in metres.
    #[must_use]
    pub fn metres(&self) -> &[f64] {
        &self.metres
    }

    /// Where the bands of time end.
    #[must_use]
    pub fn times(&self) -> &[u32] {
        &self.times
    }

    /// Whether a band holds its end.
    #[must_use]
    pub fn ends(&self) -> Ends {
        self.ends
    }

    /// How distance is measured.
    #[must_use]
    pub fn metric(&self) -> Metric {
        self.metric
    }

    /// How many cells a table has: bands of distance × bands of time.
    #[must_use]
    pub fn cells(&self) -> usize {
        self.metres.len() * self.times.len()
    }

    /// The band of a distance.
    #[must_use]
    pub fn band_of_metres(&self, metres: f64) -> Option<usize> {
        self.metres.iter().position(|end| if self.ends == Ends::With { metres <= *end } else { metres < *end })
    }

    /// The band of a time apart.
    #[must_use]
    pub fn band_of_time(&self, apart: u32) -> Option<usize> {
        self.thresholds().iter().position(|below| u64::from(apart) < *below)
    }

    /// For each band of time the first time apart that is beyond it.
    fn thresholds(&self) -> Vec<u64> {
        let more = u64::from(self.ends == Ends::With);
        self.times.iter().map(|end| if *end == FOREVER { u64::MAX } else { u64::from(*end) + more }).collect()
    }
}

fn listed<T: ToString>(ends: &[T]) -> String {
    if ends.is_empty() { "nothing".to_owned() } else { ends.iter().map(T::to_string).collect::<Vec<_>>().join(", ") }
}

/// One cell of the table.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Cell {
    /// Pairs in this band of distance and of time.
    pub observed: u64,
    /// Pairs there would be if place and time had nothing to do with each other.
    pub expected: f64,
    /// Observed / expected; `None` where nothing is expected.
    pub ratio: Option<f64>,
    /// The chance of as many pairs or more; `None` without permutations.
    pub p: Option<f64>,
}

/// The table.
#[derive(Debug, Clone, PartialEq)]
pub struct Knox {
    /// The bands.
    pub bands: Bands,
    /// The cells, by distance and within it by time.
    pub cells: Vec<Cell>,
    /// Pairs in each band of distance, of any time apart.
    pub by_distance: Vec<u64>,
    /// Pairs in each band of time, of any distance.
    pub by_time: Vec<u64>,
    /// All pairs of events.
    pub pairs: u64,
    /// How many permutations.
    pub permutations: u32,
    /// Their seed.
    pub seed: u64,
}

impl Knox {
    /// A cell by its band of distance and of time.
    #[must_use]
    pub fn cell(&self, distance: usize, time: usize) -> Option<&Cell> {
        let width = self.bands.times.len();
        if time < width { self.cells.get(distance * width + time) } else { None }
    }
}

/// The Knox table of events with their days (or months), and its p-values by permutation. Events at fewer than two rows have no
/// pairs: every cell 0, no ratio, p 1. `progress` hears how many permutations are done, of how many.
///
/// # Errors
/// When columns differ in length, dates go over more than [`LONGEST`], or more than [`MOST_PAIRS`] lie within the widest band.
pub fn knox(
    points: Points<'_>,
    times: &[i32],
    bands: &Bands,
    permutations: u32,
    seed: u64,
    progress: &(dyn Fn(u64, u64) + Sync),
) -> Result<Knox, SpreadError> {
    in_parts(points, times, bands, permutations, seed, progress, LISTED)
}

fn in_parts(
    points: Points<'_>,
    times: &[i32],
    bands: &Bands,
    permutations: u32,
    seed: u64,
    progress: &(dyn Fn(u64, u64) + Sync),
    listed: u64,
) -> Result<Knox, SpreadError> {
    points.beside(times.len(), "times")?;
    let (first, last) =
        (times.iter().min().copied().unwrap_or_default(), times.iter().max().copied().unwrap_or_default());
    let days = u64::from(first.abs_diff(last));
    if days > LONGEST {
        return Err(SpreadError::TooLong { days });
    }
    let from_first = |time: &i32| i16::try_from(i64::from(*time) - i64::from(first)).unwrap_or_default();
    let near = Near::of(points, bands.metres.last().copied().unwrap_or_default());
    let order: Vec<i16> =
        near.row.iter().map(|row| times.get(*row as usize).map(from_first).unwrap_or_default()).collect();
    let mut sorted = order.clone();
    sorted.sort_unstable();

    let parts = pairs::parts(&near, bands, listed)?;
    let orders = count::Orders { true_order: &order, sorted: &sorted, permutations, seed };
    let counted = count::counted(&near, bands, parts, &orders, progress);
    let by_time = apart(&sorted, &bands.thresholds());
    let n = points.len() as u64;
    let pairs = n * n.saturating_sub(1) / 2;
    let by_distance = counted.by_distance;
    let margins = by_distance.iter().flat_map(|distance| by_time.iter().map(move |time| (*distance, *time)));
    let cells = margins.zip(counted.observed.iter().zip(&counted.as_many));
    let cell = |((distance, time), (observed, as_many)): ((u64, u64), (&u64, &u32))| {
        let expected = if pairs == 0 { 0.0 } else { distance as f64 * (time as f64 / pairs as f64) };
        Cell {
            observed: *observed,
            expected,
            ratio: (expected > 0.0).then(|| *observed as f64 / expected),
            p: (permutations > 0).then(|| (1.0 + f64::from(*as_many)) / (1.0 + f64::from(permutations))),
        }
    };
    let cells = cells.map(cell).collect();
    Ok(Knox { bands: bands.clone(), cells, by_distance, by_time, pairs, permutations, seed })
}

/// How many of all pairs are in each band of time, of sorted times. O(n × bands).
fn apart(sorted: &[i16], thresholds: &[u64]) -> Vec<u64> {
    let below = |threshold: &u64| -> u64 {
        let mut from = 0_usize;
        let mut pairs = 0;
        for (at, time) in sorted.iter().enumerate() {
            let far =
                |from: usize| sorted.get(from).is_some_and(|early| u64::from(time.abs_diff(*early)) >= *threshold);
            while from < at && far(from) {
                from += 1;
            }
            pairs += (at - from) as u64;
        }
        pairs
    };
    let up_to: Vec<u64> = thresholds.iter().map(below).collect();
    let before = std::iter::once(0).chain(up_to.iter().copied());
    up_to.iter().zip(before).map(|(up_to, before)| up_to - before).collect()
}

#[cfg(test)]
mod tests;
