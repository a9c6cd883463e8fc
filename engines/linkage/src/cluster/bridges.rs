//! Bridges of a cluster: Tarjan, "A note on finding the bridges of a graph" (Information Processing Letters, 1974).

use std::ops::Range;

/// Where the search stands at a record.
struct Step {
    record: usize,
    /// The link by which it came.
    by: usize,
    /// The links that are still to be looked at.
    left: Range<usize>,
}

/// A cluster's links, by record.
struct Links {
    /// Where each record's links begin, and where the last one's end.
    starts: Vec<usize>,
    /// Other record and number of the link, record after record.
    ends: Vec<(usize, usize)>,
}

impl Links {
    fn new(records: &[u32], links: &[(u32, u32)]) -> Links {
        let place = |record: &u32| records.binary_search(record).unwrap_or_default();
        let mut all: Vec<(usize, usize, usize)> = links
            .iter()
            .enumerate()
            .flat_map(|(number, (one, other))| {
                let (one, other) = (place(one), place(other));
                [(one, other, number), (other, one, number)]
            })
            .collect();
        all.sort_unstable();
        let starts = (0..=records.len()).map(|at| all.partition_point(|(one, ..)| *one < at)).collect();
        Links { starts, ends: all.into_iter().map(|(_, other, number)| (other, number)).collect() }
    }

    fn of(&self, record: usize) -> Range<usize> {
        let start = |at: usize| self.starts.get(at).copied().unwrap_or_default();
        start(record)..start(record + 1)
    }
}

/// Links whose loss would part a connected cluster in two of at least two records each. `records` in order, each pair once; the
/// bridges stand in the order of `links`. Takes time by the number of links, and no stack, however long a chain is.
pub(super) fn bridges(records: &[u32], links: &[(u32, u32)]) -> Vec<(u32, u32)> {
    let by_record = Links::new(records, links);
    // When each record was first seen, from 1 on; the earliest that it reaches without the link it was come by; how many lie beyond it.
    let (mut seen, mut low, mut beyond) = (vec![0; records.len()], vec![0; records.len()], vec![1; records.len()]);
    let mut steps = vec![Step { record: 0, by: usize::MAX, left: by_record.of(0) }];
    let (mut time, mut found) = (1, Vec::new());
    set(&mut seen, 0, 1);
    set(&mut low, 0, 1);
    while let Some(step) = steps.last_mut() {
        let Some(next) = step.left.next() else {
            let (record, by) = (step.record, step.by);
            steps.pop();
            let Some(above) = steps.last().map(|step| step.record) else { break };
            let size = get(&beyond, record);
            if get(&low, record) > get(&seen, above) && size > 1 && records.len() - size > 1 {
                found.push(by);
            }
            let reached = get(&low, record).min(get(&low, above));
            set(&mut low, above, reached);
            let size = size + get(&beyond, above);
            set(&mut beyond, above, size);
            continue;
        };
        let Some((other, by)) = by_record.ends.get(next).copied().filter(|(_, by)| *by != step.by) else { continue };
        let record = step.record;
        if get(&seen, other) == 0 {
            time += 1;
            set(&mut seen, other, time);
            set(&mut low, other, time);
            steps.push(Step { record: other, by, left: by_record.of(other) });
        } else {
            let reached = get(&low, record).min(get(&seen, other));
            set(&mut low, record, reached);
        }
    }
    found.sort_unstable();
    found.into_iter().filter_map(|link| links.get(link)).copied().collect()
}

fn get(of: &[usize], at: usize) -> usize {
    of.get(at).copied().unwrap_or_default()
}

fn set(of: &mut [usize], at: usize, value: usize) {
    if let Some(place) = of.get_mut(at) {
        *place = value;
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::constraints::Sets;

    /// By the definition: takes each link away and looks.
    fn plainly(records: u32, links: &[(u32, u32)]) -> Vec<(u32, u32)> {
        let parts = |without: usize| {
            let mut sets = Sets::new(records as usize);
            for (at, (one, other)) in links.iter().enumerate() {
                if at != without {
                    sets.join(*one, *other);
                }
            }
            (0..records).map(|record| sets.of(record)).collect::<Vec<u32>>()
        };
        let size = |of: &[u32], set: u32| of.iter().filter(|other| **other == set).count();
        let parting = |at: &usize| {
            let (of, (one, other)) = (parts(*at), links[*at]);
            let (a, b) = (of[one as usize], of[other as usize]);
            a != b && size(&of, a) > 1 && size(&of, b) > 1
        };
        (0..links.len()).filter(parting).map(|at| links[at]).collect()
    }

    #[test]
    fn the_middle_of_two_triangles_is_one_and_a_leaf_is_none() {
        let two = [(1, 2), (1, 3), (2, 3), (3, 7), (7, 8), (7, 9), (8, 9)];
        assert_eq!(bridges(&[1, 2, 3, 7, 8, 9], &two), [(3, 7)]);
        assert_eq!(bridges(&[1, 2, 3, 4], &[(1, 2), (1, 3), (2, 3), (3, 4)]), []);
        assert_eq!(bridges(&[1, 2, 3, 4], &[(1, 2), (2, 3), (3, 4)]), [(2, 3)]);
    }

    proptest! {
        #[test]
        fn as_by_the_definition(tree in prop::collection::vec(any::<prop::sample::Index>(), 1..14), more in prop::collection::vec((0_u32..14, 0_u32..14), 0..8)) {
            let records = tree.len() as u32 + 1;
            let mut links: Vec<(u32, u32)> = (1..).zip(&tree).map(|(at, above)| (above.index(at) as u32, at as u32)).collect();
            links.extend(more.iter().filter(|(a, b)| a < b && *b < records));
            links.sort_unstable();
            links.dedup();
            let all: Vec<u32> = (0..records).collect();
            prop_assert_eq!(bridges(&all, &links), plainly(records, &links));
        }
    }
}
