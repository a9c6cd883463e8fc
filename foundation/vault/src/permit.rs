//! Permits: the only way to rows about people. A request names who, what, about whom, why and which data; the one
//! [`Decider`] says what is granted; the decision is in the audit log before the permit exists.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::{
        Arc,
        atomic::{AtomicI64, Ordering},
    },
};

use async_trait::async_trait;
use base::{Code, Id, SignedDuration, Timestamp, code, kind};

use crate::{Actor, Held, Marks, Purpose, Scope, Staff, StoreError, Verb};

/// One kind of data that one agency controls: the unit in which sharing is decided.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Facet {
    /// The agency that is its controller.
    pub controller: Id<kind::Agency>,
    /// The category of data.
    pub category: Code,
}

/// A request to see or write data about people.
#[derive(Debug, Clone)]
pub struct Ask {
    /// Who asks.
    pub actor: Actor,
    /// To do what.
    pub verb: Verb,
    /// About whom or what.
    pub scope: Scope,
    /// Why.
    pub purpose: Purpose,
    /// Which data, of which controllers. Each is decided by itself.
    pub facets: Vec<Facet>,
    /// What the decision may depend on, as codes (`age_band = "16_17"`, `held_by = …`). Never a name or a value.
    pub facts: BTreeMap<&'static str, Code>,
}

/// The fields of a record that a grant releases, by their names in its body. Cheap to clone.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Fields(Arc<BTreeSet<String>>);

impl Fields {
    /// These and no others.
    pub fn only<T: Into<String>>(names: impl IntoIterator<Item = T>) -> Self {
        Self(Arc::new(names.into_iter().map(Into::into).collect()))
    }

    /// Whether a field of this name is among them.
    #[must_use]
    pub fn name(&self, field: &str) -> bool {
        self.0.contains(field)
    }

    /// Their names, sorted.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.0.iter().map(String::as_str)
    }

    /// What is among both.
    #[must_use]
    pub fn and(&self, other: &Self) -> Self {
        Self(Arc::new(self.0.intersection(&other.0).cloned().collect()))
    }
}

/// What is granted for one facet, and on what ground.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Grant {
    /// The data.
    pub facet: Facet,
    /// The agreement that covers it; none for an agency's own records.
    pub agreement: Option<Id<kind::Agreement>>,
    /// The power or gateway in law (`own_record`, `children_act_2004_s16la`, …).
    pub power: Code,
    /// The basis in data-protection law (`public_task`, `law_enforcement`, …).
    pub basis: Code,
    /// The further condition for special categories and criminal offences (UK GDPR articles 9 and 10), where one is needed.
    pub condition: Option<Code>,
    /// The ground that answers a duty of confidence, where the data was given in confidence.
    pub confidentiality: Option<Code>,
    /// What whoever sees it must do, as codes of the rules that decided (`not_for_enforcement`), sorted, each once.
    pub obligations: Vec<Code>,
    /// The fields of its rows that may be seen; none named, all of them ([`crate::Held::hold_to`]).
    pub fields: Option<Fields>,
}

/// What the decider says: what is granted, what is not and why. A facet in neither list counts as refused.
#[derive(Debug, Clone, Default)]
pub struct Decision {
    /// Granted, each with its grounds.
    pub grants: Vec<Grant>,
    /// Refused, each with the reason's code.
    pub refused: Vec<(Facet, Code)>,
    /// What the decision depended on beyond the request, as codes (the asker's duties, the version of the rules), so that it can be
    /// made again later without anybody's record.
    pub inputs: BTreeMap<&'static str, String>,
}

impl Decision {
    /// Only what was asked for, each facet once: what was not asked is dropped, what was passed over is refused. Who asks for a
    /// category may be given what is marked of it; that it was not given, or that there is such a thing, is said nowhere.
    pub(crate) fn held_to(self, ask: &Ask) -> Self {
        let mut held = Self { inputs: self.inputs, ..Self::default() };
        let facets: BTreeSet<&Facet> = ask.facets.iter().collect();
        let marked =
            self.grants.iter().filter(|grant| !facets.contains(&grant.facet) && grant.facet.marks_one_of(&facets));
        let marked: BTreeMap<&Facet, &Grant> = marked.map(|grant| (&grant.facet, grant)).collect();
        for facet in facets {
            match self.grants.iter().find(|grant| grant.facet == *facet) {
                Some(grant) => held.grants.push(grant.clone()),
                None if Marks::split(&facet.category).1.any() => {}
                None => {
                    let why = self.refused.iter().find(|(refused, _)| refused == facet).map(|(_, why)| why.clone());
                    held.refused.push((facet.clone(), why.unwrap_or_else(|| code!("not_granted"))));
                }
            }
        }
        held.grants.extend(marked.into_values().cloned());
        held
    }
}

