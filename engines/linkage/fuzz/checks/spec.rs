//! Any text: a spec or a message. A spec is written as TOML that reads back the same, takes three records, and is said in SQL or not.

use linkage::{Linker, RunOptions, Spec, Table, splink};

/// Takes the text for a spec.
pub fn check(bytes: &[u8]) {
    let Ok(text) = std::str::from_utf8(bytes) else { return };
    let spec = match Spec::from_toml(text) {
        Ok(spec) => spec,
        Err(refused) => return assert!(!refused.to_string().is_empty()),
    };
    let written = spec.to_toml().expect("what was read can be written");
    assert_eq!(Spec::from_toml(&written).expect("what was written can be read"), spec);
    let _ = splink::to_splink(&spec, "dedupe_only", "id");
    if spec.fields.len() > 40 || text.len() > 20_000 {
        return;
    }
    let mut columns: Vec<&str> = spec.fields.iter().map(|field| field.name.as_str()).collect();
    columns.extend(spec.fields.iter().flat_map(|field| field.from.iter().map(String::as_str)));
    columns.sort_unstable();
    columns.dedup();
    let values = [Some("Ann-Marie 1"), Some("1990-01-02"), Some("CM1 1AA"), None, Some("Ann-Marie 1")];
    let table = Table::from_columns(columns.into_iter().map(|name| (name, values.to_vec()))).expect("equal lengths");
    let linker = Linker::new(spec.clone(), table).expect("it has what the spec asks for");
    match linker.run(&RunOptions { keep_apart: true, ..RunOptions::default() }) {
        Ok(outcome) => {
            assert!(spec.is_trained());
            assert!(outcome.pairs.iter().all(|pair| !pair.weight.is_nan()), "every weight is a number");
        }
        Err(refused) => assert!(!refused.to_string().is_empty()),
    }
}
