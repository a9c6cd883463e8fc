//! Training: what was planted comes back, from any order of the records, and bad input is told.

use linkage::{Basis, Error, Linker, RunOptions, Session, Spec, Table, TrainOptions, Trained, train};

/// Numbers that look random and are the same every time.
struct Dice(u64);

impl Dice {
    fn below(&mut self, n: u64) -> u64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % n
    }

    fn happens(&mut self, chance: f64) -> bool {
        (self.below(1_000_000) as f64) < chance * 1_000_000.0
    }
}

const SPEC: &str = r#"
thresholds = { link = 0.9, review = 0.5 }
field = [
    { name = "pair", kind = "identifier" },
    { name = "truth", kind = "identifier" },
    { name = "one", kind = "identifier" },
    { name = "two", kind = "identifier" },
    { name = "three", kind = "identifier" },
    { name = "four", kind = "identifier" },
]
blocking = [{ name = "pair", keys = ["pair"] }]
[training]
random_pairs = 100000
prior = { recall = 1.0, rule = [{ name = "truth", keys = ["truth"] }] }
session = [{ name = "pair", keys = ["pair"], iterations = 500, convergence = 0.000001 }]
"#;

/// How many values each field may have, and how often pairs that belong together agree for a reason.
const FIELDS: [(&str, u64, f64); 4] = [("one", 20, 0.9), ("two", 200, 0.8), ("three", 2_000, 0.95), ("four", 5, 0.7)];

fn spec() -> String {
    let comparison = |name: &str| {
        format!(
            "[[comparison]]\nname = \"{name}\"\nfields = [\"{name}\"]\nlevel = [{{ name = \"same\", rule = \"exact\" }}, {{ name = \
             \"different\", rule = \"else\" }}]\n"
        )
    };
    FIELDS.iter().map(|(name, ..)| comparison(name)).fold(SPEC.to_owned(), |spec, text| spec + &text)
}

type Rows = Vec<[String; 6]>;

/// Pairs of records, of which one in five belongs together.
fn planted(pairs: u64, seed: u64) -> Rows {
    let mut dice = Dice(seed);
    let mut rows = Vec::new();
    for pair in 0..pairs {
        let same = dice.happens(0.2);
        let mut sides: [[String; 6]; 2] = Default::default();
        for (at, side) in sides.iter_mut().enumerate() {
            side[0] = pair.to_string();
            side[1] = if same { format!("{pair}T") } else { format!("{pair}T{at}") };
        }
        for (at, (_, values, agrees)) in FIELDS.iter().enumerate() {
            let left = dice.below(*values);
            let right = if same && dice.happens(*agrees) { left } else { dice.below(*values) };
            [sides[0][at + 2], sides[1][at + 2]] = [left.to_string(), right.to_string()];
        }
        rows.extend(sides);
    }
    rows
}

fn table(rows: &Rows) -> Table {
    let names = ["pair", "truth", "one", "two", "three", "four"];
    let column = |(at, name): (usize, &&'static str)| {
        (*name, rows.iter().map(|row| Some(row[at].clone()).filter(|value| !value.is_empty())).collect())
    };
    Table::from_columns(names.iter().enumerate().map(column)).unwrap()
}

fn trained(spec: &str, rows: &Rows) -> Trained {
    train(&Spec::from_toml(spec).unwrap(), &table(rows), &TrainOptions::default()).unwrap()
}

