//! Rounding every count to a multiple of a base, so that totals still add up: controlled rounding. Each count goes to the
//! multiple just below or above it, nearer ones likelier, so that no rounding is off on average (Cox, "A constructive procedure
//! for unbiased controlled rounding", Journal of the American Statistical Association 82, 1987): along a movement under which
//! all sums hold, cells go up or down by chance until one meets a multiple, which then stays; and so on until all have.
//!
//! In tables of two dimensions, one of them nested or not, this always ends with every cell at a multiple. In others it may
//! get stuck; it then begins again, and in the end rounds the inner cells and adds the totals up anew, which may take a total
//! further than to the next multiple: the result says so. The same seed gives the same rounding. O(cells) changes of the tableau.

use super::SuppressionError;
use super::polytope::{NOTHING, Place, Polytope};
use super::tables::Linked;
use crate::random::Stream;

/// Rounded counts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rounded {
    /// Of each cell, a multiple of the base; sums hold.
    pub counts: Vec<u64>,
    /// Whether every count went to a multiple next to it; else totals may be further off.
    pub is_adjacent: bool,
}

/// How often a rounding that got stuck is begun again.
const ATTEMPTS: u64 = 20;

/// Rounds all counts to multiples of the base (5 is usual).
///
/// ```
/// use places::suppression::{Dimension, Linked, Table, rounding::controlled};
/// let (area, age) = (Dimension::flat("area", &["A", "B"]).unwrap(), Dimension::flat("age", &["10–17", "18–24"]).unwrap());
/// let tables = Linked::of(&[Table::of_leaves("violence", vec![area, age], &[3, 21, 34, 42]).unwrap()]).unwrap();
/// let rounded = controlled(&tables, 5, 1).unwrap();
/// assert!(rounded.is_adjacent && rounded.counts.iter().all(|count| count % 5 == 0));
/// assert_eq!(rounded.counts[0], rounded.counts[1] + rounded.counts[2]);
/// ```
///
/// # Errors
/// When the base is below 2, or tables that share totals cannot be rounded together.
pub fn controlled(tables: &Linked, base: u64, seed: u64) -> Result<Rounded, SuppressionError> {
    if !(2..1 << 32).contains(&base) {
        return Err(SuppressionError::Rule);
    }
    let between: Vec<usize> =
        (0..tables.cells().len()).filter(|cell| !tables.count(*cell).is_multiple_of(base)).collect();
    if tables.sums().len().saturating_mul(between.len()) > 400_000_000 {
        return Err(SuppressionError::TooLarge { cells: between.len() });
    }
    let polytope = Polytope::of(tables, between);
    for attempt in 0..ATTEMPTS {
        let mut walk = Walk::new(tables, base, polytope.clone(), Stream::of(seed, attempt));
        walk.run();
        if let Some(counts) = walk.rounded(tables, base) {
            return Ok(Rounded { counts, is_adjacent: true });
        }
    }
    let counts = inner(tables, base, &mut Stream::of(seed, ATTEMPTS)).ok_or(SuppressionError::Rule)?;
    Ok(Rounded { counts, is_adjacent: false })
}

struct Walk {
    polytope: Polytope,
    /// How far each cell is above the multiple below it, in bases: 0 to 1.
    above: Vec<f64>,
    met: Vec<bool>,
    chance: Stream,
}

impl Walk {
    #[expect(clippy::cast_precision_loss, reason = "a base is below 2^32")]
    fn new(tables: &Linked, base: u64, polytope: Polytope, chance: Stream) -> Self {
        let above: Vec<f64> =
            polytope.cells.iter().map(|cell| (tables.count(*cell) % base) as f64 / base as f64).collect();
        Self { polytope, met: vec![false; above.len()], above, chance }
    }

    fn has_met(&self, cell: usize) -> bool {
        self.met.get(cell).copied().unwrap_or(true)
    }

