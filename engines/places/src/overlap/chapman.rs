//! Two lists: (n₁ + 1)(n₂ + 1)/(m + 1) − 1 where n₁, n₂ are on each and m on both (Chapman, "Some properties of the
//! hypergeometric distribution with applications to zoological sample censuses", 1951), with its unbiased variance (Seber,
//! "The effects of trap response on tag recapture estimates", Biometrics 26, 1970).
//!
//! The interval is that of the transformed logit (Sadinle, "Transformed logit confidence intervals for small populations in
//! single capture–recapture estimation", Communications in Statistics 38, 2009), which holds the truth at its nominal rate
//! where few are on both lists and never falls below those seen. Two lists cannot show whether they depend on each other: see
//! [`crate::overlap::sensitivity`]. Constant time.

use super::{DEVIATE, Estimate, Interval, OverlapError, real, sum};

/// Below this many on both lists the estimate is biased and jumps with every link that is missed (Robson & Regier, "Sample size
/// in Petersen mark-recapture experiments", 1964).
pub const FEW: u64 = 7;

/// Two lists that overlap.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TwoLists {
    /// On the first list.
    pub first: u64,
    /// On the second.
    pub second: u64,
    /// On both.
    pub both: u64,
}

impl TwoLists {
    /// How many there are in all.
    ///
    /// ```
    /// use places::overlap::chapman::TwoLists;
    /// // Seber (1982), page 107: 948 on the first list, 421 on the second, 167 on both.
    /// let estimate = TwoLists { first: 948, second: 421, both: 167 }.estimate().unwrap();
    /// assert_eq!(format!("{:.0}", estimate.total), "2383");
    /// assert_eq!(format!("{:.0}", estimate.missed(948).count), "1435");
    /// ```
    ///
    /// # Errors
    /// When more are on both than on one, or nobody is on both.
    pub fn estimate(&self) -> Result<Estimate, OverlapError> {
        let parts = self.parts()?;
        let [first, second, both] = [self.first, self.second, self.both].map(real);
        let unseen = parts.unseen();
        let variance = (first + 1.0) * (second + 1.0) / (both + 1.0) * (first - both) / (both + 1.0) * (second - both)
            / (both + 2.0);
        Ok(Estimate {
            seen: parts.seen,
            total: real(parts.seen) + unseen,
            standard_error: variance.sqrt(),
            interval: parts.interval(1.0),
        })
    }

    /// Whether so few are on both that the estimate should not be shown without saying so: below [`FEW`].
    #[must_use]
    pub fn is_thin(&self) -> bool {
        self.both < FEW
    }

    pub(super) fn parts(&self) -> Result<Parts, OverlapError> {
        let one = self.first.min(self.second);
        let (Some(only_first), Some(only_second)) =
            (self.first.checked_sub(self.both), self.second.checked_sub(self.both))
        else {
            return Err(OverlapError::MoreOnBoth { both: self.both, one });
        };
        let seen = sum([self.both, only_first, only_second])?;
        match (seen, self.both) {
            (0, _) => Err(OverlapError::Nobody),
            (_, 0) => Err(OverlapError::NoOverlap),
            _ => {
                Ok(Parts { seen, both: real(self.both), only_first: real(only_first), only_second: real(only_second) })
            }
        }
    }
}

/// The three counts that two lists make.
pub(super) struct Parts {
    pub(super) seen: u64,
    both: f64,
    only_first: f64,
    only_second: f64,
}

impl Parts {
    /// Chapman's estimate of those on neither: it equals (n₁ + 1)(n₂ + 1)/(m + 1) − 1 less those seen.
    pub(super) fn unseen(&self) -> f64 {
        self.only_first / (self.both + 1.0) * self.only_second
    }

