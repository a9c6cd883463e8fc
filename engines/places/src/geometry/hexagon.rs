//! Hexagons of the grid H3 (Uber, h3geo.org): the cell of a point, counts by cell, a cell's boundary. For public maps, whose
//! cells should be alike and say nothing of a street. Each point costs the same.

use std::collections::BTreeMap;

use h3o::{CellIndex, LatLng, Resolution};

use super::{GeometryError, Point, Polygon, Ring, Shape};

/// A cell of the grid; printed as H3 prints it, in 15 hexadecimal digits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Hexagon(u64);

impl Hexagon {
    /// The cell that a point lies in, of a resolution from 0 to 15: at 7 a cell has some 5 km², at 8 0.7, at 9 0.1 (15 ha)
    /// in the mean. `None` for another resolution.
    #[must_use]
    pub fn of(point: Point, resolution: u8) -> Option<Self> {
        let resolution = Resolution::try_from(resolution).ok()?;
        let place = LatLng::new(point.latitude(), point.longitude()).ok()?;
        Some(Self(u64::from(place.to_cell(resolution))))
    }

    /// The number that H3 gives the cell.
    #[must_use]
    pub fn number(self) -> u64 {
        self.0
    }

    /// The cell's boundary.
    ///
    /// # Errors
    /// For a cell smaller than the metre to which points are rounded (resolution 15), or one that the antimeridian crosses.
    pub fn shape(self) -> Result<Shape, GeometryError> {
        let cell = CellIndex::try_from(self.0).map_err(|_| GeometryError::NoBoundary)?;
        let corners: Vec<Point> =
            cell.boundary().iter().map(|corner| Point::new(corner.lng(), corner.lat())).collect::<Result<_, _>>()?;
        let shape = Shape::new(vec![Polygon { outer: Ring::new(corners)?, holes: Vec::new() }])?;
        let bounds = shape.bounds();
        let wide = bounds.north_east.longitude() - bounds.south_west.longitude();
        if wide > 180.0 { Err(GeometryError::Antimeridian) } else { Ok(shape) }
    }
}

impl std::fmt::Display for Hexagon {
    fn fmt(&self, formatter: &mut std::fmt::Formatter) -> std::fmt::Result {
        write!(formatter, "{:015x}", self.0)
    }
}

/// How many points lie in each cell that has any; `None` for a resolution beyond 15.
#[must_use]
pub fn counts(points: &[Point], resolution: u8) -> Option<BTreeMap<Hexagon, u64>> {
    Resolution::try_from(resolution).ok()?;
    let mut counts = BTreeMap::new();
    for cell in points.iter().filter_map(|point| Hexagon::of(*point, resolution)) {
        *counts.entry(cell).or_default() += 1;
    }
    Some(counts)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::{Hexagon, counts};
    use crate::geometry::Point;

    #[test]
    fn published_cells() {
        // h3geo.org, "Quickstart" and the tests of h3 itself: 37.775938728915946, -122.41795063018799 at 9 and 5.
        let point = Point::new(-122.417_950_630_187_99, 37.775_938_728_915_946).unwrap();
        assert_eq!(Hexagon::of(point, 9).unwrap().to_string(), "8928308280fffff");
        assert_eq!(Hexagon::of(point, 5).unwrap().to_string(), "85283083fffffff");
        assert_eq!((Hexagon::of(point, 16), counts(&[point], 99)), (None, None));
    }

    proptest! {
        #[test]
        fn a_point_lies_in_its_cell_or_at_its_edge(longitude in -7.0_f64..2.0, latitude in 50.0_f64..60.0, resolution in 5_u8..10) {
            let point = Point::new(longitude, latitude).unwrap();
            let cell = Hexagon::of(point, resolution).unwrap();
            let shape = cell.shape().unwrap();
            // Between corners a cell's side is part of a great circle, here a straight line.
            let centre = shape.centroid();
            let aside = |away: f64| Point::new(
                longitude + (centre.longitude() - longitude) * away,
                latitude + (centre.latitude() - latitude) * away,
            ).unwrap();
            prop_assert!(shape.contains(aside(0.05)));
            prop_assert_eq!(counts(&[point, point], resolution).unwrap()[&cell], 2);
        }
    }
}
