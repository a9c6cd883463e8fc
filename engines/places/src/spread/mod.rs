//! Whether harm spreads: what happens soon after and close to what happened before.
//!
//! - [`dates`]: days, months and intervals, and which tests they bear.
//! - [`knox`]: pairs close in space and time against chance, by bands.
//! - [`mantel`]: whether what is closer in space is closer in time, over all pairs.
//! - [`risk`]: what follows for each cell in the days to come.

pub mod dates;
pub mod knox;
pub mod mantel;
pub mod risk;

use thiserror::Error;

use crate::points::PointsError;

/// Why there is no result.
#[derive(Debug, Clone, PartialEq, Error)]
pub enum SpreadError {
    /// Columns that are no points.
    #[error(transparent)]
    Points(#[from] PointsError),
    /// Density that was refused.
    #[error(transparent)]
    Grid(#[from] crate::density::DensityError),
    /// Bands that do not rise.
    #[error("the {what} bands end at {ends}: each must end after the one before, the first above 0")]
    Bands {
        /// Distance or time.
        what: &'static str,
        /// The ends given.
        ends: String,
    },
    /// Days that are farther apart than a human life.
    #[error("the dates go over {days} days: more than 32,766 can't be; mend the dates that are far from the others")]
    TooLong {
        /// From the first to the last.
        days: u64,
    },
    /// More pairs than a test can go through.
    #[error(
        "more than {most} pairs lie within {metres} metres: use shorter distances, a shorter time or a smaller area"
    )]
    TooManyPairs {
        /// The most.
        most: u64,
        /// The widest band.
        metres: f64,
    },
    /// More points than a test of all pairs can have.
    #[error(
        "{points} points are too many for a test of all pairs, which takes {most}: use the Knox test, or a part of them"
    )]
    TooManyPoints {
        /// How many there are.
        points: usize,
        /// The most.
        most: usize,
    },
    /// A constant that is added to distances or days and isn't above 0.
    #[error("the constants added to metres and days are {metres} and {days}: both must be numbers above 0")]
    Constants {
        /// Metres.
        metres: f64,
        /// Days.
        days: f64,
    },
    /// A month that there isn't.
    #[error("row {} has the month {month}: months go from 1 to 12", .row + 1)]
    NoMonth {
        /// The row, counted from 0.
        row: usize,
        /// The month.
        month: u8,
    },
    /// An interval that ends before it begins.
    #[error("row {} ends before it begins: its earliest day must not be after its latest", .row + 1)]
    Backwards {
        /// The row, counted from 0.
        row: usize,
    },
    /// Months where days are needed.
    #[error(
        "these dates are months ({months} of {dates}): a near-repeat test in bands of days would mean nothing; use monthly \
         bands or ask the police for days"
    )]
    Months {
        /// How many are months.
        months: usize,
        /// How many dates there are.
        dates: usize,
    },
    /// Days that are months in disguise.
    #[error(
        "all {dates} dates are the first of a month, so they are months: a near-repeat test in bands of days would mean nothing; \
         use monthly bands or ask the police for days"
    )]
    FirstOfMonth {
        /// How many dates there are.
        dates: usize,
    },
    /// Too many intervals that are wider than the bands.
    #[error(
        "{wide} of {dates} dates are known only to within more than {most} days, too wide for bands of {band}: a near-repeat test \
         would mean nothing; use bands of at least {needed} days, or leave those rows out knowing that you do"
    )]
    TooWide {
        /// How many are too wide.
        wide: usize,
        /// How many dates there are.
        dates: usize,
        /// The widest that would do.
        most: u32,
        /// Width of the narrowest band.
        band: u32,
        /// The narrowest band that would do.
        needed: u64,
    },
    /// All at one time.
    #[error("all {dates} dates are the same {unit}: there is nothing that could be closer in time; use more {unit}s")]
    OneTime {
        /// How many dates there are.
        dates: usize,
        /// Day or month.
        unit: &'static str,
    },
    /// A band of no time.
    #[error("the narrowest band is 0 days wide: it must be at least 1")]
    NoBand,
    /// Another table than the bands make.
    #[error("there are {given} ratios and {cells} bands of distance and time: give one for each")]
    Ratios {
        /// How many were given.
        given: usize,
        /// How many are needed.
        cells: usize,
    },
    /// A ratio that is negative or no number.
    #[error("the ratio numbered {} is {ratio}: a ratio must be a number of 0 or above", .at + 1)]
    NoRatio {
        /// Which, counted from 0.
        at: usize,
        /// The ratio.
        ratio: f64,
    },
}
