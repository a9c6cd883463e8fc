//! Who may depend on whom: the table of `ARCHITECTURE.md` held against `cargo metadata`.

use std::{collections::BTreeMap, process::Command};

/// Each crate, and those of ours that it may depend on. Tests may also use `demo` and vault's `testing` feature.
const ALLOWED: &[(&str, &[&str])] = &[
    ("base", &[]),
    ("linkage", &["base"]),
    ("places", &["base"]),
    // What partners check the log with: it must know nothing of the unit's insides, and the vault makes proofs with the same code.
    ("witness", &["base"]),
    ("vault", &["base", "witness"]),
    ("web", &["base", "vault"]),
    ("share", &["base", "vault", "web", "linkage", "places"]),
    ("ingest", &["base", "vault", "web", "linkage", "places", "share"]),
    ("link", &["base", "vault", "web", "linkage", "places", "share", "ingest"]),
    ("picture", &["base", "vault", "web", "linkage", "places", "share", "ingest", "link"]),
    ("act", &["base", "vault", "web", "linkage", "places", "share", "ingest", "link", "picture"]),
    ("learn", &["base", "vault", "web", "linkage", "places", "share", "ingest", "link", "picture", "act"]),
    ("demo", &["base"]),
    (
        "alongside",
        &[
            "base", "vault", "witness", "web", "linkage", "places", "share", "ingest", "link", "picture", "act",
            "learn", "demo",
        ],
    ),
];

fn metadata() -> serde_json::Value {
    let output = Command::new(env!("CARGO"))
        .args(["metadata", "--format-version", "1", "--no-deps", "--offline"])
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .output()
        .expect("cargo metadata runs");
    serde_json::from_slice(&output.stdout).expect("cargo metadata gives JSON")
}

#[test]
fn every_edge_between_our_crates_is_in_the_table() {
    let allowed: BTreeMap<&str, &[&str]> = ALLOWED.iter().copied().collect();
    let mut wrong = Vec::new();
    for package in metadata()["packages"].as_array().unwrap() {
        let name = package["name"].as_str().unwrap();
        let Some(may) = allowed.get(name) else {
            wrong.push(format!("{name} is not in the table"));
            continue;
        };
        for dependency in package["dependencies"].as_array().unwrap() {
            let (on, kind) = (dependency["name"].as_str().unwrap(), dependency["kind"].as_str());
            let for_tests = kind == Some("dev") && ["demo", "vault"].contains(&on);
            if allowed.contains_key(on) && !may.contains(&on) && !for_tests {
                wrong.push(format!("{name} depends on {on}"));
            }
        }
    }
    assert!(wrong.is_empty(), "edges against the direction of the house: {wrong:#?}");
}

#[test]
fn only_the_vault_names_the_database_library_and_nobody_datafusion() {
    let mut wrong = Vec::new();
    for package in metadata()["packages"].as_array().unwrap() {
        let name = package["name"].as_str().unwrap();
        for dependency in package["dependencies"].as_array().unwrap() {
            let on = dependency["name"].as_str().unwrap();
            let database = on.starts_with("sea-orm") || on.starts_with("sqlx") || on == "rusqlite";
            if (database && name != "vault") || (on.starts_with("datafusion") && name != "cluster") {
                wrong.push(format!("{name} depends on {on}"));
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}
