//! What to link by: fields, comparisons with their levels, blocking rules, prior and thresholds, as TOML.

mod check;
mod expression;

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::Error;
pub use expression::{Expression, Step};

/// Most comparisons that a spec may have: a pair's levels are packed four bits each into 64.
pub const MOST_COMPARISONS: usize = 16;
/// Most levels of one comparison.
pub const MOST_LEVELS: usize = 15;
/// Most fields of one comparison.
pub const MOST_FIELDS: usize = 4;
/// Most blocking rules.
pub const MOST_RULES: usize = 64;

/// A whole linkage model. Read it with [`Spec::from_toml`], which also checks that it makes sense.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Spec {
    /// The chance that two records drawn at random belong together (λ), above 0 and below 1.
    pub prior: f64,
    /// Sets of names that stand for each other, such as `["robert", "rob", "bob"]`; for rule `nickname`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub nicknames: Vec<Vec<String>>,
    /// Where links and reviews begin.
    pub thresholds: Thresholds,
    /// The columns used, and how each is read.
    #[serde(rename = "field")]
    pub fields: Vec<Field>,
    /// Which pairs are compared at all: those that any rule finds.
    pub blocking: Vec<BlockingRule>,
    /// How pairs are weighed.
    #[serde(rename = "comparison")]
    pub comparisons: Vec<Comparison>,
}

/// Probabilities at which a pair is linked, or shown to a person.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Thresholds {
    /// Linked at or above this probability.
    pub link: f64,
    /// For review at or above this one and below `link`; apart under it.
    pub review: f64,
}

/// A column of the table and how it is read.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Field {
    /// The column's name.
    pub name: String,
    /// How values are cleaned before they are compared.
    pub kind: Kind,
    /// Values that mean "not known", such as `unknown` or `9999999999`; compared after cleaning.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub missing: Vec<String>,
    /// Two records with different valid values should not be in one cluster: flag such a cluster for review.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub distinguishes: bool,
    /// What makes a value valid, for `distinguishes`.
    #[serde(default, skip_serializing_if = "Check::is_none")]
    pub check: Check,
}

/// How a field's values are cleaned. Whatever the kind, space around a value goes, and an empty value is missing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// Lower case, single spaces.
    Text,
    /// Letters, digits and single spaces only, lower case, without accents; apostrophes vanish, other marks part words.
    Name,
    /// A date as `1990-01-31`, `19900131` or `31/01/1990`; kept as eight digits, even where no calendar has that day.
    Date,
    /// A UK postcode, upper case with one space; what has another shape is kept, but has no district or sector.
    Postcode,
    /// Letters and digits only, upper case.
    Identifier,
}

/// What makes an identifier valid.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Check {
    /// Any value is valid.
    #[default]
    None,
    /// Ten digits, the last a modulus 11 check digit.
    NhsNumber,
    /// A check letter, eleven digits and a digit or letter.
    Upn,
}

impl Check {
    fn is_none(&self) -> bool {
        *self == Check::None
    }
}

/// One fact about a pair, weighed once: the first level that holds counts.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Comparison {
    /// What is compared, in a reader's words.
    pub name: String,
    /// The fields that its levels look at, up to four. Where one is missing on either side, the pair gets no evidence
    /// from this comparison, unless a level's rule asks for `missing` and holds.
    pub fields: Vec<String>,
    /// Levels, strictest first; the last has the rule `else`.
    #[serde(rename = "level")]
    pub levels: Vec<Level>,
}

/// One outcome of a comparison.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Level {
    /// What was seen, in a reader's words: "same surname", "one digit of the date differs".
    pub name: String,
    /// When the level holds.
    pub rule: Rule,
    /// Chance of this level among pairs that belong together, above 0 and at most 1.
    pub m: f64,
    /// Chance of this level among pairs that don't, above 0 and at most 1.
    pub u: f64,
    /// Weigh a shared value by how rare it is among the records. For levels that ask for an exact value.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub term_frequency: bool,
    /// How much of that adjustment counts, 0 to 1.
    #[serde(default = "one", skip_serializing_if = "is_one")]
    pub term_frequency_weight: f64,
    /// Values rarer than this share of the records count as this rare, so that one typing mistake isn't overwhelming evidence.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub term_frequency_floor: f64,
}

