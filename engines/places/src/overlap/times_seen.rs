//! One list, by how often each person is on it: those never seen, from those seen once, twice and so on, where people differ in
//! how likely they are to come (Rivest & Baillargeon, "Applications and extensions of Chao's moment estimator for the size of a
//! closed population", Biometrics 63, 2007). The logarithm of the expected number seen k times is an intercept, k times a
//! slope and a term for how people differ; for a fixed number of occasions t an offset ln C(t, k), for arrivals at any moment
//! −ln k!. O(k) for the greatest k.

use statrs::function::gamma::ln_gamma;

use super::log_linear::of_intercept;
use super::poisson::{self, Row};
use super::{Estimate, OverlapError, real, sum};

/// How people are thought to differ.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Differing {
    /// Not at all: everybody is as likely.
    Alike,
    /// Chao's lower bound: from those seen once and twice alone, whatever the differences.
    LowerBound,
    /// Poisson differences: 2^k − 1. Few are very unlikely to be seen.
    Poisson,
    /// Normal differences (Darroch): k²/2.
    Normal,
    /// Gamma differences: −ln(3.5 + k) + ln 3.5. Many are very unlikely to be seen.
    Gamma,
}

/// How many there are in all, of `seen` once, twice, three times and so on, in `occasions` (`None`: at any moment).
///
/// ```
/// use places::overlap::times_seen::{Differing, estimate};
/// // Snowshoe hares seen once, twice … on six occasions (Cormack 1989; Agresti 1994).
/// let hares = estimate(&[25, 22, 13, 5, 1, 2], Some(6), Differing::Poisson).unwrap();
/// assert_eq!(format!("{:.1} ({:.1})", hares.total, hares.standard_error), "81.5 (5.7)");
/// ```
///
/// # Errors
/// When nobody was seen, somebody was seen more often than there were occasions, or the counts are too few.
pub fn estimate(seen: &[u64], occasions: Option<u32>, differing: Differing) -> Result<Estimate, OverlapError> {
    let all = sum(seen.iter().copied())?;
    let last = seen.iter().rposition(|count| *count > 0).ok_or(OverlapError::Nobody)? + 1;
    let rows = match occasions {
        Some(occasions) => usize::try_from(occasions).unwrap_or(usize::MAX),
        None => last,
    };
    if last > rows || rows > 1_000 {
        return Err(OverlapError::NotEstimable);
    }
    if differing == Differing::LowerBound {
        return lower_bound(all, seen, occasions);
    }
    let counts = seen.iter().copied().chain(std::iter::repeat(0)).take(rows);
    let rows: Vec<Row> = (1_u32..)
        .zip(counts)
        .map(|(times, count)| {
            let k = f64::from(times);
            let offset = match occasions.map(f64::from) {
                Some(t) => ln_gamma(t + 1.0) - ln_gamma(k + 1.0) - ln_gamma(t - k + 1.0),
                None => -ln_gamma(k + 1.0),
            };
            let mut columns = vec![1.0, k];
            columns.extend(differing.column(k));
            Row { columns, offset, count: real(count) }
        })
        .collect();
    of_intercept(all, &poisson::fit(&rows).ok_or(OverlapError::NotEstimable)?)
}

impl Differing {
    fn column(self, k: f64) -> Option<f64> {
        match self {
            Self::Alike | Self::LowerBound => None,
            Self::Poisson => Some(k.min(60.0).exp2() - 1.0),
            Self::Normal => Some(k * k / 2.0),
            Self::Gamma => Some(-(3.5 + k).ln() + 3.5_f64.ln()),
        }
    }
}

/// Those seen once and twice alone: f₁²/2f₂, times (t − 1)/t for t occasions.
fn lower_bound(all: u64, seen: &[u64], occasions: Option<u32>) -> Result<Estimate, OverlapError> {
    let of = |times: usize| seen.get(times).copied().map_or(0.0, real);
    let (once, twice) = (of(0), of(1));
    if twice == 0.0 {
        return Err(OverlapError::NotEstimable);
    }
    let part = occasions.map_or(1.0, |t| (f64::from(t) - 1.0) / f64::from(t));
    let unseen = part * once * once / (2.0 * twice);
    let variance = if once > 0.0 { unseen + unseen.powi(2) * (4.0 / once + 1.0 / twice) } else { 0.0 };
    Estimate::about_unseen(all, unseen, variance.sqrt())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::{Differing, estimate};
    use crate::overlap::OverlapError;

    const HARES: [u64; 6] = [25, 22, 13, 5, 1, 2];

    /// `Rcapture`, models M0, Mh Poisson2, Mh Darroch, Mh Gamma3.5 of its hare data.
    #[test]
    fn hares_as_rcapture_prints_them() {
        for (differing, total, error) in [
            (Differing::Alike, 75.4, 3.5),
            (Differing::LowerBound, 79.8, 6.4),
            (Differing::Poisson, 81.5, 5.7),
            (Differing::Normal, 90.4, 11.6),
            (Differing::Gamma, 100.6, 21.7),
        ] {
            let hares = estimate(&HARES, Some(6), differing).unwrap();
            assert!((hares.total - total).abs() < 0.05, "{differing:?} {hares:?}");
            assert!((hares.standard_error - error).abs() < 0.05, "{differing:?} {hares:?}");
        }
    }

    /// `Rcapture`, illegal immigrants caught by police in the Netherlands (van der Heijden et al. 2003), at any moment; its
    /// iterations stop at the sixth digit, ours at the eleventh.
    #[test]
    fn immigrants_as_rcapture_prints_them() {
        for (differing, total, error) in [
            (Differing::Alike, 7079.9, 365.8),
            (Differing::LowerBound, 9273.5, 662.6),
            (Differing::Poisson, 8617.6, 537.3),
            (Differing::Normal, 15562.1, 1808.5),
            (Differing::Gamma, 29058.3, 5496.8),
        ] {
            let caught = estimate(&[1645, 183, 37, 13, 1, 1], None, differing).unwrap();
            assert!((caught.total - total).abs() < 0.06, "{differing:?} {caught:?}");
            assert!((caught.standard_error - error).abs() < 0.1, "{differing:?} {caught:?}");
        }
    }

    #[test]
    fn too_little_is_said_so() {
        assert_eq!(estimate(&[], None, Differing::Alike), Err(OverlapError::Nobody));
        assert_eq!(estimate(&[0, 0], Some(2), Differing::Poisson), Err(OverlapError::Nobody));
        assert_eq!(estimate(&[9], None, Differing::LowerBound), Err(OverlapError::NotEstimable));
        assert_eq!(estimate(&[1, 1, 1], Some(2), Differing::Alike), Err(OverlapError::NotEstimable));
    }

    proptest! {
        #[test]
        fn never_not_a_number(seen in prop::collection::vec(0_u64..1_000_000, 0..30), fixed: bool) {
            for differing in [Differing::Alike, Differing::LowerBound, Differing::Poisson, Differing::Normal, Differing::Gamma] {
                if let Ok(found) = estimate(&seen, fixed.then_some(30), differing) {
                    prop_assert!(found.total.is_finite() && found.standard_error.is_finite());
                    prop_assert!(found.seen as f64 <= found.interval.lower && found.interval.upper.is_finite());
                }
            }
        }
    }
}
