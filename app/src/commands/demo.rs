//! `alongside demo`: a synthetic county, a unit that lives off it, and a server for both. Every step can be repeated: killed
//! anywhere, it goes on; started again, it keeps what people did.

use std::{
    fs,
    path::{Path, PathBuf},
    process::ExitCode,
    sync::Arc,
};

use anyhow::{Context as _, bail};
use base::{Clock as _, Timestamp, code};
use ingest::api::{Feed, deliver_file, feed};
use serde::{Deserialize, Serialize};
use vault::{Actor, params};

use super::{county, ingest as files, serve, summary};
use crate::{
    cli,
    clock::{SystemClock, system_random},
    config::Config,
    demo_unit,
    installation::Installation,
    progress::Step,
};

/// How the county of a demo directory was made, so that a second start makes no other.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct Made {
    people: u64,
    seed: u64,
    until: Timestamp,
}

/// The folder of each feed's files, and the feed.
const FEEDS: [(&str, &str); 9] = [
    ("police_events", "police_events"),
    ("custody", "custody"),
    ("missing_episodes", "missing_episodes"),
    ("youth_justice", "youth_justice"),
    ("exclusions", "exclusions"),
    ("social_care", "social_care"),
    ("ae_navigator", "ae_navigator"),
    ("istv", "istv"),
    ("street_crime", "police_uk"),
];

/// Two years and a bit: the demo raises the moments of its whole history.
const HISTORY_DAYS: u32 = 800;

/// Runs the demo.
///
/// # Errors
/// In words; started again, it goes on where it stopped.
pub async fn run(config: &Path, plan: cli::Demo) -> anyhow::Result<ExitCode> {
    let config = configured(config, &plan)?;
    fs::create_dir_all(&plan.dir).with_context(|| format!("{} can't be made", plan.dir.display()))?;
    let made = made(&plan)?;
    let open = Installation::open_with_history(config, Arc::new(SystemClock), system_random()?, HISTORY_DAYS).await?;
    let outcome = make_and_serve(&open, &plan, &made).await;
    open.vault.close().await;
    outcome
}

async fn make_and_serve(open: &Installation, plan: &cli::Demo, made: &Made) -> anyhow::Result<ExitCode> {
    if !open.says_yes("demo_ready").await? {
        make(open, &plan.dir, made).await?;
    }
    println!("{}", summary::of(open).await?);
    if plan.no_serve {
        return Ok(ExitCode::SUCCESS);
    }
    println!("\nSign in at {}/sign-in/demo as any of these, without a password:", open.config.server.public_url);
    for line in demo_unit::members::introduced() {
        println!("  {line}");
    }
    println!();
    serve::run(open).await?;
    Ok(ExitCode::SUCCESS)
}

fn configured(file: &Path, plan: &cli::Demo) -> anyhow::Result<Config> {
    let mut config = Config::load(file)?;
    config.storage.directory = plan.dir.join("unit");
    "Selmarsh Violence and Vulnerability Unit".clone_into(&mut config.unit.name);
    if let Some(listen) = plan.listen {
        config.server.listen = listen;
        config.server.public_url = format!("http://localhost:{}", listen.port());
    }
    if !config.server.listen.ip().is_loopback() {
        bail!("the demo signs anyone in without a password, so it is served on a loopback address only (127.0.0.1)");
    }
    // Before the minutes that making a county takes.
    config.basemap()?;
    Ok(config)
}

/// What was made here, or is to be made now.
fn made(plan: &cli::Demo) -> anyhow::Result<Made> {
    let file = plan.dir.join("made.json");
    if let Ok(text) = fs::read_to_string(&file) {
        let made: Made = serde_json::from_str(&text).with_context(|| format!("{} can't be read", file.display()))?;
        if (made.people, made.seed) != (plan.people, plan.seed) {
            bail!(
                "{} holds a county of {} people, seed {}. Give another --dir, or remove it.",
                plan.dir.display(),
                made.people,
                made.seed
            );
        }
        return Ok(made);
    }
    let made = Made { people: plan.people, seed: plan.seed, until: county::whole_hour(SystemClock.now()) };
    fs::write(&file, serde_json::to_string(&made)?).with_context(|| format!("{} can't be written", file.display()))?;
    Ok(made)
}

