//! What the later stages know of members' work, for the nightly watch over who looked: whose moments, contacts and referrals somebody
//! is, who is on shift, and what records say of who they are. All of it is read under the job's own permit, and nothing is kept.

use std::collections::{BTreeMap, BTreeSet};

use async_trait::async_trait;
use base::{Id, Timestamp, code, kind};
use share::api::{Known, Look, Opened, Surroundings};
use vault::{Actor, Ask, Purpose, Reader, Refusal, Scope, Vault, Verb, jobs::JobFault};

/// Linking, acting and the rota together.
pub struct Stages;

/// Whose work with people is kept here. Others (analysts, officers) open whom their task names, and have no case load.
const WITH_CASES: [&str; 2] = ["navigator", "youth_worker"];

/// What was opened, by kind.
#[derive(Default)]
struct Ids {
    people: Vec<Id<kind::Person>>,
    moments: Vec<Id<kind::Moment>>,
    records: Vec<Id<kind::Record>>,
    referrals: Vec<String>,
}

impl Ids {
    fn of<'a>(opened: impl Iterator<Item = &'a Opened>) -> Self {
        let all: BTreeSet<&Opened> = opened.collect();
        let mut ids = Self::default();
        for (kind, id) in all {
            match kind.as_str() {
                "person" => ids.people.extend(id.parse::<Id<kind::Person>>()),
                "moment" => ids.moments.extend(id.parse::<Id<kind::Moment>>()),
                "record" => ids.records.extend(id.parse::<Id<kind::Record>>()),
                "referral" => ids.referrals.push(id.clone()),
                _ => {}
            }
        }
        ids
    }
}

/// A reader for the watch alone; none where there is nothing that it may read.
async fn reader(vault: &Vault, actor: &Actor) -> Result<Option<Reader>, JobFault> {
    let book = vault.book();
    let mut facets = share::api::all_person_facets(&book).await?;
    for category in [code!("contact"), code!("referral")] {
        let own = share::api::unit_facet(&vault.plain(), category).await?;
        facets.extend(own.filter(|facet| !facets.contains(facet)));
    }
    let ask = Ask {
        actor: actor.clone(),
        verb: Verb::View,
        scope: Scope::unit(),
        purpose: Purpose::Oversight,
        facets,
        facts: BTreeMap::new(),
    };
    match vault.permit(ask).await {
        Ok(permit) => Ok(Some(vault.read(&permit)?)),
        // An older set of rules may not know of it: then nothing is compared.
        Err(Refusal::Refused { .. }) => Ok(None),
        Err(Refusal::Store(error)) => Err(error.into()),
    }
}

#[async_trait]
impl Surroundings for Stages {
    async fn is_work(&self, vault: &Vault, actor: &Actor, looks: &[Look]) -> Result<Vec<Option<bool>>, JobFault> {
        let Some(reader) = reader(vault, actor).await?.filter(|_| !looks.is_empty()) else {
            return Ok(vec![None; looks.len()]);
        };
        let members = share::api::members(&vault.book()).await?;
        let with_cases: BTreeSet<Id<kind::Member>> = members
            .iter()
            .filter(|member| member.duties.iter().any(|duty| WITH_CASES.contains(&duty.code())))
            .map(|member| member.id)
            .collect();
        let ids = Ids::of(looks.iter().map(|look| &look.opened));
        let mut ties: BTreeMap<Opened, Vec<act::api::Tie>> = BTreeMap::new();
        for tie in act::api::ties(&reader, &ids.people, &ids.moments, &ids.referrals).await? {
            let kinds = [
                tie.person.map(|id| ("person", id.to_string())),
                Some(("moment", tie.moment.to_string())),
                tie.referral.clone().map(|id| ("referral", id)),
            ];
            for (kind, id) in kinds.into_iter().flatten() {
                ties.entry((kind.to_owned(), id)).or_default().push(tie.clone());
            }
        }
        let is_work = |look: &Look| {
            if !with_cases.contains(&look.member) || look.opened.0 == "record" {
                return None;
            }
            let theirs =
                |tie: &act::api::Tie| tie.waits || tie.member == Some(look.member) || tie.agency == Some(look.agency);
            Some(ties.get(&look.opened).is_some_and(|ties| ties.iter().any(theirs)))
        };
        Ok(looks.iter().map(is_work).collect())
    }

    async fn known(&self, vault: &Vault, actor: &Actor, opened: &[Opened]) -> Result<Vec<Vec<Known>>, JobFault> {
        let Some(reader) = reader(vault, actor).await?.filter(|_| !opened.is_empty()) else {
            return Ok(vec![Vec::new(); opened.len()]);
        };
        let ids = Ids::of(opened.iter());
        let mut of: BTreeMap<Opened, Vec<Id<kind::Record>>> = BTreeMap::new();
        for row in link::api::records_of_many(&reader, &ids.people).await? {
            of.entry(("person".to_owned(), row.person.to_string())).or_default().push(row.record);
        }
        for (moment, record) in act::api::records_of_moments(&reader, &ids.moments).await? {
            of.entry(("moment".to_owned(), moment.to_string())).or_default().push(record);
        }
        for record in ids.records {
            of.entry(("record".to_owned(), record.to_string())).or_default().push(record);
        }
        let records: Vec<Id<kind::Record>> = of.values().flatten().copied().collect();
        let known: BTreeMap<Id<kind::Record>, Known> = ingest::api::records_by_ids(&reader, &records)
            .await?
            .into_iter()
            .map(|record| {
                let text = |key| record.text(key).unwrap_or_default().to_owned();
                (record.id, Known { given: text("given"), family: text("family"), postcode: text("postcode") })
            })
            .collect();
        let all = |opened: &Opened| {
            let records = of.get(opened).into_iter().flatten();
            records.filter_map(|record| known.get(record)).cloned().collect()
        };
        Ok(opened.iter().map(all).collect())
    }

    async fn on_shift(
        &self,
        vault: &Vault,
        actor: &Actor,
        at: &[(Id<kind::Member>, Timestamp)],
    ) -> Result<Vec<bool>, JobFault> {
        if at.is_empty() {
            return Ok(Vec::new());
        }
        let staff = vault.staff(actor, Purpose::Oversight, code!("rota_read")).await?;
        Ok(act::api::on_shift(&staff, at).await?)
    }
}
