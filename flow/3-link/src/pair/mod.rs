//! A pair of records: what the model made of it, taken apart again as the model then was, and what people decided.

pub mod compare;
pub(crate) mod decide;
pub mod explanation;
pub mod pages;
pub(crate) mod store;
pub mod waterfall;

use std::{fmt, str::FromStr};

use base::{Id, kind};
use linkage::Pattern;
use vault::Facet;

/// What becomes of a pair.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum State {
    /// The model links it.
    Link,
    /// Between the thresholds: for a person to decide.
    Review,
    /// A person said that both are one.
    Required,
    /// A person said that they are two.
    Forbidden,
    /// The model would link it, but something else speaks against it: for a person to decide.
    Refused,
}

/// What a person decided about a pair.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Answer {
    /// The same person.
    Same,
    /// Different people.
    Different,
    /// Set aside.
    NotSure,
}

macro_rules! stored_as {
    ($name:ident { $($case:ident => $code:literal),* $(,)? }) => {
        impl $name {
            /// The code that is stored.
            #[must_use]
            pub fn code(self) -> &'static str {
                match self { $(Self::$case => $code,)* }
            }
        }
        impl FromStr for $name {
            type Err = NotOne;
            fn from_str(text: &str) -> Result<Self, NotOne> {
                match text { $($code => Ok(Self::$case),)* _ => Err(NotOne(stringify!($name))) }
            }
        }
        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result { f.write_str(self.code()) }
        }
    };
}

stored_as!(State { Link => "link", Review => "review", Required => "required", Forbidden => "forbidden", Refused => "refused" });
stored_as!(Answer { Same => "same", Different => "different", NotSure => "not_sure" });

/// A word that is none of a list's.
#[derive(Debug, Clone, Copy, thiserror::Error)]
#[error("not a known {0}")]
pub struct NotOne(&'static str);

impl Answer {
    /// In words.
    #[must_use]
    pub fn words(self) -> &'static str {
        match self {
            Self::Same => "Same person",
            Self::Different => "Different people",
            Self::NotSure => "Not sure",
        }
    }
}

/// The address of a pair: both records' ids, the smaller first, with a hyphen between them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct PairKey {
    /// The record whose id sorts first.
    pub left: Id<kind::Record>,
    /// The other.
    pub right: Id<kind::Record>,
}

impl PairKey {
    /// The pair of two records, whichever is named first.
    #[must_use]
    pub fn of(one: Id<kind::Record>, other: Id<kind::Record>) -> Self {
        Self { left: one.min(other), right: one.max(other) }
    }
}

impl fmt::Display for PairKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}-{}", self.left, self.right)
    }
}

impl FromStr for PairKey {
    type Err = NotOne;
    fn from_str(text: &str) -> Result<Self, NotOne> {
        let pair = text.split_once('-').and_then(|(left, right)| Some((left.parse().ok()?, right.parse().ok()?)));
        match pair {
            Some((left, right)) if left < right => Ok(Self { left, right }),
            _ => Err(NotOne("pair")),
        }
    }
}

/// A pair as it is kept: enough to take its weight apart again, whatever model comes later.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct KeptPair {
    pub left: Id<kind::Record>,
    pub right: Id<kind::Record>,
    /// Of the left and of the right record.
    pub facets: [Facet; 2],
    pub state: State,
    pub answer: Option<Answer>,
    /// Bits, prior included.
    pub weight: f64,
    pub pattern: Pattern,
    /// What rarity added, in bits, by comparison.
    pub rarity: Vec<f64>,
    /// The version of the model.
    pub spec: String,
    /// Whether somebody is asked about it: of two people, their strongest pair, until one of their pairs is settled.
    pub open: bool,
}

impl KeptPair {
    pub(crate) fn key(&self) -> PairKey {
        PairKey { left: self.left, right: self.right }
    }
}
