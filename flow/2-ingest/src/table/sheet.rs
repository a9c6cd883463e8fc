//! Excel workbooks (.xlsx). A workbook is a zip archive: its parts are unpacked once against the limits before anything
//! reads them, and cells are taken one by one, so that a cell at the far corner makes no sheet of a billion cells.

use std::{
    io::{Cursor, Read},
    ops::Range,
};

use calamine::{DataRef, Reader, Xlsx};
use sha2::{Digest, Sha256};

use super::{Again, Limits, Look, Next, Refused, RowView, look::Shape};
use crate::row::format::excel_serial;

type Workbook = Xlsx<Cursor<Vec<u8>>>;

/// The largest workbook as sent; it is held in memory.
const MOST_PACKED: u64 = 64 << 20;
const MOST_PARTS: usize = 2000;

pub(super) fn look(file: &dyn Again, limits: &Limits) -> Result<Look, Refused> {
    let bytes = packed(file)?;
    check_archive(&bytes, limits)?;
    let sha256 = hex::encode(Sha256::digest(&bytes));
    let length = bytes.len() as u64;
    let mut book = open(bytes)?;
    let names = book.sheet_names();
    let sheet = names
        .iter()
        .find(|name| book.worksheet_cells_reader(name).is_ok_and(|mut cells| matches!(cells.next_cell(), Ok(Some(_)))))
        .cloned()
        .ok_or_else(|| {
            Refused::new("empty", "The workbook has no sheet with anything in it.", "Check that it is the right one.")
        })?;
    let mut rows = 0;
    each_row(&mut book, &sheet, limits, &mut |_: &RowView<'_>| -> Result<Next, Refused> {
        rows += 1;
        Ok(Next::Row)
    })?;
    Ok(Look { shape: Shape::Workbook { sheet }, sha256, bytes: length, rows })
}

