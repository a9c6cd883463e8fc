//! Two releases about the same people, laid side by side: what one hides the other may show, and what neither shows may be the
//! difference between them (a district by its old and its new border, a year's first quarter and its first four months).
//!
//! Releases are joined into one set of cells and sums, and attacked as one: a cell that several releases have (by the same name
//! with the same count) is hidden only where all of them hide it; a difference is one more cell, which nobody shows. Cost: that
//! of [`super::audit()`].

use std::collections::BTreeMap;

use super::SuppressionError;
use super::audit::{Audit, audit};
use super::primary::Rule;
use super::tables::{Cell, Linked, Sum};

/// One release.
#[derive(Debug, Clone, Copy)]
pub struct Release<'a> {
    /// Its tables.
    pub tables: &'a Linked,
    /// Which cells it hides.
    pub hidden: &'a [bool],
}

/// A cell that is known to hold all that some others hold, and a rest that no release counts by itself. Cells are named by the
/// release and their number in it, both counted from 0.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Difference {
    /// What the rest is, in words: "between the old and the new border of Linder".
    pub name: String,
    /// The larger cell.
    pub larger: (usize, usize),
    /// Those within it, which have nobody in common.
    pub smaller: Vec<(usize, usize)>,
}

/// Releases side by side.
#[derive(Debug, Clone, PartialEq)]
pub struct SideBySide {
    /// All cells, rests last, and all sums.
    pub tables: Linked,
    /// What is hidden in every release.
    pub hidden: Vec<bool>,
    /// The attack on them together: a rest is exposed where it is small and not safe, other cells as in a single release.
    pub audit: Audit,
}

impl SideBySide {
    /// The names of what the attacker learns.
    #[must_use]
    pub fn exposed(&self) -> Vec<&str> {
        self.audit
            .exposed
            .iter()
            .filter_map(|cell| self.tables.cells().get(*cell))
            .map(|cell| cell.name.as_str())
            .collect()
    }
}

/// Lays releases side by side and attacks them as one.
///
/// # Errors
/// When a difference names a cell that there isn't or holds less than what lies within it, marks and cells are not as many, or
/// the linear programme comes to no end.
pub fn side_by_side(
    releases: &[Release],
    differences: &[Difference],
    rule: &Rule,
) -> Result<SideBySide, SuppressionError> {
    let (mut cells, mut hidden, mut sums) = (Vec::<Cell>::new(), Vec::<bool>::new(), Vec::<Sum>::new());
    let mut numbers = BTreeMap::<(&str, u64), usize>::new();
    let mut places: Vec<Vec<usize>> = Vec::new();
    for release in releases {
        let (count, marks) = (release.tables.cells().len(), release.hidden.len());
        if count != marks {
            return Err(SuppressionError::NoSuchCell { cell: count.max(marks) - 1, cells: count.min(marks) });
        }
        let place: Vec<usize> = release
            .tables
            .cells()
            .iter()
            .zip(release.hidden)
            .map(|(cell, hides)| {
                let number = *numbers.entry((&cell.name, cell.count)).or_insert(cells.len());
                if let Some(mark) = hidden.get_mut(number) {
                    *mark &= *hides;
                } else {
                    cells.push(cell.clone());
                    hidden.push(*hides);
                }
                number
            })
            .collect();
        let number = |cell: &usize| place.get(*cell).copied().unwrap_or(0);
        let own = release.tables.sums().iter();
        sums.extend(own.map(|sum| Sum { total: number(&sum.total), parts: sum.parts.iter().map(number).collect() }));
        places.push(place);
    }
    let rests = cells.len();
    let find = |(release, cell): (usize, usize)| {
        let found = places.get(release).and_then(|place| place.get(cell)).copied();
        found.ok_or(SuppressionError::NoSuchCell { cell, cells: places.get(release).map_or(0, Vec::len) })
    };
    for difference in differences {
        let total = find(difference.larger)?;
        let mut parts = difference.smaller.iter().map(|cell| find(*cell)).collect::<Result<Vec<usize>, _>>()?;
        let count = |cell: usize| cells.get(cell).map_or(0, |cell| cell.count);
        let within = parts.iter().fold(0_u64, |sum, part| sum.saturating_add(count(*part)));
        let Some(rest) = count(total).checked_sub(within) else {
            let (row, total) = (difference.larger.1, count(total));
            return Err(SuppressionError::DoesNotAddUp { row, cell: difference.name.clone(), total, parts: within });
        };
        parts.push(cells.len());
        cells.push(Cell { count: rest, name: difference.name.clone(), totals: 0 });
        hidden.push(true);
        sums.push(Sum { total, parts });
    }
    sums.sort();
    sums.dedup();
    let tables = Linked::of_sums(cells, sums)?;
    let mut audit = audit(&tables, &hidden, rule)?;
    audit.exposed.retain(|cell| *cell < rests || rule.is_small(tables.count(*cell)));
    Ok(SideBySide { tables, hidden, audit })
}

