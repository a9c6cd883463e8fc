//! Recovers planted duplicates: always from a small county of its own making, and from Febrl's data where it is at hand.

use std::{collections::HashMap, path::PathBuf};

use linkage::{LinkType, Linker, Method, Outcome, RunOptions, Spec, Table, TrainOptions, job::EXAMPLE, train};

/// Pairwise precision, recall and F1 of links against who is who.
struct Quality {
    precision: f64,
    recall: f64,
    f1: f64,
}

fn quality(found: impl Iterator<Item = (u32, u32)>, truth: &[String]) -> Quality {
    let mut sizes: HashMap<&str, u64> = HashMap::new();
    truth.iter().for_each(|person| *sizes.entry(person).or_default() += 1);
    let real: u64 = sizes.values().map(|n| n * (n - 1) / 2).sum();
    let (mut all, mut right) = (0_u64, 0_u64);
    for (a, b) in found {
        all += 1;
        right += u64::from(truth[a as usize] == truth[b as usize]);
    }
    let (precision, recall) = (right as f64 / all as f64, right as f64 / real as f64);
    Quality { precision, recall, f1: 2.0 * precision * recall / (precision + recall) }
}

fn links(outcome: &Outcome, truth: &[String]) -> Quality {
    quality(outcome.links().map(|pair| (pair.left, pair.right)), truth)
}

fn in_clusters(outcome: &Outcome, truth: &[String]) -> Quality {
    let pairs = outcome.clusters.iter().flat_map(|cluster| {
        let records = &cluster.records;
        records.iter().enumerate().flat_map(|(at, a)| records[at + 1..].iter().map(|b| (*a, *b)))
    });
    quality(pairs, truth)
}

fn data(file: &str) -> Option<PathBuf> {
    let here = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../../shared/data");
    let root = std::env::var_os("ALONGSIDE_REAL_DATA").map_or(here, PathBuf::from);
    let path = root.join("linkage").join(file);
    if path.exists() {
        return Some(path);
    }
    println!("stood aside: no {} (set ALONGSIDE_REAL_DATA to the folder of open data)", path.display());
    None
}

type Column = (String, Vec<Option<String>>);

/// The columns of Febrl files, one below the other, and whose each record is.
fn febrl(files: &[&str]) -> Option<(Vec<Column>, Vec<String>)> {
    let mut columns: Vec<Column> = Vec::new();
    let mut truth = Vec::new();
    for file in files {
        let mut reader = csv::ReaderBuilder::new().trim(csv::Trim::All).from_path(data(file)?).unwrap();
        let names: Vec<String> = reader.headers().unwrap().iter().map(str::to_owned).collect();
        if columns.is_empty() {
            columns = names.into_iter().map(|name| (name, Vec::new())).collect();
        }
        for row in reader.records() {
            let row = row.unwrap();
            truth.push(row[0].split('-').nth(1).unwrap().to_owned());
            columns.iter_mut().zip(row.iter()).for_each(|((_, values), value)| values.push(Some(value.to_owned())));
        }
    }
    Some((columns, truth))
}

fn recovers(files: &[&str], least: f64) {
    let Some((columns, truth)) = febrl(files) else {
        return;
    };
    let spec = Spec::from_toml(include_str!("febrl.toml")).unwrap();
    let linker = Linker::new(spec, Table::from_columns(columns).unwrap()).unwrap();
    let all = linker.run(&RunOptions { keep_apart: true, ..RunOptions::default() }).unwrap();
    let blocked = quality(all.pairs.iter().map(|pair| (pair.left, pair.right)), &truth).recall;
    let outcome = linker.run(&RunOptions::default()).unwrap();
    for (what, q) in [("links", links(&outcome, &truth)), ("clusters", in_clusters(&outcome, &truth))] {
        println!(
            "{files:?}: {} compared, {blocked:.4} of true pairs among them; {what}: precision {:.4}, recall {:.4}, F1 {:.4}",
            all.pairs.len(),
            q.precision,
            q.recall,
            q.f1
        );
        assert!(q.f1 >= least, "{what} of {files:?}: F1 {:.4} is under {least}", q.f1);
    }
}

#[test]
fn febrl_3() {
    recovers(&["febrl_dataset3.csv"], 0.98);
}

#[test]
fn febrl_4() {
    recovers(&["febrl_dataset4a.csv", "febrl_dataset4b.csv"], 0.995);
}

