//! A person as linked: an id to which records belong. Names, dates and places stay in the records, each read under its own
//! permit; here stands how the best of them is chosen to be shown.

pub mod part;
pub(crate) mod store;

use base::{
    Age, Code, Date, Id, age_on, kind,
    names::{fold, title_case},
};
use ingest::api::Record;
use vault::{Held, Reader, StoreError};

pub use store::{current_person, everyone_of, people_of, person_of, records_of, records_of_many, who_knows};

/// A record and the person to whom it belongs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PersonRecord {
    /// The record.
    pub record: Id<kind::Record>,
    /// The person.
    pub person: Id<kind::Person>,
    /// The agency that controls the record.
    pub controller: Id<kind::Agency>,
    /// The record's category.
    pub category: Code,
    /// Whether a later version of the record has taken its place.
    pub superseded: bool,
}

impl Held for PersonRecord {
    fn controller(&self) -> Id<kind::Agency> {
        self.controller
    }
    fn category(&self) -> &Code {
        &self.category
    }
}

/// What is shown of a person at their name.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Shown {
    /// The name as most records, then the latest, have it; empty where none has one.
    pub name: String,
    /// The date of birth that most records have.
    pub born: Option<Date>,
}

impl Shown {
    /// The age on a day.
    #[must_use]
    pub fn age_on(&self, day: Date) -> Option<Age> {
        self.born.and_then(|born| age_on(born, day))
    }

    /// The name, or words for none.
    #[must_use]
    pub fn name_or_words(&self) -> &str {
        if self.name.is_empty() { "Name not recorded" } else { &self.name }
    }
}

/// Chooses what to show of a person: a full name before half of one, then the name whose parts most records have, then the
/// longest, then the latest; of the dates of birth the one that most records have.
#[must_use]
pub fn shown(records: &[Record]) -> Shown {
    let folded = |record: &Record, key| record.text(key).map(fold).unwrap_or_default();
    let first = |record: &Record| folded(record, "given").split(' ').next().unwrap_or_default().to_owned();
    let parts: Vec<(String, String)> = records.iter().map(|record| (first(record), folded(record, "family"))).collect();
    let votes = |(given, family): &(String, String)| {
        let shares = |same: &dyn Fn(&(String, String)) -> bool| parts.iter().filter(|other| same(other)).count();
        shares(&|other| other.0 == *given) + shares(&|other| other.1 == *family)
    };
    let named = records.iter().zip(&parts).map(|(record, part)| (name_of(record), part, record));
    let best = named.filter(|(name, ..)| !name.is_empty()).max_by_key(|(name, part, record)| {
        let full = !part.0.is_empty() && !part.1.is_empty();
        (full, votes(part), name.chars().count(), record.event_at.unwrap_or(record.received_at), record.id)
    });
    let dates: Vec<Date> = records.iter().filter_map(|record| record.date("dob")).collect();
    let born = dates.iter().max_by_key(|date| (dates.iter().filter(|other| other == date).count(), **date)).copied();
    Shown { name: best.map(|(name, ..)| name).unwrap_or_default(), born }
}

/// A record's name as it is shown: given then family, never in capitals throughout.
#[must_use]
pub fn name_of(record: &Record) -> String {
    let part = |key| record.text(key).map(title_case).unwrap_or_default();
    let (given, family) = (part("given"), part("family"));
    let name = if given.is_empty() && family.is_empty() { part("name") } else { format!("{given} {family}") };
    name.trim().to_owned()
}

/// The name to show for each of some people, from the records that the permit covers: for queues and lists.
///
/// # Errors
/// The database's.
pub async fn shown_of(
    reader: &Reader,
    people: &[Id<kind::Person>],
) -> Result<std::collections::HashMap<Id<kind::Person>, Shown>, StoreError> {
    let rows = store::records_of_many(reader, people).await?;
    let ids: Vec<Id<kind::Record>> = rows.iter().map(|row| row.record).collect();
    let mut by_id: std::collections::HashMap<_, _> =
        ingest::api::records_by_ids(reader, &ids).await?.into_iter().map(|record| (record.id, record)).collect();
    let mut of: std::collections::HashMap<Id<kind::Person>, Vec<Record>> = std::collections::HashMap::new();
    for row in rows {
        of.entry(row.person).or_default().extend(by_id.remove(&row.record));
    }
    Ok(of.into_iter().map(|(person, records)| (person, shown(&records))).collect())
}

#[cfg(test)]
mod tests;
