//! Linking at its edge: runs, decisions and search on both engines, and how well it does on the synthetic county.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, reason = "tests may panic")]

mod decisions;
mod house;
mod learning;
mod pages;
mod quality;
mod runs;
mod sealed;
mod searching;
