//! The header line against the feed's columns: which cell is which column, what is missing, what is not ours, and what the
//! sender may have meant.

use base::names::fold;

use crate::{
    feed::{Column, Feed},
    row::Mends,
    table::{Refused, RowView},
};

/// The header of the line number in a quarantine that comes back mended.
pub(crate) const LINE: &str = "Alongside line";
/// The header of the delivery's id in it.
pub(crate) const DELIVERY: &str = "Alongside delivery";
/// The header of the reasons in it.
pub(crate) const PROBLEM: &str = "Alongside problem";

/// Where each column stands in this file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Plan {
    /// For each column of the feed, its cell in a row.
    pub places: Vec<Option<usize>>,
    prefixes: Vec<String>,
    /// The header as it stands, without guards.
    pub names: Vec<String>,
    /// How many cells the header has.
    pub width: usize,
    line: Option<usize>,
    delivery: Option<usize>,
    /// What the sender should know, though the file is taken.
    pub notes: Vec<String>,
}

impl Plan {
    /// `"key":` of a column.
    pub(crate) fn prefix(&self, at: usize) -> &str {
        self.prefixes.get(at).map_or("", String::as_str)
    }

    /// Whether the file is a quarantine come back.
    pub(crate) fn is_mending(&self) -> bool {
        self.line.is_some() && self.delivery.is_some()
    }

    /// Which quarantined row this row mends.
    pub(crate) fn mends(&self, row: &RowView<'_>) -> Option<Mends> {
        let (line, delivery) = (row.cell(self.line?), row.cell(self.delivery?));
        Some(Mends { delivery: delivery.to_owned(), line: line.parse().ok()? })
    }
}

/// Reads the header line. `others` are all feeds, to tell a file that was sent to the wrong one.
pub(crate) fn plan(feed: &Feed, others: &[Feed], header: &RowView<'_>) -> Result<Plan, Refused> {
    let is_own = |own: &str| header.cells().any(|name| fold(name.trim()) == fold(own));
    let cells = header.unguarded();
    let mended = header.with(&cells);
    let header = if is_own(LINE) && is_own(DELIVERY) { &mended } else { header };
    let names: Vec<String> = header.cells().map(|name| fold(name.trim())).collect();
    let shown: Vec<&str> = header.cells().map(str::trim).collect();
    let place = |column: &Column| {
        std::iter::once(&column.name).chain(&column.also).find_map(|name| {
            let wanted = fold(name);
            names.iter().position(|name| *name == wanted)
        })
    };
    let places: Vec<Option<usize>> = feed.columns.iter().map(place).collect();
    let ours = |name: &str| [LINE, DELIVERY, PROBLEM].iter().any(|own| fold(own) == *name);
    let unknown: Vec<&str> = (0..names.len())
        .filter(|at| !places.contains(&Some(*at)))
        .filter(|at| names.get(*at).is_some_and(|name| !name.is_empty() && !ours(name)))
        .filter_map(|at| shown.get(at).copied())
        .collect();
    let missing: Vec<&Column> =
        feed.columns.iter().zip(&places).filter(|(_, place)| place.is_none()).map(|(column, _)| column).collect();
    if missing.iter().any(|column| column.required) || missing.len() == feed.columns.len() {
        return Err(mismatch(feed, others, &names, &missing, &unknown));
    }
    for place in places.iter().flatten() {
        let name = names.get(*place);
        if names.iter().filter(|other| Some(*other) == name).count() > 1 {
            let column = shown.get(*place).copied().unwrap_or_default();
            return Err(Refused::new(
                "header",
                format!("The header has the column “{column}” twice."),
                "Remove one of them, so that it is clear which is meant.",
            ));
        }
    }
    let own = |name: &str| names.iter().position(|found| *found == fold(name));
    Ok(Plan {
        prefixes: feed.columns.iter().map(|column| prefix(&column.key)).collect(),
        width: names.len(),
        names: shown.iter().map(|name| (*name).to_owned()).collect(),
        line: own(LINE),
        delivery: own(DELIVERY),
        notes: notes(&missing, &unknown),
        places,
    })
}

fn prefix(key: &str) -> String {
    let mut text = String::new();
    super::cell::write_text(key, &mut text);
    text.push(':');
    text
}

