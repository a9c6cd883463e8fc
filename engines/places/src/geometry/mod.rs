//! Shapes on the ground: points in degrees, rings, polygons with holes, and areas made of several polygons.
//!
//! Points are rounded to five decimals of a degree, about a metre: published generalised boundaries share exact points only
//! then. Sizes and distances are taken on a plane that touches the ground at the shape's own latitude, which is out by
//! less than one part in a thousand across a county.

mod draw;
mod simplify;
#[cfg(test)]
mod tests;

pub use draw::View;
pub use simplify::simplify;

/// Metres in a degree of latitude, on a sphere with the earth's mean radius (6,371,008.8 m, IUGG).
const METRES_PER_DEGREE: f64 = 6_371_008.8 * std::f64::consts::PI / 180.0;

/// Parts of a degree to which points are rounded.
const PARTS: f64 = 100_000.0;

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
        let different: std::collections::BTreeSet<&Point> = points.iter().collect();
        if different.len() < 3 { Err(GeometryError::TooFewPoints) } else { Ok(Self(points)) }
    }

    /// The points, each once.
    #[must_use]
    pub fn points(&self) -> &[Point] {
        &self.0
    }

    /// Each side, as its two ends.
    fn sides(&self) -> impl Iterator<Item = (Point, Point)> + '_ {
        self.0.iter().copied().zip(self.0.iter().copied().cycle().skip(1))
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

    fn rings(&self) -> impl Iterator<Item = &Ring> {
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

    /// Whether a point lies inside, by the number of sides that a line from it to the east crosses. Of a boundary that two
    /// areas share, a point on it lies in exactly one, but for rounding.
    #[must_use]
    pub fn contains(&self, point: Point) -> bool {
        let plane = Plane::at(point);
        let crossed = self.rings().flat_map(Ring::sides).filter(|(from, to)| {
            if (from.latitude > point.latitude) == (to.latitude > point.latitude) {
                return false;
            }
            // Always from the southern end, so that both areas at a side compute alike.
            let (low, high) = if from.latitude < to.latitude { (from, to) } else { (to, from) };
            let ((low_x, low_y), (high_x, high_y)) = (plane.xy(*low), plane.xy(*high));
            low_x - low_y / (high_y - low_y) * (high_x - low_x) > 0.0
        });
        crossed.count() % 2 == 1
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
struct Plane {
    origin: Point,
    /// Metres in a degree of longitude there.
    east: f64,
}

impl Plane {
    fn at(origin: Point) -> Self {
        Self { origin, east: METRES_PER_DEGREE * origin.latitude().to_radians().cos() }
    }

    fn xy(self, point: Point) -> (f64, f64) {
        let x = f64::from(point.longitude - self.origin.longitude) / PARTS * self.east;
        let y = f64::from(point.latitude - self.origin.latitude) / PARTS * METRES_PER_DEGREE;
        (x, y)
    }

    fn point(self, x: f64, y: f64) -> Point {
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
