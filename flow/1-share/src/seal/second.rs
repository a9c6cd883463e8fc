//! The second person of a seal. Sealing everything about a person hides what other agencies hold from them at once, on one word: an address
//! that must not be found can't wait. So another confirms it within a clock, or ends it: the unit's data protection officer, or, where the unit
//! made it, the data owner of the agency for which it was made. It doesn't end by itself: nobody would have looked. Once the clock is over, two
//! lift it, as what was confirmed.

use base::{Id, Timestamp, code, kind};
use vault::{Actor, Change, Mark, Scope, StoreError, Vault};

use super::{Seal, SealError, actor_id, answers_for, cause, is_officer, store};
use crate::{
    agency,
    clocks::{Setting, Settings, Takes},
    member,
};

const CONFIRM_HOURS: Setting = Setting {
    name: "seal_confirm_hours",
    label: "Hours in which a second person confirms that everything about somebody is sealed",
    more: "",
    takes: Takes::Number { usual: 24, least: 1, most: 168 },
};

pub(crate) static SETTINGS: [Setting; 1] = [CONFIRM_HOURS];

/// Until when a seal that is made now is to be confirmed.
pub(super) async fn until(change: &Change) -> Result<Timestamp, StoreError> {
    let hours = Settings::within(change).await?.number(&CONFIRM_HOURS);
    Ok(change.now().plus_hours(hours))
}

/// Whether this member is the one who can confirm or end it.
pub(super) async fn is_second(vault: &Vault, actor: &Actor, seal: &Seal) -> Result<bool, StoreError> {
    let (Some(maker), Ok(own)) = (seal.made_by, actor_id(actor)) else { return Ok(false) };
    if seal.confirm_by.is_none() || maker == own {
        return Ok(false);
    }
    if is_officer(vault, actor).await? {
        return Ok(true);
    }
    let unit = agency::unit(&vault.plain()).await?.map(|unit| unit.id);
    let maker = member::by_id(&vault.book(), maker).await?.map(|member| member.agency);
    Ok(maker.is_some() && maker == unit && answers_for(vault, actor, seal.agency).await?.is_some())
}

async fn for_second(vault: &Vault, actor: &Actor, id: Id<kind::Seal>) -> Result<Id<kind::Member>, SealError> {
    let seal = store::one(&vault.book(), id).await?.ok_or(SealError::NotFound)?;
    if !is_second(vault, actor, &seal).await? {
        return Err(SealError::NotFound);
    }
    if seal.lifted_at.is_some() { Err(SealError::Done) } else { actor_id(actor) }
}

/// Confirms a seal over everything about a person.
///
/// # Errors
/// [`SealError::NotFound`] for whoever made it and for anybody but the second person.
pub async fn confirm(vault: &Vault, actor: &Actor, id: Id<kind::Seal>) -> Result<(), SealError> {
    let by = for_second(vault, actor, id).await?;
    let mut change = vault.change(cause(actor, code!("seal_confirmed"), Scope::of("seal", id))).await?;
    if store::confirm(&mut change, id, by).await? == 0 {
        return Err(SealError::Done);
    }
    Ok(change.commit().await?)
}

/// Ends a seal that was not confirmed, while its clock runs: its rows are as they were, where nothing else seals them.
///
/// # Errors
/// As [`confirm`]; [`SealError::Done`] once the clock is over.
pub async fn end_unconfirmed(vault: &Vault, actor: &Actor, id: Id<kind::Seal>) -> Result<(), SealError> {
    let by = for_second(vault, actor, id).await?;
    let mut change = vault.change(cause(actor, code!("seal_not_confirmed"), Scope::of("seal", id))).await?;
    if store::end(&mut change, id, by).await? == 0 {
        return Err(SealError::Done);
    }
    change.unmark(Mark::Sealed, &id.to_string()).await?;
    Ok(change.commit().await?)
}
