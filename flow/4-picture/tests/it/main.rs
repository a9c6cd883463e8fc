//! Stage 4 at its edge, on SQLite and on PostgreSQL.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, reason = "tests may panic")]

mod areas;
mod basemap;
mod essex;
mod finding;
mod offences;
mod pages;
mod setting;
