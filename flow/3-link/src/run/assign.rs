//! Which person a cluster of records is. Ids are stable: a cluster keeps the person to whom most of its records belonged (the
//! oldest where two are level), a person that was merged comes back when the cluster is parted again, and only a cluster
//! without any past gets a new id.

use std::collections::{BTreeMap, HashMap, HashSet};

use base::{Id, kind};
use vault::{Reader, StoreError, Vault};

use super::{
    plan::{Found, heirs},
    source::Source,
};
use crate::person::store::moves_of;

type PersonId = Id<kind::Person>;

/// The people of a run's clusters.
#[derive(Debug, Default)]
pub(super) struct People {
    /// By cluster.
    pub of_cluster: Vec<PersonId>,
    /// By the record's number.
    pub of_record: Vec<PersonId>,
    pub new: HashSet<PersonId>,
    /// Who is now part of whom; `None` for who is a person of their own again.
    pub merges: Vec<(PersonId, Option<PersonId>)>,
}

/// Gives every cluster its person.
pub(super) async fn assign(reader: &Reader, vault: &Vault, found: &Found) -> Result<People, StoreError> {
    let before = people_before(found);
    let (mut chosen, mut taken) = by_votes(votes(found, &before));
    revive(reader, found, &before, &mut chosen, &mut taken).await?;
    let mut people = People::default();
    let revived = chosen.values().filter(|person| !before.contains(&Some(**person)));
    people.merges = revived.map(|person| (*person, None)).collect();
    people.merges.sort_unstable();
    people.of_record = vec![Id::from_u128(0); found.sources.len()];
    for (cluster, members) in found.clusters.iter().enumerate() {
        let person = chosen.get(&cluster).copied().unwrap_or_else(|| vault.new_id());
        if !chosen.contains_key(&cluster) {
            people.new.insert(person);
        }
        people.of_cluster.push(person);
        for number in members {
            if let Some(place) = people.of_record.get_mut(*number as usize) {
                *place = person;
            }
        }
    }
    people.merges.extend(merged(&before, &people.of_record, &taken));
    Ok(people)
}

/// The person of each record before this run; a new version's is that of the version before.
fn people_before(found: &Found) -> Vec<Option<PersonId>> {
    let stored = &found.stored;
    let mut before: Vec<Option<PersonId>> =
        found.sources.records.iter().map(|source| stored.people.get(&source.id).map(|row| row.person)).collect();
    let heirs = heirs(&found.sources, stored);
    let mut stale: Vec<_> = stored.stale.iter().collect();
    stale.sort_unstable();
    for (record, origin) in stale {
        let (Some(row), Some(heir)) = (stored.people.get(record), heirs.get(origin.as_str())) else { continue };
        if let Some(place) = before.get_mut(*heir as usize) {
            *place = place.or(Some(row.person));
        }
    }
    before
}

/// How many of a cluster's records belonged to whom.
fn votes(found: &Found, before: &[Option<PersonId>]) -> Vec<(usize, PersonId, u32)> {
    let mut votes = Vec::new();
    for (cluster, members) in found.clusters.iter().enumerate() {
        let mut counts: BTreeMap<PersonId, u32> = BTreeMap::new();
        for person in members.iter().filter_map(|number| before.get(*number as usize).copied().flatten()) {
            *counts.entry(person).or_default() += 1;
        }
        votes.extend(counts.into_iter().map(|(person, count)| (cluster, person, count)));
    }
    votes
}

/// Most votes first, then the oldest person, then the cluster with the oldest record; each person and cluster once.
fn by_votes(mut votes: Vec<(usize, PersonId, u32)>) -> (HashMap<usize, PersonId>, HashSet<PersonId>) {
    votes.sort_unstable_by_key(|(cluster, person, count)| (std::cmp::Reverse(*count), *person, *cluster));
    let (mut chosen, mut taken) = (HashMap::new(), HashSet::new());
    for (cluster, person, _) in votes {
        if !chosen.contains_key(&cluster) && taken.insert(person) {
            chosen.insert(cluster, person);
        }
    }
    (chosen, taken)
}

/// A cluster that was parted from a person takes back the one that most of its records had belonged to before.
async fn revive(
    reader: &Reader,
    found: &Found,
    before: &[Option<PersonId>],
    chosen: &mut HashMap<usize, PersonId>,
    taken: &mut HashSet<PersonId>,
) -> Result<(), StoreError> {
    let had_one = |number: &u32| before.get(*number as usize).copied().flatten().is_some();
    let parted: Vec<usize> = (0..found.clusters.len())
        .filter(|cluster| !chosen.contains_key(cluster))
        .filter(|cluster| found.clusters.get(*cluster).is_some_and(|members| members.iter().any(had_one)))
        .collect();
    let of = |cluster: &usize| found.clusters.get(*cluster).map_or(&[][..], Vec::as_slice);
    let versions = versions(found);
    let ids =
        |number: &u32| found.sources.record(*number).map(|source| versions_of(&versions, source)).unwrap_or_default();
    let records: Vec<Id<kind::Record>> = parted.iter().flat_map(|cluster| of(cluster).iter().flat_map(ids)).collect();
    if records.is_empty() {
        return Ok(());
    }
    let mut earlier: HashMap<Id<kind::Record>, Vec<PersonId>> = HashMap::new();
    for row in moves_of(reader, &records).await? {
        earlier.entry(row.record).or_default().push(row.from);
    }
    let mut votes = Vec::new();
    for cluster in parted {
        let mut counts: BTreeMap<PersonId, u32> = BTreeMap::new();
        let left = of(&cluster).iter().flat_map(ids).filter_map(|record| earlier.get(&record)).flatten();
        for person in left.filter(|person| !taken.contains(person)) {
            *counts.entry(*person).or_default() += 1;
        }
        votes.extend(counts.into_iter().map(|(person, count)| (cluster, person, count)));
    }
    let (revived, theirs) = by_votes(votes);
    chosen.extend(revived);
    taken.extend(theirs);
    Ok(())
}

/// Superseded versions by what they are versions of.
fn versions(found: &Found) -> HashMap<&str, Vec<Id<kind::Record>>> {
    let mut versions: HashMap<&str, Vec<Id<kind::Record>>> = HashMap::new();
    for (record, origin) in &found.stored.stale {
        versions.entry(origin).or_default().push(*record);
    }
    versions
}

/// A record and the versions before it.
fn versions_of(versions: &HashMap<&str, Vec<Id<kind::Record>>>, source: &Source) -> Vec<Id<kind::Record>> {
    let before = versions.get(source.origin.as_str()).map_or(&[][..], Vec::as_slice);
    std::iter::once(source.id).chain(before.iter().copied()).collect()
}

/// People none of whose records stayed with them, each with whoever has most of those records now.
fn merged(
    before: &[Option<PersonId>],
    now: &[PersonId],
    taken: &HashSet<PersonId>,
) -> Vec<(PersonId, Option<PersonId>)> {
    let mut went: BTreeMap<PersonId, BTreeMap<PersonId, u32>> = BTreeMap::new();
    for (before, now) in before.iter().zip(now) {
        if let Some(before) = before.filter(|person| !taken.contains(person)) {
            *went.entry(before).or_default().entry(*now).or_default() += 1;
        }
    }
    let most =
        |to: BTreeMap<PersonId, u32>| to.into_iter().max_by_key(|(person, count)| (*count, std::cmp::Reverse(*person)));
    went.into_iter().map(|(person, to)| (person, most(to).map(|(into, _)| into))).collect()
}
