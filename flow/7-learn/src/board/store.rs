//! The statements that count moments. Each restricts itself to what the permit to count covers.

use base::Timestamp;
use vault::{Counter, Published, StoreError, params};

use super::{Breakdown, Period};

const CLOCKS_BY_TYPE: &str = "SELECT moment_type AS row_key, CASE \
     WHEN in_time IS NULL AND waiting AND due_at >= $1 THEN 'open' \
     WHEN in_time IS NULL AND waiting THEN 'open_late' \
     WHEN in_time IS NULL THEN 'no_answer_needed' \
     WHEN in_time THEN 'in_time' ELSE 'late' END AS column_key, COUNT(*) AS n \
     FROM moment WHERE state <> 'merged' AND event_at >= $2 AND event_at < $3 \
     AND controller || ' ' || category IN ({in}) GROUP BY 1, 2";

macro_rules! outcomes_by {
    ($column:literal) => {
        concat!(
            "SELECT ",
            $column,
            " AS row_key, CASE WHEN agreed = 'yes' THEN 'agreed' WHEN first_contact_at IS NOT NULL THEN 'reached' \
             ELSE 'not_reached' END AS column_key, COUNT(*) AS n FROM moment \
             WHERE state <> 'merged' AND (first_contact_at IS NOT NULL OR in_time IS NOT NULL OR (waiting AND due_at < $1)) \
             AND event_at >= $2 AND event_at < $3 AND controller || ' ' || category IN ({in}) GROUP BY 1, 2"
        )
    };
}

/// Moments by type and by how their clock ended.
///
/// # Errors
/// The vault's.
pub async fn clocks(counter: &Counter, period: Period, now: Timestamp) -> Result<Published, StoreError> {
    counter.table(CLOCKS_BY_TYPE, params![now, period.from, period.until]).await
}

/// Moments whose clock has ended, by group and by whether they were reached and wanted support.
///
/// # Errors
/// The vault's.
pub async fn outcomes(
    counter: &Counter,
    by: Breakdown,
    period: Period,
    now: Timestamp,
) -> Result<Published, StoreError> {
    let sql = match by {
        Breakdown::Type => outcomes_by!("moment_type"),
        Breakdown::Age => outcomes_by!("age_band"),
        Breakdown::Sex => outcomes_by!("sex"),
        Breakdown::Ethnicity => outcomes_by!("ethnicity"),
    };
    counter.table(sql, params![now, period.from, period.until]).await
}