impl Facet {
    /// Whether this is one of these with marks.
    fn marks_one_of(&self, facets: &BTreeSet<&Self>) -> bool {
        let (category, marks) = Marks::split(&self.category);
        marks.any() && facets.contains(&Self { controller: self.controller, category })
    }
}

/// Decides requests. There is one implementation (in `share`), given to the vault when it opens; a test finds no other.
#[async_trait]
pub trait Decider: Send + Sync {
    /// Decides one request. `book` reads the register of agencies, members, duties and agreements as of now.
    ///
    /// # Errors
    /// Where the register can't be read; the request is then refused.
    async fn decide(&self, book: &Staff, ask: &Ask, now: Timestamp) -> Result<Decision, StoreError>;
}

/// The right to see or write some data, for one purpose, for a short time. Only the vault makes one. It ends with what it rests on:
/// see [`crate::Vault::still_stands`].
#[derive(Debug, Clone)]
pub struct Permit {
    pub(crate) id: Id<kind::Permit>,
    pub(crate) ask: Ask,
    pub(crate) grants: Vec<Grant>,
    pub(crate) withheld: Vec<(Facet, Code)>,
    pub(crate) until: Timestamp,
    /// When the decider was last asked about it, in microseconds; clones are one.
    pub(crate) asked_at: Arc<AtomicI64>,
}

/// For so long a decision is taken as it stands. What it rests on may end at any time: an agreement is suspended, a token revoked.
const STANDS_FOR: SignedDuration = SignedDuration::from_secs(1);

impl Permit {
    /// Whether the decider was asked within the last second.
    pub(crate) fn is_fresh(&self, now: Timestamp) -> bool {
        let age = now.as_micros() - self.asked_at.load(Ordering::Relaxed);
        (0..STANDS_FOR.as_micros()).contains(&i128::from(age))
    }

    /// Whether another decision about the same still grants all that this permits.
    pub(crate) fn is_within(&self, decision: &Decision) -> bool {
        self.grants.iter().all(|grant| decision.grants.contains(grant))
    }

    /// Without what it grants of sealed rows, for work that is looked at by others than whoever was named.
    #[must_use]
    pub fn without_sealed(mut self) -> Self {
        self.grants.retain(|grant| !crate::Marks::split(&grant.facet.category).1.sealed);
        self
    }

    /// Its id, which the audit entry names.
    #[must_use]
    pub fn id(&self) -> Id<kind::Permit> {
        self.id
    }

    /// Whoever holds it.
    #[must_use]
    pub fn actor(&self) -> &Actor {
        &self.ask.actor
    }

    /// What it was given for.
    #[must_use]
    pub fn purpose(&self) -> Purpose {
        self.ask.purpose
    }

    /// What may be done with it.
    #[must_use]
    pub fn verb(&self) -> Verb {
        self.ask.verb
    }

    /// About whom or what.
    #[must_use]
    pub fn scope(&self) -> &Scope {
        &self.ask.scope
    }

    /// What was granted.
    #[must_use]
    pub fn grants(&self) -> &[Grant] {
        &self.grants
    }

    /// What was asked for and refused, with the reason's code, so that a page can say that something is not shown.
    #[must_use]
    pub fn withheld(&self) -> &[(Facet, Code)] {
        &self.withheld
    }

    /// Whether rows of this controller and category are granted.
    #[must_use]
    pub fn covers(&self, controller: Id<kind::Agency>, category: &Code) -> bool {
        self.grant_of(controller, category).is_some()
    }

    /// On what rows of this controller and category are granted.
    #[must_use]
    pub fn grant_of(&self, controller: Id<kind::Agency>, category: &Code) -> Option<&Grant> {
        self.grants.iter().find(|grant| grant.facet.controller == controller && grant.facet.category == *category)
    }

    /// Keeps a row if it is covered, held to the fields that its grant names.
    pub(crate) fn let_through<T: Held>(&self, row: &mut T) -> bool {
        let Some(grant) = self.grant_of(row.controller(), row.category()) else { return false };
        if let Some(fields) = &grant.fields {
            row.hold_to(fields);
        }
        true
    }
}

/// Why there is no permit.
#[derive(Debug, thiserror::Error)]
pub enum Refusal {
    /// Policy refuses every part of the request.
    #[error("refused: {}", .why.first().map_or("nothing was asked for", |(_, code)| code.as_str()))]
    Refused {
        /// Each facet with its reason.
        why: Vec<(Facet, Code)>,
    },
    /// The decision could not be made or written; nothing was released.
    #[error(transparent)]
    Store(#[from] StoreError),
}
