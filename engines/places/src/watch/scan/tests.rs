//! The lanes against a plain search, and what must hold whatever the areas.

use proptest::prelude::*;

use super::calendar::Calendar;
use super::draw::{Null, World};
use super::likelihood::Likelihood;
use super::zones::{Circle, Ground};
use super::{Baseline, Field, Observed, Rates, Scan, ScanError, Settings, Time, scan};
use crate::random::Stream;

/// Areas on a small grid, some of them at one place, with few cases.
#[derive(Debug, Clone)]
struct Land {
    x: Vec<f64>,
    y: Vec<f64>,
    periods: usize,
    population: Vec<u64>,
    expected: Vec<f64>,
    controls: Vec<u64>,
    cases: Vec<u64>,
    kind: u8,
}

impl Land {
    fn observed(&self) -> Observed<'_> {
        let baseline = match self.kind {
            0 => Baseline::Population(&self.population),
            1 => Baseline::Expected(&self.expected),
            2 => Baseline::Controls(&self.controls),
            _ => Baseline::Permutation,
        };
        Observed { x: &self.x, y: &self.y, cases: &self.cases, periods: self.periods, baseline }
    }
}

fn land() -> impl Strategy<Value = Land> {
    (1_usize..30, 1_usize..5, 0_u8..4).prop_flat_map(|(areas, periods, kind)| {
        let place = || proptest::collection::vec((-6_i32..6).prop_map(|at| f64::from(at) * 500.0), areas);
        let cells = areas * periods;
        let population = proptest::collection::vec(1_u64..3_000, areas);
        let expected = proptest::collection::vec(0.01_f64..4.0, cells);
        let cases = proptest::collection::vec(0_u64..9, cells);
        let controls = proptest::collection::vec(0_u64..9, cells);
        let all = (place(), place(), population, expected, controls, cases);
        all.prop_map(move |(x, y, population, expected, controls, cases)| Land {
            x,
            y,
            periods,
            population,
            expected,
            controls,
            cases,
            kind,
        })
    })
}

fn settings() -> impl Strategy<Value = Settings> {
    let rates = prop_oneof![Just(Rates::High), Just(Rates::Low), Just(Rates::Both)];
    (0_u8..3, rates, 0.05_f64..=0.5, proptest::option::of(100.0_f64..4_000.0), any::<u64>()).prop_map(
        |(time, rates, share, radius, seed)| Settings {
            time: match time {
                0 => Time::Whole,
                1 => Time::Retrospective { longest: 1 },
                _ => Time::Prospective { longest: 1 },
            },
            rates,
            share,
            radius,
            replicates: 70,
            seed,
            ..Settings::default()
        },
    )
}

/// Fits the spans to the periods: any length that there is.
fn fitting(mut settings: Settings, periods: usize, longest: usize) -> Settings {
    let longest = longest % periods + 1;
    settings.time = match settings.time {
        Time::Whole => Time::Whole,
        Time::Retrospective { .. } => Time::Retrospective { longest },
        Time::Prospective { .. } => Time::Prospective { longest },
    };
    settings
}

