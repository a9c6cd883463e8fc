//! People's rights over their own data: a request with its clock, everything about a person found and marked by people, looked at by
//! a second one, and given; correction, objection, restriction, erasure and complaint, each answered; and the child's own page.
//!
//! Everything that is withheld has a human's mark and ground. Suggestions are rules' and decide nothing.

pub(crate) mod act;
pub(crate) mod answer;
pub(crate) mod bring;
pub(crate) mod child;
pub(crate) mod clock;
pub(crate) mod codes;
pub(crate) mod course;
pub(crate) mod everyone;
pub(crate) mod gather;
pub(crate) mod give;
pub(crate) mod holders;
pub(crate) mod home;
mod job;
pub(crate) mod mark;
pub(crate) mod pages;
mod says;
pub(crate) mod sealed;
mod sought;
pub(crate) mod store;
pub(crate) mod suggest;
#[cfg(test)]
mod tests;
mod under_way;
mod words;
pub(crate) mod work;

use base::{Code, Date, Id, Timestamp, code, kind};
use vault::StoreError;

use crate::retention::EraseError;
use clock::Rules;
pub(crate) use codes::{Kind, MadeBy, Regime};
use course::{Course, CourseError, Due, Step};
pub use everyone::Everyone;
pub use job::WatchRights;
pub use says::{Statement, what_they_say};
pub use sealed::{GatherSealed, MakeSealedPart};
pub use sought::Sought;
pub use under_way::{GatherAnswer, MakeAnswer};

/// The category of requests, as policies name it.
pub(crate) fn category() -> Code {
    code!("rights_request")
}

/// The files of an answer are kept for so many days.
pub(crate) const KEPT_DAYS: i64 = 30;
/// The longest text of a form, in characters.
pub(crate) const WORDS: usize = 2000;

/// A request as it is kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Request {
    pub id: Id<kind::RightsRequest>,
    /// About whom; none where nobody was found.
    pub person: Option<Id<kind::Person>>,
    pub kind: Kind,
    pub regime: Regime,
    pub made_by: MadeBy,
    pub identity_shown: bool,
    pub received_on: Date,
    /// What they ask, in their words, sealed.
    pub asked: String,
    /// Whose data owner decides.
    pub to_agency: Option<Id<kind::Agency>>,
    /// Of which of its records it speaks.
    pub to_category: Option<Code>,
    pub recorded_by: Id<kind::Member>,
    pub recorded_at: Timestamp,
    pub due_on: Date,
    pub paused: bool,
    pub escalated_at: Option<Timestamp>,
    pub closed_at: Option<Timestamp>,
    /// The job that was asked for last.
    pub work: Option<Id<kind::Job>>,
    /// When every agency that holds something was asked, of a request to delete.
    pub holders_asked_at: Option<Timestamp>,
    /// For whom this row was read: the unit, or the agency whose data owner decides.
    pub(crate) held_by: Id<kind::Agency>,
    pub(crate) category: Code,
}

impl Request {
    /// How far it is, by its steps.
    ///
    /// # Errors
    /// [`RightsError::Course`] where the steps can't have been.
    pub(crate) fn course(&self, steps: &[Step], rules: Rules) -> Result<Course, RightsError> {
        let begun = Course::begin(self.kind, self.regime, self.received_on, self.person.is_some(), self.identity_shown);
        Ok(begun.replay(steps, rules)?)
    }
}

/// A request with its way.
#[derive(Debug, Clone)]
pub(crate) struct Case {
    pub request: Request,
    pub steps: Vec<Step>,
    pub course: Course,
    pub rules: Rules,
}

impl Case {
    pub(crate) fn due(&self, today: Date) -> Due {
        self.course.due(today, self.rules)
    }
}

/// Why something can't be done with a request.
#[derive(Debug, thiserror::Error)]
pub(crate) enum RightsError {
    /// There is none, or it isn't theirs.
    #[error("There is no such request.")]
    NotFound,
    /// Its state doesn't allow it.
    #[error(transparent)]
    Course(#[from] CourseError),
    /// A day that can't be.
    #[error("A request can’t have been received after today.")]
    Tomorrow,
    /// Which agency must correct it.
    #[error("Choose whose record it is: its data owner decides.")]
    NoAgency,
    /// Who holds something is still being found out.
    #[error("It is still being found out which agencies hold something about them. Try again in a minute.")]
    NotAskedYet,
    /// A suggestion has no decision.
    #[error("{0} suggestions have not been decided yet. Decide each: withhold with a ground, or show.")]
    Undecided(u64),
    /// Rows were not read.
    #[error(
        "{0} rows about this person could not be read. Nothing is given before everything is. Ask your administrator."
    )]
    Unread(u64),
    /// A mark without a reason.
    #[error("Say why it is withheld: a second person reads it, and the Commissioner may.")]
    NoReason,
    /// A ground of the other regime.
    #[error(
        "This ground is not one for this record: police records for law enforcement have grounds of their own (Part 3)."
    )]
    WrongGround,
    /// They marked it.
    #[error("You marked some of this. A second person must look at it: nobody approves their own.")]
    Marked,
    /// A job is at it.
    #[error("This answer is being worked on. Nothing was changed: go on when that is done.")]
    UnderWay,
    /// The files are gone.
    #[error("The files of this answer are no longer kept.")]
    Gone,
    /// It couldn't be written.
    #[error("The answer could not be written: {0}")]
    File(String),
    /// It couldn't be erased.
    #[error(transparent)]
    Erase(#[from] EraseError),
    /// The database's.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl From<vault::Refusal> for RightsError {
    fn from(refusal: vault::Refusal) -> Self {
        match refusal {
            vault::Refusal::Refused { .. } => Self::NotFound,
            vault::Refusal::Store(error) => error.into(),
        }
    }
}

impl From<RightsError> for web::Fault {
    fn from(error: RightsError) -> Self {
        match error {
            RightsError::NotFound => Self::NotFound,
            RightsError::Store(error) | RightsError::Erase(EraseError::Store(error)) => error.into(),
            RightsError::Course(CourseError::Already | CourseError::Closed | CourseError::NotNow)
            | RightsError::UnderWay => Self::Conflict(error.to_string()),
            RightsError::File(_) => Self::internal(error),
            error => Self::Refused(error.to_string()),
        }
    }
}
