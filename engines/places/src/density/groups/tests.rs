//! Groups, held to definitions, published values and what can go wrong.

use proptest::prelude::*;

use super::*;
use crate::random::Stream;

type Event = (f64, f64, i32, f64);

fn of(events: &[Event], near: Near) -> Groups {
    let x: Vec<f64> = events.iter().map(|event| event.0).collect();
    let y: Vec<f64> = events.iter().map(|event| event.1).collect();
    let days: Vec<i32> = events.iter().map(|event| event.2).collect();
    let weights: Vec<f64> = events.iter().map(|event| event.3).collect();
    groups(Points::of(&x, &y).unwrap(), &days, Some(&weights), near).unwrap()
}

/// As the definition has it, over all pairs: for each point whether it is a core, and the lowest row of a core of its group.
fn by_definition(events: &[Event], near: Near) -> Vec<(bool, Option<usize>)> {
    // Without days all are as if of one day.
    let events: Vec<Event> =
        events.iter().map(|e| (e.0, e.1, if near.days.is_some() { e.2 } else { 0 }, e.3)).collect();
    let apart = |a: &Event, b: &Event| {
        let square = (a.0 - b.0) * (a.0 - b.0) + (a.1 - b.1) * (a.1 - b.1);
        let days = a.2.abs_diff(b.2);
        (square <= near.metres * near.metres && near.days.is_none_or(|most| days <= most)).then_some((square, days))
    };
    let weight = |a: &Event| events.iter().filter(|b| apart(a, b).is_some()).map(|b| b.3).sum::<f64>();
    let core: Vec<bool> = events.iter().map(|event| weight(event) >= near.minimum).collect();
    let mut first: Vec<usize> = (0..events.len()).collect();
    loop {
        let before = first.clone();
        for (a, one) in events.iter().enumerate().filter(|(a, _)| core[*a]) {
            for (b, _) in events.iter().enumerate().filter(|(b, other)| core[*b] && apart(one, other).is_some()) {
                let least = first[a].min(first[b]);
                (first[a], first[b]) = (least, least);
            }
        }
        if before == first {
            break;
        }
    }
    let group = |row: usize| {
        if core[row] {
            return Some(first[row]);
        }
        let near = |(other, event): (usize, &Event)| {
            let (square, days) = apart(&events[row], event).filter(|_| core[other])?;
            Some(((square, days, event.0, event.1, event.2), first[other]))
        };
        events.iter().enumerate().filter_map(near).min_by(|a, b| a.partial_cmp(b).unwrap()).map(|(_, first)| first)
    };
    (0..events.len()).map(|row| (core[row], group(row))).collect()
}

#[test]
fn two_groups_and_one_alone() {
    let event = |x: f64, day: i32| (x, 0.0, day, 1.0);
    let events: Vec<Event> = [0.0, 10.0, 20.0, 500.0, 510.0, 520.0, 530.0, 2000.0].map(|x| event(x, 0)).to_vec();
    let found = of(&events, Near { metres: 10.0, days: None, minimum: 3.0 });
    assert_eq!(found.of_point, [Some(1), Some(1), Some(1), Some(0), Some(0), Some(0), Some(0), None]);
    assert_eq!(found.core, [false, true, false, false, true, true, false, false]);
    let heaviest = &found.groups[0];
    assert_eq!((heaviest.points, heaviest.cores, heaviest.weight, heaviest.days), (4, 2, 4.0, None));
    assert_eq!(heaviest.middle, (515.0, 0.0));
}

#[test]
fn the_same_place_a_year_later_is_another_group() {
    let events: Vec<Event> = (0..6).map(|n| (0.0, 0.0, n % 3 + 365 * (n / 3), 1.0)).collect();
    let near = Near { metres: 50.0, days: Some(2), minimum: 3.0 };
    let found = of(&events, near);
    assert_eq!(found.groups.len(), 2);
    assert_eq!((found.groups[0].days, found.groups[1].days), (Some((0, 2)), Some((365, 367))));
    assert_eq!(of(&events, Near { days: None, ..near }).groups.len(), 1);
}

