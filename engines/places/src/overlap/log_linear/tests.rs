//! Log-linear models, held to definitions, published values and what can go wrong.

use proptest::prelude::*;

use super::{Criterion, Histories, Model, average, every_model, fit};
use crate::overlap::OverlapError;
use crate::random::Stream;

/// People found to have HIV by four centres of Lazio in 1990 (Abeni, Brancato & Perucci, Epidemiology 5, 1994, as in `Rcapture`),
/// from history 0001 (the first centre alone) to 1111.
const HIV: [u64; 15] = [403, 545, 33, 621, 20, 35, 3, 205, 6, 10, 1, 11, 0, 3, 0];
/// People with diabetes on four lists (Bruno et al. 1994), histories 1111, 1110 … 0001 with the first list leftmost.
const DIABETES: [u64; 15] = [58, 157, 18, 104, 46, 650, 12, 709, 14, 20, 7, 74, 8, 182, 10];

fn hiv() -> Histories {
    Histories::of(4, (1..).zip(HIV)).unwrap()
}

fn leftmost_first(lists: u32, counts: &[u64]) -> Histories {
    let histories = (1..1_u32 << lists).rev().map(|history| history.reverse_bits() >> (32 - lists));
    Histories::of(lists as usize, histories.zip(counts.iter().copied())).unwrap()
}

fn assert_fit(histories: &Histories, pairs: &[(usize, usize)], total: f64, error: f64, digits: f64) -> super::Fit {
    let fitted = fit(histories, &Model::of(pairs.iter().copied())).unwrap();
    let off = [fitted.estimate.total - total, fitted.estimate.standard_error - error];
    assert!(off.iter().all(|off| off.abs() <= digits), "{fitted:?}");
    fitted
}

#[test]
fn hiv_as_rcapture_prints_it() {
    let independence = assert_fit(&hiv(), &[], 11_124.6, 904.8, 0.051);
    assert_eq!(independence.freedom, 10);
    let chosen = assert_fit(&hiv(), &[(0, 1)], 12_318.5, 1_188.7, 0.051);
    assert!((chosen.deviance - 7.614).abs() < 0.000_6 && (chosen.aic - 86.65).abs() < 0.006, "{chosen:?}");
    assert_eq!(chosen.freedom, 9);
    let all = [(0, 1), (0, 2), (0, 3), (1, 2), (1, 3), (2, 3)];
    let every_pair = assert_fit(&hiv(), &all, 23_443.5, 9_594.9, 0.06);
    assert!((every_pair.deviance - 3.037).abs() < 0.000_6 && (every_pair.aic - 92.073).abs() < 0.000_6);
}

#[test]
fn diabetes_as_rcapture_tests_it() {
    let diabetes = leftmost_first(4, &DIABETES);
    assert_eq!(diabetes.seen(), 2069);
    let bruno = assert_fit(&diabetes, &[(0, 1), (0, 2), (1, 2), (1, 3), (2, 3)], 2771.0, 145.0, 0.5);
    assert!((bruno.deviance - 7.62).abs() < 0.006 && bruno.freedom == 5);
    let rivest = assert_fit(&diabetes, &[(0, 2), (1, 3), (2, 3)], 2472.0, 53.0, 0.5);
    assert!((rivest.deviance - 21.97).abs() < 0.006 && rivest.freedom == 7);
}

#[test]
fn three_lists_as_darroch_published_them() {
    let lists = leftmost_first(3, &[72, 155, 7, 71, 13, 53, 43]);
    assert_fit(&lists, &[(0, 1), (0, 2), (1, 2)], 1240.0, 451.0, 0.5);
    let two = assert_fit(&lists, &[(0, 1), (1, 2)], 850.0, 186.0, 0.5);
    assert!((two.deviance - 3.8).abs() < 0.06 && two.freedom == 1);
}

#[test]
fn a_model_is_chosen_and_averaged() {
    let fits = every_model(&hiv(), Criterion::Aic).unwrap();
    assert_eq!(fits.len(), 64);
    assert!(fits[0].model.pairs().contains(&(0, 1)), "{:?}", fits[0]);
    // Schwarz's criterion asks ln 1,896 = 7.5 for a parameter, and the one dependence is worth 5.4.
    assert_eq!(every_model(&hiv(), Criterion::Bic).unwrap()[0].model, Model::independence());
    let averaged = average(&hiv(), Criterion::Aic).unwrap();
    assert!((averaged.models.iter().map(|(_, weight)| weight).sum::<f64>() - 1.0).abs() < 1e-12);
    let totals = averaged.models.iter().map(|(fit, _)| fit.estimate.total);
    assert!(totals.clone().any(|total| total < averaged.estimate.total));
    assert!(totals.clone().any(|total| total > averaged.estimate.total));
    assert!(averaged.estimate.standard_error > averaged.models[0].0.estimate.standard_error * 0.9);
}

