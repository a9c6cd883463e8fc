//! Files as strangers bring them.

use std::{io::Write as _, path::PathBuf, sync::Arc};

use crate::arrow::array::{ArrayRef, Date32Array, RecordBatch, StringArray};
use parquet::{
    arrow::ArrowWriter,
    basic::{Compression, ZstdLevel},
    file::properties::WriterProperties,
};

use super::{columns, line_of, records};

fn file(name: &str, bytes: &[u8]) -> (tempfile::TempDir, PathBuf) {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join(name);
    std::fs::write(&path, bytes).unwrap();
    (dir, path)
}

fn read(bytes: &[u8]) -> Result<Vec<Option<String>>, String> {
    let (_dir, path) = file("people.csv", bytes);
    let all = records(&path, &|_| true).map_err(|error| error.to_string())?;
    all.text(&path, "name").map_err(|error| error.to_string())
}

#[test]
fn every_common_form_reads_alike() {
    let expected = Ok(vec![Some("Zoë".to_owned()), None]);
    let utf16: Vec<u8> = "\u{feff}id;name\r\n1;Zoë\r\n2;\r\n".encode_utf16().flat_map(u16::to_le_bytes).collect();
    let mut zipped = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    zipped.write_all("id,name\n1,Zoë\n2,\n".as_bytes()).unwrap();
    for bytes in [
        "id,name\n1,Zoë\n2,\n".as_bytes(),
        "id, name\n1, Zoë\n2, \n".as_bytes(),
        "\u{feff}id;name\r\n1;\"Zoë\"\r\n2;\r\n".as_bytes(),
        "id\tname\n1\tZoë\n\n2\t\n".as_bytes(),
        b"id|name\n1|Zo\xeb\n2|\n",
        &utf16,
        &zipped.finish().unwrap(),
    ] {
        assert_eq!(read(bytes), expected);
    }
}

#[test]
fn bytes_that_are_not_utf_8_are_noted_with_their_place() {
    let (_dir, path) = file("people.csv", b"id,name\n1,Ann\n2,Zo\xeb\n");
    let notes = records(&path, &|_| true).unwrap().notes;
    assert!(notes[0].contains("1 values") && notes[0].contains("line 3, column `name`"), "{}", notes[0]);
}

#[test]
fn refusals_name_file_line_and_column() {
    for (bytes, expected) in [
        (&b""[..], "people.csv: is empty"),
        (b"name,name\n1,2\n", "people.csv, column `name`: is named twice"),
        (
            b"id,name,born\n1,Ann,1990\n2\n",
            "people.csv, line 3, column `name`: 1 values where the header names 3 columns",
        ),
        (b"id,name\n1,Lee,Ann\n", "people.csv, line 2: 3 values where the header names 2 columns; a comma inside"),
        (b"PK\x03\x04rest", "is a spreadsheet or an archive"),
        (b"PAR1rest of it", "is not sound Parquet"),
    ] {
        let message = read(bytes).unwrap_err();
        assert!(message.contains(expected), "{message}");
    }
    assert!(columns(std::path::Path::new("/nowhere.csv")).unwrap_err().to_string().contains("can't be opened"));
}

#[test]
fn a_record_is_found_by_its_line_even_after_a_value_of_two_lines() {
    let (_dir, path) = file("people.csv", b"id,name\n1,\"Ann\nLee\"\n2,Bo\n");
    assert_eq!((line_of(&path, 0), line_of(&path, 1), line_of(&path, 2)), (Some(2), Some(4), None));
}

#[test]
fn parquet_reads_whatever_its_compression() {
    for compression in [Compression::SNAPPY, Compression::ZSTD(ZstdLevel::default()), Compression::UNCOMPRESSED] {
        let name: ArrayRef = Arc::new(StringArray::from(vec![Some("Zoë"), None]));
        let born: ArrayRef = Arc::new(Date32Array::from(vec![7335, 7336]));
        let batch = RecordBatch::try_from_iter([("name", name), ("born", born)]).unwrap();
        let properties = WriterProperties::builder().set_compression(compression).build();
        let mut writer = ArrowWriter::try_new(Vec::new(), batch.schema(), Some(properties)).unwrap();
        writer.write(&batch).unwrap();
        let (_dir, path) = file("people.parquet", &writer.into_inner().unwrap());
        assert_eq!(columns(&path).unwrap(), ["name", "born"]);
        let all = records(&path, &|name| name == "born").unwrap();
        assert_eq!((all.records, all.batches[0].num_columns()), (2, 1));
        assert_eq!(all.text(&path, "born").unwrap()[0].as_deref(), Some("1990-01-31"));
        assert!(all.text(&path, "name").unwrap_err().to_string().contains("column `name`: there is no such column"));
    }
}
