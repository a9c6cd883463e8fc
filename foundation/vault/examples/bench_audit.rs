//! How many entries a second the audit log takes, how long a page takes meanwhile, and how long it takes to verify a million
//! entries and to prove one. Run by `make bench-audit`:
//! `cargo run --release -p vault --example bench_audit [-- --entries N --seconds S --rate N --verifies N]`.
//!
//! Entries come as they do in use: 19 looks (a permit is decided and logged) to one change (a row and its entry in one
//! transaction): at 2,000 a second that is 100 changes a second. A "page" is a permit and the 50 rows that it covers, whose entry goes
//! through the same log. A change waits for the disk, so what the disk takes to keep one write is measured beside.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::disallowed_methods,
    reason = "a benchmark may panic, and measures time"
)]

use std::{
    collections::BTreeMap,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::{Duration, Instant},
};

use base::{Code, Id, SignedDuration, code, kind};
use vault::{
    Actor, Ask, Cause, FromRow, Held, Migration, Operation, Purpose, Row, Scope, StoreError, Vault, Verb, audit,
    params,
    testing::{Bench, Engine, Plan, facet},
};

const MIGRATIONS: &[Migration] = &[vault::migration!(900, "county", "../tests/it/county.sql")];
const PAGE: &str = "SELECT controller, category, body FROM record WHERE controller = $1 ORDER BY source_key LIMIT 50";
const AGENCIES: u128 = 4;
/// So many permits to one change.
const LOOKS: u64 = 19;

struct Record {
    controller: Id<kind::Agency>,
    category: Code,
}

impl FromRow for Record {
    fn from_row(row: &Row) -> Result<Self, StoreError> {
        row.opt_text("body")?;
        Ok(Self { controller: row.id("controller")?, category: row.parse("category")? })
    }
}

impl Held for Record {
    fn controller(&self) -> Id<kind::Agency> {
        self.controller
    }
    fn category(&self) -> &Code {
        &self.category
    }
}

#[derive(Clone, Copy)]
struct Wanted {
    entries: u64,
    seconds: u64,
    rate: u64,
    verifies: u64,
}

#[tokio::main]
async fn main() {
    let args: Vec<String> = std::env::args().collect();
    let wanted = |name: &str, otherwise: u64| {
        let at = args.iter().position(|arg| arg == name);
        at.and_then(|at| args.get(at + 1)).map_or(otherwise, |text| text.parse().unwrap())
    };
    let wanted = Wanted {
        entries: wanted("--entries", 1_000_000),
        seconds: wanted("--seconds", 20),
        rate: wanted("--rate", 2000),
        verifies: wanted("--verifies", 2),
    };
    for engine in [Engine::Sqlite, Engine::Postgres] {
        if engine == Engine::Postgres && std::env::var_os(vault::testing::POSTGRES).is_none() {
            println!("PostgreSQL: none is named, so its figures are missing");
            continue;
        }
        Plan::of(MIGRATIONS).on(engine, move |t| measure(t, wanted)).await;
    }
}

async fn measure(t: Bench, wanted: Wanted) {
    println!("{:?}; the disk keeps a write in {:.2} ms", t.engine, disk(&t));
    // The vault's clock is moved by hand: here by the machine's.
    let (clock, start) = (Arc::clone(&t.clock), t.vault.now());
    let begun = Instant::now();
    tokio::spawn(async move {
        loop {
            tokio::time::sleep(Duration::from_millis(5)).await;
            clock.set(start.plus(SignedDuration::try_from(begun.elapsed()).unwrap()));
        }
    });
    records(&t.vault).await;

    let idle = pages(&t.vault, Duration::from_secs(wanted.seconds.div_ceil(4))).await;
    println!("  pages, nothing else going on:      {}", spread(idle));
    paced(&t.vault, wanted).await;
    for (what, permits) in [
        ("permits and changes 19:1", LOOKS),
        ("permits and changes 4:1", 4),
        ("permits only", u64::MAX),
        ("changes only", 0),
    ] {
        let rate = flat_out(&t.vault, permits, 64, wanted.seconds.div_ceil(4)).await;
        println!("  as fast as it goes, {what:26} {rate:7.0} entries/s");
    }
    verify(&t, wanted).await;
}

