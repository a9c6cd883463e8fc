//! Watching: whether something has changed in time, or in a place and a time, and how often chance alone would cry so.
//!
//! - [`budget`]: how many false alarms a year a watch may raise, and the book that keeps it to that.
//! - [`chart`]: control charts (XmR, c, u) with the NHS's rules.
//! - [`scan`]: Kulldorff's scan statistic, which looks for the circle, and the time, in which most happened beyond chance.
//! - [`weekly`]: weekly counts against what the same weeks of earlier years lead one to expect.

pub mod budget;
pub mod chart;
pub mod scan;
pub mod weekly;
