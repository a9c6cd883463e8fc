//! The cheapest way to let one cell differ by a given amount: a linear programme over all cells, in which each pays for every
//! unit by which it moves, up or down (Kelly, Golden & Assad, "Cell suppression: disclosure protection for sensitive tabular
//! data", Networks 22, 1992). The cells that move are what must be hidden with it.
//!
//! A primal simplex on differences that are all 0 at first; each cell's cost has a kink there, so that a bound cell stands on
//! the upper or the lower side of it. So many cells at a kink would make it stand still for long: bound cells begin a hair above
//! it, each another (Charnes, "Optimality and degeneracy in linear programming", Econometrica 20, 1952). What comes out is hence
//! right to a thousandth, which is enough: the audit decides.

use super::polytope::{NOTHING, Place, Polytope};
use crate::random::Stream;

/// How far above the kink bound cells begin, at least; twice that at most.
const HAIR: f64 = 1e-7;
/// After so many changes of the tableau the way found is taken though a cheaper one may exist: what it hides needlessly is shown
/// again later.
const ROUNDS: usize = 100;
/// Movements below this come from there.
pub(super) const MOVED: f64 = 1e-3;

/// The programme for one cell.
pub(super) struct Cheapest<'a> {
    polytope: Polytope,
    /// How far down each cell can go.
    counts: &'a [f64],
    /// What each costs by unit, 0 for what is hidden already.
    costs: &'a [f64],
    /// On which side of the kink each cell stands: 1 above, −1 below.
    sides: Vec<f64>,
    /// How far each cell moved.
    pub(super) moved: Vec<f64>,
    /// How the cost changes with each free cell, through the bound ones.
    gradient: Vec<f64>,
    wanted: usize,
    sign: f64,
    amount: f64,
    /// What a unit is worth by which the cell does move: more than the plainest way of moving it costs.
    urgent: f64,
}

impl<'a> Cheapest<'a> {
    /// Moves the cell by the amount, up or down; gives how far every cell moved, or `None` where that came to no end.
    pub(super) fn move_by(
        polytope: &Polytope,
        (counts, costs): (&'a [f64], &'a [f64]),
        wanted: usize,
        up: bool,
        amount: f64,
    ) -> Option<Vec<f64>> {
        let cells = counts.len();
        let sign = if up { 1.0 } else { -1.0 };
        let (sides, moved) = (vec![1.0; cells], vec![0.0; cells]);
        let gradient = vec![0.0; polytope.free.len()];
        let polytope = polytope.clone();
        let mut programme = Self { polytope, counts, costs, sides, moved, gradient, wanted, sign, amount, urgent: 0.0 };
        programme.begin();
        programme.run()
    }

    fn begin(&mut self) {
        if let Some(side) = self.sides.get_mut(self.wanted) {
            *side = self.sign;
        }
        if let Place::Bound(row) = self.polytope.place(self.wanted) {
            let slopes = self.polytope.row(row).iter().map(|slope| slope.abs()).enumerate();
            let steepest = slopes.reduce(|best, next| if next.1 > best.1 { next } else { best });
            steepest.into_iter().for_each(|(column, _)| self.polytope.exchange(row, column));
        }
        if let Place::Free(column) = self.polytope.place(self.wanted) {
            let costs = |cell: usize| self.costs.get(cell).copied().unwrap_or(0.0);
            let plainest: f64 = self.polytope.column(column).map(|(cell, slope)| costs(cell) * slope.abs()).sum();
            self.urgent = 4.0 * plainest + 100.0;
        }
        let mut chance = Stream::of(0, 0);
        for cell in &self.polytope.bound {
            if let Some(moved) = self.moved.get_mut(*cell).filter(|_| *cell != self.wanted) {
                *moved = HAIR * (1.0 + chance.unit());
            }
        }
        self.gradient = self.gradient_anew();
    }

    fn gradient_anew(&self) -> Vec<f64> {
        let mut gradient = vec![0.0; self.gradient.len()];
        for (cell, slopes) in self.polytope.rows() {
            let price = self.price(cell, self.side(cell));
            if price != 0.0 {
                gradient.iter_mut().zip(slopes).for_each(|(total, slope)| *total += price * slope);
            }
        }
        gradient
    }

    fn side(&self, cell: usize) -> f64 {
        self.sides.get(cell).copied().unwrap_or(1.0)
    }

    fn at(&self, cell: usize) -> f64 {
        self.moved.get(cell).copied().unwrap_or(0.0)
    }

    /// What a unit upwards costs on this side of the kink.
    fn price(&self, cell: usize, side: f64) -> f64 {
        if cell == self.wanted {
            return if side * self.sign > 0.0 { -self.urgent * self.sign } else { self.urgent * side };
        }
        side * self.costs.get(cell).copied().unwrap_or(0.0)
    }

