//! Two records side by side, in words: what agrees, what differs, what only one of them says.

use std::collections::BTreeMap;

use base::{Code, Date, Id, Sex, age_on, kind, names::fold};
use ingest::api::Record;
use web::{ChildFlag, time};

use crate::person::name_of;

/// How two values stand to each other.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Agreement {
    /// They are the same, however they are written.
    Same,
    /// They differ.
    Differs,
    /// Only one record has it.
    OnlyOne,
}

impl Agreement {
    /// In words.
    #[must_use]
    pub fn words(self) -> &'static str {
        match self {
            Self::Same => "Same",
            Self::Differs => "Differs",
            Self::OnlyOne => "Only in one",
        }
    }

    /// The colour of its tag; the words say it too.
    #[must_use]
    pub fn colour(self) -> &'static str {
        match self {
            Self::Same => "green",
            Self::Differs => "orange",
            Self::OnlyOne => "grey",
        }
    }
}

/// One line of the comparison.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Line {
    /// What is compared.
    pub label: &'static str,
    /// What the left record says; empty for nothing.
    pub left: String,
    /// What the right record says.
    pub right: String,
    /// How they stand to each other.
    pub agreement: Agreement,
}

/// One record's head.
#[derive(Debug, Clone)]
pub struct Head {
    /// The name as recorded.
    pub name: String,
    /// Whether a child.
    pub child: ChildFlag,
    /// The agency's name.
    pub agency: String,
    /// The category in plain words.
    pub category: String,
    /// When it happened, or when it came.
    pub when: String,
}

/// A record's head; `names` are the agencies'.
#[must_use]
pub fn head(record: &Record, names: &BTreeMap<Id<kind::Agency>, String>, today: Date) -> Head {
    let name = name_of(record);
    Head {
        name: if name.is_empty() { "Name not recorded".to_owned() } else { name },
        child: record.date("dob").and_then(|born| age_on(born, today)).into(),
        agency: names.get(&record.controller).cloned().unwrap_or_else(|| "An agency".to_owned()),
        category: category_words(&record.category),
        when: time::date(record.event_at.unwrap_or(record.received_at).date_in_london()),
    }
}

/// A category in plain words.
#[must_use]
pub fn category_words(category: &Code) -> String {
    share::api::category_words(category)
}

const LINES: [(&str, &str); 10] = [
    ("Given names", "given"),
    ("Family name", "family"),
    ("Date of birth", "dob"),
    ("Sex", "sex"),
    ("Address", "address"),
    ("Postcode", "postcode"),
    ("Telephone", "phone"),
    ("NHS number", "nhs_number"),
    ("Unique pupil number", "upn"),
    ("Email", "email"),
];

/// The lines of which at least one record says something.
#[must_use]
pub fn lines(left: &Record, right: &Record) -> Vec<Line> {
    LINES
        .iter()
        .filter_map(|(label, key)| {
            let (one, other) = (left.text(key).unwrap_or_default(), right.text(key).unwrap_or_default());
            let agreement = match (one.is_empty(), other.is_empty()) {
                (true, true) => return None,
                (false, false) if bare(one) == bare(other) => Agreement::Same,
                (false, false) => Agreement::Differs,
                _ => Agreement::OnlyOne,
            };
            Some(Line { label, left: words(key, one), right: words(key, other), agreement })
        })
        .collect()
}

fn bare(text: &str) -> String {
    fold(text).chars().filter(|c| !c.is_whitespace() && *c != ',').collect()
}

fn words(key: &str, text: &str) -> String {
    match key {
        "dob" => text.get(..10).and_then(|day| day.parse::<Date>().ok()).map_or_else(|| text.to_owned(), time::date),
        "sex" => text.parse::<Sex>().map_or_else(|_| text.to_owned(), |sex| sex.label().to_owned()),
        _ => text.to_owned(),
    }
}
