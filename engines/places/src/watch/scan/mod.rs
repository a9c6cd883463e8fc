//! Kulldorff's scan statistic: over every circle around every area, and every span of time, the one in which the count
//! departs most from what was expected, judged against the same search in replicates of a world where nothing is there.
//!
//! A window with `c` cases where `e` were expected of `n` in all has the log likelihood ratio
//! `c ln(c/e) + (n − c) ln((n − c)/(n − e))`, where `c > e` (or `c < e` when low rates are sought). Circles hold every area
//! whose centre lies no further than the outermost, areas at the same distance together; they grow until they would hold more
//! than a share of the residents (of the expected cases, or of the cases for permutation), or pass a radius.
//!
//! - Poisson, in space: Kulldorff, "A spatial scan statistic", Communications in Statistics 26 (1997); so, too, Bernoulli, for
//!   cases and controls, whose ratio has the same two terms for the controls besides.
//! - in space and time: Kulldorff et al., American Journal of Public Health 88 (1998); prospective, with windows that reach
//!   the last period: Kulldorff, Journal of the Royal Statistical Society A 164 (2001).
//! - space-time permutation, which needs cases only: Kulldorff et al., PLoS Medicine 2 (2005).
//! - p-values from a Gumbel distribution of the replicates' maxima: Abrams, Kleinman & Kulldorff, International Journal of
//!   Health Geographics 9 (2010). Stopping early: Besag & Clifford, Biometrika 78 (1991), on request only.
//!
//! Secondary clusters: each centre stands for its best window; windows are taken from the strongest on, and one is passed
//! over if it shares an area with one taken before. All are compared with the replicates' greatest, which is conservative.
//!
//! Cost: (areas × areas in the largest circle × windows of time) per replicate, but each is an addition and a comparison in
//! whole numbers, for 64 replicates at once: a count that cannot beat the replicate's greatest is never put to a logarithm
//! (`replicates.rs`). Memory: areas × periods × 1,024 replicates in two bytes each, in batches of at most 256 MB.

mod calendar;
mod draw;
mod error;
mod lanes;
mod likelihood;
mod observed;
mod replicates;
mod significance;
#[cfg(test)]
mod tests;
mod zones;

pub use error::ScanError;
pub use significance::{Gumbel, Significance};

use calendar::Calendar;
use draw::Null;
use likelihood::Likelihood;
use zones::Ground;

/// What happened where, and what was to be expected.
#[derive(Debug, Clone, Copy)]
pub struct Observed<'a> {
    /// Metres east of the areas' centres (best: where people live), on a plane.
    pub x: &'a [f64],
    /// Metres north.
    pub y: &'a [f64],
    /// Cases by area and period: the first area's periods in order, then the second's.
    pub cases: &'a [u64],
    /// How many periods (days, weeks, months of about the same length); 1 where there is no time.
    pub periods: usize,
    /// What the cases are held against.
    pub baseline: Baseline<'a>,
}

/// What the cases are held against.
#[derive(Debug, Clone, Copy)]
pub enum Baseline<'a> {
    /// Residents: one number for each area, or one for each area and period in the order of the cases. Cases are expected in
    /// proportion.
    Population(&'a [u64]),
    /// Expected cases for each area and period, adjusted for what is known to matter (age, season). Only their proportions
    /// count: they are scaled to sum to the cases.
    Expected(&'a [f64]),
    /// Controls: to how many it did not happen, for each area and period (Bernoulli). Cases are expected in proportion to cases
    /// and controls together.
    Controls(&'a [u64]),
    /// Nothing but the cases: where and when are independent (space-time permutation). Finds only what differs between places
    /// in its course, and no place that is always high.
    Permutation,
}

impl Observed<'_> {
    /// All controls, where there are any to speak of.
    fn controls(&self) -> Option<f64> {
        match self.baseline {
            Baseline::Controls(controls) => Some(real(controls.iter().sum())),
            _ => None,
        }
    }
}

/// Which spans of time to look at.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Time {
    /// All periods as one.
    #[default]
    Whole,
    /// Every span of up to so many periods; by default, and at most, see [`Time::retrospective`].
    Retrospective {
        /// Periods in the longest span.
        longest: usize,
    },
    /// Spans of up to so many periods that end with the last one: what is under way now.
    Prospective {
        /// Periods in the longest span.
        longest: usize,
    },
}

impl Time {
    /// Every span of up to half the periods, at least one.
    #[must_use]
    pub fn retrospective(periods: usize) -> Self {
        Self::Retrospective { longest: (periods / 2).max(1) }
    }
}

/// Which departures to seek.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Rates {
    /// More than expected.
    #[default]
    High,
    /// Less than expected.
    Low,
    /// Either.
    Both,
}