    fn run(&mut self) {
        for column in 0..self.polytope.free.len() {
            // The cell in a column changes when a bound one takes its place: until the one there has met a multiple.
            while let Some(free) = self.polytope.free.get(column).copied().filter(|free| !self.has_met(*free)) {
                if !self.walk(column, free) {
                    break;
                }
            }
        }
    }

    /// Moves a free cell up or down until it or one that hangs on it meets a multiple.
    fn walk(&mut self, column: usize, free: usize) -> bool {
        let at = |cell: usize| self.above.get(cell).copied().unwrap_or(0.0);
        let moving: Vec<(usize, f64)> =
            self.polytope.column(column).filter(|(_, slope)| slope.abs() > NOTHING).chain([(free, 1.0)]).collect();
        let (mut up, mut down) = (f64::INFINITY, f64::INFINITY);
        for (cell, slope) in &moving {
            let (to_top, to_bottom) = ((1.0 - at(*cell)) / slope.abs(), at(*cell) / slope.abs());
            let (rise, fall) = if *slope > 0.0 { (to_top, to_bottom) } else { (to_bottom, to_top) };
            (up, down) = (up.min(rise.max(0.0)), down.min(fall.max(0.0)));
        }
        // The nearer end is the likelier one, by just so much that nothing is off on average.
        let by = if self.chance.unit() * (up + down) < down { up } else { -down };
        let mut meeting = Vec::new();
        for (cell, slope) in moving {
            if let (Some(above), Some(met)) = (self.above.get_mut(cell), self.met.get_mut(cell)) {
                *above += slope * by;
                if (*above - above.round()).abs() < 1e-9 {
                    (*above, *met) = (above.round(), true);
                    meeting.push(cell);
                }
            }
        }
        // A bound cell that met a multiple must not move again: it becomes free, and is left alone, if another can be bound.
        let any = !meeting.is_empty();
        for cell in meeting {
            if let Place::Bound(row) = self.polytope.place(cell) {
                let open = |(column, slope): (usize, &f64)| {
                    let free = self.polytope.free.get(column).copied()?;
                    (slope.abs() > NOTHING && !self.has_met(free)).then_some((column, slope.abs()))
                };
                let best = self.polytope.row(row).iter().enumerate().filter_map(open);
                if let Some((column, _)) = best.reduce(|best, next| if next.1 > best.1 { next } else { best }) {
                    self.polytope.exchange(row, column);
                }
            }
        }
        any
    }

    /// The counts, if every cell met a multiple and all sums hold.
    fn rounded(&self, tables: &Linked, base: u64) -> Option<Vec<u64>> {
        if !self.met.iter().all(|met| *met) {
            return None;
        }
        let mut counts: Vec<u64> = tables.cells().iter().map(|cell| cell.count / base * base).collect();
        for (cell, above) in self.polytope.cells.iter().zip(&self.above) {
            if *above > 0.5 {
                *counts.get_mut(*cell)? += base;
            }
        }
        holds(tables, &counts).then_some(counts)
    }
}

fn holds(tables: &Linked, counts: &[u64]) -> bool {
    let count = |cell: &usize| counts.get(*cell).copied().unwrap_or(0);
    tables.sums().iter().all(|sum| count(&sum.total) == sum.parts.iter().map(count).sum::<u64>())
}

