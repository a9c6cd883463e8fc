//! Counts and codes of one edition of areas in another: 2011's small areas in 2021's, small areas in wards, wards in districts.
//!
//! A lookup says which areas of the one edition an area of the other became, and in what shares. The Office for National
//! Statistics publishes them with a letter for what became of each: U unchanged, S split, M merged, X irregular ("LSOA (2011)
//! to LSOA (2021) to Local Authority District (2022) exact fit lookup for England and Wales"). Only U and M carry counts over
//! exactly; a split needs weights (residents, addresses, or square metres of overlap), and what is carried by shares is marked.
//! O(n log n) for n links.

mod apportion;
mod editions;
mod read;
#[cfg(test)]
mod tests;

use std::collections::{BTreeMap, HashMap};

use thiserror::Error;

pub use apportion::Apportioned;
pub use editions::{Unmatched, unmatched};
pub use read::LookupOptions;

/// What became of an area.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Change {
    /// U: the same area, perhaps with another code.
    Unchanged,
    /// S: it became several, which hold nothing else.
    Split,
    /// M: it is part of one that several went into whole.
    Merged,
    /// X: parts of it went into areas that hold parts of others.
    Irregular,
}

impl Change {
    /// The Office for National Statistics' letter (`CHGIND`).
    #[must_use]
    pub fn letter(self) -> char {
        match self {
            Self::Unchanged => 'U',
            Self::Split => 'S',
            Self::Merged => 'M',
            Self::Irregular => 'X',
        }
    }

    /// The change of a letter, small or capital.
    #[must_use]
    pub fn of_letter(letter: &str) -> Option<Self> {
        let all = [Self::Unchanged, Self::Split, Self::Merged, Self::Irregular];
        let mut letters = letter.trim().chars();
        let (first, rest) = (letters.next()?.to_ascii_uppercase(), letters.next());
        all.into_iter().find(|change| change.letter() == first && rest.is_none())
    }
}

/// One row of a lookup.
#[derive(Debug, Clone, PartialEq)]
pub struct Link {
    /// The code in the one edition.
    pub from: String,
    /// A code that it went to in the other.
    pub to: String,
    /// How much of it went there, in any unit; `None` where nobody said.
    pub weight: Option<f64>,
    /// What became of it, where the lookup says so.
    pub change: Option<Change>,
}

/// Why rows are no lookup, or it can't carry counts.
#[derive(Debug, Clone, PartialEq, Error)]
pub enum LookupError {
    /// The file can't be read.
    #[error("this is not a lookup in CSV: {0}")]
    Csv(String),
    /// No columns that could be the two codes.
    #[error(
        "it has no pair of columns of codes (it has {found}). They are called as the Office for National Statistics calls \
         them (`LSOA11CD` and `LSOA21CD`); if they have other names, say which"
    )]
    Columns {
        /// The columns that there are.
        found: String,
    },
    /// One row is wrong.
    #[error("row {}: {problem}", .row + 1)]
    Row {
        /// The row, counted from 0 and without the header.
        row: usize,
        /// What is wrong.
        problem: String,
    },
    /// It has no rows.
    #[error("the lookup has no rows")]
    Empty,
    /// Weights that are negative, no numbers, or all 0.
    #[error("the weights of {code} are no shares: each must be a number from 0 up, and one of them above 0")]
    Weights {
        /// The code that they belong to.
        code: String,
    },
    /// A code that the lookup doesn't have.
    #[error("row {}: {problem}", .row + 1)]
    Unknown {
        /// The row, counted from 0.
        row: usize,
        /// Which code, and whose it may be.
        problem: String,
    },
    /// Two columns of different lengths.
    #[error("there are {codes} codes and {counts} counts: each area needs both")]
    Length {
        /// How many codes there are.
        codes: usize,
        /// How many counts there are.
        counts: usize,
    },
    /// Counts beyond 2^64.
    #[error("the counts add up to more than can be counted")]
    TooMany,
}

/// Where the areas of one edition went in another.
#[derive(Debug, Clone, PartialEq)]
pub struct Lookup {
    /// Codes of the one edition, ascending.
    from: Vec<String>,
    /// Codes of the other, ascending.
    to: Vec<String>,
    /// Of each area, where it went, by shares that add up to 1, ascending by code.
    went: Vec<Vec<(u32, f64)>>,
    changes: Vec<Change>,
    /// Whether nobody said how an area that went to several was shared, so that each got as much.
    equal: Vec<bool>,
}

