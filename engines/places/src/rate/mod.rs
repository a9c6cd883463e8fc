//! Rates per 1,000 residents with their interval: how often something happens in an area, and how far chance alone could have
//! moved the count there.
//!
//! - [`standardised`]: rates as if every area had the same ages.
//! - [`bayes`]: rates of small areas drawn towards those of all, or of their neighbours.
//! - [`funnel`]: which rates are further out than chance takes them.
//! - [`ratio`]: one rate over another.
//! - [`relative`]: observed over expected, drawn towards the mean by a fitted distribution.
//! - [`harm`]: counts weighted by how much harm each does.
//! - [`Exposure`]: per resident, or per hour that people spend there.
//!
//! Events in a small area are counted as Poisson. The exact interval (Garwood, "Fiducial limits for the Poisson
//! distribution", Biometrika 28, 1936) comes from quantiles of chi-squared; Byar's approximation (Breslow & Day, Statistical
//! Methods in Cancer Research II, IARC 1987, page 69) needs none. Public Health England, Technical Guide: Confidence
//! Intervals (2018) advises Byar's for counts of 10 and more and the exact one below; here the exact one is the default for all.

pub mod bayes;
mod exposure;
pub mod funnel;
pub mod harm;
pub mod ratio;
pub mod relative;
pub mod standardised;

pub use exposure::{Exposure, Measured};

use statrs::distribution::{ChiSquared, ContinuousCDF};
use thiserror::Error;

/// Why counts make no rate.
#[derive(Debug, Clone, PartialEq, Error)]
pub enum RateError {
    /// Columns of different lengths.
    #[error(
        "there are {counts} counts and {others} of what they are set against: give one for each, in the same order"
    )]
    Lengths {
        /// How many counts there are.
        counts: usize,
        /// How many populations, or areas with neighbours.
        others: usize,
    },
    /// Nobody lives anywhere.
    #[error("nobody lives in any of the areas: check the column of populations")]
    Nobody,
    /// A standard population that is no number above 0 anywhere.
    #[error("the standard population in row {} is {value}: it must be a number, 0 or above, and not 0 in all rows", row + 1)]
    NoStandard {
        /// Which, counted from 0.
        row: usize,
        /// What was given.
        value: f64,
    },
    /// Events in an age group in which nobody lives.
    #[error("row {} has {count} events and no residents: correct the population, or join the row to the next", row + 1)]
    CountOfNobody {
        /// Which, counted from 0.
        row: usize,
        /// The events.
        count: u64,
    },
    /// Something expected, or exposed, that is negative or no number.
    #[error("row {} is set against {value}: it must be a number, 0 or above", row + 1)]
    NoExposure {
        /// Which, counted from 0.
        row: usize,
        /// What was given.
        value: f64,
    },
    /// A harm weight that is negative, above a billion or no number.
    #[error("the harm of “{category}” is {weight}: it must be a number from 0 to a billion")]
    NoWeight {
        /// The category.
        category: String,
        /// The weight.
        weight: f64,
    },
    /// A category with two weights.
    #[error("“{category}” has two weights: keep the one of your edition of the table")]
    TwoWeights {
        /// The category.
        category: String,
    },
}

/// How sure an interval is to hold the true rate.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub enum Confidence {
    /// 95 in 100.
    #[default]
    NinetyFive,
    /// 998 in 1,000: about three standard errors, as control charts use.
    NinetyNinePointEight,
}

impl Confidence {
    /// The probability left out on either side.
    fn tail(self) -> f64 {
        match self {
            Self::NinetyFive => 0.025,
            Self::NinetyNinePointEight => 0.001,
        }
    }

    /// The standard normal deviate that leaves that much out.
    fn deviate(self) -> f64 {
        match self {
            Self::NinetyFive => 1.959_963_984_540_054,
            Self::NinetyNinePointEight => 3.090_232_306_167_813,
        }
    }
}

/// From `lower` to `upper`.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Interval {
    /// The lower end; never below 0.
    pub lower: f64,
    /// The upper end.
    pub upper: f64,
}

impl Interval {
    pub(crate) fn scaled(self, by: f64) -> Self {
        Self { lower: self.lower * by, upper: self.upper * by }
    }
}

/// A rate per 1,000 residents with its interval.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Rate {
    /// Events.
    pub count: u64,
    /// Residents.
    pub population: u64,
    /// Events per 1,000 residents.
    pub per_1000: f64,
    /// The interval of the rate, per 1,000 residents.
    pub interval: Interval,
}

impl Rate {
    /// The rate with its exact interval of 95 %; `None` where nobody lives, since there is no rate then.
    ///
    /// ```
    /// let rate = places::rate::Rate::of(10, 1_500).unwrap();
    /// assert_eq!(format!("{:.1} ({:.1} to {:.1})", rate.per_1000, rate.interval.lower, rate.interval.upper), "6.7 (3.2 to 12.3)");
    /// ```
    #[must_use]
    pub fn of(count: u64, population: u64) -> Option<Self> {
        Self::with(count, population, exact(count, Confidence::NinetyFive))
    }

    /// The rate with an interval of the count made by [`exact`] or [`byar`]; `None` where nobody lives.
    #[must_use]
    pub fn with(count: u64, population: u64, of_count: Interval) -> Option<Self> {
        (population > 0).then(|| {
            let scale = 1000.0 / real(population);
            Self { count, population, per_1000: real(count) * scale, interval: of_count.scaled(scale) }
        })
    }
}

