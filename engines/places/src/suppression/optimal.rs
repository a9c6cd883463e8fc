//! The pattern of least cost, by hitting sets: whatever pattern leaves a small cell exposed, something outside every larger
//! pattern that still leaves it exposed must be hidden. Such demands are gathered until the cheapest set that meets them all
//! protects everything (Moreno-Centeno & Karp, "The implicit hitting set approach to solve combinatorial optimization problems",
//! Operations Research 61, 2013); it is then the cheapest of all. Exponential at worst, and so with a limit.

use super::SuppressionError;
use super::audit::{Attack, Reached};
use super::primary::Rule;
use super::secondary::cost_of;
use super::tables::Linked;

/// What was found.
pub(super) struct Least {
    /// A pattern that costs less than the one given, if there is one.
    pub(super) hidden: Option<Vec<bool>>,
    /// Whether no pattern costs less than the better of the two.
    pub(super) is_proven: bool,
}

/// Nodes of all searches for the cheapest set that meets all demands.
const NODES: u32 = 50_000;

/// Looks for the cheapest pattern; `good` is one that protects.
pub(super) fn least(tables: &Linked, rule: &Rule, good: &[bool], rounds: u32) -> Result<Least, SuppressionError> {
    let small = rule.small(tables);
    let costs: Vec<u64> = (0..small.len()).map(|cell| cost_of(tables, cell)).collect();
    let price = |hidden: &[bool]| -> u64 {
        hidden
            .iter()
            .zip(&small)
            .zip(&costs)
            .filter(|((hidden, small), _)| **hidden && !**small)
            .map(|(_, cost)| cost)
            .sum()
    };
    let known = price(good);
    let mut world =
        World { attack: Attack::of(tables, (0..small.len()).collect()), tables, rule, small: &small, costs: &costs };
    let mut demands: Vec<Vec<usize>> = Vec::new();
    let mut nodes = NODES;
    for _ in 0..rounds {
        let Some(chosen) = cheapest_meeting(&demands, &costs, known, &mut nodes) else {
            return Ok(Least { hidden: None, is_proven: false });
        };
        let mut hidden = small.clone();
        chosen.iter().filter_map(|cell| hidden.get_mut(*cell).map(|slot| *slot = true)).for_each(drop);
        if price(&hidden) >= known {
            return Ok(Least { hidden: None, is_proven: true });
        }
        let found = world.demands_of(&hidden)?;
        if found.is_empty() {
            return Ok(Least { hidden: Some(hidden), is_proven: true });
        }
        demands.extend(found);
    }
    Ok(Least { hidden: None, is_proven: false })
}

struct World<'a> {
    attack: Attack,
    tables: &'a Linked,
    rule: &'a Rule,
    small: &'a [bool],
    costs: &'a [u64],
}

impl World<'_> {
    /// For each small cell that the pattern leaves exposed, the cells of which one more must be hidden. Demands found in one
    /// round have no cell in common: each is looked for as if the earlier ones were hidden whole.
    fn demands_of(&mut self, hidden: &[bool]) -> Result<Vec<Vec<usize>>, SuppressionError> {
        let mut open = hidden.to_vec();
        for (cell, hidden) in hidden.iter().enumerate() {
            self.attack.hold(cell, !hidden);
        }
        let mut demands = Vec::new();
        for cell in (0..open.len()).filter(|cell| self.small.get(*cell).copied().unwrap_or(false)) {
            for up in [true, false] {
                if self.is_safe(cell, up)? {
                    continue;
                }
                let demand = self.demand(&open, cell, up)?;
                for cell in &demand {
                    self.attack.hold(*cell, false);
                    if let Some(slot) = open.get_mut(*cell) {
                        *slot = true;
                    }
                }
                demands.push(demand);
            }
        }
        Ok(demands)
    }

    /// Hides more and more, dearest last, while the cell stays exposed: what is then still shown is the demand.
    fn demand(&mut self, open: &[bool], cell: usize, up: bool) -> Result<Vec<usize>, SuppressionError> {
        let mut shown: Vec<usize> = (0..open.len()).filter(|cell| !open.get(*cell).copied().unwrap_or(true)).collect();
        shown.sort_by_key(|cell| (self.costs.get(*cell).copied(), *cell));
        let mut demand = Vec::new();
        let mut let_go = Vec::new();
        for candidate in shown {
            self.attack.hold(candidate, false);
            if self.is_safe(cell, up)? {
                self.attack.hold(candidate, true);
                demand.push(candidate);
            } else {
                let_go.push(candidate);
            }
        }
        let_go.into_iter().for_each(|cell| self.attack.hold(cell, true));
        Ok(demand)
    }

    #[expect(clippy::cast_precision_loss, reason = "a rule's numbers are below 2^32")]
    fn is_safe(&mut self, cell: usize, up: bool) -> Result<bool, SuppressionError> {
        let (below, above) = self.rule.needs(self.tables.count(cell));
        let enough = if up { above } else { below } as f64;
        match self.attack.push(cell, up, enough) {
            Some(Reached::Beyond) => Ok(true),
            Some(Reached::To(by)) => Ok(by >= enough - 1e-7),
            None => Err(SuppressionError::Stalled { cell: self.tables.name(cell) }),
        }
    }
}