/// The greatest ratio of a world, one window after the other, straight from the definition.
fn plainly(field: &Field<'_>, cells: &[u32], total: u64) -> f64 {
    let (columns, mut best) = (field.calendar.columns, 0.0_f64);
    let likelihood = Likelihood { total: total as f64, ..field.likelihood };
    let mut circle = Circle::default();
    for centre in &field.ground.centres {
        field.ground.around(*centre, &mut circle);
        for end in 1..=circle.steps.len() {
            if !circle.steps[end - 1].ends {
                continue;
            }
            for span in &field.calendar.spans {
                let slots = span.minus.map_or(0, |minus| minus + 1)..=span.plus;
                let (mut count, mut expected) = (0, 0.0);
                for step in &circle.steps[..end] {
                    let start = step.area as usize * columns;
                    count += slots.clone().map(|slot| cells[start + slot]).sum::<u32>();
                    let before = span.minus.map_or(0.0, |minus| field.expected[start + minus]);
                    expected += field.expected[start + span.plus] - before;
                }
                let count = f64::from(count);
                let sought = match field.rates {
                    Rates::High => count > expected,
                    Rates::Low => count < expected,
                    Rates::Both => true,
                };
                if sought {
                    best = best.max(likelihood.ratio(count, expected));
                }
            }
        }
    }
    best
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    /// Every replicate's greatest is that of a plain search, and the observed one too; nothing is ever no number.
    #[test]
    fn a_plain_search_finds_the_same(land in land(), settings in settings(), longest in 0_usize..5) {
        let settings = fitting(settings, land.periods, longest);
        let observed = land.observed();
        let found = match scan(&observed, &settings, &|_, _| {}) {
            Ok(found) => found,
            Err(ScanError::NoCases | ScanError::Timeless) => return Ok(()),
            Err(other) => return Err(TestCaseError::fail(other.to_string())),
        };
        let calendar = Calendar::of(land.periods, settings.time);
        let ground = Ground::of(&observed, &settings);
        let expected = calendar.expected(&observed, &ground, found.cases);
        let likelihood = Likelihood { total: found.cases as f64, controls: observed.controls() };
        let field = Field { ground: &ground, calendar: &calendar, expected: &expected, likelihood, rates: settings.rates };
        let null = Null::of(&observed, &field, found.cases);
        let mut world = World::of(&field);
        for (number, greatest) in found.maxima.iter().enumerate() {
            null.draw(&mut Stream::of(settings.seed, number as u64), &mut world);
            let plain = plainly(&field, &world.cells, found.cases);
            prop_assert!((greatest - plain).abs() <= 1e-9 * plain.max(1.0), "replicate {number}: {greatest}, plainly {plain}");
        }
        let counts = calendar.counts(&observed, &ground);
        let apart = |row: &[u64]| row.iter().scan(0, |before, sum| Some((*sum - std::mem::replace(before, *sum)) as u32)).collect::<Vec<_>>();
        let cells: Vec<u32> = counts.chunks(calendar.columns).flat_map(apart).collect();
        let plain = plainly(&field, &cells, found.cases);
        let top = found.clusters.first().map_or(0.0, |cluster| cluster.llr);
        prop_assert!((top - plain).abs() <= 1e-9 * plain.max(1.0), "{top}, plainly {plain}");
        sound(&found, &land, &settings)?;
    }

    /// The order of the areas, where the plane begins and the unit of the residents change nothing.
    #[test]
    fn order_place_and_unit_do_not_matter(land in land(), settings in settings(), by in 1_usize..29) {
        let settings = Settings { time: Time::Whole, radius: None, ..settings };
        // Areas at one place have no order of their own but the caller's.
        let mut places: Vec<(i64, i64)> = land.x.iter().zip(&land.y).map(|(x, y)| (*x as i64, *y as i64)).collect();
        places.sort_unstable();
        places.dedup();
        prop_assume!(places.len() == land.x.len() && land.cases.iter().sum::<u64>() > 0);
        let of = |order: &[usize], east: f64, times: u64| {
            let x: Vec<f64> = order.iter().map(|at| land.x[*at] + east).collect();
            let y: Vec<f64> = order.iter().map(|at| land.y[*at]).collect();
            let population: Vec<u64> = order.iter().map(|at| land.population[*at] * times).collect();
            let cases: Vec<u64> = order.iter().flat_map(|at| land.cases[at * land.periods..][..land.periods].to_vec()).collect();
            let baseline = Baseline::Population(&population);
            scan(&Observed { x: &x, y: &y, cases: &cases, periods: land.periods, baseline }, &settings, &|_, _| {}).unwrap()
        };
        let plain: Vec<usize> = (0..land.x.len()).collect();
        let mut turned = plain.clone();
        turned.rotate_left(by % plain.len());
        let (one, other) = (of(&plain, 0.0, 1), of(&turned, 262_144.0, 8));
        for (a, b) in one.maxima.iter().zip(&other.maxima) {
            prop_assert!((a - b).abs() < 1e-9 * a.max(1.0));
        }
        let llr = |scan: &Scan| scan.clusters.first().map(|cluster| cluster.llr);
        prop_assert!(llr(&one).zip(llr(&other)).is_none_or(|(a, b)| (a - b).abs() < 1e-9 * a.max(1.0)));
        prop_assert_eq!(one.windows, other.windows);
    }
}

