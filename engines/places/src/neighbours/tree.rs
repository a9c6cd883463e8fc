//! Points on a plane in a k-d tree (Bentley, "Multidimensional binary search trees used for associative searching",
//! Communications of the ACM 18, 1975). Points in one place are one node, so that a million of them cost no more than one.
//! Building is O(n log n), however the points lie.

use std::collections::BinaryHeap;

/// A place with one point or more.
#[derive(Debug, Clone, Copy)]
struct Node {
    at: [f64; 2],
    /// The place's number.
    place: u32,
}

/// Places, in the order of a tree: the middle one of a slice parts it in two.
#[derive(Debug)]
pub(super) struct Tree {
    nodes: Vec<Node>,
    /// Each place's position.
    pub(super) places: Vec<[f64; 2]>,
    /// Of each place, how many points there are up to its end, in `members`.
    ends: Vec<usize>,
    members: Vec<u32>,
}

/// Slices so short are looked through.
const LEAF: usize = 8;

/// How far a place is, squared, and the first of its points, by which equal distances are ordered.
type Found = (u64, u32, u32);

impl Tree {
    /// A tree of points that are finite numbers.
    pub(super) fn of(x: &[f64], y: &[f64]) -> Self {
        // Adding 0 makes one zero of both.
        let mut sorted: Vec<([f64; 2], u32)> = x.iter().zip(y).map(|(x, y)| [x + 0.0, y + 0.0]).zip(0..).collect();
        sorted.sort_unstable_by(|([x, y], first), ([u, v], second)| {
            x.total_cmp(u).then(y.total_cmp(v)).then(first.cmp(second))
        });
        let (mut places, mut ends, mut members) = (Vec::new(), Vec::new(), Vec::with_capacity(sorted.len()));
        for group in sorted.chunk_by(|one, other| one.0 == other.0) {
            places.extend(group.first().map(|(at, _)| *at));
            members.extend(group.iter().map(|(_, point)| *point));
            ends.push(members.len());
        }
        let mut nodes: Vec<Node> = places.iter().zip(0..).map(|(at, place)| Node { at: *at, place }).collect();
        part(&mut nodes, 0);
        Self { nodes, places, ends, members }
    }

    /// The points in a place, ascending.
    pub(super) fn members(&self, place: u32) -> &[u32] {
        let place = place as usize;
        let from = place.checked_sub(1).and_then(|before| self.ends.get(before)).copied().unwrap_or_default();
        let to = self.ends.get(place).copied().unwrap_or_default();
        self.members.get(from..to).unwrap_or_default()
    }

    /// Tells of every place within a distance, that far included, with the distance squared.
    pub(super) fn within(&self, centre: [f64; 2], distance: f64, tell: &mut impl FnMut(u32, f64)) {
        within(&self.nodes, 0, centre, distance, tell);
    }

    /// The nearest `count` places, with their distances squared; of equally far ones those with the earliest points.
    pub(super) fn nearest(&self, centre: [f64; 2], count: usize) -> Vec<(u32, f64)> {
        let mut heap = BinaryHeap::with_capacity(count + 1);
        self.nearest_in(&self.nodes, 0, centre, count, &mut heap);
        heap.into_sorted_vec().into_iter().map(|(squared, _, place)| (place, f64::from_bits(squared))).collect()
    }

    fn nearest_in(&self, nodes: &[Node], axis: usize, centre: [f64; 2], count: usize, heap: &mut BinaryHeap<Found>) {
        let mut look = |node: &Node| {
            let first = self.members(node.place).first().copied().unwrap_or(u32::MAX);
            // The bits of numbers that aren't negative are in the order of the numbers.
            heap.push((squared(node.at, centre).to_bits(), first, node.place));
            if heap.len() > count {
                heap.pop();
            }
        };
        let Some((before, middle, after)) = parted(nodes) else {
            nodes.iter().for_each(look);
            return;
        };
        look(middle);
        let past = away(centre, middle.at, axis);
        let (near, far) = if past < 0.0 { (before, after) } else { (after, before) };
        self.nearest_in(near, 1 - axis, centre, count, heap);
        let worst = heap.peek().filter(|_| heap.len() == count).map_or(f64::INFINITY, |worst| f64::from_bits(worst.0));
        if past * past <= worst {
            self.nearest_in(far, 1 - axis, centre, count, heap);
        }
    }
}

fn part(nodes: &mut [Node], axis: usize) {
    if nodes.len() <= LEAF {
        return;
    }
    let middle = nodes.len() / 2;
    let (before, _, after) = nodes
        .select_nth_unstable_by(middle, |one, other| coordinate(one.at, axis).total_cmp(&coordinate(other.at, axis)));
    rayon::join(|| part(before, 1 - axis), || part(after, 1 - axis));
}

fn parted(nodes: &[Node]) -> Option<(&[Node], &Node, &[Node])> {
    if nodes.len() <= LEAF {
        return None;
    }
    let (before, rest) = nodes.split_at(nodes.len() / 2);
    let (middle, after) = rest.split_first()?;
    Some((before, middle, after))
}

fn within(nodes: &[Node], axis: usize, centre: [f64; 2], distance: f64, tell: &mut impl FnMut(u32, f64)) {
    let mut look = |node: &Node| {
        let squared = squared(node.at, centre);
        if squared <= distance * distance {
            tell(node.place, squared);
        }
    };
    let Some((before, middle, after)) = parted(nodes) else {
        nodes.iter().for_each(look);
        return;
    };
    look(middle);
    let past = away(centre, middle.at, axis);
    if past <= distance {
        within(before, 1 - axis, centre, distance, tell);
    }
    if past >= -distance {
        within(after, 1 - axis, centre, distance, tell);
    }
}

fn coordinate([x, y]: [f64; 2], axis: usize) -> f64 {
    if axis == 0 { x } else { y }
}

fn away(centre: [f64; 2], node: [f64; 2], axis: usize) -> f64 {
    coordinate(centre, axis) - coordinate(node, axis)
}

fn squared([x, y]: [f64; 2], [u, v]: [f64; 2]) -> f64 {
    (x - u) * (x - u) + (y - v) * (y - v)
}
