//! Reading runs on a thread of its own, ahead of the writer by a few parts: while one is written, the next are read, checked
//! and summed.

use std::sync::Arc;

use base::Date;
use tokio::sync::mpsc;

use crate::{
    feed::{Feed, feeds},
    row::{Bad, Checked, Checker, Draft, header, identity::Seen},
    table::{self, Again, Limits, Look, Next, Refused},
};

/// Some rows of the file, in its order.
#[derive(Debug, Default)]
pub(crate) struct Part {
    pub drafts: Vec<Draft>,
    pub bad: Vec<Bad>,
    /// The line on which the last row of the part begins.
    pub to_line: u64,
}

impl Part {
    pub(crate) fn rows(&self) -> usize {
        self.drafts.len() + self.bad.len()
    }

    pub(super) fn append(&mut self, mut later: Self) {
        self.drafts.append(&mut later.drafts);
        self.bad.append(&mut later.bad);
        self.to_line = later.to_line;
    }
}

/// Rows that a message carries: the writer takes as many messages at once as its time allows.
const ROWS_A_PART: usize = 500;
const PARTS_AHEAD: usize = 12;

/// What is read, and from where on.
pub(super) struct Reading {
    pub file: Arc<dyn Again>,
    pub look: Look,
    pub feed: &'static Feed,
    pub received: Date,
    /// Rows that begin on this line or before were settled already; they are read again only to be counted.
    pub lines_done: u64,
    pub limits: Limits,
}

/// The parts as they come, and at the end what was seen or why reading stopped.
pub(super) struct Pipe {
    pub parts: mpsc::Receiver<Part>,
    pub end: tokio::task::JoinHandle<Result<Seen, Refused>>,
}

pub(super) fn start(reading: Reading) -> Pipe {
    let (sender, parts) = mpsc::channel(PARTS_AHEAD);
    let end = tokio::task::spawn_blocking(move || read(&reading, &sender));
    Pipe { parts, end }
}

fn read(reading: &Reading, sender: &mpsc::Sender<Part>) -> Result<Seen, Refused> {
    let mut checker: Option<Checker<'_>> = None;
    let mut part = Part::default();
    table::rows(reading.file.as_ref(), &reading.look, &reading.limits, &mut |row| -> Result<Next, Refused> {
        let Some(checker) = checker.as_mut() else {
            if !row.is_blank() {
                let plan = header::plan(reading.feed, feeds(), row)?;
                checker = Some(Checker::new(reading.feed, plan, reading.received));
            }
            return Ok(Next::Row);
        };
        if row.is_blank() {
            return Ok(Next::Row);
        }
        let checked = checker.check(row);
        if row.line <= reading.lines_done {
            return Ok(Next::Row);
        }
        match checked {
            Checked::Draft(draft) => part.drafts.push(draft),
            Checked::Bad(bad) => part.bad.push(bad),
        }
        part.to_line = row.line;
        if part.rows() >= ROWS_A_PART && sender.blocking_send(std::mem::take(&mut part)).is_err() {
            return Ok(Next::Stop); // the writer gave up; it says why
        }
        Ok(Next::Row)
    })?;
    if part.rows() > 0 {
        let _ = sender.blocking_send(part);
    }
    Ok(checker.map(|checker| checker.seen).unwrap_or_default())
}

/// Reads the header line alone.
pub(super) fn head(
    file: &dyn Again,
    look: &Look,
    feed: &'static Feed,
    limits: &Limits,
) -> Result<(header::Plan, Vec<String>), Refused> {
    let whole = feed.delivers == crate::feed::Delivers::Everything;
    if (whole || !feed.has_source_id()) && look.rows > limits.remembered_rows {
        return Err(Refused::too_large(format!("A file of this feed may have {} rows.", limits.remembered_rows)));
    }
    let mut found = None;
    let mut rows = 0;
    table::rows(file, look, limits, &mut |row| -> Result<Next, Refused> {
        if row.is_blank() {
            return Ok(Next::Row);
        }
        rows += 1;
        if found.is_none() {
            let mut plan = header::plan(feed, feeds(), row)?;
            let names = std::mem::take(&mut plan.names);
            found = Some((plan, names));
            return Ok(Next::Row);
        }
        Ok(Next::Stop)
    })?;
    match found {
        Some((plan, _)) if whole && rows < 2 && !plan.is_mending() => Err(Refused::new(
            "empty",
            "The file has a header and no rows. This feed delivers everything each time, so all that is held would count as \
             withdrawn.",
            "Check that the file was written in full.",
        )),
        Some(found) => Ok(found),
        None => {
            Err(Refused::new("empty", "The file has nothing but empty lines.", "Check that it was written in full."))
        }
    }
}
