//! Everything that the unit holds about a person, as rows of every table of the catalogue that name them, and what the audit log says of who
//! looked: gathered under one permit, in plain words, and frozen in a file, so that what two people look at is what is given.
//!
//! Tables about those who work here that name somebody whom the unit knows are left out, since they say nothing that a row about that person
//! doesn't: `standing_grant` is what an `ask` or an `emergency_access` came to (who, until when, on which ground), `rights_opening` that a
//! `rights_request` is open. What `marked` says, that something is sealed, is withheld. An erasure takes the first two with the rest.

use std::{
    collections::{BTreeMap, BTreeSet},
    io::{Read as _, Write as _},
};

use base::{Code, Id, Timestamp, code, kind};
use flate2::{Compression, read::ZlibDecoder, write::ZlibEncoder};
use serde::{Deserialize, Serialize};
use vault::{
    Actor, Ask, Facet, IntoValue as _, Marks, Permit, Purpose, Reader, Scope, StoreError, Value, Vault, Verb,
    audit::LoggedEntry, params,
};

use super::{
    Everyone, RightsError,
    sealed::store,
    store as requests,
    under_way::{Far, GATHERING},
    words,
};
use crate::{
    access, agency,
    agency::{Agency, AgencyKind},
    law::law,
    member,
    retention::erase::holders,
    seal,
};

/// One field of a row.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Field {
    /// Its name in the table or the partner's file (`body.given`).
    pub key: String,
    pub label: String,
    pub value: String,
    /// A reference that says nothing to a person: in the file for machines only.
    pub technical: bool,
    /// Who works here, or a service, in place of a reference.
    #[serde(default)]
    pub named: bool,
}

/// One row that is about the person.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Item {
    /// From 1, in the order of the answer.
    pub number: u32,
    pub table: String,
    pub id: Option<String>,
    pub title: String,
    pub why: String,
    /// The controller's name.
    pub agency: String,
    pub controller: String,
    pub category: String,
    /// The category in words.
    pub about: String,
    /// Kept for law enforcement (Part 3).
    pub law_enforcement: bool,
    /// As the catalogue has it: `shown`, `summarised`, `withheld:<ground>`.
    pub sees: String,
    pub fields: Vec<Field>,
}

/// All of it.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Gathered {
    pub at: i64,
    /// The person's own name, as records have it; may be empty.
    pub name: String,
    /// Every word of the names that records give them, folded.
    pub own_names: BTreeSet<String>,
    pub items: Vec<Item>,
    /// Rows that are there and could not be read.
    pub unread: u64,
    /// Whether it was found by what whoever asks gave to be found by, and by nobody's looking up.
    #[serde(default)]
    pub sought: bool,
}

impl Gathered {
    /// As it is kept: its labels and references repeat, so it is a tenth of its length packed, and every page that opens it decrypts as much
    /// less.
    ///
    /// # Errors
    /// [`RightsError::File`].
    pub(crate) fn packed(&self) -> Result<Vec<u8>, RightsError> {
        let failed = |error: &dyn std::fmt::Display| RightsError::File(error.to_string());
        let text = serde_json::to_vec(self).map_err(|error| failed(&error))?;
        let mut packer = ZlibEncoder::new(Vec::with_capacity(text.len() / 8), Compression::fast());
        packer.write_all(&text).map_err(|error| failed(&error))?;
        packer.finish().map_err(|error| failed(&error))
    }

    /// What [`Gathered::packed`] made. What was kept before that was plain JSON.
    ///
    /// # Errors
    /// [`RightsError::File`].
    pub(crate) fn unpacked(bytes: &[u8]) -> Result<Self, RightsError> {
        let failed = |error: &dyn std::fmt::Display| RightsError::File(error.to_string());
        if bytes.starts_with(b"{") {
            return serde_json::from_slice(bytes).map_err(|error| failed(&error));
        }
        let mut text = Vec::with_capacity(bytes.len().saturating_mul(8));
        ZlibDecoder::new(bytes).read_to_end(&mut text).map_err(|error| failed(&error))?;
        serde_json::from_slice(&text).map_err(|error| failed(&error))
    }

    pub(crate) fn item(&self, number: u32) -> Option<&Item> {
        self.items.get(usize::try_from(number).ok()?.checked_sub(1)?)
    }
}

