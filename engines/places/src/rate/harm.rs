//! Counts weighted by the harm that each does: Σ w c over categories of offence, with any table of weights, which is loaded as
//! data (each edition of an index has its own). Two are known by name, for what must be said beside them: the Cambridge Crime
//! Harm Index (Sherman, Neyroud & Neyroud, "The Cambridge Crime Harm Index", Policing 10, 2016: days of imprisonment at the
//! start of the sentencing guideline) and the Office for National Statistics' Crime Severity Score (days of sentences passed).
//!
//! The interval is Dobson's for a weighted sum of Poisson counts (see [`standardised`](super::standardised)), on exact
//! limits of the count: H ± √(Σ w²c / Σ c) (c limits − c). Where few events carry most of the weight it is somewhat narrow.
//! O(n log k) for n counts and k categories.

use std::collections::BTreeMap;

use super::{Confidence, Interval, RateError, exact, real};

/// Where weights come from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Index {
    /// The Cambridge Crime Harm Index.
    CambridgeHarm,
    /// The Crime Severity Score of the Office for National Statistics.
    Severity,
    /// A table of one's own.
    Other(String),
}

impl Index {
    /// Its name.
    #[must_use]
    pub fn name(&self) -> &str {
        match self {
            Self::CambridgeHarm => "Cambridge Crime Harm Index",
            Self::Severity => "ONS Crime Severity Score",
            Self::Other(name) => name,
        }
    }

    /// What must be said wherever a figure made with it is shown.
    #[must_use]
    pub fn caveat(&self) -> &'static str {
        match self {
            Self::CambridgeHarm => {
                "The Cambridge Crime Harm Index leaves out what police find by their own work rather than hear of from \
                 victims and witnesses: drug offences and trafficking count nothing here, whatever harm they do."
            }
            Self::Severity => {
                "The ONS Crime Severity Score weighs an offence by the sentences that courts passed for it, and rises where \
                 police look for or record more of it."
            }
            Self::Other(_) => "These weights are the unit's own: compare only figures made with the same table.",
        }
    }
}

/// A table of weights.
#[derive(Debug, Clone, PartialEq)]
pub struct HarmWeights {
    index: Index,
    weights: BTreeMap<String, f64>,
}

/// An amount of harm.
#[derive(Debug, Clone, PartialEq)]
pub struct Harm {
    /// In the unit of the weights: days, as a rule.
    pub amount: f64,
    /// Its interval.
    pub interval: Interval,
    /// Events that were weighted.
    pub events: u64,
    /// Events that were not, by category, since the table has no weight for it; show them.
    pub unweighted: BTreeMap<String, u64>,
}

impl HarmWeights {
    /// A table of categories and weights. Categories are compared without regard to case and surrounding space.
    ///
    /// # Errors
    /// When a weight is negative, above a billion or not a number, or a category comes twice with different ones.
    pub fn new(index: Index, table: impl IntoIterator<Item = (String, f64)>) -> Result<Self, RateError> {
        let mut weights = BTreeMap::new();
        for (category, weight) in table {
            if !(0.0..=1e9).contains(&weight) {
                return Err(RateError::NoWeight { category, weight });
            }
            if weights.insert(key(&category), weight).is_some_and(|before| before != weight) {
                return Err(RateError::TwoWeights { category });
            }
        }
        Ok(Self { index, weights })
    }

    /// Where the weights come from.
    #[must_use]
    pub fn index(&self) -> &Index {
        &self.index
    }

    /// What one event of a category weighs; `None` where the table doesn't say.
    #[must_use]
    pub fn weight(&self, category: &str) -> Option<f64> {
        self.weights.get(&key(category)).copied()
    }