pub(super) fn rows<E: From<Refused>>(
    file: &dyn Again,
    sheet: &str,
    limits: &Limits,
    each: &mut dyn FnMut(&RowView<'_>) -> Result<Next, E>,
) -> Result<(), E> {
    let mut book = open(packed(file)?)?;
    each_row(&mut book, sheet, limits, each)
}

fn packed(file: &dyn Again) -> Result<Vec<u8>, Refused> {
    let mut bytes = Vec::new();
    file.open()?.take(MOST_PACKED + 1).read_to_end(&mut bytes)?;
    if bytes.len() as u64 > MOST_PACKED {
        return Err(Refused::new(
            "too_large",
            format!("This archive or workbook is larger than {} MB.", MOST_PACKED >> 20),
            "Send a table of that size as CSV; it may be packed with gzip.",
        ));
    }
    Ok(bytes)
}

fn broken() -> Refused {
    Refused::damaged("The workbook can’t be opened: it is damaged, protected by a password, or was cut off.")
}

fn open(bytes: Vec<u8>) -> Result<Workbook, Refused> {
    Xlsx::new(Cursor::new(bytes)).map_err(|_| broken())
}

/// Says what the archive is if not a workbook, and unpacks every part once, to see that none is a trap.
fn check_archive(bytes: &[u8], limits: &Limits) -> Result<(), Refused> {
    let mut archive = zip::ZipArchive::new(Cursor::new(bytes)).map_err(|_| broken())?;
    if archive.len() > MOST_PARTS {
        return Err(Refused::not_a_table("an archive of very many files"));
    }
    let has = |name: &str| archive.index_for_name(name).is_some();
    if has("word/document.xml") {
        return Err(Refused::not_a_table("a Word document"));
    }
    if has("ppt/presentation.xml") {
        return Err(Refused::not_a_table("a presentation"));
    }
    if has("mimetype") && !has("xl/workbook.xml") {
        return Err(Refused::not_a_table("an OpenDocument file"));
    }
    if has("xl/workbook.bin") {
        return Err(Refused::not_a_table("a binary Excel workbook (.xlsb)"));
    }
    let mut unpacked: u64 = 0;
    let mut block = vec![0; 64 * 1024];
    for at in 0..archive.len() {
        let mut part = archive.by_index(at).map_err(|_| broken())?;
        loop {
            let read = part.read(&mut block).map_err(|_| broken())?;
            if read == 0 {
                break;
            }
            unpacked += read as u64;
            if unpacked > limits.workbook_bytes {
                return Err(Refused::new(
                    "unfolds",
                    format!("The archive unfolds to more than {} MB.", limits.workbook_bytes >> 20),
                    "Send a table of that size as CSV; it may be packed with gzip.",
                ));
            }
        }
    }
    if archive.index_for_name("xl/workbook.xml").is_none() {
        return Err(Refused::new(
            "archive",
            "This is a zip archive, not a workbook.",
            "Unpack it and send each file inside by itself.",
        ));
    }
    Ok(())
}

/// Gives every row that has a cell, with the sheet's own row numbers.
fn each_row<E: From<Refused>>(
    book: &mut Workbook,
    sheet: &str,
    limits: &Limits,
    each: &mut dyn FnMut(&RowView<'_>) -> Result<Next, E>,
) -> Result<(), E> {
    let mut reader = book.worksheet_cells_reader(sheet).map_err(|_| broken())?;
    let mut row = Row::default();
    while let Some(cell) = reader.next_cell().map_err(|_| broken())? {
        let (line, column) = cell.get_position();
        if u64::from(line) >= limits.rows {
            return Err(Refused::too_large(format!("The sheet has more than {} rows.", limits.rows)).into());
        }
        let at = column as usize;
        if at >= limits.columns {
            if matches!(cell.get_value(), DataRef::Empty) {
                continue;
            }
            let why = format!("The sheet has something beyond column {}.", limits.columns);
            return Err(Refused::new("too_many_columns", why, "Check that this is the right file.").into());
        }
        if line != row.line && !row.is_empty() && matches!(row.give(each)?, Next::Stop) {
            return Ok(());
        }
        row.line = line;
        row.put(at, cell.get_value());
    }
    if !row.is_empty() {
        row.give(each)?;
    }
    Ok(())
}

#[derive(Default)]
struct Row {
    line: u32,
    text: String,
    cells: Vec<Range<usize>>,
}

impl Row {
    fn is_empty(&self) -> bool {
        self.cells.is_empty()
    }

    fn put(&mut self, at: usize, value: &DataRef<'_>) {
        while self.cells.len() < at {
            self.cells.push(0..0);
        }
        let from = self.text.len();
        write_value(value, &mut self.text);
        self.cells.push(from..self.text.len());
    }

    fn give<E>(&mut self, each: &mut dyn FnMut(&RowView<'_>) -> Result<Next, E>) -> Result<Next, E> {
        let view = RowView { line: u64::from(self.line) + 1, text: &self.text, cells: &self.cells };
        let next = if view.is_blank() { Next::Row } else { each(&view)? };
        self.text.clear();
        self.cells.clear();
        Ok(next)
    }
}

/// A cell as text: dates as ISO writes them, whole numbers without a point.
fn write_value(value: &DataRef<'_>, text: &mut String) {
    use std::fmt::Write as _;
    match value {
        DataRef::Empty => {}
        DataRef::Error(error) => drop(write!(text, "{error}")),
        DataRef::String(found) => text.push_str(found),
        DataRef::SharedString(found) => text.push_str(found),
        DataRef::Int(number) => drop(write!(text, "{number}")),
        DataRef::Float(number) => drop(write!(text, "{number}")),
        DataRef::Bool(yes) => text.push_str(if *yes { "Yes" } else { "No" }),
        DataRef::DateTimeIso(found) | DataRef::DurationIso(found) => text.push_str(found),
        DataRef::DateTime(found) => match excel_serial(found.as_f64()) {
            Some(at) if at.time() == base::Time::midnight() => drop(write!(text, "{}", at.date())),
            Some(at) => drop(write!(text, "{at}")),
            None => drop(write!(text, "{}", found.as_f64())),
        },
    }
}
