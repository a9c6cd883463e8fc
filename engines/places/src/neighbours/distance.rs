//! Neighbours by distance on a plane: all within a band, the k nearest, or weighted by the inverse of the distance.
//!
//! Found in a tree of the places that points stand in (`tree.rs`): O(n log n + links), and never more links than allowed. A
//! point is no neighbour of itself, but points in one place are neighbours.

use std::sync::atomic::{AtomicU64, Ordering};

use rayon::prelude::*;
use thiserror::Error;

use super::{Weights, tree::Tree};

/// Links that take about a gigabyte: a sensible most.
pub const MOST_LINKS: u64 = 80_000_000;

/// Why points have no neighbours by distance.
#[derive(Debug, Clone, Copy, PartialEq, Error)]
pub enum DistanceError {
    /// Two columns of different lengths.
    #[error("there are {x} eastings and {y} northings: each point needs both")]
    Length {
        /// How many there are of the one.
        x: usize,
        /// And of the other.
        y: usize,
    },
    /// A coordinate that is no number.
    #[error("row {} has no place: its easting or northing is no number below a billion metres. Leave the row out or give it one", .row + 1)]
    NoPlace {
        /// The point, counted from 0.
        row: usize,
    },
    /// A distance that is none.
    #[error("a band of {metres} metres: give a number above 0 and below a billion")]
    Band {
        /// The distance.
        metres: f64,
    },
    /// A power that is none.
    #[error("a power of {power}: give a number from 0 to 10")]
    Power {
        /// The power.
        power: f64,
    },
    /// More neighbours than there are other points.
    #[error("{k} nearest neighbours of each of {points} points: ask for at least 1 and at most {}", .points.saturating_sub(1))]
    Count {
        /// How many neighbours were asked for.
        k: usize,
        /// How many points there are.
        points: usize,
    },
    /// More links than allowed.
    #[error(
        "points within {metres} metres of each other make more than {most} links: take a shorter band, or the k nearest"
    )]
    TooMany {
        /// The band.
        metres: f64,
        /// The most that are allowed.
        most: u64,
    },
}

/// All points within so many metres, that far included, each with weight 1.
///
/// # Errors
/// When the points or the band are none, or there would be more than `most` links (say [`MOST_LINKS`]).
pub fn band(x: &[f64], y: &[f64], metres: f64, most: u64) -> Result<Weights, DistanceError> {
    weighted(x, y, metres, most, |_| 1.0)
}

/// All points within so many metres, each with the weight 1 / distance^`power`. Below a metre a distance counts as one.
///
/// # Errors
/// As [`band`], or when the power is not from 0 to 10.
pub fn inverse(x: &[f64], y: &[f64], metres: f64, power: f64, most: u64) -> Result<Weights, DistanceError> {
    if !(0.0..=10.0).contains(&power) {
        return Err(DistanceError::Power { power });
    }
    weighted(x, y, metres, most, |squared| squared.max(1.0).powf(-power / 2.0))
}

/// The `k` nearest points of each, each with weight 1; of equally far ones the earlier. Not both ways: the nearest of one may
/// have nearer ones itself.
///
/// # Errors
/// When the points are none, or there are no `k` others.
pub fn nearest(x: &[f64], y: &[f64], k: usize) -> Result<Weights, DistanceError> {
    checked(x, y)?;
    if k == 0 || k >= x.len() {
        return Err(DistanceError::Count { k, points: x.len() });
    }
    let tree = Tree::of(x, y);
    let row = |(own, (x, y)): (u32, (&f64, &f64))| {
        // One more, for the place that the point itself is in.
        let near = tree.nearest([x + 0.0, y + 0.0], k + 1);
        let points = near.iter().flat_map(|(place, squared)| {
            tree.members(*place).iter().filter(|point| **point != own).take(k).map(|point| (*squared, *point))
        });
        let mut found: Vec<(f64, u32)> = points.collect();
        found.sort_unstable_by(|one, other| one.0.total_cmp(&other.0).then(one.1.cmp(&other.1)));
        found.truncate(k);
        let mut row: Vec<u32> = found.into_iter().map(|(_, point)| point).collect();
        row.sort_unstable();
        row
    };
    let points: Vec<(u32, (&f64, &f64))> = (0..).zip(x.iter().zip(y)).collect();
    let rows: Vec<Vec<u32>> = points.into_par_iter().map(row).collect();
    let starts = (0..=rows.len()).map(|row| row * k).collect();
    let links = rows.len() * k;
    Ok(Weights::of_rows(starts, rows.concat(), vec![1.0; links]))
}

