//! Emergency access ("break glass"): where it can't wait, a member who helps young people opens a person's records of another agency at
//! once, for hours. The agency's data owner and the unit's data protection officer are alarmed; the member justifies it within a day, the
//! officer judges it. Who doesn't justify in time, or opened improperly, opens nothing more until the officer lifts that.

mod alarm;
pub(crate) mod home;
mod job;
mod open;
pub(crate) mod pages;
pub(crate) mod store;
mod trust;

use base::{Code, Id, Timestamp, kind};
use vault::StoreError;

use crate::{
    ask::AskError,
    clocks::{Setting, Takes},
};

pub use alarm::{acknowledge, end_now, judge, justify, lift};
pub use job::WatchEmergency;
pub use open::{NewEmergency, break_glass};

const HOURS: Setting = Setting {
    name: "emergency_hours",
    label: "Hours for which records stay open",
    more: "",
    takes: Takes::Number { usual: 4, least: 1, most: 24 },
};
const JUSTIFY_HOURS: Setting = Setting {
    name: "emergency_justify_hours",
    label: "Hours within which it must be justified",
    more: "",
    takes: Takes::Number { usual: 24, least: 1, most: 168 },
};
const MOST_UNJUSTIFIED: Setting = Setting {
    name: "emergency_unjustified",
    label: "Emergencies a member may have open and not justified",
    more: "",
    takes: Takes::Number { usual: 3, least: 1, most: 20 },
};
/// The settings of this slice.
pub(crate) static SETTINGS: [Setting; 3] = [HOURS, JUSTIFY_HOURS, MOST_UNJUSTIFIED];

base::code_list! {
    /// What somebody is in danger of.
    Danger {
        /// Somebody may die.
        Life => "risk_to_life", "Immediate risk to life or of serious injury", "";
        /// A child is missing.
        Missing => "child_missing", "A child is missing now", "";
        /// A child is being exploited.
        Exploitation => "exploitation", "A child is being exploited or trafficked now", "";
        /// An adult at risk.
        AdultAtRisk => "adult_at_risk", "An adult who can’t protect themselves is in danger now", "";
    }
}

base::code_list! {
    /// What the data protection officer thinks of it.
    Verdict {
        /// It had to be.
        Proper => "proper", "Proper: it could not wait", "";
        /// It did not have to be.
        Improper => "improper", "Improper: it could have waited, or was not needed", "";
    }
}

/// One emergency access.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Emergency {
    /// Its id.
    pub id: Id<kind::Emergency>,
    /// Whose records were opened.
    pub owner: Id<kind::Agency>,
    /// About whom.
    pub person: Id<kind::Person>,
    /// By whom.
    pub member: Id<kind::Member>,
    /// For which agency.
    pub agency: Id<kind::Agency>,
    /// Whether the member was told whose records they are before.
    pub named: bool,
    /// What was opened.
    pub categories: Vec<Code>,
    /// What somebody was in danger of.
    pub danger: Danger,
    /// In the member's words, sealed.
    pub why: String,
    /// On which power.
    pub gateway: Code,
    /// When.
    pub opened_at: Timestamp,
    /// It ends at this second.
    pub ends_at: Timestamp,
    /// Until when it must be justified.
    pub justify_by: Timestamp,
    /// When it was, with the words, sealed.
    pub justified: Option<(Timestamp, String)>,
    /// When the data owner acknowledged the alarm.
    pub owner_saw: Option<Timestamp>,
    /// When the officer did.
    pub officer_saw: Option<Timestamp>,
    /// What the officer decided: the verdict, when, and why, sealed.
    pub judged: Option<(Verdict, Timestamp, String)>,
    /// When the officer let the member open records again.
    pub lifted_at: Option<Timestamp>,
    pub(crate) held_by: Id<kind::Agency>,
    pub(crate) category: Code,
}

impl Emergency {
    /// Whether the records are open now.
    #[must_use]
    pub fn is_open(&self, now: Timestamp) -> bool {
        now < self.ends_at
    }

    /// Whether its time to be justified passed without it.
    #[must_use]
    pub fn is_overdue(&self, now: Timestamp) -> bool {
        self.justify_by <= now && self.justified.as_ref().is_none_or(|(at, _)| *at >= self.justify_by)
    }

    /// Whether the officer has what it takes to judge it: the member's justification, or that none came in time.
    #[must_use]
    pub fn is_ready(&self, now: Timestamp) -> bool {
        self.justified.is_some() || self.is_overdue(now)
    }

    /// Whether it keeps the member from opening anything more: not justified in time, or improper, and not lifted.
    #[must_use]
    pub fn bars(&self, now: Timestamp) -> bool {
        let since = |at: Timestamp| self.lifted_at.is_none_or(|lifted| lifted < at);
        let improper = matches!(&self.judged, Some((Verdict::Improper, at, _)) if since(*at));
        improper || (self.is_overdue(now) && since(self.justify_by))
    }
}

/// Why records can't be opened in an emergency, or an alarm not answered.
#[derive(Debug, thiserror::Error)]
pub enum EmergencyError {
    /// As with asks.
    #[error(transparent)]
    Ask(#[from] AskError),
    /// An earlier one was not justified, or was improper.
    #[error(
        "You can’t use emergency access now: an earlier one was not justified in time, or was found improper. The unit’s data protection \
         officer can lift that. If somebody is in danger now, call 999."
    )]
    Barred,
    /// As many are not justified yet as a member may have.
    #[error(
        "Nothing was opened: {0} of your emergencies are not justified yet, which is as many as you may have. Justify one of them under \
         “Your emergency access”, then open this again. If that takes too long, a colleague or whoever is on call can open it. If somebody \
         is in danger now, call 999. The unit’s data protection officer is told that you came to this limit."
    )]
    TooMany(usize),
    /// It was done before.
    #[error("That has been done already. Nothing was changed.")]
    Done,
    /// The officer opened it themselves.
    #[error("You opened this yourself. Another data protection officer judges it.")]
    Own,
}

impl From<StoreError> for EmergencyError {
    fn from(error: StoreError) -> Self {
        Self::Ask(error.into())
    }
}

impl From<vault::Refusal> for EmergencyError {
    fn from(refusal: vault::Refusal) -> Self {
        Self::Ask(refusal.into())
    }
}

impl From<EmergencyError> for web::Fault {
    fn from(error: EmergencyError) -> Self {
        match error {
            EmergencyError::Ask(error) => error.into(),
            EmergencyError::Done => Self::Conflict(error.to_string()),
            EmergencyError::Barred | EmergencyError::TooMany(_) | EmergencyError::Own => {
                Self::Refused(error.to_string())
            }
        }
    }
}
