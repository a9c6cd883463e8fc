//! `alongside county`: a synthetic county on disk.

use std::process::ExitCode;

use anyhow::Context as _;
use base::{Clock as _, Timestamp, london};

use crate::{cli, clock::SystemClock, progress::Step};

/// Writes the county.
///
/// # Errors
/// Where the plan can't be met or the disk fails.
pub fn run(plan: &cli::County) -> anyhow::Result<ExitCode> {
    let until = match plan.until {
        Some(day) => london::start_of(day.tomorrow()?)?,
        None => whole_hour(SystemClock.now()),
    };
    let mut county = demo::county::Plan::new(plan.people, plan.seed, plan.out.clone(), until);
    county.records = plan.records;
    let summary = write(&county)?;
    println!("{} residents, {} small areas, in {}", summary.people, summary.areas, plan.out.display());
    for (feed, count) in &summary.feeds {
        println!("  {feed}: {} rows in {} files, {} of them spoiled on purpose", count.rows, count.files, count.bad);
    }
    println!("  records.parquet: {} records of {} people", summary.records, summary.recorded_people);
    Ok(ExitCode::SUCCESS)
}

/// Writes a county, showing progress.
///
/// # Errors
/// As [`run`].
pub fn write(plan: &demo::county::Plan) -> anyhow::Result<demo::county::Summary> {
    let mut current: Option<(&'static str, Step)> = None;
    let summary = demo::county::generate(plan, &mut |progress| {
        if current.as_ref().is_none_or(|(step, _)| *step != progress.step) {
            if let Some((_, step)) = current.take() {
                step.end("done");
            }
            current = Some((progress.step, Step::begin(progress.step, progress.of)));
        }
        if let Some((_, step)) = &current {
            step.at(progress.done, progress.of);
        }
    })
    .context("the county can't be written")?;
    if let Some((_, step)) = current {
        step.end("done");
    }
    Ok(summary)
}

/// The last whole hour.
#[must_use]
pub fn whole_hour(at: Timestamp) -> Timestamp {
    const HOUR: i64 = 3_600_000_000;
    Timestamp::from_micros(at.as_micros() / HOUR * HOUR).unwrap_or(at)
}
