//! Blobs: files (deliveries, exports, attachments), each encrypted under a key of its own that stands in the database under the
//! master key. Erasing the key erases the file, wherever copies of it may lie.

use std::{
    collections::HashSet,
    fs::File,
    io::{self, BufReader, BufWriter, Read, Write},
    path::{Path, PathBuf},
};

use async_trait::async_trait;
use base::{Code, Id, Timestamp, code, kind};
use sha2::{Digest, Sha256};

use super::{
    create, directory, failed, remove, settle,
    stream::{Decrypting, Encrypting},
};
use crate::{
    Cause, Change, FromRow, Operation, Purpose, Row, Scope, StoreError, Vault, database,
    jobs::{Handler, Job, JobFault},
    params,
};

/// A blob that is being written; [`BlobWriter::finish`] makes it whole. Dropped unfinished, it leaves nothing behind that
/// the next opening doesn't sweep. Writes to files as it goes: memory stays small however large the blob.
pub struct BlobWriter {
    id: Id<kind::Blob>,
    to: Encrypting<BufWriter<File>>,
    part: PathBuf,
    path: PathBuf,
    hash: Sha256,
    bytes: u64,
    wrapped_key: String,
}

/// A whole blob that is on the disk and not yet in the database: hand it to [`Change::keep_blob`].
#[derive(Debug)]
pub struct StoredBlob {
    /// Its id.
    pub id: Id<kind::Blob>,
    /// Its length in clear, in bytes.
    pub bytes: u64,
    /// SHA-256 of what was written, in hexadecimal.
    pub sha256: String,
    wrapped_key: String,
}

impl BlobWriter {
    /// The id that the blob will have.
    #[must_use]
    pub fn id(&self) -> Id<kind::Blob> {
        self.id
    }

    /// How many bytes were written so far.
    #[must_use]
    pub fn bytes(&self) -> u64 {
        self.bytes
    }

    /// Brings the blob to the disk.
    ///
    /// # Errors
    /// The disk's.
    pub fn finish(self) -> Result<StoredBlob, StoreError> {
        let buffer = self.to.finish().map_err(|error| failed(&self.part, &error))?;
        let file = buffer.into_inner().map_err(|error| failed(&self.part, &error))?;
        settle(&file, &self.part, &self.path)?;
        let sha256 = hex::encode(self.hash.finalize());
        Ok(StoredBlob { id: self.id, bytes: self.bytes, sha256, wrapped_key: self.wrapped_key })
    }
}

impl Write for BlobWriter {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let taken = self.to.write(bytes)?;
        self.hash.update(bytes.get(..taken).unwrap_or_default());
        self.bytes += taken as u64;
        Ok(taken)
    }
    fn flush(&mut self) -> io::Result<()> {
        self.to.flush()
    }
}

/// Reads a blob in clear. Damage is an [`io::Error`] at the chunk where it is.
pub struct BlobReader(Decrypting<BufReader<File>>);

impl Read for BlobReader {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        self.0.read(buffer)
    }
}

struct BlobRow {
    wrapped_key: Option<String>,
    delete_after: Option<Timestamp>,
}

impl FromRow for BlobRow {
    fn from_row(row: &Row) -> Result<Self, StoreError> {
        Ok(Self { wrapped_key: row.opt_text("wrapped_key")?, delete_after: row.opt_time("delete_after")? })
    }
}

const ONE: &str = "SELECT wrapped_key, delete_after FROM blob WHERE id = $1";

pub(crate) fn path_of(root: &Path, id: &str) -> PathBuf {
    root.join("blobs").join(id)
}

impl Vault {
    /// Begins a blob.
    ///
    /// # Errors
    /// The disk's.
    pub fn new_blob(&self) -> Result<BlobWriter, StoreError> {
        let id: Id<kind::Blob> = self.new_id();
        directory(&self.directory().join("blobs"))?;
        let path = path_of(self.directory(), &id.to_string());
        let part = path.with_extension("part");
        let key: [u8; 32] = self.random().bytes();
        let wrapped_key = self.keys().seal(&id.to_string(), &key, self.random())?;
        let to = Encrypting::new(BufWriter::new(create(&part)?), &key);
        Ok(BlobWriter { id, to, part, path, hash: Sha256::new(), bytes: 0, wrapped_key })
    }

    /// Opens a blob to read it; `None` where there is none or it was erased. Reading a blob about people needs a permit
    /// or a logged cause of its own: the caller has one.
    ///
    /// # Errors
    /// The database's, the disk's, or [`StoreError::Sealed`].
    pub async fn open_blob(&self, id: Id<kind::Blob>) -> Result<Option<BlobReader>, StoreError> {
        let row: Option<BlobRow> = self.plain().first(ONE, params![id]).await?;
        let Some(wrapped) = row.and_then(|row| row.wrapped_key) else { return Ok(None) };
        let key = self.keys().unseal(&id.to_string(), &wrapped)?;
        let key: [u8; 32] = key.try_into().map_err(|_| StoreError::Sealed)?;
        let path = path_of(self.directory(), &id.to_string());
        let file = File::open(&path).map_err(|error| failed(&path, &error))?;
        let reader = Decrypting::new(BufReader::new(file), &key).map_err(|error| failed(&path, &error))?;
        Ok(Some(BlobReader(reader)))
    }

