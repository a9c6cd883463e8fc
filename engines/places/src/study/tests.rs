//! A study at its edge: files in, files out, and what it says of files that can't be used.

use std::path::{Path, PathBuf};

use tempfile::TempDir;

use super::{Request, Spec, StudyError, Summary, run};

/// Sixteen square areas, four by four, near Chelmsford; each about a kilometre wide.
fn areas() -> String {
    let feature = |at: usize| {
        let (column, row) = (at % 4, at / 4);
        let (west, south) = (0.40 + 0.015 * column as f64, 51.70 + 0.009 * row as f64);
        let (east, north) = (west + 0.015, south + 0.009);
        format!(
            r#"{{"type":"Feature","properties":{{"code":"E0100{at:04}","name":"Area {at}","district_name":"District {}"}},
            "geometry":{{"type":"Polygon","coordinates":[[[{west},{south}],[{east},{south}],[{east},{north}],[{west},{north}],[{west},{south}]]]}}}}"#,
            row / 2
        )
    };
    let features: Vec<String> = (0..16).map(feature).collect();
    format!(r#"{{"type":"FeatureCollection","features":[{}]}}"#, features.join(","))
}

fn population() -> String {
    let rows: String = (0..16).map(|at| format!("E0100{at:04},\"1,{at:03}\"\n")).collect();
    format!("area,residents\n{rows}")
}

/// Points in every area over six months, most of them in area 5, as many of each category.
fn events() -> String {
    let mut text = String::from("type,date,longitude,latitude\n");
    for at in 0..16_usize {
        let (column, row) = (at % 4, at / 4);
        let number = if at == 5 { 60 } else { 8 + at };
        for event in 0..number {
            let (east, north) =
                (0.402 + 0.015 * column as f64 + 0.0001 * (event % 7) as f64, 51.702 + 0.009 * row as f64);
            let month = if at == 5 && event > 10 { 5 } else { event % 6 } + 1;
            let kind = if event % 2 == 0 { "robbery" } else { "assault" };
            text += &format!("{kind},2026-{month:02}-{:02},{east:.5},{north:.5}\n", 1 + event % 28);
        }
    }
    text
}

struct Desk {
    folder: TempDir,
    request: Request,
}

impl Desk {
    fn new() -> Self {
        let folder = TempDir::new().unwrap();
        let mut desk = Self { folder, request: Request::default() };
        desk.request.events = vec![desk.put("events.csv", &events())];
        desk.request.areas = desk.put("areas.geojson", &areas());
        desk.request.population = desk.put("population.csv", &population());
        desk.request.spec =
            Some(desk.put("places.toml", "permutations = 99\n[scan]\nreplicates = 99\n[spread]\npermutations = 99\n"));
        desk.request.out = desk.folder.path().join("out");
        desk
    }

    fn put(&self, name: &str, text: &str) -> PathBuf {
        let path = self.folder.path().join(name);
        std::fs::write(&path, text).unwrap();
        path
    }

    fn events(&mut self, text: &str) -> &mut Self {
        self.request.events = vec![self.put("events.csv", text)];
        self
    }

    fn population(&mut self, text: &str) -> &mut Self {
        self.request.population = self.put("population.csv", text);
        self
    }

    fn areas(&mut self, text: &str) -> &mut Self {
        self.request.areas = self.put("areas.geojson", text);
        self
    }

    fn spec(&mut self, text: &str) -> &mut Self {
        self.request.spec = Some(self.put("places.toml", text));
        self
    }

    fn run(&self) -> Result<Summary, StudyError> {
        run(&self.request, &|_| ())
    }

    fn refused(&self) -> String {
        let error = self.run().unwrap_err().to_string();
        assert!(!self.request.out.exists(), "something was written although: {error}");
        error
    }

    fn written(&self, name: &str) -> String {
        std::fs::read_to_string(self.request.out.join(name)).unwrap()
    }
}

fn rows(text: &str) -> Vec<Vec<String>> {
    let mut reader = csv::Reader::from_reader(text.as_bytes());
    reader.records().map(|row| row.unwrap().iter().map(str::to_owned).collect()).collect()
}