#[test]
fn planted_chances_come_back_from_fifty_thousand_pairs() {
    let rows = planted(50_000, 11);
    let Trained { spec, report } = trained(&spec(), &rows);
    let real = rows.chunks(2).filter(|pair| pair[0][1] == pair[1][1]).count() as f64;
    let prior = real / (100_000.0 * 99_999.0 / 2.0);
    assert!((spec.prior.unwrap() / prior - 1.0).abs() < 1e-9, "the rule finds them all: exact");
    assert_eq!(report.prior.basis, Basis::Rules);
    let session = &report.sessions[0];
    assert!(session.converged && session.pairs_used == 50_000);
    let share = session.history.last().unwrap().share;
    assert!((share - 0.2).abs() < 5.0 * (0.2 * 0.8 / 50_000.0_f64).sqrt(), "share {share}");
    for (comparison, (name, values, agrees)) in spec.comparisons.iter().zip(FIELDS) {
        let (m, u) = (comparison.levels[0].m.unwrap(), comparison.levels[0].u.unwrap());
        let by_chance = 1.0 / values as f64;
        let together = agrees + (1.0 - agrees) * by_chance;
        let error = (together * (1.0 - together) / real).sqrt();
        assert!((m - together).abs() < 5.0 * error, "m of {name}: {m}, planted {together}");
        assert!((u / by_chance - 1.0).abs() < 0.01, "u of {name}: {u}, planted {by_chance}");
        assert!((m + comparison.levels[1].m.unwrap() - 1.0).abs() < 1e-9);
    }
    for step in session.history.windows(2) {
        assert!(step[1].log_likelihood >= step[0].log_likelihood - 1e-6);
    }
    assert!(Linker::new(spec, table(&rows)).unwrap().run(&RunOptions::default()).is_ok());
}

#[test]
fn neither_order_nor_threads_show() {
    let mut rows = planted(3_000, 5);
    let spec = spec()
        .replace("session = [", "refine = true\nsession = [")
        .replace("iterations = 500, convergence = 0.000001", "most_pairs = 2000");
    let one = trained(&spec, &rows);
    assert_eq!(one, trained(&spec, &rows), "the same twice");
    rows.reverse();
    rows.rotate_left(701);
    let other = rayon::ThreadPoolBuilder::new().num_threads(3).build().unwrap().install(|| trained(&spec, &rows));
    assert_eq!(one, other);
    let single = rayon::ThreadPoolBuilder::new().num_threads(1).build().unwrap().install(|| trained(&spec, &rows));
    assert_eq!(one, single);
    let text = serde_json::to_string(&one.report).unwrap();
    assert_eq!(serde_json::from_str::<linkage::TrainingReport>(&text).unwrap().warnings, one.report.warnings);
    assert_eq!(Spec::from_toml(&one.spec.to_toml().unwrap()).unwrap(), one.spec);
}

#[test]
fn an_untrained_spec_says_so() {
    let rows = planted(10, 1);
    let linker = Linker::new(Spec::from_toml(&spec()).unwrap(), table(&rows)).unwrap();
    let error = linker.run(&RunOptions::default()).unwrap_err();
    assert_eq!(error, Error::Untrained("the prior".into()));
    assert!(error.to_string().contains("Train it with records first"));
}

#[test]
fn what_is_fixed_stays() {
    let spec = spec().replacen(
        r#"{ name = "same", rule = "exact" }"#,
        r#"{ name = "same", rule = "exact", m = 0.5, u = 0.25, fix = true }"#,
        1,
    );
    let trained = trained(&spec.replace("session = [", "refine = true\nsession = ["), &planted(2_000, 3));
    let level = &trained.spec.comparisons[0].levels[0];
    assert_eq!((level.m, level.u), (Some(0.5), Some(0.25)));
    assert_eq!(trained.report.parameters[0].m.basis, Basis::Given);
    assert!(trained.spec.comparisons[1].levels[0].m.unwrap() > 0.6);
}

#[test]
fn labels_give_m() {
    let rows = planted(2_000, 9);
    let labels: Vec<(u32, u32, bool)> = (0..2_000)
        .map(|pair| (2 * pair + 1, 2 * pair, rows[2 * pair as usize][1] == rows[2 * pair as usize + 1][1]))
        .collect();
    let spec = Spec::from_toml(&spec()).unwrap();
    let trained = train(&spec, &table(&rows), &TrainOptions { labels: labels.clone() }).unwrap();
    let agree = |at: usize| {
        labels.iter().filter(|(a, b, same)| *same && rows[*a as usize][at] == rows[*b as usize][at]).count()
    };
    let same = labels.iter().filter(|(.., same)| *same).count() as f64;
    for at in 0..4 {
        let expected = (agree(at + 2) as f64 + 0.5) / (same + 1.0);
        assert!((trained.spec.comparisons[at].levels[0].m.unwrap() - expected).abs() < 1e-12);
        assert_eq!(trained.report.parameters[2 * at].m.basis, Basis::Labels);
    }
    let refused =
        |labels: Vec<(u32, u32, bool)>| train(&spec, &table(&rows), &TrainOptions { labels }).unwrap_err().to_string();
    assert!(refused(vec![(0, 1, true), (1, 0, false)]).contains("labelled both"));
    assert!(refused(vec![(0, 9_999_999, true)]).contains("9999999"));
    assert!(refused(vec![(4, 4, true)]).contains("itself"));
}

