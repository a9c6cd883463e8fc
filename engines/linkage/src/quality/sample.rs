//! Error bounds from pairs that people labelled: a sample by strata of probability, each stratum labelled as much as it is doubtful.
//!
//! Totals and variances are the usual ones of stratified sampling (Cochran, *Sampling Techniques*, 1977, chapters 5 and 6); the recall's
//! variance is the first-order one of a ratio. A share that was 0 or 1 in the sample is taken a little inwards, so that an interval
//! never has no width.

use serde::Serialize;

/// 95 out of 100.
const Z: f64 = 1.959_964;
/// Where strata begin, as probabilities.
const EDGES: [f64; 7] = [0.0, 0.1, 0.5, 0.8, 0.95, 0.99, 0.999];
/// Fewest labels of a stratum that holds so many.
const FEWEST: u64 = 10;

/// Pairs of about one probability.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Stratum {
    /// Its smallest probability.
    pub from: f64,
    /// Pairs in it.
    pub pairs: u64,
    /// Those labelled.
    pub labelled: u64,
    /// Those of them that belong together.
    pub same: u64,
}

/// A share with its 95% interval.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Estimate {
    /// The share.
    pub value: f64,
    /// Where the interval begins.
    pub low: f64,
    /// Where it ends.
    pub high: f64,
}

/// What a labelled sample says.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Bounds {
    /// Share of links that is right.
    pub precision: Estimate,
    /// Share of what belongs together, among compared pairs, that is linked.
    pub recall: Estimate,
    /// What it rests on.
    pub strata: Vec<Stratum>,
}

/// The stratum, counted from 0, of a probability, with links apart from the rest at `link`; and where it begins.
#[must_use]
pub fn stratum_of(probability: f64, link: f64) -> (usize, f64) {
    let mut edges: Vec<f64> = EDGES.to_vec();
    edges.push(link);
    edges.sort_by(f64::total_cmp);
    edges.dedup();
    let at = edges.partition_point(|edge| *edge <= probability).saturating_sub(1);
    (at, edges.get(at).copied().unwrap_or(0.0))
}

/// How many of each stratum to label so that the precision of its links is known within `margin` either way, 95 times out of 100.
/// `strata` are pairs and the share of them expected to belong together.
#[must_use]
pub fn allocate(strata: &[(u64, f64)], margin: f64) -> Vec<u64> {
    let all: u64 = strata.iter().map(|(pairs, _)| pairs).sum();
    // Neyman's allocation: in proportion to a stratum's size and spread. The model's own share is not trusted beyond 2%.
    let load = |(pairs, share): &(u64, f64)| {
        let share = share.clamp(0.02, 0.98);
        *pairs as f64 * (share * (1.0 - share)).sqrt()
    };
    let loads: Vec<f64> = strata.iter().map(load).collect();
    let sum: f64 = loads.iter().sum();
    let variance = (margin / Z).powi(2) * (all as f64).powi(2);
    let spread: f64 =
        strata.iter().zip(&loads).filter(|((pairs, _), _)| *pairs > 0).map(|((n, _), l)| l * l / *n as f64).sum();
    let needed = sum * sum / (variance + spread);
    let take = |((pairs, _), load): (&(u64, f64), &f64)| {
        let wanted = if sum > 0.0 { (needed * load / sum).ceil() as u64 } else { 0 };
        wanted.max(FEWEST).min(*pairs)
    };
    strata.iter().zip(&loads).map(take).collect()
}

/// Precision and recall at the link threshold with their intervals; `None` where a stratum with pairs has no label.
#[must_use]
pub fn bounds(strata: &[Stratum], link: f64) -> Option<Bounds> {
    let filled: Vec<Stratum> = strata.iter().copied().filter(|stratum| stratum.pairs > 0).collect();
    if filled.is_empty() || filled.iter().any(|stratum| stratum.labelled == 0) {
        return None;
    }
    let total = |links: bool| {
        let side = filled.iter().filter(|stratum| (stratum.from >= link) == links);
        side.fold((0.0, 0.0, 0.0), |(pairs, same, variance), stratum| {
            let (size, n) = (stratum.pairs as f64, stratum.labelled as f64);
            let share = stratum.same as f64 / n;
            let inward = (stratum.same as f64 + 0.5) / (n + 1.0);
            let finite = (1.0 - n / size).max(0.0);
            (pairs + size, same + size * share, variance + size * size * inward * (1.0 - inward) / n * finite)
        })
    };
    let (links, right, right_variance) = total(true);
    let (_, missed, missed_variance) = total(false);
    let precision = if links > 0.0 { interval(right / links, right_variance / (links * links)) } else { certain(1.0) };
    let all = right + missed;
    let recall = if all > 0.0 {
        interval(right / all, (missed.powi(2) * right_variance + right.powi(2) * missed_variance) / all.powi(4))
    } else {
        certain(0.0)
    };
    Some(Bounds { precision, recall, strata: filled })
}

fn certain(value: f64) -> Estimate {
    Estimate { value, low: value, high: value }
}

fn interval(value: f64, variance: f64) -> Estimate {
    let half = Z * variance.max(0.0).sqrt();
    Estimate { value, low: (value - half).max(0.0), high: (value + half).min(1.0) }
}

/// Chooses `wanted` of the pairs as if at random, the same for any order in which they come.
#[must_use]
pub fn choose(mut pairs: Vec<(u32, u32)>, wanted: usize) -> Vec<(u32, u32)> {
    pairs.sort_unstable_by_key(|pair| (mix(*pair), *pair));
    pairs.truncate(wanted);
    pairs
}

/// SplitMix64's finaliser over both numbers.
fn mix((left, right): (u32, u32)) -> u64 {
    let mut x = (u64::from(left) << 32 | u64::from(right)).wrapping_add(0x9e37_79b9_7f4a_7c15);
    x = (x ^ x >> 30).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    x = (x ^ x >> 27).wrapping_mul(0x94d0_49bb_1331_11eb);
    x ^ x >> 31
}
