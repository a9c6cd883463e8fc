//! Comma-separated rows out of UTF-8 text (RFC 4180, and what programs make of it): quotes, newlines inside quotes, any
//! line end, and the number of the line on which each row begins. A quote inside a cell that doesn't begin with one is a
//! quote. Our own reader, because the number of the line must be right and an unclosed quote must be told apart.

use std::{io::Read, ops::Range};

use super::{Limits, Refused, RowView, decode::BLOCK};

pub(super) struct Records<R> {
    input: R,
    buffer: Vec<u8>,
    start: usize,
    filled: usize,
    ended: bool,
    /// The number of the line that begins at `start`.
    line: u64,
    delimiter: u8,
    line_end: u8,
    longest: usize,
    most_columns: usize,
    unquoted: Vec<u8>,
    cells: Vec<Range<usize>>,
}

/// A row that was found: how many bytes and lines it takes, and whether a cell is quoted.
struct Found {
    /// Up to and with its line end.
    bytes: usize,
    /// Without its line end.
    content: usize,
    lines: u64,
    quoted: bool,
}

impl<R: Read> Records<R> {
    pub(super) fn new(input: R, delimiter: u8, line_end: u8, limits: &Limits) -> Self {
        Self {
            input,
            buffer: vec![0; 2 * BLOCK],
            start: 0,
            filled: 0,
            ended: false,
            line: 1,
            delimiter,
            line_end,
            longest: limits.row_bytes,
            most_columns: limits.columns,
            unquoted: Vec::new(),
            cells: Vec::new(),
        }
    }

