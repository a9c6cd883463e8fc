//! Small-area statistics: what a count in a place amounts to, and how to draw it. It knows areas, counts and residents, and
//! nothing of a unit, a person or a database.
//!
//! - [`rate`]: counts per 1,000 residents, with the interval that says how sure they are.
//! - [`scale`]: classes for shading a map.
//! - [`geometry`]: shapes on the ground, their size, their simplification and their drawing.
//!
//! Each later statistic (neighbours, smoothing, hotspots, near repeats, scan statistics) is a module of its own beside these,
//! with its paper, its parameters and a test that recovers published values or planted truth. Whatever draws at random takes
//! a seed and gives the same answer on any number of threads.

pub mod geometry;
pub mod rate;
pub mod scale;
