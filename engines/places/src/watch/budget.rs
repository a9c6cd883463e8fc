//! An alarm budget: "at most four false alarms a year", turned into the rarity that a finding must have, and kept, however
//! often one looks.
//!
//! The budget accrues day by day. A look spends what has accrued since the last, spread over its tests: with `a` alarms a
//! year, `d` days since and `m` tests, a test alarms at `p ≤ a d / (365.25 m)`. Expectations add up whatever depends on what, so
//! the expected number of false alarms over any span is at most what accrued in it. A second look on the same day has
//! nothing to spend; after a pause no more is saved up than a fixed number of planned looks' worth, so that one look after a
//! holiday is no lottery. (This is Bonferroni's bound in time. For a scan, one look is one test, since its p-value already
//! answers for every area and window; for weekly counts or charts each series is one.) Cost: constant.

use std::collections::VecDeque;

use thiserror::Error;

/// Days in a year.
const YEAR: f64 = 365.25;
/// How many planned looks' worth can be saved up.
const SAVED_LOOKS: f64 = 3.0;
/// Days that the book keeps its looks.
const KEPT_DAYS: i32 = 731;

/// What was agreed.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Budget {
    per_year: f64,
    looks_per_year: f64,
    tests: u32,
}

/// Why there is no such budget, or no look.
#[derive(Debug, Clone, Copy, PartialEq, Error)]
pub enum BudgetError {
    /// No number of alarms.
    #[error("a budget needs a number of false alarms a year above 0, and fewer than the tests done in a year")]
    Alarms,
    /// No looks.
    #[error("a watch looks between once and 366 times a year, at one series or more")]
    Looks,
    /// A look at a day that has been looked at, or lies before the last.
    #[error("day {day} is not after day {last}, when this watch last looked: nothing new can be spent on it")]
    Again {
        /// The day asked for.
        day: i32,
        /// The last day in the book.
        last: i32,
    },
}

impl Budget {
    /// At most so many false alarms a year, from so many looks a year at so many tests each.
    ///
    /// # Errors
    /// When these are no numbers to plan with.
    ///
    /// ```
    /// // A scan every day, and four false alarms a year: a cluster must be so rare that chance shows one in 91 days.
    /// let budget = places::watch::budget::Budget::new(4.0, 365.25, 1).unwrap();
    /// assert_eq!(budget.recurrence().round(), 91.0);
    /// ```
    pub fn new(per_year: f64, looks_per_year: f64, tests: u32) -> Result<Self, BudgetError> {
        if !(1.0..=366.0).contains(&looks_per_year) || tests == 0 {
            return Err(BudgetError::Looks);
        }
        if !(per_year > 0.0 && per_year < looks_per_year * f64::from(tests)) {
            return Err(BudgetError::Alarms);
        }
        Ok(Self { per_year, looks_per_year, tests })
    }

    /// The p-value at or below which a test of a look as planned alarms.
    #[must_use]
    pub fn threshold(&self) -> f64 {
        self.per_year / self.looks_per_year / f64::from(self.tests)
    }

    /// The same as a recurrence interval: how many looks pass, on average, until chance alone shows something so rare in any
    /// one series.
    #[must_use]
    pub fn recurrence(&self) -> f64 {
        1.0 / self.threshold()
    }

    /// Days between planned looks.
    fn interval(&self) -> f64 {
        YEAR / self.looks_per_year
    }
}

/// A look in the book.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Look {
    /// The day, as a number that grows by one each day.
    pub day: i32,
    /// The p-value at or below which a test alarmed.
    pub threshold: f64,
    /// How many did, true or false.
    pub alarms: u32,
}

/// The book of a watch: what it may still spend, and what it did. Whoever runs the watch stores it: [`Ledger::looks`] and
/// [`Ledger::restored`].
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Ledger {
    looks: VecDeque<Look>,
}

impl Ledger {
    /// An empty book.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// The book as it was stored, in any order.
    #[must_use]
    pub fn restored(looks: impl IntoIterator<Item = Look>) -> Self {
        let mut looks: Vec<Look> = looks.into_iter().collect();
        looks.sort_by_key(|look| look.day);
        Self { looks: looks.into() }
    }

    /// The looks of the last two years, the oldest first.
    pub fn looks(&self) -> impl ExactSizeIterator<Item = &Look> {
        self.looks.iter()
    }

    /// The p-value at or below which a test on this day may alarm.
    ///
    /// # Errors
    /// When the day has been looked at, or lies before the last look.
    pub fn threshold(&self, budget: &Budget, day: i32) -> Result<f64, BudgetError> {
        let days = match self.looks.back() {
            None => budget.interval(),
            Some(last) if day <= last.day => return Err(BudgetError::Again { day, last: last.day }),
            Some(last) => (f64::from(day) - f64::from(last.day)).min(SAVED_LOOKS * budget.interval()),
        };
        Ok((budget.threshold() * days / budget.interval()).min(1.0))
    }

