//! Whose hand it is, and what their duties let them do to an agreement. What isn't named here is refused.

use std::collections::BTreeSet;

use base::{Id, kind};

use super::{Act, Doer, Dossier, State};
use crate::member::Duty;

/// A member who wants to do something to an agreement.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Hand {
    /// Who.
    pub member: Id<kind::Member>,
    /// For which agency they act.
    pub agency: Id<kind::Agency>,
    /// What they may do.
    pub duties: BTreeSet<Duty>,
    /// The unit: its data protection officer activates.
    pub unit: Option<Id<kind::Agency>>,
}

impl Hand {
    /// Whether they may write agreements and see those that are not in force yet.
    #[must_use]
    pub fn drafts(&self) -> bool {
        [Duty::DataProtectionOfficer, Duty::DataOwner, Duty::Administrator]
            .iter()
            .any(|duty| self.duties.contains(duty))
    }

    /// Whether they are the unit's data protection officer.
    #[must_use]
    pub fn is_officer(&self) -> bool {
        self.duties.contains(&Duty::DataProtectionOfficer) && self.unit == Some(self.agency)
    }

    /// Whether they answer for the data of one of these parties.
    #[must_use]
    pub fn owns_for(&self, parties: &[Id<kind::Agency>]) -> bool {
        self.duties.contains(&Duty::DataOwner) && parties.contains(&self.agency)
    }

    /// As a doer.
    #[must_use]
    pub fn doer(&self) -> Doer {
        Doer::Member(self.member)
    }

    /// Whether their duties include this, whatever the agreement's state. The program's own acts are nobody's.
    #[must_use]
    pub fn may(&self, act: Act, dossier: &Dossier, parties: &[Id<kind::Agency>]) -> bool {
        let author = self.drafts() && dossier.is_author(self.doer());
        match act {
            Act::Drafted => self.drafts(),
            Act::Changed => author || self.is_officer() || self.owns_for(parties),
            Act::Proposed | Act::Withdrawn => author || self.is_officer(),
            Act::Approved | Act::Declined => self.owns_for(parties),
            Act::Activated | Act::Reviewed | Act::Assessed | Act::Ended => self.is_officer(),
            Act::Suspended => self.is_officer() || self.owns_for(parties),
            Act::Resumed => match &dossier.state {
                State::Suspended { party: Some(party), .. } => self.owns_for(&[*party]),
                _ => self.is_officer(),
            },
            Act::Entered | Act::CarriedOver | Act::Shortened => false,
        }
    }
}
