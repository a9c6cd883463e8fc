//! The first look at a file, before a row of it is kept: what it is, how it is written, whether it stays within limits.
//! The whole file is run through once, so that a file which breaks off in the middle is refused as a whole.

use std::{
    io::{self, Read},
    sync::{Arc, Mutex, PoisonError},
};

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::{
    Again, Refused,
    decode::{self, BLOCK, Encoding, TextShape},
    records::Records,
    sheet,
};

/// What a file may be at most.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Limits {
    /// Bytes once unpacked.
    pub bytes: u64,
    /// From so many unpacked bytes on, a packed file may not unfold to more than 200 times its size.
    pub unfolding_bytes: u64,
    /// Bytes of a workbook's parts once unpacked.
    pub workbook_bytes: u64,
    /// Rows.
    pub rows: u64,
    /// Rows where all must be remembered till the end (16 bytes each or so): they are known by their content alone, or make a
    /// whole picture.
    pub remembered_rows: u64,
    /// Columns.
    pub columns: usize,
    /// Bytes of one row.
    pub row_bytes: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            bytes: 4 << 30,
            unfolding_bytes: 64 << 20,
            workbook_bytes: 400 << 20,
            rows: 20_000_000,
            remembered_rows: 5_000_000,
            columns: 500,
            row_bytes: 1 << 20,
        }
    }
}

/// What the first look found.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Look {
    pub shape: Shape,
    /// SHA-256 of the content, unpacked, in hexadecimal.
    pub sha256: String,
    /// Bytes of the content, unpacked.
    pub bytes: u64,
    /// Rows with something in them, the header among them.
    pub rows: u64,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Shape {
    Text(TextShape),
    Workbook { sheet: String },
}

impl Look {
    /// What was found, for people to read.
    pub(crate) fn words(&self) -> String {
        match &self.shape {
            Shape::Workbook { sheet } => format!("Excel workbook, sheet “{sheet}”"),
            Shape::Text(shape) => {
                let delimiter = match shape.delimiter {
                    b'\t' => "tabs",
                    b';' => "semicolons",
                    b'|' => "bars",
                    _ => "commas",
                };
                let packed = if shape.gzip { ", gzip" } else { "" };
                format!("CSV with {delimiter}, {}{packed}", shape.encoding.words())
            }
        }
    }
}

/// Looks at a file. `hint` is what the sender says about the encoding.
pub(crate) fn look(file: &dyn Again, hint: Option<&str>, limits: &Limits) -> Result<Look, Refused> {
    let head = head_of(file.open()?)?;
    glance(&head)?;
    if is_archive(&head) {
        return sheet::look(file, limits);
    }
    let gzip = is_gzip(&head);
    let head = if gzip { head_of(decode::unpacked(file, true)?)? } else { head };
    if head.is_empty() {
        return Err(Refused::new("empty", "The packed file is empty.", "Pack it again and send that."));
    }
    if let Some(refused) = other_kind(&head, gzip) {
        return Err(refused);
    }
    let (encoding, mark) = encoding_of(&head, hint);
    if let Some(refused) = binary(&head, encoding) {
        return Err(refused);
    }
    let sample = sample_of(&head, encoding, mark);
    let shape = TextShape { gzip, encoding, mark, delimiter: delimiter_of(&sample), line_end: line_end_of(&sample) };
    match run_through(file, &shape, limits)? {
        Ran::Whole(look) => Ok(look),
        // A byte that is not UTF-8, in a file that doesn't claim to be: the code page of Windows in western Europe.
        Ran::NotUtf8 if mark == 0 => {
            let shape = TextShape { encoding: Encoding::Windows1252, ..shape };
            match run_through(file, &shape, limits)? {
                Ran::Whole(look) => Ok(look),
                Ran::NotUtf8 => Err(Refused::damaged("The encoding of the file can’t be told.")),
            }
        }
        Ran::NotUtf8 => Err(Refused::damaged("The file says that it is UTF-8, but some of its bytes are not.")),
    }
}

/// How much of a file's beginning [`glance`] wants to see.
pub(crate) const HEAD: usize = BLOCK;

/// Refuses by its first bytes what can't be a table, so that nothing of it need be stored.
pub(crate) fn glance(head: &[u8]) -> Result<(), Refused> {
    if head.is_empty() {
        return Err(Refused::new(
            "empty",
            "The file is empty.",
            "Check that it was written in full and send it again.",
        ));
    }
    if is_archive(head) || is_gzip(head) {
        return Ok(());
    }
    let (encoding, _) = encoding_of(head, None);
    other_kind(head, false).or_else(|| binary(head, encoding)).map_or(Ok(()), Err)
}

fn is_archive(head: &[u8]) -> bool {
    head.starts_with(b"PK\x03\x04") || head.starts_with(b"PK\x05\x06")
}

fn is_gzip(head: &[u8]) -> bool {
    head.starts_with(&[0x1f, 0x8b])
}

fn binary(head: &[u8], encoding: Encoding) -> Option<Refused> {
    if !matches!(encoding, Encoding::Utf8 | Encoding::Windows1252) || !head.contains(&0) {
        return None;
    }
    let zeros = head.iter().all(|byte| *byte == 0);
    Some(Refused::not_a_table(if zeros { "a file of zeros" } else { "a file of binary data, not of text" }))
}

