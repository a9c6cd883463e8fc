//! A file as the study reads it: plain or gzip, with its hash, and a CSV table whose rows know their number.

use std::{io::Read as _, path::Path};

use flate2::read::MultiGzDecoder;
use sha2::{Digest as _, Sha256};

use crate::study::StudyError;

/// The largest file taken, unpacked: all of England's crime of a year is a third of it.
const MOST_BYTES: u64 = 4 << 30;

/// A file that was read: what it is called, what it hashes to, how large it was.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct Read {
    /// Its name, without its folder.
    pub file: String,
    /// SHA-256 of its bytes as they lie on the disk, in hex.
    pub sha256: String,
    /// Bytes on the disk.
    pub bytes: u64,
}

/// Reads a file whole, unpacked where it is gzip by its first bytes.
///
/// # Errors
/// When it can't be read or unpacked, is empty, or is beyond 4 GiB.
pub fn read(path: &Path) -> Result<(Read, Vec<u8>), StudyError> {
    let name = name(path);
    let failed = |error: std::io::Error| StudyError::file(&name, format!("it can't be read: {error}"));
    let raw = std::fs::read(path).map_err(failed)?;
    let read = Read {
        file: name.clone(),
        sha256: hex::encode(Sha256::digest(&raw)),
        bytes: u64::try_from(raw.len()).unwrap_or(u64::MAX),
    };
    let bytes = if raw.starts_with(&[0x1f, 0x8b]) { unpacked(&name, &raw)? } else { raw };
    if bytes.iter().all(u8::is_ascii_whitespace) {
        return Err(StudyError::file(&name, "it is empty. Leave it out, or send the file that was meant".to_owned()));
    }
    Ok((read, bytes))
}

fn unpacked(name: &str, raw: &[u8]) -> Result<Vec<u8>, StudyError> {
    let mut bytes = Vec::new();
    MultiGzDecoder::new(raw).take(MOST_BYTES + 1).read_to_end(&mut bytes).map_err(|error| {
        StudyError::file(name, format!("it breaks off or is no whole gzip file ({error}). Fetch it again"))
    })?;
    if bytes.len() as u64 > MOST_BYTES {
        return Err(StudyError::file(name, "it unpacks to more than 4 GiB. Split it".to_owned()));
    }
    Ok(bytes)
}

/// What a file is called, without its folder.
#[must_use]
pub fn name(path: &Path) -> String {
    path.file_name().map_or_else(|| path.display().to_string(), |name| name.to_string_lossy().into_owned())
}

/// A CSV table in memory.
pub struct Table {
    /// The file's name.
    pub name: String,
    headers: Vec<String>,
    bytes: Vec<u8>,
}

/// A column's place in a table.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Column(usize);

impl Table {
    /// The table in a file.
    ///
    /// # Errors
    /// As [`read`]; when the first row is no row of names.
    pub fn open(path: &Path) -> Result<(Read, Self), StudyError> {
        let (read, bytes) = read(path)?;
        let mut table = Self { name: read.file.clone(), headers: Vec::new(), bytes };
        let headers = table.reader().headers().cloned();
        let headers = headers.map_err(|error| table.wrong(None, format!("its first row can't be read: {error}")))?;
        table.headers = headers.iter().map(|header| header.trim_start_matches('\u{feff}').trim().to_owned()).collect();
        Ok((read, table))
    }

    fn reader(&self) -> csv::Reader<&[u8]> {
        csv::ReaderBuilder::new().flexible(true).from_reader(self.bytes.as_slice())
    }

    /// The column of a name that was given, or of the first heading that one of the guesses fits: equal, but for the case
    /// of letters, or beginning with the guess where that ends with `…`.
    ///
    /// # Errors
    /// When the name given is not there.
    pub fn column(&self, given: Option<&str>, guesses: &[&str]) -> Result<Option<Column>, StudyError> {
        if let Some(given) = given {
            let found = self.headers.iter().position(|header| header == given);
            return found
                .map(|at| Some(Column(at)))
                .ok_or_else(|| self.wrong(None, format!("it has no column “{given}”. It has: {}", self.headings())));
        }
        let fits = |header: &str, guess: &str| {
            let (header, guess) = (header.to_lowercase(), guess.to_lowercase());
            guess.strip_suffix('…').map_or_else(|| header == guess, |start| header.starts_with(start))
        };
        let found = guesses.iter().find_map(|guess| self.headers.iter().position(|header| fits(header, guess)));
        Ok(found.map(Column))
    }

