//! The two identities of an adopted child: a forbidden link. No run joins them and no reviewer can; to everybody but the two members who
//! are named they are any two people, and nothing says that something was kept apart. The two lift it together.

pub(crate) mod pages;
pub(crate) mod store;

use std::collections::{BTreeMap, HashMap, HashSet};

use base::{Id, Timestamp, code, kind};
use vault::{Actor, Ask, Cause, Facet, Operation, Permit, Purpose, Refusal, Scope, StoreError, Vault, Verb};

use crate::{
    person::store as people,
    run::{RunError, partner_facets, source::Sources, store as runs, unit_facet},
};

/// The kind of its id.
#[derive(Debug)]
pub enum Adoption {}

/// A forbidden link, for the two who see it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AdoptionLink {
    /// Its id.
    pub id: Id<Adoption>,
    /// The two identities.
    pub people: [Id<kind::Person>; 2],
    /// The two who are named.
    pub members: [Id<kind::Member>; 2],
    /// Who made it, and when.
    pub made_by: Id<kind::Member>,
    /// When.
    pub made_at: Timestamp,
    /// When each of the two agreed to lift it.
    pub lifts: [Option<Timestamp>; 2],
    pub(crate) controller: Id<kind::Agency>,
    pub(crate) category: base::Code,
}

/// Why two identities can't be kept apart, or the link not lifted.
#[derive(Debug, thiserror::Error)]
pub enum AdoptionError {
    /// One of them is not found.
    #[error("One of the two is not found. Open each person’s page and copy its address.")]
    NoPerson,
    /// It is one person.
    #[error("These are one person here now. Have their records parted first, then keep them apart.")]
    OnePerson,
    /// Two others are needed.
    #[error("Name two different people who work here.")]
    Members,
    /// There is no such link for this member.
    #[error("there is no such link")]
    NotFound,
    /// The unit is not set up.
    #[error("the unit is not set up yet")]
    NoUnit,
    /// Not decided or not granted.
    #[error(transparent)]
    Refused(#[from] Refusal),
    /// The database's.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl From<RunError> for AdoptionError {
    fn from(error: RunError) -> Self {
        match error {
            RunError::Store(error) => Self::Store(error),
            RunError::Refused(refusal) => Self::Refused(refusal),
            _ => Self::NoUnit,
        }
    }
}

/// Who can be named, and may keep identities apart.
pub(crate) const KEEPERS: &[&str] = &["social_worker", "data_protection_officer"];

fn cause(actor: &Actor, act: base::Code, scope: Scope) -> Cause {
    Cause { actor: actor.clone(), purpose: Purpose::Safeguarding, operation: Operation::Alteration, act, scope }
}

/// What a member may see of people and of links, for protecting; a data protection officer for the rights.
pub(crate) async fn permit(vault: &Vault, actor: &Actor, officer: bool) -> Result<(Permit, Facet), AdoptionError> {
    let unit = unit_facet(vault).await?;
    let mut facets = partner_facets(vault, &unit).await?;
    facets.push(unit.clone());
    // An officer opens nobody's records for it.
    let (verb, purpose) = if officer { (Verb::List, Purpose::Rights) } else { (Verb::View, Purpose::Safeguarding) };
    let (actor, scope) = (actor.clone(), Scope::unit());
    let ask = Ask { actor, verb, scope, purpose, facets, facts: BTreeMap::new() };
    Ok((vault.permit(ask).await?, unit))
}

/// Two identities to be kept apart.
#[derive(Debug, Clone, Copy)]
pub struct NewAdoption {
    /// The two.
    pub people: [Id<kind::Person>; 2],
    /// Who alone sees it, and lifts it together.
    pub members: [Id<kind::Member>; 2],
}

/// Keeps two identities apart from now on.
///
/// # Errors
/// [`AdoptionError`]; nothing is kept then.
pub async fn keep_apart(
    vault: &Vault,
    actor: &Actor,
    officer: bool,
    new: &NewAdoption,
) -> Result<Id<Adoption>, AdoptionError> {
    let Actor::Member { id: by, .. } = actor else { return Err(AdoptionError::NotFound) };
    let (permit, unit) = permit(vault, actor, officer).await?;
    let reader = vault.read(&permit)?;
    let book = vault.book();
    let mut active = 0;
    for member in new.members {
        let found = share::api::member_by_id(&book, member).await?;
        let keeps = |member: &share::api::Member| member.duties.iter().any(|duty| KEEPERS.contains(&duty.code()));
        active += usize::from(found.is_some_and(|member| member.active && keeps(&member)));
    }
    if new.members[0] == new.members[1] || active < 2 {
        return Err(AdoptionError::Members);
    }
    let one = people::current_person(&reader, new.people[0]).await?;
    let other = people::current_person(&reader, new.people[1]).await?;
    if one == other {
        return Err(AdoptionError::OnePerson);
    }
    for person in [one, other] {
        if people::records_of(&reader, person).await?.is_empty() {
            return Err(AdoptionError::NoPerson);
        }
    }
    let mut change = vault.change(cause(actor, code!("identities_kept_apart"), Scope::unit())).await?;
    runs::overtake(&mut change).await?;
    let id = store::add(&mut change, unit.controller, [one, other], new.members, *by).await?;
    change.about(Scope::of("adoption", id));
    crate::pair::decide::enqueue(&mut change).await?;
    change.commit().await?;
    Ok(id)
}

/// The links that this member alone, with one other, sees.
///
/// # Errors
/// As [`keep_apart`].
pub async fn links_of(vault: &Vault, actor: &Actor, officer: bool) -> Result<Vec<AdoptionLink>, AdoptionError> {
    let Actor::Member { id, .. } = actor else { return Ok(Vec::new()) };
    let (permit, _) = permit(vault, actor, officer).await?;
    Ok(store::of_member(&vault.read(&permit)?, *id).await?)
}

/// One of the two agrees to lift a link; with the second it is lifted, and the next run joins what it would have joined. Gives
/// whether it is lifted now.
///
/// # Errors
/// [`AdoptionError::NotFound`] for anybody but the two.
pub async fn agree_to_lift(
    vault: &Vault,
    actor: &Actor,
    officer: bool,
    id: Id<Adoption>,
) -> Result<bool, AdoptionError> {
    let link = links_of(vault, actor, officer).await?.into_iter().find(|link| link.id == id);
    let (Some(_), Actor::Member { id: by, .. }) = (link, actor) else { return Err(AdoptionError::NotFound) };
    let mut change = vault.change(cause(actor, code!("identities_lift_agreed"), Scope::of("adoption", id))).await?;
    let lifted = store::agree(&mut change, id, *by).await?;
    if lifted {
        runs::overtake(&mut change).await?;
        crate::pair::decide::enqueue(&mut change).await?;
    }
    change.commit().await?;
    Ok(lifted)
}

/// What must stay apart, as a run sees it.
#[derive(Debug, Default)]
pub(crate) struct Apart {
    sources: Vec<store::Source>,
}

impl Apart {
    pub(crate) async fn load(reader: &vault::Reader) -> Result<Self, StoreError> {
        Ok(Self { sources: store::sources(reader).await? })
    }

