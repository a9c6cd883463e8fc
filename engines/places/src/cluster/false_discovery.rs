//! p-values that allow for how many areas were looked at: of a thousand areas in which nothing is going on, fifty have p below
//! 0.05. Adjusted, those below 0.05 are false in at most one of twenty on average.
//!
//! Benjamini & Hochberg, "Controlling the false discovery rate", Journal of the Royal Statistical Society B 57 (1995), holds
//! where p-values are independent or rise and fall together, as neighbours' do; Benjamini & Yekutieli, "The control of the false
//! discovery rate in multiple testing under dependency", Annals of Statistics 29 (2001), holds always and finds less.
//! Adjusted as R's `p.adjust`. O(n log n).
//!
//! With r permutations no p is below 1/(r + 1), or 2/(r + 1) on both sides, so of n areas one alone can be found only where r
//! is above 40 n at a level of 0.05: ask for more permutations, or read "none found" as "none could be".

use super::{ClusterError, real};

/// Which adjustment.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum FalseDiscovery {
    /// Benjamini & Hochberg.
    #[default]
    Hochberg,
    /// Benjamini & Yekutieli.
    Yekutieli,
}

/// Each p adjusted, in the same order; what has none (`None`, an island) is not counted and gets none.
///
/// # Errors
/// When a p is not from 0 to 1.
pub fn adjusted(p: &[Option<f64>], method: FalseDiscovery) -> Result<Vec<Option<f64>>, ClusterError> {
    let mut ranked: Vec<(f64, usize)> = Vec::with_capacity(p.len());
    for (row, value) in p.iter().enumerate() {
        match value {
            Some(value) if !(0.0..=1.0).contains(value) => {
                return Err(ClusterError::NoProbability { row, value: *value });
            }
            Some(value) => ranked.push((*value, row)),
            None => {}
        }
    }
    ranked.sort_by(|one, other| one.0.total_cmp(&other.0));
    let factor = match method {
        FalseDiscovery::Hochberg => 1.0,
        FalseDiscovery::Yekutieli => (1..=ranked.len()).map(|rank| 1.0 / real(rank)).sum(),
    };
    let (tests, mut least) = (real(ranked.len()) * factor, 1.0_f64);
    let mut found = vec![None; p.len()];
    for (rank, (value, row)) in ranked.iter().enumerate().rev() {
        least = least.min(value * (tests / real(rank + 1)));
        if let Some(place) = found.get_mut(*row) {
            *place = Some(least);
        }
    }
    Ok(found)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::{ClusterError, FalseDiscovery, adjusted};

    /// The fifteen p-values of Benjamini & Hochberg 1995, section 3.2: at 0.05 the first four are found, by Bonferroni three.
    const PUBLISHED: [f64; 15] = [
        0.0001, 0.0004, 0.0019, 0.0095, 0.0201, 0.0278, 0.0298, 0.0344, 0.0459, 0.3240, 0.4262, 0.5719, 0.6528, 0.7590,
        1.0000,
    ];

    #[test]
    fn four_of_fifteen_as_published() {
        let given: Vec<_> = PUBLISHED.iter().copied().map(Some).collect();
        let found = adjusted(&given, FalseDiscovery::Hochberg).unwrap();
        assert_eq!(found.iter().filter(|p| p.unwrap() <= 0.05).count(), 4);
        // R: p.adjust(p, "BH")[4], p.adjust(p, "BY")[1]
        assert!((found[3].unwrap() - 0.035_625).abs() < 1e-12);
        let careful = adjusted(&given, FalseDiscovery::Yekutieli).unwrap();
        assert!((careful[0].unwrap() - 0.0015 * 3.318_228_993_228_993).abs() < 1e-12);
    }

    #[test]
    fn what_has_no_p_is_not_counted() {
        let found = adjusted(&[None, Some(0.02), None, Some(0.5)], FalseDiscovery::Hochberg).unwrap();
        assert_eq!(found, [None, Some(0.04), None, Some(0.5)]);
        assert_eq!(adjusted(&[], FalseDiscovery::Yekutieli).unwrap(), []);
        let wrong = adjusted(&[Some(0.1), Some(1.5)], FalseDiscovery::Hochberg);
        assert_eq!(wrong, Err(ClusterError::NoProbability { row: 1, value: 1.5 }));
        assert!(wrong.unwrap_err().to_string().contains("row 2"));
    }

    proptest! {
        #[test]
        fn never_smaller_never_out_of_order(p in prop::collection::vec(0.0..=1.0_f64, 0..60)) {
            let given: Vec<_> = p.iter().copied().map(Some).collect();
            for method in [FalseDiscovery::Hochberg, FalseDiscovery::Yekutieli] {
                let found: Vec<f64> = adjusted(&given, method).unwrap().into_iter().map(Option::unwrap).collect();
                for (one, of_one) in p.iter().zip(&found) {
                    prop_assert!(one <= of_one && *of_one <= 1.0);
                    prop_assert!(p.iter().zip(&found).all(|(other, of_other)| one > other || of_one <= of_other));
                }
            }
        }
    }
}
