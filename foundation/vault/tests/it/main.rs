//! The vault at its edge, on SQLite and on PostgreSQL.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, reason = "tests may panic")]
#![allow(missing_docs, reason = "tests say what they are by their names")]

mod about;
mod audit;
mod backup;
mod county;
mod doors;
mod erasing;
mod files;
mod jobs;
mod marking;
mod migrations;
mod proofs;
mod rows;
mod writers;
