//! Conditional permutation, held to definitions, published values and what can go wrong.

use proptest::prelude::*;

use super::deck::Deck;
use super::shared::Lists;
use super::{ClusterError, Draws, Plan, Tails, World, lag_tails};
use crate::neighbours::Weights;
use crate::random::Stream;

fn silent(_: u64, _: u64) {}

/// A grid of so many columns and rows; neighbours share a side or a corner.
pub(crate) fn grid(columns: u32, rows: u32) -> Weights {
    let at = |column: u32, row: u32| row * columns + column;
    let mut pairs = Vec::new();
    for row in 0..rows {
        for column in 0..columns {
            for (right, down) in [(1, 0), (0, 1), (1, 1)] {
                if column + right < columns && row + down < rows {
                    pairs.push((at(column, row), at(column + right, row + down)));
                }
            }
            if column > 0 && row + 1 < rows {
                pairs.push((at(column, row), at(column - 1, row + 1)));
            }
        }
    }
    Weights::binary((columns * rows) as usize, pairs).unwrap()
}

fn normal(stream: &mut Stream) -> f64 {
    (0..12).map(|_| stream.unit()).sum::<f64>() - 6.0
}

#[test]
fn a_deck_is_dealt_evenly_and_put_back() {
    let mut deck = Deck::of(5);
    let mut times = [[0_u32; 5]; 2];
    for number in 0..20_000 {
        let (mut place, mut seen) = (0, Vec::new());
        deck.deal(&mut Stream::of(1, number), 2, |card| {
            times[place][card as usize] += 1;
            seen.push(card);
            place += 1;
        });
        assert!(seen.len() == 2 && seen[0] != seen[1]);
    }
    assert!(times.iter().flatten().all(|n| (3_800..4_200).contains(n)), "{times:?}");
    let mut all = Vec::new();
    deck.deal(&mut Stream::of(2, 0), 9, |card| all.push(card));
    all.sort_unstable();
    assert_eq!(all, [0, 1, 2, 3, 4]);
}

/// Two areas beside each other, both with 0, and of the other 1,000 a tenth with 0 too: about one permutation in ten ties, and is
/// as extreme. Whoever counts those above only has p = 0.001.
#[test]
fn a_tie_is_as_extreme() {
    let values: Vec<f64> = (0..1002).map(|at| if at < 2 || at % 10 == 2 { 0.0 } else { 0.1 + f64::from(at) }).collect();
    let weights = Weights::binary(1002, [(0, 1), (5, 6)]).unwrap();
    for draws in [Draws::Shared, Draws::Own] {
        let plan = Plan { draws, ..Plan::new(9999, 1) };
        let found = lag_tails(&values, &weights, &plan, &silent).unwrap();
        let tails = found[0].unwrap();
        assert_eq!(tails.at_least, 9999);
        assert!((0.09..0.112).contains(&tails.less()), "{tails:?}");
        assert_eq!((found[2], found.len()), (None, 1002));
    }
}

/// Sums that are equal on paper and not in binary: 0.1 + 0.2 and 0.3 + 0.
#[test]
fn a_tie_but_for_rounding_is_a_tie() {
    let weights = Weights::binary(5, [(0, 1), (0, 2)]).unwrap();
    for draws in [Draws::Shared, Draws::Own] {
        let plan = Plan { draws, ..Plan::new(999, 1) };
        let tails = lag_tails(&[1.0, 0.1, 0.2, 0.3, 0.0], &weights, &plan, &silent).unwrap()[0].unwrap();
        // Of the six pairs of four two add up to 0.3, two to less and two to more: a third ties.
        assert!(tails.at_least + tails.at_most - 999 > 230, "{tails:?}");
        // Three neighbours of three: every permutation is the real one.
        let all = Weights::of(3, [(0, 1, 0.3), (0, 2, 0.3)]).unwrap();
        let tied = lag_tails(&[1.0, 0.7, 0.1], &all, &plan, &silent).unwrap()[0].unwrap();
        assert_eq!(tied, Tails { at_least: 999, at_most: 999, permutations: 999 });
        assert_eq!(tied.two_sided(), 1.0);
    }
}

#[test]
fn what_cannot_be_permuted() {
    let weights = grid(3, 3);
    let plan = Plan::new(9, 1);
    let of = |values: &[f64], plan: &Plan| lag_tails(values, &weights, plan, &silent).unwrap_err();
    assert_eq!(of(&[1.0; 9], &plan), ClusterError::AllEqual);
    assert_eq!(of(&[1.0; 8], &plan), ClusterError::Lengths { values: 8, areas: 9 });
    let mut values = [1.0; 9];
    values[4] = f64::NAN;
    assert_eq!(of(&values, &plan), ClusterError::NotANumber { row: 4 });
    values[4] = 2.0;
    assert_eq!(of(&values, &Plan::new(0, 1)), ClusterError::NoPermutations);
    assert!(matches!(of(&values, &Plan::new(u32::MAX, 1)), ClusterError::TooManyPermutations { neighbours: 8, .. }));
}

