//! The job `watch_clocks`: marks every step that has come due, once, and enqueues itself for the next.

use std::collections::BTreeMap;

use async_trait::async_trait;
use base::code;
use vault::{
    Ask, Cause, Operation, Permit, Purpose, Scope, StoreError, Vault, Verb,
    jobs::{Handler, Job, JobFault},
};

use super::{WATCH, store, watch_at};
use crate::{
    moment::{Moment, store as moments},
    moment_type::{MomentType, MomentTypes, Step, types},
    neighbours, referral,
};

const BATCH: u32 = 200;

/// The job `watch_clocks`.
pub struct WatchClocks;

#[async_trait]
impl Handler for WatchClocks {
    fn kind(&self) -> &'static str {
        WATCH
    }

    async fn run(&self, vault: &Vault, job: &Job) -> Result<(), JobFault> {
        let permit = vault
            .permit(Ask {
                actor: job.actor()?,
                verb: Verb::Record,
                scope: Scope::unit(),
                purpose: Purpose::Support,
                facets: neighbours::moment_facets(vault).await?,
                facts: BTreeMap::new(),
            })
            .await?;
        watch(vault, &permit, types()).await?;
        Ok(())
    }
}

/// Marks what has come due, and sees to it that the next is looked at in time. Gives how many steps were new.
///
/// # Errors
/// The database's. What was marked before stays marked.
pub async fn watch(vault: &Vault, permit: &Permit, types: &MomentTypes) -> Result<u64, StoreError> {
    let mut marked = 0;
    loop {
        let (found, new) = watch_some(vault, permit, types).await?;
        marked += new;
        if found < BATCH as usize {
            return Ok(marked);
        }
    }
}

async fn watch_some(vault: &Vault, permit: &Permit, types: &MomentTypes) -> Result<(usize, u64), StoreError> {
    let cause = Cause {
        actor: permit.actor().clone(),
        purpose: Purpose::Support,
        operation: Operation::Alteration,
        act: code!("clocks_watched"),
        scope: Scope::unit(),
    };
    let mut change = vault.change_under(permit, cause).await?;
    let now = change.now();
    let due = moments::due_for_check(&change, permit, now, BATCH).await?;
    let steps: Vec<_> = due.iter().flat_map(|moment| steps_of(moment, types, now)).collect();
    let mut new = store::mark(&mut change, &steps).await?;
    for moment in &due {
        let next = moments::next_check(moment, types.get(&moment.moment_type), now);
        store::check_at(&mut change, moment.id, next).await?;
    }
    new += referral::store::mark_silent(&mut change, now).await?;
    change.note("marked", new);
    if due.len() < BATCH as usize {
        let reader = vault.read(permit)?;
        // Read beside the change: what lies ahead is not what it writes, but for times that `due` has just set.
        let ahead = due.iter().filter_map(|moment| moments::next_check(moment, types.get(&moment.moment_type), now));
        let ahead = ahead.chain(store::next(&reader).await?).chain(referral::store::next_silent(&reader).await?);
        if let Some(at) = ahead.filter(|at| *at > now).min() {
            watch_at(&mut change, at).await?;
        }
    }
    change.commit().await?;
    Ok((due.len(), new))
}

fn steps_of<'a>(
    moment: &'a Moment,
    types: &MomentTypes,
    now: base::Timestamp,
) -> Vec<(&'a Moment, &'static str, base::Code)> {
    let Some(rules) = types.get(&moment.moment_type) else { return Vec::new() };
    if moment.state != crate::moment::State::Open {
        return Vec::new();
    }
    rules
        .escalate
        .iter()
        .filter(|one| MomentType::step_at(one.step, moment.raised_at, moment.due_at) <= now)
        .filter(|one| moment.escalates(one.step))
        .filter(|one| !(matches!(one.step, Step::Unassigned { .. }) && moment.assigned_to.is_some()))
        .map(|one| (moment, one.step.code(), one.to.clone()))
        .collect()
}
