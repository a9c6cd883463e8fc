//! The vault's directory: keys, blobs, tombstones and exported heads. What is written here is whole and on the disk before
//! anything refers to it.

pub(crate) mod backup;
mod backup_frames;
pub(crate) mod blobs;
pub(crate) mod keys;
pub(crate) mod lock;
mod restore;
mod stream;
pub(crate) mod tombstones;

use std::{
    fs::{File, OpenOptions},
    io::Write as _,
    os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _},
    path::{Path, PathBuf},
};

use crate::StoreError;

pub use backup::{BackupKey, BackupReport, WithKeys};
pub use blobs::{BlobReader, BlobWriter, EraseBlob, StoredBlob};
pub use restore::{RestoreReport, restore};
pub use tombstones::Tombstone;

pub(crate) fn failed(path: &Path, error: &dyn std::fmt::Display) -> StoreError {
    StoreError::File { what: format!("the file {}", path.display()), problem: error.to_string() }
}

/// Makes the directory if it is missing, for this account alone.
pub(crate) fn directory(path: &Path) -> Result<PathBuf, StoreError> {
    std::fs::DirBuilder::new().recursive(true).mode(0o700).create(path).map_err(|error| failed(path, &error))?;
    Ok(path.to_path_buf())
}

/// A new file for this account alone.
pub(crate) fn create(path: &Path) -> Result<File, StoreError> {
    let mut options = OpenOptions::new();
    options.write(true).create(true).truncate(true).mode(0o600);
    options.open(path).map_err(|error| failed(path, &error))
}

/// Writes a file so that it is there whole or not at all, whenever the power fails.
pub(crate) fn write_whole(path: &Path, bytes: &[u8]) -> Result<(), StoreError> {
    let beside = path.with_extension("part");
    let mut file = create(&beside)?;
    file.write_all(bytes).map_err(|error| failed(&beside, &error))?;
    settle(&file, &beside, path)
}

/// Brings a finished file to the disk and gives it its name.
pub(crate) fn settle(file: &File, beside: &Path, path: &Path) -> Result<(), StoreError> {
    file.sync_all().map_err(|error| failed(beside, &error))?;
    std::fs::rename(beside, path).map_err(|error| failed(path, &error))?;
    sync_parent(path)
}

/// Brings a directory's list of names to the disk.
pub(crate) fn sync_parent(path: &Path) -> Result<(), StoreError> {
    let Some(parent) = path.parent() else { return Ok(()) };
    File::open(parent).and_then(|parent| parent.sync_all()).map_err(|error| failed(parent, &error))
}

/// Removes a file; one that is not there is removed already.
pub(crate) fn remove(path: &Path) -> Result<(), StoreError> {
    match std::fs::remove_file(path) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => Err(failed(path, &error)),
        _ => Ok(()),
    }
}
