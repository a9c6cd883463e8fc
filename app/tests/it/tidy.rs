//! Tidiness as a test: what a reader relies on in every file.

use std::{
    collections::BTreeMap,
    fs,
    path::{Path, PathBuf},
};

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap().to_path_buf()
}

const LEFT_OUT: &[&str] = &["target", "node_modules", "assets", ".git", "demo-data", "test-results"];

fn files(endings: &[&str]) -> Vec<(String, String)> {
    let mut found = Vec::new();
    let mut waiting = vec![root()];
    while let Some(directory) = waiting.pop() {
        for entry in fs::read_dir(directory).unwrap() {
            let path = entry.unwrap().path();
            let name = path.file_name().unwrap().to_string_lossy().into_owned();
            if path.is_dir() {
                if !LEFT_OUT.contains(&name.as_str()) {
                    waiting.push(path);
                }
            } else if endings.iter().any(|ending| name.ends_with(ending)) {
                let text = fs::read_to_string(&path).unwrap_or_default();
                found.push((path.strip_prefix(root()).unwrap().display().to_string(), text));
            }
        }
    }
    assert!(!found.is_empty() || endings.contains(&".csv"), "no files with {endings:?}");
    found
}

fn complain(what: &str, mut wrong: Vec<String>) {
    wrong.sort();
    assert!(wrong.is_empty(), "{what}:\n  {}", wrong.join("\n  "));
}

#[test]
fn no_file_is_longer_than_600_lines() {
    let wrong = files(&[".rs", ".ts", ".js", ".html", ".scss"])
        .iter()
        .filter(|(_, text)| text.lines().count() > 600)
        .map(|(path, text)| format!("{path}: {} lines", text.lines().count()))
        .collect();
    complain("files over 600 lines (is each one thing?)", wrong);
}

#[test]
fn every_module_begins_by_saying_what_it_is_for() {
    let wrong = files(&[".rs"])
        .iter()
        .filter(|(_, text)| !text.trim_start().starts_with("//!"))
        .map(|(path, _)| path.clone())
        .collect();
    complain("modules without a //! line", wrong);
}

#[test]
fn there_is_one_decider() {
    let wrong: Vec<String> = files(&[".rs"])
        .iter()
        .filter(|(path, text)| {
            text.lines().any(|line| line.starts_with("impl ") && line.contains("Decider for "))
                && !path.contains("/tests")
                && !path.contains("/examples/")
                && !path.starts_with("foundation/vault/src/testing")
        })
        .map(|(path, _)| path.clone())
        .collect();
    assert!(
        matches!(wrong.as_slice(), [only] if only.starts_with("flow/1-share/")),
        "`share` implements the one decider; found {wrong:?}"
    );
}

/// A record's body leaves the vault in one place, which writes the disclosure register first; whoever reads it elsewhere forgets the register.
#[test]
fn records_are_read_where_the_register_is_written() {
    let wrong = files(&[".rs"])
        .iter()
        .filter(|(path, _)| path.starts_with("flow/") || path.starts_with("app/src"))
        .filter(|(path, _)| !path.contains("/tests") && !path.contains("/examples/"))
        .filter(|(path, _)| path != "flow/2-ingest/src/record/store.rs")
        .filter(|(_, text)| {
            let words = text.split_whitespace().collect::<Vec<_>>().join(" ");
            words.split("SELECT ").skip(1).any(|statement| {
                let statement = statement.split('"').next().unwrap_or_default();
                let table = statement.split_once(" FROM record").map(|(columns, rest)| (columns, rest.chars().next()));
                let reads = |columns: &str| columns.split([',', ' ']).any(|column| column == "body" || column == "*");
                table.is_some_and(|(columns, next)| {
                    next.is_none_or(|next| !next.is_alphanumeric() && next != '_') && reads(columns)
                })
            })
        })
        .map(|(path, _)| path.clone())
        .collect();
    complain("statements that read a record's body past the disclosure register (use ingest::api)", wrong);
    let module = fs::read_to_string(root().join("flow/2-ingest/src/record/mod.rs")).unwrap();
    let reads = module.matches("store::").count();
    assert_eq!(reads, module.matches("released(reader, store::").count(), "each is written down before it is released");
}