fn head_of(mut reader: Box<dyn Read + Send>) -> Result<Vec<u8>, Refused> {
    let mut head = Vec::new();
    reader.by_ref().take(BLOCK as u64).read_to_end(&mut head)?;
    Ok(head)
}

fn other_kind(head: &[u8], inside_gzip: bool) -> Option<Refused> {
    let begins = |magic: &[u8]| head.starts_with(magic);
    let text = head.strip_prefix(b"\xef\xbb\xbf").unwrap_or(head);
    let first = text.iter().copied().find(|byte| !byte.is_ascii_whitespace());
    let what = if begins(&[0xd0, 0xcf, 0x11, 0xe0]) {
        return Some(Refused::new(
            "old_office",
            "This is a file of an old version of Microsoft Office (.xls or .doc).",
            "Open it in Excel, save it as an Excel workbook (.xlsx) or as CSV, and send that.",
        ));
    } else if begins(b"%PDF") {
        "a PDF document"
    } else if begins(b"PAR1") {
        "a Parquet file"
    } else if begins(b"\x89PNG") || begins(b"\xff\xd8\xff") || begins(b"GIF8") {
        "a picture"
    } else if begins(b"{\\rtf") {
        "a word processor’s document (RTF)"
    } else if begins(b"SQLite format 3") {
        "a database"
    } else if begins(b"7z\xbc\xaf")
        || begins(b"Rar!")
        || begins(b"\xfd7zXZ")
        || begins(b"\x28\xb5\x2f\xfd")
        || begins(b"BZh")
    {
        return Some(Refused::new(
            "packed",
            "This is packed in a way that is not taken.",
            "Send it unpacked, or packed with gzip.",
        ));
    } else if inside_gzip && (begins(&[0x1f, 0x8b]) || begins(b"PK\x03\x04")) {
        return Some(Refused::new(
            "packed_twice",
            "This is a packed file inside a packed file.",
            "Unpack it and send what is inside.",
        ));
    } else if first == Some(b'<') {
        "XML or a web page"
    } else if first == Some(b'{') || first == Some(b'[') {
        "JSON, not a table"
    } else {
        return None;
    };
    Some(Refused::not_a_table(what))
}

fn encoding_of(head: &[u8], hint: Option<&str>) -> (Encoding, usize) {
    if head.starts_with(&[0xef, 0xbb, 0xbf]) {
        return (Encoding::Utf8, 3);
    }
    if head.starts_with(&[0xff, 0xfe]) {
        return (Encoding::Utf16Le, 2);
    }
    if head.starts_with(&[0xfe, 0xff]) {
        return (Encoding::Utf16Be, 2);
    }
    // Without a mark, UTF-16 shows by zeros at every other byte of what is mostly Latin text.
    let zeros = |parity: usize| head.iter().skip(parity).step_by(2).filter(|byte| **byte == 0).count();
    let (even, odd, half) = (zeros(0), zeros(1), head.len() / 2);
    if half > 0 && odd * 2 > half && even * 8 < half {
        return (Encoding::Utf16Le, 0);
    }
    if half > 0 && even * 2 > half && odd * 8 < half {
        return (Encoding::Utf16Be, 0);
    }
    // What is whole as UTF-8 is UTF-8 whatever the sender says: Windows-1252 with accents hardly ever is.
    let cut_off = std::str::from_utf8(head).err().is_none_or(|error| error.error_len().is_none());
    match hint {
        Some("windows-1252") if !cut_off => (Encoding::Windows1252, 0),
        _ => (Encoding::Utf8, 0),
    }
}

fn sample_of(head: &[u8], encoding: Encoding, mark: usize) -> Vec<u8> {
    let body = head.get(mark..).unwrap_or_default();
    match encoding {
        Encoding::Utf8 | Encoding::Windows1252 => body.to_vec(),
        Encoding::Utf16Le => encoding_rs::UTF_16LE.decode_without_bom_handling(body).0.into_owned().into_bytes(),
        Encoding::Utf16Be => encoding_rs::UTF_16BE.decode_without_bom_handling(body).0.into_owned().into_bytes(),
    }
}

fn line_end_of(sample: &[u8]) -> u8 {
    if !sample.contains(&b'\n') && sample.contains(&b'\r') { b'\r' } else { b'\n' }
}

/// The one of comma, semicolon, tab and bar that stands most often in the first line, outside quotes.
fn delimiter_of(sample: &[u8]) -> u8 {
    let mut counts = [(b',', 0), (b';', 0), (b'\t', 0), (b'|', 0)];
    let mut in_quotes = false;
    for byte in sample {
        match byte {
            b'"' => in_quotes = !in_quotes,
            b'\n' | b'\r' if !in_quotes => break,
            _ if !in_quotes => {
                if let Some((_, count)) = counts.iter_mut().find(|(delimiter, _)| delimiter == byte) {
                    *count += 1;
                }
            }
            _ => {}
        }
    }
    let most = counts.iter().map(|(_, count)| *count).max().unwrap_or(0);
    counts.iter().find(|(_, count)| *count == most).map_or(b',', |(delimiter, _)| *delimiter)
}

