//! Each area draws its own permutations, from the stream that has its number.

use std::sync::atomic::{AtomicU64, Ordering};

use rayon::prelude::*;

use super::deck::Deck;
use super::{Plan, Progress, Row, TIE, Tails, World, slack};
use crate::random::Stream;

pub(super) fn tails(world: &World, plan: &Plan, progress: &Progress<'_>) -> Vec<Option<Tails>> {
    let (done, of) = (AtomicU64::new(0), world.len() as u64);
    let others = world.len().saturating_sub(1);
    let of_area = |deck: &mut Deck, (area, row): (usize, &Row)| {
        let found = (row.neighbours() > 0).then(|| of_row(world, plan, deck, area, row));
        let so_far = done.fetch_add(1, Ordering::Relaxed) + 1;
        if so_far.is_multiple_of(1024) || so_far == of {
            progress(so_far, of);
        }
        found
    };
    world.rows.par_iter().enumerate().with_min_len(64).map_init(|| Deck::of(others), of_area).collect()
}

fn of_row(world: &World, plan: &Plan, deck: &mut Deck, area: usize, row: &Row) -> Tails {
    let mut stream = Stream::of(plan.seed, area as u64);
    let mut tails = Tails { at_least: 0, at_most: 0, permutations: plan.permutations };
    // The deck has one card for each other area: those from this one on stand for the next.
    let other = |card: u32| card + u32::from(card as usize >= area);
    for _ in 0..plan.permutations {
        let (above, below) = match row {
            Row::Alike { neighbours, sum } => {
                let mut drawn = 0;
                deck.deal(&mut stream, *neighbours, |card| drawn += world.unit(other(card)));
                let slack = slack(*neighbours);
                (drawn >= sum - slack, drawn <= sum + slack)
            }
            Row::Weighted { weights, sum } => {
                let (mut drawn, mut weight) = (0.0, weights.iter());
                deck.deal(&mut stream, weights.len(), |card| {
                    drawn += weight.next().copied().unwrap_or_default() * world.part(other(card));
                });
                (drawn >= sum - TIE, drawn <= sum + TIE)
            }
        };
        tails.at_least += u32::from(above);
        tails.at_most += u32::from(below);
    }
    tails
}
