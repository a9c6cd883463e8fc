//! The transparency report of a quarter: how often records were asked for, what for, of whom, with what answer; counted once, suppressed,
//! proposed by one person, published by another, and never changed after.

mod count;
mod draft;
pub(crate) mod pages;
pub(crate) mod store;
#[cfg(test)]
mod tests;

use base::{
    Date, Timestamp,
    counts::{Count, Rule, suppress_table},
    london,
};
use serde::{Deserialize, Serialize};
use vault::{Published, StoreError};

pub use count::{CountPeople, DraftTransparency, PeopleTable};
pub(crate) use draft::PUBLISHERS;
pub use draft::{propose, publish};

/// Three months: `2026-q3`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Quarter {
    year: i16,
    /// 1 to 4.
    number: i8,
}

impl Quarter {
    /// The quarter in which a day lies.
    #[must_use]
    pub fn of(day: Date) -> Self {
        Self { year: day.year(), number: (day.month() - 1) / 3 + 1 }
    }

    /// The quarter before.
    #[must_use]
    pub fn before(self) -> Self {
        if self.number > 1 { Self { number: self.number - 1, ..self } } else { Self { year: self.year - 1, number: 4 } }
    }

    /// The quarter after.
    #[must_use]
    pub fn after(self) -> Self {
        if self.number < 4 { Self { number: self.number + 1, ..self } } else { Self { year: self.year + 1, number: 1 } }
    }

    /// Its first day.
    #[must_use]
    pub fn first(self) -> Date {
        Date::new(self.year, (self.number - 1) * 3 + 1, 1).unwrap_or(Date::MIN)
    }

    /// Its first instant in London, and that of the quarter after.
    #[must_use]
    pub fn bounds(self) -> (Timestamp, Timestamp) {
        let start = |day| london::start_of(day).unwrap_or(Timestamp::EPOCH);
        (start(self.first()), start(self.after().first()))
    }

    /// `July to September 2026`.
    #[must_use]
    pub fn words(self) -> String {
        let months = ["January to March", "April to June", "July to September", "October to December"];
        let months = usize::try_from(self.number - 1).ok().and_then(|at| months.get(at)).copied().unwrap_or_default();
        format!("{months} {}", self.year)
    }
}

impl std::fmt::Display for Quarter {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}-q{}", self.year, self.number)
    }
}

impl std::str::FromStr for Quarter {
    type Err = &'static str;
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        const WRONG: &str = "not a quarter such as 2026-q3";
        let (year, number) = text.split_once("-q").ok_or(WRONG)?;
        let quarter = Self { year: year.parse().map_err(|_| WRONG)?, number: number.parse().map_err(|_| WRONG)? };
        let known = (2000..=2200).contains(&quarter.year) && (1..=4).contains(&quarter.number);
        if known && quarter.to_string() == text { Ok(quarter) } else { Err(WRONG) }
    }
}

/// A report as it is shown, word for word.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Report {
    /// Of which quarter.
    pub quarter: String,
    /// The unit’s name.
    pub unit: String,
    /// When it was counted.
    pub counted_at: String,
    /// Up to the end of which day the log was counted.
    pub counted_until: String,
    /// Its tables.
    pub sections: Vec<Section>,
}

/// A table of a report.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Section {
    /// What is counted.
    pub title: String,
    /// How.
    pub note: String,
    /// The head of the first column.
    pub head: String,
    /// The heads of the others.
    pub columns: Vec<String>,
    /// Its rows.
    pub rows: Vec<Line>,
}

/// A row of a table.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Line {
    /// The group.
    pub label: String,
    /// A number, `fewer than 5` or `not shown` for each column.
    pub cells: Vec<String>,
}

/// What is shown where a whole table is withheld.
const WITHHELD: &str = "not shown";

/// What a table is about, in words.
pub(crate) struct Words<'a> {
    pub title: &'a str,
    pub note: &'a str,
    pub head: &'a str,
    pub row: &'a (dyn Fn(&str) -> String + Sync),
    pub column: &'a (dyn Fn(&str) -> String + Sync),
}

