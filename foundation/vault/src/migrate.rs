//! Migrations: numbered SQL files that lie beside their slice, run once each, in order, in a transaction of their own.

use base::Clock;
use sea_orm::ConnectionTrait;

use crate::{StoreError, database, database::Database, params};

/// One migration. Numbers are unique in the workspace; `app` hands all of them to the vault.
#[derive(Debug, Clone, Copy)]
pub struct Migration {
    /// Its number: the stage's hundred (share 100, ingest 200, …; vault and web below 100), then a count.
    pub number: u32,
    /// A few words in snake case.
    pub name: &'static str,
    /// Portable SQL: TEXT, BIGINT, DOUBLE PRECISION, BOOLEAN; statements end with a semicolon at a line's end.
    pub sql: &'static str,
}

/// Makes a [`Migration`] from a file beside the calling one: `migration!(110, "agencies", "0110_agencies.sql")`.
#[macro_export]
macro_rules! migration {
    ($number:literal, $name:literal, $file:literal) => {
        $crate::Migration { number: $number, name: $name, sql: include_str!($file) }
    };
}

pub(crate) const OWN: &[Migration] = &[
    Migration { number: 1, name: "vault", sql: include_str!("migrations/0001_vault.sql") },
    Migration { number: 2, name: "audit_guard", sql: include_str!("migrations/0002_audit_guard.sql") },
    Migration { number: 3, name: "kept_jobs", sql: include_str!("migrations/0003_kept_jobs.sql") },
    Migration { number: 4, name: "job_taker", sql: include_str!("migrations/0004_job_taker.sql") },
    Migration { number: 5, name: "head_given", sql: include_str!("migrations/0005_head_given.sql") },
    Migration { number: 8, name: "held_back", sql: include_str!("migrations/0008_held_back.sql") },
    Migration { number: 6, name: "marked", sql: include_str!("migrations/0006_marked.sql") },
];

/// Runs what has not run yet; refuses a database that knows a migration which this program doesn't.
pub(crate) async fn run(db: &Database, migrations: &[Migration], clock: &dyn Clock) -> Result<(), StoreError> {
    run_these(db, OWN.iter().chain(migrations).collect(), clock).await
}

/// As [`run`], for these and no others.
pub(crate) async fn run_these(db: &Database, mut all: Vec<&Migration>, clock: &dyn Clock) -> Result<(), StoreError> {
    begin_tables(db).await?;
    let done = database::rows(&db.pool, "SELECT number FROM migration", params![]).await?;
    let mut known = Vec::new();
    for row in &done {
        known.push(row.int("number")?);
    }
    all.sort_by_key(|migration| migration.number);
    check(&all, &known)?;
    for migration in all {
        if !known.contains(&i64::from(migration.number)) {
            run_one(db, migration, clock).await?;
        }
    }
    Ok(())
}

/// The two tables that migrating itself needs.
async fn begin_tables(db: &Database) -> Result<(), StoreError> {
    const TABLES: [&str; 2] = [
        "CREATE TABLE IF NOT EXISTS migration (number BIGINT PRIMARY KEY, name TEXT NOT NULL, run_at BIGINT NOT NULL);",
        "CREATE TABLE IF NOT EXISTS writer (turn BIGINT PRIMARY KEY);",
    ];
    for table in TABLES {
        let table = portable(db, table);
        // PostgreSQL fails where two processes make the same table at the same time; then it is there.
        if db.pool.execute_unprepared(&table).await.is_err() {
            db.pool.execute_unprepared(&table).await?;
        }
    }
    Ok(())
}

fn check(all: &[&Migration], known: &[i64]) -> Result<(), StoreError> {
    for pair in all.windows(2) {
        if let [a, b] = pair
            && a.number == b.number
        {
            return Err(failed(b, format!("has the number of `{}`", a.name)));
        }
    }
    if let Some(newer) = known.iter().find(|number| all.iter().all(|m| i64::from(m.number) != **number)) {
        return Err(StoreError::Migration {
            number: u32::try_from(*newer).unwrap_or(0),
            name: "unknown",
            problem: "the database was made by a newer program; use that one".to_owned(),
        });
    }
    Ok(())
}

async fn run_one(db: &Database, migration: &Migration, clock: &dyn Clock) -> Result<(), StoreError> {
    let tx = db.begin().await?;
    let there =
        database::rows(&*tx, "SELECT number FROM migration WHERE number = $1", params![migration.number]).await?;
    if !there.is_empty() {
        return Ok(()); // another process that opened at the same time was quicker
    }
    for statement in statements(migration.sql, db.is_sqlite()) {
        tx.execute_unprepared(&portable(db, &statement)).await.map_err(|error| failed(migration, error.to_string()))?;
    }
    database::execute(
        &*tx,
        "INSERT INTO migration (number, name, run_at) VALUES ($1, $2, $3)",
        params![migration.number, migration.name, clock.now()],
    )
    .await?;
    tx.commit().await?;
    Ok(())
}

fn failed(migration: &Migration, problem: String) -> StoreError {
    StoreError::Migration { number: migration.number, name: migration.name, problem }
}

/// The statements of a file that are for this engine: each ends with a semicolon at the end of a line; `--` lines are
/// comments, but for `-- only: sqlite` and `-- only: postgres`, which keep the next statement to one engine.
fn statements(sql: &str, sqlite: bool) -> Vec<String> {
    let (mut found, mut current, mut mine) = (Vec::new(), String::new(), true);
    for line in sql.lines().chain([";"]) {
        match line.trim() {
            "-- only: sqlite" => mine = sqlite,
            "-- only: postgres" => mine = !sqlite,
            comment if comment.starts_with("--") => {}
            "" | ";" if current.is_empty() => {}
            text => {
                current.push_str(line);
                current.push('\n');
                if text.ends_with(';') {
                    let statement = std::mem::take(&mut current);
                    if std::mem::replace(&mut mine, true) {
                        found.push(statement);
                    }
                }
            }
        }
    }
    found
}

/// The same statement as the engine in use wants it: SQLite tables are STRICT, with SQLite's names for the kinds;
/// PostgreSQL's text sorts by code point, as SQLite's does.
fn portable(db: &Database, statement: &str) -> String {
    let head = statement.trim_start().to_ascii_uppercase();
    if !head.starts_with("CREATE TABLE") && !head.starts_with("ALTER TABLE") {
        return statement.to_owned();
    }
    if !db.is_sqlite() {
        return statement.replace(" TEXT", " TEXT COLLATE \"C\"");
    }
    let kinds = statement
        .replace("DOUBLE PRECISION", "REAL")
        .replace("BIGINT", "INTEGER")
        .replace("BOOLEAN", "INTEGER")
        .replace("DEFAULT FALSE", "DEFAULT 0")
        .replace("DEFAULT TRUE", "DEFAULT 1");
    if head.starts_with("CREATE TABLE")
        && let Some(end) = kinds.rfind(");")
    {
        return format!("{}) STRICT;", kinds.get(..end).unwrap_or_default());
    }
    kinds
}
