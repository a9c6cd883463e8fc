//! Who has this directory open. Whoever opens it and finds nobody else there knows that every job still marked as running and
//! every file without a row was left by a process that is no more, and may tidy up.

use std::{fs::File, path::Path, time::Duration};

use super::{create, failed};
use crate::StoreError;

/// Held as long as a vault is open.
#[derive(Debug)]
pub(crate) struct Lock(File);

impl Lock {
    /// Joins those who have the directory open. `true` where nobody else has; then call [`Lock::share`] once tidied up.
    ///
    /// Whoever is tidying up keeps others out for a moment, who wait without blocking the thread.
    pub(crate) async fn join(directory: &Path) -> Result<(Self, bool), StoreError> {
        let file = create(&directory.join("open.lock"))?;
        if file.try_lock().is_ok() {
            return Ok((Self(file), true));
        }
        for _ in 0..1500 {
            if file.try_lock_shared().is_ok() {
                return Ok((Self(file), false));
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        Err(StoreError::Busy)
    }

    /// Lets others in.
    pub(crate) fn share(&self, directory: &Path) -> Result<(), StoreError> {
        self.0.lock_shared().map_err(|error| failed(&directory.join("open.lock"), &error))
    }

    /// Leaves the directory.
    pub(crate) fn leave(&self) {
        if let Err(error) = self.0.unlock() {
            tracing::warn!(%error, "the directory's lock was not given up well");
        }
    }
}
