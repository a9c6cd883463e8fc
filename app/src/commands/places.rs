//! `alongside places EVENTS… --areas AREAS --population POP --out DIR`: a whole study of places from somebody's files, without a unit.

use std::{process::ExitCode, sync::Mutex};

use anyhow::Context as _;
use places::study::{self, Progress, Request};

use crate::{cli, progress::Step};

/// Does the study, or prints an example of a spec.
///
/// # Errors
/// What went wrong, naming the file, its row and the remedy.
pub fn run(plan: cli::Places) -> anyhow::Result<ExitCode> {
    if plan.example {
        print!("{}", study::EXAMPLE);
        return Ok(ExitCode::SUCCESS);
    }
    let request = Request {
        events: plan.events,
        areas: plan.areas.context("name the areas' boundaries: --areas AREAS.geojson")?,
        population: plan.population.context("name the residents of the areas: --population POPULATION.csv")?,
        deprivation: plan.deprivation,
        harm: plan.harm,
        spec: plan.spec,
        out: plan.out.context("name the folder to write: --out out/")?,
    };
    let current: Mutex<Option<Step>> = Mutex::new(None);
    let tell = |progress| {
        let Ok(mut current) = current.lock() else { return };
        match progress {
            Progress::Begin(step) => *current = Some(Step::begin(step, 0)),
            Progress::At(done, of) => {
                if let Some(step) = current.as_ref() {
                    step.at(done, of);
                }
            }
            Progress::End(outcome) => {
                if let Some(step) = current.take() {
                    step.end(outcome);
                }
            }
        }
    };
    let done = study::run(&request, &tell);
    if let Some(step) = current.lock().ok().and_then(|mut current| current.take()) {
        step.clear();
    }
    let summary = done?;
    println!("{}.", summary.line());
    println!("Open {} to read what was found.", request.out.join("report.html").display());
    Ok(ExitCode::SUCCESS)
}
