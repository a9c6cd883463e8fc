//! Correlation clustering, component by component of the links.

use std::collections::HashMap;

use rayon::prelude::*;

use super::correlation::{Say, join};
use crate::{
    Linker, bits,
    constraints::{self, Edge, Never, Sets},
};

/// Most records of a component of which all pairs are compared with each other.
const WHOLE: usize = 1_000;
/// Most records of the pieces that a larger one is cut into.
const PIECE: usize = 100;

/// What became of the links.
pub(super) struct Correlated {
    pub(super) sets: Sets,
    /// For each link, whether it was refused.
    pub(super) refused: Vec<bool>,
    /// For records that were cut out of a component too large to compare: how many records it had.
    pub(super) tangles: HashMap<u32, u32>,
}

/// Records that links join.
struct Piece {
    /// In order.
    records: Vec<u32>,
    /// Links between them, by their numbers.
    links: Vec<usize>,
}

/// Clusters of one component.
#[derive(Default)]
struct Found {
    joins: Vec<(u32, u32)>,
    tangle: Option<(u32, Vec<u32>)>,
}

/// What all components have in common.
struct Clusterer<'a> {
    linker: &'a Linker,
    edges: &'a [Edge],
    never: Never<'a>,
    /// For each record the smallest that required pairs join it with.
    roots: Vec<u32>,
    /// Sorted, the smaller record first.
    forbidden: Vec<(u32, u32)>,
    /// Most records of a component that is not cut.
    whole: usize,
    /// Most records of a piece.
    piece: usize,
}

/// Clusters records so that few pairs within speak against it. `budget` is the most pairs that are compared for it.
pub(super) fn correlate(linker: &Linker, edges: &[Edge], never: Never, budget: u64) -> Correlated {
    let required: Vec<Edge> = edges.iter().copied().filter(|edge| edge.weight.is_infinite()).collect();
    let (mut sets, _) = constraints::join(linker.records(), &required, never);
    let components = pieces(edges, (0..edges.len()).collect());
    let (whole, piece) = limits(&components, budget);
    let mut forbidden: Vec<(u32, u32)> = never.forbidden.iter().map(|(a, b)| (*a.min(b), *a.max(b))).collect();
    forbidden.sort_unstable();
    let roots = (0..linker.records() as u32).map(|record| sets.of(record)).collect();
    let clusterer = Clusterer { linker, edges, never, roots, forbidden, whole, piece };
    let found: Vec<Found> = components.into_par_iter().map(|component| clusterer.component(component)).collect();
    let mut tangles = HashMap::new();
    for Found { joins, tangle } in found {
        joins.into_iter().for_each(|(one, other)| sets.join(one, other));
        if let Some((size, records)) = tangle {
            tangles.extend(records.into_iter().map(|record| (record, size)));
        }
    }
    let refused = edges.iter().map(|edge| sets.of(edge.left) != sets.of(edge.right)).collect();
    Correlated { sets, refused, tangles }
}

/// How many records a component may have that is not cut, and a piece of one that is, so that about `budget` pairs are compared at most.
fn limits(components: &[Piece], budget: u64) -> (usize, usize) {
    let mut sizes: Vec<u64> = components.iter().map(|component| component.records.len() as u64).collect();
    sizes.sort_unstable();
    // Pieces of at most `piece` records have less than `records * piece / 2` pairs.
    let piece = budget.saturating_mul(2) / sizes.iter().sum::<u64>().max(1);
    let (mut whole, mut sum) = (2, 0);
    for same in sizes.chunk_by(|a, b| a == b) {
        let size = same.first().copied().unwrap_or_default();
        sum += size * (size - 1) / 2 * same.len() as u64;
        if sum > budget {
            break;
        }
        whole = size as usize;
    }
    (whole.min(WHOLE), usize::try_from(piece).map_or(PIECE, |piece| piece.clamp(2, PIECE)))
}

/// The components of some links.
fn pieces(edges: &[Edge], links: Vec<usize>) -> Vec<Piece> {
    let mut records: Vec<u32> =
        links.iter().filter_map(|link| edges.get(*link)).flat_map(|edge| [edge.left, edge.right]).collect();
    records.par_sort_unstable();
    records.dedup();
    let place = |record: u32| records.binary_search(&record).unwrap_or_default() as u32;
    let mut sets = Sets::new(records.len());
    let ends: Vec<(usize, u32)> = links
        .into_iter()
        .filter_map(|link| {
            let edge = edges.get(link)?;
            let one = place(edge.left);
            sets.join(one, place(edge.right));
            Some((link, one))
        })
        .collect();
    let mut number: HashMap<u32, usize> = HashMap::new();
    let mut pieces: Vec<Piece> = Vec::new();
    for (record, at) in records.iter().zip(0_u32..) {
        let piece = *number.entry(sets.of(at)).or_insert_with(|| {
            pieces.push(Piece { records: Vec::new(), links: Vec::new() });
            pieces.len() - 1
        });
        if let Some(piece) = pieces.get_mut(piece) {
            piece.records.push(*record);
        }
    }
    for (link, one) in ends {
        if let Some(piece) = number.get(&sets.of(one)).and_then(|piece| pieces.get_mut(*piece)) {
            piece.links.push(link);
        }
    }
    pieces
}

