//! Where an agreement stands between its draft and its end, with the evidence of how it came there, and who may take it further.

mod dossier;
mod hand;
#[cfg(test)]
mod tests;

use base::{Id, Timestamp, kind};

pub use dossier::{Deed, Dossier};
pub use hand::Hand;

/// Whoever did something to an agreement.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Doer {
    /// A member.
    Member(Id<kind::Member>),
    /// The program at the command line, on the machine that holds the keys.
    Program,
}

/// Who and when.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Mark {
    /// Who.
    pub by: Doer,
    /// When.
    pub at: Timestamp,
}

/// That a party's data owner approved what it says: the party's signature.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Approval {
    /// For which party.
    pub party: Id<kind::Agency>,
    /// Who, and when.
    pub mark: Mark,
    /// In which role they signed: `Head of information governance`.
    pub as_role: String,
}

/// Where it stands, with the evidence.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum State {
    /// Somebody writes it.
    Drafted(Mark),
    /// It waits for the parties' data owners, then for the data protection officer.
    Proposed {
        /// By whom, and when.
        by: Mark,
        /// Who has approved it so far.
        approvals: Vec<Approval>,
    },
    /// It is in force, within its days.
    Active {
        /// By whom, and when.
        activated: Mark,
        /// Who signed for each party.
        approvals: Vec<Approval>,
    },
    /// It permits nothing until it is resumed.
    Suspended {
        /// By whom, and when.
        by: Mark,
        /// For which party, where its data owner did it: then they alone resume it.
        party: Option<Id<kind::Agency>>,
        /// Why.
        why: String,
        /// Who had activated it, and when.
        activated: Mark,
        /// Who signed for each party.
        approvals: Vec<Approval>,
    },
    /// It permits nothing any more.
    Ended {
        /// By whom, and when.
        by: Mark,
        /// Why.
        why: String,
        /// Who had signed for each party.
        approvals: Vec<Approval>,
    },
    /// A draft that came to nothing.
    Withdrawn {
        /// By whom, and when.
        by: Mark,
        /// Why.
        why: String,
    },
}

base::code_list! {
    /// A [`State`] without its evidence, for those who need only what it permits.
    Stage {
        /// [`State::Drafted`].
        Drafted => "drafted", "Draft";
        /// [`State::Proposed`].
        Proposed => "proposed", "Proposed";
        /// [`State::Active`].
        Active => "active", "Active";
        /// [`State::Suspended`].
        Suspended => "suspended", "Suspended";
        /// [`State::Ended`].
        Ended => "ended", "Ended";
        /// [`State::Withdrawn`].
        Withdrawn => "withdrawn", "Withdrawn";
    }
}

base::code_list! {
    /// What can be done to an agreement.
    Act {
        /// It was begun.
        Drafted => "drafted", "Drafted";
        /// What it says was changed; approvals given before are void.
        Changed => "changed", "Changed";
        /// It was put to the parties.
        Proposed => "proposed", "Proposed";
        /// A party's data owner approved it.
        Approved => "approved", "Approved";
        /// A party's data owner sent it back.
        Declined => "declined", "Sent back";
        /// The unit's data protection officer put it in force.
        Activated => "activated", "Activated";
        /// It was entered as signed on paper, by whoever keeps the machine.
        Entered => "entered", "Entered as signed on paper";
        /// It was in force when this program began to keep who approved and activated.
        CarriedOver => "carried_over", "Carried over";
        /// It permits nothing until it is resumed.
        Suspended => "suspended", "Suspended";
        /// It permits again what it says.
        Resumed => "resumed", "Resumed";
        /// It was looked at again, and its next review set.
        Reviewed => "reviewed", "Reviewed";
        /// The reference of its impact assessment was recorded.
        Assessed => "assessed", "Impact assessment recorded";
        /// Its last day was brought forward.
        Shortened => "shortened", "Last day brought forward";
        /// It permits nothing any more.
        Ended => "ended", "Ended";
        /// The draft came to nothing.
        Withdrawn => "withdrawn", "Withdrawn";
    }
}

/// One thing that was done: the evidence.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Step {
    /// What.
    pub act: Act,
    /// Who, and when.
    pub mark: Mark,
    /// For which party, where a party's data owner did it.
    pub party: Option<Id<kind::Agency>>,
    /// In which role they signed.
    pub as_role: String,
    /// Why, in their own words.
    pub why: String,
}

/// Why something can't be done.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum StepError {
    /// Their duties don't include it.
    #[error("their duties don’t include it")]
    NotTheirs,
    /// They wrote it.
    #[error("You wrote this agreement, so somebody else must do this: nobody approves or activates their own.")]
    Own,
    /// They approved it for a party.
    #[error("You approved this agreement for a party, so another data protection officer must activate it.")]
    Approver,
    /// It was done before.
    #[error("this was done already")]
    Already(Box<Step>),
    /// Its state doesn't allow it.
    #[error("This can’t be done to an agreement that is {}.", .0.words().to_lowercase())]
    NotNow(Stage),
    /// Parties have not approved it yet.
    #[error("Not every party has approved it yet.")]
    Unapproved(Vec<Id<kind::Agency>>),
    /// What it says was changed meanwhile.
    #[error("What the agreement says was changed since you opened this page. Read it again first.")]
    Changed,
    /// No reason was given.
    #[error("Say why: it is kept with the agreement.")]
    NoReason,
    /// No role was given.
    #[error("Enter the role in which you sign, such as head of information governance.")]
    NoRole,
}

impl State {
    /// Without its evidence.
    #[must_use]
    pub fn stage(&self) -> Stage {
        match self {
            Self::Drafted(_) => Stage::Drafted,
            Self::Proposed { .. } => Stage::Proposed,
            Self::Active { .. } => Stage::Active,
            Self::Suspended { .. } => Stage::Suspended,
            Self::Ended { .. } => Stage::Ended,
            Self::Withdrawn { .. } => Stage::Withdrawn,
        }
    }

    /// Who has signed for which party.
    #[must_use]
    pub fn approvals(&self) -> &[Approval] {
        match self {
            Self::Proposed { approvals, .. }
            | Self::Active { approvals, .. }
            | Self::Suspended { approvals, .. }
            | Self::Ended { approvals, .. } => approvals,
            Self::Drafted(_) | Self::Withdrawn { .. } => &[],
        }
    }
}
