//! Empirical Bayes: the rate of a small area drawn towards a wider one, the further the fewer people live in it.
//!
//! [`global`]: towards the rate of all areas, by the method of moments (Marshall, "Mapping disease and mortality rates using
//! empirical Bayes estimators", Applied Statistics 40, 1991): θᵢ = b + wᵢ (cᵢ/nᵢ − b), wᵢ = a / (a + b/nᵢ), with b the rate of
//! all, a = Σ nᵢ (cᵢ/nᵢ − b)²/Σ n − b/n̄ the variance between areas. [`local`]: the same towards the rate of the area and its
//! neighbours, in the two ways that are in use (they differ by up to 1.6 per 1,000 in Essex). [`index`]: rates standardised by
//! it, whose Moran's I allows for populations that differ (Assunção & Reis, "A new proposal to adjust Moran's I for population
//! density", Statistics in Medicine 18, 1999).
//!
//! A variance between areas below 0 is clipped to 0, which gives every area the wider rate, and said so. Areas where nobody
//! lives are left out with what happened there, and have no rate; where nothing happened near by the local rate is 0 (R has none). O(n + m) for n areas with m links.

use super::{RateError, real};
use crate::neighbours::Weights;

/// What counts are drawn from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Family {
    /// Events, of which a resident can have several.
    #[default]
    Poisson,
    /// Residents to whom it happened (Martuzzi & Elliott, "Empirical Bayes estimation of small area prevalence of non-rare
    /// conditions", Statistics in Medicine 15, 1996).
    Binomial,
}

/// How areas' rates vary around the mean of their neighbourhood.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Spread {
    /// Each neighbour around the mean of its own neighbourhood, as R's `spdep::EBlocal` does by default.
    #[default]
    AroundTheirOwn,
    /// Each neighbour around this area's mean, as GeoDa does (`geoda = TRUE`).
    AroundThisOne,
}

/// Rates of all areas drawn towards one.
#[derive(Debug, Clone, PartialEq)]
pub struct Global {
    /// Events per resident; `None` where nobody lives.
    pub rates: Vec<Option<f64>>,
    /// The rate of all areas, per resident.
    pub mean: f64,
    /// The variance of rates between areas, before it was clipped (for [`Family::Binomial`], of rates as they are).
    pub variance: f64,
    /// Whether some weight was outside of 0 to 1 and clipped: for [`Family::Poisson`], that chance alone explains all
    /// differences.
    pub clipped: bool,
}

/// The rate of an area drawn towards its neighbourhood's.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Local {
    /// Events per resident.
    pub rate: f64,
    /// The neighbourhood's rate.
    pub mean: f64,
    /// The variance between its areas, clipped.
    pub variance: f64,
    /// Whether it was below 0.
    pub clipped: bool,
}

/// A column of areas: counts and populations of the same length, somebody living somewhere.
fn check(counts: &[u64], populations: &[u64]) -> Result<(), RateError> {
    if counts.len() != populations.len() {
        return Err(RateError::Lengths { counts: counts.len(), others: populations.len() });
    }
    if populations.iter().all(|population| *population == 0) { Err(RateError::Nobody) } else { Ok(()) }
}

/// Areas where somebody lives: events and people.
fn inhabited(counts: &[u64], populations: &[u64]) -> impl Iterator<Item = (f64, f64)> + Clone {
    counts
        .iter()
        .zip(populations)
        .filter(|(_, people)| **people > 0)
        .map(|(count, people)| (real(*count), real(*people)))
}

/// Moments of all areas: the rate, the mean population, the variance of rates weighted by population.
fn moments(counts: &[u64], populations: &[u64]) -> (f64, f64, f64) {
    let areas = inhabited(counts, populations);
    let (mut events, mut people, mut number) = (0.0, 0.0, 0.0);
    for (count, population) in areas.clone() {
        events += count;
        people += population;
        number += 1.0;
    }
    let mean = events / people;
    let squares: f64 = areas.map(|(count, population)| population * (count / population - mean).powi(2)).sum();
    (mean, people / number, squares / people)
}

/// Rates of all areas drawn towards the rate of all.
///
/// # Errors
/// When there is not one population for each count, or nobody lives anywhere.
pub fn global(counts: &[u64], populations: &[u64], family: Family) -> Result<Global, RateError> {
    check(counts, populations)?;
    let (mean, people, squares) = moments(counts, populations);
    let between = squares - mean / people;
    let (variance, mut clipped) = match family {
        Family::Poisson => (between, between < 0.0),
        Family::Binomial => (squares, false),
    };
    let mut one = |(count, population): (&u64, &u64)| {
        let (count, population) = (real(*count), real(*population));
        if population == 0.0 {
            return None;
        }
        let weight = match family {
            Family::Poisson => quotient(between.max(0.0), between.max(0.0) + mean / population),
            Family::Binomial => {
                let chance = mean * (1.0 - mean) / people;
                let weight = quotient(
                    population * (squares - chance),
                    (population - 1.0) * squares + (people - population) * chance,
                );
                clipped |= !(0.0..=1.0).contains(&weight);
                weight.clamp(0.0, 1.0)
            }
        };
        Some(mean + weight * (count / population - mean))
    };
    let rates = counts.iter().zip(populations).map(&mut one).collect();
    Ok(Global { rates, mean, variance, clipped })
}