/// What every answer keeps to.
fn sound(found: &Scan, land: &Land, settings: &Settings) -> Result<(), TestCaseError> {
    let mut seen = std::collections::HashSet::new();
    let mut before = f64::INFINITY;
    for cluster in &found.clusters {
        prop_assert!(cluster.llr.is_finite() && cluster.llr > 0.0 && cluster.llr <= before);
        before = cluster.llr;
        prop_assert!(cluster.areas.iter().all(|area| seen.insert(*area)), "an area in two clusters");
        prop_assert_eq!(cluster.areas[0] == cluster.centre || cluster.radius == 0.0 || land.x.len() > 1, true);
        prop_assert!(cluster.first <= cluster.last && cluster.last < land.periods);
        let within: u64 = cluster
            .areas
            .iter()
            .flat_map(|area| &land.cases[area * land.periods + cluster.first..=area * land.periods + cluster.last])
            .sum();
        prop_assert_eq!(within, cluster.cases);
        prop_assert!(cluster.expected > 0.0 && cluster.expected <= found.cases as f64);
        prop_assert!(cluster.relative_risk.is_none_or(|risk| risk.is_finite() && risk >= 0.0));
        let significance = cluster.significance.unwrap();
        prop_assert!(significance.p > 0.0 && significance.p <= 1.0);
        let prospective = matches!(settings.time, Time::Prospective { .. });
        prop_assert_eq!(significance.recurrence.is_some(), prospective);
    }
    Ok(())
}

fn row(cases: &[u64]) -> (Vec<f64>, Vec<f64>, Vec<u64>) {
    ((0..cases.len()).map(|at| at as f64 * 1000.0).collect(), vec![0.0; cases.len()], vec![1000; cases.len()])
}

#[test]
fn what_cannot_be_scanned_is_named() {
    let (x, y, population) = row(&[1; 3]);
    let go = |x: &[f64], cases: &[u64], population: &[u64], settings: &Settings| {
        let baseline = Baseline::Population(population);
        scan(&Observed { x, y: &y, cases, periods: 1, baseline }, settings, &|_, _| {}).map(|_| ()).unwrap_err()
    };
    let plain = Settings::default();
    assert_eq!(go(&x, &[0; 3], &population, &plain), ScanError::NoCases);
    let impossible = go(&x, &[1; 3], &[5, 0, 5], &plain);
    assert_eq!(impossible, ScanError::Impossible { row: 1 });
    assert!(impossible.to_string().starts_with("row 2 has cases"));
    assert_eq!(go(&[0.0, f64::NAN, 1.0], &[1; 3], &population, &plain), ScanError::Coordinate { row: 1 });
    assert!(matches!(go(&x, &[1; 4], &population, &plain), ScanError::Length { what: "the cases", .. }));
    assert_eq!(go(&x, &[1; 3], &population, &Settings { share: 0.6, ..plain }), ScanError::Share);
    assert_eq!(go(&x, &[1; 3], &population, &Settings { radius: Some(f64::NAN), ..plain }), ScanError::Radius);
    assert_eq!(go(&x, &[u64::MAX; 3], &population, &plain), ScanError::TooMany(u64::MAX));
    let long = Settings { time: Time::Prospective { longest: 2 }, ..plain };
    assert_eq!(go(&x, &[1; 3], &population, &long), ScanError::Longest { longest: 2, periods: 1 });
    let timeless = Observed { x: &x, y: &y, cases: &[1; 6], periods: 2, baseline: Baseline::Permutation };
    assert_eq!(scan(&timeless, &plain, &|_, _| {}), Err(ScanError::Timeless));
    let none = Observed { x: &[], y: &[], cases: &[], periods: 1, baseline: Baseline::Permutation };
    assert_eq!(scan(&none, &plain, &|_, _| {}), Err(ScanError::Empty));
}

#[test]
fn little_gives_defined_answers() {
    for areas in 1..4 {
        let (x, y, population) = row(&vec![1; areas]);
        let observed =
            Observed { x: &x, y: &y, cases: &vec![3; areas], periods: 1, baseline: Baseline::Population(&population) };
        let found = scan(&observed, &Settings::default(), &|_, _| {}).unwrap();
        assert!(found.clusters.is_empty(), "all alike: {found:?}");
    }
    // Thousands of areas at one place are one circle, and too large a one.
    let (x, y) = (vec![5.0; 5_000], vec![5.0; 5_000]);
    let mut cases = vec![1; 5_000];
    cases[7] = 90;
    let observed =
        Observed { x: &x, y: &y, cases: &cases, periods: 1, baseline: Baseline::Population(&vec![10; 5_000]) };
    let found = scan(&observed, &Settings { replicates: 9, ..Settings::default() }, &|_, _| {}).unwrap();
    assert_eq!((found.clusters.len(), found.windows), (0, 0));
}

/// Twenty-five areas in a square, with as many cases thrown on them by weight.
fn square(seed: u64, world: u64, cases: usize, periods: usize) -> (Vec<f64>, Vec<f64>, Vec<u64>) {
    let mut stream = Stream::of(seed, world);
    let mut counts = vec![0; 25 * periods];
    for _ in 0..cases {
        counts[stream.below(25 * periods as u32) as usize] += 1;
    }
    let x = (0..25).map(|at| f64::from(at % 5) * 1000.0).collect();
    let y = (0..25).map(|at| f64::from(at / 5) * 1000.0).collect();
    (x, y, counts)
}

