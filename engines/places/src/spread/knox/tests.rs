//! The Knox test, held to definitions, published values and what can go wrong.

use proptest::prelude::*;

use super::*;
use crate::random::Stream;

fn quiet(_: u64, _: u64) {}

fn some_bands(ends: Ends, metric: Metric) -> Bands {
    Bands::of(&[0.5, 10.0, 25.0], &[1, 7, 30, 60, FOREVER], ends, metric).unwrap()
}

fn run(events: &[(f64, f64, i32)], bands: &Bands, permutations: u32, seed: u64, listed: u64) -> Knox {
    let x: Vec<f64> = events.iter().map(|event| event.0).collect();
    let y: Vec<f64> = events.iter().map(|event| event.1).collect();
    let days: Vec<i32> = events.iter().map(|event| event.2).collect();
    in_parts(Points::of(&x, &y).unwrap(), &days, bands, permutations, seed, &quiet, listed).unwrap()
}

/// Over all pairs, as the definition has it.
fn by_definition(events: &[(f64, f64, i32)], bands: &Bands) -> Vec<u64> {
    let mut cells = vec![0; bands.cells()];
    for (at, one) in events.iter().enumerate() {
        for other in &events[at + 1..] {
            let (dx, dy) = ((one.0 - other.0).abs(), (one.1 - other.1).abs());
            let apart = if bands.metric() == Metric::Manhattan { dx + dy } else { (dx * dx + dy * dy).sqrt() };
            if let (Some(distance), Some(time)) =
                (bands.band_of_metres(apart), bands.band_of_time(one.2.abs_diff(other.2)))
            {
                cells[distance * bands.times().len() + time] += 1;
            }
        }
    }
    cells
}

#[test]
fn bands_must_rise() {
    let of = |metres: &[f64], times: &[u32], ends| Bands::of(metres, times, ends, Metric::Euclidean);
    assert!(
        of(&[100.0, 100.0], &[7], Ends::Without).unwrap_err().to_string().contains("distance bands end at 100, 100")
    );
    assert!(of(&[100.0], &[7, 3], Ends::Without).unwrap_err().to_string().contains("time bands end at 7, 3"));
    assert!(of(&[], &[7], Ends::Without).is_err());
    assert!(of(&[1.0], &[], Ends::Without).unwrap_err().to_string().contains("nothing"));
    assert!(of(&[0.0], &[7], Ends::Without).is_err());
    assert!(of(&[f64::NAN], &[7], Ends::With).is_err());
    let same = of(&[0.0, 100.0], &[0, 7], Ends::With).unwrap();
    assert_eq!(
        (same.band_of_metres(0.0), same.band_of_metres(100.0), same.band_of_metres(100.1)),
        (Some(0), Some(1), None)
    );
    assert_eq!((same.band_of_time(0), same.band_of_time(7), same.band_of_time(8)), (Some(0), Some(1), None));
}

#[test]
fn nothing_and_one_and_all_alike() {
    let bands = some_bands(Ends::Without, Metric::Euclidean);
    for events in [vec![], vec![(1.0, 2.0, 3)]] {
        let found = run(&events, &bands, 99, 1, LISTED);
        assert_eq!(found.pairs, 0);
        assert!(found.cells.iter().all(|cell| (cell.observed, cell.ratio, cell.p) == (0, None, Some(1.0))));
    }
    let found = run(&[(1.0, 2.0, 3); 40], &bands, 99, 1, LISTED);
    let first = found.cell(0, 0).unwrap();
    assert_eq!((first.observed, first.expected, first.ratio, first.p), (780, 780.0, Some(1.0), Some(1.0)));
    assert_eq!(run(&[(1.0, 2.0, 3); 40], &bands, 0, 1, LISTED).cells[0].p, None);
}

#[test]
fn what_cannot_be_is_refused() {
    let bands = some_bands(Ends::Without, Metric::Euclidean);
    let points = Points::of(&[0.0, 1.0], &[0.0, 0.0]).unwrap();
    assert!(knox(points, &[1], &bands, 9, 1, &quiet).is_err());
    let refused = knox(points, &[0, 40_000], &bands, 9, 1, &quiet).unwrap_err();
    assert_eq!(refused, SpreadError::TooLong { days: 40_000 });
    assert!(knox(points, &[i32::MIN, i32::MAX], &bands, 9, 1, &quiet).is_err());
    let many = vec![5.0; 1_000_000];
    let refused = knox(Points::of(&many, &many).unwrap(), &vec![1; 1_000_000], &bands, 9, 1, &quiet).unwrap_err();
    assert!(
        refused.to_string().starts_with("more than 4000000000 pairs lie within 25 metres: use shorter"),
        "{refused}"
    );
}

/// Every thirtieth event is followed by another, within 10 m and 7 days.
#[test]
fn near_repeats_that_were_planted_are_found_and_none_elsewhere() {
    let mut stream = Stream::of(3, 0);
    let mut events = Vec::new();
    for number in 0..1500 {
        let (x, y, day) = (stream.unit() * 1000.0, stream.unit() * 1000.0, stream.below(365) as i32);
        events.push((x, y, day));
        if number % 30 == 0 {
            events.push((x + 3.0, y + 2.0, day + 3));
        }
    }
    let bands = Bands::of(&[10.0, 20.0, 30.0], &[7, 14, 28], Ends::Without, Metric::Euclidean).unwrap();
    let found = run(&events, &bands, 999, 7, LISTED);
    assert_eq!(found.cell(0, 0).unwrap().p, Some(0.001));
    assert!(found.cell(0, 0).unwrap().ratio.unwrap() > 2.0);
    assert!(found.cells.iter().skip(1).all(|cell| cell.p.unwrap() > 0.01), "{:?}", found.cells);
}

