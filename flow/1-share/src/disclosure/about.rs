//! What was told of somebody, in words: for subject access, and for whoever must know who has it.

use std::collections::{BTreeMap, BTreeSet};

use base::{Id, Timestamp, kind};
use vault::{Actor, Purpose, Refusal, Scope, StoreError, Vault, Verb};

use super::{
    Disclosure, How,
    store::{self, For},
    words::{ground_words, power_words},
};
use crate::{
    agency, agreement,
    agreement::purpose_words,
    ask::make::{member_of, own_permit},
    law::law,
};

/// One disclosure in words. It names nobody.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Disclosed {
    /// Its id.
    pub id: Id<kind::Disclosure>,
    /// The record, where it was one.
    pub record: Option<Id<kind::Record>>,
    /// The person, where linking knew.
    pub person: Option<Id<kind::Person>>,
    /// What: the category's name.
    pub what: String,
    /// From whom.
    pub from: String,
    /// To which agency.
    pub to: String,
    /// Its id.
    pub to_agency: Id<kind::Agency>,
    /// How.
    pub how: How,
    /// First on that day.
    pub first_at: Timestamp,
    /// Last on that day.
    pub last_at: Timestamp,
    /// What for, to be read after "for".
    pub purpose: &'static str,
    /// On what it stood, in a sentence.
    pub ground: String,
    /// The power in law.
    pub power: String,
    /// When it was acknowledged to have come; for files.
    pub receipt_at: Option<Timestamp>,
}

/// What was disclosed of some people and records, the newest first, as far as this member answers for it: the unit's data protection officer for all of
/// it, a partner's data owner or officer for what their own agency gave or was told. `ids`: the person's and all of their records', old versions among them.
///
/// # Errors
/// [`Refusal`] where policy refuses; the database's.
pub async fn about(
    vault: &Vault,
    actor: &Actor,
    agency: Id<kind::Agency>,
    ids: &[String],
) -> Result<Vec<Disclosed>, Refusal> {
    let unit = agency::unit(&vault.plain()).await?;
    // Nobody but a member answers for any of it.
    let Ok((member, _)) = member_of(actor) else { return Ok(Vec::new()) };
    let whose = For { agency, all: unit.is_some_and(|unit| unit.id == agency), member };
    let permit = own_permit(vault, actor, agency, Verb::List, Scope::unit(), Purpose::Rights).await?;
    let found = store::about(&vault.read(&permit)?, whose, ids).await?;
    Ok(in_words(vault, &found).await?)
}

/// Who has been told of some people and records, each agency once.
///
/// # Errors
/// As [`about`].
pub async fn recipients_of(
    vault: &Vault,
    actor: &Actor,
    agency: Id<kind::Agency>,
    ids: &[String],
) -> Result<BTreeSet<Id<kind::Agency>>, Refusal> {
    Ok(about(vault, actor, agency, ids).await?.into_iter().map(|one| one.to_agency).collect())
}

pub(super) async fn in_words(vault: &Vault, found: &[Disclosure]) -> Result<Vec<Disclosed>, StoreError> {
    let agencies: BTreeMap<_, _> =
        agency::all(&vault.plain()).await?.into_iter().map(|agency| (agency.id, agency.name)).collect();
    let agreements: BTreeMap<String, String> =
        agreement::all(&vault.plain()).await?.into_iter().map(|one| (one.id.to_string(), one.terms.title)).collect();
    let named = |id: &Id<kind::Agency>| agencies.get(id).cloned().unwrap_or_else(|| "An agency".to_owned());
    let words = |one: &Disclosure| Disclosed {
        id: one.id,
        record: one.record,
        person: one.person,
        what: law().category(&one.data).name,
        from: named(&one.from),
        to: named(&one.to),
        to_agency: one.to,
        how: one.how,
        first_at: one.first_at,
        last_at: one.last_at,
        purpose: purpose_words(one.purpose),
        ground: ground_words(one.ground, agreements.get(&one.ground_id).map(String::as_str)),
        power: power_words(&one.power),
        receipt_at: one.receipt_at,
    };
    Ok(found.iter().map(words).collect())
}
