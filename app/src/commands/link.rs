//! `alongside link people.csv --spec people.toml --out out/`: a whole linkage of somebody's files, without a unit.

use std::{path::PathBuf, process::ExitCode};

use anyhow::Context as _;
use linkage::job::{self, Progress, Request};

use crate::{cli, progress::Step};

/// Does what was asked for: the job, an example of a spec, or a Splink model as a spec.
///
/// # Errors
/// What went wrong, naming the file, and its column, line or rule.
pub fn run(plan: cli::Link) -> anyhow::Result<ExitCode> {
    if plan.example {
        print!("{}", job::EXAMPLE);
        return Ok(ExitCode::SUCCESS);
    }
    if let Some(model) = &plan.from_splink {
        print!("{}", job::convert(model)?);
        return Ok(ExitCode::SUCCESS);
    }
    let request = request(plan)?;
    let mut current: Option<Step> = None;
    let summary = job::run(&request, &mut |progress| match progress {
        Progress::Begin(step) => current = Some(Step::begin(step, 0)),
        Progress::End(outcome) => {
            if let Some(step) = current.take() {
                step.end(outcome);
            }
        }
        Progress::Say(line) => eprintln!("  {line}"),
    });
    if let Some(step) = current {
        step.clear();
    }
    if let Some(summary) = summary? {
        println!("{}", summary.line());
        println!("Open {} to see how it came about.", request.out.join("report.html").display());
    }
    Ok(ExitCode::SUCCESS)
}

fn request(plan: cli::Link) -> anyhow::Result<Request> {
    // An earlier job's model, as trained, is what its pairs were found with.
    let earlier = plan.update.as_ref().map(|folder| folder.join("model.toml"));
    let spec = plan
        .spec
        .or(earlier)
        .context("name what to link by: --spec people.toml (alongside link --example prints one)")?;
    let out = match plan.out {
        Some(out) => out,
        // Nothing is written for a plan.
        None if plan.plan => PathBuf::from("out"),
        None => anyhow::bail!("name the folder to write: --out out/ (or --plan to only see what would be compared)"),
    };
    let mut request = Request::new(plan.files, spec, out);
    request.link_only = plan.link_only;
    request.id = plan.id;
    request.source = plan.source;
    request.budget = plan.budget;
    request.truth = plan.truth;
    request.labels = plan.labels;
    request.decided = plan.decided;
    request.groups = plan.groups;
    request.margin = plan.sample;
    request.update = plan.update;
    request.plan_only = plan.plan;
    Ok(request)
}
