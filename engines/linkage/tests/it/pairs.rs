//! Each pair once, whatever the blocks: huge ones, lists with several keys, records of several sources.

use std::collections::BTreeSet;

use linkage::{Index, LinkType, Linker, NewRecords, Outcome, RunOptions, Spec, Table};

const SPEC: &str = r#"
prior = 0.01
thresholds = { link = 0.9, review = 0.5 }
field = [{ name = "a", kind = "text" }, { name = "b", kind = "text", list = ";" }]
blocking = [{ name = "a", keys = ["a"] }, { name = "b", keys = ["any(b)"] }, { name = "both", keys = ["prefix(a, 1)", "any(b)"] }]
[[comparison]]
name = "a"
fields = ["a"]
level = [{ name = "same", rule = "exact", m = 0.9, u = 0.00001 }, { name = "else", rule = "else", m = 0.1, u = 0.1 }]
"#;

fn table(rows: &[(String, String)]) -> Table {
    let column = |of: fn(&(String, String)) -> &String| {
        rows.iter().map(|row| Some(of(row).clone()).filter(|value| !value.is_empty())).collect::<Vec<_>>()
    };
    Table::from_columns([("a", column(|row| &row.0)), ("b", column(|row| &row.1))]).unwrap()
}

fn linker(table: Table) -> Linker {
    Linker::new(Spec::from_toml(SPEC).unwrap(), table).unwrap()
}

fn all() -> RunOptions {
    RunOptions { keep_apart: true, ..RunOptions::default() }
}

fn pairs(outcome: &Outcome) -> Vec<(u32, u32)> {
    outcome.pairs.iter().map(|pair| (pair.left, pair.right)).collect()
}

/// What the rules of [`SPEC`] find, record by record.
fn expected(rows: &[(String, String)]) -> Vec<(u32, u32)> {
    let items =
        |text: &str| text.split(';').filter(|item| !item.is_empty()).map(str::to_owned).collect::<BTreeSet<_>>();
    let mut found = Vec::new();
    for (left, one) in rows.iter().enumerate() {
        for (right, other) in rows.iter().enumerate().skip(left + 1) {
            let a = !one.0.is_empty() && one.0 == other.0;
            if a || !items(&one.1).is_disjoint(&items(&other.1)) {
                found.push((left as u32, right as u32));
            }
        }
    }
    found
}

#[test]
fn a_huge_block_is_cut_up_and_nothing_lost() {
    let rows: Vec<(String, String)> = (0..2_500).map(|at| (["x", "y"][at / 2_400].to_owned(), String::new())).collect();
    let linker = linker(table(&rows));
    let whole = linker.run(&all()).unwrap();
    assert_eq!(whole.compared, [2_400 * 2_399 / 2 + 100 * 99 / 2, 0, 0]);
    assert_eq!(pairs(&whole), expected(&rows));
    let new: Vec<u32> = (0..2_500).filter(|record| record % 2 == 1).collect();
    let some = linker.run_for(&NewRecords::records(&new), &all()).unwrap();
    let expected: Vec<(u32, u32)> =
        expected(&rows).into_iter().filter(|(left, right)| left % 2 == 1 || right % 2 == 1).collect();
    assert_eq!(some.compared.iter().sum::<u64>() as usize, expected.len());
    assert_eq!(pairs(&some), expected);
}

#[test]
fn lists_that_share_several_values_meet_once() {
    let mut number = 1_u64;
    let mut dice = |n: u64| {
        number = number.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (number >> 33) % n
    };
    let rows: Vec<(String, String)> = (0..300)
        .map(|_| {
            let list: Vec<String> = (0..dice(5)).map(|_| format!("v{}", dice(40))).collect();
            (format!("{}", dice(60)), list.join(";"))
        })
        .collect();
    let outcome = linker(table(&rows)).run(&all()).unwrap();
    assert_eq!(pairs(&outcome), expected(&rows));
    assert_eq!(outcome.compared.iter().sum::<u64>() as usize, outcome.pairs.len());
    assert!(outcome.compared[1] > 100 && outcome.compared[2] == 0, "{:?}", outcome.compared);
}

#[test]
fn within_a_source_nobody_is_compared_if_so_wished() {
    let rows: Vec<(String, String)> = (0..40).map(|at| (format!("{}", at % 4), String::new())).collect();
    let sources: Vec<u16> = (0..40).map(|at| (at / 20) as u16).collect();
    let count = |link_type| {
        linker(table(&rows).with_sources(sources.clone(), link_type).unwrap()).run(&all()).unwrap().compared[0]
    };
    assert_eq!(count(LinkType::LinkAndDedupe), 4 * 45);
    assert_eq!(count(LinkType::LinkOnly), 4 * 25);
    assert!(table(&rows).with_sources(vec![0], LinkType::LinkOnly).is_err());
}

#[test]
fn an_index_finds_what_a_run_would() {
    let rows: Vec<(String, String)> =
        (0..200).map(|at| (format!("{}", at % 70), format!("v{};w{}", at % 90, at % 31))).collect();
    let (last, known) = rows.split_last().unwrap();
    let options = RunOptions::default();
    let run = linker(table(&rows)).run_for(&NewRecords::records(&[199]), &options).unwrap();
    let index = Index::new(linker(table(known)));
    let found = index.find_matches(&table(std::slice::from_ref(last))).unwrap();
    let mut seen: Vec<_> =
        found.iter().map(|m| (m.record, m.weight.to_bits(), m.pattern, Some(m.rule), m.decision)).collect();
    seen.sort_by_key(|found| found.0);
    let expected: Vec<_> =
        run.pairs.iter().map(|p| (p.left, p.weight.to_bits(), p.pattern, p.rule, p.decision)).collect();
    assert!(!expected.is_empty());
    assert_eq!(seen, expected);
    assert!(index.find_matches(&table(known)).is_err(), "one record at a time");
}
