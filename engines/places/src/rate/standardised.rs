//! Rates standardised by age. Directly: what an area's rate would be if its people had the ages of a standard population,
//! Σ wᵢ cᵢ/nᵢ / Σ wᵢ. Indirectly: events beside those expected if each age had a reference's rate, SMR = O/E.
//!
//! The interval of the direct rate is that of Dobson, Kuulasmaa, Eberle & Scherer, "Confidence intervals for weighted sums of
//! Poisson parameters", Statistics in Medicine 10 (1991), on Byar's limits of the count, as the Office for Health
//! Improvement and Disparities has it: R ± √(Var R / Var O) (O limits − O). They advise against a directly standardised
//! rate of fewer than 10 events. O(n) for n age groups.

use super::{Confidence, Interval, RateError, byar, exact, real};

/// The European Standard Population of 2013 by groups of five years from 0–4 to 90 and over (Eurostat, Revision of the European
/// Standard Population, 2013); 100,000 in all.
pub const EUROPEAN_2013: [f64; 19] = [
    5000.0, 5500.0, 5500.0, 5500.0, 6000.0, 6000.0, 6500.0, 7000.0, 7000.0, 7000.0, 7000.0, 6500.0, 6000.0, 5500.0,
    5000.0, 4000.0, 2500.0, 1500.0, 1000.0,
];

/// One age group of an area.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Band {
    /// Events.
    pub count: u64,
    /// Residents.
    pub population: u64,
    /// How many of that age the standard population has.
    pub standard: f64,
}

/// A standardised rate.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Direct {
    /// Per 1,000 of the standard population.
    pub per_1000: f64,
    /// Its interval.
    pub interval: Interval,
    /// Events of all ages.
    pub count: u64,
    /// Whether there are too few events, under 10, for the rate to be published.
    pub few: bool,
}

/// The directly standardised rate of one area. Ages in which nobody lives count as having no events.
///
/// Without any event the interval goes from 0 to where one age alone, the one that weighs most, could bring it.
///
/// # Errors
/// When an age with events has no residents, or a standard is negative, no number, or 0 for all ages.
pub fn direct(bands: &[Band], confidence: Confidence) -> Result<Direct, RateError> {
    let total = standard(bands)?;
    let (mut rate, mut variance, mut heaviest, mut count) = (0.0, 0.0, 0.0_f64, 0_u64);
    for (row, band) in bands.iter().enumerate() {
        if band.population == 0 {
            if band.count > 0 {
                return Err(RateError::CountOfNobody { row, count: band.count });
            }
            continue;
        }
        let weight = band.standard / total / real(band.population);
        rate += weight * real(band.count);
        variance += weight * weight * real(band.count);
        heaviest = heaviest.max(weight);
        count = count.saturating_add(band.count);
    }
    let events = real(count);
    let each = if count == 0 { heaviest } else { (variance / events).sqrt() };
    let limits = byar(count, confidence);
    let interval = Interval {
        lower: (rate + each * (limits.lower - events)).max(0.0),
        upper: rate + each * (limits.upper - events),
    };
    Ok(Direct { per_1000: rate * 1000.0, interval: interval.scaled(1000.0), count, few: count < 10 })
}

fn standard(bands: &[Band]) -> Result<f64, RateError> {
    let wrong = |band: &Band| !band.standard.is_finite() || band.standard < 0.0;
    if let Some((row, band)) = bands.iter().enumerate().find(|(_, band)| wrong(band)) {
        return Err(RateError::NoStandard { row, value: band.standard });
    }
    let total: f64 = bands.iter().map(|band| band.standard).sum();
    if total > 0.0 && total.is_finite() { Ok(total) } else { Err(RateError::NoStandard { row: 0, value: total }) }
}

/// Events beside those expected.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Indirect {
    /// Events.
    pub observed: u64,
    /// Events if each age had the reference's rate.
    pub expected: f64,
    /// The first over the second: 1 is as many as expected.
    pub ratio: f64,
    /// Its exact interval.
    pub interval: Interval,
}

