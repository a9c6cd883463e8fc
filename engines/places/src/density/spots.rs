//! Harm spots: the fewest, densest pieces of ground that hold most harm.
//!
//! Ground is parted into disjoint cells (squares of 150 m, say, the size that a patrol on foot can cover: Weinborn, Ariel, Sherman
//! & O'Dwyer, "Hotspots vs. harmspots", Applied Geography 86, 2017) or areas, which are taken by harm per square metre, highest
//! first, until they hold a share of all harm or there are enough. For cells of one size no other choice of as many holds more;
//! for areas of different size the last one taken may be larger than need be (Dantzig, Operations Research 5, 1957).
//!
//! Few events on much ground always gather somewhere. What as many pieces would hold by chance is simulated: every event, with
//! its harm, falls on a piece with a probability of its area, and the same number is taken by the same rule. O(n log n); by
//! chance O(replicates × (events + areas)).

use rayon::prelude::*;

use super::DensityError;
use super::kernel::length;
use crate::points::Points;
use crate::random::Stream;

/// The side of a cell that is usual, in metres.
pub const SIDE: f64 = 150.0;

/// One square of ground with events: the one `column` to the right and `row` upwards of the origin, in sides.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Cell {
    /// How many sides its left edge is from the origin.
    pub column: i64,
    /// How many sides its bottom edge is from the origin.
    pub row: i64,
    /// How many events it has.
    pub events: usize,
    /// What they weigh.
    pub harm: f64,
}

impl Cell {
    /// Its boundary in metres, anticlockwise from the bottom left, which comes first and last.
    #[must_use]
    pub fn boundary(&self, side: f64) -> [(f64, f64); 5] {
        let (left, bottom) = (self.column as f64 * side, self.row as f64 * side);
        let (right, top) = ((self.column + 1) as f64 * side, (self.row + 1) as f64 * side);
        [(left, bottom), (right, bottom), (right, top), (left, top), (left, bottom)]
    }
}

/// The cells that have events, by row and column. Their edges are multiples of the side, so the same ground is the same cell in
/// every year; a point on an edge belongs to the cell to its right or above. O(n log n).
///
/// # Errors
/// When weights don't fit, or the side is not from 1 to 1,000,000 m.
pub fn cells(points: Points<'_>, harm: Option<&[f64]>, side: f64) -> Result<Vec<Cell>, DensityError> {
    length("the side of a cell", side, 1.0, 1e6)?;
    let harm = points.weighted(harm)?;
    let number = |at: f64| (at / side).floor() as i64;
    let mut placed: Vec<(i64, i64, f64)> =
        points.iter().zip(&harm).map(|((x, y), harm)| (number(y), number(x), *harm)).collect();
    placed.sort_unstable_by(|a, b| (a.0, a.1).cmp(&(b.0, b.1)).then(a.2.total_cmp(&b.2)));
    let of_cell = |events: &[(i64, i64, f64)]| {
        let (row, column, _) = events.first().copied()?;
        Some(Cell { column, row, events: events.len(), harm: events.iter().map(|event| event.2).sum() })
    };
    Ok(placed.chunk_by(|a, b| (a.0, a.1) == (b.0, b.1)).filter_map(of_cell).collect())
}

/// When to stop taking.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Until {
    /// Once the areas taken hold this share of all harm, above 0 and at most 1.
    Share(f64),
    /// Once there are so many.
    Number(usize),
}

/// What was taken.
#[derive(Debug, Clone, PartialEq)]
pub struct Spots {
    /// The areas taken, densest first (then the earlier one).
    pub taken: Vec<usize>,
    /// Their harm.
    pub harm: f64,
    /// Their share of all harm; `None` where there is none.
    pub share: Option<f64>,
    /// Their size in square metres.
    pub square_metres: f64,
    /// Their share of all the areas given.
    pub of_ground: f64,
}

/// The densest areas, `(harm, square metres)` each; areas without harm are never taken. O(n log n).
///
/// For cells only those with events need be given; then `of_ground` is their share of the cells that have any.
///
/// # Errors
/// When an area's harm is negative or no number, its size is not above 0, or the share is out of its range.
pub fn spots(areas: &[(f64, f64)], until: Until) -> Result<Spots, DensityError> {
    let wrong = |(harm, size): &(f64, f64)| !(harm.is_finite() && *harm >= 0.0 && size.is_finite() && *size > 0.0);
    if let Some(area) = areas.iter().position(wrong) {
        let (harm, square_metres) = areas.get(area).copied().unwrap_or_default();
        return Err(DensityError::NoArea { area, harm, square_metres });
    }
    let (share, number) = match until {
        Until::Share(share) if share > 0.0 && share <= 1.0 => (share, usize::MAX),
        Until::Share(share) => return Err(DensityError::Share { share }),
        Until::Number(number) => (1.0, number),
    };
    let mut order: Vec<(usize, f64, f64)> =
        areas.iter().enumerate().map(|(area, (harm, size))| (area, *harm, *size)).filter(|area| area.1 > 0.0).collect();
    order.sort_by(|a, b| (b.1 / b.2).total_cmp(&(a.1 / a.2)).then(a.0.cmp(&b.0)));
    let (all, ground) = areas.iter().fold((0.0, 0.0), |sum, area| (sum.0 + area.0, sum.1 + area.1));
    // A hair less, so that a share that is met exactly is met in floating point too.
    let enough = if matches!(until, Until::Share(_)) { all * share * (1.0 - 1e-12) } else { f64::INFINITY };
    let (mut taken, mut harm, mut square_metres) = (Vec::new(), 0.0, 0.0);
    for (area, of_area, size) in order.into_iter().take(number) {
        if harm >= enough {
            break;
        }
        taken.push(area);
        harm += of_area;
        square_metres += size;
    }
    let share = (all > 0.0).then(|| (harm / all).min(1.0));
    let of_ground = if ground > 0.0 { (square_metres / ground).min(1.0) } else { 0.0 };
    Ok(Spots { taken, harm, share, square_metres, of_ground })
}