impl Clusterer<'_> {
    fn component(&self, component: Piece) -> Found {
        let mut found = Found::default();
        if component.records.len() <= self.whole || self.is_complete(&component) {
            self.cluster(&component, &mut found.joins);
            return found;
        }
        let size = component.records.len() as u32;
        let mut cut = Vec::new();
        for piece in self.cut(&component) {
            self.cluster(&piece, &mut found.joins);
            cut.extend(piece.records);
        }
        found.tangle = Some((size, cut));
        found
    }

    /// Cuts a component by its lightest links. Links hold from the heaviest down, a whole bit at a time, as long as what they join, with all
    /// heavier links, is small enough, or is linked throughout.
    fn cut(&self, component: &Piece) -> Vec<Piece> {
        let Piece { records, links } = component;
        let weight = |link: &usize| self.edges.get(*link).map_or(f64::INFINITY, |edge| edge.weight);
        let place = |record: u32| records.binary_search(&record).unwrap_or_default() as u32;
        let mut links = links.clone();
        links.sort_by(|a, b| weight(b).total_cmp(&weight(a)));
        let mut sets = Sets::new(records.len());
        // Of each set the number of records, and of links.
        let mut sizes = vec![(1_u64, 0_u64); records.len()];
        let mut held = Vec::with_capacity(links.len());
        for level in links.chunk_by(|a, b| weight(a).floor() == weight(b).floor()) {
            for edge in level.iter().filter_map(|link| self.edges.get(*link)) {
                let (one, other) = (sets.of(place(edge.left)), sets.of(place(edge.right)));
                sets.join(one, other);
                let of = |set: u32| sizes.get(set as usize).copied().unwrap_or_default();
                let ((records, links), (more, others)) = (of(one), if one == other { (0, 0) } else { of(other) });
                if let Some(size) = sizes.get_mut(one.min(other) as usize) {
                    *size = (records + more, links + others + 1);
                }
            }
            held.extend(level.iter().copied().filter(|link| {
                let set = self.edges.get(*link).map_or(0, |edge| sets.of(place(edge.left)));
                let (records, links) = sizes.get(set as usize).copied().unwrap_or_default();
                let is_complete = links == records * records.saturating_sub(1) / 2;
                records <= self.piece as u64 || is_complete || weight(link).is_infinite()
            }));
        }
        pieces(self.edges, held)
    }

    /// Whether all pairs of records link.
    fn is_complete(&self, piece: &Piece) -> bool {
        piece.links.len() == piece.records.len() * (piece.records.len() - 1) / 2
    }

    /// Whether no two of these records are kept apart.
    fn is_free(&self, records: &[u32]) -> bool {
        let free_after =
            |(at, one): (usize, &u32)| records.iter().skip(at + 1).all(|other| !self.is_forbidden(*one, *other));
        self.forbidden.is_empty() || records.iter().enumerate().all(free_after)
    }

    fn is_forbidden(&self, one: u32, other: u32) -> bool {
        self.forbidden.binary_search(&(one.min(other), one.max(other))).is_ok()
    }

    /// Pairs that join a piece's records to clusters.
    fn cluster(&self, piece: &Piece, joins: &mut Vec<(u32, u32)>) {
        let Piece { records, links } = piece;
        if self.is_complete(piece) && self.is_free(records) {
            joins.extend(records.iter().zip(records.iter().skip(1)).map(|(one, other)| (*one, *other)));
            return;
        }
        if records.len() > self.whole.max(self.piece) {
            return self.join_plainly(links, records, joins);
        }
        let mut sets = Sets::new(records.len());
        for (record, at) in records.iter().zip(0_u32..) {
            let root = self.roots.get(*record as usize).and_then(|root| records.binary_search(root).ok());
            sets.join(at, root.map_or(at, |root| root as u32));
        }
        let link = bits(self.linker.spec().thresholds.link);
        join(&mut sets, records.len(), |one, other| match (records.get(one as usize), records.get(other as usize)) {
            (Some(one), Some(other)) if self.is_forbidden(*one, *other) => Say::NEVER,
            (Some(one), Some(other)) if self.linker.comparable(*one, *other) => {
                Say::of(self.linker.weight(*one, *other) - link)
            }
            _ => Say::NOTHING,
        });
        let root = |at: u32| records.get(at as usize).copied();
        joins.extend(records.iter().zip(0_u32..).filter_map(|(record, at)| Some((root(sets.of(at))?, *record))));
    }

    /// All links hold, but for constraints: for a piece that is too large because people required it, or would be whole but for a constraint.
    fn join_plainly(&self, links: &[usize], records: &[u32], joins: &mut Vec<(u32, u32)>) {
        let place = |record: u32| records.binary_search(&record).map(|at| at as u32);
        let local = |one: u32, other: u32| Some((place(one).ok()?, place(other).ok()?));
        let edge = |link: &usize| {
            let edge = self.edges.get(*link)?;
            local(edge.left, edge.right).map(|(left, right)| Edge { left, right, ..*edge })
        };
        let edges: Vec<Edge> = links.iter().filter_map(edge).collect();
        let forbidden: Vec<(u32, u32)> = self.forbidden.iter().filter_map(|(a, b)| local(*a, *b)).collect();
        let (mut sets, _) = constraints::join(records.len(), &edges, Never { forbidden: &forbidden, ..self.never });
        let root = |at: u32| records.get(at as usize).copied();
        joins.extend(records.iter().zip(0_u32..).filter_map(|(record, at)| Some((root(sets.of(at))?, *record))));
    }
}
