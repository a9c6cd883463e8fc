//! Finding a person: by an exact identifier, or by full name and date of birth; partial names find nobody. What is found through
//! records that the searcher may open is shown with its name; of what they may only search, no more than that a service knows
//! the person. What they may not search does not exist for them.

mod found;
pub mod pages;
pub(crate) mod store;

use std::collections::BTreeMap;

use base::{Date, Id, NhsNumber, Upn, kind, names::fold};
use ingest::api::records_by_ids;
use vault::{Actor, Ask, Facet, Permit, Purpose, Reader, Refusal, Scope, StoreError, Vault, Verb};

pub use pages::LOOK_PEOPLE_UP;

use crate::{
    person::{PersonRecord, Shown, shown, store as people},
    run::{RunError, partner_facets, source::Sources, unit_facet},
};

/// What one can be found by.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Wanted {
    /// An NHS number.
    Nhs(NhsNumber),
    /// A unique pupil number.
    Upn(Upn),
    /// A full name and a date of birth.
    Name {
        /// Given name; of several the first counts.
        given: String,
        /// Family name.
        family: String,
        /// Date of birth.
        born: Date,
    },
}

/// Somebody who was found.
#[derive(Debug, Clone)]
pub struct Hit {
    /// Who.
    pub person: Id<kind::Person>,
    /// What may be shown at their name; none where no record may be opened.
    pub shown: Option<Shown>,
    /// Agencies whose records may be opened.
    pub open: Vec<Id<kind::Agency>>,
    /// Agencies that know them, and no more may be said.
    pub pointers: Vec<Id<kind::Agency>>,
    /// Of the records that may be searched, how many agree with what was asked.
    pub agreeing: u64,
    /// Of the records that may be searched, how many there are.
    pub records: u64,
}

/// A person who was found, and how many of the records that may be searched agree with what was asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Match {
    pub person: Id<kind::Person>,
    pub agreeing: u64,
}

/// One row of the index.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Entry {
    pub record: Id<kind::Record>,
    pub facet: Facet,
    pub given: String,
    pub family: String,
    pub born: Option<Date>,
    pub nhs: Option<NhsNumber>,
    pub upn: Option<Upn>,
}

impl Entry {
    /// By what a record's person can be found. Numbers that can't be right find nobody.
    pub(crate) fn of(sources: &Sources, number: u32, record: Id<kind::Record>, facet: &Facet) -> Self {
        let name = |field| sources.value(field, number).map(fold).unwrap_or_default();
        Self {
            record,
            facet: facet.clone(),
            given: first_word(&name("given")),
            family: name("family"),
            born: sources.date_of_birth(number),
            nhs: sources.value("nhs_number", number).and_then(|text| text.parse().ok()),
            upn: sources.value("upn", number).and_then(|text| text.parse().ok()),
        }
    }
}

fn first_word(folded: &str) -> String {
    folded.split(' ').next().unwrap_or_default().to_owned()
}

/// Searches. Two permits are asked: one to search, which decides what exists for this searcher, and one to open, which decides
/// what is shown. What was searched for is in neither.
///
/// # Errors
/// [`Refusal::Refused`] where nothing may be searched for this purpose.
pub async fn search(vault: &Vault, actor: &Actor, purpose: Purpose, wanted: &Wanted) -> Result<Vec<Hit>, Refusal> {
    let Some(searching) = searching(vault, actor, purpose).await? else { return Ok(Vec::new()) };
    let found = find_under(vault, &searching, wanted).await?;
    hits_under(vault, actor, &searching, &found).await
}

/// Whom a search finds, and no more.
pub(crate) async fn find(
    vault: &Vault,
    actor: &Actor,
    purpose: Purpose,
    wanted: &Wanted,
) -> Result<Vec<Match>, Refusal> {
    match searching(vault, actor, purpose).await? {
        Some(searching) => Ok(find_under(vault, &searching, wanted).await?),
        None => Ok(Vec::new()),
    }
}

/// What may be shown now of those whom a search found.
pub(crate) async fn hits(vault: &Vault, actor: &Actor, purpose: Purpose, found: &[Match]) -> Result<Vec<Hit>, Refusal> {
    match searching(vault, actor, purpose).await? {
        Some(searching) => hits_under(vault, actor, &searching, found).await,
        None => Ok(Vec::new()),
    }
}

