//! Our side of `make bench-linkage`: Parquet to clusters with training, timed stage by stage, as one line of JSON.
//!
//! `bench_linkage records.parquet spec.toml [--records N] [--wide] [--method correlation] [--clusters out.csv] [--ask N [--add N]]`
//!
//! `--ask N` then asks an index of all records for each of N of them (how long, by percentile), and compares N pairs of any records.
//! `--add N` keeps the last N records back from everything before, adds them to the index one by one, and asks again.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a benchmark may panic"
)]

use std::{fs::File, path::Path, time::Instant};

use linkage::{
    Index, Linker, Method, RunOptions, Spec, Table, TrainOptions,
    arrow::array::{AsArray, RecordBatch},
};
use parquet::arrow::{
    ProjectionMask,
    arrow_reader::{ArrowReaderMetadata, ParquetRecordBatchReaderBuilder},
};
use rayon::prelude::*;

fn main() {
    let arguments: Vec<String> = std::env::args().collect();
    let option = |name: &str| arguments.iter().position(|a| a == name).and_then(|at| arguments.get(at + 1)).cloned();
    let (path, spec) = (Path::new(&arguments[1]), std::fs::read_to_string(&arguments[2]).unwrap());
    let most: usize = option("--records").map_or(usize::MAX, |n| n.parse().unwrap());
    let mut spec = Spec::from_toml(&spec).unwrap();
    if arguments.iter().any(|a| a == "--wide") {
        let rule = spec.blocking.iter_mut().find(|rule| rule.keys.len() == 3).unwrap();
        rule.name = "surname and district".into();
        rule.keys.pop();
    }
    if option("--method").as_deref() == Some("correlation") {
        spec.clustering.method = Method::Correlation;
    }
    let names: Vec<String> = spec.fields.iter().map(|field| field.name.clone()).collect();
    let mut times: Vec<(&str, f64)> = Vec::new();
    let start = Instant::now();
    let mut last = start;
    let mut lap = |what| {
        times.push((what, last.elapsed().as_secs_f64()));
        last = Instant::now();
    };
    let mut batches = read(path, &names, most);
    let [ask, add]: [usize; 2] = ["--ask", "--add"].map(|name| option(name).map_or(0, |n| n.parse().unwrap()));
    let later = keep_back(&mut batches, add);
    let table = Table::from_batches(&batches).unwrap();
    if ask == 0 {
        batches.clear();
    }
    lap("read");
    let linker = Linker::new(spec, table).unwrap();
    lap("prepare");
    let trained = linker.train(&TrainOptions::default()).unwrap();
    lap("train");
    let linker = linker.with_model(trained.spec).unwrap();
    lap("take model");
    let options = RunOptions { budget: u64::MAX, ..RunOptions::default() };
    let outcome = linker.run(&options).unwrap();
    lap("run");
    let wall = start.elapsed().as_secs_f64();
    let stages: Vec<String> = times.iter().map(|(name, seconds)| format!("\"{name}\": {seconds:.3}")).collect();
    let (cpu, peak) = usage();
    println!(
        "{{\"wall\": {wall:.3}, \"cpu\": {cpu:.2}, \"peak_mb\": {peak}, \"records\": {}, \"compared\": {}, \"by_rule\": {:?}, \"kept\": {}, \"clusters\": {}, \"stages\": {{{}}}}}",
        linker.records(),
        outcome.compared.iter().sum::<u64>(),
        outcome.compared,
        outcome.pairs.len(),
        outcome.clusters.len(),
        stages.join(", ")
    );
    if std::env::var_os("SHOW_MODEL").is_some() {
        eprintln!("{}", linker.spec().to_toml().unwrap());
    }
    if let Some(out) = option("--clusters") {
        quality(path, &outcome, most, &out);
    }
    if ask > 0 {
        ask_all(linker, &batches, ask, &later);
    }
}

/// Takes the last so many records away, each as a table.
fn keep_back(batches: &mut Vec<RecordBatch>, mut records: usize) -> Vec<Table> {
    let mut kept = Vec::new();
    while let Some(batch) = batches.pop_if(|_| records > 0) {
        let (rows, back) = (batch.num_rows(), batch.num_rows().min(records));
        kept.extend((rows - back..rows).map(|row| Table::from_batches(&[batch.slice(row, 1)]).unwrap()));
        if back < rows {
            batches.push(batch.slice(0, rows - back));
        }
        records -= back;
    }
    kept
}

