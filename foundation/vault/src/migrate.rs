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
];

/// Runs what has not run yet; refuses a database that knows a migration which this program doesn't.
pub(crate) async fn run(db: &Database, migrations: &[Migration], clock: &dyn Clock) -> Result<(), StoreError> {
    db.pool
        .execute_unprepared(&portable(
            db,
            "CREATE TABLE IF NOT EXISTS migration (number BIGINT PRIMARY KEY, name TEXT NOT NULL, run_at BIGINT NOT NULL);",
        ))
        .await?;
    db.pool
        .execute_unprepared(&portable(db, "CREATE TABLE IF NOT EXISTS writer (only BIGINT PRIMARY KEY);"))
        .await?;
    let done = database::rows(&db.pool, "SELECT number FROM migration", params![]).await?;
    let mut known = Vec::new();
    for row in &done {
        known.push(row.int("number")?);
    }
    let mut all: Vec<&Migration> = OWN.iter().chain(migrations).collect();
    all.sort_by_key(|migration| migration.number);
    check(&all, &known)?;
    for migration in all {
        if !known.contains(&i64::from(migration.number)) {
            run_one(db, migration, clock).await?;
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
    for statement in statements(migration.sql) {
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

/// The statements of a file: each ends with a semicolon at the end of a line; `--` lines are comments.
fn statements(sql: &str) -> Vec<String> {
    let mut found = Vec::new();
    let mut current = String::new();
    for line in sql.lines() {
        if line.trim_start().starts_with("--") || (current.is_empty() && line.trim().is_empty()) {
            continue;
        }
        current.push_str(line);
        current.push('\n');
        if line.trim_end().ends_with(';') {
            found.push(std::mem::take(&mut current));
        }
    }
    if !current.trim().is_empty() {
        found.push(current);
    }
    found
}

/// The same statement as the engine in use wants it: SQLite tables are STRICT, with SQLite's names for the kinds.
fn portable(db: &Database, statement: &str) -> String {
    if !db.is_sqlite() {
        return statement.to_owned();
    }
    let head = statement.trim_start().to_ascii_uppercase();
    if !head.starts_with("CREATE TABLE") && !head.starts_with("ALTER TABLE") {
        return statement.to_owned();
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