/// A thousand worlds in which nothing is there: p-values by rank are as small as stated as often as stated, and so are those of
/// the Gumbel distribution, and a watch that waits for a recurrence of twenty looks has one in twenty.
#[test]
fn chance_alone_is_as_rare_as_stated() {
    let settings = Settings { time: Time::Prospective { longest: 3 }, replicates: 199, ..Settings::default() };
    let (mut by_rank, mut by_gumbel, mut alarms) = (0, 0, 0);
    for world in 0..1_000 {
        let (x, y, cases) = square(99, world, 300, 6);
        let baseline = Baseline::Population(&[1000; 25]);
        let observed = Observed { x: &x, y: &y, cases: &cases, periods: 6, baseline };
        let found = scan(&observed, &Settings { seed: world, ..settings }, &|_, _| {}).unwrap();
        let Some(top) = found.clusters.first().and_then(|cluster| cluster.significance) else { continue };
        by_rank += usize::from(top.p <= 0.05);
        by_gumbel += usize::from(top.gumbel.unwrap() <= 0.05);
        alarms += usize::from(top.recurrence.unwrap() >= 20.0);
    }
    // Fifty are stated; the binomial strays by 21 either way once in 400 times.
    for (what, times) in [("rank", by_rank), ("Gumbel", by_gumbel), ("recurrence", alarms)] {
        assert!((29..=71).contains(&times), "{what}: {times} of 1,000");
    }
}

#[test]
fn stopping_early_gives_a_coarser_but_fair_answer() {
    let (x, y, cases) = square(5, 1, 200, 1);
    let observed = Observed { x: &x, y: &y, cases: &cases, periods: 1, baseline: Baseline::Population(&[1000; 25]) };
    let whole = scan(&observed, &Settings::default(), &|_, _| {}).unwrap();
    let early = scan(&observed, &Settings { stop: Some(10), ..Settings::default() }, &|_, _| {}).unwrap();
    assert!(early.replicates < 300 && whole.replicates == 999);
    assert_eq!(early.maxima[..], whole.maxima[..early.maxima.len()]);
    let p = |scan: &Scan| scan.clusters[0].significance.unwrap().p;
    assert_eq!(p(&early), 10.0 / f64::from(early.replicates));
    assert!((p(&early) - p(&whole)).abs() < 0.15, "{} {}", p(&early), p(&whole));
    let none = scan(&observed, &Settings { replicates: 0, ..Settings::default() }, &|_, _| {}).unwrap();
    assert!(none.clusters[0].significance.is_none() && none.gumbel.is_none());
}

#[test]
fn any_number_of_threads_finds_the_same() {
    let (x, y, cases) = square(6, 2, 400, 4);
    let observed = Observed { x: &x, y: &y, cases: &cases, periods: 4, baseline: Baseline::Permutation };
    let settings =
        Settings { time: Time::retrospective(4), rates: Rates::Both, replicates: 200, ..Settings::default() };
    let on = |threads| {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
        pool.install(|| scan(&observed, &settings, &|_, _| {}).unwrap())
    };
    assert_eq!(on(1), on(3));
}

/// Wide lanes, for windows in which more than 16,000 cases are expected.
#[test]
fn a_hundred_thousand_cases_are_scanned_alike() {
    let (x, y, mut cases) = square(7, 3, 100_000, 1);
    cases[12] += 700;
    let observed = Observed { x: &x, y: &y, cases: &cases, periods: 1, baseline: Baseline::Population(&[1000; 25]) };
    let settings = Settings { replicates: 99, ..Settings::default() };
    let found = scan(&observed, &settings, &|_, _| {}).unwrap();
    assert_eq!((found.clusters[0].areas.clone(), found.clusters[0].significance.unwrap().p), (vec![12], 0.01));
    // In small circles, narrow ones do; the worlds drawn are the same, and the greatest ratios no smaller in larger circles.
    let small = scan(&observed, &Settings { share: 0.1, ..settings }, &|_, _| {}).unwrap();
    assert!(small.maxima.iter().zip(&found.maxima).all(|(small, large)| *small <= large + 1e-9));
    assert!(small.maxima.iter().zip(&found.maxima).any(|(small, large)| (small - large).abs() < 1e-9));
}