/// Asks for so many records, spread over all, and compares as many pairs; then adds records and asks again. Prints lines of JSON.
fn ask_all(linker: Linker, batches: &[RecordBatch], ask: usize, later: &[Table]) {
    let records = linker.records() as u64;
    let place = |number: u64| (((number.wrapping_mul(0x9E37_79B9_7F4A_7C15) >> 32) * records) >> 32) as u32;
    let start = Instant::now();
    let pairs = (0..ask as u64).filter_map(|n| linker.compare(place(2 * n), place(2 * n + 1)));
    let weight: f64 = pairs.map(|pair| pair.weight).sum();
    let compare = start.elapsed().as_secs_f64() * 1e6 / ask as f64;
    let start = Instant::now();
    let mut index = Index::new(linker);
    let build = start.elapsed().as_secs_f64();
    let asked = |index: &Index| {
        let mut found = 0;
        let times = timed(ask, |at| {
            let batch = &batches[at % batches.len()];
            let record = Table::from_batches(&[batch.slice(at * 7919 % batch.num_rows(), 1)]).unwrap();
            let start = Instant::now();
            found += index.find_matches(&record).unwrap().len();
            start.elapsed().as_secs_f64() * 1e3
        });
        format!("\"asked\": {ask}, \"found\": {found}, {times}")
    };
    println!(
        "{{\"index_seconds\": {build:.2}, {}, \"compare_us\": {compare:.3}, \"weights\": {weight:.0}}}",
        asked(&index)
    );
    if !later.is_empty() {
        let added = timed(later.len(), |at| {
            let start = Instant::now();
            index.add(&later[at]).unwrap();
            start.elapsed().as_secs_f64() * 1e3
        });
        println!("{{\"added\": {}, {added}}}", later.len());
        println!("{{\"after_adding\": true, {}}}", asked(&index));
    }
}

/// Percentiles of what so many rounds took, in milliseconds.
fn timed(rounds: usize, round: impl FnMut(usize) -> f64) -> String {
    let mut milliseconds: Vec<f64> = (0..rounds).map(round).collect();
    milliseconds.sort_by(f64::total_cmp);
    let at = |share: f64| milliseconds[((milliseconds.len() - 1) as f64 * share) as usize];
    format!("\"median_ms\": {:.3}, \"p99_ms\": {:.3}, \"most_ms\": {:.3}", at(0.5), at(0.99), at(1.0))
}

/// Row groups side by side.
fn read(path: &Path, names: &[String], most: usize) -> Vec<RecordBatch> {
    let file = File::open(path).unwrap();
    let metadata = ArrowReaderMetadata::load(&file, Default::default()).unwrap();
    let groups = metadata.metadata().num_row_groups();
    let batches: Vec<Vec<RecordBatch>> = (0..groups)
        .into_par_iter()
        .map(|group| {
            let builder =
                ParquetRecordBatchReaderBuilder::new_with_metadata(File::open(path).unwrap(), metadata.clone());
            let mask = ProjectionMask::columns(builder.parquet_schema(), names.iter().map(String::as_str));
            let rows = metadata.metadata().row_group(group).num_rows() as usize;
            let reader =
                builder.with_row_groups(vec![group]).with_projection(mask).with_batch_size(rows).build().unwrap();
            reader.map(Result::unwrap).collect()
        })
        .collect();
    let mut left = most;
    let mut kept = Vec::new();
    for batch in batches.into_iter().flatten() {
        let rows = batch.num_rows().min(left);
        left -= rows;
        kept.extend((rows > 0).then(|| batch.slice(0, rows)));
    }
    kept
}

/// Pairwise precision, recall and F1 of clusters and of links against the column `person`.
fn quality(path: &Path, outcome: &linkage::Outcome, most: usize, _out: &str) {
    let builder = ParquetRecordBatchReaderBuilder::try_new(File::open(path).unwrap()).unwrap();
    let mask = ProjectionMask::columns(builder.parquet_schema(), ["person"]);
    let reader = builder.with_projection(mask).build().unwrap();
    let mut person: Vec<u64> = Vec::new();
    for batch in reader {
        let batch = batch.unwrap();
        let column = batch.column(0).as_primitive::<linkage::arrow::datatypes::UInt64Type>().clone();
        person.extend((0..column.len()).map(|at| column.value(at)));
    }
    person.truncate(most);
    let pairs_of = |keys: &mut Vec<(u64, u64)>| -> u64 {
        keys.sort_unstable();
        keys.chunk_by(|a, b| a == b).map(|same| (same.len() * (same.len() - 1) / 2) as u64).sum()
    };
    let real = pairs_of(&mut person.iter().map(|p| (*p, 0)).collect());
    let found = pairs_of(&mut outcome.cluster_of.iter().map(|c| (u64::from(*c), 0)).collect());
    let right = pairs_of(&mut person.iter().zip(&outcome.cluster_of).map(|(p, c)| (*p, u64::from(*c))).collect());
    let (precision, recall) = (right as f64 / found as f64, right as f64 / real as f64);
    eprintln!(
        "clusters: precision {precision:.4}, recall {recall:.4}, F1 {:.4}",
        2.0 * precision * recall / (precision + recall)
    );
}

/// Processor seconds and peak resident megabytes so far, as Linux counts them.
fn usage() -> (f64, u64) {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let peak = status
        .lines()
        .find_map(|l| l.strip_prefix("VmHWM:"))
        .and_then(|l| l.split_whitespace().next()?.parse::<u64>().ok());
    let stat = std::fs::read_to_string("/proc/self/stat").unwrap_or_default();
    let after = stat.rsplit(')').next().unwrap_or_default();
    let fields: Vec<&str> = after.split_whitespace().collect();
    let ticks = |at: usize| fields.get(at).and_then(|t| t.parse::<f64>().ok()).unwrap_or(0.0);
    ((ticks(11) + ticks(12)) / 100.0, peak.unwrap_or(0) / 1024)
}