/// Those whose records agree with what is wanted, under a permit that another stage has (an answer to somebody about whom nobody was found): no
/// more than who.
///
/// # Errors
/// The database's.
pub async fn people_like(reader: &Reader, wanted: &Wanted) -> Result<Vec<Id<kind::Person>>, StoreError> {
    let records = store::find(reader, reader.vault(), wanted).await?;
    Ok(by_person(reader, &records).await?.into_keys().collect())
}

fn asked(actor: &Actor, verb: Verb, purpose: Purpose, facets: Vec<Facet>) -> Ask {
    Ask { actor: actor.clone(), verb, scope: Scope::unit(), purpose, facets, facts: BTreeMap::new() }
}

/// The permit to search; none before the unit was set up.
async fn searching(vault: &Vault, actor: &Actor, purpose: Purpose) -> Result<Option<Permit>, Refusal> {
    let unit = match unit_facet(vault).await {
        Ok(unit) => unit,
        Err(RunError::Store(error)) => return Err(error.into()),
        Err(_) => return Ok(None),
    };
    let facets = partner_facets(vault, &unit).await?;
    vault.permit(asked(actor, Verb::Search, purpose, facets)).await.map(Some)
}

async fn find_under(vault: &Vault, searching: &Permit, wanted: &Wanted) -> Result<Vec<Match>, StoreError> {
    let reader = vault.read(searching)?;
    let records = store::find(&reader, vault, wanted).await?;
    let people = by_person(&reader, &records).await?;
    Ok(people.into_iter().map(|(person, agreeing)| Match { person, agreeing }).collect())
}

async fn hits_under(vault: &Vault, actor: &Actor, searching: &Permit, found: &[Match]) -> Result<Vec<Hit>, Refusal> {
    if found.is_empty() {
        return Ok(Vec::new());
    }
    let reader = vault.read(searching)?;
    let searchable = searching.grants().iter().map(|grant| grant.facet.clone()).collect();
    // To record a request of theirs, who it is is listed; what is held is opened once it is recorded.
    let verb = if searching.purpose() == Purpose::Rights { Verb::List } else { Verb::View };
    let opening = match vault.permit(asked(actor, verb, searching.purpose(), searchable)).await {
        Ok(permit) => Some(permit),
        Err(Refusal::Refused { .. }) => None,
        Err(error) => return Err(error),
    };
    let mut hits = Vec::new();
    for found in found {
        hits.push(hit(vault, &reader, opening.as_ref(), found.person, found.agreeing).await?);
    }
    hits.retain(|hit| hit.records > 0); // whose records went, or moved, since they were found
    for hit in &hits {
        share::api::register_pointers(&reader, hit.person, &hit.pointers).await?;
    }
    hits.sort_by_key(|hit| (std::cmp::Reverse(hit.agreeing), hit.person));
    Ok(hits)
}

async fn by_person(
    reader: &Reader,
    records: &[Id<kind::Record>],
) -> Result<BTreeMap<Id<kind::Person>, u64>, StoreError> {
    let mut people = BTreeMap::new();
    for person in people::people_of(reader, records).await?.into_values() {
        *people.entry(person).or_default() += 1;
    }
    Ok(people)
}

async fn hit(
    vault: &Vault,
    reader: &Reader,
    opening: Option<&Permit>,
    person: Id<kind::Person>,
    agreeing: u64,
) -> Result<Hit, StoreError> {
    let mut rows = people::records_of(reader, person).await?;
    rows.retain(|row| !row.superseded);
    let opens = |row: &&PersonRecord| opening.is_some_and(|permit| permit.covers(row.controller, &row.category));
    let agencies = |rows: Vec<&PersonRecord>| {
        let mut agencies: Vec<_> = rows.iter().map(|row| row.controller).collect();
        agencies.sort_unstable();
        agencies.dedup();
        agencies
    };
    let open: Vec<_> = rows.iter().filter(opens).collect();
    let ids: Vec<Id<kind::Record>> = open.iter().map(|row| row.record).collect();
    let known = agencies(open);
    let mut pointers = agencies(rows.iter().filter(|row| !opens(row)).collect());
    pointers.retain(|agency| !known.contains(agency));
    let shown = match opening.filter(|_| !ids.is_empty()) {
        Some(permit) => Some(shown(&records_by_ids(&vault.read(permit)?, &ids).await?)),
        None => None,
    };
    Ok(Hit { person, shown, open: known, pointers, agreeing, records: rows.len() as u64 })
}
