//! A file for one member of another agency: a data owner or data protection officer chooses people, says what for and why; the decider says what of
//! each the recipient's agency may have; a second person releases it; it is encrypted to the recipient's own key, marked as theirs, and gone after some
//! days. There is no other way by which named people leave in bulk.

mod body;
mod hand;
mod store;

use std::collections::BTreeMap;

use base::{Code, Id, Timestamp, kind};
use vault::{Actor, Ask, Facet, Permit, Purpose, Refusal, Scope, StoreError, Vault, Verb};

pub use body::FileRow;
pub use hand::{add_person, draft, file_for_release, propose, refuse_file, release};
pub(crate) use hand::{fetch, people_of, receipt, take_out};
pub(crate) use store::{files_all, files_from, files_to, my_draft, one, waiting};

use crate::{
    clocks::{Setting, Takes},
    decision::RECEIVER,
};

pub(crate) const DAYS: Setting = Setting {
    name: "file_days",
    label: "Days for which a file waits to be fetched",
    more: "",
    takes: Takes::Number { usual: 7, least: 1, most: 30 },
};
/// The most people in one file.
pub const MOST_PEOPLE: usize = 50;
/// What a file may be for.
pub(crate) const PURPOSES: [Purpose; 3] = [Purpose::Safeguarding, Purpose::Support, Purpose::Prevention];
/// Who makes and releases files: of the agency that gives, or, to release, the unit's data protection officer; never the same person.
pub(crate) const MAKERS: &[&str] = &["data_owner", "data_protection_officer"];

/// A file to be made.
#[derive(Debug, Clone)]
pub struct NewFile {
    /// For whom.
    pub recipient: Id<kind::Member>,
    /// What for.
    pub purpose: Purpose,
    /// Why, in words.
    pub reason: String,
    /// The form's own key.
    pub form_key: String,
}

/// Somebody who was chosen.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Person {
    /// Who.
    pub person: Id<kind::Person>,
    pub(crate) controller: Id<kind::Agency>,
    pub(crate) category: Code,
}

/// How far a file is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum State {
    /// Its maker chooses people.
    Draft,
    /// It waits for a second person.
    Proposed,
    /// A second person did not release it.
    Refused {
        /// Who.
        by: Id<kind::Member>,
        /// When.
        at: Timestamp,
    },
    /// It was released.
    Released(Released),
    /// Something in it was corrected, restricted, sealed or erased, or what it was given on stands no more: it is gone.
    Withdrawn {
        /// When.
        at: Timestamp,
    },
}

/// A file that was released.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Released {
    /// By whom.
    pub by: Id<kind::Member>,
    /// When.
    pub at: Timestamp,
    /// How many people it holds.
    pub people: u64,
    /// How many rows.
    pub rows: u64,
    /// Its hash, as encrypted.
    pub sha256: String,
    /// The mark that is in every row.
    pub canary: String,
    /// When it is gone.
    pub expires_at: Timestamp,
    /// When it was first fetched.
    pub downloaded_at: Option<Timestamp>,
    /// When its recipient said that it came.
    pub receipt_at: Option<Timestamp>,
    pub(crate) blob: Option<Id<kind::Blob>>,
}

/// A file, as far as the register has it: never what is in it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MadeFile {
    /// Its id.
    pub id: Id<kind::DisclosureFile>,
    /// The agency that gives it.
    pub from: Id<kind::Agency>,
    /// Who makes it.
    pub made_by: Id<kind::Member>,
    /// The agency that gets it.
    pub to: Id<kind::Agency>,
    /// For whom.
    pub recipient: Id<kind::Member>,
    /// What for.
    pub purpose: Purpose,
    /// Why, sealed.
    pub reason: String,
    /// Since when it is made.
    pub made_at: Timestamp,
    /// How far it is.
    pub state: State,
}

impl MadeFile {
    /// What can be fetched now.
    #[must_use]
    pub fn open(&self, now: Timestamp) -> Option<&Released> {
        match &self.state {
            State::Released(released) if now < released.expires_at && released.blob.is_some() => Some(released),
            _ => None,
        }
    }
}

