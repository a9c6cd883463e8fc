//! The only door to data: connections, transactions, migrations, permits, audit log, jobs, files and keys.
//!
//! # How a stage uses it
//! - Tables about nobody: `vault.plain().rows(SQL, params![…])`.
//! - Tables about those who work here: `vault.staff(&actor, purpose, act).await?.rows(…)`; the reading is logged.
//! - Tables about people: `let permit = vault.permit(ask).await?; vault.read(&permit)?.rows::<T>(…)`, where `T: Held`; rows
//!   that the permit doesn't cover never leave.
//! - Counts of people: `vault.count(&permit)?.table(…)`; what leaves has been through suppression.
//! - Writing: `let mut change = vault.change(cause).await?; change.execute(…); change.announce(…); change.commit()`; with
//!   `vault.change_under(&permit, cause)` it can also read people's rows. Keep a change under 50 ms: batch.
//!
//! SQL is `&'static str` with `$1` placeholders and means the same on SQLite and PostgreSQL: no LIKE, `lower()` or `now()`;
//! `NULLS FIRST/LAST` always written. Lists go through `{in}` (`rows_in`). A sum needs `CAST(SUM(n) AS BIGINT)`, since
//! PostgreSQL's is a decimal; text sorts by code point on both.
//!
//! # How a stage tests it
//! With the feature `testing` as a dev-dependency: `vault::testing::both(MIGRATIONS, |t| async move { … })` runs a test on
//! SQLite and on PostgreSQL (`ALONGSIDE_TEST_POSTGRES`), see the docs of `testing`.

mod about;
mod actor;
pub mod audit;
pub mod catalogue;
mod change;
mod database;
mod doors;
mod erasing;
mod error;
mod expiry;
mod files;
mod holding;
pub mod jobs;
mod kept;
mod leaving;
mod marking;
mod migrate;
mod permit;
mod presence;
mod row;
mod schema;
#[cfg(feature = "testing")]
pub mod testing;
mod topics;
mod value;

use std::{
    collections::BTreeMap,
    path::PathBuf,
    sync::{
        Arc,
        atomic::{AtomicI64, Ordering},
    },
};

use base::{Clock, Code, Id, Random, Timestamp};

pub use about::About;
pub use actor::{Actor, Operation, Purpose, Scope, Verb};
pub use catalogue::TableKind;
pub use change::{Cause, Change};
pub use database::Location;
pub use doors::{CountedTable, Counter, Place, Plain, Published, Reader, Staff, Suppress};
pub use error::StoreError;
pub use expiry::ExpireDue;
pub use files::{
    BackupKey, BackupReport, BlobReader, BlobWriter, EraseBlob, RestoreReport, StoredBlob, Tombstone, WithKeys, restore,
};
pub use kept::Kept;
pub use leaving::Gone;
pub use marking::{Mark, Marks};
pub use migrate::Migration;
pub use permit::{Ask, Decider, Decision, Facet, Fields, Grant, Permit, Refusal};
pub use row::{FromRow, Held, Row};
pub use topics::{Announcement, Topic, Topics};
pub use value::{IntoValue, Value};

use audit::NewEntry;
use catalogue::Guard;
use database::Database;
use doors::Door;
use files::{keys::Keys, lock::Lock};
use presence::Presence;

/// What the vault needs to open.
pub struct Opening {
    /// Where the rows are.
    pub location: Location,
    /// The directory of keys, blobs, tombstones and exported heads; made if it is missing.
    pub directory: PathBuf,
    /// Every slice's migrations.
    pub migrations: Vec<Migration>,
    /// Who follows which topic.
    pub topics: Topics,
    /// The one decider.
    pub decider: Arc<dyn Decider>,
    /// The time.
    pub clock: Arc<dyn Clock>,
    /// The source of ids, tokens and keys.
    pub random: Arc<Random>,
}