    /// The differences between which a cell may move on this side.
    fn limits(&self, cell: usize, side: f64) -> (f64, f64) {
        let top = if cell == self.wanted { self.amount } else { f64::INFINITY };
        let count = self.counts.get(cell).copied().unwrap_or(0.0);
        let bottom = if cell == self.wanted { count.min(self.amount) } else { count };
        if side > 0.0 { (0.0, top) } else { (-bottom, 0.0) }
    }

    fn run(mut self) -> Option<Vec<f64>> {
        let mut standing = 0_usize;
        for round in 0..ROUNDS {
            let careful = standing > 30;
            let Some((column, side, direction)) = self.entering(careful) else {
                return self.is_done().then_some(self.moved);
            };
            let step = self.advance(column, side, direction, careful)?;
            standing = if step > NOTHING { 0 } else { standing + 1 };
            if round % 16 == 15 {
                self.gradient = self.gradient_anew();
            }
        }
        // Not the cheapest, but a way.
        self.is_done().then_some(self.moved)
    }

    fn is_done(&self) -> bool {
        self.sign * self.at(self.wanted) >= self.amount - MOVED
    }

    /// The free cell, its side and direction that saves most by unit; with care the first that saves anything.
    fn entering(&self, careful: bool) -> Option<(usize, f64, f64)> {
        let mut best: Option<(f64, usize, usize, f64, f64)> = None;
        for ((column, free), gradient) in self.polytope.free.iter().copied().enumerate().zip(&self.gradient) {
            let at = self.at(free);
            for direction in [1.0, -1.0] {
                // From the kink either side can be entered; elsewhere a cell goes on, on its own side.
                let side = if at.abs() <= NOTHING { direction } else { self.side(free) };
                let (low, high) = self.limits(free, side);
                let room = if direction > 0.0 { high - at } else { at - low };
                let saving = -direction * (gradient + self.price(free, side));
                let better = best.is_none_or(|(most, number, ..)| if careful { free < number } else { saving > most });
                if saving > 1e-6 && room > NOTHING && better {
                    best = Some((saving, free, column, side, direction));
                }
            }
        }
        best.map(|(_, _, column, side, direction)| (column, side, direction))
    }

    /// Moves a free cell as far as it goes; gives how far, or `None` if nothing stops it.
    fn advance(&mut self, column: usize, side: f64, direction: f64, careful: bool) -> Option<f64> {
        let free = self.polytope.free.get(column).copied()?;
        let (low, high) = self.limits(free, side);
        let own = if direction > 0.0 { high - self.at(free) } else { self.at(free) - low };
        let (mut step, mut leaving, mut size, mut number) = (own, None, 0.0, usize::MAX);
        for (row, (cell, slope)) in self.polytope.column(column).enumerate() {
            if slope.abs() <= NOTHING {
                continue;
            }
            let rate = slope * direction;
            let (low, high) = self.limits(cell, self.side(cell));
            let room = if rate > 0.0 { high - self.at(cell) } else { self.at(cell) - low };
            let until = (room / rate.abs()).max(0.0);
            let tied = (until - step).abs() <= 1e-10;
            if until < step - 1e-10 || (tied && if careful { cell < number } else { slope.abs() > size }) {
                (step, leaving, size, number) = (until.min(step), Some(row), slope.abs(), cell);
            }
        }
        if !step.is_finite() {
            return None;
        }
        if let Some(slot) = self.sides.get_mut(free) {
            *slot = side;
        }
        if step > 0.0 {
            let by = direction * step;
            let changes = self.polytope.column(column).filter(|(_, slope)| *slope != 0.0);
            for (cell, change) in changes.map(|(cell, slope)| (cell, slope * by)).chain([(free, by)]) {
                if let Some(moved) = self.moved.get_mut(cell) {
                    let now = *moved + change;
                    *moved = if now.abs() < 1e-10 { 0.0 } else { now };
                }
            }
        }
        if let Some(row) = leaving {
            self.exchange(row, column);
        }
        Some(step)
    }

    /// Lets a bound and a free cell change places, and the gradient with them.
    fn exchange(&mut self, row: usize, column: usize) {
        let Some((leaving, entering)) =
            self.polytope.bound.get(row).copied().zip(self.polytope.free.get(column).copied())
        else {
            return;
        };
        let (old_price, new_price) =
            (self.price(leaving, self.side(leaving)), self.price(entering, self.side(entering)));
        // Without the cell that leaves …
        for (total, slope) in self.gradient.iter_mut().zip(self.polytope.row(row)) {
            *total -= old_price * slope;
        }
        let through = self.gradient.get(column).copied().unwrap_or(0.0);
        self.polytope.exchange(row, column);
        // … and with the one that comes in, through which all that hung on the column now goes.
        if let Some(slot) = self.gradient.get_mut(column) {
            *slot = 0.0;
        }
        for (total, slope) in self.gradient.iter_mut().zip(self.polytope.row(row)) {
            *total += (through + new_price) * slope;
        }
    }
}
