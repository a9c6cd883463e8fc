//! The attack, held to definitions, published values and what can go wrong.

use proptest::prelude::*;

use super::audit;
use crate::suppression::{Dimension, Linked, Rule, SuppressionError, Table};

fn flat(name: &str, codes: usize) -> Dimension {
    Dimension::flat(name, &(0..codes).map(|code| format!("{name}{code}")).collect::<Vec<_>>()).unwrap()
}

fn square(leaves: &[i64]) -> Linked {
    let side = leaves.len().isqrt();
    Linked::of(&[Table::of_leaves("violence", vec![flat("area", side), flat("age", side)], leaves).unwrap()]).unwrap()
}

fn hiding(tables: &Linked, cells: &[usize]) -> Vec<bool> {
    (0..tables.cells().len()).map(|cell| cells.contains(&cell)).collect()
}

/// A rectangle of 3, 20, 40 and 50: what goes from one corner goes round, so that the corner is 0 to 23 − … by hand.
#[test]
fn a_rectangles_intervals_by_hand() {
    let tables = square(&[3, 20, 30, 40, 50, 60, 70, 80, 90]);
    let found = audit(&tables, &hiding(&tables, &[5, 6, 9, 10]), &Rule::default()).unwrap();
    let ranges: Vec<(u64, f64, f64)> =
        found.ranges.iter().map(|range| (range.count, range.least, range.greatest.unwrap())).collect();
    assert_eq!(ranges, [(3, 0.0, 23.0), (20, 0.0, 23.0), (40, 20.0, 43.0), (50, 47.0, 70.0)]);
    assert!(found.is_safe() && found.ranges.iter().all(|range| range.whole));
}

#[test]
fn an_open_rectangle_is_recovered() {
    let tables = square(&[3, 20, 30, 40, 50, 60, 70, 80, 90]);
    let found = audit(&tables, &hiding(&tables, &[5, 6, 9]), &Rule::default()).unwrap();
    assert_eq!(found.exposed, [5, 6, 9]);
    assert!(found.ranges.iter().all(|range| range.is_recovered() && range.least == range.count as f64));
}

#[test]
fn too_narrow_is_exposed_though_not_recovered() {
    // Round the corner of 3 goes a corner of 1: it can be no more than one higher.
    let tables = square(&[3, 1, 30, 40, 50, 60, 70, 80, 90]);
    let found = audit(&tables, &hiding(&tables, &[5, 6, 9, 10]), &Rule::default()).unwrap();
    let range = found.ranges[0];
    assert_eq!((range.least, range.greatest), (0.0, Some(4.0)));
    assert_eq!(found.exposed, [5, 6]);
}

#[test]
fn hidden_totals_leave_no_upper_end() {
    let tables = square(&[3, 20, 30, 40]);
    let all = vec![true; tables.cells().len()];
    let found = audit(&tables, &all, &Rule::default()).unwrap();
    assert!(found.is_safe() && found.ranges.iter().all(|range| range.greatest.is_none() && range.least == 0.0));
    let short = audit(&tables, &all[1..], &Rule::default());
    assert!(matches!(short, Err(SuppressionError::NoSuchCell { .. })));
    assert_eq!(audit(&tables, &[false; 9], &Rule::default()).unwrap().ranges, []);
}

/// The attack by trying every table of whole numbers.
fn by_hand(tables: &Linked, hidden: &[bool], most: u64) -> Vec<(u64, u64)> {
    let cells: Vec<usize> = (0..hidden.len()).filter(|cell| hidden[*cell]).collect();
    let mut found = vec![(u64::MAX, 0); cells.len()];
    let mut counts: Vec<u64> = tables.cells().iter().map(|cell| cell.count).collect();
    let tries = (most + 1).pow(u32::try_from(cells.len()).unwrap());
    for number in 0..tries {
        let mut rest = number;
        for cell in &cells {
            counts[*cell] = rest % (most + 1);
            rest /= most + 1;
        }
        if tables.sums().iter().all(|sum| counts[sum.total] == sum.parts.iter().map(|part| counts[*part]).sum::<u64>())
        {
            for ((least, greatest), cell) in found.iter_mut().zip(&cells) {
                (*least, *greatest) = ((*least).min(counts[*cell]), (*greatest).max(counts[*cell]));
            }
        }
    }
    found
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    /// Tables of two dimensions have whole corners: the programme finds what trying everything finds.
    #[test]
    fn the_programme_equals_trying_everything(leaves in prop::collection::vec(0_i64..3, 9), shown in prop::collection::vec(0_usize..9, 4..8)) {
        let tables = square(&leaves);
        let inner = [5, 6, 7, 9, 10, 11, 13, 14, 15];
        let cells: Vec<usize> = (0..9).filter(|at| !shown.contains(at)).map(|at| inner[at]).collect();
        let hidden = hiding(&tables, &cells);
        let found = audit(&tables, &hidden, &Rule::default()).unwrap();
        let tried = by_hand(&tables, &hidden, 6);
        let same = found.ranges.iter().zip(tried).all(|(range, (least, greatest))| {
            (range.least - least as f64).abs() < 1e-6 && (range.greatest.unwrap() - greatest as f64).abs() < 1e-6
        });
        prop_assert!(same, "{:?}", found.ranges);
    }

    #[test]
    fn never_not_a_number_and_the_truth_is_always_possible(leaves in prop::collection::vec(0_i64..1_000_000_000, 27), hidden in prop::collection::vec(any::<bool>(), 64)) {
        let table = Table::of_leaves("violence", vec![flat("area", 3), flat("age", 3), flat("sex", 3)], &leaves).unwrap();
        let found = audit(&Linked::of(&[table]).unwrap(), &hidden, &Rule::default()).unwrap();
        for range in found.ranges {
            let count = range.count as f64;
            prop_assert!(0.0 <= range.least && range.least <= count + 1e-6);
            prop_assert!(range.greatest.is_none_or(|greatest| greatest.is_finite() && count <= greatest + 1e-6));
        }
    }
}
