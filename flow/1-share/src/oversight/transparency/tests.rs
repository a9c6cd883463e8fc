//! Quarters, and what of a table may be shown.

use proptest::prelude::*;

use super::*;

fn quarter(text: &str) -> Quarter {
    text.parse().unwrap()
}

#[test]
fn quarters_follow_each_other_and_begin_at_midnight_in_london() {
    assert_eq!(Quarter::of("2026-11-22".parse().unwrap()), quarter("2026-q4"));
    assert_eq!((quarter("2026-q4").after(), quarter("2026-q1").before()), (quarter("2027-q1"), quarter("2025-q4")));
    let (from, until) = quarter("2026-q2").bounds();
    assert_eq!(
        (from.to_string().as_str(), until.to_string().as_str()),
        ("2026-03-31T23:00:00Z", "2026-06-30T23:00:00Z")
    );
    assert_eq!(quarter("2026-q3").words(), "July to September 2026");
    for wrong in ["2026-q5", "2026-q0", "26-q1", "2026-q01", "2026", "q1", "2026-q1/x", "-2026-q1"] {
        assert!(wrong.parse::<Quarter>().is_err(), "{wrong}");
    }
}

fn section(counts: &[(&str, &str, u64)]) -> Section {
    let counts: Vec<(String, String, u64)> =
        counts.iter().map(|(row, column, n)| ((*row).to_owned(), (*column).to_owned(), *n)).collect();
    let words =
        Words { title: "Title", note: "", head: "Head", row: &|key| key.to_owned(), column: &|key| key.to_owned() };
    Section::of(&words, &publish_counts(&counts).unwrap())
}

#[test]
fn a_table_with_a_small_total_is_withheld_whole() {
    let small = section(&[("a", "x", 3), ("b", "x", 0)]);
    assert!(small.rows.iter().flat_map(|row| &row.cells).all(|cell| cell == WITHHELD), "{small:?}");
    let large = section(&[("a", "x", 30), ("a", "y", 2), ("b", "x", 12), ("b", "y", 9)]);
    let shown = |row: usize, cell: usize| large.rows[row].cells[cell].as_str();
    assert_eq!(large.columns, ["x", "y", "All"]);
    assert_eq!((shown(0, 1), large.rows.len()), ("fewer than 5", 3));
    assert!(section(&[]).rows.is_empty());
}

#[test]
fn a_spreadsheet_gets_text_and_no_formula() {
    assert_eq!(quoted("=1+1"), "'=1+1");
    assert_eq!(quoted("a, \"b\""), "\"a, \"\"b\"\"\"");
}

proptest! {
    #[test]
    fn nothing_from_one_to_four_is_ever_shown(
        counts in prop::collection::vec((0_usize..5, 0_usize..3, prop_oneof![0_u64..7, 0_u64..200]), 0..16)
    ) {
        let names = ["a", "b", "c", "d", "e"];
        let counts: Vec<(&str, &str, u64)> = counts.iter().map(|(row, column, n)| (names[*row], names[*column], *n)).collect();
        for cell in section(&counts).rows.iter().flat_map(|row| &row.cells) {
            prop_assert!(!cell.parse::<u64>().is_ok_and(|n| (1..5).contains(&n)), "{cell}");
        }
    }
}
