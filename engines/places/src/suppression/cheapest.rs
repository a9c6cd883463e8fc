//! The cheapest way to let one cell differ by a given amount: a linear programme over all cells, in which each pays for every
//! unit by which it moves, up or down (Kelly, Golden & Assad, "Cell suppression: disclosure protection for sensitive tabular
//! data", Networks 22, 1992). The cells that move are what must be hidden with it.
//!
//! A primal simplex on differences that are all 0 at first; each cell's cost has a kink there, so that a bound cell stands on
//! the upper or the lower side of it.

use super::polytope::{NOTHING, Polytope};

/// What it costs not to move the cell that is to be moved: more than any way of moving it.
const URGENT: f64 = 1e7;

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
        let mut programme =
            Self { polytope: polytope.clone(), counts, costs, sides, moved, gradient, wanted, sign, amount };
        programme.begin();
        programme.run()
    }

    fn begin(&mut self) {
        if let Some(side) = self.sides.get_mut(self.wanted) {
            *side = self.sign;
        }
        let mut gradient = vec![0.0; self.gradient.len()];
        for (cell, slopes) in self.polytope.rows() {
            let price = self.price(cell, self.side(cell));
            if price != 0.0 {
                gradient.iter_mut().zip(slopes).for_each(|(total, slope)| *total += price * slope);
            }
        }
        self.gradient = gradient;
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
            return if side * self.sign > 0.0 { -URGENT * self.sign } else { URGENT * side };
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
        for _ in 0..20 * (self.moved.len() + 50) {
            if self.sign * self.at(self.wanted) >= self.amount - NOTHING && standing == 0 && self.is_best() {
                return Some(self.moved);
            }
            let careful = standing > 200;
            let Some((column, side, direction)) = self.entering(careful) else {
                let done = self.sign * self.at(self.wanted) >= self.amount - 1e-6;
                return done.then_some(self.moved);
            };
            let step = self.advance(column, side, direction, careful)?;
            standing = if step > NOTHING { 0 } else { standing + 1 };
        }
        None
    }

    fn is_best(&self) -> bool {
        self.entering(false).is_none()
    }

    /// The free cell, its side and direction that saves most by unit.
    fn entering(&self, careful: bool) -> Option<(usize, f64, f64)> {
        let mut best: Option<(f64, usize, f64, f64)> = None;
        for ((column, free), gradient) in self.polytope.free.iter().copied().enumerate().zip(&self.gradient) {
            let at = self.at(free);
            for direction in [1.0, -1.0] {
                // From the kink either side can be entered; elsewhere a cell goes on, on its own side.
                let side = if at.abs() <= NOTHING { direction } else { self.side(free) };
                let (low, high) = self.limits(free, side);
                let room = if direction > 0.0 { high - at } else { at - low };
                let saving = -direction * (gradient + self.price(free, side));
                if room > NOTHING && saving > 1e-7 && best.is_none_or(|(most, ..)| saving > most) {
                    best = Some((saving, column, side, direction));
                    if careful {
                        return best.map(|(_, column, side, direction)| (column, side, direction));
                    }
                }
            }
        }
        best.map(|(_, column, side, direction)| (column, side, direction))
    }

    /// Moves a free cell as far as it goes; gives how far, or `None` if nothing stops it.
    fn advance(&mut self, column: usize, side: f64, direction: f64, careful: bool) -> Option<f64> {
        let free = self.polytope.free.get(column).copied()?;
        let (low, high) = self.limits(free, side);
        let own = if direction > 0.0 { high - self.at(free) } else { self.at(free) - low };
        let (mut step, mut leaving, mut size) = (own, None, 0.0);
        for (row, (cell, slope)) in self.polytope.column(column).enumerate() {
            if slope.abs() <= NOTHING {
                continue;
            }
            let rate = slope * direction;
            let (low, high) = self.limits(cell, self.side(cell));
            let room = if rate > 0.0 { high - self.at(cell) } else { self.at(cell) - low };
            let until = (room / rate.abs()).max(0.0);
            let tied = (until - step).abs() <= 1e-10;
            if until < step - 1e-10 || (tied && !careful && slope.abs() > size) {
                (step, leaving, size) = (until.min(step), Some(row), slope.abs());
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
