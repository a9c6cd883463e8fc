//! What to link by: fields, comparisons with their levels, blocking rules, prior and thresholds, as TOML.

mod check;
mod clustering;
mod expression;
mod frequency;
mod kind;
mod measure;
mod rule;
#[cfg(test)]
mod schema;
mod training;

use serde::{Deserialize, Serialize};

use crate::Error;
pub use clustering::{Clustering, Method};
pub use expression::{Expression, Step};
pub use kind::{Check, Kind, Missing};
pub use measure::{QGrams, Span};
pub use rule::Rule;
pub use training::{PriorRules, Session, Together, Training};

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
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Spec {
    /// The chance that two records drawn at random belong together (λ), above 0 and below 1. `None` is for [`crate::train`] to learn.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub prior: Option<f64>,
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
    /// Comparisons that different people may agree on for one reason, such as a shared home: counted together.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub together: Vec<Together>,
    /// How the chances are learnt from records.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub training: Option<Training>,
    /// How linked pairs become clusters.
    #[serde(default, skip_serializing_if = "Clustering::is_default")]
    pub clustering: Clustering,
}

/// Probabilities at which a pair is linked, or shown to a person.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Thresholds {
    /// Linked at or above this probability.
    pub link: f64,
    /// For review at or above this one and below `link`; apart under it.
    pub review: f64,
}

/// A column of the table and how it is read.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Field {
    /// The column's name.
    pub name: String,
    /// How values are cleaned before they are compared.
    pub kind: Kind,
    /// The columns that make up the value, joined by a space, as in `["latitude", "longitude"]`, or by the list's mark; without
    /// it, the column of the field's name.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub from: Vec<String>,
    /// A cell holds several values, parted by this mark, such as `;`: aliases, past postcodes. A rule then holds where any
    /// value of one record and any of the other keep it. Columns of Arrow lists need it too, whatever the mark.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub list: Option<String>,
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

/// One fact about a pair, weighed once: the first level that holds counts.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Comparison {
    /// What is compared, in a reader's words.
    pub name: String,
    /// The fields that its levels look at, up to four. Where one is missing on either side, the pair gets no evidence
    /// from this comparison, unless a level's rule asks for `missing` and holds.
    pub fields: Vec<String>,
    /// Whether one missing field is enough for that, as above, or all must be missing.
    #[serde(default, skip_serializing_if = "Missing::is_any")]
    pub missing: Missing,
    /// Levels, strictest first; the last has the rule `else`.
    #[serde(rename = "level")]
    pub levels: Vec<Level>,
}

/// One outcome of a comparison.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Level {
    /// What was seen, in a reader's words: "same surname", "one digit of the date differs".
    pub name: String,
    /// When the level holds.
    pub rule: Rule,
    /// Chance of this level among pairs that belong together, above 0 and at most 1. `None` is for [`crate::train`] to learn.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub m: Option<f64>,
    /// Chance of this level among pairs that don't, above 0 and at most 1. `None` is for [`crate::train`] to learn.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub u: Option<f64>,
    /// Training leaves the `m` and `u` that are given here as they are.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub fix: bool,
    /// Weigh the values by how rare they are among the records. Where the level lets them differ, the commoner of the two counts. Of
    /// lists, the rarest value that agrees: a value is as frequent as the records that have it in their list.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub term_frequency: bool,
    /// How much of that adjustment counts, 0 to 1.
    #[serde(default = "one", skip_serializing_if = "is_one")]
    pub term_frequency_weight: f64,
    /// Values rarer than this share of the records count as this rare, so that one typing mistake isn't overwhelming evidence.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub term_frequency_floor: f64,
    /// Draws the shares of values towards their mean, 1 / V, most where a value is rarely seen and its share little known: each of
    /// the V different values is counted as if so many more records held it, `(count + k) / (records + k V)`. This is the mean of the share
    /// under a symmetric Dirichlet prior (Lidstone's rule of 1920; Laplace's with k = 1). 0, the default, counts as Splink does.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub term_frequency_shrinkage: f64,
    /// The fields whose values are weighed so, where not all those that must be equal; any fields of the spec, a list only by itself.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub term_frequency_fields: Vec<String>,
    /// The level of this comparison, by name, whose `u` is the chance of sharing a value, against which frequencies are held. Without
    /// it, this level's own where it asks for nothing but those values being equal, otherwise the chance that two records share one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub term_frequency_against: Option<String>,
}

impl Level {
    /// `log2(m / u)`: what this level adds to a pair's weight; 0 as long as one of them has not been learnt.
    #[must_use]
    pub fn bits(&self) -> f64 {
        self.m.zip(self.u).map_or(0.0, |(m, u)| (m / u).log2())
    }
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

/// Finds pairs that agree on every key. A record with a missing key is found by other rules only.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
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
