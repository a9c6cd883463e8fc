//! `records.parquet` holds the records that were asked for, of the people that were promised.

use std::collections::{HashMap, HashSet};
use std::fs::File;
use std::path::Path;

use arrow_array::{Array, cast::AsArray, types::UInt64Type};
use demo::county::{Plan, generate};
use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;

use crate::files::{SMALL, plan};

/// Person of every record, and how many given names are there.
fn read(county: &Path) -> (Vec<u64>, usize) {
    let file = File::open(county.join("records.parquet")).unwrap();
    let reader = ParquetRecordBatchReaderBuilder::try_new(file).unwrap().build().unwrap();
    let (mut people, mut named, mut ids) = (Vec::new(), 0, HashSet::new());
    for batch in reader {
        let batch = batch.unwrap();
        let column = |name: &str| batch.column_by_name(name).unwrap();
        people.extend(column("person").as_primitive::<UInt64Type>().values());
        named += column("given").len() - column("given").null_count();
        ids.extend(column("record_id").as_string::<i32>().iter().map(|id| id.unwrap().to_owned()));
    }
    assert_eq!(ids.len(), people.len(), "record ids are unique");
    (people, named)
}

#[test]
fn the_usual_share_of_residents_has_one_and_four_tenths_records_each() {
    let (people, named) = read(SMALL.path());
    assert_eq!(people.len() as u64, SMALL.summary.records);
    assert_eq!(people.len(), 2_503); // 5,000 x 0.35 x 1.43, rounded
    assert_eq!(named, people.len());
    let distinct: HashSet<u64> = people.iter().copied().collect();
    assert_eq!(distinct.len() as u64, SMALL.summary.recorded_people);
    let rate = people.len() as f64 / distinct.len() as f64;
    assert!((rate - 1.43).abs() < 0.005, "{rate}");
    let mut times: HashMap<u64, u32> = HashMap::new();
    for person in people {
        *times.entry(person).or_default() += 1;
    }
    assert!(times.values().max().is_some_and(|&most| (3..=8).contains(&most)));
}

#[test]
fn a_stated_number_of_records_comes_out_exactly() {
    for (people, records, known) in [(1_000, 1_000, 699), (1_000, 1_430, 1_000), (1_000, 4_000, 1_000), (1_000, 3, 2)] {
        let folder = tempfile::tempdir().unwrap();
        let plan = Plan { records: Some(records), months: 3, ..plan(people, 8, folder.path()) };
        generate(&plan, &mut |_| {}).unwrap();
        let (found, _) = read(folder.path());
        assert_eq!(found.len() as u64, records);
        assert_eq!(found.into_iter().collect::<HashSet<_>>().len(), known);
    }
}