/// Cells that are no total, each rounded by itself; totals added up anew. `None` where tables then differ on a shared total.
#[expect(clippy::cast_precision_loss, reason = "a base is below 2^32")]
fn inner(tables: &Linked, base: u64, chance: &mut Stream) -> Option<Vec<u64>> {
    let mut open = vec![false; tables.cells().len()];
    for sum in tables.sums() {
        *open.get_mut(sum.total)? = true;
    }
    let mut counts: Vec<u64> = tables
        .cells()
        .iter()
        .map(|cell| {
            let up = chance.unit() < (cell.count % base) as f64 / base as f64;
            (cell.count / base + u64::from(up)) * base
        })
        .collect();
    // Sums of sums wait until their parts are known.
    while open.contains(&true) {
        let mut went_on = false;
        for sum in tables.sums() {
            let is_open = |cell: &usize| open.get(*cell).copied().unwrap_or(false);
            if is_open(&sum.total) && !sum.parts.iter().any(is_open) {
                let total = sum.parts.iter().filter_map(|part| counts.get(*part)).sum();
                *counts.get_mut(sum.total)? = total;
                *open.get_mut(sum.total)? = false;
                went_on = true;
            }
        }
        if !went_on {
            return None;
        }
    }
    holds(tables, &counts).then_some(counts)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::controlled;
    use crate::suppression::{Dimension, Linked, SuppressionError, Table};

    fn nested() -> Dimension {
        let codes =
            [("A", None), ("B", None), ("A1", Some("A")), ("A2", Some("A")), ("B1", Some("B")), ("B2", Some("B"))];
        Dimension::nested("area", codes).unwrap()
    }

    fn flat(name: &str, codes: usize) -> Dimension {
        Dimension::flat(name, &(0..codes).map(|code| format!("{name}{code}")).collect::<Vec<_>>()).unwrap()
    }

    fn assert_rounded(tables: &Linked, base: u64, seed: u64) -> bool {
        let rounded = controlled(tables, base, seed).unwrap();
        assert_eq!(rounded, controlled(tables, base, seed).unwrap());
        assert!(rounded.counts.iter().all(|count| count % base == 0));
        for sum in tables.sums() {
            assert_eq!(rounded.counts[sum.total], sum.parts.iter().map(|part| rounded.counts[*part]).sum::<u64>());
        }
        let next = |(count, cell): (&u64, &crate::suppression::tables::Cell)| count.abs_diff(cell.count) < base;
        assert!(!rounded.is_adjacent || rounded.counts.iter().zip(tables.cells()).all(next));
        rounded.is_adjacent
    }

    proptest! {
        #[test]
        fn two_dimensions_always_round_to_a_neighbour(leaves in prop::collection::vec(0_i64..40, 16), seed: u64, base in 2_u64..8) {
            let table = Table::of_leaves("violence", vec![nested(), flat("age", 4)], &leaves).unwrap();
            prop_assert!(assert_rounded(&Linked::of(&[table]).unwrap(), base, seed));
        }

        #[test]
        fn three_dimensions_round_and_add_up(leaves in prop::collection::vec(0_i64..40, 36), seed: u64) {
            let table = Table::of_leaves("violence", vec![nested(), flat("age", 3), flat("sex", 3)], &leaves).unwrap();
            assert_rounded(&Linked::of(&[table]).unwrap(), 5, seed);
        }
    }

    #[test]
    fn nothing_is_off_on_average() {
        let table =
            Table::of_leaves("violence", vec![flat("area", 3), flat("age", 3)], &[1, 2, 3, 4, 6, 7, 8, 9, 11]).unwrap();
        let tables = Linked::of(&[table]).unwrap();
        let mut sums = vec![0_u64; tables.cells().len()];
        for seed in 0..4_000 {
            let rounded = controlled(&tables, 5, seed).unwrap();
            assert!(rounded.is_adjacent);
            sums.iter_mut().zip(rounded.counts).for_each(|(sum, count)| *sum += count);
        }
        for (sum, cell) in sums.iter().zip(tables.cells()) {
            // At most 2.5 off each time: four standard errors are 0.16.
            assert!((*sum as f64 / 4_000.0 - cell.count as f64).abs() < 0.16, "{cell:?} {sum}");
        }
    }

    #[test]
    fn a_base_of_one_is_refused() {
        let table = Table::of_leaves("violence", vec![flat("age", 2)], &[1, 2]).unwrap();
        assert_eq!(controlled(&Linked::of(&[table]).unwrap(), 1, 1), Err(SuppressionError::Rule));
    }
}
