//! Where rows wait until they are files. Rows come area by area and leave ordered by time, so they go to a spool file for each
//! feed and period first; a spool is small enough to be ordered in memory whatever the county's size.
//!
//! On the way one row in 200 is spoiled (it must end in quarantine), one in 250 is sent again unchanged in the next file and
//! one in 100 again with a changed telephone (a new version), except by feeds that send the whole picture each time.

use std::collections::BTreeMap;
use std::io::Write;
use std::path::{Path, PathBuf};

use jiff::civil::DateTime;

use super::{Bytes, Feed, Kind, Layout, encoding, xlsx};
use crate::county::{CountyError, FeedCount};
use crate::dice::Dice;
use crate::files::{Table, create, table};
use crate::window::{Month, Window};

/// Of the rows, how many are spoiled, repeated, and changed and sent again.
const SPOILED: f64 = 0.005;
const REPEATED: f64 = 0.004;
const REVISED: f64 = 0.010;

/// A row on its way.
pub struct Row {
    /// Orders the file and chooses it.
    pub at: DateTime,
    /// Its id in the feed, or one for the truth file alone where the feed has none.
    pub source: String,
    /// The person's number; `None` for anonymous rows.
    pub person: Option<u64>,
    /// Mistakes made on purpose.
    pub mistakes: Vec<&'static str>,
    /// Its cells.
    pub cells: Vec<String>,
}

/// All feeds' rows on their way.
pub struct Outbox {
    out: PathBuf,
    window: Window,
    spools: BTreeMap<(Feed, Month), Table>,
    counters: BTreeMap<&'static str, u64>,
    dice: Dice,
    counts: BTreeMap<&'static str, FeedCount>,
}

impl Outbox {
    /// An empty one over this folder.
    #[must_use]
    pub fn new(out: &Path, window: Window, seed: u64) -> Self {
        Self {
            out: out.to_owned(),
            window,
            spools: BTreeMap::new(),
            counters: BTreeMap::new(),
            dice: Dice::of(seed, "outbox", 0),
            counts: BTreeMap::new(),
        }
    }

    /// The next number of a series of ids ("crime", "custody", …): each below ten million, none twice, in no order that
    /// tells anything.
    pub fn next_number(&mut self, series: &'static str) -> u64 {
        const PRIME: u64 = 9_999_991;
        let counter = self.counters.entry(series).or_insert(0);
        *counter += 1;
        (*counter * 3_861_047) % PRIME
    }

    /// Takes a row, and decides whether it is spoiled or comes again. Nothing later than the window's end is taken.
    ///
    /// # Errors
    /// When the spool cannot be written.
    pub fn send(&mut self, feed: Feed, mut row: Row) -> Result<(), CountyError> {
        if row.at > self.window.until {
            return Ok(());
        }
        let layout = feed.layout();
        let file = self.window.file_of(row.at.date(), layout.months);
        let next = self.window.after(file, layout.months).filter(|_| !layout.whole_picture);
        let count = self.counts.entry(layout.name).or_default();
        count.rows += 1;
        let chance = self.dice.unit();
        if chance < SPOILED {
            count.bad += 1;
            row.mistakes.push(spoil(&mut row.cells, layout, &mut self.dice));
        } else if chance < SPOILED + REPEATED
            && let Some(next) = next
        {
            count.rows += 1;
            count.repeated += 1;
            row.mistakes.push("sent_again");
            self.spool(feed, next, &row)?;
            row.mistakes.pop();
        } else if chance < SPOILED + REPEATED + REVISED
            && let Some((next, at)) = next.zip(layout.columns.iter().position(|(_, kind)| *kind == Kind::Phone))
        {
            count.rows += 1;
            count.revised += 1;
            let mut later = Row {
                at: row.at,
                source: row.source.clone(),
                person: row.person,
                mistakes: row.mistakes.clone(),
                cells: row.cells.clone(),
            };
            later.mistakes.push("new_version");
            if let Some(cell) = later.cells.get_mut(at) {
                *cell = crate::people::mobile(self.dice.below(20_000_000));
            }
            self.spool(feed, next, &later)?;
        }
        self.spool(feed, file, &row)
    }