/// What of one person the decider lets the recipient's agency have. Only [`MadeFile::decide`] makes one.
#[derive(Debug, Clone)]
pub struct Decided {
    pub(crate) file: Id<kind::DisclosureFile>,
    pub(crate) permit: Permit,
    /// About whom.
    pub person: Id<kind::Person>,
}

impl Decided {
    /// The permit to read, and to give.
    #[must_use]
    pub fn permit(&self) -> &Permit {
        &self.permit
    }
}

/// What of one person goes into the file.
#[derive(Debug, Clone)]
pub struct Part {
    /// On which decision.
    pub decided: Decided,
    /// The rows.
    pub rows: Vec<FileRow>,
}

impl MadeFile {
    /// Asks the decider what of one person the recipient's agency may have, for the file's purpose. The decision is in the log, as a disclosure,
    /// whatever it is.
    ///
    /// # Errors
    /// [`Refusal`] where nothing may be given.
    pub async fn decide(
        &self,
        vault: &Vault,
        actor: &Actor,
        person: Id<kind::Person>,
        facets: &[Facet],
    ) -> Result<Decided, Refusal> {
        let receiver = crate::agency::by_id(&vault.plain(), self.to).await?;
        let receiver = receiver.ok_or_else(|| Refusal::Refused { why: Vec::new() })?.code;
        let permit = vault
            .permit(Ask {
                actor: actor.clone(),
                verb: Verb::Disclose,
                scope: Scope::person(person),
                purpose: self.purpose,
                facets: facets.to_vec(),
                facts: BTreeMap::from([(RECEIVER, receiver)]),
            })
            .await?;
        Ok(Decided { file: self.id, permit, person })
    }
}

/// Why a file can't be made, released or fetched.
#[derive(Debug, thiserror::Error)]
pub enum FileError {
    /// There is none, or it isn't theirs.
    #[error("There is no such file.")]
    NotFound,
    /// Whoever it is for has no key, or is of the same agency.
    #[error(
        "A file is for a member of another agency who has registered a key. Ask them to register one: Account, Key for files."
    )]
    Recipient,
    /// Not one of its purposes.
    #[error("A file is made to protect somebody, to support them, or to prevent violence.")]
    Purpose,
    /// They have a draft already.
    #[error("You are making another file. Finish that, or throw it away, first.")]
    Another,
    /// Too many.
    #[error("A file holds at most {MOST_PEOPLE} people. Make another one, if all of them are needed.")]
    TooMany,
    /// Nobody.
    #[error("Nobody is in the file.")]
    Nobody,
    /// Nothing of them may be given.
    #[error("Nothing of those people may be given to this recipient. Nothing was made.")]
    Nothing,
    /// A row says nothing of the person's role.
    #[error("A record that does not say who the person was in the event is not exported.")]
    BlankRole,
    /// They made it themselves, or it is for them.
    #[error("You made this file yourself, or it is for you. Somebody else releases it.")]
    Own,
    /// It isn't at that point any more.
    #[error("This was done already, or the file is not at that point. Nothing was changed.")]
    Settled,
    /// It is gone.
    #[error("This file is gone: its time was over, or something in it was corrected or erased. Ask for a new one.")]
    Gone,
    /// What it was given on stands no more.
    #[error(
        "This file was withdrawn: what it was given on does not stand any more, because an agreement is suspended or over, or because you left \
         the agency that it was for. If you still need it, ask the agency that made it; it makes a new one if it may."
    )]
    Groundless,
    /// It could not be written.
    #[error("The file could not be written: {0}")]
    Unwritten(String),
    /// The database's.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl From<FileError> for web::Fault {
    fn from(error: FileError) -> Self {
        match error {
            FileError::NotFound => Self::NotFound,
            FileError::Store(error) => error.into(),
            FileError::Settled | FileError::Gone | FileError::Groundless => Self::Conflict(error.to_string()),
            FileError::Unwritten(problem) => Self::internal(problem),
            error => Self::Refused(error.to_string()),
        }
    }
}

impl From<Refusal> for FileError {
    fn from(refusal: Refusal) -> Self {
        match refusal {
            Refusal::Refused { .. } => Self::NotFound,
            Refusal::Store(error) => error.into(),
        }
    }
}