fn one() -> f64 {
    1.0
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde's skip_serializing_if passes a reference")]
fn is_one(value: &f64) -> bool {
    *value == 1.0
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde's skip_serializing_if passes a reference")]
fn is_zero(value: &f64) -> bool {
    *value == 0.0
}

/// When a level holds. A rule looks at its comparison's first field, unless `all` or `any` names the field.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Rule {
    /// Equal after cleaning.
    Exact,
    /// Jaro–Winkler similarity at or above this, 0 to 1.
    JaroWinkler(f64),
    /// At most this many letters inserted, dropped, changed or exchanged with a neighbour.
    DamerauLevenshtein(u32),
    /// Both names, or their first words, are in one of the spec's sets of nicknames.
    Nickname,
    /// One name's first word is a single letter, with which the other begins.
    Initial,
    /// Dates or identifiers of equal length: one character differs, or two neighbours are exchanged.
    OneDigitWrong,
    /// Dates of one year: one's day is the other's month and the other way round.
    DayMonthSwapped,
    /// Dates of one year of which at least one is 1 January, which stands for "day not known".
    FirstOfJanuary,
    /// Dates of one year.
    SameYear,
    /// Postcodes equal up to the first figure after the space: `CM1 1`.
    SameSector,
    /// Postcodes equal up to the space: `CM1`.
    SameDistrict,
    /// The field is missing on either side.
    Missing,
    /// Every named field keeps its rule.
    All(BTreeMap<String, Rule>),
    /// At least one named field keeps its rule.
    Any(BTreeMap<String, Rule>),
    /// The comparison's first two fields, exchanged on one side, keep this rule both.
    Swapped(Box<Rule>),
    /// Whatever no earlier level took.
    Else,
}

/// Finds pairs that agree on every key. A record with a missing key is found by other rules only.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct BlockingRule {
    /// What the rule looks for, in a reader's words.
    pub name: String,
    /// What must be equal: `surname`, `prefix(surname, 3)`, `year(date_of_birth)`, `outward(postcode)`, `folded(surname)`.
    pub keys: Vec<Expression>,
}

impl Spec {
    /// Reads and checks a spec.
    ///
    /// # Errors
    /// [`Error::Unreadable`] with the line where the text is not a spec; [`Error::Spec`] naming the field, comparison, level or
    /// rule that makes no sense.
    pub fn from_toml(text: &str) -> Result<Spec, Error> {
        Self::from_toml_with(text, "")
    }

    /// Reads and checks a spec whose nicknames are kept as a text of their own, as [`Spec::add_nicknames`] takes it.
    ///
    /// # Errors
    /// As [`Spec::from_toml`].
    pub fn from_toml_with(text: &str, nicknames: &str) -> Result<Spec, Error> {
        let mut spec: Spec = toml::from_str(text).map_err(|error| {
            let line =
                error.span().and_then(|span| text.get(..span.start)).map(|before| before.matches('\n').count() + 1);
            let message = error.message().trim().replace('\n', "; ");
            Error::Unreadable(line.map_or(message.clone(), |line| format!("line {line}: {message}")))
        })?;
        spec.add_nicknames(nicknames);
        spec.check()?;
        Ok(spec)
    }

    /// Writes the spec as TOML that [`Spec::from_toml`] reads back to an equal one.
    ///
    /// # Errors
    /// [`Error::Spec`] where a number has no TOML form.
    pub fn to_toml(&self) -> Result<String, Error> {
        toml::to_string(self).map_err(|error| Error::Spec(error.to_string()))
    }

    /// Adds sets of nicknames from text: one set a line, names parted by commas, `#` begins a comment.
    pub fn add_nicknames(&mut self, text: &str) {
        for line in text.lines() {
            let line = line.split('#').next().unwrap_or_default();
            let set: Vec<String> =
                line.split(',').map(str::trim).filter(|name| !name.is_empty()).map(str::to_owned).collect();
            if set.len() > 1 {
                self.nicknames.push(set);
            }
        }
    }
}