    /// Deletes the files of blobs that no row has, or whose key was erased. Only when nobody else has the directory open.
    pub(crate) async fn sweep_blobs(&self) -> Result<u64, StoreError> {
        let blobs = directory(&self.directory().join("blobs"))?;
        let rows =
            database::rows(&self.database().pool, "SELECT id FROM blob WHERE wrapped_key IS NOT NULL", params![])
                .await?;
        let kept: HashSet<String> = rows.iter().map(|row| row.text("id")).collect::<Result<_, _>>()?;
        let mut swept = 0;
        for entry in std::fs::read_dir(&blobs).map_err(|error| failed(&blobs, &error))? {
            let entry = entry.map_err(|error| failed(&blobs, &error))?;
            if !kept.contains(entry.file_name().to_string_lossy().as_ref()) {
                remove(&entry.path())?;
                swept += 1;
            }
        }
        Ok(swept)
    }
}

impl Change {
    /// Keeps a blob: its row commits with this change. It is erased at `delete_after`, if there is such a time.
    ///
    /// # Errors
    /// The database's.
    pub async fn keep_blob(
        &mut self,
        blob: &StoredBlob,
        purpose: &Code,
        delete_after: Option<Timestamp>,
    ) -> Result<(), StoreError> {
        self.execute(
            "INSERT INTO blob (id, purpose, wrapped_key, bytes, sha256, made_at, delete_after) VALUES ($1, $2, $3, $4, $5, $6, $7)",
            params![blob.id, purpose, &blob.wrapped_key, blob.bytes, &blob.sha256, self.now(), delete_after],
        )
        .await?;
        self.erase_later(blob.id, delete_after).await
    }

    /// Sets or changes when a blob is erased; a job does it then.
    ///
    /// # Errors
    /// The database's.
    pub async fn delete_blob_after(&mut self, id: Id<kind::Blob>, when: Option<Timestamp>) -> Result<(), StoreError> {
        self.execute("UPDATE blob SET delete_after = $2 WHERE id = $1", params![id, when]).await?;
        self.erase_later(id, when).await
    }

    async fn erase_later(&mut self, id: Id<kind::Blob>, when: Option<Timestamp>) -> Result<(), StoreError> {
        match when {
            Some(when) => self.enqueue(EraseBlob::KIND, &serde_json::json!({ "blob": id.to_string() }), when).await,
            None => Ok(()),
        }
    }

    /// Erases a blob: its key with this change, its file once that has committed. A tombstone stays, so that a restored
    /// backup erases it again.
    ///
    /// # Errors
    /// The database's.
    pub async fn erase_blob(&mut self, id: Id<kind::Blob>) -> Result<(), StoreError> {
        if self.forget_blob(id).await? {
            let rule = self.cause.act.clone();
            self.tombstone(id, &code!("blob"), &rule, "").await?;
        }
        Ok(())
    }

    /// Erases a blob that has its tombstone already. Whether there was anything to erase.
    pub(crate) async fn forget_blob(&mut self, id: Id<kind::Blob>) -> Result<bool, StoreError> {
        let sql = "UPDATE blob SET wrapped_key = NULL, erased_at = $2 WHERE id = $1 AND wrapped_key IS NOT NULL";
        let erased = self.execute(sql, params![id, self.now()]).await? > 0;
        if erased {
            self.remove_after_commit(path_of(self.vault.directory(), &id.to_string()));
        }
        Ok(erased)
    }
}

/// The vault's own job: erases a blob whose time has come. Every [`Handlers`](crate::jobs::Handlers) has it.
#[derive(Debug, Clone, Copy)]
pub struct EraseBlob;

impl EraseBlob {
    const KIND: &'static str = "erase_blob";
}

#[async_trait]
impl Handler for EraseBlob {
    fn kind(&self) -> &'static str {
        Self::KIND
    }

    async fn run(&self, vault: &Vault, job: &Job) -> Result<(), JobFault> {
        let id: Id<kind::Blob> =
            job.text("blob")?.parse().map_err(|_| JobFault::Hopeless("the job's blob is no id".to_owned()))?;
        let row: Option<BlobRow> = vault.plain().first(ONE, params![id]).await?;
        let due = row
            .is_some_and(|row| row.wrapped_key.is_some() && row.delete_after.is_some_and(|when| when <= vault.now()));
        if !due {
            return Ok(()); // it was put off, or is gone already
        }
        let cause = Cause {
            actor: job.actor()?,
            purpose: Purpose::Administration,
            operation: Operation::Erasure,
            act: code!("blob_erased"),
            scope: Scope::of("blob", id),
        };
        let mut change = vault.change(cause).await?;
        change.erase_blob(id).await?;
        change.commit().await?;
        Ok(())
    }
}
