//! The checker at its edges: known vectors, an oracle, and the program at its command line.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, reason = "tests may panic")]
#![allow(missing_docs, reason = "tests say what they are by their names")]

mod log;
mod program;
mod proofs;
mod vectors;
