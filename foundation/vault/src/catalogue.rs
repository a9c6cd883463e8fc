//! The catalogue: what every table holds, who controls it, how long it is kept, how its subject sees, corrects and
//! erases it. Rows come with the migration that makes the table. The doors use the kinds to refuse a statement
//! that reads people's rows without a permit.

use std::{
    collections::{BTreeMap, HashMap},
    sync::{Mutex, PoisonError},
};

use crate::{FromRow, Row, StoreError};

/// Whom the rows of a table are about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TableKind {
    /// People known to partners: permit needed.
    Subject,
    /// People who work here: no permit, but reading is logged.
    Staff,
    /// Nobody: areas, code lists, settings, counts, the log itself.
    Plain,
}

impl TableKind {
    /// `subject`, `staff` or `plain`.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::Subject => "subject",
            Self::Staff => "staff",
            Self::Plain => "plain",
        }
    }
}

impl std::str::FromStr for TableKind {
    type Err = &'static str;
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        match text {
            "subject" => Ok(Self::Subject),
            "staff" => Ok(Self::Staff),
            "plain" => Ok(Self::Plain),
            _ => Err("not a kind of table"),
        }
    }
}

/// One table of the catalogue.
#[derive(Debug, Clone)]
pub struct Entry {
    /// The table.
    pub table: String,
    /// Whom it is about.
    pub kind: TableKind,
    /// The column that names the person or the record (several with commas); empty where it is about nobody. For the rule
    /// `with:record` the column `record` counts, if there is one.
    pub person_column: String,
    /// Where the controller stands: a column's name, or `unit`.
    pub controller: String,
    /// Where the category stands: a column's name, or the category itself in quotes.
    pub category: String,
    /// How long a row is kept, as a rule's code (`feed`, `days:30:made_at`, `with:record`, `while:person_record`, `for_ever`).
    pub retention: String,
    /// How its subject sees it (`shown`, `summarised`, `withheld:<ground>`).
    pub subject_sees: String,
    /// How it is corrected (`new_version`, `edit`, `never`).
    pub correction: String,
    /// How it is erased (`row`, `columns:a,b`, `with:record`, `emptied`, `never`).
    pub erasure: String,
}

impl FromRow for Entry {
    fn from_row(row: &Row) -> Result<Self, StoreError> {
        Ok(Self {
            table: row.text("table_name")?,
            kind: row.parse("kind")?,
            person_column: row.text("person_column")?,
            controller: row.text("controller")?,
            category: row.text("category")?,
            retention: row.text("retention")?,
            subject_sees: row.text("subject_sees")?,
            correction: row.text("correction")?,
            erasure: row.text("erasure")?,
        })
    }
}

/// How long a row is kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Retention {
    /// Until the day in the row's own `expires_on`, which its feed gave (`feed`).
    UntilItsDay,
    /// So many days after the time in that column (`days:30:made_at`); a row that has no such time yet is kept.
    Days {
        /// How many.
        days: u32,
        /// A column of times, in microseconds.
        after: String,
    },
    /// As long as the row of that table which its person column names (`with:record`).
    With(String),
    /// As long as some row of that table names it, in the column called like this row's table (`while:person_record`).
    While(String),
    /// Without end (`for_ever`, or with the reason: `for_ever:it names nobody`).
    ForEver,
}

/// How a row is erased.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Erasure {
    /// The row is deleted (`row`).
    Row,
    /// These columns are emptied (`columns:a,b`).
    Columns(Vec<String>),
    /// With the row of that table which its person column names (`with:record`).
    With(String),
    /// The whole table is emptied whenever somebody is erased (`emptied`): what it keeps lasts minutes, and can't be told apart.
    Emptied,
    /// Not at all (`never`).
    Never,
}

impl Entry {
    /// The columns that name the person or the record.
    pub fn person_columns(&self) -> impl Iterator<Item = &str> {
        self.person_column.split(',').map(str::trim).filter(|column| !column.is_empty())
    }

