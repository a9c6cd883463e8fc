//! What else must be hidden so that totals don't give small counts away.
//!
//! For tables of any size: small cell by small cell, the cheapest way to let it differ as far as the rule asks (with what is
//! hidden already costing nothing); then every further cell that proves needless is shown again; then the audit attacks the
//! whole, and what it exposes is protected anew until it exposes nothing. For small tables the pattern is then improved to one
//! of least cost, by hitting sets: see `optimal.rs`. Deterministic. Cost: two linear programmes for each small cell.

use super::SuppressionError;
use super::audit::{Attack, Audit, Reached, audit};
use super::boxes::{Boxes, Wanted};
use super::cheapest::{Cheapest, MOVED};
use super::optimal;
use super::polytope::{Polytope, groups};
use super::primary::Rule;
use super::tables::Linked;

/// What becomes of a cell.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum State {
    /// Shown.
    Shown,
    /// Hidden, since its count is small.
    Small,
    /// Hidden, since it would give a small count away.
    Shield,
}

/// How hard to look for a pattern that hides less.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Effort {
    /// Small tables get the least possible pattern, large ones a good one: [`Effort::Least`] with 500 rounds up to 200 cells.
    Usual,
    /// A good pattern.
    Good,
    /// The least possible pattern if it is found within so many rounds, otherwise a good one.
    Least {
        /// Rounds of looking for what is not yet protected.
        rounds: u32,
    },
}

/// Which cells are hidden.
#[derive(Debug, Clone, PartialEq)]
pub struct Pattern {
    /// Of each cell.
    pub states: Vec<State>,
    /// What hiding the further cells costs: 1 each, 2 for one that is a total in one dimension, 4 in two, and so on.
    pub cost: u64,
    /// Whether no pattern that protects costs less.
    pub is_least: bool,
    /// The attack on it: safe.
    pub audit: Audit,
}

impl Pattern {
    /// Whether each cell is hidden.
    #[must_use]
    pub fn hidden(&self) -> Vec<bool> {
        self.states.iter().map(|state| *state != State::Shown).collect()
    }
}

/// Finds what to hide. `progress` hears how many small cells are protected, of how many.
///
/// ```
/// use places::suppression::{protect, Dimension, Effort, Linked, Rule, State, Table};
/// let area = Dimension::flat("area", &["A", "B", "C"]).unwrap();
/// let age = Dimension::flat("age", &["10–17", "18–24", "25+"]).unwrap();
/// let table = Table::of_leaves("violence", vec![area, age], &[3, 20, 30, 40, 50, 60, 70, 80, 90]).unwrap();
/// let tables = Linked::of(&[table]).unwrap();
/// let pattern = protect(&tables, &Rule::default(), Effort::Usual, &|_, _| ()).unwrap();
/// // The small cell, and a rectangle's three other corners.
/// assert_eq!(pattern.states.iter().filter(|state| **state == State::Shield).count(), 3);
/// assert!(pattern.is_least && pattern.audit.is_safe());
/// ```
///
/// # Errors
/// When the rule makes no sense, the tables are too large, or a linear programme comes to no end.
pub fn protect(
    tables: &Linked,
    rule: &Rule,
    effort: Effort,
    progress: &(dyn Fn(u64, u64) + Sync),
) -> Result<Pattern, SuppressionError> {
    rule.check()?;
    let small = rule.small(tables);
    let mut search = Search::new(tables, rule, &small)?;
    let order = search.order();
    let of = order.len() as u64;
    for (done, cell) in (0..).zip(&order) {
        search.protect(*cell);
        progress(done, of);
    }
    search.show_needless(&order);
    let mut attacked = audit(tables, &search.hidden, rule)?;
    // What the attack exposes although the programmes said otherwise is protected again, at last by hiding all about it: a table
    // that is hidden whole is safe.
    for round in 0..40 {
        if attacked.is_safe() {
            break;
        }
        for cell in &attacked.exposed {
            match small.get(*cell).copied().unwrap_or(false) {
                true if round < 2 => search.protect(*cell),
                true => search.hide_about(*cell),
                // Hidden for nothing, since it is known anyway; but not while what is about a small cell grows.
                false if round < 2 => search.set(*cell, false),
                false => search.hide_about(*cell),
            }
        }
        attacked = audit(tables, &search.hidden, rule)?;
    }
    if let Some(cell) = attacked.exposed.first() {
        return Err(SuppressionError::Stalled { cell: tables.name(*cell) });
    }
    let rounds = match effort {
        Effort::Good => 0,
        Effort::Least { rounds } => rounds,
        Effort::Usual if tables.cells().len() <= 200 => 500,
        Effort::Usual => 0,
    };
    let cost = search.cost();
    let mut is_least = cost == 0;
    if rounds > 0 && !is_least {
        let least = optimal::least(tables, rule, &search.hidden, rounds)?;
        is_least = least.is_proven;
        if let Some(better) = least.hidden {
            let again = audit(tables, &better, rule)?;
            if again.is_safe() {
                (search.hidden, attacked) = (better, again);
            } else {
                is_least = false;
            }
        }
    }
    progress(of, of);
    let states = search.hidden.iter().zip(&small).map(|(hidden, small)| match (hidden, small) {
        (_, true) => State::Small,
        (true, false) => State::Shield,
        (false, false) => State::Shown,
    });
    Ok(Pattern { states: states.collect(), cost: search.cost(), is_least, audit: attacked })
}

