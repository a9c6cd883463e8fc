//! The audit log: one entry for every collection, alteration, consultation, disclosure, combination and erasure, allowed or
//! refused. Entries are the leaves of a Merkle tree (RFC 6962), whose heads are signed.

mod browse;
mod entry;
mod head;
mod prove;
mod verify;
mod waiting;

pub use browse::{Filter, entries};
pub use entry::LoggedEntry;
pub(crate) use entry::{NewEntry, append_all};
pub use head::read_exported;
pub(crate) use head::{ENTRIES as HEAD_ENTRIES, Signing};
pub use prove::{HeadGiven, ProofError};
pub use verify::{Finding, Verdict, verify};
pub(crate) use waiting::{Waiting, tell};
pub use witness::{Consistency, Document, Head, Inclusion};
