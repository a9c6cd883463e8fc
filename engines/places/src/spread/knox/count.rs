//! Counting pairs close in time, for the dates as they are and for permutations of them, sixteen at a time.

use std::sync::atomic::{AtomicU64, Ordering};

use rayon::prelude::*;

use super::pairs::{OfBand, Part, Piece, piece};
use super::{Bands, LONGEST};
use crate::points::near::Near;
use crate::random::Stream;

/// Orders of the dates that are counted together: with 16 bits each they fill what a processor adds at once.
const LANES: usize = 16;

/// Times apart that are compared in one go.
const GO: usize = 4;

/// The time of one point in each of the orders.
type Lanes = [i16; LANES];

/// What was counted.
pub(super) struct Counted {
    /// Pairs in each band of distance.
    pub by_distance: Vec<u64>,
    /// Pairs of the dates as they are, in each cell.
    pub observed: Vec<u64>,
    /// Permutations with as many pairs or more, in each cell.
    pub as_many: Vec<u32>,
}

/// The dates as they are and in the orders to come.
pub(super) struct Orders<'a> {
    /// The times in the order of place.
    pub true_order: &'a [i16],
    /// The same times by size.
    pub sorted: &'a [i16],
    /// How many other orders.
    pub permutations: u32,
    /// Their seed.
    pub seed: u64,
}

/// Counts all orders.
pub(super) fn counted(
    near: &Near,
    bands: &Bands,
    parts: Vec<Part>,
    given: &Orders<'_>,
    progress: &(dyn Fn(u64, u64) + Sync),
) -> Counted {
    let orders = u64::from(given.permutations) + 1;
    let blocks = orders.div_ceil(LANES as u64);
    let (width, cells) = (bands.times.len(), bands.cells());
    // For each order its cells, one order after another.
    let mut tables = vec![0_u64; usize::try_from(blocks).unwrap_or_default() * LANES * cells];
    let mut by_distance = vec![0_u64; bands.metres.len()];
    let (done, of) = (AtomicU64::new(0), orders * parts.len() as u64);
    for part in parts {
        let pieces: Vec<Piece> = part.into_par_iter().map(|points| piece(near, bands, points)).collect();
        for piece in &pieces {
            for (sum, band) in by_distance.iter_mut().zip(&piece.bands) {
                *sum += band.with.len() as u64;
            }
        }
        tables.par_chunks_mut((LANES * cells).max(1)).enumerate().for_each(|(block, tables)| {
            let block = block as u64;
            let times = given.of_block(block);
            count_block(&pieces, &times, &limits(bands), width, tables);
            let orders = (LANES as u64).min(orders - block * LANES as u64);
            progress(done.fetch_add(orders, Ordering::Relaxed) + orders, of);
        });
    }
    let mut tables = tables.chunks(cells.max(1)).take(usize::try_from(orders).unwrap_or_default());
    let observed = tables.next().unwrap_or_default().to_vec();
    let mut as_many = vec![0_u32; cells];
    for table in tables {
        for ((as_many, permuted), observed) in as_many.iter_mut().zip(table).zip(&observed) {
            *as_many += u32::from(permuted >= observed);
        }
    }
    Counted { by_distance, observed, as_many }
}

/// For each band of time the first time apart beyond it; what is beyond all dates is beyond them by one.
fn limits(bands: &Bands) -> Vec<i16> {
    bands.thresholds().iter().map(|below| i16::try_from((*below).min(LONGEST + 1)).unwrap_or(i16::MAX)).collect()
}

impl Orders<'_> {
    /// The times of every point in sixteen orders; order 0 is the true one, order k is drawn by stream k.
    fn of_block(&self, block: u64) -> Vec<Lanes> {
        let mut times = vec![[0; LANES]; self.true_order.len()];
        let mut drawn = self.sorted.to_vec();
        let orders = block * LANES as u64..u64::from(self.permutations) + 1;
        for (lane, number) in orders.take(LANES).enumerate() {
            let of_lane = if number == 0 {
                self.true_order
            } else {
                drawn.copy_from_slice(self.sorted);
                Stream::of(self.seed, number).shuffle(&mut drawn);
                &drawn
            };
            for (slot, time) in times.iter_mut().filter_map(|lanes| lanes.get_mut(lane)).zip(of_lane) {
                *slot = *time;
            }
        }
        times
    }
}

