//! Boundaries as GeoJSON (RFC 7946): taking small areas out of files of the Office for National Statistics or with plain names, and
//! writing thinned boundaries back.

use std::{fmt::Write as _, io::Read};

use base::LsoaCode;
use places::geometry::{
    Point, Polygon, Ring, Shape,
    read::{Areas, ReadOptions, geojson},
};

use super::{AreaPlace, LoadError};

/// More small areas than England and Wales have together.
const MOST_AREAS: usize = 60_000;

/// An area as a file describes it.
#[derive(Debug)]
pub(super) struct ReadArea {
    pub place: AreaPlace,
    pub shape: Shape,
}

/// Every small area of a GeoJSON feature collection.
///
/// # Errors
/// With the feature's number and code, and what is wrong with it.
pub(super) fn read(source: impl Read) -> Result<Vec<ReadArea>, LoadError> {
    let mut areas = geojson(source, &ReadOptions::default()).map_err(|error| LoadError::Wrong(error.to_string()))?;
    if areas.codes.len() > MOST_AREAS {
        return Err(LoadError::Wrong(format!("it has more than {MOST_AREAS} features; load one county or force area")));
    }
    let shapes = std::mem::take(&mut areas.shapes);
    let read = |(at, shape)| Ok(ReadArea { place: place(&areas, at).map_err(LoadError::Wrong)?, shape });
    shapes.into_iter().enumerate().map(read).collect()
}

fn place(areas: &Areas, at: usize) -> Result<AreaPlace, String> {
    let code = areas.codes.get(at).map_or("", String::as_str);
    let number = at + 1;
    let area: LsoaCode = code.parse().map_err(|error| format!("feature {number} ({}): {error}", short(code)))?;
    let named = |values: &[Option<String>], what: &str, plain: &str, official: &str| {
        let found = values.get(at).cloned().flatten().map(|text| text.chars().take(200).collect());
        found.ok_or_else(|| {
            format!("feature {number} ({area}): it has no {what}, a property called `{plain}` or `{official}`")
        })
    };
    Ok(AreaPlace {
        area,
        name: named(&areas.names, "name", "name", "LSOA11NM")?,
        district_code: named(&areas.district_codes, "district's code", "district_code", "LAD11CD")?,
        district_name: named(&areas.district_names, "district's name", "district_name", "LAD11NM")?,
    })
}

fn short(text: &str) -> String {
    text.chars().take(20).collect()
}

/// The coordinates of a MultiPolygon to four decimals of a degree, some ten metres, or to five for a ring that would be lost.
pub(super) fn coordinates(shape: &Shape) -> String {
    let rings = |polygon: &Polygon| {
        let rings: Vec<String> = std::iter::once(&polygon.outer).chain(&polygon.holes).map(ring_text).collect();
        format!("[{}]", rings.join(","))
    };
    let polygons: Vec<String> = shape.polygons().iter().map(rings).collect();
    format!("[{}]", polygons.join(","))
}

fn ring_text(ring: &Ring) -> String {
    let tenth = |degrees: f64| (degrees * 10_000.0).round() / 10_000.0;
    let rounded: Result<Vec<Point>, _> =
        ring.points().iter().map(|point| Point::new(tenth(point.longitude()), tenth(point.latitude()))).collect();
    let rounded = rounded.and_then(Ring::new);
    let points = rounded.as_ref().unwrap_or(ring).points();
    let mut text = String::from("[");
    for (at, point) in points.iter().chain(points.first()).enumerate() {
        // Writing to a string cannot fail.
        let _ = write!(text, "{}[{},{}]", if at == 0 { "" } else { "," }, point.longitude(), point.latitude());
    }
    text.push(']');
    text
}

/// The shape back from what [`coordinates`] wrote; `None` where it can't be read.
pub(crate) fn shape_of(coordinates: &str) -> Option<Shape> {
    let polygons: Vec<Vec<Vec<(f64, f64)>>> = serde_json::from_str(coordinates).ok()?;
    let read_ring = |ring: &Vec<(f64, f64)>| {
        let points: Result<Vec<Point>, _> =
            ring.iter().map(|(longitude, latitude)| Point::new(*longitude, *latitude)).collect();
        Ring::new(points.ok()?).ok()
    };
    let read_polygon = |rings: &Vec<Vec<(f64, f64)>>| {
        let mut rings = rings.iter().map(read_ring);
        Some(Polygon { outer: rings.next()??, holes: rings.collect::<Option<_>>()? })
    };
    Shape::new(polygons.iter().map(read_polygon).collect::<Option<_>>()?).ok()
}
