//! Files as they come, good and bad.

use proptest::prelude::*;

use super::{Areas, ReadError, ReadOptions, geojson};

fn feature(properties: &str, coordinates: &str) -> String {
    format!(
        r#"{{"type":"Feature","properties":{properties},"geometry":{{"type":"Polygon","coordinates":{coordinates}}}}}"#
    )
}

fn collection(features: &[String]) -> String {
    format!(r#"{{"type":"FeatureCollection","features":[{}]}}"#, features.join(","))
}

fn read(text: &str) -> Result<Areas, ReadError> {
    geojson(text.as_bytes(), &ReadOptions::default())
}

const SQUARE: &str = "[[[0.1,52.0],[0.2,52.0],[0.2,52.1],[0.1,52.1],[0.1,52.0]]]";
const ON_GRID: &str = "[[[530000,180000],[531000,180000],[531000,181000],[530000,180000]]]";

#[test]
fn properties_are_found_by_the_statistics_offices_names() {
    let text = collection(&[
        feature(
            r#"{"FID":1,"MSOA21CD":"E02000001","LSOA21CD":"E01000001","LSOA21NM":"City 001A","LAD23CD":"E09000001","LAD23NM":"City"}"#,
            SQUARE,
        ),
        feature(r#"{"LAD23NM":null,"LSOA21NM":"City 001B","LSOA21CD":" E01000002 "}"#, SQUARE),
    ]);
    let options = ReadOptions { also: vec!["FID".to_owned()], ..ReadOptions::default() };
    let areas = geojson(text.as_bytes(), &options).unwrap();
    assert_eq!(
        (areas.codes.as_slice(), areas.code_property.as_str()),
        (["E01000001".to_owned(), "E01000002".to_owned()].as_slice(), "LSOA21CD")
    );
    assert_eq!(areas.names[1].as_deref(), Some("City 001B"));
    assert_eq!(areas.district_codes, [Some("E09000001".to_owned()), None]);
    assert_eq!(areas.district_names, [Some("City".to_owned()), None]);
    assert_eq!(areas.also, [("FID".to_owned(), vec![Some("1".to_owned()), None])]);
    for (code, name) in
        [("WD23CD", "WD23NM"), ("LAD19CD", "LAD19NM"), ("OA11CD", "OA11NM"), ("msoa11cd", "msoa11nm"), ("code", "name")]
    {
        let areas = read(&collection(&[feature(&format!(r#"{{"{name}":"N","{code}":"C"}}"#), SQUARE)])).unwrap();
        assert_eq!((areas.codes[0].as_str(), areas.names[0].as_deref()), ("C", Some("N")));
    }
}

#[test]
fn what_is_asked_for_is_read() {
    let text = collection(&[
        feature(r#"{"id":"x","LSOA11CD":"W01"}"#, SQUARE),
        r#"{"geometry":{"coordinates":[[[[0.1,52.0,7],[0.2,52.0,7],[0.2,52.1,7]],[[0.11,52.01],[0.110001,52.01],[0.11,52.01]]],[[[1,52],[1,52],[1,52]]]],"type":"MultiPolygon"},"properties":{"id":7,"LSOA11CD":"E01"},"type":"Feature"}"#.to_owned(),
    ]);
    let options = ReadOptions { beginning: Some("E".to_owned()), ..ReadOptions::default() };
    let areas = geojson(text.as_bytes(), &options).unwrap();
    // A hole and a part of less than a metre are left out.
    assert_eq!(
        (areas.codes.as_slice(), areas.slivers, areas.shapes[0].polygons().len()),
        (["E01".to_owned()].as_slice(), 2, 1)
    );
    let options = ReadOptions { code: Some("id".to_owned()), ..ReadOptions::default() };
    assert_eq!(geojson(text.as_bytes(), &options).unwrap().codes, ["x", "7"]);
    let options = ReadOptions { beginning: Some("S".to_owned()), ..ReadOptions::default() };
    let error = geojson(text.as_bytes(), &options).unwrap_err();
    assert_eq!(error, ReadError::NoneBeginning { areas: 2, beginning: "S".to_owned() });
}

#[test]
fn eastings_and_northings_are_told_and_converted() {
    let text = collection(&[feature(r#"{"code":"a"}"#, ON_GRID)]);
    let error = read(&text).unwrap_err().to_string();
    assert!(
        error.starts_with("feature 1 (a) lies at 530000, 180000: these look like eastings and northings"),
        "{error}"
    );
    let options = ReadOptions { convert_grid: true, ..ReadOptions::default() };
    let areas = geojson(text.as_bytes(), &options).unwrap();
    assert!(areas.was_grid);
    // Half of a square kilometre near Westminster, the grid's scale and ours a few parts in a thousand apart.
    assert!((areas.shapes[0].square_metres() / 500_000.0 - 1.0).abs() < 0.005);
    let west = areas.shapes[0].bounds().south_west;
    assert!((west.longitude() + 0.1283).abs() < 0.001 && (west.latitude() - 51.5040).abs() < 0.001, "{west:?}");
    let mercator = collection(&[feature(r#"{"code":"a"}"#, "[[[-14000,6700000],[-13000,6700000],[-13000,6710000]]]")]);
    let error = geojson(mercator.as_bytes(), &options).unwrap_err().to_string();
    assert!(error.starts_with("feature 1 (a): the point -14000, 6700000: a point lies off the earth"), "{error}");
}

#[test]
fn what_is_wrong_names_the_feature_and_the_remedy() {
    let says = |text: &str| read(text).unwrap_err().to_string();
    let good = feature(r#"{"code":"a"}"#, SQUARE);
    for (text, expected) in [
        (String::new(), "this is not a GeoJSON file of areas: EOF"),
        ("[]".to_owned(), "this is not a GeoJSON file of areas: invalid type: sequence"),
        (
            r#"{"type":"Topology","arcs":[]}"#.to_owned(),
            "this is not a GeoJSON file of areas: it is a \"Topology\" without features",
        ),
        (collection(&[]), "it has no areas"),
        (collection(&[feature("{}", SQUARE)]), "none of its properties is an area's code (it has none)"),
        (collection(&[feature("null", SQUARE)]), "none of its properties is an area's code (it has none)"),
        (
            collection(&[good.clone(), feature(r#"{"code":""}"#, SQUARE)]),
            "feature 2: its property `code`, which holds the code",
        ),
        (collection(&[good.clone(), good.clone()]), "feature 2 (a) has the code of feature 1"),
        (
            collection(&[good.clone(), feature(r#"{"code":"b"}"#, "[[[0,1],[0,2]]]")]),
            "feature 2 (b): a boundary needs at least three different points",
        ),
        (collection(&[feature(r#"{"code":"b"}"#, "[[0,1],[0,2]]")]), "feature 1 (b): its coordinates are not nested"),
        (
            collection(&[feature(r#"{"code":"b"}"#, "[[[0,1],[0,null]]]")]),
            "feature 1 (b): its coordinates are not nested",
        ),
        (collection(&[feature(r#"{"code":"b"}"#, "[]")]), "feature 1 (b): its boundary is empty"),
        (
            collection(&[r#"{"properties":{"code":"b"},"geometry":null}"#.to_owned()]),
            "feature 1 (b): it has no geometry",
        ),
        (
            collection(&[r#"{"properties":{"code":"b"},"geometry":{"type":"Point","coordinates":[0,1]}}"#.to_owned()]),
            "feature 1 (b): its geometry is a Point",
        ),
        (
            collection(&[feature(r#"{"code":"b"}"#, "[[[0,91],[0,92],[1,92]]]")]),
            "feature 1 (b): the point 0, 91: a point lies off the earth",
        ),
    ] {
        let said = says(&text);
        assert!(
            said.starts_with(expected)
                || (expected.starts_with("feature 1 (b): the point 0, 91") && said.contains("eastings")),
            "{text}\n{said}"
        );
    }
}

proptest! {
    #[test]
    fn any_text_is_answered(text in "\\PC*") {
        let _ = read(&text);
    }

    #[test]
    fn any_coordinates_are_answered(
        positions in prop::collection::vec((any::<f64>().prop_filter("JSON has no other", |x| x.is_finite()), -100.0_f64..100.0), 0..12),
        depth in 0_usize..6,
        convert_grid: bool,
    ) {
        let list: Vec<String> = positions.iter().map(|(x, y)| format!("[{x:e},{y}]")).collect();
        let nested = format!("{}{}{}", "[".repeat(depth), list.join(","), "]".repeat(depth));
        let text = collection(&[feature(r#"{"code":"a"}"#, &nested)]);
        let _ = geojson(text.as_bytes(), &ReadOptions { convert_grid, ..ReadOptions::default() });
    }

    #[test]
    fn any_json_is_answered(swaps in prop::collection::vec((0_usize..200, prop::sample::select(vec!["[", "]", "{", "}", "0", "null", "\"", ",", ":", "1e400", "\"features\":"])), 1..6)) {
        let mut text = collection(&[feature(r#"{"code":"a"}"#, SQUARE)]);
        for (at, with) in swaps {
            let at = at % text.len();
            text.replace_range(at..=at, with);
        }
        let _ = read(&text);
    }
}
