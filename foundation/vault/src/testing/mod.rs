//! For the tests of every crate (feature `testing`): a vault in a temporary directory, on SQLite and on PostgreSQL, with
//! a clock moved by hand, repeatable randomness and a decider of the test's choice.
//!
//! ```ignore
//! #[tokio::test]
//! async fn a_contact_closes_a_moment() {
//!     vault::testing::both(act::MIGRATIONS, |t| async move {
//!         let permit = t.vault.permit(ask()).await.unwrap();
//!         // …
//!         t.clock.advance(base::SignedDuration::from_hours(72));
//!         t.drain_jobs(&handlers()).await;
//!     })
//!     .await;
//! }
//! ```
//! With topics or another decider: `Plan::of(MIGRATIONS).topics(topics).decider(table).both(|t| async move { … })`; a list of
//! tests, each its own on each engine: [`store_suite!`](crate::store_suite). [`check_catalogue`] holds a schema against its catalogue.

mod catalogue;
mod deciders;

use std::{
    future::Future,
    path::PathBuf,
    sync::{Arc, Mutex, PoisonError},
};

use base::{HandClock, Id, Random, Timestamp};
use sea_orm::ConnectionTrait;

pub use catalogue::check_catalogue;
pub use deciders::{AllowAll, Table, facet};

use crate::{Decider, Location, Migration, Opening, StoreError, Topics, Value, Vault, database, jobs::Handlers};

/// The variable that names the PostgreSQL for tests.
pub const POSTGRES: &str = "ALONGSIDE_TEST_POSTGRES";

/// The engines that every store test runs on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Engine {
    /// A file in the temporary directory.
    Sqlite,
    /// A schema of its own in the database that `ALONGSIDE_TEST_POSTGRES` names.
    Postgres,
}

/// What a test's vault is made of.
#[derive(Clone)]
pub struct Plan {
    migrations: Vec<Migration>,
    topics: Vec<(&'static str, &'static str)>,
    decider: Arc<dyn Decider>,
    start: Timestamp,
}

/// A vault under test and what the test may turn: clones are one.
#[derive(Clone)]
pub struct Bench {
    /// The vault.
    pub vault: Vault,
    /// Its clock, which starts at 2026-03-02T09:00:00Z, a Monday.
    pub clock: Arc<HandClock>,
    /// Its randomness, the same in every run.
    pub random: Arc<Random>,
    /// Where its rows are.
    pub location: Location,
    /// Its directory of keys, blobs, tombstones and heads.
    pub directory: PathBuf,
    /// Which engine it runs on.
    pub engine: Engine,
    plan: Plan,
    others: Arc<Mutex<Vec<Option<Schema>>>>,
}

impl Plan {
    /// The vault's own tables and these.
    #[must_use]
    pub fn of(migrations: &[Migration]) -> Self {
        let start = Timestamp::from_micros(1_772_442_000_000_000).unwrap_or(Timestamp::EPOCH);
        Self { migrations: migrations.to_vec(), topics: Vec::new(), decider: Arc::new(AllowAll), start }
    }

    /// Makes a job of `job_kind` follow `topic`.
    #[must_use]
    pub fn topic(mut self, topic: &'static str, job_kind: &'static str) -> Self {
        self.topics.push((topic, job_kind));
        self
    }

    /// Another decider than [`AllowAll`].
    #[must_use]
    pub fn decider(mut self, decider: impl Decider + 'static) -> Self {
        self.decider = Arc::new(decider);
        self
    }

    /// Another start of the clock.
    #[must_use]
    pub fn starting(mut self, start: Timestamp) -> Self {
        self.start = start;
        self
    }

    /// Runs the test on SQLite, then on PostgreSQL.
    ///
    /// # Panics
    /// As the test does, and where a vault can't be opened or no PostgreSQL is named.
    pub async fn both<F, Fut>(self, test: F)
    where
        F: Fn(Bench) -> Fut,
        Fut: Future<Output = ()> + Send + 'static,
    {
        self.clone().on(Engine::Sqlite, &test).await;
        self.on(Engine::Postgres, &test).await;
    }

