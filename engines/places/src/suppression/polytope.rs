//! All the ways in which hidden cells could differ from the truth while every sum still holds: each cell's difference is either
//! free or the sum of slopes times free ones (a dense tableau, by elimination), and free and bound cells can change places.
//! Memory: bound cells times free cells. A change of places costs no more than that.

use super::tables::Linked;

/// What is smaller than this is nothing.
pub(super) const NOTHING: f64 = 1e-9;

/// Where a cell stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Place {
    /// Bound, in this row.
    Bound(usize),
    /// Free, in this column.
    Free(usize),
}

/// The tableau of some of the cells; the others are known. Cells have numbers of its own, 0 to `cells.len()` − 1.
#[derive(Debug, Clone)]
pub(super) struct Polytope {
    /// The number in the tables of each cell.
    pub(super) cells: Vec<usize>,
    pub(super) bound: Vec<usize>,
    pub(super) free: Vec<usize>,
    pub(super) places: Vec<Place>,
    /// How much each bound cell changes with each free one, by bound cell.
    slopes: Vec<f64>,
}

impl Polytope {
    /// Of these cells of the tables, if those not among them are known.
    pub(super) fn of(tables: &Linked, cells: Vec<usize>) -> Self {
        let mut number = vec![None; tables.cells().len()];
        for (at, cell) in cells.iter().enumerate() {
            if let Some(slot) = number.get_mut(*cell) {
                *slot = Some(at);
            }
        }
        let local = |cell: &usize| number.get(*cell).copied().flatten();
        let equations: Vec<(Option<usize>, Vec<f64>)> = tables
            .sums()
            .iter()
            .filter_map(|sum| {
                let mut line = Vec::new();
                let mut put = |at: usize, value: f64| {
                    if line.is_empty() {
                        line = vec![0.0; cells.len()];
                    }
                    if let Some(cell) = line.get_mut(at) {
                        *cell += value;
                    }
                };
                let total = local(&sum.total);
                total.into_iter().for_each(|at| put(at, 1.0));
                sum.parts.iter().filter_map(local).for_each(|at| put(at, -1.0));
                (!line.is_empty()).then_some((total, line))
            })
            .collect();
        Self::eliminated(cells, equations)
    }

    /// Gauss and Jordan's elimination: each equation binds one cell, its total where that is still free.
    fn eliminated(cells: Vec<usize>, equations: Vec<(Option<usize>, Vec<f64>)>) -> Self {
        let count = cells.len();
        let mut bound: Vec<usize> = Vec::new();
        let mut lines: Vec<Vec<f64>> = Vec::new();
        for (total, mut line) in equations {
            for (cell, other) in bound.iter().zip(&lines) {
                let factor = line.get(*cell).copied().unwrap_or(0.0);
                if factor != 0.0 {
                    subtract(&mut line, other, factor);
                }
            }
            let size = |at: usize| line.get(at).map_or(0.0, |value| value.abs());
            let preferred = total.filter(|at| size(*at) > 0.5);
            let largest = || (0..count).max_by(|one, other| size(*one).total_cmp(&size(*other)));
            let Some(pivot) = preferred.or_else(largest).filter(|at| size(*at) > NOTHING) else { continue };
            let value = line.get(pivot).copied().unwrap_or(1.0);
            line.iter_mut().for_each(|cell| *cell /= value);
            for other in &mut lines {
                let factor = other.get(pivot).copied().unwrap_or(0.0);
                if factor != 0.0 {
                    subtract(other, &line, factor);
                }
            }
            bound.push(pivot);
            lines.push(line);
        }
        let mut places = vec![None; count];
        for (row, cell) in bound.iter().enumerate() {
            if let Some(slot) = places.get_mut(*cell) {
                *slot = Some(Place::Bound(row));
            }
        }
        let free: Vec<usize> = (0..count).filter(|cell| places.get(*cell).copied().flatten().is_none()).collect();
        for (column, cell) in free.iter().enumerate() {
            if let Some(slot) = places.get_mut(*cell) {
                *slot = Some(Place::Free(column));
            }
        }
        let slopes =
            lines.iter().flat_map(|line| free.iter().map(|cell| -line.get(*cell).copied().unwrap_or(0.0))).collect();
        let places = places.into_iter().map(|place| place.unwrap_or(Place::Free(0))).collect();
        Self { cells, bound, free, places, slopes }
    }

