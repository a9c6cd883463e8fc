//! What may be wrong with boundaries that could be read: each finding names the area and says what to do.
//!
//! Crossings are found by a sweep over the sides of a ring, in whole numbers; overlaps by measuring what two areas have in
//! common along [`LINES`] lines through the box that they share. O(v log v) for v points that are spread as boundaries are.

use std::fmt;

use rayon::prelude::*;

use super::{Bounds, BoxIndex, METRES_PER_DEGREE, PARTS, Point, Ring, Shape, read::Areas};

/// Lines from west to east along which an overlap is measured.
const LINES: u32 = 16;

/// An overlap that is worth telling: a hundredth of the smaller area.
const SHARE: f64 = 0.01;

/// Comparisons of sides after which a ring is let be: some seconds' work.
const MOST_COMPARED: usize = 200_000_000;

/// What is wrong with an area.
#[derive(Debug, Clone, PartialEq)]
pub enum Trouble {
    /// Its boundary crosses itself there.
    CrossesItself {
        /// Degrees east.
        longitude: f64,
        /// Degrees north.
        latitude: f64,
    },
    /// It lies partly on another.
    Overlaps {
        /// The other, by its position.
        other: usize,
        /// Its code.
        code: String,
        /// How much ground is in both, about.
        square_metres: f64,
        /// How much of the smaller of the two that is, from 0 to 1.
        share: f64,
    },
    /// Longitude and latitude seem to stand in each other's place: all areas would lie off Africa, but turned round in Britain.
    Swapped,
    /// It reaches from one end of the map to the other.
    Antimeridian,
}

/// An area and what is wrong with it.
#[derive(Debug, Clone, PartialEq)]
pub struct Finding {
    /// The area's position.
    pub area: usize,
    /// Its code.
    pub code: String,
    /// What is wrong.
    pub trouble: Trouble,
}

impl Finding {
    /// Whether nothing that is computed from the areas would be right. Otherwise only what lies at that place may be wrong.
    #[must_use]
    pub fn is_fatal(&self) -> bool {
        matches!(self.trouble, Trouble::Swapped | Trouble::Antimeridian)
    }
}

impl fmt::Display for Finding {
    fn fmt(&self, formatter: &mut fmt::Formatter) -> fmt::Result {
        write!(formatter, "area {} ({}) ", self.area + 1, self.code.chars().take(40).collect::<String>())?;
        match &self.trouble {
            Trouble::CrossesItself { longitude, latitude } => write!(
                formatter,
                "has a boundary that crosses itself at {longitude:.5}, {latitude:.5}: what lies in the loop may be counted \
                 outside. Mend it (QGIS: \"Fix geometries\") or take the published boundaries again"
            ),
            Trouble::Overlaps { other, code, square_metres, share } => write!(
                formatter,
                "overlaps area {} ({}) by about {square_metres:.0} m², {:.0}% of the smaller: points there are counted in the \
                 first of the two. Take boundaries of one edition and one level, or mend them",
                other + 1,
                code.chars().take(40).collect::<String>(),
                share * 100.0
            ),
            Trouble::Swapped => formatter.write_str(
                "lies off Africa, and in Britain with its numbers the other way round: GeoJSON has longitude first, then \
                 latitude. Export the file again in that order",
            ),
            Trouble::Antimeridian => formatter.write_str(
                "reaches round the earth: it crosses the antimeridian. Split it there in two polygons (RFC 7946, 3.1.9)",
            ),
        }
    }
}

/// What is wrong with these areas, in their order; nothing for most files. Overlaps are looked for only where nothing is fatal.
#[must_use]
pub fn check(areas: &Areas) -> Vec<Finding> {
    let finding = |area: usize, trouble: Trouble| Finding {
        area,
        code: areas.codes.get(area).cloned().unwrap_or_default(),
        trouble,
    };
    let boxes: Vec<Bounds> = areas.shapes.par_iter().map(Shape::bounds).collect();
    if boxes.iter().copied().reduce(Bounds::with).is_some_and(looks_swapped) {
        return vec![finding(0, Trouble::Swapped)];
    }
    let round = |bounds: &Bounds| bounds.north_east.longitude() - bounds.south_west.longitude() > 180.0;
    let mut found: Vec<Finding> = (0..boxes.len())
        .zip(&boxes)
        .filter(|(_, bounds)| round(bounds))
        .map(|(area, _)| finding(area, Trouble::Antimeridian))
        .collect();
    if !found.is_empty() {
        return found;
    }
    let crossings: Vec<Option<Point>> = areas.shapes.par_iter().map(|shape| shape.rings().find_map(crossing)).collect();
    for (area, point) in crossings.into_iter().enumerate() {
        found.extend(point.map(|point| {
            finding(area, Trouble::CrossesItself { longitude: point.longitude(), latitude: point.latitude() })
        }));
    }
    found.extend(overlaps(&areas.shapes, boxes).into_iter().map(|(area, other, square_metres, share)| {
        let code = areas.codes.get(other).cloned().unwrap_or_default();
        finding(area, Trouble::Overlaps { other, code, square_metres, share })
    }));
    found.sort_by_key(|finding| finding.area);
    found
}

