//! `alongside ingest`, `areas` and `link`: files in, boundaries in, people found, from the command line.

use std::{fs::File, path::Path, process::ExitCode, sync::Arc};

use anyhow::Context as _;
use ingest::api::{DeliveryReport, Feed, deliver_file, feed, feeds, resume_unfinished};
use vault::Actor;

use crate::{cli, installation::Installation, progress::Step};

/// Takes in each file; one that is refused doesn't keep the others out. Ends with 1 where one was refused.
///
/// # Errors
/// Where the feed isn't declared.
pub async fn files(open: &Installation, what: &cli::Ingest) -> anyhow::Result<ExitCode> {
    let name = what.feed.replace('-', "_");
    let feed = feed(&name).with_context(|| {
        let known: Vec<String> = feeds().iter().map(|feed| feed.name.to_string()).collect();
        format!("there is no feed `{name}`; there are: {}", known.join(", "))
    })?;
    resume(open).await?;
    let mut refused = 0;
    for file in &what.files {
        match one(open, feed, file).await {
            Ok(report) => println!("{}: {}", file.display(), words(&report)),
            Err(error) => {
                refused += 1;
                println!("{}: {error:#}", file.display());
            }
        }
    }
    open.vault.run_due_jobs(&open.handlers).await?;
    open.vault.sign_head_if_due().await?;
    Ok(if refused == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

/// Reads on what an earlier run was killed over.
///
/// # Errors
/// The vault's.
pub async fn resume(open: &Installation) -> anyhow::Result<()> {
    for outcome in resume_unfinished(&open.vault, &|_| {}).await? {
        match outcome {
            Ok(report) => eprintln!("  read on an unfinished delivery of {}: {}", report.feed, words(&report)),
            Err(error) => eprintln!("  an unfinished delivery could not be read on: {error}"),
        }
    }
    Ok(())
}

async fn one(open: &Installation, feed: &'static Feed, file: &Path) -> anyhow::Result<DeliveryReport> {
    let name = file.file_name().map_or_else(String::new, |name| name.to_string_lossy().into_owned());
    let step = Arc::new(Step::begin(format!("Reading {name}"), 0));
    let watch = {
        let step = Arc::clone(&step);
        move |progress: ingest::api::Progress| step.at(progress.read, progress.total)
    };
    let report = deliver_file(&open.vault, &Actor::System, feed, file, &watch).await;
    step.clear();
    Ok(report?)
}

/// A delivery's counts, as a sentence.
#[must_use]
pub fn words(report: &DeliveryReport) -> String {
    if report.same_as.is_some() {
        return "this very file was delivered before; nothing changed".to_owned();
    }
    let counts = report.counts;
    format!(
        "{} rows read: {} new, {} new versions, {} already held, {} in quarantine{}",
        counts.read,
        counts.accepted_new,
        counts.accepted_version,
        counts.already_held,
        counts.quarantined,
        if counts.withdrawn == 0 { String::new() } else { format!("; {} records withdrawn", counts.withdrawn) }
    )
}

/// Loads what is known of small areas.
///
/// # Errors
/// Where a file can't be read; what was loaded before stays then.
pub async fn areas(open: &Installation, files: &cli::Areas) -> anyhow::Result<()> {
    let opened = |path: &Path| File::open(path).with_context(|| format!("{} can't be opened", path.display()));
    let vault = &open.vault;
    if let Some(path) = &files.boundaries {
        let loaded = picture::api::load_areas(vault, Actor::System, opened(path)?).await?;
        println!("{} small areas", loaded.kept);
    }
    if let Some(path) = &files.population {
        let loaded = picture::api::load_population(vault, Actor::System, opened(path)?).await?;
        println!("residents of {} areas", loaded.kept);
    }
    if let Some(path) = &files.postcodes {
        let loaded = picture::api::load_postcodes(vault, Actor::System, opened(path)?).await?;
        println!("{} postcodes", loaded.kept);
    }
    Ok(())
}

/// Finds which records are the same person.
///
/// # Errors
/// The run's.
pub async fn link(open: &Installation) -> anyhow::Result<()> {
    let step = Step::begin("Linking records", 0);
    let report = link::api::run(&open.vault, &Actor::System, &|progress| step.at(progress.done, progress.of)).await?;
    step.end(format!(
        "{} records of {} people; {} pairs wait for a decision",
        report.records, report.people, report.review
    ));
    Ok(())
}
