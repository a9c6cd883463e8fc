//! How fast police.uk CSV goes into SQLite, beside a bare insert of the same columns and key in the same run, DuckDB reading
//! the same file, and how memory grows with the file. Run by `make bench-ingest`:
//! `cargo run --release -p ingest --example bench_ingest [-- --runs N] [--data FOLDER]`.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a benchmark may panic"
)]

use std::{
    fmt::Write as _,
    io::Read as _,
    path::{Path, PathBuf},
    process::Command,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::{Duration, Instant},
};

use base::code;
use ingest::api::{deliver_file, feed, unwatched};
use vault::{
    Actor, Cause, IntoValue as _, Migration, Operation, Purpose, Scope, Value, params,
    testing::{Bench, Engine, Plan},
};

const HEADER: &str = "Crime ID,Month,Reported by,Falls within,Longitude,Latitude,Location,LSOA code,LSOA name,Crime type,\
Last outcome category,Context\n";

const COLUMNS: &[&str] = &[
    "id",
    "feed",
    "controller",
    "category",
    "source_key",
    "delivery",
    "line",
    "event_at",
    "body",
    "body_hash",
    "received_at",
    "expires_on",
];

#[tokio::main]
async fn main() {
    let args: Vec<String> = std::env::args().collect();
    if let Some(at) = args.iter().position(|arg| arg == "--child") {
        return child(PathBuf::from(&args[at + 1])).await;
    }
    let runs = value(&args, "--runs").and_then(|text| text.parse().ok()).unwrap_or(3_usize);
    let folder = value(&args, "--data").map(PathBuf::from).unwrap_or_else(real_data);
    let rows = real_rows(&folder).unwrap_or_else(made_rows);
    let temp = tempfile::tempdir().unwrap();
    let once = temp.path().join("once.csv");
    let four = temp.path().join("four.csv");
    let (count, four_count) = (write(&once, &rows, 1), write(&four, &rows, 4));
    println!("{count} rows of police.uk CSV, {:.1} MB; {runs} runs each; best and median", megabytes(&once));

    let (mut ours, mut bare) = (Vec::new(), Vec::new());
    for _ in 0..runs {
        let (took, values) = one_delivery(&once).await;
        ours.push(took);
        bare.push(one_bare_insert(values).await);
    }
    show("alongside ingest", count, &mut ours);
    show("bare insert, same columns and key", count, &mut bare);
    println!("{:34} {:.2} (median)", "ours / bare", median(&bare) / median(&ours));
    duckdb(&once, count);
    for (file, rows) in [(&once, count), (&four, four_count)] {
        let output = Command::new(std::env::current_exe().unwrap()).arg("--child").arg(file).output().unwrap();
        print!("{rows:>9} rows: {}", String::from_utf8_lossy(&output.stdout));
    }
}

fn value(args: &[String], name: &str) -> Option<String> {
    args.iter().position(|arg| arg == name).and_then(|at| args.get(at + 1)).cloned()
}

fn real_data() -> PathBuf {
    let named = std::env::var_os("ALONGSIDE_REAL_DATA").map(PathBuf::from);
    named.unwrap_or_else(|| PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../../shared/data")).join("essex")
}

/// The rows of the five real files.
fn real_rows(folder: &Path) -> Option<Vec<String>> {
    let mut files: Vec<PathBuf> = std::fs::read_dir(folder)
        .ok()?
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.to_string_lossy().ends_with("-street.csv.gz"))
        .collect();
    files.sort();
    let mut rows = Vec::new();
    for path in files {
        let mut text = String::new();
        flate2::read::GzDecoder::new(std::fs::File::open(path).unwrap()).read_to_string(&mut text).unwrap();
        rows.extend(text.lines().skip(1).map(str::to_owned));
    }
    (!rows.is_empty()).then_some(rows)
}

/// Rows of the same shape, where the real data is not: a fifth without an id, some equal.
fn made_rows() -> Vec<String> {
    println!("the real Essex files are not here (../shared/data or $ALONGSIDE_REAL_DATA): made rows instead");
    (0..84_233_u64)
        .map(|n| {
            let mixed = n.wrapping_mul(0x9e37_79b9_7f4a_7c15);
            let id = if n % 5 == 0 { String::new() } else { format!("{mixed:016x}{n:016x}{mixed:016x}{n:016x}") };
            let place = if n % 15 == 0 { 1 } else { mixed % 4000 };
            let kind = if n % 5 == 0 { "Anti-social behaviour,," } else { "Violence and sexual offences,Status update unavailable," };
            format!(
                "{id},2018-10,Essex Police,Essex Police,0.{place:06},51.{place:06},On or near Collingwood Fields {place},E01{place:06},\
                 Babergh {place},{kind}"
            )
        })
        .collect()
}

/// Writes the rows so many times, each time other places and ids; gives how many.
fn write(path: &Path, rows: &[String], times: usize) -> usize {
    let mut text = HEADER.to_owned();
    for copy in 0..times {
        for row in rows {
            if copy == 0 {
                text.push_str(row);
            } else {
                let (id, rest) = row.split_once(',').unwrap();
                let id = if id.is_empty() { String::new() } else { format!("{copy}{}", &id[1..]) };
                let _ = write!(text, "{id},{}", rest.replace("On or near", &format!("On or near {copy}")));
            }
            text.push('\n');
        }
    }
    std::fs::write(path, text).unwrap();
    rows.len() * times
}

fn megabytes(path: &Path) -> f64 {
    std::fs::metadata(path).unwrap().len() as f64 / 1e6
}

