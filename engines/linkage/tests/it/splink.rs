//! The same model gives the same weights as Splink 5: every pair of `tests/splink/*.pairs.gz`, within a millionth of a bit.
//!
//! Those files were written by `tests/splink/make.py`. The records stay in `../shared/data`, and the test stands aside without them.

use std::{
    collections::{HashMap, HashSet},
    io::Read as _,
    path::{Path, PathBuf},
};

use linkage::{
    LinkType, Linker, Pair, RunOptions, Table,
    quality::Truth,
    read,
    splink::{from_splink, to_splink},
};

struct Stored {
    pairs: Vec<(u32, u32, f64)>,
    best_f1: f64,
    /// Shares of records that weigh less than so many bits against themselves.
    unlinkable: HashMap<String, f64>,
}

fn stored(name: &str) -> (Stored, String) {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/splink");
    let model = std::fs::read_to_string(folder.join(format!("{name}.json"))).unwrap();
    let json: serde_json::Value = serde_json::from_str(&model).unwrap();
    let best_f1 = json["best_f1"].as_f64().unwrap();
    let unlinkable = serde_json::from_value(json["unlinkable"].clone()).unwrap();
    let mut text = String::new();
    let file = std::fs::File::open(folder.join(format!("{name}.pairs.gz"))).unwrap();
    flate2::read::GzDecoder::new(file).read_to_string(&mut text).unwrap();
    let mut lines = text.lines();
    let count: usize = lines.next().unwrap().parse().unwrap();
    let weights: Vec<f64> = lines.by_ref().take(count).map(|line| line.parse().unwrap()).collect();
    let mut left = 0_u32;
    let pair = |line: &str| {
        let numbers: Vec<u32> = line.split(' ').map(|number| number.parse().unwrap()).collect();
        left += numbers[0];
        (left, left + numbers[1], weights[numbers[2] as usize])
    };
    (Stored { pairs: lines.map(pair).collect(), best_f1, unlinkable }, model)
}

fn data(files: &[&str]) -> Option<Vec<PathBuf>> {
    let folder = std::env::var("ALONGSIDE_REAL_DATA")
        .map_or_else(|_| Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/data"), PathBuf::from);
    let paths: Vec<PathBuf> = files.iter().map(|file| folder.join("linkage").join(file)).collect();
    paths.iter().all(|path| path.exists()).then_some(paths)
}

/// Scores Splink's pairs with Splink's model, and runs it: the same pairs must be found, with the same weights.
fn check(name: &str, files: &[&str], link: Option<LinkType>, person: (&str, fn(&str) -> String)) {
    let Some(paths) = data(files) else {
        eprintln!("stands aside: {name} is not in ../shared/data/linkage");
        return;
    };
    let (stored, model) = stored(name);
    let imported = from_splink(&model).unwrap();
    assert!(imported.unrecognised.is_empty(), "{:?}", imported.unrecognised);
    let (mut batches, mut sources, mut people) = (Vec::new(), Vec::new(), Vec::new());
    for (source, path) in paths.iter().enumerate() {
        let records = read::records(path, &|_| true).unwrap();
        let persons = records.text(path, person.0).unwrap();
        people.extend(persons.iter().map(|value| value.as_ref().map(|value| person.1(value))));
        sources.extend(std::iter::repeat_n(source as u16, records.records));
        batches.extend(records.batches);
    }
    let mut table = Table::from_batches(&batches).unwrap();
    if let Some(link) = link {
        table = table.with_sources(sources.clone(), link).unwrap();
    } else {
        sources.clear();
    }
    let linker = Linker::new(imported.spec.clone(), table).unwrap();
    let mut largest = 0.0_f64;
    for (left, right, weight) in &stored.pairs {
        let ours = linker.compare(*left, *right).unwrap().weight;
        largest = largest.max((ours - weight).abs());
        assert!((ours - weight).abs() <= 1e-6, "{name}: records {left} and {right}: {ours}, Splink {weight}");
    }
    let selves = linker.self_weights();
    for (least, share) in &stored.unlinkable {
        let least: f64 = least.parse().unwrap();
        let below = selves.iter().filter(|weight| **weight < least).count() as f64 / selves.len() as f64;
        assert!((below - share).abs() < 1e-9, "{name}: {below} of the records weigh less than {least}, Splink {share}");
    }
    let outcome = linker.run(&RunOptions { keep_apart: true, ..RunOptions::default() }).unwrap();
    let found: HashSet<(u32, u32)> = outcome.pairs.iter().map(|pair| (pair.left, pair.right)).collect();
    let theirs: HashSet<(u32, u32)> = stored.pairs.iter().map(|(left, right, _)| (*left, *right)).collect();
    assert_eq!(found.len(), theirs.len(), "{name}: not as many pairs");
    assert!(found == theirs, "{name}: not the same pairs");
    let truth = Truth { person_of: &people, source_of: &sources };
    let best = truth.curve(&outcome.pairs).best().unwrap().f1;
    eprintln!(
        "{name}: {} pairs, largest difference {largest:.1e}, F1 {best:.6}, Splink's {:.6}",
        found.len(),
        stored.best_f1
    );
    assert!(best >= stored.best_f1 - 1e-9, "{name}: F1 {best}, Splink {}", stored.best_f1);

    // Written as a Splink model and read again, it says the same of every pair.
    let again = from_splink(&to_splink(&imported.spec, &imported.link_type, &imported.unique_id).unwrap()).unwrap();
    assert!(again.unrecognised.is_empty(), "{:?}", again.unrecognised);
    let weights: HashMap<(u32, u32), f64> =
        outcome.pairs.iter().map(|pair: &Pair| ((pair.left, pair.right), pair.weight)).collect();
    let mut batched = Table::from_batches(&batches).unwrap();
    if let Some(link) = link {
        batched = batched.with_sources(sources.to_vec(), link).unwrap();
    }
    let linker = Linker::new(again.spec, batched).unwrap();
    for ((left, right), weight) in weights {
        assert!((linker.compare(left, right).unwrap().weight - weight).abs() < 1e-9, "{name}: {left} and {right}");
    }
}

fn febrl(id: &str) -> String {
    id.split('-').nth(1).unwrap().to_owned()
}

#[test]
fn fake_1000_weighs_as_in_splink() {
    check("fake_1000", &["fake_1000.csv"], None, ("cluster", str::to_owned));
}

#[test]
fn rarity_of_values_that_differ_weighs_as_in_splink() {
    check("fake_1000_rarity", &["fake_1000.csv"], None, ("cluster", str::to_owned));
}

#[test]
fn febrl_3_weighs_as_in_splink() {
    check("febrl3", &["febrl_dataset3.csv"], None, ("rec_id", febrl));
}

#[test]
fn febrl_4_weighs_as_in_splink() {
    let files = ["febrl_dataset4a.csv", "febrl_dataset4b.csv"];
    check("febrl4", &files, Some(LinkType::LinkOnly), ("rec_id", febrl));
}
