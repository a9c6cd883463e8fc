//! `alongside check`: whether feeds and moment types that somebody is writing can be used. Needs no installation.

use std::{path::Path, process::ExitCode};

use crate::{cli, declarations};

/// Reads each file, says what is wrong with it, and ends with 1 where something is.
#[must_use]
pub fn run(files: &cli::Check) -> ExitCode {
    let feeds = files.feeds.iter().map(|file| (file, feed(file)));
    let types = files.moment_types.iter().map(|file| (file, moment_type(file)));
    let mut wrong = 0;
    for (file, outcome) in feeds.chain(types) {
        match outcome {
            Ok(words) => println!("{}: good: {words}", file.display()),
            Err(problem) => {
                wrong += 1;
                println!("{}: {problem}", file.display());
            }
        }
    }
    if wrong == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

fn feed(file: &Path) -> Result<String, String> {
    let feed = ingest::api::check_feed_file(file).map_err(|fault| fault.problem)?;
    Ok(format!("the feed `{}`, {} columns", feed.name, feed.columns.len()))
}

fn moment_type(file: &Path) -> Result<String, String> {
    declarations::moment_types(&[file.to_owned()]).map_err(|error| format!("{error:#}"))?;
    Ok("a moment type".to_owned())
}
