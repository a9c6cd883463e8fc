//! Any file: it is read or refused with a message, and what is read hangs together.

use std::{fs, path::PathBuf, process, thread};

use linkage::{Table, read};

/// Reads a file that holds these bytes.
pub fn check(bytes: &[u8]) {
    let path = file(bytes);
    let columns = read::columns(&path);
    match read::records(&path, &|_| true) {
        Ok(records) => {
            let names = columns.expect("named as they are read");
            for name in &names {
                let values = records.text(&path, name).expect("a column of the header");
                assert_eq!(values.len(), records.records, "a value for each record");
                let alone = read::records(&path, &|other| other == name).expect("one column alone");
                assert_eq!(alone.text(&path, name).expect("it"), values, "the same by itself");
            }
            let table = Table::from_batches(&records.batches).expect("batches of one shape");
            assert!(names.is_empty() || table.records() == records.records);
            if records.records > 0 && bytes.get(..4) != Some(b"PAR1") {
                assert!(read::line_of(&path, records.records - 1).is_some(), "the last record stands on a line");
            }
            assert_eq!(read::line_of(&path, records.records), None, "and no other follows");
        }
        Err(refused) => assert!(!refused.to_string().is_empty()),
    }
    let _ = fs::remove_file(path);
}

fn file(bytes: &[u8]) -> PathBuf {
    let shared = PathBuf::from("/dev/shm");
    let folder = if shared.is_dir() { shared } else { std::env::temp_dir() };
    let path = folder.join(format!("linkage-fuzz-{}-{:?}", process::id(), thread::current().id()));
    fs::write(&path, bytes).expect("the folder can be written");
    path
}
