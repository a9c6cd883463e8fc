//! Tests of the house as a whole: its layout and rules, and the program from its edge.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, reason = "tests may panic")]

mod directions;
mod findings;
mod own_files;
mod places;
mod proofs;
mod tidy;