fn checked(x: &[f64], y: &[f64]) -> Result<(), DistanceError> {
    if x.len() != y.len() {
        return Err(DistanceError::Length { x: x.len(), y: y.len() });
    }
    let no_place = |(x, y): (&f64, &f64)| !(x.abs() < 1e9 && y.abs() < 1e9);
    x.iter().zip(y).position(no_place).map_or(Ok(()), |row| Err(DistanceError::NoPlace { row }))
}

fn weighted(
    x: &[f64],
    y: &[f64],
    metres: f64,
    most: u64,
    weight: impl Fn(f64) -> f64 + Sync,
) -> Result<Weights, DistanceError> {
    checked(x, y)?;
    if !(metres > 0.0 && metres < 1e9) {
        return Err(DistanceError::Band { metres });
    }
    let tree = Tree::of(x, y);
    allowed(&tree, metres, most)?;
    let rows: Vec<Vec<(u32, f64)>> = (0..x.len())
        .into_par_iter()
        .map(|own| {
            let mut row = Vec::new();
            let centre = [x.get(own).map_or(0.0, |x| x + 0.0), y.get(own).map_or(0.0, |y| y + 0.0)];
            tree.within(centre, metres, &mut |place, squared| {
                let others = tree.members(place).iter().filter(|point| **point as usize != own);
                row.extend(others.map(|point| (*point, weight(squared))));
            });
            row.sort_unstable_by_key(|(point, _)| *point);
            row
        })
        .collect();
    let mut starts = Vec::with_capacity(rows.len() + 1);
    starts.push(0);
    for row in &rows {
        starts.push(starts.last().copied().unwrap_or_default() + row.len());
    }
    let (neighbours, values) = rows.into_iter().flatten().unzip();
    Ok(Weights::of_rows(starts, neighbours, values))
}