/// Adds the pairs of sixteen orders to their tables.
fn count_block(pieces: &[Piece], times: &[Lanes], limits: &[i16], width: usize, tables: &mut [u64]) {
    let cells = tables.len() / LANES;
    for piece in pieces {
        for (distance, band) in piece.bands.iter().enumerate() {
            for (go, limits) in limits.chunks(GO).enumerate() {
                let mut below = [[0_u64; LANES]; GO];
                match limits {
                    [a] => count_band(band, piece.first, times, [*a], &mut below),
                    [a, b] => count_band(band, piece.first, times, [*a, *b], &mut below),
                    [a, b, c] => count_band(band, piece.first, times, [*a, *b, *c], &mut below),
                    [a, b, c, d] => count_band(band, piece.first, times, [*a, *b, *c, *d], &mut below),
                    _ => {}
                }
                for (time, below) in below.iter().take(limits.len()).enumerate() {
                    let cell = distance * width + go * GO + time;
                    for (table, below) in tables.chunks_mut(cells.max(1)).zip(below) {
                        add(table, cell, width, *below);
                    }
                }
            }
        }
    }
}

/// Pairs below a limit belong to this band and, unless it is the last of its row, not to the next.
fn add(table: &mut [u64], cell: usize, width: usize, below: u64) {
    if let Some(sum) = table.get_mut(cell) {
        *sum = sum.wrapping_add(below);
    }
    if !(cell + 1).is_multiple_of(width)
        && let Some(sum) = table.get_mut(cell + 1)
    {
        // In the end it has all those below its own limit, which are no fewer.
        *sum = sum.wrapping_sub(below);
    }
}

/// Counts, for each order, the pairs that are less than each limit apart.
fn count_band<const K: usize>(
    band: &OfBand,
    first: usize,
    times: &[Lanes],
    limits: [i16; K],
    below: &mut [[u64; LANES]; GO],
) {
    let mut sums = [[0_u16; LANES]; K];
    let mut counted = 0_usize;
    let mut rest = band.with.as_slice();
    for (own, partners) in times.get(first..).unwrap_or_default().iter().zip(&band.partners) {
        let (with, after) = rest.split_at_checked(*partners as usize).unwrap_or_default();
        rest = after;
        // Sixteen bits hold 65,535 pairs; before they could be full they are put away.
        for with in with.chunks(30_000) {
            if counted + with.len() > 60_000 {
                put_away(&mut sums, below);
                counted = 0;
            }
            counted += with.len();
            count_point(own, with, times, &limits, &mut sums);
        }
    }
    put_away(&mut sums, below);
}

fn put_away<const K: usize>(sums: &mut [[u16; LANES]; K], below: &mut [[u64; LANES]; GO]) {
    for (sums, below) in sums.iter_mut().zip(below) {
        for (sum, below) in sums.iter_mut().zip(below) {
            *below += u64::from(*sum);
            *sum = 0;
        }
    }
}

/// The innermost loop: one point with its partners, sixteen orders side by side.
#[inline]
fn count_point<const K: usize>(
    own: &Lanes,
    with: &[u32],
    times: &[Lanes],
    limits: &[i16; K],
    sums: &mut [[u16; LANES]; K],
) {
    let mut local = *sums;
    for partner in with {
        let Some(other) = times.get(*partner as usize) else {
            continue;
        };
        let mut apart = [0_i16; LANES];
        for ((apart, own), other) in apart.iter_mut().zip(own).zip(other) {
            *apart = own.wrapping_sub(*other).wrapping_abs();
        }
        for (sums, limit) in local.iter_mut().zip(limits) {
            for (sum, apart) in sums.iter_mut().zip(&apart) {
                *sum = sum.wrapping_add(u16::from(apart < limit));
            }
        }
    }
    *sums = local;
}