    /// The harm of counts by category. Where nothing happened the interval reaches to what the heaviest category of the
    /// counts given could have done unseen.
    #[must_use]
    pub fn of<'a>(&self, counts: impl IntoIterator<Item = (&'a str, u64)>, confidence: Confidence) -> Harm {
        let (mut amount, mut squares, mut events, mut heaviest) = (0.0, 0.0, 0_u64, 0.0_f64);
        let mut unweighted = BTreeMap::new();
        for (category, count) in counts {
            let Some(weight) = self.weight(category) else {
                if count > 0 {
                    *unweighted.entry(category.trim().to_owned()).or_default() += count;
                }
                continue;
            };
            amount += weight * real(count);
            squares += weight * weight * real(count);
            events = events.saturating_add(count);
            heaviest = heaviest.max(weight);
        }
        let count = real(events);
        let each = if events == 0 { heaviest } else { (squares / count).sqrt() };
        let limits = exact(events, confidence);
        let lower = (amount + each * (limits.lower - count)).max(0.0);
        let interval = Interval { lower, upper: amount + each * (limits.upper - count) };
        Harm { amount, interval, events, unweighted }
    }
}

fn key(category: &str) -> String {
    category.trim().to_lowercase()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::{HarmWeights, Index, RateError};
    use crate::random::Stream;
    use crate::rate::{Confidence, Exposure, exact};

    /// Not the published weights: round numbers, to be added up by hand.
    fn table() -> HarmWeights {
        let rows =
            [("Murder", 5000.0), ("Robbery", 400.0), ("Theft", 2.0)].map(|(name, weight)| (name.to_owned(), weight));
        HarmWeights::new(Index::CambridgeHarm, rows).unwrap()
    }

    #[test]
    fn added_up_by_hand() {
        let found = table().of([(" robbery", 3), ("THEFT", 10), ("Affray", 4), ("Murder", 0)], Confidence::NinetyFive);
        assert_eq!((found.amount, found.events, found.unweighted["Affray"]), (1220.0, 13, 4));
        assert!(found.interval.lower < 1220.0 && found.interval.upper > 1220.0);
        let shown = Exposure::Residents(2000).measure(found.amount, found.interval).unwrap();
        assert_eq!(shown.per_1000, 610.0);
        assert!(table().index().caveat().contains("drug"));
    }

    #[test]
    fn nothing_happened_is_not_surely_nothing() {
        let found = table().of([("Robbery", 0)], Confidence::NinetyFive);
        assert_eq!((found.amount, found.interval.lower), (0.0, 0.0));
        assert!((found.interval.upper - 400.0 * 3.689).abs() < 0.1);
    }

    #[test]
    fn bad_tables_are_refused() {
        let of = |rows: [(&str, f64); 2]| {
            HarmWeights::new(Index::Severity, rows.map(|(name, weight)| (name.to_owned(), weight)))
        };
        assert!(matches!(of([("a", 1.0), ("b", f64::NAN)]), Err(RateError::NoWeight { .. })));
        assert!(matches!(of([("a", 1.0), ("A ", 2.0)]), Err(RateError::TwoWeights { .. })));
        assert!(of([("a", 1.0), ("A ", 1.0)]).is_ok());
    }

    /// True harm 400 · 20 + 2 · 50: within the interval of 95 % at least 92 times of 100.
    #[test]
    fn it_holds_the_truth() {
        let (mut stream, mut held, weights) = (Stream::of(9, 0), 0, table());
        for _ in 0..2000 {
            let mut draw = |mean: f64| {
                let (mut count, mut product) = (0_u64, stream.unit());
                while product > (-mean).exp() {
                    count += 1;
                    product *= stream.unit();
                }
                count
            };
            let found = weights.of([("Robbery", draw(20.0)), ("Theft", draw(50.0))], Confidence::NinetyFive);
            held += u32::from(found.interval.lower <= 8100.0 && 8100.0 <= found.interval.upper);
        }
        assert!((1840..=1990).contains(&held), "{held} of 2000");
    }

    proptest! {
        /// With one category it is the exact interval of the count, times the weight.
        #[test]
        fn one_category(count in 0_u64..5000, weight in 0.0_f64..10_000.0) {
            let weights = HarmWeights::new(Index::Other("ours".into()), [("a".to_owned(), weight)]).unwrap();
            let found = weights.of([("a", count)], Confidence::NinetyFive);
            let limits = exact(count, Confidence::NinetyFive);
            prop_assert!((found.interval.lower - limits.lower * weight).abs() <= 1e-9 * (1.0 + found.amount));
            prop_assert!((found.interval.upper - limits.upper * weight).abs() <= 1e-9 * (1.0 + found.amount));
        }
    }
}
