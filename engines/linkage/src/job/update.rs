//! A job upon an earlier one: which records are new or changed since, and which pairs need not be found again.

use std::{
    collections::HashMap,
    fs::File,
    io::{self, BufReader, Write},
    path::Path,
};

use serde::{Deserialize, Serialize};

use super::{JobError, Request, input::Input};
use crate::{Found, Linker, NewRecords, Outcome, RunOptions};

/// The file of a job's folder that a later job reads.
pub(super) const FILE: &str = "update.json";
/// Its form; a file of another one is refused.
const FORM: u32 = 1;

/// What a job keeps for the next one. Names of records stand in it, but none of their values.
#[derive(Serialize, Deserialize)]
struct Kept {
    form: u32,
    found: Found,
    sources: Vec<String>,
    /// Each record's source, its name, and a number that changes with its values.
    records: Vec<(u16, String, u64)>,
}

/// What is known from an earlier job, by the numbers of this one's records.
pub(super) struct Before {
    pub(super) found: Found,
    pub(super) new: NewRecords,
    /// Records that are new, or whose values have changed.
    pub(super) added: usize,
}

/// The sources' names, also where there is only one.
fn sources(request: &Request, input: &Input) -> Vec<String> {
    let stem = |path: &Path| path.file_stem().unwrap_or_default().to_string_lossy().into_owned();
    match input.sources.as_slice() {
        [] => vec![request.files.first().map_or_else(String::new, |path| stem(path))],
        sources => sources.to_vec(),
    }
}

/// Writes what a later job needs.
pub(super) fn write(
    request: &Request,
    input: &Input,
    linker: &Linker,
    outcome: &Outcome,
    file: &mut dyn Write,
) -> io::Result<()> {
    let source = |record: usize| match input.sources.len() {
        0 => 0,
        _ => input.source_of.get(record).copied().unwrap_or_default(),
    };
    let named = input.ids.iter().zip(linker.fingerprints()).enumerate();
    let kept = Kept {
        form: FORM,
        found: outcome.found_from(linker.least(&RunOptions::default())),
        sources: sources(request, input),
        records: named.map(|(record, (id, print))| (source(record), id.clone(), *print)).collect(),
    };
    serde_json::to_writer(file, &kept).map_err(io::Error::from)
}

/// Reads what an earlier job kept, and finds its records among those of this one.
pub(super) fn read(folder: &Path, request: &Request, input: &Input, linker: &Linker) -> Result<Before, JobError> {
    let wrong = |problem: String| JobError::Folder { folder: folder.display().to_string(), problem };
    let file = File::open(folder.join(FILE))
        .map_err(|error| wrong(format!("is not the folder of an earlier job: {FILE} can't be opened: {error}")))?;
    let kept: Kept =
        serde_json::from_reader(BufReader::new(file)).ok().filter(|kept: &Kept| kept.form == FORM).ok_or_else(
            || wrong(format!("{FILE} was not written by this version; link everything once without --update")),
        )?;
    let names = sources(request, input);
    let prints = linker.fingerprints();
    let now: HashMap<(&str, &str), (u32, u64)> = (0_u32..)
        .zip(input.ids.iter().zip(prints))
        .filter_map(|(record, (id, print))| {
            let source = input.source_of.get(record as usize).filter(|_| names.len() > 1).copied().unwrap_or_default();
            Some(((names.get(source as usize)?.as_str(), id.as_str()), (record, *print)))
        })
        .collect();
    // One file then and one now are the same source, whatever the files are called.
    let before = if names.len() == 1 && kept.sources.len() == 1 { &names } else { &kept.sources };
    let place = |(source, id, print): &(u16, String, u64)| {
        let source = before.get(*source as usize)?;
        now.get(&(source.as_str(), id.as_str())).filter(|(_, now)| now == print).map(|(record, _)| *record)
    };
    let places: Vec<Option<u32>> = kept.records.iter().map(place).collect();
    let mut is_known = vec![false; linker.records()];
    for record in places.iter().flatten() {
        if let Some(known) = is_known.get_mut(*record as usize) {
            *known = true;
        }
    }
    let new: Vec<u32> = (0_u32..).zip(is_known).filter(|(_, known)| !known).map(|(record, _)| record).collect();
    let found = kept.found.renumbered(|record| places.get(record as usize).copied().flatten());
    Ok(Before { found, added: new.len(), new: NewRecords::records(&new) })
}
