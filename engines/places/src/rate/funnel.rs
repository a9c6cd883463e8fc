//! Funnel plots: each area's count beside limits within which chance alone keeps it, wide where little is expected, narrow where
//! much is (Spiegelhalter, "Funnel plots for comparing institutional performance", Statistics in Medicine 24, 2005).
//!
//! The limits of a Poisson count are exact, between whole numbers interpolated as in that paper's appendix A.1.1. Real areas
//! differ by more than chance: rates are over-dispersed. Measured on the square root of observed over expected, whose variance
//! is 1/(4E), with the tenth of areas furthest out on either side drawn in ("winsorised"), φ = Σz²/n is that excess; limits are
//! widened for it by an additive random effect τ² or by √φ (Spiegelhalter, "Handling over-dispersion of performance
//! indicators", Quality and Safety in Health Care 14, 2005). O(n log n).

use statrs::function::gamma::checked_gamma_ur;

use super::{Confidence, Interval, RateError, real};

/// How limits allow for areas that differ by more than chance.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Dispersion {
    /// Not at all: exact limits of Poisson counts.
    #[default]
    Poisson,
    /// Areas' true rates vary with variance τ² on the scale of the square root: the one that the NHS uses.
    Additive,
    /// Deviations are √φ times as large as chance makes them.
    Multiplicative,
}

/// By how much areas differ more than chance makes them.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Excess {
    /// The mean square of areas' deviations, the furthest drawn in: about 1 where there is chance alone.
    pub phi: f64,
    /// The variance of true ratios' square roots; 0 where there is chance alone.
    pub tau_squared: f64,
    /// Whether φ is above what chance brings it to, 1 + 2√(2/n): only then are limits widened.
    pub present: bool,
}

/// Which side of its limits an area is on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Side {
    /// Below the limits of 99.8 %.
    FarBelow,
    /// Below those of 95 %.
    Below,
    /// Within.
    Within,
    /// Above the limits of 95 %.
    Above,
    /// Above those of 99.8 %.
    FarAbove,
}

/// An area in the funnel.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Standing {
    /// Events expected at the rate of all areas.
    pub expected: f64,
    /// Events observed over expected.
    pub ratio: f64,
    /// Limits of that ratio: 95 %.
    pub limits: Interval,
    /// And 99.8 %.
    pub far_limits: Interval,
    /// Which side it is on.
    pub side: Side,
}

/// All areas in one funnel.
#[derive(Debug, Clone, PartialEq)]
pub struct Funnel {
    /// The rate of all: events over what they are set against.
    pub target: f64,
    /// How much areas differ beyond chance.
    pub excess: Excess,
    /// Each area; `None` where nothing is expected, or less than an event in a billion times as long.
    pub areas: Vec<Option<Standing>>,
}

/// The funnel of counts set against exposures (residents, person-years, or expected counts after standardising).
///
/// # Errors
/// When there is not one exposure for each count, one is negative or no number, or all are 0.
pub fn funnel(counts: &[u64], exposures: &[f64], dispersion: Dispersion) -> Result<Funnel, RateError> {
    if counts.len() != exposures.len() {
        return Err(RateError::Lengths { counts: counts.len(), others: exposures.len() });
    }
    if let Some((row, value)) = exposures.iter().enumerate().find(|(_, value)| !value.is_finite() || **value < 0.0) {
        return Err(RateError::NoExposure { row, value: *value });
    }
    let (events, exposed) = (counts.iter().map(|count| real(*count)).sum::<f64>(), exposures.iter().sum::<f64>());
    if exposed <= 0.0 {
        return Err(RateError::Nobody);
    }
    let target = events / exposed;
    if !exposed.is_finite() || !target.is_finite() {
        return Err(RateError::NoExposure { row: 0, value: exposed });
    }
    let rows = || counts.iter().zip(exposures).map(|(count, exposure)| (real(*count), exposure * target));
    let excess = excess(rows().filter(|(_, expected)| *expected > LITTLE));
    let limits = Limits { dispersion, excess };
    let areas = rows().map(|(count, expected)| (expected > LITTLE).then(|| limits.standing(count, expected))).collect();
    Ok(Funnel { target, excess, areas })
}

/// So few events expected are none.
const LITTLE: f64 = 1e-9;

struct Limits {
    dispersion: Dispersion,
    excess: Excess,
}

impl Limits {
    fn standing(&self, count: f64, expected: f64) -> Standing {
        let ratio = count / expected;
        let limits = self.of(expected, Confidence::NinetyFive);
        let far_limits = self.of(expected, Confidence::NinetyNinePointEight);
        let side = if ratio < far_limits.lower {
            Side::FarBelow
        } else if ratio > far_limits.upper {
            Side::FarAbove
        } else if ratio < limits.lower {
            Side::Below
        } else if ratio > limits.upper {
            Side::Above
        } else {
            Side::Within
        };
        Standing { expected, ratio, limits, far_limits, side }
    }

