//! Shapes on the ground: points in degrees, rings, polygons with holes, and areas made of several polygons; how they are read,
//! checked, drawn, and looked up by a point.
//!
//! Points are rounded to five decimals of a degree, about a metre: published generalised boundaries share exact points only
//! then. Sizes and distances are taken on a plane that touches the ground at the shape's own latitude, which is out by
//! less than one part in a thousand across a county.

mod boxes;
pub mod check;
mod draw;
pub mod grid;
pub mod hexagon;
pub mod locate;
pub mod read;
mod simplify;
#[cfg(test)]
mod tests;

pub(crate) use boxes::BoxIndex;
pub use draw::View;
pub use simplify::simplify;

/// Metres in a degree of latitude, on a sphere with the earth's mean radius (6,371,008.8 m, IUGG).
pub(crate) const METRES_PER_DEGREE: f64 = 6_371_008.8 * std::f64::consts::PI / 180.0;

/// Parts of a degree to which points are rounded.
pub(crate) const PARTS: f64 = 100_000.0;

/// A point in WGS 84, held in hundred-thousandths of a degree.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Point {
    longitude: i32,
    latitude: i32,
}

/// Why points are not a ring.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum GeometryError {
    /// A longitude beyond 180 or a latitude beyond 90 degrees, or no number.
    #[error("a point lies off the earth: its longitude must be from -180 to 180 and its latitude from -90 to 90")]
    OffTheEarth,
    /// An easting or a northing that British National Grid doesn't reach.
    #[error(
        "a point lies off British National Grid: its easting must be from 0 to 700,000 and its northing from 0 to 1,250,000"
    )]
    OffTheGrid,
    /// A boundary on both sides of the antimeridian.
    #[error("it crosses the antimeridian: split it there in two (RFC 7946, 3.1.9)")]
    Antimeridian,
    /// Fewer than three different points.
    #[error("a boundary needs at least three different points")]
    TooFewPoints,
    /// No polygon at all.
    #[error("an area needs at least one boundary")]
    NoBoundary,
}

impl Point {
    /// The point at a longitude and a latitude in degrees, in GeoJSON's order.
    ///
    /// # Errors
    /// When it lies off the earth.
    pub fn new(longitude: f64, latitude: f64) -> Result<Self, GeometryError> {
        if longitude.abs() <= 180.0 && latitude.abs() <= 90.0 {
            Ok(Self { longitude: rounded(longitude), latitude: rounded(latitude) })
        } else {
            Err(GeometryError::OffTheEarth)
        }
    }

    /// Degrees east.
    #[must_use]
    pub fn longitude(self) -> f64 {
        f64::from(self.longitude) / PARTS
    }

    /// Degrees north.
    #[must_use]
    pub fn latitude(self) -> f64 {
        f64::from(self.latitude) / PARTS
    }

    /// Hundred-thousandths of a degree east and north.
    pub(crate) fn parts(self) -> (i32, i32) {
        (self.longitude, self.latitude)
    }
}

#[expect(clippy::cast_possible_truncation, reason = "at most 180 degrees, so at most 18 million parts")]
fn rounded(degrees: f64) -> i32 {
    (degrees * PARTS).round() as i32
}

/// A closed boundary of at least three different points; the first is not repeated at the end.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ring(Vec<Point>);

impl Ring {
    /// The ring through these points, in either direction, the first repeated at the end (as GeoJSON has it) or not. Points
    /// that equal the one before are left out.
    ///
    /// # Errors
    /// When fewer than three different points remain.
    pub fn new(points: impl IntoIterator<Item = Point>) -> Result<Self, GeometryError> {
        let mut points: Vec<Point> = points.into_iter().collect();
        points.dedup();
        while points.len() > 1 && points.first() == points.last() {
            points.pop();
        }
        let second = points.iter().find(|point| Some(*point) != points.first());
        let third = points.iter().find(|point| Some(*point) != points.first() && Some(*point) != second);
        if third.is_some() { Ok(Self(points)) } else { Err(GeometryError::TooFewPoints) }
    }

    /// The points, each once.
    #[must_use]
    pub fn points(&self) -> &[Point] {
        &self.0
    }

    /// Each side, as its two ends.
    pub(crate) fn sides(&self) -> impl Iterator<Item = (Point, Point)> + '_ {
        let next = self.0.iter().skip(1).chain(self.0.first());
        self.0.iter().copied().zip(next.copied())
    }
}

