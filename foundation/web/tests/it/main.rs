//! The page kit at its edge: requests in, answers out, on a real vault.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, reason = "tests may panic")]

mod assets;
mod components;
mod cross_site;
mod faults;
mod house;
mod sign_in;
