//! Tombstones: what remains of an erased record. A row in the database, and a line in a file outside it, so that a restored
//! backup forgets again what was erased after it was made.

use std::{
    collections::HashSet,
    fs::{File, OpenOptions},
    io::{BufRead as _, BufReader, Write as _},
    os::unix::fs::OpenOptionsExt as _,
    path::{Path, PathBuf},
};

use base::{Code, Id, Timestamp, kind};
use serde::{Deserialize, Serialize};

use super::{failed, sync_parent};
use crate::{Change, FromRow, Marks, Row, StoreError, Vault, params};

/// What remains of an erased record: never a name or a value.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Tombstone {
    /// Its own id.
    pub id: String,
    /// The id that the record had.
    pub record: String,
    /// The category of data that it was.
    pub category: String,
    /// The rule under which it was erased (`expired`, `right_to_erasure`, …).
    pub rule: String,
    /// When.
    pub erased_at: Timestamp,
    /// By whom: an actor's kind and id.
    pub erased_by: String,
    /// [`Vault::source_digest`] of where it came from.
    pub source_digest: String,
}

impl FromRow for Tombstone {
    fn from_row(row: &Row) -> Result<Self, StoreError> {
        Ok(Self {
            id: row.text("id")?,
            record: row.text("was")?,
            category: row.text("category")?,
            rule: row.text("rule")?,
            erased_at: row.time("erased_at")?,
            erased_by: row.text("erased_by")?,
            source_digest: row.text("source_digest")?,
        })
    }
}

const ALL: &str = "SELECT id, was, category, rule, erased_at, erased_by, source_digest FROM tombstone \
     WHERE id > $1 ORDER BY id LIMIT 500";

/// The file beside the database.
pub(crate) fn path(root: &Path) -> PathBuf {
    root.join("tombstones.log")
}

impl Change {
    /// Leaves a tombstone for a record that this change erases. The caller deletes the rows.
    ///
    /// # Errors
    /// The database's.
    pub async fn tombstone<T>(
        &mut self,
        record: Id<T>,
        category: &Code,
        rule: &Code,
        source_digest: &str,
    ) -> Result<(), StoreError> {
        let id: Id<kind::Entry> = self.new_id();
        let stone = Tombstone {
            id: id.to_string(),
            record: record.to_string(),
            // Nor does it say that it was sealed.
            category: Marks::split(category).0.to_string(),
            rule: rule.to_string(),
            erased_at: self.now(),
            erased_by: format!("{}:{}", self.cause.actor.kind(), self.cause.actor.id_text()),
            source_digest: source_digest.to_owned(),
        };
        self.put_tombstone(stone).await
    }

    /// Keeps a tombstone as it is.
    pub(crate) async fn put_tombstone(&mut self, stone: Tombstone) -> Result<(), StoreError> {
        self.execute(
            "INSERT INTO tombstone (id, was, category, rule, erased_at, erased_by, source_digest) \
             VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT (id) DO NOTHING",
            params![
                &stone.id,
                &stone.record,
                &stone.category,
                &stone.rule,
                stone.erased_at,
                &stone.erased_by,
                &stone.source_digest
            ],
        )
        .await?;
        self.tombstones.push(stone);
        Ok(())
    }
}

impl Vault {
    /// Which of these source digests belong to something that was erased.
    ///
    /// # Errors
    /// The database's.
    pub async fn tombstoned(&self, digests: &[String]) -> Result<HashSet<String>, StoreError> {
        let keys: Vec<crate::Value> = digests.iter().map(crate::IntoValue::into_value).collect();
        let sql = "SELECT source_digest FROM tombstone WHERE source_digest IN ({in})";
        let found: Vec<Digest> = self.plain().rows_in(sql, params![], &keys).await?;
        Ok(found.into_iter().map(|digest| digest.0).collect())
    }

    /// Writes to the file what the database has and the file has not: a process may have died between the two.
    pub(crate) async fn complete_tombstone_file(&self) -> Result<(), StoreError> {
        let written: HashSet<String> = read(&path(self.directory()))?.into_iter().map(|stone| stone.id).collect();
        let mut after = String::new();
        loop {
            let page: Vec<Tombstone> = self.plain().rows(ALL, params![&after]).await?;
            let Some(last) = page.last() else { return Ok(()) };
            after.clone_from(&last.id);
            let missing: Vec<Tombstone> = page.into_iter().filter(|stone| !written.contains(&stone.id)).collect();
            append(self.directory(), &missing)?;
        }
    }
}

struct Digest(String);

impl FromRow for Digest {
    fn from_row(row: &Row) -> Result<Self, StoreError> {
        row.text("source_digest").map(Self)
    }
}

/// Appends lines and brings them to the disk.
pub(crate) fn append(root: &Path, stones: &[Tombstone]) -> Result<(), StoreError> {
    if stones.is_empty() {
        return Ok(());
    }
    let path = path(root);
    let new = !path.exists();
    let mut options = OpenOptions::new();
    let mut file = options.append(true).create(true).mode(0o600).open(&path).map_err(|error| failed(&path, &error))?;
    // Each line begins on its own, even where a power cut left half a line before it.
    let mut text = String::from("\n");
    for stone in stones {
        text.push_str(&serde_json::to_string(stone).map_err(|error| failed(&path, &error))?);
        text.push('\n');
    }
    file.write_all(text.as_bytes()).and_then(|()| file.sync_all()).map_err(|error| failed(&path, &error))?;
    if new { sync_parent(&path) } else { Ok(()) }
}

/// Every tombstone of a file; none where there is no file. Half a line, left by a power cut, is passed over: its row is in
/// the database, whence it is written again.
pub(crate) fn read(path: &Path) -> Result<Vec<Tombstone>, StoreError> {
    if !path.exists() {
        return Ok(Vec::new());
    }
    let file = File::open(path).map_err(|error| failed(path, &error))?;
    let mut stones = Vec::new();
    for line in BufReader::new(file).lines() {
        let line = line.map_err(|error| failed(path, &error))?;
        if let Ok(stone) = serde_json::from_str(&line) {
            stones.push(stone);
        } else if !line.is_empty() {
            tracing::warn!(file = %path.display(), "a line is no tombstone and was passed over");
        }
    }
    Ok(stones)
}

/// Whether the file's database is known to be newer than it, for messages.
pub(crate) fn exists(root: &Path) -> bool {
    path(root).exists()
}
