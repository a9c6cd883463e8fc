//! `make torture`: kills the program at random instants while it makes a unit (ingest, linking, moments), starts it again,
//! and checks that nothing was lost or doubled: every delivery's counts add up, the audit log verifies, and the finished unit
//! has the sums of one that was never killed. On SQLite and, where `$ALONGSIDE_TEST_POSTGRES` names one, on PostgreSQL.
//!
//! `torture --program PATH [--kills 200] [--minutes 25] [--people 3000] [--seed 1] [--only postgres]`
#![allow(clippy::expect_used, clippy::panic, reason = "a test harness: its panics are its findings")]

use std::{
    path::{Path, PathBuf},
    process::{Child, Command, ExitCode, Stdio},
    time::{Duration, Instant},
};

use clap::Parser;
use rand::{Rng as _, SeedableRng as _, rngs::StdRng};

#[derive(Debug, Clone, Parser)]
struct Plan {
    /// The program.
    #[arg(long)]
    program: PathBuf,
    /// Kills, halved between the databases.
    #[arg(long, default_value_t = 200)]
    kills: u32,
    /// It ends after so many minutes, however many kills there were, and says so.
    #[arg(long, default_value_t = 25)]
    minutes: u64,
    /// Residents of the county.
    #[arg(long, default_value_t = 3000)]
    people: u64,
    /// Of the instants.
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// Only on this database: `sqlite` or `postgres`.
    #[arg(long)]
    only: Option<String>,
}

/// One database to kill on.
struct Engine {
    name: &'static str,
    /// `postgres://…`, or empty for SQLite.
    database: String,
    /// Makes the database empty again.
    reset: Box<dyn Fn()>,
}

fn main() -> ExitCode {
    let plan = Plan::parse();
    let started = Instant::now();
    let mut engines = vec![Engine { name: "SQLite", database: String::new(), reset: Box::new(|| {}) }];
    match std::env::var("ALONGSIDE_TEST_POSTGRES") {
        Ok(url) => engines.push(postgres(url)),
        Err(_) => panic!("no PostgreSQL: run `make torture`, or set ALONGSIDE_TEST_POSTGRES"),
    }
    engines.retain(|engine| plan.only.as_ref().is_none_or(|only| engine.name.to_lowercase().starts_with(only)));
    let share = plan.kills / u32::try_from(engines.len()).unwrap_or(1);
    let (mut killed, mut finished) = (0, 0);
    for (number, engine) in engines.iter().enumerate() {
        let until = Duration::from_secs(plan.minutes * 60) * (u32::try_from(number).unwrap_or(0) + 1)
            / u32::try_from(engines.len()).unwrap_or(1);
        let (kills, units) = torture(&plan, engine, share, started, until);
        println!("{}: {kills} kills, {units} units finished and equal to one that was never killed", engine.name);
        killed += kills;
        finished += units;
    }
    println!("{killed} kills of {} wanted, {finished} units, {:.0} s", plan.kills, started.elapsed().as_secs_f64());
    if finished == 0 || killed == 0 { ExitCode::FAILURE } else { ExitCode::SUCCESS }
}

fn postgres(url: String) -> Engine {
    let (server, database) = (url.clone(), "alongside_torture");
    let base = url.rsplit_once('/').map_or(url.as_str(), |(base, _)| base).to_owned();
    let reset = move || {
        for sql in [format!("DROP DATABASE IF EXISTS {database} WITH (FORCE)"), format!("CREATE DATABASE {database}")] {
            let done = Command::new("psql").args(["-q", "-X", &server, "-c", &sql]).status().expect("psql runs");
            assert!(done.success(), "psql could not run: {sql}");
        }
    };
    Engine { name: "PostgreSQL", database: format!("{base}/{database}"), reset: Box::new(reset) }
}