/// Milliseconds until a write of 8 kB is on the disk that the test's files are on: the median of 100.
fn disk(t: &Bench) -> f64 {
    use std::io::Write as _;
    let mut file = std::fs::File::create(t.directory.join("disk")).unwrap();
    let mut took: Vec<Duration> = (0..100)
        .map(|_| {
            let begun = Instant::now();
            file.write_all(&[7; 8192]).unwrap();
            file.sync_data().unwrap();
            begun.elapsed()
        })
        .collect();
    took.sort_unstable();
    took[50].as_secs_f64() * 1000.0
}

/// 2,000 records of people, 500 of each agency.
async fn records(vault: &Vault) {
    let mut change = vault.change(cause()).await.unwrap();
    let columns = &["id", "feed", "source_key", "controller", "category", "body"];
    let rows = (0..2000_u128).map(|n| {
        let controller: Id<kind::Agency> = Id::from_u128(1 + n % AGENCIES);
        params![change.new_id::<kind::Record>(), "f", format!("{n:06}"), controller, "custody", "x".repeat(300)]
    });
    let rows = rows.collect();
    change.insert_many("record", columns, rows, "").await.unwrap();
    change.commit().await.unwrap();
}

fn cause() -> Cause {
    Cause {
        actor: Actor::Member { id: Id::from_u128(9), agency: Id::from_u128(1) },
        purpose: Purpose::Support,
        operation: Operation::Alteration,
        act: code!("moment_accepted"),
        scope: Scope::person(Id::from_u128(77)),
    }
}

/// A request for as many parts as a page about one person asks for: its entry is of 1.5 kB or so.
fn ask() -> Ask {
    let categories = ["custody", "police_event"];
    let facets = (1..=AGENCIES).flat_map(|n| categories.map(|category| facet(Id::from_u128(n), category)));
    Ask {
        actor: Actor::Member { id: Id::from_u128(9), agency: Id::from_u128(1) },
        verb: Verb::View,
        scope: Scope::person(Id::from_u128(77)),
        purpose: Purpose::Support,
        facets: facets.collect(),
        facts: BTreeMap::from([("age_band", code!("16_17"))]),
    }
}

async fn page(vault: &Vault) {
    let permit = vault.permit(ask()).await.unwrap();
    let controller: Id<kind::Agency> = Id::from_u128(2);
    let rows: Vec<Record> = vault.read(&permit).unwrap().rows(PAGE, params![controller]).await.unwrap();
    assert_eq!(rows.len(), 50);
}

async fn change(vault: &Vault) {
    let mut change = vault.change(cause()).await.unwrap();
    let id: Id<kind::Agency> = change.new_id();
    change.execute("INSERT INTO agency (id, name) VALUES ($1, 'x')", params![id]).await.unwrap();
    change.commit().await.unwrap();
}

/// A page every 20 milliseconds for so long; how long each took.
async fn pages(vault: &Vault, long: Duration) -> Vec<Duration> {
    let (begun, mut took) = (Instant::now(), Vec::new());
    let mut clock = tokio::time::interval(Duration::from_millis(20));
    while begun.elapsed() < long {
        clock.tick().await;
        let asked = Instant::now();
        page(vault).await;
        took.push(asked.elapsed());
    }
    took
}