/// The cheapest set with a cell of every demand, below `known` if there is one, else any of that cost; `None` if the search
/// takes too long.
fn cheapest_meeting(demands: &[Vec<usize>], costs: &[u64], known: u64, nodes: &mut u32) -> Option<Vec<usize>> {
    let mut search = Meeting { costs, best: known, found: None, nodes: *nodes };
    let open: Vec<&[usize]> = demands.iter().map(Vec::as_slice).collect();
    search.branch(open, &mut Vec::new(), 0);
    *nodes = search.nodes;
    if search.nodes == 0 {
        return None;
    }
    // Nothing cheaper than what is known: all cells of the demands cost at least that.
    Some(search.found.unwrap_or_else(|| demands.iter().flatten().copied().collect()))
}

struct Meeting<'a> {
    costs: &'a [u64],
    best: u64,
    found: Option<Vec<usize>>,
    /// How many more may be looked at.
    nodes: u32,
}

impl Meeting<'_> {
    fn cost(&self, cell: usize) -> u64 {
        self.costs.get(cell).copied().unwrap_or(1)
    }

    /// Demands that share no cell each cost their cheapest cell at least.
    fn bound(&self, open: &[&[usize]]) -> u64 {
        let mut used = std::collections::BTreeSet::new();
        let mut sum = 0;
        for demand in open {
            if demand.iter().all(|cell| !used.contains(cell)) {
                used.extend(demand.iter().copied());
                sum += demand.iter().map(|cell| self.cost(*cell)).min().unwrap_or(0);
            }
        }
        sum
    }

    fn branch(&mut self, mut open: Vec<&[usize]>, chosen: &mut Vec<usize>, cost: u64) {
        self.nodes = self.nodes.saturating_sub(1);
        if self.nodes == 0 {
            return;
        }
        open.sort_by_key(|demand| demand.len());
        let Some(first) = open.first().copied() else {
            if cost < self.best {
                (self.best, self.found) = (cost, Some(chosen.clone()));
            }
            return;
        };
        if cost + self.bound(&open) >= self.best {
            return;
        }
        // The cell that meets most for its cost first; those tried already need not be tried again below the next.
        let meets = |cell: usize| open.iter().filter(|demand| demand.contains(&cell)).count() as u64;
        let mut cells: Vec<usize> = first.to_vec();
        cells.sort_by_key(|cell| (std::cmp::Reverse(meets(*cell) * 1_000 / self.cost(*cell).max(1)), *cell));
        let mut tried: Vec<usize> = Vec::new();
        for cell in cells {
            let rest: Vec<&[usize]> = open.iter().copied().filter(|demand| !demand.contains(&cell)).collect();
            // A demand all of whose cells were tried is met by none of them any more.
            if rest.iter().any(|demand| demand.iter().all(|other| tried.contains(other))) {
                tried.push(cell);
                continue;
            }
            chosen.push(cell);
            self.branch(rest, chosen, cost + self.cost(cell));
            chosen.pop();
            tried.push(cell);
        }
    }
}
