//! Concentration, held to definitions, published values and what can go wrong.

use proptest::prelude::*;

use super::{ConcentrationError, bootstrap, chance, generalised_gini, gini, holding, lorenz, similarity, stability};
use crate::random::Stream;

fn real(counts: &[u64]) -> Vec<f64> {
    counts.iter().map(|count| *count as f64).collect()
}

#[test]
fn shares_by_hand() {
    let amounts = [1.0, 10.0, 4.0, 5.0, 0.0];
    let places = |share| holding(&amounts, share).unwrap().places;
    assert_eq!((places(0.25), places(0.5), places(0.75), places(0.76), places(1.0)), (1, 1, 2, 3, 4));
    assert_eq!(holding(&amounts, 0.5).unwrap().share_of_places(), 0.2);
    // Ten places with a tenth each: sums of 0.1 that miss 0.3 by rounding take no place more.
    assert_eq!(holding(&[0.1; 10], 0.3).unwrap().places, 3);
    assert_eq!(lorenz(&[3.0, 1.0]).unwrap(), [(0.0, 0.0), (0.5, 0.25), (1.0, 1.0)]);
}

/// The examples in the manual of Steenbeek's R package `lorenzgini` (biased indices).
#[test]
fn gini_as_published() {
    let close = |found: f64, published: f64| assert!((found - published).abs() < 1e-12, "{found}");
    let dense = [10, 8, 2, 0, 0, 0, 0, 0, 0, 0];
    close(gini(&real(&dense)).unwrap(), 0.78);
    close(generalised_gini(&dense).unwrap(), 0.78);
    let sparse = [5, 2, 1, 0, 0, 0, 0, 0, 0, 0];
    close(gini(&real(&sparse)).unwrap(), 0.8);
    close(generalised_gini(&sparse).unwrap(), 0.75);
    close(gini(&real(&[10, 0, 0, 0, 0, 0, 0, 0, 0, 0])).unwrap(), 0.9);
    close(generalised_gini(&[1, 0, 1, 0, 0, 1, 0, 0]).unwrap(), 0.0);
}

#[test]
fn bad_input_is_named() {
    assert_eq!(holding(&[1.0, -2.0], 0.5), Err(ConcentrationError::NoAmount { row: 1, value: -2.0 }));
    assert_eq!(gini(&[0.0, 0.0]), Err(ConcentrationError::Nothing));
    assert_eq!(gini(&[]), Err(ConcentrationError::NoPlaces));
    assert_eq!(holding(&[1.0], 0.0), Err(ConcentrationError::NoShare { share: 0.0 }));
    assert!(matches!(stability(&[1.0], &[], 0.5), Err(ConcentrationError::Lengths { .. })));
    assert_eq!(chance(5, &[1.0], 0.5, 0, 1), Err(ConcentrationError::NoReplicates));
    assert!(holding(&[1e308, 1e308, 1e308], 0.5).unwrap().places == 2 && gini(&[1e308; 3]).unwrap() < 1e-12);
}

/// 100 places, 50 events: chance alone leaves 60 of 100 empty and half of the events on about 17 to 20.
#[test]
fn few_events_look_concentrated_by_chance() {
    let found = chance(50, &[1.0; 100], 0.5, 999, 1).unwrap();
    assert!((0.14..0.21).contains(&found.share_of_places), "{found:?}");
    assert!(found.interval.lower <= found.share_of_places && found.share_of_places <= found.interval.upper);
    assert_eq!(found, chance(50, &[1.0; 100], 0.5, 999, 1).unwrap());
}

/// One event, two places of exposure 1 and 3, and one of none.
#[test]
fn chance_follows_exposure() {
    let found = chance(40_000, &[1.0, 3.0, 0.0], 0.7, 200, 2).unwrap();
    // Three quarters on one place: always enough for 70 %; Gini of (0, 1, 3): 2(2 + 9)/(3 · 4) − 4/3 = 0.5.
    assert_eq!((found.interval.lower, found.interval.upper), (1.0 / 3.0, 1.0 / 3.0));
    assert!((found.gini - 0.5).abs() < 0.001);
}

/// Amounts from the exponential distribution have Gini's index 0.5: within the interval at its rate.
#[test]
fn the_interval_holds_the_truth() {
    let mut held = 0;
    for trial in 0..300 {
        let mut stream = Stream::of(11, trial);
        let amounts: Vec<f64> = (0..300).map(|_| -(1.0 - stream.unit()).ln()).collect();
        let found = bootstrap(&amounts, 0.5, 399, trial).unwrap();
        held += u32::from(found.gini.lower <= 0.5 && 0.5 <= found.gini.upper);
    }
    assert!((270..=295).contains(&held), "{held} of 300");
}

