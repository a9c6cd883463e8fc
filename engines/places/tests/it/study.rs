//! The five real Essex files with boundaries, deprivation and population, by one call, to a report.

use std::path::PathBuf;

use places::study::{Request, run};

/// The folder of the real data, or `None` and one line that says so.
fn essex() -> Option<PathBuf> {
    let root = std::env::var_os("ALONGSIDE_REAL_DATA")
        .map_or_else(|| PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../../shared/data"), PathBuf::from);
    let folder = root.join("essex");
    if folder.join("imd-2019.csv").exists() {
        return Some(folder);
    }
    eprintln!("not run: the real data is not at {}", folder.display());
    None
}

fn request(folder: &std::path::Path, months: &[&str], spec: &str, out: &tempfile::TempDir) -> Request {
    let settings = out.path().join("places.toml");
    std::fs::write(&settings, spec).unwrap();
    Request {
        events: months.iter().map(|month| folder.join(format!("{month}-essex-street.csv.gz"))).collect(),
        areas: folder.join("lsoa-2011-boundaries.geojson.gz"),
        population: folder.join("population-mid-2015.csv"),
        deprivation: Some(folder.join("imd-2019.csv")),
        harm: None,
        spec: Some(settings),
        out: out.path().join("out"),
    }
}

const VIOLENCE: &str = "[events]\ncategories = [\"Violence and sexual offences\"]\n";

/// The figures of `spatial.md` section 4, which R and esda printed.
#[test]
fn january_is_as_others_counted_it() {
    let Some(folder) = essex() else { return };
    let out = tempfile::TempDir::new().unwrap();
    let done = run(&request(&folder, &["2019-01"], VIOLENCE, &out), &|_| ()).unwrap();
    let rows = done.rows;
    assert_eq!((rows.counted, rows.without_place, rows.outside, done.areas), (5_378, 20, 35, 1_077));
    let text = |name: &str| std::fs::read_to_string(out.path().join("out").join(name)).unwrap();
    let shares = text("concentration.csv");
    assert!(shares.contains("25.0%,53,4.9") && shares.contains("50.0%,177,16.4"), "{shares}");
    let manifest: serde_json::Value = serde_json::from_str(&text("manifest.json")).unwrap();
    assert_eq!(manifest["neighbours"], 3_017);
    let page = text("report.html");
    assert!(
        page.contains("Moran&#39;s I 0.211") && page.contains("5,378 events, 3.00 for each 1,000 residents"),
        "{page}"
    );
    // The highest rate, and what it is drawn in to.
    let areas = text("areas.csv");
    assert!(areas.lines().any(|line| line.contains(",45.3") || line.contains(",45.2")), "no area has the highest rate");
}

#[test]
fn five_months_find_southend() {
    let Some(folder) = essex() else { return };
    let out = tempfile::TempDir::new().unwrap();
    let months = ["2018-10", "2018-11", "2018-12", "2019-01", "2019-02"];
    let spec = format!("permutations = 999\n[spread]\npermutations = 99\n[scan]\nreplicates = 99\n{VIOLENCE}");
    run(&request(&folder, &months, &spec, &out), &|_| ()).unwrap();
    let scan = std::fs::read_to_string(out.path().join("out/scan.csv")).unwrap();
    let top = scan.lines().nth(1).unwrap();
    // SaTScan: 5 areas of Southend, January and February, 405 events where 58.5 were expected, log likelihood ratio 439.24.
    assert!(
        top.contains("Southend-on-Sea") && top.contains(",5,2019-01,2019-02,405,58.5") && top.contains(",439.2"),
        "{top}"
    );
    // At one and the same point in the same month there are 1.31 times as many pairs in January alone; over five months more.
    let spread = std::fs::read_to_string(out.path().join("out/spread.csv")).unwrap();
    let nearest: Vec<&str> = spread.lines().nth(1).unwrap().split(',').collect();
    assert!(nearest[4].parse::<f64>().unwrap() > 1.0, "{spread}");
}