    /// Runs the test on one engine.
    ///
    /// # Panics
    /// As [`Plan::both`].
    #[allow(clippy::panic, reason = "a test helper fails the test")]
    pub async fn on<F, Fut>(self, engine: Engine, test: F)
    where
        F: FnOnce(Bench) -> Fut,
        Fut: Future<Output = ()> + Send + 'static,
    {
        let directory = match tempfile::tempdir() {
            Ok(directory) => directory,
            Err(error) => panic!("no temporary directory: {error}"),
        };
        let path = directory.path().to_path_buf();
        let (location, schema) = match engine {
            Engine::Sqlite => (Location::Sqlite(path.join("test.db")), None),
            Engine::Postgres => {
                let schema = Schema::make().await;
                (Location::Postgres(schema.url()), Some(schema))
            }
        };
        let outcome = match Bench::open(self, engine, location, path.join("vault")).await {
            Ok(bench) => {
                let (vault, others) = (bench.vault.clone(), Arc::clone(&bench.others));
                let outcome = tokio::spawn(test(bench)).await;
                vault.close().await;
                let others = std::mem::take(&mut *others.lock().unwrap_or_else(PoisonError::into_inner));
                for other in others.into_iter().flatten() {
                    other.drop().await;
                }
                outcome
            }
            Err(error) => {
                if let Some(schema) = schema {
                    schema.drop().await;
                }
                panic!("{engine:?}: the vault does not open: {error}");
            }
        };
        if let Some(schema) = schema {
            schema.drop().await;
        }
        if let Err(error) = outcome {
            eprintln!("the test failed on {engine:?}");
            std::panic::resume_unwind(error.into_panic());
        }
    }
}

/// Runs a test on SQLite, then on PostgreSQL, each time with a fresh vault whose decider allows everything.
///
/// # Panics
/// As [`Plan::both`].
pub async fn both<F, Fut>(migrations: &[Migration], test: F)
where
    F: Fn(Bench) -> Fut,
    Fut: Future<Output = ()> + Send + 'static,
{
    Plan::of(migrations).both(test).await;
}

impl Bench {
    async fn open(plan: Plan, engine: Engine, location: Location, directory: PathBuf) -> Result<Self, StoreError> {
        let clock = Arc::new(HandClock::at(plan.start));
        let random = Arc::new(Random::seeded(7));
        let vault = Vault::open(opening(&plan, &location, &directory, &clock, &random)).await?;
        Ok(Self { vault, clock, random, location, directory, engine, plan, others: Arc::default() })
    }

    /// Closes the vault and opens it again, as after a restart. Other clones keep the closed one.
    ///
    /// # Errors
    /// As [`Vault::open`].
    pub async fn reopen(&mut self) -> Result<(), StoreError> {
        self.vault.close().await;
        self.vault = Vault::open(self.opening()).await?;
        Ok(())
    }

    /// What the vault was opened with.
    #[must_use]
    pub fn opening(&self) -> Opening {
        opening(&self.plan, &self.location, &self.directory, &self.clock, &self.random)
    }

    /// An empty place beside this one, on this or the other engine: for restoring into.
    ///
    /// # Panics
    /// Where the schema can't be made.
    pub async fn elsewhere(&self, engine: Engine) -> (Location, PathBuf) {
        let schema = if engine == Engine::Postgres { Some(Schema::make().await) } else { None };
        let url = schema.as_ref().map(Schema::url);
        let mut others = self.others.lock().unwrap_or_else(PoisonError::into_inner);
        others.push(schema);
        let directory = self.directory.with_extension(format!("elsewhere-{}", others.len()));
        match url {
            Some(url) => (Location::Postgres(url), directory),
            None => (Location::Sqlite(directory.with_extension(format!("{}.db", others.len()))), directory),
        }
    }

    /// This bench with another vault: the one at that place.
    ///
    /// # Errors
    /// As [`Vault::open`].
    pub async fn at(&self, location: Location, directory: PathBuf) -> Result<Self, StoreError> {
        let opening = Opening { location: location.clone(), directory: directory.clone(), ..self.opening() };
        let vault = Vault::open(opening).await?;
        Ok(Self { vault, location, directory, ..self.clone() })
    }

    /// A new id.
    #[must_use]
    pub fn id<T>(&self) -> Id<T> {
        self.vault.new_id()
    }

    /// Runs every due job, and those that they cause, and gives how many ran.
    ///
    /// # Panics
    /// Where a job has failed, with its problem.
    #[allow(clippy::panic, reason = "a test helper fails the test")]
    pub async fn drain_jobs(&self, handlers: &Handlers) -> u64 {
        let ran = match self.vault.run_due_jobs(handlers).await {
            Ok(ran) => ran,
            Err(error) => panic!("the jobs could not be run: {error}"),
        };
        let sql = "SELECT kind, problem FROM job WHERE problem IS NOT NULL AND state <> 'done'";
        if let Some(row) = self.query(sql, Vec::new()).await.first() {
            panic!(
                "a job `{}` failed: {}",
                row.text("kind").unwrap_or_default(),
                row.text("problem").unwrap_or_default()
            );
        }
        ran
    }

