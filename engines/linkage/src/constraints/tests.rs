//! Splink's own clusters, and the rules for ties one by one.

use super::*;

#[derive(serde::Deserialize)]
struct Case {
    sources: String,
    free: String,
    edges: Vec<(u32, u32, f64)>,
    clusters: Vec<u32>,
}

fn edge(left: u32, right: u32, weight: f64) -> Edge {
    Edge { left, right, weight }
}

fn clusters(records: usize, edges: &[Edge], forbidden: &[(u32, u32)], sources: Option<&str>) -> (Vec<u32>, Vec<bool>) {
    let duplicate_free: Option<Vec<Option<u16>>> =
        sources.map(|sources| sources.bytes().map(|source| (source != b'-').then_some(source.into())).collect());
    let never = Never { forbidden, duplicate_free: duplicate_free.as_deref() };
    let (mut sets, refused) = join(records, edges, never);
    ((0..records as u32).map(|record| sets.of(record)).collect(), refused)
}

#[test]
fn splink_s_single_best_links() {
    let cases: Vec<Case> =
        serde_json::from_str(include_str!("../../tests/splink/single_best_links.json")).expect("cases");
    for Case { sources, free, edges, clusters: expected } in cases {
        let edges: Vec<Edge> = edges.iter().map(|(left, right, weight)| edge(*left, *right, *weight)).collect();
        let of: String = sources.chars().map(|source| if free.contains(source) { source } else { '-' }).collect();
        let (found, refused) = clusters(sources.len(), &edges, &[], Some(&of));
        assert_eq!(found, expected, "{sources} {free}");
        for (edge, refused) in edges.iter().zip(refused) {
            assert_eq!(refused, found[edge.left as usize] != found[edge.right as usize]);
        }
    }
}

#[test]
fn rivals_are_refused_and_others_of_their_weight_are_not() {
    // 0 of `a` is as close to 1 as to 2, both of `b`; 2 and 3 of `c` are as close, and nothing speaks against that.
    let edges = [edge(0, 1, 5.0), edge(0, 2, 5.0), edge(2, 3, 5.0)];
    assert_eq!(clusters(4, &edges, &[], Some("abbc")), (vec![0, 1, 2, 2], vec![true, true, false]));
    // Where `b` may hold a person twice, all hold.
    assert_eq!(clusters(4, &edges, &[], Some("a--c")).0, [0, 0, 0, 0]);
    // The same of a pair that somebody kept apart.
    assert_eq!(clusters(4, &edges, &[(2, 1)], None), (vec![0, 1, 2, 2], vec![true, true, false]));
    // A chain of equal links whose ends can't meet has no weakest one.
    let chain = [edge(0, 1, 5.0), edge(1, 2, 5.0), edge(2, 3, 5.0)];
    assert_eq!(clusters(4, &chain, &[(0, 3)], None).0, [0, 1, 2, 3]);
}

#[test]
fn a_link_that_can_not_hold_spoils_no_other_of_its_weight() {
    // 0 and 1 are joined before; 1 to 2 can't hold, as 0 and 2 are of one source; 2 to 3 can.
    let edges = [edge(0, 1, 9.0), edge(1, 2, 5.0), edge(2, 3, 5.0)];
    assert_eq!(clusters(4, &edges, &[], Some("abac")), (vec![0, 0, 2, 2], vec![false, true, false]));
}

#[test]
fn what_a_person_required_goes_before_sources_but_not_before_what_a_person_forbade() {
    let edges = [edge(0, 1, f64::INFINITY), edge(1, 2, 5.0)];
    assert_eq!(clusters(3, &edges, &[], Some("aab")).0, [0, 0, 0]);
    assert_eq!(clusters(3, &edges, &[(0, 1)], Some("aab")).0, [0, 1, 1]);
}
