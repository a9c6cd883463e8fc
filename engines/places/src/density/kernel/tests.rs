//! The kernel density, held to definitions, published values and what can go wrong.

use proptest::prelude::*;

use super::*;
use crate::random::Stream;

fn scattered(count: u32, seed: u64) -> (Vec<f64>, Vec<f64>) {
    let mut stream = Stream::of(seed, 0);
    (0..count).map(|_| (stream.unit() * 3000.0 + 500_000.0, stream.unit() * 2000.0 + 200_000.0)).unzip()
}

/// The definition, cell by cell.
fn by_definition(points: Points<'_>, weights: &[f64], grid: &Grid, kernel: Kernel, h: f64) -> Vec<f64> {
    let value = |r: f64| match kernel {
        Kernel::Quartic if r < h => 3.0 / (PI * h * h) * (1.0 - r * r / (h * h)).powi(2),
        Kernel::Epanechnikov if r < h => 2.0 / (PI * h * h) * (1.0 - r * r / (h * h)),
        Kernel::Gaussian if r < 4.0 * h => {
            (-r * r / (2.0 * h * h)).exp() / (2.0 * PI * h * h) / (1.0 - (-8.0_f64).exp())
        }
        _ => 0.0,
    };
    let at = |cell: usize| {
        let (cx, cy) = grid.middle(cell);
        points.iter().zip(weights).map(|((x, y), weight)| weight * value((x - cx).hypot(y - cy)) * 1e6).sum()
    };
    (0..grid.cells()).map(at).collect()
}

fn assert_near(one: &[f64], other: &[f64], what: &str) {
    assert_eq!(one.len(), other.len());
    let most = other.iter().copied().fold(0.0, f64::max);
    for (cell, (one, other)) in one.iter().zip(other).enumerate() {
        assert!((one - other).abs() <= 1e-9 * most, "{what}: in cell {cell} {one} is not {other}");
    }
}

#[test]
fn as_defined_for_every_kernel() {
    let (x, y) = scattered(400, 1);
    let points = Points::of(&x, &y).unwrap();
    let weights: Vec<f64> = (0..400).map(|row| f64::from(row % 7)).collect();
    // Smaller than where the points are, so that some lie outside and reach in.
    let grid = Grid::over([500_600.0, 200_500.0, 502_000.0, 201_500.0], 100.0, 0.0).unwrap();
    for kernel in [Kernel::Quartic, Kernel::Epanechnikov, Kernel::Gaussian] {
        for h in [100.0, 333.0] {
            let found = density(points, Some(&weights), &grid, kernel, h, Edge::Open).unwrap();
            assert_near(&found.per_km2, &by_definition(points, &weights, &grid, kernel, h), &format!("{kernel:?} {h}"));
        }
    }
}

#[test]
fn corrected_for_edges_it_adds_up_to_the_events_inside() {
    let (x, y) = scattered(500, 2);
    let points = Points::of(&x, &y).unwrap();
    let grid = Grid::over([500_500.0, 200_000.0, 502_000.0, 202_000.0], 50.0, 0.0).unwrap();
    let mask: Vec<bool> = (0..grid.cells())
        .map(|cell| (grid.middle(cell).0 - 501_000.0).abs() < (grid.middle(cell).1 - 201_000.0).abs())
        .collect();
    for kernel in [Kernel::Quartic, Kernel::Epanechnikov, Kernel::Gaussian] {
        let in_box = density(points, None, &grid, kernel, 300.0, Edge::Box).unwrap();
        let inside = points.iter().filter(|(x, y)| grid.cell_of(*x, *y).is_some()).count() as f64;
        assert!((in_box.per_km2.iter().sum::<f64>() * grid.km2() - inside).abs() < 1e-8);
        assert_eq!((in_box.weight, in_box.left_out), (inside, 500.0 - inside));
        let masked = density(points, None, &grid, kernel, 300.0, Edge::Mask(&mask)).unwrap();
        let inside = points.iter().filter(|(x, y)| grid.cell_of(*x, *y).is_some_and(|cell| mask[cell])).count() as f64;
        assert!((masked.per_km2.iter().sum::<f64>() * grid.km2() - inside).abs() < 1e-8);
        assert!(masked.per_km2.iter().zip(&mask).all(|(density, inside)| *inside || *density == 0.0));
    }
}

/// Three quarters of the kernels fall outside at a corner; corrected, the surface has the average of the ground about it.
#[test]
fn the_surface_does_not_sink_at_the_edge() {
    let (x, y): (Vec<f64>, Vec<f64>) =
        (0..10_000_u32).map(|n| (f64::from(n % 100) * 20.0 + 10.0, f64::from(n / 100) * 20.0 + 10.0)).unzip();
    let points = Points::of(&x, &y).unwrap();
    let grid = Grid::over([0.0, 0.0, 1999.0, 1999.0], 100.0, 0.0).unwrap();
    let truth = 1e6 / 400.0;
    let off = |edge| {
        let found = density(points, None, &grid, Kernel::Quartic, 400.0, edge).unwrap();
        found.per_km2.iter().map(|density| (density / truth - 1.0).abs()).sum::<f64>() / grid.cells() as f64
    };
    assert!(off(Edge::Open) > 1.5 * off(Edge::Box), "{} {}", off(Edge::Open), off(Edge::Box));
}