    fn of(&self, expected: f64, confidence: Confidence) -> Interval {
        let chance = 0.25 / expected;
        let variance = match self.dispersion {
            Dispersion::Additive if self.excess.present => chance + self.excess.tau_squared,
            Dispersion::Multiplicative if self.excess.present => chance * self.excess.phi,
            _ => return poisson_limits(expected, confidence).scaled(1.0 / expected),
        };
        let reach = confidence.deviate() * variance.sqrt();
        Interval { lower: (1.0 - reach).max(0.0).powi(2), upper: (1.0 + reach).powi(2) }
    }
}

/// Limits within which a Poisson count with this mean stays, interpolated between whole numbers; both 0 for a mean that is
/// not above 0. Above a million by the first terms of Cornish and Fisher's expansion.
#[must_use]
pub fn poisson_limits(mean: f64, confidence: Confidence) -> Interval {
    if !mean.is_finite() || mean <= 0.0 {
        return Interval { lower: 0.0, upper: 0.0 };
    }
    let tail = confidence.tail();
    if mean > 1e6 {
        let limit = |deviate: f64| mean + deviate * mean.sqrt() + (deviate * deviate - 1.0) / 6.0;
        return Interval { lower: limit(-confidence.deviate()), upper: limit(confidence.deviate()) };
    }
    Interval { lower: quantile(mean, tail), upper: quantile(mean, 1.0 - tail) }
}

/// The least count r with P(R ≤ r) at or above the probability, less how far it overshoots as a part of P(R = r).
fn quantile(mean: f64, probability: f64) -> f64 {
    let up_to = |count: f64| if count < 0.0 { 0.0 } else { checked_gamma_ur(count + 1.0, mean).unwrap_or(1.0) };
    let (mut below, mut at) = (-1.0, (mean + 10.0 * mean.sqrt() + 20.0).ceil());
    while at - below > 1.0 {
        let middle = ((at + below) / 2.0_f64).floor();
        if up_to(middle) >= probability { at = middle } else { below = middle }
    }
    let (own, before) = (up_to(at), up_to(at - 1.0));
    let overshoot = if own > before { (own - probability) / (own - before) } else { 0.0 };
    (at - overshoot.clamp(0.0, 1.0)).max(0.0)
}

