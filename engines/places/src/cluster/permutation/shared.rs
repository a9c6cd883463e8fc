//! All areas share the draws: permutation r is one list of areas, without replacement, one longer than the most neighbours an
//! area has; an area with k neighbours takes the first k that are not itself.
//!
//! Where neighbours count alike only the sum of those k matters, and it is the same for every area that has k neighbours and is
//! not among them. So for each k the sums of all permutations are sorted once, and an area's count is a binary search,
//! corrected in the few permutations whose first k name the area itself.

use std::sync::atomic::{AtomicU64, Ordering};

use rayon::prelude::*;

use super::deck::Deck;
use super::{Plan, Progress, Row, TIE, Tails, World, slack};
use crate::random::Stream;

pub(super) fn tails(world: &World, plan: &Plan, progress: &Progress<'_>) -> Vec<Option<Tails>> {
    let lists = Lists::draw(world, plan);
    let mut found = vec![None; world.len()];
    alike(world, &lists, &mut found);
    weighted(world, &lists, &mut found, progress);
    progress(world.len() as u64, world.len() as u64);
    found
}

/// The lists of all permutations, and where each area is named in them.
pub(super) struct Lists {
    permutations: u32,
    /// How long each is.
    length: usize,
    /// One after another.
    areas: Vec<u32>,
    /// Where in [`Lists::areas`] each area is named, by area.
    named: Vec<u32>,
    starts: Vec<usize>,
}

impl Lists {
    pub(super) fn draw(world: &World, plan: &Plan) -> Self {
        let most = world.rows.iter().map(Row::neighbours).max().unwrap_or_default();
        let length = (most + 1).min(world.len());
        let mut areas = vec![0; length * plan.permutations as usize];
        areas.par_chunks_exact_mut(length.max(1)).enumerate().with_min_len(64).for_each_init(
            || Deck::of(world.len()),
            |deck, (permutation, list)| {
                let mut places = list.iter_mut();
                deck.deal(&mut Stream::of(plan.seed, permutation as u64), length, |area| {
                    if let Some(place) = places.next() {
                        *place = area;
                    }
                });
            },
        );
        let (starts, named) = index(&areas, world.len());
        Self { permutations: plan.permutations, length, areas, named, starts }
    }

    pub(super) fn lists(&self) -> impl ExactSizeIterator<Item = &[u32]> {
        self.areas.chunks_exact(self.length.max(1))
    }

    /// The permutations that name an area among their first `k`, each with its list.
    fn naming(&self, area: usize, k: usize) -> impl Iterator<Item = (usize, &[u32])> {
        let span =
            self.starts.get(area).copied().unwrap_or_default()..self.starts.get(area + 1).copied().unwrap_or_default();
        self.named.get(span).unwrap_or_default().iter().filter_map(move |at| {
            let (permutation, place) = (*at as usize / self.length, *at as usize % self.length);
            let from = permutation * self.length;
            (place < k).then(|| (permutation, self.areas.get(from..from + self.length).unwrap_or_default()))
        })
    }
}

/// Where each area is named, by counting: the spans of areas, and the places within.
fn index(areas: &[u32], count: usize) -> (Vec<usize>, Vec<u32>) {
    let mut starts = vec![0_usize; count + 1];
    for area in areas {
        if let Some(next) = starts.get_mut(*area as usize + 1) {
            *next += 1;
        }
    }
    let mut before = 0;
    for start in &mut starts {
        before += *start;
        *start = before;
    }
    let (mut next, mut named) = (starts.clone(), vec![0_u32; areas.len()]);
    for (at, area) in (0_u32..).zip(areas) {
        if let Some(free) = next.get_mut(*area as usize) {
            if let Some(place) = named.get_mut(*free) {
                *place = at;
            }
            *free += 1;
        }
    }
    (starts, named)
}

