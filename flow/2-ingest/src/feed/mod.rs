//! A feed: one declared kind of file from one agency. It is a TOML file that the partner's analyst can read; a unit may lay
//! its own beside the built-in ones.

mod declaration;
mod label;
mod library;
#[cfg(test)]
mod tests;

use std::collections::BTreeMap;

use base::{Code, Date, SignedDuration, Timestamp};

pub use declaration::FeedFault;
pub use library::{check_file, feed, feeds, load_folder, use_folder};

use crate::row::format::Format;

/// One declared kind of file.
#[derive(Debug, Clone)]
pub struct Feed {
    /// Its name: the name of its TOML file, such as `police_events`.
    pub name: Code,
    /// What people call it.
    pub title: String,
    /// The code of the agency that sends it and is the controller of its records.
    pub agency: Code,
    /// The category of its records.
    pub category: Code,
    /// What one row stands for.
    pub about: String,
    /// What one delivery is.
    pub delivers: Delivers,
    /// How often it should come.
    pub every: Cadence,
    /// Days after the end of a period when a delivery counts as late.
    pub late_after_days: i64,
    /// Which columns (by place in `columns`) make the source's own reference; none where a row is known by its content.
    pub source_id: Vec<usize>,
    /// Whether rows without a reference are taken, and known by their content.
    pub source_id_may_be_blank: bool,
    /// The column that says when it happened.
    pub event_at: Option<usize>,
    /// The column that holds the date of birth.
    pub dob: Option<usize>,
    /// Whether it was given in confidence (health, social care).
    pub in_confidence: bool,
    /// How long a record is kept; `None` for open data.
    pub retention: Option<Retention>,
    /// Who the person in a row was in the event.
    pub role: Role,
    /// What the sender says about the encoding, tried when the file doesn't tell.
    pub encoding: Option<String>,
    /// The columns in the order in which the feed lists them.
    pub columns: Vec<Column>,
}

/// What one delivery holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Delivers {
    /// What is new or changed.
    Changes,
    /// Everything that the source holds: a record that no longer comes is marked withdrawn.
    Everything,
}

/// How often a feed should come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Cadence {
    /// Every day.
    Day,
    /// Every week.
    Week,
    /// Every month.
    Month,
    /// Every quarter.
    Quarter,
}

impl Cadence {
    /// Its length in days, rounded up.
    #[must_use]
    pub fn days(self) -> i64 {
        match self {
            Self::Day => 1,
            Self::Week => 7,
            Self::Month => 31,
            Self::Quarter => 92,
        }
    }

    /// `day`, `week`, `month` or `quarter`.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Day => "day",
            Self::Week => "week",
            Self::Month => "month",
            Self::Quarter => "quarter",
        }
    }
}

/// How long a record is kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Retention {
    /// Years, added first.
    pub years: i16,
    /// Days, added after.
    pub days: i64,
    /// Since when.
    pub from: RetentionStart,
}

/// What a retention period runs from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RetentionStart {
    /// The event, or the day it arrived where no event is dated.
    Event,
    /// The date of birth; the event where none is known.
    Birth,
}

impl Retention {
    /// The day on which a record expires.
    #[must_use]
    pub fn expires_on(&self, event: Option<Date>, born: Option<Date>, received: Date) -> Date {
        let event = event.unwrap_or(received);
        let start = match self.from {
            RetentionStart::Event => event,
            RetentionStart::Birth => born.unwrap_or(event),
        };
        let year = start.year().saturating_add(self.years).min(9998);
        let same_day = Date::new(year, start.month(), start.day());
        let on = same_day.or_else(|_| Date::new(year, 3, 1)).unwrap_or(Date::MAX); // 29 February
        on.saturating_add(SignedDuration::from_hours(24 * self.days))
    }
}

/// Who the person in a row was in the event.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Role {
    /// The rows name nobody.
    Nobody,
    /// The same for every row.
    Fixed(String),
    /// A column says.
    Column(usize),
}