/// The excess of areas given as observed and expected.
fn excess(areas: impl Iterator<Item = (f64, f64)> + Clone) -> Excess {
    let mut deviates: Vec<f64> =
        areas.clone().map(|(count, expected)| 2.0 * (count.sqrt() - expected.sqrt())).collect();
    deviates.sort_by(f64::total_cmp);
    let tenth = deviates.len() / 10;
    let low = deviates.get(tenth).copied().unwrap_or_default();
    let high = deviates.iter().rev().nth(tenth).copied().unwrap_or_default();
    let number = deviates.iter().fold(0.0, |number, _| number + 1.0);
    if number < 2.0 {
        return Excess { phi: 1.0, tau_squared: 0.0, present: false };
    }
    let phi = deviates.iter().map(|z| z.clamp(low, high).powi(2)).sum::<f64>() / number;
    let (sum, squares) = areas.fold((0.0, 0.0), |(sum, squares), (_, expected)| {
        let weight = 4.0 * expected;
        (sum + weight, squares + weight * weight)
    });
    let room = sum - squares / sum;
    let tau_squared = if room > 0.0 { ((number * phi - (number - 1.0)) / room).max(0.0) } else { 0.0 };
    Excess { phi, tau_squared, present: phi > 1.0 + 2.0 * (2.0 / number).sqrt() }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::{Confidence, Dispersion, RateError, Side, funnel, poisson_limits};
    use crate::random::Stream;

    /// R: r = qpois(p, m); r - (ppois(r, m) - p)/dpois(r, m).
    #[test]
    fn limits_as_r_has_them() {
        for (mean, confidence, lower, upper) in LIMITS {
            let found = poisson_limits(mean, confidence);
            assert!((found.lower - lower).abs() < 1e-8 && (found.upper - upper).abs() < 1e-8, "{mean}: {found:?}");
        }
    }
    const LIMITS: [(f64, Confidence, f64, f64); 4] = [
        (0.5, Confidence::NinetyFive, 0.000000000000, 1.860025911461),
        (7.5, Confidence::NinetyNinePointEight, 0.107738988594, 16.820359124681),
        (10.0, Confidence::NinetyFive, 3.775187947688, 16.159950673345),
        (150.0, Confidence::NinetyNinePointEight, 113.106951869285, 188.756778521656),
    ];

    fn poisson(stream: &mut Stream, mean: f64) -> u64 {
        let (mut count, mut product, least) = (0_u64, stream.unit(), (-mean).exp());
        while product > least {
            count += 1;
            product *= stream.unit();
        }
        count
    }

    #[test]
    fn chance_alone_stays_inside_and_an_outlier_does_not() {
        let (mut stream, n) = (Stream::of(3, 1), 2000);
        let exposures: Vec<f64> = (0..n).map(|_| 5.0 + 60.0 * stream.unit()).collect();
        let mut counts: Vec<u64> = exposures.iter().map(|mean| poisson(&mut stream, *mean)).collect();
        counts[7] = 200;
        let found = funnel(&counts, &exposures, Dispersion::Additive).unwrap();
        assert!(!found.excess.present && (0.6..1.1).contains(&found.excess.phi), "{:?}", found.excess);
        let outside = found.areas.iter().filter(|area| area.unwrap().side != Side::Within).count();
        assert!((50..140).contains(&outside), "{outside} of 2000");
        assert_eq!(found.areas[7].unwrap().side, Side::FarAbove);
    }

    /// Square roots of true ratios vary by 0.2: τ² is found, about (less for what is drawn in), and limits hold 95 %.
    #[test]
    fn areas_that_differ_widen_the_limits() {
        let (mut stream, n) = (Stream::of(4, 1), 4000);
        let exposures: Vec<f64> = (0..n).map(|_| 40.0 + 60.0 * stream.unit()).collect();
        let mut normal = || (0..12).map(|_| stream.unit()).sum::<f64>() - 6.0;
        let ratios: Vec<f64> = (0..n).map(|_| (1.0 + 0.2 * normal()).powi(2)).collect();
        let mut stream = Stream::of(4, 2);
        let counts: Vec<u64> = exposures.iter().zip(&ratios).map(|(e, r)| poisson(&mut stream, e * r)).collect();
        for (dispersion, most) in
            [(Dispersion::Poisson, 0.7), (Dispersion::Additive, 0.93), (Dispersion::Multiplicative, 0.93)]
        {
            let found = funnel(&counts, &exposures, dispersion).unwrap();
            assert!(found.excess.present && (0.02..0.045).contains(&found.excess.tau_squared), "{:?}", found.excess);
            let within =
                found.areas.iter().filter(|area| area.unwrap().side == Side::Within).count() as f64 / f64::from(n);
            assert!(
                if dispersion == Dispersion::Poisson { within < most } else { (0.88..0.97).contains(&within) },
                "{within}"
            );
        }
    }

    #[test]
    fn bad_rows_are_named_and_nothing_expected_has_no_place() {
        assert_eq!(funnel(&[1], &[-1.0], Dispersion::Poisson), Err(RateError::NoExposure { row: 0, value: -1.0 }));
        assert_eq!(funnel(&[1], &[0.0], Dispersion::Poisson), Err(RateError::Nobody));
        assert_eq!(funnel(&[3, 1], &[0.0, 5.0], Dispersion::Poisson).unwrap().areas[0], None);
        assert_eq!(funnel(&[0, 0], &[4.0, 5.0], Dispersion::Poisson).unwrap().areas, [None, None]);
    }

    proptest! {
        #[test]
        fn nothing_panics(rows in prop::collection::vec((any::<u64>(), any::<f64>()), 0..8)) {
            let (counts, exposures): (Vec<u64>, Vec<f64>) = rows.into_iter().map(|(count, of)| (count >> 8, of.abs())).unzip();
            for dispersion in [Dispersion::Poisson, Dispersion::Additive, Dispersion::Multiplicative] {
                if let Ok(found) = funnel(&counts, &exposures, dispersion) {
                    prop_assert!(found.excess.phi.is_finite() && found.excess.tau_squared.is_finite());
                    for area in found.areas.iter().flatten() {
                        prop_assert!(area.ratio.is_finite() && area.far_limits.upper.is_finite() && area.limits.lower >= 0.0);
                    }
                }
            }
        }

        #[test]
        fn limits_hold_the_mean_and_nothing_is_no_number(
            rows in prop::collection::vec((0_u64..1000, 0.0_f64..500.0), 1..40), scale in 0.001_f64..1000.0
        ) {
            let (counts, exposures): (Vec<u64>, Vec<f64>) = rows.into_iter().unzip();
            prop_assume!(exposures.iter().sum::<f64>() > 0.0);
            for dispersion in [Dispersion::Poisson, Dispersion::Additive, Dispersion::Multiplicative] {
                let found = funnel(&counts, &exposures, dispersion).unwrap();
                for area in found.areas.iter().flatten() {
                    prop_assert!(area.far_limits.lower <= area.limits.lower && area.limits.upper <= area.far_limits.upper);
                    prop_assert!(area.limits.lower <= 1.0 && area.far_limits.upper.is_finite());
                }
                let scaled: Vec<f64> = exposures.iter().map(|exposure| exposure * scale).collect();
                let other = funnel(&counts, &scaled, dispersion).unwrap();
                for (one, other) in found.areas.iter().flatten().zip(other.areas.iter().flatten()) {
                    prop_assert!((one.far_limits.upper - other.far_limits.upper).abs() < 1e-6 * one.far_limits.upper);
                }
            }
        }
    }
}
