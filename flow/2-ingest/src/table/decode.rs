//! From the bytes of a file to UTF-8 text: unpacks gzip, drops the byte order mark, decodes UTF-16 and Windows-1252.

use std::io::{self, BufReader, Read};

use encoding_rs::{CoderResult, Decoder};
use serde::{Deserialize, Serialize};

use super::{Again, Refused};

/// How a text file is written.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct TextShape {
    pub gzip: bool,
    pub encoding: Encoding,
    /// Bytes of the byte order mark.
    pub mark: usize,
    pub delimiter: u8,
    /// The byte that ends a line.
    pub line_end: u8,
}

/// The encodings that are taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Encoding {
    Utf8,
    Utf16Le,
    Utf16Be,
    Windows1252,
}

impl Encoding {
    pub(crate) fn words(self) -> &'static str {
        match self {
            Self::Utf8 => "UTF-8",
            Self::Utf16Le => "UTF-16 (little endian)",
            Self::Utf16Be => "UTF-16 (big endian)",
            Self::Windows1252 => "Windows-1252",
        }
    }

    fn decoder(self) -> Option<Decoder> {
        match self {
            Self::Utf8 => None,
            Self::Utf16Le => Some(encoding_rs::UTF_16LE.new_decoder_without_bom_handling()),
            Self::Utf16Be => Some(encoding_rs::UTF_16BE.new_decoder_without_bom_handling()),
            Self::Windows1252 => Some(encoding_rs::WINDOWS_1252.new_decoder_without_bom_handling()),
        }
    }
}

pub(super) const BLOCK: usize = 64 * 1024;

/// The file's bytes, unpacked.
pub(super) fn unpacked(file: &dyn Again, gzip: bool) -> io::Result<Box<dyn Read + Send>> {
    let raw = file.open()?;
    if gzip {
        // Several members in a row are one file, as gzip itself has it.
        Ok(Box::new(flate2::bufread::MultiGzDecoder::new(BufReader::with_capacity(BLOCK, raw))))
    } else {
        Ok(raw)
    }
}

/// The file's text as UTF-8.
pub(super) fn text(file: &dyn Again, shape: &TextShape) -> io::Result<Box<dyn Read + Send>> {
    decoded(unpacked(file, shape.gzip)?, shape)
}

/// Drops the mark and decodes.
pub(super) fn decoded(mut bytes: Box<dyn Read + Send>, shape: &TextShape) -> io::Result<Box<dyn Read + Send>> {
    let mut mark = [0; 3];
    if let Some(mark) = mark.get_mut(..shape.mark) {
        bytes.read_exact(mark)?;
    }
    Ok(match shape.encoding.decoder() {
        None => bytes,
        Some(decoder) => {
            Box::new(Decoding { bytes, decoder, raw: vec![0; BLOCK], text: Vec::new(), at: 0, ended: false })
        }
    })
}

struct Decoding {
    bytes: Box<dyn Read + Send>,
    decoder: Decoder,
    raw: Vec<u8>,
    text: Vec<u8>,
    at: usize,
    ended: bool,
}

impl Decoding {
    fn fill(&mut self) -> io::Result<()> {
        let read = self.bytes.read(&mut self.raw)?;
        self.ended = read == 0;
        let raw = self.raw.get(..read).unwrap_or_default();
        let most = self.decoder.max_utf8_buffer_length(read).unwrap_or(4 * BLOCK);
        self.text.resize(most, 0);
        let (result, _, written, broken) = self.decoder.decode_to_utf8(raw, &mut self.text, self.ended);
        if broken || matches!(result, CoderResult::OutputFull) {
            return Err(Refused::damaged(
                "The file is not whole in its encoding (UTF-16): it is damaged or was cut off.",
            )
            .into());
        }
        self.text.truncate(written);
        self.at = 0;
        Ok(())
    }
}

impl Read for Decoding {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        while self.at >= self.text.len() && !self.ended {
            self.fill()?;
        }
        let rest = self.text.get(self.at..).unwrap_or_default();
        let taken = rest.len().min(out.len());
        if let (Some(to), Some(from)) = (out.get_mut(..taken), rest.get(..taken)) {
            to.copy_from_slice(from);
        }
        self.at += taken;
        Ok(taken)
    }
}
