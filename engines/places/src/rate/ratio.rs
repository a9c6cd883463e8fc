//! One rate over another, with the exact interval and test that given both counts together the first is binomial (Clopper &
//! Pearson, "The use of confidence or fiducial limits illustrated in the case of the binomial", Biometrika 26, 1934;
//! Przyborowski & Wilenski, Biometrika 31, 1940), as R's `poisson.test`. Above 10,000 events in all, over 100 in each, where it
//! makes no difference, by the normal distribution of the ratio's logarithm. O(√events).

use statrs::function::beta::beta_reg;
use statrs::function::erf::erfc;
use statrs::function::gamma::ln_gamma;

use super::{Confidence, real};

/// Events above which the normal distribution does.
const MANY: u64 = 10_000;

/// One rate over another.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Ratio {
    /// The ratio; `None` where the second has no events, so that it has no end.
    pub ratio: Option<f64>,
    /// The lower limit.
    pub lower: f64,
    /// The upper limit; `None` where it has no end.
    pub upper: Option<f64>,
    /// How probable counts as uneven as these, or more so, are if the rates are the same: both sides, those as probable as the
    /// real ones counted.
    pub p: f64,
}

/// The ratio of the rate `first.0 / first.1` to the rate `second.0 / second.1`, each events over people or time. `None` where
/// people or time is not a number above 0 (or one is over 10¹² times the other), or nothing happened in either.
///
/// ```
/// use places::rate::{Confidence, ratio};
/// let found = ratio::of((11, 800.0), (21, 3011.0), Confidence::NinetyFive).unwrap();
/// assert_eq!(format!("{:.2} ({:.2} to {:.2})", found.ratio.unwrap(), found.lower, found.upper.unwrap()), "1.97 (0.86 to 4.28)");
/// ```
#[must_use]
pub fn of(first: (u64, f64), second: (u64, f64), confidence: Confidence) -> Option<Ratio> {
    let scale = second.1 / first.1;
    let share = 1.0 / (1.0 + scale);
    let events = first.0.checked_add(second.0)?;
    if first.1 <= 0.0 || second.1 <= 0.0 || !(1e-12..=1e12).contains(&scale) || events == 0 {
        return None;
    }
    let ratio = (second.0 > 0).then(|| real(first.0) / real(second.0) * scale).filter(|ratio| ratio.is_finite());
    let (lower, upper, p) = if events > MANY && first.0 > 100 && second.0 > 100 {
        by_logarithm(first.0, second.0, scale, confidence)
    } else {
        let tail = confidence.tail();
        let odds = |share: f64| (share < 1.0).then(|| share / (1.0 - share) * scale).filter(|odds| odds.is_finite());
        let lower = if first.0 == 0 { 0.0 } else { odds(quantile(first.0, second.0.saturating_add(1), tail))? };
        let upper = if second.0 == 0 { None } else { odds(quantile(first.0.saturating_add(1), second.0, 1.0 - tail)) };
        (lower, upper, binomial_test(first.0, events, share))
    };
    Some(Ratio { ratio, lower, upper, p })
}

/// The quantile of the beta distribution, by halving.
fn quantile(a: u64, b: u64, probability: f64) -> f64 {
    let (mut low, mut high) = (0.0_f64, 1.0_f64);
    for _ in 0..100 {
        let middle = low.midpoint(high);
        if beta_reg(real(a), real(b), middle) < probability { low = middle } else { high = middle }
    }
    low.midpoint(high)
}

/// Both sides, adding up what is no more probable than the count that there is, as far out as anything is probable at all.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "a count, clipped to 0 and to how many there are"
)]
fn binomial_test(count: u64, of: u64, share: f64) -> f64 {
    let (mean, deviation) = (real(of) * share, (real(of) * share * (1.0 - share)).sqrt());
    if of > 100_000_000 || deviation > real(MANY) {
        return normal((real(count) - mean).abs() / deviation);
    }
    let all = ln_gamma(real(of) + 1.0);
    let logarithm = |k: u64| {
        let (k, rest) = (real(k), real(of - k));
        all - ln_gamma(k + 1.0) - ln_gamma(rest + 1.0) + k * share.ln() + rest * (-share).ln_1p()
    };
    let own = logarithm(count) + 1e-7;
    let reach = 12.0 * deviation + 40.0;
    let window = (mean - reach).max(0.0) as u64..=((mean + reach) as u64).min(of);
    window.map(logarithm).filter(|other| *other <= own).map(f64::exp).sum::<f64>().min(1.0)
}

