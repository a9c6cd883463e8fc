//! Asking the owner: a member who finds that another agency knows somebody asks that agency, for what and why; its data owner
//! decides by a clock, and what is granted opens exactly that, for that member, until a second that is named.

pub(crate) mod answer;
pub(crate) mod clock;
pub(crate) mod home;
mod job;
pub(crate) mod make;
pub(crate) mod pages;
pub(crate) mod part;
pub(crate) mod pointer;
pub(crate) mod store;
mod words;

use base::{Code, Id, Timestamp, code, kind};
use vault::{Purpose, StoreError};

pub use answer::{Facts, NewGrant, grant, refuse, take_back, withdraw};
pub use job::WatchAsk;
pub use make::{NewAsk, ask};
pub use words::{Condition, Why};

/// The category of asks, as policies name it.
pub(crate) fn category() -> Code {
    code!("data_request")
}

/// What one may ask for.
pub(crate) const PURPOSES: [Purpose; 3] = [Purpose::Safeguarding, Purpose::Support, Purpose::Prevention];
/// A grant ends after so many days at the latest.
pub const MOST_DAYS: i64 = 30;

/// An ask.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DataAsk {
    /// Its id.
    pub id: Id<kind::Ask>,
    /// The agency that is asked.
    pub owner: Id<kind::Agency>,
    /// About whom.
    pub person: Id<kind::Person>,
    /// Who asks.
    pub asker: Id<kind::Member>,
    /// For which agency.
    pub asker_agency: Id<kind::Agency>,
    /// Whether the asker was told who is asked.
    pub named: bool,
    /// What is asked for.
    pub categories: Vec<Code>,
    /// What for.
    pub purpose: Purpose,
    /// Why, in the asker's words; sealed: [`vault::Vault::unseal`] opens it for the asker and the data owner.
    pub why: String,
    /// When.
    pub asked_at: Timestamp,
    /// When the answer is due.
    pub answer_by: Timestamp,
    /// When it is closed, if nobody ever answers.
    pub expires_at: Timestamp,
    /// When its silence was escalated.
    pub escalated_at: Option<Timestamp>,
    /// When the asker saw the answer.
    pub seen_at: Option<Timestamp>,
    /// How far it is.
    pub state: State,
    /// For whom this row was read: the asking or the asked agency, or the unit. The permit is held against it.
    pub(crate) held_by: Id<kind::Agency>,
    pub(crate) category: Code,
}

/// How far an ask is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum State {
    /// Nobody has answered.
    Waiting,
    /// The data owner opened it.
    Granted(Granted),
    /// The data owner refused.
    Refused(Refused),
    /// The asker took it back.
    Withdrawn {
        /// When.
        at: Timestamp,
    },
    /// Nobody answered for so long that it was closed.
    Expired {
        /// When.
        at: Timestamp,
    },
}

/// What was granted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Granted {
    /// By whom.
    pub by: Id<kind::Member>,
    /// When.
    pub at: Timestamp,
    /// The power in law.
    pub power: Code,
    /// The ground that answers a duty of confidence.
    pub confidentiality: Option<Code>,
    /// Which fields, as `category:field`.
    pub fields: Vec<String>,
    /// How it must be handled.
    pub conditions: Vec<Condition>,
    /// It ends at this second.
    pub until: Timestamp,
}

/// Why it was refused.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refused {
    /// By whom.
    pub by: Id<kind::Member>,
    /// When.
    pub at: Timestamp,
    /// The reason.
    pub why: Why,
    /// What the data owner told the asker, sealed.
    pub words: String,
}

impl DataAsk {
    /// What may be seen now: none before the answer, after the end, or where it was refused.
    #[must_use]
    pub fn open(&self, now: Timestamp) -> Option<&Granted> {
        match &self.state {
            State::Granted(granted) if now < granted.until => Some(granted),
            _ => None,
        }
    }

    /// Whether this member may answer it: they never answer their own, and only what their own agency was asked.
    ///
    /// # Errors
    /// [`AskError::NotFound`], [`AskError::Own`] or [`AskError::Settled`].
    pub fn answerable(&self, by: Id<kind::Member>, agency: Id<kind::Agency>) -> Result<(), AskError> {
        if self.owner != agency {
            return Err(AskError::NotFound);
        }
        if self.asker == by {
            return Err(AskError::Own);
        }
        if self.state == State::Waiting { Ok(()) } else { Err(AskError::Settled) }
    }
}

/// Why an ask can't be made or answered.
#[derive(Debug, thiserror::Error)]
pub enum AskError {
    /// There is none, or it isn't theirs.
    #[error("There is no such request.")]
    NotFound,
    /// They asked it themselves.
    #[error("You asked this yourself. Another data owner of the agency answers it.")]
    Own,
    /// Their agency holds it itself.
    #[error("These are your own agency’s records. You need not ask for them.")]
    OwnRecord,
    /// It was answered, withdrawn or closed.
    #[error("This request has been settled already. Nothing was changed.")]
    Settled,
    /// What they ask for is not held there, or needs no asking.
    #[error("This service holds nothing of the kind that you ask for.")]
    NothingToAsk,
    /// What is asked for was given in confidence, and is asked for to prevent crime.
    #[error(
        "What was given in confidence is not used to prevent crime, only to protect. Ask to protect somebody, if that is what you need it for."
    )]
    ConfidenceNotForPrevention,
    /// The power in law can't carry it.
    #[error("This power in law can’t carry what is asked for. Choose another, or refuse.")]
    NoPower,
    /// Given in confidence, and no ground that answers that.
    #[error("This was given in confidence. Say what answers the duty of confidence.")]
    NoConfidentiality,
    /// No field.
    #[error("Choose at least one field to show.")]
    NoFields,
    /// Too long, or over already.
    #[error("Choose an end that lies ahead, at most 30 days from now.")]
    Until,
    /// Where there is a duty to share, this is no reason.
    #[error(
        "The law makes it a duty to share this for the child’s welfare (Children Act 2004 section 16LA). The only reason to refuse is that \
         sharing would be more detrimental to the child than not sharing."
    )]
    Duty,
    /// Policy refuses it to this member.
    #[error("{0}")]
    Refused(&'static str),
    /// The database's.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl From<vault::Refusal> for AskError {
    fn from(refusal: vault::Refusal) -> Self {
        match refusal {
            vault::Refusal::Refused { why } => {
                Self::Refused(crate::decision::refusal_words(why.first().map_or("", |(_, code)| code.as_str())))
            }
            vault::Refusal::Store(error) => error.into(),
        }
    }
}

impl From<AskError> for web::Fault {
    fn from(error: AskError) -> Self {
        match error {
            AskError::NotFound => Self::NotFound,
            AskError::Store(error) => error.into(),
            AskError::Settled => Self::Conflict(error.to_string()),
            error => Self::Refused(error.to_string()),
        }
    }
}