/// What it costs to hide a cell.
pub(super) fn cost_of(tables: &Linked, cell: usize) -> u64 {
    1 << tables.cells().get(cell).map_or(0, |cell| cell.totals.min(20))
}

/// A tableau of more numbers than this (3 GB) is refused.
const MOST_SLOPES: usize = 400_000_000;

struct Search<'a> {
    tables: &'a Linked,
    rule: &'a Rule,
    polytope: Polytope,
    boxes: Boxes<'a>,
    counts: Vec<f64>,
    costs: Vec<f64>,
    hidden: Vec<bool>,
    /// Of each small cell that has one, the corners of its box.
    corners: Vec<Vec<usize>>,
    small: &'a [bool],
    /// The sums in which each cell is.
    sums_of: Vec<Vec<usize>>,
}

impl<'a> Search<'a> {
    #[expect(clippy::cast_precision_loss, reason = "counts are below 2^52")]
    fn new(tables: &'a Linked, rule: &'a Rule, small: &'a [bool]) -> Result<Self, SuppressionError> {
        let cells = tables.cells().len();
        if tables.sums().len().saturating_mul(cells) > MOST_SLOPES {
            return Err(SuppressionError::TooLarge { cells });
        }
        let counts = tables.cells().iter().map(|cell| cell.count as f64).collect();
        let mut sums_of = vec![Vec::new(); cells];
        for (number, sum) in tables.sums().iter().enumerate() {
            for cell in sum.parts.iter().chain([&sum.total]) {
                sums_of.get_mut(*cell).into_iter().for_each(|sums| sums.push(number));
            }
        }
        let polytope = Polytope::of(tables, (0..cells).collect());
        let mut search = Self {
            tables,
            rule,
            polytope,
            boxes: Boxes::of(tables),
            counts,
            costs: Vec::new(),
            hidden: vec![false; cells],
            corners: vec![Vec::new(); cells],
            small,
            sums_of,
        };
        search.costs = (0..cells).map(|cell| search.price(cell)).collect();
        for (cell, small) in small.iter().enumerate() {
            if *small {
                search.set(cell, true);
            }
        }
        Ok(search)
    }

    /// What a unit of movement costs: what the cell costs, and a little more for a cell of a small count, which could move but
    /// a little and would bring others with it.
    #[expect(clippy::cast_precision_loss, reason = "costs are small")]
    fn price(&self, cell: usize) -> f64 {
        let count = self.counts.get(cell).copied().unwrap_or(0.0);
        cost_of(self.tables, cell) as f64 * (1.0 + 1.0 / (1.0 + count))
    }

    /// Small cells that need most come first: what protects them protects others.
    fn order(&self) -> Vec<usize> {
        let mut order: Vec<usize> =
            self.small.iter().enumerate().filter(|(_, small)| **small).map(|(cell, _)| cell).collect();
        order.sort_by_key(|cell| {
            let (below, above) = self.rule.needs(self.tables.count(*cell));
            (std::cmp::Reverse(below.max(above)), *cell)
        });
        order
    }

    fn set(&mut self, cell: usize, hidden: bool) {
        let price = if hidden { 0.0 } else { self.price(cell) };
        if let (Some(slot), Some(cost)) = (self.hidden.get_mut(cell), self.costs.get_mut(cell)) {
            (*slot, *cost) = (hidden, price);
        }
    }

    fn cost(&self) -> u64 {
        let shields =
            self.hidden.iter().zip(self.small).enumerate().filter(|(_, (hidden, small))| **hidden && !**small);
        shields.map(|(cell, _)| cost_of(self.tables, cell)).sum()
    }

    #[expect(clippy::cast_precision_loss, reason = "a rule's numbers are below 2^32")]
    fn protect(&mut self, cell: usize) {
        let (below, above) = self.rule.needs(self.tables.count(cell));
        if let Some(corners) = self.boxed(cell) {
            corners.iter().for_each(|corner| self.set(*corner, true));
            if let Some(slot) = self.corners.get_mut(cell) {
                *slot = corners;
            }
            return;
        }
        let mut reversed = false;
        for (up, amount) in [(true, above as f64), (false, below as f64)] {
            if amount <= 0.0 || (!up && reversed) {
                continue;
            }
            let found = Cheapest::move_by(&self.polytope, (&self.counts, &self.costs), cell, up, amount);
            let Some(moved) = found else {
                self.hide_about(cell);
                continue;
            };
            // The same movement backwards, scaled to what is needed below, may do as well.
            let scale = below as f64 / amount;
            reversed = up && moved.iter().zip(&self.counts).all(|(by, count)| by * scale <= *count + MOVED);
            for (other, by) in moved.iter().enumerate() {
                if by.abs() > MOVED && !self.hidden.get(other).copied().unwrap_or(true) {
                    self.set(other, true);
                }
            }
        }
    }

