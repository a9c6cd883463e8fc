//! Areas and cells as GeoJSON (RFC 7946), for the map of whoever has one.

use serde_json::{Map, Value, json};

use crate::geometry::{Ring, Shape};

/// A feature collection of shapes, each with its properties.
#[must_use]
pub fn collection<'a>(features: impl IntoIterator<Item = (&'a Shape, Map<String, Value>)>) -> String {
    // By hand, feature by feature, so that a nation's file is not in memory a second time as a tree.
    let mut text = String::from("{\"type\":\"FeatureCollection\",\"features\":[");
    for (at, (shape, properties)) in features.into_iter().enumerate() {
        text.push_str(if at == 0 { "\n" } else { ",\n" });
        let feature = json!({ "type": "Feature", "properties": properties, "geometry": geometry(shape) });
        text.push_str(&feature.to_string());
    }
    text.push_str("\n]}\n");
    text
}

fn geometry(shape: &Shape) -> Value {
    let polygons: Vec<Value> = shape
        .polygons()
        .iter()
        .map(|polygon| std::iter::once(&polygon.outer).chain(&polygon.holes).map(ring).collect())
        .collect();
    json!({ "type": "MultiPolygon", "coordinates": polygons })
}

fn ring(ring: &Ring) -> Value {
    let points = ring.points();
    points.iter().chain(points.first()).map(|point| json!([point.longitude(), point.latitude()])).collect()
}