fn notes(missing: &[&Column], unknown: &[&str]) -> Vec<String> {
    let mut notes = Vec::new();
    if !missing.is_empty() {
        let list: Vec<String> = missing.iter().map(|column| suggest(column, unknown)).collect();
        notes.push(format!("These columns did not come and are kept blank: {}.", list.join(", ")));
    }
    if !unknown.is_empty() {
        notes.push(format!("These columns are not part of the feed and were not kept: {}.", quoted(unknown)));
    }
    notes
}

fn mismatch(feed: &Feed, others: &[Feed], names: &[String], missing: &[&Column], unknown: &[&str]) -> Refused {
    if let Some(other) = looks_like(feed, others, names) {
        return Refused::new(
            "another_feed",
            format!("This looks like a file of the feed “{}” ({}), not of “{}”.", other.title, other.name, feed.title),
            format!("Send it to {}.", other.name),
        );
    }
    if missing.len() == feed.columns.len() {
        // Nothing is quoted: without a header, line 1 is somebody's data.
        let wanted: Vec<&str> = feed.columns.iter().map(|column| column.name.as_str()).collect();
        return Refused::new(
            "header",
            "The first line has none of this feed’s column names.",
            format!("Begin the file with a header line. The columns are: {}.", quoted(&wanted)),
        );
    }
    let required: Vec<String> =
        missing.iter().filter(|column| column.required).map(|column| suggest(column, unknown)).collect();
    let mut why = format!("The header lacks what every row must have: {}.", required.join(", "));
    if !unknown.is_empty() {
        why.push_str(&format!(" It has names that the feed doesn’t know: {}.", quoted(unknown)));
    }
    Refused::new("header", why, "Correct the names in the first line and send the file again.")
}

fn quoted(names: &[&str]) -> String {
    names.iter().map(|name| format!("“{}”", shortened(name))).collect::<Vec<_>>().join(", ")
}

fn shortened(name: &str) -> String {
    if name.chars().count() > 60 {
        format!("{}…", name.chars().take(60).collect::<String>())
    } else {
        name.to_owned()
    }
}

/// A missing column, and the unknown one that may be meant.
fn suggest(column: &Column, unknown: &[&str]) -> String {
    let wanted = fold(&column.name);
    let nearest = unknown
        .iter()
        .map(|name| (distance(&wanted, &fold(name)), name))
        .min()
        .filter(|(distance, _)| *distance <= (wanted.chars().count() / 3).max(1));
    match nearest {
        Some((_, name)) => format!("“{}” (is it “{}”?)", column.name, shortened(name)),
        None => format!("“{}”", column.name),
    }
}

/// The feed whose header this is, if it is another's: all that it requires is there, and more of its columns than of ours.
fn looks_like<'f>(feed: &Feed, others: &'f [Feed], names: &[String]) -> Option<&'f Feed> {
    let has =
        |column: &Column| std::iter::once(&column.name).chain(&column.also).any(|name| names.contains(&fold(name)));
    let share = |feed: &Feed| {
        let found = feed.columns.iter().filter(|column| has(column)).count();
        found * 1000 / feed.columns.len().max(1)
    };
    let own = share(feed);
    others
        .iter()
        .filter(|other| other.name != feed.name)
        .filter(|other| other.columns.iter().filter(|column| column.required).all(has))
        .map(|other| (share(other), other))
        .filter(|(found, _)| *found > own && *found >= 600)
        .max_by_key(|(found, _)| *found)
        .map(|(_, other)| other)
}

/// How many letters must be changed, added or dropped (Levenshtein's distance).
fn distance(one: &str, other: &str) -> usize {
    let other: Vec<char> = other.chars().take(100).collect();
    let mut row: Vec<usize> = (0..=other.len()).collect();
    for (i, a) in one.chars().take(100).enumerate() {
        let mut diagonal = i;
        let mut left = i + 1;
        let mut next = vec![left];
        for (above, b) in row.iter().skip(1).zip(&other) {
            let here = (diagonal + usize::from(a != *b)).min(left + 1).min(above + 1);
            diagonal = *above;
            left = here;
            next.push(here);
        }
        row = next;
    }
    row.last().copied().unwrap_or(0)
}
