//! Which area a point lies in.
//!
//! The boxes around the areas are listed by the cells of a grid, and the sides of the few areas whose box holds the point are
//! counted (even-odd rule, as [`Shape::contains`] has it, in whole numbers). Building grows with the number of sides, asking
//! with the sides of the areas about the point.

use rayon::prelude::*;

use super::{BoxIndex, Point, Shape};

/// Areas ready to be asked which of them holds a point.
#[derive(Debug, Clone)]
pub struct Locator<'a> {
    shapes: &'a [Shape],
    index: BoxIndex,
}

/// Where many points lie.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Located {
    /// The area of each point, in the order of the points; `None` for one that lies in none.
    pub areas: Vec<Option<u32>>,
    /// How many lie in none.
    pub outside: usize,
}

impl<'a> Locator<'a> {
    /// A locator for these areas; an area's number is its position.
    #[must_use]
    pub fn of(shapes: &'a [Shape]) -> Self {
        Self { shapes, index: BoxIndex::of(shapes.par_iter().map(Shape::bounds).collect()) }
    }

    /// The area that a point lies in; a point on a border between areas lies in exactly one of them. Where areas overlap,
    /// the first.
    #[must_use]
    pub fn area_of(&self, point: Point) -> Option<u32> {
        self.index.at(point).find(|area| self.shapes.get(*area as usize).is_some_and(|shape| shape.contains(point)))
    }

    /// [`Locator::area_of`] for every point, on all threads.
    #[must_use]
    pub fn areas_of(&self, points: &[Point]) -> Located {
        let areas: Vec<Option<u32>> = points.par_iter().map(|point| self.area_of(*point)).collect();
        let outside = areas.iter().filter(|area| area.is_none()).count();
        Located { areas, outside }
    }
}

impl Located {
    /// How many points lie in each of so many areas.
    #[must_use]
    pub fn counts(&self, areas: usize) -> Vec<u64> {
        let mut counts = vec![0; areas];
        for area in self.areas.iter().flatten() {
            counts.get_mut(*area as usize).into_iter().for_each(|count| *count += 1);
        }
        counts
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::Locator;
    use crate::geometry::{Point, Polygon, Ring, Shape};

    /// A tiling of `across` by `across` squares whose corners are shaken, so that sides lean.
    fn tiling(across: i32, shake: &[i32]) -> Vec<Shape> {
        let corner = |column: i32, row: i32| {
            let inner = column > 0 && column < across && row > 0 && row < across;
            let by = |salt: i32| {
                let at = usize::try_from(column * 31 + row * 7 + salt).unwrap() % shake.len();
                if inner { f64::from(shake[at]) } else { 0.0 }
            };
            let at = |place: i32, salt: i32| (f64::from(place) * 100.0 + by(salt)) / 100_000.0;
            Point::new(at(column, 0), 52.0 + at(row, 3)).unwrap()
        };
        let square = |column: i32, row: i32| {
            let corners = [(0, 0), (1, 0), (1, 1), (0, 1)].map(|(right, up)| corner(column + right, row + up));
            Shape::new(vec![Polygon { outer: Ring::new(corners).unwrap(), holes: vec![] }]).unwrap()
        };
        (0..across * across).map(|at| square(at % across, at / across)).collect()
    }

    #[test]
    fn outside_is_counted() {
        let areas = tiling(4, &[0]);
        let locator = Locator::of(&areas);
        let located = locator.areas_of(&[
            Point::new(0.000_5, 52.000_5).unwrap(),
            Point::new(1.0, 52.0).unwrap(),
            Point::new(0.003_5, 52.003_5).unwrap(),
        ]);
        assert_eq!((located.areas.as_slice(), located.outside), ([Some(0), None, Some(15)].as_slice(), 1));
        assert_eq!(located.counts(16).iter().sum::<u64>(), 2);
        assert_eq!(Locator::of(&[]).area_of(Point::new(0.0, 0.0).unwrap()), None);
    }

    proptest! {
        #[test]
        fn a_point_on_a_border_lies_in_exactly_one(shake in prop::collection::vec(-40_i32..40, 1..30)) {
            let areas = tiling(5, &shake);
            let locator = Locator::of(&areas);
            for (longitude, latitude) in (1..500).step_by(7).flat_map(|x| (1..500).step_by(5).map(move |y| (x, y))) {
                let point = Point { longitude, latitude: 5_200_000 + latitude };
                let holding: Vec<usize> = (0..25).filter(|area| areas[*area].contains(point)).collect();
                prop_assert_eq!(holding.len(), 1, "{:?}", point);
                prop_assert_eq!(locator.area_of(point).map(|area| area as usize), holding.first().copied());
            }
            // The shaken corners themselves.
            for point in areas.iter().flat_map(Shape::rings).flat_map(Ring::points) {
                let holding = areas.iter().filter(|area| area.contains(*point)).count();
                prop_assert!(holding <= 1);
                prop_assert_eq!(locator.area_of(*point).is_some(), holding == 1);
            }
        }
    }
}
