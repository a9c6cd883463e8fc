//! What this stage asks of the stages before it, in one place: records of `ingest`, people of `link`, places of `picture`,
//! names of agencies and members of `share`.

use std::collections::{BTreeMap, HashMap};

use async_trait::async_trait;
use base::{Code, Id, Postcode, Timestamp, code, kind};
use serde_json::{Map, Value};
use vault::{Facet, Plain, Reader, Refusal, Staff, StoreError, Vault};
use web::Fault;

use crate::{
    moment::raise::{Incoming, Place, Places},
    moment_type::types,
};

/// What whoever is refused everything is told: where an agreement stopped, what they can do; else nothing. It is the same whatever they
/// asked for, so it says nothing of what there is.
pub(crate) fn refused(refusal: Refusal) -> Fault {
    match refusal {
        Refusal::Refused { why } => share::api::way_forward(&why).map_or(Fault::Denied, Fault::Refused),
        Refusal::Store(error) => error.into(),
    }
}

/// What a member may need to see of a moment: the records that raise them, the records of whoever it is about, and what the
/// unit itself has written.
pub(crate) async fn all_facets(vault: &Vault) -> Result<Vec<Facet>, StoreError> {
    let book = vault.book();
    let mut facets = share::api::all_person_facets(&book).await?;
    add_unit_facets(&vault.plain(), &mut facets).await?;
    Ok(facets)
}

/// What lists of moments show: the records that raise them, and what the unit itself has written.
pub(crate) async fn moment_facets(vault: &Vault) -> Result<Vec<Facet>, StoreError> {
    let mut facets = share::api::facets(&vault.book(), &types().categories()).await?;
    add_unit_facets(&vault.plain(), &mut facets).await?;
    Ok(facets)
}

/// The unit's own referrals.
pub(crate) async fn referral_facets(vault: &Vault) -> Result<Vec<Facet>, StoreError> {
    Ok(share::api::unit_facet(&vault.plain(), code!("referral")).await?.into_iter().collect())
}

async fn add_unit_facets(plain: &Plain, facets: &mut Vec<Facet>) -> Result<(), StoreError> {
    let Some(unit) = unit(plain).await? else { return Ok(()) };
    for category in [code!("contact"), code!("referral")] {
        let facet = Facet { controller: unit, category };
        if !facets.contains(&facet) {
            facets.push(facet);
        }
    }
    Ok(())
}

/// The unit.
pub(crate) async fn unit(plain: &Plain) -> Result<Option<Id<kind::Agency>>, StoreError> {
    Ok(share::api::unit(plain).await?.map(|unit| unit.id))
}

/// An agency's code.
pub(crate) async fn agency_code(plain: &Plain, id: Id<kind::Agency>) -> Result<Option<Code>, StoreError> {
    Ok(share::api::agency_by_id(plain, id).await?.map(|agency| agency.code))
}

/// Whether somebody of this agency is named for what is sealed of the unit's own: else nobody there would see it.
pub(crate) async fn is_named_at(
    vault: &Vault,
    unit: Id<kind::Agency>,
    at: Id<kind::Agency>,
) -> Result<bool, StoreError> {
    let book = vault.book();
    let named = share::api::seal_readers(&book).await?;
    let members = share::api::members(&book).await?;
    let is_there = |id| members.iter().any(|member| member.id == id && member.agency == at && member.active);
    Ok(named.iter().any(|one| one.agency == unit && is_there(one.member)))
}

/// The names of all agencies.
pub(crate) async fn agency_names(plain: &Plain) -> Result<BTreeMap<Id<kind::Agency>, String>, StoreError> {
    Ok(share::api::agencies(plain).await?.into_iter().map(|agency| (agency.id, agency.name)).collect())
}

/// The names of some members.
pub(crate) async fn member_names(
    staff: &Staff,
    members: &[Id<kind::Member>],
) -> Result<BTreeMap<Id<kind::Member>, String>, StoreError> {
    share::api::member_names(staff, members).await
}

/// A record, as pages of moments show it.
#[derive(Debug, Clone)]
pub(crate) struct SeenRecord {
    pub(crate) id: Id<kind::Record>,
    pub(crate) category: Code,
    pub(crate) event_at: Option<Timestamp>,
    pub(crate) body: Map<String, Value>,
}

/// The records of a delivery's lines, as far as the permit covers them, by line.
pub(crate) async fn records_between(
    reader: &Reader,
    delivery: Id<kind::Delivery>,
    from: u64,
    to: u64,
) -> Result<Vec<Incoming>, StoreError> {
    let records = ingest::api::records_between(reader, delivery, from, to).await?;
    let incoming = |record: ingest::api::Record| Incoming {
        record: record.id,
        origin: format!("{} {}", record.feed, record.source_key),
        controller: record.controller,
        category: record.category,
        event_at: record.event_at,
        body: record.body,
    };
    Ok(records.into_iter().map(incoming).collect())
}

/// Records by their ids, as far as the permit covers them.
pub(crate) async fn records_by_ids(reader: &Reader, ids: &[Id<kind::Record>]) -> Result<Vec<SeenRecord>, StoreError> {
    let records = ingest::api::records_by_ids(reader, ids).await?;
    let seen = |record: ingest::api::Record| SeenRecord {
        id: record.id,
        // What is sealed reads as any other to those who see it.
        category: vault::Marks::split(&record.category).0,
        event_at: record.event_at,
        body: record.body,
    };
    Ok(records.into_iter().map(seen).collect())
}

/// Who is behind each record.
pub(crate) async fn people_of(
    reader: &Reader,
    records: &[Id<kind::Record>],
) -> Result<HashMap<Id<kind::Record>, Id<kind::Person>>, StoreError> {
    link::api::people_of(reader, records).await
}

/// A person's records as they stand: which, and whose.
pub(crate) async fn records_of(
    reader: &Reader,
    person: Id<kind::Person>,
) -> Result<Vec<(Id<kind::Record>, Id<kind::Agency>)>, StoreError> {
    let records = link::api::records_of(reader, person).await?;
    Ok(records.into_iter().filter(|one| !one.superseded).map(|one| (one.record, one.controller)).collect())
}

/// Whose records some people have, by person.
pub(crate) async fn controllers_of(
    reader: &Reader,
    people: &[Id<kind::Person>],
) -> Result<HashMap<Id<kind::Person>, Vec<Id<kind::Agency>>>, StoreError> {
    let mut found: HashMap<Id<kind::Person>, Vec<Id<kind::Agency>>> = HashMap::new();
    for one in link::api::records_of_many(reader, people).await? {
        found.entry(one.person).or_default().push(one.controller);
    }
    Ok(found)
}

/// The places of postcodes, as the picture knows them.
pub(crate) struct PicturePlaces;

#[async_trait]
impl Places for PicturePlaces {
    async fn places_of(&self, vault: &Vault, postcodes: &[Postcode]) -> Result<BTreeMap<String, Place>, StoreError> {
        let found = picture::api::areas_of_postcodes(&vault.plain(), postcodes).await?;
        let place =
            |place: picture::api::AreaPlace| Place { area: place.area.to_string(), district: place.district_name };
        Ok(found.into_iter().map(|(postcode, found)| (postcode, place(found))).collect())
    }
}

/// The names of all districts.
pub(crate) async fn district_names(plain: &Plain) -> Result<Vec<String>, StoreError> {
    Ok(picture::api::districts(plain).await?.into_iter().map(|district| district.name).collect())
}
