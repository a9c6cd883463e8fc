//! What waits too long: people's requests about their own data, and records whose time is up. Counted under a permit to count, and suppressed:
//! nobody's row is seen for it.

use std::collections::BTreeMap;

use base::{Date, Id, SignedDuration, counts::Count, kind};
use vault::{Actor, Ask, Counter, Facet, Purpose, Refusal, Scope, StoreError, Vault, Verb, params};

use crate::{agency, ask, retention::ESCALATED_DAYS, rights};

/// A counter of the unit’s own account of what was asked of it: by agencies, in emergencies, and by people about their own data.
///
/// # Errors
/// Where the rules in force let nobody count it; the database's.
pub(super) async fn counter(vault: &Vault, actor: &Actor, unit: Id<kind::Agency>) -> Result<Counter, Refusal> {
    let categories = [ask::category(), rights::category()];
    let facets = categories.into_iter().map(|category| Facet { controller: unit, category }).collect();
    let wanted = Ask {
        actor: actor.clone(),
        verb: Verb::Count,
        scope: Scope::unit(),
        purpose: Purpose::Statistics,
        facets,
        facts: BTreeMap::new(),
    };
    let permit = vault.permit(wanted).await?;
    Ok(vault.count(&permit)?)
}

/// How many wait too long on a day; none where that can't be counted.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Late {
    /// People's requests past their last day.
    pub requests: Option<Count>,
    /// Records that a person should have decided on more than 30 days ago.
    pub reviews: Option<Count>,
}

impl Late {
    /// Counts them, for the program itself.
    ///
    /// # Errors
    /// The database's.
    pub(super) async fn on(vault: &Vault, today: Date) -> Result<Self, StoreError> {
        const REQUESTS: &str = "SELECT 'late' AS row_key, 'late' AS column_key, COUNT(*) AS n FROM rights_request \
             WHERE closed_at IS NULL AND NOT paused AND due_on < $1 AND controller || ' ' || category IN ({in})";
        const REVIEWS: &str = "SELECT 'late' AS row_key, 'late' AS column_key, COUNT(*) AS n FROM retention_review \
             WHERE regime = 'review' AND batch IS NULL AND due_on < $1 AND CAST($2 AS TEXT) || ' data_request' IN ({in})";
        let Some(unit) = agency::unit(&vault.plain()).await? else { return Ok(Self::default()) };
        let counter = match counter(vault, &Actor::System, unit.id).await {
            Ok(counter) => counter,
            Err(Refusal::Refused { .. }) => return Ok(Self::default()),
            Err(Refusal::Store(error)) => return Err(error),
        };
        let requests = counter.table(REQUESTS, params![today]).await?;
        let long = today.saturating_sub(SignedDuration::from_hours(24 * ESCALATED_DAYS));
        let reviews = counter.table(REVIEWS, params![long, unit.id]).await?;
        Ok(Self { requests: Some(requests.table.total), reviews: Some(reviews.table.total) })
    }
}

/// Whether none is late, and that in words.
pub(super) fn none_late(count: Option<Count>, what: &str) -> (bool, String) {
    match count {
        None => (false, "it can’t be counted under the rules in force".to_owned()),
        Some(count) if count.value() == Some(0) => (true, "none is late".to_owned()),
        Some(count) => (false, format!("{count} {what}")),
    }
}