async fn make(open: &Installation, directory: &Path, made: &Made) -> anyhow::Result<()> {
    eprintln!("Making a county of {} people, and two years of what partners send about it.", made.people);
    let out = directory.join("county");
    if !out.join("whole").exists() {
        county::write(&demo::county::Plan::new(made.people, made.seed, out.clone(), made.until))?;
        fs::write(out.join("whole"), "")?;
    }
    demo_unit::make(&open.vault).await?;
    areas(open, &out).await?;
    files::resume(open).await?;
    for (folder, name) in FEEDS {
        deliver(open, &out.join("feeds").join(folder), name).await?;
    }
    files::link(open).await?;
    jobs(open).await?;
    history(open, made).await?;
    demo_unit::asks::make(&open.vault).await?;
    demo_unit::disclosures::make(&open.vault).await?;
    demo_unit::oversight::make(&open.vault).await?;
    open.vault.run_due_jobs(&open.handlers).await?;
    demo_unit::retention::make(open).await?;
    demo_unit::seals::make(&open.vault).await?;
    // Behind the seals: what is sealed of those who ask goes to whoever is named.
    demo_unit::rights::make(open).await?;
    open.vault.sign_head_now().await?;
    let mut change = open.vault.change(demo_unit::set_up(code!("demo_ready"))).await?;
    change.execute("INSERT INTO setting (name, value) VALUES ('demo_ready', 'yes')", params![]).await?;
    change.commit().await?;
    Ok(())
}

async fn areas(open: &Installation, county: &Path) -> anyhow::Result<()> {
    let step = Step::begin("Small areas, residents, postcodes", 0);
    let file = |name: &str| {
        let path = county.join(name);
        fs::File::open(&path).with_context(|| format!("{} can't be opened", path.display()))
    };
    let vault = &open.vault;
    let areas = picture::api::load_areas(vault, Actor::System, file("areas.geojson")?).await?;
    picture::api::load_population(vault, Actor::System, file("population.csv")?).await?;
    picture::api::load_deprivation(vault, Actor::System, file("deprivation.csv")?).await?;
    let postcodes = picture::api::load_postcodes(vault, Actor::System, file("postcodes.csv")?).await?;
    step.end(format!("{} areas, {} postcodes", areas.kept, postcodes.kept));
    Ok(())
}

/// Delivers every file of a folder, in order of their months.
async fn deliver(open: &Installation, folder: &Path, name: &str) -> anyhow::Result<()> {
    let feed: &'static Feed = feed(name).with_context(|| format!("there is no feed `{name}`"))?;
    let mut waiting: Vec<PathBuf> =
        fs::read_dir(folder)?.map(|entry| entry.map(|entry| entry.path())).collect::<Result<_, _>>()?;
    waiting.sort();
    let (of, mut done) = (waiting.len() as u64, 0);
    let step = Step::begin(format!("Taking in {}", feed.title), of);
    let mut total = ingest::api::Counts::default();
    for file in waiting {
        let report = deliver_file(&open.vault, &Actor::System, feed, &file, &ingest::api::unwatched).await?;
        total.read += report.counts.read;
        total.quarantined += report.counts.quarantined;
        done += 1;
        step.at(done, of);
    }
    step.end(format!("{} rows in {of} files, {} in quarantine", total.read, total.quarantined));
    Ok(())
}

/// Runs what the deliveries and the linking caused: moments, counts of offences, people attached to moments.
async fn jobs(open: &Installation) -> anyhow::Result<()> {
    let step = Step::begin("Raising moments, counting offences", 0);
    let ran = open.vault.run_due_jobs(&open.handlers).await?;
    step.end(format!("{ran} jobs"));
    Ok(())
}

/// What navigators did about the older moments, so that the board has something to show.
async fn history(open: &Installation, made: &Made) -> anyhow::Result<()> {
    let step = Step::begin("Two years of contacts", 0);
    let acted = act::api::act_on_past(&open.vault, made.seed, made.until).await?;
    jobs(open).await?;
    step.end(format!("{acted} moments acted on"));
    Ok(())
}
