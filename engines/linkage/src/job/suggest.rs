//! Blocking rules for somebody's files, given a budget of pairs.

use super::{JobError, Progress, Request, learn, prepare};
use crate::Suggestion;

/// Reads the records, learns what the spec leaves open and looks for blocking rules within the request's budget: see
/// [`crate::Linker::suggest_blocking`]. Nothing is linked or written.
///
/// # Errors
/// [`JobError`], naming the file, and its column, line or rule where there is one.
pub fn suggest(request: &Request, tell: &mut dyn FnMut(Progress)) -> Result<Suggestion, JobError> {
    let (input, mut linker) = prepare(request, tell)?;
    for note in &input.notes {
        tell(Progress::Say(format!("Note: {note}")));
    }
    if !linker.spec().is_trained() {
        let report;
        (linker, report) = learn(request, linker, tell)?;
        for warning in &report.warnings {
            tell(Progress::Say(format!("Note: {warning}")));
        }
    }
    tell(Progress::Begin("Looking for blocking rules"));
    let suggestion = linker.suggest_blocking(request.budget)?;
    tell(Progress::End(format!("{} found", suggestion.rules.len())));
    Ok(suggestion)
}
