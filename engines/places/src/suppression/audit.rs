//! The attack: whoever knows everything that is shown, that sums hold and that no count is below 0, finds by linear programming
//! the least and the greatest that each hidden cell can be. It knows nothing of how the pattern was made.
//!
//! Bounded primal simplex (Dantzig 1951; Bland's rule against going round in circles, Mathematics of Operations Research 2,
//! 1977) on the hidden cells alone, group by group of cells that sums connect, starting at the truth, which is one of the
//! possible tables. Whole numbers are relaxed: an attacker who insists on them can only narrow an interval, so each interval
//! also says whether one of its ends was met by a table of whole numbers.

use rayon::prelude::*;

use super::SuppressionError;
use super::polytope::{NOTHING, Place, Polytope, groups};
use super::primary::Rule;
use super::tables::Linked;

/// What the attacker learns about one hidden cell.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Range {
    /// The cell's number.
    pub cell: usize,
    /// The truth.
    pub count: u64,
    /// The least that it can be.
    pub least: f64,
    /// The greatest that it can be; `None` where nothing shown holds it.
    pub greatest: Option<f64>,
    /// Whether a table of whole numbers differs from the truth in this cell and meets an end of the interval.
    pub whole: bool,
}

impl Range {
    /// Whether the attacker knows the count.
    #[must_use]
    pub fn is_recovered(&self) -> bool {
        self.greatest.is_some_and(|greatest| greatest - self.least < 1e-6)
    }

    /// Whether the interval keeps the attacker far enough from the count.
    #[must_use]
    pub fn is_safe(&self, rule: &Rule) -> bool {
        let (below, above) = rule.needs(self.count);
        #[expect(clippy::cast_precision_loss, reason = "counts are below 2^52")]
        let (count, below, above) = (self.count as f64, below as f64, above as f64);
        self.least <= count - below + 1e-6 && self.greatest.is_none_or(|greatest| greatest >= count + above - 1e-6)
    }
}

/// What the attacker learns.
#[derive(Debug, Clone, PartialEq)]
pub struct Audit {
    /// Each hidden cell's interval, ascending by cell.
    pub ranges: Vec<Range>,
    /// Cells that are not safe: any hidden cell that is recovered, and any small one whose interval is too narrow.
    pub exposed: Vec<usize>,
}

impl Audit {
    /// Whether nothing is exposed.
    #[must_use]
    pub fn is_safe(&self) -> bool {
        self.exposed.is_empty()
    }
}

/// Attacks a pattern. `hidden` has a mark for each of [`Linked::cells`].
///
/// ```
/// use places::suppression::{audit, Dimension, Linked, Rule, Table};
/// let (area, age) = (Dimension::flat("area", &["A", "B"]).unwrap(), Dimension::flat("age", &["10–17", "18–24"]).unwrap());
/// let tables = Linked::of(&[Table::of_leaves("violence", vec![area, age], &[3, 20, 30, 40]).unwrap()]).unwrap();
/// // Only the small cell is hidden: the row's total gives it away.
/// let hidden = Rule::default().small(&tables);
/// let found = audit(&tables, &hidden, &Rule::default()).unwrap();
/// assert!(found.ranges[0].is_recovered() && found.ranges[0].least == 3.0);
/// ```
///
/// # Errors
/// When there are not as many marks as cells, or the linear programme comes to no end.
pub fn audit(tables: &Linked, hidden: &[bool], rule: &Rule) -> Result<Audit, SuppressionError> {
    rule.check()?;
    let cells = tables.cells().len();
    if hidden.len() != cells {
        return Err(SuppressionError::NoSuchCell { cell: hidden.len().max(cells) - 1, cells: cells.min(hidden.len()) });
    }
    let found: Result<Vec<Vec<Range>>, SuppressionError> = groups(tables, hidden)
        .into_par_iter()
        .map(|group| {
            let attack = Attack::of(tables, group);
            let cells: Vec<usize> = (0..attack.polytope.cells.len()).collect();
            // Pieces of a fixed size: the end at which a programme stops must not depend on the number of threads.
            let pieces: Result<Vec<Vec<Range>>, SuppressionError> = cells
                .par_chunks(24)
                .map(|piece| {
                    let mut attack = attack.clone();
                    piece.iter().map(|cell| attack.range(tables, *cell)).collect()
                })
                .collect();
            Ok(pieces?.concat())
        })
        .collect();
    let mut ranges = found?.concat();
    ranges.sort_by_key(|range| range.cell);
    let exposed = |range: &&Range| range.is_recovered() || (rule.is_small(range.count) && !range.is_safe(rule));
    let exposed = ranges.iter().filter(exposed).map(|range| range.cell).collect();
    Ok(Audit { ranges, exposed })
}