/// A permit to look at all that is held about a person: every agency's part of everything.
pub(crate) async fn permit(vault: &Vault, actor: &Actor, person: Id<kind::Person>) -> Result<Permit, vault::Refusal> {
    let plain = vault.plain();
    let agencies = agency::all(&plain).await?;
    let mut facets: Vec<Facet> = agency::facets_of_all(&vault.book()).await?;
    for agency in &agencies {
        // Of a seal that was lifted it is read, and suggested to be left out, that there was one.
        for category in [crate::ask::category(), super::category(), seal::category()] {
            facets.push(Facet { controller: agency.id, category });
        }
        if agency.kind == AgencyKind::Unit {
            facets
                .extend(law().categories().iter().map(|of| Facet { controller: agency.id, category: of.code.clone() }));
            facets.extend(literal(vault).await?.into_iter().map(|category| Facet { controller: agency.id, category }));
        }
    }
    facets.sort();
    facets.dedup();
    facets.retain(|facet| !law().category(&facet.category).anonymous);
    let scope = Scope::person(person);
    let facts = BTreeMap::new();
    vault.permit(Ask { actor: actor.clone(), verb: Verb::View, scope, purpose: Purpose::Rights, facets, facts }).await
}

/// The categories that the catalogue itself names for tables about people.
pub(crate) async fn literal(vault: &Vault) -> Result<Vec<Code>, StoreError> {
    let entries = vault.catalogue().await?;
    let subject = entries.iter().filter(|entry| entry.kind == vault::TableKind::Subject);
    Ok(subject.filter_map(|entry| entry.category.strip_prefix('\'')?.strip_suffix('\'')?.parse().ok()).collect())
}

/// Names of those who work here (by what they do, and for whom) and of agencies, by id.
struct Names(BTreeMap<String, String>);

impl Names {
    async fn read(vault: &Vault, actor: &Actor, agencies: &[Agency]) -> Result<Self, StoreError> {
        let staff = vault.staff(actor, Purpose::Rights, code!("names_read")).await?;
        let of = |id: Id<kind::Agency>| {
            agencies.iter().find(|agency| agency.id == id).map_or("a service", |agency| agency.name.as_str())
        };
        let mut names: BTreeMap<String, String> =
            agencies.iter().map(|agency| (agency.id.to_string(), agency.name.clone())).collect();
        for member in member::all(&staff).await? {
            let duty = member.duties.iter().next().map_or("Somebody who works there", |duty| duty.words());
            names.insert(member.id.to_string(), format!("{duty}, {}", of(member.agency)));
        }
        Ok(Self(names))
    }

    fn of<'a>(&'a self, text: &'a str) -> Option<&'a str> {
        if words::is_id(text) { self.0.get(text).map(String::as_str) } else { None }
    }
}

/// Every id under which rows may name somebody.
pub(crate) async fn ids_of(
    reader: &Reader,
    everyone: &dyn Everyone,
    person: Id<kind::Person>,
) -> Result<Vec<String>, StoreError> {
    let mut ids = everyone.ids(reader, person).await?;
    ids.sort();
    ids.dedup();
    Ok(ids)
}

/// Gathers it.
///
/// # Errors
/// Not found where policy refuses; the database's.
pub(crate) async fn gather(
    vault: &Vault,
    everyone: &dyn Everyone,
    actor: &Actor,
    person: Id<kind::Person>,
    far: &Far,
) -> Result<Gathered, RightsError> {
    far.tell(0, GATHERING.len());
    // What is sealed is answered apart, whoever gathers: the second person may be named for it or not.
    let permit = permit(vault, actor, person).await?.without_sealed();
    let reader = vault.read(&permit)?;
    let ids = ids_of(&reader, everyone, person).await?;
    let agencies = agency::all(&vault.plain()).await?;
    let names = Names::read(vault, actor, &agencies).await?;
    let (rows, unread) = reader.about_and_missing(vault, &ids).await?;
    far.tell(1, GATHERING.len());
    let mut items: Vec<Item> = rows.iter().map(|row| item(vault, row, &agencies, &names)).collect();
    let mut scopes: BTreeSet<String> = ids.iter().cloned().collect();
    scopes.extend(rows.iter().filter_map(|row| row.id.clone()));
    items.extend(looks(entries(vault, actor, &scopes).await?.iter(), &agencies, &names));
    let name = everyone.name(&reader, person).await?.unwrap_or_default();
    Ok(gathered(vault, name, items, unread))
}

/// In the order of the answer, and numbered.
fn gathered(vault: &Vault, name: String, mut items: Vec<Item>, unread: u64) -> Gathered {
    items.sort_by(|one, other| order(one).cmp(&order(other)));
    for (at, item) in items.iter_mut().enumerate() {
        item.number = u32::try_from(at + 1).unwrap_or(u32::MAX);
    }
    Gathered { at: vault.now().as_micros(), own_names: own_names(&name, &items), name, items, unread, sought: false }
}