#[test]
fn lists_that_never_meet_are_held_so() {
    let sparse = Histories::of(3, [(1, 40), (2, 50), (4, 60), (0b011, 9), (0b101, 7)]).unwrap();
    let fitted = fit(&sparse, &Model::of([(2, 1)])).unwrap();
    assert_eq!(fitted.never_together, [(1, 2)]);
    assert!(fitted.estimate.total.is_finite());
    assert!(every_model(&sparse, Criterion::Aic).is_ok());
}

#[test]
fn what_cannot_be_is_refused() {
    assert_eq!(Histories::of(1, [(1, 1)]), Err(OverlapError::Lists(1)));
    assert_eq!(Histories::of(3, [(1, 1), (8, 1)]), Err(OverlapError::NoSuchHistory { row: 1, lists: 3 }));
    assert_eq!(Histories::of(3, [(0, 1)]), Err(OverlapError::NoSuchHistory { row: 0, lists: 3 }));
    assert_eq!(Histories::of(3, []), Err(OverlapError::Nobody));
    let no_pair = fit(&hiv(), &Model::of([(0, 4)]));
    assert_eq!(no_pair, Err(OverlapError::NoSuchPair { one: 0, other: 4, lists: 4 }));
    let apart = Histories::of(3, [(1, 40), (2, 50), (4, 60)]).unwrap();
    assert_eq!(fit(&apart, &Model::independence()), Err(OverlapError::NotEstimable));
}

#[test]
fn lists_of_names_make_histories() {
    let lists = [vec!["a", "b", "b", "c"], vec!["b", "d"], vec!["b", "c"]];
    let histories = Histories::of_lists(&lists).unwrap();
    assert_eq!((histories.seen(), histories.on(0b1), histories.on(0b111), histories.on(0b101)), (4, 3, 1, 2));
    assert_eq!((histories.two(0, 2).both, histories.two(0, 9).both), (2, 0));
}

/// Three lists, the first two of which depend: the interval of the right model holds the truth at its rate.
#[test]
fn the_interval_covers() {
    let (worlds, people) = (1_000, 4_000);
    let mut held = 0;
    for world in 0..worlds {
        let mut chance = Stream::of(5, world);
        let rows: Vec<(u32, u64)> = (0..people)
            .filter_map(|_| {
                let first = chance.unit() < 0.4;
                let second = chance.unit() < if first { 0.5 } else { 0.2 };
                let third = chance.unit() < 0.3;
                let history = u32::from(first) | u32::from(second) << 1 | u32::from(third) << 2;
                (history > 0).then_some((history, 1))
            })
            .collect();
        let fitted = fit(&Histories::of(3, rows).unwrap(), &Model::of([(0, 1)])).unwrap();
        let truth = f64::from(people);
        let interval = fitted.estimate.interval;
        held += u32::from(interval.lower <= truth && truth <= interval.upper);
    }
    assert!((930..=968).contains(&held), "{held}");
}

proptest! {
    #[test]
    fn never_not_a_number_and_the_order_of_lists_is_nothing(counts in prop::collection::vec(0_u64..500, 7), pairs in 0_u32..8) {
        let Ok(histories) = Histories::of(3, (1..).zip(counts.clone())) else { return Ok(()) };
        let all = [(0, 1), (0, 2), (1, 2)];
        let model = Model::of(all.into_iter().enumerate().filter(|(at, _)| pairs >> at & 1 == 1).map(|(_, pair)| pair));
        let Ok(one) = fit(&histories, &model) else { return Ok(()) };
        prop_assert!(one.estimate.total.is_finite() && one.estimate.interval.upper.is_finite() && one.aic.is_finite());
        prop_assert!(one.estimate.seen as f64 <= one.estimate.interval.lower);
        // The first list last.
        let turned = |history: u32| (history >> 1) | (history & 1) << 2;
        let other = Histories::of(3, (1_u32..).map(turned).zip(counts)).unwrap();
        let model = Model::of(model.pairs().iter().map(|(a, b)| ((a + 2) % 3, (b + 2) % 3)));
        if let Ok(other) = fit(&other, &model) {
            prop_assert!((other.estimate.total - one.estimate.total).abs() <= 1e-5 * one.estimate.total);
        }
    }
}
