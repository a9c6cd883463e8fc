//! What `app` and later stages may use of what is done.

use std::collections::BTreeMap;

use base::{Id, kind};
use vault::{Actor, Ask, Held as _, Purpose, Refusal, Scope, StoreError, Vault, Verb};

use crate::moment::{State, attach, store};
pub use crate::{
    MOMENT_RAISED,
    caseload::{Tie, on_shift, records_of_moments, ties},
    home::{Part, home_part, person_part},
    moment::{
        Agreed, How, Moment, Reached, Reason, State as MomentState,
        happened::{Field, fields as record_fields},
    },
    moment_type::{MomentType, MomentTypes, TypeProblem, types as moment_types, use_types as use_moment_types},
    past::{PastError, act_on_past},
};

/// The name of a moment type in plain words; the code itself where there is no such type.
#[must_use]
pub fn moment_type_name(code: &str) -> String {
    let known = moment_types().iter().find(|one| one.code.as_str() == code);
    known.map_or_else(|| code.replace('_', " "), |one| one.name.clone())
}

/// The moments of sealed people that wait, of one controller.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct SealedWaiting {
    /// All that wait.
    pub waiting: u64,
    /// Those whose time is up.
    pub overdue: u64,
}

/// How many moments of sealed people wait, by their controller: counts for those who answer for seals, so that a sealed child's moment
/// is not lost where nobody who is named looks. The program counts them, as a job would see to them.
///
/// # Errors
/// The database's.
pub async fn sealed_waiting(vault: &Vault) -> Result<BTreeMap<Id<kind::Agency>, SealedWaiting>, StoreError> {
    const MOST: u32 = 10_000;
    let ask = Ask {
        actor: Actor::System,
        verb: Verb::List,
        scope: Scope::unit(),
        purpose: Purpose::Support,
        facets: crate::neighbours::moment_facets(vault).await?,
        facts: BTreeMap::new(),
    };
    let permit = match vault.permit(ask).await {
        Ok(permit) => permit,
        Err(Refusal::Refused { .. }) => return Ok(BTreeMap::new()),
        Err(Refusal::Store(error)) => return Err(error),
    };
    let mut found: BTreeMap<Id<kind::Agency>, SealedWaiting> = BTreeMap::new();
    for moment in store::waiting(&vault.read(&permit)?, MOST).await? {
        if vault::Marks::split(moment.category()).1.sealed && moment.is_waiting {
            let counts = found.entry(moment.controller()).or_default();
            counts.waiting += 1;
            counts.overdue += u64::from(moment.due_at <= vault.now());
        }
    }
    Ok(found)
}

/// How many moments there are, for the operator's summary at the command line; pages publish counts through suppression.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct MomentCounts {
    /// All, those that are one with another left out.
    pub all: u64,
    /// Waiting, with time left.
    pub open: u64,
    /// Waiting, with no time left.
    pub breached: u64,
    /// Answered in time.
    pub in_time: u64,
    /// Answered late, or never.
    pub late: u64,
}

/// Counts the moments.
///
/// # Errors
/// [`Refusal`] where policy refuses, or the database's.
pub async fn moment_counts(vault: &Vault, actor: &Actor) -> Result<MomentCounts, Refusal> {
    let permit = vault
        .permit(Ask {
            actor: actor.clone(),
            verb: Verb::List,
            scope: Scope::unit(),
            purpose: Purpose::Support,
            facets: crate::neighbours::moment_facets(vault).await?,
            facts: BTreeMap::new(),
        })
        .await?;
    let now = vault.now();
    let mut counts = MomentCounts::default();
    for moment in attach::all(&vault.read(&permit)?).await? {
        if matches!(moment.state, State::Merged(_)) {
            continue;
        }
        counts.all += 1;
        counts.open += u64::from(moment.is_waiting() && moment.due_at > now);
        counts.breached += u64::from(moment.is_waiting() && moment.due_at <= now);
        counts.in_time += u64::from(moment.in_time() == Some(true));
        counts.late += u64::from(moment.in_time() == Some(false));
    }
    Ok(counts)
}
