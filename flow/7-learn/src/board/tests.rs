//! The rows of the board: what is shown, what is withheld, and the interval against published values.

use base::counts::{Count, Rule, suppress_table};
use proptest::prelude::*;
use vault::Published;

use super::{Breakdown, clock_rows, proportion::Proportion, rate_rows};

fn published(rows: &[&str], columns: &[&str], counts: &[Vec<u64>]) -> Published {
    Published {
        rows: rows.iter().map(ToString::to_string).collect(),
        columns: columns.iter().map(ToString::to_string).collect(),
        table: suppress_table(counts, Rule::default()).unwrap(),
    }
}

/// Newcombe (1998), Statistics in Medicine 17, 857-872, table I, method 3: 81 of 263, 15 of 148, 0 of 20, 1 of 29.
#[test]
fn wilson_interval_is_as_published() {
    for (part, whole, low, high) in
        [(81, 263, 0.2553, 0.3662), (15, 148, 0.0624, 0.1605), (0, 20, 0.0, 0.1611), (1, 29, 0.0061, 0.1718)]
    {
        let found = Proportion::of(part, whole).unwrap();
        assert!((found.low - low).abs() < 5e-5 && (found.high - high).abs() < 5e-5, "{part}/{whole}: {found:?}");
    }
}

#[test]
fn rates_come_from_shown_counts_only() {
    let table =
        published(&["16-17", "18-24"], &["agreed", "not_reached", "reached"], &[vec![30, 20, 10], vec![2, 40, 18]]);
    let rows = rate_rows(Breakdown::Age, &table);
    assert!(rows[1].acceptance.is_none(), "two who agreed must not be worked out from a rate");
    let suppressed = table.table.cells.iter().flatten().filter(|count| count.is_suppressed()).count();
    assert!(suppressed >= 2, "a single hidden cell could be worked out from the totals");
}

#[test]
fn a_column_that_nobody_has_reads_zero() {
    let table = published(&["custody"], &["in_time", "late"], &[vec![40, 12]]);
    let rows = clock_rows(Breakdown::Type, &table);
    assert_eq!(rows[0].open_late, Count::Shown(0));
    assert_eq!(rows.last().unwrap().all, Count::Shown(52));
}

proptest! {
    #[test]
    fn an_interval_holds_its_share_and_stays_within_bounds(whole in 1_u64..100_000, part in 0_u64..100_000) {
        prop_assume!(part <= whole);
        let found = Proportion::of(part, whole).unwrap();
        prop_assert!(0.0 <= found.low && found.low <= found.share + 1e-12);
        prop_assert!(found.share <= found.high + 1e-12 && found.high <= 1.0);
    }
}
