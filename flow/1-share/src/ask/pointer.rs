//! Pointers as pages show them: which services know somebody, by name where they allow it, and the way to ask each. The way is a keyed
//! digest that works for that member, person, service and purpose alone, so that an address names no service.

use std::collections::BTreeMap;

use base::{Id, kind};
use vault::{FromRow, Plain, Purpose, Row, StoreError, Vault, params};
use web::Caller;

use super::PURPOSES;
use crate::agency;

/// What stands in place of a name.
pub(crate) const UNNAMED: &str = "A service that isn’t named here";
/// Who may ask.
pub(crate) const ASKERS: &[&str] = &["navigator", "youth_worker", "social_worker", "intelligence_officer"];
/// Who may open records in an emergency.
pub(crate) const BREAKERS: &[&str] = &["navigator", "youth_worker", "social_worker"];

/// A service that knows somebody, as a page shows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pointer {
    /// Its name, or words for none.
    pub name: String,
    /// Where one asks it; none where this member can't for this purpose.
    pub ask: Option<String>,
    /// Where one opens its records in an emergency; none where this member can't.
    pub emergency: Option<String>,
}

/// Whom a way leads to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Pointed {
    pub controller: Id<kind::Agency>,
    pub purpose: Purpose,
    /// Whether the member was told the name.
    pub named: bool,
}

struct NameRow {
    agency: Id<kind::Agency>,
    named: bool,
}

impl FromRow for NameRow {
    fn from_row(row: &Row) -> Result<Self, StoreError> {
        Ok(Self { agency: row.id("agency")?, named: row.bool("named")? })
    }
}

/// The agencies that don't allow their name.
async fn unnamed(plain: &Plain) -> Result<Vec<Id<kind::Agency>>, StoreError> {
    let rows: Vec<NameRow> = plain.rows("SELECT agency, named FROM pointer_name ORDER BY agency", params![]).await?;
    Ok(rows.into_iter().filter(|row| !row.named).map(|row| row.agency).collect())
}

/// Whether an agency allows its name where it is said that it knows somebody.
///
/// # Errors
/// The database's.
pub async fn named_in_pointers(plain: &Plain, agency: Id<kind::Agency>) -> Result<bool, StoreError> {
    Ok(!unnamed(plain).await?.contains(&agency))
}

/// Lets an agency be named in pointers, or not, in a change of the caller's.
///
/// # Errors
/// The database's.
pub async fn set_named_in_pointers(
    change: &mut vault::Change,
    agency: Id<kind::Agency>,
    named: bool,
) -> Result<(), StoreError> {
    const SQL: &str = "INSERT INTO pointer_name (agency, named) VALUES ($1, $2) \
         ON CONFLICT (agency) DO UPDATE SET named = excluded.named";
    change.execute(SQL, params![agency, named]).await?;
    Ok(())
}

/// The services that know a person, for a page: those that are named by name, then the others in an order that says nothing.
///
/// # Errors
/// The database's.
pub async fn pointers(
    vault: &Vault,
    caller: &Caller,
    person: Id<kind::Person>,
    purpose: Purpose,
    services: &[Id<kind::Agency>],
) -> Result<Vec<Pointer>, StoreError> {
    let plain = vault.plain();
    let hidden = unnamed(&plain).await?;
    let names: BTreeMap<_, _> = agency::all(&plain).await?.into_iter().map(|agency| (agency.id, agency.name)).collect();
    let mut found: Vec<(bool, Pointer)> = services
        .iter()
        .map(|service| {
            let named = !hidden.contains(service);
            let name = names.get(service).filter(|_| named).cloned().unwrap_or_else(|| UNNAMED.to_owned());
            (!named, way(vault, caller, person, Pointed { controller: *service, purpose, named }, name))
        })
        .collect();
    found.sort_by(|one, other| (one.0, &one.1.name, &one.1.ask).cmp(&(other.0, &other.1.name, &other.1.ask)));
    Ok(found.into_iter().map(|(_, pointer)| pointer).collect())
}

/// The way to ask a service that the page names anyway, as the controller of a kind of data that is not shown.
#[must_use]
pub fn withheld(
    vault: &Vault,
    caller: &Caller,
    person: Id<kind::Person>,
    purpose: Purpose,
    service: Id<kind::Agency>,
    name: String,
) -> Pointer {
    way(vault, caller, person, Pointed { controller: service, purpose, named: true }, name)
}

fn way(vault: &Vault, caller: &Caller, person: Id<kind::Person>, to: Pointed, name: String) -> Pointer {
    let has = |duties: &[&str]| duties.iter().any(|duty| caller.has(duty));
    let digest = digest(vault, caller.id, person, to);
    let other = caller.agency != to.controller;
    let asks = other && has(ASKERS) && PURPOSES.contains(&to.purpose);
    let breaks = other && has(BREAKERS) && to.purpose != Purpose::Prevention && PURPOSES.contains(&to.purpose);
    Pointer {
        name,
        ask: asks.then(|| format!("/asks/new/{person}/{digest}")),
        emergency: breaks.then(|| format!("/emergencies/new/{person}/{digest}")),
    }
}

fn digest(vault: &Vault, member: Id<kind::Member>, person: Id<kind::Person>, to: Pointed) -> String {
    let text = format!("{member} {person} {} {} {}", to.controller, to.purpose, to.named);
    let mut digest = vault.digest("pointer", text.as_bytes());
    digest.truncate(32);
    digest
}

/// Whom a way leads to; none where it was made for another member or person, or made up.
pub(crate) async fn resolve(
    vault: &Vault,
    member: Id<kind::Member>,
    person: Id<kind::Person>,
    way: &str,
) -> Result<Option<Pointed>, StoreError> {
    let agencies = agency::all(&vault.plain()).await?;
    let all = agencies.iter().flat_map(|agency| {
        PURPOSES.iter().flat_map(move |purpose| {
            [true, false].map(|named| Pointed { controller: agency.id, purpose: *purpose, named })
        })
    });
    Ok(all.into_iter().find(|to| digest(vault, member, person, *to) == way))
}
