//! Where the model's chances come from: learns them from a county of which it is known who is who, and holds `people.toml` to it.

use std::{collections::HashMap, fmt::Write as _, fs, path::Path};

use link::spec::{FIELDS, Model, seen};
use linkage::{BlockingRule, Expression, Level, Linker, Spec, Table, TrainOptions, Trained, Training};
use vault::testing::{Bench, Engine};

use crate::{
    house::{Agreements, plan},
    quality::county,
};

/// Another county than those by which the model is judged.
const COUNTY: (u64, u64) = (150_000, 1);
/// The sections in which people of one household show: pairs that no run needs to look at.
const HOUSEHOLDS: [(&str, &[&str]); 2] =
    [("surname and postcode", &["folded(family)", "postcode"]), ("telephone", &["phone"])];

/// Takes a minute. `ALONGSIDE_WRITE_MODEL=1` writes what was learnt into `people.toml`.
#[tokio::test]
#[ignore = "learns from a county of 150,000 people, which takes minutes"]
async fn the_models_chances_are_those_that_are_learnt() {
    let agreements = Agreements::default();
    plan(&agreements).on(Engine::Sqlite, learn).await;
}

async fn learn(t: Bench) {
    let truth = county(&t, COUNTY.0, COUNTY.1).await;
    let (table, labels) = records(&t, &truth).await;
    println!("{} records, {} pairs of one person", table.records(), labels.len());
    let model = Model::built_in().unwrap().spec;
    let trained = Linker::new(open(&model), table).unwrap().train(&TrainOptions { labels }).unwrap();
    trained.report.warnings.iter().for_each(|warning| println!("{warning}"));
    assert!(trained.report.together[0].kept, "{:?}", trained.report.together);
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/spec/people.toml");
    let text = fs::read_to_string(&path).unwrap();
    let learnt = written(&text, &trained);
    if std::env::var_os("ALONGSIDE_WRITE_MODEL").is_some() {
        fs::write(&path, &learnt).unwrap();
    } else {
        assert!(learnt == text, "what is learnt is something else now; write it anew as the head of people.toml says");
    }
}

/// What linking sees of all records, and every pair of one person.
async fn records(t: &Bench, truth: &HashMap<(String, String), String>) -> (Table, Vec<(u32, u32, bool)>) {
    let rows = t.query("SELECT feed, source_key, body FROM record WHERE is_current ORDER BY id", vec![]).await;
    let mut columns: Vec<Vec<Option<String>>> = vec![Vec::new(); FIELDS.len()];
    let mut of_person: HashMap<&String, Vec<u32>> = HashMap::new();
    for (row, number) in rows.iter().zip(0..) {
        let body: serde_json::Value = serde_json::from_str(&row.text("body").unwrap()).unwrap();
        for (field, column) in FIELDS.iter().zip(&mut columns) {
            column.push(body.get(field).and_then(|value| seen(field, value.as_str()?)).map(str::to_owned));
        }
        let key = (row.text("feed").unwrap(), row.text("source_key").unwrap());
        if let Some(person) = truth.get(&key) {
            of_person.entry(person).or_default().push(number);
        }
    }
    let pairs = |records: Vec<u32>| {
        let pair =
            |(at, one): (usize, &u32)| records[at + 1..].iter().map(|other| (*one, *other, true)).collect::<Vec<_>>();
        records.iter().enumerate().flat_map(pair).collect::<Vec<_>>()
    };
    (Table::from_columns(FIELDS.into_iter().zip(columns)).unwrap(), of_person.into_values().flat_map(pairs).collect())
}

/// The model without what it learns.
fn open(model: &Spec) -> Spec {
    let mut spec = model.clone();
    spec.prior = None;
    for level in spec.comparisons.iter_mut().flat_map(|comparison| &mut comparison.levels).filter(|level| !level.fix) {
        (level.m, level.u) = (None, None);
    }
    for together in &mut spec.together {
        together.share = None;
        together.chances.clear();
    }
    let key = |key: &&str| Expression::try_from((*key).to_owned()).unwrap();
    spec.blocking.extend(
        HOUSEHOLDS.map(|(name, keys)| BlockingRule { name: name.to_owned(), keys: keys.iter().map(key).collect() }),
    );
    // Enough for levels that strangers show once in a million times.
    spec.training = Some(Training { random_pairs: 10_000_000, ..Training::default() });
    spec
}

/// The model's text with what was learnt; its words, rules and what is set by hand stay.
fn written(text: &str, trained: &Trained) -> String {
    let (mut comparison, mut out) = ("", String::new());
    let by_name = |name: &str| trained.spec.comparisons.iter().find(|comparison| comparison.name == name);
    for line in text.lines() {
        let name = line.split_once("name = \"").and_then(|(_, rest)| rest.split_once('"')).map(|(name, _)| name);
        if let Some(name) = name.filter(|name| line.starts_with("name =") && by_name(name).is_some()) {
            comparison = name;
        }
        let level = name
            .filter(|_| line.contains(", m = ") && !line.contains("fix = true"))
            .and_then(|name| by_name(comparison)?.levels.iter().find(|level| level.name == name));
        let together = &trained.spec.together[0];
        let chances =
            line.split_once("\" = [").and_then(|(name, _)| together.chances.get(name.trim_start_matches('"')));
        let line = match (level, chances) {
            (Some(level), _) => with_chances(line, level),
            (_, Some(chances)) => {
                let numbers: Vec<String> = chances.iter().map(|chance| short(*chance)).collect();
                format!("{} = [{}]", line.split(" = ").next().unwrap(), numbers.join(", "))
            }
            _ if line.starts_with("prior = ") => format!("prior = {}", short(trained.spec.prior.unwrap())),
            _ if line.starts_with("share = ") => format!("share = {}", short(together.share.unwrap())),
            _ => line.to_owned(),
        };
        writeln!(out, "{line}").unwrap();
    }
    out
}

fn with_chances(line: &str, level: &Level) -> String {
    let mut line = line.to_owned();
    for (letter, chance) in [("m", level.m), ("u", level.u)] {
        let start = line.find(&format!(", {letter} = ")).unwrap() + 6;
        let length = line[start..].find([',', ' ']).unwrap();
        line.replace_range(start..start + length, &short(chance.unwrap()));
    }
    line
}

/// Three digits that count, never as a power of ten.
fn short(chance: f64) -> String {
    let digits = (2 - chance.log10().floor() as i32).max(0) as usize;
    let text = format!("{chance:.digits$}");
    let text = text.trim_end_matches('0');
    if text.ends_with('.') { format!("{text}0") } else { text.to_owned() }
}
