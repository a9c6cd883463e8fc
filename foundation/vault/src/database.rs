//! The connection: SQLite or PostgreSQL behind one set of SQL. The only module that speaks to the driver.

use std::{
    path::PathBuf,
    str::FromStr,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use sea_orm::{
    ConnectOptions, ConnectionTrait, DatabaseConnection, DatabaseTransaction, DbBackend, Statement, TransactionOptions,
    TransactionTrait,
};

use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use crate::{Row, StoreError, Value};

/// Where the rows are.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Location {
    /// A SQLite file; made if it is missing.
    Sqlite(PathBuf),
    /// A PostgreSQL database: `postgres://…`, optionally with `?schema=name`.
    Postgres(String),
}

impl FromStr for Location {
    type Err = &'static str;

    /// `postgres://…` or the path of a SQLite file.
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        if text.starts_with("postgres://") || text.starts_with("postgresql://") {
            Ok(Self::Postgres(text.to_owned()))
        } else if text.is_empty() {
            Err("the database is not named: give a file, or postgres://user@host/name")
        } else {
            Ok(Self::Sqlite(PathBuf::from(text)))
        }
    }
}

#[derive(Debug, Clone)]
pub(crate) struct Database {
    pub(crate) pool: DatabaseConnection,
    pub(crate) backend: DbBackend,
    /// Writers of this process take turns here, in the order they came, before they ask the database.
    writer: Arc<Semaphore>,
    /// How many changes this process has committed.
    changes: Arc<AtomicU64>,
}

/// A transaction that writes, and this process's turn to write.
pub(crate) struct Writing {
    tx: DatabaseTransaction,
    turn: OwnedSemaphorePermit,
}

impl std::ops::Deref for Writing {
    type Target = DatabaseTransaction;
    fn deref(&self) -> &DatabaseTransaction {
        &self.tx
    }
}

impl Writing {
    pub(crate) fn is_postgres(&self) -> bool {
        self.tx.get_database_backend() == DbBackend::Postgres
    }

    pub(crate) async fn commit(self) -> Result<(), StoreError> {
        self.tx.commit().await?;
        drop(self.turn);
        Ok(())
    }
}

impl Database {
    pub(crate) async fn connect(location: &Location) -> Result<Self, StoreError> {
        let mut options = match location {
            Location::Sqlite(path) => {
                keep_to_owner(path)?;
                sqlite_options(path)
            }
            Location::Postgres(url) => postgres_options(url),
        };
        options.sqlx_logging(false).acquire_timeout(Duration::from_secs(30));
        let pool = sea_orm::Database::connect(options).await?;
        let backend = pool.get_database_backend();
        Ok(Self { pool, backend, writer: Arc::new(Semaphore::new(1)), changes: Arc::default() })
    }

    pub(crate) fn is_sqlite(&self) -> bool {
        self.backend == DbBackend::Sqlite
    }

    pub(crate) fn changes(&self) -> u64 {
        self.changes.load(Ordering::Acquire)
    }

    pub(crate) fn changed(&self) {
        self.changes.fetch_add(1, Ordering::Release);
    }

    /// Begins a write. One writer at a time on both engines, so that positions in the audit log have one sequencer and
    /// no write ever fails for having read something stale: SQLite by `BEGIN IMMEDIATE`, PostgreSQL by a table lock
    /// that is the transaction's first statement, before its snapshot is taken.
    pub(crate) async fn begin(&self) -> Result<Writing, StoreError> {
        let turn = Arc::clone(&self.writer).acquire_owned().await.map_err(|_| StoreError::Busy)?;
        // On a task of its own: a caller who goes away half-way (a browser that closes) would leave PostgreSQL's connection
        // in the pool with a transaction that nobody knows of.
        let db = self.clone();
        let tx = tokio::spawn(async move { db.begin_tx().await }).await.map_err(|_| StoreError::Busy)??;
        Ok(Writing { tx, turn })
    }

    async fn begin_tx(&self) -> Result<DatabaseTransaction, StoreError> {
        if self.is_sqlite() {
            let options = TransactionOptions {
                sqlite_transaction_mode: Some(sea_orm::SqliteTransactionMode::Immediate),
                ..TransactionOptions::default()
            };
            Ok(self.pool.begin_with_options(options).await?)
        } else {
            let options = TransactionOptions {
                isolation_level: Some(sea_orm::IsolationLevel::Serializable),
                ..TransactionOptions::default()
            };
            let tx = self.pool.begin_with_options(options).await?;
            tx.execute_unprepared("LOCK TABLE writer IN EXCLUSIVE MODE").await?;
            Ok(tx)
        }
    }
}

