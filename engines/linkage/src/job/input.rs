//! The records of a job: read from its files, named, and put into one table.

use std::{
    collections::{BTreeSet, HashMap},
    path::{Path, PathBuf},
};

use super::{JobError, Request};
use crate::{
    LinkType, Spec, Table,
    arrow::array::RecordBatch,
    quality::Truth,
    read::{self, ReadError, Records},
};

/// Names of columns that usually name a record.
const IDS: [&str; 5] = ["unique_id", "record_id", "rec_id", "id", "person_id"];

/// The records of a job.
pub(super) struct Input {
    pub(super) records: usize,
    /// Each record's name, as its file has it or by its line.
    pub(super) ids: Vec<String>,
    /// Names of the sources; empty where there is only one.
    pub(super) sources: Vec<String>,
    /// For each record its source.
    pub(super) source_of: Vec<u16>,
    /// Only pairs across sources are compared.
    pub(super) link_only: bool,
    /// For each record who it is, where there is a column for that.
    pub(super) truth: Option<Vec<Option<String>>>,
    /// For each column of groups its values.
    pub(super) groups: Vec<(String, Vec<Option<String>>)>,
    /// What a person should know about the files.
    pub(super) notes: Vec<String>,
    batches: Vec<RecordBatch>,
    /// The first record of each file.
    starts: Vec<usize>,
}

/// One file's columns that the job needs beside the spec's.
struct Named {
    id: Option<String>,
}

impl Input {
    pub(super) fn read(request: &Request, spec: &Spec, link_only: bool) -> Result<Input, JobError> {
        let Some(first) = request.files.first() else {
            return Err(ReadError::new(Path::new("no file"), "name at least one file of records").into());
        };
        let mut input = Input {
            records: 0,
            ids: Vec::new(),
            sources: Vec::new(),
            source_of: Vec::new(),
            link_only,
            truth: request.truth.as_ref().map(|_| Vec::new()),
            groups: request.groups.iter().map(|name| (name.clone(), Vec::new())).collect(),
            notes: Vec::new(),
            batches: Vec::new(),
            starts: Vec::new(),
        };
        let mut by_value: HashMap<String, u16> = HashMap::new();
        for (number, path) in request.files.iter().enumerate() {
            let found = read::columns(path)?;
            let wanted = wanted(request, spec, path, &found)?;
            let named = Named { id: id_column(request, path, &found)? };
            let keep = |name: &str| wanted.contains(name) || named.id.as_deref() == Some(name);
            let records = read::records(path, &keep)?;
            input.add(request, path, &named, records, number, &mut by_value)?;
        }
        if input.records == 0 {
            return Err(ReadError::new(first, "there are columns but no records").into());
        }
        if request.files.len() > 1 && request.source.is_none() {
            input.sources = source_names(&request.files);
        }
        if link_only && input.sources.len() < 2 {
            let problem = "only pairs across sources are asked for, but there is one source; name a second file, or --source COLUMN";
            return Err(ReadError::new(first, problem).into());
        }
        input.refuse_doubles(request)?;
        Ok(input)
    }

    fn add(
        &mut self,
        request: &Request,
        path: &Path,
        named: &Named,
        records: Records,
        number: usize,
        by_value: &mut HashMap<String, u16>,
    ) -> Result<(), JobError> {
        self.starts.push(self.records);
        match &named.id {
            Some(column) => {
                for (at, id) in records.text(path, column)?.into_iter().enumerate() {
                    self.ids.push(id.ok_or_else(|| placed(path, at, column, "is empty; every record needs its name"))?);
                }
            }
            None => self.ids.extend((1..=records.records).map(|at| at.to_string())),
        }
        if let (Some(truth), Some(column)) = (&mut self.truth, &request.truth) {
            truth.extend(records.text(path, column)?);
        }
        for (column, values) in &mut self.groups {
            values.extend(records.text(path, column)?);
        }
        match &request.source {
            None => {
                self.source_of.extend(std::iter::repeat_n(u16::try_from(number).unwrap_or(u16::MAX), records.records))
            }
            Some(column) => {
                for value in records.text(path, column)? {
                    let value = value.unwrap_or_else(|| "not known".to_owned());
                    let next = u16::try_from(self.sources.len())
                        .map_err(|_| ReadError::new(path, "holds more than 65,536 sources").column(column))?;
                    let source = *by_value.entry(value.clone()).or_insert(next);
                    if source == next {
                        self.sources.push(value);
                    }
                    self.source_of.push(source);
                }
            }
        }
        self.records += records.records;
        self.notes.extend(records.notes);
        self.batches.extend(records.batches);
        Ok(())
    }

