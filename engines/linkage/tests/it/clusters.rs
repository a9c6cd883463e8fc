//! Clusters, constraints and the flag on contradictory ones.

use linkage::{Cluster, Decision, Flag, Linker, NewRecords, Outcome, RunOptions, Spec, Table};

/// Two fields: sharing `a` is a strong link, sharing `b` a weaker one that still links.
const SPEC: &str = r#"
prior = 0.01
thresholds = { link = 0.9, review = 0.5 }
field = [
    { name = "a", kind = "text" },
    { name = "b", kind = "text" },
    { name = "c", kind = "text" },
    { name = "number", kind = "identifier", check = "nhs_number", distinguishes = true },
]
blocking = [{ name = "a", keys = ["a"] }, { name = "b", keys = ["b"] }, { name = "c", keys = ["c"] }]
[[comparison]]
name = "a"
fields = ["a"]
level = [{ name = "same", rule = "exact", m = 0.9, u = 0.00001 }, { name = "else", rule = "else", m = 0.1, u = 0.1 }]
[[comparison]]
name = "b"
fields = ["b"]
level = [{ name = "same", rule = "exact", m = 0.9, u = 0.0001 }, { name = "else", rule = "else", m = 0.1, u = 0.1 }]
[[comparison]]
name = "c"
fields = ["c"]
level = [{ name = "same", rule = "exact", m = 0.9, u = 0.004 }, { name = "else", rule = "else", m = 0.1, u = 0.1 }]
"#;

