//! Deliveries linked one after another give what a full run gives.

use linkage::{Anew, Error, Found, Linker, NewRecords, Outcome, RunOptions, Spec, Table};
use proptest::{prelude::*, strategy::ValueTree};

use crate::properties::{Row, row};

fn linker(rows: &[Row], change: impl Fn(&mut Spec)) -> Linker {
    let names = ["forename", "surname", "date_of_birth", "postcode", "nhs_number"];
    let columns = names.iter().enumerate().map(|(at, name)| (*name, rows.iter().map(|row| row[at].clone()).collect()));
    let mut spec = Spec::from_toml(include_str!("example.toml")).unwrap();
    change(&mut spec);
    Linker::new(spec, Table::from_columns(columns).unwrap()).unwrap()
}

fn compared(outcome: &Outcome) -> u64 {
    outcome.compared.iter().sum()
}

fn without_frequencies(spec: &mut Spec, but: bool) {
    spec.comparisons.iter_mut().flat_map(|c| &mut c.levels).for_each(|level| level.term_frequency &= but);
}

fn method(at: usize) -> linkage::Method {
    [linkage::Method::ConnectedComponents, linkage::Method::Correlation][at]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    /// Up to four deliveries, with and without rarity, with room for any shift, for some, or for none. The threshold for review lies just
    /// above what some pair weighs at first, so that a little more rarity lifts it.
    #[test]
    fn any_split_into_deliveries_gives_the_full_run(
        rows in prop::collection::vec(row(), 3..40),
        cuts in prop::collection::vec(any::<prop::sample::Index>(), 1..4),
        (frequencies, keep_apart, at) in (prop::bool::weighted(0.8), prop::bool::weighted(0.2), 0_usize..2),
        reserve in prop::sample::select(vec![0.0, 0.3, 1.0, 40.0]),
        (one, other, above) in (any::<prop::sample::Index>(), any::<prop::sample::Index>(), 0.0..0.3),
    ) {
        let mut ends: Vec<usize> = cuts.iter().map(|cut| cut.index(rows.len()).max(2)).collect();
        ends.push(rows.len());
        ends.sort_unstable();
        let first = linker(&rows[..ends[0]], |spec| without_frequencies(spec, frequencies));
        let near = first.compare(one.index(ends[0]) as u32, other.index(ends[0]) as u32);
        let review = linkage::probability(near.map_or(0.0, |pair| pair.weight) + above).clamp(1e-9, 0.999);
        let of = |rows: &[Row]| linker(rows, |spec| {
            without_frequencies(spec, frequencies);
            spec.thresholds.review = review;
            spec.thresholds.link = spec.thresholds.link.max(review);
            spec.clustering.method = method(at);
        });
        let options = RunOptions { keep_apart, reserve, ..RunOptions::default() };
        let mut before: Option<(usize, Found)> = None;
        for end in ends {
            let linker = of(&rows[..end]);
            let whole = linker.run(&options).unwrap();
            let outcome = match &before {
                None => whole.clone(),
                Some((start, found)) => linker.update(found, &NewRecords::range(*start as u32..end as u32), &options).unwrap(),
            };
            prop_assert_eq!(&outcome.pairs, &whole.pairs);
            prop_assert_eq!(&outcome.cluster_of, &whole.cluster_of);
            prop_assert_eq!(&outcome.clusters, &whole.clusters);
            before = Some((end, outcome.found()));
        }
    }

    /// A record that changed is a new one.
    #[test]
    fn changed_records_are_new_ones(rows in prop::collection::vec(row(), 3..25), others in prop::collection::vec(row(), 3..25), frequencies in any::<bool>()) {
        let of = |rows: &[Row]| linker(rows, |spec| without_frequencies(spec, frequencies));
        let options = RunOptions::default();
        let found = of(&rows).run(&options).unwrap().found();
        let mut now = rows.clone();
        let mut new: Vec<u32> = Vec::new();
        for (at, other) in (0..rows.len()).step_by(3).zip(others) {
            now[at] = other;
            new.push(at as u32);
        }
        let linker = of(&now);
        let outcome = linker.update(&found, &NewRecords::records(&new), &options).unwrap();
        let whole = linker.run(&options).unwrap();
        prop_assert_eq!((outcome.pairs, outcome.clusters), (whole.pairs, whole.clusters));
    }
}

