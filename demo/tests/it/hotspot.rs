//! The synthetic county's growing hotspot, in its dated police events.
//!
//! It grows by 6 % a month from the county's first month on, so at its start there is nothing to see: after two weeks it has a
//! quarter of an event more than before. Two things are therefore tested, both against the recurrence interval of a budget of
//! four false alarms a year, by space-time permutation. As it is planted, a weekly watch finds it well before the
//! county's end. And where all its growth comes on one day (the first half-year of all areas, followed straight by their
//! last four weeks, when the hotspot has more than three times its first level and every other area has its own), a
//! daily watch finds it within two weeks of that day: in six of eight counties, after four to eight days. (The other two had
//! too few events in those weeks by chance; of counties of 40,000 people five of six are found, against a recurrence of a year.)

use std::collections::{HashMap, HashSet};

use demo::county::{Plan, generate};
use places::watch::budget::Budget;
use places::watch::scan::{Baseline, Observed, Settings, Time, scan};
use serde_json::Value;

/// Distinct police events by area and day.
struct Events {
    x: Vec<f64>,
    y: Vec<f64>,
    hotspot: usize,
    /// By area, then day.
    days: Vec<Vec<u64>>,
}

impl Events {
    fn of_county(people: u64, seed: u64) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let until = "2026-11-01T01:00:00Z".parse().unwrap();
        generate(&Plan::new(people, seed, folder.path().to_owned(), until), &mut |_| {}).unwrap();
        let read = |name: &str| std::fs::read_to_string(folder.path().join(name)).unwrap();
        let areas: Value = serde_json::from_str(&read("areas.geojson")).unwrap();
        let planted: Value = serde_json::from_str(&read("truth/planted.json")).unwrap();
        let (mut codes, mut x, mut y) = (Vec::new(), Vec::new(), Vec::new());
        for feature in areas["features"].as_array().unwrap() {
            codes.push(feature["properties"]["code"].as_str().unwrap().to_owned());
            let ring = feature["geometry"]["coordinates"][0].as_array().unwrap();
            let mean = |axis: usize| ring.iter().map(|p| p[axis].as_f64().unwrap()).sum::<f64>() / ring.len() as f64;
            x.push(mean(0) * 111_320.0 * mean(1).to_radians().cos());
            y.push(mean(1) * 111_250.0);
        }
        let at: HashMap<&str, usize> = codes.iter().enumerate().map(|(at, code)| (code.as_str(), at)).collect();
        let mut seen = HashSet::new();
        let mut dated = Vec::new();
        for file in std::fs::read_dir(folder.path().join("feeds/police_events")).unwrap() {
            let text = std::fs::read(file.unwrap().path()).unwrap();
            for row in String::from_utf8_lossy(&text).lines().skip(1) {
                let cells: Vec<&str> = row.split(',').map(|cell| cell.trim_matches('"')).collect();
                let area = cells.last().and_then(|code| at.get(code));
                let when = cells.get(2).and_then(|when| day(when));
                if let (Some(area), Some(day), true) = (area, when, seen.insert(cells[1].to_owned())) {
                    dated.push((*area, day));
                }
            }
        }
        let first = dated.iter().map(|(_, day)| *day).min().unwrap();
        let length = (dated.iter().map(|(_, day)| *day).max().unwrap() - first + 1) as usize;
        let mut days = vec![vec![0; length]; codes.len()];
        for (area, day) in dated {
            days[area][(day - first) as usize] += 1;
        }
        let hotspot = at[planted["hotspot"]["area"].as_str().unwrap()];
        Self { x, y, hotspot, days }
    }

    /// Looks at these days, as periods of so many, with spans up to so many periods: whether the strongest cluster holds the
    /// hotspot, among two areas at most, and how many looks chance would need for one like it.
    fn look(&self, days: &[usize], each: usize, longest: usize) -> (bool, f64) {
        let periods = days.len() / each;
        let skipped = days.len() - periods * each;
        let cases: Vec<u64> = (0..self.days.len())
            .flat_map(|area| {
                days[skipped..].chunks(each).map(move |days| days.iter().map(|day| self.days[area][*day]).sum())
            })
            .collect();
        let observed = Observed { x: &self.x, y: &self.y, cases: &cases, periods, baseline: Baseline::Permutation };
        let settings = Settings { time: Time::Prospective { longest }, ..Settings::default() };
        let found = scan(&observed, &settings, &|_, _| {}).unwrap();
        let top = &found.clusters[0];
        let here = top.areas.contains(&self.hotspot) && top.areas.len() <= 2;
        (here, top.significance.unwrap().recurrence.unwrap())
    }
}

/// Days since some day, of `dd/mm/yyyy hh:mm`.
fn day(when: &str) -> Option<i64> {
    let part = |range: std::ops::Range<usize>| when.get(range).and_then(|text| text.parse::<i64>().ok());
    let (day, month, year) = (part(0..2)?, part(3..5)?, part(6..10)?);
    let (year, month) = if month <= 2 { (year - 1, month + 9) } else { (year, month - 3) };
    Some(365 * year + year / 4 - year / 100 + year / 400 + (153 * month + 2) / 5 + day - 1)
}

/// When a county's hotspot is found.
#[derive(Debug)]
#[expect(dead_code, reason = "printed")]
struct Found {
    seed: u64,
    /// By a daily watch, where the growth came at once: days since.
    at_once: Option<usize>,
    /// By a weekly watch, as it is planted: weeks since the county's first.
    planted: Option<usize>,
}

fn found(seed: u64) -> Found {
    let county = Events::of_county(15_000, seed);
    let length = county.days[0].len();
    let [daily, weekly] = [365.25, 52.18].map(|looks| Budget::new(4.0, looks, 1).unwrap().recurrence());
    // The last days' reports are not all in.
    let spliced: Vec<usize> = (0..182).chain(length - 30..length - 2).collect();
    let at_once = (1..=14).find(|after| {
        let (here, recurrence) = county.look(&spliced[..182 + after], 1, 14);
        here && recurrence >= daily
    });
    let planted = (40..=length / 7).step_by(6).find(|week| {
        let days: Vec<usize> = (0..week * 7).collect();
        let (here, recurrence) = county.look(&days, 7, 26);
        here && recurrence >= weekly
    });
    Found { seed, at_once, planted }
}

#[test]
fn the_growing_hotspot_is_found() {
    let found: Vec<Found> = std::thread::scope(|scope| {
        let started: Vec<_> = (1..=8).map(|seed| scope.spawn(move || found(seed))).collect();
        started.into_iter().map(|county| county.join().unwrap()).collect()
    });
    println!("{found:?}");
    let within_two_weeks = found.iter().filter(|county| county.at_once.is_some()).count();
    assert!(within_two_weeks >= 6, "{found:?}");
    assert!(found.iter().all(|county| county.planted.is_some_and(|week| week <= 90)), "{found:?}");
}
