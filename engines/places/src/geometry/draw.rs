//! Shapes as SVG: drawn into a view box of whole numbers, short enough to stand in a page.

use std::fmt::Write as _;

use super::{Bounds, Plane, Point, Polygon, Ring, Shape};

/// A view box that a piece of the ground is drawn into, north up, with lengths true at its middle. One unit of the box is
/// the least that can be told apart, so that the box's width says how fine the drawing is.
#[derive(Debug, Clone, Copy)]
pub struct View {
    plane: Plane,
    /// Of the box's upper left corner, in metres from the middle.
    corner: (f64, f64),
    metres_per_unit: f64,
    width: u32,
    height: u32,
}

impl View {
    /// A view of this piece of the ground, so many units wide; its height follows.
    #[must_use]
    pub fn of(bounds: Bounds, width: u32) -> Self {
        let width = width.max(1);
        let plane = Plane::at(bounds.middle());
        let (west, south) = plane.xy(bounds.south_west);
        let (east, north) = plane.xy(bounds.north_east);
        let metres_per_unit = ((east - west) / f64::from(width)).max(f64::MIN_POSITIVE);
        let height = whole(((north - south) / metres_per_unit).ceil()).unsigned_abs().max(1);
        Self { plane, corner: (west, north), metres_per_unit, width, height }
    }

    /// Units across.
    #[must_use]
    pub fn width(&self) -> u32 {
        self.width
    }

    /// Units down.
    #[must_use]
    pub fn height(&self) -> u32 {
        self.height
    }

    /// Metres on the ground in one unit: a good tolerance for [`simplify`](super::simplify).
    #[must_use]
    pub fn metres_per_unit(&self) -> f64 {
        self.metres_per_unit
    }

    /// The value of the attribute `viewBox`.
    #[must_use]
    pub fn view_box(&self) -> String {
        format!("0 0 {} {}", self.width, self.height)
    }

    /// Where a point lies in the box: units from the left and from the top.
    #[must_use]
    pub fn place(&self, point: Point) -> (i32, i32) {
        let (x, y) = self.plane.xy(point);
        (whole((x - self.corner.0) / self.metres_per_unit), whole((self.corner.1 - y) / self.metres_per_unit))
    }

    /// The value of the attribute `d` of a path that is the shape; with holes, its `fill-rule` must be `evenodd`. A
    /// polygon too small for the view is drawn as one square unit, so that no area is missing from the map.
    #[must_use]
    pub fn path(&self, shape: &Shape) -> String {
        let mut path = String::new();
        for polygon in shape.polygons() {
            self.polygon(polygon, &mut path);
        }
        path
    }

    fn polygon(&self, polygon: &Polygon, path: &mut String) {
        if !self.ring(&polygon.outer, path) {
            let (x, y) = polygon.outer.points().first().map_or((0, 0), |point| self.place(*point));
            // Writing to a string cannot fail.
            let _ = write!(path, "M{x} {y}h1v1h-1z");
            return;
        }
        for hole in &polygon.holes {
            self.ring(hole, path);
        }
    }

    /// Draws a ring unless it falls to fewer than three places.
    fn ring(&self, ring: &Ring, path: &mut String) -> bool {
        let mut places: Vec<(i32, i32)> = ring.points().iter().map(|point| self.place(*point)).collect();
        places.dedup();
        while places.len() > 1 && places.first() == places.last() {
            places.pop();
        }
        let Some((first, rest)) = places.split_first().filter(|(_, rest)| rest.len() > 1) else {
            return false;
        };
        let _ = write!(path, "M{} {}", first.0, first.1);
        let mut last = *first;
        let mut command = ' ';
        for (x, y) in rest {
            step(path, &mut command, x - last.0, y - last.1);
            last = (*x, *y);
        }
        path.push('z');
        true
    }
}

/// One line onward, in the fewest letters.
fn step(path: &mut String, command: &mut char, right: i32, down: i32) {
    let _ = match (right, down) {
        (right, 0) => {
            *command = 'h';
            write!(path, "h{right}")
        }
        (0, down) => {
            *command = 'v';
            write!(path, "v{down}")
        }
        (right, down) => {
            let letter = if *command == 'l' { if right < 0 { "" } else { " " } } else { "l" };
            *command = 'l';
            let gap = if down < 0 { "" } else { " " };
            write!(path, "{letter}{right}{gap}{down}")
        }
    };
}

#[expect(clippy::cast_possible_truncation, reason = "`as` holds what is beyond the range of i32 at its ends")]
fn whole(units: f64) -> i32 {
    units.round() as i32
}
