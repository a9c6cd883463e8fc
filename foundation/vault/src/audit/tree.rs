//! The Merkle tree of RFC 6962, section 2.1, as far as a log that only grows needs it: the roots of its full subtrees, from
//! which the root follows. About 20 hashes stand for a million entries, so appending and verifying take no memory to speak of.
//! The crate `ct-merkle` keeps every leaf in memory, so it is the tests' oracle and not used here. Proofs of consistency between
//! heads are not stored either: verifying runs over every entry and makes the root at each head from the same leaves.

use sha2::{Digest, Sha256};

/// A hash of the tree.
pub(crate) type Hash = [u8; 32];

/// The full subtrees of a tree of `size` leaves, largest first: one for each bit of the size.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Frontier {
    size: u64,
    peaks: Vec<Hash>,
}

impl Frontier {
    pub(crate) fn size(&self) -> u64 {
        self.size
    }

    pub(crate) fn push(&mut self, leaf: Hash) {
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
    pub(crate) fn root(&self) -> Hash {
        let mut peaks = self.peaks.iter().rev();
        match peaks.next() {
            Some(last) => peaks.fold(*last, |right, left| parent(left, &right)),
            None => Sha256::digest([]).into(),
        }
    }

    /// The peaks in hexadecimal, to be kept beside a head.
    pub(crate) fn to_text(&self) -> String {
        self.peaks.iter().map(hex::encode).collect::<Vec<_>>().join(" ")
    }

    /// Reads back what [`Frontier::to_text`] wrote for this size; `None` where it can't be that.
    pub(crate) fn from_text(size: u64, text: &str) -> Option<Self> {
        let peaks: Vec<Hash> = text.split(' ').filter(|part| !part.is_empty()).map(hash).collect::<Option<_>>()?;
        (peaks.len() == usize::try_from(size.count_ones()).ok()?).then_some(Self { size, peaks })
    }
}

/// A hash from its hexadecimal text.
pub(crate) fn hash(text: &str) -> Option<Hash> {
    let mut hash = [0; 32];
    hex::decode_to_slice(text, &mut hash).ok().map(|()| hash)
}

fn parent(left: &Hash, right: &Hash) -> Hash {
    Sha256::new().chain_update([1]).chain_update(left).chain_update(right).finalize().into()
}

#[cfg(test)]
mod tests {
    use ct_merkle::mem_backed_tree::MemoryBackedTree;
    use sha2::{Digest, Sha256};

    use super::Frontier;

    #[test]
    fn roots_are_those_of_an_independent_implementation() {
        let mut oracle = MemoryBackedTree::<Sha256, Vec<u8>>::new();
        let mut tree = Frontier::default();
        assert_eq!(hex::encode(tree.root()), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
        for n in 0..300_u32 {
            let entry = n.to_string().into_bytes();
            tree.push(Sha256::new().chain_update([0]).chain_update(&entry).finalize().into());
            oracle.push(entry);
            assert_eq!(tree.root()[..], oracle.root().as_bytes()[..], "at {n}");
            assert_eq!(Frontier::from_text(tree.size(), &tree.to_text()), Some(tree.clone()));
        }
        assert_eq!(Frontier::from_text(7, &tree.to_text()), None);
    }
}
