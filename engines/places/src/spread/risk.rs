//! Near-repeat risk: where, on a day to come, more is to be expected because of what lately happened close by.
//!
//! Each event before the day adds to every cell within reach what its band of distance and time was found to bring beyond
//! chance: the Knox ratio less 1, where that is an excess that chance hardly makes (after prospective mapping: Bowers, Johnson
//! & Pease, Brit J Criminol 44, 2004, with weights that were measured instead of 1/distance and 1/weeks). A score of 1.5 says
//! that recent events together raise the cell's risk by one and a half times what it is there on an ordinary day; it knows
//! nothing of what that is, so it stands beside a map of usual harm, not in its place. Distance is to the nearest point of the
//! cell, so an event is in its own cell at 0.
//!
//! O(recent events × cells within reach), memory O(cells with a score).

use std::collections::BTreeMap;

use super::SpreadError;
use super::knox::{Bands, Knox, Metric};
use crate::density::kernel::Grid;
use crate::points::Points;

/// What each band adds, from a Knox table: ratio less 1 where p is at most `level` and there is an excess, otherwise 0.
#[must_use]
pub fn weights(knox: &Knox, level: f64) -> Vec<f64> {
    let excess = |cell: &super::knox::Cell| match (cell.ratio, cell.p) {
        (Some(ratio), Some(p)) if p <= level => (ratio - 1.0).max(0.0),
        _ => 0.0,
    };
    knox.cells.iter().map(excess).collect()
}

/// One cell at risk.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Cell {
    /// Which of the grid's.
    pub cell: usize,
    /// What recent events add to its risk, as a multiple of what it usually is.
    pub score: f64,
    /// How many events add to it.
    pub events: usize,
    /// The row of the event that adds most (then the later, the nearer, the one with the lower row).
    pub strongest: usize,
    /// How far that is, in metres.
    pub metres: f64,
    /// How many days (or months) before.
    pub before: u32,
}

impl Cell {
    /// Why the cell has its score, in one sentence.
    #[must_use]
    pub fn explained(&self) -> String {
        let events =
            if self.events == 1 { "1 recent event adds" } else { &format!("{} recent events add", self.events) };
        let days = if self.before == 1 { "1 day" } else { &format!("{} days", self.before) };
        let place =
            if self.metres < 0.5 { "in this cell".to_owned() } else { format!("{:.0} metres away", self.metres) };
        format!("{events} {:.2} times the usual risk; most of all the one {place}, {days} before.", self.score)
    }
}

/// The cells at risk on day `at`, the highest score first (then the lower cell). Only events before that day count. `weights` has
/// one number for each of the bands' cells, as [`weights`] makes it.
///
/// # Errors
/// When columns differ in length, or there is not one weight for each of the bands' cells, each a number of 0 or above.
pub fn risk(
    points: Points<'_>,
    times: &[i32],
    at: i32,
    grid: &Grid,
    bands: &Bands,
    weights: &[f64],
) -> Result<Vec<Cell>, SpreadError> {
    points.beside(times.len(), "times")?;
    if weights.len() != bands.cells() {
        return Err(SpreadError::Ratios { given: weights.len(), cells: bands.cells() });
    }
    if let Some(at) = weights.iter().position(|weight| !(weight.is_finite() && *weight >= 0.0)) {
        return Err(SpreadError::NoRatio { at, ratio: weights.get(at).copied().unwrap_or_default() });
    }
    let width = bands.times().len();
    let recent = |(row, ((x, y), time)): (usize, ((f64, f64), &i32))| {
        let before = at.abs_diff(*time);
        let band = bands.band_of_time(before).filter(|_| *time < at)?;
        Some(Event { row, x, y, before, band })
    };
    let mut events: Vec<Event> = points.iter().zip(times).enumerate().filter_map(recent).collect();
    // The latest first, then by place, so that sums don't depend on the order of rows.
    events.sort_unstable_by(|a, b| {
        a.before.cmp(&b.before).then(a.x.total_cmp(&b.x)).then(a.y.total_cmp(&b.y)).then(a.row.cmp(&b.row))
    });
    let mut cells = BTreeMap::<usize, (Cell, f64)>::new();
    for event in &events {
        event.each_cell(grid, bands, |cell, metres| {
            let band = bands.band_of_metres(metres).map(|distance| distance * width + event.band);
            let weight = band.and_then(|band| weights.get(band)).copied().filter(|weight| *weight > 0.0);
            if let Some(weight) = weight {
                let empty = Cell { cell, score: 0.0, events: 0, strongest: event.row, metres, before: event.before };
                let (cell, most) = cells.entry(cell).or_insert((empty, weight));
                cell.score += weight;
                cell.events += 1;
                if weight > *most || (weight >= *most && event.before == cell.before && metres < cell.metres) {
                    *most = weight;
                    (cell.strongest, cell.metres, cell.before) = (event.row, metres, event.before);
                }
            }
        });
    }
    let mut cells: Vec<Cell> = cells.into_values().map(|(cell, _)| cell).collect();
    cells.sort_by(|a, b| b.score.total_cmp(&a.score).then(a.cell.cmp(&b.cell)));
    Ok(cells)
}

struct Event {
    row: usize,
    x: f64,
    y: f64,
    before: u32,
    band: usize,
}

impl Event {
    /// Tells of each cell of the grid within the widest band, and how far its nearest point is.
    fn each_cell(&self, grid: &Grid, bands: &Bands, mut tell: impl FnMut(usize, f64)) {
        let reach = bands.metres().last().copied().unwrap_or_default();
        let side = grid.side.max(f64::MIN_POSITIVE);
        let span = |at: f64, edge: f64, cells: usize| {
            let from = ((at - reach - edge) / side).floor().max(0.0) as usize;
            let to = ((at + reach - edge) / side).floor() + 1.0;
            from..(to.max(0.0) as usize).min(cells)
        };
        // From a coordinate to the stretch of the cell with this number.
        let gap = |at: f64, edge: f64, number: usize| {
            let low = edge + number as f64 * side;
            (low - at).max(at - (low + side)).max(0.0)
        };
        for row in span(self.y, grid.bottom, grid.rows) {
            let dy = gap(self.y, grid.bottom, row);
            for column in span(self.x, grid.left, grid.columns) {
                let dx = gap(self.x, grid.left, column);
                let metres = if bands.metric() == Metric::Manhattan { dx + dy } else { dx.hypot(dy) };
                tell(row * grid.columns + column, metres);
            }
        }
    }
}

#[cfg(test)]
mod tests;
