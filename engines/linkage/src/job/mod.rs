//! A whole job for somebody with files: reads them, says what will be compared, trains where the spec leaves chances open, links, and writes
//! a folder with pairs, clusters, the model, charts and a report.

mod clusters;
mod constraints;
mod cost;
mod folder;
mod input;
mod judge;
mod model;
mod page;
mod suggest;
mod update;
mod write;

use std::path::PathBuf;

use thiserror::Error as ThisError;

use crate::{
    Anew, Decision, Linker, Outcome, Plan, RunOptions, TrainOptions, TrainingReport,
    chart::{count, percent},
    read::ReadError,
};
use input::Input;
pub use model::{EXAMPLE, convert};
pub use suggest::suggest;

/// What is asked for.
#[derive(Debug, Clone)]
pub struct Request {
    /// The files: CSV or Parquet. With several, each is a source.
    pub files: Vec<PathBuf>,
    /// The spec: TOML, or a Splink model's JSON.
    pub spec: PathBuf,
    /// The folder to write. It may exist only if it is empty or was written by a job.
    pub out: PathBuf,
    /// Several sources: compare records of different sources only. Without it, the spec's own link type, if it is Splink's; else all pairs.
    pub link_only: bool,
    /// The column that names a record; without it, one with a usual name, else the number of the line.
    pub id: Option<String>,
    /// A column that names each record's source, for one file that holds several.
    pub source: Option<String>,
    /// Most pairs that may be compared.
    pub budget: u64,
    /// A column that says who each record is: the links are held against it.
    pub truth: Option<String>,
    /// A CSV of pairs that people labelled.
    pub labels: Option<PathBuf>,
    /// A CSV of pairs that people decided: joined or kept apart, whatever their weight.
    pub decided: Option<PathBuf>,
    /// Columns by whose groups quality is told apart.
    pub groups: Vec<String>,
    /// Draw pairs to label, so that the links' precision is known within this margin.
    pub margin: Option<f64>,
    /// The folder of an earlier job over some of these records, linked with the same model: only what is new or changed since is compared.
    pub update: Option<PathBuf>,
    /// Stop once it is said what would be compared.
    pub plan_only: bool,
}

impl Request {
    /// A job with nothing but the needful.
    #[must_use]
    pub fn new(files: Vec<PathBuf>, spec: PathBuf, out: PathBuf) -> Request {
        Request {
            files,
            spec,
            out,
            link_only: false,
            id: None,
            source: None,
            budget: 100_000_000,
            truth: None,
            labels: None,
            decided: None,
            groups: Vec::new(),
            margin: None,
            update: None,
            plan_only: false,
        }
    }
}

/// What a job says while it runs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Progress {
    /// A step begins.
    Begin(&'static str),
    /// The step is done, with what came of it.
    End(String),
    /// Something to read: a warning, or a line of the plan.
    Say(String),
}

