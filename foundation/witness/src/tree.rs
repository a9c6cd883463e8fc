//! The Merkle tree of RFC 6962, section 2.1, as far as a log that only grows needs it: how leaves and nodes are hashed, the
//! roots of the full subtrees from which the root follows, and which subtrees a proof is made of.
//!
//! About 20 hashes stand for a million entries, so appending and verifying take no memory to speak of. The crate `ct-merkle`
//! keeps every leaf in memory, so it is the tests' oracle and not used here.

use std::ops::Range;

use sha2::{Digest, Sha256};

/// A hash of the tree.
pub type Hash = [u8; 32];

/// The hash of a leaf: SHA-256(0x00 || content).
#[must_use]
pub fn leaf(content: &[u8]) -> Hash {
    Sha256::new().chain_update([0]).chain_update(content).finalize().into()
}

/// The hash of a node: SHA-256(0x01 || left || right).
#[must_use]
pub fn parent(left: &Hash, right: &Hash) -> Hash {
    Sha256::new().chain_update([1]).chain_update(left).chain_update(right).finalize().into()
}

/// A hash from its hexadecimal text: 64 digits, lower case, as we write it, so that one hash has one text.
#[must_use]
pub fn hash(text: &str) -> Option<Hash> {
    let mut hash = [0; 32];
    hex::decode_to_slice(text, &mut hash).ok().map(|()| hash).filter(|_| !text.bytes().any(|b| b.is_ascii_uppercase()))
}

/// The full subtrees of a tree of `size` leaves, largest first: one for each bit of the size.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Frontier {
    size: u64,
    peaks: Vec<Hash>,
}

impl Frontier {
    /// The number of leaves under it.
    #[must_use]
    pub fn size(&self) -> u64 {
        self.size
    }

    /// Adds a leaf.
    pub fn push(&mut self, leaf: Hash) {
        let mut node = leaf;
        for _ in 0..self.size.trailing_ones() {
            if let Some(left) = self.peaks.pop() {
                node = parent(&left, &node);
            }
        }
        self.peaks.push(node);
        self.size += 1;
    }

    /// The tree's root; that of an empty tree is the hash of nothing.
    #[must_use]
    pub fn root(&self) -> Hash {
        fold(&self.peaks)
    }

    /// The root of one of its full subtrees; none where these leaves are no full subtree of this tree by themselves.
    #[must_use]
    pub fn peak(&self, leaves: &Range<u64>) -> Option<Hash> {
        let mut start = 0;
        let widths = (0..u64::BITS).rev().map(|bit| 1_u64 << bit).filter(|width| self.size & width != 0);
        for (width, peak) in widths.zip(&self.peaks) {
            if start == leaves.start && width == leaves.end - leaves.start {
                return Some(*peak);
            }
            start += width;
        }
        None
    }

    /// The peaks in hexadecimal, to be kept beside a head.
    #[must_use]
    pub fn to_text(&self) -> String {
        self.peaks.iter().map(hex::encode).collect::<Vec<_>>().join(" ")
    }

    /// Reads back what [`Frontier::to_text`] wrote for this size; `None` where it can't be that.
    #[must_use]
    pub fn from_text(size: u64, text: &str) -> Option<Self> {
        let peaks: Vec<Hash> = text.split(' ').filter(|part| !part.is_empty()).map(hash).collect::<Option<_>>()?;
        (peaks.len() == usize::try_from(size.count_ones()).ok()?).then_some(Self { size, peaks })
    }
}

/// The root over full subtrees that stand side by side, largest first; the hash of nothing where there are none.
#[must_use]
pub fn fold(peaks: &[Hash]) -> Hash {
    let mut peaks = peaks.iter().rev();
    match peaks.next() {
        Some(last) => peaks.fold(*last, |right, left| parent(left, &right)),
        None => Sha256::digest([]).into(),
    }
}

/// The full subtrees, largest first, of which a subtree of the tree is made: see [`fold`].
#[must_use]
pub fn full_subtrees(leaves: &Range<u64>) -> Vec<Range<u64>> {
    let (mut found, mut start) = (Vec::new(), leaves.start);
    while start < leaves.end {
        let width = 1_u64 << (leaves.end - start).ilog2();
        found.push(start..start + width);
        start += width;
    }
    found
}