/// The spec that `alongside link --example` prints, trained on the records without labels: F1 of the clusters.
fn by_example(files: &[&str], kind: Option<LinkType>, change: impl Fn(&mut Spec)) -> Option<f64> {
    let (columns, truth) = febrl(files)?;
    let mut table = Table::from_columns(columns).unwrap();
    if let Some(kind) = kind {
        // Each file of as many records is a source.
        let each = truth.len() / files.len();
        table = table.with_sources((0..truth.len()).map(|record| (record / each) as u16).collect(), kind).unwrap();
    }
    let mut spec = Spec::from_toml(EXAMPLE).unwrap();
    change(&mut spec);
    let trained = train(&spec, &table, &TrainOptions::default()).unwrap();
    let outcome = Linker::new(trained.spec, table).unwrap().run(&RunOptions::default()).unwrap();
    let q = in_clusters(&outcome, &truth);
    println!("{files:?}: precision {:.4}, recall {:.4}, F1 {:.4}", q.precision, q.recall, q.f1);
    Some(q.f1)
}

#[test]
fn febrl_3_by_the_example() {
    assert!(by_example(&["febrl_dataset3.csv"], None, |_| ()).is_none_or(|f1| f1 >= 0.996));
}

#[test]
fn febrl_4_by_the_example_one_to_one() {
    // Where nobody is in a file twice, the best link of each is as good as sure from even odds on.
    let one_to_one = |spec: &mut Spec| {
        spec.clustering.method = Method::OneToOne;
        spec.thresholds.link = 0.5;
    };
    let files = ["febrl_dataset4a.csv", "febrl_dataset4b.csv"];
    assert!(by_example(&files, Some(LinkType::LinkOnly), one_to_one).is_none_or(|f1| f1 >= 0.9995));
}

/// Numbers that look random and are the same every time (Knuth's MMIX generator).
struct Dice(u64);

impl Dice {
    fn below(&mut self, n: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        ((self.0 >> 33) as usize) % n
    }

    /// A made-up name of two to four syllables.
    fn name(&mut self) -> String {
        let syllables = ["ba", "ro", "mi", "ken", "sha", "to", "lu", "del", "an", "fer", "wi", "na"];
        let length = 2 + self.below(3);
        (0..length).map(|_| syllables[self.below(12)]).collect()
    }

    /// Now and then, a slip.
    fn slip(&mut self, text: &str) -> String {
        let mut letters: Vec<char> = text.chars().collect();
        let at = self.below(letters.len() - 1);
        match self.below(12) {
            0 => letters.swap(at, at + 1),
            1 => letters[at] = 'x',
            2 => return String::new(),
            _ => {}
        }
        letters.into_iter().collect()
    }
}

#[test]
fn a_small_county_is_recovered() {
    let mut dice = Dice(7);
    let mut rows: Vec<[String; 5]> = Vec::new();
    let mut truth = Vec::new();
    for person in 0..3000 {
        let (forename, surname) = (dice.name(), dice.name());
        let (year, month, day) = (1940 + dice.below(80), 1 + dice.below(12), 1 + dice.below(28));
        let postcode =
            format!("CM{} {}{}{}", 1 + dice.below(20), dice.below(10), ["AB", "DE", "FG", "HJ"][dice.below(4)], "");
        let nhs = format!("{}", 4_000_000_000_u64 + dice.below(2_000_000_000) as u64);
        for _ in 0..1 + dice.below(3) {
            let date = match dice.below(20) {
                0 => format!("{year}-{day:02}-{month:02}"),
                1 => format!("{year}-01-01"),
                _ => format!("{year}-{month:02}-{day:02}"),
            };
            let nhs = if dice.below(3) == 0 { nhs.clone() } else { String::new() };
            rows.push([dice.slip(&forename), dice.slip(&surname), date, postcode.clone(), nhs]);
            truth.push(person.to_string());
        }
    }
    let names = ["forename", "surname", "date_of_birth", "postcode", "nhs_number"];
    let columns =
        names.iter().enumerate().map(|(at, name)| (*name, rows.iter().map(|row| Some(row[at].clone())).collect()));
    let spec = Spec::from_toml(include_str!("example.toml")).unwrap();
    let outcome =
        Linker::new(spec, Table::from_columns(columns).unwrap()).unwrap().run(&RunOptions::default()).unwrap();
    for (what, q) in [("links", links(&outcome, &truth)), ("clusters", in_clusters(&outcome, &truth))] {
        println!("small county, {what}: precision {:.4}, recall {:.4}, F1 {:.4}", q.precision, q.recall, q.f1);
        assert!(q.precision > 0.995 && q.recall > 0.96, "{what}: precision {:.4}, recall {:.4}", q.precision, q.recall);
    }
}
