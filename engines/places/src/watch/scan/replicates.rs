//! The greatest ratio of every replicate, exactly, in three rounds over the centres: each round's floor is the least of the
//! greatest that earlier rounds found, so that no replicate's greatest can lie below it, and what cannot reach the floor
//! is never looked at closely.

use rayon::prelude::*;

use super::draw::{Null, World};
use super::lanes::{LANES, Lane, Path, Reached, Row, walk_space, walk_time};
use super::likelihood::{Floors, Likelihood, ROUNDING};
use super::observed::Best;
use super::zones::Circle;
use super::{Field, Rates, Settings};
use crate::random::Stream;

/// Memory for the replicates of one batch.
const BATCH_BYTES: usize = 256 << 20;
/// Windows whose limits are at hand at once.
const WINDOWS_AT_ONCE: usize = 1 << 16;
/// Up to so many cases expected in a window, narrow numbers do: a replicate with twice as many comes once in e^6,000.
const NARROW: f64 = 16_000.0;

/// The replicates' greatest ratios, in their order; `best` is what was observed.
pub(super) fn maxima(
    field: &Field<'_>,
    null: &Null,
    settings: &Settings,
    best: &Best,
    progress: &(dyn Fn(u64, u64) + Sync),
) -> Vec<f64> {
    if best.largest <= NARROW {
        batches::<i16>(field, null, settings, best, progress)
    } else {
        batches::<i32>(field, null, settings, best, progress)
    }
}

fn batches<L: Lane>(
    field: &Field<'_>,
    null: &Null,
    settings: &Settings,
    best: &Best,
    progress: &(dyn Fn(u64, u64) + Sync),
) -> Vec<f64> {
    let top = best.found.first().map(|window| window.llr);
    let wanted = settings.replicates as usize;
    let group = field.ground.areas() * field.calendar.columns * size_of::<Row<L>>();
    let groups_at_once = if settings.stop.is_some() { 1 } else { (BATCH_BYTES / group.max(1)).max(1) };
    let batch = groups_at_once * LANES;
    let steps = wanted.div_ceil(batch) * field.ground.centres.len();
    let mut maxima = Vec::with_capacity(wanted);
    while maxima.len() < wanted {
        let first = maxima.len();
        let count = batch.min(wanted - first);
        let mut groups = drawn::<L>(field, null, settings.seed, first, count);
        let done = (first / batch) * field.ground.centres.len();
        let tell = |centres: usize| progress((done + centres) as u64, steps as u64);
        maxima.extend(greatest(field, &mut groups, count, best, &tell));
        if let Some(enough) = settings.stop.zip(top).and_then(|(stop, top)| enough(&maxima, stop, top)) {
            maxima.truncate(enough);
            break;
        }
    }
    maxima
}

/// The replicate at which as many as wanted have reached the observed; replicates after it are not used.
fn enough(maxima: &[f64], stop: u32, top: f64) -> Option<usize> {
    let mut reaching = maxima.iter().enumerate().filter(|(_, greatest)| reaches(**greatest, top));
    reaching.nth(stop as usize - 1).map(|(at, _)| at + 1)
}

/// Whether a replicate's ratio is as great as the observed one; ties count, whatever rounding made of them.
pub(super) fn reaches(greatest: f64, observed: f64) -> bool {
    greatest >= observed - ROUNDING * observed.max(1.0)
}

/// Draws replicates `first..first + count`, 64 to a group, as running sums over time.
fn drawn<L: Lane>(field: &Field<'_>, null: &Null, seed: u64, first: usize, count: usize) -> Vec<Vec<Row<L>>> {
    let columns = field.calendar.columns;
    let group = |group: usize| {
        let mut rows = vec![[L::default(); LANES]; field.ground.areas() * columns];
        let mut world = World::of(field);
        for lane in 0..LANES.min(count - group * LANES) {
            null.draw(&mut Stream::of(seed, (first + group * LANES + lane) as u64), &mut world);
            for (areas, cells) in rows.chunks_exact_mut(columns).zip(world.cells.chunks_exact(columns)) {
                let mut before = L::default();
                for (row, cell) in areas.iter_mut().zip(cells) {
                    before = before.plus(L::of(i64::from(*cell)));
                    if let Some(value) = row.get_mut(lane) {
                        *value = before;
                    }
                }
            }
        }
        rows
    };
    (0..count.div_ceil(LANES)).into_par_iter().map(group).collect()
}

/// The greatest ratio of each replicate in a batch.
fn greatest<L: Lane>(
    field: &Field<'_>,
    groups: &mut [Vec<Row<L>>],
    count: usize,
    observed: &Best,
    tell: &(dyn Fn(usize) + Sync),
) -> Vec<f64> {
    let mut best = vec![[0.0_f64; LANES]; groups.len()];
    let mut done = 0;
    for centres in rounds(&field.ground.centres) {
        let floor = best.iter().flatten().take(count).copied().fold(f64::INFINITY, f64::min);
        for rates in sides(field.rates) {
            let floors = Floors::of(field.likelihood, floor, observed.largest, *rates);
            // Too few is too many of the negative.
            turn(groups, *rates);
            let round = Round { field, groups, floors: &floors, rates: *rates, deepest: observed.deepest };
            round.over(&centres, &mut best, done, tell);
            turn(groups, *rates);
        }
        done += centres.len();
    }
    best.into_iter().flatten().take(count).collect()
}

