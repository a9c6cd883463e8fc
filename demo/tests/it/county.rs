//! The same plan gives the same bytes; sums hold; bad plans are refused.

use std::collections::HashSet;

use base::{LsoaCode, NhsNumber, Postcode, Upn};
use demo::county::{CountyError, Plan, generate};
use demo::feeds::Feed;

use crate::files::{SMALL, all, csv, feed, make, plan, truth, unzipped};

#[test]
fn the_same_plan_gives_the_same_bytes_and_another_seed_does_not() {
    let (once, again) = (all(make(1_200, 3).path()), all(make(1_200, 3).path()));
    assert_eq!(once.keys().collect::<Vec<_>>(), again.keys().collect::<Vec<_>>());
    for (path, bytes) in &once {
        assert!(bytes == &again[path], "{}", path.display());
    }
    let other = all(make(1_200, 4).path());
    assert!(other.iter().any(|(path, bytes)| once.get(path) != Some(bytes)));
}

#[test]
fn a_second_county_replaces_the_first_and_nothing_else() {
    let small = make(1_000, 5);
    std::fs::write(small.path().join("feeds/custody/stray.csv"), "old").unwrap();
    generate(&plan(1_000, 5, small.path()), &mut |_| {}).unwrap();
    assert!(!small.path().join("feeds/custody/stray.csv").exists());
    std::fs::write(small.path().join("thesis.odt"), "mine").unwrap();
    let refused = generate(&plan(1_000, 5, small.path()), &mut |_| {});
    assert!(matches!(refused, Err(CountyError::Occupied(_))));
    assert!(small.path().join("thesis.odt").exists());
    assert!(small.path().join("truth/people.csv").exists());
}

#[test]
fn a_plan_that_cannot_be_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let sound = plan(1_000, 1, folder.path());
    let refused = |plan: Plan| generate(&plan, &mut |_| {}).unwrap_err().to_string();
    assert!(refused(Plan { people: 10, ..sound.clone() }).contains("not 10"));
    assert!(refused(Plan { months: 1, ..sound.clone() }).contains("months"));
    assert!(refused(Plan { records: Some(9_000), ..sound }).contains("at most four"));
}

#[test]
fn residents_are_counted_once_everywhere() {
    let people = csv(&std::fs::read(SMALL.path().join("truth/people.csv")).unwrap());
    assert_eq!(people.len(), 5_000);
    let numbers: HashSet<&str> = people.iter().map(|row| row["person"].as_str()).collect();
    assert_eq!(numbers.len(), 5_000);
    let households: HashSet<&str> = people.iter().map(|row| row["household"].as_str()).collect();
    assert_eq!(households.len() as u64, SMALL.summary.households);
    let areas = csv(&std::fs::read(SMALL.path().join("population.csv")).unwrap());
    let sum = |column: &str| areas.iter().map(|row| row[column].parse::<usize>().unwrap()).sum::<usize>();
    assert_eq!(sum("all"), 5_000);
    assert_eq!(sum("male") + sum("female"), 5_000);
    let young = ["age_0_9", "age_10_17", "age_18_24"].map(sum);
    assert_eq!(young.iter().sum::<usize>() + sum("age_25_plus"), 5_000);
    assert!(young.iter().all(|&count| (300..900).contains(&count)), "{young:?}");
}

#[test]
fn identifiers_are_valid_and_postcodes_lie_in_their_area() {
    let people = csv(&std::fs::read(SMALL.path().join("truth/people.csv")).unwrap());
    let postcodes: HashSet<String> = csv(&std::fs::read(SMALL.path().join("postcodes.csv")).unwrap())
        .into_iter()
        .map(|row| {
            assert!(row["area"].parse::<LsoaCode>().is_ok());
            row["postcode"].clone()
        })
        .collect();
    for row in &people {
        assert!(row["nhs_number"].parse::<NhsNumber>().is_ok());
        assert!(row["upn"].is_empty() || row["upn"].parse::<Upn>().is_ok());
        assert!(row["postcode"].parse::<Postcode>().is_ok(), "{}", row["postcode"]);
        assert!(postcodes.contains(&row["postcode"]));
    }
}