/// The share of harm that so many of the densest areas hold by chance.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Chance {
    /// The mean of the replicates.
    pub mean: f64,
    /// Below it are 2.5% of the replicates.
    pub lower: f64,
    /// Above it are 2.5% of the replicates.
    pub upper: f64,
    /// How many replicates.
    pub replicates: u32,
    /// Their seed.
    pub seed: u64,
}

/// What `number` of the densest areas would hold if each event fell anywhere by chance, as likely on one square metre as on the
/// next. `square_metres` names every area of the ground, also those without events (for cells: their number times the same
/// size). `None` where there is no harm, no area or no replicate.
///
/// # Errors
/// When an event's harm is negative or no number, or an area's size is not above 0.
pub fn by_chance(
    events: &[f64],
    square_metres: &[f64],
    number: usize,
    replicates: u32,
    seed: u64,
) -> Result<Option<Chance>, DensityError> {
    if let Some(row) = events.iter().position(|harm| !(harm.is_finite() && *harm >= 0.0)) {
        let weight = events.get(row).copied().unwrap_or_default();
        return Err(crate::points::PointsError::NoWeight { row, weight }.into());
    }
    if let Some(area) = square_metres.iter().position(|size| !(size.is_finite() && *size > 0.0)) {
        let square_metres = square_metres.get(area).copied().unwrap_or_default();
        return Err(DensityError::NoArea { area, harm: 0.0, square_metres });
    }
    let (mut up_to, mut ground) = (Vec::with_capacity(square_metres.len()), 0.0);
    for size in square_metres {
        ground += size;
        up_to.push(ground);
    }
    let all: f64 = events.iter().sum();
    if up_to.is_empty() || all <= 0.0 || replicates == 0 {
        return Ok(None);
    }
    let share = |replicate: u32| {
        let mut stream = Stream::of(seed, u64::from(replicate));
        let mut areas: Vec<(f64, f64)> = square_metres.iter().map(|size| (0.0, *size)).collect();
        let last = areas.len() - 1;
        for harm in events {
            let at = stream.unit() * ground;
            if let Some(area) = areas.get_mut(up_to.partition_point(|edge| *edge <= at).min(last)) {
                area.0 += harm;
            }
        }
        spots(&areas, Until::Number(number)).map(|spots| spots.harm / all)
    };
    let mut shares: Vec<f64> = (0..replicates).into_par_iter().map(share).collect::<Result<_, _>>()?;
    shares.sort_unstable_by(f64::total_cmp);
    let at = |quantile: f64| {
        let place = (quantile * shares.len() as f64).ceil() as usize;
        shares.get(place.saturating_sub(1)).copied().unwrap_or_default()
    };
    let mean = shares.iter().sum::<f64>() / f64::from(replicates);
    Ok(Some(Chance { mean, lower: at(0.025), upper: at(0.975), replicates, seed }))
}

/// Cells that touch, at a side or a corner, taken together: each group the positions of its cells, ascending; the groups in the
/// order of their first cell. O(n log n).
#[must_use]
pub fn merged(cells: &[Cell]) -> Vec<Vec<usize>> {
    let at: std::collections::BTreeMap<(i64, i64), usize> =
        cells.iter().enumerate().map(|(position, cell)| ((cell.row, cell.column), position)).collect();
    let mut seen = vec![false; cells.len()];
    let mut groups = Vec::new();
    for first in 0..cells.len() {
        let mut group = Vec::new();
        let mut open = vec![first];
        while let Some(position) = open.pop() {
            let (Some(seen), Some(cell)) = (seen.get_mut(position), cells.get(position)) else {
                continue;
            };
            if std::mem::replace(seen, true) {
                continue;
            }
            group.push(position);
            let around = (-1..=1).flat_map(|up| (-1..=1).map(move |right| (cell.row + up, cell.column + right)));
            open.extend(around.filter_map(|key| at.get(&key).copied()));
        }
        if !group.is_empty() {
            group.sort_unstable();
            groups.push(group);
        }
    }
    groups
}

#[cfg(test)]
mod tests;