fn turn<L: Lane>(groups: &mut [Vec<Row<L>>], rates: Rates) {
    if rates == Rates::Low {
        let each = groups.par_iter_mut().flatten();
        each.for_each(|row| row.iter_mut().for_each(|count| *count = L::default().minus(*count)));
    }
}

/// A few centres, one in sixteen, and the rest.
fn rounds(centres: &[u32]) -> [Vec<u32>; 3] {
    let sparse = (centres.len() / 8).clamp(1, 512);
    let mut rounds = [Vec::new(), Vec::new(), Vec::new()];
    let [few, some, rest] = &mut rounds;
    for (at, centre) in centres.iter().enumerate() {
        match () {
            () if at % sparse == sparse / 2 => few.push(*centre),
            () if at % 16 == 0 => some.push(*centre),
            () => rest.push(*centre),
        }
    }
    rounds
}

/// Both sides are two walks.
fn sides(rates: Rates) -> &'static [Rates] {
    match rates {
        Rates::High => &[Rates::High],
        Rates::Low => &[Rates::Low],
        Rates::Both => &[Rates::High, Rates::Low],
    }
}

struct Round<'a, L> {
    field: &'a Field<'a>,
    groups: &'a [Vec<Row<L>>],
    floors: &'a Floors,
    rates: Rates,
    /// Areas in the largest circle.
    deepest: usize,
}

impl<L: Lane> Round<'_, L> {
    /// Walks from these centres, some at a time, so that their limits stay at hand while all replicates pass by.
    fn over(&self, centres: &[u32], best: &mut [Row<f64>], done: usize, tell: &(dyn Fn(usize) + Sync)) {
        let spans = self.field.calendar.spans.len();
        let reach = self.deepest.max(1) * spans;
        let at_once = (WINDOWS_AT_ONCE / reach).clamp(1, 64);
        let told = std::sync::atomic::AtomicUsize::new(done);
        let tile = |tile: &[u32]| {
            let paths = self.paths(tile);
            let mut found = vec![[0.0_f64; LANES]; self.groups.len()];
            let mut sums = vec![[L::default(); LANES]; self.field.calendar.columns];
            for ((rows, known), found) in self.groups.iter().zip(best.iter()).zip(&mut found) {
                *found = *known;
                for path in &paths {
                    self.walk(rows, path, &mut sums, found);
                }
            }
            tell(told.fetch_add(tile.len(), std::sync::atomic::Ordering::Relaxed) + tile.len());
            found
        };
        let joined = |mut one: Vec<Row<f64>>, other: Vec<Row<f64>>| {
            for (one, other) in one.iter_mut().flatten().zip(other.iter().flatten()) {
                *one = one.max(*other);
            }
            one
        };
        let found = centres.par_chunks(at_once).map(tile).reduce_with(joined);
        for (best, found) in best.iter_mut().zip(found.into_iter().flatten()) {
            *best = found;
        }
    }

    fn walk(&self, rows: &[Row<L>], path: &Path<L>, sums: &mut [Row<L>], found: &mut Row<f64>) {
        let calendar = self.field.calendar;
        let likelihood = self.field.likelihood;
        let low = self.rates == Rates::Low;
        let look = |reached: &Reached<'_, L>| raise(likelihood, low, reached, found);
        if calendar.columns == 1 {
            walk_space(rows, path, look);
        } else {
            walk_time(rows, calendar.columns, &calendar.spans, path, sums, look);
        }
    }

    fn paths(&self, centres: &[u32]) -> Vec<Path<L>> {
        let mut circle = Circle::default();
        let mut sums = Vec::new();
        let path = |centre: &u32| {
            self.field.ground.around(*centre, &mut circle);
            let mut path = Path { areas: Vec::new(), limits: Vec::new(), expected: Vec::new() };
            let never = if self.rates == Rates::Low { L::of(0) } else { L::of(i64::MAX) };
            self.field.each_window(&circle, &mut sums, |step, expected| {
                path.areas.push(step.area);
                path.expected.extend_from_slice(expected);
                let limit = |expected: &f64| if step.ends { L::of(self.floors.limit(*expected)) } else { never };
                path.limits.extend(expected.iter().map(limit));
            });
            path
        };
        centres.iter().map(path).collect()
    }
}

/// Puts the ratio to those replicates whose count passes the limit and that could beat what they have.
fn raise<L: Lane>(likelihood: Likelihood, low: bool, reached: &Reached<'_, L>, found: &mut Row<f64>) {
    for (count, best) in reached.counts.iter().zip(found) {
        if count.above(reached.limit).is_set() {
            let count = count.value().abs();
            // The limit is that of a step of expected numbers: the count may still lie on the other side of this one.
            let sought = if low { count < reached.expected } else { count > reached.expected };
            if sought && likelihood.bound(count, reached.expected) > *best {
                *best = best.max(likelihood.ratio(count, reached.expected));
            }
        }
    }
}
