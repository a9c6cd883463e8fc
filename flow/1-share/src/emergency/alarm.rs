//! What follows an emergency access: its member justifies it, those who were alarmed acknowledge it, the unit's data protection
//! officer judges it and lifts what it barred.

use base::{Code, Id, code, kind};
use vault::{Actor, Cause, Change, Operation, Purpose, Scope, Vault, Verb};

use super::{Emergency, EmergencyError, Verdict, store, store::For};
use crate::{
    agency,
    ask::{
        AskError,
        make::{member_of, own_permit},
        store as asks,
    },
};

struct Opened {
    change: Change,
    emergency: Emergency,
    by: Id<kind::Member>,
}

async fn open(
    vault: &Vault,
    actor: &Actor,
    id: Id<kind::Emergency>,
    whose: For,
    act: Code,
) -> Result<Opened, EmergencyError> {
    let (by, agency) = member_of(actor)?;
    let purpose = if whose == For::Member { Purpose::Safeguarding } else { Purpose::Rights };
    let scope = Scope::of("emergency", id);
    let permit = own_permit(vault, actor, agency, Verb::Record, scope.clone(), purpose).await?;
    let cause = Cause { actor: actor.clone(), purpose, operation: Operation::Administration, act, scope };
    let change = vault.change_under(&permit, cause).await?;
    let emergency = store::one_in(&change, id, whose).await?.ok_or(AskError::NotFound)?;
    Ok(Opened { change, emergency, by })
}

/// As the unit's data protection officer.
async fn as_officer(
    vault: &Vault,
    actor: &Actor,
    id: Id<kind::Emergency>,
    act: Code,
) -> Result<Opened, EmergencyError> {
    let (_, agency) = member_of(actor)?;
    let unit = agency::unit(&vault.plain()).await?.filter(|unit| unit.id == agency).ok_or(AskError::NotFound)?;
    let opened = open(vault, actor, id, For::Unit(unit.id), act).await?;
    if !asks::has_duty(&opened.change, opened.by, "data_protection_officer").await? {
        return Err(AskError::NotFound.into());
    }
    Ok(opened)
}

/// As the unit's officer, or else as the data owner of the agency whose records were opened.
async fn as_alarmed(
    vault: &Vault,
    actor: &Actor,
    id: Id<kind::Emergency>,
    officer: bool,
    act: Code,
) -> Result<Opened, EmergencyError> {
    if officer {
        return as_officer(vault, actor, id, act).await;
    }
    let opened = open(vault, actor, id, For::Owner, act).await?;
    if !asks::has_duty(&opened.change, opened.by, "data_owner").await? {
        return Err(AskError::NotFound.into());
    }
    Ok(opened)
}

/// The member says why it could not wait. Late is better than never, and stays late.
///
/// # Errors
/// [`EmergencyError::Done`] where it was justified.
pub async fn justify(vault: &Vault, actor: &Actor, id: Id<kind::Emergency>, words: &str) -> Result<(), EmergencyError> {
    let mut opened = open(vault, actor, id, For::Member, code!("emergency_justified")).await?;
    if opened.emergency.member != opened.by {
        return Err(AskError::NotFound.into());
    }
    let sealed = vault.seal(words.as_bytes())?;
    if !store::justify(&mut opened.change, id, &sealed).await? {
        return Err(EmergencyError::Done);
    }
    let late = opened.change.now() >= opened.emergency.justify_by;
    opened.change.note("late", late);
    Ok(opened.change.commit().await?)
}

/// Somebody who was alarmed says that they saw it: the unit's officer, or the data owner of the agency whose records were opened.
/// Said again, it changes nothing.
///
/// # Errors
/// [`EmergencyError::Ask`] where it isn't theirs.
pub async fn acknowledge(
    vault: &Vault,
    actor: &Actor,
    id: Id<kind::Emergency>,
    officer: bool,
) -> Result<(), EmergencyError> {
    let mut opened = as_alarmed(vault, actor, id, officer, code!("emergency_acknowledged")).await?;
    if store::see(&mut opened.change, id, opened.by, officer).await? {
        opened.change.commit().await?;
    }
    Ok(())
}

/// Somebody who was alarmed closes the records at once, before they judge or while they ask: the unit's officer, or the data owner of
/// the agency whose records were opened.
///
/// # Errors
/// [`EmergencyError::Done`] where they are closed; [`EmergencyError::Ask`] where it isn't theirs.
pub async fn end_now(
    vault: &Vault,
    actor: &Actor,
    id: Id<kind::Emergency>,
    officer: bool,
) -> Result<(), EmergencyError> {
    let mut opened = as_alarmed(vault, actor, id, officer, code!("emergency_ended")).await?;
    if !store::end(&mut opened.change, id).await? {
        return Err(EmergencyError::Done);
    }
    store::see(&mut opened.change, id, opened.by, officer).await?;
    Ok(opened.change.commit().await?)
}

/// The officer judges it; never their own. What is found improper ends with that.
///
/// # Errors
/// [`EmergencyError::Done`] where it was judged; [`EmergencyError::Own`].
pub async fn judge(
    vault: &Vault,
    actor: &Actor,
    id: Id<kind::Emergency>,
    verdict: Verdict,
    words: &str,
) -> Result<(), EmergencyError> {
    let mut opened = as_officer(vault, actor, id, code!("emergency_judged")).await?;
    if opened.emergency.member == opened.by {
        return Err(EmergencyError::Own);
    }
    let sealed = vault.seal(words.as_bytes())?;
    if !store::judge(&mut opened.change, id, opened.by, verdict, &sealed).await? {
        return Err(EmergencyError::Done);
    }
    if verdict == Verdict::Improper {
        store::end(&mut opened.change, id).await?;
    }
    store::see(&mut opened.change, id, opened.by, true).await?;
    opened.change.note("verdict", verdict.code());
    Ok(opened.change.commit().await?)
}

/// The officer lets the member use emergency access again; never themselves.
///
/// # Errors
/// [`EmergencyError::Done`] where it bars nothing; [`EmergencyError::Own`].
pub async fn lift(vault: &Vault, actor: &Actor, id: Id<kind::Emergency>) -> Result<(), EmergencyError> {
    let mut opened = as_officer(vault, actor, id, code!("emergency_lifted")).await?;
    if opened.emergency.member == opened.by {
        return Err(EmergencyError::Own);
    }
    if !opened.emergency.bars(opened.change.now()) {
        return Err(EmergencyError::Done);
    }
    store::lift(&mut opened.change, id, opened.by).await?;
    Ok(opened.change.commit().await?)
}