fn by_logarithm(first: u64, second: u64, scale: f64, confidence: Confidence) -> (f64, Option<f64>, f64) {
    let logarithm = (real(first) / real(second) * scale).ln();
    let deviation = (1.0 / real(first) + 1.0 / real(second)).sqrt();
    let reach = confidence.deviate() * deviation;
    let upper = Some((logarithm + reach).exp()).filter(|upper| upper.is_finite());
    ((logarithm - reach).exp(), upper, normal(logarithm.abs() / deviation))
}

fn normal(deviate: f64) -> f64 {
    erfc(deviate / std::f64::consts::SQRT_2).clamp(0.0, 1.0)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::{Confidence, of};
    use crate::random::Stream;

    /// R 4.2's `poisson.test`; the first is its manual's example.
    #[test]
    fn as_r() {
        let found = of((11, 800.0), (21, 3011.0), Confidence::NinetyFive).unwrap();
        assert!((found.ratio.unwrap() - 1.971_488_095_238_095).abs() < 1e-12);
        assert!((found.lower - 0.858_426_403_391_639).abs() < 1e-9, "{found:?}");
        assert!((found.upper.unwrap() - 4.277_265_943_654_071).abs() < 1e-9);
        assert!((found.p - 0.079_668_633_033_329_5).abs() < 1e-9);
        let none = of((0, 10.0), (9, 20.0), Confidence::NinetyFive).unwrap();
        assert!(
            none.ratio == Some(0.0) && none.lower == 0.0 && (none.upper.unwrap() - 1.013_260_380_589_335).abs() < 1e-9
        );
        assert!((none.p - 0.034_293_552_812_071).abs() < 1e-9);
    }

    #[test]
    fn what_has_no_ratio() {
        assert_eq!(of((0, 1.0), (0, 1.0), Confidence::NinetyFive), None);
        assert_eq!(of((1, 0.0), (1, 1.0), Confidence::NinetyFive), None);
        assert_eq!(of((1, f64::NAN), (1, 1.0), Confidence::NinetyFive), None);
        let endless = of((5, 1.0), (0, 1.0), Confidence::NinetyFive).unwrap();
        assert!(endless.ratio.is_none() && endless.upper.is_none() && endless.lower > 0.0);
    }

    #[test]
    fn it_holds_the_true_ratio_as_often_as_it_says() {
        let poisson = |stream: &mut Stream, mean: f64| {
            let (mut count, mut product, least) = (0_u64, stream.unit(), (-mean).exp());
            while product > least {
                count += 1;
                product *= stream.unit();
            }
            count
        };
        let (mut stream, mut held) = (Stream::of(5, 0), 0);
        for _ in 0..1000 {
            let (one, other) = (poisson(&mut stream, 20.0), poisson(&mut stream, 30.0));
            let found = of((one, 100.0), (other, 300.0), Confidence::NinetyFive).unwrap();
            held += u32::from(found.lower <= 2.0 && found.upper.is_none_or(|upper| upper >= 2.0));
        }
        assert!((945..=990).contains(&held), "{held} of 1000");
    }

    proptest! {
        #[test]
        fn nothing_panics(a: u64, b: u64, s: f64, t: f64, little: bool) {
            let (a, b) = if little { (a >> 52, b >> 40) } else { (a, b >> 1) };
            if let Some(found) = of((a, s.abs()), (b, t.abs()), Confidence::NinetyNinePointEight) {
                prop_assert!(found.lower.is_finite() && (0.0..=1.0).contains(&found.p));
                prop_assert!(found.upper.is_none_or(f64::is_finite) && found.ratio.is_none_or(f64::is_finite));
            }
        }

        #[test]
        fn the_other_way_round(a in 0_u64..30_000, b in 0_u64..30_000, s in 0.01_f64..100.0, t in 0.01_f64..100.0) {
            prop_assume!(a + b > 0);
            let one = of((a, s), (b, t), Confidence::NinetyFive).unwrap();
            let other = of((b, t), (a, s), Confidence::NinetyFive).unwrap();
            prop_assert!((0.0..=1.0).contains(&one.p) && (one.p - other.p).abs() < 1e-6);
            if let (Some(upper), true) = (one.upper, other.lower > 0.0) {
                prop_assert!((upper * other.lower - 1.0).abs() < 1e-6, "{} {}", upper, other.lower);
            }
            if let (Some(ratio), Some(upper)) = (one.ratio, one.upper) {
                prop_assert!(one.lower <= ratio && ratio <= upper);
            }
        }
    }
}
