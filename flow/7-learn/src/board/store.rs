//! The statement that counts moments: once for all tables of a period. It restricts itself to what the permit to count covers. What it
//! counted of a period that is over is kept, and shown ever after.

use base::{Timestamp, code, counts::Count};
use share::api::Quarter;
use vault::{Actor, Cause, Counter, Operation, Permit, Purpose, Scope, StoreError, Vault, params};

use super::{
    Breakdown, Period,
    closing::{Closed, Figures, Quarters, next_begins},
    together,
};

// The codes of `keys`, in this order: type, age band, sex, ethnic group, how the clock ended, what came of it (`running`: the
// clock has not ended). Whoever was reached has an answer in `agreed`. What reached the unit after its time nobody here could have
// answered in time: that is told apart from what was late or waits. Where the record says that it was held in time, the clock breaches nothing.
const COUNTED: &str = "SELECT moment_type || ' ' || age_band || ' ' || sex || ' ' || ethnicity || \
     CASE WHEN waiting AND (due_at >= $1 OR held_at <= due_at) THEN ' open' \
     WHEN NOT waiting AND in_time IS NULL THEN ' no_answer_needed' \
     WHEN NOT waiting AND in_time THEN ' in_time' WHEN raised_at > due_at THEN ' came_late' \
     WHEN waiting THEN ' open_late' ELSE ' late' END || \
     CASE WHEN waiting AND (due_at >= $1 OR held_at <= due_at) THEN ' running' WHEN waiting THEN ' not_reached' \
     WHEN agreed = 'yes' THEN ' agreed' WHEN agreed IS NOT NULL THEN ' reached' \
     WHEN in_time IS NOT NULL THEN ' not_reached' ELSE ' running' END AS keys, COUNT(*) AS n \
     FROM moment WHERE state <> 'merged' AND event_at >= $2 AND event_at < $3 AND controller || ' ' || category IN ({in}) GROUP BY 1";

const ALL: &str = "SELECT 'all' AS row_key, 'all' AS column_key, COUNT(*) AS n FROM moment WHERE state <> 'merged' \
     AND event_at >= $1 AND event_at < $2 AND controller || ' ' || category IN ({in})";

/// The type and how the clock ended.
pub(super) fn clock<'k>(keys: &[&'k str]) -> Option<(&'k str, &'k str)> {
    match keys {
        [kind, _, _, _, clock, _] => Some((*kind, *clock)),
        _ => None,
    }
}

/// The group and what came of it, once the clock has ended.
pub(super) fn outcome<'k>(by: Breakdown, keys: &[&'k str]) -> Option<(&'k str, &'k str)> {
    let [kind, age, sex, ethnicity, _, outcome] = keys else { return None };
    let group = match by {
        Breakdown::Type => kind,
        Breakdown::Age => age,
        Breakdown::Sex => sex,
        Breakdown::Ethnicity => ethnicity,
    };
    (*outcome != "running").then_some((*group, *outcome))
}

/// Counts the moments of a period, as far as each count may be shown.
///
/// # Errors
/// The vault's.
pub async fn counted(
    counter: &Counter,
    period: Period,
    now: Timestamp,
    left_out: &[String],
) -> Result<Figures, StoreError> {
    let mut tables = counter
        .tables_together(
            COUNTED,
            params![now, period.from, period.until],
            &[
                &clock,
                &|keys| outcome(Breakdown::Type, keys),
                &|keys| outcome(Breakdown::Age, keys),
                &|keys| outcome(Breakdown::Sex, keys),
                &|keys| outcome(Breakdown::Ethnicity, keys),
            ],
            &together::suppress,
        )
        .await?
        .into_iter();
    let clocks = tables.next().ok_or(StoreError::Permit("nothing was counted"))?;
    let grants = counter.permit().grants();
    Ok(Figures {
        clocks,
        outcomes: tables.collect(),
        counted: grants.iter().filter(|grant| !vault::Marks::split(&grant.facet.category).1.any()).count(),
        left_out: left_out.to_vec(),
    })
}

async fn all(counter: &Counter, period: Period) -> Result<Count, StoreError> {
    Ok(counter.table(ALL, params![period.from, period.until]).await?.table.total)
}

/// The periods that were counted, the newest first. Whatever is over and wasn't is counted now, under the permit.
///
/// # Errors
/// The vault's.
pub async fn closed(
    vault: &Vault,
    permit: &Permit,
    actor: &Actor,
    left_out: &[String],
) -> Result<Vec<Closed>, StoreError> {
    let counter = vault.count(permit)?;
    let now = vault.now();
    let mut closed = kept(vault).await?;
    let mut first = next_begins(closed.first().map(|newest| newest.quarters), now);
    while let Some(next) = next_to_close(&counter, first, now).await? {
        match next {
            Next::Empty => first = first.after(),
            Next::Close(quarters) => {
                let figures = counted(&counter, quarters.period(), now, left_out).await?;
                keep(vault, actor, quarters, &figures).await?;
                // Somebody else may have counted it at the same time: what was kept first stands.
                closed = kept(vault).await?;
                first = next_begins(closed.first().map(|newest| newest.quarters), now);
            }
        }
    }
    Ok(closed)
}

/// What comes next of the quarters that are over.
enum Next {
    /// The first has no moments: the period begins after it.
    Empty,
    /// These are to be counted.
    Close(Quarters),
}

async fn next_to_close(counter: &Counter, first: Quarter, now: Timestamp) -> Result<Option<Next>, StoreError> {
    for quarters in Quarters::that_may_close(first, now) {
        let all = all(counter, quarters.period()).await?;
        if quarters.first == quarters.last && all == Count::Shown(0) {
            return Ok(Some(Next::Empty));
        }
        if quarters.close_with(all) {
            return Ok(Some(Next::Close(quarters)));
        }
    }
    Ok(None)
}

async fn kept(vault: &Vault) -> Result<Vec<Closed>, StoreError> {
    const SQL: &str =
        "SELECT first_quarter, last_quarter, body, closed_at FROM board_period ORDER BY first_quarter DESC LIMIT 20";
    vault.plain().rows(SQL, params![]).await
}

async fn keep(vault: &Vault, actor: &Actor, quarters: Quarters, figures: &Figures) -> Result<(), StoreError> {
    const SQL: &str = "INSERT INTO board_period (first_quarter, last_quarter, body, closed_at) \
         SELECT CAST($1 AS TEXT), CAST($2 AS TEXT), CAST($3 AS TEXT), CAST($4 AS BIGINT) \
         WHERE NOT EXISTS (SELECT 1 FROM board_period WHERE last_quarter >= CAST($1 AS TEXT)) ON CONFLICT DO NOTHING";
    let cause = Cause {
        actor: actor.clone(),
        purpose: Purpose::Statistics,
        operation: Operation::Administration,
        act: code!("board_period_closed"),
        scope: Scope::unit(),
    };
    let mut change = vault.change(cause).await?;
    let now = change.now();
    let (first, last) = (quarters.first.to_string(), quarters.last.to_string());
    if change.execute(SQL, params![first, last, figures.body()?, now]).await? == 1 {
        change.note("quarter", quarters.last);
        change.commit().await?;
    }
    Ok(())
}
