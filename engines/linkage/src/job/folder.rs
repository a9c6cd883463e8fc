//! The folder that a job writes: made beside its place under another name, and moved there once it is whole.

use std::{
    fs, io,
    path::{Path, PathBuf},
};

use super::JobError;

/// Every job's folder holds this, so that a later job may replace it.
const MARK: &str = "report.html";

fn wrong(folder: &Path, problem: impl Into<String>) -> JobError {
    JobError::Folder { folder: folder.display().to_string(), problem: problem.into() }
}

/// Refuses a folder that holds something else.
pub(super) fn may_write(out: &Path) -> Result<(), JobError> {
    if out.as_os_str().is_empty() || out.file_name().is_none() {
        return Err(wrong(out, "is no name for a folder; give one such as out/"));
    }
    match fs::read_dir(out) {
        Ok(mut files) => {
            if files.next().is_none() || out.join(MARK).is_file() {
                Ok(())
            } else {
                Err(wrong(out, "holds other files and was not written by this command; name a new folder"))
            }
        }
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
        Err(error) => Err(wrong(out, format!("can't be written: {error}"))),
    }
}

/// A folder in the making; gone if it is never finished.
pub(super) struct Making {
    out: PathBuf,
    making: PathBuf,
}

impl Making {
    pub(super) fn begin(out: &Path) -> Result<Making, JobError> {
        may_write(out)?;
        let out: PathBuf = out.components().collect();
        if let Some(parent) = out.parent().filter(|parent| !parent.as_os_str().is_empty()) {
            fs::create_dir_all(parent).map_err(|error| wrong(parent, format!("can't be made: {error}")))?;
        }
        let making = beside(&out, "making");
        // What a job that was killed left behind.
        let _ = fs::remove_dir_all(&making);
        fs::create_dir_all(making.join("charts")).map_err(|error| wrong(&making, format!("can't be made: {error}")))?;
        Ok(Making { out, making })
    }

    /// Writes one file, whole and on the disk.
    pub(super) fn write(
        &self,
        name: &str,
        fill: &mut dyn FnMut(&mut dyn io::Write) -> io::Result<()>,
    ) -> Result<(), JobError> {
        let path = self.making.join(name);
        let mut write = || -> io::Result<()> {
            let mut file = io::BufWriter::new(fs::File::create(&path)?);
            fill(&mut file)?;
            file.into_inner().map_err(io::IntoInnerError::into_error)?.sync_all()
        };
        write().map_err(|error| wrong(&self.out, format!("{name} can't be written: {error}")))
    }

    /// Moves the folder to its place, and what was there away.
    pub(super) fn finish(self) -> Result<(), JobError> {
        let moved = |error: io::Error| wrong(&self.out, format!("can't be replaced: {error}"));
        let old = beside(&self.out, "old");
        let _ = fs::remove_dir_all(&old);
        if self.out.exists() {
            fs::rename(&self.out, &old).map_err(moved)?;
        }
        if let Err(error) = fs::rename(&self.making, &self.out) {
            // Better the old result than none.
            let _ = fs::rename(&old, &self.out);
            return Err(moved(error));
        }
        let _ = fs::remove_dir_all(&old);
        Ok(())
    }
}

impl Drop for Making {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.making);
    }
}

/// `out` as `.out.making`, in the same folder, so that moving it is one step.
fn beside(out: &Path, what: &str) -> PathBuf {
    let name = out.file_name().unwrap_or_default().to_string_lossy();
    out.with_file_name(format!(".{name}.{what}"))
}
