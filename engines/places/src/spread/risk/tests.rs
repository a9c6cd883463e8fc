//! The risk map, held to definitions, published values and what can go wrong.

use proptest::prelude::*;

use super::*;
use crate::spread::knox::{Ends, knox};

fn grid() -> Grid {
    Grid { left: 0.0, bottom: 0.0, side: 100.0, columns: 10, rows: 10 }
}

fn bands() -> Bands {
    Bands::of(&[0.001, 150.0], &[8, 15], Ends::Without, Metric::Euclidean).unwrap()
}

#[test]
fn one_event_and_what_it_adds() {
    let points = Points::of(&[550.0, 550.0, 50.0], &[550.0, 550.0, 50.0]).unwrap();
    let found = risk(points, &[100, 20, 107], 107, &grid(), &bands(), &[2.0, 1.0, 0.5, 0.0]).unwrap();
    // Its own cell and, within 150 m, the eight about it; the old one and that of the day itself don't count. The lowest of the
    // eight comes first: a corner, half a diagonal away.
    assert_eq!((found[0].cell, found[0].score, found[0].events, found[0].strongest), (55, 2.0, 1, 0));
    assert_eq!(found.iter().filter(|cell| (cell.score - 0.5).abs() < 1e-12).count(), 8);
    assert_eq!(
        found[0].explained(),
        "1 recent event adds 2.00 times the usual risk; most of all the one in this cell, 7 days before."
    );
    assert!(found[1].explained().contains("the one 71 metres away"), "{}", found[1].explained());
    // On the eighth day it is in the next band.
    let later = risk(points, &[100, 20, 107], 108, &grid(), &bands(), &[2.0, 1.0, 0.0, 0.0]).unwrap();
    assert_eq!(later.iter().map(|cell| (cell.cell, cell.score)).collect::<Vec<_>>(), [(0, 2.0), (55, 1.0)]);
}

#[test]
fn what_does_not_fit_is_refused() {
    let points = Points::of(&[550.0], &[550.0]).unwrap();
    assert!(risk(points, &[], 1, &grid(), &bands(), &[0.0; 4]).is_err());
    assert!(
        risk(points, &[0], 1, &grid(), &bands(), &[0.0; 3]).unwrap_err().to_string().contains("3 ratios and 4 bands")
    );
    let refused = risk(points, &[0], 1, &grid(), &bands(), &[0.0, -1.0, 0.0, 0.0]).unwrap_err();
    assert!(refused.to_string().starts_with("the ratio numbered 2 is -1"), "{refused}");
    let nowhere = Points::of(&[-9e7], &[9e7]).unwrap();
    assert_eq!(risk(nowhere, &[0], i32::MIN, &grid(), &bands(), &[1.0; 4]).unwrap(), []);
    assert_eq!(risk(nowhere, &[0], i32::MAX, &grid(), &bands(), &[1.0; 4]).unwrap(), []);
}

/// A follower 40 m from each of some events, three days later: the map of one such day holds the place of the follower.
#[test]
fn the_follower_falls_where_risk_is_highest() {
    let mut stream = crate::random::Stream::of(4, 0);
    let (mut x, mut y, mut days) = (Vec::new(), Vec::new(), Vec::new());
    for number in 0..600 {
        let (at_x, at_y, day) = (stream.unit() * 1000.0, stream.unit() * 1000.0, stream.below(300) as i32);
        for follower in 0..if number % 4 == 0 { 2 } else { 1 } {
            x.push(at_x + 30.0 * f64::from(follower));
            y.push(at_y);
            days.push(day + 3 * follower);
        }
    }
    let points = Points::of(&x, &y).unwrap();
    let bands = Bands::of(&[50.0, 100.0], &[7, 14], Ends::Without, Metric::Euclidean).unwrap();
    let table = knox(points, &days, &bands, 199, 1, &|_, _| {}).unwrap();
    let weights = weights(&table, 0.01);
    assert!(weights[0] > 0.3 && weights[1..].iter().all(|weight| *weight == 0.0), "{weights:?}");
    let risky = |day: i32| risk(points, &days, day, &grid(), &bands, &weights).unwrap();
    let (mut caught, mut ground, mut all) = (0.0, 0.0, 0.0);
    for day in 100..300 {
        let map = risky(day);
        for ((x, y), _) in points.iter().zip(&days).filter(|(_, at)| **at == day) {
            all += 1.0;
            let cell = grid().cell_of(x, y);
            caught += f64::from(u8::from(map.iter().any(|at_risk| Some(at_risk.cell) == cell)));
            ground += map.len() as f64 / 100.0;
        }
    }
    // It holds more than its share of the ground would by chance.
    assert!(caught / all > ground / all + 0.05, "{caught} on {ground} of {all}");
}

proptest! {
    #[test]
    fn order_and_place_make_no_difference(
        events in prop::collection::vec((0_i32..1000, 0_i32..1000, 0_i32..40), 0..30), seed: u64
    ) {
        let weights = [2.0, 1.0, 0.5, 0.25];
        let run = |events: &[(i32, i32, i32)], shift: f64| {
            let x: Vec<f64> = events.iter().map(|event| f64::from(event.0) + shift).collect();
            let y: Vec<f64> = events.iter().map(|event| f64::from(event.1) + shift).collect();
            let days: Vec<i32> = events.iter().map(|event| event.2).collect();
            let grid = Grid { left: shift, bottom: shift, ..grid() };
            let cells = risk(Points::of(&x, &y).unwrap(), &days, 20, &grid, &bands(), &weights).unwrap();
            cells.into_iter().map(|cell| (cell.cell, cell.score, cell.events)).collect::<Vec<_>>()
        };
        let mut shuffled = events.clone();
        crate::random::Stream::of(seed, 0).shuffle(&mut shuffled);
        let one = run(&events, 0.0);
        prop_assert_eq!(&one, &run(&shuffled, 0.0));
        prop_assert_eq!(&one, &run(&events, 8192.0));
        prop_assert!(one.iter().all(|cell| cell.1.is_finite() && cell.1 > 0.0));
    }
}