/// A boundary and the holes in it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Polygon {
    /// The outer boundary.
    pub outer: Ring,
    /// What is cut out of it.
    pub holes: Vec<Ring>,
}

impl Polygon {
    fn rings(&self) -> impl Iterator<Item = &Ring> {
        std::iter::once(&self.outer).chain(&self.holes)
    }
}

/// An area: one polygon or, with islands, several.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Shape {
    polygons: Vec<Polygon>,
}

impl Shape {
    /// The area of these polygons.
    ///
    /// # Errors
    /// When there are none.
    pub fn new(polygons: Vec<Polygon>) -> Result<Self, GeometryError> {
        if polygons.is_empty() { Err(GeometryError::NoBoundary) } else { Ok(Self { polygons }) }
    }

    /// Its polygons, at least one.
    #[must_use]
    pub fn polygons(&self) -> &[Polygon] {
        &self.polygons
    }

    /// All its rings, outer ones and holes.
    pub(crate) fn rings(&self) -> impl Iterator<Item = &Ring> {
        self.polygons.iter().flat_map(Polygon::rings)
    }

    /// The box around it.
    #[must_use]
    pub fn bounds(&self) -> Bounds {
        let all = |pick: fn(&Point) -> i32| self.rings().flat_map(Ring::points).map(pick);
        let (longitudes, latitudes) = (|point: &Point| point.longitude, |point: &Point| point.latitude);
        let corner = |longitude: Option<i32>, latitude: Option<i32>| Point {
            longitude: longitude.unwrap_or_default(),
            latitude: latitude.unwrap_or_default(),
        };
        Bounds {
            south_west: corner(all(longitudes).min(), all(latitudes).min()),
            north_east: corner(all(longitudes).max(), all(latitudes).max()),
        }
    }

    /// Its size in square metres, without its holes.
    #[must_use]
    pub fn square_metres(&self) -> f64 {
        self.moments().0
    }

    /// The middle of its surface, by which it is labelled and measured from. In a shape like a horseshoe it may lie outside.
    #[must_use]
    pub fn centroid(&self) -> Point {
        let plane = self.plane();
        let (area, x, y) = self.moments();
        if area > 0.0 { plane.point(x / area, y / area) } else { plane.origin }
    }

    /// Whether a point lies inside, by the number of sides that a line from it to the east crosses, in whole numbers and so
    /// without rounding. Of a boundary that two areas share, a point on it lies in exactly one.
    #[must_use]
    pub fn contains(&self, point: Point) -> bool {
        self.rings().flat_map(Ring::sides).filter(|(from, to)| crosses_east(point, *from, *to)).count() % 2 == 1
    }

    fn plane(&self) -> Plane {
        Plane::at(self.bounds().middle())
    }

    /// Area, and area times the centre's coordinates on the shape's own plane (Bourke, "Calculating the area and centroid of
    /// a polygon", 1988), holes taken off whichever way they run.
    fn moments(&self) -> (f64, f64, f64) {
        let plane = self.plane();
        let mut sum = (0.0, 0.0, 0.0);
        for polygon in &self.polygons {
            for (at, ring) in polygon.rings().enumerate() {
                let (area, x, y) = plane.moments(ring);
                let sign = if (area < 0.0) == (at == 0) { -1.0 } else { 1.0 };
                sum = (sum.0 + sign * area, sum.1 + sign * x, sum.2 + sign * y);
            }
        }
        sum
    }
}

/// Whether the line from a point to the east crosses a side; of a side's ends the southern one counts to it.
fn crosses_east(point: Point, from: Point, to: Point) -> bool {
    if (from.latitude > point.latitude) == (to.latitude > point.latitude) {
        return false;
    }
    let (low, high) = if from.latitude < to.latitude { (from, to) } else { (to, from) };
    let (east, north) = (i64::from(high.longitude - low.longitude), i64::from(high.latitude - low.latitude));
    let (x, y) = (i64::from(low.longitude - point.longitude), i64::from(point.latitude - low.latitude));
    x * north + y * east > 0
}

/// A box between two meridians and two parallels.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Bounds {
    /// Its least longitude and latitude.
    pub south_west: Point,
    /// Its greatest longitude and latitude.
    pub north_east: Point,
}