/// How to look.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Settings {
    /// Spans of time.
    pub time: Time,
    /// High, low or both.
    pub rates: Rates,
    /// The largest circle's share of the residents (of the expected cases; of the cases for permutation): above 0, to 0.5.
    pub share: f64,
    /// The largest circle's radius in metres, if it has one.
    pub radius: Option<f64>,
    /// How many replicates of a world without clusters; 0 for none, and then no p-values.
    pub replicates: u32,
    /// Whence chance starts.
    pub seed: u64,
    /// At most so many clusters are reported, the strongest first.
    pub report: usize,
    /// Stop as soon as so many replicates reach the strongest cluster (Besag & Clifford; 10 is usual): then its p-value is
    /// exact, but coarser, and the replicates fewer. `None` runs them all.
    pub stop: Option<u32>,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            time: Time::Whole,
            rates: Rates::High,
            share: 0.5,
            radius: None,
            replicates: 999,
            seed: 1,
            report: 20,
            stop: None,
        }
    }
}

/// A circle and a span of time.
#[derive(Debug, Clone, PartialEq)]
pub struct Cluster {
    /// The area in its middle, counted from 0.
    pub centre: usize,
    /// Its areas, nearest to the centre first.
    pub areas: Vec<usize>,
    /// From the centre to the outermost area's centre, in metres.
    pub radius: f64,
    /// The first period, counted from 0.
    pub first: usize,
    /// The last period, included.
    pub last: usize,
    /// Cases within.
    pub cases: u64,
    /// Cases expected within.
    pub expected: f64,
    /// The rate within over the rate outside; `None` where nothing happened outside.
    pub relative_risk: Option<f64>,
    /// The log likelihood ratio.
    pub llr: f64,
    /// How rare it is; `None` without replicates.
    pub significance: Option<Significance>,
}

/// What a scan found.
#[derive(Debug, Clone, PartialEq)]
pub struct Scan {
    /// The strongest first, none sharing an area with another; empty where no window departs from what was expected.
    pub clusters: Vec<Cluster>,
    /// All cases.
    pub cases: u64,
    /// Windows looked at: circles times spans.
    pub windows: u64,
    /// Replicates run: fewer than asked for where the search stopped early.
    pub replicates: u32,
    /// The seed they came from.
    pub seed: u64,
    /// The replicates' greatest log likelihood ratios, in the order of the replicates.
    pub maxima: Vec<f64>,
    /// The distribution fitted to them; `None` with fewer than 99 replicates, or where they are all alike.
    pub gumbel: Option<Gumbel>,
}

/// Looks for clusters. `progress` is told how many of how many centres' circles have been walked.
///
/// ```
/// use places::watch::scan::{Baseline, Observed, Settings, scan};
/// // Nine areas in a row with 1,000 residents each; the two at the left have more than their share.
/// let x: Vec<f64> = (0..9).map(|i| f64::from(i) * 1000.0).collect();
/// let observed = Observed {
///     x: &x, y: &[0.0; 9], cases: &[14, 15, 4, 5, 3, 4, 6, 5, 4], periods: 1, baseline: Baseline::Population(&[1000; 9]),
/// };
/// let found = scan(&observed, &Settings::default(), &|_, _| {}).unwrap();
/// assert_eq!(found.clusters[0].areas, [0, 1]);
/// assert!(found.clusters[0].significance.unwrap().p < 0.01);
/// ```
///
/// # Errors
/// When the columns differ in length, hold what cannot be, or there are no cases: [`ScanError`] names row and remedy.
pub fn scan(
    observed: &Observed<'_>,
    settings: &Settings,
    progress: &(dyn Fn(u64, u64) + Sync),
) -> Result<Scan, ScanError> {
    let total = error::check(observed, settings)?;
    let calendar = Calendar::of(observed.periods, settings.time);
    let ground = Ground::of(observed, settings);
    let expected = calendar.expected(observed, &ground, total);
    let counts = calendar.counts(observed, &ground);
    let likelihood = Likelihood { total: real(total), controls: observed.controls() };
    let field = Field { ground: &ground, calendar: &calendar, expected: &expected, likelihood, rates: settings.rates };
    let null = Null::of(observed, &field, total);
    let best = observed::best_of_each_centre(&field, &counts);
    let maxima = replicates::maxima(&field, &null, settings, &best, progress);
    let gumbel = Gumbel::fit(&maxima);
    let judge = |llr: f64| Significance::of(llr, &maxima, gumbel, settings);
    Ok(Scan {
        clusters: observed::apart(&field, &best.found, settings.report, &judge),
        cases: total,
        windows: best.windows,
        replicates: u32::try_from(maxima.len()).unwrap_or(u32::MAX),
        seed: settings.seed,
        maxima,
        gumbel,
    })
}

/// What the search runs over; areas are numbered as the ground orders them.
#[derive(Clone, Copy)]
struct Field<'a> {
    ground: &'a Ground,
    calendar: &'a Calendar,
    /// Expected cases by area and column of the calendar.
    expected: &'a [f64],
    likelihood: Likelihood,
    rates: Rates,
}

/// A count as a real number: exact up to 2^53.
#[expect(clippy::cast_precision_loss, reason = "counts of cases and residents are far below 2^53")]
fn real(count: u64) -> f64 {
    count as f64
}
