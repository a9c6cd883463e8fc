//! 1,077 areas as one picture: whole, and small enough to stand in a page.

use std::io::{Read, Write};
use std::path::PathBuf;

use flate2::Compression;
use flate2::read::GzDecoder;
use flate2::write::GzEncoder;
use places::geometry::{Bounds, Point, Polygon, Ring, Shape, View, simplify};
use serde_json::Value;

/// The boundaries, or `None` and one line that says so.
fn boundaries() -> Option<Vec<Shape>> {
    let root = std::env::var_os("ALONGSIDE_REAL_DATA")
        .map_or_else(|| PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../../shared/data"), PathBuf::from);
    let path = root.join("essex/lsoa-2011-boundaries.geojson.gz");
    let Ok(file) = std::fs::File::open(&path) else {
        eprintln!("not run: the real boundaries are not at {}", path.display());
        return None;
    };
    let mut text = String::new();
    GzDecoder::new(file).read_to_string(&mut text).unwrap();
    let collection: Value = serde_json::from_str(&text).unwrap();
    Some(collection["features"].as_array().unwrap().iter().map(|feature| shape(&feature["geometry"])).collect())
}

fn shape(geometry: &Value) -> Shape {
    let coordinates = &geometry["coordinates"];
    let polygons = match geometry["type"].as_str().unwrap() {
        "Polygon" => vec![polygon(coordinates)],
        "MultiPolygon" => coordinates.as_array().unwrap().iter().map(polygon).collect(),
        other => panic!("a {other} is no area"),
    };
    Shape::new(polygons).unwrap()
}

fn polygon(rings: &Value) -> Polygon {
    let mut rings = rings.as_array().unwrap().iter().map(|ring| {
        let points = ring.as_array().unwrap().iter();
        Ring::new(points.map(|pair| Point::new(pair[0].as_f64().unwrap(), pair[1].as_f64().unwrap()).unwrap())).unwrap()
    });
    Polygon { outer: rings.next().unwrap(), holes: rings.collect() }
}

#[test]
fn the_county_fits_in_a_page() {
    let Some(whole) = boundaries() else { return };
    assert_eq!(whole.len(), 1077);
    let view = View::of(Bounds::around(&whole).unwrap(), 1000);
    let started = std::time::Instant::now();
    let thinned = simplify(&whole, view.metres_per_unit());
    let svg: String = thinned.iter().map(|shape| format!("<path d=\"{}\"/>\n", view.path(shape))).collect();
    let took = started.elapsed();
    let mut gzip = GzEncoder::new(Vec::new(), Compression::default());
    gzip.write_all(svg.as_bytes()).unwrap();
    let compressed = gzip.finish().unwrap().len();
    let points = |shapes: &[Shape]| -> usize {
        let rings = shapes.iter().flat_map(Shape::polygons).flat_map(|p| std::iter::once(&p.outer).chain(&p.holes));
        rings.map(|ring| ring.points().len()).sum()
    };
    println!(
        "{} points of {}, {} bytes, {compressed} compressed, {took:?}, {}",
        points(&thinned),
        points(&whole),
        svg.len(),
        view.view_box()
    );
    assert!(compressed < 60_000, "{compressed} bytes");
}

#[test]
fn simplifying_leaves_the_county_as_large_and_every_area_about_where_it_was() {
    let Some(whole) = boundaries() else { return };
    let thinned = simplify(&whole, 100.0);
    let total = |shapes: &[Shape]| shapes.iter().map(Shape::square_metres).sum::<f64>();
    // Greater Essex has about 3,670 km², its generalised boundary follows the coast at the mean high water.
    let square_kilometres = total(&whole) / 1e6;
    assert!((3_500.0..3_800.0).contains(&square_kilometres), "{square_kilometres}");
    assert!((total(&thinned) / total(&whole) - 1.0).abs() < 0.003);
    for (thin, whole) in thinned.iter().zip(&whole) {
        let (a, b) = (thin.centroid(), whole.centroid());
        let apart = (a.longitude() - b.longitude()).hypot(a.latitude() - b.latitude());
        assert!(apart < 0.005, "{apart} degrees");
    }
}

#[test]
fn a_point_inside_the_county_lies_in_one_area() {
    let Some(whole) = boundaries() else { return };
    for shape in whole.iter().step_by(7) {
        let centre = shape.centroid();
        let holding = whole.iter().filter(|other| other.contains(centre)).count();
        assert!(holding <= 1 && (holding == 1 || !shape.contains(centre)));
    }
    // Chelmsford's cathedral.
    let cathedral = Point::new(0.4719, 51.7353).unwrap();
    assert_eq!(whole.iter().filter(|shape| shape.contains(cathedral)).count(), 1);
}