/// Names that become rarer lift a pair that was apart: it must be found although both of its records are old.
#[test]
fn a_pair_that_rarity_lifts_is_found() {
    let people = |extra: usize| -> Vec<Row> {
        let text = |text: &str| Some(text.to_owned());
        let mut rows: Vec<Row> = vec![
            [text("Robert"), text("Okafor"), text("1990-02-04"), text("CM1 1AA"), None],
            [text("Robert"), text("Okafor"), text("1981-02-05"), text("CM1 1AA"), None],
        ];
        let more = |at| [Some(format!("a{at}")), Some(format!("b{at}")), None, None, None];
        rows.extend((0..60).map(more));
        rows.extend((60..60 + extra).map(more));
        rows
    };
    let old = linker(&people(0), |_| ());
    let weight = old.compare(0, 1).unwrap().weight;
    let change = |spec: &mut Spec| {
        // Just above what the pair weighs at first.
        spec.thresholds.review = linkage::probability(weight + 0.05);
        spec.thresholds.link = spec.thresholds.review;
    };
    for (reserve, anew) in [(5.0, false), (0.1, true)] {
        let options = RunOptions { reserve, ..RunOptions::default() };
        let before = linker(&people(0), change).run(&options).unwrap();
        assert_eq!(before.pairs.len(), 0);
        let linker = linker(&people(40), change);
        let new = NewRecords::range(62..102);
        let why = linker.must_run_anew(&before.found(), &new, &options);
        assert_eq!(why.is_some(), anew, "{why:?}");
        let outcome = linker.update(&before.found(), &new, &options).unwrap();
        assert_eq!(outcome.cluster_of[1], 0, "the old pair is linked now");
        assert_eq!(compared(&outcome) < compared(&linker.run(&options).unwrap()), !anew);
    }
}

#[test]
fn an_update_compares_no_more_than_it_must_and_says_why_where_it_compares_all() {
    let mut runner = proptest::test_runner::TestRunner::deterministic();
    let rows = prop::collection::vec(row(), 400).new_tree(&mut runner).unwrap().current();
    let options = RunOptions::default();
    let before = linker(&rows[..390], |_| ()).run(&options).unwrap().found();
    let now = linker(&rows, |_| ());
    let new = NewRecords::range(390..400);
    assert_eq!(now.must_run_anew(&before, &new, &options), None, "ten of 400 shift little");
    let outcome = now.update(&before, &new, &options).unwrap();
    assert!(compared(&outcome) * 10 < compared(&now.run(&options).unwrap()), "{:?}", outcome.compared);
    let why = |linker: &Linker, new: &NewRecords, options: &RunOptions| {
        linker.must_run_anew(&before, new, options).unwrap().to_string()
    };
    let model = linker(&rows, |spec| spec.comparisons[0].levels[0].m = Some(0.5));
    assert!(why(&model, &new, &options).contains("another model"));
    let all = RunOptions { keep_apart: true, ..options.clone() };
    assert!(why(&now, &new, &all).contains("did not find or keep all the pairs"));
    assert!(why(&now, &NewRecords::range(389..400), &options).contains("1 records of the earlier run were changed"));
    let part = linker(&rows[..390], |_| ()).run_for(&NewRecords::range(380..390), &options).unwrap().found();
    assert!(now.must_run_anew(&part, &new, &options).unwrap().to_string().contains("did not find or keep all"));
    assert_eq!(now.update(&part, &new, &options).unwrap().pairs, outcome.pairs, "and all is found anew");
    // The method of clustering may change.
    let other = linker(&rows, |spec| spec.clustering.method = linkage::Method::Correlation);
    assert_eq!(other.must_run_anew(&before, &new, &options), None);
    assert!(
        matches!(now.update(&before, &NewRecords::range(395..400), &options), Err(Error::Shape(_))),
        "5 are unknown"
    );
    assert!(matches!(
        now.update(&before, &NewRecords::records(&[400]), &options),
        Err(Error::Shape(_) | Error::NoSuchRecord { .. })
    ));
}

#[test]
fn what_was_found_can_be_stored_and_renumbered() {
    let mut runner = proptest::test_runner::TestRunner::deterministic();
    let rows = prop::collection::vec(row(), 60).new_tree(&mut runner).unwrap().current();
    let plain = |spec: &mut Spec| without_frequencies(spec, false);
    let options = RunOptions::default();
    let found = linker(&rows, plain).run(&options).unwrap().found();
    let stored: Found = serde_json::from_str(&serde_json::to_string(&found).unwrap()).unwrap();
    assert_eq!(stored, found);
    // Records 0 to 9 are taken away.
    let linker = linker(&rows[10..], plain);
    let found = found.renumbered(|record| record.checked_sub(10));
    assert_eq!(linker.must_run_anew(&found, &NewRecords::range(0..0), &options), None);
    let outcome = linker.update(&found, &NewRecords::range(0..0), &options).unwrap();
    let whole = linker.run(&options).unwrap();
    assert_eq!(compared(&outcome), 0);
    assert_eq!((outcome.pairs, outcome.clusters), (whole.pairs, whole.clusters));
}

/// Rarity of words decides a level, so nothing bounds what a delivery changes.
#[test]
fn weighed_words_are_compared_anew() {
    let words = |spec: &mut Spec| {
        let field = spec.comparisons[0].fields[0].clone();
        spec.comparisons[0].levels[0].rule =
            linkage::Rule::All([(field, linkage::Rule::TokenSimilarity(0.9))].into_iter().collect());
        spec.comparisons[0].levels[0].term_frequency = false;
    };
    let rows: Vec<Row> = (0..4).map(|at| [Some(format!("a{at}")), Some("b".into()), None, None, None]).collect();
    let options = RunOptions::default();
    let before = linker(&rows[..3], words).run(&options).unwrap().found();
    let new = NewRecords::range(3..4);
    assert_eq!(linker(&rows, words).must_run_anew(&before, &new, &options), Some(Anew::WordsWeighed));
}
