//! Circles: for each centre the areas around it, nearest first, as far as the largest circle reaches. Areas are numbered anew
//! along a Z-shaped curve, so that those near on the ground are near in memory, and found through a grid of squares.
//! One centre costs about k log k for the k areas in its largest circle.

use super::calendar;
use super::{Baseline, Observed, Settings, real};

/// Areas to a square of the grid, on average.
const PER_SQUARE: usize = 8;

/// The areas' centres and weights.
#[derive(Debug)]
pub(super) struct Ground {
    points: Vec<Point>,
    originals: Vec<usize>,
    /// Areas that stand as centres: the first of those at one place.
    pub(super) centres: Vec<u32>,
    most: f64,
    radius: f64,
    grid: Grid,
}

#[derive(Debug, Clone, Copy)]
struct Point {
    x: f64,
    y: f64,
    weight: f64,
}

/// Areas by square: those of square `s` are `areas[starts[s]..starts[s + 1]]`.
#[derive(Debug)]
struct Grid {
    west: f64,
    south: f64,
    size: f64,
    columns: usize,
    rows: usize,
    starts: Vec<usize>,
    areas: Vec<u32>,
}

/// One centre's areas, nearest first, and room to find them in.
#[derive(Debug, Default)]
pub(super) struct Circle {
    /// Area, squared distance, and whether a circle ends here: the next area is further away.
    pub(super) steps: Vec<Step>,
    near: Vec<(u64, u32)>,
    reach: f64,
}

/// One more area.
#[derive(Debug, Clone, Copy)]
pub(super) struct Step {
    pub(super) area: u32,
    pub(super) squared: f64,
    pub(super) ends: bool,
}

impl Ground {
    pub(super) fn of(observed: &Observed<'_>, settings: &Settings) -> Self {
        let weights: Vec<f64> = match observed.baseline {
            Baseline::Permutation => {
                observed.cases.chunks_exact(observed.periods).map(|row| real(row.iter().sum())).collect()
            }
            _ => calendar::cells(observed).chunks_exact(observed.periods).map(|row| row.iter().sum()).collect(),
        };
        let most = weights.iter().sum::<f64>() * settings.share * (1.0 + 1e-12);
        let places: Vec<_> = observed.x.iter().copied().zip(observed.y.iter().copied()).collect();
        let bounds = Bounds::of(&places);
        let mut originals: Vec<usize> = (0..places.len()).collect();
        originals.sort_by_cached_key(|at| (places.get(*at).map_or(0, |place| bounds.curve(*place)), *at));
        let point = |at: &usize| {
            let (x, y) = places.get(*at).copied().unwrap_or_default();
            Point { x, y, weight: weights.get(*at).copied().unwrap_or_default() }
        };
        let points: Vec<Point> = originals.iter().map(point).collect();
        let grid = Grid::of(&points, bounds);
        let mut seen = std::collections::HashSet::with_capacity(points.len());
        let new = |point: &Point| seen.insert(((point.x + 0.0).to_bits(), (point.y + 0.0).to_bits()));
        let fresh: Vec<bool> = points.iter().map(new).collect();
        let centres = (0_u32..).zip(&fresh).filter(|(_, fresh)| **fresh).map(|(at, _)| at).collect();
        Self { points, originals, centres, most, radius: settings.radius.unwrap_or(f64::INFINITY), grid }
    }

    /// How many areas.
    pub(super) fn areas(&self) -> usize {
        self.points.len()
    }

    /// The caller's numbers of the areas, in this order.
    pub(super) fn originals(&self) -> impl Iterator<Item = usize> + '_ {
        self.originals.iter().copied()
    }

    /// The caller's number of an area.
    pub(super) fn original(&self, area: u32) -> usize {
        self.originals.get(area as usize).copied().unwrap_or_default()
    }

    /// Fills `circle` with the areas around a centre.
    pub(super) fn around(&self, centre: u32, circle: &mut Circle) {
        circle.steps.clear();
        let Some(middle) = self.points.get(centre as usize).copied() else { return };
        let mut reach = if circle.reach > 0.0 { circle.reach } else { self.grid.size * 2.0 };
        loop {
            let bounded = reach.min(self.radius);
            let weight = self.gather(middle, bounded, &mut circle.near);
            if weight > self.most || bounded >= self.radius || circle.near.len() == self.points.len() {
                break;
            }
            // The weight tells how much further it may be; a little more than that saves another round.
            let missing = if weight > 0.0 { (self.most / weight).sqrt() * 1.1 } else { 2.0 };
            reach *= missing.clamp(1.2, 4.0);
        }
        circle.near.sort_unstable();
        let mut next = circle.near.iter().skip(1);
        let (mut within, mut complete) = (0.0, 0);
        for (squared, area) in &circle.near {
            within += self.points.get(*area as usize).map_or(0.0, |point| point.weight);
            if within > self.most {
                break;
            }
            let ends = next.next().is_none_or(|(further, _)| further != squared);
            circle.steps.push(Step { area: *area, squared: f64::from_bits(*squared), ends });
            if ends {
                complete = circle.steps.len();
            }
        }
        circle.steps.truncate(complete);
        // The next centre lies close by and its circle is about as large.
        circle.reach = circle.steps.last().map_or(reach, |step| step.squared.sqrt() * 1.05).max(self.grid.size);
    }

    /// All areas no further than `reach`, with their squared distances, and the sum of their weights.
    fn gather(&self, middle: Point, reach: f64, near: &mut Vec<(u64, u32)>) -> f64 {
        near.clear();
        let mut weight = 0.0;
        let limit = reach * reach;
        for areas in self.grid.rows_within(middle, reach) {
            for area in areas {
                let Some(point) = self.points.get(*area as usize) else { continue };
                let (east, north) = (point.x - middle.x, point.y - middle.y);
                let squared = east * east + north * north;
                if squared <= limit {
                    weight += point.weight;
                    near.push((squared.to_bits(), *area));
                }
            }
        }
        weight
    }
}