#[test]
fn a_study_answers_every_question_and_finds_the_full_area() {
    let desk = Desk::new();
    let done = desk.run().unwrap();
    assert_eq!(done.rows.read, done.rows.counted);
    let names: Vec<&str> = done.written.iter().map(|read| read.file.as_str()).collect();
    for name in [
        "areas.csv",
        "areas.geojson",
        "concentration.csv",
        "scan.csv",
        "spots.csv",
        "spots.geojson",
        "density.geojson",
        "spread.csv",
        "report.html",
    ] {
        assert!(names.contains(&name), "{name} is missing among {names:?}");
    }
    let areas = rows(&desk.written("areas.csv"));
    assert_eq!((areas.len(), areas[5][0].as_str(), areas[5][3].as_str()), (16, "E01000005", "60"));
    let scan = rows(&desk.written("scan.csv"));
    assert_eq!((scan[0][1].as_str(), scan[0][4].as_str()), ("E01000005", "2026-06"));
    let page = desk.written("report.html");
    assert!(
        page.contains("Area 5") && page.contains("<svg") && !page.contains("<script") && !page.contains("NaN"),
        "{page}"
    );
    for file in &done.written {
        let text = desk.written(&file.file);
        assert!(!text.contains("NaN") && !text.contains("inf,"), "{} has no number where one should be", file.file);
    }
}

#[test]
fn the_same_files_give_the_same_bytes() {
    let (one, other) = (Desk::new(), Desk::new());
    let (first, second) = (one.run().unwrap(), other.run().unwrap());
    assert_eq!(first, second);
    assert_eq!(one.written("manifest.json"), other.written("manifest.json"));
    // Rows in another order are the same events.
    let mut lines: Vec<String> = events().lines().skip(1).map(str::to_owned).collect();
    lines.reverse();
    let mut turned = Desk::new();
    let third = turned.events(&format!("type,date,longitude,latitude\n{}\n", lines.join("\n"))).run().unwrap();
    let hash =
        |summary: &Summary, name: &str| summary.written.iter().find(|read| read.file == name).unwrap().sha256.clone();
    for name in ["areas.csv", "concentration.csv", "scan.csv", "spots.csv", "spread.csv"] {
        assert_eq!(hash(&first, name), hash(&third, name), "{name}");
    }
}

#[test]
fn small_counts_cannot_be_worked_out() {
    let mut desk = Desk::new();
    let mut text = String::from("area,count,date\n");
    for at in 0..16_usize {
        text += &format!("E0100{at:04},{},2026-01\n", if at % 5 == 0 { 3 } else { 20 + at });
    }
    desk.events(&text).run().unwrap();
    let areas = rows(&desk.written("areas.csv"));
    let hidden: Vec<usize> = (0..16).filter(|at| areas[*at][3] == "hidden").collect();
    assert!(hidden.iter().filter(|at| *at % 5 == 0).count() == 4, "{hidden:?}");
    // Districts' totals are known elsewhere: none may have a single hidden area.
    for district in 0..2 {
        assert_ne!(hidden.iter().filter(|at| *at / 8 == district).count(), 1);
    }
    for name in ["areas.csv", "scan.csv", "hot_areas.csv"] {
        let path: &Path = &desk.request.out.join(name);
        if path.exists() {
            assert!(
                !rows(&desk.written(name)).iter().any(|row| row.iter().any(|cell| cell == "3")),
                "{name} shows a 3"
            );
        }
    }
}

#[test]
fn a_small_month_is_not_shown() {
    let mut desk = Desk::new();
    let mut text = String::from("area,count,date\n");
    for at in 0..16_usize {
        text += &format!("E0100{at:04},20,2026-01\nE0100{at:04},{},2026-02\n", usize::from(at < 3));
    }
    desk.events(&text).run().unwrap();
    let page = desk.written("report.html");
    assert!(page.contains("some months have fewer than 5 events") && !desk.request.out.join("months.csv").exists());
    // Without a rule all is shown; and what an earlier study of another question left is gone.
    desk.spec("permutations = 99\n[scan]\nreplicates = 99\n[disclosure]\nleast = 1\n").run().unwrap();
    assert!(desk.written("months.csv").contains("2026-02,3,"));
    desk.spec("permutations = 99\n[scan]\nreplicates = 99\n").run().unwrap();
    assert!(!desk.request.out.join("months.csv").exists());
}

