//! One row against its feed: every cell read, every reason at once why it can't be taken, the body that is kept and the
//! identity by which it is known again. Pure: no I/O, no clock.

mod cell;
pub(crate) mod format;
pub(crate) mod guard;
pub(crate) mod header;
pub(crate) mod identity;
#[cfg(test)]
mod tests;

use base::{Date, DateTime, Timestamp, london};
use serde::{Deserialize, Serialize};

use crate::{
    feed::{Delivers, Feed, Role},
    table::RowView,
};
use header::Plan;
use identity::{Digest128, Seen};

/// One reason why a row waits in quarantine. It quotes no cell.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reason {
    /// The column's name; none where the whole row is meant.
    pub column: Option<String>,
    /// What is wrong.
    pub problem: String,
    /// What to do.
    pub fix: String,
}

/// A row that may become a record.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Draft {
    pub line: u64,
    /// The source's id, or the content's digest and its occurrence number.
    pub key: String,
    /// Compact JSON.
    pub body: String,
    pub hash: String,
    /// Microseconds, UTC.
    pub event_at: Option<i64>,
    pub expires_on: Option<Date>,
    pub mends: Option<Mends>,
    /// Whether the source says that it is protected.
    pub sealed: bool,
}

/// A row that waits in quarantine.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Bad {
    pub line: u64,
    /// The partner's own cells, for the quarantine's download.
    pub cells: Vec<String>,
    pub reasons: Vec<Reason>,
    pub mends: Option<Mends>,
    /// The source's id, where it has one.
    pub key: Option<String>,
    /// Whether the source says that it is protected, or doesn't say.
    pub sealed: bool,
}

/// Which quarantined row of an earlier delivery this one is the mended form of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Mends {
    pub delivery: String,
    pub line: u64,
}

pub(crate) enum Checked {
    Draft(Draft),
    Bad(Bad),
}

/// Reads rows of one file against one feed.
pub(crate) struct Checker<'f> {
    feed: &'f Feed,
    plan: Plan,
    /// The day of receipt in London.
    received: Date,
    pub seen: Seen,
}

impl<'f> Checker<'f> {
    pub(crate) fn new(feed: &'f Feed, plan: Plan, received: Date) -> Self {
        Self { feed, plan, received, seen: Seen::default() }
    }

    /// Checks one row. Rows must come in the order of the file, since equal rows are numbered.
    pub(crate) fn check(&mut self, row: &RowView<'_>) -> Checked {
        if !self.plan.is_mending() {
            return self.check_cells(row);
        }
        let cells = row.unguarded();
        self.check_cells(&row.with(&cells))
    }

    fn check_cells(&mut self, row: &RowView<'_>) -> Checked {
        let mut reading = Reading { body: String::with_capacity(384), reasons: Vec::new(), event: None, born: None };
        reading.body.push('{');
        self.check_width(row, &mut reading);
        for (at, column) in self.feed.columns.iter().enumerate() {
            let Some(place) = self.plan.places.get(at).copied().flatten() else { continue };
            let text = row.cell(place);
            if text.is_empty() {
                if column.required {
                    reading.reasons.push(blank(self.feed, at));
                }
                continue;
            }
            match cell::read(&column.kind, text, self.plan.prefix(at), &mut reading.body) {
                Ok(when) => reading.remember(self.feed, at, when),
                Err(wrong) => reading.reasons.push(Reason {
                    column: Some(column.name.clone()),
                    problem: wrong.problem,
                    fix: wrong.fix,
                }),
            }
        }
        self.finish(row, reading)
    }

    fn check_width(&self, row: &RowView<'_>, reading: &mut Reading) {
        let extra = (self.plan.width..row.len()).any(|at| !row.cell(at).is_empty());
        if extra {
            reading.reasons.push(Reason {
                column: None,
                problem: format!("The row has {} cells, the header has {}.", row.len(), self.plan.width),
                fix: "Put quotation marks around a cell that has the delimiter in it.".to_owned(),
            });
        }
    }