#[test]
fn a_million_events_at_one_place() {
    let (x, y) = (vec![530_000.0; 1_000_000], vec![180_000.0; 1_000_000]);
    let grid = Grid::over([529_000.0, 179_000.0, 531_000.0, 181_000.0], 50.0, 0.0).unwrap();
    let found = density(Points::of(&x, &y).unwrap(), None, &grid, Kernel::Quartic, 300.0, Edge::Box).unwrap();
    assert!((found.per_km2.iter().sum::<f64>() * grid.km2() - 1e6).abs() < 1e-3);
}

#[test]
fn what_cannot_be_is_refused() {
    let points = Points::of(&[0.0], &[0.0]).unwrap();
    let grid = Grid::over([0.0, 0.0, 10.0, 10.0], 5.0, 0.0).unwrap();
    let error = |h, edge| density(points, None, &grid, Kernel::Quartic, h, edge).unwrap_err().to_string();
    assert_eq!(error(1.0, Edge::Open), "the bandwidth is 1 metres: it must be from 5 to 1000000 metres");
    assert!(error(f64::NAN, Edge::Open).contains("NaN"));
    assert!(error(10.0, Edge::Mask(&[true])).contains("the mask has 1 cells"));
    assert!(Grid::over([0.0, 0.0, 1e8, 1e8], 1.0, 0.0).is_err());
    assert!(Grid::over([0.0, 0.0, f64::NAN, 1.0], 1.0, 0.0).is_err());
    assert!(Grid::over([0.0, 0.0, 1.0, 1.0], 0.0, 0.0).is_err());
    let none = Points::of(&[], &[]).unwrap();
    let empty = density(none, None, &grid, Kernel::Quartic, 10.0, Edge::Box).unwrap();
    assert!(empty.per_km2.iter().all(|density| *density == 0.0));
}

#[test]
fn a_bandwidth_by_rule_of_thumb() {
    // Four corners of a square: standard distance √2, median distance √2; √2/√ln 2 is more.
    let points = Points::of(&[0.0, 2.0, 0.0, 2.0], &[0.0, 0.0, 2.0, 2.0]).unwrap();
    let expected = 0.9 * 2.0_f64.sqrt() * 4.0_f64.powf(-0.2);
    assert!((rule_of_thumb(points).unwrap() - expected).abs() < 1e-12);
    assert_eq!(rule_of_thumb(Points::of(&[1.0, 1.0], &[3.0, 3.0]).unwrap()), None);
    assert_eq!(rule_of_thumb(Points::of(&[1.0], &[3.0]).unwrap()), None);
    assert_eq!(rule_of_thumb(Points::of(&[], &[]).unwrap()), None);
}

fn some_points() -> impl Strategy<Value = Vec<(f64, f64, f64)>> {
    prop::collection::vec((0.0..2000.0, 0.0..1000.0, 0.0..5.0), 0..60)
}

fn of(points: &[(f64, f64, f64)], scale: f64, shift: (f64, f64), edge: Edge<'_>) -> Density {
    let x: Vec<f64> = points.iter().map(|point| (point.0 + shift.0) * scale).collect();
    let y: Vec<f64> = points.iter().map(|point| (point.1 + shift.1) * scale).collect();
    let weights: Vec<f64> = points.iter().map(|point| point.2).collect();
    let corner = [shift.0 * scale, shift.1 * scale, (shift.0 + 1950.0) * scale, (shift.1 + 950.0) * scale];
    let grid = Grid::over(corner, 100.0 * scale, 0.0).unwrap();
    density(Points::of(&x, &y).unwrap(), Some(&weights), &grid, Kernel::Quartic, 250.0 * scale, edge).unwrap()
}

proptest! {
    #[test]
    fn order_makes_no_difference_at_all(points in some_points(), seed: u64) {
        let mut other = points.clone();
        Stream::of(seed, 0).shuffle(&mut other);
        for edge in [Edge::Open, Edge::Box] {
            prop_assert_eq!(of(&points, 1.0, (0.0, 0.0), edge), of(&other, 1.0, (0.0, 0.0), edge));
        }
    }

    #[test]
    fn place_and_unit_make_no_difference(points in some_points(), column in -5_i32..5, row in -5_i32..5) {
        let shift = (f64::from(column) * 100.0, f64::from(row) * 100.0);
        for edge in [Edge::Open, Edge::Box] {
            let here = of(&points, 1.0, (0.0, 0.0), edge).per_km2;
            prop_assert!(here.iter().all(|density| density.is_finite() && *density >= 0.0));
            let feet: Vec<f64> = of(&points, 4.0, shift, edge).per_km2.iter().map(|density| density * 16.0).collect();
            // A point on the very edge of the kernel or a cell may fall on either side by rounding.
            let most = here.iter().copied().fold(1e-9, f64::max);
            prop_assert!(here.iter().zip(&feet).all(|(one, other)| (one - other).abs() < 1e-6 * most));
        }
    }

    #[test]
    fn twice_the_weight_is_twice_the_density(points in some_points()) {
        let twice: Vec<_> = points.iter().map(|point| (point.0, point.1, point.2 * 2.0)).collect();
        let (one, two) = (of(&points, 1.0, (0.0, 0.0), Edge::Box), of(&twice, 1.0, (0.0, 0.0), Edge::Box));
        prop_assert!(one.per_km2.iter().zip(&two.per_km2).all(|(one, two)| (two - 2.0 * one).abs() <= 1e-9 * two.abs()));
    }
}