/// Garwood's exact interval of a Poisson count: χ²(α/2; 2c)/2 to χ²(1 − α/2; 2c + 2)/2.
///
/// Above 100,000 events it is Byar's, which there differs by less than one part in a million.
#[must_use]
pub fn exact(count: u64, confidence: Confidence) -> Interval {
    if count > 100_000 {
        return byar(count, confidence);
    }
    let twice = 2.0 * real(count);
    let lower = if count == 0 { 0.0 } else { half_chi_squared(twice, confidence.tail()) };
    Interval { lower, upper: half_chi_squared(twice + 2.0, 1.0 - confidence.tail()) }
}

/// Half the quantile of chi-squared; the degrees of freedom given here are never below 2, so it always exists.
fn half_chi_squared(freedom: f64, probability: f64) -> f64 {
    ChiSquared::new(freedom).map_or(f64::NAN, |chi_squared| chi_squared.inverse_cdf(probability) / 2.0)
}

/// Byar's approximation to the exact interval: c(1 − 1/9c − z/3√c)³ to (c+1)(1 − 1/9(c+1) + z/3√(c+1))³.
#[must_use]
pub fn byar(count: u64, confidence: Confidence) -> Interval {
    let limit = |count: f64, deviate: f64| count * (1.0 - 1.0 / (9.0 * count) + deviate / (3.0 * count.sqrt())).powi(3);
    let lower = if count == 0 { 0.0 } else { limit(real(count), -confidence.deviate()).max(0.0) };
    Interval { lower, upper: limit(real(count) + 1.0, confidence.deviate()) }
}

/// A count as a real number: exact up to 2^53.
#[expect(clippy::cast_precision_loss, reason = "counts of events and residents are far below 2^53")]
fn real(count: u64) -> f64 {
    count as f64
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::{Confidence, Interval, Rate, byar, exact};

    fn assert_near(interval: Interval, lower: f64, upper: f64, tolerance: f64) {
        assert!(
            (interval.lower - lower).abs() <= tolerance && (interval.upper - upper).abs() <= tolerance,
            "{interval:?} is not {lower} to {upper}"
        );
    }

    /// Garwood's limits as tabulated (Breslow & Day 1987, table 2.10; Ulm, Am J Epidemiol 131, 1990).
    #[test]
    fn exact_limits_as_published() {
        for (count, lower, upper) in [
            (0, 0.0, 3.689),
            (1, 0.0253, 5.572),
            (2, 0.242, 7.225),
            (5, 1.623, 11.668),
            (10, 4.795, 18.390),
            (20, 12.217, 30.888),
            (50, 37.111, 65.919),
            (100, 81.364, 121.627),
        ] {
            assert_near(exact(count, Confidence::NinetyFive), lower, upper, 0.000_6);
        }
    }

    #[test]
    fn byars_limits_as_published() {
        assert_near(byar(10, Confidence::NinetyFive), 4.79, 18.39, 0.005);
        assert_near(byar(0, Confidence::NinetyFive), 0.0, 3.69, 0.08);
        assert_near(byar(100, Confidence::NinetyFive), 81.36, 121.63, 0.005);
    }

    #[test]
    fn nobody_living_there_is_no_rate() {
        assert_eq!(Rate::of(3, 0), None);
        let none = Rate::of(0, 1000).unwrap();
        assert_eq!((none.per_1000, none.interval.lower), (0.0, 0.0));
        assert!(none.interval.upper > 3.6);
    }

    /// Essex, violence and sexual offences of January 2019: 5,378 counted.
    #[test]
    fn a_county_is_surer_than_an_area() {
        let county = Rate::of(5378, 1_790_339).unwrap();
        assert!((county.per_1000 - 3.0039).abs() < 0.000_05);
        let area = Rate::of(5, 1_600).unwrap();
        assert!(county.interval.upper - county.interval.lower < 0.2);
        assert!(area.interval.upper - area.interval.lower > 5.0);
    }

    /// Summed up over all counts that a true mean can bring, not simulated: never below its rate, and not far above.
    #[test]
    fn exact_limits_hold_the_truth() {
        for mean in [0.5_f64, 3.0, 12.3, 80.0] {
            let (mut held, mut probability) = ([0.0, 0.0], (-mean).exp());
            for count in 0..400_u64 {
                for (held, interval) in held.iter_mut().zip([exact, byar].map(|of| of(count, Confidence::NinetyFive))) {
                    if interval.lower <= mean && mean <= interval.upper {
                        *held += probability;
                    }
                }
                probability *= mean / (count as f64 + 1.0);
            }
            assert!(held[0] >= 0.95 && held[0] < 0.99 && held[1] > 0.94, "{mean}: {held:?}");
        }
    }

    proptest! {
        #[test]
        fn the_interval_holds_the_count_and_byar_is_close(count in 0_u64..3_000_000) {
            for confidence in [Confidence::NinetyFive, Confidence::NinetyNinePointEight] {
                let (garwood, byar) = (exact(count, confidence), byar(count, confidence));
                let real = count as f64;
                prop_assert!(garwood.lower <= real && real < garwood.upper);
                if count >= 10 {
                    prop_assert!((garwood.lower - byar.lower).abs() < 0.03 + real * 1e-6);
                    prop_assert!((garwood.upper - byar.upper).abs() < 0.03 + real * 1e-6);
                }
            }
        }

        #[test]
        fn the_surer_interval_is_the_wider(count in 1_u64..5_000) {
            let (narrow, wide) = (exact(count, Confidence::NinetyFive), exact(count, Confidence::NinetyNinePointEight));
            prop_assert!(wide.lower < narrow.lower && narrow.upper < wide.upper);
        }
    }
}