#[derive(Debug, Clone, Copy)]
struct Bounds {
    west: f64,
    south: f64,
    width: f64,
    height: f64,
}

impl Bounds {
    fn of(places: &[(f64, f64)]) -> Self {
        let ends = |value: fn(&(f64, f64)) -> f64| {
            let values = places.iter().map(value);
            values.fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), value| (low.min(value), high.max(value)))
        };
        let ((west, east), (south, north)) = (ends(|place| place.0), ends(|place| place.1));
        Self { west, south, width: east - west, height: north - south }
    }

    /// The place along the curve: the bits of both coordinates in turn.
    fn curve(self, (x, y): (f64, f64)) -> u64 {
        let side = self.width.max(self.height).max(f64::MIN_POSITIVE);
        spread((x - self.west) / side) | spread((y - self.south) / side) << 1
    }
}

/// Sixteen bits of a share, with room for as many between them.
#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "between 0 and 65,535")]
fn spread(share: f64) -> u64 {
    let mut bits = (share * 65_535.0) as u64;
    for (shift, mask) in [(8, 0x00FF_00FF), (4, 0x0F0F_0F0F), (2, 0x3333_3333), (1, 0x5555_5555)] {
        bits = (bits | bits << shift) & mask;
    }
    bits
}

impl Grid {
    #[expect(clippy::cast_precision_loss, reason = "a count of areas")]
    fn of(points: &[Point], bounds: Bounds) -> Self {
        let squares = (points.len() / PER_SQUARE).max(1) as f64;
        let side = bounds.width.max(bounds.height);
        // As many squares as wanted on the smaller of: the ground's own rectangle, and a row along its longer side.
        let size = (bounds.width * bounds.height / squares).sqrt().max(side / squares);
        let size = if size > 0.0 && size.is_finite() { size } else { 1.0 };
        let (columns, rows) = (square(bounds.width, size) + 1, square(bounds.height, size) + 1);
        let mut grid =
            Self { west: bounds.west, south: bounds.south, size, columns, rows, starts: Vec::new(), areas: Vec::new() };
        let mut placed: Vec<(usize, u32)> =
            (0_u32..).zip(points).map(|(area, point)| (grid.square(point), area)).collect();
        placed.sort_unstable();
        grid.areas = placed.iter().map(|(_, area)| *area).collect();
        let mut begun = placed.iter().map(|(square, _)| *square).enumerate().peekable();
        for wanted in 0..=columns * rows {
            while begun.next_if(|(_, square)| *square < wanted).is_some() {}
            grid.starts.push(begun.peek().map_or(placed.len(), |(at, _)| *at));
        }
        grid
    }

    fn square(&self, point: &Point) -> usize {
        let column = square(point.x - self.west, self.size).min(self.columns - 1);
        let row = square(point.y - self.south, self.size).min(self.rows - 1);
        row * self.columns + column
    }

    /// Every row of squares that a circle touches, each as one slice of areas.
    fn rows_within(&self, middle: Point, reach: f64) -> impl Iterator<Item = &[u32]> {
        let from = square(middle.x - reach - self.west, self.size).min(self.columns - 1);
        let to = square(middle.x + reach - self.west, self.size).min(self.columns - 1);
        let low = square(middle.y - reach - self.south, self.size).min(self.rows - 1);
        let high = square(middle.y + reach - self.south, self.size).min(self.rows - 1);
        (low..=high).filter_map(move |row| {
            let start = *self.starts.get(row * self.columns + from)?;
            let end = *self.starts.get(row * self.columns + to + 1)?;
            self.areas.get(start..end)
        })
    }
}

/// Which square a distance from the edge falls in; before the edge, the first.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "made 0 when negative; a cast stops at the top"
)]
fn square(distance: f64, size: f64) -> usize {
    (distance / size).clamp(0.0, 1e9) as usize
}
