//! What a reader could work out from a published table, tried by brute force.

use proptest::prelude::*;

use super::{Count, NotATable, Rule, SafeTable, Why, suppress, suppress_list, suppress_table};

const FEW: Count = Count::Suppressed(Why::Few { below: 5 });
const HIDDEN: Count = Count::Suppressed(Why::Protects);

fn shown(values: &[u64]) -> Vec<Count> {
    values.iter().copied().map(Count::Shown).collect()
}

fn table(rows: &[&[u64]]) -> SafeTable {
    suppress_table(rows, Rule::default()).unwrap()
}

#[test]
fn a_table_without_small_counts_is_shown_whole() {
    let safe = table(&[&[10, 20], &[30, 40]]);
    assert_eq!(safe.cells, [shown(&[10, 20]), shown(&[30, 40])]);
    assert_eq!((safe.row_totals, safe.column_totals), (shown(&[30, 70]), shown(&[40, 60])));
    assert_eq!(safe.total, Count::Shown(100));
}

#[test]
fn one_small_count_takes_the_smallest_others_that_protect_it() {
    let safe = table(&[&[3, 20, 50], &[10, 90, 80], &[40, 30, 70]]);
    assert_eq!(safe.cells[0], [FEW, HIDDEN, Count::Shown(50)]);
    assert_eq!(safe.cells[1], shown(&[10, 90, 80]));
    assert_eq!(safe.cells[2], [HIDDEN, HIDDEN, Count::Shown(70)]);
    assert!(safe.row_totals.iter().chain(&safe.column_totals).all(|total| !total.is_suppressed()));
}

#[test]
fn two_small_counts_that_add_up_to_their_least_need_a_third() {
    // 1 + 1: "fewer than 5" twice with a total of 2 left over would say that both are 1.
    let safe = suppress_list(&[1, 1, 10, 20], Rule::default()).unwrap();
    assert_eq!(safe.counts, [FEW, FEW, HIDDEN, Count::Shown(20)]);
    assert_eq!(safe.total, Count::Shown(32));
}

#[test]
fn a_total_is_hidden_where_nothing_else_would_do() {
    let safe = suppress_list(&[0, 3, 0], Rule::default()).unwrap();
    assert_eq!(safe.counts, [Count::Shown(0), FEW, Count::Shown(0)]);
    assert_eq!(safe.total, HIDDEN);
    let safe = suppress_list(&[1, 5], Rule::default()).unwrap();
    assert_eq!((safe.counts, safe.total), (vec![FEW, Count::Shown(5)], HIDDEN));
}

#[test]
fn four_ones_do_not_give_themselves_away() {
    let safe = suppress_list(&[1, 1, 1, 1], Rule::default()).unwrap();
    assert_eq!((safe.counts, safe.total), (vec![FEW; 4], HIDDEN));
}

#[test]
fn a_zero_that_tells_on_everybody_is_not_shown() {
    let safe = suppress_list(&[0, 0, 7], Rule::default()).unwrap();
    assert_eq!(safe.counts, [FEW, Count::Shown(0), HIDDEN]);
    assert_eq!(safe.total, Count::Shown(7));
    assert_eq!(suppress_list(&[0, 6, 7], Rule::default()).unwrap().counts, shown(&[0, 6, 7]));
    assert_eq!(suppress_list(&[0, 0], Rule::default()).unwrap().counts, shown(&[0, 0]));
    assert_eq!(suppress_list(&[12], Rule::default()).unwrap().counts, shown(&[12]));
}

#[test]
fn the_words_that_readers_see() {
    assert_eq!(FEW.to_string(), "fewer than 5");
    assert_eq!(HIDDEN.to_string(), "not shown");
    assert_eq!(suppress(12, Rule::default()).to_string(), "12");
    assert_eq!(suppress(9, Rule::below(10)).to_string(), "fewer than 10");
    assert_eq!(suppress(2, Rule::below(0)).to_string(), "fewer than 3");
    assert_eq!(suppress(0, Rule::default()), Count::Shown(0));
    assert_eq!((FEW.value(), Count::Shown(6).value()), (None, Some(6)));
}

#[test]
fn what_is_no_table_is_refused() {
    assert_eq!(suppress_table(&[vec![1, 2], vec![3]], Rule::default()), Err(NotATable::Ragged(2)));
    assert_eq!(suppress_table(&[vec![u64::MAX, 2]], Rule::default()), Err(NotATable::TooLarge));
    assert_eq!(suppress_table::<Vec<u64>>(&[], Rule::default()).unwrap().total, Count::Shown(0));
}

/// The values that a published cell may have, within one of the truth, for a reader who knows the rules.
fn possible(published: Count, truth: u64, is_total: bool) -> Vec<u64> {
    let near = truth.saturating_sub(1)..=truth + 1;
    match published {
        Count::Shown(value) => vec![value],
        _ if is_total => near.collect(),
        // A small count's reader is taken to know that it is no zero.
        Count::Suppressed(Why::Few { below }) => {
            near.filter(|value| *value < below && *value >= truth.min(1)).collect()
        }
        Count::Suppressed(Why::Protects) => near.filter(|value| *value >= 5).collect(),
    }
}

/// Every suppressed value that some table, agreeing with all that is published, has otherwise than the truth.
struct Reader<'a> {
    truth: &'a [Vec<u64>],
    safe: &'a SafeTable,
    /// For each cell, totals included, the values met.
    met: Vec<Vec<std::collections::BTreeSet<u64>>>,
}

