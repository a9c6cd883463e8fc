//! Turns rows into a file's bytes, as each partner's tool exports them.

use super::Bytes;
use crate::mistakes::plain;

/// The whole file as bytes; `None` for a workbook, which `xlsx.rs` writes.
#[must_use]
pub fn bytes(rows: &[Vec<String>], how: Bytes) -> Option<Vec<u8>> {
    let (style, ending) = match how {
        Bytes::Quoted => (csv::QuoteStyle::Always, csv::Terminator::CRLF),
        Bytes::Workbook => return None,
        _ => (csv::QuoteStyle::Necessary, csv::Terminator::Any(b'\n')),
    };
    let mut writer =
        csv::WriterBuilder::new().flexible(true).quote_style(style).terminator(ending).from_writer(Vec::new());
    for row in rows {
        writer.write_record(row).ok()?;
    }
    let text = String::from_utf8(writer.into_inner().ok()?).ok()?;
    Some(match how {
        Bytes::Marked => [&b"\xef\xbb\xbf"[..], text.as_bytes()].concat(),
        Bytes::Utf16 => std::iter::once(0xfeff).chain(text.encode_utf16()).flat_map(u16::to_le_bytes).collect(),
        Bytes::Windows1252 => text.chars().map(windows_1252).collect(),
        _ => text.into_bytes(),
    })
}

/// A letter in Windows-1252; one that it lacks loses its accent, as it would on such a system's keyboard.
fn windows_1252(letter: char) -> u8 {
    let code = u32::from(letter);
    match letter {
        'Š' => 0x8a,
        'Ž' => 0x8e,
        'š' => 0x9a,
        'ž' => 0x9e,
        _ if code < 0x80 || (0xa0..0x100).contains(&code) => u8::try_from(code).unwrap_or(b'?'),
        _ => u8::try_from(u32::from(plain(letter))).ok().filter(u8::is_ascii).unwrap_or(b'?'),
    }
}

#[cfg(test)]
mod tests {
    use super::{Bytes, bytes};

    #[test]
    fn each_way_of_writing_has_its_marks() {
        let rows = vec![vec!["Gonçalves".to_owned(), "Żurawska".to_owned()]];
        assert_eq!(bytes(&rows, Bytes::Windows1252).unwrap(), b"Gon\xe7alves,Zurawska\n");
        assert_eq!(&bytes(&rows, Bytes::Utf16).unwrap()[..4], b"\xff\xfeG\0");
        assert!(bytes(&rows, Bytes::Marked).unwrap().starts_with(b"\xef\xbb\xbf"));
        assert_eq!(bytes(&rows, Bytes::Quoted).unwrap(), "\"Gonçalves\",\"Żurawska\"\r\n".as_bytes());
        assert!(bytes(&rows, Bytes::Workbook).is_none());
    }
}
