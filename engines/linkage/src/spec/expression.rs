//! Keys of blocking rules: a field's value, or a part of it, written as `prefix(folded(surname), 4)`.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::{
    clean::fold,
    kernels::{date, postcode},
};

/// A field and what is taken of its value, innermost step first.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Expression {
    /// The field.
    pub field: String,
    /// Steps in the order in which they are taken; none means the whole value.
    pub steps: Vec<Step>,
}

/// One step from a value to a key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Step {
    /// `prefix(x, n)`: the first n characters; a shorter value is kept whole.
    Prefix(usize),
    /// `year(x)`: the year of a date.
    Year,
    /// `outward(x)`: the part of a postcode before the space.
    Outward,
    /// `folded(x)`: letters and digits only, lower case, without accents or spaces.
    Folded,
}

impl Expression {
    /// The key for a cleaned value; `None` where there is none, and then the record is not found by the rule.
    pub(crate) fn key(&self, value: &str) -> Option<String> {
        let mut key = value.to_owned();
        for step in &self.steps {
            key = match step {
                Step::Prefix(length) => key.chars().take(*length).collect(),
                Step::Year => date::year(&key)?.to_owned(),
                Step::Outward => postcode::district(&key)?.to_owned(),
                Step::Folded => fold(&key, false),
            };
        }
        (!key.is_empty()).then_some(key)
    }

    fn parse(text: &str) -> Result<Self, String> {
        let text = text.trim();
        let Some((step, rest)) = text.split_once('(') else {
            return if text.is_empty() || text.contains([')', ',']) {
                Err(format!("`{text}` is not a field's name"))
            } else {
                Ok(Expression { field: text.to_owned(), steps: Vec::new() })
            };
        };
        let inner = rest.strip_suffix(')').ok_or_else(|| format!("`{text}` has no closing bracket"))?;
        let (inner, step) = match step.trim() {
            "prefix" => prefix(text, inner)?,
            "year" => (inner, Step::Year),
            "outward" => (inner, Step::Outward),
            "folded" => (inner, Step::Folded),
            other => {
                return Err(format!("`{other}` in `{text}` is not known; there are prefix, year, outward and folded"));
            }
        };
        let mut expression = Expression::parse(inner)?;
        expression.steps.push(step);
        Ok(expression)
    }
}

fn prefix<'a>(text: &str, inner: &'a str) -> Result<(&'a str, Step), String> {
    let (inner, length) =
        inner.rsplit_once(',').ok_or_else(|| format!("`{text}` needs a length, as in prefix(surname, 3)"))?;
    match length.trim().parse::<usize>() {
        Ok(length) if length > 0 => Ok((inner, Step::Prefix(length))),
        _ => Err(format!("`{}` in `{text}` is not a length of 1 or more", length.trim())),
    }
}

impl TryFrom<String> for Expression {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        Expression::parse(&text)
    }
}

impl From<Expression> for String {
    fn from(expression: Expression) -> String {
        expression.to_string()
    }
}

impl fmt::Display for Expression {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let text = self.steps.iter().fold(self.field.clone(), |inner, step| match step {
            Step::Prefix(length) => format!("prefix({inner}, {length})"),
            Step::Year => format!("year({inner})"),
            Step::Outward => format!("outward({inner})"),
            Step::Folded => format!("folded({inner})"),
        });
        f.write_str(&text)
    }
}
