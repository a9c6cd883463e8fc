//! The five real Essex files: every row is counted, and one area's rate is what a hand reckons.

use std::{collections::BTreeMap, fs::File, io::Read};

use ingest::api::{deliver_file, feed, unwatched};
use picture::api::{load_areas, load_deprivation, load_population};
use vault::{Actor, testing::Bench};

use crate::setting::{Browser, counts, handlers, open_data, plan, real_data};

vault::store_suite! { plan: plan() => [the_real_county] }

/// Rows, and rows without a place, by month, as the file itself has them.
fn rows_of(path: &std::path::Path) -> (String, i64, i64) {
    let mut text = String::new();
    flate2::read::GzDecoder::new(File::open(path).unwrap()).read_to_string(&mut text).unwrap();
    let mut rows = csv::Reader::from_reader(text.as_bytes());
    let (mut month, mut all, mut placeless) = (String::new(), 0, 0);
    for row in rows.records() {
        let row = row.unwrap();
        all += 1;
        placeless += i64::from(row[7].is_empty());
        month = row[1].to_owned();
    }
    (month, all, placeless)
}

async fn the_real_county(t: Bench) {
    let Some(folder) = real_data() else { return };
    let open = |name: &str| File::open(folder.join(name)).unwrap();
    assert_eq!(load_areas(&t.vault, Actor::System, open("lsoa-2011-boundaries.geojson.gz")).await.unwrap().kept, 1077);
    let loaded = load_population(&t.vault, Actor::System, open("population-mid-2015.csv")).await.unwrap();
    assert_eq!((loaded.kept, loaded.left_out), (1077, 0));
    assert_eq!(load_deprivation(&t.vault, Actor::System, open("imd-2019.csv")).await.unwrap().kept, 1077);
    let residents = t.query("SELECT CAST(SUM(residents) AS BIGINT) AS n FROM area_population", Vec::new()).await;
    assert_eq!(residents[0].int("n").unwrap(), 1_790_318);

    open_data(&t).await;
    let mut expected = BTreeMap::new();
    for month in ["2018-10", "2018-11", "2018-12", "2019-01", "2019-02"] {
        let path = folder.join(format!("{month}-essex-street.csv.gz"));
        let report =
            deliver_file(&t.vault, &Actor::System, feed("police_uk").unwrap(), &path, &unwatched).await.unwrap();
        assert_eq!(report.counts.accepted_new, report.counts.read);
        let (named, all, placeless) = rows_of(&path);
        assert_eq!(named, month);
        expected.insert(named, (all, placeless));
    }
    let started = std::time::Instant::now();
    t.drain_jobs(&handlers()).await;
    println!("{:?}: counted 84,233 rows in {:?}", t.engine, started.elapsed());

    let mut found: BTreeMap<String, (i64, i64)> = BTreeMap::new();
    for line in counts(&t).await {
        let (area, rest) = line.split_once(' ').unwrap();
        let n: i64 = rest.rsplit(' ').next().unwrap().parse().unwrap();
        let sums = found.entry(rest[..7].to_owned()).or_default();
        sums.0 += n;
        sums.1 += if area.is_empty() { n } else { 0 };
    }
    assert_eq!(found, expected);
    assert_eq!(found.values().map(|sums| sums.0).sum::<i64>(), 84_233);
    assert!(found.values().all(|(_, placeless)| (52..=91).contains(placeless)), "{found:?}");

    let browser = Browser::of(&t, true).await;
    // reference/spatial.md section 4: violence and sexual offences in January 2019.
    let violence = "/places?category=Violence+and+sexual+offences&from=2019-01&to=2019-01";
    let (_, html) = browser.get(violence).await;
    for words in [
        "<strong>5,378 offences</strong> on the map",
        "<strong>3.0 (",
        "20 offences have no place and 35 lie outside the county",
    ] {
        assert!(html.contains(words), "{words}");
    }
    assert!(html.contains("45.3"), "the highest crude rate");
    // E01015814, Southend-on-Sea 003A: the file's rows for it, its 1,492 residents.
    let (_, html) = browser.get("/places/E01015814?from=2018-10&to=2019-02").await;
    let mut own = 0;
    for month in expected.keys() {
        let mut text = String::new();
        let path = folder.join(format!("{month}-essex-street.csv.gz"));
        flate2::read::GzDecoder::new(File::open(path).unwrap()).read_to_string(&mut text).unwrap();
        own += text.matches(",E01015814,").count();
    }
    let rate = format!("{:.1}", f64::from(u32::try_from(own).unwrap()) / 1.492);
    assert!(
        html.contains(&format!("<strong>{own} offences</strong>, <strong>{rate}</strong> per 1,000")),
        "{own} {rate}"
    );

    // First load: this page with the kit's style sheet, two fonts and one module, compressed as browsers ask for it.
    let (_, page) = browser.get_as("/places", "br").await;
    let (_, areas) = browser.get_as("/places/areas.geojson", "br").await;
    println!("{:?}: the page is {} bytes, the areas {} bytes, compressed", t.engine, page.len(), areas.len());
    assert!(page.len() < 55_000 && areas.len() < 180_000);
}
