//! The engine on real data and published answers; what needs the boundaries of greater Essex stands aside where they are not at hand.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, reason = "tests may panic")]

mod essex;
mod ground;
mod hotspot;
mod near_repeat;
mod overlap;
mod scan;
mod spdep;
mod study;
