//! Answering: yes or no and a sentence, by whoever is asked; what the officer did about a “no”. Nobody answers about themselves.

use base::{Code, Id, code, kind};
use vault::{Actor, Cause, Change, Operation, Purpose, Scope, Vault};

use super::{Finding, State, UnusualError, store};
use crate::{agency, ask::store::has_duty};

struct Opened {
    change: Change,
    finding: Finding,
    by: Id<kind::Member>,
    /// Whether it is a data protection officer of the unit.
    officer: bool,
}

async fn open(vault: &Vault, actor: &Actor, id: Id<kind::Finding>, act: Code) -> Result<Opened, UnusualError> {
    let Actor::Member { id: by, agency } = actor else { return Err(UnusualError::NotFound) };
    let cause = Cause {
        actor: actor.clone(),
        purpose: Purpose::Oversight,
        operation: Operation::Administration,
        act,
        scope: Scope::of("finding", id),
    };
    let unit = agency::unit(&vault.plain()).await?.is_some_and(|unit| unit.id == *agency);
    let change = vault.change(cause).await?;
    let finding = store::one_in(&change, id).await?.ok_or(UnusualError::NotFound)?;
    let officer = unit && has_duty(&change, *by, "data_protection_officer").await?;
    if !officer && finding.asked_of != Some(*by) {
        return Err(UnusualError::NotFound);
    }
    if finding.member == *by {
        return Err(UnusualError::Own);
    }
    Ok(Opened { change, finding, by: *by, officer })
}

/// Says whether it was part of the member’s work. Whoever is asked answers, also late; the officer once it is theirs.
///
/// # Errors
/// [`UnusualError`]: not theirs, about themselves, or answered before.
pub async fn answer(
    vault: &Vault,
    actor: &Actor,
    id: Id<kind::Finding>,
    was_work: bool,
    words: &str,
) -> Result<(), UnusualError> {
    let mut opened = open(vault, actor, id, code!("unusual_answered")).await?;
    let theirs = opened.finding.asked_of == Some(opened.by);
    match opened.finding.state {
        State::Asked if !theirs => return Err(UnusualError::NotFound),
        State::Asked | State::Escalated => {}
        _ => return Err(UnusualError::Done),
    }
    let sealed = vault.seal(words.as_bytes())?;
    let state = if was_work { State::Yes } else { State::No };
    if !store::answer(&mut opened.change, id, opened.by, state, &sealed).await? {
        return Err(UnusualError::Done);
    }
    opened.change.note("was_work", was_work);
    Ok(opened.change.commit().await?)
}

/// The officer records what was done about a “no”.
///
/// # Errors
/// As [`answer`].
pub async fn settle(vault: &Vault, actor: &Actor, id: Id<kind::Finding>, words: &str) -> Result<(), UnusualError> {
    let mut opened = open(vault, actor, id, code!("unusual_settled")).await?;
    if !opened.officer {
        return Err(UnusualError::NotFound);
    }
    let sealed = vault.seal(words.as_bytes())?;
    if !store::settle(&mut opened.change, id, opened.by, &sealed).await? {
        return Err(UnusualError::Done);
    }
    Ok(opened.change.commit().await?)
}
