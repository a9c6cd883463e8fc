//! Tables: encodings, shapes, and files that are none.

use std::io::Write as _;

use proptest::prelude::*;

use super::{Limits, Look, Next, Refused, look, rows};

type Rows = Vec<(u64, Vec<String>)>;

fn read(file: &Vec<u8>, limits: &Limits) -> Result<(Look, Rows), Refused> {
    let found = look(file, None, limits)?;
    let mut all = Vec::new();
    rows(file, &found, limits, &mut |row| -> Result<Next, Refused> {
        all.push((row.line, row.cells().map(str::to_owned).collect()));
        Ok(Next::Row)
    })?;
    Ok((found, all))
}

fn gzip(write: impl Fn(&mut dyn std::io::Write)) -> Vec<u8> {
    let mut packed = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
    write(&mut packed);
    packed.finish().unwrap()
}

#[test]
fn traps_are_refused_before_they_unfold() {
    let limits =
        Limits { bytes: 4 << 20, unfolding_bytes: 1 << 20, workbook_bytes: 1 << 20, rows: 1000, ..Limits::default() };
    let why = |bytes: &Vec<u8>, limits: &Limits| {
        look(bytes, None, limits).err().map(|refused| refused.why).unwrap_or_default()
    };
    let line = format!("a,b\n{}", "1,2\n".repeat(10_000));
    let many = why(&line.clone().into_bytes(), &limits);
    assert!(many.contains("more than 1000 rows"), "{many}");

    let wide = Limits { rows: u64::MAX, ..limits };
    let bomb = gzip(|to| (0..50).for_each(|_| to.write_all(line.as_bytes()).unwrap()));
    let unfolds = why(&bomb, &wide);
    assert!(unfolds.contains("hundreds of times"), "{unfolds}");
    let large = why(&line.repeat(120).into_bytes(), &wide);
    assert!(large.contains("larger than 4 MB"), "{large}");

    let mut zip = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
    for name in ["xl/workbook.xml", "xl/worksheets/sheet1.xml"] {
        zip.start_file(name, zip::write::SimpleFileOptions::default()).unwrap();
        zip.write_all(&vec![b' '; 900 << 10]).unwrap();
    }
    let workbook = why(&zip.finish().unwrap().into_inner(), &limits);
    assert!(workbook.contains("unfolds to more than 1 MB"), "{workbook}");
}

#[test]
fn a_character_that_two_blocks_share_is_whole() {
    // 64 kB blocks: the é lies across every boundary once the text is shifted by one.
    for shift in 0..3 {
        let text = format!("{}a,b\n{}", "x".repeat(shift), "é,é\n".repeat(60_000));
        let (found, all) = read(&text.clone().into_bytes(), &Limits::default()).unwrap();
        assert!(found.words().contains("UTF-8"));
        assert_eq!(all.len(), 60_001);
        assert!(all.iter().skip(1).all(|(_, cells)| cells == &["é", "é"]));
        let old: Vec<u8> = encoding_rs::WINDOWS_1252.encode(&text).0.into_owned();
        let (found, all) = read(&old, &Limits::default()).unwrap();
        assert!(found.words().contains("Windows-1252"));
        assert!(all.iter().skip(1).all(|(_, cells)| cells == &["é", "é"]));
    }
}

/// Writes cells as RFC 4180 asks.
fn written(table: &[Vec<String>], delimiter: char, line_end: &str) -> String {
    let mut text = String::new();
    for row in table {
        let cells: Vec<String> = row
            .iter()
            .map(|cell| {
                let quoted = cell.contains([delimiter, '"', '\n', '\r']) || cell.trim() != cell;
                if quoted { format!("\"{}\"", cell.replace('"', "\"\"")) } else { cell.clone() }
            })
            .collect();
        text.push_str(&cells.join(&delimiter.to_string()));
        text.push_str(line_end);
    }
    text
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]
    #[test]
    fn what_is_written_is_read(
        body in prop::collection::vec(prop::collection::vec("[a-zé\" ,;\n]{0,6}", 3), 0..8),
        semicolon: bool,
        wide: bool,
    ) {
        let mut table = vec![vec!["one".to_owned(), "two".to_owned(), "three".to_owned()]];
        table.extend(body);
        let delimiter = if semicolon { ';' } else { ',' };
        let text = written(&table, delimiter, "\n");
        let bytes = if wide {
            std::iter::once(0xfeff).chain(text.encode_utf16()).flat_map(u16::to_le_bytes).collect()
        } else {
            text.clone().into_bytes()
        };
        let (_, found) = read(&bytes, &Limits::default()).unwrap();
        let cells: Vec<Vec<String>> = found.iter().map(|(_, cells)| cells.clone()).collect();
        prop_assert_eq!(&cells, &table);
        // A row begins on one line more than the line ends before it.
        let mut before = String::new();
        for ((line, _), row) in found.iter().zip(&table) {
            prop_assert_eq!(*line, before.matches('\n').count() as u64 + 1);
            before.push_str(&written(std::slice::from_ref(row), delimiter, "\n"));
        }
    }

    #[test]
    fn no_bytes_panic(bytes in prop::collection::vec(any::<u8>(), 0..400)) {
        let _ = read(&bytes, &Limits::default());
    }

    #[test]
    fn no_text_panics(text in "[\"a,\n\r;]{0,60}") {
        let _ = read(&text.into_bytes(), &Limits::default());
    }
}
