//! Montgomery's published charts, the NHS's rules, and what must hold whatever the values.

use proptest::prelude::*;

use super::{Assurance, Better, Chart, ChartError, Measure, Rules, Signal, Variation, chart};

fn xmr(values: &[Option<f64>], rules: &Rules) -> Chart {
    chart(Measure::Individuals(values), rules).unwrap()
}

fn near(found: f64, wanted: f64, tolerance: f64) {
    assert!((found - wanted).abs() <= tolerance, "{found} is not {wanted}");
}

/// Montgomery, Introduction to Statistical Quality Control, example 6.5: costs of mortgage loans.
#[test]
fn individuals_as_published() {
    let costs = [310, 288, 297, 298, 307, 303, 294, 297, 308, 306, 294, 299, 297, 299, 314, 295, 293, 306, 301, 304];
    let values: Vec<Option<f64>> = costs.iter().map(|cost| Some(f64::from(*cost))).collect();
    let drawn = xmr(&values, &Rules::default());
    let limits = drawn.points[0].limits.unwrap();
    near(limits.mean, 300.5, 1e-9);
    near(limits.upper, 321.22, 0.005);
    near(limits.lower.unwrap(), 279.78, 0.005);
    assert!(drawn.points.iter().all(|point| !point.signals.iter().any(|(signal, _)| *signal == Signal::Outside)));
}

/// The same, example 7.3: 516 faults on 26 samples of circuit boards, with samples 6 and 20 outside.
#[test]
fn counts_as_published() {
    let faults =
        [21, 24, 16, 12, 15, 5, 28, 20, 31, 25, 20, 24, 16, 19, 10, 17, 13, 22, 18, 39, 30, 24, 16, 19, 17, 15];
    let counts: Vec<Option<u64>> = faults.map(Some).into();
    let drawn = chart(Measure::Counts(&counts), &Rules::default()).unwrap();
    let limits = drawn.points[0].limits.unwrap();
    near(limits.mean, 19.85, 0.005);
    near(limits.upper, 33.22, 0.02);
    near(limits.lower.unwrap(), 6.48, 0.005);
    let outside = drawn.points.iter().enumerate();
    let outside = outside.filter(|(_, point)| point.signals.iter().any(|(signal, _)| *signal == Signal::Outside));
    assert_eq!(outside.map(|(at, _)| at + 1).collect::<Vec<_>>(), [6, 20]);
}

/// The same, example 7.4: 74 errors on 20 weeks of 50 shipments.
#[test]
fn rates_as_published() {
    let errors = [2, 3, 8, 1, 1, 4, 1, 4, 5, 1, 8, 2, 4, 3, 4, 1, 8, 3, 7, 4];
    let rates: Vec<Option<(u64, f64)>> = errors.map(|count| Some((count, 50.0))).into();
    let limits = chart(Measure::Rates(&rates), &Rules::default()).unwrap().points[7].limits.unwrap();
    near(limits.mean, 0.074, 1e-9);
    near(limits.upper, 0.1894, 0.000_05);
    assert_eq!(limits.lower, None);
}

fn wave(length: usize) -> Vec<Option<f64>> {
    (0..length).map(|at| Some(if at % 2 == 0 { 9.0 } else { 11.0 })).collect()
}

fn signals(drawn: &Chart, wanted: Signal) -> Vec<usize> {
    let marked = drawn.points.iter().enumerate();
    marked.filter(|(_, point)| point.signals.iter().any(|(signal, _)| *signal == wanted)).map(|(at, _)| at).collect()
}

#[test]
fn seven_on_one_side_are_a_run_and_six_are_none() {
    let mut values = wave(20);
    values.extend([Some(10.6); 6]);
    let rules = Rules { baseline: Some(20), better: Better::Up, ..Rules::default() };
    // The wave's last point lies above too.
    values[19] = Some(9.0);
    assert!(signals(&xmr(&values, &rules), Signal::Run).is_empty());
    values.push(None);
    values.push(Some(10.6));
    let drawn = xmr(&values, &rules);
    assert_eq!(signals(&drawn, Signal::Run), [20, 21, 22, 23, 24, 25, 27]);
    assert_eq!(drawn.variation, Variation::Improvement { up: true });
    let longer = xmr(&values, &Rules { run: 8, ..rules });
    assert!(signals(&longer, Signal::Run).is_empty());
}

#[test]
fn six_rising_are_a_trend() {
    let mut values = wave(20);
    values.extend([8.9, 9.3, 9.8, 10.2, 10.7, 11.1].map(Some));
    let drawn = xmr(&values, &Rules { better: Better::Down, ..Rules::default() });
    assert_eq!(signals(&drawn, Signal::Trend), [20, 21, 22, 23, 24, 25]);
    assert_eq!(drawn.variation, Variation::Concern { up: true });
}

#[test]
fn two_of_three_near_a_limit() {
    let mut values = wave(20);
    values.extend([14.0, 10.0, 14.2].map(Some));
    let rules = Rules { baseline: Some(20), ..Rules::default() };
    assert_eq!(signals(&xmr(&values, &rules), Signal::NearLimit), [20, 22]);
    assert!(signals(&xmr(&values, &Rules { two_of_three: false, ..rules }), Signal::NearLimit).is_empty());
}

