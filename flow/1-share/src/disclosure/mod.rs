//! The disclosure register: what was told, about whom, from whom, to whom, what for, on which ground, when; files for one recipient; and the
//! notices that go to everyone who was told something that has since been corrected, restricted, withdrawn, erased or objected to.
//!
//! A *disclosure* is: a member (or a system) of one agency is shown, or given, what another agency controls about a person. An agency's look at
//! its own records is none. Rows are written where records leave the vault (`ingest::api::records_by_ids` and its like), before they do, so that a
//! page can't forget; referrals and files write theirs with what they give.

mod about;
pub(crate) mod api_notices;
mod chart;
pub(crate) mod file;
pub(crate) mod file_pages;
pub(crate) mod home;
pub(crate) mod key;
mod notice;
pub(crate) mod notice_pages;
pub(crate) mod pages;
mod part;
pub(crate) mod register;
pub(crate) mod store;
mod words;

use base::{Code, Id, Timestamp, kind};
use vault::Purpose;

use crate::clocks::Setting;

pub use about::{Disclosed, about, recipients_of};
pub use file::{
    Decided, FileError, FileRow, MOST_PEOPLE, MadeFile, NewFile, Part, Person, Released, State, add_person, draft,
    file_for_release, propose, refuse_file, release,
};
pub use file_pages::{Hand, file_summary, open_file};
pub use key::{KeyError, register_key};
pub use notice::{Acknowledged, Copies, Notice, NoticeError, Told, WatchNotices, acknowledge, tell, tell_because};
pub(crate) use notice::{tell_quietly, withdraw_files};
pub use part::{PersonPart, disclosed_part};
pub use register::{Given, Shown, register_given, register_pointers, register_views};

/// The settings of this slice.
pub(crate) static SETTINGS: [Setting; 2] = [notice::HOURS, file::DAYS];

/// How something was disclosed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum How {
    /// A page about one person, record or moment.
    View,
    /// A line in a list, or of an answer to a search.
    List,
    /// That a service knows somebody, and no more. Whoever is told is not told which data that rests on, so their agency doesn't read this row.
    Pointer,
    /// Given with a referral.
    Referral,
    /// In a file.
    File,
}

impl How {
    /// Every one.
    pub const ALL: [Self; 5] = [Self::View, Self::List, Self::Pointer, Self::Referral, Self::File];

    /// The code that is stored.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::View => "view",
            Self::List => "list",
            Self::Pointer => "pointer",
            Self::Referral => "referral",
            Self::File => "file",
        }
    }

    /// Its words.
    #[must_use]
    pub fn words(self) -> &'static str {
        match self {
            Self::View => "Shown on a page",
            Self::List => "Shown in a list",
            Self::Pointer => "That they are known, and no more",
            Self::Referral => "Given with a referral",
            Self::File => "Given in a file",
        }
    }
}

impl std::fmt::Display for How {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.code())
    }
}

impl std::str::FromStr for How {
    type Err = &'static str;
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Self::ALL.into_iter().find(|how| how.code() == text).ok_or("not a way of disclosing")
    }
}

/// What a disclosure across agencies stood on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum GroundKind {
    /// An agreement.
    Agreement,
    /// A data owner's decision about one person.
    OwnersDecision,
    /// A member's emergency access.
    Emergency,
    /// A rule of law by itself.
    Other,
}

impl GroundKind {
    /// The code that is stored.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::Agreement => "agreement",
            Self::OwnersDecision => "owners_decision",
            Self::Emergency => "emergency",
            Self::Other => "other",
        }
    }
}

impl std::str::FromStr for GroundKind {
    type Err = &'static str;
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        [Self::Agreement, Self::OwnersDecision, Self::Emergency, Self::Other]
            .into_iter()
            .find(|ground| ground.code() == text)
            .ok_or("not a ground of a disclosure")
    }
}

/// A row of the register.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Disclosure {
    /// Its id: what a notice or a recipient names.
    pub id: Id<kind::Disclosure>,
    /// Whose data it is.
    pub from: Id<kind::Agency>,
    /// Which data.
    pub data: Code,
    /// The record, where it was one.
    pub record: Option<Id<kind::Record>>,
    /// The person, where linking knew.
    pub person: Option<Id<kind::Person>>,
    /// To which agency.
    pub to: Id<kind::Agency>,
    /// To which member; none where an agency was given it.
    pub member: Option<Id<kind::Member>>,
    /// How.
    pub how: How,
    /// What for.
    pub purpose: Purpose,
    /// On what.
    pub ground: GroundKind,
    /// The agreement, ask or emergency.
    pub ground_id: String,
    /// The power in law.
    pub power: Code,
    /// The basis in data protection law.
    pub basis: Code,
    /// The further condition.
    pub condition: Option<Code>,
    /// What answered a duty of confidence.
    pub confidentiality: Option<Code>,
    /// What it obliged to.
    pub obligations: Vec<Code>,
    /// The fields that were told; none named, all of them.
    pub fields: Option<Vec<String>>,
    /// The permit, which the log names.
    pub permit: Id<kind::Permit>,
    /// The referral or the file.
    pub via: String,
    /// First told.
    pub first_at: Timestamp,
    /// Last told on that day.
    pub last_at: Timestamp,
    /// When it was acknowledged to have come.
    pub receipt_at: Option<Timestamp>,
    /// For whom this row was read; the permit is held against it.
    pub(crate) held_by: Id<kind::Agency>,
    /// The category as which the register itself is read.
    pub(crate) category: Code,
}
