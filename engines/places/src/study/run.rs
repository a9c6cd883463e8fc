//! Runs a study: reads, asks, writes all files beside each other and puts them in place together.

use std::path::{Path, PathBuf};

use sha2::{Digest as _, Sha256};

use super::{
    StudyError, finding,
    input::{
        events::{self, Rows},
        file::Read,
        ground::Ground,
        harm, residents,
    },
    output::{
        Finding, areas,
        figures::count,
        manifest::{Inputs, Manifest},
        map::Canvas,
        report,
        table::Table,
    },
    spec::Spec,
    world::World,
};
use crate::neighbours::contiguity::{Contiguity, contiguity};

/// What is to be studied, and where the answer goes.
#[derive(Debug, Clone, Default)]
pub struct Request {
    /// Files of events, at least one.
    pub events: Vec<PathBuf>,
    /// Boundaries of areas.
    pub areas: PathBuf,
    /// Residents.
    pub population: PathBuf,
    /// Deprivation.
    pub deprivation: Option<PathBuf>,
    /// Weights of harm.
    pub harm: Option<PathBuf>,
    /// Settings.
    pub spec: Option<PathBuf>,
    /// The folder that is written; an earlier study in it is replaced, other files stay.
    pub out: PathBuf,
}

/// How far a study is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Progress {
    /// A step begins.
    Begin(&'static str),
    /// So much of so much of the step is done.
    At(u64, u64),
    /// The step came to this.
    End(String),
}

/// What a study came to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Summary {
    /// What became of the events' rows.
    pub rows: Rows,
    /// How many areas.
    pub areas: usize,
    /// The files written, with their hashes.
    pub written: Vec<Read>,
}

impl Summary {
    /// The summary in a sentence.
    #[must_use]
    pub fn line(&self) -> String {
        let rows = self.rows;
        format!(
            "{} rows: {} counted in {} areas, {} of other categories, {} without a place, {} outside the areas",
            count(rows.read),
            count(rows.counted),
            count(self.areas as u64),
            count(rows.other_category),
            count(rows.without_place),
            count(rows.outside)
        )
    }
}

/// Hands progress on, from any thread.
pub struct Tell<'a>(&'a (dyn Fn(Progress) + Sync));

impl Tell<'_> {
    /// So much of so much is done.
    pub fn at(&self, done: u64, of: u64) {
        (self.0)(Progress::At(done, of));
    }

    fn step<T>(
        &self,
        what: &'static str,
        work: impl FnOnce() -> Result<T, StudyError>,
        came: impl FnOnce(&T) -> String,
    ) -> Result<T, StudyError> {
        (self.0)(Progress::Begin(what));
        let done = work()?;
        (self.0)(Progress::End(came(&done)));
        Ok(done)
    }
}

/// Does a study. Nothing is written before everything has been worked out.
///
/// # Errors
/// [`StudyError`], with the file, the row and the remedy.
pub fn run(request: &Request, tell: &(dyn Fn(Progress) + Sync)) -> Result<Summary, StudyError> {
    let tell = Tell(tell);
    let (world, inputs) = tell.step(
        "Reading",
        || read(request),
        |(world, _)| format!("{} events in {} areas", count(world.total()), count(world.ground.len() as u64)),
    )?;
    let findings = asked(&world, &tell)?;
    tell.step(
        "Writing",
        || write(request, &world, inputs, findings),
        |summary| format!("{} files", summary.written.len()),
    )
}

fn read(request: &Request) -> Result<(World, Inputs), StudyError> {
    let spec = match &request.spec {
        Some(path) => Spec::parse(&String::from_utf8_lossy(&super::input::file::read(path)?.1))?,
        None => Spec::default(),
    };
    if let Some(overlap) = &spec.overlap {
        finding::overlap::histories(overlap)?;
    }
    let (ground, areas_read) = Ground::read(&request.areas, &spec.areas)?;
    let (residents, population_read) = residents::residents(&request.population, &spec.population, &ground)?;
    let deprivation = request
        .deprivation
        .as_ref()
        .map(|path| residents::deprivation(path, &spec.deprivation, &ground))
        .transpose()?;
    let (events, events_read) = events::read(&request.events, &spec.events, &ground)?;
    let harm = request.harm.as_ref().map(|path| harm::weights(path, &spec.harm, &events.categories)).transpose()?;
    let canvas =
        Canvas::of(ground.shapes()).ok_or_else(|| StudyError::Events("there are no areas to count in".to_owned()))?;
    let touching =
        contiguity(ground.shapes(), Contiguity::Queen).map_err(|error| StudyError::Events(error.to_string()))?;
    let least = spec.disclosure.least.unwrap_or(if events.published { 1 } else { 5 });
    let counts = World::counts_of(ground.len(), &events);
    let (months, by_month) = World::months_of(ground.len(), &events);
    let (deciles, deprivation_read) = deprivation.unzip();
    let (harm, harm_read) = harm.unzip();
    let inputs = Inputs {
        events: events_read,
        areas: Some(areas_read),
        population: Some(population_read),
        deprivation: deprivation_read,
        harm: harm_read,
    };
    let mut world = World {
        canvas,
        touching,
        counts,
        months,
        by_month,
        least,
        deciles,
        harm,
        events,
        ground,
        spec,
        hidden: Vec::new(),
        hidden_tenths: [false; 10],
        daytime: residents.daytime,
        residents: residents.residents,
    };
    let hidden = super::hidden::of(&world)?;
    (world.hidden, world.hidden_tenths) = (hidden.areas, hidden.tenths);
    Ok((world, inputs))
}

