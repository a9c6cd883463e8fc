//! Deleting what an agency seals about somebody who asked: one who is named decides, a second one agrees, and with that it goes. Nothing else of
//! theirs is touched, and nobody else is told.

use base::{Id, code};
use vault::{Actor, Cause, Operation, Purpose, Vault};

use super::{
    Part, SealedPart, Stage, store, unnamed,
    work::{begin, may_approve, not_now, open, scope},
};
use crate::{
    ask::make::member_of,
    retention::{erase::erase_sealed, plan::erase_permit},
    rights::{Everyone, RightsError, act::unknown, codes::Outcome, course::CourseError, give::everything_of},
};

/// The first one decides, and gives it to a second one who is named; where nothing is sealed, they saw that.
///
/// # Errors
/// [`RightsError`]; nothing is kept then.
pub(super) async fn decide(
    vault: &Vault,
    actor: &Actor,
    id: Id<SealedPart>,
    decision: Option<(Outcome, &str)>,
) -> Result<(), RightsError> {
    let (mut change, part, member) =
        begin(vault, actor, id, (Operation::Administration, code!("rights_sealed_checked"))).await?;
    if !store::go(&mut change, id, (Stage::Waiting, Stage::Checked), (Some(member), None)).await? {
        return Err(not_now());
    }
    match decision {
        Some((outcome, words)) if outcome != Outcome::Partly => {
            store::decide(&mut change, id, (outcome, &vault.seal(words.as_bytes())?)).await?;
        }
        // What holds something is decided.
        _ if part.whom.is_some() => return Err(CourseError::NoReason.into()),
        _ => {}
    }
    Ok(change.commit().await?)
}

/// The second one agrees: what was decided is carried out. Both entries of the log are the same, whatever was decided and whether anything was
/// there.
///
/// # Errors
/// [`CourseError::Own`], [`CourseError::Identity`]; [`RightsError::Erase`] where a legal hold is on any of it. Nothing is kept then.
pub(super) async fn agree(
    vault: &Vault,
    everyone: &dyn Everyone,
    actor: &Actor,
    id: Id<SealedPart>,
) -> Result<(), RightsError> {
    let work = open(vault, actor, id).await?;
    let (member, agency) = member_of(actor).map_err(unknown)?;
    may_approve(&work.part, member)?;
    let goes = work.part.outcome == Some(Outcome::Done);
    if goes && !work.part.identity {
        return Err(CourseError::Identity.into());
    }
    let ids = match person_of(vault, &work.part)?.filter(|_| goes) {
        Some(person) => everything_of(vault, everyone, person).await?.1,
        None => Vec::new(),
    };
    let permit = erase_permit(vault, &Actor::System, Purpose::Rights).await?;
    let cause = Cause {
        actor: actor.clone(),
        purpose: Purpose::Rights,
        operation: Operation::Administration,
        act: code!("rights_sealed_approved"),
        scope: scope(id),
    };
    let mut change = vault.change_under(&permit, cause).await?;
    if !store::approve(&mut change, id, member, None).await? {
        return Err(not_now());
    }
    if !ids.is_empty() {
        erase_sealed(&mut change, &ids, agency).await?;
    }
    change.erase_blob(work.part.gathered).await?;
    store::forget(&mut change, id).await?;
    unnamed::given(&mut change, id).await?;
    Ok(change.commit().await?)
}

fn person_of(vault: &Vault, part: &Part) -> Result<Option<Id<base::kind::Person>>, RightsError> {
    let Some(whom) = &part.whom else { return Ok(None) };
    let text = String::from_utf8_lossy(&vault.unseal(whom)?).into_owned();
    Ok(text.parse().ok())
}
