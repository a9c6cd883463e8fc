//! Who has a PostgreSQL database open: each vault holds an advisory lock on a number of its own for as long as it lives, on a
//! connection that does nothing else. Where a job's taker holds its lock no more, its process is gone, and the job is due
//! again at once: a child's clock doesn't wait for a lease to end. Should the connection alone be lost, the job runs twice,
//! which does no more than running once.

use std::time::Duration;

use sea_orm::{ConnectOptions, DatabaseConnection};

use crate::{Location, StoreError, database, params};

/// Where our numbers begin among a database's advisory locks: "alon" in the upper half, the server process in the lower.
const OURS: i64 = 0x616c_6f6e << 32;

/// One vault's presence.
#[derive(Debug)]
pub(crate) struct Presence {
    number: i64,
    held: DatabaseConnection,
}

impl Presence {
    /// Makes it known that this vault is open. `None` on SQLite, where a locked file says so.
    pub(crate) async fn begin(location: &Location) -> Result<Option<Self>, StoreError> {
        let Location::Postgres(url) = location else {
            return Ok(None);
        };
        let mut options = ConnectOptions::new(database::split_schema(url).0);
        options.max_connections(1).min_connections(1).idle_timeout(None).max_lifetime(None);
        options.test_before_acquire(false).sqlx_logging(false).acquire_timeout(Duration::from_secs(30));
        let held = sea_orm::Database::connect(options).await?;
        let rows = database::rows(&held, "SELECT $1 + pg_backend_pid() AS number", params![OURS]).await?;
        let number = rows.first().map_or(Ok(OURS), |row| row.int("number"))?;
        database::rows(&held, "SELECT pg_try_advisory_lock($1) AS held", params![number]).await?;
        Ok(Some(Self { number, held }))
    }

    /// What a job is marked with that this vault takes.
    pub(crate) fn number(&self) -> i64 {
        self.number
    }

    /// Says that it is gone.
    pub(crate) async fn end(&self) {
        if let Err(error) = self.held.close_by_ref().await {
            tracing::warn!(%error, "the connection that shows who is here did not close well");
        }
    }
}

macro_rules! of_the_gone {
    ($before:literal) => {
        concat!(
            $before,
            " WHERE state = 'running' AND taken_by NOT IN (SELECT (classid::BIGINT << 32) | objid::BIGINT FROM pg_locks ",
            "WHERE locktype = 'advisory' AND objsubid = 1 AND database = (SELECT oid FROM pg_database WHERE datname = current_database()))"
        )
    };
}

/// Whether a job is marked as running whose taker is gone.
pub(crate) const ANY_OF_THE_GONE: &str = of_the_gone!("SELECT id FROM job");
/// Makes every such job due at `$1`.
pub(crate) const FREE_THOSE_OF_THE_GONE: &str =
    of_the_gone!("UPDATE job SET state = 'waiting', held_until = NULL, taken_by = NULL, run_after = $1");