/// How many events the reference's rates (per resident) would bring to these populations.
///
/// # Errors
/// When there is not one rate for each population, or a rate is negative or no number.
pub fn expected(populations: &[u64], rates: &[f64]) -> Result<f64, RateError> {
    if populations.len() != rates.len() {
        return Err(RateError::Lengths { counts: populations.len(), others: rates.len() });
    }
    if let Some((row, rate)) = rates.iter().enumerate().find(|(_, rate)| !rate.is_finite() || **rate < 0.0) {
        return Err(RateError::NoExposure { row, value: *rate });
    }
    let sum: f64 = populations.iter().zip(rates).map(|(population, rate)| real(*population) * rate).sum();
    if sum.is_finite() { Ok(sum) } else { Err(RateError::NoExposure { row: 0, value: sum }) }
}

/// The indirectly standardised ratio with Garwood's exact interval; `None` where nothing is expected.
#[must_use]
pub fn indirect(observed: u64, expected: f64, confidence: Confidence) -> Option<Indirect> {
    let scale = (expected > 0.0).then(|| 1.0 / expected).filter(|scale| scale.is_finite() && *scale > 0.0)?;
    let interval = exact(observed, confidence).scaled(scale);
    let ratio = real(observed) * scale;
    (ratio.is_finite() && interval.upper.is_finite()).then_some(Indirect { observed, expected, ratio, interval })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::{Band, Confidence, EUROPEAN_2013, RateError, direct, expected, indirect};
    use crate::random::Stream;

    fn bands(counts: &[u64], populations: &[u64], standard: &[f64]) -> Vec<Band> {
        let rows = counts.iter().zip(populations).zip(standard);
        rows.map(|((count, population), standard)| Band { count: *count, population: *population, standard: *standard })
            .collect()
    }

    /// Down's syndrome by mother's age and birth order, Michigan 1950–64 (Stark & Mantel 1966; Fay & Feuer, "Confidence
    /// intervals for directly standardized rates", Statistics in Medicine 16, 1997, table II): first births 92.3 per
    /// 100,000, 80.4 to 106.5 by their gamma method; Dobson's is 80.3 to 105.2.
    #[test]
    fn fay_and_feuers_first_births() {
        let all: [f64; 6] = [319_933.0, 931_318.0, 786_511.0, 488_235.0, 237_863.0, 61_313.0];
        let first = bands(&[107, 141, 60, 40, 39, 25], &[230_061, 329_449, 114_920, 39_487, 14_208, 3_052], &all);
        let found = direct(&first, Confidence::NinetyFive).unwrap();
        assert!((found.per_1000 * 100.0 - 92.3).abs() < 0.05, "{found:?}");
        // The gamma method is the more careful one at the top.
        assert!(
            (found.interval.lower * 100.0 - 80.4).abs() < 0.2
                && (105.0..106.5).contains(&(found.interval.upper * 100.0))
        );
    }

    /// The example of R's `canregtools::ageadjust`: 5,394.737 per 100,000; by the gamma method 4,709.493 to 6,154.046.
    #[test]
    fn four_ages() {
        let found = direct(
            &bands(&[50, 60, 45, 70], &[1000, 1200, 1100, 900], &[800.0, 1000.0, 1100.0, 900.0]),
            Confidence::NinetyFive,
        )
        .unwrap();
        assert!((found.per_1000 * 100.0 - 5_394.737).abs() < 0.001);
        assert!((found.interval.lower * 100.0 - 4_709.493).abs() < 10.0);
        assert!((found.interval.upper * 100.0 - 6_154.046).abs() < 10.0);
    }

    #[test]
    fn the_standard_population_is_a_hundred_thousand() {
        assert_eq!(EUROPEAN_2013.iter().sum::<f64>(), 100_000.0);
    }

    #[test]
    fn bad_rows_are_named() {
        let row = |count, population, standard| Band { count, population, standard };
        let error = direct(&[row(0, 5, 1.0), row(2, 0, 1.0)], Confidence::NinetyFive).unwrap_err();
        assert_eq!(error, RateError::CountOfNobody { row: 1, count: 2 });
        assert!(error.to_string().contains("row 2"));
        assert!(direct(&[row(1, 5, 0.0)], Confidence::NinetyFive).is_err());
        assert!(direct(&[row(1, 5, f64::NAN)], Confidence::NinetyFive).is_err());
        assert!(direct(&[], Confidence::NinetyFive).is_err());
        let none = direct(&[row(0, 1000, 1.0), row(0, 0, 1.0)], Confidence::NinetyFive).unwrap();
        assert!(none.few && none.per_1000 == 0.0 && none.interval.lower == 0.0 && none.interval.upper > 0.0);
    }

    /// Lip cancer, Scotland 1975–80 (Clayton & Kaldor, Biometrics 43, 1987): Skye-Lochalsh, 9 where 1.4 were expected, 652.2.
    #[test]
    fn smr() {
        let found = indirect(9, 1.38, Confidence::NinetyFive).unwrap();
        assert!((found.ratio - 6.522).abs() < 0.001);
        assert!(
            (found.interval.lower * 1.38 - 4.115).abs() < 0.001 && (found.interval.upper * 1.38 - 17.085).abs() < 0.001
        );
        assert_eq!(indirect(9, 0.0, Confidence::NinetyFive), None);
        assert_eq!(expected(&[1000, 2000], &[0.001, 0.002]), Ok(5.0));
    }

    /// Three ages at rates of their own: the true rate is within the interval of 95 % at its rate.
    #[test]
    fn it_holds_the_truth() {
        let (mut stream, mut held) = (Stream::of(6, 0), 0);
        let (means, populations, standard) = ([4.0, 12.0, 9.0], [3000, 8000, 2000], [1.0, 1.0, 2.0]);
        let truth = (4.0 / 3.0 + 12.0 / 8.0 + 2.0 * 9.0 / 2.0) / 4.0;
        for _ in 0..2000 {
            let counts = means.map(|mean: f64| {
                let (mut count, mut product) = (0_u64, stream.unit());
                while product > (-mean).exp() {
                    count += 1;
                    product *= stream.unit();
                }
                count
            });
            let found = direct(&bands(&counts, &populations, &standard), Confidence::NinetyFive).unwrap();
            held += u32::from(found.interval.lower <= truth && truth <= found.interval.upper);
        }
        assert!((1880..=1980).contains(&held), "{held} of 2000");
    }

    proptest! {
        #[test]
        fn nothing_panics(rows in prop::collection::vec((any::<u64>(), any::<u64>(), any::<f64>()), 0..5), rate: f64) {
            let rows: Vec<Band> =
                rows.into_iter().map(|(count, population, standard)| Band { count, population, standard }).collect();
            if let Ok(found) = direct(&rows, Confidence::NinetyNinePointEight) {
                prop_assert!(found.per_1000.is_finite() && found.interval.lower >= 0.0 && found.interval.upper.is_finite());
            }
            let _ = expected(&[u64::MAX, 3], &[rate, rate]).map(|sum| assert!(sum.is_finite()));
            let _ = indirect(u64::MAX, rate, Confidence::NinetyFive).map(|found| assert!(found.ratio.is_finite()));
        }

        /// With one age, or ages as in the standard, it is the crude rate with Byar's limits.
        #[test]
        fn ages_as_in_the_standard(rows in prop::collection::vec((0_u64..500, 1_u64..100_000), 1..8), scale in 0.01_f64..100.0) {
            let (counts, populations): (Vec<u64>, Vec<u64>) = rows.into_iter().unzip();
            let standard: Vec<f64> = populations.iter().map(|n| *n as f64 * scale).collect();
            let found = direct(&bands(&counts, &populations, &standard), Confidence::NinetyFive).unwrap();
            let (events, people) = (counts.iter().sum::<u64>(), populations.iter().sum::<u64>());
            let crude = events as f64 / people as f64 * 1000.0;
            let limits = crate::rate::byar(events, Confidence::NinetyFive).scaled(1000.0 / people as f64);
            prop_assert!((found.per_1000 - crude).abs() <= 1e-9 * crude);
            prop_assert!((found.interval.lower - limits.lower).abs() < 1e-9 * (1.0 + limits.lower));
            prop_assert!((found.interval.upper - limits.upper).abs() < 1e-9 * (1.0 + limits.upper));
        }
    }
}