/// The closed complaints of the peers: a rebase and a fixed baseline live together, the icon is of the last stretch, and
/// what is missing is not 0.
#[test]
fn a_new_stretch_has_limits_and_an_icon_of_its_own() {
    let mut values = wave(20);
    values.extend(wave(20).into_iter().map(|value| value.map(|value| value + 10.0)));
    let rules = Rules { baseline: Some(12), better: Better::Up, ..Rules::default() };
    assert!(matches!(xmr(&values, &rules).variation, Variation::Improvement { .. }));
    let rebased = xmr(&values, &Rules { rebase: vec![20], ..rules });
    assert_eq!(rebased.variation, Variation::CommonCause);
    near(rebased.points[0].limits.unwrap().mean, 10.0, 1e-9);
    near(rebased.points[39].limits.unwrap().mean, 20.0, 1e-9);
    let gaps: Vec<Option<f64>> = wave(30).into_iter().enumerate().map(|(at, v)| v.filter(|_| at % 5 != 4)).collect();
    let drawn = xmr(&gaps, &Rules::default());
    near(drawn.points[4].limits.unwrap().mean, 10.0, 0.2);
    assert!(drawn.points[4].value.is_none() && drawn.points[4].signals.is_empty());
    assert_eq!(drawn.variation, Variation::CommonCause);
}

#[test]
fn limits_tell_whether_the_target_will_be_met() {
    let icon = |target, better| xmr(&wave(20), &Rules { target: Some(target), better, ..Rules::default() }).assurance;
    assert_eq!((icon(4.0, Better::Up), icon(4.0, Better::Down)), (Assurance::Passes, Assurance::Fails));
    assert_eq!((icon(16.0, Better::Up), icon(16.0, Better::Down)), (Assurance::Fails, Assurance::Passes));
    assert_eq!((icon(10.0, Better::Up), icon(10.0, Better::Neither)), (Assurance::HitOrMiss, Assurance::None));
}

#[test]
fn little_or_nonsense_gives_defined_answers() {
    for values in [&[][..], &[Some(3.0)], &[None, None], &[Some(1.0), None, Some(2.0)]] {
        assert_eq!(xmr(values, &Rules::default()).variation, Variation::Unknown);
    }
    let equal = xmr(&[Some(5.0); 15], &Rules::default());
    assert_eq!((equal.variation, equal.points[3].provisional), (Variation::CommonCause, false));
    assert!(xmr(&wave(5), &Rules::default()).points[0].provisional);
    let error = chart(Measure::Individuals(&[Some(1.0), Some(f64::NAN)]), &Rules::default()).unwrap_err();
    assert_eq!(error, ChartError::Value(1));
    assert!(error.to_string().starts_with("row 2 "));
    assert_eq!(chart(Measure::Rates(&[Some((1, 0.0))]), &Rules::default()), Err(ChartError::Exposure(0)));
}

proptest! {
    /// Another unit moves the limits with it and marks the same points; nothing is ever no number.
    #[test]
    fn the_unit_does_not_matter(
        values in proptest::collection::vec(proptest::option::weighted(0.9, -1000_i32..1000), 0..60),
        rebase in proptest::collection::vec(0_usize..70, 0..3),
        baseline in proptest::option::of(2_usize..20),
    ) {
        let rules = Rules { rebase, baseline, ..Rules::default() };
        // Powers of two, so that rounding is the same.
        let of = |scale: f64| values.iter().map(|v| v.map(|v| f64::from(v) * scale)).collect::<Vec<_>>();
        let (one, other) = (xmr(&of(1.0), &rules), xmr(&of(4.0), &rules));
        prop_assert_eq!(one.variation, other.variation);
        for (one, other) in one.points.iter().zip(&other.points) {
            prop_assert_eq!(&one.signals, &other.signals);
            if let Some((one, other)) = one.limits.zip(other.limits) {
                prop_assert!(one.mean.is_finite() && one.upper >= one.mean && one.lower.unwrap() <= one.mean);
                prop_assert!((one.upper * 4.0 - other.upper).abs() <= 1e-9 * (1.0 + other.upper.abs()));
            }
        }
    }

    #[test]
    fn counts_and_rates_over_one_are_alike(counts in proptest::collection::vec(proptest::option::weighted(0.9, 0_u64..500), 0..60)) {
        let rates: Vec<Option<(u64, f64)>> = counts.iter().map(|count| count.map(|count| (count, 1.0))).collect();
        let (c, u) = (chart(Measure::Counts(&counts), &Rules::default()).unwrap(), chart(Measure::Rates(&rates), &Rules::default()).unwrap());
        for (c, u) in c.points.iter().zip(&u.points) {
            prop_assert_eq!(c.limits.is_some(), u.limits.is_some());
            if let Some((c, u)) = c.limits.zip(u.limits) {
                prop_assert!((c.upper - u.upper).abs() < 1e-9 && c.lower.is_none_or(|lower| lower > 0.0));
            }
        }
    }
}