fn linker(rows: &[[&'static str; 4]]) -> Linker {
    let column = |at: usize| rows.iter().map(|row| (!row[at].is_empty()).then_some(row[at])).collect::<Vec<_>>();
    let names = ["a", "b", "c", "number"];
    let columns = names.iter().enumerate().map(|(at, name)| (*name, column(at)));
    Linker::new(Spec::from_toml(SPEC).unwrap(), Table::from_columns(columns).unwrap()).unwrap()
}

fn decision(outcome: &Outcome, left: u32, right: u32) -> Option<Decision> {
    outcome.pairs.iter().find(|pair| (pair.left, pair.right) == (left, right)).map(|pair| pair.decision)
}

/// 0 and 1 share `a`, 1 and 2 share `b`, 3 is alone but for `c` with 2.
fn chain() -> Linker {
    linker(&[["x", "", "", ""], ["x", "y", "", ""], ["", "y", "z", ""], ["", "", "z", ""]])
}

#[test]
fn links_chain_and_the_middle_waits() {
    let outcome = chain().run(&RunOptions::default()).unwrap();
    assert_eq!(outcome.cluster_of, [0, 0, 0, 3]);
    assert_eq!(outcome.clusters, [Cluster { id: 0, records: vec![0, 1, 2], flags: vec![] }]);
    assert_eq!(outcome.review().map(|pair| (pair.left, pair.right)).collect::<Vec<_>>(), [(2, 3)]);
    assert_eq!(outcome.links().count(), 2);
    assert_eq!(outcome.compared, [1, 1, 1]);
}

#[test]
fn forbidden_pairs_never_share_a_cluster_and_the_weaker_link_gives_way() {
    let outcome = chain().run(&RunOptions { forbidden: vec![(2, 0)], ..RunOptions::default() }).unwrap();
    assert_eq!(outcome.cluster_of, [0, 0, 2, 3]);
    assert_eq!(decision(&outcome, 0, 1), Some(Decision::Link));
    assert_eq!(decision(&outcome, 1, 2), Some(Decision::Refused));
    assert_eq!(outcome.review().count(), 2, "the refused link is for a person too");
    let outcome = chain().run(&RunOptions { forbidden: vec![(0, 1)], ..RunOptions::default() }).unwrap();
    assert_eq!(outcome.cluster_of, [0, 1, 1, 3]);
    assert_eq!(decision(&outcome, 0, 1), Some(Decision::Forbidden));
}

#[test]
fn ties_are_refused_together() {
    // 1 shares `a` with 0 and 2, which are forbidden: neither link is better, so a person decides.
    let tied = linker(&[["x", "", "", ""], ["x", "", "", ""], ["x", "", "", ""]]);
    let outcome = tied.run(&RunOptions { forbidden: vec![(0, 2)], ..RunOptions::default() }).unwrap();
    assert_eq!(outcome.cluster_of, [0, 1, 2]);
    assert_eq!(outcome.review().count(), 2);
}

#[test]
fn required_pairs_join_whatever_their_weight() {
    let outcome = chain().run(&RunOptions { required: vec![(3, 0), (0, 3)], ..RunOptions::default() }).unwrap();
    assert_eq!(outcome.cluster_of, [0; 4]);
    let pair = outcome.pairs.iter().find(|pair| pair.right == 3 && pair.left == 0).unwrap();
    assert_eq!((pair.decision, pair.rule), (Decision::Required, None), "no rule finds it, yet it is explained");
    // A required pair goes before every link.
    let outcome =
        chain().run(&RunOptions { required: vec![(1, 2)], forbidden: vec![(0, 2)], ..RunOptions::default() }).unwrap();
    assert_eq!(outcome.cluster_of, [0, 1, 1, 3]);
    assert_eq!(decision(&outcome, 0, 1), Some(Decision::Refused));
}

#[test]
fn contradictory_decisions_are_sent_back() {
    let options = RunOptions { required: vec![(0, 3), (3, 1)], forbidden: vec![(0, 1)], ..RunOptions::default() };
    let outcome = chain().run(&options).unwrap();
    assert_ne!(outcome.cluster_of[0], outcome.cluster_of[1]);
    assert_eq!(
        (decision(&outcome, 0, 3), decision(&outcome, 1, 3)),
        (Some(Decision::Refused), Some(Decision::Refused))
    );
}

#[test]
fn different_valid_numbers_flag_a_cluster() {
    let rows = [
        ["x", "", "", "9434765919"],
        ["x", "", "", "9434765918"],
        ["x", "", "", "4010232137"],
        ["x", "", "", "943 476 5919"],
    ];
    let outcome = linker(&rows).run(&RunOptions::default()).unwrap();
    let flag = Flag::Contradiction { field: "number".into(), records: vec![0, 2] };
    assert_eq!(outcome.clusters, [Cluster { id: 0, records: vec![0, 1, 2, 3], flags: vec![flag] }]);
    let outcome = linker(&rows[..2]).run(&RunOptions::default()).unwrap();
    assert!(outcome.clusters[0].flags.is_empty(), "a number that fails its check contradicts nothing");
}

#[test]
fn a_long_chain_with_a_forbidden_pair_ends() {
    let value = |n: usize| -> &'static str { format!("v{n}").leak() };
    let rows: Vec<[&'static str; 4]> = (0..20_000).map(|n| [value(n / 2), value(n.div_ceil(2)), "", ""]).collect();
    let outcome = linker(&rows).run(&RunOptions { forbidden: vec![(0, 19_999)], ..RunOptions::default() }).unwrap();
    assert_ne!(outcome.cluster_of[0], outcome.cluster_of[19_999]);
}

#[test]
fn new_records_only() {
    let linker = chain();
    let new = NewRecords::range(2..4);
    assert_eq!(linker.plan().pairs_at_most, 3);
    assert_eq!(linker.plan_for(&new).pairs_at_most, 2);
    assert_eq!(linker.plan_for(&NewRecords::records(&[3, 2])), linker.plan_for(&new));
    let alone = linker.run_for(&new, &RunOptions::default()).unwrap();
    assert_eq!(alone.cluster_of, [0, 1, 1, 3]);
    let options = RunOptions { earlier: vec![(0, 1)], ..RunOptions::default() };
    assert_eq!(linker.run_for(&new, &options).unwrap().cluster_of, [0, 0, 0, 3]);
}
