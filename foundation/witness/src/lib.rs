//! What a partner needs to check the audit log without the unit: the Merkle tree of RFC 6962 and its proofs, signed heads, the
//! form of an entry, the files that carry them, and a folder of the heads that were kept. No database, no network.
//!
//! The program `alongside-witness` is this library at a command line. `vault` makes heads and proofs with the same code, so
//! that there is one way to hash, to sign and to check.

mod check;
mod entry;
mod file;
mod head;
mod kept;
pub mod tree;

pub use check::{Wrong, check_consistency, check_inclusion};
pub use entry::Entry;
pub use file::{Consistency, Document, Inclusion, LARGEST_FILE, Unreadable, read_key};
pub use head::{Head, fingerprint};
pub use kept::{Kept, KeptError, Outcome, Reviewed};

pub use ed25519_dalek::{SigningKey, VerifyingKey};