/// Areas whose neighbours count alike, those with the fewest first, while the sums of the lists' beginnings grow.
fn alike(world: &World, lists: &Lists, found: &mut [Option<Tails>]) {
    let mut order: Vec<(usize, i64, usize)> = Vec::with_capacity(world.len());
    order.extend(world.rows.iter().enumerate().filter_map(|(area, row)| match row {
        Row::Alike { neighbours, sum } if *neighbours > 0 => Some((*neighbours, *sum, area)),
        _ => None,
    }));
    order.sort_unstable();
    let mut sums = vec![0_i64; lists.lists().len()];
    let mut added = 0;
    for same in order.chunk_by(|one, other| one.0 == other.0) {
        let Some((k, ..)) = same.first().copied() else { continue };
        for (sum, list) in sums.iter_mut().zip(lists.lists()) {
            *sum += list.get(added..k).unwrap_or_default().iter().map(|area| world.unit(*area)).sum::<i64>();
        }
        added = k;
        let mut sorted = sums.clone();
        sorted.sort_unstable();
        for (_, sum, area) in same {
            if let Some(place) = found.get_mut(*area) {
                *place = Some(of_sums(world, lists, &sums, &sorted, (k, *sum, *area)));
            }
        }
    }
}

fn of_sums(world: &World, lists: &Lists, sums: &[i64], sorted: &[i64], (k, real, area): (usize, i64, usize)) -> Tails {
    let (low, high) = (real.saturating_sub(slack(k)), real.saturating_add(slack(k)));
    let mut at_least = sorted.len() - sorted.partition_point(|sum| *sum < low);
    let mut at_most = sorted.partition_point(|sum| *sum <= high);
    let own = world.units.get(area).copied().unwrap_or_default();
    for (permutation, list) in lists.naming(area, k) {
        let with_itself = sums.get(permutation).copied().unwrap_or_default();
        let without = with_itself - own + list.get(k).map_or(0, |next| world.unit(*next));
        at_least = at_least + usize::from(without >= low) - usize::from(with_itself >= low);
        at_most = at_most + usize::from(without <= high) - usize::from(with_itself <= high);
    }
    let count = |number: usize| u32::try_from(number).unwrap_or(u32::MAX);
    Tails { at_least: count(at_least), at_most: count(at_most), permutations: lists.permutations }
}

/// Areas whose neighbours count by weights: a sum for each permutation, over values laid side by side.
fn weighted(world: &World, lists: &Lists, found: &mut [Option<Tails>], progress: &Progress<'_>) {
    let left = world.rows.iter().filter(|row| matches!(row, Row::Weighted { .. })).count();
    if left == 0 {
        return;
    }
    let drawn: Vec<f64> = lists.areas.iter().map(|area| world.part(*area)).collect();
    let (done, of) = (AtomicU64::new((world.len() - left) as u64), world.len() as u64);
    found.par_iter_mut().zip(&world.rows).enumerate().with_min_len(64).for_each(|(area, (place, row))| {
        if let Row::Weighted { weights, sum } = row {
            *place = Some(of_weights(world, lists, &drawn, (area, weights, *sum)));
            let so_far = done.fetch_add(1, Ordering::Relaxed) + 1;
            if so_far.is_multiple_of(1024) {
                progress(so_far, of);
            }
        }
    });
}

fn of_weights(world: &World, lists: &Lists, drawn: &[f64], (area, weights, real): (usize, &[f64], f64)) -> Tails {
    let (low, high) = (real - TIE, real + TIE);
    let dot = |values: &[f64]| weights.iter().zip(values).map(|(weight, value)| weight * value).sum::<f64>();
    let (mut at_least, mut at_most) = (0_u32, 0_u32);
    for values in drawn.chunks_exact(lists.length) {
        let sum = dot(values);
        at_least += u32::from(sum >= low);
        at_most += u32::from(sum <= high);
    }
    for (permutation, list) in lists.naming(area, weights.len()) {
        let with_itself = dot(drawn.get(permutation * lists.length..).unwrap_or_default());
        let others = list.iter().filter(|other| **other as usize != area);
        let without: f64 = weights.iter().zip(others).map(|(weight, other)| weight * world.part(*other)).sum();
        at_least = at_least + u32::from(without >= low) - u32::from(with_itself >= low);
        at_most = at_most + u32::from(without <= high) - u32::from(with_itself <= high);
    }
    Tails { at_least, at_most, permutations: lists.permutations }
}