    /// How long its rows are kept; `None` where the rule can't be read.
    #[must_use]
    pub fn retention_rule(&self) -> Option<Retention> {
        match self.retention.split_once(':') {
            None if self.retention == "feed" => Some(Retention::UntilItsDay),
            None if self.retention == "for_ever" => Some(Retention::ForEver),
            Some(("for_ever", why)) if !why.is_empty() => Some(Retention::ForEver),
            Some(("while", table)) => Some(Retention::While(table.to_owned())),
            Some(("days", rule)) => {
                let (days, after) = rule.split_once(':')?;
                Some(Retention::Days { days: days.parse().ok()?, after: after.to_owned() })
            }
            Some(("with", table)) => Some(Retention::With(table.to_owned())),
            _ => None,
        }
    }

    /// How its rows are erased; `None` where the rule can't be read or there is none.
    #[must_use]
    pub fn erasure_rule(&self) -> Option<Erasure> {
        match self.erasure.split_once(':') {
            None if self.erasure == "row" => Some(Erasure::Row),
            None if self.erasure == "never" => Some(Erasure::Never),
            None if self.erasure == "emptied" => Some(Erasure::Emptied),
            Some(("columns", columns)) => Some(Erasure::Columns(columns.split(',').map(str::to_owned).collect())),
            Some(("with", table)) => Some(Erasure::With(table.to_owned())),
            _ => None,
        }
    }

    /// Each rule that can't be read, in words.
    #[must_use]
    pub fn unreadable_rules(&self) -> Vec<String> {
        let mut wrong = Vec::new();
        if self.retention_rule().is_none() {
            wrong.push(format!("the retention `{}` is no rule", self.retention));
        }
        if !self.erasure.is_empty() && self.erasure_rule().is_none() {
            wrong.push(format!("the erasure `{}` is no rule", self.erasure));
        }
        let sees = ["", "shown", "summarised"].contains(&self.subject_sees.as_str());
        if !sees && !self.subject_sees.starts_with("withheld:") {
            wrong.push(format!("what the subject sees, `{}`, is no rule", self.subject_sees));
        }
        if !["", "new_version", "edit", "never"].contains(&self.correction.as_str()) {
            wrong.push(format!("the correction `{}` is no rule", self.correction));
        }
        wrong
    }
}

pub(crate) const ALL: &str = "SELECT table_name, kind, person_column, controller, category, retention, subject_sees, \
     correction, erasure FROM catalogue ORDER BY table_name";

/// Which doors a statement may go through; remembered per statement, since statements are `&'static str`.
#[derive(Debug, Default)]
pub(crate) struct Guard {
    kinds: BTreeMap<String, TableKind>,
    seen: Mutex<HashMap<usize, Verdict>>,
}

#[derive(Debug, Clone)]
struct Verdict {
    subject: Option<String>,
    staff: Option<String>,
}

impl Guard {
    pub(crate) fn new(entries: &[Entry]) -> Self {
        Self { kinds: entries.iter().map(|entry| (entry.table.clone(), entry.kind)).collect(), seen: Mutex::default() }
    }

    /// Refuses a statement that names a table beyond `allowed`.
    pub(crate) fn check(&self, sql: &'static str, allowed: TableKind) -> Result<(), StoreError> {
        let key = sql.as_ptr() as usize ^ (sql.len() << 48);
        let known = self.seen.lock().unwrap_or_else(PoisonError::into_inner).get(&key).cloned();
        let verdict = match known {
            Some(verdict) => verdict,
            None => {
                let verdict = self.read(sql);
                self.seen.lock().unwrap_or_else(PoisonError::into_inner).insert(key, verdict.clone());
                verdict
            }
        };
        let refuse = |table: &Option<String>, kind| match table {
            Some(table) => Err(StoreError::WrongDoor { table: table.clone(), kind }),
            None => Ok(()),
        };
        match allowed {
            TableKind::Subject => Ok(()),
            TableKind::Staff => refuse(&verdict.subject, "subject"),
            TableKind::Plain => refuse(&verdict.subject, "subject").and_then(|()| refuse(&verdict.staff, "staff")),
        }
    }

    fn read(&self, sql: &str) -> Verdict {
        let mut verdict = Verdict { subject: None, staff: None };
        let lower = sql.to_ascii_lowercase();
        for word in lower.split(|c: char| !(c.is_ascii_alphanumeric() || c == '_')) {
            match self.kinds.get(word) {
                Some(TableKind::Subject) => verdict.subject = Some(word.to_owned()),
                Some(TableKind::Staff) => verdict.staff = Some(word.to_owned()),
                _ => {}
            }
        }
        verdict
    }
}
