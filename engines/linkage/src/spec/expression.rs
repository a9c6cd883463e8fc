//! Keys of blocking rules: a field's value, or a part of it, written as `prefix(folded(surname), 4)`.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::{Field, Kind};
use crate::{
    clean::fold,
    kernels::{date, email, phonetic, postcode},
    list, minhash,
};

/// A field and what is taken of its value, innermost step first.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(try_from = "String", into = "String")]
#[cfg_attr(test, schemars(with = "String"))]
pub struct Expression {
    /// The field.
    pub field: String,
    /// Steps in the order in which they are taken; none means the whole value.
    pub steps: Vec<Step>,
}

/// One step from a value to a key.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Step {
    /// `any(x)`: each value of a list, so that records with any value in common are found.
    Any,
    /// `prefix(x, n)`: the first n characters; a shorter value is kept whole.
    Prefix(usize),
    /// `last(x, n)`: the last n characters; a shorter value is kept whole.
    Last(usize),
    /// `substring(x, from, length)`: so many characters, the first of them counted from 1; a value that ends before has no key.
    Substring(usize, usize),
    /// `initial(x)`: the first letter or digit.
    Initial,
    /// `year(x)`: the year of a date, four digits.
    Year,
    /// `month(x)`: the month of a date, two digits.
    Month,
    /// `day(x)`: the day of a date, two digits.
    Day,
    /// `outward(x)`: the part of a postcode before the space.
    Outward,
    /// `sector(x)`: a postcode up to the first figure after the space.
    Sector,
    /// `area(x)`: the letters that a postcode begins with.
    Area,
    /// `folded(x)`: letters and digits only, lower case, without accents or spaces.
    Folded,
    /// `phonetic(x)`: the primary Double Metaphone code of the name without its spaces.
    Phonetic,
    /// `user(x)`: an e-mail address's part before the `@`, without what follows a `+`.
    User,
    /// `domain(x)`: an e-mail address's part after the `@`.
    Domain,
    /// `minhash(x, bands, rows)`: so many keys, of which two texts share one the likelier the more pairs of neighbouring letters they
    /// have in common: with the chance `1 - (1 - s^rows)^bands` at Jaccard similarity `s`. For names with no exact part in common; put
    /// it beside another key, since common names make large blocks.
    MinHash(usize, usize),
}

/// Most bands times rows of `minhash`: each is a pass over the text.
const MOST_HASHES: usize = 128;

/// The steps by name, with the numbers that each takes.
const STEPS: &str = "any(x), prefix(x, n), last(x, n), substring(x, from, length), initial(x), year(x), month(x), day(x), \
     outward(x), sector(x), area(x), folded(x), phonetic(x), user(x), domain(x) and minhash(x, bands, rows)";

impl Step {
    fn new(name: &str, numbers: &[usize]) -> Option<Step> {
        Some(match (name, numbers) {
            ("any", []) => Step::Any,
            ("prefix", [length]) => Step::Prefix(*length),
            ("last", [length]) => Step::Last(*length),
            ("substring", [from, length]) => Step::Substring(*from, *length),
            ("initial", []) => Step::Initial,
            ("year", []) => Step::Year,
            ("month", []) => Step::Month,
            ("day", []) => Step::Day,
            ("outward", []) => Step::Outward,
            ("sector", []) => Step::Sector,
            ("area", []) => Step::Area,
            ("folded", []) => Step::Folded,
            ("phonetic", []) => Step::Phonetic,
            ("user", []) => Step::User,
            ("domain", []) => Step::Domain,
            ("minhash", [bands, rows]) if bands.saturating_mul(*rows) <= MOST_HASHES => Step::MinHash(*bands, *rows),
            _ => return None,
        })
    }

    /// How many numbers the step of this name takes.
    fn numbers(name: &str) -> Option<usize> {
        (0..=2).find(|count| Step::new(name, [1, 1].get(..*count).unwrap_or_default()).is_some())
    }

