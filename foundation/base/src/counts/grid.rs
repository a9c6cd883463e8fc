//! The table with its totals as one grid, and the search for what must be suppressed in it.
//!
//! A table of m rows and n columns becomes m + 1 by n + 1, the last ones holding totals. With the signs of row and column
//! totals turned, every row and column of the grid adds up to nothing. So a change of one in a cell is made good by going on
//! from its column to another row and from there to another column, down and up by turns, until the cell's own row is
//! reached: a path in a graph whose nodes are the rows and columns and whose edges are the cells that can go down or up.

use std::cmp::Reverse;
use std::collections::{BTreeSet, BinaryHeap};

use super::{Count, NotATable, Why};

/// What becomes of a cell.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Mark {
    /// It is shown.
    Open,
    /// Small, or a telling zero: shown as "fewer than".
    Few,
    /// Not shown.
    Hidden,
}

#[derive(Debug, Clone, Copy)]
struct Cell {
    value: u64,
    mark: Mark,
}

/// The table with its totals, and what is to be suppressed in it.
pub(super) struct Grid {
    /// Rows and columns without the totals.
    height: usize,
    width: usize,
    below: u64,
    cells: Vec<Cell>,
}

/// A place in the grid: row and column.
type Place = (usize, usize);

/// The least cost at which a row or column is reached, and the cell by which.
type Reached = (u64, Option<Place>);

/// Whether a cell's entry, as it counts in the sums that come to nothing, goes up or down by one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Step {
    Up,
    Down,
}

impl Step {
    fn turned(self) -> Self {
        match self {
            Self::Up => Self::Down,
            Self::Down => Self::Up,
        }
    }
}

impl Grid {
    pub(super) fn new<R: AsRef<[u64]>>(rows: &[R], below: u64) -> Result<Self, NotATable> {
        let width = rows.first().map_or(0, |row| row.as_ref().len());
        let mut cells = Vec::with_capacity((rows.len() + 1) * (width + 1));
        let mut totals = vec![0_u64; width + 1];
        for (at, row) in rows.iter().enumerate() {
            let row = row.as_ref();
            if row.len() != width {
                return Err(NotATable::Ragged(at + 1));
            }
            let total = row.iter().try_fold(0_u64, |sum, value| sum.checked_add(*value)).ok_or(NotATable::TooLarge)?;
            for (value, column_total) in row.iter().chain([&total]).zip(&mut totals) {
                *column_total = column_total.checked_add(*value).ok_or(NotATable::TooLarge)?;
                cells.push(Cell { value: *value, mark: Mark::Open });
            }
        }
        cells.extend(totals.into_iter().map(|value| Cell { value, mark: Mark::Open }));
        Ok(Self { height: rows.len(), width, below, cells })
    }

    pub(super) fn size(&self) -> (usize, usize) {
        (self.height, self.width)
    }

    pub(super) fn mark(&mut self, row: usize, column: usize, mark: Mark) {
        let at = row * (self.width + 1) + column;
        if let Some(cell) = self.cells.get_mut(at) {
            cell.mark = mark;
        }
    }

    pub(super) fn published(&self, row: usize, column: usize) -> Count {
        let cell = self.cell((row, column));
        match cell.mark {
            Mark::Open => Count::Shown(cell.value),
            Mark::Few => Count::Suppressed(Why::Few { below: self.below }),
            Mark::Hidden => Count::Suppressed(Why::Protects),
        }
    }

    /// Marks all that must not be shown.
    pub(super) fn suppress(&mut self) {
        let mut exposed = self.mark_small();
        exposed.extend(self.mark_telling_zeros());
        // Whatever lies on a closed path of suppressed cells can move along it, so is protected by it.
        let mut protected = BTreeSet::new();
        for place in exposed {
            if protected.contains(&place) {
                continue;
            }
            for hidden in self.cheapest_cycle(place) {
                if self.cell(hidden).mark == Mark::Open {
                    self.mark(hidden.0, hidden.1, Mark::Hidden);
                }
                protected.insert(hidden);
            }
        }
    }

    /// Small counts are few; a small total is hidden without saying that it is small, since four counts "fewer than 5"
    /// that add up to "fewer than 5" are all 1.
    fn mark_small(&mut self) -> Vec<Place> {
        let small: Vec<Place> = self
            .places()
            .filter(|place| {
                let cell = self.cell(*place);
                cell.mark == Mark::Open && (1..self.below).contains(&cell.value)
            })
            .collect();
        for (row, column) in &small {
            let mark = if self.is_total((*row, *column)) { Mark::Hidden } else { Mark::Few };
            self.mark(*row, *column, mark);
        }
        small
    }