#[test]
fn too_few_records_are_refused() {
    let spec = Spec::from_toml(&spec()).unwrap();
    for (rows, words) in [(0, "there are no records"), (1, "there is only 1 record")] {
        let rows = planted(1, 1).into_iter().take(rows).collect();
        let error = train(&spec, &table(&rows), &TrainOptions::default()).unwrap_err().to_string();
        assert!(error.contains(words), "{error}");
    }
}

fn warnings(trained: &Trained) -> String {
    trained.report.warnings.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n")
}

#[test]
fn empty_and_unvarying_columns_are_told() {
    let mut rows = planted(500, 2);
    rows.iter_mut().for_each(|row| {
        row[2].clear();
        row[5] = "7".into();
    });
    let trained = trained(&spec(), &rows);
    let told = warnings(&trained);
    assert!(told.contains("comparison `one`: no pair has anything to compare"), "{told}");
    assert!(told.contains("comparison `four`: all records or nearly all hold the same"), "{told}");
    let empty = &trained.spec.comparisons[0].levels[0];
    assert!(empty.bits().abs() < 1e-12, "no evidence either way");
    assert!(trained.spec.is_trained());
}

#[test]
fn a_session_or_prior_without_pairs_is_told() {
    let mut rows = planted(500, 2);
    rows.iter_mut().enumerate().for_each(|(at, row)| {
        row[0] = at.to_string();
        row[1].clear();
    });
    let told = warnings(&trained(&spec(), &rows));
    assert!(told.contains("training session `pair`: its keys find no pairs"), "{told}");
    assert!(told.contains("the prior: its rules find no pairs"), "{told}");
    assert!(told.contains("the prior: nothing to learn it from"), "{told}");
}

#[test]
fn records_that_are_all_alike_are_told() {
    let rows = vec![["1", "1", "1", "1", "1", "1"].map(str::to_owned); 50];
    let spec = spec().replace("recall = 1.0", "recall = 0.5");
    let error =
        train(&Spec::from_toml(&spec).unwrap(), &table(&rows), &TrainOptions::default()).unwrap_err().to_string();
    assert!(error.contains("which is more than there are"), "{error}");
}

#[test]
fn settings_that_make_no_sense_are_refused() {
    let wrong = |from: &str, to: &str, words: &str| {
        let changed = spec().replace(from, to);
        assert_ne!(changed, spec(), "{from}");
        let error = Spec::from_toml(&changed).unwrap_err().to_string();
        assert!(error.contains(words), "{error}");
    };
    wrong("recall = 1.0", "recall = 0.0", "recall is 0");
    wrong(r#"keys = ["truth"]"#, r#"keys = ["nothing"]"#, "`nothing`");
    wrong("iterations = 500", "iterations = 0", "iterations must be 1 or more");
    wrong("convergence = 0.000001", "convergence = 0", "convergence is 0");
    wrong(r#"keys = ["pair"], iter"#, r#"keys = ["one", "two", "three", "four"], iter"#, "it can teach nothing");
    wrong("[training]", "[training]\nsmoothing = 0.0", "smoothing is 0");
    wrong("[training]", "[training]\nrefine_most_pairs = 0", "1 or more");
    wrong(r#"rule = "exact" }"#, r#"rule = "exact", fix = true }"#, "needs an m or a u to keep");
    wrong(
        "[training]",
        "[[together]]\nname = \"home\"\ncomparisons = [\"one\"]\n[training]",
        "two comparisons or more",
    );
    wrong("[training]", "[[together]]\nname = \"home\"\ncomparisons = [\"one\", \"six\"]\n[training]", "`six`");
    assert!(Session::new("x", &["prefix(one"]).is_err());
}
