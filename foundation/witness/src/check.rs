//! Whether a proof holds, and in words why it doesn't.

use ed25519_dalek::VerifyingKey;

use crate::{
    Consistency, Head, Inclusion,
    tree::{self, Hash, hash},
};

/// Why a proof does not hold. Every one is something to ask the unit about.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Wrong {
    /// Somebody else's signature, or none.
    #[error(
        "the head over {0} entries is not signed with the unit's key: it is another unit's, it was changed, or the key is \
         not the unit's"
    )]
    Signature(u64),
    /// A text that should be a hash.
    #[error("{0} is not a hash: 64 hexadecimal digits in lower case")]
    NotAHash(&'static str),
    /// The proof speaks of an entry that the head doesn't cover.
    #[error("entry {position} can't be in a log of {size} entries: the first is entry 0")]
    Outside {
        /// The entry's place.
        position: u64,
        /// The head's size.
        size: u64,
    },
    /// What the entry says does not give its hash.
    #[error("what the file says of entry {0} is not what was logged: it gives another hash")]
    Content(u64),
    /// The fields of the entry are those of another.
    #[error("the file is a proof of entry {proven} and shows entry {shown}")]
    OtherEntry {
        /// Which the proof is of.
        proven: u64,
        /// Which is shown.
        shown: u64,
    },
    /// The path does not lead to the root.
    #[error(
        "entry {position} is not in the log that the head over {size} entries was signed for, or not as the file has it"
    )]
    NotIncluded {
        /// The entry's place.
        position: u64,
        /// The head's size.
        size: u64,
    },
    /// The two are in the wrong order.
    #[error("a log doesn't grow from {from} entries to {to}")]
    Shrunk {
        /// Of the older head.
        from: u64,
        /// Of the newer.
        to: u64,
    },
    /// The path does not lead from one root to the other.
    #[error(
        "the log of {to} entries does not begin with the log of {from} entries that was signed before: entries were changed, \
         removed or put in, or the file was damaged"
    )]
    Rewritten {
        /// Of the older head.
        from: u64,
        /// Of the newer.
        to: u64,
    },
    /// Two heads of one size say different things.
    #[error(
        "the unit signed two different logs of {0} entries: the one kept here and the one in the file. Keep both files: the two \
         signatures are the evidence"
    )]
    TwoLogs(u64),
}

/// Whether the entry is in the log of the proof's head, which must be signed with this key.
///
/// # Errors
/// Why not.
pub fn check_inclusion(proof: &Inclusion, key: &VerifyingKey) -> Result<(), Wrong> {
    let root = signed_root(&proof.head, key)?;
    let (position, size) = (proof.position, proof.head.size);
    let leaf = hash(&proof.leaf_hash).ok_or(Wrong::NotAHash("the entry's hash"))?;
    if let Some(entry) = &proof.entry {
        if entry.position != position {
            return Err(Wrong::OtherEntry { proven: position, shown: entry.position });
        }
        if entry.leaf() != leaf {
            return Err(Wrong::Content(position));
        }
    }
    if position >= size {
        return Err(Wrong::Outside { position, size });
    }
    let found = tree::includes(leaf, position, size, &path_of(&proof.path)?, &root);
    if found { Ok(()) } else { Err(Wrong::NotIncluded { position, size }) }
}

/// Whether the newer head's log begins with the older's; both must be signed with this key.
///
/// # Errors
/// Why not.
pub fn check_consistency(proof: &Consistency, key: &VerifyingKey) -> Result<(), Wrong> {
    let (from_root, to_root) = (signed_root(&proof.from, key)?, signed_root(&proof.to, key)?);
    let (from, to) = (proof.from.size, proof.to.size);
    if from > to {
        return Err(Wrong::Shrunk { from, to });
    }
    if from == to && from_root != to_root {
        return Err(Wrong::TwoLogs(from));
    }
    let holds = tree::extends((from, &from_root), (to, &to_root), &path_of(&proof.path)?);
    if holds { Ok(()) } else { Err(Wrong::Rewritten { from, to }) }
}

/// The root of a head that is signed with this key.
pub(crate) fn signed_root(head: &Head, key: &VerifyingKey) -> Result<Hash, Wrong> {
    if !head.is_signed_by(key) {
        return Err(Wrong::Signature(head.size));
    }
    head.root_hash().ok_or(Wrong::NotAHash("the root"))
}

fn path_of(texts: &[String]) -> Result<Vec<Hash>, Wrong> {
    texts.iter().map(|text| hash(text).ok_or(Wrong::NotAHash("a step of the path"))).collect()
}
