//! Term frequency on levels that let values differ, and shares of rare values drawn towards the mean.

use std::collections::BTreeMap;

use linkage::{
    Decision, Index, Linker, Rule, RunOptions, Spec, Table, Together,
    splink::{from_splink, to_splink},
};
use proptest::prelude::*;

use crate::properties::{Row, rows, table};

const SPEC: &str = r#"
prior = 0.001
thresholds = { link = 0.9, review = 0.5 }
field = [{ name = "forename", kind = "name" }, { name = "surname", kind = "name" }]
blocking = [{ name = "surname", keys = ["surname"] }]

[[comparison]]
name = "surname"
fields = ["surname", "forename"]
missing = "all"
level = [
    { name = "same", rule = "exact", m = 0.8, u = 0.05 },
    { name = "near", rule = { jaro_winkler = 0.9 }, m = 0.1, u = 0.01, term_frequency = true, MORE },
    { name = "forename", rule = { all = { forename = "exact" } }, m = 0.05, u = 0.04, term_frequency = true, term_frequency_fields = ["surname"] },
    { name = "different", rule = "else", m = 0.05, u = 0.9 },
]
"#;

fn spec(more: &str) -> Result<Spec, linkage::Error> {
    Spec::from_toml(&SPEC.replace("MORE", more))
}

/// What rarity adds for two records: of ten surnames five are Smith, one Smithe, four Okafor; the eleventh record has none.
fn rarity(more: &str, one: u32, other: u32) -> f64 {
    let surnames = ["Smith", "Smith", "Smith", "Smith", "Smith", "Smithe", "Okafor", "Okafor", "Okafor", "Okafor"];
    let surnames = surnames.iter().map(|name| Some((*name).to_owned())).chain([None]);
    let forenames = [Some("Zoe"), None, None, None, None, None, None, None, None, None, Some("Zoe")];
    let forenames = forenames.map(|name| name.map(str::to_owned));
    let columns = [("surname", surnames.collect()), ("forename", forenames.to_vec())];
    let linker = Linker::new(spec(more).unwrap(), Table::from_columns(columns).unwrap()).unwrap();
    let (there, back) = (linker.explain(one, other).unwrap(), linker.explain(other, one).unwrap());
    assert_eq!(there, back);
    there.parts[0].term_frequency_bits
}

fn near(a: f64, b: f64) {
    assert!((a - b).abs() < 1e-12, "{a} is not {b}");
}

#[test]
fn of_two_values_the_commoner_counts() {
    // Without a level to hold it against: two of ten are alike by chance 0.25 + 0.01 + 0.16.
    near(rarity("term_frequency_floor = 0.0", 0, 5), (0.42_f64 / 0.5).log2());
    near(rarity("term_frequency_weight = 0.5", 0, 5), (0.42_f64 / 0.5).log2() / 2.0);
    near(rarity("term_frequency_against = \"same\"", 0, 5), (0.05_f64 / 0.5).log2());
    near(rarity("term_frequency_against = \"near\"", 0, 5), (0.01_f64 / 0.5).log2());
    near(rarity("term_frequency_against = \"same\", term_frequency_floor = 0.6", 0, 5), (0.05_f64 / 0.6).log2());
}

#[test]
fn where_one_value_is_missing_the_other_stands_for_both() {
    near(rarity("term_frequency_floor = 0.0", 0, 10), (0.42_f64 / 0.5).log2());
}

#[test]
fn shrinkage_counts_each_value_so_many_times_more() {
    // Three surnames among ten records, each held by two more: 7 of 16 for Smith.
    let more = "term_frequency_against = \"same\", term_frequency_shrinkage = 2.0";
    near(rarity(more, 0, 5), (0.05_f64 / (7.0 / 16.0)).log2());
}

#[test]
fn what_makes_no_sense_is_refused() {
    for (more, expected) in [
        (
            "term_frequency_against = \"sam\"",
            "term_frequency_against names `sam`, which is no level of this comparison",
        ),
        ("term_frequency_against = \"different\"", "which is no level of this comparison with a rule about values"),
        ("term_frequency_shrinkage = -1.0", "term_frequency_shrinkage is -1; it is a number of records, 0 or more"),
        ("term_frequency_shrinkage = nan", "term_frequency_shrinkage is NaN"),
        ("term_frequency_fields = [\"name\"]", "term_frequency_fields names `name`, which is not a field of the spec"),
    ] {
        let message = spec(more).unwrap_err().to_string();
        assert!(message.contains("comparison `surname`, level `near`") && message.contains(expected), "{message}");
    }
    for rule in ["\"missing\"", "\"else\""] {
        let text = SPEC.replace("MORE", "term_frequency_floor = 0.0").replace("{ jaro_winkler = 0.9 }", rule);
        let message = Spec::from_toml(&text).unwrap_err().to_string();
        assert!(rule == "\"else\"" || message.contains("term_frequency needs a rule about values"), "{message}");
    }
}

