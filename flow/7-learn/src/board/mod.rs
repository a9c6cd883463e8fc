//! The board's figures on reachable moments: how many, in time or breached, how many were reached and wanted support; by
//! type, age, sex and ethnic group, so that a stage at which some children are served worse is seen.

pub mod closing;
mod home;
pub mod pages;
pub mod proportion;
pub mod store;
#[cfg(test)]
mod tests;
mod together;

use base::{Timestamp, counts::Count};
use vault::Published;

pub use self::home::home_part;
use self::proportion::Proportion;

/// By what a figure is broken down.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Breakdown {
    /// By type of moment.
    Type,
    /// By age band at the event.
    Age,
    /// By sex as the partner recorded it.
    Sex,
    /// By ethnic group as the partner recorded it.
    Ethnicity,
}

impl Breakdown {
    /// All, in the order of the page.
    pub const ALL: [Self; 4] = [Self::Type, Self::Age, Self::Sex, Self::Ethnicity];

    /// For paths and ids.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::Type => "type",
            Self::Age => "age",
            Self::Sex => "sex",
            Self::Ethnicity => "ethnicity",
        }
    }

    /// The head of its column.
    #[must_use]
    pub fn head(self) -> &'static str {
        match self {
            Self::Type => "Type of moment",
            Self::Age => "Age",
            Self::Sex => "Sex",
            Self::Ethnicity => "Ethnic group",
        }
    }

    /// What one of its keys is called on a page.
    #[must_use]
    pub fn label(self, key: &str) -> String {
        let named = match self {
            Self::Type => None,
            Self::Age => key.parse::<base::AgeBand>().ok().map(base::AgeBand::label),
            Self::Sex => key.parse::<base::Sex>().ok().map(base::Sex::label),
            Self::Ethnicity => key.parse::<base::EthnicGroup>().ok().map(base::EthnicGroup::label),
        };
        named.map_or_else(|| act::api::moment_type_name(key), str::to_owned)
    }
}

/// Which moments are counted, by when the event was.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Period {
    /// From this instant.
    pub from: Timestamp,
    /// Until before this one.
    pub until: Timestamp,
}

/// What happened to a moment, as the statements name it.
const IN_TIME: &str = "in_time";
const LATE: &str = "late";
const CAME_LATE: &str = "came_late";
const NO_ANSWER: &str = "no_answer_needed";
const OPEN: &str = "open";
const OPEN_LATE: &str = "open_late";
const AGREED: &str = "agreed";
const REACHED: &str = "reached";
const NOT_REACHED: &str = "not_reached";

/// One row of the table of clocks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ClockRow {
    /// The type, or whatever it is broken down by.
    pub label: String,
    /// All moments: what the others add up to.
    pub all: Count,
    /// Answered before their time was up.
    pub in_time: Count,
    /// Answered after it, or given up.
    pub late: Count,
    /// Not answered in time, since it reached the unit after its time.
    pub came_late: Count,
    /// Waiting, time left.
    pub open: Count,
    /// Waiting, time up.
    pub open_late: Count,
    /// Closed for a reason that needs no answer.
    pub no_answer: Count,
}

impl ClockRow {
    /// Its counts, in the order of the table's columns.
    #[must_use]
    pub fn counts(&self) -> [Count; 7] {
        [self.in_time, self.late, self.came_late, self.open, self.open_late, self.no_answer, self.all]
    }
}

/// One row of the table of rates.
#[derive(Debug, Clone, PartialEq)]
pub struct RateRow {
    /// The group.
    pub label: String,
    /// Moments whose clock has ended: reached, or time up, or closed.
    pub ended: Count,
    /// Of those, reached; missing where a count that it needs is suppressed or there are none.
    pub contact: Option<Proportion>,
    /// Of those reached, wanting support.
    pub acceptance: Option<Proportion>,
}

impl RateRow {
    /// Its rates, in the order of the table's columns.
    #[must_use]
    pub fn rates(&self) -> [Option<Proportion>; 2] {
        [self.contact, self.acceptance]
    }
}

fn cell(published: &Published, row: usize, column: &str) -> Count {
    let at = published.columns.iter().position(|name| name == column);
    at.and_then(|at| published.table.cells.get(row).and_then(|cells| cells.get(at))).copied().unwrap_or(Count::Shown(0))
}

/// The rows of the table of clocks, and its totals as the last row.
#[must_use]
pub fn clock_rows(breakdown: Breakdown, published: &Published) -> Vec<ClockRow> {
    let row = |label: String, all: Count, at: &dyn Fn(&str) -> Count| ClockRow {
        label,
        all,
        in_time: at(IN_TIME),
        late: at(LATE),
        came_late: at(CAME_LATE),
        open: at(OPEN),
        open_late: at(OPEN_LATE),
        no_answer: at(NO_ANSWER),
    };
    let mut rows: Vec<ClockRow> = published
        .rows
        .iter()
        .enumerate()
        .map(|(index, key)| {
            let all = published.table.row_totals.get(index).copied().unwrap_or(Count::Shown(0));
            row(breakdown.label(key), all, &|column| cell(published, index, column))
        })
        .collect();
    let total = |column: &str| {
        let at = published.columns.iter().position(|name| name == column);
        at.and_then(|at| published.table.column_totals.get(at)).copied().unwrap_or(Count::Shown(0))
    };
    rows.push(row("All".to_owned(), published.table.total, &total));
    rows
}

/// The rows of the table of rates. A rate is shown only where every count in it may be.
#[must_use]
pub fn rate_rows(breakdown: Breakdown, published: &Published) -> Vec<RateRow> {
    let rate = |index: usize, key: &String| {
        let at = |column| shown(cell(published, index, column));
        let (agreed, reached, not_reached) = (at(AGREED), at(REACHED), at(NOT_REACHED));
        let met = agreed.zip(reached).map(|(agreed, other)| agreed + other);
        RateRow {
            label: breakdown.label(key),
            ended: published.table.row_totals.get(index).copied().unwrap_or(Count::Shown(0)),
            contact: met.zip(not_reached).and_then(|(met, missed)| Proportion::of(met, met + missed)),
            acceptance: agreed.zip(met).and_then(|(agreed, met)| Proportion::of(agreed, met)),
        }
    };
    published.rows.iter().enumerate().map(|(index, key)| rate(index, key)).collect()
}

fn shown(count: Count) -> Option<u64> {
    match count {
        Count::Shown(n) => Some(n),
        Count::Suppressed(_) => None,
    }
}
