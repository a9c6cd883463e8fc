//! The pairs within the widest band of distance, listed by band in the order of place: for each point how many partners it has
//! among the points after it, and which.

use rayon::prelude::*;

use super::{Bands, Ends, MOST_PAIRS, Metric};
use crate::points::near::Near;
use crate::spread::SpreadError;

/// Candidates that one piece looks through, about: few enough that pieces share the work evenly.
const PIECE: u64 = 65_536;

/// The pairs of a run of points.
pub(super) struct Piece {
    /// The first of them.
    pub first: usize,
    /// For each band of distance its pairs.
    pub bands: Vec<OfBand>,
}

/// The pairs of one band of distance.
#[derive(Default)]
pub(super) struct OfBand {
    /// For each point of the piece how many partners it has.
    pub partners: Vec<u32>,
    /// The partners, one point's after another's.
    pub with: Vec<u32>,
}

/// Runs of points whose pairs are listed together.
pub(super) type Part = Vec<std::ops::Range<usize>>;

/// Parts of the points that have about `listed` candidates at most, so that memory holds their pairs.
pub(super) fn parts(near: &Near, bands: &Bands, listed: u64) -> Result<Vec<Part>, SpreadError> {
    let (mut parts, most_of_piece): (Vec<Part>, u64) = (vec![Vec::new()], PIECE.min(listed));
    let (mut of_part, mut of_piece, mut first, mut all) = (0_u64, 0_u64, 0_usize, 0_u64);
    for point in 0..near.x.len() {
        let candidates: u64 = near.candidates(point).iter().map(|run| run.len() as u64).sum();
        if point > first && of_piece + candidates > most_of_piece {
            if let Some(part) = parts.last_mut() {
                part.push(first..point);
            }
            (first, of_piece) = (point, 0);
            if of_part + candidates > listed {
                parts.push(Vec::new());
                of_part = 0;
            }
        }
        of_piece += candidates;
        of_part += candidates;
        all += candidates;
    }
    if let Some(part) = parts.last_mut() {
        part.push(first..near.x.len());
    }
    // Where there might be too many they are counted, up to as many as there can be.
    if all > MOST_PAIRS && too_many(near, bands) {
        let metres = bands.metres.last().copied().unwrap_or_default();
        return Err(SpreadError::TooManyPairs { most: MOST_PAIRS, metres });
    }
    Ok(parts)
}

fn too_many(near: &Near, bands: &Bands) -> bool {
    if surely(near, bands.metres.last().copied().unwrap_or_default()) > MOST_PAIRS {
        return true;
    }
    let mut pairs = 0_u64;
    for first in (0..near.x.len()).step_by(1024) {
        let points = first..(first + 1024).min(near.x.len());
        pairs += points.into_par_iter().map(|point| reached(near, bands, point, |_, _| {})).sum::<u64>();
        if pairs > MOST_PAIRS {
            return true;
        }
    }
    false
}

/// Pairs that are within reach since both lie in a square half as wide as it, by whichever measure. Below a millimetre only
/// those count that are alike to the last bit.
fn surely(near: &Near, reach: f64) -> u64 {
    let half = reach / 2.0 * (1.0 - 1e-9);
    let square = |at: &f64| if reach < 0.001 { at.to_bits() as i64 } else { (at / half).floor() as i64 };
    let mut squares: Vec<(i64, i64)> = near.x.iter().zip(&near.y).map(|(x, y)| (square(y), square(x))).collect();
    squares.sort_unstable();
    let pairs = |alike: &[(i64, i64)]| alike.len() as u64 * (alike.len() as u64 - 1) / 2;
    squares.chunk_by(|a, b| a == b).map(pairs).sum()
}

/// Lists the pairs of a run of points.
pub(super) fn piece(near: &Near, bands: &Bands, points: std::ops::Range<usize>) -> Piece {
    let mut listed: Vec<OfBand> = bands.metres.iter().map(|_| OfBand::default()).collect();
    let first = points.start;
    for point in points {
        for band in &mut listed {
            band.partners.push(0);
        }
        reached(near, bands, point, |band, partner| {
            if let Some(band) = listed.get_mut(band) {
                band.with.push(partner);
                if let Some(partners) = band.partners.last_mut() {
                    *partners += 1;
                }
            }
        });
    }
    Piece { first, bands: listed }
}

/// Tells of each later point within the widest band, by the band; gives their number.
fn reached(near: &Near, bands: &Bands, point: usize, mut tell: impl FnMut(usize, u32)) -> u64 {
    let (Some(x), Some(y)) = (near.x.get(point).copied(), near.y.get(point).copied()) else {
        return 0;
    };
    let mut pairs = 0;
    let square = bands.metric == Metric::Euclidean;
    let last = bands.metres.last().copied().unwrap_or_default();
    let far = if square { last * last } else { last };
    for run in near.candidates(point) {
        let (xs, ys) = (near.x.get(run.clone()).unwrap_or_default(), near.y.get(run.clone()).unwrap_or_default());
        for ((other_x, other_y), partner) in xs.iter().zip(ys).zip(run) {
            let (dx, dy) = (other_x - x, other_y - y);
            let apart = if square { dx * dx + dy * dy } else { dx.abs() + dy.abs() };
            if apart > far {
                continue;
            }
            let within = |end: &f64| {
                let end = if square { end * end } else { *end };
                if bands.ends == Ends::With { apart <= end } else { apart < end }
            };
            if let Some(band) = bands.metres.iter().position(within) {
                tell(band, u32::try_from(partner).unwrap_or(u32::MAX));
                pairs += 1;
            }
        }
    }
    pairs
}
