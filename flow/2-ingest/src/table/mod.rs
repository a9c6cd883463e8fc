//! A delivered file as a table: what kind of file it is, in which encoding, and its rows with their line numbers. Nothing
//! here knows a feed. Memory stays the same however long the file is.

mod decode;
mod look;
mod records;
mod refused;
mod sheet;
#[cfg(test)]
mod tests;

use std::{io::Read, ops::Range};

pub(crate) use look::{HEAD, Limits, Look, glance, look};
pub use refused::Refused;

use crate::row::guard;
use look::Shape;
use records::Records;

/// A file that can be opened again and again: a path, or a blob of the vault.
pub(crate) trait Again: Send + Sync {
    /// Opens it at its beginning.
    fn open(&self) -> std::io::Result<Box<dyn Read + Send>>;
}

impl Again for std::path::PathBuf {
    fn open(&self) -> std::io::Result<Box<dyn Read + Send>> {
        Ok(Box::new(std::fs::File::open(self)?))
    }
}

impl Again for Vec<u8> {
    fn open(&self) -> std::io::Result<Box<dyn Read + Send>> {
        Ok(Box::new(std::io::Cursor::new(self.clone())))
    }
}

/// One row: the line of the file on which it begins (the row's number in a workbook), and its cells.
pub(crate) struct RowView<'a> {
    pub line: u64,
    text: &'a str,
    cells: &'a [Range<usize>],
}

impl<'a> RowView<'a> {
    /// A row of cells that lie in `text` at these places.
    pub fn new(line: u64, text: &'a str, cells: &'a [Range<usize>]) -> Self {
        Self { line, text, cells }
    }

    /// Where its cells lie without the guard that a quarantine's file has ([`guard`]).
    pub fn unguarded(&self) -> Vec<Range<usize>> {
        let guards = |cell: &str| if guard::stands(cell) { guard::GUARD.len_utf8() } else { 0 };
        self.cells.iter().zip(self.cells()).map(|(range, cell)| range.start + guards(cell)..range.end).collect()
    }

    /// The same row, of other cells.
    pub fn with<'b>(&'b self, cells: &'b [Range<usize>]) -> RowView<'b> {
        RowView { line: self.line, text: self.text, cells }
    }

    /// How many cells it has.
    pub fn len(&self) -> usize {
        self.cells.len()
    }

    /// The cell at a place, trimmed; empty where the row is shorter.
    pub fn cell(&self, at: usize) -> &'a str {
        self.cells.get(at).and_then(|range| self.text.get(range.clone())).map_or("", str::trim)
    }

    /// Whether every cell is blank.
    pub fn is_blank(&self) -> bool {
        (0..self.cells.len()).all(|at| self.cell(at).is_empty())
    }

    /// The cells as they stand.
    pub fn cells(&self) -> impl Iterator<Item = &'a str> + '_ {
        self.cells.iter().map(|range| self.text.get(range.clone()).unwrap_or_default())
    }
}

/// Whether to go on with the next row.
pub(crate) enum Next {
    Row,
    Stop,
}

/// Gives every row of the file, the header line first, until `each` stops or fails.
pub(crate) fn rows<E: From<Refused>>(
    file: &dyn Again,
    look: &Look,
    limits: &Limits,
    each: &mut dyn FnMut(&RowView<'_>) -> Result<Next, E>,
) -> Result<(), E> {
    match &look.shape {
        Shape::Text(shape) => {
            let reader = decode::text(file, shape).map_err(Refused::from)?;
            let mut records = Records::new(reader, shape.delimiter, shape.line_end, limits);
            while let Some(row) = records.next_row()? {
                if matches!(each(&row)?, Next::Stop) {
                    break;
                }
            }
            Ok(())
        }
        Shape::Workbook { sheet } => sheet::rows(file, sheet, limits, each),
    }
}
