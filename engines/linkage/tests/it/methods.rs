//! Methods of clustering and the flags on doubtful clusters, by hand-worked examples.

use linkage::{Cluster, Clustering, Decision, Error, Flag, LinkType, Linker, Method, Outcome, RunOptions, Spec, Table};

/// Sharing `a` weighs 9.9 bits, sharing `b` 6.5, both more; what is missing says nothing, and different values of `against` say
/// 6.6 bits against. The link threshold lies at 3.2 bits, and a pair that shares nothing at -6.6.
const SPEC: &str = r#"
prior = 0.01
thresholds = { link = 0.9, review = 0.5 }
field = [{ name = "a", kind = "text" }, { name = "b", kind = "text" }, { name = "against", kind = "text" }]
blocking = [{ name = "a", keys = ["a"] }, { name = "b", keys = ["b"] }]
[[comparison]]
name = "a"
fields = ["a"]
level = [{ name = "same", rule = "exact", m = 0.9, u = 0.00001 }, { name = "else", rule = "else", m = 0.1, u = 0.1 }]
[[comparison]]
name = "b"
fields = ["b"]
level = [{ name = "same", rule = "exact", m = 0.9, u = 0.0001 }, { name = "else", rule = "else", m = 0.1, u = 0.1 }]
[[comparison]]
name = "against"
fields = ["against"]
level = [{ name = "same", rule = "exact", m = 0.99, u = 0.05 }, { name = "else", rule = "else", m = 0.01, u = 0.95 }]
"#;

