//! Reading a county's files back.

use std::collections::{BTreeMap, HashMap};
use std::io::Read;
use std::path::{Path, PathBuf};
use std::sync::LazyLock;

use base::Timestamp;
use demo::county::{Plan, Summary, generate};
use tempfile::TempDir;

/// A small county, made once for all tests.
pub struct Small {
    folder: TempDir,
    pub summary: Summary,
}

impl Small {
    pub fn path(&self) -> &Path {
        self.folder.path()
    }
}

pub static SMALL: LazyLock<Small> = LazyLock::new(|| make(5_000, 11));

pub fn until() -> Timestamp {
    "2026-11-22T01:00:00Z".parse().unwrap()
}

pub fn plan(people: u64, seed: u64, out: &Path) -> Plan {
    Plan::new(people, seed, out.to_owned(), until())
}

pub fn make(people: u64, seed: u64) -> Small {
    let folder = tempfile::tempdir().unwrap();
    let summary = generate(&plan(people, seed, folder.path()), &mut |_| {}).unwrap();
    Small { folder, summary }
}

/// Every file under a folder, by its path from there.
pub fn all(folder: &Path) -> BTreeMap<PathBuf, Vec<u8>> {
    let mut found = BTreeMap::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(here) = folders.pop() {
        for entry in std::fs::read_dir(here).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else {
                found.insert(path.strip_prefix(folder).unwrap().to_owned(), std::fs::read(&path).unwrap());
            }
        }
    }
    found
}

/// A CSV file's rows by column name.
pub fn csv(bytes: &[u8]) -> Vec<HashMap<String, String>> {
    csv::Reader::from_reader(bytes).deserialize().map(Result::unwrap).collect()
}

/// All rows of a feed of UTF-8 files, in order of file.
pub fn feed(county: &Path, feed: &str) -> Vec<HashMap<String, String>> {
    all(&county.join("feeds").join(feed))
        .into_values()
        .flat_map(|bytes| csv(bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(&bytes)))
        .collect()
}

pub fn unzipped(bytes: &[u8]) -> String {
    let mut text = String::new();
    flate2::read::GzDecoder::new(bytes).read_to_string(&mut text).unwrap();
    text
}

/// The truth about one feed's rows: source id, person, mistakes.
pub fn truth(county: &Path, feed: &str) -> Vec<(String, String, String)> {
    csv(&std::fs::read(county.join("truth/records.csv")).unwrap())
        .into_iter()
        .filter(|row| row["feed"] == feed)
        .map(|row| (row["source_id"].clone(), row["person"].clone(), row["deliberate_mistakes"].clone()))
        .collect()
}

pub fn planted(county: &Path) -> serde_json::Value {
    serde_json::from_slice(&std::fs::read(county.join("truth/planted.json")).unwrap()).unwrap()
}
