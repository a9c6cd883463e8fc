//! Clusters, held to definitions, published values and what can go wrong.

use proptest::prelude::*;

use super::{
    ClusterError, Own, Plan, Quadrant, getis_ord, getis_ord_permuted, local_moran, local_moran_permuted,
    local_permuted, moran, moran_permuted,
};
use crate::neighbours::Weights;
use crate::random::Stream;

fn silent(_: u64, _: u64) {}

/// Areas in a row.
fn row(areas: u32) -> Weights {
    Weights::binary(areas as usize, (1..areas).map(|area| (area - 1, area))).unwrap()
}

/// 1, 2, 3, 4, 5 in a row, binary: by hand I = (5/8) · 2 · 4/10 = 0.5, variance under randomisation by Cliff and Ord.
#[test]
fn moran_by_hand() {
    let found = moran(&[1.0, 2.0, 3.0, 4.0, 5.0], &row(5)).unwrap();
    assert!((found.i - 0.5).abs() < 1e-12 && (found.expected + 0.25).abs() < 1e-12);
    // R: moran.test(1:5, nb2listw(cell2nb(1, 5), style = "B")): 0.16875; 0.140625 under normality
    assert!((found.randomisation.variance - 0.16875).abs() < 1e-12, "{found:?}");
    assert!((found.normality.variance - 0.140_625).abs() < 1e-12);
    assert_eq!((found.areas, found.islands), (5, 0));
}

#[test]
fn what_has_no_pattern_is_refused() {
    let weights = row(5);
    assert_eq!(moran(&[1.0; 5], &weights), Err(ClusterError::AllEqual));
    // A mean of 0.1 that is not quite 0.1 makes no pattern either.
    assert_eq!(local_moran(&[0.1; 5], &weights), Err(ClusterError::AllEqual));
    assert_eq!(getis_ord(&[1.0; 4], &weights, Own::Counted), Err(ClusterError::Lengths { values: 4, areas: 5 }));
    assert_eq!(moran(&[1.0, 2.0], &row(2)), Err(ClusterError::TooFew { areas: 2, least: 4 }));
    assert_eq!(moran(&[], &row(0)), Err(ClusterError::TooFew { areas: 0, least: 1 }));
    assert_eq!(local_moran(&[1.0, 2.0], &row(2)), Err(ClusterError::TooFew { areas: 2, least: 3 }));
    let apart = Weights::binary(5, []).unwrap();
    assert_eq!(moran(&[1.0, 2.0, 3.0, 4.0, 5.0], &apart), Err(ClusterError::NoLinks));
    let error = local_moran(&[1.0, f64::INFINITY, 3.0, 4.0, 5.0], &weights).unwrap_err();
    assert!(error.to_string().contains("row 2"), "{error}");
    assert!(local_moran(&[1.0, 2.0, 3.0, 4.0, 5.0], &apart).unwrap().iter().all(Option::is_none));
}

/// Everybody beside everybody: no sum of neighbours says anything, and rounding makes no z of a thousand.
#[test]
fn beside_all_others() {
    let all = Weights::binary(7, (0..7).flat_map(|one| (0..one).map(move |other| (one, other)))).unwrap();
    let values = [0.1, 0.2, 0.4, 0.7, 1.1, 1.6, 2.3];
    for weights in [all.clone(), all.row_standardised()] {
        assert!(local_moran(&values, &weights).unwrap().iter().all(|of| of.unwrap().z.is_none()));
        assert!(getis_ord(&values, &weights, Own::LeftOut).unwrap().iter().all(Option::is_none));
        let found = moran(&values, &weights).unwrap();
        assert!((found.i + 1.0 / 6.0).abs() < 1e-12 && found.randomisation.z.is_none());
    }
}

/// A square of 5 by 5 high areas in a grid of 30 by 30, found by every statistic and nothing like as many elsewhere.
#[test]
fn a_planted_cluster_is_found() {
    let side = 30_u32;
    let weights = super::permutation::tests::grid(side, side).row_standardised();
    let mut stream = Stream::of(1, 1);
    let planted = |area: u32| (10..15).contains(&(area % side)) && (10..15).contains(&(area / side));
    let values: Vec<f64> = (0..side * side).map(|area| stream.unit() + if planted(area) { 1.5 } else { 0.0 }).collect();
    let plan = Plan::new(999, 7);
    let found = moran_permuted(&values, &weights, &plan, &silent).unwrap();
    assert!(found.permutation.unwrap().two_sided() <= 0.002 && found.randomisation.z.unwrap() > 5.0);
    let local = local_moran_permuted(&values, &weights, &plan, &silent).unwrap();
    let spots = getis_ord_permuted(&values, &weights, Own::Counted, &plan, &silent).unwrap();
    let both = local_permuted(&values, &weights, Own::Counted, &plan, &silent).unwrap();
    assert!(both.stars == spots && both.moran == local, "one permutation serves both");
    let (mut inside, mut outside) = (0, 0);
    for (area, (local, spot)) in (0..).zip(local.iter().flatten().zip(spots.iter().flatten())) {
        let hot = local.quadrant == Quadrant::HighHigh && local.permutation.unwrap().two_sided() <= 0.01;
        let also = spot.z > 2.6 && spot.permutation.unwrap().two_sided() <= 0.01;
        inside += u32::from(hot && also && planted(area));
        outside += u32::from((hot || also) && !planted(area));
    }
    assert!(inside >= 23 && outside <= 45, "{inside} of 25 inside, {outside} of 875 outside");
}

