//! What was planted can be found again by simple arithmetic.

use std::collections::{HashMap, HashSet};

use demo::county::{Plan, generate};

use crate::files::{SMALL, all, csv, feed, plan, planted, truth, unzipped};

#[test]
fn the_hotspot_grows_as_it_was_planted() {
    let plan = planted(SMALL.path());
    let hotspot = &plan["hotspot"];
    let area = hotspot["area"].as_str().unwrap();
    let mut counts = Vec::new();
    for bytes in all(&SMALL.path().join("feeds/street_crime")).into_values() {
        let rows = csv(unzipped(&bytes).as_bytes());
        counts.push(
            rows.iter().filter(|row| row["LSOA code"] == area && row["Crime type"] == hotspot["crime_type"]).count()
                as f64,
        );
    }
    // Log-linear growth by Poisson likelihood (Newton's method on level and slope).
    let (mut level, mut slope) = ((counts.iter().sum::<f64>() / counts.len() as f64).ln(), 0.0);
    let mut spread = 0.0;
    for _ in 0..50 {
        let (mut g0, mut g1, mut h00, mut h01, mut h11) = (0.0, 0.0, 0.0, 0.0, 0.0);
        for (month, count) in counts.iter().enumerate() {
            let at = month as f64 - 11.5;
            let mean = f64::exp(level + slope * at);
            g0 += count - mean;
            g1 += (count - mean) * at;
            h00 += mean;
            h01 += mean * at;
            h11 += mean * at * at;
        }
        let determinant = h00 * h11 - h01 * h01;
        level += (h11 * g0 - h01 * g1) / determinant;
        slope += (h00 * g1 - h01 * g0) / determinant;
        spread = (h00 / determinant).sqrt();
    }
    let planted = hotspot["monthly_growth"].as_f64().unwrap().ln();
    assert!((slope - planted).abs() < 3.0 * spread, "{slope} for {planted}, error {spread}");
    assert!(slope > 3.0 * spread, "the growth can be told from none");
}

#[test]
fn mentoring_lowers_later_offending_by_the_planted_ratio() {
    let plan = planted(SMALL.path());
    let mentoring = &plan["mentoring"];
    let start: jiff::civil::Date = mentoring["start"].as_str().unwrap().parse().unwrap();
    let arm = |name: &str| -> HashSet<String> {
        mentoring[name].as_array().unwrap().iter().map(ToString::to_string).collect()
    };
    let (mentored, comparison) = (arm("mentored"), arm("comparison"));
    assert_eq!(mentored.len(), comparison.len());
    let person: HashMap<String, String> =
        truth(SMALL.path(), "police_events").into_iter().map(|(source, person, _)| (source, person)).collect();
    let mut seen = HashSet::new();
    let mut counts = [[0.0_f64; 2]; 2];
    for row in feed(SMALL.path(), "police_events") {
        let offending = matches!(row["role"].to_uppercase().as_str(), "SUSPECT" | "CONVICTED");
        let Ok(at) = jiff::civil::DateTime::strptime("%d/%m/%Y %H:%M", &row["event_date_time"]) else { continue };
        if !offending || !seen.insert(row["row_ref"].clone()) {
            continue;
        }
        let Some(person) = person.get(&row["row_ref"]) else { continue };
        let arm = if mentored.contains(person) {
            0
        } else if comparison.contains(person) {
            1
        } else {
            continue;
        };
        counts[arm][usize::from(at.date() >= start)] += 1.0;
    }
    let [[helped_before, helped], [other_before, other]] = counts;
    let ratio = (helped / other).ln();
    let error = (1.0 / helped + 1.0 / other).sqrt();
    let planted = mentoring["rate_ratio"].as_f64().unwrap().ln();
    assert!((ratio - planted).abs() < 3.0 * error, "{ratio} for {planted}, error {error}");
    let before = (helped_before / other_before).ln();
    assert!(before.abs() < 3.0 * (1.0 / helped_before + 1.0 / other_before).sqrt(), "alike before: {before}");
}

#[test]
fn lines_and_repeat_missing_can_be_looked_up_in_the_feeds() {
    let plan = planted(SMALL.path());
    let known: HashSet<(String, String)> = csv(&std::fs::read(SMALL.path().join("truth/records.csv")).unwrap())
        .into_iter()
        .map(|row| (row["feed"].clone(), row["source_id"].clone()))
        .collect();
    let lines = plan["county_lines"].as_array().unwrap();
    assert_eq!(lines.len(), 2);
    for line in lines {
        assert!(line["found"]["runners"].as_array().unwrap().len() >= 4);
        assert!(!line["found"]["cuckooed_address"].as_str().unwrap().is_empty());
        let records = line["found"]["records"].as_array().unwrap();
        let there = records.iter().filter(|record| {
            known.contains(&(record[0].as_str().unwrap().to_owned(), record[1].as_str().unwrap().to_owned()))
        });
        // An arrest or an injury after the window's end has no record yet.
        assert!(there.count() * 10 >= records.len() * 9);
    }
    let episodes = truth(SMALL.path(), "missing_episodes");
    for child in plan["repeat_missing"]["children"].as_array().unwrap() {
        let number = child["person"].to_string();
        let ids: HashSet<&String> =
            episodes.iter().filter(|(_, person, _)| *person == number).map(|(id, _, _)| id).collect();
        assert!(ids.len() as u64 >= child["episodes"].as_u64().unwrap() && ids.len() >= 4);
    }
}

#[test]
fn the_last_days_have_open_clocks_of_every_kind() {
    let live = planted(SMALL.path())["live"].as_array().unwrap().clone();
    assert!(live.len() >= 18, "{}", live.len());
    let feeds: HashSet<&str> = live.iter().map(|event| event["feed"].as_str().unwrap()).collect();
    assert_eq!(feeds, HashSet::from(["ae_navigator", "custody", "missing_episodes", "exclusions"]));
    for event in &live {
        let at: jiff::civil::DateTime = event["at"].as_str().unwrap().parse().unwrap();
        let until = crate::files::until().in_london().datetime();
        assert!(at <= until && at > until.saturating_sub(jiff::SignedDuration::from_hours(97)));
        let source = event["source_id"].as_str().unwrap();
        assert!(truth(SMALL.path(), event["feed"].as_str().unwrap()).iter().any(|(id, _, _)| id == source), "{source}");
    }
}

#[test]
fn a_shorter_window_works_too() {
    let folder = tempfile::tempdir().unwrap();
    let summary = generate(&Plan { months: 3, ..plan(1_000, 2, folder.path()) }, &mut |_| {}).unwrap();
    assert_eq!(summary.feeds["street_crime"].files, 3);
    assert_eq!(summary.feeds["police_events"].files, 4);
}

#[test]
fn every_injury_has_its_truth_and_only_known_ones_are_listed() {
    let all = csv(&std::fs::read(SMALL.path().join("truth/harm.csv")).unwrap());
    let known = csv(&std::fs::read(SMALL.path().join("harm.csv")).unwrap());
    assert_eq!(planted(SMALL.path())["harm"]["injuries"], all.len());
    let on = |row: &HashMap<String, String>| ["police", "hospital", "ambulance"].iter().any(|list| row[*list] == "1");
    assert!(known.iter().all(on) && all.len() > known.len());
    assert_eq!(all.iter().filter(|row| on(row)).count(), known.len());
}
