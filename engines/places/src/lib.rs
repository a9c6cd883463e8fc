//! Small-area statistics: what a count in a place amounts to, whether it moved, how sure that is, and how to draw it. It knows
//! areas, points, counts and residents, and nothing of a unit, a person or a database.
//!
//! - [`cluster`]: whether like stands beside like, and where: Moran, local Moran, hot and cold spots, false discoveries.
//! - [`concentration`]: the share of places that hold most harm, what it would be by chance, and whether they stay the same.
//! - [`density`]: where points lie thickest: surfaces, groups, harm spots.
//! - [`geometry`]: shapes on the ground, their size, their simplification and their drawing.
//! - [`lookup`]: counts and codes of one edition of areas in another.
//! - [`neighbours`]: which areas are neighbours, and how much each counts.
//! - [`overlap`]: how many were harmed in all, from lists that overlap.
//! - [`points`]: points on a plane.
//! - [`random`]: numbers drawn by chance that are the same on any number of threads.
//! - [`rate`]: counts set against residents or hours, with the interval that says how sure they are: crude, standardised, drawn
//!   towards their neighbours, beside limits, weighted by harm.
//! - [`scale`]: classes for shading a map.
//! - [`spread`]: whether harm follows soon after and close to harm.
//! - [`study`]: a whole study from files to a report.
//! - [`suppression`]: which cells of a table can be shown, so that nobody can work out a small count.
//! - [`watch`]: whether something has changed, where and when: scans, weekly counts, control charts, an alarm budget.
//!
//! Each statistic is a file of its own that begins with its definition, its source, and how its cost grows, and has a test that
//! recovers published values or planted truth. Whatever draws at random takes a seed and gives the same answer on any number
//! of threads. No function gives "not a number": where there is no answer it says so.

pub mod cluster;
pub mod concentration;
pub mod density;
pub mod geometry;
pub mod lookup;
pub mod neighbours;
pub mod overlap;
pub mod points;
pub mod random;
pub mod rate;
pub mod scale;
pub mod spread;
pub mod study;
pub mod suppression;
pub mod watch;
