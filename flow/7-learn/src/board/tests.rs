//! The rows of the board: what is shown, what is withheld, and the interval against published values.

use std::collections::{BTreeMap, BTreeSet};

use base::{
    SignedDuration, Timestamp,
    counts::{Count, Rule, SafeTable, suppress_table},
};
use proptest::prelude::*;
use vault::{CountedTable, Place, Published};

use super::{
    Breakdown, clock_rows,
    closing::{ENOUGH, Figures, Quarters, next_begins},
    proportion::Proportion,
    rate_rows, store,
    together::suppress,
};

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
    assert_eq!((rows[0].open_late, rows[0].no_answer), (Count::Shown(0), Count::Shown(0)));
    assert_eq!(rows.last().unwrap().all, Count::Shown(52));
}

/// Codes of groups of moments, as the statement gives them, with how many.
type Groups = Vec<(String, u64)>;

/// The page's five tables, as they are counted.
fn counted(groups: &Groups) -> Vec<CountedTable> {
    let table = |place: Place<'_>| {
        let mut sums: BTreeMap<(String, String), u64> = BTreeMap::new();
        for (keys, n) in groups {
            if let Some((row, column)) = place(&keys.split(' ').collect::<Vec<_>>()) {
                *sums.entry((row.to_owned(), column.to_owned())).or_default() += n;
            }
        }
        let rows: BTreeSet<String> = sums.keys().map(|(row, _)| row.clone()).collect();
        let columns: BTreeSet<String> = sums.keys().map(|(_, column)| column.clone()).collect();
        let at = |row: &String, column: &String| sums.get(&(row.clone(), column.clone())).copied().unwrap_or(0);
        CountedTable {
            counts: rows.iter().map(|row| columns.iter().map(|column| at(row, column)).collect()).collect(),
            rows: rows.into_iter().collect(),
            columns: columns.into_iter().collect(),
        }
    };
    let mut tables = vec![table(&store::clock)];
    tables.extend(Breakdown::ALL.map(|by| table(&|keys| store::outcome(by, keys))));
    tables
}

/// What a reader with pencil and paper finds out: every count of the page, as far as it is shown or follows by taking the others of a sum
/// from its total, again and again.
struct Pencil {
    known: BTreeMap<String, Option<u64>>,
    sums: Vec<(String, Vec<String>)>,
}

impl Pencil {
    fn of(tables: &[CountedTable], safe: &[SafeTable]) -> Self {
        let mut pencil = Self { known: BTreeMap::new(), sums: Vec::new() };
        for (at, (table, safe)) in tables.iter().zip(safe).enumerate() {
            let rows: Vec<&str> = table.rows.iter().map(String::as_str).chain(["all"]).collect();
            let columns: Vec<&str> = table.columns.iter().map(String::as_str).chain(["all"]).collect();
            let name = |row: &str, column: &str| match (at, row) {
                (1.., "all") => format!("outcome {column}"),
                _ => format!("{at} {row} {column}"),
            };
            for (row, line) in rows.iter().zip(safe.cells.iter().chain([&safe.column_totals])) {
                for (column, count) in columns.iter().zip(line) {
                    pencil.see(name(row, column), count.value());
                }
                pencil.sums.push((name(row, "all"), table.columns.iter().map(|column| name(row, column)).collect()));
            }
            for (row, total) in rows.iter().zip(safe.row_totals.iter().chain([&safe.total])) {
                pencil.see(name(row, "all"), total.value());
            }
            for column in &columns {
                pencil.sums.push((name("all", column), table.rows.iter().map(|row| name(row, column)).collect()));
            }
            if at == 0 {
                for row in &rows {
                    let ended = table
                        .columns
                        .iter()
                        .filter(|column| ["in_time", "late", "came_late", "open_late"].contains(&column.as_str()));
                    let total = if *row == "all" { "outcome all".to_owned() } else { format!("1 {row} all") };
                    pencil.sums.push((total, ended.map(|column| name(row, column)).collect()));
                }
            }
        }
        pencil
    }

    fn see(&mut self, name: String, value: Option<u64>) {
        let known = self.known.entry(name).or_default();
        *known = known.or(value);
    }

    /// Every count that follows, though it isn't shown.
    fn work_out(&mut self) -> BTreeMap<String, u64> {
        let mut found = BTreeMap::new();
        loop {
            let next = self.sums.iter().find_map(|(total, parts)| {
                // Whose clock has not ended of a type of which nobody's has: there is no such row.
                let value = |name: &String| self.known.get(name).copied().unwrap_or(Some(0));
                let hidden: Vec<&String> = parts.iter().filter(|part| value(part).is_none()).collect();
                let sum: u64 = parts.iter().filter_map(value).sum();
                match (value(total), hidden.as_slice()) {
                    (Some(total), [part]) => Some(((*part).clone(), total - sum)),
                    (None, []) => Some((total.clone(), sum)),
                    _ => None,
                }
            });
            let Some((name, value)) = next else { return found };
            self.known.insert(name.clone(), Some(value));
            found.insert(name, value);
        }
    }
}

/// A county whose page once gave itself away: of nine moments in A&E whose clock had ended, eight were answered in time and none late, so
/// that one waited with its time up.
#[test]
fn one_table_does_not_give_another_away() {
    let groups: Groups = [
        ("ae a m w in_time agreed", 8),
        ("ae a m w open_late not_reached", 1),
        ("custody b m w in_time agreed", 28),
        ("custody b f w late reached", 10),
        ("custody a m x open_late not_reached", 1),
        ("return a m w in_time reached", 32),
        ("return b m w late agreed", 6),
        ("return b f x open_late not_reached", 2),
        ("return b f x open running", 9),
    ]
    .map(|(keys, n)| (keys.to_owned(), n))
    .into();
    let tables = counted(&groups);
    let alone: Vec<SafeTable> = tables.iter().map(|table| table.by_itself().unwrap()).collect();
    let known = Pencil::of(&tables, &alone).work_out();
    assert!(known.values().any(|value| (1..5).contains(value)), "each by itself, they did: {known:?}");
    let known = Pencil::of(&tables, &suppress(&tables).unwrap()).work_out();
    assert_eq!(known.values().filter(|value| (1..5).contains(*value)).count(), 0, "{known:?}");
}