    fn name(self) -> &'static str {
        match self {
            Step::Any => "any",
            Step::Prefix(_) => "prefix",
            Step::Last(_) => "last",
            Step::Substring(..) => "substring",
            Step::Initial => "initial",
            Step::Year => "year",
            Step::Month => "month",
            Step::Day => "day",
            Step::Outward => "outward",
            Step::Sector => "sector",
            Step::Area => "area",
            Step::Folded => "folded",
            Step::Phonetic => "phonetic",
            Step::User => "user",
            Step::Domain => "domain",
            Step::MinHash(..) => "minhash",
        }
    }

    /// Whether the step can be taken with a field of this kind.
    pub(super) fn fits(self, field: &Field) -> bool {
        match self {
            Step::Any => field.list.is_some(),
            Step::Prefix(_) | Step::Last(_) | Step::Substring(..) | Step::Initial | Step::Folded => true,
            Step::Year | Step::Month | Step::Day => field.kind.is_date(),
            Step::Outward | Step::Sector | Step::Area => field.kind == Kind::Postcode,
            Step::Phonetic | Step::MinHash(..) => field.kind.is_worded(),
            Step::User | Step::Domain => field.kind == Kind::Email,
        }
    }

    /// The step's result; `None` where it has none.
    fn take(self, value: &str) -> Option<String> {
        Some(match self {
            Step::Any => value.to_owned(),
            Step::Prefix(length) => value.chars().take(length).collect(),
            Step::Last(length) => value.chars().skip(value.chars().count().saturating_sub(length)).collect(),
            Step::Substring(from, length) => {
                let part: String = value.chars().skip(from - 1).take(length).collect();
                return (part.chars().count() == length).then_some(part);
            }
            Step::Initial => value.chars().find(|letter| letter.is_alphanumeric())?.to_string(),
            Step::Year => date::year(value)?.to_owned(),
            Step::Month => date::month(value)?.to_owned(),
            Step::Day => date::day(value)?.to_owned(),
            Step::Outward => postcode::district(value)?.to_owned(),
            Step::Sector => postcode::sector(value)?.to_owned(),
            Step::Area => postcode::area(value)?.to_owned(),
            Step::Folded => fold(value, false),
            Step::Phonetic => phonetic::double_metaphone(value).0.to_string(),
            Step::User => email::user(value)?.to_owned(),
            Step::Domain => email::domain(value)?.to_owned(),
            Step::MinHash(..) => return None,
        })
    }
}

impl Expression {
    /// The key for a cleaned value; `None` where there is none, and then the record is not found by the rule. For expressions
    /// with [`Step::Any`] or [`Step::MinHash`], ask [`Expression::keys`].
    pub(crate) fn key(&self, value: &str) -> Option<String> {
        let mut key = value.to_owned();
        for step in &self.steps {
            key = step.take(&key)?;
        }
        (!key.is_empty()).then_some(key)
    }

    /// Whether a value may have several keys.
    pub(crate) fn has_several_keys(&self) -> bool {
        self.steps.iter().any(|step| matches!(step, Step::Any | Step::MinHash(..)))
    }

    /// All keys for a cleaned value, sorted, each once: more than one only for a list with [`Step::Any`], or with [`Step::MinHash`].
    pub(crate) fn keys(&self, value: &str) -> Vec<String> {
        if !self.has_several_keys() {
            return self.key(value).into_iter().collect();
        }
        let mut keys: Vec<String> = match self.steps.split_last() {
            Some((Step::MinHash(bands, rows), before)) => {
                let texts = Expression { field: String::new(), steps: before.to_vec() }.keys(value);
                texts.iter().flat_map(|text| minhash::keys(text, *bands, *rows)).collect()
            }
            _ => list::items(value).filter_map(|item| self.key(item)).collect(),
        };
        keys.sort_unstable();
        keys.dedup();
        keys
    }

    fn parse(text: &str) -> Result<Self, String> {
        let text = text.trim();
        let Some((name, rest)) = text.split_once('(') else {
            return if text.is_empty() || text.contains([')', ',']) {
                Err(format!("`{text}` is not a field's name"))
            } else {
                Ok(Expression { field: text.to_owned(), steps: Vec::new() })
            };
        };
        let name = name.trim();
        let inner = rest.strip_suffix(')').ok_or_else(|| format!("`{text}` has no closing bracket"))?;
        let Some(count) = Step::numbers(name) else {
            return Err(format!("`{name}` in `{text}` is not known; there are {STEPS}"));
        };
        let mut pieces: Vec<&str> = inner.rsplitn(count + 1, ',').collect();
        let inner = pieces.pop().unwrap_or_default();
        if pieces.len() != count || inner.matches('(').count() != inner.matches(')').count() {
            return Err(format!("`{text}` is not whole; the steps are {STEPS}"));
        }
        let number = |piece: &&str| match piece.trim().parse::<usize>() {
            Ok(number) if number > 0 => Ok(number),
            _ => Err(format!("`{}` in `{text}` is not a length of 1 or more", piece.trim())),
        };
        let numbers = pieces.iter().rev().map(number).collect::<Result<Vec<_>, String>>()?;
        let mut expression = Expression::parse(inner)?;
        let step = Step::new(name, &numbers)
            .ok_or_else(|| format!("`{text}` asks for too much: bands times rows may be {MOST_HASHES} at most"))?;
        if step == Step::Any && !expression.steps.is_empty() {
            return Err(format!("in `{text}`, `any` must stand innermost, as in prefix(any(aliases), 3)"));
        }
        if expression.steps.iter().any(|step| matches!(step, Step::MinHash(..))) {
            return Err(format!("in `{text}`, `minhash` must stand outermost, as in minhash(folded(surname), 6, 2)"));
        }
        expression.steps.push(step);
        Ok(expression)
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
        let text = self.steps.iter().fold(self.field.clone(), |inner, step| {
            let name = step.name();
            match step {
                Step::Prefix(length) | Step::Last(length) => format!("{name}({inner}, {length})"),
                Step::Substring(one, other) | Step::MinHash(one, other) => format!("{name}({inner}, {one}, {other})"),
                _ => format!("{name}({inner})"),
            }
        });
        f.write_str(&text)
    }
}