/// The vault. Cloning it is cheap; all clones are one.
#[derive(Clone)]
pub struct Vault(Arc<Inner>);

struct Inner {
    db: Database,
    guard: Arc<Guard>,
    topics: Arc<Topics>,
    decider: Arc<dyn Decider>,
    clock: Arc<dyn Clock>,
    random: Arc<Random>,
    directory: PathBuf,
    jobs: tokio::sync::Notify,
    /// How far jobs that run here are.
    far: jobs::status::Far,
    keys: Keys,
    signing: audit::Signing,
    waiting: audit::Waiting,
    /// When this process last saw to a tree head, in microseconds.
    signed_at: AtomicI64,
    /// Held as long as the vault is open.
    lock: Lock,
    /// The same to other machines, on PostgreSQL.
    presence: Option<Presence>,
}

/// How long a permit lasts: as long as a page of work, or a batch of a job.
const PERMIT_HOURS: i64 = 1;

impl Vault {
    /// Opens the database, makes or upgrades its tables, and reads the catalogue.
    ///
    /// # Errors
    /// Where the database can't be reached, is newer than this program, or a migration fails.
    pub async fn open(opening: Opening) -> Result<Self, StoreError> {
        files::directory(&opening.directory)?;
        let (lock, alone) = Lock::join(&opening.directory).await?;
        let db = Database::connect(&opening.location).await?;
        migrate::run(&db, &opening.migrations, opening.clock.as_ref()).await?;
        let entries: Vec<catalogue::Entry> = database::rows(&db.pool, catalogue::ALL, params![])
            .await?
            .iter()
            .map(catalogue::Entry::from_row)
            .collect::<Result<_, _>>()?;
        marking::watch(&db, &entries).await?;
        let keys = Keys::open(&db, &opening.directory, &opening.random).await?;
        let presence = Presence::begin(&opening.location).await?;
        let vault = Self(Arc::new(Inner {
            db,
            guard: Arc::new(Guard::new(&entries)),
            topics: Arc::new(opening.topics),
            decider: opening.decider,
            signing: audit::Signing::new(keys.signing.clone()),
            waiting: audit::Waiting::default(),
            signed_at: AtomicI64::new(opening.clock.now().as_micros()),
            clock: opening.clock,
            random: opening.random,
            directory: opening.directory,
            jobs: tokio::sync::Notify::new(),
            far: jobs::status::Far::default(),
            keys,
            lock,
            presence,
        }));
        vault.settle_in(alone).await?;
        Ok(vault)
    }

    /// What is done before anyone is served: what was erased stays erased, and what dead processes left is tidied up.
    async fn settle_in(&self, alone: bool) -> Result<(), StoreError> {
        self.replay_tombstones().await?;
        self.complete_tombstone_file().await?;
        if alone {
            // On PostgreSQL other machines may work on the same jobs: see `presence`.
            if self.0.db.is_sqlite() {
                self.release_dead_jobs().await?;
            }
            self.sweep_blobs().await?;
            self.0.lock.share(&self.0.directory)?;
        }
        Ok(())
    }

    /// The time.
    #[must_use]
    pub fn now(&self) -> Timestamp {
        self.0.clock.now()
    }

    /// A new id.
    #[must_use]
    pub fn new_id<T>(&self) -> Id<T> {
        Id::new(self.now(), &self.0.random)
    }

    /// The source of randomness, for tokens and salts.
    #[must_use]
    pub fn random(&self) -> &Random {
        &self.0.random
    }

    /// The catalogue of tables.
    ///
    /// # Errors
    /// The database's.
    pub async fn catalogue(&self) -> Result<Vec<catalogue::Entry>, StoreError> {
        self.plain().rows(catalogue::ALL, params![]).await
    }

    /// Reads tables about nobody.
    #[must_use]
    pub fn plain(&self) -> Plain {
        Plain(self.door(TableKind::Plain))
    }

