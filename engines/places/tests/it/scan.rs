//! The scan on five real months of greater Essex, where they are at hand.

use std::collections::HashMap;
use std::io::Read;
use std::path::PathBuf;

use flate2::read::GzDecoder;
use places::watch::scan::{Baseline, Observed, Settings, Time, scan};
use serde_json::Value;

const MONTHS: [&str; 5] = ["2018-10", "2018-11", "2018-12", "2019-01", "2019-02"];
const DAYS: [u64; 5] = [31, 30, 31, 31, 28];

struct Essex {
    codes: Vec<String>,
    names: Vec<String>,
    x: Vec<f64>,
    y: Vec<f64>,
    population: Vec<u64>,
    /// Residents times days, by area and month.
    exposure: Vec<u64>,
    cases: Vec<u64>,
}

fn folder() -> Option<PathBuf> {
    let root = std::env::var_os("ALONGSIDE_REAL_DATA")
        .map_or_else(|| PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../../shared/data"), PathBuf::from);
    let folder = root.join("essex");
    if !folder.exists() {
        eprintln!("not run: the real data are not at {}", folder.display());
        return None;
    }
    Some(folder)
}

fn unpacked(path: PathBuf) -> String {
    let mut text = String::new();
    GzDecoder::new(std::fs::File::open(path).unwrap()).read_to_string(&mut text).unwrap();
    text
}

/// The middle of an area's largest ring, in metres on a plane that touches the county.
fn middle(geometry: &Value) -> (f64, f64) {
    let coordinates = geometry["coordinates"].as_array().unwrap();
    let rings: Vec<&Value> = match geometry["type"].as_str().unwrap() {
        "Polygon" => vec![&coordinates[0]],
        _ => coordinates.iter().map(|polygon| &polygon[0]).collect(),
    };
    let (mut area, mut east, mut north) = (0.0, 0.0, 0.0);
    for ring in rings {
        let points: Vec<(f64, f64)> = ring.as_array().unwrap().iter().map(metres).collect();
        for (a, b) in points.iter().zip(points.iter().skip(1)) {
            let cross = a.0 * b.1 - b.0 * a.1;
            area += cross / 2.0;
            east += (a.0 + b.0) * cross / 6.0;
            north += (a.1 + b.1) * cross / 6.0;
        }
    }
    (east / area, north / area)
}

fn metres(pair: &Value) -> (f64, f64) {
    let (longitude, latitude) = (pair[0].as_f64().unwrap() - 0.5, pair[1].as_f64().unwrap());
    (longitude * 111_320.0 * 51.8_f64.to_radians().cos(), (latitude - 51.8) * 111_250.0)
}

fn essex() -> Option<Essex> {
    let folder = folder()?;
    let collection: Value = serde_json::from_str(&unpacked(folder.join("lsoa-2011-boundaries.geojson.gz"))).unwrap();
    let mut essex = Essex {
        codes: vec![],
        names: vec![],
        x: vec![],
        y: vec![],
        population: vec![],
        exposure: vec![],
        cases: vec![],
    };
    for feature in collection["features"].as_array().unwrap() {
        let code = feature["properties"].as_object().unwrap().values().filter_map(Value::as_str);
        essex.codes.push(code.clone().find(|text| text.starts_with("E01")).unwrap().to_owned());
        let (x, y) = middle(&feature["geometry"]);
        essex.x.push(x);
        essex.y.push(y);
    }
    let at: HashMap<&str, usize> = essex.codes.iter().enumerate().map(|(at, code)| (code.as_str(), at)).collect();
    essex.population = vec![0; essex.codes.len()];
    essex.names = vec![String::new(); essex.codes.len()];
    for line in std::fs::read_to_string(folder.join("population-mid-2015.csv")).unwrap().lines().skip(1) {
        let mut cells = line.splitn(5, ',');
        let Some(area) = at.get(cells.next().unwrap()) else { continue };
        essex.names[*area] = cells.next().unwrap().to_owned();
        let all = cells.nth(2).unwrap();
        let all = all.strip_prefix('"').map_or(all.split(',').next().unwrap(), |rest| rest.split('"').next().unwrap());
        essex.population[*area] = all.replace(',', "").parse().unwrap();
    }
    essex.exposure = essex.population.iter().flat_map(|residents| DAYS.map(|days| residents * days)).collect();
    essex.cases = vec![0; essex.codes.len() * MONTHS.len()];
    for (month, name) in MONTHS.iter().enumerate() {
        for line in unpacked(folder.join(format!("{name}-essex-street.csv.gz"))).lines().skip(1) {
            let cells: Vec<&str> = line.split(',').collect();
            let sought = cells.get(9) == Some(&"Violence and sexual offences");
            if let Some(area) = at.get(cells[7]).filter(|_| sought) {
                essex.cases[area * MONTHS.len() + month] += 1;
            }
        }
    }
    Some(essex)
}

impl Essex {
    fn observed(&self) -> Observed<'_> {
        Observed {
            x: &self.x,
            y: &self.y,
            cases: &self.cases,
            periods: MONTHS.len(),
            baseline: Baseline::Population(&self.exposure),
        }
    }
}