    /// As [`Table::column`], of a column that there must be.
    ///
    /// # Errors
    /// When it isn't there; says what the setting is called and which columns there are.
    pub fn needed(
        &self,
        given: Option<&str>,
        guesses: &[&str],
        what: &str,
        setting: &str,
    ) -> Result<Column, StudyError> {
        self.column(given, guesses)?.ok_or_else(|| {
            self.wrong(
                None,
                format!("none of its columns is {what}. Name it in the spec ({setting}). It has: {}", self.headings()),
            )
        })
    }

    fn headings(&self) -> String {
        let shown: Vec<&str> = self.headers.iter().take(30).map(String::as_str).collect();
        shown.join(", ")
    }

    /// Goes through the rows with their number in the file, the headings' being 1.
    ///
    /// # Errors
    /// The first error of the function; a row that can't be read.
    pub fn each(&self, mut row: impl FnMut(u64, &Row<'_>) -> Result<(), StudyError>) -> Result<(), StudyError> {
        let mut reader = self.reader();
        let mut record = csv::ByteRecord::new();
        loop {
            match reader.read_byte_record(&mut record) {
                Ok(false) => return Ok(()),
                Ok(true) => {}
                Err(error) => return Err(self.wrong(None, format!("a row can't be read: {error}"))),
            }
            let number = record.position().map_or(0, csv::Position::line);
            if record.iter().all(|field| field.trim_ascii().is_empty()) {
                continue;
            }
            row(number, &Row { table: self, number, record: &record })?;
        }
    }

    /// An error in this file.
    pub fn wrong(&self, row: Option<u64>, what: String) -> StudyError {
        StudyError::File { file: self.name.clone(), row, what }
    }
}

/// A row of a table.
pub struct Row<'a> {
    table: &'a Table,
    number: u64,
    record: &'a csv::ByteRecord,
}

impl<'a> Row<'a> {
    /// The text of a cell, without the blanks around it; empty where the row is short or the text isn't UTF-8.
    pub fn text(&self, column: Column) -> &'a str {
        let bytes = self.record.get(column.0).unwrap_or_default();
        std::str::from_utf8(bytes).unwrap_or_default().trim()
    }

    /// A count, with thousands separators as published; `None` where the cell is empty.
    ///
    /// # Errors
    /// When it is negative, broken or no number.
    pub fn count(&self, column: Column, what: &str) -> Result<Option<u64>, StudyError> {
        let text = self.text(column);
        if text.is_empty() {
            return Ok(None);
        }
        let plain = text.replace(',', "");
        let whole = plain.strip_suffix(".0").unwrap_or(&plain);
        if let Ok(count) = whole.parse::<u64>()
            && count <= 1 << 50
        {
            return Ok(Some(count));
        }
        let negative = if plain.starts_with('-') { "a count can't be below 0" } else { "a count is a whole number" };
        Err(self.wrong(format!("{what} is {}: {negative}. Mend the cell, or leave the row out", shown(text))))
    }

    /// A number; `None` where the cell is empty.
    ///
    /// # Errors
    /// When it is no finite number.
    pub fn number(&self, column: Column, what: &str) -> Result<Option<f64>, StudyError> {
        let text = self.text(column);
        if text.is_empty() {
            return Ok(None);
        }
        let number = text.replace(',', "").parse::<f64>().ok().filter(|number| number.is_finite());
        let wrong = || {
            self.wrong(format!("{what} is {}, which is no number. Mend the cell, or leave the row out", shown(text)))
        };
        number.map(Some).ok_or_else(wrong)
    }

    /// An error in this row.
    pub fn wrong(&self, what: String) -> StudyError {
        self.table.wrong(Some(self.number), what)
    }
}

/// A cell for a message: what looks like a number or a date as it stands, and of anything else only that it is text, since it may
/// be somebody's name.
pub fn shown(text: &str) -> String {
    let plain = text.chars().count() <= 30
        && text.chars().all(|letter| letter.is_ascii_digit() || "+-.,/: eE".contains(letter));
    if plain { format!("“{text}”") } else { "a text".to_owned() }
}