/// What is put by apart from an answer.
pub(super) struct Apart {
    /// What is sealed about the person, for each agency whose it is; nothing for an agency that has none. Where nobody was found, about those
    /// whom what was given finds.
    pub parts: BTreeMap<Id<kind::Agency>, Gathered>,
    /// The ids of those whom it finds.
    pub people: Vec<String>,
    /// The agencies that hold a record that is not sealed.
    pub holders: BTreeSet<Id<kind::Agency>>,
}

/// What is sealed about the person, and who holds the rest. For the job alone.
///
/// # Errors
/// As [`gather`].
pub(super) async fn gather_sealed(
    vault: &Vault,
    everyone: &dyn Everyone,
    actor: &Actor,
    (request, person): (Id<kind::RightsRequest>, Id<kind::Person>),
) -> Result<Apart, RightsError> {
    let permit = permit(vault, actor, person).await?;
    let reader = vault.read(&permit)?;
    let mut ids = ids_of(&reader, everyone, person).await?;
    let mut name = everyone.name(&reader, person).await?.unwrap_or_default();
    let sought = requests::sought(&reader, request).await?;
    let mut people = Vec::new();
    if let Some(sought) = &sought {
        people = everyone.like(&reader, sought).await?.into_iter().flatten().collect();
        ids.extend(people.iter().cloned());
        name = sought.full_name();
    }
    let agencies = agency::all(&vault.plain()).await?;
    let names = Names::read(vault, actor, &agencies).await?;
    let mut rows: BTreeMap<Id<kind::Agency>, Vec<vault::About>> = BTreeMap::new();
    let about = reader.about(vault, &ids).await?;
    let holders = holders(&about);
    for row in about {
        // That it is sealed is no news to those who are named for it.
        let of_seals = row.table == "seal_about" || store::OF_PARTS.contains(&row.table.as_str());
        if Marks::split(&row.category).1.sealed && !of_seals {
            rows.entry(row.controller).or_default().push(row);
        }
    }
    // The log is read once, whoever holds something: how often it is read stands in it.
    let scopes = rows.values().flatten().filter_map(|row| row.id.clone()).collect();
    let log = entries(vault, actor, &scopes).await?;
    let mut parts = BTreeMap::new();
    for (agency, rows) in rows {
        let mut items: Vec<Item> = rows.iter().map(|row| item(vault, row, &agencies, &names)).collect();
        let own: BTreeSet<&str> = rows.iter().filter_map(|row| row.id.as_deref()).collect();
        let about = log.iter().filter(|entry| entry.scope.as_deref().is_some_and(|scope| own.contains(scope)));
        items.extend(looks(about, &agencies, &names));
        let part = gathered(vault, name.clone(), items, 0);
        parts.insert(agency, Gathered { sought: sought.is_some(), ..part });
    }
    Ok(Apart { parts, people, holders })
}

/// Records first, service by service; then what the unit made of them; then the log.
fn order(item: &Item) -> (u8, &str, &str, &str, Option<&str>) {
    let first = match item.table.as_str() {
        "record" => 0,
        "contact" | "referral" | "moment" => 1,
        "audit_entry" => 9,
        table if table.starts_with("rights_") => 8,
        _ => 3,
    };
    (first, &item.agency, &item.about, &item.table, item.id.as_deref())
}

fn item(vault: &Vault, row: &vault::About, agencies: &[Agency], names: &Names) -> Item {
    let (title, why) = words::table(&row.table);
    let of = agencies.iter().find(|agency| agency.id == row.controller);
    let (plain, _) = Marks::split(&row.category);
    let category = law().category(&plain);
    let enforces = of.is_some_and(|agency| {
        matches!(agency.kind, AgencyKind::Police | AgencyKind::Probation | AgencyKind::YouthJustice)
    });
    let when = row.columns.get("event_at").map(|at| words::value("event_at", at));
    let mut fields = Vec::new();
    for (key, text) in &row.columns {
        push(vault, &mut fields, key, text, names);
    }
    Item {
        number: 0,
        table: row.table.clone(),
        id: row.id.clone(),
        title: match when {
            Some(when) if row.table == "record" => format!("{}, {when}", category.name),
            _ => title,
        },
        why: why.to_owned(),
        agency: of.map_or_else(|| "A service".to_owned(), |agency| agency.name.clone()),
        controller: row.controller.to_string(),
        category: plain.to_string(),
        about: category.name,
        law_enforcement: enforces && category.criminal_offence,
        sees: row.sees.clone(),
        fields,
    }
}