/// One number over another; 0 where the second is 0, and the rates so all equal.
fn quotient(over: f64, under: f64) -> f64 {
    if under == 0.0 { 0.0 } else { over / under }
}

/// Rates less the mean of all, in standard deviations that allow for population; `None` where nobody lives, or nothing
/// happened anywhere.
///
/// # Errors
/// As [`global`].
pub fn index(counts: &[u64], populations: &[u64]) -> Result<Vec<Option<f64>>, RateError> {
    check(counts, populations)?;
    let (mean, people, squares) = moments(counts, populations);
    let between = (squares - mean / people).max(0.0);
    let one = |(count, population): (&u64, &u64)| {
        let (count, population) = (real(*count), real(*population));
        let room = population > 0.0 && mean > 0.0;
        room.then(|| (count / population - mean) / (between + mean / population).sqrt())
    };
    Ok(counts.iter().zip(populations).map(one).collect())
}

/// The rate of each area drawn towards that of the area with its neighbours; `None` where nobody lives. How much a
/// neighbour counts is left aside: a neighbourhood is its people. An island's neighbourhood is itself.
///
/// # Errors
/// When there is not one population and one row of neighbours for each count, or nobody lives anywhere.
pub fn local(
    counts: &[u64],
    populations: &[u64],
    weights: &Weights,
    spread: Spread,
) -> Result<Vec<Option<Local>>, RateError> {
    check(counts, populations)?;
    if weights.len() != counts.len() {
        return Err(RateError::Lengths { counts: counts.len(), others: weights.len() });
    }
    let around = Neighbourhoods { counts, populations, weights };
    let means: Vec<f64> = (0..counts.len()).map(|area| around.mean(area)).collect();
    let mean_of = |area: usize| means.get(area).copied().unwrap_or_default();
    let one = |area: usize| {
        let (count, population) = around.area(area)?;
        let mean = mean_of(area);
        let (mut squares, mut people, mut number) = (0.0, 0.0, 0.0);
        for other in around.of(area) {
            let Some((count, population)) = around.area(other) else { continue };
            let centre = if spread == Spread::AroundThisOne { mean } else { mean_of(other) };
            squares += population * (count / population - centre).powi(2);
            people += population;
            number += 1.0;
        }
        let between = squares / people - mean / (people / number);
        let variance = between.max(0.0);
        let rate = mean + (count / population - mean) * quotient(variance, variance + mean / population);
        Some(Local { rate, mean, variance, clipped: between < 0.0 })
    };
    Ok((0..counts.len()).map(one).collect())
}

/// Areas and who is beside them.
struct Neighbourhoods<'a> {
    counts: &'a [u64],
    populations: &'a [u64],
    weights: &'a Weights,
}

