//! Information sharing agreements: what they say, how they come into force and out of it, and who shares what with whom.

pub(crate) mod map;
mod over;
pub(crate) mod pages;
mod standing;
mod state;
mod step;
mod store;
mod terms;

use base::{Id, kind};
use vault::Purpose;

pub use over::{AGREEMENT_LIVE, AGREEMENT_OVER, EndAgreement};
pub use standing::Standing;
pub use state::{Act, Deed, Doer, Dossier, Hand, Mark, Stage, State, Step, StepError};
pub use step::{Enacted, add, assess_as_program, draft, enact, end, file, redraft};
pub use store::{all, by_id};
pub(crate) use store::{all_in, all_within};
pub use terms::{Brought, Terms, all_bring};

/// An agreement, as far as it matters to what it permits.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Agreement {
    /// Its id; every grant that stands on it names it.
    pub id: Id<kind::Agreement>,
    /// What it says.
    pub terms: Terms,
    /// Where it stands between a draft and its end; by whom and why is in its [`Dossier`].
    pub stage: Stage,
    /// How often what it says was changed, from 1. Whoever approves names the one they read.
    pub revision: u64,
}

/// Why an agreement can't be written.
#[derive(Debug, thiserror::Error)]
pub enum AgreementError {
    /// What it says does not hold together; each problem in a sentence.
    #[error("{}", .0.join(" "))]
    Invalid(Vec<String>),
    /// There is no such agreement.
    #[error("there is no such agreement")]
    NotFound,
    /// It may not be done, or not by them, or not now.
    #[error(transparent)]
    Step(#[from] StepError),
    /// The database's.
    #[error(transparent)]
    Store(#[from] vault::StoreError),
}

/// A purpose in plain words, to be read after "for". The one list of them: every page says a purpose by it.
#[must_use]
pub fn purpose_words(purpose: Purpose) -> &'static str {
    match purpose {
        Purpose::Safeguarding => "safeguarding a child or a vulnerable adult",
        Purpose::Support => "offering support",
        Purpose::Linking => "finding which records are the same person",
        Purpose::Collection => "taking data in and mending it",
        Purpose::Statistics => "counting",
        Purpose::Prevention => "preventing crime and disorder",
        Purpose::Rights => "answering a person’s own request",
        Purpose::Administration => "administration",
        Purpose::Oversight => "checking who looked and why",
    }
}

/// The same, to stand by itself: a choice, a heading.
#[must_use]
pub fn purpose_title(purpose: Purpose) -> String {
    base::first_large(purpose_words(purpose))
}
