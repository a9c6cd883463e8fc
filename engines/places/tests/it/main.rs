//! The engine on the real boundaries of greater Essex, where they are at hand.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, reason = "tests may panic")]

mod essex;
mod scan;