/// Where nothing was planted, p is at most 0.05 about once in twenty times.
#[test]
fn false_alarms_at_the_stated_rate() {
    let bands = Bands::of(&[50.0], &[14], Ends::Without, Metric::Euclidean).unwrap();
    let alarm = |seed: u64| {
        let mut stream = Stream::of(seed, 1);
        let events: Vec<(f64, f64, i32)> =
            (0..150).map(|_| (stream.unit() * 500.0, stream.unit() * 500.0, stream.below(100) as i32)).collect();
        run(&events, &bands, 99, seed, LISTED).cells[0].p.unwrap() <= 0.05
    };
    let alarms = (0..1000).filter(|seed| alarm(*seed)).count();
    // Binomial: outside these once in some thousand times.
    assert!((28..=73).contains(&alarms), "{alarms} of 1000");
}

/// The mean over permutations is what is expected, so p comes from orders drawn evenly.
#[test]
fn all_orders_of_four_dates_come_alike() {
    let events = [(0.0, 0.0, 0), (1.0, 0.0, 1), (100.0, 0.0, 10), (200.0, 0.0, 20)];
    let bands = Bands::of(&[5.0], &[2], Ends::Without, Metric::Euclidean).unwrap();
    // The one near pair has the one soon pair of dates in 4 of 24 orders.
    let found = run(&events, &bands, 60_000, 1, LISTED);
    assert_eq!((found.cells[0].observed, found.cells[0].expected), (1, 1.0 / 6.0));
    assert!((found.cells[0].p.unwrap() - 1.0 / 6.0).abs() < 0.006, "{:?}", found.cells[0]);
}

#[test]
fn more_pairs_than_sixteen_bits_hold() {
    let events: Vec<(f64, f64, i32)> = (0..700).map(|n| (f64::from(n % 3), 0.0, n % 50)).collect();
    let bands = some_bands(Ends::Without, Metric::Euclidean);
    let found = run(&events, &bands, 3, 1, LISTED);
    let observed: Vec<u64> = found.cells.iter().map(|cell| cell.observed).collect();
    assert_eq!(observed, by_definition(&events, &bands));
    assert_eq!(observed.iter().sum::<u64>(), found.pairs);
}

#[test]
fn any_number_of_threads_and_parts_is_the_same() {
    let mut stream = Stream::of(9, 0);
    let events: Vec<(f64, f64, i32)> =
        (0..800).map(|_| (stream.unit() * 200.0, stream.unit() * 200.0, stream.below(200) as i32)).collect();
    let bands = some_bands(Ends::Without, Metric::Euclidean);
    let threads = |threads: usize| rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
    let one = threads(1).install(|| run(&events, &bands, 199, 5, LISTED));
    assert_eq!(one, threads(3).install(|| run(&events, &bands, 199, 5, LISTED)));
    assert_eq!(one, run(&events, &bands, 199, 5, 1000));
    assert_ne!(one, run(&events, &bands, 199, 6, LISTED));
}

fn some_events() -> impl Strategy<Value = Vec<(f64, f64, i32)>> {
    let event =
        (-20_i32..20, -20_i32..20, 0_i32..100).prop_map(|(x, y, day)| (f64::from(x) * 2.5, f64::from(y) * 2.5, day));
    prop::collection::vec(event, 0..50)
}

proptest! {
    #[test]
    fn as_defined(events in some_events(), with: bool, manhattan: bool) {
        let ends = if with { Ends::With } else { Ends::Without };
        let metric = if manhattan { Metric::Manhattan } else { Metric::Euclidean };
        let bands = some_bands(ends, metric);
        let found = run(&events, &bands, 20, 1, 200);
        let observed: Vec<u64> = found.cells.iter().map(|cell| cell.observed).collect();
        prop_assert_eq!(&observed, &by_definition(&events, &bands));
        // The last band of time has no end, so rows are whole.
        for (row, all) in observed.chunks(bands.times().len()).zip(&found.by_distance) {
            prop_assert_eq!(row.iter().sum::<u64>(), *all);
        }
        prop_assert_eq!(found.by_time.iter().sum::<u64>(), found.pairs);
        for cell in &found.cells {
            let p = cell.p.unwrap();
            prop_assert!(cell.expected.is_finite() && cell.ratio.is_none_or(f64::is_finite) && p > 0.0 && p <= 1.0);
        }
    }

    #[test]
    fn order_place_and_unit_make_no_difference(events in some_events(), seed: u64) {
        let bands = some_bands(Ends::Without, Metric::Euclidean);
        let mut shuffled = events.clone();
        Stream::of(seed, 0).shuffle(&mut shuffled);
        let one = run(&events, &bands, 50, seed, LISTED);
        prop_assert_eq!(&one, &run(&shuffled, &bands, 50, seed, LISTED));
        let moved: Vec<_> = events.iter().map(|event| (event.0 + 4096.0, event.1 - 512.0, event.2 - 10_000)).collect();
        prop_assert_eq!(&one, &run(&moved, &bands, 50, seed, LISTED));
        // In quarters of a metre.
        let other: Vec<_> = events.iter().map(|event| (event.0 * 4.0, event.1 * 4.0, event.2)).collect();
        let bands = Bands::of(&[2.0, 40.0, 100.0], bands.times(), Ends::Without, Metric::Euclidean).unwrap();
        let cells: Vec<u64> = run(&other, &bands, 0, seed, LISTED).cells.iter().map(|cell| cell.observed).collect();
        prop_assert_eq!(one.cells.iter().map(|cell| cell.observed).collect::<Vec<_>>(), cells);
    }
}