/// Measured (`make bench-ingest`): fewer levels of index, less to write twice, than with 4 kB.
const PAGE_BYTES: u32 = 8192;
/// The write-ahead log is folded into the file at 32 MB: a page of an index that many transactions touch is written once.
const CHECKPOINT_PAGES: &str = "4000";

/// As much of the file is read in place as SQLite allows (2 GB): every write empties the other connections' own caches.
const MAPPED_BYTES: &str = "2147418112";
/// The thread that reads a SQLite file may be so many rows ahead of who takes them: with fewer the two wait for each other.
const ROWS_AHEAD: usize = 500;
/// A connection to PostgreSQL that rested for so long is asked whether it still stands before it is used.
const RESTED: Duration = Duration::from_secs(5);

/// A new database file is its owner's alone, wherever it lies; SQLite gives the files beside it the same rights.
fn keep_to_owner(path: &std::path::Path) -> Result<(), StoreError> {
    use std::os::unix::fs::OpenOptionsExt as _;
    match std::fs::OpenOptions::new().write(true).create_new(true).mode(0o600).open(path) {
        Ok(_) => Ok(()),
        Err(error) if error.kind() == std::io::ErrorKind::AlreadyExists => Ok(()),
        Err(error) => Err(StoreError::File { what: path.display().to_string(), problem: error.to_string() }),
    }
}

fn sqlite_options(path: &std::path::Path) -> ConnectOptions {
    let mut options = ConnectOptions::new(format!("sqlite://{}?mode=rwc", path.display()));
    // A file doesn't go away as a server does: asking before every statement whether it is there would double each page's waits.
    options.max_connections(8).min_connections(1).test_before_acquire(false);
    options.map_sqlx_sqlite_opts(|options| {
        options
            .foreign_keys(true)
            .page_size(PAGE_BYTES)
            .busy_timeout(Duration::from_secs(30))
            .pragma("journal_mode", "WAL")
            .pragma("synchronous", "FULL")
            .pragma("wal_autocheckpoint", CHECKPOINT_PAGES)
            .pragma("cache_size", "-32000")
            .pragma("temp_store", "MEMORY")
            .pragma("mmap_size", MAPPED_BYTES)
            .pragma("secure_delete", "ON")
            .statement_cache_capacity(256)
            .row_buffer_size(ROWS_AHEAD)
    });
    options
}

fn postgres_options(url: &str) -> ConnectOptions {
    let (url, schema) = split_schema(url);
    let mut options = ConnectOptions::new(url);
    options.max_connections(16).min_connections(1).test_before_acquire_if_idle_for(RESTED);
    if let Some(schema) = schema {
        options.set_schema_search_path(schema);
    }
    options
}

/// Takes `schema=name` out of the address's query: the driver doesn't know it.
pub(crate) fn split_schema(url: &str) -> (String, Option<String>) {
    let Some((address, query)) = url.split_once('?') else {
        return (url.to_owned(), None);
    };
    let (mut schema, mut kept) = (None, Vec::new());
    for option in query.split('&') {
        match option.strip_prefix("schema=") {
            Some(name) => schema = Some(name.to_owned()),
            None => kept.push(option),
        }
    }
    let url = if kept.is_empty() { address.to_owned() } else { format!("{address}?{}", kept.join("&")) };
    (url, schema)
}

/// Anything that runs statements: the pool, or a transaction.
pub(crate) async fn rows<C: ConnectionTrait>(c: &C, sql: &str, values: Vec<Value>) -> Result<Vec<Row>, StoreError> {
    let rows = c.query_all_raw(statement(c, sql, values)?).await?;
    Ok(rows.into_iter().map(Row).collect())
}

pub(crate) async fn execute<C: ConnectionTrait>(c: &C, sql: &str, values: Vec<Value>) -> Result<u64, StoreError> {
    Ok(c.execute_raw(statement(c, sql, values)?).await?.rows_affected())
}

fn statement<C: ConnectionTrait>(c: &C, sql: &str, values: Vec<Value>) -> Result<Statement, StoreError> {
    let values = values.into_iter().map(Value::into_driver).collect::<Result<Vec<_>, _>>()?;
    Ok(Statement::from_sql_and_values(c.get_database_backend(), sql, values))
}
