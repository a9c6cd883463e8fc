//! Relative risks, observed over expected, drawn towards their mean by a gamma distribution fitted to them: empirical Bayes
//! where expected counts allow for age already (Clayton & Kaldor, "Empirical Bayes estimates of age-standardized relative
//! risks for use in disease mapping", Biometrics 43, 1987).
//!
//! Counts are Poisson with mean Eᵢ θᵢ, θ has a gamma distribution with mean μ and shape α, so that counts are negative binomial;
//! μ and α are those of greatest likelihood, and θᵢ is estimated by (Oᵢ + α)/(Eᵢ + α/μ). [`bayes`](super::bayes) takes moments
//! instead, as GeoDa and R's `spdep` do. O(n) for n areas, some hundred times over.

use statrs::function::gamma::digamma;

use super::{RateError, real};

/// Relative risks of all areas.
#[derive(Debug, Clone, PartialEq)]
pub struct RelativeRisks {
    /// The shape α of the risks' distribution, the smaller the more they differ; `None` where chance alone explains all
    /// differences, and every area has the mean.
    pub alpha: Option<f64>,
    /// The mean risk μ.
    pub mean: f64,
    /// Each area's; `None` where nothing is expected.
    pub risks: Vec<Option<f64>>,
}

/// Between these shapes it is looked for: beyond the second, risks differ by less than one part in three hundred.
const SHAPES: (f64, f64) = (1e-3, 1e5);

/// So few events expected are none.
const LITTLE: f64 = 1e-9;

/// The relative risks of counts beside expected counts.
///
/// # Errors
/// When there is not one expected count for each, one is negative or no number, or all are 0.
pub fn relative_risks(counts: &[u64], expected: &[f64]) -> Result<RelativeRisks, RateError> {
    if counts.len() != expected.len() {
        return Err(RateError::Lengths { counts: counts.len(), others: expected.len() });
    }
    if let Some((row, value)) = expected.iter().enumerate().find(|(_, value)| !(0.0..=1e15).contains(*value)) {
        return Err(RateError::NoExposure { row, value: *value });
    }
    let rows = || counts.iter().zip(expected).map(|(count, expected)| (real(*count), *expected));
    let areas: Vec<(f64, f64)> = rows().filter(|(_, expected)| *expected > LITTLE).collect();
    if areas.is_empty() {
        return Err(RateError::Nobody);
    }
    let alpha = shape(&areas);
    let mean = mean(&areas, alpha);
    let risk = |(count, expected): (f64, f64)| match alpha {
        Some(alpha) if mean > 0.0 => (count + alpha) / (expected + alpha / mean),
        _ => mean,
    };
    let risks = rows().map(|row| (row.1 > LITTLE).then(|| risk(row))).collect();
    Ok(RelativeRisks { alpha, mean, risks })
}

/// The mean of greatest likelihood for a shape: the root of Σ (O − Eμ) α/(α + Eμ), which falls as μ rises. By Newton's steps,
/// halved where they leave what the root is known to be in.
fn mean(areas: &[(f64, f64)], alpha: Option<f64>) -> f64 {
    let (events, expected) = areas.iter().fold((0.0, 0.0), |sum, area| (sum.0 + area.0, sum.1 + area.1));
    let (Some(alpha), true) = (alpha, events > 0.0) else { return events / expected };
    let (mut low, mut high) = (0.0, areas.iter().map(|(count, expected)| count / expected).fold(0.0, f64::max));
    let mut mean = events / expected;
    for _ in 0..100 {
        let (mut excess, mut slope) = (0.0, 0.0);
        for (count, expected) in areas {
            let spread = alpha / (alpha + expected * mean);
            excess += (count - expected * mean) * spread;
            slope += expected * (alpha + count) / alpha * spread * spread;
        }
        if excess > 0.0 {
            low = mean
        } else {
            high = mean
        }
        let next = mean + excess / slope;
        let next = if (low..=high).contains(&next) { next } else { f64::midpoint(low, high) };
        if (next - mean).abs() <= 1e-15 * mean {
            break;
        }
        mean = next;
    }
    mean
}