#[test]
fn templates_fit_the_content_security_policy() {
    let mut wrong = Vec::new();
    for (path, text) in files(&[".html"]) {
        if text.contains(" style=\"") {
            wrong.push(format!("{path}: style attribute"));
        }
        if text.contains("<script>") || text.contains("onclick=") {
            wrong.push(format!("{path}: inline script"));
        }
        if text.contains("|safe") && !path.starts_with("foundation/web/") && !text.contains("{# safe:") {
            wrong.push(format!("{path}: `|safe` without a `{{# safe: why #}}` comment"));
        }
    }
    complain("templates that the policy forbids", wrong);
}

#[test]
fn sql_means_the_same_on_both_engines() {
    let mut wrong = Vec::new();
    for (path, text) in files(&["store.rs", ".sql"]) {
        for (number, line) in text.lines().enumerate() {
            let upper = line.to_uppercase().replace(".NOW()", ""); // a change's own time
            let sql_only = ["NOW()", "LOWER(", " LIKE ", " ILIKE ", "CURRENT_TIMESTAMP", "JSON_EXTRACT"];
            if !upper.trim_start().starts_with("--")
                && !upper.trim_start().starts_with("//")
                && sql_only.iter().any(|word| upper.contains(word))
            {
                wrong.push(format!("{path}:{}", number + 1));
            }
        }
    }
    complain("SQL that differs between the engines or depends on their clock", wrong);
}

#[test]
fn migration_numbers_are_unique_and_in_their_stages_range() {
    let ranges = [
        ("foundation/vault", 1..=49),
        ("foundation/web", 50..=99),
        ("flow/1-share", 100..=199),
        ("flow/2-ingest", 200..=299),
        ("flow/3-link", 300..=399),
        ("flow/4-picture", 400..=499),
        ("flow/5-act", 500..=599),
        ("flow/6-fund", 600..=699),
        ("flow/7-learn", 700..=799),
    ];
    let mut seen: BTreeMap<u32, String> = BTreeMap::new();
    let mut wrong = Vec::new();
    for (path, _) in files(&[".sql"]).into_iter().filter(|(path, _)| !path.contains("/tests/")) {
        let name = Path::new(&path).file_name().unwrap().to_string_lossy().into_owned();
        let Some(number) = name.split('_').next().and_then(|digits| digits.parse::<u32>().ok()) else {
            wrong.push(format!("{path}: no number"));
            continue;
        };
        match ranges.iter().find(|(stage, _)| path.starts_with(stage)) {
            Some((_, range)) if range.contains(&number) => {}
            _ => wrong.push(format!("{path}: {number} is outside its stage's range")),
        }
        if let Some(other) = seen.insert(number, path.clone()) {
            wrong.push(format!("{path} and {other} share a number"));
        }
    }
    complain("migrations", wrong);
}

#[test]
fn no_forbidden_word_is_used_for_a_person() {
    let words = ["gang member", "gang_member", "GangMember"];
    let mut wrong = Vec::new();
    for (path, text) in files(&[".rs", ".html", ".sql", ".toml"]) {
        if path.ends_with("tidy.rs") || path.ends_with("tests.rs") {
            continue;
        }
        for word in words {
            if text.contains(word) {
                wrong.push(format!("{path}: {word}"));
            }
        }
    }
    complain("words that product.md forbids", wrong);
}

#[test]
fn real_open_data_is_not_in_the_tree() {
    let wrong = files(&[".csv", ".gz", ".geojson"])
        .iter()
        .filter(|(path, _)| {
            ["essex-street", "imd-2019", "febrl_dataset", "fake_1000.csv"].iter().any(|name| path.contains(name))
        })
        .map(|(path, _)| path.clone())
        .collect::<Vec<_>>();
    complain("real data belongs in ../shared/data", wrong);
}
