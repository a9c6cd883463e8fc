//! The statement that counts moments: once for the whole page. It restricts itself to what the permit to count covers.

use base::Timestamp;
use vault::{Counter, Published, StoreError, params};

use super::{Breakdown, Period, together};

// The codes of `keys`, in this order: type, age band, sex, ethnic group, how the clock ended, what came of it (`running`: the
// clock has not ended). What is settled is grouped along the index `moment_settled` before anything else is made of it; what
// waits is few. Whoever was reached has an answer in `agreed`.
const COUNTED: &str = "WITH settled AS MATERIALIZED (SELECT moment_type, age_band, sex, ethnicity, controller, category, in_time, \
     agreed, COUNT(*) AS n FROM moment WHERE NOT waiting AND state <> 'merged' AND event_at >= $2 AND event_at < $3 \
     GROUP BY moment_type, age_band, sex, ethnicity, controller, category, in_time, agreed) \
     SELECT moment_type || ' ' || age_band || ' ' || sex || ' ' || ethnicity || \
     CASE WHEN in_time IS NULL THEN ' no_answer_needed' WHEN in_time THEN ' in_time' ELSE ' late' END || \
     CASE WHEN agreed = 'yes' THEN ' agreed' WHEN agreed IS NOT NULL THEN ' reached' \
     WHEN in_time IS NOT NULL THEN ' not_reached' ELSE ' running' END AS keys, n \
     FROM settled WHERE controller || ' ' || category IN ({in}) \
     UNION ALL SELECT moment_type || ' ' || age_band || ' ' || sex || ' ' || ethnicity || \
     CASE WHEN due_at >= $1 THEN ' open' ELSE ' open_late' END || \
     CASE WHEN due_at >= $1 THEN ' running' ELSE ' not_reached' END AS keys, 1 AS n \
     FROM moment WHERE waiting = $4 AND state <> 'merged' AND event_at >= $2 AND event_at < $3 \
     AND controller || ' ' || category IN ({in})";

/// What the board shows.
pub struct Counted {
    /// Moments by type and by how their clock ended.
    pub clocks: Published,
    /// By each of [`Breakdown::ALL`], in its order: moments whose clock has ended, by group and by whether they were reached
    /// and wanted support.
    pub outcomes: Vec<Published>,
}

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

/// Counts moments.
///
/// # Errors
/// The vault's.
pub async fn counted(counter: &Counter, period: Period, now: Timestamp) -> Result<Counted, StoreError> {
    let params = params![now, period.from, period.until, true];
    let mut tables = counter
        .tables_together(
            COUNTED,
            params,
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
    Ok(Counted { clocks, outcomes: tables.collect() })
}