/// The shape of greatest likelihood, by halving the logarithm: where the likelihood, with the best mean for each shape, stops
/// rising. `None` where it rises to the end.
fn shape(areas: &[(f64, f64)]) -> Option<f64> {
    if areas.iter().all(|(count, _)| *count == 0.0) {
        return None;
    }
    let rises = |logarithm: f64| slope(areas, logarithm.exp()) > 0.0;
    let (mut low, mut high) = (SHAPES.0.ln(), SHAPES.1.ln());
    if rises(high) {
        return None;
    }
    for _ in 0..60 {
        let middle = f64::midpoint(low, high);
        if rises(middle) { low = middle } else { high = middle }
    }
    Some(f64::midpoint(low, high).exp())
}

/// How the logarithm of the likelihood changes with the shape.
fn slope(areas: &[(f64, f64)], alpha: f64) -> f64 {
    let mean = mean(areas, Some(alpha));
    let own = digamma(alpha);
    let of_area = |(count, expected): &(f64, f64)| {
        let part = expected * mean / alpha;
        digamma(count + alpha) - own - part.ln_1p() + (expected * mean - count) / (alpha + expected * mean)
    };
    areas.iter().map(of_area).sum()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::{RateError, relative_risks};
    use crate::random::Stream;

    fn poisson(stream: &mut Stream, mean: f64) -> u64 {
        let (mut count, mut product) = (0, stream.unit());
        while product > (-mean).exp() {
            count += 1;
            product *= stream.unit();
        }
        count
    }

    /// Risks with shape 2 and mean 1.5: both are found, and the estimates are nearer to the truth than the ratios.
    #[test]
    fn planted_risks_are_found() {
        let mut stream = Stream::of(17, 0);
        let truths: Vec<f64> = (0..3000).map(|_| -0.75 * (stream.unit() * stream.unit()).ln()).collect();
        let expected: Vec<f64> = (0..3000).map(|_| 1.0 + 6.0 * stream.unit()).collect();
        let counts: Vec<u64> = truths.iter().zip(&expected).map(|(t, e)| poisson(&mut stream, t * e)).collect();
        let found = relative_risks(&counts, &expected).unwrap();
        assert!((1.8..2.2).contains(&found.alpha.unwrap()) && (1.44..1.56).contains(&found.mean), "{:?}", found.alpha);
        let (mut crude, mut drawn) = (0.0, 0.0);
        for (at, truth) in truths.iter().enumerate() {
            crude += (counts[at] as f64 / expected[at] - truth).powi(2);
            drawn += (found.risks[at].unwrap() - truth).powi(2);
        }
        assert!(drawn < 0.85 * crude, "{drawn} {crude}");
    }

    #[test]
    fn chance_alone_and_nothing_at_all() {
        let alike = relative_risks(&[5, 5, 4, 6], &[5.0; 4]).unwrap();
        assert_eq!((alike.alpha, alike.mean, alike.risks[0]), (None, 1.0, Some(1.0)));
        let nothing = relative_risks(&[0, 0, 0], &[1.0, 2.0, 0.0]).unwrap();
        assert_eq!((nothing.mean, nothing.risks), (0.0, vec![Some(0.0), Some(0.0), None]));
        assert_eq!(relative_risks(&[1], &[0.0]), Err(RateError::Nobody));
        assert_eq!(relative_risks(&[1, 2], &[1.0, -2.0]), Err(RateError::NoExposure { row: 1, value: -2.0 }));
    }

    proptest! {
        #[test]
        fn always_a_number_between_ratio_and_mean(rows in prop::collection::vec((0_u64..400, 0.0_f64..300.0), 1..30)) {
            let (counts, expected): (Vec<u64>, Vec<f64>) = rows.into_iter().unzip();
            prop_assume!(expected.iter().any(|expected| *expected > 0.001));
            let found = relative_risks(&counts, &expected).unwrap();
            for (at, risk) in found.risks.iter().enumerate() {
                let Some(risk) = risk else { continue };
                let ratio = counts[at] as f64 / expected[at];
                let slack = 1e-9 * (1.0 + ratio + found.mean);
                prop_assert!(*risk >= ratio.min(found.mean) - slack && *risk <= ratio.max(found.mean) + slack);
            }
        }

        #[test]
        fn nothing_panics(rows in prop::collection::vec((any::<u64>(), any::<f64>()), 0..6)) {
            let (counts, expected): (Vec<u64>, Vec<f64>) = rows.into_iter().unzip();
            if let Ok(found) = relative_risks(&counts, &expected) {
                prop_assert!(found.mean.is_finite() && found.risks.iter().flatten().all(|risk| risk.is_finite()));
            }
        }
    }
}
