//! Signed tree heads: after so many entries the tree had this root, at this time, says the holder of the key. Heads are rows
//! of `tree_head`, and copies of them are files outside the database, so that a log cut short together with its heads is noticed.

use std::path::Path;

use base::Timestamp;
use ed25519_dalek::{SigningKey, VerifyingKey};
use witness::{
    Document, Head,
    tree::{self, Frontier},
};

use crate::{FromRow, Row, StoreError, Vault, database, files, params};

/// A head as its row has it; the key is the installation's.
pub(super) struct HeadRow {
    pub size: u64,
    pub root: String,
    pub at: Timestamp,
    pub signature: String,
    pub frontier: String,
}

impl HeadRow {
    pub(super) fn head(self, key: &VerifyingKey) -> Head {
        let public_key = hex::encode(key.to_bytes());
        Head { size: self.size, root: self.root, at: self.at, signature: self.signature, public_key }
    }
}

impl FromRow for HeadRow {
    fn from_row(row: &Row) -> Result<Self, StoreError> {
        Ok(Self {
            size: row.count("size")?,
            root: row.text("root")?,
            at: row.time("at")?,
            signature: row.text("signature")?,
            frontier: row.text("frontier")?,
        })
    }
}

/// What signing remembers between heads.
pub(crate) struct Signing {
    pub(crate) key: SigningKey,
    state: tokio::sync::Mutex<State>,
    /// Entries that this process has written since it last signed.
    pub(crate) unsigned: std::sync::atomic::AtomicU64,
}

struct State {
    frontier: Frontier,
    /// The last head's size and time.
    last: Option<(u64, Timestamp)>,
    ready: bool,
}

impl Signing {
    pub(crate) fn new(key: SigningKey) -> Self {
        let state = State { frontier: Frontier::default(), last: None, ready: false };
        Self { key, state: tokio::sync::Mutex::new(state), unsigned: std::sync::atomic::AtomicU64::new(0) }
    }
}

/// A head is due after this many entries …
pub(crate) const ENTRIES: u64 = 1000;
/// … or when an entry has stood without one for this long.
const SECONDS: i64 = 60;

const LAST_HEADS: &str = "SELECT size, root, at, signature, frontier FROM tree_head ORDER BY size DESC LIMIT $1";
pub(super) const LEAVES: &str =
    "SELECT position, leaf_hash FROM audit_entry WHERE position >= $1 ORDER BY position LIMIT $2";

impl Vault {
    /// Signs a tree head where one is due: 1,000 entries or a minute after the last. The vault does so by itself while it
    /// writes; `app`'s background task calls this every few seconds for the quiet times. Gives the head that it signed.
    ///
    /// # Errors
    /// The database's; the log itself is not touched, and the next call tries again.
    pub async fn sign_head_if_due(&self) -> Result<Option<Head>, StoreError> {
        self.sign_head(false).await
    }

    /// Signs a tree head now, if any entry is younger than the last one.
    ///
    /// # Errors
    /// As [`Vault::sign_head_if_due`].
    pub async fn sign_head_now(&self) -> Result<Option<Head>, StoreError> {
        self.sign_head(true).await
    }

    async fn sign_head(&self, now_at_once: bool) -> Result<Option<Head>, StoreError> {
        let signing = self.signing();
        let mut state = signing.state.lock().await;
        if !state.ready {
            self.resume(&mut state).await?;
        }
        let now = self.now();
        let size = self.audit_size().await?;
        let (last_size, last_at) = state.last.unwrap_or((0, Timestamp::EPOCH));
        let due = size >= last_size + ENTRIES || now.since(last_at).as_secs() >= SECONDS || now < last_at;
        if size <= last_size || !(due || now_at_once) {
            return Ok(None);
        }
        self.catch_up(&mut state.frontier, size).await?;
        let head = Head::sign(&signing.key, &state.frontier, now);
        let tx = self.begin_raw().await?;
        database::execute(
            &*tx,
            "INSERT INTO tree_head (size, root, at, signature, frontier) VALUES ($1, $2, $3, $4, $5) ON CONFLICT (size) DO NOTHING",
            params![head.size, &head.root, head.at, &head.signature, state.frontier.to_text()],
        )
        .await?;
        tx.commit().await?;
        state.last = Some((head.size, now));
        signing.unsigned.store(0, std::sync::atomic::Ordering::Relaxed);
        Ok(Some(head))
    }

