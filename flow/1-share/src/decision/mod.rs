//! Who may see what, for what, on which ground: the one decider of the house. For each part of a request it finds the
//! ground (own record, a live agreement with a gateway that can carry the data, open data), and then asks the Cedar
//! policies in `/policies`. Nothing that is not granted is seen.

mod grounds;
mod known;
mod policy;
mod refusal;
mod register;

use async_trait::async_trait;
use base::Timestamp;
use vault::{Ask, Decider, Decision, Staff, StoreError};

pub use grounds::RECEIVER;
pub use policy::PolicyError;
pub use refusal::{refusal_words, way_forward};

use grounds::{Case, decide};
use policy::Policies;
use register::Keeper;

/// The one decider: the register of agencies and agreements, the law as data, and the Cedar policies.
pub struct CedarDecider {
    policies: Policies,
    keeper: Keeper,
}

impl CedarDecider {
    /// The decider with the policies that are built in.
    ///
    /// # Errors
    /// [`PolicyError`] where they can't be read, which a test rules out.
    pub fn new() -> Result<Self, PolicyError> {
        Ok(Self { policies: Policies::built_in()?, keeper: Keeper::default() })
    }
}

#[async_trait]
impl Decider for CedarDecider {
    async fn decide(&self, book: &Staff, ask: &Ask, now: Timestamp) -> Result<Decision, StoreError> {
        let register = self.keeper.register(book, now).await?;
        let asker = register::asker(book, &register, &ask.actor).await?;
        let case = Case { register: &register, asker: &asker, ask, today: now.date_in_london() };
        Ok(decide(&self.policies, &case))
    }
}

#[cfg(test)]
mod tests;