    /// Two records of one source may not share a name: nobody could tell them apart in the results.
    fn refuse_doubles(&self, request: &Request) -> Result<(), JobError> {
        let mut seen: HashMap<(&str, u16), usize> = HashMap::with_capacity(self.ids.len());
        for (record, (id, source)) in self.ids.iter().zip(&self.source_of).enumerate() {
            let Some(earlier) = seen.insert((id, *source), record) else { continue };
            let (path, at) = self.place(request, record);
            let (other, first) = self.place(request, earlier);
            let line =
                read::line_of(&other, first).map_or(format!("record {}", first + 1), |line| format!("line {line}"));
            let problem =
                format!("the same name as on {line}; names of records must differ, or choose another column with --id");
            let found = read::columns(&path)?;
            let column = id_column(request, &path, &found)?.unwrap_or_default();
            return Err(placed(&path, at, &column, &problem).into());
        }
        Ok(())
    }

    /// The file of a record, and its number there.
    fn place(&self, request: &Request, record: usize) -> (PathBuf, usize) {
        let file = self.starts.partition_point(|start| *start <= record).saturating_sub(1);
        let start = self.starts.get(file).copied().unwrap_or_default();
        (request.files.get(file).cloned().unwrap_or_default(), record - start)
    }

    /// The records as a table, once.
    pub(super) fn take_table(&mut self) -> Result<Table, JobError> {
        let batches = std::mem::take(&mut self.batches);
        let table = Table::from_batches(&batches)?;
        if self.sources.len() < 2 {
            return Ok(table);
        }
        let kind = if self.link_only { LinkType::LinkOnly } else { LinkType::LinkAndDedupe };
        Ok(table.with_sources(self.source_of.clone(), kind)?.with_source_names(self.sources.clone())?)
    }

    /// Who each record is, where there is a column for that.
    pub(super) fn truth_of(&self) -> Option<Truth<'_>> {
        let source_of = if self.link_only { self.source_of.as_slice() } else { &[] };
        self.truth.as_ref().map(|person_of| Truth { person_of, source_of })
    }

    /// A record's source by name, where there are several.
    pub(super) fn source(&self, record: u32) -> Option<&str> {
        if self.sources.len() < 2 {
            return None;
        }
        let source = self.source_of.get(record as usize)?;
        self.sources.get(*source as usize).map(String::as_str)
    }

    pub(super) fn id(&self, record: u32) -> &str {
        self.ids.get(record as usize).map_or("", String::as_str)
    }

    /// How a reader finds a record: its name, and its source where there are several.
    pub(super) fn name(&self, record: u32) -> String {
        match self.source(record) {
            Some(source) => format!("{} of {source}", self.id(record)),
            None => self.id(record).to_owned(),
        }
    }
}

/// The columns that the job needs, all of which must be there.
fn wanted(request: &Request, spec: &Spec, path: &Path, found: &[String]) -> Result<BTreeSet<String>, JobError> {
    let mut wanted = BTreeSet::new();
    let mut need = |column: &str, why: String| {
        wanted.insert(column.to_owned());
        if found.iter().any(|name| name == column) {
            return Ok(());
        }
        let near = found.iter().find(|name| name.to_lowercase().replace([' ', '-'], "_") == column.to_lowercase());
        let hint = near.map_or(String::new(), |name| format!("; did you mean `{name}`?"));
        let names: Vec<String> = found.iter().map(|name| format!("`{name}`")).collect();
        let problem = format!("there is no such column, which {why} needs{hint} There are {}", names.join(", "));
        Err(ReadError::new(path, problem).column(column))
    };
    for field in &spec.fields {
        let why = format!("field `{}` of {}", field.name, request.spec.display());
        if field.from.is_empty() {
            need(&field.name, why.clone())?;
        }
        for column in &field.from {
            need(column, why.clone())?;
        }
    }
    if let Some(column) = spec.training.as_ref().and_then(|training| training.label_column.as_ref()) {
        need(column, "the spec's training".to_owned())?;
    }
    for (column, why) in [(&request.id, "--id"), (&request.source, "--source"), (&request.truth, "--truth")] {
        if let Some(column) = column {
            need(column, why.to_owned())?;
        }
    }
    for column in &request.groups {
        need(column, "--group".to_owned())?;
    }
    Ok(wanted)
}

fn id_column(request: &Request, _path: &Path, found: &[String]) -> Result<Option<String>, ReadError> {
    Ok(match &request.id {
        Some(column) => Some(column.clone()),
        None => IDS.iter().find(|id| found.iter().any(|name| name == *id)).map(|id| (*id).to_owned()),
    })
}

fn placed(path: &Path, record: usize, column: &str, problem: &str) -> ReadError {
    let error = ReadError::new(path, problem).column(column);
    match read::line_of(path, record) {
        Some(line) => error.at(line),
        None => ReadError { problem: format!("record {}: {problem}", record + 1), ..error },
    }
}

