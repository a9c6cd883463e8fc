//! When a period's figures are counted, and how they are kept. Two days' boards, or two periods that overlap, would give small counts away
//! by their difference. So every moment lies in one period at most, by the day of its event; each is counted once, after its end, and
//! shown as it was counted for ever: what comes later is not added (ADR 8).

use base::{SignedDuration, Timestamp, counts::Count};
use serde::{Deserialize, Serialize};
use share::api::Quarter;
use vault::{FromRow, Published, Row, StoreError};

use super::Period;

/// A period with as many moments closes with its quarter; one with fewer waits for more, a year at most, since little of it could be shown.
pub const ENOUGH: u64 = 200;

/// How long after its end a period is counted: clocks have ended by then, and most feeds have come.
const SETTLES: SignedDuration = SignedDuration::from_hours(24 * 28);

/// How many quarters before the present one the first period begins, unless nothing happened in them.
const LOOK_BACK: usize = 8;

/// One to four quarters, one after another.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Quarters {
    /// The first of them.
    pub first: Quarter,
    /// The last of them, which may be the first.
    pub last: Quarter,
}

impl Quarters {
    /// Their first instant in London, and the first after them.
    #[must_use]
    pub fn period(self) -> Period {
        Period { from: self.first.bounds().0, until: self.last.bounds().1 }
    }

    /// `July 2026 to September 2026`.
    #[must_use]
    pub fn words(self) -> String {
        let end = self.last.after().first();
        let end = end.yesterday().unwrap_or(end);
        format!("{} to {}", web::time::month(self.first.first()), web::time::month(end))
    }

    fn are_a_year(self) -> bool {
        self.last == self.first.after().after().after()
    }

    /// Whether they close with so many moments in all.
    #[must_use]
    pub fn close_with(self, all: Count) -> bool {
        self.are_a_year() || all.value().is_some_and(|all| all >= ENOUGH)
    }

    /// The periods that may close now and begin with this quarter, the shortest first.
    #[must_use]
    pub fn that_may_close(first: Quarter, now: Timestamp) -> Vec<Self> {
        let lasts = std::iter::successors(Some(first), |last| Some(last.after())).take(4);
        let all = lasts.map(|last| Self { first, last });
        all.take_while(|quarters| quarters.period().until.plus(SETTLES) <= now).collect()
    }
}

/// With which quarter the next period begins: after the last, or two years ago where there is none yet.
#[must_use]
pub fn next_begins(last: Option<Quarters>, now: Timestamp) -> Quarter {
    let now = Quarter::of(now.date_in_london());
    last.map_or_else(|| (0..LOOK_BACK).fold(now, |quarter, _| quarter.before()), |last| last.last.after())
}

/// A period as it was counted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Closed {
    /// Which.
    pub quarters: Quarters,
    /// When it was counted.
    pub closed_at: Timestamp,
    /// Its figures.
    pub figures: Figures,
}

/// What is shown of a period.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Figures {
    /// Moments by type and by how their clock ended.
    pub clocks: Published,
    /// By each of [`super::Breakdown::ALL`], in its order: moments whose clock has ended, by group and by whether they were reached
    /// and wanted support.
    pub outcomes: Vec<Published>,
    /// How many kinds of partners' data were counted.
    pub counted: usize,
    /// What was not counted, and why, in words.
    pub left_out: Vec<String>,
}

#[derive(Serialize, Deserialize)]
struct Body {
    clocks: Table,
    outcomes: Vec<Table>,
    counted: usize,
    left_out: Vec<String>,
}

/// A table whose counts are what is read: `12`, `fewer than 5` or `not shown`.
#[derive(Serialize, Deserialize)]
struct Table {
    rows: Vec<String>,
    columns: Vec<String>,
    cells: Vec<Vec<String>>,
    row_totals: Vec<String>,
    column_totals: Vec<String>,
    total: String,
}

impl Table {
    fn of(published: &Published) -> Self {
        let line = |line: &Vec<Count>| -> Vec<String> { line.iter().map(ToString::to_string).collect() };
        let table = &published.table;
        Self {
            rows: published.rows.clone(),
            columns: published.columns.clone(),
            cells: table.cells.iter().map(line).collect(),
            row_totals: line(&table.row_totals),
            column_totals: line(&table.column_totals),
            total: table.total.to_string(),
        }
    }

    fn published(self) -> Published {
        let line = |line: Vec<String>| -> Vec<Count> { line.iter().map(|words| count(words)).collect() };
        let table = base::counts::SafeTable {
            cells: self.cells.into_iter().map(line).collect(),
            row_totals: line(self.row_totals),
            column_totals: line(self.column_totals),
            total: count(&self.total),
        };
        Published { rows: self.rows, columns: self.columns, table }
    }
}

/// What can't be read is not shown.
fn count(words: &str) -> Count {
    use base::counts::Why;
    let few = words.strip_prefix("fewer than ").and_then(|below| below.parse().ok());
    match (words.parse(), few) {
        (Ok(value), _) => Count::Shown(value),
        (_, Some(below)) => Count::Suppressed(Why::Few { below }),
        _ => Count::Suppressed(Why::Protects),
    }
}

fn bad(error: &serde_json::Error) -> StoreError {
    StoreError::BadValue { column: "body".to_owned(), problem: error.to_string() }
}

impl Figures {
    /// As they are kept.
    pub(super) fn body(&self) -> Result<String, StoreError> {
        let body = Body {
            clocks: Table::of(&self.clocks),
            outcomes: self.outcomes.iter().map(Table::of).collect(),
            counted: self.counted,
            left_out: self.left_out.clone(),
        };
        serde_json::to_string(&body).map_err(|error| bad(&error))
    }

    /// As they were kept.
    pub(super) fn read(body: &str) -> Result<Self, StoreError> {
        let body: Body = serde_json::from_str(body).map_err(|error| bad(&error))?;
        Ok(Self {
            clocks: body.clocks.published(),
            outcomes: body.outcomes.into_iter().map(Table::published).collect(),
            counted: body.counted,
            left_out: body.left_out,
        })
    }
}

impl FromRow for Closed {
    fn from_row(row: &Row) -> Result<Self, StoreError> {
        Ok(Self {
            quarters: Quarters { first: row.parse("first_quarter")?, last: row.parse("last_quarter")? },
            closed_at: row.time("closed_at")?,
            figures: Figures::read(&row.text("body")?)?,
        })
    }
}
