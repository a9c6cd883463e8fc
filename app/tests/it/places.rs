//! `alongside places` from the command line, on a synthetic county's own files.

use std::{
    fs,
    path::Path,
    process::{Command, Output},
};

fn alongside(folder: &Path, words: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_alongside")).args(words).current_dir(folder).output().unwrap()
}

fn said(output: &Output) -> String {
    format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr))
}

#[test]
fn a_study_of_the_county_finds_its_hotspot() {
    let folder = tempfile::tempdir().unwrap();
    let made = alongside(
        folder.path(),
        &["county", "--people", "15000", "--seed", "1", "--until", "2026-10-31", "--out", "county"],
    );
    assert!(made.status.success(), "{}", said(&made));
    let street = folder.path().join("county/feeds/street_crime");
    let mut files: Vec<String> =
        fs::read_dir(street).unwrap().map(|file| file.unwrap().path().display().to_string()).collect();
    files.sort();
    let spec = "title = \"Violence\"\npermutations = 999\n[events]\ncategories = [\"Violence and sexual offences\"]\n[scan]\nreplicates = 99\nprospective = true\n";
    fs::write(folder.path().join("places.toml"), spec).unwrap();
    let mut words: Vec<&str> = vec!["places"];
    words.extend(files.iter().map(String::as_str));
    words.extend([
        "--areas",
        "county/areas.geojson",
        "--population",
        "county/population.csv",
        "--deprivation",
        "county/deprivation.csv",
    ]);
    words.extend(["--spec", "places.toml", "--out", "out"]);
    let done = alongside(folder.path(), &words);
    assert!(done.status.success() && said(&done).contains("Open out/report.html"), "{}", said(&done));
    let planted: serde_json::Value =
        serde_json::from_slice(&fs::read(folder.path().join("county/truth/planted.json")).unwrap()).unwrap();
    let scan = fs::read_to_string(folder.path().join("out/scan.csv")).unwrap();
    let strongest: Vec<&str> = scan.lines().nth(1).unwrap().split(',').collect();
    assert_eq!(strongest[1], planted["hotspot"]["area"].as_str().unwrap(), "{scan}");
    assert_eq!(strongest[5], "2026-10");
    let page = fs::read_to_string(folder.path().join("out/report.html")).unwrap();
    assert!(page.contains("<h1>Violence</h1>") && page.contains("<svg"));
}

#[test]
fn what_is_missing_is_said_in_one_line_and_nothing_is_written() {
    let folder = tempfile::tempdir().unwrap();
    let example = alongside(folder.path(), &["places", "--example"]);
    assert!(example.status.success() && said(&example).contains("[disclosure]"));
    let refused = alongside(
        folder.path(),
        &["places", "no.csv", "--areas", "no.geojson", "--population", "no.csv", "--out", "out"],
    );
    assert!(!refused.status.success() && said(&refused).contains("no.geojson: it can't be read"), "{}", said(&refused));
    assert!(!folder.path().join("out").exists());
}
