//! The Mantel test, held to definitions, published values and what can go wrong.

use proptest::prelude::*;

use super::*;

fn quiet(_: u64, _: u64) {}

const NEAR: Closeness = Closeness::Reciprocal { metres: 1.0, days: 1.0 };

fn run(events: &[(f64, f64, i32)], closeness: Closeness, permutations: u32) -> Option<Mantel> {
    let x: Vec<f64> = events.iter().map(|event| event.0).collect();
    let y: Vec<f64> = events.iter().map(|event| event.1).collect();
    let days: Vec<i32> = events.iter().map(|event| event.2).collect();
    mantel(Points::of(&x, &y).unwrap(), &days, closeness, permutations, 1, &quiet).unwrap()
}

/// Every order of the dates, for the mean, the variance and p themselves.
fn orders(days: Vec<i32>) -> Vec<Vec<i32>> {
    if days.len() < 2 {
        return vec![days];
    }
    let with_first = |at: usize| {
        let mut rest = days.clone();
        let first = rest.remove(at);
        orders(rest).into_iter().map(move |order| [vec![first], order].concat())
    };
    (0..days.len()).flat_map(with_first).collect()
}

#[test]
fn mean_variance_and_p_are_those_of_every_order() {
    let events = [(0.0, 0.0, 1), (3.0, 4.0, 2), (10.0, 1.0, 9), (12.0, 2.0, 11), (30.0, 5.0, 12), (5.0, 5.0, 2)];
    for closeness in [NEAR, Closeness::Plain, Closeness::Rank] {
        let found = run(&events, closeness, 9_999).unwrap();
        let of_order = |days: Vec<i32>| {
            let placed: Vec<_> = events.iter().zip(days).map(|(event, day)| (event.0, event.1, day)).collect();
            run(&placed, closeness, 0).unwrap().z
        };
        let all: Vec<f64> = orders(events.iter().map(|event| event.2).collect()).into_iter().map(of_order).collect();
        let mean = all.iter().sum::<f64>() / all.len() as f64;
        let variance = all.iter().map(|z| (z - mean) * (z - mean)).sum::<f64>() / all.len() as f64;
        assert!((found.expected - mean).abs() < 1e-9 * mean.abs(), "{} {mean}", found.expected);
        let deviate = (found.z - mean) / variance.sqrt();
        assert!((found.deviate.unwrap() - deviate).abs() < 1e-6, "{:?} {deviate}", found.deviate);
        let p = all.iter().filter(|z| **z >= found.z * (1.0 - 1e-12)).count() as f64 / all.len() as f64;
        assert!((found.p.unwrap() - p).abs() < 0.02, "{:?} {p}", found.p);
    }
}

#[test]
fn correlation_by_hand() {
    // Distances 1, 3, 2 and times apart 1, 3, 2: as closely bound as can be.
    let found = run(&[(0.0, 0.0, 0), (1.0, 0.0, 1), (3.0, 0.0, 3)], Closeness::Plain, 9).unwrap();
    assert_eq!((found.z, found.expected, found.deviate), (14.0, 12.0, None));
    assert!((found.correlation - 1.0).abs() < 1e-12);
}

#[test]
fn nothing_to_compare() {
    assert_eq!(run(&[], NEAR, 9), None);
    assert_eq!(run(&[(0.0, 0.0, 0), (1.0, 0.0, 1)], NEAR, 9), None);
    assert_eq!(run(&[(0.0, 0.0, 0), (1.0, 0.0, 0), (2.0, 0.0, 0)], NEAR, 9), None);
    assert_eq!(run(&[(5.0, 5.0, 0), (5.0, 5.0, 1), (5.0, 5.0, 7)], NEAR, 9), None);
    let x = vec![0.0; MOST_POINTS + 1];
    let points = Points::of(&x, &x).unwrap();
    let days = vec![0; x.len()];
    let refused = mantel(points, &days, NEAR, 9, 1, &quiet).unwrap_err().to_string();
    assert!(refused.starts_with("4001 points are too many"), "{refused}");
    let few = Points::of(&[0.0], &[0.0]).unwrap();
    assert!(mantel(few, &[0], Closeness::Reciprocal { metres: 0.0, days: 1.0 }, 9, 1, &quiet).is_err());
    assert!(mantel(few, &[], NEAR, 9, 1, &quiet).is_err());
}

proptest! {
    #[test]
    fn order_place_and_unit_make_no_difference(
        events in prop::collection::vec((0_i32..50, 0_i32..50, 0_i32..60), 3..30), seed: u64
    ) {
        let events: Vec<_> = events.into_iter().map(|(x, y, day)| (f64::from(x), f64::from(y), day)).collect();
        let mut shuffled = events.clone();
        Stream::of(seed, 0).shuffle(&mut shuffled);
        for closeness in [NEAR, Closeness::Plain, Closeness::Rank] {
            let one = run(&events, closeness, 50);
            prop_assert_eq!(one, run(&shuffled, closeness, 50));
            let moved: Vec<_> = shuffled.iter().map(|event| (event.0 + 1024.0, event.1 - 64.0, event.2 - 99)).collect();
            prop_assert_eq!(one, run(&moved, closeness, 50));
            if let Some(one) = one {
                prop_assert!((-1.0..=1.0).contains(&one.correlation) && one.deviate.is_none_or(f64::is_finite));
                prop_assert!(one.p.is_some_and(|p| p > 0.0 && p <= 1.0));
            }
        }
        let larger: Vec<_> = events.iter().map(|event| (event.0 * 8.0, event.1 * 8.0, event.2)).collect();
        let (one, other) = (run(&events, Closeness::Rank, 50), run(&larger, Closeness::Rank, 50));
        prop_assert_eq!(one, other);
    }
}