/// How far a cell could be moved.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Reached {
    /// So far from the truth and no further, or as far as was asked for.
    To(f64),
    /// As far as one likes.
    Beyond,
}

/// The linear programme on one group of hidden cells.
#[derive(Debug, Clone)]
pub(super) struct Attack {
    pub(super) polytope: Polytope,
    /// The truth, below which a difference cannot go.
    pub(super) counts: Vec<f64>,
    /// How far each cell is from the truth.
    pub(super) moved: Vec<f64>,
    /// Cells that must stay as they are.
    held: Vec<bool>,
}

impl Attack {
    #[expect(clippy::cast_precision_loss, reason = "counts are below 2^52")]
    pub(super) fn of(tables: &Linked, cells: Vec<usize>) -> Self {
        let counts: Vec<f64> = cells.iter().map(|cell| tables.count(*cell) as f64).collect();
        let polytope = Polytope::of(tables, cells);
        Self { polytope, moved: vec![0.0; counts.len()], held: vec![false; counts.len()], counts }
    }

    /// Holds a cell at the truth, as if it were shown, or lets it go again.
    pub(super) fn hold(&mut self, cell: usize, held: bool) {
        if let Some(slot) = self.held.get_mut(cell) {
            *slot = held;
        }
    }

    fn range(&mut self, tables: &Linked, cell: usize) -> Result<Range, SuppressionError> {
        let number = self.polytope.cells.get(cell).copied().unwrap_or(0);
        let stalled = || SuppressionError::Stalled { cell: tables.name(number) };
        let count = tables.count(number);
        let real = self.counts.get(cell).copied().unwrap_or(0.0);
        let mut whole = false;
        let mut ends = [None, None];
        for (end, up) in ends.iter_mut().zip([false, true]) {
            let reached = self.push(cell, up, f64::INFINITY).ok_or_else(stalled)?;
            *end = match reached {
                Reached::To(by) => Some(real + if up { by } else { -by }),
                Reached::Beyond => None,
            };
            let apart = self.moved.get(cell).is_some_and(|by| by.abs() > 0.5);
            whole |=
                reached == Reached::Beyond || (apart && self.moved.iter().all(|by| (by - by.round()).abs() < 1e-6));
        }
        let [least, greatest] = ends;
        let tidy = |value: f64| if (value - value.round()).abs() < 1e-7 { value.round() } else { value };
        Ok(Range {
            cell: number,
            count,
            least: tidy(least.unwrap_or(0.0).max(0.0)),
            greatest: greatest.map(tidy),
            whole,
        })
    }

    /// Moves a cell up or down from the truth as far as it can be moved, or by `enough`. `None` if there is no end to it.
    pub(super) fn push(&mut self, cell: usize, up: bool, enough: f64) -> Option<Reached> {
        self.moved.fill(0.0);
        let sign = if up { 1.0 } else { -1.0 };
        let mut standing = 0_usize;
        for _ in 0..50 * (self.moved.len() + 10) {
            let gained = sign * self.moved.get(cell).copied().unwrap_or(0.0);
            if gained >= enough - NOTHING {
                return Some(Reached::To(gained));
            }
            // After standing still for long, the first that helps is taken: Bland's rule ends any circle.
            let careful = standing > 60;
            let Some((column, direction)) = self.entering(cell, sign, careful) else {
                return Some(Reached::To(gained.max(0.0)));
            };
            let Some((step, leaving)) = self.longest_step(column, direction, careful) else {
                return Some(Reached::Beyond);
            };
            standing = if step > NOTHING { 0 } else { standing + 1 };
            self.step(column, direction * step, leaving);
        }
        None
    }

