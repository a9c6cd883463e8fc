//! The audit log: one entry for every collection, alteration, consultation, disclosure, combination and erasure, allowed or
//! refused. Entries are the leaves of a Merkle tree (RFC 6962), whose heads are signed.

mod entry;

pub use entry::LoggedEntry;
pub(crate) use entry::{NewEntry, append};
