//! How sure a concentration is, and what it would be by chance.

use rayon::prelude::*;

use super::{ConcentrationError, fewest, of_ranked, ranked, real, valid};
use crate::random::Stream;
use crate::rate::Interval;

/// A share of places with its interval.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Spread {
    /// The share of places that hold the share of harm asked for.
    pub share_of_places: Interval,
    /// Gini's index.
    pub gini: Interval,
    /// How often places were drawn anew.
    pub replicates: u32,
    /// From which seed.
    pub seed: u64,
}

/// The 95 % interval of the share of places that hold a share of the harm, and of Gini's index: percentiles over replicates, each
/// with as many places drawn from the real ones with replacement (Efron & Tibshirani, An Introduction to the Bootstrap, 1993).
/// It says how far another set of places like these could differ. A replicate in which nothing happened is left out; where
/// that leaves none, both intervals are what there is. O(r n log n).
///
/// # Errors
/// As [`super::holding`], and without replicates.
pub fn bootstrap(amounts: &[f64], share: f64, replicates: u32, seed: u64) -> Result<Spread, ConcentrationError> {
    let (sorted, sum) = ranked(amounts)?;
    let share = valid(share)?;
    if replicates == 0 {
        return Err(ConcentrationError::NoReplicates);
    }
    let bound = u32::try_from(sorted.len()).unwrap_or(u32::MAX);
    let one = |times: &mut Vec<u32>, number: u32| {
        times.clear();
        times.resize(sorted.len(), 0);
        let mut stream = Stream::of(seed, u64::from(number));
        for _ in 0..bound {
            if let Some(drawn) = times.get_mut(stream.below(bound) as usize) {
                *drawn += 1;
            }
        }
        // Those drawn, each as often as it was, are in descending order already.
        let drawn: Vec<f64> = sorted
            .iter()
            .zip(times)
            .flat_map(|(amount, times)| std::iter::repeat_n(*amount, *times as usize))
            .collect();
        of(&drawn, drawn.iter().sum(), share)
    };
    let drawn: Vec<(f64, f64)> = (0..replicates).into_par_iter().map_init(Vec::new, one).flatten().collect();
    let (shares, ginis): (Vec<f64>, Vec<f64>) =
        if drawn.is_empty() { of(&sorted, sum, share).into_iter().unzip() } else { drawn.into_iter().unzip() };
    Ok(Spread { share_of_places: percentiles(shares), gini: percentiles(ginis), replicates, seed })
}

/// The share of places and Gini's index of amounts in descending order.
fn of(sorted: &[f64], sum: f64, share: f64) -> Option<(f64, f64)> {
    let places = fewest(sorted.iter().copied(), sum, share);
    (sum > 0.0).then(|| (real(places) / real(sorted.len()), of_ranked(sorted, sum)))
}

/// From the 2.5th percentile to the 97.5th.
fn percentiles(mut values: Vec<f64>) -> Interval {
    values.sort_by(f64::total_cmp);
    let tail = values.len() / 40;
    let at = |found: Option<&f64>| found.copied().unwrap_or_default();
    Interval { lower: at(values.get(tail)), upper: at(values.iter().rev().nth(tail)) }
}

/// What concentration chance alone brings.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Chance {
    /// The share of places that hold the share of events asked for, on average.
    pub share_of_places: f64,
    /// Within which it is 95 times of 100.
    pub interval: Interval,
    /// Gini's index, on average.
    pub gini: f64,
    /// How often events were thrown.
    pub replicates: u32,
    /// From which seed.
    pub seed: u64,
}

