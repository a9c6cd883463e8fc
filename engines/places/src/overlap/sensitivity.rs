//! Two lists, if they are not independent: those on neither are the odds ratio times the number that independence gives, so
//! that the estimate can be shown for every dependence that is thought possible (Gerritse, van der Heijden & Bakker,
//! "Sensitivity of population size estimation for violating parametric assumptions in log-linear models", Journal of Official
//! Statistics 31, 2015).
//!
//! The odds ratio is that of being on the second list for those on the first against those not on it: above 1 where one
//! service tells the other (an ambulance that calls police), below 1 where people turn to one instead of the other. Two lists
//! say nothing about it: it comes from a third list, or from knowing how services work. Constant time for each ratio.

use super::chapman::TwoLists;
use super::{Interval, OverlapError, real};

/// The estimate under one dependence.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Under {
    /// The odds ratio assumed; 1 is independence.
    pub odds_ratio: f64,
    /// How many there are in all.
    pub total: f64,
    /// The interval of 95 %, if the odds ratio is right.
    pub interval: Interval,
}

/// Odds ratios from a half to four: services rarely keep people from each other, and often send them on.
pub const USUAL: [f64; 7] = [0.5, 0.75, 1.0, 1.5, 2.0, 3.0, 4.0];

/// The total under one odds ratio; at 1 it is Chapman's.
///
/// # Errors
/// When the lists have no estimate, or the ratio is not a number above 0.
pub fn under(lists: &TwoLists, odds_ratio: f64) -> Result<Under, OverlapError> {
    if !(odds_ratio > 0.0 && odds_ratio.is_finite()) {
        return Err(OverlapError::NoOddsRatio(odds_ratio));
    }
    let parts = lists.parts()?;
    let (total, interval) = (real(parts.seen) + odds_ratio * parts.unseen(), parts.interval(odds_ratio));
    if total.is_finite() && interval.upper.is_finite() {
        Ok(Under { odds_ratio, total, interval })
    } else {
        Err(OverlapError::NoOddsRatio(odds_ratio))
    }
}

/// The total under each of several odds ratios: [`USUAL`] are a fair choice.
///
/// # Errors
/// As [`under`].
pub fn band(lists: &TwoLists, odds_ratios: &[f64]) -> Result<Vec<Under>, OverlapError> {
    odds_ratios.iter().map(|ratio| under(lists, *ratio)).collect()
}

/// The odds ratio under which there would be `total` in all: how strong a dependence it takes to make an estimate from
/// elsewhere right. `None` where the total is not above those seen, or where all are on one list.
///
/// # Errors
/// When the lists have no estimate.
pub fn odds_ratio_for(lists: &TwoLists, total: f64) -> Result<Option<f64>, OverlapError> {
    let parts = lists.parts()?;
    let (beyond, unseen) = (total - real(parts.seen), parts.unseen());
    Ok((beyond > 0.0 && unseen > 0.0).then(|| beyond / unseen).filter(|ratio| ratio.is_finite()))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::{USUAL, band, odds_ratio_for, under};
    use crate::overlap::OverlapError;
    use crate::overlap::chapman::TwoLists;
    use crate::random::Stream;

    const LISTS: TwoLists = TwoLists { first: 948, second: 421, both: 167 };

    #[test]
    fn independence_is_chapmans() {
        let (at_one, chapman) = (under(&LISTS, 1.0).unwrap(), LISTS.estimate().unwrap());
        assert!((at_one.total - chapman.total).abs() < 1e-9);
        assert_eq!(at_one.interval, chapman.interval);
        assert_eq!(under(&LISTS, 0.0), Err(OverlapError::NoOddsRatio(0.0)));
        assert!(matches!(under(&LISTS, f64::NAN), Err(OverlapError::NoOddsRatio(_))));
        assert_eq!(odds_ratio_for(&LISTS, 100.0), Ok(None));
    }

    /// Lists that depend: the interval under the true odds ratio holds the truth, the one under independence does not.
    #[test]
    fn the_true_dependence_finds_the_truth() {
        let (mut held, mut naive) = (0, 0);
        for world in 0..400 {
            let mut chance = Stream::of(3, world);
            let mut lists = TwoLists { first: 0, second: 0, both: 0 };
            for _ in 0..3_000 {
                let first = chance.unit() < 0.4;
                // Odds of 2/3 and 1/6: a ratio of 4.
                let second = chance.unit() < if first { 0.4 } else { 1.0 / 7.0 };
                lists.first += u64::from(first);
                lists.second += u64::from(second);
                lists.both += u64::from(first && second);
            }
            let holds = |ratio| {
                let interval = under(&lists, ratio).unwrap().interval;
                u32::from(interval.lower <= 3_000.0 && 3_000.0 <= interval.upper)
            };
            held += holds(4.0);
            naive += holds(1.0);
        }
        assert!(held >= 368 && naive == 0, "{held} {naive}");
    }

    proptest! {
        #[test]
        fn more_dependence_is_more_unseen(first in 1_u64..2_000, second in 1_u64..2_000, both in 1_u64..2_000) {
            let lists = TwoLists { first: first + both, second: second + both, both };
            let totals = band(&lists, &USUAL).unwrap();
            prop_assert!(totals.windows(2).all(|pair| pair[0].total < pair[1].total));
            let back = odds_ratio_for(&lists, totals[0].total).unwrap().unwrap();
            prop_assert!((back - 0.5).abs() < 1e-6);
        }
    }
}