/// Each file's name without its ending, made distinct.
fn source_names(files: &[PathBuf]) -> Vec<String> {
    let mut names: Vec<String> = Vec::new();
    for path in files {
        let stem = path.file_stem().unwrap_or_default().to_string_lossy().into_owned();
        let taken = |name: &str| names.iter().any(|other| other == name);
        let numbered = |number: usize| if number == 1 { stem.clone() } else { format!("{stem} ({number})") };
        let name = (1..).map(numbered).find(|name| !taken(name)).unwrap_or_default();
        names.push(name);
    }
    names
}

/// The first of these names that is a column.
fn first_of(names: &[&'static str], found: &[String]) -> Option<&'static str> {
    names.iter().find(|name| found.iter().any(|column| column == *name)).copied()
}

/// Finds records by name, and by source where one is given.
pub(super) struct Finder<'a> {
    input: &'a Input,
    by_id: HashMap<&'a str, Vec<u32>>,
}

impl<'a> Finder<'a> {
    pub(super) fn new(input: &'a Input) -> Finder<'a> {
        let mut by_id: HashMap<&str, Vec<u32>> = HashMap::new();
        for (id, record) in input.ids.iter().zip(0_u32..) {
            by_id.entry(id).or_default().push(record);
        }
        Finder { input, by_id }
    }

    /// The record, or why there is none.
    pub(super) fn find(&self, id: &str, source: Option<&str>) -> Result<u32, &'static str> {
        let all = self.by_id.get(id).map_or(&[][..], Vec::as_slice);
        let fits =
            |record: &&u32| source.is_none_or(|source| self.input.source(**record).is_none_or(|own| own == source));
        let mut fitting = all.iter().filter(fits);
        match (fitting.next(), fitting.next()) {
            (Some(record), None) => Ok(*record),
            (Some(_), Some(_)) => {
                Err("is the name of records in several sources; add columns source_left and source_right")
            }
            (None, _) => Err("is the name of no record"),
        }
    }
}

/// Columns of a CSV of pairs: names of both records, and what is said of them.
pub(super) struct PairFile {
    /// The line's number among the records, and both records.
    pub(super) pairs: Vec<(usize, u32, u32)>,
    /// What is said, by pair.
    pub(super) said: Vec<String>,
    /// The column in which it is said.
    pub(super) column: String,
}

impl Input {
    /// Reads a CSV of pairs. Columns may be named as here or as in Splink's label tables.
    pub(super) fn pair_file(&self, path: &Path, said: &[&'static str]) -> Result<PairFile, JobError> {
        let found = read::columns(path)?;
        let column = |names: &[&'static str]| first_of(names, &found);
        let must = |names: &[&'static str]| {
            let missing =
                || ReadError::new(path, format!("there is no such column; the file needs {}", names.join(" or ")));
            column(names).ok_or_else(|| missing().column(names.first().copied().unwrap_or_default()))
        };
        let left = must(&["left", "id_left", "unique_id_l"])?;
        let right = must(&["right", "id_right", "unique_id_r"])?;
        let says = must(said)?;
        let left_source = column(&["source_left", "source_dataset_l"]);
        let right_source = column(&["source_right", "source_dataset_r"]);
        let records = read::records(path, &|_| true)?;
        let text = |name: Option<&str>| name.map_or(Ok(Vec::new()), |name| records.text(path, name));
        let (lefts, rights, says_of) = (text(Some(left))?, text(Some(right))?, text(Some(says))?);
        let (left_sources, right_sources) = (text(left_source)?, text(right_source)?);
        let finder = Finder::new(self);
        let mut file = PairFile { pairs: Vec::new(), said: Vec::new(), column: says.to_owned() };
        for (at, ((one, other), word)) in lefts.iter().zip(&rights).zip(&says_of).enumerate() {
            // A line without a word was not looked at yet.
            let Some(word) = word else { continue };
            let find = |id: &Option<String>, sources: &[Option<String>], column: &str| {
                let source = sources.get(at).and_then(Option::as_deref);
                let id = id.as_deref().unwrap_or_default();
                finder.find(id, source).map_err(|problem| placed(path, at, column, problem))
            };
            let (a, b) = (find(one, &left_sources, left)?, find(other, &right_sources, right)?);
            if a == b {
                return Err(placed(path, at, right, "is the record on the left as well").into());
            }
            file.pairs.push((at, a.min(b), a.max(b)));
            file.said.push(word.to_lowercase());
        }
        Ok(file)
    }

    /// An error at a line of a file of pairs.
    pub(super) fn pair_error(path: &Path, at: usize, column: &str, problem: &str) -> JobError {
        placed(path, at, column, problem).into()
    }
}
