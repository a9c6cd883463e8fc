//! Counted by hand, and by simulation.

use super::*;
use crate::{Decision, Pair, Pattern};

fn pair(left: u32, right: u32, weight: f64) -> Pair {
    Pair { left, right, weight, pattern: Pattern::default(), rule: None, decision: Decision::Link }
}

fn people(names: &[&str]) -> Vec<Option<String>> {
    names.iter().map(|name| (!name.is_empty()).then(|| (*name).to_owned())).collect()
}

#[test]
fn a_curve_counts_what_is_right_at_every_threshold() {
    let person_of = people(&["a", "a", "a", "b", "b", ""]);
    let truth = Truth { person_of: &person_of, source_of: &[] };
    let curve = truth.curve(&[pair(0, 1, 5.0), pair(3, 4, 3.0), pair(0, 3, 3.0), pair(1, 2, -2.0), pair(2, 5, -9.0)]);
    assert_eq!(curve.matches, 4.0);
    let seen: Vec<(f64, f64, f64)> = curve.points.iter().map(|p| (p.weight, p.precision, p.recall)).collect();
    assert_eq!(seen, [(5.0, 1.0, 0.25), (3.0, 2.0 / 3.0, 0.5), (-2.0, 0.75, 0.75), (-9.0, 0.6, 0.75)]);
    assert_eq!(curve.best().unwrap().weight, -2.0);
    assert_eq!((curve.at(4.0).links, curve.at(9.0).links, curve.at(9.0).recall), (1.0, 0.0, 0.0));
}

#[test]
fn only_pairs_across_sources_count_where_there_are_sources() {
    let person_of = people(&["a", "a", "a"]);
    let truth = Truth { person_of: &person_of, source_of: &[0, 0, 1] };
    assert_eq!(truth.matches(&|_| true), 2);
    assert_eq!(truth.matches(&|record| record == 1), 1);
}

#[test]
fn a_group_that_fares_worse_is_seen() {
    let person_of = people(&["a", "a", "b", "b"]);
    let truth = Truth { person_of: &person_of, source_of: &[] };
    let groups: Vec<String> = ["F", "F", "M", "M"].map(str::to_owned).to_vec();
    let seen = by_group(&truth, &[pair(0, 1, 9.0), pair(2, 3, 1.0)], 5.0, &groups);
    assert_eq!(seen.iter().map(|g| (g.group.as_str(), g.recall)).collect::<Vec<_>>(), [("F", 1.0), ("M", 0.0)]);
}

#[test]
fn ages_and_dates_are_banded_where_there_are_many() {
    let ages: Vec<Option<String>> = (0..60).map(|age| Some(age.to_string())).collect();
    assert_eq!(bands(&ages)[57], "50 to 59");
    let dates: Vec<Option<String>> = (10..60).map(|day| Some(format!("19{day}-01-02"))).collect();
    assert_eq!(bands(&dates)[0], "born 1910s");
    assert_eq!(bands(&people(&["F", ""])), ["F", "not known"]);
}

#[test]
fn the_model_expects_what_its_probabilities_add_up_to() {
    let curve = expected(&[0.0, 0.0, -40.0]);
    assert!((curve.matches - 1.0).abs() < 1e-9);
    assert!((curve.at(0.0).precision - 0.5).abs() < 1e-9 && curve.at(0.0).recall > 0.999);
}

#[test]
fn the_margin_asked_for_is_the_margin_got() {
    // Three strata whose shares are known: label as many as `allocate` says, many times over, and count how often the truth is inside.
    let strata = [(4_000_u64, 0.6), (20_000, 0.93), (70_000, 0.995)];
    let truth = strata.iter().map(|(n, share)| *n as f64 * share).sum::<f64>() / 94_000.0;
    let sizes = allocate(&strata, 0.02);
    let mut state = 7_u64;
    let mut random = move || {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (state >> 11) as f64 / (1_u64 << 53) as f64
    };
    let (mut inside, mut width) = (0, 0.0);
    for _ in 0..400 {
        let draw = |((pairs, share), n): (&(u64, f64), &u64), from: f64, random: &mut dyn FnMut() -> f64| Stratum {
            from,
            pairs: *pairs,
            labelled: *n,
            same: (0..*n).filter(|_| random() < *share).count() as u64,
        };
        let drawn: Vec<Stratum> = strata
            .iter()
            .zip(&sizes)
            .zip([0.95, 0.99, 0.999])
            .map(|(stratum, from)| draw(stratum, from, &mut random))
            .collect();
        let found = bounds(&drawn, 0.95).unwrap().precision;
        inside += u32::from((found.low..=found.high).contains(&truth));
        width += (found.high - found.low) / 2.0 / 400.0;
    }
    assert!(inside >= 370, "{inside} of 400");
    assert!(width < 0.024, "{width}");
    assert!(sizes.iter().sum::<u64>() < 1_000, "{sizes:?}");
}

#[test]
fn a_stratum_without_a_label_gives_no_bounds() {
    assert!(bounds(&[Stratum { from: 0.99, pairs: 9, labelled: 0, same: 0 }], 0.9).is_none());
    assert_eq!(choose(vec![(1, 2), (0, 9), (3, 4)], 2), choose(vec![(3, 4), (1, 2), (0, 9)], 2));
    assert_eq!(stratum_of(0.97, 0.9).1, 0.95);
    assert_eq!(stratum_of(0.91, 0.9).1, 0.9);
}
