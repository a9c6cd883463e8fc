//! CSV: comma, semicolon, tab or bar; UTF-8, UTF-16 or Windows-1252.

use std::{
    fs::File,
    io::{BufReader, Cursor, Read},
    path::Path,
    sync::Arc,
};

use crate::arrow::{
    array::{ArrayRef, RecordBatch, StringBuilder},
    datatypes::{DataType, Field, Schema},
};
use csv::{ByteRecord, Reader, ReaderBuilder, Trim};

use super::{ReadError, Records, distinct};

/// Records of one batch: a text column of a batch may not pass 2 GiB.
const BATCH: usize = 1 << 20;

struct Open {
    reader: Reader<Box<dyn Read>>,
    names: Vec<String>,
}

pub(super) fn columns(path: &Path, gzip: bool) -> Result<Vec<String>, ReadError> {
    open(path, gzip).map(|open| open.names)
}

pub(super) fn line_of(path: &Path, gzip: bool, record: usize) -> Option<u64> {
    let mut open = open(path, gzip).ok()?;
    let found = open.reader.byte_records().nth(record)?.ok()?;
    found.position().map(csv::Position::line)
}

pub(super) fn records(path: &Path, gzip: bool, wanted: &dyn Fn(&str) -> bool) -> Result<Records, ReadError> {
    let Open { mut reader, names } = open(path, gzip)?;
    let kept: Vec<(usize, &String)> = names.iter().enumerate().filter(|(_, name)| wanted(name)).collect();
    let field = |(_, name): &(usize, &String)| Field::new(name.as_str(), DataType::Utf8, true);
    let schema = Arc::new(Schema::new(kept.iter().map(field).collect::<Vec<_>>()));
    let mut builders: Vec<StringBuilder> = kept.iter().map(|_| StringBuilder::new()).collect();
    let (mut batches, mut records, mut held) = (Vec::new(), 0, 0);
    let mut foreign = Foreign::default();
    let mut row = ByteRecord::new();
    while reader.read_byte_record(&mut row).map_err(|error| wrong(path, &error))? {
        let line = row.position().map_or(0, csv::Position::line);
        if row.len() != names.len() {
            return Err(ragged(path, line, row.len(), &names));
        }
        for ((at, name), builder) in kept.iter().zip(&mut builders) {
            match row.get(*at) {
                None | Some([]) => builder.append_null(),
                Some(bytes) => builder.append_value(foreign.text(bytes, name, line)),
            }
        }
        (records, held) = (records + 1, held + 1);
        if held == BATCH {
            batches.push(batch(path, &schema, &mut builders, held)?);
            held = 0;
        }
    }
    batches.push(batch(path, &schema, &mut builders, held)?);
    Ok(Records { batches, records, notes: foreign.note(path).into_iter().collect() })
}

fn batch(
    path: &Path,
    schema: &Arc<Schema>,
    builders: &mut [StringBuilder],
    rows: usize,
) -> Result<RecordBatch, ReadError> {
    let columns: Vec<ArrayRef> = builders.iter_mut().map(|builder| Arc::new(builder.finish()) as ArrayRef).collect();
    let options = crate::arrow::array::RecordBatchOptions::new().with_row_count(Some(rows));
    RecordBatch::try_new_with_options(schema.clone(), columns, &options)
        .map_err(|error| ReadError::new(path, error.to_string()))
}

fn wrong(path: &Path, error: &csv::Error) -> ReadError {
    let refused = ReadError::new(path, error.to_string());
    match error.position() {
        Some(position) => refused.at(position.line()),
        None => refused,
    }
}

fn ragged(path: &Path, line: u64, found: usize, names: &[String]) -> ReadError {
    let wanted = names.len();
    let why = if found > wanted { "a comma inside a value needs quotes around it" } else { "the line ends too early" };
    let error = ReadError::new(path, format!("{found} values where the header names {wanted} columns; {why}")).at(line);
    match names.get(found) {
        Some(first) => error.column(first),
        None => error,
    }
}

/// Values that are not UTF-8: read as Windows-1252, which gives every byte a letter, and noted.
#[derive(Default)]
struct Foreign {
    values: u64,
    first: Option<(String, u64)>,
}

impl Foreign {
    fn text<'a>(&mut self, bytes: &'a [u8], column: &str, line: u64) -> std::borrow::Cow<'a, str> {
        match std::str::from_utf8(bytes) {
            Ok(text) => text.into(),
            Err(_) => {
                self.values += 1;
                self.first.get_or_insert_with(|| (column.to_owned(), line));
                encoding_rs::WINDOWS_1252.decode(bytes).0
            }
        }
    }

    fn note(&self, path: &Path) -> Option<String> {
        let (column, line) = self.first.as_ref()?;
        let (file, values) = (path.display(), self.values);
        Some(format!(
            "{file}: {values} values are not UTF-8 and were read as Windows-1252, first on line {line}, column `{column}`"
        ))
    }
}

fn open(path: &Path, gzip: bool) -> Result<Open, ReadError> {
    let unread = |error: std::io::Error| ReadError::new(path, format!("can't be read: {error}"));
    let file = File::open(path).map_err(unread)?;
    let mut input: Box<dyn Read> =
        if gzip { Box::new(flate2::read::MultiGzDecoder::new(BufReader::new(file))) } else { Box::new(file) };
    let mut start = Vec::new();
    input.by_ref().take(1 << 16).read_to_end(&mut start).map_err(unread)?;
    if matches!(start.as_slice(), [0xff, 0xfe, ..] | [0xfe, 0xff, ..]) {
        // UTF-16, as Excel's "Unicode text": rare and small, so decoded as a whole.
        input.read_to_end(&mut start).map_err(unread)?;
        let (text, _, _) = encoding_rs::UTF_16LE.decode(&start);
        start = text.into_owned().into_bytes();
        input = Box::new(std::io::empty());
    }
    let begin = if start.starts_with(b"\xef\xbb\xbf") { 3 } else { 0 };
    let header = start.get(begin..).unwrap_or_default();
    let delimiter = delimiter(header);
    let mut whole = Cursor::new(start);
    whole.set_position(begin as u64);
    let mut reader = ReaderBuilder::new()
        .delimiter(delimiter)
        .flexible(true)
        .trim(Trim::All)
        .from_reader(Box::new(whole.chain(input)) as Box<dyn Read>);
    let headers = reader.byte_headers().map_err(|error| wrong(path, &error))?;
    let name = |(at, bytes): (usize, &[u8])| match std::str::from_utf8(bytes) {
        Ok("") => format!("column_{}", at + 1),
        Ok(name) => name.to_owned(),
        Err(_) => encoding_rs::WINDOWS_1252.decode(bytes).0.into_owned(),
    };
    let names: Vec<String> = headers.iter().enumerate().map(name).collect();
    if names.is_empty() {
        return Err(ReadError::new(path, "holds no line; its first should name the columns"));
    }
    distinct(path, &names)?;
    Ok(Open { reader, names })
}

/// The mark that parts the header's names.
fn delimiter(start: &[u8]) -> u8 {
    let line = start.split(|byte| *byte == b'\n').next().unwrap_or_default();
    let count = |mark: u8| line.iter().filter(|byte| **byte == mark).count();
    [b',', b';', b'\t', b'|'].into_iter().rev().max_by_key(|mark| count(*mark)).unwrap_or(b',')
}
