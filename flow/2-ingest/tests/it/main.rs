//! Deliveries at the slice's edge, on both engines.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, reason = "tests may panic")]

mod essex;
mod files;
mod house;
mod mending;
mod pages;
mod resuming;
mod sealed;
mod sending;
mod setting;
mod sums;
mod told;
mod versions;
mod wrong_files;