    /// Reads tables about those who work here, once the reading is in the log.
    ///
    /// # Errors
    /// The database's; nothing is released then.
    pub async fn staff(&self, actor: &Actor, purpose: Purpose, act: Code) -> Result<Staff, StoreError> {
        let cause = Cause {
            actor: actor.clone(),
            purpose,
            operation: Operation::Consultation,
            act,
            scope: Scope { kind: "staff", id: None },
        };
        self.log(NewEntry::change(&cause, None, &BTreeMap::new(), self.now())).await?;
        Ok(self.book())
    }

    /// The register as the program itself reads it to decide (who is this, may they): not a reading by anyone, so not
    /// logged. For sign-in and for the decider; pages use [`Vault::staff`].
    #[must_use]
    pub fn book(&self) -> Staff {
        Staff(self.door(TableKind::Staff))
    }

    /// Asks for a permit. The decision is in the log before it returns, allowed or not.
    ///
    /// # Errors
    /// [`Refusal::Refused`] where no part is granted; [`Refusal::Store`] where it couldn't be decided or logged.
    pub async fn permit(&self, ask: Ask) -> Result<Permit, Refusal> {
        let now = self.now();
        let decision = match self.0.decider.decide(&self.book(), &ask, now).await {
            Ok(decision) => decision.held_to(&ask),
            Err(error) => {
                self.log(NewEntry::decided(&ask, &Decision::default().held_to(&ask), None, now)).await?;
                return Err(error.into());
            }
        };
        let permit = (!decision.grants.is_empty()).then(|| Permit {
            id: self.new_id(),
            ask: ask.clone(),
            grants: decision.grants.clone(),
            withheld: decision.refused.clone(),
            until: now.plus_hours(PERMIT_HOURS),
            asked_at: Arc::new(AtomicI64::new(now.as_micros())),
        });
        self.log(NewEntry::decided(&ask, &decision, permit.as_ref(), now)).await?;
        permit.ok_or(Refusal::Refused { why: decision.refused })
    }

    /// Reads tables about people under a permit.
    ///
    /// # Errors
    /// [`StoreError::Permit`] where it has expired, or is one to count.
    pub fn read(&self, permit: &Permit) -> Result<Reader, StoreError> {
        self.check_permit(permit)?;
        if permit.verb() == Verb::Count {
            return Err(StoreError::Permit("a permit to count shows nobody"));
        }
        Ok(Reader { door: self.door(TableKind::Subject), permit: permit.clone(), vault: self.clone() })
    }

    /// Counts people under a permit to count.
    ///
    /// # Errors
    /// [`StoreError::Permit`] where it has expired.
    pub fn count(&self, permit: &Permit) -> Result<Counter, StoreError> {
        self.check_permit(permit)?;
        Ok(Counter { door: self.door(TableKind::Subject), permit: permit.clone(), vault: self.clone() })
    }

    /// Whether a permit is still what its decision would be. Where a second has passed since the decider was asked, it is asked again, so
    /// that a job which holds its permit for an hour reads nothing more once an agreement is suspended or over. Every [`Reader`],
    /// [`Counter`] and [`Vault::change_under`] sees to it; whoever writes what was read without one calls it first.
    ///
    /// # Errors
    /// [`StoreError::NoLonger`] where any of what it granted is no longer granted on the same ground; else the database's.
    pub async fn still_stands(&self, permit: &Permit) -> Result<(), StoreError> {
        let now = self.now();
        if permit.is_fresh(now) {
            return Ok(());
        }
        let decision = self.0.decider.decide(&self.book(), &permit.ask, now).await?.held_to(&permit.ask);
        if !permit.is_within(&decision) {
            return Err(StoreError::NoLonger);
        }
        permit.asked_at.store(now.as_micros(), Ordering::Relaxed);
        Ok(())
    }

    fn check_permit(&self, permit: &Permit) -> Result<(), StoreError> {
        if self.now() > permit.until { Err(StoreError::Permit("it has expired")) } else { Ok(()) }
    }