impl Section {
    /// A table of counts by row and column. Where even its total may not be shown, none of it is: another table of the same people could
    /// give that total away.
    pub(crate) fn of(words: &Words, published: &Published) -> Self {
        let table = &published.table;
        let withheld = table.total.is_suppressed();
        let cell = |count: &Count| if withheld { WITHHELD.to_owned() } else { count.to_string() };
        let several = published.columns.len() > 1;
        let line = |label: String, cells: &[Count], total: &Count| {
            let mut cells: Vec<String> = cells.iter().map(cell).collect();
            if several {
                cells.push(cell(total));
            }
            Line { label, cells }
        };
        let mut columns: Vec<String> = published.columns.iter().map(|key| (words.column)(key)).collect();
        if several {
            columns.push("All".to_owned());
        }
        let each = published.rows.iter().zip(&table.cells).zip(&table.row_totals);
        let mut rows: Vec<Line> = each.map(|((key, cells), total)| line((words.row)(key), cells, total)).collect();
        if rows.len() > 1 {
            rows.push(line("All".to_owned(), &table.column_totals, &table.total));
        }
        Self { title: words.title.to_owned(), note: words.note.to_owned(), head: words.head.to_owned(), columns, rows }
    }
}

/// Counts that are not of the vault’s counter, put through the same suppression.
pub(crate) fn publish_counts(counts: &[(String, String, u64)]) -> Result<Published, StoreError> {
    let mut rows: Vec<String> = counts.iter().map(|(row, ..)| row.clone()).collect();
    let mut columns: Vec<String> = counts.iter().map(|(_, column, _)| column.clone()).collect();
    for keys in [&mut rows, &mut columns] {
        keys.sort();
        keys.dedup();
    }
    let sum = |row: &String, column: &String| {
        counts.iter().filter(|(r, c, _)| r == row && c == column).map(|(.., n)| *n).sum::<u64>()
    };
    let cells: Vec<Vec<u64>> = rows.iter().map(|row| columns.iter().map(|column| sum(row, column)).collect()).collect();
    let table = suppress_table(&cells, Rule::default())
        .map_err(|error| StoreError::BadValue { column: "n".to_owned(), problem: error.to_string() })?;
    Ok(Published { rows, columns, table })
}

impl Report {
    /// As a table for a spreadsheet: one line for each number.
    #[must_use]
    pub fn csv(&self) -> String {
        let mut csv = "quarter,table,group,column,number\n".to_owned();
        for section in &self.sections {
            for row in &section.rows {
                for (column, cell) in section.columns.iter().zip(&row.cells) {
                    let fields = [&self.quarter, &section.title, &row.label, column, cell];
                    csv.push_str(&fields.map(|field| quoted(field)).join(","));
                    csv.push('\n');
                }
            }
        }
        csv
    }
}

/// A field of a CSV file; never a formula to a spreadsheet.
pub(crate) fn quoted(field: &str) -> String {
    let safe = if field.starts_with(['=', '+', '-', '@', '\t', '\r']) { format!("'{field}") } else { field.to_owned() };
    if safe.contains([',', '"', '\n']) { format!("\"{}\"", safe.replace('"', "\"\"")) } else { safe }
}

/// Why a report can’t be drafted or published.
#[derive(Debug, thiserror::Error)]
pub enum ReportError {
    /// There is none, or it isn’t theirs.
    #[error("There is no such report.")]
    NotFound,
    /// It was published.
    #[error("This report is published and can’t be changed.")]
    Published,
    /// It is not a draft, or not proposed.
    #[error("This can’t be done with this report now.")]
    State,
    /// The quarter runs.
    #[error("This quarter is not over. Propose its report when it is.")]
    NotOver,
    /// It was counted before the quarter’s last day was whole.
    #[error("This was counted before the quarter’s last day was over. Count it again first.")]
    CountedEarly,
    /// Who proposed it can’t publish it.
    #[error("You proposed this report. Somebody else publishes it.")]
    SamePerson,
    /// It was counted again since they read it.
    #[error("This report was counted again since you opened it. Read it again.")]
    Changed,
    /// The database’s.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl From<ReportError> for web::Fault {
    fn from(error: ReportError) -> Self {
        match error {
            ReportError::NotFound => Self::NotFound,
            ReportError::Store(error) => error.into(),
            ReportError::SamePerson | ReportError::NotOver | ReportError::CountedEarly => {
                Self::Refused(error.to_string())
            }
            ReportError::Published | ReportError::State | ReportError::Changed => Self::Conflict(error.to_string()),
        }
    }
}