impl Lookup {
    /// A lookup of rows in any order. A row that comes twice counts once, its weights added.
    ///
    /// # Errors
    /// When there are none, or weights are no shares.
    pub fn of(links: impl IntoIterator<Item = Link>) -> Result<Self, LookupError> {
        let mut went: BTreeMap<String, BTreeMap<String, Option<f64>>> = BTreeMap::new();
        let mut said: HashMap<String, Change> = HashMap::new();
        for link in links {
            if let Some(change) = link.change {
                said.insert(link.from.clone(), change);
            }
            let weight = went.entry(link.from).or_default().entry(link.to).or_default();
            *weight = match (*weight, link.weight) {
                (Some(one), Some(other)) => Some(one + other),
                (one, other) => one.or(other),
            };
        }
        if went.is_empty() {
            return Err(LookupError::Empty);
        }
        let mut came: BTreeMap<&str, usize> = BTreeMap::new();
        for to in went.values().flat_map(BTreeMap::keys) {
            *came.entry(to).or_default() += 1;
        }
        let numbers: HashMap<&str, u32> = came.keys().copied().zip(0..).collect();
        let change = |from: &String, to: &BTreeMap<String, Option<f64>>| {
            let shared = to.keys().any(|to| came.get(to.as_str()).is_some_and(|count| *count > 1));
            said.get(from).copied().unwrap_or(match (to.len() > 1, shared) {
                (false, false) => Change::Unchanged,
                (true, false) => Change::Split,
                (false, true) => Change::Merged,
                (true, true) => Change::Irregular,
            })
        };
        let changes = went.iter().map(|(from, to)| change(from, to)).collect();
        let equal = went.values().map(|to| to.len() > 1 && to.values().any(Option::is_none)).collect();
        let shares = |(from, to): (&String, &BTreeMap<String, Option<f64>>)| {
            let even = to.values().any(Option::is_none);
            let weights = to.values().map(|weight| weight.filter(|_| !even).unwrap_or(1.0));
            let numbers = to.keys().filter_map(|to| numbers.get(to.as_str()).copied());
            shares(from, numbers.zip(weights).collect())
        };
        let rows = went.iter().map(shares).collect::<Result<_, _>>()?;
        let to = came.keys().map(|code| (*code).to_owned()).collect();
        Ok(Self { to, went: rows, changes, equal, from: went.into_keys().collect() })
    }

    /// The same lookup with areas shared by these weights, given for the code of the one edition and of the other: the
    /// residents of the overlap, or where only those of the other edition are known, theirs.
    ///
    /// # Errors
    /// When the weights of an area are no shares.
    pub fn weighted_by(&self, weight: impl Fn(&str, &str) -> f64) -> Result<Self, LookupError> {
        let code = |to: u32| self.to.get(to as usize).map(String::as_str).unwrap_or_default();
        let row = |(from, row): (&String, &Vec<(u32, f64)>)| {
            if row.len() < 2 {
                return Ok(row.clone());
            }
            shares(from, row.iter().map(|(to, _)| (*to, weight(from, code(*to)))).collect())
        };
        let went = self.from.iter().zip(&self.went).map(row).collect::<Result<_, _>>()?;
        Ok(Self { went, equal: vec![false; self.from.len()], ..self.clone() })
    }

    /// The codes of the one edition, ascending.
    #[must_use]
    pub fn from_codes(&self) -> &[String] {
        &self.from
    }

    /// The codes of the other edition, ascending.
    #[must_use]
    pub fn to_codes(&self) -> &[String] {
        &self.to
    }

    fn number(&self, code: &str) -> Option<usize> {
        self.from.binary_search_by(|from| from.as_str().cmp(code)).ok()
    }

    /// What became of an area; `None` for a code that it doesn't have.
    #[must_use]
    pub fn change(&self, code: &str) -> Option<Change> {
        self.changes.get(self.number(code)?).copied()
    }

    /// Where an area went, by shares that add up to 1; nowhere for a code that it doesn't have.
    pub fn went(&self, code: &str) -> impl Iterator<Item = (&str, f64)> + '_ {
        let row = self.number(code).and_then(|number| self.went.get(number)).map(Vec::as_slice).unwrap_or_default();
        row.iter().filter_map(|(to, share)| Some((self.to.get(*to as usize)?.as_str(), *share)))
    }

    /// The one area that holds most of another: its best fit, of equal shares the one with the lower code.
    #[must_use]
    pub fn best_fit(&self, code: &str) -> Option<&str> {
        let best = self.went(code).reduce(|best, next| if next.1 > best.1 { next } else { best });
        best.map(|(code, _)| code)
    }
}

fn shares(code: &str, mut row: Vec<(u32, f64)>) -> Result<Vec<(u32, f64)>, LookupError> {
    let sum: f64 = row.iter().map(|(_, weight)| weight).sum();
    if row.iter().any(|(_, weight)| !weight.is_finite() || *weight < 0.0) || !(sum > 0.0 && sum.is_finite()) {
        return Err(LookupError::Weights { code: code.to_owned() });
    }
    for (_, weight) in &mut row {
        *weight /= sum;
    }
    Ok(row)
}