    /// Begins a change that reads nothing about people.
    ///
    /// # Errors
    /// The database's, [`StoreError::Busy`] above all.
    pub async fn change(&self, cause: Cause) -> Result<Change, StoreError> {
        self.open_change(cause, None).await
    }

    /// Begins a change that may read what the permit covers.
    ///
    /// # Errors
    /// As [`Vault::change`] and [`Vault::still_stands`], and [`StoreError::Permit`] where it has expired or is one to count.
    pub async fn change_under(&self, permit: &Permit, cause: Cause) -> Result<Change, StoreError> {
        self.read(permit)?;
        self.still_stands(permit).await?;
        self.open_change(cause, Some(permit.clone())).await
    }

    async fn open_change(&self, cause: Cause, permit: Option<Permit>) -> Result<Change, StoreError> {
        Ok(Change {
            tx: self.begin_raw().await?,
            guard: Arc::clone(&self.0.guard),
            topics: Arc::clone(&self.0.topics),
            cause,
            permit,
            now: self.now(),
            vault: self.clone(),
            details: BTreeMap::new(),
            tombstones: Vec::new(),
            remove: Vec::new(),
        })
    }

    pub(crate) fn database(&self) -> &Database {
        &self.0.db
    }

    /// Closes the database's connections; every clone of this vault is of no use then. For an orderly end.
    pub async fn close(&self) {
        if let Err(error) = self.0.db.pool.close_by_ref().await {
            tracing::warn!(%error, "the database did not close well");
        }
        if let Some(presence) = &self.0.presence {
            presence.end().await;
        }
        self.0.lock.leave();
    }

    pub(crate) fn presence(&self) -> Option<&Presence> {
        self.0.presence.as_ref()
    }

    pub(crate) fn pool(&self) -> &sea_orm::DatabaseConnection {
        &self.0.db.pool
    }

    /// A change was committed, or tried to.
    pub(crate) fn changed(&self) {
        self.0.db.changed();
    }

    pub(crate) async fn begin_raw(&self) -> Result<database::Writing, StoreError> {
        self.0.db.begin().await
    }

    pub(crate) fn keys(&self) -> &Keys {
        &self.0.keys
    }

    pub(crate) fn signing(&self) -> &audit::Signing {
        &self.0.signing
    }

    pub(crate) fn waiting(&self) -> &audit::Waiting {
        &self.0.waiting
    }

    /// Entries were written: signs a head in the background where one is due, so that no write waits for it.
    pub(crate) fn audited(&self, entries: u64) {
        let (now, signed_at) = (self.now().as_micros(), &self.0.signed_at);
        let unsigned = self.0.signing.unsigned.fetch_add(entries, Ordering::Relaxed) + entries;
        if unsigned < audit::HEAD_ENTRIES && now - signed_at.load(Ordering::Relaxed) < 60_000_000 {
            return;
        }
        self.0.signing.unsigned.store(0, Ordering::Relaxed);
        signed_at.store(now, Ordering::Relaxed);
        let vault = self.clone();
        tokio::spawn(async move {
            if let Err(error) = vault.sign_head_if_due().await {
                tracing::error!(%error, "a tree head could not be signed; it is tried again");
            }
        });
    }

    pub(crate) fn far(&self) -> &jobs::status::Far {
        &self.0.far
    }

    pub(crate) fn wake_jobs(&self) {
        self.0.jobs.notify_one();
    }

    pub(crate) async fn jobs_woken(&self) {
        self.0.jobs.notified().await;
    }

    fn door(&self, allowed: TableKind) -> Door {
        Door { db: self.0.db.clone(), guard: Arc::clone(&self.0.guard), allowed }
    }

    /// The directory of keys, blobs, tombstones and exported heads.
    #[must_use]
    pub fn directory(&self) -> &std::path::Path {
        &self.0.directory
    }
}