    /// The free cell, and the direction, that moves the cell best.
    fn entering(&self, cell: usize, sign: f64, careful: bool) -> Option<(usize, f64)> {
        let may = |column: usize, slope: f64| {
            let free = self.polytope.free.get(column).copied()?;
            let direction = (sign * slope).signum();
            let room = direction > 0.0 || self.room(free) > NOTHING;
            (slope.abs() > NOTHING && room && !self.is_held(free)).then_some((free, column, slope.abs(), direction))
        };
        let chosen = match self.polytope.place(cell) {
            Place::Free(column) => may(column, 1.0),
            Place::Bound(row) => {
                let all = self.polytope.row(row).iter().enumerate().filter_map(|(column, slope)| may(column, *slope));
                if careful {
                    all.min_by_key(|(free, ..)| *free)
                } else {
                    all.reduce(|best, next| if next.2 > best.2 { next } else { best })
                }
            }
        };
        chosen.map(|(_, column, _, direction)| (column, direction))
    }

    fn is_held(&self, cell: usize) -> bool {
        self.held.get(cell).copied().unwrap_or(false)
    }

    /// How far a cell is above 0.
    fn room(&self, cell: usize) -> f64 {
        let of = |values: &[f64]| values.get(cell).copied().unwrap_or(0.0);
        (of(&self.counts) + of(&self.moved)).max(0.0)
    }

    /// How far the free cell can go until a cell meets 0 (the row of a bound one, or none for itself), if it meets it at all.
    fn longest_step(&self, column: usize, direction: f64, careful: bool) -> Option<(f64, Option<usize>)> {
        let own = self.polytope.free.get(column).copied().filter(|_| direction < 0.0).map(|free| self.room(free));
        let mut best: Option<(f64, Option<usize>, f64, usize)> = own.map(|room| (room, None, 0.0, usize::MAX));
        for (row, (cell, slope)) in self.polytope.column(column).enumerate() {
            let rate = slope * direction;
            let held = self.is_held(cell);
            if slope.abs() <= NOTHING || (rate > 0.0 && !held) {
                continue;
            }
            let step = if held { 0.0 } else { self.room(cell) / -rate };
            let better = best.is_none_or(|(least, _, size, number)| {
                let tied = (step - least).abs() <= 1e-10;
                step < least - 1e-10 || (tied && if careful { cell < number } else { slope.abs() > size })
            });
            if better {
                best =
                    Some((step.min(best.map_or(f64::INFINITY, |best| best.0)).max(0.0), Some(row), slope.abs(), cell));
            }
        }
        best.map(|(step, row, ..)| (step, row))
    }

    /// Moves the free cell of a column; the bound cell of the row that stops it becomes free in its place.
    fn step(&mut self, column: usize, by: f64, leaving: Option<usize>) {
        if by != 0.0 {
            let free = self.polytope.free.get(column).copied();
            let changes =
                self.polytope.column(column).filter(|(_, slope)| *slope != 0.0).map(|(cell, slope)| (cell, slope * by));
            for (cell, change) in changes.chain(free.map(|cell| (cell, by))) {
                if let Some(moved) = self.moved.get_mut(cell) {
                    *moved += change;
                }
            }
        }
        if let Some(row) = leaving {
            if let Some(cell) = self.polytope.bound.get(row).copied().filter(|cell| !self.is_held(*cell)) {
                // It met 0: exactly, so that no dust gathers.
                if let (Some(moved), Some(count)) = (self.moved.get_mut(cell), self.counts.get(cell)) {
                    *moved = -count;
                }
            }
            self.polytope.exchange(row, column);
        }
    }
}

#[cfg(test)]
mod tests;