#[test]
fn nothing_and_one_and_a_million_at_one_place() {
    let near = Near { metres: 100.0, days: Some(7), minimum: 5.0 };
    assert_eq!(of(&[], near).groups, []);
    assert_eq!(of(&[(1.0, 1.0, 1, 1.0)], near).of_point, [None]);
    let (x, days): (Vec<f64>, Vec<i32>) = (0..1_000_000).map(|n| (400_000.0, n % 365)).unzip();
    let found = groups(Points::of(&x, &x).unwrap(), &days, None, near).unwrap();
    assert_eq!((found.groups.len(), found.groups[0].points), (1, 1_000_000));
    // And a million within a metre, no two alike: dense cells need no look at their points.
    let mut stream = Stream::of(5, 0);
    let (x, y): (Vec<f64>, Vec<f64>) = (0..1_000_000).map(|_| (stream.unit(), stream.unit())).unzip();
    let found = groups(Points::of(&x, &y).unwrap(), &[], None, Near { days: None, ..near }).unwrap();
    assert_eq!(found.groups[0].cores, 1_000_000);
}

#[test]
fn what_is_no_reach_is_refused() {
    let points = Points::of(&[0.0], &[0.0]).unwrap();
    let near = Near { metres: 100.0, days: None, minimum: 5.0 };
    assert!(groups(points, &[], None, Near { metres: 0.0, ..near }).is_err());
    assert!(groups(points, &[], None, Near { metres: f64::NAN, ..near }).is_err());
    assert!(groups(points, &[], None, Near { minimum: 0.0, ..near }).is_err());
    assert!(groups(points, &[], None, Near { days: Some(1), ..near }).unwrap_err().to_string().contains("days"));
}

fn some_events() -> impl Strategy<Value = Vec<Event>> {
    // On a coarse lattice, so that ties and equal places abound.
    let event = (0_i32..12, 0_i32..12, 0_i32..20, 0_u8..4);
    let event =
        event.prop_map(|(x, y, day, weight)| (f64::from(x) * 10.0, f64::from(y) * 10.0, day, f64::from(weight)));
    prop::collection::vec(event, 0..80)
}

proptest! {
    #[test]
    fn as_defined(events in some_events(), metres in 1.0_f64..50.0, days in prop::option::of(0_u32..8), minimum in 1_u8..12) {
        let near = Near { metres: if minimum % 2 == 0 { 10.0 } else { metres }, days, minimum: f64::from(minimum) };
        let (found, defined) = (of(&events, near), by_definition(&events, near));
        // The same groups by another number.
        let mut numbers = std::collections::BTreeMap::new();
        for (row, (core, group)) in defined.iter().enumerate() {
            prop_assert_eq!(found.core[row], *core, "row {}", row);
            match (found.of_point[row], group) {
                (None, None) => {}
                (Some(number), Some(group)) => prop_assert_eq!(*numbers.entry(number).or_insert(*group), *group),
                other => prop_assert!(false, "row {row}: {other:?}"),
            }
        }
        let distinct: std::collections::BTreeSet<usize> = numbers.values().copied().collect();
        prop_assert_eq!(distinct.len(), found.groups.len());
    }

    #[test]
    fn order_and_place_make_no_difference(events in some_events(), seed: u64, days in prop::option::of(0_u32..8)) {
        let near = Near { metres: 20.0, days, minimum: 4.0 };
        let mut rows: Vec<usize> = (0..events.len()).collect();
        Stream::of(seed, 0).shuffle(&mut rows);
        let shuffled: Vec<Event> = rows.iter().map(|row| events[*row]).collect();
        let moved: Vec<Event> = shuffled.iter().map(|e| (e.0 + 1024.0, e.1 - 512.0, e.2 + 100, e.3)).collect();
        let (one, other, moved) = (of(&events, near), of(&shuffled, near), of(&moved, near));
        prop_assert_eq!(&one.groups, &other.groups);
        for (position, row) in rows.iter().enumerate() {
            prop_assert_eq!(one.of_point[*row], other.of_point[position]);
            prop_assert_eq!(one.of_point[*row], moved.of_point[position]);
        }
        prop_assert!(one.groups.iter().all(|group| group.middle.0.is_finite() && group.middle.1.is_finite()));
    }
}
