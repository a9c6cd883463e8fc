//! Who may see what, for what, on which ground: the one decider of the house. For each part of a request it finds the
//! ground (own record, a live agreement with a gateway that can carry the data, open data), and then asks the Cedar
//! policies in `/policies`. Nothing that is not granted is seen.

mod grounds;
mod handling;
mod known;
mod lack;
mod legal;
mod marked;
mod pointer;
mod policy;
pub(crate) mod power;
mod refusal;
mod register;
mod replay;
mod rights;
mod standing;

use async_trait::async_trait;
use base::Timestamp;
use vault::{Ask, Decider, Decision, Staff, StoreError};

pub use grounds::RECEIVER;
pub use handling::handling;
pub(crate) use handling::obligation_words;
pub(crate) use legal::Today;
pub use marked::{RUN, sealed_run};
pub use refusal::{refusal_words, way_forward};
pub(crate) use register::commenced;
pub(crate) use replay::{Difference, Replay};
pub use standing::end_standing_where_records_came;
pub(crate) use standing::{END as END_STANDING, NewStanding, keep as keep_standing};

use crate::law::PolicyError;
use grounds::{Case, decide};
use policy::Policies;
use register::{Keeper, Looks};

/// The one decider: the register of agencies and agreements, and the rules in force.
pub struct CedarDecider {
    keeper: Keeper,
    looks: Looks,
}

impl CedarDecider {
    /// The decider, with the rules that are built in until a version is in force.
    ///
    /// # Errors
    /// [`PolicyError`] where they can't be read, which a test rules out.
    pub fn new() -> Result<Self, PolicyError> {
        Ok(Self { keeper: Keeper::new(Policies::starting()?), looks: Looks::default() })
    }
}

#[async_trait]
impl Decider for CedarDecider {
    async fn decide(&self, book: &Staff, ask: &Ask, now: Timestamp) -> Result<Decision, StoreError> {
        let look = self.looks.at(book, &ask.actor).await?;
        let (register, policies) = self.keeper.now(book, look.version, now).await?;
        let asker = register::asker(book, &register, &look, &ask.actor).await?;
        let standing = standing::read(book, &asker, ask, now).await?;
        let rights = rights::open(book, &asker, ask).await?;
        let today = now.date_in_london();
        let case = Case { register: &register, asker: &asker, ask, today, standing: &standing, rights };
        Ok(decide(&policies, &case))
    }
}

#[cfg(test)]
mod tests;
