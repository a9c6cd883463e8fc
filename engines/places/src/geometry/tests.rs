//! Shapes of known size, and maps that must stay whole.

use proptest::prelude::*;

use super::simplify::distance;
use super::{Bounds, GeometryError, Plane, Point, Polygon, Ring, Shape, View, simplify};

fn point(longitude: f64, latitude: f64) -> Point {
    Point::new(longitude, latitude).unwrap()
}

fn ring(points: &[(f64, f64)]) -> Ring {
    Ring::new(points.iter().map(|(longitude, latitude)| point(*longitude, *latitude))).unwrap()
}

fn rectangle(west: f64, south: f64, east: f64, north: f64) -> Ring {
    ring(&[(west, south), (east, south), (east, north), (west, north), (west, south)])
}

fn shape(outer: Ring, holes: Vec<Ring>) -> Shape {
    Shape::new(vec![Polygon { outer, holes }]).unwrap()
}

#[test]
fn a_hundredth_of_a_degree_is_as_large_as_it_should_be() {
    // 111.195 km a degree; at 52 degrees north a degree of longitude is cos 52 of that.
    let square = shape(rectangle(0.0, 51.995, 0.01, 52.005), vec![]);
    let expected = 1111.95_f64.powi(2) * 52_f64.to_radians().cos();
    assert!((square.square_metres() / expected - 1.0).abs() < 1e-5);
    assert_eq!(square.centroid(), point(0.005, 52.0));
}

#[test]
fn holes_are_taken_off_whichever_way_they_run() {
    let outer = rectangle(0.0, 52.0, 0.03, 52.03);
    let hole = rectangle(0.0, 52.0, 0.01, 52.03);
    let turned = Ring::new(hole.points().iter().rev().copied()).unwrap();
    for hole in [hole, turned] {
        let shape = shape(outer.clone(), vec![hole]);
        assert_eq!(shape.centroid(), point(0.02, 52.015));
        assert!(shape.contains(point(0.02, 52.01)));
        assert!(!shape.contains(point(0.005, 52.01)));
        assert!(!shape.contains(point(0.04, 52.01)));
    }
}

#[test]
fn what_is_no_boundary_is_refused() {
    assert_eq!(Point::new(200.0, 0.0), Err(GeometryError::OffTheEarth));
    assert_eq!(Point::new(0.0, f64::NAN), Err(GeometryError::OffTheEarth));
    let same = [point(0.0, 0.0), point(1.0, 1.0), point(0.000_001, 0.0)];
    assert_eq!(Ring::new(same), Err(GeometryError::TooFewPoints));
    assert_eq!(Shape::new(vec![]), Err(GeometryError::NoBoundary));
}

#[test]
fn a_view_holds_the_ground_north_up() {
    let square = shape(rectangle(0.0, 52.0, 0.01, 52.01), vec![]);
    let view = View::of(square.bounds(), 100);
    assert_eq!((view.place(point(0.0, 52.01)), view.place(point(0.01, 52.01))), ((0, 0), (100, 0)));
    assert_eq!(view.view_box(), "0 0 100 163");
    assert_eq!(view.path(&square), "M0 162h100v-162h-100z");
}

#[test]
fn an_area_too_small_for_the_view_is_still_drawn() {
    let small = shape(ring(&[(0.5, 52.5), (0.500_01, 52.5), (0.5, 52.500_01)]), vec![]);
    let view = View::of(shape(rectangle(0.0, 52.0, 1.0, 53.0), vec![]).bounds(), 100);
    assert_eq!(view.path(&small), "M50 82h1v1h-1z");
}

/// Three areas that meet in two points, the boundaries between them wavy.
fn three_areas(waves: &[i32]) -> Vec<Shape> {
    let wave = |from: (f64, f64), to: (f64, f64)| -> Vec<(f64, f64)> {
        let count = waves.len() as f64 + 1.0;
        let between = waves.iter().enumerate().map(move |(at, height)| {
            let part = (at as f64 + 1.0) / count;
            (from.0 + (to.0 - from.0) * part + f64::from(*height) * 1e-5, from.1 + (to.1 - from.1) * part)
        });
        std::iter::once(from).chain(between).collect()
    };
    let back = |line: &[(f64, f64)], from: (f64, f64)| -> Vec<(f64, f64)> {
        std::iter::once(from).chain(line.iter().skip(1).rev().copied()).collect()
    };
    let (south, north) = ((0.1, 52.0), (0.1, 52.1));
    let middle = wave(south, north);
    let right = wave((0.2, 52.0), (0.2, 52.1));
    let left = [middle.clone(), vec![north, (0.0, 52.1), (0.0, 52.0)]].concat();
    let centre = [vec![south], right.clone(), vec![(0.2, 52.1)], back(&middle, north)].concat();
    let east = [vec![(0.3, 52.0), (0.3, 52.1)], back(&right, (0.2, 52.1)), vec![(0.2, 52.0)]].concat();
    [left, centre, east].iter().map(|points| shape(ring(points), vec![])).collect()
}

proptest! {
    #[test]
    fn simplifying_opens_no_gap(waves in prop::collection::vec(-300_i32..300, 1..40), tolerance in 1.0_f64..400.0) {
        let whole = three_areas(&waves);
        let thinned = simplify(&whole, tolerance);
        // What one area loses its neighbour gains, so the sum stays; a gap or an overlap would change it.
        let total = |shapes: &[Shape]| shapes.iter().map(Shape::square_metres).sum::<f64>();
        prop_assert!((total(&whole) / total(&thinned) - 1.0).abs() < 1e-4);
        // Every inner side is run along by both its areas.
        let mut sides = std::collections::BTreeMap::new();
        for (from, to) in thinned.iter().flat_map(Shape::rings).flat_map(Ring::sides) {
            *sides.entry((from.min(to), from.max(to))).or_insert(0) += 1;
        }
        let outside = |(one, other): &(Point, Point)| {
            let flat = |latitude: f64| one.latitude() == latitude && other.latitude() == latitude;
            let edge = |longitude: f64| one.longitude() == longitude && other.longitude() == longitude;
            flat(52.0) || flat(52.1) || edge(0.0) || edge(0.3)
        };
        for (side, times) in sides {
            prop_assert_eq!(times, if outside(&side) { 1 } else { 2 });
        }
    }

    #[test]
    fn simplifying_keeps_within_its_tolerance(waves in prop::collection::vec(-300_i32..300, 1..40), tolerance in 1.0_f64..400.0) {
        let whole = three_areas(&waves);
        let plane = Plane::at(Bounds::around(&whole).unwrap().middle());
        for (thin, whole) in simplify(&whole, tolerance).iter().zip(&whole) {
            for point in whole.rings().flat_map(Ring::points) {
                let sides = thin.rings().flat_map(Ring::sides);
                let nearest = sides
                    .map(|(from, to)| distance(plane.xy(*point), (plane.xy(from), plane.xy(to))))
                    .fold(f64::INFINITY, f64::min);
                prop_assert!(nearest <= tolerance + 1e-6, "{} m from the boundary", nearest);
            }
        }
    }
}
