//! Proposing and publishing a report: two people, and what they read is what is published.

use base::{Code, Id, code, kind};
use vault::{Actor, Cause, Change, Operation, Purpose, Scope, Vault};

use super::{Quarter, ReportError, store};
use crate::{agency, ask::store::has_duty};

/// Who publishes what another proposed.
pub(crate) const PUBLISHERS: &[&str] = &["data_protection_officer", "project_manager", "board_member"];

async fn open(vault: &Vault, actor: &Actor, act: Code) -> Result<(Change, Id<kind::Member>), ReportError> {
    let Actor::Member { id, .. } = actor else { return Err(ReportError::NotFound) };
    let cause = Cause {
        actor: actor.clone(),
        purpose: Purpose::Oversight,
        operation: Operation::Administration,
        act,
        scope: Scope::unit(),
    };
    Ok((vault.change(cause).await?, *id))
}

/// A data protection officer of the unit proposes what was counted, once the quarter is over. `hash` is of what they read.
///
/// # Errors
/// [`ReportError`].
pub async fn propose(vault: &Vault, actor: &Actor, quarter: Quarter, hash: &str) -> Result<(), ReportError> {
    let unit = agency::unit(&vault.plain()).await?.map(|unit| unit.id);
    if unit.is_none() || actor.agency() != unit {
        return Err(ReportError::NotFound);
    }
    let (mut change, by) = open(vault, actor, code!("transparency_proposed")).await?;
    if !has_duty(&change, by, "data_protection_officer").await? {
        return Err(ReportError::NotFound);
    }
    let draft = store::draft_in(&change, quarter).await?.ok_or(ReportError::NotFound)?;
    if draft.state == "published" {
        return Err(ReportError::Published);
    }
    if draft.hash != hash {
        return Err(ReportError::Changed);
    }
    let (_, end) = quarter.bounds();
    if change.now() < end {
        return Err(ReportError::NotOver);
    }
    let last = quarter.after().first().yesterday().map_or_else(|_| String::new(), |day| day.to_string());
    if draft.report.counted_until < last {
        return Err(ReportError::CountedEarly);
    }
    if !store::propose(&mut change, quarter, by).await? {
        return Err(ReportError::State);
    }
    change.note("quarter", quarter);
    change.note("hash", hash);
    Ok(change.commit().await?)
}

/// Somebody else publishes it, as they read it; from then on it is never changed.
///
/// # Errors
/// [`ReportError`].
pub async fn publish(vault: &Vault, actor: &Actor, quarter: Quarter, hash: &str) -> Result<(), ReportError> {
    let (mut change, by) = open(vault, actor, code!("transparency_published")).await?;
    let mut may = false;
    for duty in PUBLISHERS {
        may = may || has_duty(&change, by, duty).await?;
    }
    if !may {
        return Err(ReportError::NotFound);
    }
    let draft = store::draft_in(&change, quarter).await?.ok_or(ReportError::NotFound)?;
    match draft.state.as_str() {
        "published" => return Err(ReportError::Published),
        "proposed" => {}
        _ => return Err(ReportError::State),
    }
    if draft.proposed_by == Some(by) {
        return Err(ReportError::SamePerson);
    }
    if draft.hash != hash {
        return Err(ReportError::Changed);
    }
    if !store::publish(&mut change, quarter, by).await? {
        return Err(ReportError::State);
    }
    change.note("quarter", quarter);
    change.note("hash", hash);
    Ok(change.commit().await?)
}