    /// The records of each link's two identities, by their numbers.
    pub(crate) fn numbers(&self, sources: &Sources) -> Vec<[Vec<u32>; 2]> {
        if self.sources.is_empty() {
            return Vec::new();
        }
        let by_origin: HashMap<&str, u32> =
            (0_u32..).zip(&sources.records).map(|(number, source)| (source.origin.as_str(), number)).collect();
        let mut found: BTreeMap<Id<Adoption>, [Vec<u32>; 2]> = BTreeMap::new();
        for source in &self.sources {
            let number = sources.number(source.record).or_else(|| by_origin.get(source.origin.as_str()).copied());
            if let (Some(number), Some(side)) =
                (number, found.entry(source.adoption).or_default().get_mut(usize::from(!source.is_one)))
            {
                side.push(number);
            }
        }
        found.into_values().collect()
    }

    /// Current records whose earlier version is named: they are of the same identity.
    pub(crate) fn heirs(&self, sources: &Sources) -> Vec<(Id<Adoption>, Id<kind::Record>, String, bool)> {
        if self.sources.is_empty() {
            return Vec::new();
        }
        let named: HashSet<_> = self.sources.iter().map(|source| (source.adoption, source.record)).collect();
        let mut heirs = Vec::new();
        for record in &sources.records {
            for source in self.sources.iter().filter(|source| source.origin == record.origin) {
                if !named.contains(&(source.adoption, record.id)) {
                    heirs.push((source.adoption, record.id, record.origin.clone(), source.is_one));
                }
            }
        }
        heirs
    }
}

/// Which groups (clusters of a run, or people) hold the two identities of a link: pairs between them are not kept, offered or joined.
#[derive(Debug, Default)]
pub(crate) struct Sides<G>(Vec<[HashSet<G>; 2]>);

impl<G: std::hash::Hash + Eq> Sides<G> {
    pub(crate) fn of(numbers: &[[Vec<u32>; 2]], group: impl Fn(u32) -> Option<G>) -> Self {
        let groups = |side: &[u32]| side.iter().filter_map(|number| group(*number)).collect();
        Self(numbers.iter().map(|[one, other]| [groups(one), groups(other)]).collect())
    }

    /// Whether a pair of these groups would bring two identities together.
    pub(crate) fn cross(&self, one: &G, other: &G) -> bool {
        self.0.iter().any(|[left, right]| {
            (left.contains(one) && right.contains(other)) || (left.contains(other) && right.contains(one))
        })
    }
}