/// Why a job stopped. Nothing is left in the folder then.
#[derive(Debug, ThisError)]
#[non_exhaustive]
pub enum JobError {
    /// A file of records, labels or decisions.
    #[error(transparent)]
    Read(#[from] ReadError),
    /// The spec or what it asks of the records, with the file's name.
    #[error("{file}: {error}")]
    Spec {
        /// The spec's file.
        file: String,
        /// What is wrong with it.
        error: crate::Error,
    },
    /// The run was refused.
    #[error(transparent)]
    Run(#[from] crate::Error),
    /// The folder can't be written.
    #[error("{folder}: {problem}")]
    Folder {
        /// The folder.
        folder: String,
        /// What is wrong.
        problem: String,
    },
    /// A Splink model with conditions that are not standard, each named with the line to write.
    #[error("{0}")]
    Unrecognised(String),
}

/// What a job did.
#[derive(Debug, Clone, PartialEq)]
pub struct Summary {
    /// Records read.
    pub records: usize,
    /// Pairs compared.
    pub compared: u64,
    /// Pairs linked, and pairs for a person to look at.
    pub links: usize,
    /// Pairs for a person to look at.
    pub review: usize,
    /// Clusters of two records and more.
    pub clusters: usize,
    /// Those of them that a person should look at.
    pub flagged: usize,
    /// Warnings, as in the report.
    pub warnings: Vec<String>,
}

/// All that a finished run knows, for the files and the page.
struct Done<'a> {
    request: &'a Request,
    input: Input,
    linker: Linker,
    plan: Plan,
    /// Every compared pair was kept, not only those to link or review.
    whole: bool,
    /// Pairs of an earlier job were taken over.
    updated: bool,
    outcome: Outcome,
    training: Option<TrainingReport>,
    warnings: Vec<String>,
}

/// Most pairs of which those apart are kept too, for the histogram and the curves: 32 bytes each.
const KEPT: u64 = 8_000_000;

/// Does the whole job. `None` where only the plan was asked for.
///
/// # Errors
/// [`JobError`], naming the file, and its column, line or rule where there is one.
pub fn run(request: &Request, tell: &mut dyn FnMut(Progress)) -> Result<Option<Summary>, JobError> {
    folder::may_write(&request.out)?;
    let (mut input, mut linker) = prepare(request, tell)?;
    let mut warnings = std::mem::take(&mut input.notes);
    warnings.extend(model::field_warnings(&linker));
    let before = request.update.as_deref().map(|folder| update::read(folder, request, &input, &linker)).transpose()?;
    let plan = before.as_ref().map_or_else(|| linker.plan(), |before| linker.plan_for(&before.new));
    if let (Some(before), Some(folder)) = (&before, &request.update) {
        let (added, all) = (count(before.added as u64), count(input.records as u64));
        tell(Progress::Say(format!("{added} of {all} records are new or changed since {}", folder.display())));
    }
    for line in cost::told(&linker, &plan, request.budget) {
        tell(Progress::Say(line));
    }
    // Few new records leave many rules without a pair, which is nothing to warn of.
    warnings.extend(before.is_none().then(|| cost::warnings(&plan, linker.records())).into_iter().flatten());
    for warning in &warnings {
        tell(Progress::Say(format!("Note: {warning}")));
    }
    if request.plan_only {
        return Ok(None);
    }
    cost::keep(&plan, request.budget)?;
    let decided = input.decided(request)?;
    let mut training = None;
    if !linker.spec().is_trained() {
        let report;
        (linker, report) = learn(request, linker, tell)?;
        warnings.extend(report.warnings.iter().map(ToString::to_string));
        training = Some(report);
    }
    tell(Progress::Begin("Comparing"));
    let Compared { plan, whole, outcome, anew } = compare(request, &linker, plan, before.as_ref(), decided)?;
    let (compared, links) = (outcome.compared.iter().sum(), outcome.links().count());
    let updated = before.is_some() && anew.is_none();
    tell(Progress::End(format!("{} pairs, {} of all linked", count(compared), count(links as u64))));
    warnings.extend(anew.map(|why| format!("everything was compared anew: {why}")));
    let done = Done { request, input, linker, plan, whole, updated, outcome, training, warnings };
    tell(Progress::Begin("Writing"));
    let warnings = write::all(&done)?;
    tell(Progress::End(request.out.display().to_string()));
    let summary = Summary {
        records: done.input.records,
        compared,
        links,
        review: done.outcome.review().count(),
        clusters: done.outcome.clusters.len(),
        flagged: done.outcome.clusters.iter().filter(|cluster| !cluster.flags.is_empty()).count(),
        warnings,
    };
    Ok(Some(summary))
}

/// Reads the records and makes them ready.
fn prepare(request: &Request, tell: &mut dyn FnMut(Progress)) -> Result<(Input, Linker), JobError> {
    let (spec, link_type) = model::read(&request.spec)?;
    let link_only = request.link_only || link_type.as_deref() == Some("link_only");
    tell(Progress::Begin("Reading"));
    let mut input = Input::read(request, &spec, link_only)?;
    tell(Progress::End(format!("{} records", count(input.records as u64))));
    tell(Progress::Begin("Cleaning"));
    let linker = Linker::new(spec, input.take_table()?).map_err(|error| of_spec(request, error))?;
    tell(Progress::End("done".to_owned()));
    Ok((input, linker))
}

/// Learns the chances that the spec leaves open.
fn learn(
    request: &Request,
    linker: Linker,
    tell: &mut dyn FnMut(Progress),
) -> Result<(Linker, TrainingReport), JobError> {
    tell(Progress::Begin("Training"));
    let trained = linker.train(&TrainOptions::default())?;
    tell(Progress::End(format!("{} chances learnt", trained.report.parameters.len() * 2)));
    let linker = linker.with_model(trained.spec).map_err(|error| of_spec(request, error))?;
    Ok((linker, trained.report))
}

fn of_spec(request: &Request, error: crate::Error) -> JobError {
    JobError::Spec { file: request.spec.display().to_string(), error }
}

/// What comparing gave.
struct Compared {
    /// What was compared.
    plan: Plan,
    whole: bool,
    outcome: Outcome,
    /// Why an update was none.
    anew: Option<Anew>,
}

/// Compares everything, or upon an earlier job what is new.
fn compare(
    request: &Request,
    linker: &Linker,
    plan: Plan,
    before: Option<&update::Before>,
    (required, forbidden): constraints::Decided,
) -> Result<Compared, JobError> {
    let options = RunOptions { budget: request.budget, required, forbidden, ..RunOptions::default() };
    let anew = before.and_then(|before| linker.must_run_anew(&before.found, &before.new, &options));
    if let Some(before) = before.filter(|_| anew.is_none()) {
        let outcome = linker.update(&before.found, &before.new, &options)?;
        return Ok(Compared { plan, whole: false, outcome, anew });
    }
    let plan = if anew.is_some() { linker.plan() } else { plan };
    let whole = plan.pairs_at_most <= KEPT;
    let outcome = linker.run(&RunOptions { keep_apart: whole, ..options })?;
    Ok(Compared { plan, whole, outcome, anew })
}

impl Summary {
    /// The summary in one line.
    #[must_use]
    pub fn line(&self) -> String {
        let Summary { records, compared, links, review, clusters, flagged, .. } = *self;
        let number = |n: usize| count(n as u64);
        // An update has more links than pairs that it compared.
        let share = if links as u64 > compared {
            String::new()
        } else {
            format!(" ({} of them)", percent(links as f64 / compared.max(1) as f64))
        };
        format!(
            "{} records, {} pairs compared, {} linked{share}, {} for a person to look at, {} clusters ({} of them odd)",
            number(records),
            count(compared),
            number(links),
            number(review),
            number(clusters),
            number(flagged)
        )
    }
}

/// What becomes of a pair, in one word of a file.
fn word(decision: Decision) -> &'static str {
    match decision {
        Decision::Link => "link",
        Decision::Review => "review",
        Decision::Apart => "apart",
        Decision::Required => "required",
        Decision::Forbidden => "forbidden",
        Decision::Refused => "refused",
    }
}
