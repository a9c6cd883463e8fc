//! The published JSON Schema of a spec is the types'. `ALONGSIDE_WRITE_SCHEMA=1 cargo test -p linkage schema` writes it anew.

use std::{fs, path::Path};

use super::Spec;
use crate::SPEC_SCHEMA;

#[test]
fn the_published_schema_is_the_types() {
    let mut schema = schemars::schema_for!(Spec);
    schema.insert("title".into(), "A linkage spec".into());
    let text = format!("{}\n", serde_json::to_string_pretty(&schema).unwrap());
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("schema/spec.schema.json");
    if std::env::var_os("ALONGSIDE_WRITE_SCHEMA").is_some() {
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(&path, &text).unwrap();
    } else {
        // The order of an object's keys depends on what else is built beside, and says nothing.
        let [now, published]: [serde_json::Value; 2] =
            [&text, SPEC_SCHEMA].map(|text| serde_json::from_str(text).unwrap());
        assert!(now == published, "the types have changed; write {} anew as this file's head says", path.display());
    }
}
