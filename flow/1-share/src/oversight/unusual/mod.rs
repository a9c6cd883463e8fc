//! Unusual access: each night the day’s looking is held against what is usual. What stands out is a question to whoever leads the
//! member, to be answered with yes or no and a sentence; a “no” goes to the data protection officer. Nothing follows by itself.

mod alarm;
mod answer;
pub(crate) mod home;
mod likeness;
mod manager;
pub(crate) mod pages;
mod question;
mod rules;
pub(crate) mod settings;
pub(crate) mod store;
mod surroundings;
mod tally;
#[cfg(test)]
mod tests;
mod watch;

use base::{Date, Id, Timestamp, kind};
use vault::StoreError;

pub use alarm::alarm;
pub use answer::{answer, settle};
pub use likeness::Known;
pub use manager::{set_home, set_line_manager};
pub use rules::Rule;
pub use surroundings::{Look, Surroundings};
pub use tally::Opened;
pub use watch::{WatchUnusual, see_to_unusual};

/// A question about what a member looked at on a day.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// Its id.
    pub id: Id<kind::Finding>,
    /// Whom it is about.
    pub member: Id<kind::Member>,
    /// For which agency they act.
    pub agency: Id<kind::Agency>,
    /// The day, in London.
    pub day: Date,
    /// What stood out.
    pub rule: Rule,
    /// How many.
    pub seen: u64,
    /// How many it mostly is, where that is known.
    pub usual: Option<u64>,
    /// The member’s first entry of that day in the log.
    pub first_entry: u64,
    /// The last.
    pub last_entry: u64,
    /// When it was found.
    pub found_at: Timestamp,
    /// How far it is.
    pub state: State,
    /// Who is asked; none where it goes to the data protection officer at once, or was not asked.
    pub asked_of: Option<Id<kind::Member>>,
    /// Until when they have to answer.
    pub answer_by: Option<Timestamp>,
    /// The answer: whether it was part of the work, by whom, when, and the sentence, sealed.
    pub answer: Option<(bool, Id<kind::Member>, Timestamp, String)>,
    /// What the officer did about a “no”: by whom, when, and the words, sealed.
    pub settled: Option<(Id<kind::Member>, Timestamp, String)>,
}

base::code_list! {
    /// How far a question is.
    State {
        /// More was found than its answerer is asked in a day.
        Queued => "queued", "Waits to be asked", "";
        /// Whoever leads the member is asked.
        Asked => "asked", "Asked", "";
        /// Not answered in time, or nobody could be asked: it is the officer’s.
        Escalated => "escalated", "With the data protection officer", "";
        /// It was part of the work.
        Yes => "yes", "Part of their work", "";
        /// It was not.
        No => "no", "Not part of their work", "";
        /// It was not, and the officer recorded what was done.
        Closed => "closed", "Not part of their work; dealt with", "";
        /// The same was asked not long before.
        PassedOver => "passed_over", "Not asked: the same was asked not long before", "";
    }
}

impl State {
    /// Whether an answer is awaited.
    #[must_use]
    pub fn is_open(self) -> bool {
        matches!(self, Self::Asked | Self::Escalated)
    }

    /// Whether nothing more is to be done, so that the member may see that it was asked.
    #[must_use]
    pub fn is_over(self) -> bool {
        matches!(self, Self::Yes | Self::Closed)
    }
}

/// Why a question can’t be answered.
#[derive(Debug, thiserror::Error)]
pub enum UnusualError {
    /// There is none, or it isn’t theirs.
    #[error("There is no such question.")]
    NotFound,
    /// It is about themselves.
    #[error("This is about you. Somebody else answers it.")]
    Own,
    /// It was answered.
    #[error("This has been answered already. Nothing was changed.")]
    Done,
    /// A member does not lead themselves.
    #[error("Nobody is their own line manager. Choose somebody else.")]
    OwnManager,
    /// The manager may not sign in.
    #[error("Choose somebody who may sign in.")]
    NoManager,
    /// The database’s.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl From<UnusualError> for web::Fault {
    fn from(error: UnusualError) -> Self {
        match error {
            UnusualError::NotFound => Self::NotFound,
            UnusualError::Store(error) => error.into(),
            UnusualError::Done => Self::Conflict(error.to_string()),
            UnusualError::Own | UnusualError::OwnManager | UnusualError::NoManager => Self::Refused(error.to_string()),
        }
    }
}
