//! Whatever the records: the same from either side, in any order, on any number of threads, and in instalments.

use linkage::{Flag, LinkType, Linker, Method, NewRecords, Outcome, RunOptions, Spec, Table};
use proptest::{prelude::*, strategy::ValueTree};

pub type Row = [Option<String>; 5];

pub fn table(rows: &[Row]) -> Table {
    let names = ["forename", "surname", "date_of_birth", "postcode", "nhs_number"];
    let columns = names.iter().enumerate().map(|(at, name)| (*name, rows.iter().map(|row| row[at].clone()).collect()));
    Table::from_columns(columns).unwrap()
}

fn linker(rows: &[Row], frequencies: bool) -> Linker {
    linker_by(rows, frequencies, Method::default())
}

fn linker_by(rows: &[Row], frequencies: bool, method: Method) -> Linker {
    let mut spec = Spec::from_toml(include_str!("example.toml")).unwrap();
    spec.comparisons.iter_mut().flat_map(|c| &mut c.levels).for_each(|level| level.term_frequency &= frequencies);
    spec.clustering.method = method;
    let table = table(rows);
    // Some source that goes with the record, whatever its place.
    let sources = rows.iter().map(|row| row.iter().flatten().map(|text| text.len() as u16).sum::<u16>() % 3).collect();
    let table =
        if method == Method::OneToOne { table.with_sources(sources, LinkType::LinkAndDedupe).unwrap() } else { table };
    Linker::new(spec, table).unwrap()
}

fn has_two_sources(rows: &[Row]) -> bool {
    let source = |row: &Row| row.iter().flatten().map(String::len).sum::<usize>() % 3;
    rows.iter().any(|row| source(row) != source(&rows[0]))
}

fn method() -> impl Strategy<Value = Method> {
    prop::sample::select(vec![Method::ConnectedComponents, Method::OneToOne, Method::Correlation])
}

fn one_of(values: &'static [&'static str]) -> impl Strategy<Value = Option<String>> {
    prop::option::weighted(0.85, prop::sample::select(values).prop_map(str::to_owned))
}

pub fn row() -> impl Strategy<Value = Row> {
    let row = (
        one_of(&["Robert", "Bob", "R", "Elizabeth", "Liz", "Lee", "Rodert"]),
        one_of(&["Lee", "Robert", "Okafor", "Okafer", "Smith"]),
        one_of(&["1990-02-04", "1990-04-02", "1990-01-01", "1990-02-05", "1981-02-04"]),
        one_of(&["CM1 1AA", "CM1 1AB", "CM1 2BD", "SS1 1AA", "unknown"]),
        one_of(&["9434765919", "9434765918", "4010232137"]),
    );
    row.prop_map(|(a, b, c, d, e)| [a, b, c, d, e])
}

pub fn rows(most: usize) -> impl Strategy<Value = Vec<Row>> {
    prop::collection::vec(row(), 2..most)
}

type Seen = (Vec<(usize, usize, u64, String)>, Vec<Vec<usize>>);

/// Pairs by weight's bits and decision, and clusters, in the numbering of `original`.
fn seen(outcome: &Outcome, original: &[usize]) -> Seen {
    let name = |record: u32| original[record as usize];
    let mut pairs: Vec<_> = outcome
        .pairs
        .iter()
        .map(|p| {
            let (a, b) = (name(p.left), name(p.right));
            (a.min(b), a.max(b), p.weight.to_bits(), format!("{:?} {:?} {:?}", p.decision, p.rule, p.pattern))
        })
        .collect();
    pairs.sort();
    let mut clusters: Vec<Vec<usize>> = outcome
        .clusters
        .iter()
        .map(|cluster| {
            let mut records: Vec<usize> = cluster.records.iter().map(|record| name(*record)).collect();
            records.sort_unstable();
            records
        })
        .collect();
    clusters.sort();
    (pairs, clusters)
}

