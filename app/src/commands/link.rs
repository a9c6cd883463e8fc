//! `alongside link people.csv --spec people.toml --out out/`: a whole linkage of somebody's files, without a unit.

use std::{path::PathBuf, process::ExitCode};

use anyhow::Context as _;
use linkage::{
    Suggestion,
    job::{self, Progress, Request, Summary},
};

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
    let suggests = plan.suggest_blocking;
    let request = request(plan)?;
    let mut current: Option<Step> = None;
    let mut tell = |progress| match progress {
        Progress::Begin(step) => current = Some(Step::begin(step, 0)),
        Progress::End(outcome) => {
            if let Some(step) = current.take() {
                step.end(outcome);
            }
        }
        Progress::Say(line) => eprintln!("  {line}"),
    };
    let done = if suggests {
        job::suggest(&request, &mut tell).map(|suggestion| Some(suggested(&suggestion)))
    } else {
        job::run(&request, &mut tell).map(|summary| summary.map(|summary| linked(&request, &summary)))
    };
    if let Some(step) = current {
        step.clear();
    }
    if let Some(text) = done? {
        print!("{text}");
    }
    Ok(ExitCode::SUCCESS)
}

/// What was found, to read.
fn linked(request: &Request, summary: &Summary) -> String {
    let page = request.out.join("report.html");
    format!("{}\nOpen {} to see how it came about.\n", summary.line(), page.display())
}

/// The whole text can be put into a spec: what is to read are comments.
fn suggested(suggestion: &Suggestion) -> String {
    let lines: String = suggestion.lines().iter().map(|line| format!("# {line}\n")).collect();
    lines + &suggestion.to_toml()
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
        // Nothing is written for a plan or for rules.
        None if plan.plan || plan.suggest_blocking => PathBuf::from("out"),
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
