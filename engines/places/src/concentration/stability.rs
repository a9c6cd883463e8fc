//! Whether harm stays where it was: two periods over the same places.
//!
//! [`stability`]: rank correlation of all places (Spearman, ties at their mean rank), and how many of those at the top are
//! the same (Jaccard: those in both over those in either). [`similarity`]: Andresen's index S, "Testing for similarity in
//! area-based spatial patterns", Applied Geography 29 (2009): the share of areas whose part of the first period's events is
//! within the interval of 95 % of its part in samples of 85 % of the second's. 0.8 and more is taken for alike. Areas without
//! an event in either period are alike for nothing, so the index without them stands beside it. O(n log n); S: O(r (n + events)).

use rayon::prelude::*;

use super::{ConcentrationError, fewest, ranked, real, valid, whole};
use crate::random::Stream;

/// Two periods side by side.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Stability {
    /// Spearman's rank correlation, from −1 to 1; `None` where all places have as much in one of the periods.
    pub rank_correlation: Option<f64>,
    /// Places at the top in the first period: the fewest that hold the share asked for, with all that tie with the last.
    pub top_before: usize,
    /// In the second.
    pub top_after: usize,
    /// In both.
    pub in_both: usize,
    /// Those in both over those in either: 1 where they are the same.
    pub jaccard: f64,
}

/// Compares two periods; the top is the places that hold `share` of the harm.
///
/// # Errors
/// When the periods have different places, nothing happened in one, an amount is negative or no number, or the share is not
/// above 0 and at most 1.
pub fn stability(before: &[f64], after: &[f64], share: f64) -> Result<Stability, ConcentrationError> {
    if before.len() != after.len() {
        return Err(ConcentrationError::Lengths { before: before.len(), after: after.len() });
    }
    let (least_before, least_after) = (least_of_top(before, share)?, least_of_top(after, share)?);
    let (mut top_before, mut top_after, mut in_both) = (0, 0, 0);
    for (one, other) in before.iter().zip(after) {
        let (one, other) = (*one >= least_before, *other >= least_after);
        top_before += usize::from(one);
        top_after += usize::from(other);
        in_both += usize::from(one && other);
    }
    let jaccard = real(in_both) / real((top_before + top_after - in_both).max(1));
    let rank_correlation = correlation(&ranks(before), &ranks(after));
    Ok(Stability { rank_correlation, top_before, top_after, in_both, jaccard })
}

/// The amount of the last of the places that together hold a share.
fn least_of_top(amounts: &[f64], share: f64) -> Result<f64, ConcentrationError> {
    let (sorted, sum) = ranked(amounts)?;
    let places = fewest(sorted.iter().copied(), sum, valid(share)?);
    let mut descending = amounts.to_vec();
    descending.sort_by(|one, other| other.total_cmp(one));
    Ok(descending.get(places.saturating_sub(1)).copied().unwrap_or_default())
}

/// Each amount's rank from 1, those that tie at the mean of theirs.
fn ranks(amounts: &[f64]) -> Vec<f64> {
    let mut order: Vec<(f64, usize)> = amounts.iter().copied().zip(0..).collect();
    order.sort_by(|one, other| one.0.total_cmp(&other.0));
    let (mut ranks, mut before) = (vec![0.0; amounts.len()], 0);
    for tied in order.chunk_by(|one, other| one.0 == other.0) {
        let rank = real(before) + (real(tied.len()) + 1.0) / 2.0;
        for (_, place) in tied {
            if let Some(own) = ranks.get_mut(*place) {
                *own = rank;
            }
        }
        before += tied.len();
    }
    ranks
}

fn correlation(one: &[f64], other: &[f64]) -> Option<f64> {
    // Ranks add up to n(n + 1)/2, ties or none.
    let mean = (real(one.len()) + 1.0) / 2.0;
    let (mut product, mut of_one, mut of_other) = (0.0, 0.0, 0.0);
    for (one, other) in one.iter().zip(other) {
        let (one, other) = (one - mean, other - mean);
        product += one * other;
        of_one += one * one;
        of_other += other * other;
    }
    (of_one > 0.0 && of_other > 0.0).then(|| (product / (of_one.sqrt() * of_other.sqrt())).clamp(-1.0, 1.0))
}

/// Andresen's index.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Similarity {
    /// Of all areas, the share that are alike.
    pub s: f64,
    /// Of those with an event in either period.
    pub where_anything_happened: f64,
    /// How often the second period was sampled.
    pub replicates: u32,
    /// From which seed.
    pub seed: u64,
}

/// How much of the second period's is sampled each time, in hundredths.
const SAMPLED: usize = 85;

/// Compares two periods' counts by Andresen's index S, with so many samples of the second period (200 in his paper).
///
/// # Errors
/// When the periods have different places, nothing happened in one, or there are no replicates.
pub fn similarity(before: &[u64], after: &[u64], replicates: u32, seed: u64) -> Result<Similarity, ConcentrationError> {
    if before.len() != after.len() {
        return Err(ConcentrationError::Lengths { before: before.len(), after: after.len() });
    }
    let total = |counts: &[u64]| counts.iter().fold(0_u64, |sum, count| sum.saturating_add(*count));
    let first = total(before);
    if total(after) > 100_000_000 {
        return Err(ConcentrationError::TooMany { events: total(after) });
    }
    let events: Vec<usize> =
        after.iter().enumerate().flat_map(|(area, count)| (0..*count).map(move |_| area)).collect();
    let sampled = (events.len() * SAMPLED).div_ceil(100);
    if first == 0 || events.is_empty() {
        return Err(ConcentrationError::Nothing);
    }
    if replicates == 0 {
        return Err(ConcentrationError::NoReplicates);
    }
    let samples: Vec<Vec<u32>> = (0..replicates)
        .into_par_iter()
        .map(|number| sample(&events, sampled, before.len(), &mut Stream::of(seed, u64::from(number))))
        .collect();
    let (mut alike, mut happened, mut alike_there) = (0, 0, 0);
    let tail = samples.len() / 40;
    for (area, (count, other)) in before.iter().zip(after).enumerate() {
        let mut parts: Vec<u32> = samples.iter().filter_map(|sample| sample.get(area).copied()).collect();
        parts.sort_unstable();
        let part = |found: Option<&u32>| f64::from(found.copied().unwrap_or_default()) / real(sampled);
        let own = whole(*count) / whole(first);
        let within = part(parts.get(tail)) <= own && own <= part(parts.iter().rev().nth(tail));
        alike += usize::from(within);
        if *count > 0 || *other > 0 {
            happened += 1;
            alike_there += usize::from(within);
        }
    }
    Ok(Similarity {
        s: real(alike) / real(before.len()),
        where_anything_happened: real(alike_there) / real(happened),
        replicates,
        seed,
    })
}

/// Counts by area of so many events, drawn without replacement.
fn sample(events: &[usize], sampled: usize, areas: usize, stream: &mut Stream) -> Vec<u32> {
    let mut order: Vec<usize> = events.to_vec();
    stream.shuffle(&mut order);
    let mut counts = vec![0; areas];
    for area in order.iter().take(sampled) {
        if let Some(count) = counts.get_mut(*area) {
            *count += 1;
        }
    }
    counts
}
