//! Capture–recapture: how many were harmed, counted from lists that overlap, so that the harm which police never hear of is a
//! number with an interval. A "list" is who (or which incident) one service recorded; being on two lists takes linked records.
//!
//! - [`chapman`]: two lists.
//! - [`sensitivity`]: two lists, if being on one made the other likelier, or less likely: the data cannot say which.
//! - [`log_linear`]: three to five lists, with dependence between pairs of them.
//! - [`times_seen`]: one list, by how often each person is on it.
//!
//! All of them assume that nobody joins or leaves meanwhile and that records are linked rightly: a missed link raises the
//! estimate, a false one lowers it. Intervals are of 95 % and hold what chance does, not what a broken assumption does.

pub mod chapman;
pub mod log_linear;
mod poisson;
pub mod sensitivity;
pub mod times_seen;

use thiserror::Error;

pub use crate::rate::Interval;

/// The standard normal deviate that leaves 2.5 % out on either side.
pub(crate) const DEVIATE: f64 = 1.959_963_984_540_054;

/// How many there are in all.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Estimate {
    /// How many are on at least one list.
    pub seen: u64,
    /// How many there are in all, those on no list included; never below `seen`.
    pub total: f64,
    /// Its standard error.
    pub standard_error: f64,
    /// The interval of 95 % of the total; never below `seen`.
    pub interval: Interval,
}

/// The part of the total that a list, or all lists together, do not know.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Missed {
    /// How many.
    pub count: f64,
    /// The interval of 95 % of that.
    pub interval: Interval,
    /// Their share of the total, 0 to 1.
    pub share: f64,
}

impl Estimate {
    /// How many are on no list.
    #[must_use]
    pub fn unseen(&self) -> Missed {
        self.missed(self.seen)
    }

    /// How many are missed by a list that knows `known` of them: for police's list, the harm that police never hear of.
    #[must_use]
    pub fn missed(&self, known: u64) -> Missed {
        let known = real(known);
        let beyond = |total: f64| (total - known).max(0.0);
        let count = beyond(self.total);
        Missed {
            count,
            interval: Interval { lower: beyond(self.interval.lower), upper: beyond(self.interval.upper) },
            share: if self.total > 0.0 { count / self.total } else { 0.0 },
        }
    }

    /// Of an estimate of the unseen: the interval is log-normal about it (Chao, "Estimating the population size for
    /// capture-recapture data with unequal catchability", Biometrics 43, 1987), so that it never falls below those seen.
    fn about_unseen(seen: u64, unseen: f64, standard_error: f64) -> Result<Self, OverlapError> {
        let spread = if unseen > 0.0 { (standard_error / unseen).powi(2).ln_1p().sqrt() } else { 0.0 };
        let factor = (DEVIATE * spread).exp();
        let (lower, upper) = (real(seen) + unseen / factor, real(seen) + unseen * factor);
        let total = real(seen) + unseen;
        if !(total.is_finite() && standard_error.is_finite() && upper.is_finite() && unseen >= 0.0) {
            return Err(OverlapError::NotEstimable);
        }
        Ok(Self { seen, total, standard_error, interval: Interval { lower, upper } })
    }
}

/// Why there is no estimate.
#[derive(Debug, Clone, PartialEq, Error)]
pub enum OverlapError {
    /// More on both lists than on one.
    #[error("{both} are said to be on both lists and only {one} on one of them: count again how many are on both")]
    MoreOnBoth {
        /// On both.
        both: u64,
        /// On the shorter list.
        one: u64,
    },
    /// Nobody on two lists.
    #[error(
        "nobody is on two lists, so that nothing tells how many are on none: check how records were linked, or take a longer period"
    )]
    NoOverlap,
    /// Nobody on any list.
    #[error("nobody is on any list")]
    Nobody,
    /// A number of lists that cannot be worked with.
    #[error("there are {0} lists: two to five can be compared; put lists of like services together")]
    Lists(usize),
    /// A history that the lists do not have.
    #[error("row {row} names a list that there isn't, or none at all: there are {lists} lists, and whoever counts is on one of them", row = .row + 1)]
    NoSuchHistory {
        /// The row, counted from 0.
        row: usize,
        /// How many lists there are.
        lists: usize,
    },
    /// A pair of lists that a model cannot have.
    #[error("lists {one} and {other} are no pair of the {lists} lists", one = .one + 1, other = .other + 1)]
    NoSuchPair {
        /// One list, counted from 0.
        one: usize,
        /// The other, counted from 0.
        other: usize,
        /// How many lists there are.
        lists: usize,
    },
    /// The counts do not determine the model.
    #[error("the counts are too few for this model: leave out a dependence between lists, or take a longer period")]
    NotEstimable,
    /// An odds ratio that is none.
    #[error("{0} is no odds ratio: give a number above 0, where 1 means that the lists are independent")]
    NoOddsRatio(f64),
    /// More than 2^53.
    #[error("the counts add up to more than 9,007,199,254,740,992: no list is so long")]
    TooMany,
}

/// A count as a real number: exact up to 2^53, which callers check.
#[expect(clippy::cast_precision_loss, reason = "checked to be below 2^53")]
pub(crate) fn real(count: u64) -> f64 {
    count as f64
}

/// The sum of counts, if it is below 2^53.
fn sum(counts: impl IntoIterator<Item = u64>) -> Result<u64, OverlapError> {
    let total = counts.into_iter().try_fold(0_u64, u64::checked_add).ok_or(OverlapError::TooMany)?;
    if total < 1 << 53 { Ok(total) } else { Err(OverlapError::TooMany) }
}
