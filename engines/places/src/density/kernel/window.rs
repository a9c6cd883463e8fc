//! The kernel of one place on the cells about it, four cells at a time.

use super::rows::Place;
use super::{Edge, Grid};

/// The kernel of one place on the cells about it.
#[derive(Default)]
pub(super) struct Window {
    rows: std::ops::Range<usize>,
    columns: std::ops::Range<usize>,
    /// How far each column's middle is away, squared.
    across: Vec<f64>,
    values: Vec<f64>,
}

impl Window {
    pub(super) fn look(
        &mut self,
        place: &Place,
        grid: &Grid,
        reach: f64,
        rows: std::ops::Range<usize>,
        shape: impl Fn(f64) -> f64,
    ) {
        self.rows = touched(place.y - grid.bottom, reach, grid.side, rows);
        self.columns = fours(&touched(place.x - grid.left, reach, grid.side, 0..grid.columns), grid.columns);
        let away = |number: usize, edge: f64, at: f64| edge + (number as i32 as f64 + 0.5) * grid.side - at;
        if self.columns.is_empty() {
            self.rows = 0..0;
        }
        let (width, height) = (self.columns.len(), self.rows.len());
        self.across.clear();
        self.across.extend(self.columns.clone().map(|column| away(column, grid.left, place.x).powi(2)));
        if self.values.len() < width * height {
            self.values.resize(width * height, 0.0);
        }
        for (row, values) in self.rows.clone().zip(self.values.chunks_exact_mut(width.max(1))) {
            let up = away(row, grid.bottom, place.y).powi(2);
            by_fours(values, &self.across, |value, across| *value = shape(across + up));
        }
    }

    /// The sum over the cells inside; above 0, since the place's own cell is inside and its middle within reach.
    pub(super) fn mass(&self, grid: &Grid, edge: Edge<'_>) -> f64 {
        let width = self.columns.len();
        let values = self.values.get(..width * self.rows.len()).unwrap_or_default();
        let Edge::Mask(mask) = edge else {
            return values.iter().sum();
        };
        let mut mass = 0.0;
        for (row, values) in self.rows.clone().zip(values.chunks_exact(width.max(1))) {
            let inside = mask.get(row * grid.columns + self.columns.start..).unwrap_or_default();
            mass += values.iter().zip(inside).filter(|(_, inside)| **inside).map(|(value, _)| *value).sum::<f64>();
        }
        mass
    }

    /// Adds it to the rows of a band that begins with row `from`.
    pub(super) fn add(&self, band: &mut [f64], from: usize, factor: f64, columns: usize) {
        let width = self.columns.len();
        for (row, values) in self.rows.clone().zip(self.values.chunks_exact(width.max(1))) {
            let Some(start) = row.checked_sub(from).map(|row| row * columns + self.columns.start) else {
                continue;
            };
            by_fours(band.get_mut(start..).unwrap_or_default(), values, |cell, value| *cell += factor * value);
        }
    }
}

/// Columns made up to a multiple of four where the grid is wide enough: beyond reach every kernel is 0, and four at a time is
/// what processors do.
fn fours(columns: &std::ops::Range<usize>, of_grid: usize) -> std::ops::Range<usize> {
    let width = columns.len().next_multiple_of(4);
    if width > of_grid {
        return columns.clone();
    }
    let start = columns.start.min(of_grid - width);
    start..start + width
}

/// Does the same to each of a row with its partner, four at a time.
fn by_fours(row: &mut [f64], with: &[f64], each: impl Fn(&mut f64, f64)) {
    let length = row.len().min(with.len());
    let (row, with) = (row.get_mut(..length).unwrap_or_default(), with.get(..length).unwrap_or_default());
    let ((rows, last), (withs, last_with)) = (row.as_chunks_mut::<4>(), with.as_chunks::<4>());
    for (row, with) in rows.iter_mut().zip(withs) {
        for (one, other) in row.iter_mut().zip(with) {
            each(one, *other);
        }
    }
    for (one, other) in last.iter_mut().zip(last_with) {
        each(one, *other);
    }
}

/// The rows (or columns) whose middle lies within reach of a place so far from the edge; one exactly at reach may be left out,
/// where every kernel but the Gaussian is 0, and that one about as good as.
fn touched(at: f64, reach: f64, side: f64, within: std::ops::Range<usize>) -> std::ops::Range<usize> {
    // Below 2^31 as a grid's cells are; truncating is flooring of what is not negative.
    let middle_after = |edge: f64| (edge / side + 0.5).max(0.0) as i32 as usize;
    let from = middle_after(at - reach).clamp(within.start, within.end);
    from..middle_after(at + reach).clamp(from, within.end)
}