/// Kills until it has killed enough or time is up. Gives kills and finished units.
fn torture(plan: &Plan, engine: &Engine, kills: u32, started: Instant, until: Duration) -> (u32, u32) {
    let mut random = StdRng::seed_from_u64(plan.seed);
    let home = tempfile::tempdir().expect("a directory for the torture");
    let directory = home.path().join("unit");
    let (mut killed, mut finished) = (0, 0);
    // The county is the same all along: only what the program does with it is killed.
    let (expected, took) = {
        fresh(engine, &directory);
        let begun = Instant::now();
        let status = spawn(plan, engine, &directory).wait().expect("the program ends");
        assert!(status.success(), "{}: the unit could not be made without being killed", engine.name);
        (sums(plan, engine, &directory), begun.elapsed())
    };
    println!("{}: never killed, in {:.1} s: {expected}", engine.name, took.as_secs_f64());
    fresh(engine, &directory);
    while killed < kills && started.elapsed() < until {
        let mut child = spawn(plan, engine, &directory);
        std::thread::sleep(took.mul_f64(random.random_range(0.0..0.6)));
        match child.try_wait().expect("the program can be asked") {
            None => {
                child.kill().expect("the program can be killed");
                child.wait().expect("the program ends");
                killed += 1;
                if killed % 5 == 0 {
                    check(plan, engine, &directory);
                }
            }
            Some(status) => {
                assert!(status.success(), "{}: after {killed} kills the program failed", engine.name);
                check(plan, engine, &directory);
                let found = sums(plan, engine, &directory);
                assert_eq!(found, expected, "{}: after kills the unit differs", engine.name);
                finished += 1;
                fresh(engine, &directory);
            }
        }
    }
    let last = spawn(plan, engine, &directory).wait().expect("the program ends");
    assert!(last.success(), "{}: the last unit could not be finished", engine.name);
    check(plan, engine, &directory);
    assert_eq!(sums(plan, engine, &directory), expected, "{}: the last unit differs", engine.name);
    (killed, finished + 1)
}

/// Empties the unit, but keeps the county's files, so that its dates stay the same.
fn fresh(engine: &Engine, directory: &Path) {
    (engine.reset)();
    let unit = directory.join("unit");
    if unit.exists() {
        std::fs::remove_dir_all(&unit).expect("the unit's directory can be removed");
    }
}

fn command(plan: &Plan, engine: &Engine, directory: &Path) -> Command {
    let mut command = Command::new(&plan.program);
    command.env("ALONGSIDE_LOG", "error").env("ALONGSIDE_STORAGE__DIRECTORY", directory.join("unit"));
    if !engine.database.is_empty() {
        command.env("ALONGSIDE_STORAGE__DATABASE", &engine.database);
    }
    command
}

fn spawn(plan: &Plan, engine: &Engine, directory: &Path) -> Child {
    command(plan, engine, directory)
        .args(["demo", "--no-serve", "--people", &plan.people.to_string(), "--dir"])
        .arg(directory)
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .expect("the program starts")
}

/// The log verifies, and every delivery adds up.
fn check(plan: &Plan, engine: &Engine, directory: &Path) {
    let verify = command(plan, engine, directory).args(["audit", "verify"]).output().expect("the program runs");
    let words = String::from_utf8_lossy(&verify.stdout).into_owned();
    assert!(verify.status.success(), "{}: audit verify: {words}", engine.name);
    let summary = command(plan, engine, directory).args(["summary"]).output().expect("the program runs");
    assert!(
        summary.status.success(),
        "{}: counts do not add up: {}",
        engine.name,
        String::from_utf8_lossy(&summary.stdout)
    );
}

/// The sums of a unit, as one line, once it is linked as it stands: the summary gives the people of the last run, and whether that comes before or
/// after the seals depends on where it was killed. Moments that wait count as one number: their clocks run while the torture does.
fn sums(plan: &Plan, engine: &Engine, directory: &Path) -> String {
    let linked = command(plan, engine, directory).arg("link").output().expect("the program runs");
    assert!(linked.status.success(), "{}: link: {}", engine.name, String::from_utf8_lossy(&linked.stderr));
    let output = command(plan, engine, directory).args(["summary", "--json"]).output().expect("the program runs");
    let mut sums: serde_json::Value = serde_json::from_slice(&output.stdout).expect("the summary is JSON");
    let moments = sums.get_mut("moments").and_then(|moments| moments.as_object_mut()).expect("the summary has moments");
    let mut waiting = |name| moments.remove(name).and_then(|count| count.as_u64()).expect("a count of moments");
    let both = waiting("open") + waiting("breached_and_waiting");
    moments.insert("waiting".to_owned(), both.into());
    sums.to_string()
}