/// How often each kind of flag is seen, with the number of records that it names.
fn flags(outcome: &Outcome, original: &[usize]) -> Vec<String> {
    let name = |record: &u32| original[*record as usize];
    let flags = outcome.clusters.iter().flat_map(|cluster| &cluster.flags);
    let mut flags: Vec<String> = flags
        .map(|flag| match flag {
            Flag::Contradiction { field, records } => format!("{field} {}", records.len()),
            Flag::Bridges { links } => {
                let named = links.iter().map(|(a, b)| (name(a).min(name(b)), name(a).max(name(b))));
                format!("{:?}", named.collect::<std::collections::BTreeSet<_>>())
            }
            other => format!("{other:?}"),
        })
        .collect();
    flags.sort();
    flags
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    #[test]
    fn either_side_scores_the_same(rows in rows(8)) {
        let linker = linker(&rows, true);
        for a in 0..rows.len() as u32 {
            for b in 0..rows.len() as u32 {
                prop_assert_eq!(linker.compare(a, b), linker.compare(b, a));
            }
        }
    }

    #[test]
    fn order_does_not_matter((rows, order) in rows(30).prop_flat_map(|rows| {
        let order: Vec<usize> = (0..rows.len()).collect();
        (Just(rows), Just(order).prop_shuffle())
    }), constraints in prop::collection::vec((any::<prop::sample::Index>(), any::<prop::sample::Index>(), any::<bool>()), 0..4), method in method()) {
        prop_assume!(method != Method::OneToOne || has_two_sources(&rows));
        let shuffled: Vec<Row> = order.iter().map(|at| rows[*at].clone()).collect();
        let place = |record: usize| order.iter().position(|at| *at == record).unwrap() as u32;
        let (mut plain, mut moved) = (RunOptions::default(), RunOptions::default());
        for (a, b, must) in constraints {
            let (a, b) = (a.index(rows.len()), b.index(rows.len()));
            if a != b {
                let lists = if must { (&mut plain.required, &mut moved.required) } else { (&mut plain.forbidden, &mut moved.forbidden) };
                lists.0.push((a as u32, b as u32));
                lists.1.push((place(a), place(b)));
            }
        }
        let natural: Vec<usize> = (0..rows.len()).collect();
        let one = linker_by(&rows, true, method).run(&plain).unwrap();
        let other = linker_by(&shuffled, true, method).run(&moved).unwrap();
        prop_assert_eq!(seen(&one, &natural), seen(&other, &order));
        prop_assert_eq!(flags(&one, &natural), flags(&other, &order));
        for (a, b) in &plain.forbidden {
            prop_assert_ne!(one.cluster_of[*a as usize], one.cluster_of[*b as usize]);
        }
        for (record, cluster) in one.cluster_of.iter().enumerate() {
            let smallest = one.cluster_of.iter().position(|other| other == cluster).unwrap();
            prop_assert_eq!(*cluster as usize, smallest, "named by its smallest record, {}", record);
        }
    }

    #[test]
    fn every_pair_once_and_as_by_brute_force(rows in rows(30)) {
        let linker = linker(&rows, true);
        let outcome = linker.run(&RunOptions { keep_apart: true, ..RunOptions::default() }).unwrap();
        let mut expected = Vec::new();
        for left in 0..rows.len() as u32 {
            expected.extend((left + 1..rows.len() as u32).filter_map(|right| linker.compare(left, right)).filter(|pair| pair.rule.is_some()));
        }
        prop_assert_eq!(outcome.compared.iter().sum::<u64>(), expected.len() as u64);
        prop_assert_eq!(outcome.pairs, expected);
    }

    #[test]
    fn instalments_give_the_whole(rows in rows(30), cut in any::<prop::sample::Index>(), frequencies in any::<bool>()) {
        let cut = cut.index(rows.len());
        let keep = RunOptions { keep_apart: frequencies, ..RunOptions::default() };
        let first = linker(&rows[..cut], frequencies).run(&keep).unwrap();
        let earlier = first.pairs.iter().map(|pair| (pair.left, pair.right)).collect();
        let linker = linker(&rows, frequencies);
        let second = linker.run_for(&NewRecords::range(cut as u32..rows.len() as u32), &RunOptions { earlier, ..keep.clone() }).unwrap();
        let whole = linker.run(&keep).unwrap();
        prop_assert_eq!((second.pairs, second.cluster_of, second.clusters), (whole.pairs, whole.cluster_of, whole.clusters));
    }
}

#[test]
fn threads_do_not_matter() {
    let mut runner = proptest::test_runner::TestRunner::deterministic();
    let rows = prop::collection::vec(rows(40), 20).new_tree(&mut runner).unwrap().current().concat();
    for method in [Method::ConnectedComponents, Method::OneToOne, Method::Correlation] {
        let on = |threads: usize| {
            let pool = linkage_pool(threads);
            let options = RunOptions { keep_apart: true, ..RunOptions::default() };
            pool.install(|| linker_by(&rows, true, method).run(&options).unwrap())
        };
        let one = on(1);
        assert!(one.pairs.len() > 30_000, "enough for several tasks: {}", one.pairs.len());
        assert_eq!(one, on(2));
        assert_eq!(one, on(7));
    }
}

fn linkage_pool(threads: usize) -> rayon::ThreadPool {
    rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap()
}
