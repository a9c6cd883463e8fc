//! Signed tree heads: after so many entries the tree had this root, at this time, says the holder of the key.

use base::Timestamp;
use ed25519_dalek::{Signature, Signer as _, SigningKey, VerifyingKey};
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

use crate::tree::{Frontier, Hash, hash};

/// A signed tree head. Its file is this as JSON.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Head {
    /// The number of entries under it.
    pub size: u64,
    /// The tree's root over them (RFC 6962), in hexadecimal.
    pub root: String,
    /// When it was signed.
    pub at: Timestamp,
    /// Ed25519 over `alongside tree head v1\n<size>\n<root>\n<at in microseconds>\n`, in hexadecimal.
    pub signature: String,
    /// The key that it is checked with, in hexadecimal. A head counts only if this is the installation's key.
    pub public_key: String,
}

impl Head {
    /// Signs a head over a tree.
    #[must_use]
    pub fn sign(key: &SigningKey, tree: &Frontier, at: Timestamp) -> Self {
        let mut head = Self {
            size: tree.size(),
            root: hex::encode(tree.root()),
            at,
            signature: String::new(),
            public_key: hex::encode(key.verifying_key().to_bytes()),
        };
        head.signature = hex::encode(key.sign(&head.message()).to_bytes());
        head
    }

    fn message(&self) -> Vec<u8> {
        format!("alongside tree head v1\n{}\n{}\n{}\n", self.size, self.root, self.at.as_micros()).into_bytes()
    }

    /// Whether the holder of the key signed this head.
    #[must_use]
    pub fn is_signed_by(&self, key: &VerifyingKey) -> bool {
        let mut signature = [0; 64];
        self.public_key == hex::encode(key.to_bytes())
            && hex::decode_to_slice(&self.signature, &mut signature).is_ok()
            && key.verify_strict(&self.message(), &Signature::from_bytes(&signature)).is_ok()
    }

    /// The root as a hash; none where it is not one.
    #[must_use]
    pub fn root_hash(&self) -> Option<Hash> {
        hash(&self.root)
    }

    /// Whether both say the same of the log: as many entries, the same root. The same log may be signed at two times.
    #[must_use]
    pub fn agrees_with(&self, other: &Self) -> bool {
        self.size == other.size && self.root == other.root
    }
}

/// What two people read to each other to know that they hold the same key: ten groups of four letters and digits, the first 20
/// bytes of its SHA-256.
#[must_use]
pub fn fingerprint(key: &VerifyingKey) -> String {
    let digest = Sha256::digest(key.to_bytes());
    let groups: Vec<String> = digest.chunks(2).take(10).map(hex::encode).collect();
    groups.join(" ")
}