    /// Judges a day's p-values, one for each test, and enters the look. Gives back which of them alarm.
    ///
    /// # Errors
    /// As [`Ledger::threshold`]; then nothing is entered.
    pub fn look(&mut self, budget: &Budget, day: i32, p_values: &[f64]) -> Result<Vec<usize>, BudgetError> {
        let planned = self.threshold(budget, day)?;
        // More tests than planned share the same.
        let tests = f64::from(budget.tests) / count(p_values.len()).max(f64::from(budget.tests));
        let threshold = planned * tests;
        let alarms: Vec<usize> =
            p_values.iter().enumerate().filter(|(_, p)| **p <= threshold).map(|(at, _)| at).collect();
        self.looks.push_back(Look { day, threshold, alarms: u32::try_from(alarms.len()).unwrap_or(u32::MAX) });
        while self.looks.front().is_some_and(|look| day.saturating_sub(look.day) > KEPT_DAYS) {
            self.looks.pop_front();
        }
        Ok(alarms)
    }

    /// Alarms in the 365 days up to and with this one.
    #[must_use]
    pub fn alarms_in_year(&self, day: i32) -> u32 {
        let year = self.looks.iter().filter(|look| look.day <= day && day.saturating_sub(look.day) < 365);
        year.map(|look| look.alarms).fold(0, u32::saturating_add)
    }
}

#[expect(clippy::cast_precision_loss, reason = "series are few")]
fn count(of: usize) -> f64 {
    of as f64
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::{Budget, BudgetError, Ledger, Look};
    use crate::random::Stream;

    /// A thousand years in which nothing is there, looked at every day, week, or whenever someone likes: the stated number of
    /// alarms a year on average, or fewer.
    #[test]
    fn a_thousand_years_of_chance_keep_to_the_budget() {
        for (looks, tests, every) in [(365.25, 1, 1.0), (52.18, 40, 7.0), (52.18, 40, 3.0), (12.0, 133, 45.0)] {
            let budget = Budget::new(4.0, looks, tests).unwrap();
            let (mut ledger, mut stream, mut alarms, mut day) = (Ledger::new(), Stream::of(5, 0), 0, 0.0_f64);
            while day < 365_250.0 {
                let p: Vec<f64> = (0..tests).map(|_| stream.unit()).collect();
                alarms += ledger.look(&budget, day as i32, &p).unwrap().len();
                day += every * (0.6 + 0.8 * stream.unit()).max(1.0 / every);
            }
            let a_year = alarms as f64 / 1000.0;
            // Four a year over a thousand years has a standard error of 0.063.
            assert!((3.4..=4.25).contains(&a_year), "{looks} looks, {tests} tests, every {every} days: {a_year}");
        }
    }

    #[test]
    fn a_second_look_on_the_same_day_spends_nothing() {
        let budget = Budget::new(4.0, 52.0, 10).unwrap();
        let mut ledger = Ledger::new();
        assert_eq!(ledger.look(&budget, 100, &[0.5, 0.000_1]).unwrap(), [1]);
        let again = ledger.look(&budget, 100, &[0.000_1]).unwrap_err();
        assert_eq!(again, BudgetError::Again { day: 100, last: 100 });
        assert_eq!((ledger.looks().len(), ledger.alarms_in_year(464), ledger.alarms_in_year(465)), (1, 1, 0));
        // A week after: as planned; after a year: three looks' worth, no more.
        let planned = budget.threshold();
        assert!((ledger.threshold(&budget, 107).unwrap() / planned - 7.0 / (365.25 / 52.0)).abs() < 1e-9);
        assert!((ledger.threshold(&budget, 500).unwrap() / planned - 3.0).abs() < 1e-9);
    }

    #[test]
    fn a_stored_book_goes_on_as_it_was() {
        let budget = Budget::new(2.0, 52.0, 3).unwrap();
        let mut ledger = Ledger::new();
        for week in 0..300 {
            ledger.look(&budget, week * 7, &[0.2, 0.9, 0.000_001]).unwrap();
        }
        let mut stored: Vec<Look> = ledger.looks().copied().collect();
        assert!(stored.len() < 110);
        stored.reverse();
        assert_eq!(Ledger::restored(stored), ledger);
    }

    #[test]
    fn plans_that_are_none_are_refused() {
        for (alarms, looks, tests) in
            [(0.0, 52.0, 1), (f64::NAN, 52.0, 1), (60.0, 52.0, 1), (4.0, 0.0, 1), (4.0, 52.0, 0)]
        {
            assert!(Budget::new(alarms, looks, tests).is_err());
        }
    }

    proptest! {
        /// Whatever the days, what is spent over them is no more than what accrued, and one planned look.
        #[test]
        fn never_more_than_accrued(steps in proptest::collection::vec(1_i32..90, 1..200), tests in 1_u32..500) {
            let budget = Budget::new(3.0, 52.0, tests).unwrap();
            let (mut ledger, mut day, mut spent) = (Ledger::new(), 0, 0.0);
            for step in &steps {
                day += step;
                spent += ledger.threshold(&budget, day).unwrap() * f64::from(tests);
                ledger.look(&budget, day, &[]).unwrap();
            }
            let days = f64::from(day - steps[0]);
            prop_assert!(spent <= 3.0 * days / 365.25 + 3.0 / 52.0 + 1e-9);
        }
    }
}