enum Ran {
    Whole(Look),
    NotUtf8,
}

/// Runs through the whole file: counts, sums and checks.
fn run_through(file: &dyn Again, shape: &TextShape, limits: &Limits) -> Result<Ran, Refused> {
    let sum = Arc::new(Mutex::new(Sum { sha: Sha256::new(), bytes: 0, packed: 0, tail: Vec::new(), broken: false }));
    let packed = Counting { inner: file.open()?, sum: Arc::clone(&sum) };
    let bytes: Box<dyn Read + Send> = if shape.gzip {
        Box::new(flate2::bufread::MultiGzDecoder::new(io::BufReader::with_capacity(BLOCK, packed)))
    } else {
        Box::new(packed)
    };
    let summed = Summing { inner: bytes, sum: Arc::clone(&sum), shape: shape.clone(), limits: *limits };
    let mut records = Records::new(decode::decoded(Box::new(summed), shape)?, shape.delimiter, shape.line_end, limits);
    let mut rows = 0;
    let outcome = loop {
        match records.skip_row() {
            Ok(Some(_)) => rows += 1,
            Ok(None) => break Ok(()),
            Err(refused) => break Err(refused),
        }
        if rows > limits.rows {
            break Err(Refused::too_large(format!("The file has more than {} rows.", limits.rows)));
        }
    };
    let sum = std::mem::take(&mut *sum.lock().unwrap_or_else(PoisonError::into_inner));
    if shape.encoding == Encoding::Utf8 && sum.broken {
        return Ok(Ran::NotUtf8);
    }
    outcome?;
    if shape.encoding == Encoding::Utf8 && !sum.tail.is_empty() {
        return Ok(Ran::NotUtf8);
    }
    if rows == 0 {
        return Err(Refused::new(
            "empty",
            "The file has nothing but empty lines.",
            "Check that it was written in full.",
        ));
    }
    let sha256 = hex::encode(sum.sha.finalize());
    Ok(Ran::Whole(Look { shape: Shape::Text(shape.clone()), sha256, bytes: sum.bytes, rows }))
}

#[derive(Default)]
struct Sum {
    sha: Sha256,
    bytes: u64,
    packed: u64,
    /// The bytes of a character that the last block broke off in.
    tail: Vec<u8>,
    broken: bool,
}

struct Counting {
    inner: Box<dyn Read + Send>,
    sum: Arc<Mutex<Sum>>,
}

impl Read for Counting {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        let read = self.inner.read(out)?;
        self.sum.lock().unwrap_or_else(PoisonError::into_inner).packed += read as u64;
        Ok(read)
    }
}

struct Summing {
    inner: Box<dyn Read + Send>,
    sum: Arc<Mutex<Sum>>,
    shape: TextShape,
    limits: Limits,
}

/// A packed file that unfolds to more than this many times its size is a trap.
const MOST_UNFOLDING: u64 = 200;

impl Read for Summing {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        let read = self.inner.read(out)?;
        let block = out.get(..read).unwrap_or_default();
        let mut sum = self.sum.lock().unwrap_or_else(PoisonError::into_inner);
        sum.sha.update(block);
        sum.bytes += read as u64;
        if sum.bytes > self.limits.bytes {
            return Err(Refused::too_large(format!(
                "The file is larger than {} MB once unpacked.",
                self.limits.bytes >> 20
            ))
            .into());
        }
        if self.shape.gzip && sum.bytes > self.limits.unfolding_bytes && sum.bytes / MOST_UNFOLDING > sum.packed {
            return Err(Refused::new(
                "unfolds",
                "The packed file unfolds to hundreds of times its size, as no real table does.",
                "Send it unpacked.",
            )
            .into());
        }
        let single_byte = matches!(self.shape.encoding, Encoding::Utf8 | Encoding::Windows1252);
        if single_byte && memchr::memchr(0, block).is_some() {
            return Err(Refused::not_a_table("a file with binary zeros in it, not a file of text").into());
        }
        if self.shape.encoding == Encoding::Utf8 && !sum.still_utf8(block) {
            sum.broken = true;
            return Err(io::Error::other("not UTF-8"));
        }
        Ok(read)
    }
}

impl Sum {
    /// Whether the text is still UTF-8 with this block, which may break off within a character.
    fn still_utf8(&mut self, block: &[u8]) -> bool {
        let mut block = block;
        while !self.tail.is_empty() {
            let Some((byte, rest)) = block.split_first() else { return true };
            self.tail.push(*byte);
            block = rest;
            match std::str::from_utf8(&self.tail) {
                Ok(_) => self.tail.clear(),
                Err(error) if error.error_len().is_none() => {}
                Err(_) => return false,
            }
        }
        match std::str::from_utf8(block) {
            Ok(_) => true,
            Err(error) if error.error_len().is_none() => {
                self.tail = block.get(error.valid_up_to()..).unwrap_or_default().to_vec();
                true
            }
            Err(_) => false,
        }
    }
}