/// Where a tree over these leaves parts: behind the largest power of two that is smaller than their number.
fn middle(leaves: &Range<u64>) -> u64 {
    let count = leaves.end - leaves.start;
    leaves.start + (1_u64 << (count - 1).ilog2())
}

/// The subtrees whose roots prove that the leaf at `index` is in the tree of `size` leaves, in the path's order (RFC 6962,
/// section 2.1.1). Empty where there is no such leaf.
#[must_use]
pub fn inclusion_path(index: u64, size: u64) -> Vec<Range<u64>> {
    let (mut path, mut tree) = (Vec::new(), 0..size);
    if index >= size {
        return path;
    }
    while tree.end - tree.start > 1 {
        let middle = middle(&tree);
        if index < middle {
            path.push(middle..tree.end);
            tree.end = middle;
        } else {
            path.push(tree.start..middle);
            tree.start = middle;
        }
    }
    path.reverse();
    path
}

/// The subtrees whose roots prove that the tree of `from` leaves is the beginning of the tree of `to` leaves (RFC 6962, section
/// 2.1.2). Empty where `from` is 0, or as large as `to`, or larger.
#[must_use]
pub fn consistency_path(from: u64, to: u64) -> Vec<Range<u64>> {
    let (mut path, mut tree, mut known) = (Vec::new(), 0..to, true);
    if from == 0 || from >= to {
        return path;
    }
    while from != tree.end {
        let middle = middle(&tree);
        if from <= middle {
            path.push(middle..tree.end);
            tree.end = middle;
        } else {
            path.push(tree.start..middle);
            (tree.start, known) = (middle, false);
        }
    }
    if !known {
        path.push(tree);
    }
    path.reverse();
    path
}

/// Whether this path proves that the leaf at `index` is in the tree of `size` leaves with this root (the algorithm of RFC 9162,
/// section 2.1.3.2, which is that of RFC 6962 written out).
#[must_use]
pub fn includes(leaf: Hash, index: u64, size: u64, path: &[Hash], root: &Hash) -> bool {
    if index >= size {
        return false;
    }
    let (mut at, mut last, mut node) = (index, size - 1, leaf);
    for beside in path {
        if last == 0 {
            return false;
        }
        if at & 1 == 1 || at == last {
            node = parent(beside, &node);
            climb_to_right_child(&mut at, &mut last);
        } else {
            node = parent(&node, beside);
        }
        (at, last) = (at >> 1, last >> 1);
    }
    last == 0 && node == *root
}

/// Whether this path proves that the tree of `from` leaves and this root is the beginning of the tree of `to` leaves and that root
/// (RFC 9162, section 2.1.4.2). The empty tree is the beginning of every tree.
#[must_use]
pub fn extends((from, from_root): (u64, &Hash), (to, to_root): (u64, &Hash), path: &[Hash]) -> bool {
    if from == 0 || from >= to {
        let empty = from == 0 && *from_root == fold(&[]) && to > 0;
        return path.is_empty() && (empty || (from == to && from_root == to_root));
    }
    let (mut at, mut last) = (from - 1, to - 1);
    while at & 1 == 1 {
        (at, last) = (at >> 1, last >> 1);
    }
    // Where the smaller tree is one full subtree of the larger, its root is known and not in the path.
    let (first, rest) = if from.is_power_of_two() {
        (from_root, path)
    } else {
        match path.split_first() {
            Some(parts) => parts,
            None => return false,
        }
    };
    let (mut small, mut large) = (*first, *first);
    for beside in rest {
        if last == 0 {
            return false;
        }
        if at & 1 == 1 || at == last {
            small = parent(beside, &small);
            large = parent(beside, &large);
            climb_to_right_child(&mut at, &mut last);
        } else {
            large = parent(&large, beside);
        }
        (at, last) = (at >> 1, last >> 1);
    }
    last == 0 && small == *from_root && large == *to_root
}

/// A last node without a neighbour rises as it is, until it is a right child.
fn climb_to_right_child(at: &mut u64, last: &mut u64) {
    while *at & 1 == 0 && *at != 0 {
        (*at, *last) = (*at >> 1, *last >> 1);
    }
}
