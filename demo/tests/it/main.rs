//! The county at its edge: what is on disk, against what was promised.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, reason = "tests may panic")]

mod county;
mod files;
mod planted;
mod records;
