//! What a file of boundaries may be, and what is said of one that can't be loaded.

use super::boundary::{coordinates, read, shape_of};

const SQUARE: &str = r#"[[[0.1,51.5],[0.2,51.5],[0.2,51.6],[0.1,51.6],[0.1,51.5]]]"#;

fn feature(properties: &str, geometry: &str) -> String {
    format!(r#"{{"type":"Feature","properties":{{{properties}}},"geometry":{geometry}}}"#)
}

fn collection(features: &[String]) -> String {
    format!(r#"{{"type":"FeatureCollection","name":"areas","features":[{}]}}"#, features.join(","))
}

fn polygon(coordinates: &str) -> String {
    format!(r#"{{"type":"Polygon","coordinates":{coordinates}}}"#)
}

const ONS: &str = r#""LSOA11CD":"E01015814","LSOA11NM":"Southend-on-Sea 003A","LAD19CD":"E06000033","LAD19NM":"Southend-on-Sea","FID":7"#;
const OURS: &str =
    r#""code":"E01090001","name":"Lindermouth 001A","district_code":"E07099001","district_name":"Lindermouth""#;

fn problem(file: &str) -> String {
    read(file.as_bytes()).unwrap_err().to_string()
}

#[test]
fn official_and_plain_names_polygon_and_multipolygon() {
    let islands =
        format!(r#"{{"type":"MultiPolygon","coordinates":[{SQUARE},[[[0.3,51.5,4],[0.4,51.5,4],[0.4,51.6,4]]]]}}"#);
    let official = read(collection(&[feature(ONS, &polygon(SQUARE))]).as_bytes()).unwrap();
    assert_eq!(official[0].place.name, "Southend-on-Sea 003A");
    assert_eq!(official[0].place.district_code, "E06000033");
    let plain = read(collection(&[feature(OURS, &islands)]).as_bytes()).unwrap();
    assert_eq!(plain[0].place.area.to_string(), "E01090001");
    assert_eq!(plain[0].shape.polygons().len(), 2);
}

#[test]
fn a_boundary_is_written_and_read_back() {
    let areas = read(collection(&[feature(ONS, &polygon(SQUARE))]).as_bytes()).unwrap();
    let text = coordinates(&areas[0].shape);
    assert_eq!(text, "[[[[0.1,51.5],[0.2,51.5],[0.2,51.6],[0.1,51.6],[0.1,51.5]]]]");
    assert_eq!(shape_of(&text).as_ref(), Some(&areas[0].shape));
    assert_eq!(shape_of("[[[[0.1,"), None);
}

#[test]
fn every_problem_names_the_feature_and_says_that_nothing_was_changed() {
    let good = feature(&OURS.replace("E01090001", "E01090009"), &polygon(SQUARE));
    let second = |bad: String| problem(&collection(&[good.clone(), bad]));
    for (file, words) in [
        (second(good.clone()), "feature 2 (E01090009) has the code of feature 1"),
        (
            second(feature(&OURS.replace("E01090001", "E02090001"), &polygon(SQUARE))),
            "feature 2 (E02090001): a small area's code is",
        ),
        (problem(&collection(&[feature(r#""id":"x""#, &polygon(SQUARE))])), "none of its properties is an area's code"),
        (
            second(feature(&OURS.replace("\"name\"", "\"label\""), &polygon(SQUARE))),
            "feature 2 (E01090001): it has no name",
        ),
        (second(feature(OURS, r#"{"type":"Point","coordinates":[0.1,51.5]}"#)), "its geometry is a Point"),
        (second(feature(OURS, &polygon("[[[0.1,51.5],[0.2,51.5],[0.1,51.5]]]"))), "at least three different points"),
        (
            problem(&collection(&[feature(OURS, &polygon("[[[588000,186000],[588100,186000],[588100,186100]]]"))])),
            "British National Grid",
        ),
        (second(feature(OURS, &polygon("[0.1,51.5]"))), "not nested as GeoJSON"),
        (problem("Crime ID,Month\n"), "this is not a GeoJSON"),
        (problem(&collection(&[])), "it has no areas"),
    ] {
        assert!(file.contains(words), "{file}");
        assert!(file.ends_with("Nothing was changed"), "{file}");
    }
}
