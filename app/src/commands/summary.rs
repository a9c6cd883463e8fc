//! `alongside summary`: what the unit amounts to, and whether the counts of every delivery add up.

use std::{fmt, process::ExitCode};

use act::api::MomentCounts;
use serde::Serialize;
use vault::{Actor, FromRow, Refusal, Row, StoreError, params};

use crate::{cli, installation::Installation};

/// What the unit amounts to, for the operator at the command line.
#[derive(Debug, Serialize)]
pub struct Summary {
    deliveries: Deliveries,
    people: u64,
    pairs_for_review: u64,
    moments: Moments,
}

/// The counts of all deliveries.
#[derive(Debug, Default, Serialize)]
struct Deliveries {
    read: u64,
    accepted: u64,
    already_held: u64,
    quarantined: u64,
    unfinished: u64,
}

/// Moments by how their clock stands.
#[derive(Debug, Serialize)]
struct Moments {
    all: u64,
    open: u64,
    in_time: u64,
    breached_and_waiting: u64,
    answered_late: u64,
}

impl From<MomentCounts> for Moments {
    fn from(counts: MomentCounts) -> Self {
        Self {
            all: counts.all,
            open: counts.open,
            in_time: counts.in_time,
            breached_and_waiting: counts.breached,
            answered_late: counts.late,
        }
    }
}

impl FromRow for Deliveries {
    fn from_row(row: &Row) -> Result<Self, StoreError> {
        Ok(Self {
            read: row.count("rows_read")?,
            accepted: row.count("accepted")?,
            already_held: row.count("already_held")?,
            quarantined: row.count("rows_quarantined")?,
            unfinished: row.count("unfinished")?,
        })
    }
}

/// Sums are cast, since PostgreSQL makes a NUMERIC of the sum of BIGINTs.
const DELIVERIES: &str = "SELECT CAST(COALESCE(SUM(rows_read), 0) AS BIGINT) AS rows_read, \
     CAST(COALESCE(SUM(accepted_new + accepted_version), 0) AS BIGINT) AS accepted, \
     CAST(COALESCE(SUM(already_held), 0) AS BIGINT) AS already_held, \
     CAST(COALESCE(SUM(rows_quarantined), 0) AS BIGINT) AS rows_quarantined, \
     COUNT(CASE WHEN state = 'reading' THEN 1 END) AS unfinished FROM delivery WHERE same_as IS NULL";

/// Prints it. Ends with 1 where the counts don't add up.
///
/// # Errors
/// The vault's.
pub async fn run(open: &Installation, how: &cli::Summary) -> anyhow::Result<ExitCode> {
    let summary = of(open).await?;
    if how.json {
        println!("{}", serde_json::to_string(&summary)?);
    } else {
        println!("{summary}");
    }
    let d = &summary.deliveries;
    Ok(if d.read == d.accepted + d.already_held + d.quarantined { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

/// What the unit amounts to.
///
/// # Errors
/// The vault's.
pub async fn of(open: &Installation) -> anyhow::Result<Summary> {
    let plain = open.vault.plain();
    let deliveries: Option<Deliveries> = plain.first(DELIVERIES, params![]).await?;
    let run = link::api::last_run(&open.vault).await?;
    let moments = match act::api::moment_counts(&open.vault, &Actor::System).await {
        Ok(counts) => counts,
        Err(Refusal::Refused { .. }) => MomentCounts::default(),
        Err(Refusal::Store(error)) => return Err(error.into()),
    };
    Ok(Summary {
        deliveries: deliveries.unwrap_or_default(),
        people: run.as_ref().map_or(0, |run| run.people),
        pairs_for_review: run.as_ref().map_or(0, |run| run.review),
        moments: moments.into(),
    })
}

impl fmt::Display for Summary {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (d, m) = (&self.deliveries, &self.moments);
        let n = web::thousands;
        writeln!(
            f,
            "Records:  {} rows read: {} accepted, {} already held, {} in quarantine; {} deliveries unfinished",
            n(d.read),
            n(d.accepted),
            n(d.already_held),
            n(d.quarantined),
            d.unfinished
        )?;
        writeln!(f, "People:   {} found; {} pairs wait for a decision", n(self.people), n(self.pairs_for_review))?;
        write!(
            f,
            "Moments:  {} raised: {} open with time left, {} answered in time, {} breached and waiting, {} answered late",
            m.all, m.open, m.in_time, m.breached_and_waiting, m.answered_late
        )
    }
}