fn group() -> impl Strategy<Value = (String, u64)> {
    let who = ("[abc]", "[de]", "[fg]", "[hij]")
        .prop_map(|(kind, age, sex, ethnicity)| format!("{kind} {age} {sex} {ethnicity}"));
    let came = prop::sample::select(vec![
        "in_time agreed",
        "in_time reached",
        "in_time not_reached",
        "late agreed",
        "late reached",
        "late not_reached",
        "came_late reached",
        "came_late not_reached",
        "open running",
        "open_late not_reached",
        "no_answer_needed running",
    ]);
    (who, came, prop_oneof![3 => 1_u64..5, 2 => 5_u64..40]).prop_map(|(who, came, n)| (format!("{who} {came}"), n))
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(150))]

    #[test]
    fn no_small_count_follows_from_the_whole_page(groups in prop::collection::vec(group(), 1..30)) {
        let tables = counted(&groups);
        let safe = suppress(&tables).unwrap();
        for (table, safe) in tables.iter().zip(&safe) {
            let shown = safe.cells.iter().flatten().chain(&safe.row_totals).chain(&safe.column_totals).chain([&safe.total]);
            prop_assert!(shown.filter_map(|count| count.value()).all(|value| !(1..5).contains(&value)), "{table:?}");
        }
        let known = Pencil::of(&tables, &safe).work_out();
        prop_assert!(known.values().all(|value| !(1..5).contains(value)), "{known:?} follows in {groups:?}");
    }
}

/// 2 March 2026, and so many days later.
fn day(number: i64) -> Timestamp {
    Timestamp::from_micros(1_772_442_000_000_000).unwrap().plus(SignedDuration::from_hours(24 * number))
}

#[test]
fn what_is_kept_is_what_was_counted() {
    let table = published(&["16-17", "18-24"], &["agreed", "late"], &[vec![30, 20], vec![2, 40]]);
    let figures = Figures { clocks: table.clone(), outcomes: vec![table], counted: 3, left_out: vec!["A".into()] };
    assert_eq!(Figures::read(&figures.body().unwrap()).unwrap(), figures);
}

#[test]
fn a_quarter_closes_when_it_is_settled_and_holds_enough() {
    let now = day(0);
    let first = next_begins(None, now);
    assert_eq!(first.to_string(), "2024-q1");
    let quarters: Vec<String> =
        Quarters::that_may_close(first, now).iter().map(|one| format!("{}/{}", one.first, one.last)).collect();
    assert_eq!(quarters, ["2024-q1/2024-q1", "2024-q1/2024-q2", "2024-q1/2024-q3", "2024-q1/2024-q4"]);
    let one = Quarters::that_may_close("2025-q4".parse().unwrap(), now);
    assert_eq!(one.len(), 1, "the present quarter is not over");
    assert!(one[0].close_with(Count::Shown(ENOUGH)) && !one[0].close_with(Count::Shown(ENOUGH - 1)));
    assert!(Quarters::that_may_close("2025-q4".parse().unwrap(), day(-34)).is_empty(), "26 days after its end");
    assert_eq!(one[0].words(), "October 2025 to December 2025");
}

/// A moment's codes, in which quarter its event was, and on which day it came.
fn arrival() -> impl Strategy<Value = ((String, u64), usize, i64)> {
    (group(), 0_usize..8, 0_i64..500)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(40))]

    /// A reader keeps every page of two years, while moments of all quarters come whenever they come. Each page is safe by itself; what is
    /// left to them is to compare pages, and no two count the same moment.
    #[test]
    fn no_small_count_follows_from_all_pages_of_two_years(arrivals in prop::collection::vec(arrival(), 1..60)) {
        let begins = next_begins(None, day(0));
        let quarters: Vec<_> = std::iter::successors(Some(begins), |quarter| Some(quarter.after())).take(16).collect();
        let mut shown: Vec<Quarters> = Vec::new();
        for today in (0..730).step_by(30) {
            let within = |of: Quarters| -> Groups {
                let here = |at: &usize| (of.first..=of.last).contains(&quarters[*at]);
                arrivals.iter().filter(|(_, at, came)| *came <= today && here(at)).map(|(group, ..)| group.clone()).collect()
            };
            let mut first = next_begins(shown.last().copied(), day(today));
            loop {
                let may = Quarters::that_may_close(first, day(today));
                let all = |of: Quarters| Count::Shown(within(of).iter().map(|(_, n)| n).sum());
                if may.first().is_some_and(|quarter| all(*quarter) == Count::Shown(0)) {
                    first = first.after();
                    continue;
                }
                let Some(closes) = may.into_iter().find(|of| of.close_with(all(*of))) else { break };
                prop_assert!(shown.iter().all(|other| other.last < closes.first), "{closes:?} overlaps {shown:?}");
                let tables = counted(&within(closes));
                let known = Pencil::of(&tables, &suppress(&tables).unwrap()).work_out();
                prop_assert!(known.values().all(|value| !(1..5).contains(value)), "{known:?}");
                shown.push(closes);
                first = next_begins(shown.last().copied(), day(today));
            }
        }
    }
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