impl Bounds {
    /// The box around all shapes; `None` around none.
    pub fn around<'a>(shapes: impl IntoIterator<Item = &'a Shape>) -> Option<Self> {
        shapes.into_iter().map(Shape::bounds).reduce(Self::with)
    }

    /// The box around both.
    #[must_use]
    pub fn with(self, other: Self) -> Self {
        let (a, b, c, d) = (self.south_west, other.south_west, self.north_east, other.north_east);
        Self {
            south_west: Point { longitude: a.longitude.min(b.longitude), latitude: a.latitude.min(b.latitude) },
            north_east: Point { longitude: c.longitude.max(d.longitude), latitude: c.latitude.max(d.latitude) },
        }
    }

    /// Whether a point lies in it or on its edge.
    #[must_use]
    pub fn holds(self, point: Point) -> bool {
        let (low, high) = (self.south_west, self.north_east);
        (low.longitude..=high.longitude).contains(&point.longitude)
            && (low.latitude..=high.latitude).contains(&point.latitude)
    }

    /// The box around a side.
    pub(crate) fn of_side(from: Point, to: Point) -> Self {
        Self { south_west: from, north_east: from }.with(Self { south_west: to, north_east: to })
    }

    /// What two boxes that meet have in common.
    pub(crate) fn common(self, other: Self) -> Self {
        let (a, b, c, d) = (self.south_west, other.south_west, self.north_east, other.north_east);
        Self {
            south_west: Point { longitude: a.longitude.max(b.longitude), latitude: a.latitude.max(b.latitude) },
            north_east: Point { longitude: c.longitude.min(d.longitude), latitude: c.latitude.min(d.latitude) },
        }
    }

    /// With a margin to the sides and above and below, in hundred-thousandths of a degree.
    pub(crate) fn widened(self, right: i32, up: i32) -> Self {
        let moved = |point: Point, right: i32, up: i32| Point {
            longitude: point.longitude.saturating_add(right).clamp(-18_000_000, 18_000_000),
            latitude: point.latitude.saturating_add(up).clamp(-9_000_000, 9_000_000),
        };
        Self { south_west: moved(self.south_west, -right, -up), north_east: moved(self.north_east, right, up) }
    }

    /// Whether the two have a point in common.
    #[must_use]
    pub fn meets(self, other: Self) -> bool {
        let (low, high) = (self.south_west, self.north_east);
        low.longitude <= other.north_east.longitude
            && other.south_west.longitude <= high.longitude
            && low.latitude <= other.north_east.latitude
            && other.south_west.latitude <= high.latitude
    }

    /// The point in the middle.
    #[must_use]
    pub fn middle(self) -> Point {
        Point {
            longitude: self.south_west.longitude.midpoint(self.north_east.longitude),
            latitude: self.south_west.latitude.midpoint(self.north_east.latitude),
        }
    }
}

/// A plane that touches the ground at a point: metres east and north of it.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Plane {
    origin: Point,
    /// Metres in a degree of longitude there.
    east: f64,
}

impl Plane {
    pub(crate) fn at(origin: Point) -> Self {
        Self { origin, east: METRES_PER_DEGREE * origin.latitude().to_radians().cos() }
    }

    pub(crate) fn xy(self, point: Point) -> (f64, f64) {
        let x = f64::from(point.longitude - self.origin.longitude) / PARTS * self.east;
        let y = f64::from(point.latitude - self.origin.latitude) / PARTS * METRES_PER_DEGREE;
        (x, y)
    }

    pub(crate) fn point(self, x: f64, y: f64) -> Point {
        Point {
            longitude: self.origin.longitude + rounded(x / self.east),
            latitude: self.origin.latitude + rounded(y / METRES_PER_DEGREE),
        }
    }

    fn moments(self, ring: &Ring) -> (f64, f64, f64) {
        let (mut area, mut x, mut y) = (0.0, 0.0, 0.0);
        for (from, to) in ring.sides() {
            let ((x1, y1), (x2, y2)) = (self.xy(from), self.xy(to));
            let cross = x1 * y2 - x2 * y1;
            area += cross / 2.0;
            x += (x1 + x2) * cross / 6.0;
            y += (y1 + y2) * cross / 6.0;
        }
        (area, x, y)
    }
}
