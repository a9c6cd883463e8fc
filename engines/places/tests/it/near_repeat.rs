//! Knox tables against published answers.

use std::io::Read as _;
use std::path::PathBuf;

use flate2::read::GzDecoder;
use places::points::Points;
use places::spread::dates::{Unit, When, times};
use places::spread::knox::{Bands, Ends, FOREVER, Knox, Metric, knox};

struct Read {
    x: Vec<f64>,
    y: Vec<f64>,
    days: Vec<i32>,
}

fn read(file: &str) -> Read {
    let mut read = Read { x: Vec::new(), y: Vec::new(), days: Vec::new() };
    for line in file.lines().skip(1) {
        let fields: Vec<&str> = line.split(',').collect();
        read.x.push(fields[0].parse().unwrap());
        read.y.push(fields[1].parse().unwrap());
        read.days.push(fields[2].parse().unwrap());
    }
    read
}

fn table(file: &str, bands: &Bands, permutations: u32) -> Knox {
    let read = read(file);
    knox(Points::of(&read.x, &read.y).unwrap(), &read.days, bands, permutations, 1, &|_, _| {}).unwrap()
}

/// Knox(20, 5) = 13: pairs at most 20 km and 5 days apart (pointpats and splancs print it).
#[test]
fn burkitts_lymphoma_in_uganda() {
    let bands = Bands::of(&[20.0], &[5], Ends::With, Metric::Euclidean).unwrap();
    let found = table(include_str!("../data/burkitt.csv"), &bands, 999);
    assert_eq!((found.pairs, found.cells[0].observed), (188 * 187 / 2, 13));
    // 1.3 times what chance would have, which it often makes.
    assert!(found.cells[0].p.unwrap() > 0.05);
}

/// The Near Repeat Calculator 1.3, 19 permutations: observed pairs exact, its ratios (to two digits, over so few permutations) close,
/// and the same three cells significant.
#[test]
fn burglaries_in_chicago() {
    let bands =
        Bands::of(&[0.001, 100.0, 200.0, 300.0], &[7, 14, 21, FOREVER], Ends::Without, Metric::Manhattan).unwrap();
    let found = table(include_str!("../data/chicago_burglary.csv"), &bands, 999);
    let observed: Vec<u64> = found.cells.iter().map(|cell| cell.observed).collect();
    assert_eq!(observed, [28, 5, 5, 2, 44, 13, 8, 4, 97, 56, 19, 16, 77, 67, 45, 20]);
    let calculator = [1.65, 0.43, 0.63, 0.58, 1.69, 0.60, 0.57, 0.56, 1.32, 0.94, 0.51, 0.88, 0.94, 1.03, 1.07, 1.01];
    for (cell, ratio) in found.cells.iter().zip(calculator) {
        let chance = 4.0 * ratio / cell.expected.sqrt() / 19.0_f64.sqrt() + 0.005;
        assert!((cell.ratio.unwrap() - ratio).abs() < chance, "{cell:?} {ratio}");
    }
    let significant: Vec<usize> =
        found.cells.iter().enumerate().filter(|(_, cell)| cell.p.unwrap() <= 0.05).map(|(at, _)| at).collect();
    assert_eq!(significant, [0, 4, 8]);
}

/// Violence and sexual offences of five months in Essex: months are refused in bands of days; in bands of months the same snap
/// point in the same month has 27,276 pairs where 20,779 are expected.
#[test]
fn five_months_of_violence_in_essex() {
    let root = std::env::var_os("ALONGSIDE_REAL_DATA")
        .map_or_else(|| PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../../shared/data"), PathBuf::from);
    let (mut x, mut y, mut dates) = (Vec::new(), Vec::new(), Vec::new());
    for month in ["2018-10", "2018-11", "2018-12", "2019-01", "2019-02"] {
        let path = root.join(format!("essex/{month}-essex-street.csv.gz"));
        let Ok(file) = std::fs::File::open(&path) else {
            eprintln!("not run: the real offences are not at {}", path.display());
            return;
        };
        let mut text = String::new();
        GzDecoder::new(file).read_to_string(&mut text).unwrap();
        for line in text.lines().filter(|line| line.contains(",Violence and sexual offences,")) {
            let fields: Vec<&str> = line.split(',').collect();
            // On a plane near enough, in metres; what is one place stays one.
            if let (Ok(longitude), Ok(latitude)) = (fields[4].parse::<f64>(), fields[5].parse::<f64>()) {
                x.push(longitude * 68_900.0);
                y.push(latitude * 111_250.0);
                dates.push(When::Month(month[..4].parse().unwrap(), month[5..].parse().unwrap()));
            }
        }
    }
    assert_eq!(dates.len(), 26_650);
    let refused = times(&dates, Unit::Days(7)).unwrap_err().to_string();
    assert!(
        refused.starts_with("these dates are months (26650 of 26650): a near-repeat test in bands of days"),
        "{refused}"
    );
    let months = times(&dates, Unit::Months).unwrap();
    let bands = Bands::of(&[0.001, 200.0], &[1, 2, FOREVER], Ends::Without, Metric::Euclidean).unwrap();
    let found = knox(Points::of(&x, &y).unwrap(), &months.times, &bands, 99, 1, &|_, _| {}).unwrap();
    let same = found.cell(0, 0).unwrap();
    assert_eq!((same.observed, same.expected.round(), same.p), (27_276, 20_779.0, Some(0.01)));
    assert!((same.ratio.unwrap() - 1.31).abs() < 0.005);
}
