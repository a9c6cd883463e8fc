//! Points in the order of a grid, so that whatever lies within reach of a point stands in one of two runs after it: the rest of
//! its cell with the cell to the right, and three cells of the row above. Every pair is met once. O(n log n) time, O(n) memory.

use super::Points;

/// Points sorted by cell, and within it by place, so that the order depends on nothing but where they are.
pub(crate) struct Near {
    /// Eastings, sorted.
    pub x: Vec<f64>,
    /// Northings, sorted.
    pub y: Vec<f64>,
    /// Which row each came from.
    pub row: Vec<u32>,
    /// For each point: where the run of its own cell and the next ends, and the run of the row above.
    cell: Vec<u32>,
    runs: Vec<Runs>,
}

#[derive(Clone, Copy, Default)]
struct Runs {
    right: usize,
    above: (usize, usize),
}

impl Near {
    /// Sorts points for a reach in metres.
    pub(crate) fn of(points: Points<'_>, reach: f64) -> Self {
        let [left, bottom, _, _] = points.bounds().unwrap_or_default();
        // A little wider than the reach, so that rounding never puts two points within reach two cells apart; and never
        // narrower than a metre, so that a cell's number stays below 2^28.
        let side = (reach * (1.0 + 1e-6)).max(1.0);
        let number = |from_edge: f64| (from_edge / side) as u32;
        let mut sorted: Vec<(u32, u32, f64, f64, u32)> = (0_u32..)
            .zip(points.iter())
            .map(|(row, (x, y))| (number(y - bottom), number(x - left), x, y, row))
            .collect();
        sorted.sort_unstable_by(|a, b| {
            (a.0, a.1).cmp(&(b.0, b.1)).then(a.2.total_cmp(&b.2)).then(a.3.total_cmp(&b.3)).then(a.4.cmp(&b.4))
        });
        let (cell, runs) = runs(&sorted);
        Self {
            x: sorted.iter().map(|point| point.2).collect(),
            y: sorted.iter().map(|point| point.3).collect(),
            row: sorted.iter().map(|point| point.4).collect(),
            cell,
            runs,
        }
    }

    /// The two runs of later points that can lie within reach of a point.
    pub(crate) fn candidates(&self, point: usize) -> [std::ops::Range<usize>; 2] {
        let runs = self.cell.get(point).and_then(|cell| self.runs.get(*cell as usize)).copied().unwrap_or_default();
        [point + 1..runs.right.max(point + 1), runs.above.0..runs.above.1]
    }
}

/// Each point's cell, and each cell's runs.
fn runs(sorted: &[(u32, u32, f64, f64, u32)]) -> (Vec<u32>, Vec<Runs>) {
    let (mut cell, mut runs) = (Vec::with_capacity(sorted.len()), Vec::new());
    let before = |row: u32, column: u32| sorted.partition_point(|point| (point.0, point.1) < (row, column));
    for of_cell in sorted.chunk_by(|a, b| (a.0, a.1) == (b.0, b.1)) {
        let Some((row, column, ..)) = of_cell.first().copied() else {
            continue;
        };
        cell.resize(cell.len() + of_cell.len(), u32::try_from(runs.len()).unwrap_or(u32::MAX));
        let above = (before(row + 1, column.saturating_sub(1)), before(row + 1, column + 2));
        runs.push(Runs { right: before(row, column + 2), above });
    }
    (cell, runs)
}