/// Where nothing is going on, p is below 0.05 once in twenty times: over many worlds, since areas of one world share draws.
#[test]
fn calibrated_under_the_null() {
    let weights = grid(12, 12);
    for draws in [Draws::Shared, Draws::Own] {
        let (mut low, mut lower, mut all, mut sum) = (0.0, 0.0, 0.0, 0.0);
        for world in 0..200 {
            let mut stream = Stream::of(31, world);
            let values: Vec<f64> = (0..144).map(|_| normal(&mut stream).exp()).collect();
            let plan = Plan { draws, ..Plan::new(199, world) };
            for tails in lag_tails(&values, &weights, &plan, &silent).unwrap().into_iter().flatten() {
                low += f64::from(u8::from(tails.two_sided() <= 0.05));
                lower += f64::from(u8::from(tails.greater() <= 0.01));
                sum += tails.greater();
                all += 1.0;
            }
        }
        assert!((0.045..0.055).contains(&(low / all)), "{draws:?}: {} below 0.05", low / all);
        assert!((0.008..0.012).contains(&(lower / all)), "{draws:?}: {} below 0.01", lower / all);
        assert!((0.49..0.515).contains(&(sum / all)), "{draws:?}: {} on average", sum / all);
    }
}

/// Shared draws and an area's own estimate the same probability.
#[test]
fn both_ways_agree() {
    let (weights, mut stream) = (grid(15, 15), Stream::of(8, 0));
    let values: Vec<f64> = (0..225).map(|_| normal(&mut stream)).collect();
    let of = |draws| lag_tails(&values, &weights, &Plan { draws, ..Plan::new(9999, 3) }, &silent).unwrap();
    for (one, other) in of(Draws::Shared).into_iter().zip(of(Draws::Own)) {
        let (one, other) = (one.unwrap().greater(), other.unwrap().greater());
        // Five standard errors of a difference of two proportions.
        assert!(
            (one - other).abs() < 5.0 * (2.0 * one.max(0.001) * (1.0 - one).max(0.001) / 10_000.0).sqrt(),
            "{one} {other}"
        );
    }
}

/// By definition: permutation r of an area is the list r without the area itself.
fn naive(values: &[f64], weights: &Weights, plan: &Plan) -> Vec<Option<Tails>> {
    let world = World::of(values, weights).unwrap();
    let lists = Lists::draw(&world, plan);
    let of_area = |area: usize| {
        let (neighbours, row) = (weights.neighbours(area), weights.weights(area));
        let others = || neighbours.iter().zip(row).filter(|(to, _)| **to as usize != area);
        if others().count() == 0 {
            return None;
        }
        let real: f64 = others().map(|(to, weight)| values[*to as usize] * weight).sum();
        let scale: f64 = row.iter().sum::<f64>() * 1e3;
        let (mut at_least, mut at_most) = (0, 0);
        for list in lists.lists() {
            let drawn = list.iter().filter(|other| **other as usize != area);
            let sum: f64 = others().zip(drawn).map(|((_, weight), other)| values[*other as usize] * weight).sum();
            at_least += u32::from(sum >= real - 1e-11 * scale);
            at_most += u32::from(sum <= real + 1e-11 * scale);
        }
        Some(Tails { at_least, at_most, permutations: plan.permutations })
    };
    (0..values.len()).map(of_area).collect()
}

proptest! {
    #[test]
    fn as_by_definition(
        values in prop::collection::vec((0_i32..40).prop_map(|n| f64::from(n) / 8.0), 3..40),
        links in prop::collection::vec((0_u32..40, 0_u32..40, 1_u32..4), 1..150),
        alike: bool,
        seed: u64,
    ) {
        prop_assume!(values.iter().any(|value| *value != values[0]));
        let n = u32::try_from(values.len()).unwrap();
        let links = links.into_iter().map(|(a, b, w)| (a % n, b % n, if alike { 1.0 } else { f64::from(w) }));
        let weights = Weights::of(values.len(), links).unwrap();
        let plan = Plan::new(60, seed);
        let by_definition = naive(&values, &weights, &plan);
        for weights in [weights.clone(), weights.row_standardised(), weights.with_self()] {
            prop_assert_eq!(&lag_tails(&values, &weights, &plan, &silent).unwrap(), &by_definition);
        }
    }

    /// Whatever the unit and the origin, and however far the values are from 0.
    #[test]
    fn unit_and_origin_make_no_difference(
        values in prop::collection::vec(-100_i32..100, 16), exponent in -60_i32..60, origin in -4_i32..4, seed: u64
    ) {
        prop_assume!(values.iter().any(|value| *value != values[0]));
        let weights = grid(4, 4).row_standardised();
        let unit = 2.0_f64.powi(exponent);
        let values: Vec<f64> = values.into_iter().map(f64::from).collect();
        let other: Vec<f64> = values.iter().map(|value| (value + f64::from(origin) * 1000.0) * unit).collect();
        for draws in [Draws::Shared, Draws::Own] {
            let plan = Plan { draws, ..Plan::new(40, seed) };
            let one = lag_tails(&values, &weights, &plan, &silent).unwrap();
            prop_assert_eq!(one, lag_tails(&other, &weights, &plan, &silent).unwrap());
        }
    }
}