    /// Any statement that reads, past every door.
    ///
    /// # Panics
    /// Where it fails.
    #[allow(clippy::panic, reason = "a test helper fails the test")]
    pub async fn query(&self, sql: &str, values: Vec<Value>) -> Vec<crate::Row> {
        match database::rows(&self.vault.database().pool, sql, values).await {
            Ok(rows) => rows,
            Err(error) => panic!("{:?}: {sql}: {error}", self.engine),
        }
    }

    /// The number of rows of a table.
    ///
    /// # Panics
    /// Where there is no such table.
    pub async fn rows_in_table(&self, table: &str) -> u64 {
        let rows = self.query(&format!("SELECT COUNT(*) AS n FROM {table}"), Vec::new()).await;
        rows.first().and_then(|row| row.count("n").ok()).unwrap_or_default()
    }

    /// Any statements, past every door and trigger: what somebody with the database's password could do.
    ///
    /// # Errors
    /// The database's.
    pub async fn tamper(&self, sql: &str) -> Result<(), StoreError> {
        self.vault.database().pool.execute_unprepared(sql).await?;
        Ok(())
    }
}

fn opening(
    plan: &Plan,
    location: &Location,
    directory: &std::path::Path,
    clock: &Arc<HandClock>,
    random: &Arc<Random>,
) -> Opening {
    let topics = plan.topics.iter().fold(Topics::new(), |topics, (topic, kind)| topics.with(topic, kind));
    Opening {
        location: location.clone(),
        directory: directory.to_path_buf(),
        migrations: plan.migrations.clone(),
        topics,
        decider: Arc::clone(&plan.decider),
        clock: Arc::clone(clock) as Arc<dyn base::Clock>,
        random: Arc::clone(random),
    }
}

/// A schema for one test in the PostgreSQL for tests.
struct Schema {
    url: String,
    name: String,
}

impl Schema {
    #[allow(clippy::panic, reason = "a test helper fails the test")]
    async fn make() -> Self {
        let Ok(url) = std::env::var(POSTGRES) else {
            panic!("no PostgreSQL for tests: run `make test`, or set {POSTGRES}");
        };
        let seed = tempfile::Builder::new().prefix("t").rand_bytes(12).tempdir();
        let name = seed.ok().and_then(|made| made.path().file_name().map(|name| name.to_string_lossy().to_lowercase()));
        let schema = Self { url, name: format!("test_{}_{}", std::process::id(), name.unwrap_or_default()) };
        schema.run(&format!("CREATE SCHEMA \"{}\"", schema.name)).await;
        schema
    }

    fn url(&self) -> String {
        let joint = if self.url.contains('?') { '&' } else { '?' };
        format!("{}{joint}schema={}", self.url, self.name)
    }

    async fn drop(self) {
        self.run(&format!("DROP SCHEMA \"{}\" CASCADE", self.name)).await;
    }

    #[allow(clippy::panic, reason = "a test helper fails the test")]
    async fn run(&self, sql: &str) {
        let mut options = sea_orm::ConnectOptions::new(self.url.as_str());
        options.max_connections(1).sqlx_logging(false);
        let done = async {
            let pool = sea_orm::Database::connect(options).await?;
            pool.execute_unprepared(sql).await?;
            pool.close().await
        };
        if let Err(error) = done.await {
            panic!("the PostgreSQL for tests ({POSTGRES}) failed: {error}");
        }
    }
}

/// Makes tests of `async fn name(t: Bench)` functions, each run on SQLite and on PostgreSQL as a test of its own:
/// `store_suite! { MIGRATIONS => [opens, refuses_a_duplicate] }`, or with a [`Plan`]: `store_suite! { plan: plan() => [opens] }`.
#[macro_export]
macro_rules! store_suite {
    (plan: $plan:expr => [$($test:ident),* $(,)?]) => {
        mod sqlite {
            use super::*;
            $(#[tokio::test]
            async fn $test() {
                $plan.on($crate::testing::Engine::Sqlite, super::$test).await;
            })*
        }
        mod postgres {
            use super::*;
            $(#[tokio::test]
            async fn $test() {
                $plan.on($crate::testing::Engine::Postgres, super::$test).await;
            })*
        }
    };
    ($migrations:expr => [$($test:ident),* $(,)?]) => {
        $crate::store_suite! { plan: $crate::testing::Plan::of($migrations) => [$($test),*] }
    };
}