fn asked(world: &World, tell: &Tell<'_>) -> Result<Vec<Finding>, StudyError> {
    type Question = fn(&World, &Tell<'_>) -> Finding;
    let questions: [(&'static str, Question); 9] = [
        ("Rates", |world, _| finding::rates::find(world)),
        ("Months", |world, _| finding::months::find(world)),
        ("Concentration", finding::concentration::find),
        ("Hot and cold areas", finding::clusters::find),
        ("Clusters in space and time", finding::scan::find),
        ("Small spots", |world, _| finding::spots::find(world)),
        ("Near repeats", finding::spread::find),
        ("Deprivation", |world, _| finding::deprivation::find(world)),
        ("Overlap of lists", |world, _| finding::overlap::find(world)),
    ];
    questions
        .into_iter()
        .map(|(what, ask)| {
            tell.step(
                what,
                || Ok(ask(world, tell)),
                |found| found.section.as_ref().map_or("nothing to ask", |_| "done").to_owned(),
            )
        })
        .collect()
}

fn write(request: &Request, world: &World, inputs: Inputs, findings: Vec<Finding>) -> Result<Summary, StudyError> {
    let mut files: Vec<(String, Vec<u8>)> = Vec::new();
    let table = areas::table(world, &findings);
    files.push(("areas.geojson".to_owned(), areas::shapes(world, &table).into_bytes()));
    for table in std::iter::once(&table).chain(findings.iter().flat_map(|finding| &finding.tables)) {
        files.push((format!("{}.csv", table.name), csv(table)?));
    }
    for finding in &findings {
        files.extend(finding.shapes.iter().map(|(name, text)| (name.clone(), text.clone().into_bytes())));
    }
    let page = report::of(world, &inputs, findings).html();
    files.push(("report.html".to_owned(), page.into_bytes()));
    let written: Vec<Read> = files.iter().map(|(name, bytes)| described(name, bytes)).collect();
    let manifest = Manifest::of(world, inputs, written.clone());
    let text = serde_json::to_string_pretty(&manifest)
        .map_err(|error| StudyError::Write("manifest.json".to_owned(), error.to_string()))?;
    files.push(("manifest.json".to_owned(), (text + "\n").into_bytes()));
    place(&request.out, &files)?;
    Ok(Summary { rows: world.events.rows, areas: world.ground.len(), written })
}

fn csv(table: &Table) -> Result<Vec<u8>, StudyError> {
    table.csv().map_err(|error| StudyError::Write(format!("{}.csv", table.name), error.to_string()))
}

fn described(name: &str, bytes: &[u8]) -> Read {
    Read { file: name.to_owned(), sha256: hex::encode(Sha256::digest(bytes)), bytes: bytes.len() as u64 }
}

/// Writes every file beside its place first, so that a full disk leaves the earlier study whole.
fn place(out: &Path, files: &[(String, Vec<u8>)]) -> Result<(), StudyError> {
    let failed =
        |name: &str, error: std::io::Error| StudyError::Write(out.join(name).display().to_string(), error.to_string());
    std::fs::create_dir_all(out).map_err(|error| failed("", error))?;
    let part = |name: &str| out.join(format!(".{name}.part"));
    let written = files
        .iter()
        .try_for_each(|(name, bytes)| std::fs::write(part(name), bytes).map_err(|error| failed(name, error)));
    if let Err(error) = written {
        for (name, _) in files {
            // What was begun is of no use; what can't be removed either is reported with the first error.
            let _ = std::fs::remove_file(part(name));
        }
        return Err(error);
    }
    let stale = earlier(out);
    for (name, _) in files {
        std::fs::rename(part(name), out.join(name)).map_err(|error| failed(name, error))?;
    }
    for name in stale.iter().filter(|name| !files.iter().any(|(written, _)| written == *name)) {
        // A table of the earlier study beside this one's would be taken for its own.
        std::fs::remove_file(out.join(name)).map_err(|error| failed(name, error))?;
    }
    Ok(())
}

/// The files that an earlier study left here, by its manifest.
fn earlier(out: &Path) -> Vec<String> {
    let manifest = std::fs::read(out.join("manifest.json")).unwrap_or_default();
    let manifest: serde_json::Value = serde_json::from_slice(&manifest).unwrap_or_default();
    let outputs = manifest.get("outputs").and_then(serde_json::Value::as_array).cloned().unwrap_or_default();
    // Names only: a manifest that somebody changed must not reach beyond its folder.
    let is_name = |name: &String| Path::new(name).file_name().is_some_and(|plain| plain == name.as_str());
    let names = outputs.iter().filter_map(|output| output.get("file")?.as_str().map(str::to_owned));
    names.filter(|name| is_name(name) && out.join(name).is_file()).collect()
}