    /// Where a cell stands.
    pub(super) fn place(&self, cell: usize) -> Place {
        self.places.get(cell).copied().unwrap_or(Place::Free(0))
    }

    /// The bound cells with their slopes, in order.
    pub(super) fn rows(&self) -> impl Iterator<Item = (usize, &[f64])> {
        self.bound.iter().copied().zip(self.slopes.chunks_exact(self.free.len().max(1)))
    }

    /// The slopes of one row.
    pub(super) fn row(&self, row: usize) -> &[f64] {
        let width = self.free.len();
        self.slopes.get(row * width..(row + 1) * width).unwrap_or_default()
    }

    /// The bound cells with how much each changes with one free cell.
    pub(super) fn column(&self, column: usize) -> impl Iterator<Item = (usize, f64)> {
        let slopes = self.slopes.iter().skip(column).step_by(self.free.len().max(1));
        self.bound.iter().copied().zip(slopes.copied())
    }

    /// The bound cell of a row and the free cell of a column change places.
    pub(super) fn exchange(&mut self, row: usize, column: usize) {
        let width = self.free.len();
        let Some(mut pivot) = self.slopes.get(row * width..(row + 1) * width).map(<[f64]>::to_vec) else { return };
        let Some(value) = pivot.get(column).copied().filter(|value| *value != 0.0) else { return };
        pivot.iter_mut().for_each(|slope| *slope = -*slope / value);
        if let Some(slope) = pivot.get_mut(column) {
            *slope = 1.0 / value;
        }
        for (at, line) in self.slopes.chunks_exact_mut(width).enumerate() {
            if at == row {
                line.copy_from_slice(&pivot);
                continue;
            }
            let Some(slot) = line.get_mut(column) else { continue };
            let factor = std::mem::take(slot);
            if factor != 0.0 {
                for (slope, other) in line.iter_mut().zip(&pivot) {
                    let sum = *slope + factor * other;
                    *slope = if sum.abs() < 1e-11 { 0.0 } else { sum };
                }
            }
        }
        if let (Some(bound), Some(free)) = (self.bound.get_mut(row), self.free.get_mut(column)) {
            std::mem::swap(bound, free);
            let (now_bound, now_free) = (*bound, *free);
            for (cell, place) in [(now_bound, Place::Bound(row)), (now_free, Place::Free(column))] {
                if let Some(slot) = self.places.get_mut(cell) {
                    *slot = place;
                }
            }
        }
    }
}

fn subtract(line: &mut [f64], other: &[f64], factor: f64) {
    line.iter_mut().zip(other).for_each(|(cell, value)| *cell -= factor * value);
}

/// The hidden cells in groups that no sum connects: what is hidden in one says nothing about another.
pub(super) fn groups(tables: &Linked, hidden: &[bool]) -> Vec<Vec<usize>> {
    let mut leads: Vec<usize> = (0..tables.cells().len()).collect();
    let is_hidden = |cell: &usize| hidden.get(*cell).copied().unwrap_or(false);
    for sum in tables.sums() {
        let mut connected = sum.parts.iter().chain([&sum.total]).copied().filter(is_hidden);
        let Some(first) = connected.next() else { continue };
        for other in connected {
            let (one, other) = (lead(&mut leads, first), lead(&mut leads, other));
            if let Some(slot) = leads.get_mut(one.max(other)) {
                *slot = one.min(other);
            }
        }
    }
    let mut groups = std::collections::BTreeMap::<usize, Vec<usize>>::new();
    for cell in (0..leads.len()).filter(is_hidden) {
        groups.entry(lead(&mut leads, cell)).or_default().push(cell);
    }
    groups.into_values().collect()
}

/// The first cell of a cell's group, paths shortened on the way.
fn lead(leads: &mut [usize], mut cell: usize) -> usize {
    loop {
        let up = leads.get(cell).copied().unwrap_or(cell);
        if up == cell {
            return cell;
        }
        let beyond = leads.get(up).copied().unwrap_or(up);
        if let Some(slot) = leads.get_mut(cell) {
            *slot = beyond;
        }
        cell = beyond;
    }
}