/// A column as fields: what a partner sent is taken apart, what was sealed is opened.
fn push(vault: &Vault, fields: &mut Vec<Field>, key: &str, text: &str, names: &Names) {
    let opened = sealed(vault, text);
    let text = opened.as_deref().unwrap_or(text);
    if text.starts_with('{')
        && let Ok(serde_json::Value::Object(parts)) = serde_json::from_str::<serde_json::Value>(text)
    {
        for (name, part) in parts {
            let value = part.as_str().map_or_else(|| part.to_string(), str::to_owned);
            let (label, value) = (words::column(&name), words::value(&name, &value));
            fields.push(Field { key: format!("{key}.{name}"), label, value, technical: false, named: false });
        }
        return;
    }
    let named = names.of(text).map(str::to_owned);
    let technical = words::is_technical(key) || (named.is_none() && words::is_id(text));
    let (is_named, value) = (named.is_some(), named.unwrap_or_else(|| words::value(key, text)));
    fields.push(Field { key: key.to_owned(), label: words::column(key), value, technical, named: is_named });
}

/// What was sealed, opened; none where it is no sealed text.
fn sealed(vault: &Vault, text: &str) -> Option<String> {
    let like = text.len() >= 80 && text.len().is_multiple_of(2) && text.bytes().all(|one| one.is_ascii_hexdigit());
    if !like {
        return None;
    }
    Some(String::from_utf8_lossy(&vault.unseal(text).ok()?).into_owned())
}

/// What the log says about these.
async fn entries(vault: &Vault, actor: &Actor, scopes: &BTreeSet<String>) -> Result<Vec<LoggedEntry>, RightsError> {
    const LOOKED: &str = "SELECT position, at, actor_kind, actor, agency, operation, verb, scope_kind, scope, purpose, allowed, \
         permit, inputs, leaf_hash FROM audit_entry WHERE scope IN ({in}) ORDER BY position";
    let staff = vault.staff(actor, Purpose::Rights, code!("rights_log_read")).await?;
    let keys: Vec<Value> = scopes.iter().map(|scope| scope.into_value()).collect();
    Ok(staff.rows_in(LOOKED, params![], &keys).await?)
}

/// Who looked, when, what for: by what they do and for whom, not by name.
fn looks<'a>(entries: impl Iterator<Item = &'a LoggedEntry>, agencies: &[Agency], names: &Names) -> Vec<Item> {
    let Some(unit) = agencies.iter().find(|agency| agency.kind == AgencyKind::Unit) else { return Vec::new() };
    entries.filter(|entry| entry.allowed).map(|entry| look(entry, unit, names)).collect()
}

fn look(entry: &LoggedEntry, unit: &Agency, names: &Names) -> Item {
    let (title, why) = words::table("audit_entry");
    let who = match entry.actor_kind.as_str() {
        "member" => names.of(&entry.actor).unwrap_or("Somebody who has left").to_owned(),
        "token" => entry.agency.as_deref().and_then(|id| names.of(id)).unwrap_or("A service’s system").to_owned(),
        _ => "The system itself".to_owned(),
    };
    let field = |key: &str, label: &str, value: String, technical| Field {
        key: key.to_owned(),
        label: label.to_owned(),
        value,
        technical,
        named: key == "actor",
    };
    let at = Timestamp::from_micros(entry.at.as_micros()).map_or_else(|_| String::new(), web::time::full);
    Item {
        number: 0,
        table: "audit_entry".to_owned(),
        id: Some(format!("{:012}", entry.position)),
        title,
        why: why.to_owned(),
        agency: unit.name.clone(),
        controller: unit.id.to_string(),
        category: "audit_entry".to_owned(),
        about: "The log of who looked".to_owned(),
        law_enforcement: false,
        sees: "shown".to_owned(),
        fields: vec![
            field("at", "When", at, false),
            field("actor", "Who", who, false),
            field("verb", "What", access::words::what(entry), false),
            field("purpose", "What for", access::words::why(entry), false),
            field("scope_kind", "About", entry.scope_kind.replace('_', " "), false),
            field("position", "Entry", entry.position.to_string(), true),
        ],
    }
}

/// The words of the names that records give the person themselves.
fn own_names(name: &str, items: &[Item]) -> BTreeSet<String> {
    let records = items.iter().filter(|item| item.table == "record").flat_map(|item| &item.fields);
    let named = records.filter(|field| matches!(field.key.as_str(), "body.given" | "body.family" | "body.name"));
    let all = std::iter::once(name).chain(named.map(|field| field.value.as_str()));
    all.flat_map(|text| text.split(|letter: char| !letter.is_alphabetic()))
        .filter(|word| word.chars().count() > 1)
        .map(base::names::fold)
        .collect()
}