    /// Sadinle's interval of the total where the odds of being on the second list are `odds_ratio` times as large for those on
    /// the first.
    pub(super) fn interval(&self, odds_ratio: f64) -> Interval {
        let [both, first, second] = [self.both, self.only_first, self.only_second].map(|count| count + 0.5);
        let unseen = odds_ratio * first / both * second;
        let spread = (1.0 / both + 1.0 / first + 1.0 / second + both / first / second).sqrt();
        let limit = |deviate: f64| (real(self.seen) - 0.5 + unseen * (deviate * spread).exp()).max(real(self.seen));
        Interval { lower: limit(-DEVIATE), upper: limit(DEVIATE) }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::TwoLists;
    use crate::overlap::OverlapError;
    use crate::random::Stream;

    /// Rcapture's bias-corrected model Mt on the same counts gives 2,382.8 with a standard error of 129.1.
    #[test]
    fn as_published_by_seber() {
        let estimate = TwoLists { first: 948, second: 421, both: 167 }.estimate().unwrap();
        assert!((estimate.total - 2382.8).abs() < 0.05, "{estimate:?}");
        assert!((estimate.standard_error - 129.1).abs() < 0.05, "{estimate:?}");
    }

    #[test]
    fn without_an_overlap_there_is_no_number() {
        assert_eq!(TwoLists { first: 5, second: 5, both: 0 }.estimate(), Err(OverlapError::NoOverlap));
        assert_eq!(TwoLists { first: 0, second: 0, both: 0 }.estimate(), Err(OverlapError::Nobody));
        assert_eq!(
            TwoLists { first: 5, second: 3, both: 4 }.estimate(),
            Err(OverlapError::MoreOnBoth { both: 4, one: 3 })
        );
        assert_eq!(TwoLists { first: u64::MAX, second: u64::MAX, both: 1 }.estimate(), Err(OverlapError::TooMany));
        assert!(TwoLists { first: 9, second: 9, both: 6 }.is_thin());
        let all = TwoLists { first: 9, second: 9, both: 9 }.estimate().unwrap();
        assert_eq!((all.total, all.standard_error, all.interval.lower), (9.0, 0.0, 9.0));
    }

    /// The interval holds the truth at its rate, in small and in large worlds.
    #[test]
    fn the_interval_covers() {
        for (people, first, second) in [(60, 0.5, 0.4), (400, 0.3, 0.2), (5_000, 0.4, 0.1)] {
            let (mut held, mut drawn) = (0, 0);
            for world in 0..2_000 {
                let mut chance = Stream::of(11, world);
                let mut lists = TwoLists { first: 0, second: 0, both: 0 };
                for _ in 0..people {
                    let (one, other) = (chance.unit() < first, chance.unit() < second);
                    lists.first += u64::from(one);
                    lists.second += u64::from(other);
                    lists.both += u64::from(one && other);
                }
                if let Ok(estimate) = lists.estimate() {
                    drawn += 1;
                    let truth = f64::from(people);
                    held += u32::from(estimate.interval.lower <= truth && truth <= estimate.interval.upper);
                }
            }
            let share = f64::from(held) / f64::from(drawn);
            assert!((0.935..0.985).contains(&share), "{people}: {share}");
        }
    }

    proptest! {
        #[test]
        fn always_finite_and_the_same_either_way(a in 0_u64..1 << 50, b in 0_u64..1 << 50, both in 0_u64..1 << 50) {
            let lists = TwoLists { first: a + both, second: b + both, both };
            if let Ok(estimate) = lists.estimate() {
                let seen = estimate.seen as f64;
                prop_assert!(estimate.standard_error.is_finite() && estimate.interval.upper.is_finite());
                prop_assert!(seen <= estimate.interval.lower && estimate.interval.lower <= estimate.interval.upper);
                prop_assert!(seen <= estimate.total);
                let missed = estimate.missed(lists.first);
                prop_assert!((0.0..=1.0).contains(&missed.share));
                let other = TwoLists { first: lists.second, second: lists.first, both }.estimate().unwrap();
                prop_assert!((other.total - estimate.total).abs() <= estimate.total * 1e-12);
            }
        }
    }
}