    fn spool(&mut self, feed: Feed, file: Month, row: &Row) -> Result<(), CountyError> {
        let spool = match self.spools.entry((feed, file)) {
            std::collections::btree_map::Entry::Occupied(entry) => entry.into_mut(),
            std::collections::btree_map::Entry::Vacant(entry) => {
                let path = spool_path(&self.out, feed, file);
                entry.insert(table(&path)?)
            }
        };
        let order = row.at.strftime("%Y-%m-%dT%H:%M:%S").to_string();
        let person = row.person.map(|number| number.to_string()).unwrap_or_default();
        let head = [order, row.source.clone(), person, row.mistakes.join("|")];
        spool.row(head.iter().chain(&row.cells))
    }

    /// Orders every spool, writes the feeds' files and the truth about their records, and removes the spools.
    ///
    /// # Errors
    /// When a file cannot be read or written.
    pub fn close(mut self, mut done: impl FnMut(u64, u64)) -> Result<BTreeMap<&'static str, FeedCount>, CountyError> {
        let mut truth = table(&self.out.join("truth/records.csv"))?;
        truth.row(["feed", "source_id", "file", "person", "deliberate_mistakes"])?;
        let spools = std::mem::take(&mut self.spools);
        let total = spools.len() as u64;
        for (written, ((feed, file), spool)) in spools.into_iter().enumerate() {
            spool.end()?;
            let rows = read_spool(&spool_path(&self.out, feed, file))?;
            self.write_file(feed, file, rows, &mut truth)?;
            self.counts.entry(feed.layout().name).or_default().files += 1;
            done(written as u64 + 1, total);
        }
        truth.end()?;
        let spool = self.out.join(".spool");
        std::fs::remove_dir_all(&spool).map_err(|source| CountyError::file(&spool, source))?;
        Ok(self.counts)
    }

    fn write_file(&self, feed: Feed, file: Month, rows: Vec<Spooled>, truth: &mut Table) -> Result<(), CountyError> {
        let layout = feed.layout();
        let ending = if layout.bytes == Bytes::Workbook { "xlsx" } else { "csv" };
        let name = format!("{file}.{ending}");
        let path = self.out.join("feeds").join(layout.name).join(&name);
        let mut lines = Vec::with_capacity(rows.len() + 1);
        lines.push(layout.columns.iter().map(|(name, _)| (*name).to_owned()).collect::<Vec<_>>());
        for Spooled { head: [_, source, person, mistakes], cells } in rows {
            if layout.name != "istv" {
                truth.row([layout.name, &source, &name, &person, &mistakes])?;
            }
            lines.push(cells);
        }
        let bytes = match encoding::bytes(&lines, layout.bytes) {
            Some(bytes) => bytes,
            None => xlsx::workbook("Exclusions", &lines).map_err(|source| CountyError::file(&path, source))?,
        };
        create(&path)?.write_all(&bytes).map_err(|source| CountyError::file(&path, source))
    }
}

struct Spooled {
    head: [String; 4],
    cells: Vec<String>,
}

fn spool_path(out: &Path, feed: Feed, file: Month) -> PathBuf {
    out.join(".spool").join(format!("{}-{file}.csv", feed.layout().name))
}

fn read_spool(path: &Path) -> Result<Vec<Spooled>, CountyError> {
    let failed = |source: csv::Error| CountyError::file(path, source.into());
    let mut reader = csv::ReaderBuilder::new().has_headers(false).flexible(true).from_path(path).map_err(failed)?;
    let mut rows = Vec::new();
    for record in reader.records() {
        let record = record.map_err(failed)?;
        let mut cells = record.iter().map(str::to_owned);
        let head = std::array::from_fn(|_| cells.next().unwrap_or_default());
        rows.push(Spooled { head, cells: cells.collect() });
    }
    rows.sort_by(|left, right| left.head.cmp(&right.head));
    Ok(rows)
}

/// Spoils one cell so that the row cannot be accepted, and says how.
fn spoil(cells: &mut [String], layout: &Layout, dice: &mut Dice) -> &'static str {
    let of_kind =
        |kind: Kind| layout.columns.iter().enumerate().filter(move |(_, column)| column.1 == kind).map(|(at, _)| at);
    let (kind, with, name) = match dice.below(3) {
        0 => (Kind::When, layout.impossible, "spoiled_date"),
        1 => (Kind::Code, "ZZ9", "spoiled_code"),
        _ => (Kind::Required, "", "spoiled_missing"),
    };
    let columns: Vec<usize> = of_kind(kind).collect();
    if let Some(cell) = cells.get_mut(dice.pick(&columns)) {
        with.clone_into(cell);
    }
    name
}
