//! Reachable moments at their edge: from a partner's file to a kept promise, on both engines.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, reason = "tests may panic")]

mod clocks;
mod erasing;
mod held;
mod journey;
mod raising;
mod retention;
mod sealed;
mod setting;
