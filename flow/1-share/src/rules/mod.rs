//! The rules of sharing as the unit keeps them: which version is in force, who proposed a change, who approved it, and when it takes
//! effect. `/policies` is the starting set; a new release that brings other rules proposes them like anybody else.

pub(crate) mod changes;
mod commencement;
mod commencement_pages;
pub(crate) mod pages;
mod store;
mod words;

use base::{Id, Timestamp, kind};

use crate::law::{PolicyError, RuleText};

pub(crate) use commencement_pages::home_lines;
pub use store::see_to_starting_set;
pub(crate) use store::{in_force, next_after, number_in_force};

/// So many people approve a change, none of them who proposed it, each for another agency.
pub(crate) const APPROVALS: usize = 2;

/// Who may propose, approve and withdraw.
pub(crate) const ANSWERABLE: &[&str] = &["data_protection_officer", "data_owner"];

/// A version of the rules.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Version {
    pub id: Id<kind::RuleVersion>,
    pub number: i64,
    pub texts: Vec<RuleText>,
    pub why: String,
    /// The version that it changes; none for the first.
    pub based_on: Option<i64>,
    /// Not before this time; none for as soon as it is approved.
    pub wanted_from: Option<Timestamp>,
    pub made_at: Timestamp,
    pub standing: Standing,
}

/// How a version stands, with who brought it there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Standing {
    /// Waits for approval.
    Proposed {
        /// Whoever proposed it; none for the program's own.
        by: Option<Signature>,
        approved: Vec<Signature>,
    },
    /// In force from then on, until another takes effect.
    Approved { from: Timestamp, approved: Vec<Signature> },
    /// Taken back before it took effect.
    Withdrawn { at: Timestamp },
}

/// Somebody's word.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Signature {
    pub member: Id<kind::Member>,
    pub agency: Id<kind::Agency>,
    pub at: Timestamp,
}

/// Why a version can't be proposed, approved or withdrawn.
#[derive(Debug, thiserror::Error)]
pub enum RulesError {
    /// The texts can't be used.
    #[error(transparent)]
    Text(#[from] PolicyError),
    /// They would carry what the law excludes.
    #[error("{}", .0.join(" "))]
    Unlawful(Vec<String>),
    /// Nothing would change.
    #[error("Nothing is different from the rules in force.")]
    Same,
    /// There is no such version.
    #[error("There is no such version.")]
    NotFound,
    /// It was approved or withdrawn already.
    #[error("This change was approved or withdrawn already.")]
    Settled,
    /// One's own.
    #[error("You proposed this change, so that two others must approve it.")]
    Own,
    /// Somebody else's.
    #[error("Only whoever proposed this change, or the unit’s data protection officer, can withdraw it.")]
    NotYours,
    /// Twice.
    #[error("You or somebody else of your agency approved this change already. Another agency must approve it too.")]
    Twice,
    /// Another version was approved since.
    #[error("Version {0} was approved since this change was proposed. Propose it again, as a change of version {0}.")]
    Overtaken(i64),
    /// The rules in force were made for another release.
    #[error("the rules in force (version {number}) can’t be used by this release of the program: {problem}")]
    NotOfThisRelease {
        /// Which.
        number: i64,
        /// What is wrong with them.
        problem: PolicyError,
    },
    /// The database's.
    #[error(transparent)]
    Store(#[from] vault::StoreError),
}

impl Version {
    /// One more approval, at `now`; `latest` is the number of the last version that was approved. What it then stands like.
    pub(crate) fn approve(&self, by: &Signature, latest: i64) -> Result<Standing, RulesError> {
        let Standing::Proposed { by: proposer, approved } = &self.standing else { return Err(RulesError::Settled) };
        if proposer.as_ref().is_some_and(|proposer| proposer.member == by.member) {
            return Err(RulesError::Own);
        }
        if approved.iter().any(|other| other.member == by.member || other.agency == by.agency) {
            return Err(RulesError::Twice);
        }
        if self.based_on != Some(latest) {
            return Err(RulesError::Overtaken(latest));
        }
        let mut approved = approved.clone();
        approved.push(by.clone());
        if approved.len() < APPROVALS {
            return Ok(Standing::Proposed { by: proposer.clone(), approved });
        }
        let from = self.wanted_from.map_or(by.at, |wanted| wanted.max(by.at));
        Ok(Standing::Approved { from, approved })
    }

    /// Whether this member takes it back: whoever proposed it, and the unit's data protection officer, so that no agency alone stops
    /// what another proposed.
    pub(crate) fn may_withdraw(&self, member: Id<kind::Member>, officer: bool) -> bool {
        let Standing::Proposed { by, .. } = &self.standing else { return false };
        officer || by.as_ref().is_some_and(|by| by.member == member)
    }

    /// Takes it back until it is approved.
    pub(crate) fn withdraw(
        &self,
        member: Id<kind::Member>,
        officer: bool,
        at: Timestamp,
    ) -> Result<Standing, RulesError> {
        match &self.standing {
            Standing::Proposed { .. } if self.may_withdraw(member, officer) => Ok(Standing::Withdrawn { at }),
            Standing::Proposed { .. } => Err(RulesError::NotYours),
            _ => Err(RulesError::Settled),
        }
    }

    /// When it took or takes effect.
    pub(crate) fn from(&self) -> Option<Timestamp> {
        match &self.standing {
            Standing::Approved { from, .. } => Some(*from),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests;