    /// The next row that is not an empty line.
    pub(super) fn next_row(&mut self) -> Result<Option<RowView<'_>>, Refused> {
        let Some((line, found)) = self.next_found()? else { return Ok(None) };
        let from = self.start - found.bytes;
        let (delimiter, most) = (self.delimiter, self.most_columns);
        let record = self.buffer.get(from..from + found.content).unwrap_or_default();
        self.cells.clear();
        let text = if found.quoted {
            unquote(record, delimiter, &mut self.unquoted, &mut self.cells);
            self.unquoted.as_slice()
        } else {
            let mut cell = 0;
            for at in memchr::memchr_iter(delimiter, record) {
                self.cells.push(cell..at);
                cell = at + 1;
            }
            self.cells.push(cell..record.len());
            record
        };
        if self.cells.len() > most {
            return Err(Refused::new(
                "too_many_columns",
                format!("Line {line} has more than {most} columns."),
                "Check that this is the right file.",
            ));
        }
        let text = std::str::from_utf8(text)
            .map_err(|_| Refused::damaged(format!("Line {line} is not in the encoding of the rest of the file.")))?;
        Ok(Some(RowView { line, text, cells: &self.cells }))
    }

    /// Skips to the next row without taking it apart.
    pub(super) fn skip_row(&mut self) -> Result<Option<u64>, Refused> {
        Ok(self.next_found()?.map(|(line, _)| line))
    }

    fn next_found(&mut self) -> Result<Option<(u64, Found)>, Refused> {
        loop {
            let found = self.find_end()?;
            if found.bytes == 0 {
                return Ok(None);
            }
            let line = self.line;
            self.start += found.bytes;
            self.line += found.lines;
            if found.content > 0 {
                return Ok(Some((line, found)));
            }
        }
    }

    /// Finds the end of the row that begins at `start`, reading on as far as it takes.
    fn find_end(&mut self) -> Result<Found, Refused> {
        let mut searched = 0;
        loop {
            let window = self.buffer.get(self.start..self.filled).unwrap_or_default();
            let tail = window.get(searched..).unwrap_or_default();
            if let Some(at) = memchr::memchr(self.line_end, tail) {
                let end = searched + at;
                let content = window.get(..end).unwrap_or_default();
                if memchr::memchr(b'"', content).is_none() {
                    return Ok(Found { bytes: end + 1, content: trimmed(content), lines: 1, quoted: false });
                }
                break;
            }
            searched = window.len();
            if self.ended {
                if memchr::memchr(b'"', window).is_none() {
                    let content = trimmed(window);
                    return Ok(Found { bytes: window.len(), content, lines: 1, quoted: false });
                }
                break;
            }
            self.read_on()?;
        }
        self.find_quoted_end()
    }

    fn find_quoted_end(&mut self) -> Result<Found, Refused> {
        let (mut at, mut lines, mut opened_on) = (0_usize, 0_u64, 0_u64);
        let (mut in_quotes, mut cell_begins) = (false, true);
        loop {
            let Some(byte) = self.buffer.get(..self.filled).and_then(|b| b.get(self.start + at)).copied() else {
                if !self.ended {
                    self.read_on().map_err(|refused| if in_quotes { unclosed(opened_on) } else { refused })?;
                    continue;
                }
                if in_quotes {
                    return Err(unclosed(opened_on));
                }
                let content = self.buffer.get(self.start..self.start + at).unwrap_or_default();
                return Ok(Found { bytes: at, content: trimmed(content), lines: lines + 1, quoted: true });
            };
            at += 1;
            if in_quotes {
                match byte {
                    b'"' => in_quotes = false,
                    _ if byte == self.line_end => lines += 1,
                    _ => {}
                }
                cell_begins = false;
                // A doubled quote closes and opens again: the next round sees a quote that reopens.
                if byte == b'"' && self.peek(at)? == Some(b'"') {
                    in_quotes = true;
                    at += 1;
                }
                continue;
            }
            match byte {
                b'"' if cell_begins => {
                    in_quotes = true;
                    opened_on = self.line + lines;
                }
                _ if byte == self.line_end => {
                    let content = self.buffer.get(self.start..self.start + at - 1).unwrap_or_default();
                    return Ok(Found { bytes: at, content: trimmed(content), lines: lines + 1, quoted: true });
                }
                _ => {}
            }
            cell_begins = byte == self.delimiter;
        }
    }

    fn peek(&mut self, at: usize) -> Result<Option<u8>, Refused> {
        while self.start + at >= self.filled && !self.ended {
            self.read_on()?;
        }
        Ok(self.buffer.get(..self.filled).and_then(|b| b.get(self.start + at)).copied())
    }

    fn read_on(&mut self) -> Result<(), Refused> {
        if self.start > 0 {
            self.buffer.copy_within(self.start..self.filled, 0);
            self.filled -= self.start;
            self.start = 0;
        }
        if self.filled > self.longest {
            return Err(Refused::new(
                "line_too_long",
                format!("Line {} is longer than {} kB.", self.line, self.longest / 1024),
                "Check that this is the right file and that its lines end.",
            ));
        }
        if self.filled == self.buffer.len() {
            self.buffer.resize(self.buffer.len() * 2, 0);
        }
        let read = self.input.read(self.buffer.get_mut(self.filled..).unwrap_or_default())?;
        self.filled += read;
        self.ended = read == 0;
        Ok(())
    }
}

fn unclosed(line: u64) -> Refused {
    Refused::new(
        "unclosed_quote",
        format!("A quotation mark is opened on line {line} and never closed."),
        "Close it, or double it (\"\") if it is meant as a mark, and send the file again.",
    )
}

/// The length without a carriage return at the end.
fn trimmed(line: &[u8]) -> usize {
    match line.split_last() {
        Some((b'\r', rest)) => rest.len(),
        _ => line.len(),
    }
}

/// Takes the cells of a row with quotes apart.
fn unquote(record: &[u8], delimiter: u8, text: &mut Vec<u8>, cells: &mut Vec<Range<usize>>) {
    text.clear();
    let mut rest = record.iter().copied().peekable();
    loop {
        let from = text.len();
        if rest.peek() == Some(&b'"') {
            rest.next();
            while let Some(byte) = rest.next() {
                if byte == b'"' && rest.next_if_eq(&b'"').is_none() {
                    break;
                }
                text.push(byte);
            }
        }
        while let Some(byte) = rest.next_if(|byte| *byte != delimiter) {
            text.push(byte);
        }
        cells.push(from..text.len());
        if rest.next().is_none() {
            return;
        }
    }
}
