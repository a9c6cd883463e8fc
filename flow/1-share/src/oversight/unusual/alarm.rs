//! What does not wait for the night: somebody came to a limit that stands against misuse, and tried again. It is the data protection
//! officer's at once; one question for each member, day and limit, with how often.

use base::code;
use vault::{Actor, Cause, Operation, Purpose, Scope, StoreError, Vault};

use super::{Rule, question::answer_by, settings::Thresholds, store};
use crate::clocks::Settings;

/// Tells the officer that this member came to a limit, in a change of its own: what was refused is undone, what is told of it stays.
///
/// # Errors
/// The database’s.
pub async fn alarm(vault: &Vault, actor: &Actor, limit: Rule) -> Result<(), StoreError> {
    let Actor::Member { id, agency } = actor else { return Ok(()) };
    let cause = Cause {
        actor: actor.clone(),
        purpose: Purpose::Oversight,
        operation: Operation::Administration,
        act: code!("limit_met"),
        scope: Scope::of("member", *id),
    };
    let mut change = vault.change(cause).await?;
    let thresholds = Thresholds::of(&Settings::within(&change).await?);
    let due = answer_by(change.now(), &thresholds);
    store::keep_alarm(&mut change, *id, *agency, limit, due).await?;
    change.note("limit", limit.code());
    change.commit().await
}