#[test]
fn splink_is_given_what_it_can_say() {
    // The third level is held against the records themselves, which Splink can't.
    let whole = spec("term_frequency_against = \"same\"").unwrap();
    let refused = to_splink(&whole, "dedupe_only", "id").unwrap_err().to_string();
    assert!(refused.contains("level `forename`: term frequency held against the records' own chance"), "{refused}");
    let save = |more: &str| {
        let mut spec = spec(more).unwrap();
        spec.comparisons[0].levels[2].term_frequency = false;
        to_splink(&spec, "dedupe_only", "id").map_err(|error| error.to_string())
    };
    let refused = save("term_frequency_against = \"same\", term_frequency_shrinkage = 1.0").unwrap_err();
    assert!(refused.contains("level `near`: term_frequency_shrinkage"), "{refused}");
    for (against, own) in [("same", false), ("near", true)] {
        let json = save(&format!("term_frequency_against = \"{against}\", term_frequency_floor = 0.01")).unwrap();
        assert_eq!(json.contains("disable_tf_exact_match_detection"), own, "{json}");
        let level = from_splink(&json).unwrap().spec.comparisons[0].levels[1].clone();
        assert_eq!(level.term_frequency_against.as_deref(), Some(against));
        assert!(level.term_frequency && level.term_frequency_floor == 0.01);
    }
}

#[test]
fn a_new_records_words_are_as_rare_as_the_known_ones_say() {
    let spec = r#"
        prior = 0.1
        thresholds = { link = 0.9, review = 0.0001 }
        field = [{ name = "street", kind = "address" }, { name = "town", kind = "name" }]
        blocking = [{ name = "town", keys = ["town"] }]
        [[comparison]]
        name = "street"
        fields = ["street"]
        level = [
            { name = "alike", rule = { token_similarity = 0.45 }, m = 0.8, u = 0.1 },
            { name = "other", rule = "else", m = 0.2, u = 0.9 },
        ]
    "#;
    let table = |streets: &[&str]| {
        let towns = streets.iter().map(|_| Some("Hull")).collect();
        Table::from_columns([("street", streets.iter().map(|street| Some(*street)).collect()), ("town", towns)])
            .unwrap()
    };
    let streets = ["14 High Street", "2 High Street", "9 High Street", "Flat 14 High Street", "3 Mill Lane"];
    let linker = || Linker::new(Spec::from_toml(spec).unwrap(), table(&streets)).unwrap();
    let index = Index::new(linker());
    for (at, street) in streets.iter().enumerate() {
        for found in index.find_matches(&table(&[street])).unwrap() {
            let pair = linker().compare(at as u32, found.record);
            assert!(
                pair.is_none_or(|pair| pair.pattern == found.pattern),
                "{street} and {}",
                streets[found.record as usize]
            );
        }
    }
}

/// Rarity on every level that can have it, weighed in several ways, and one reason for being alike.
pub fn everywhere(shrinkage: f64, weight: f64, floor: f64) -> Spec {
    let mut spec = Spec::from_toml(include_str!("example.toml")).unwrap();
    for comparison in &mut spec.comparisons {
        // Held against a u that is greater than most shares, so that rarity mostly adds.
        let first = comparison.levels[0].name.clone();
        for level in &mut comparison.levels {
            level.u = Some(if level.name == first { 0.6 } else { 0.04 });
            level.term_frequency = !matches!(level.rule, Rule::Else | Rule::Missing);
            level.term_frequency_against = level.term_frequency.then(|| first.clone());
            level.term_frequency_shrinkage = shrinkage;
            level.term_frequency_weight = weight;
            level.term_frequency_floor = floor;
        }
    }
    spec.prior = Some(0.2);
    let of = |at: usize| {
        (
            spec.comparisons[at].name.clone(),
            vec![1.0 / spec.comparisons[at].levels.len() as f64; spec.comparisons[at].levels.len()],
        )
    };
    let chances: BTreeMap<String, Vec<f64>> = [of(0), of(2)].into();
    let comparisons = chances.keys().cloned().collect();
    spec.together = vec![Together { name: "home".to_owned(), comparisons, share: Some(0.01), chances }];
    spec
}

fn one_of(rows: &[Row], at: usize) -> Vec<Row> {
    vec![rows[at].clone()]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(150))]

    /// A scan drops pairs on the way that can't reach the threshold: never one that does.
    #[test]
    fn no_pair_is_dropped_that_weighs_enough(
        rows in rows(30), shrinkage in prop::sample::select(vec![0.0, 0.5, 3.0]), weight in 0.0..1.0, floor in 0.0..0.05, least in 0.001..0.9,
    ) {
        let mut spec = everywhere(shrinkage, weight, floor);
        (spec.thresholds.review, spec.thresholds.link) = (least, 0.95);
        let linker = Linker::new(spec, table(&rows)).unwrap();
        let kept = linker.run(&RunOptions::default()).unwrap().pairs;
        let mut expected = Vec::new();
        for left in 0..rows.len() as u32 {
            let pairs = (left + 1..rows.len() as u32).filter_map(|right| linker.compare(left, right));
            expected.extend(pairs.filter(|pair| pair.rule.is_some() && pair.decision != Decision::Apart));
        }
        prop_assert_eq!(kept, expected);
    }

    /// A new record that holds what a known one holds is weighed as that one is.
    #[test]
    fn an_index_weighs_a_new_record_as_a_run_does(rows in rows(20), at in any::<prop::sample::Index>()) {
        let mut spec = everywhere(0.5, 1.0, 0.0);
        spec.thresholds.review = 1e-12;
        let at = at.index(rows.len());
        let linker = |rows: &[Row]| Linker::new(spec.clone(), table(rows)).unwrap();
        let whole = linker(&rows);
        for found in Index::new(linker(&rows)).find_matches(&table(&one_of(&rows, at))).unwrap() {
            if let Some(pair) = whole.compare(at as u32, found.record) {
                prop_assert_eq!((pair.pattern, pair.weight), (found.pattern, found.weight));
            }
        }
    }
}