    /// Hides every cell that has a sum in common with this one.
    fn hide_about(&mut self, cell: usize) {
        let sums = self.sums_of.get(cell).cloned().unwrap_or_default();
        for sum in sums.into_iter().filter_map(|sum| self.tables.sums().get(sum)) {
            sum.parts.iter().chain([&sum.total]).for_each(|other| self.set(*other, true));
        }
    }

    /// Whether a small cell would follow from the sums one by one if this cell were shown: quicker than a programme, which would
    /// find the same.
    fn gives_away(&self, cell: usize) -> bool {
        let mut known = vec![cell];
        let mut next = 0;
        while let Some(at) = known.get(next).copied() {
            next += 1;
            for sum in self.sums_of.get(at).into_iter().flatten().filter_map(|sum| self.tables.sums().get(*sum)) {
                let is_open =
                    |other: &&usize| self.hidden.get(**other).copied().unwrap_or(false) && !known.contains(other);
                let mut open = sum.parts.iter().chain([&sum.total]).filter(is_open);
                if let (Some(last), None) = (open.next().copied(), open.next()) {
                    if self.small.get(last).copied().unwrap_or(false) {
                        return true;
                    }
                    known.push(last);
                }
            }
        }
        false
    }

    /// The corners of the cheapest box about a cell.
    #[expect(clippy::cast_precision_loss, reason = "a rule's numbers are below 2^32")]
    fn boxed(&self, cell: usize) -> Option<Vec<usize>> {
        let (below, above) = self.rule.needs(self.tables.count(cell));
        let wanted = Wanted { counts: &self.counts, costs: &self.costs, below: below as f64, above: above as f64 };
        self.boxes.cheapest(cell, &wanted)
    }

    /// Shows again what is not needed, dearest first. What a small cell's way of moving does not touch is not needed for it.
    fn show_needless(&mut self, small: &[usize]) {
        for group in groups(self.tables, &self.hidden) {
            let mut shields: Vec<usize> =
                group.iter().copied().filter(|cell| !self.small.get(*cell).copied().unwrap_or(true)).collect();
            shields
                .sort_by_key(|cell| (std::cmp::Reverse(cost_of(self.tables, *cell)), self.tables.count(*cell), *cell));
            let mut attack = Attack::of(self.tables, group.clone());
            let within = |cell: &usize| group.binary_search(cell).ok();
            let mut ways: Vec<Way> = Vec::new();
            for cell in small {
                let Some(here) = within(cell) else { continue };
                let corners: Vec<usize> = self.corners.get(*cell).into_iter().flatten().filter_map(within).collect();
                ways.push(match corners.is_empty() {
                    true => self.way(&mut attack, here),
                    false => Way { cell: here, is_enough: true, uses: corners },
                });
            }
            for shield in shields {
                let Some(shield_here) = within(&shield).filter(|_| !self.gives_away(shield)) else { continue };
                attack.hold(shield_here, true);
                let mut found: Vec<(usize, Way)> = Vec::new();
                let mut needless = true;
                for (at, way) in ways.iter().enumerate().filter(|(_, way)| way.uses.contains(&shield_here)) {
                    let other = self.way(&mut attack, way.cell);
                    needless = other.is_enough;
                    if !needless {
                        break;
                    }
                    found.push((at, other));
                }
                if needless {
                    self.set(shield, false);
                    for (at, way) in found {
                        if let Some(slot) = ways.get_mut(at) {
                            *slot = way;
                        }
                    }
                } else {
                    attack.hold(shield_here, false);
                }
            }
        }
    }

    /// A way in which a small cell can go up by enough, with one in which it can go down unless the first backwards will do, and
    /// the cells that they take.
    #[expect(clippy::cast_precision_loss, reason = "a rule's numbers are below 2^32")]
    fn way(&self, attack: &mut Attack, cell: usize) -> Way {
        let number = attack.polytope.cells.get(cell).copied().unwrap_or(0);
        let (below, above) = self.rule.needs(self.tables.count(number));
        let mut uses = Vec::new();
        let mut is_enough = true;
        for (up, amount) in [(true, above as f64), (false, below as f64)] {
            let reached = attack.push(cell, up, amount);
            let by = match reached {
                Some(Reached::To(by)) => by,
                Some(Reached::Beyond) => f64::INFINITY,
                None => 0.0,
            };
            is_enough &= by >= amount - 1e-7;
            // Where nothing stops it, its way is not known: every cell may be on it.
            let moves = attack.moved.iter().enumerate().filter(|(_, moved)| by.is_infinite() || moved.abs() > 1e-9);
            uses.extend(moves.map(|(cell, _)| cell));
            let backwards = |(moved, count): (&f64, &f64)| moved * below as f64 <= count * amount;
            if !is_enough || below == 0 || (by.is_finite() && attack.moved.iter().zip(&attack.counts).all(backwards)) {
                break;
            }
        }
        Way { cell, is_enough, uses }
    }
}

/// How a small cell can differ by enough.
struct Way {
    cell: usize,
    is_enough: bool,
    uses: Vec<usize>,
}

#[cfg(test)]
mod tests;
