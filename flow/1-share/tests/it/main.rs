//! Sharing at its edge: what is kept on both databases, and the pages in a real request.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, reason = "tests may panic")]

mod browser;
mod decisions;
mod house;
mod log;
mod register;
mod resets;
mod signing_in;
mod trust;