/// Whether a box lies where Britain would if its longitudes were its latitudes.
fn looks_swapped(bounds: Bounds) -> bool {
    let (low, high) = (bounds.south_west, bounds.north_east);
    low.longitude() > 49.0 && high.longitude() < 62.0 && low.latitude() > -9.0 && high.latitude() < 3.0
}

/// Where two sides of a ring cross, in the inside of both.
fn crossing(ring: &Ring) -> Option<Point> {
    let mut sides: Vec<(Point, Point)> = ring.sides().map(|(from, to)| (from.min(to), from.max(to))).collect();
    sides.sort_unstable();
    let mut left = MOST_COMPARED;
    let mut rest = sides.as_slice();
    while let Some(((from, to), later)) = rest.split_first() {
        let near = later.iter().take_while(|(west, _)| west.longitude <= to.longitude).take(left);
        for (other_from, other_to) in near {
            left -= 1;
            if cross(*from, *to, *other_from, *other_to) {
                return Some(Bounds::of_side(*from, *to).common(Bounds::of_side(*other_from, *other_to)).middle());
            }
        }
        rest = later;
    }
    None
}

/// Which side of a line a point is on: 0 on it.
fn turn(from: Point, to: Point, point: Point) -> i64 {
    let along = (i64::from(to.longitude - from.longitude), i64::from(to.latitude - from.latitude));
    let towards = (i64::from(point.longitude - from.longitude), i64::from(point.latitude - from.latitude));
    (along.0 * towards.1 - along.1 * towards.0).signum()
}

fn cross(a: Point, b: Point, c: Point, d: Point) -> bool {
    turn(a, b, c) * turn(a, b, d) < 0 && turn(c, d, a) * turn(c, d, b) < 0
}

/// Pairs of areas that overlap by more than [`SHARE`] of the smaller: the two, square metres, and the share.
fn overlaps(shapes: &[Shape], boxes: Vec<Bounds>) -> Vec<(usize, usize, f64, f64)> {
    let sizes: Vec<f64> = shapes.par_iter().map(Shape::square_metres).collect();
    let index = BoxIndex::of(boxes);
    let with_later = |(area, shape): (usize, &Shape)| -> Vec<(usize, usize, f64, f64)> {
        let number = u32::try_from(area).unwrap_or(u32::MAX);
        let overlap = |other: u32| {
            let other = other as usize;
            let common = index.boxes().get(area)?.common(*index.boxes().get(other)?);
            let smaller = sizes.get(area)?.min(*sizes.get(other)?).max(1.0);
            let both = in_both(shape, shapes.get(other)?, common);
            (both > smaller * SHARE).then_some((area, other, both, (both / smaller).min(1.0)))
        };
        let mut found: Vec<_> = index.later_meeting(number).filter_map(overlap).collect();
        found.sort_unstable_by_key(|(_, other, _, _)| *other);
        found
    };
    shapes.par_iter().enumerate().flat_map_iter(|(area, shape)| with_later((area, shape))).collect()
}

/// The ground in both shapes, in square metres, as the lines through a box tell.
fn in_both(one: &Shape, other: &Shape, common: Bounds) -> f64 {
    let (south, north) = (f64::from(common.south_west.latitude), f64::from(common.north_east.latitude));
    let apart = (north - south) / f64::from(LINES);
    if apart <= 0.0 {
        return 0.0;
    }
    let (ours, theirs) = (sides_through(one, common), sides_through(other, common));
    let lines = (0..LINES).map(|line| south + (f64::from(line) + 0.5) * apart);
    let along: f64 = lines.map(|latitude| shared(&crossed(&ours, latitude), &crossed(&theirs, latitude))).sum();
    let east = METRES_PER_DEGREE * common.middle().latitude().to_radians().cos();
    along / PARTS * east * apart / PARTS * METRES_PER_DEGREE
}

/// The sides of a shape that reach into the latitudes of a box.
fn sides_through(shape: &Shape, common: Bounds) -> Vec<(Point, Point)> {
    let (south, north) = (common.south_west.latitude, common.north_east.latitude);
    let reaches = |(from, to): &(Point, Point)| {
        from.latitude.max(to.latitude) >= south && from.latitude.min(to.latitude) <= north
    };
    shape.rings().flat_map(Ring::sides).filter(reaches).collect()
}

/// Where a parallel crosses the sides, from west to east: in at the first, out at the second, and so on.
fn crossed(sides: &[(Point, Point)], latitude: f64) -> Vec<f64> {
    let at = |(from, to): &(Point, Point)| {
        let (low, high) = (f64::from(from.latitude), f64::from(to.latitude));
        let (west, east) = (f64::from(from.longitude), f64::from(to.longitude));
        ((low > latitude) != (high > latitude)).then(|| west + (latitude - low) / (high - low) * (east - west))
    };
    let mut places: Vec<f64> = sides.iter().filter_map(at).collect();
    places.sort_unstable_by(f64::total_cmp);
    places
}