#[cfg(test)]
mod tests {
    use super::{Difference, Release, side_by_side};
    use crate::suppression::{Dimension, Effort, Linked, Rule, State, SuppressionError, Table, protect};

    fn tables(about: &str, leaves: &[i64]) -> Linked {
        let area = Dimension::flat("area", &["A", "B", "C"]).unwrap();
        let age = Dimension::flat("age", &["10–17", "18–24", "25+"]).unwrap();
        Linked::of(&[Table::of_leaves(about, vec![area, age], leaves).unwrap()]).unwrap()
    }

    const LEAVES: [i64; 9] = [3, 20, 30, 40, 50, 60, 70, 80, 90];

    #[test]
    fn two_patterns_for_one_table_give_it_away() {
        let (tables, rule) = (tables("violence", &LEAVES), Rule::default());
        let first = protect(&tables, &rule, Effort::Usual, &|_, _| ()).unwrap().hidden();
        // The same small cell in another rectangle.
        let mut second = vec![false; first.len()];
        for cell in [5, 7, 13, 15] {
            second[cell] = true;
        }
        assert!(crate::suppression::audit(&tables, &second, &rule).unwrap().is_safe());
        let release = |hidden| Release { tables: &tables, hidden };
        let same = side_by_side(&[release(&first), release(&first)], &[], &rule).unwrap();
        assert!(same.audit.is_safe() && same.tables.cells().len() == 16);
        if first != second {
            let both = side_by_side(&[release(&first), release(&second)], &[], &rule).unwrap();
            assert!(both.exposed().contains(&"violence, age 10–17, area A"), "{:?}", both.exposed());
        }
    }

    #[test]
    fn a_sliver_between_two_borders_is_caught() {
        let rule = Rule::default();
        let (old, new) = (
            tables("violence, old borders", &LEAVES),
            tables("violence, new borders", &[30, 20, 32, 40, 50, 60, 70, 80, 90]),
        );
        let old_pattern = protect(&old, &rule, Effort::Usual, &|_, _| ()).unwrap();
        let shown = vec![false; 16];
        assert_eq!(old_pattern.states[7], if old_pattern.hidden()[7] { State::Shield } else { State::Shown });
        let releases = [Release { tables: &old, hidden: &shown }, Release { tables: &new, hidden: &shown }];
        // Area A, 25 and over: 30 by the old border, 32 by the new one, so that 2 live in between.
        let sliver = |larger, smaller| Difference { name: "the sliver".to_owned(), larger, smaller: vec![smaller] };
        let found = side_by_side(&releases, &[sliver((1, 7), (0, 7))], &rule).unwrap();
        assert_eq!(found.exposed(), ["the sliver"]);
        // 27 more at 10 to 17 is known as well, and small to nobody.
        assert!(side_by_side(&releases, &[sliver((1, 5), (0, 5))], &rule).unwrap().audit.is_safe());
        let wrong = side_by_side(&releases, &[sliver((0, 7), (1, 7))], &rule).unwrap_err();
        assert!(matches!(wrong, SuppressionError::DoesNotAddUp { .. }));
        let nowhere = side_by_side(&releases, &[sliver((2, 0), (0, 0))], &rule).unwrap_err();
        assert_eq!(nowhere, SuppressionError::NoSuchCell { cell: 0, cells: 0 });
    }
}