/// Counts links before any is made, and stops as soon as there are too many.
fn allowed(tree: &Tree, metres: f64, most: u64) -> Result<(), DistanceError> {
    let links = AtomicU64::new(0);
    let count = |(place, at): (u32, [f64; 2])| {
        if links.load(Ordering::Relaxed) > most {
            return None;
        }
        let mut points = 0;
        tree.within(at, metres, &mut |other, _| points += tree.members(other).len() as u64);
        let own = tree.members(place).len() as u64;
        links.fetch_add(own.saturating_mul(points - 1).min(u64::MAX / 1_000_000), Ordering::Relaxed);
        Some(())
    };
    let places: Vec<(u32, [f64; 2])> = (0..).zip(tree.places.iter().copied()).collect();
    let all = places.into_par_iter().map(count).while_some().count() == tree.places.len();
    if all && links.into_inner() <= most { Ok(()) } else { Err(DistanceError::TooMany { metres, most }) }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::{DistanceError, MOST_LINKS, band, inverse, nearest};
    use crate::neighbours::Weights;

    fn by_trying(x: &[f64], y: &[f64], metres: f64) -> Weights {
        let away = |one: usize, other: usize| (x[one] - x[other]).powi(2) + (y[one] - y[other]).powi(2);
        let pairs = (0..x.len()).flat_map(|one| (0..one).map(move |other| (one, other)));
        let near = pairs.filter(|(one, other)| away(*one, *other) <= metres * metres);
        Weights::binary(x.len(), near.map(|(one, other)| (one as u32, other as u32))).unwrap()
    }

    #[test]
    fn a_row_of_points() {
        let (x, y) = ([0.0, 3.0, 0.0, 10.0], [0.0, 4.0, 0.0, 0.0]);
        let five = band(&x, &y, 5.0, MOST_LINKS).unwrap();
        assert_eq!(
            (five.neighbours(0), five.neighbours(1), five.islands()),
            ([1, 2].as_slice(), [0, 2].as_slice(), vec![3])
        );
        let inverse = inverse(&x, &y, 5.0, 2.0, MOST_LINKS).unwrap();
        assert_eq!(inverse.weights(0), [1.0 / 25.0, 1.0]);
        let nearest = nearest(&x, &y, 1).unwrap();
        // Of the two in one place the earlier.
        assert_eq!([0, 1, 2, 3].map(|point| nearest.neighbours(point)[0]), [2, 0, 0, 1]);
    }

    #[test]
    fn a_million_in_one_place_are_answered() {
        let (x, y) = (vec![530_000.0; 1_000_000], vec![180_000.0; 1_000_000]);
        let error = band(&x, &y, 100.0, MOST_LINKS).unwrap_err();
        assert_eq!(error, DistanceError::TooMany { metres: 100.0, most: MOST_LINKS });
        let nearest = nearest(&x, &y, 3).unwrap();
        assert_eq!((nearest.neighbours(0), nearest.neighbours(999_999)), ([1, 2, 3].as_slice(), [0, 1, 2].as_slice()));
    }

    #[test]
    fn what_can_have_no_neighbours_is_refused() {
        assert_eq!(band(&[1.0], &[], 1.0, 10), Err(DistanceError::Length { x: 1, y: 0 }));
        assert_eq!(band(&[1.0, f64::NAN], &[1.0, 1.0], 1.0, 10), Err(DistanceError::NoPlace { row: 1 }));
        assert!(matches!(band(&[1.0], &[1.0], f64::NAN, 10), Err(DistanceError::Band { .. })));
        assert_eq!(nearest(&[1.0], &[1.0], 1), Err(DistanceError::Count { k: 1, points: 1 }));
        assert!(matches!(inverse(&[], &[], 1.0, -1.0, 10), Err(DistanceError::Power { .. })));
        assert_eq!(band(&[], &[], 1.0, 10).unwrap().len(), 0);
        assert_eq!(band(&[1.0, 1.0], &[1.0, 1.0], 1.0, 1), Err(DistanceError::TooMany { metres: 1.0, most: 1 }));
    }

    proptest! {
        #[test]
        fn the_tree_finds_what_trying_all_finds(
            points in prop::collection::vec((-20_i32..20, -20_i32..20), 0..200),
            metres in 0.5_f64..15.0,
            move_by in -1000_i32..1000,
        ) {
            let x: Vec<f64> = points.iter().map(|(x, _)| f64::from(*x)).collect();
            let y: Vec<f64> = points.iter().map(|(_, y)| f64::from(*y)).collect();
            let found = band(&x, &y, metres, MOST_LINKS).unwrap();
            prop_assert_eq!(&found, &by_trying(&x, &y, metres));
            let moved = |values: &[f64]| -> Vec<f64> { values.iter().map(|value| value + f64::from(move_by)).collect() };
            prop_assert_eq!(&found, &band(&moved(&x), &moved(&y), metres, MOST_LINKS).unwrap());
            for k in [1, 4] {
                if k >= points.len() { continue }
                let found = nearest(&x, &y, k).unwrap();
                for own in 0..points.len() {
                    let mut all: Vec<(f64, u32)> = (0..points.len()).filter(|at| *at != own).map(|at| ((x[own] - x[at]).powi(2) + (y[own] - y[at]).powi(2), at as u32)).collect();
                    all.sort_by(|one, other| one.partial_cmp(other).unwrap());
                    let mut expected: Vec<u32> = all[..k].iter().map(|(_, at)| *at).collect();
                    expected.sort_unstable();
                    prop_assert_eq!(found.neighbours(own), expected);
                }
            }
        }

        #[test]
        fn any_numbers_are_answered(points in prop::collection::vec((any::<f64>(), any::<f64>()), 0..20), metres in any::<f64>()) {
            let (x, y): (Vec<f64>, Vec<f64>) = points.into_iter().unzip();
            for weights in [band(&x, &y, metres, 50), inverse(&x, &y, metres, 2.0, 50)].into_iter().flatten() {
                prop_assert!(weights.rows().all(|(_, values)| values.iter().all(|value| value.is_finite() && *value > 0.0)));
            }
            let _ = nearest(&x, &y, 2);
        }
    }
}
