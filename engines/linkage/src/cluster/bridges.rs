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

/// Links whose loss would part what hangs together into two of at least two records each. `records` in order, each pair once; the
/// bridges stand in the order of `links`. Takes time by the number of links, and no stack, however long a chain is.
pub(super) fn bridges(records: &[u32], links: &[(u32, u32)]) -> Vec<(u32, u32)> {
    let mut search = Search::new(records.len());
    let by_record = Links::new(records, links);
    for record in 0..records.len() {
        if get(&search.seen, record) == 0 {
            search.walk(record, &by_record);
        }
    }
    search.found.sort_unstable();
    search.found.into_iter().filter_map(|link| links.get(link)).copied().collect()
}

/// What is known of each record, and the bridges found.
struct Search {
    /// When it was first seen, from 1 on.
    seen: Vec<usize>,
    /// The earliest record that it reaches without the link by which it was come to, by when that was seen.
    low: Vec<usize>,
    /// How many records lie beyond that link.
    beyond: Vec<usize>,
    time: usize,
    found: Vec<usize>,
}

impl Search {
    fn new(records: usize) -> Search {
        Search { seen: vec![0; records], low: vec![0; records], beyond: vec![1; records], time: 0, found: Vec::new() }
    }

    /// Takes up all that hangs together with a record.
    fn walk(&mut self, first: usize, links: &Links) {
        let mut steps = vec![self.enter(first, usize::MAX, links)];
        let mut parting = Vec::new();
        while let Some(step) = steps.last_mut() {
            let (record, came_by) = (step.record, step.by);
            let Some(next) = step.left.next() else {
                steps.pop();
                if let Some(above) = steps.last().map(|step| step.record) {
                    if get(&self.low, record) > get(&self.seen, above) {
                        parting.push((came_by, get(&self.beyond, record)));
                    }
                    self.leave(record, above);
                }
                continue;
            };
            let Some((other, by)) = links.ends.get(next).copied().filter(|(_, by)| *by != came_by) else { continue };
            if get(&self.seen, other) == 0 {
                steps.push(self.enter(other, by, links));
            } else {
                let reached = get(&self.low, record).min(get(&self.seen, other));
                set(&mut self.low, record, reached);
            }
        }
        let all = get(&self.beyond, first);
        self.found.extend(parting.into_iter().filter(|(_, size)| *size > 1 && all - size > 1).map(|(by, _)| by));
    }

    fn enter(&mut self, record: usize, by: usize, links: &Links) -> Step {
        self.time += 1;
        set(&mut self.seen, record, self.time);
        set(&mut self.low, record, self.time);
        Step { record, by, left: links.of(record) }
    }

    fn leave(&mut self, record: usize, above: usize) {
        let reached = get(&self.low, record).min(get(&self.low, above));
        set(&mut self.low, above, reached);
        let size = get(&self.beyond, record) + get(&self.beyond, above);
        set(&mut self.beyond, above, size);
    }
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
        fn as_by_the_definition(tree in prop::collection::vec(any::<prop::sample::Index>(), 1..14), cut in prop::option::of(any::<prop::sample::Index>()), more in prop::collection::vec((0_u32..14, 0_u32..14), 0..8)) {
            let records = tree.len() as u32 + 1;
            let mut links: Vec<(u32, u32)> = (1..).zip(&tree).map(|(at, above)| (above.index(at) as u32, at as u32)).collect();
            // Sometimes not all hangs together.
            if let Some(cut) = cut {
                links.remove(cut.index(links.len()));
            }
            links.extend(more.iter().filter(|(a, b)| a < b && *b < records));
            links.sort_unstable();
            links.dedup();
            let all: Vec<u32> = (0..records).collect();
            prop_assert_eq!(bridges(&all, &links), plainly(records, &links));
        }
    }
}