/// So many entries a second, come what may, with pages beside them.
async fn paced(vault: &Vault, wanted: Wanted) {
    let (before, begun) = (vault.audit_size().await.unwrap(), Instant::now());
    let beside = tokio::spawn({
        let vault = vault.clone();
        async move { pages(&vault, Duration::from_secs(wanted.seconds)).await }
    });
    let mut clock = tokio::time::interval(Duration::from_millis(5));
    let (mut sent, mut all) = (0, tokio::task::JoinSet::new());
    while begun.elapsed() < Duration::from_secs(wanted.seconds) {
        clock.tick().await;
        let due = begun.elapsed().as_millis() as u64 * wanted.rate / 1000;
        while sent < due {
            let (vault, n) = (vault.clone(), sent);
            all.spawn(async move {
                let asked = Instant::now();
                if n % (LOOKS + 1) == LOOKS {
                    change(&vault).await;
                } else {
                    vault.permit(ask()).await.unwrap();
                }
                asked.elapsed()
            });
            sent += 1;
        }
    }
    let asked_for = begun.elapsed().as_secs_f64();
    let took = all.join_all().await;
    let done = begun.elapsed().as_secs_f64();
    let pages = beside.await.unwrap();
    let entries = vault.audit_size().await.unwrap() - before;
    println!(
        "  {} entries/s asked for, {:.0} taken; the last was taken {:.0} ms after it was asked for",
        wanted.rate,
        entries as f64 / done,
        (done - asked_for) * 1000.0
    );
    println!("  each of these entries:             {}", spread(took));
    println!("  pages meanwhile:                   {}", spread(pages));
}

/// Entries a second with so many askers, each with `permits` permits to a change.
async fn flat_out(vault: &Vault, permits: u64, askers: u64, seconds: u64) -> f64 {
    let (count, begun) = (Arc::new(AtomicU64::new(0)), Instant::now());
    let mut all = tokio::task::JoinSet::new();
    for asker in 0..askers {
        let (vault, count) = (vault.clone(), Arc::clone(&count));
        all.spawn(async move {
            let mut n = asker;
            while begun.elapsed() < Duration::from_secs(seconds) {
                if n % permits.saturating_add(1) == permits {
                    change(&vault).await;
                } else {
                    vault.permit(ask()).await.unwrap();
                }
                n += 1;
                count.fetch_add(1, Ordering::Relaxed);
            }
        });
    }
    all.join_all().await;
    count.load(Ordering::Relaxed) as f64 / begun.elapsed().as_secs_f64()
}

/// Fills the log up to the wanted length, then verifies it and proves from it.
async fn verify(t: &Bench, wanted: Wanted) {
    while t.vault.audit_size().await.unwrap() < wanted.entries {
        flat_out(&t.vault, u64::MAX, 256, 5).await;
    }
    t.vault.export_head().await.unwrap();
    let exported = audit::read_exported(&t.directory.join("heads")).unwrap();
    let mut entries = 0;
    for _ in 0..wanted.verifies {
        let begun = Instant::now();
        let verdict = audit::verify(&t.vault, &exported).await.unwrap();
        let took = begun.elapsed().as_secs_f64();
        assert!(verdict.holds(), "{verdict:?}");
        entries = verdict.entries;
        println!("  verified {entries} entries and {} heads in {took:.1} s", verdict.heads);
    }
    let mut took = Vec::new();
    for n in 0..50 {
        let begun = Instant::now();
        t.vault.prove_entry(&Actor::System, entries * n / 50, None).await.unwrap();
        took.push(begun.elapsed());
    }
    println!("  a proof of an entry:               {}", spread(took));
    let (mut took, mut before) = (Vec::new(), None);
    while let Some(head) = t.vault.heads(before, 40).await.unwrap().pop() {
        before = Some(head.size);
        let begun = Instant::now();
        t.vault.prove_growth(&head, None).await.unwrap();
        took.push(begun.elapsed());
    }
    println!("  a proof that the log only grew:    {}", spread(took));
}

fn spread(mut took: Vec<Duration>) -> String {
    took.sort_unstable();
    let at = |part: f64| took[((took.len() - 1) as f64 * part) as usize].as_secs_f64() * 1000.0;
    format!("median {:.1} ms, 95% {:.1}, 99% {:.1}, longest {:.1}", at(0.5), at(0.95), at(0.99), at(1.0))
}
