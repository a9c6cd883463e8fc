//! What later stages know of a member’s work, asked for by the nightly job. `app` registers who answers; sharing depends on none of them.

use async_trait::async_trait;
use base::{Id, Timestamp, kind};
use vault::{Actor, Vault, jobs::JobFault};

use super::{likeness::Known, tally::Opened};

/// One thing that a member opened.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Look {
    /// Who.
    pub member: Id<kind::Member>,
    /// For which agency.
    pub agency: Id<kind::Agency>,
    /// What: its kind in the log and its id.
    pub opened: Opened,
}

/// What later stages know.
#[async_trait]
pub trait Surroundings: Send + Sync {
    /// For each look, whether it is of the member’s work: a moment that waits or is theirs, a contact of theirs, a referral of their
    /// agency’s. `None` where this member’s work is not kept here, so that nothing can be said.
    ///
    /// # Errors
    /// A [`JobFault`]; the day is then looked at again later.
    async fn is_work(&self, vault: &Vault, actor: &Actor, looks: &[Look]) -> Result<Vec<Option<bool>>, JobFault>;

    /// For each thing that was opened, what records say of who it is. Read under the job’s permit for [`vault::Purpose::Oversight`],
    /// and not kept.
    ///
    /// # Errors
    /// As [`Surroundings::is_work`].
    async fn known(&self, vault: &Vault, actor: &Actor, opened: &[Opened]) -> Result<Vec<Vec<Known>>, JobFault>;

    /// For each member and time, whether they were on shift.
    ///
    /// # Errors
    /// As [`Surroundings::is_work`].
    async fn on_shift(
        &self,
        vault: &Vault,
        actor: &Actor,
        at: &[(Id<kind::Member>, Timestamp)],
    ) -> Result<Vec<bool>, JobFault>;
}
