//! The engine as its users see it.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, reason = "tests may panic")]

mod bad_input;
mod clusters;
mod found;
mod household;
mod index;
mod job;
mod levels;
mod listed;
mod methods;
mod pairs;
mod planted;
mod properties;
mod rarity;
mod rules;
mod splink;
mod suggest;
mod training;
mod update;
mod weights;