#[test]
fn the_same_places_and_others() {
    let (before, after) = ([9.0, 5.0, 1.0, 0.0], [0.0, 1.0, 5.0, 9.0]);
    let same = stability(&before, &before, 0.5).unwrap();
    assert!((same.rank_correlation.unwrap() - 1.0).abs() < 1e-12 && same.jaccard == 1.0);
    let other = stability(&before, &after, 0.5).unwrap();
    assert!((other.rank_correlation.unwrap() + 1.0).abs() < 1e-12);
    assert_eq!((other.jaccard, other.top_before), (0.0, 1));
    // R: cor(c(1,2,2,3), c(1,3,2,2), method = "spearman") = 0.5
    let ties = stability(&[1.0, 2.0, 2.0, 3.0], &[1.0, 3.0, 2.0, 2.0], 0.5).unwrap();
    assert!((ties.rank_correlation.unwrap() - 0.5).abs() < 1e-12);
    // All that tie with the last are at the top, whatever their order.
    assert_eq!(ties.top_before, 3);
    assert_eq!(stability(&[1.0, 1.0], &[1.0, 2.0], 0.5).unwrap().rank_correlation, None);
}

#[test]
fn similar_periods_and_others() {
    let draw = |number: u64, weights: [f64; 20]| {
        let (mut stream, sum, mut counts) = (Stream::of(21, number), weights.iter().sum::<f64>(), [0_u64; 20]);
        for _ in 0..2000 {
            let mut left = stream.unit() * sum;
            let place = weights.iter().position(|weight| {
                left -= weight;
                left < 0.0
            });
            counts[place.unwrap_or(19)] += 1;
        }
        counts
    };
    let base: [f64; 20] = std::array::from_fn(|at| 1.0 + at as f64);
    let turned: [f64; 20] = std::array::from_fn(|at| 20.0 - at as f64);
    let itself = similarity(&draw(1, base), &draw(1, base), 200, 3).unwrap();
    assert!(itself.s > 0.99, "{itself:?}");
    let (alike, unlike) = (
        similarity(&draw(1, base), &draw(2, base), 200, 3).unwrap(),
        similarity(&draw(1, base), &draw(3, turned), 200, 3).unwrap(),
    );
    assert!(alike.s > unlike.s && unlike.s < 0.2, "{alike:?} {unlike:?}");
    let mostly_empty = similarity(&[5, 0, 0, 0], &[0, 5, 0, 0], 200, 3).unwrap();
    assert_eq!((mostly_empty.s, mostly_empty.where_anything_happened), (0.5, 0.0));
}

proptest! {
    #[test]
    fn order_and_unit_make_no_difference(
        counts in prop::collection::vec(0_u64..50, 1..60), seed: u64, by in 0.001_f64..1000.0, share in 0.01_f64..=1.0
    ) {
        prop_assume!(counts.iter().sum::<u64>() > 0);
        let mut other = counts.clone();
        Stream::of(seed, 0).shuffle(&mut other);
        let (amounts, scaled) = (real(&counts), other.iter().map(|count| *count as f64 * by).collect::<Vec<_>>());
        let found = holding(&amounts, share).unwrap();
        prop_assert_eq!(found, holding(&scaled, share).unwrap());
        prop_assert!(found.places >= 1 && found.places <= counts.len());
        let index = gini(&amounts).unwrap();
        prop_assert!((index - gini(&scaled).unwrap()).abs() < 1e-9 && (0.0..1.0).contains(&index));
        let general = generalised_gini(&counts).unwrap();
        prop_assert!((0.0..=index + 1e-12).contains(&general));
        let spread = bootstrap(&amounts, share, 50, seed).unwrap();
        prop_assert!(spread.gini.lower <= spread.gini.upper && spread.gini.upper < 1.0);
        let same = stability(&amounts, &amounts, share).unwrap();
        prop_assert!(same.jaccard == 1.0 && same.rank_correlation.is_none_or(|r| (r - 1.0).abs() < 1e-12));
    }

    #[test]
    fn nothing_panics(amounts in prop::collection::vec(any::<f64>(), 0..20), share: f64) {
        if let Ok(found) = holding(&amounts, share) {
            prop_assert!(found.share_of_places() <= 1.0);
            prop_assert!(gini(&amounts).unwrap().is_finite());
            prop_assert!(bootstrap(&amounts, share, 5, 1).is_ok());
            prop_assert!(chance(5, &amounts, share, 5, 1).unwrap().gini.is_finite());
        }
    }
}