#[test]
fn every_nhs_number_is_valid_but_for_the_deliberate_mistakes() {
    for (name, column, id) in
        [("ae_navigator", "nhs_number", "notification_id"), ("social_care", "NHS Number", "Involvement ID")]
    {
        let wrong: HashSet<String> = truth(SMALL.path(), name)
            .into_iter()
            .filter(|(_, _, mistakes)| mistakes.contains("nhs_number_wrong"))
            .map(|(source, _, _)| source)
            .collect();
        let mut seen = 0;
        for row in feed(SMALL.path(), name) {
            let number = &row[column];
            // A spoiled id can no longer be looked up.
            if !number.is_empty() && !row[id].is_empty() {
                seen += 1;
                assert_eq!(number.parse::<NhsNumber>().is_err(), wrong.contains(&row[id]), "{}", row[id]);
            }
        }
        assert!(seen > 0, "{name}");
    }
}

#[test]
fn counts_of_rows_are_those_on_disk_and_each_has_its_truth() {
    for kind in Feed::ALL {
        let layout = kind.layout();
        let count = &SMALL.summary.feeds[layout.name];
        let files = all(&SMALL.path().join("feeds").join(layout.name));
        assert_eq!(files.len() as u64, count.files, "{}", layout.name);
        assert!(count.rows > 0, "{}", layout.name);
        if layout.name != "istv" {
            assert_eq!(truth(SMALL.path(), layout.name).len() as u64, count.rows, "{}", layout.name);
        }
        if matches!(layout.name, "police_events" | "ae_navigator" | "istv" | "social_care" | "youth_justice") {
            assert_eq!(feed(SMALL.path(), layout.name).len() as u64, count.rows, "{}", layout.name);
        }
    }
    let police = &SMALL.summary.feeds["police_events"];
    let bad = police.bad as f64 / police.rows as f64;
    assert!((0.001..0.012).contains(&bad), "{bad}");
}

#[test]
fn street_crime_has_the_published_columns_equal_rows_and_rows_without_a_place() {
    let files = all(&SMALL.path().join("feeds/street_crime"));
    assert_eq!(files.len(), 24);
    let (mut rows, mut equal, mut placeless) = (0, 0, 0);
    for (path, bytes) in &files {
        assert!(path.to_str().unwrap().ends_with("-selmarsh-street.csv.gz"));
        let text = unzipped(bytes);
        assert!(text.starts_with("Crime ID,Month,Reported by,Falls within,Longitude,Latitude,Location,LSOA code,"));
        let mut seen = HashSet::new();
        for (line, row) in text.lines().skip(1).zip(csv(text.as_bytes())) {
            rows += 1;
            equal += u64::from(!seen.insert(line.to_owned()));
            placeless += u64::from(row["Longitude"].is_empty());
            let behaviour = row["Crime type"] == "Anti-social behaviour";
            assert_eq!(row["Crime ID"].is_empty(), behaviour);
            assert_eq!(row["Last outcome category"].is_empty(), behaviour);
            assert!(path.to_str().unwrap().starts_with(&row["Month"]));
        }
    }
    assert_eq!(rows, SMALL.summary.feeds["street_crime"].rows);
    assert!(equal > 0 && placeless > 0, "{equal} {placeless}");
}

#[test]
fn files_come_in_the_bytes_that_were_declared() {
    let first = |feed: &str| all(&SMALL.path().join("feeds").join(feed)).into_values().next().unwrap();
    assert!(first("missing_episodes").starts_with(b"\xff\xfeE\0"));
    assert!(first("social_care").starts_with(b"\xef\xbb\xbfInvolvement ID"));
    assert!(first("youth_justice").starts_with(b"\"Case ID\",\"UPN\""));
    assert!(first("exclusions").starts_with(b"PK"));
    assert!(first("custody").starts_with(b"Custody Record Number,"));
}
