//! Boundaries as GeoJSON (RFC 7946): reading areas with the names that the Office for National Statistics gives their
//! properties or with plain ones, and writing thinned boundaries back.

use std::{collections::BTreeSet, fmt::Write as _, io::Read};

use base::LsoaCode;
use places::geometry::{GeometryError, Point, Polygon, Ring, Shape};
use serde::{Deserialize, Deserializer};
use serde_json::{Map, Value};

use super::{AreaPlace, LoadError};

/// More small areas than England and Wales have together.
const MOST_AREAS: usize = 60_000;

/// An area as a file describes it.
#[derive(Debug)]
pub(super) struct ReadArea {
    pub place: AreaPlace,
    pub shape: Shape,
}

#[derive(Deserialize)]
struct Collection {
    #[serde(default)]
    features: Vec<Feature>,
}

/// Each feature is read and judged by itself, so that a large file is never in memory as a tree.
struct Feature(Result<ReadArea, String>);

impl<'de> Deserialize<'de> for Feature {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Value::deserialize(deserializer).map(|feature| Self(read_feature(&feature)))
    }
}

/// Every area of a GeoJSON feature collection.
///
/// # Errors
/// With the feature's number and code, and what is wrong with it.
pub(super) fn read(source: impl Read) -> Result<Vec<ReadArea>, LoadError> {
    let collection: Collection = serde_json::from_reader(source).map_err(|error| {
        LoadError::Wrong(format!("this is not GeoJSON: {error}. Send a GeoJSON feature collection of small areas"))
    })?;
    let mut areas = Vec::with_capacity(collection.features.len());
    let mut seen = BTreeSet::new();
    if collection.features.len() > MOST_AREAS {
        return Err(LoadError::Wrong(format!("it has more than {MOST_AREAS} features; load one county or force area")));
    }
    for (number, feature) in (1..).zip(collection.features) {
        let area = feature.0.map_err(|problem| LoadError::Wrong(format!("feature {number}{problem}")))?;
        if !seen.insert(area.place.area) {
            return Err(LoadError::Wrong(format!("feature {number} ({}): the same area came before", area.place.area)));
        }
        areas.push(area);
    }
    if areas.is_empty() {
        return Err(LoadError::Wrong(
            "it has no features: send a GeoJSON feature collection of small areas".to_owned(),
        ));
    }
    Ok(areas)
}

fn read_feature(feature: &Value) -> Result<ReadArea, String> {
    let properties = feature.get("properties").and_then(Value::as_object).ok_or(": it has no properties")?;
    let code = property(properties, "code", "LSOA", "CD").ok_or(
        ": none of its properties is a small area's code. It is called `code`, or as the Office for National Statistics \
         calls it (`LSOA11CD`, `LSOA21CD`)",
    )?;
    let area: LsoaCode = code.parse().map_err(|error| format!(" ({}): {error}", short(code)))?;
    let named = |plain: &str, start: &str, end: &str, what: &str| {
        let found = property(properties, plain, start, end).map(|text| text.chars().take(200).collect::<String>());
        found.ok_or_else(|| format!(" ({area}): it has no {what}, a property called `{plain}` or `{start}11{end}`"))
    };
    let place = AreaPlace {
        area,
        name: named("name", "LSOA", "NM", "name")?,
        district_code: named("district_code", "LAD", "CD", "district's code")?,
        district_name: named("district_name", "LAD", "NM", "district's name")?,
    };
    let geometry = feature.get("geometry").ok_or_else(|| format!(" ({area}): it has no geometry"))?;
    let shape = shape(geometry).map_err(|problem| format!(" ({area}): {problem}"))?;
    Ok(ReadArea { place, shape })
}

/// A property by its plain name, or by the statistics office's: a start, two digits of a year, an end (`LAD19CD`).
fn property<'a>(properties: &'a Map<String, Value>, plain: &str, start: &str, end: &str) -> Option<&'a str> {
    let official = |key: &str| {
        let middle = key.strip_prefix(start).and_then(|rest| rest.strip_suffix(end));
        middle.is_some_and(|year| year.len() == 2 && year.bytes().all(|digit| digit.is_ascii_digit()))
    };
    let is_named = |key: &str| key.eq_ignore_ascii_case(plain) || official(&key.to_ascii_uppercase());
    let found = properties.iter().find(|(key, _)| is_named(key))?.1.as_str()?.trim();
    (!found.is_empty()).then_some(found)
}

fn short(text: &str) -> String {
    text.chars().take(20).collect()
}

fn shape(geometry: &Value) -> Result<Shape, String> {
    let kind = geometry.get("type").and_then(Value::as_str).unwrap_or("nothing");
    let coordinates = geometry.get("coordinates").and_then(Value::as_array).ok_or("its geometry has no coordinates")?;
    let polygons = match kind {
        "Polygon" => vec![polygon(coordinates)?],
        "MultiPolygon" => coordinates.iter().map(|rings| polygon(list(rings)?)).collect::<Result<_, _>>()?,
        other => return Err(format!("its geometry is a {}; an area is a Polygon or a MultiPolygon", short(other))),
    };
    Shape::new(polygons).map_err(|error| error.to_string())
}

fn polygon(rings: &[Value]) -> Result<Polygon, String> {
    let mut rings = rings.iter().map(|ring| read_ring(list(ring)?));
    let outer = rings.next().ok_or("a polygon has no boundary")??;
    Ok(Polygon { outer, holes: rings.collect::<Result<_, _>>()? })
}

fn read_ring(positions: &[Value]) -> Result<Ring, String> {
    let points: Vec<Point> = positions.iter().map(point).collect::<Result<_, _>>()?;
    Ring::new(points).map_err(|error| error.to_string())
}

fn point(position: &Value) -> Result<Point, String> {
    let [longitude, latitude, ..] = list(position)? else { return Err("a position needs two numbers".to_owned()) };
    let (Some(longitude), Some(latitude)) = (longitude.as_f64(), latitude.as_f64()) else {
        return Err("a position needs two numbers".to_owned());
    };
    Point::new(longitude, latitude).map_err(|error| match error {
        GeometryError::OffTheEarth => {
            format!("{error}. If the file is in British National Grid, export it again as longitude and latitude (EPSG:4326)")
        }
        other => other.to_string(),
    })
}

fn list(value: &Value) -> Result<&[Value], String> {
    value.as_array().map(Vec::as_slice).ok_or_else(|| "its coordinates are not nested as GeoJSON nests them".to_owned())
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
