//! What an agreement says: who gives which data to whom, what for, under which law, on what conditions, from when until when.

mod problems;

use std::collections::{BTreeMap, BTreeSet};

use base::{Code, Date, Id, kind};
use vault::{Fields, Purpose};

/// A category of data that one party brings; the other parties may have it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Brought {
    /// The party that controls it.
    pub party: Id<kind::Agency>,
    /// What it brings.
    pub category: Code,
}

/// What an agreement says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Terms {
    /// Its title, as it was signed.
    pub title: String,
    /// Between whom it is.
    pub parties: Vec<Id<kind::Agency>>,
    /// The data that each party brings. What a party doesn't bring is not shared, even where another brings the same.
    pub brings: Vec<Brought>,
    /// What for.
    pub purposes: Vec<Purpose>,
    /// The fields of a record that may be seen for a purpose, by their names in the feed. A purpose without any: all fields.
    pub fields: BTreeMap<Purpose, BTreeSet<String>>,
    /// Under which powers or duties; codes of `law.toml`.
    pub gateways: Vec<Code>,
    /// The ground that answers a duty of confidence; needed where a category was given in confidence.
    pub confidentiality: Option<Code>,
    /// Handling words that go with everything that is disclosed under it.
    pub conditions: Vec<String>,
    /// Days after which a receiver's copy ends; none where it ends with the giver's record.
    pub retention_days: Option<u32>,
    /// The reference of its data protection impact assessment. Without one it permits nothing.
    pub assessment: Option<String>,
    /// The first day.
    pub starts: Date,
    /// The last day.
    pub ends: Date,
    /// The day by which it must be looked at again; the day after, it permits nothing until it was.
    pub review: Date,
}

impl Terms {
    /// Whether this party brings this category.
    #[must_use]
    pub fn brings(&self, party: Id<kind::Agency>, category: &Code) -> bool {
        self.brings.iter().any(|brought| brought.party == party && brought.category == *category)
    }

    /// The categories that somebody brings, sorted, each once.
    #[must_use]
    pub fn categories(&self) -> Vec<Code> {
        let all: BTreeSet<&Code> = self.brings.iter().map(|brought| &brought.category).collect();
        all.into_iter().cloned().collect()
    }

    /// The fields that may be seen for a purpose; `None` where it names none, which is all of them.
    #[must_use]
    pub fn fields_for(&self, purpose: Purpose) -> Option<Fields> {
        self.fields.get(&purpose).filter(|names| !names.is_empty()).map(|names| Fields::only(names.iter().cloned()))
    }
}

/// That every party brings every category: as agreements once were written.
#[must_use]
pub fn all_bring(parties: &[Id<kind::Agency>], categories: &[Code]) -> Vec<Brought> {
    let of = |party: Id<kind::Agency>| categories.iter().map(move |code| Brought { party, category: code.clone() });
    parties.iter().flat_map(|party| of(*party)).collect()
}

#[cfg(test)]
pub(super) mod tests;