/// SaTScan 10.3 on the same five months: 26,530 cases, and the strongest cluster in five areas of Southend in January and
/// February, 405 cases where 58.5 were expected, with a ratio of 439.24. It takes a
/// month for as long as it is: 59 of the 151 days.
#[test]
fn the_strongest_cluster_is_in_southend() {
    let Some(essex) = essex() else { return };
    let settings = Settings { time: Time::retrospective(5), replicates: 99, ..Settings::default() };
    let started = std::time::Instant::now();
    let found = scan(&essex.observed(), &settings, &|_, _| {}).unwrap();
    println!("{:?}, {} windows, {:?}", started.elapsed(), found.windows, found.gumbel);
    for cluster in found.clusters.iter().take(4) {
        println!("{cluster:?}");
    }
    assert_eq!(found.cases, 26_530);
    let top = &found.clusters[0];
    assert_eq!((top.areas.len(), top.cases, top.first, top.last), (5, 405, 3, 4));
    assert!(top.areas.iter().all(|area| essex.names[*area].starts_with("Southend")));
    assert!((top.expected - 58.5).abs() < 0.05 && (top.llr - 439.24).abs() < 0.005, "{} {}", top.expected, top.llr);
    assert_eq!(top.significance.unwrap().p, 0.01);
}

/// SaTScan's published example of space-time permutation: fever in New York City, prospective on 24 November 2001, circles to
/// 3 km, spans to 7 days, days as periods. The statistic is 3.845418.
#[test]
fn fever_in_new_york() {
    let text = include_str!("../data/nyc-fever.txt");
    let (places, days) = text.split_once("\ncases\n").unwrap();
    let rows: Vec<Vec<f64>> = places
        .lines()
        .filter(|line| !line.starts_with('#'))
        .map(|line| line.split(' ').map(|cell| cell.parse().unwrap()).collect())
        .collect();
    assert_eq!(rows.len(), 192);
    let radius = 6_371_000.0_f64.to_radians();
    let x: Vec<f64> = rows.iter().map(|row| (row[2] + 74.0) * radius * 40.72_f64.to_radians().cos()).collect();
    let y: Vec<f64> = rows.iter().map(|row| (row[1] - 40.7) * radius).collect();
    let mut cases = vec![0; rows.len() * 24];
    for (day, line) in days.lines().enumerate() {
        for zip in line.split(' ').skip(1) {
            let area = rows.iter().position(|row| row[0] == zip.parse::<f64>().unwrap()).unwrap();
            cases[area * 24 + day] += 1;
        }
    }
    let observed = Observed { x: &x, y: &y, cases: &cases, periods: 24, baseline: Baseline::Permutation };
    let settings = Settings { time: Time::Prospective { longest: 7 }, radius: Some(3_000.0), ..Settings::default() };
    let found = scan(&observed, &settings, &|_, _| {}).unwrap();
    println!("{:?}", found.clusters[0]);
    assert_eq!(found.cases, 194);
    let top = &found.clusters[0];
    assert!((top.llr - 3.845_418).abs() < 5e-7, "{}", top.llr);
    // Chance alone does that on one day in five.
    let significance = top.significance.unwrap();
    assert!((0.14..0.28).contains(&significance.p) && significance.recurrence.unwrap() < 8.0);
}

/// SaTScan's published example of Bernoulli: childhood leukaemia and lymphoma in North Humberside, 62 cases and 141 controls at
/// 191 places. The ratio is 4.836516, and p 0.36.
#[test]
fn leukaemia_in_north_humberside() {
    let rows: Vec<Vec<u64>> = include_str!("../data/north-humberside.txt")
        .lines()
        .filter(|line| !line.starts_with('#'))
        .map(|line| line.split(' ').map(|cell| cell.parse().unwrap()).collect())
        .collect();
    let column = |at: usize| rows.iter().map(|row| row[at]).collect::<Vec<u64>>();
    let place = |at: usize| rows.iter().map(|row| row[at] as f64 * 100.0).collect::<Vec<f64>>();
    let (x, y, cases, controls) = (place(0), place(1), column(2), column(3));
    assert_eq!((cases.iter().sum::<u64>(), controls.iter().sum::<u64>()), (62, 141));
    let observed = Observed { x: &x, y: &y, cases: &cases, periods: 1, baseline: Baseline::Controls(&controls) };
    let found = scan(&observed, &Settings::default(), &|_, _| {}).unwrap();
    println!("{:?}", found.clusters[0]);
    let top = &found.clusters[0];
    assert!((top.llr - 4.836_516).abs() < 5e-7, "{}", top.llr);
    // Four of four is what chance shows most often, and ours counts ties as extreme. SaTScan's p-value is near that of more than
    // four of four; it stops after fifty that are greater, so it is good to 0.04 or so.
    let more = found.maxima.iter().filter(|greatest| **greatest > top.llr + 1e-9).count();
    assert!((more as f64 / 999.0 - 0.36).abs() < 0.08, "{more}");
    assert!(top.significance.unwrap().p > 0.5);
}
