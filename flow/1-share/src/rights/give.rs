//! Giving an answer, and carrying out what was decided with it, in one transaction.

use std::collections::BTreeSet;

use base::{Id, code, kind};
use vault::{Actor, Cause, Change, Operation, Purpose, Reader, Scope, Vault};

use super::{
    Everyone, RightsError,
    act::{Stepping, open, stepping},
    codes::{Deed, Given, Kind, Outcome},
    course::{Stage, Step},
    gather, holders,
    store::For,
};
use crate::{
    disclosure::{self, Told},
    retention::{
        Erasing,
        erase::{Which, erase_those},
        plan::erase_permit,
    },
    seal,
};

/// Every id under which rows may name the person, what is sealed with the rest, and a reader of it all. It is read as the program that erases
/// reads it: what was decided reaches everything alike, and whoever gives the answer is shown none of it.
pub(super) async fn everything_of(
    vault: &Vault,
    everyone: &dyn Everyone,
    person: Id<kind::Person>,
) -> Result<(Reader, Vec<String>), RightsError> {
    let permit = erase_permit(vault, &Actor::System, Purpose::Rights).await?;
    let reader = vault.read(&permit)?;
    let ids = gather::ids_of(&reader, everyone, person).await?;
    Ok((reader, ids))
}

/// Says how the answer was given, and carries out what was decided in the same transaction: whoever was told gets a notice, a restriction
/// is put, what is held is erased. That closes the request. Of an erasure this gives its report's id; the request stays, and forgets the person.
///
/// # Errors
/// [`RightsError`]; nothing is kept then.
pub(crate) async fn give(
    vault: &Vault,
    everyone: &dyn Everyone,
    actor: &Actor,
    id: Id<kind::RightsRequest>,
    how: Given,
) -> Result<Option<Id<kind::Erasure>>, RightsError> {
    let case = open(vault, actor, id).await?;
    let reached = match (&case.course.stage, case.request.person) {
        (Stage::Decided { outcome: Outcome::Done | Outcome::Partly, .. }, Some(person)) => {
            everything_of(vault, everyone, person).await?.1
        }
        _ => Vec::new(),
    };
    let mut stepping = stepping(vault, actor, id, (Operation::Disclosure, code!("rights_answer_given"))).await?;
    if stepping.hand.whose != For::Unit {
        return Err(RightsError::NotFound);
    }
    // How many ids were reached is not noted: what is sealed is among them.
    let step = Step { code: Some(how.code().to_owned()), ..stepping.step(Deed::Answered) };
    if stepping.case.request.kind == Kind::Erasure && !reached.is_empty() {
        return erase_agreed(vault, actor, stepping, step, reached).await.map(Some);
    }
    stepping.keep(step).await?;
    carry_out(&mut stepping.change, stepping.case.request.kind, &reached).await?;
    stepping.change.commit().await?;
    Ok(None)
}

/// What was decided reaches the person under all of these ids.
async fn carry_out(change: &mut Change, kind: Kind, reached: &[String]) -> Result<(), RightsError> {
    let told = match kind {
        Kind::Correction => Told::Corrected,
        Kind::Objection => Told::Objected,
        Kind::Restriction => Told::Restricted,
        Kind::Access | Kind::Erasure | Kind::Complaint => return Ok(()),
    };
    let notices = disclosure::tell(change, reached, told).await?;
    change.note("notices", notices);
    if kind == Kind::Restriction {
        seal::restrict(change, reached).await?;
    }
    Ok(())
}

/// Erases what the unit and those that agreed hold, with the last step, under the program's own permit: what was decided reaches further than
/// whoever gives the answer sees.
async fn erase_agreed(
    vault: &Vault,
    actor: &Actor,
    stepping: Stepping,
    step: Step,
    ids: Vec<String>,
) -> Result<Id<kind::Erasure>, RightsError> {
    let (id, unit) = (stepping.case.request.id, stepping.hand.unit);
    let decided = holders::all_in(&stepping.change, id, unit).await?.into_iter();
    let mut agreed: BTreeSet<Id<kind::Agency>> =
        decided.filter(|one| one.outcome == Some(Outcome::Done)).map(|one| one.agency).collect();
    // One that was recorded before every agency was asked.
    agreed.extend(stepping.case.request.to_agency);
    let second = stepping.case.steps.iter().rev().find(|step| step.deed == Deed::Decided).map(|step| step.by);
    let Stepping { change, hand, case } = stepping;
    drop(change);
    let permit = erase_permit(vault, &Actor::System, Purpose::Rights).await?;
    let cause = Cause {
        actor: actor.clone(),
        purpose: Purpose::Rights,
        operation: Operation::Erasure,
        act: code!("erased_about"),
        scope: Scope::unit(),
    };
    let change = vault.change_under(&permit, cause).await?;
    let mut stepping = Stepping { change, hand, case };
    stepping.keep(step).await?;
    holders::forget_person(&mut stepping.change, id).await?;
    let what = Erasing {
        ids,
        rule: code!("right_to_erasure"),
        reason: code!("asked_for_by_the_person"),
        by: actor.clone(),
        second,
        form_key: id.to_string(),
    };
    let erased = erase_those(&mut stepping.change, &what, &Which::Agreed(unit, &agreed)).await?;
    stepping.change.commit().await?;
    Ok(erased.erasure)
}