/// The length that two sets of stretches have in common.
fn shared(ours: &[f64], theirs: &[f64]) -> f64 {
    let stretches = |places: &[f64]| -> Vec<(f64, f64)> {
        places.chunks_exact(2).filter_map(|pair| Some((*pair.first()?, *pair.last()?))).collect()
    };
    let (ours, theirs) = (stretches(ours), stretches(theirs));
    let common = |(from, to): &(f64, f64)| -> f64 {
        theirs.iter().map(|(other_from, other_to)| (to.min(*other_to) - from.max(*other_from)).max(0.0)).sum()
    };
    ours.iter().map(common).sum()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::{Areas, Finding, Trouble, check};
    use crate::geometry::{Point, Polygon, Ring, Shape};

    fn areas(rings: &[&[(f64, f64)]]) -> Areas {
        let shape = |ring: &&[(f64, f64)]| {
            let outer = Ring::new(ring.iter().map(|(x, y)| Point::new(*x, *y).unwrap())).unwrap();
            Shape::new(vec![Polygon { outer, holes: vec![] }]).unwrap()
        };
        Areas {
            codes: (0..rings.len()).map(|at| format!("E0{at}")).collect(),
            shapes: rings.iter().map(shape).collect(),
            ..Areas::default()
        }
    }

    fn square(west: f64, south: f64, wide: f64) -> [(f64, f64); 4] {
        [(west, south), (west + wide, south), (west + wide, south + wide), (west, south + wide)]
    }

    fn said(found: &[Finding]) -> Vec<String> {
        found.iter().map(ToString::to_string).collect()
    }

    #[test]
    fn a_bow_tie_and_an_overlap_are_told() {
        let bow_tie = [(0.0, 52.0), (0.02, 52.02), (0.02, 52.0), (0.0, 52.02)];
        let found = check(&areas(&[&square(0.02, 52.0, 0.02), &bow_tie, &square(0.035, 52.0, 0.02)]));
        assert_eq!(found.len(), 2, "{found:?}");
        assert!(said(&found)[0].starts_with("area 1 (E00) overlaps area 3 (E02) by about"), "{found:?}");
        let Trouble::Overlaps { square_metres, share, .. } = found[0].trouble.clone() else { panic!("{found:?}") };
        let expected = 0.005 * 111_195.0 * 52.01_f64.to_radians().cos() * 0.02 * 111_195.0;
        assert!(
            (square_metres / expected - 1.0).abs() < 0.001 && (share - 0.25).abs() < 0.001,
            "{square_metres} {share}"
        );
        assert!(
            said(&found)[1].starts_with("area 2 (E01) has a boundary that crosses itself at 0.01000, 52.01000"),
            "{found:?}"
        );
        assert!(found.iter().all(|finding| !finding.is_fatal()));
    }

    #[test]
    fn numbers_the_wrong_way_round_are_told() {
        let found = check(&areas(&[&square(52.0, 0.1, 0.1), &square(52.1, 0.1, 0.1)]));
        assert!(found.len() == 1 && found[0].is_fatal() && said(&found)[0].contains("longitude first"), "{found:?}");
        let found = check(&areas(&[&[(179.9, 10.0), (-179.9, 10.0), (-179.9, 11.0), (179.9, 11.0)]]));
        assert!(found.len() == 1 && found[0].is_fatal() && said(&found)[0].contains("antimeridian"), "{found:?}");
        assert_eq!(check(&Areas::default()), []);
    }

    proptest! {
        #[test]
        fn a_tiling_has_no_trouble(wave in prop::collection::vec(-900_i32..900, 1..30), across in 1_usize..6) {
            let count = wave.len() as f64 + 1.0;
            let line = |at: usize| -> Vec<(f64, f64)> {
                let inner = wave.iter().enumerate().map(|(step, by)| (0.02 * at as f64 + f64::from(*by) * 1e-5, 52.0 + (step as f64 + 1.0) / count * 0.05));
                std::iter::once((0.02 * at as f64, 52.0)).chain(inner).chain([(0.02 * at as f64, 52.05)]).collect()
            };
            let rings: Vec<Vec<(f64, f64)>> =
                (0..across).map(|at| line(at).into_iter().chain(line(at + 1).into_iter().rev()).collect()).collect();
            let rings: Vec<&[(f64, f64)]> = rings.iter().map(Vec::as_slice).collect();
            let found = check(&areas(&rings));
            prop_assert!(found.is_empty(), "{:?}", found);
        }

        #[test]
        fn any_rings_are_answered(rings in prop::collection::vec(prop::collection::vec((-180.0_f64..=180.0, -90.0_f64..=90.0), 3..12), 1..8)) {
            let rings: Vec<&[(f64, f64)]> = rings.iter().map(Vec::as_slice).collect();
            for finding in check(&areas(&rings)) {
                if let Trouble::Overlaps { square_metres, share, .. } = finding.trouble {
                    prop_assert!(square_metres.is_finite() && share > 0.0 && share <= 1.0);
                }
            }
        }
    }
}