/// Moran's p by permutation is uniform where nothing is going on, and z has mean 0 and variance 1.
#[test]
fn moran_is_calibrated() {
    let weights = super::permutation::tests::grid(8, 8).row_standardised();
    let (mut low, mut sum, mut squares) = (0, 0.0, 0.0);
    for world in 0..600 {
        let mut stream = Stream::of(77, world);
        let values: Vec<f64> = (0..64).map(|_| -(1.0 - stream.unit()).ln()).collect();
        let found = moran_permuted(&values, &weights, &Plan::new(99, world), &silent).unwrap();
        low += u32::from(found.permutation.unwrap().two_sided() <= 0.1);
        let z = found.randomisation.z.unwrap();
        sum += z;
        squares += z * z;
    }
    assert!((40..=82).contains(&low), "{low} of 600");
    assert!((sum / 600.0).abs() < 0.13 && (0.85..1.2).contains(&(squares / 600.0)), "{sum} {squares}");
}

/// Four areas, 24 orders: the share of them with an I as high, links one way and both.
#[test]
fn moran_is_permuted_over_all_links() {
    let weights = Weights::of(4, [(0, 1, 1.0), (1, 0, 0.5), (2, 1, 2.0), (2, 3, 1.0), (3, 2, 1.0)]).unwrap();
    let values = [1.0, 2.0, 4.0, 8.0];
    let all = |order: [usize; 4]| moran(&order.map(|at| values[at]), &weights).unwrap().i;
    let (mut as_high, mut orders) = (0.0, 0.0);
    for code in 0..256_usize {
        let order = [code & 3, code >> 2 & 3, code >> 4 & 3, code >> 6];
        if (0..4).all(|at| order.contains(&at)) {
            orders += 1.0;
            as_high += f64::from(u8::from(all(order) >= all([0, 1, 2, 3]) - 1e-12));
        }
    }
    let found = moran_permuted(&values, &weights, &Plan::new(20_000, 1), &silent).unwrap();
    assert_eq!(orders, 24.0);
    assert!((found.permutation.unwrap().greater() - as_high / 24.0).abs() < 0.015, "{as_high} {found:?}");
}

proptest! {
    /// Order, unit and origin change nothing; nothing is ever no number; local parts add up to the whole.
    #[test]
    fn the_same_whatever_the_order_unit_and_origin(
        values in prop::collection::vec(-1000.0_f64..1000.0, 6..30),
        links in prop::collection::vec((0_u32..30, 0_u32..30), 3..100),
        seed: u64, exponent in -300_i32..300,
    ) {
        let n = u32::try_from(values.len()).unwrap();
        let links: Vec<(u32, u32)> = links.into_iter().map(|(a, b)| (a % n, b % n)).collect();
        let weights = Weights::binary(values.len(), links.clone()).unwrap();
        prop_assume!(weights.len() - weights.islands().len() >= 4);
        let mut to: Vec<u32> = (0..n).collect();
        Stream::of(seed, 0).shuffle(&mut to);
        let unit = 10.0_f64.powi(exponent);
        let mut moved = vec![0.0; values.len()];
        for (value, at) in values.iter().zip(&to) {
            moved[*at as usize] = (value + 5000.0) * unit;
        }
        let other = links.iter().map(|(a, b)| (to[*a as usize], to[*b as usize]));
        let other = Weights::binary(values.len(), other).unwrap();
        let (one, two) = (moran(&values, &weights).unwrap(), moran(&moved, &other).unwrap());
        prop_assert!((one.i - two.i).abs() < 1e-7 && one.i.is_finite());
        prop_assert!(one.randomisation.z.is_none_or(f64::is_finite));
        let (local, elsewhere) = (local_moran(&values, &weights).unwrap(), local_moran(&moved, &other).unwrap());
        let mut sum = 0.0;
        for (area, at) in to.iter().enumerate() {
            let pair = (local[area], elsewhere[*at as usize]);
            if let (Some(one), Some(two)) = pair {
                prop_assert!((one.i - two.i).abs() < 1e-6 * (1.0 + one.i.abs()));
                prop_assert!(one.z.is_none_or(f64::is_finite) && one.variance >= 0.0);
                sum += one.i;
            } else {
                prop_assert_eq!(pair, (None, None));
            }
        }
        let weight: f64 = weights.rows().flat_map(|(_, weights)| weights).sum();
        let areas = one.areas as f64 / f64::from(n);
        prop_assert!((one.i - areas * sum / weight).abs() < 1e-9);
        for own in [Own::Counted, Own::LeftOut] {
            let (spots, scaled) = (
                getis_ord(&values, &weights, own).unwrap(),
                getis_ord(&values, &weights.row_standardised(), own).unwrap(),
            );
            for (one, two) in spots.iter().zip(&scaled) {
                prop_assert_eq!(one.is_some(), two.is_some());
                prop_assert!(one.zip(*two).is_none_or(|(one, two)| (one.z - two.z).abs() < 1e-8 * (1.0 + one.z.abs())));
            }
        }
    }

    #[test]
    fn nothing_panics(values in prop::collection::vec(any::<f64>(), 0..12), links in prop::collection::vec((0_u32..12, 0_u32..12), 0..30)) {
        let n = u32::try_from(values.len()).unwrap();
        let links = links.into_iter().filter(|(a, b)| *a < n && *b < n);
        let weights = Weights::binary(values.len(), links).unwrap();
        let plan = Plan::new(9, 1);
        if let Ok(found) = local_moran_permuted(&values, &weights, &plan, &silent) {
            prop_assert!(found.iter().flatten().all(|of| of.i.is_finite() && of.variance.is_finite()));
            prop_assert!(getis_ord_permuted(&values, &weights, Own::Counted, &plan, &silent).is_ok());
        }
        let _ = moran_permuted(&values, &weights, &plan, &silent).map(|found| assert!(found.i.is_finite()));
    }
}
