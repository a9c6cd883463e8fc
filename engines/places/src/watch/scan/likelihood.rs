//! The log likelihood ratio of a window, and the counts from which on it passes a given height.

use super::Rates;

/// How finely the expected number is cut: into steps of a sixty-fourth of its square root, so small against chance's own
/// spread at any size.
const FINE: f64 = 64.0;
/// What rounding may do to a ratio.
pub(super) const ROUNDING: f64 = 1e-9;

/// The ratio, given all cases.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Likelihood {
    /// All cases.
    pub(super) total: f64,
    /// All controls, where there are controls.
    pub(super) controls: Option<f64>,
}

impl Likelihood {
    /// c ln(c/e) + (n − c) ln((n − c)/(n − e)), and the same of the controls; 0 where the window holds all that is expected, or
    /// nothing.
    pub(super) fn ratio(self, cases: f64, expected: f64) -> f64 {
        let of_controls = self.controls.map_or(0.0, |all| {
            let within = expected * all / self.total;
            // As many fewer controls as there are more cases; rounding may make that a hair less than none.
            terms((within - (cases - expected)).max(0.0), within, all)
        });
        (terms(cases, expected, self.total) + of_controls).max(0.0)
    }

    /// Never less than the ratio, and without a logarithm: since ln x ≤ x − 1, it is at most (c − e)² n / (e (n − e)).
    pub(super) fn bound(self, cases: f64, expected: f64) -> f64 {
        let beyond = self.total - expected;
        if expected <= 0.0 || beyond <= 0.0 {
            return 0.0;
        }
        // Of the controls the same square, and the share of the window is the same.
        let controls = self.controls.filter(|all| *all > 0.0).map_or(1.0, |all| 1.0 + self.total / all);
        (cases - expected) * (cases - expected) * self.total / (expected * beyond) * controls * (1.0 + ROUNDING)
    }
}

fn terms(count: f64, expected: f64, total: f64) -> f64 {
    let (outside, beyond) = (total - count, total - expected);
    if expected <= 0.0 || beyond <= ROUNDING * total {
        return 0.0;
    }
    let within = if count > 0.0 { count * (count / expected).ln() } else { 0.0 };
    let without = if outside > 0.0 { outside * (outside / beyond).ln() } else { 0.0 };
    within + without
}

/// For every expected number, the count that must be passed for the ratio to come up to a floor: never too high, since it is
/// taken at the end of a step that asks least.
pub(super) struct Floors {
    limits: Vec<i64>,
    never: i64,
}

impl Floors {
    /// For expected numbers up to `largest`. With [`Rates::Low`] counts are taken as negative, so that there too they must be
    /// passed upwards.
    pub(super) fn of(likelihood: Likelihood, floor: f64, largest: f64, rates: Rates) -> Self {
        let steps = step(largest) + 2;
        if rates == Rates::Low { Self::low(likelihood, floor, steps) } else { Self::high(likelihood, floor, steps) }
    }

    fn high(likelihood: Likelihood, floor: f64, steps: usize) -> Self {
        let mut count = 0.0;
        let mut limits = Vec::with_capacity(steps);
        for at in 0..steps {
            let expected = edge(at);
            while count <= likelihood.total
                && (count <= expected || likelihood.ratio(count, expected) < floor - ROUNDING)
                // With nothing expected the first case is beyond all measure.
                && !(at == 0 && count > 0.0)
            {
                count += 1.0;
            }
            limits.push(if count > likelihood.total { i64::MAX } else { whole(count) - 1 });
        }
        Self { limits, never: i64::MAX }
    }

    fn low(likelihood: Likelihood, floor: f64, steps: usize) -> Self {
        let mut count = -1.0;
        let mut limits = Vec::with_capacity(steps);
        for at in 0..steps {
            let expected = edge(at + 1).min(likelihood.total * (1.0 - 2.0 * ROUNDING));
            while count + 1.0 < expected && likelihood.ratio(count + 1.0, expected) >= floor - ROUNDING {
                count += 1.0;
            }
            limits.push(if count < 0.0 { 0 } else { -whole(count) - 1 });
        }
        Self { limits, never: 0 }
    }

    /// The count to be passed.
    pub(super) fn limit(&self, expected: f64) -> i64 {
        self.limits.get(step(expected)).copied().unwrap_or(self.never)
    }
}

#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "not negative, and far below 2^32")]
fn step(expected: f64) -> usize {
    (expected.max(0.0).sqrt() * FINE) as usize
}

/// The expected number at which a step begins; a hair lower, so that rounding cannot move one over it.
#[expect(clippy::cast_precision_loss, reason = "steps are few")]
fn edge(at: usize) -> f64 {
    (at as f64 / FINE).powi(2) * (1.0 - 1e-12)
}

#[expect(clippy::cast_possible_truncation, reason = "a whole number below 2^31")]
fn whole(count: f64) -> i64 {
    count as i64
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::{Floors, Likelihood, Rates};

    proptest! {
        /// Whatever reaches the floor passes the limit, and the bound is one.
        #[test]
        fn nothing_is_passed_over(total in 1_u32..3_000, controls in proptest::option::of(0.0_f64..9_000.0), share in 0.0001_f64..0.9, part in 0.0_f64..1.0, floor in 0.0_f64..20.0) {
            let likelihood = Likelihood { total: f64::from(total), controls: controls.map(f64::round) };
            let expected = share * likelihood.total;
            let count = (part * likelihood.total).round();
            let ratio = likelihood.ratio(count, expected);
            prop_assert!(ratio.is_finite() && likelihood.bound(count, expected) >= ratio - 1e-9);
            let high = Floors::of(likelihood, floor, likelihood.total, Rates::High).limit(expected);
            let low = Floors::of(likelihood, floor, likelihood.total, Rates::Low).limit(expected);
            if ratio >= floor && count > expected {
                prop_assert!(count as i64 > high, "{count} of {total} where {expected}: {ratio} is at least {floor}, limit {high}");
            }
            if ratio >= floor && count < expected {
                prop_assert!(-(count as i64) > low, "{count} of {total} where {expected}: {ratio} is at least {floor}, limit {low}");
            }
            // And little that does not: a tenth lower at most, where counts are not tiny.
            if controls.is_none() && expected > 10.0 && ratio < floor * 0.8 - 0.3 && count > expected {
                prop_assert!(count as i64 <= high);
            }
        }
    }
}