/// The share of places that hold a share of events when each event falls on a place by chance, by `exposure` (residents, say;
/// or 1 for each place): a multinomial, simulated. O(r (n + events)).
///
/// # Errors
/// When no place is exposed, an exposure is negative or no number, there are no events, the share is not above 0 and at
/// most 1, or there are no replicates.
pub fn chance(
    events: u32,
    exposure: &[f64],
    share: f64,
    replicates: u32,
    seed: u64,
) -> Result<Chance, ConcentrationError> {
    ranked(exposure)?;
    let share = valid(share)?;
    if events == 0 {
        return Err(ConcentrationError::Nothing);
    }
    if replicates == 0 {
        return Err(ConcentrationError::NoReplicates);
    }
    let alias = Alias::of(exposure);
    let one = |counts: &mut Vec<u32>, number: u32| {
        counts.clear();
        counts.resize(exposure.len(), 0);
        let mut stream = Stream::of(seed, u64::from(number));
        for _ in 0..events {
            if let Some(count) = counts.get_mut(alias.draw(&mut stream)) {
                *count += 1;
            }
        }
        let sorted = descending(counts);
        of(&sorted, f64::from(events), share)
    };
    let drawn: Vec<(f64, f64)> = (0..replicates).into_par_iter().map_init(Vec::new, one).flatten().collect();
    let (shares, ginis): (Vec<f64>, Vec<f64>) = drawn.into_iter().unzip();
    let mean = |values: &[f64]| values.iter().sum::<f64>() / real(values.len());
    Ok(Chance { share_of_places: mean(&shares), gini: mean(&ginis), interval: percentiles(shares), replicates, seed })
}

/// Counts in descending order, by counting how often each comes where that is quicker.
fn descending(counts: &[u32]) -> Vec<f64> {
    let most = counts.iter().copied().max().unwrap_or_default();
    if most as usize > 4 * counts.len() {
        let mut sorted = counts.to_vec();
        sorted.sort_unstable_by(|one, other| other.cmp(one));
        return sorted.into_iter().map(f64::from).collect();
    }
    let mut times = vec![0_usize; most as usize + 1];
    for count in counts {
        if let Some(times) = times.get_mut(*count as usize) {
            *times += 1;
        }
    }
    let each = (0..=most).rev().zip(times.into_iter().rev());
    each.flat_map(|(count, times)| std::iter::repeat_n(f64::from(count), times)).collect()
}

/// Draws a place by its exposure in constant time (Vose, "A linear algorithm for generating random numbers with a given
/// distribution", IEEE Transactions on Software Engineering 17, 1991).
struct Alias {
    /// How probable it is that a place keeps what falls on it, and to which it goes otherwise.
    places: Vec<(f64, usize)>,
}

impl Alias {
    fn of(exposure: &[f64]) -> Self {
        let greatest = exposure.iter().copied().fold(0.0, f64::max);
        let sum: f64 = exposure.iter().map(|amount| amount / greatest).sum();
        let scaled = exposure.iter().map(|amount| amount / greatest / sum * real(exposure.len()));
        let mut places: Vec<(f64, usize)> = scaled.enumerate().map(|(place, part)| (part, place)).collect();
        let (mut low, mut high): (Vec<usize>, Vec<usize>) = (Vec::new(), Vec::new());
        for (place, (part, _)) in places.iter().enumerate() {
            if *part < 1.0 { low.push(place) } else { high.push(place) }
        }
        while let (Some(little), Some(much)) = (low.pop(), high.last().copied()) {
            let kept = places.get(little).map_or(1.0, |(part, _)| *part);
            if let Some((_, other)) = places.get_mut(little) {
                *other = much;
            }
            if let Some((part, _)) = places.get_mut(much) {
                *part -= 1.0 - kept;
                if *part < 1.0 {
                    high.pop();
                    low.push(much);
                }
            }
        }
        // What rounding leaves keeps all that falls on it, but never a place that nothing should fall on.
        Self { places }
    }

    fn draw(&self, stream: &mut Stream) -> usize {
        let place = stream.below(u32::try_from(self.places.len()).unwrap_or(u32::MAX)) as usize;
        match self.places.get(place) {
            Some((part, other)) if stream.unit() >= *part => *other,
            _ => place,
        }
    }
}
