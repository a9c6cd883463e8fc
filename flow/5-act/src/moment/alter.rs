//! A change to one moment by a member: taking it, giving it to somebody, pausing or stopping its clock.

use base::{Code, Id, Timestamp, kind};
use vault::{Cause, Operation, Permit, Scope, StoreError, Vault};

use super::{Moment, MomentError, store};
use crate::moment_type::{MomentType, MomentTypes};

/// Why a moment was not changed.
#[derive(Debug, thiserror::Error)]
pub enum AlterError {
    /// There is none, or the permit doesn't cover it.
    #[error("There is no such moment.")]
    NoMoment,
    /// It can't change in that way.
    #[error(transparent)]
    Moment(#[from] MomentError),
    /// The database's.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Reads a moment, lets `alter` change it, and writes it, all in one change whose entry is called `act`.
///
/// # Errors
/// [`AlterError`]; nothing is written then.
pub async fn alter(
    vault: &Vault,
    permit: &Permit,
    id: Id<kind::Moment>,
    act: Code,
    types: &MomentTypes,
    alter: impl FnOnce(&mut Moment, &MomentType, Timestamp) -> Result<(), MomentError>,
) -> Result<Moment, AlterError> {
    let cause = Cause {
        actor: permit.actor().clone(),
        purpose: permit.purpose(),
        operation: Operation::Alteration,
        act,
        scope: Scope::of("moment", id),
    };
    let mut change = vault.change_under(permit, cause).await?;
    let now = change.now();
    let mut moment = store::for_change(&change, id).await?.ok_or(AlterError::NoMoment)?;
    let rules = types.get(&moment.moment_type).ok_or(MomentError::NotAllowed)?;
    alter(&mut moment, rules, now)?;
    store::save(&mut change, &moment, Some(rules)).await?;
    change.commit().await?;
    Ok(moment)
}

impl Moment {
    /// Gives it to a member.
    ///
    /// # Errors
    /// Where it is over.
    pub fn assign(&mut self, to: Id<kind::Member>) -> Result<(), MomentError> {
        match self.state {
            super::State::Closed(_) => Err(MomentError::Closed),
            super::State::Merged(_) => Err(MomentError::Merged),
            _ => {
                self.assigned_to = Some(to);
                Ok(())
            }
        }
    }
}