    /// Takes up where the last head left off, if its frontier still gives its signed root; else hashes the log anew.
    async fn resume(&self, state: &mut State) -> Result<(), StoreError> {
        let key = self.signing().key.verifying_key();
        let last: Option<HeadRow> = self.plain().first(LAST_HEADS, params![1_i64]).await?;
        if let Some(row) = last {
            let frontier = Frontier::from_text(row.size, &row.frontier);
            let head = row.head(&key);
            let good = frontier.filter(|frontier| hex::encode(frontier.root()) == head.root && head.is_signed_by(&key));
            state.frontier = good.unwrap_or_default();
            state.last = Some((head.size, head.at));
        }
        state.ready = true;
        Ok(())
    }

    async fn catch_up(&self, frontier: &mut Frontier, size: u64) -> Result<(), StoreError> {
        while frontier.size() < size {
            let values = params![frontier.size(), ENTRIES.min(size - frontier.size())];
            let leaves = database::rows(&self.database().pool, LEAVES, values).await?;
            if leaves.is_empty() {
                return Err(StoreError::BadValue {
                    column: "position".to_owned(),
                    problem: "entries are missing".to_owned(),
                });
            }
            for leaf in leaves {
                // A hash that is no hash stands for a changed row; verifying names it.
                frontier.push(tree::hash(&leaf.text("leaf_hash")?).unwrap_or_default());
            }
        }
        Ok(())
    }

    /// The number of entries in the log.
    ///
    /// # Errors
    /// The database's.
    pub async fn audit_size(&self) -> Result<u64, StoreError> {
        let sql = "SELECT COALESCE(MAX(position) + 1, 0) AS size FROM audit_entry";
        database::rows(&self.database().pool, sql, params![]).await?.first().map_or(Ok(0), |row| row.count("size"))
    }

    /// Signs a head over all there is and writes it to `heads/<size>.head` in the vault's directory, whence it should go to
    /// somebody who can't write to the database. Gives the newest head, or none where the log is empty.
    ///
    /// # Errors
    /// The database's or the file's.
    pub async fn export_head(&self) -> Result<Option<Head>, StoreError> {
        self.sign_head_now().await?;
        let Some(head) = self.newest_head().await? else {
            return Ok(None);
        };
        let text = Document::Head(head.clone()).to_text();
        let directory = files::directory(&self.directory().join("heads"))?;
        files::write_whole(&directory.join(format!("{}.head", head.size)), text.as_bytes())?;
        let tx = self.begin_raw().await?;
        let sql = "UPDATE tree_head SET exported_at = $2 WHERE size = $1";
        database::execute(&*tx, sql, params![head.size, self.now()]).await?;
        tx.commit().await?;
        Ok(Some(head))
    }

    /// Exports a head where the last was exported a day ago or longer: `app`'s background task asks every few minutes.
    ///
    /// # Errors
    /// As [`Vault::export_head`].
    pub async fn export_head_if_due(&self) -> Result<Option<Head>, StoreError> {
        let sql = "SELECT exported_at FROM tree_head WHERE exported_at IS NOT NULL ORDER BY size DESC LIMIT 1";
        let last = database::rows(self.pool(), sql, params![]).await?;
        let last = last.first().map_or(Ok(Timestamp::EPOCH), |row| row.time("exported_at"))?;
        if self.now().since(last).as_hours() < 24 { Ok(None) } else { self.export_head().await }
    }

    /// The key that this installation's heads are checked with; also in `keys/audit-signing.pub`.
    #[must_use]
    pub fn audit_public_key(&self) -> VerifyingKey {
        self.signing().key.verifying_key()
    }

    /// That key as two people read it to each other: see [`witness::fingerprint`].
    #[must_use]
    pub fn audit_fingerprint(&self) -> String {
        witness::fingerprint(&self.audit_public_key())
    }
}

/// The exported heads of a directory, smallest first. A file that is no head is an error: it may have been one.
///
/// # Errors
/// Where a file can't be read.
pub fn read_exported(directory: &Path) -> Result<Vec<Head>, StoreError> {
    let mut heads = Vec::new();
    if !directory.exists() {
        return Ok(heads);
    }
    let entries = std::fs::read_dir(directory).map_err(|error| files::failed(directory, &error))?;
    for entry in entries {
        let path = entry.map_err(|error| files::failed(directory, &error))?.path();
        if path.extension().is_some_and(|extension| extension == "head") {
            let text = std::fs::read_to_string(&path).map_err(|error| files::failed(&path, &error))?;
            heads.push(serde_json::from_str(&text).map_err(|error| files::failed(&path, &error))?);
        }
    }
    heads.sort_by_key(|head: &Head| head.size);
    Ok(heads)
}
