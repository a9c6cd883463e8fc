//! Sharing at its edge: what is kept on both databases, and the pages in a real request.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, reason = "tests may panic")]

mod agreements;
mod asking;
mod asks;
mod asks_pages;
mod browser;
mod clocks;
mod decisions;
mod disclosed_files;
mod disclosures;
mod emergencies;
mod exclusions;
mod house;
mod log;
mod oversight;
mod register;
mod resets;
mod retention;
mod rights;
mod rights_apart;
mod rights_delete;
mod rights_sealed;
mod rules;
mod seals;
mod sight;
mod signing_in;
mod trust;
