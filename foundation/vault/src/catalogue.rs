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
    /// The column that names the person or the record; empty where it is about nobody.
    pub person_column: String,
    /// Where the controller stands: a column's name, or `unit`.
    pub controller: String,
    /// Where the category stands: a column's name, or the category itself in quotes.
    pub category: String,
    /// How long a row is kept, as a rule's code (`feed`, `days:30`, `with:record`, `for_ever`).
    pub retention: String,
    /// How its subject sees it (`shown`, `summarised`, `withheld:<ground>`).
    pub subject_sees: String,
    /// How it is corrected (`new_version`, `edit`, `never`).
    pub correction: String,
    /// How it is erased (`row`, `columns:a,b`, `with:record`, `never`).
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
