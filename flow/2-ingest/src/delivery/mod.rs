//! A delivery: one file (or one live notification) of a feed. It is looked at as a whole, stored, then read part by part, each
//! part in one transaction with its counts; whoever kills the program loses nothing and doubles nothing.

mod deliver;
mod parts;
mod pipeline;
mod read;
mod resume;
pub(crate) mod store;
mod withdraw;

use base::{Code, Id, Timestamp, kind};
use vault::{Actor, Refusal, StoreError};

pub(crate) use deliver::admit;
pub use deliver::{deliver_file, receive_blob};
pub(crate) use parts::{Run, note};
pub(crate) use pipeline::Part;
pub use read::read_delivery;
pub use resume::{ReadDelivery, resume_unfinished};
pub use store::{delivery, last_deliveries};

use crate::table::Refused;

/// How far a delivery is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum State {
    /// Its rows are being read, or will be when the program is up again.
    Reading,
    /// Every row is accounted for.
    Done,
    /// The file as a whole was not taken.
    Refused,
}

impl State {
    /// `reading`, `done` or `refused`.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::Reading => "reading",
            Self::Done => "done",
            Self::Refused => "refused",
        }
    }
}

impl std::str::FromStr for State {
    type Err = &'static str;
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        match text {
            "reading" => Ok(Self::Reading),
            "done" => Ok(Self::Done),
            "refused" => Ok(Self::Refused),
            _ => Err("not a state of a delivery"),
        }
    }
}

/// The counts of a delivery. `read = accepted_new + accepted_version + already_held + quarantined`, always: the database
/// refuses anything else.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, serde::Serialize)]
pub struct Counts {
    /// Rows read: every row of the file but the header and blank ones.
    pub read: u64,
    /// Rows that became a new record.
    pub accepted_new: u64,
    /// Rows that became a new version of a record.
    pub accepted_version: u64,
    /// Rows that were held already, with the same content.
    pub already_held: u64,
    /// Rows that wait in quarantine.
    pub quarantined: u64,
    /// Records that a whole picture came without.
    pub withdrawn: u64,
}

impl Counts {
    /// Rows accepted, new or as a new version.
    #[must_use]
    pub fn accepted(&self) -> u64 {
        self.accepted_new + self.accepted_version
    }

    /// Whether every row that was read is accounted for.
    #[must_use]
    pub fn add_up(&self) -> bool {
        self.read == self.accepted() + self.already_held + self.quarantined
    }

    pub(crate) fn add(&mut self, other: Self) {
        self.read += other.read;
        self.accepted_new += other.accepted_new;
        self.accepted_version += other.accepted_version;
        self.already_held += other.already_held;
        self.quarantined += other.quarantined;
        self.withdrawn += other.withdrawn;
    }
}

/// What became of a delivery.
#[derive(Debug, Clone)]
pub struct DeliveryReport {
    /// The delivery.
    pub delivery: Id<kind::Delivery>,
    /// Its feed.
    pub feed: Code,
    /// How far it is.
    pub state: State,
    /// Its counts.
    pub counts: Counts,
    /// The earlier delivery that this very file was; nothing was read again then, and nothing changed.
    pub same_as: Option<Id<kind::Delivery>>,
    /// How the file was read: `CSV with commas, UTF-8`.
    pub shape: String,
    /// Columns that were missing or not ours.
    pub notes: Vec<String>,
    /// Why the file was not taken, where it was refused.
    pub refusal: Option<String>,
    /// When it came.
    pub received_at: Timestamp,
    /// When it was settled.
    pub finished_at: Option<Timestamp>,
    /// About how many rows the file has, the header among them.
    pub rows_total: u64,
}

/// How far reading has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Progress {
    /// Rows read so far.
    pub read: u64,
    /// Rows in the file.
    pub total: u64,
}

/// Is told how far reading has come.
pub type Watch<'w> = &'w (dyn Fn(Progress) + Send + Sync);

/// Nobody watches.
pub fn unwatched(_: Progress) {}

/// Why a delivery was not taken, or not to its end.
#[derive(Debug, thiserror::Error)]
pub enum DeliveryFault {
    /// The file as a whole is not taken; the refusal is kept under this id, and nothing else.
    #[error("{refused} Nothing of it was kept.")]
    Refused {
        /// The delivery that says so.
        delivery: Id<kind::Delivery>,
        /// Why, and what to do.
        refused: Refused,
    },
    /// Policy refuses: no live agreement covers this, or the sender is another agency.
    #[error(
        "this may not be taken in: {reason}. {agency} must be party to a live agreement that covers collecting {what}, and \
         whoever sends it must act for {agency} or for the unit. Nothing was kept.",
        reason = share::api::refusal_words(why).trim_end_matches('.'),
        what = share::api::category_words(category)
    )]
    NotAllowed {
        /// The name of the feed's agency.
        agency: String,
        /// The feed's category.
        category: Code,
        /// The decision's reason.
        why: String,
    },
    /// No agency of the feed's code is registered.
    #[error("no agency with the code {0} is registered, so nobody would control these records. Register it first.")]
    NoAgency(Code),
    /// There is no such delivery, or its feed is no longer declared.
    #[error("there is no delivery with this id, or its feed is no longer declared")]
    Unknown,
    /// Another process reads this delivery at this moment.
    #[error("another process is reading this delivery; it goes on there")]
    ReadElsewhere,
    /// The stored file can't be read any more.
    #[error("the delivery's stored file can't be read: {0}")]
    File(String),
    /// The database failed; what was committed stays and reading goes on from there when it is started again.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl DeliveryFault {
    /// `agency` is the name by which people know the feed's agency.
    pub(crate) fn refused_by(feed: &crate::feed::Feed, agency: String, refusal: Refusal) -> Self {
        match refusal {
            Refusal::Store(error) => Self::Store(error),
            Refusal::Refused { why } => Self::NotAllowed {
                agency,
                category: feed.category.clone(),
                why: why.first().map_or_else(|| "nothing grants it".to_owned(), |(_, code)| code.to_string()),
            },
        }
    }
}

/// Who sends: kept with the delivery, so that a job or a resumption goes on in their name.
pub(crate) fn actor_of(kind: &str, id: &str, agency: Option<&str>) -> Actor {
    let agency = agency.and_then(|agency| agency.parse().ok());
    match (kind, agency) {
        ("member", Some(agency)) => id.parse().map_or(Actor::System, |id| Actor::Member { id, agency }),
        ("token", Some(agency)) => id.parse().map_or(Actor::System, |id| Actor::Token { id, agency }),
        _ => Actor::System,
    }
}