/// One column of a feed.
#[derive(Debug, Clone)]
pub struct Column {
    /// The name in the header line.
    pub name: String,
    /// Other names that are taken for it.
    pub also: Vec<String>,
    /// The name in the record's body.
    pub key: String,
    /// What its cells are.
    pub kind: Kind,
    /// Whether a blank cell is an error.
    pub required: bool,
    /// What it means, where the name doesn't say.
    pub says: Option<String>,
}

impl Column {
    /// Whether a header of this name means this column: letter case, accents and spaces don't count.
    #[must_use]
    pub fn goes_by(&self, name: &str) -> bool {
        let name = base::names::fold(name);
        std::iter::once(&self.name).chain(&self.also).any(|own| base::names::fold(own) == name)
    }
}

/// What the cells of a column are.
#[derive(Debug, Clone)]
pub enum Kind {
    /// Any text of at most so many characters.
    Text(usize),
    /// A date in one of these forms.
    Date(Vec<Format>),
    /// A local date and time (Europe/London) in one of these forms.
    LocalDateTime(Vec<Format>),
    /// A whole number.
    Integer,
    /// A number.
    Decimal,
    /// One of a list: folded spelling → code.
    Code {
        /// From what may be written, folded, to the code.
        spellings: BTreeMap<String, String>,
        /// The codes in the order of the file.
        codes: Vec<String>,
    },
    /// An NHS number with a right check digit.
    NhsNumber,
    /// A unique pupil number with a right check letter.
    Upn,
    /// A postcode of a valid shape.
    Postcode,
    /// A telephone number.
    Phone,
    /// A small area's code.
    Lsoa,
    /// Yes or no.
    YesNo,
    /// A sex, as [`base::Sex`] reads it.
    Sex,
    /// An ethnic group, as [`base::EthnicGroup`] reads it.
    Ethnicity,
}

impl Kind {
    /// What a partner's analyst should write in such a cell.
    #[must_use]
    pub fn describe(&self) -> String {
        let forms = |formats: &[Format]| formats.iter().map(Format::describe).collect::<Vec<_>>().join(" or ");
        match self {
            Self::Text(_) => "Text".to_owned(),
            Self::Date(formats) => format!("Date: {}", forms(formats)),
            Self::LocalDateTime(formats) => format!("Date and time in the United Kingdom: {}", forms(formats)),
            Self::Integer => "Whole number".to_owned(),
            Self::Decimal => "Number".to_owned(),
            Self::Code { codes, .. } => format!("One of: {}", codes.join(", ")),
            Self::NhsNumber => "NHS number, 10 digits".to_owned(),
            Self::Upn => "Unique pupil number, a letter and 12 digits".to_owned(),
            Self::Postcode => "Postcode".to_owned(),
            Self::Phone => "Telephone number".to_owned(),
            Self::Lsoa => "Small area’s code, such as E01021321".to_owned(),
            Self::YesNo => "Yes or No".to_owned(),
            Self::Sex => "M, F or U; Male, Female or Unknown".to_owned(),
            Self::Ethnicity => "The police’s 16+1 or 18+1 code, such as W1 or B2".to_owned(),
        }
    }
}

impl Feed {
    /// The names of the columns that make the source's reference, for people to read.
    #[must_use]
    pub fn source_id_names(&self) -> String {
        let names: Vec<&str> =
            self.source_id.iter().filter_map(|at| self.columns.get(*at)).map(|column| column.name.as_str()).collect();
        names.join(" and ")
    }

    /// Whether the source's id tells rows apart (rather than their content).
    #[must_use]
    pub fn has_source_id(&self) -> bool {
        !self.source_id.is_empty()
    }

    /// Whether nothing came for longer than it should: the last delivery is older than a period and the days of grace.
    #[must_use]
    pub fn is_late(&self, last: Option<Timestamp>, now: Timestamp) -> bool {
        let days = self.every.days() + self.late_after_days;
        last.is_none_or(|last| now.since(last) > SignedDuration::from_hours(24 * days))
    }
}
