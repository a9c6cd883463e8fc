//! A unit's own feeds, moment types and basemap: used from where they are, or the program says what to mend and doesn't start.

use std::{
    fs,
    path::Path,
    process::{Command, Output},
};

const FEED: &str = r#"title = "Youth clubs"
agency = "navigators"
category = "contact"
about = "Who comes to the clubs."
delivers = "changes"
every = "month"
source_id = ["ref"]
retention = { years = 2, from = "event" }
role = { fixed = "person_at_risk" }
event_at = "day"
[[column]]
name = "ref"
type = "text"
required = true
[[column]]
name = "day"
type = "date"
formats = ["%Y-%m-%d"]
required = true
"#;

fn moment_type() -> String {
    fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/../flow/5-act/moment_types/custody.toml")).unwrap()
}

fn alongside(folder: &Path, words: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_alongside"))
        .args(words)
        .current_dir(folder)
        .env("ALONGSIDE_STORAGE__DIRECTORY", folder.join("data"))
        .output()
        .unwrap()
}

fn said(output: &Output) -> String {
    format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr))
}

fn configured(feed: &str, kind: &str) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    for (name, file, text) in [("feeds", "youth_clubs.toml", feed), ("kinds", "custody.toml", kind)] {
        fs::create_dir(folder.path().join(name)).unwrap();
        fs::write(folder.path().join(name).join(file), text).unwrap();
    }
    fs::write(folder.path().join("alongside.toml"), "[unit]\nfeeds = \"feeds\"\nmoment_types = \"kinds\"\n").unwrap();
    folder
}

#[test]
fn own_files_are_used() {
    let folder = configured(FEED, &moment_type());
    let output = alongside(folder.path(), &["ingest", "nonsense", "x.csv"]);
    assert!(said(&output).contains("youth_clubs") && said(&output).contains("custody"), "{}", said(&output));
}

#[test]
fn a_bad_file_keeps_the_program_from_starting() {
    let feed = FEED.replace("type = \"text\"", "type = \"number\"");
    let broken = FEED.replace("retention = {", "retention = ");
    let kind = moment_type().replace("\"contacted\"", "\"phoned\"");
    assert_ne!(kind, moment_type());
    for (feed, kind, says) in [
        (feed.as_str(), moment_type(), "youth_clubs.toml: line 12: column `ref`: `type` is one of text"),
        (broken.as_str(), moment_type(), "line 8"),
        (FEED, kind, "custody.toml: line "),
    ] {
        let folder = configured(feed, &kind);
        let output = alongside(folder.path(), &["serve"]);
        assert!(!output.status.success(), "{}", said(&output));
        assert!(said(&output).contains(says) && said(&output).contains("nothing was started"), "{}", said(&output));
        assert!(!folder.path().join("data").exists(), "it opened the installation all the same");
    }
    let folder = configured(FEED, &moment_type());
    fs::remove_dir_all(folder.path().join("feeds")).unwrap();
    let output = alongside(folder.path(), &["serve"]);
    assert!(!output.status.success() && said(&output).contains("the folder can't be read"), "{}", said(&output));
}

#[test]
fn a_basemap_that_cannot_be_drawn_keeps_the_program_from_starting() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("alongside.toml"), "[map]\ntiles = \"county.pmtiles\"\n").unwrap();
    let mut version_2 = vec![0; 200];
    version_2[..8].copy_from_slice(b"PMTiles\x02");
    for (bytes, says) in [
        (None, "county.pmtiles: the file can't be read"),
        (Some(b"\x89PNG, and more".to_vec()), "county.pmtiles: this is not a PMTiles file"),
        (Some(version_2), "county.pmtiles: this is PMTiles version 2; version 3 is needed"),
    ] {
        if let Some(bytes) = bytes {
            fs::write(folder.path().join("county.pmtiles"), bytes).unwrap();
        }
        for words in [&["serve"][..], &["demo", "--people", "500"]] {
            let output = alongside(folder.path(), words);
            let text = said(&output);
            assert!(!output.status.success(), "{text}");
            assert!(
                text.contains(says) && text.contains("`map.tiles`") && text.contains("nothing was started"),
                "{text}"
            );
            assert!(
                !folder.path().join("data").exists() && !folder.path().join("demo-data").exists(),
                "it made something"
            );
        }
    }
}

#[test]
fn files_are_checked_before_they_are_used() {
    let folder = configured(FEED, &moment_type());
    fs::write(folder.path().join("bad.toml"), FEED.replace("\"month\"", "\"hour\"")).unwrap();
    let words = ["check", "--feeds", "feeds/youth_clubs.toml", "bad.toml", "--moment-types", "kinds/custody.toml"];
    let output = alongside(folder.path(), &words);
    let text = said(&output);
    assert!(!output.status.success());
    assert!(text.contains("youth_clubs.toml: good: the feed `youth_clubs`, 2 columns"), "{text}");
    assert!(text.contains("kinds/custody.toml: good: a moment type") && text.contains("line 6"), "{text}");
}