impl Neighbourhoods<'_> {
    /// An area where somebody lives: events and people.
    fn area(&self, area: usize) -> Option<(f64, f64)> {
        let population = self.populations.get(area).filter(|population| **population > 0)?;
        Some((real(*self.counts.get(area)?), real(*population)))
    }

    /// The area and its neighbours.
    fn of(&self, area: usize) -> impl Iterator<Item = usize> {
        let others =
            self.weights.neighbours(area).iter().map(|other| *other as usize).filter(move |other| *other != area);
        std::iter::once(area).chain(others)
    }

    /// The rate of the area with its neighbours; 0 where nobody lives in any.
    fn mean(&self, area: usize) -> f64 {
        let areas = self.of(area).filter_map(|other| self.area(other));
        let (events, people) = areas.fold((0.0, 0.0), |(events, people), (count, of)| (events + count, people + of));
        quotient(events, people)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::{Family, RateError, Spread, global, index, local};
    use crate::neighbours::Weights;
    use crate::random::Stream;

    #[test]
    fn by_hand() {
        // Rates 0.1 and 0.3, all 0.2 of 200 people: between = 0.01 − 0.2/100 = 0.008; weight 0.008/(0.008 + 0.002) = 0.8.
        let found = global(&[10, 30], &[100, 100], Family::Poisson).unwrap();
        assert!((found.rates[0].unwrap() - 0.12).abs() < 1e-15 && (found.rates[1].unwrap() - 0.28).abs() < 1e-15);
        assert!((found.variance - 0.008).abs() < 1e-15 && !found.clipped);
    }

    #[test]
    fn chance_alone_is_clipped_and_said() {
        let found = global(&[1, 1, 2], &[100, 100, 150], Family::Poisson).unwrap();
        assert!(found.clipped && found.variance < 0.0);
        assert!(found.rates.iter().all(|rate| (rate.unwrap() - 4.0 / 350.0).abs() < 1e-15));
    }

    #[test]
    fn where_nobody_lives_is_left_out() {
        let with = global(&[10, 3, 30], &[100, 0, 100], Family::Poisson).unwrap();
        let without = global(&[10, 30], &[100, 100], Family::Poisson).unwrap();
        assert_eq!((with.rates[0], with.rates[1], with.rates[2]), (without.rates[0], None, without.rates[1]));
        assert_eq!(global(&[1], &[0], Family::Poisson), Err(RateError::Nobody));
        assert_eq!(global(&[1], &[1, 2], Family::Poisson), Err(RateError::Lengths { counts: 1, others: 2 }));
        let nothing = global(&[0, 0], &[5, 9], Family::Binomial).unwrap();
        assert_eq!(nothing.rates, [Some(0.0), Some(0.0)]);
        assert_eq!(index(&[0, 0], &[5, 9]).unwrap(), [None, None]);
    }

    #[test]
    fn an_island_keeps_its_rate() {
        let weights = Weights::binary(3, [(0, 1)]).unwrap();
        for spread in [Spread::AroundTheirOwn, Spread::AroundThisOne] {
            let found = local(&[10, 30, 7], &[100, 100, 50], &weights, spread).unwrap();
            assert!((found[2].unwrap().rate - 0.14).abs() < 1e-15);
        }
    }

    /// True rates vary by a gamma distribution: drawn together they are nearer to the truth than the crude ones, by far.
    #[test]
    fn nearer_to_the_truth() {
        let (mut stream, mut crude, mut drawn) = (Stream::of(12, 0), 0.0, 0.0);
        let truths: Vec<f64> =
            (0..500).map(|_| -0.001 * (stream.unit() * stream.unit() * stream.unit()).ln()).collect();
        let counts: Vec<u64> =
            truths.iter().map(|rate| (0..1500).filter(|_| stream.unit() < *rate).count() as u64).collect();
        let found = global(&counts, &[1500; 500], Family::Poisson).unwrap();
        for ((truth, count), rate) in truths.iter().zip(&counts).zip(&found.rates) {
            crude += (*count as f64 / 1500.0 - truth).powi(2);
            drawn += (rate.unwrap() - truth).powi(2);
        }
        assert!(drawn < 0.8 * crude, "{drawn} {crude}");
        // The variance of the truth is 3 · 0.001².
        assert!((2e-6..4e-6).contains(&found.variance), "{}", found.variance);
    }

    proptest! {
        #[test]
        fn order_makes_no_difference(rows in prop::collection::vec((0_u64..300, 1_u64..5_000), 2..30)) {
            let (counts, people): (Vec<u64>, Vec<u64>) = rows.iter().copied().unzip();
            let (turned, others): (Vec<u64>, Vec<u64>) = rows.iter().rev().copied().unzip();
            let one = global(&counts, &people, Family::Poisson).unwrap();
            let other = global(&turned, &others, Family::Poisson).unwrap();
            for (one, other) in one.rates.iter().zip(other.rates.iter().rev()) {
                prop_assert!((one.unwrap() - other.unwrap()).abs() < 1e-9);
            }
        }

        #[test]
        fn between_the_areas_rate_and_the_wider_one(
            rows in prop::collection::vec((0_u64..300, 0_u64..5_000), 1..30),
            links in prop::collection::vec((0_u32..30, 0_u32..30), 0..80),
        ) {
            let (counts, populations): (Vec<u64>, Vec<u64>) = rows.iter().map(|(c, n)| ((*c).min(*n), *n)).unzip();
            prop_assume!(populations.iter().any(|n| *n > 0));
            let n = u32::try_from(counts.len()).unwrap();
            let weights = Weights::binary(counts.len(), links.into_iter().map(|(a, b)| (a % n, b % n))).unwrap();
            let within = |rate: f64, mean: f64, at: usize| {
                let crude = counts[at] as f64 / populations[at] as f64;
                rate.is_finite() && rate >= crude.min(mean) - 1e-12 && rate <= crude.max(mean) + 1e-12
            };
            for family in [Family::Poisson, Family::Binomial] {
                let found = global(&counts, &populations, family).unwrap();
                for (at, rate) in found.rates.iter().enumerate() {
                    prop_assert_eq!(rate.is_none(), populations[at] == 0);
                    prop_assert!(rate.is_none_or(|rate| within(rate, found.mean, at)));
                }
            }
            for spread in [Spread::AroundTheirOwn, Spread::AroundThisOne] {
                for (at, found) in local(&counts, &populations, &weights, spread).unwrap().iter().enumerate() {
                    prop_assert!(found.is_none_or(|found| within(found.rate, found.mean, at)));
                }
            }
            prop_assert!(index(&counts, &populations).unwrap().iter().flatten().all(|z| z.is_finite()));
        }
    }
}