type Row = [&'static str; 3];

/// Two people of three records each; 2 and 3 share `b`, as two of one home share a telephone.
const CHAINED: [Row; 6] =
    [["x", "", "1"], ["x", "", "1"], ["x", "p", "1"], ["y", "p", "2"], ["y", "", "2"], ["y", "", "2"]];

fn spec(clustering: Clustering) -> Spec {
    Spec { clustering, ..Spec::from_toml(SPEC).unwrap() }
}

fn by(method: Method) -> Clustering {
    Clustering { method, ..Clustering::default() }
}

fn table(rows: &[Row]) -> Table {
    let column = |at: usize| rows.iter().map(|row| (!row[at].is_empty()).then_some(row[at])).collect::<Vec<_>>();
    Table::from_columns([("a", column(0)), ("b", column(1)), ("against", column(2))]).unwrap()
}

fn run(rows: &[Row], clustering: Clustering) -> Outcome {
    Linker::new(spec(clustering), table(rows)).unwrap().run(&RunOptions::default()).unwrap()
}

fn refused(outcome: &Outcome) -> Vec<(u32, u32)> {
    let refused = outcome.pairs.iter().filter(|pair| pair.decision == Decision::Refused);
    refused.map(|pair| (pair.left, pair.right)).collect()
}

fn flags(outcome: &Outcome) -> Vec<Flag> {
    outcome.clusters.iter().flat_map(|cluster| cluster.flags.clone()).collect()
}

#[test]
fn correlation_resists_the_chain_that_components_follow() {
    let components = run(&CHAINED, by(Method::ConnectedComponents));
    // 2 and 3: -6.6 + 13.1 - 6.6 would not link; without `against` it does.
    assert_eq!(components.cluster_of, [0, 0, 0, 3, 3, 3]);
    let mut rows = CHAINED;
    (rows[2][2], rows[3][2]) = ("", "");
    let components = run(&rows, by(Method::ConnectedComponents));
    assert_eq!(components.cluster_of, [0; 6], "one link chains two people");
    let correlation = run(&rows, by(Method::Correlation));
    assert_eq!(correlation.cluster_of, [0, 0, 0, 3, 3, 3], "eight pairs speak against it");
    assert_eq!(refused(&correlation), [(2, 3)]);
    assert_eq!(correlation.review().count(), 1, "and a person may look at it");
    // Where the pairs between speak for it on the whole, groups join although not all of these link: 7.6 - 5.5 bits.
    let rows = [["x", "p", "1"], ["x", "", "1"], ["y", "p", "1"]];
    assert_eq!(run(&rows, by(Method::Correlation)).cluster_of, [0; 3]);
}

#[test]
fn decisions_of_people_hold_in_every_method() {
    let mut rows = CHAINED;
    (rows[2][2], rows[3][2]) = ("", "");
    let sources = vec![0, 1, 2, 3, 4, 0];
    for method in [Method::ConnectedComponents, Method::OneToOne, Method::Correlation] {
        let table = table(&rows).with_sources(sources.clone(), LinkType::LinkAndDedupe).unwrap();
        let linker = Linker::new(spec(by(method)), table).unwrap();
        let forbidden = RunOptions { forbidden: vec![(1, 0)], ..RunOptions::default() };
        let of = linker.run(&forbidden).unwrap().cluster_of;
        assert_ne!(of[0], of[1], "{method:?}");
        let required = RunOptions { required: vec![(0, 5)], ..RunOptions::default() };
        let of = linker.run(&required).unwrap().cluster_of;
        assert_eq!(of[0], of[5], "{method:?}");
        let others = of.iter().filter(|cluster| **cluster == of[0]).count() - 2;
        assert!(others > 0 || method == Method::Correlation, "{method:?}: others may still join {of:?}");
        let both = RunOptions { required: vec![(0, 5), (5, 1)], forbidden: vec![(0, 1)], ..RunOptions::default() };
        let of = linker.run(&both).unwrap().cluster_of;
        assert_ne!(of[0], of[1], "{method:?}");
    }
}

#[test]
fn one_to_one_takes_the_best_link_of_each_source() {
    // 0 of one source shares `a` with 2 of the other, and `a` and `b` with 3; 1 shares `b` with 2.
    let rows = [["x", "p", ""], ["", "q", ""], ["x", "q", ""], ["x", "p", ""]];
    let sources = vec![0, 0, 1, 1];
    let of = |clustering: Clustering, link_type| {
        let table = table(&rows).with_sources(sources.clone(), link_type).unwrap();
        let table = table.with_source_names(vec!["gp".into(), "school".into()]).unwrap();
        Linker::new(spec(clustering), table).unwrap().run(&RunOptions::default()).unwrap()
    };
    assert_eq!(of(by(Method::ConnectedComponents), LinkType::LinkOnly).cluster_of, [0; 4]);
    let outcome = of(by(Method::OneToOne), LinkType::LinkOnly);
    assert_eq!(outcome.cluster_of, [0, 1, 1, 0], "0 with 3, which leaves 2 to 1");
    assert_eq!(refused(&outcome), [(0, 2)]);
    let within = of(by(Method::OneToOne), LinkType::LinkAndDedupe);
    assert_eq!(within.cluster_of, [0, 1, 1, 0], "2 and 3 of one source link, and may not");
    let school = |names: &[&str]| Clustering {
        duplicate_free: names.iter().map(|name| (*name).to_owned()).collect(),
        ..by(Method::OneToOne)
    };
    assert_eq!(of(school(&["gp", "school"]), LinkType::LinkOnly).cluster_of, [0, 1, 1, 0]);
    assert_eq!(of(school(&["gp"]), LinkType::LinkOnly).cluster_of, [0, 1, 0, 0], "the school may hold a person twice");
}

#[test]
fn one_to_one_needs_sources_and_says_so() {
    let refusal = |clustering: Clustering, table: Table| Linker::new(spec(clustering), table).map(|_| ()).unwrap_err();
    let rows = [["x", "", ""], ["x", "", ""]];
    for table in [table(&rows), table(&rows).with_sources(vec![1, 1], LinkType::LinkOnly).unwrap()] {
        let message = refusal(by(Method::OneToOne), table).to_string();
        assert!(message.contains("one_to_one") && message.contains("Give a file for each source"), "{message}");
    }
    let named = Clustering { duplicate_free: vec!["gp".into()], ..by(Method::OneToOne) };
    let table_of_two = || table(&rows).with_sources(vec![0, 1], LinkType::LinkOnly).unwrap();
    assert_eq!(
        refusal(named, table_of_two()),
        Error::Spec(
            "clustering: duplicate_free names `gp`, which is no source of these records; there are `0`, `1`".into()
        )
    );
    assert!(table_of_two().with_source_names(vec!["gp".into()]).is_err(), "a name for each");
    assert!(table(&rows).with_source_names(vec!["gp".into()]).is_err(), "and sources first");
    // Another method of the same model can be taken up later.
    let linker = Linker::new(spec(by(Method::ConnectedComponents)), table(&rows)).unwrap();
    assert!(linker.with_model(spec(by(Method::OneToOne))).is_err());
}

#[test]
fn a_spec_names_the_method_and_what_is_wrong_with_it() {
    let read = |lines: &str| {
        Spec::from_toml(&SPEC.replacen("[[comparison]]", &format!("[clustering]\n{lines}\n[[comparison]]"), 1))
    };
    let read_one = read("method = \"one_to_one\"\nduplicate_free = [\"gp\"]\nlargest = 9").unwrap();
    let expected = Clustering { duplicate_free: vec!["gp".into()], largest: 9, ..by(Method::OneToOne) };
    assert_eq!(read_one.clustering, expected);
    assert_eq!(Spec::from_toml(&read_one.to_toml().unwrap()).unwrap(), read_one);
    assert_eq!(read("").unwrap(), Spec::from_toml(SPEC).unwrap(), "connected components are the default");
    for (lines, expected) in [
        ("method = \"single_linkage\"", "unknown variant `single_linkage`"),
        ("duplicate_free = [\"gp\"]", "goes with method = \"one_to_one\""),
        ("method = \"one_to_one\"\nduplicate_free = [\"gp\", \"gp\"]", "names `gp` twice"),
        ("largest = 1", "largest is 1; it must be 2 or more"),
        ("least_density = 1.5", "least_density is 1.5; it must lie between 0 and 1"),
        ("bridge_below = -1.0", "bridge_below is -1; it must lie between 0 and 1"),
    ] {
        let message = read(lines).unwrap_err().to_string();
        assert!(message.contains(expected), "{message}");
    }
}

#[test]
fn bridges_are_flagged_unless_sure_or_required() {
    let tight = || Clustering { least_density: 0.0, ..Clustering::default() };
    let mut rows = CHAINED;
    (rows[2][2], rows[3][2]) = ("", "");
    let outcome = run(&rows, tight());
    assert_eq!(flags(&outcome), [Flag::Bridges { links: vec![(2, 3)] }]);
    let sure = Clustering { bridge_below: 0.9, ..tight() };
    assert_eq!(flags(&run(&rows, sure)), [], "the link has a probability of 0.99");
    let linker = Linker::new(spec(tight()), table(&rows)).unwrap();
    let required = RunOptions { required: vec![(2, 3)], ..RunOptions::default() };
    assert_eq!(flags(&linker.run(&required).unwrap()), [], "somebody said so");
    // A second link between the parts, or a part of one record, makes none.
    (rows[1], rows[4]) = (["x", "q", ""], ["y", "q", ""]);
    assert_eq!(flags(&run(&rows, tight())), []);
    assert_eq!(flags(&run(&[["x", "p", ""], ["x", "", ""], ["x", "", ""], ["", "p", ""]], Clustering::default())), []);
}

#[test]
fn loose_and_over_large_clusters_are_flagged() {
    // A chain of six: 5 of 15 pairs link.
    let chain = [["x", "", ""], ["x", "p", ""], ["y", "p", ""], ["y", "q", ""], ["z", "q", ""], ["z", "", ""]];
    let clustering =
        |least_density, largest| Clustering { least_density, largest, bridge_below: 0.0, ..Clustering::default() };
    assert_eq!(flags(&run(&chain, clustering(0.3, 6))), []);
    assert_eq!(flags(&run(&chain, clustering(0.34, 6))), [Flag::Loose { density: 5.0 / 15.0 }]);
    assert_eq!(flags(&run(&chain, clustering(0.0, 5))), [Flag::OverLarge { largest: 5 }]);
    // Within a source nothing can link, so only 4 · 2 pairs count.
    let rows = [["x", "", ""]; 6];
    let table = table(&rows).with_sources(vec![0, 0, 0, 0, 1, 1], LinkType::LinkOnly).unwrap();
    let outcome = Linker::new(spec(clustering(1.0, 6)), table).unwrap().run(&RunOptions::default()).unwrap();
    assert_eq!(outcome.clusters, [Cluster { id: 0, records: (0..6).collect(), flags: vec![] }]);
}

#[test]
fn a_tangle_too_large_to_compare_is_cut_at_its_weak_links() {
    // 300 people of four records, whom weak links chain in a row: 1,200 records hang together.
    let text = |text: String| -> &'static str { text.leak() };
    let mut rows: Vec<Row> = (0..1200)
        .map(|at| {
            let chain = if at % 4 == 0 || at % 4 == 3 { text(format!("c{}", (at + 3) / 4)) } else { "" };
            [text(format!("p{}", at / 4)), chain, ""]
        })
        .collect();
    assert_eq!(run(&rows, Clustering::default()).clusters.len(), 1);
    let outcome = run(&rows, by(Method::Correlation));
    assert_eq!(outcome.clusters.len(), 300);
    assert_eq!(outcome.clusters[7].records, [28, 29, 30, 31]);
    assert!(flags(&outcome).iter().all(|flag| *flag == Flag::Tangle { records: 1200 }));
    // Many records that are all alike are not torn apart for it.
    rows.extend([["p0", "", ""]; 150]);
    let outcome = run(&rows, by(Method::Correlation));
    assert_eq!((outcome.clusters.len(), outcome.clusters[0].records.len()), (300, 154));
    // The budget bounds what is compared for clustering too.
    let linker = Linker::new(spec(by(Method::Correlation)), table(&rows[..400])).unwrap();
    let small = linker.run(&RunOptions { budget: 2_000, ..RunOptions::default() }).unwrap();
    assert_eq!((small.clusters.len(), flags(&small).len()), (100, 100));
    assert_eq!(flags(&linker.run(&RunOptions::default()).unwrap()), []);
}
