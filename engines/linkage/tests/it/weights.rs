//! Weights against sums done by hand from the published formula.

use linkage::{Decision, Linker, RunOptions, Spec, Table, bits, probability};

const SPEC: &str = r#"
prior = 0.001
thresholds = { link = 0.9, review = 0.5 }
field = [
    { name = "forename", kind = "name" },
    { name = "surname", kind = "name" },
]
blocking = [{ name = "surname", keys = ["surname"] }, { name = "forename", keys = ["forename"] }]

[[comparison]]
name = "forename"
fields = ["forename"]
level = [
    { name = "same", rule = "exact", m = 0.8, u = 0.02 },
    { name = "near", rule = { jaro_winkler = 0.9 }, m = 0.15, u = 0.03 },
    { name = "different", rule = "else", m = 0.05, u = 0.95 },
]

[[comparison]]
name = "surname"
fields = ["surname"]
level = [
    { name = "same", rule = "exact", m = 0.9, u = 0.05, term_frequency = true },
    { name = "different", rule = "else", m = 0.1, u = 0.95 },
]
"#;

fn linker() -> Linker {
    let forenames = vec![Some("Martha"), Some("Marhta"), Some("Martha"), None, Some("Zoe")];
    let surnames = vec![Some("Smith"), Some("Smith"), Some("Okafor"), Some("Okafor"), Some("Smith")];
    Linker::new(
        Spec::from_toml(SPEC).unwrap(),
        Table::from_columns([("forename", forenames), ("surname", surnames)]).unwrap(),
    )
    .unwrap()
}

fn near(a: f64, b: f64) {
    assert!((a - b).abs() < 1e-9, "{a} is not {b}");
}

#[test]
fn a_weight_is_the_prior_and_its_parts() {
    // log2(0.001 / 0.999) + log2(0.15 / 0.03) + log2(0.9 / 0.05) + log2(0.05 / 0.6): Smith is three records of five.
    let explanation = linker().explain(0, 1).unwrap();
    near(explanation.prior_bits, -9.964_340_867_792_417);
    near(explanation.parts[0].bits, 5.0_f64.log2());
    assert_eq!(explanation.parts[0].level.as_deref(), Some("near"));
    near(explanation.parts[1].bits, 18.0_f64.log2());
    near(explanation.parts[1].term_frequency_bits, (0.05_f64 / 0.6).log2());
    near(explanation.total_bits, -9.964_340_867_792_417 + 7.5_f64.log2());
    // As odds: 1/999 · 5 · 18 · (0.05 / 0.6) = 7.5/999, so 7.5 / 1006.5.
    near(explanation.probability, 7.5 / 1006.5);
}

#[test]
fn what_is_missing_says_nothing() {
    let explanation = linker().explain(2, 3).unwrap();
    assert_eq!(explanation.parts[0].level, None);
    near(explanation.parts[0].bits, 0.0);
    // Okafor is two records of five.
    near(explanation.total_bits, explanation.prior_bits + (0.9_f64 / 0.4).log2());
}

#[test]
fn parts_add_up_and_the_batch_says_the_same() {
    let linker = linker();
    let outcome = linker.run(&RunOptions { keep_apart: true, ..RunOptions::default() }).unwrap();
    assert_eq!(outcome.pairs.len(), 5, "three Smiths, two Okafors, two Marthas");
    assert_eq!(outcome.compared, [4, 1]);
    for pair in &outcome.pairs {
        let explanation = linker.explain(pair.right, pair.left).unwrap();
        near(
            explanation
                .parts
                .iter()
                .fold(explanation.prior_bits, |sum, part| sum + part.bits + part.term_frequency_bits),
            pair.weight,
        );
        assert_eq!(explanation.total_bits, pair.weight);
        assert_eq!(explanation.probability, pair.probability());
        assert_eq!(linker.compare(pair.left, pair.right).as_ref(), Some(pair));
        assert_eq!(pair.decision, Decision::Apart);
    }
    assert_eq!(linker.explain(0, 0), None);
    assert_eq!(linker.explain(0, 5), None);
}

#[test]
fn probability_and_bits_are_inverse() {
    near(probability(0.0), 0.5);
    near(probability(bits(0.95)), 0.95);
    assert_eq!(probability(4000.0), 1.0);
    assert_eq!(probability(-4000.0), 0.0);
}

#[test]
fn an_explanation_survives_storage() {
    let explanation = linker().explain(0, 1).unwrap();
    let text = serde_json::to_string(&explanation).unwrap();
    let stored: linkage::Explanation = serde_json::from_str(&text).unwrap();
    assert_eq!(stored.parts[1].level, explanation.parts[1].level);
    near(stored.total_bits, explanation.total_bits);
}

#[test]
fn rarity_of_part_of_a_level_is_weighed_by_chance_in_the_records() {
    let spec = SPEC.replace(
        r#"name = "surname"
fields = ["surname"]
level = ["#,
        r#"name = "surname"
fields = ["forename", "surname"]
level = [
    { name = "near", rule = { all = { surname = "exact", forename = { jaro_winkler = 0.9 } } }, m = 0.05, u = 0.001, term_frequency = true },"#,
    );
    let spec = spec.replace(
        r#""same", rule = "exact", m = 0.9, u = 0.05, term_frequency = true"#,
        r#""same", rule = "exact", m = 0.85, u = 0.05"#,
    );
    let forenames = vec![Some("Martha"), Some("Marhta"), Some("Zoe")];
    let surnames = vec![Some("Smith"), Some("Smith"), Some("Okafor")];
    let table = Table::from_columns([("forename", forenames), ("surname", surnames)]).unwrap();
    let explanation = Linker::new(Spec::from_toml(&spec).unwrap(), table).unwrap().explain(0, 1).unwrap();
    near(explanation.parts[1].bits, 50.0_f64.log2());
    // Chance agreement on surname is (2/3)² + (1/3)² = 5/9; Smith's share is 2/3.
    near(explanation.parts[1].term_frequency_bits, (5.0_f64 / 6.0).log2());
}

#[test]
fn a_record_weighs_what_its_copy_would() {
    let weights = linker().self_weights();
    // Martha Smith: log2(0.001 / 0.999) + log2(0.8 / 0.02) + log2(0.9 / 0.6); Okafor without a forename: + log2(0.9 / 0.4) alone.
    near(weights[0], -9.964_340_867_792_417 + 60.0_f64.log2());
    near(weights[3], -9.964_340_867_792_417 + 2.25_f64.log2());
    assert_eq!(weights.len(), 5);
}
