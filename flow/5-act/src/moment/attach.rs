//! The job `attach_people`: when linking has run, moments get their person, and those of one person within their type's
//! window become one. What linking takes apart is taken apart here too.

use std::collections::{BTreeMap, HashMap};

use async_trait::async_trait;
use base::{Id, code, kind};
use vault::{
    Ask, Cause, Operation, Permit, Purpose, Scope, StoreError, Vault, Verb,
    jobs::{Handler, Job, JobFault},
};

use super::{
    Moment,
    merge::{Join, joins},
    store,
};
use crate::{
    moment_type::{MomentTypes, types},
    neighbours,
};

const PAGE: u32 = 500;
const BATCH: usize = 150;

/// Who is behind each record.
pub type People = HashMap<Id<kind::Record>, Id<kind::Person>>;

/// What a run changed.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct AttachReport {
    /// Moments that got a person, or another one.
    pub attached: u64,
    /// Moments that became one with an earlier one.
    pub merged: u64,
    /// Moments that were taken apart again.
    pub parted: u64,
}

/// The job `attach_people`.
pub struct AttachPeople;

#[async_trait]
impl Handler for AttachPeople {
    fn kind(&self) -> &'static str {
        "attach_people"
    }

    async fn run(&self, vault: &Vault, job: &Job) -> Result<(), JobFault> {
        let permit = vault
            .permit(Ask {
                actor: job.actor()?,
                verb: Verb::Record,
                scope: Scope::unit(),
                purpose: Purpose::Support,
                facets: neighbours::moment_facets(vault).await?,
                facts: BTreeMap::new(),
            })
            .await?;
        everyone(vault, &permit).await?;
        Ok(())
    }
}

/// Gives every moment that the permit covers its person, as linking has it now.
///
/// # Errors
/// As [`attach`].
pub async fn everyone(vault: &Vault, permit: &Permit) -> Result<AttachReport, StoreError> {
    let reader = vault.read(permit)?;
    let moments = all(&reader).await?;
    let records: Vec<Id<kind::Record>> = moments.iter().map(|moment| moment.record).collect();
    let people = neighbours::people_of(&reader, &records).await?;
    attach(vault, permit, moments, &people, types()).await
}

/// Every moment that the permit covers.
///
/// # Errors
/// The database's.
pub async fn all(reader: &vault::Reader) -> Result<Vec<Moment>, StoreError> {
    let mut all: Vec<Moment> = Vec::new();
    loop {
        let after = all.last().map(|moment| moment.id.to_string()).unwrap_or_default();
        let page = store::page_after(reader, &after, PAGE).await?;
        let last = page.len() < PAGE as usize;
        all.extend(page);
        if last {
            return Ok(all);
        }
    }
}

/// Gives moments their people and makes one of those that are one. `moments` are all that the permit covers; running it
/// again changes nothing.
///
/// # Errors
/// The database's. What was written before stays, and the next run does the rest.
pub async fn attach(
    vault: &Vault,
    permit: &Permit,
    mut moments: Vec<Moment>,
    people: &People,
    types: &MomentTypes,
) -> Result<AttachReport, StoreError> {
    let mut report = AttachReport::default();
    let mut changed: Vec<Id<kind::Moment>> = Vec::new();
    for moment in &mut moments {
        let person = people.get(&moment.record).copied();
        if moment.person != person {
            moment.person = person;
            changed.push(moment.id);
        }
    }
    let joins: HashMap<Id<kind::Moment>, Join> = joins(&moments, |code| types.get(code)).into_iter().collect();
    changed.extend(joins.keys());
    changed.sort_unstable();
    changed.dedup();
    for part in changed.chunks(BATCH) {
        write(vault, permit, part, &joins, people, types, &mut report).await?;
    }
    Ok(report)
}

async fn write(
    vault: &Vault,
    permit: &Permit,
    ids: &[Id<kind::Moment>],
    joins: &HashMap<Id<kind::Moment>, Join>,
    people: &People,
    types: &MomentTypes,
    report: &mut AttachReport,
) -> Result<(), StoreError> {
    let cause = Cause {
        actor: permit.actor().clone(),
        purpose: Purpose::Support,
        operation: Operation::Combination,
        act: code!("people_attached"),
        scope: permit.scope().clone(),
    };
    let mut change = vault.change_under(permit, cause).await?;
    let now = change.now();
    // Read again inside the change: somebody may have recorded a contact meanwhile.
    for mut moment in store::many_for_change(&change, ids).await? {
        let before = moment.clone();
        moment.person = people.get(&moment.record).copied();
        report.attached += u64::from(moment.person != before.person);
        match joins.get(&moment.id) {
            Some(Join::Into(first)) => report.merged += u64::from(moment.merge(*first, now).is_ok()),
            Some(Join::Part) => report.parted += u64::from(moment.part().is_ok()),
            None => {}
        }
        if moment != before {
            store::save(&mut change, &moment, types.get(&moment.moment_type)).await?;
            store::name_person(&mut change, &moment).await?;
        }
    }
    change.note("moments", ids.len());
    change.commit().await
}
