//! Small-area statistics: what a count in a place amounts to, whether it moved, how sure that is, and how to draw it. It knows
//! areas, points, counts and residents, and nothing of a unit, a person or a database.
//!
//! - [`geometry`]: shapes on the ground, their size, their simplification and their drawing.
//! - [`neighbours`]: which areas are neighbours, and how much each counts.
//! - [`overlap`]: how many were harmed in all, from lists that overlap.
//! - [`random`]: numbers drawn by chance that are the same on any number of threads.
//! - [`rate`]: counts per 1,000 residents, with the interval that says how sure they are.
//! - [`scale`]: classes for shading a map.
//! - [`suppression`]: which cells of a table can be shown, so that nobody can work out a small count.
//!
//! Each statistic is a file of its own that begins with its definition, its source, and how its cost grows, and has a test that
//! recovers published values or planted truth. Whatever draws at random takes a seed and gives the same answer on any number
//! of threads. No function gives "not a number": where there is no answer it says so.

pub mod geometry;
pub mod neighbours;
pub mod overlap;
pub mod random;
pub mod rate;
pub mod scale;
pub mod suppression;