    fn finish(&mut self, row: &RowView<'_>, mut reading: Reading) -> Checked {
        if let Role::Fixed(role) = &self.feed.role {
            cell::write_pair("\"role\":", role, &mut reading.body);
        }
        reading.body.push('}');
        let event_at = self.event_instant(&mut reading);
        self.check_dates(&mut reading);
        let mends = self.plan.mends(row);
        let id = self.source_id(row);
        if !reading.reasons.is_empty() {
            if self.remembers()
                && let Some(id) = &id
            {
                self.seen.count(identity::fingerprint(id)); // a bad row still says that its record is there
            }
            let cells = row.cells().map(str::to_owned).collect();
            let sealed = self.sealed(row).unwrap_or(self.feed.sealed.is_some());
            return Checked::Bad(Bad { line: row.line, cells, reasons: reading.reasons, mends, key: id, sealed });
        }
        let digest = Digest128::of(reading.body.as_bytes());
        let hash = digest.text();
        let key = match id {
            Some(id) => id,
            None => identity::content_key(&hash, self.seen.count(digest.fingerprint())),
        };
        if self.remembers() {
            self.seen.count(identity::fingerprint(&key));
        }
        Checked::Draft(Draft {
            line: row.line,
            key,
            hash,
            event_at: event_at.map(Timestamp::as_micros),
            expires_on: self
                .feed
                .retention
                .map(|retention| retention.expires_on(reading.event.map(|at| at.date()), reading.born, self.received)),
            body: reading.body,
            mends,
            sealed: self.sealed(row).unwrap_or(false),
        })
    }

    /// Whether the source says that the row is protected; none where it doesn't say, or never does.
    fn sealed(&self, row: &RowView<'_>) -> Option<bool> {
        let sealed = self.feed.sealed.as_ref()?;
        let text = row.cell(self.plan.places.get(sealed.column).copied().flatten()?);
        (!text.is_empty()).then(|| sealed.values.contains(&base::names::fold(text)))
    }

    /// Whether which ids came must be remembered until the file ends.
    fn remembers(&self) -> bool {
        self.feed.delivers == Delivers::Everything
    }

    fn source_id(&self, row: &RowView<'_>) -> Option<String> {
        let mut parts = Vec::new();
        for at in &self.feed.source_id {
            let place = self.plan.places.get(*at).copied().flatten()?;
            let text = row.cell(place);
            if text.is_empty() {
                return None;
            }
            parts.push(text);
        }
        (!parts.is_empty()).then(|| identity::source_key(&parts))
    }

    fn event_instant(&self, reading: &mut Reading) -> Option<Timestamp> {
        let local = reading.event?;
        match london::resolve(local) {
            Ok(at) => Some(at),
            Err(error) => {
                let column = self.feed.event_at.and_then(|at| self.feed.columns.get(at));
                let problem = cell::sentence(&error.to_string());
                let name = column.map(|column| column.name.clone());
                // The cell itself said so already where it is a date and time.
                if !reading.reasons.iter().any(|reason| reason.column == name) {
                    reading.reasons.push(Reason { column: name, problem, fix: "Correct the time.".to_owned() });
                }
                None
            }
        }
    }

    fn check_dates(&self, reading: &mut Reading) {
        if let Some(born) = reading.born
            && born > self.received
        {
            reading.reasons.push(Reason {
                column: self.feed.dob.and_then(|at| self.feed.columns.get(at)).map(|column| column.name.clone()),
                problem: "The date of birth lies in the future.".to_owned(),
                fix: "Correct it, or leave it blank if it is not known.".to_owned(),
            });
        }
    }
}

/// What reading the cells of one row gathers.
struct Reading {
    body: String,
    reasons: Vec<Reason>,
    event: Option<DateTime>,
    born: Option<Date>,
}

impl Reading {
    fn remember(&mut self, feed: &Feed, at: usize, when: Option<DateTime>) {
        let Some(when) = when else { return };
        if feed.event_at == Some(at) {
            self.event = Some(when);
        }
        if feed.dob == Some(at) {
            self.born = Some(when.date());
        }
    }
}

fn blank(feed: &Feed, at: usize) -> Reason {
    let column = feed.columns.get(at).map(|column| column.name.clone());
    if feed.role == Role::Column(at) {
        return Reason {
            column,
            problem: "The role is blank.".to_owned(),
            fix: "Say who this person was in the event. A role is never guessed.".to_owned(),
        };
    }
    Reason { column, problem: "The cell is blank and must not be.".to_owned(), fix: "Fill it in.".to_owned() }
}