fn plan() -> Plan {
    let all: Vec<Migration> = share::MIGRATIONS.iter().chain(ingest::MIGRATIONS).copied().collect();
    Plan::of(&all).topic(ingest::RECORDS_ACCEPTED, "count_offences")
}

fn cause() -> Cause {
    Cause {
        actor: Actor::System,
        purpose: Purpose::Collection,
        operation: Operation::Collection,
        act: code!("benchmark"),
        scope: Scope::unit(),
    }
}

async fn register(t: &Bench) {
    let mut change = t.vault.change(cause()).await.unwrap();
    let id: base::Id<base::kind::Agency> = change.new_id();
    let sql = "INSERT INTO agency (id, code, name, kind, added_at) VALUES ($1, 'open_data', 'open_data', 'police', 0)";
    change.execute(sql, params![id]).await.unwrap();
    change.commit().await.unwrap();
}

/// One delivery into a new database; gives the rows as they were written.
async fn one_delivery(path: &Path) -> (Duration, Vec<Vec<Value>>) {
    let (sender, receiver) = std::sync::mpsc::channel();
    let path = path.to_path_buf();
    plan()
        .on(Engine::Sqlite, move |t| async move {
            register(&t).await;
            let begun = Instant::now();
            let report = deliver_file(&t.vault, &Actor::System, feed("police_uk").unwrap(), &path, &unwatched).await.unwrap();
            let took = begun.elapsed();
            assert_eq!(report.counts.accepted_new, report.counts.read);
            let rows = t
                .query(
                    "SELECT id, feed, controller, category, source_key, delivery, line, event_at, body, body_hash, received_at, \
                     expires_on FROM record ORDER BY id",
                    params![],
                )
                .await;
            let values = rows
                .iter()
                .map(|row| {
                    let mut values = Vec::new();
                    for column in COLUMNS {
                        values.push(match *column {
                            "line" | "event_at" | "received_at" => row.opt_int(column).unwrap().into_value(),
                            _ => row.opt_text(column).unwrap().into_value(),
                        });
                    }
                    values
                })
                .collect();
            sender.send((took, values)).unwrap();
        })
        .await;
    receiver.recv().unwrap()
}

/// The same rows into a new table of the same columns and keys, in transactions of 2,500, with nothing else.
async fn one_bare_insert(values: Vec<Vec<Value>>) -> Duration {
    let (sender, receiver) = std::sync::mpsc::channel();
    plan()
        .on(Engine::Sqlite, move |t| async move {
            let mut values = values.into_iter();
            let begun = Instant::now();
            loop {
                let part: Vec<Vec<Value>> = values.by_ref().take(2500).collect();
                if part.is_empty() {
                    break;
                }
                let mut change = t.vault.change(cause()).await.unwrap();
                change.insert_many("record", COLUMNS, part, "").await.unwrap();
                change.commit().await.unwrap();
            }
            sender.send(begun.elapsed()).unwrap();
        })
        .await;
    receiver.recv().unwrap()
}

fn median(took: &[Duration]) -> f64 {
    let mut took = took.to_vec();
    took.sort();
    took[took.len() / 2].as_secs_f64()
}

#[allow(clippy::cast_precision_loss, reason = "counts of rows are small")]
fn show(what: &str, rows: usize, took: &mut [Duration]) {
    took.sort();
    let rate = |seconds: f64| rows as f64 / seconds;
    println!("{what:34} {:>9.0} rows/s best, {:>9.0} median", rate(took[0].as_secs_f64()), rate(median(took)));
}

fn duckdb(path: &Path, rows: usize) {
    let python = std::env::var("ALONGSIDE_PYTHON").unwrap_or_else(|_| "python3".to_owned());
    let script = "import duckdb,sys,time\nt=time.time()\nn=duckdb.sql(\"create table t as select * from read_csv('\"+sys.argv[1]+\"')\")\n\
                  print(time.time()-t)";
    let output = Command::new(python).args(["-c", script]).arg(path).output();
    let seconds = output
        .ok()
        .filter(|output| output.status.success())
        .and_then(|output| String::from_utf8_lossy(&output.stdout).trim().parse::<f64>().ok());
    match seconds {
        Some(seconds) => println!("{:34} {:>9.0} rows/s", "DuckDB reading the file", rows as f64 / seconds),
        None => println!("{:34} not installed (make bench-ingest installs it)", "DuckDB reading the file"),
    }
}

/// One delivery in a process of its own, for its peak of memory. Pages of the database file that SQLite maps are the
/// system's to take back, so they are told apart.
async fn child(path: PathBuf) {
    let anonymous = Arc::new(AtomicU64::new(0));
    let most = Arc::clone(&anonymous);
    std::thread::spawn(move || {
        loop {
            most.fetch_max(kilobytes("RssAnon:"), Ordering::Relaxed);
            std::thread::sleep(Duration::from_millis(5));
        }
    });
    plan()
        .on(Engine::Sqlite, move |t| async move {
            register(&t).await;
            deliver_file(&t.vault, &Actor::System, feed("police_uk").unwrap(), &path, &unwatched).await.unwrap();
        })
        .await;
    println!(
        "peak memory {} MB of its own, {} MB with the mapped pages of the database",
        anonymous.load(Ordering::Relaxed) / 1024,
        kilobytes("VmHWM:") / 1024
    );
}

/// A figure of this process's memory.
fn kilobytes(name: &str) -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix(name)).unwrap_or("0 kB");
    line.trim().trim_end_matches(" kB").trim().parse().unwrap_or(0)
}