    /// Where all people of a row or column are in one cell, and more than a few, the first of the zeros beside it.
    fn mark_telling_zeros(&mut self) -> Vec<Place> {
        let rows = (0..self.height).map(|row| (0..self.width).map(|column| (row, column)).collect::<Vec<_>>());
        let columns = (0..self.width).map(|column| (0..self.height).map(|row| (row, column)).collect::<Vec<_>>());
        let telling: Vec<Place> = rows
            .chain(columns)
            .filter_map(|line| {
                let mut filled = line.iter().map(|place| self.cell(*place).value).filter(|value| *value > 0);
                let all_in_one = filled.next().is_some_and(|value| value >= self.below) && filled.next().is_none();
                all_in_one.then_some(())?;
                line.into_iter().find(|place| self.cell(*place).value == 0)
            })
            .collect();
        for (row, column) in &telling {
            self.mark(*row, *column, Mark::Few);
        }
        telling
    }

    fn places(&self) -> impl Iterator<Item = Place> + use<> {
        let (height, width) = (self.height, self.width);
        (0..=height).flat_map(move |row| (0..=width).map(move |column| (row, column)))
    }

    fn is_total(&self, (row, column): Place) -> bool {
        row == self.height || column == self.width
    }

    fn cell(&self, (row, column): Place) -> Cell {
        let nothing = Cell { value: 0, mark: Mark::Open };
        self.cells.get(row * (self.width + 1) + column).copied().unwrap_or(nothing)
    }

    /// Whether, once suppressed, the cell could hold one more (or one less) for all that a reader knows.
    fn can(&self, place: Place, step: Step) -> bool {
        let cell = self.cell(place);
        // Totals of rows and of columns stand with turned signs, the total of all with its own.
        let turned = (place.0 == self.height) != (place.1 == self.width);
        let step = if turned { step.turned() } else { step };
        match (step, cell.mark) {
            _ if self.is_total(place) => step == Step::Up || cell.value > 0,
            (Step::Up, Mark::Few) => cell.value + 1 < self.below,
            (Step::Down, Mark::Few) => cell.value > 1,
            // A zero is never hidden to protect another: readers often know which zeros must be zeros.
            (Step::Up, _) => cell.value > 0,
            (Step::Down, _) => cell.value > self.below,
        }
    }

    /// What suppressing the cell costs: the information lost, counts before totals and the total of all last.
    fn cost(&self, place: Place) -> u64 {
        let cell = self.cell(place);
        if cell.mark != Mark::Open {
            return 0;
        }
        let all = self.cell((self.height, self.width)).value;
        match (place.0 == self.height, place.1 == self.width) {
            (false, false) => cell.value,
            (true, true) => all.saturating_mul(8).saturating_add(1000),
            _ => cell.value.saturating_mul(3).saturating_add(self.below),
        }
    }

    /// The cells of the cheapest closed path by which the cell at `place` could be one more or one less. There always is
    /// one, since a cell's two totals and the total of all can go along with it; see the tests.
    fn cheapest_cycle(&self, place: Place) -> Vec<Place> {
        let mut cheapest: Option<(u64, Vec<Place>)> = None;
        for step in [Step::Up, Step::Down] {
            let free = cheapest.as_ref().is_some_and(|(cost, _)| *cost == 0);
            if free || !self.can(place, step) {
                continue;
            }
            if let Some(found) = self.cheapest_path(place, step)
                && cheapest.as_ref().is_none_or(|(cost, _)| found.0 < *cost)
            {
                cheapest = Some(found);
            }
        }
        cheapest.map(|(_, path)| path).unwrap_or_default()
    }

    /// Dijkstra's algorithm from the column of `place` to its row, without the cell itself. From a column one goes to a row
    /// by a cell that takes the step back, from a row to a column by a cell that takes it again.
    fn cheapest_path(&self, place: Place, step: Step) -> Option<(u64, Vec<Place>)> {
        let rows = self.height + 1;
        let (start, goal) = (rows + place.1, place.0);
        let mut best: Vec<Reached> = vec![(u64::MAX, None); rows + self.width + 1];
        let mut queue = BinaryHeap::from([Reverse((0_u64, start))]);
        while let Some(Reverse((cost, node))) = queue.pop() {
            if node == goal {
                return Some((cost, self.walk_back(&best, goal, start)));
            }
            if best.get(node).is_some_and(|(known, _)| *known < cost) {
                continue;
            }
            let from_column = node >= rows;
            let (wanted, others) = match from_column {
                true => (step.turned(), 0..rows),
                false => (step, rows..rows + self.width + 1),
            };
            for other in others {
                let via = match from_column {
                    true => (other, node - rows),
                    false => (node, other - rows),
                };
                let Some(known) = best.get_mut(other) else {
                    continue;
                };
                let beyond = cost.saturating_add(self.cost(via));
                if beyond < known.0 && other != start && via != place && self.can(via, wanted) {
                    *known = (beyond, Some(via));
                    if beyond == 0 && other == goal {
                        return Some((0, self.walk_back(&best, goal, start)));
                    }
                    queue.push(Reverse((beyond, other)));
                }
            }
        }
        None
    }

    fn walk_back(&self, best: &[Reached], goal: usize, start: usize) -> Vec<Place> {
        let rows = self.height + 1;
        let (mut node, mut path) = (goal, Vec::new());
        while node != start {
            let Some((_, Some(via))) = best.get(node) else {
                break;
            };
            path.push(*via);
            node = if node < rows { rows + via.1 } else { via.0 };
        }
        path
    }
}
