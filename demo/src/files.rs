//! Opening and filling files, with errors that name the file.

use std::fs::File;
use std::io::BufWriter;
use std::path::{Path, PathBuf};

use crate::county::CountyError;

/// A new file, with the folders above it.
///
/// # Errors
/// When it cannot be made.
pub fn create(path: &Path) -> Result<BufWriter<File>, CountyError> {
    if let Some(folder) = path.parent() {
        std::fs::create_dir_all(folder).map_err(|source| CountyError::file(folder, source))?;
    }
    let file = File::create(path).map_err(|source| CountyError::file(path, source))?;
    Ok(BufWriter::with_capacity(16 * 1024, file))
}

/// A CSV file being written.
pub struct Table {
    path: PathBuf,
    writer: csv::Writer<BufWriter<File>>,
}

/// A new CSV file.
///
/// # Errors
/// When it cannot be made.
pub fn table(path: &Path) -> Result<Table, CountyError> {
    Ok(Table { path: path.to_owned(), writer: csv::WriterBuilder::new().flexible(true).from_writer(create(path)?) })
}

impl Table {
    /// Writes one line.
    ///
    /// # Errors
    /// When the disk does not take it.
    pub fn row<I: IntoIterator<Item = T>, T: AsRef<[u8]>>(&mut self, cells: I) -> Result<(), CountyError> {
        self.writer.write_record(cells).map_err(|source| CountyError::file(&self.path, source.into()))
    }

    /// Flushes and closes the file.
    ///
    /// # Errors
    /// When the disk does not take the rest.
    pub fn end(mut self) -> Result<(), CountyError> {
        self.writer.flush().map_err(|source| CountyError::file(&self.path, source))
    }
}