impl Reader<'_> {
    fn try_from(&mut self, at: usize, guess: &mut Vec<Vec<u64>>) {
        let (height, width) = (self.truth.len(), self.truth[0].len());
        if at == height * width {
            self.record(guess);
            return;
        }
        let (row, column) = (at / width, at % width);
        if column == 0 && row > 0 && !self.row_agrees(row - 1, guess) {
            return;
        }
        for value in possible(self.safe.cells[row][column], self.truth[row][column], false) {
            guess[row][column] = value;
            self.try_from(at + 1, guess);
        }
    }

    fn row_agrees(&self, row: usize, guess: &[Vec<u64>]) -> bool {
        self.safe.row_totals[row].value().is_none_or(|total| total == guess[row].iter().sum::<u64>())
    }

    fn record(&mut self, guess: &[Vec<u64>]) {
        let height = guess.len();
        let columns: Vec<u64> = (0..guess[0].len()).map(|column| guess.iter().map(|row| row[column]).sum()).collect();
        let rows: Vec<u64> = guess.iter().map(|row| row.iter().sum()).collect();
        let all: u64 = rows.iter().sum();
        let agrees = |published: &Count, value: u64| published.value().is_none_or(|shown| shown == value);
        let fits = self.row_agrees(height - 1, guess)
            && self.safe.column_totals.iter().zip(&columns).all(|(published, value)| agrees(published, *value))
            && agrees(&self.safe.total, all);
        if fits {
            let bottom = columns.iter().chain([&all]);
            let lines = guess.iter().zip(&rows).map(|(line, total)| line.iter().chain([total]).copied().collect());
            let values: Vec<Vec<u64>> = lines.chain([bottom.copied().collect()]).collect();
            for (met, value) in self.met.iter_mut().flatten().zip(values.into_iter().flatten()) {
                met.insert(value);
            }
        }
    }
}

/// Panics where the published table shows what it must not or lets a suppressed count be worked out.
fn assert_safe(truth: &[Vec<u64>]) {
    let safe = suppress_table(truth, Rule::default()).unwrap();
    let (height, width) = (truth.len(), truth[0].len());
    let mut reader = Reader { truth, safe: &safe, met: vec![vec![Default::default(); width + 1]; height + 1] };
    reader.try_from(0, &mut truth.to_vec());
    let mut published = safe.cells.clone();
    published.iter_mut().zip(&safe.row_totals).for_each(|(row, total)| row.push(*total));
    published.push(safe.column_totals.iter().copied().chain([safe.total]).collect());
    for (row, line) in published.iter().enumerate() {
        for (column, count) in line.iter().enumerate() {
            match count {
                Count::Shown(value) => {
                    assert!(!(1..5).contains(value), "{value} is shown in {truth:?}")
                }
                Count::Suppressed(_) => {
                    assert!(reader.met[row][column].len() > 1, "row {row}, column {column} of {truth:?}: {safe:?}");
                }
            }
        }
    }
}

#[test]
fn hard_cases_are_safe() {
    for truth in [
        vec![vec![1, 1], vec![1, 1]],
        vec![vec![4, 4], vec![4, 4]],
        vec![vec![4, 0], vec![0, 4]],
        vec![vec![5, 0], vec![0, 5]],
        vec![vec![5, 1], vec![1, 5]],
        vec![vec![1, 1, 1], vec![1, 0, 0]],
        vec![vec![1], vec![1], vec![1], vec![1]],
        vec![vec![0, 0, 7], vec![0, 4, 9]],
        vec![vec![5, 5, 5], vec![5, 3, 5], vec![5, 5, 5]],
    ] {
        assert_safe(&truth);
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(600))]

    #[test]
    fn no_suppressed_count_can_be_worked_out(
        truth in (1_usize..=3, 1_usize..=3).prop_flat_map(|(height, width)| {
            let count = prop_oneof![3 => Just(0_u64), 4 => 1_u64..5, 2 => Just(5_u64), 3 => 6_u64..30];
            prop::collection::vec(prop::collection::vec(count, width), height)
        })
    ) {
        assert_safe(&truth);
    }

    #[test]
    fn a_list_is_as_safe_as_a_table(counts in prop::collection::vec(prop_oneof![2 => Just(0_u64), 3 => 1_u64..5, 3 => 5_u64..20], 1..7)) {
        let safe = suppress_list(&counts, Rule::default()).unwrap();
        let shown: u64 = safe.counts.iter().filter_map(|count| count.value()).sum();
        let hidden: Vec<(Count, u64)> = safe.counts.iter().copied().zip(counts.iter().copied()).filter(|(count, _)| count.is_suppressed()).collect();
        if let Some(total) = safe.total.value() {
            prop_assert!(!(1..5).contains(&total));
            // Each hidden count can take another value that the other hidden ones make good.
            for (at, (count, truth)) in hidden.iter().enumerate() {
                let moved = possible(*count, *truth, false).into_iter().any(|value| value != *truth
                    && hidden.iter().enumerate().any(|(other, (count, other_truth))| other != at
                        && possible(*count, *other_truth, false).contains(&(other_truth + truth).wrapping_sub(value))));
                prop_assert!(moved, "{counts:?} {safe:?}");
            }
            prop_assert_eq!(total, shown + hidden.iter().map(|(_, truth)| truth).sum::<u64>());
        }
    }

    #[test]
    fn totals_survive_in_large_tables(seed in prop::collection::vec(0_u64..60, 120)) {
        let rows: Vec<&[u64]> = seed.chunks(6).collect();
        let safe = suppress_table(&rows, Rule::default()).unwrap();
        prop_assert!(!safe.total.is_suppressed());
        let hidden = |counts: &[Count]| counts.iter().filter(|count| count.is_suppressed()).count();
        // Every row and column with something suppressed has a second that is, or its total.
        for (row, total) in safe.cells.iter().zip(&safe.row_totals) {
            prop_assert!(hidden(row) != 1 || total.is_suppressed());
        }
    }
}
