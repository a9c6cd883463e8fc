//! Retention: how long each kind of record is kept, by rules that the data protection officer keeps and a second person approves; the
//! queue in which a named person decides what still has a need; legal holds; erasure that reaches everything, with a report that
//! proves it.

mod batch;
pub(crate) mod erase;
mod hold;
pub(crate) mod home;
mod need;
mod pages;
pub(crate) mod plan;
mod prove;
mod review;
mod rule;
mod store;
#[cfg(test)]
mod tests;
mod version;

use vault::StoreError;

pub use erase::{EraseError, Erased, Erasing, erase, reached};
pub use hold::{Held, HoldReason, NewHold, ask_to_lift, lift, put as put_hold};
pub(crate) use pages::routes;
pub use plan::{PlanRetention, see_to_retention};
pub use prove::ProveErasure;
pub use review::{Keep, KeepReason, Restrict, RestrictReason, keep, restrict};
pub use version::see_to_starting_rules;

/// Announced in the transaction of every erasure: `{erasure, deliveries, sources}`, where each source is a feed and the vault's digest of
/// the key under which the record came. Who follows it erases what it keeps of them, and says so with [`reached`].
pub const RECORDS_ERASED: vault::Topic = "records_erased";

/// Who answers for what is kept.
pub(crate) const ANSWERABLE: &[&str] = &["data_protection_officer", "data_owner"];

/// A review that waits for so many days is told to the data protection officer.
pub(crate) const ESCALATED_DAYS: i64 = 30;

/// Why something about retention was not done.
#[derive(Debug, thiserror::Error)]
pub enum RetentionError {
    /// There is no such thing, or not for whoever asks.
    #[error("There is no such record, list, rule or hold.")]
    NotFound,
    /// It was settled already.
    #[error("That has been done already. Nothing was changed.")]
    Done,
    /// One's own.
    #[error("You proposed this yourself, so that somebody else must approve it.")]
    Own,
    /// Of the same agency.
    #[error("Somebody of your agency proposed this, so that somebody of another agency must approve it.")]
    SameAgency,
    /// Neither of the two is the unit's officer.
    #[error("A partner proposed this, so that the unit’s data protection officer must approve it.")]
    Officer,
    /// Somebody else's.
    #[error("Only whoever proposed this, or the unit’s data protection officer, can withdraw it.")]
    NotYours,
    /// The rules can't be read.
    #[error("{0}")]
    Rules(String),
    /// Nothing would change.
    #[error("Nothing is different from the rules in force.")]
    Same,
    /// Another version was approved since.
    #[error("Version {0} was approved since this change was proposed. Propose it again, as a change of version {0}.")]
    Overtaken(i64),
    /// Longer than the rule lets anybody keep it.
    #[error("The rule lets nobody keep it beyond {0}. Nothing was changed.")]
    TooLong(String),
    /// A day that is over.
    #[error("The day must lie in the future. Nothing was changed.")]
    Past,
    /// Its time is not up.
    #[error("Its time is not up yet, so there is nothing to decide. Nothing was changed.")]
    NotDue,
    /// Legal hold.
    #[error(
        "A legal hold is on it, so that nothing of it may be erased until the hold is lifted. Nothing was changed."
    )]
    Held,
    /// The database's.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// Refused.
    #[error(transparent)]
    Refusal(#[from] vault::Refusal),
}

impl From<RetentionError> for web::Fault {
    fn from(error: RetentionError) -> Self {
        match error {
            RetentionError::NotFound => Self::NotFound,
            RetentionError::Store(error) => error.into(),
            RetentionError::Refusal(refusal) => refusal.into(),
            RetentionError::Done => Self::Conflict(error.to_string()),
            other => Self::Refused(other.to_string()),
        }
    }
}