#[test]
fn what_cannot_be_used_is_named_with_its_row_and_remedy() {
    type Case = (&'static str, fn(&mut Desk), &'static [&'static str]);
    let cases: [Case; 17] = [
        ("empty", |desk| _ = desk.events(""), &["events.csv", "empty"]),
        ("headings only", |desk| _ = desk.events("area,count\n"), &["nothing is left to count"]),
        (
            "negative",
            |desk| _ = desk.events("area,count\nE01000001,5\nE01000002,-3\n"),
            &["events.csv, row 3", "below 0"],
        ),
        (
            "a month that isn't",
            |desk| _ = desk.events("area,date\nE01000001,2026-13\n"),
            &["row 2", "2026-13", "write a day as"],
        ),
        (
            "a name in the date's place",
            |desk| _ = desk.events("area,date\nE01000001,Alex Smith\n"),
            &["row 2", "a text"],
        ),
        (
            "metres as degrees",
            |desk| _ = desk.events("longitude,latitude\n571234,206543\n"),
            &["row 2", "look like eastings and northings"],
        ),
        ("changed over", |desk| _ = desk.events("longitude,latitude\n51.7,130\n"), &["row 2", "changed over"]),
        ("twice", |desk| _ = desk.events("area,count\nE01000001,5\nE01000001,6\n"), &["row 3", "row 2", "count twice"]),
        ("another year", |desk| _ = desk.events("area,count\nE01099999,5\nE01099998,6\n"), &["E01099999", "same year"]),
        ("no column", |desk| _ = desk.events("who,what\n1,2\n"), &["neither an area's code nor a point"]),
        (
            "no residents",
            |desk| _ = desk.population("area,residents\nE01000001,5\n"),
            &["population.csv", "15 of the 16 areas", "E01000000"],
        ),
        (
            "residents twice",
            |desk| _ = desk.population(&format!("{}E01000003,9\n", population())),
            &["row 18", "row 5"],
        ),
        ("no GeoJSON", |desk| _ = desk.areas("<kml/>"), &["areas.geojson", "not a GeoJSON"]),
        (
            "a code twice",
            |desk| _ = desk.areas(&areas().replace("E01000002", "E01000001")),
            &["E01000001", "feature 2"],
        ),
        ("changed boundaries", |desk| _ = desk.areas(&areas().replace("51.7", "151.7")), &["areas.geojson"]),
        ("a wrong setting", |desk| _ = desk.spec("permutations = 3"), &["permutations is 3"]),
        (
            "a list that isn't",
            |desk| _ = desk.spec("[overlap]\nlists=[\"a\",\"b\"]\nseen=[{on=[\"c\"],count=3}]"),
            &["“c” is none of the lists"],
        ),
    ];
    for (what, change, says) in cases {
        let mut desk = Desk::new();
        change(&mut desk);
        let error = desk.refused();
        assert!(says.iter().all(|text| error.contains(text)), "{what}: {error}");
        assert!(!error.contains("Alex"), "{what} gives a name away: {error}");
    }
}

#[test]
fn a_month_of_a_force_that_comes_in_two_files_is_refused() {
    let mut desk = Desk::new();
    let head = "Crime ID,Month,Reported by,Falls within,Longitude,Latitude,Location,LSOA code,LSOA name,Crime type,Last outcome category,Context\n";
    let row = |id: &str| {
        format!(
            "{head}{id},2026-01,Essex Police,Essex Police,0.41,51.71,On or near High Street,E01000001,Area 1,Robbery,,\n"
        )
    };
    desk.request.events = vec![desk.put("a.csv", &row("1")), desk.put("b.csv", &row("2"))];
    let error = desk.refused();
    assert!(error.contains("b.csv, row 2: 2026-01 came in a.csv already"), "{error}");
    desk.request.events = vec![desk.put("a.csv", &row("1")), desk.put("c.csv", &row("1"))];
    assert!(desk.refused().contains("the same file is given twice"));
}

#[test]
fn a_point_a_million_times_is_one_place() {
    let mut desk = Desk::new();
    let text = format!("longitude,latitude\n{}0.4651,51.7141\n", "0.4051,51.7041\n".repeat(200_000));
    desk.events(&text).run().unwrap();
    assert_eq!(rows(&desk.written("areas.csv"))[0][3], "200000");
}

#[test]
fn a_failed_study_leaves_the_earlier_one() {
    let mut desk = Desk::new();
    desk.run().unwrap();
    let before = desk.written("report.html");
    desk.events("area,count\nE01000001,-1\n");
    assert!(desk.run().is_err());
    assert_eq!(desk.written("report.html"), before);
}

#[test]
fn the_example_runs() {
    let mut desk = Desk::new();
    let spec = super::EXAMPLE.replace("9999", "99").replace("999", "99");
    assert!(Spec::parse(&spec).is_ok());
    desk.spec(&spec).run().unwrap();
}
