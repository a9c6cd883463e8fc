//! A week's count against what the same weeks of earlier years lead one to expect: the flexible Farrington algorithm
//! (Noufaily, Enki, Farrington, Garthwaite, Andrews & Charlett, "An improved algorithm for outbreak detection in multiple
//! surveillance systems", Statistics in Medicine 32, 2013).
//!
//! A log-linear quasi-Poisson model is fitted to the weeks before, with a trend and ten seasonal periods: one of the weeks
//! around this week's own date in each year, nine of equal length between. The last 26 weeks are left out, so that what
//! is building up does not hide itself; weeks far above the fit (Anscombe residual over 2.58) count less in a second fit. The
//! trend is kept unless it leads beyond every count seen. The threshold is a quantile of the negative binomial distribution
//! with the fit's mean and dispersion, or Farrington's of 1996 by the two-thirds power.
//!
//! It needs at least three years of weeks. Below that it refuses: with less there is no telling season from trend, and
//! [`chart`](super::chart) is the honest tool. Cost: weeks × parameters² for each fit, about a tenth of a millisecond.

mod model;
#[cfg(test)]
mod tests;

use statrs::distribution::{ContinuousCDF, Normal};
use statrs::function::beta::checked_beta_reg;
use statrs::function::gamma::checked_gamma_lr;
use thiserror::Error;

use model::Fit;

/// Weeks in a year, as the season is reckoned.
const YEAR: usize = 52;
/// Fewest years.
const FEWEST_YEARS: usize = 3;

/// How the threshold is drawn.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Threshold {
    /// A quantile of the negative binomial distribution with the fitted mean and dispersion (Poisson, where there is none).
    #[default]
    NegativeBinomial,
    /// Farrington et al. 1996: normal after the two-thirds power, and the fit's own uncertainty added.
    TwoThirds,
}

/// How to watch.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Settings {
    /// Years to look back: 3 or more; as many as the series has, up to this.
    pub years: usize,
    /// Weeks on either side of this week's date that make up its own seasonal period.
    pub half_window: usize,
    /// Seasonal periods, this week's own included; 1 uses only the weeks around the date in each year.
    pub periods: usize,
    /// The latest weeks that are left out.
    pub skip: usize,
    /// The chance of passing the threshold when nothing is there.
    pub alpha: f64,
    /// The residual above which a week counts less; `None` for no second fit.
    pub reweight: Option<f64>,
    /// How the threshold is drawn.
    pub threshold: Threshold,
    /// No alarm with fewer cases than the first in as many weeks as the second, this one included.
    pub least: (u64, usize),
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            years: 5,
            half_window: 3,
            periods: 10,
            skip: 26,
            alpha: 0.005,
            reweight: Some(2.58),
            threshold: Threshold::NegativeBinomial,
            least: (5, 4),
        }
    }
}

/// What a week amounts to.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Week {
    /// The count.
    pub count: u64,
    /// Expected from the weeks before.
    pub expected: f64,
    /// The count above which there is an alarm.
    pub threshold: f64,
    /// The chance of at least this count when nothing is there.
    pub p: f64,
    /// How much more than Poisson the counts vary: 1 or more.
    pub dispersion: f64,
    /// Growth from one week to the next as a factor; `None` where the trend was not kept.
    pub weekly_growth: Option<f64>,
    /// Whether the count passes the threshold, and there are enough cases to speak of.
    pub alarm: bool,
    /// Whether there are.
    pub enough: bool,
    /// Years that were looked back on.
    pub years: usize,
}

/// Why a week can't be judged.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum WeeklyError {
    /// Not enough years.
    #[error(
        "{given} weeks before this one are too few: {wanted} are needed (three years and the weeks around them); until then use a control chart"
    )]
    TooShort {
        /// Weeks before.
        given: usize,
        /// Weeks needed.
        wanted: usize,
    },
    /// A week that there is no count for.
    #[error("row {} has no count, so there is nothing to judge", .0 + 1)]
    NoCount(usize),
    /// Settings that can't be.
    #[error(
        "the watch needs 3 years or more, an alpha between 0 and 1, and as many periods as fit between two years' windows"
    )]
    Settings,
    /// Too few weeks with a count, or none above 0.
    #[error(
        "the weeks that this one is held against hold too little: at least as many counts as the model has parts, and one above 0"
    )]
    Nothing,
    /// The model found no answer.
    #[error("no model could be fitted to the weeks before: look for a count that is out of all proportion")]
    NoFit,
}

/// Judges the week in row `at` (from 0) by those before it. A missing count is missing: it is left out, and never 0.
///
/// # Errors
/// When the series is too short, the week has no count, or nothing can be fitted.
pub fn judge(counts: &[Option<u64>], at: usize, settings: &Settings) -> Result<Week, WeeklyError> {
    let fits = settings.periods >= 1 && settings.periods + 2 * settings.half_window < YEAR;
    if settings.years < FEWEST_YEARS || !(settings.alpha > 0.0 && settings.alpha < 1.0) || !fits {
        return Err(WeeklyError::Settings);
    }
    let count = counts.get(at).copied().flatten().ok_or(WeeklyError::NoCount(at))?;
    let years = (at.saturating_sub(settings.half_window) / YEAR).min(settings.years);
    if years < FEWEST_YEARS {
        return Err(WeeklyError::TooShort { given: at, wanted: FEWEST_YEARS * YEAR + settings.half_window });
    }
    let past = past(counts, at, years, settings);
    let fit = fitted(&past, at, settings)?;
    let (threshold, p) = limit(&fit, count, settings);
    let recent: u64 = counts.iter().take(at + 1).rev().take(settings.least.1).flatten().sum();
    let enough = recent >= settings.least.0;
    let alarm = enough && count > 0 && real(count) > threshold;
    Ok(Week {
        count,
        expected: fit.mean,
        threshold,
        p,
        dispersion: fit.dispersion,
        weekly_growth: fit.growth,
        alarm,
        enough,
        years,
    })
}

/// A week of the past: its row, its seasonal period (0 is this week's own), its count.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Past {
    row: usize,
    period: usize,
    count: f64,
}

/// The weeks to hold it against, each in its period.
fn past(counts: &[Option<u64>], at: usize, years: usize, settings: &Settings) -> Vec<Past> {
    let from = at - years * YEAR - settings.half_window;
    let to = at.saturating_sub(settings.skip.max(settings.half_window));
    let rows = counts.iter().enumerate().take(to).skip(from);
    let placed = rows.filter_map(|(row, count)| {
        let count = real((*count)?);
        Some(Past { row, period: period(at - row, settings)?, count })
    });
    placed.collect()
}

/// The period of a week that lies so many weeks back. Between two windows the other periods follow each other, the first of
/// them a week longer where the weeks don't divide.
fn period(back: usize, settings: &Settings) -> Option<usize> {
    let window = 2 * settings.half_window + 1;
    // Weeks since the window around the date a year (or years) back began.
    let since = YEAR - 1 - (back + YEAR - 1 - settings.half_window) % YEAR;
    if since < window {
        return Some(0);
    }
    let others = settings.periods.checked_sub(1).filter(|others| *others > 0)?;
    let (length, longer) = ((YEAR - window) / others, (YEAR - window) % others);
    let within = since - window;
    let in_longer = longer * (length + 1);
    Some(1 + if within < in_longer { within / (length + 1) } else { longer + (within - in_longer) / length })
}

/// What the model says of the week.
struct Prediction {
    mean: f64,
    /// Standard error of the mean.
    error: f64,
    dispersion: f64,
    growth: Option<f64>,
}

fn fitted(past: &[Past], at: usize, settings: &Settings) -> Result<Prediction, WeeklyError> {
    let highest = past.iter().map(|week| week.count).fold(0.0, f64::max);
    if highest <= 0.0 {
        return Err(WeeklyError::Nothing);
    }
    let with_trend = predicted(past, at, settings, true)?.filter(|found| found.mean <= highest);
    if let Some(found) = with_trend {
        return Ok(found);
    }
    predicted(past, at, settings, false)?.ok_or(WeeklyError::NoFit)
}

fn predicted(past: &[Past], at: usize, settings: &Settings, trend: bool) -> Result<Option<Prediction>, WeeklyError> {
    let (design, now, growth_at) = design(past, at, trend);
    let counts: Vec<f64> = past.iter().map(|week| week.count).collect();
    if counts.len() <= now.len() {
        return Err(WeeklyError::Nothing);
    }
    let ones = vec![1.0; counts.len()];
    let Some(mut fit) = Fit::of(&design, &counts, &ones) else { return Ok(None) };
    if let Some(limit) = settings.reweight {
        let weights = fit.weights(&design, &counts, limit);
        let Some(again) = Fit::of(&design, &counts, &weights) else { return Ok(None) };
        fit = again;
    }
    let mean = fit.linear(&now).exp();
    if !mean.is_finite() {
        return Ok(None);
    }
    let growth = growth_at.and_then(|column| fit.coefficient(column)).map(f64::exp);
    Ok(Some(Prediction { mean, error: mean * fit.error(&now), dispersion: fit.dispersion.max(1.0), growth }))
}

/// The rows of the model (an intercept, the trend, the periods that occur besides this week's own), this week's row, and the
/// column of the trend.
fn design(past: &[Past], at: usize, trend: bool) -> (Vec<Vec<f64>>, Vec<f64>, Option<usize>) {
    let others: std::collections::BTreeSet<usize> =
        past.iter().map(|week| week.period).filter(|period| *period > 0).collect();
    // Weeks are counted back from this one in years, which keeps the sums well apart from each other's size.
    let row = |back: usize, period: usize| {
        let mut row = vec![1.0];
        row.extend(trend.then(|| -years(back)));
        row.extend(others.iter().map(|other| f64::from(u8::from(*other == period))));
        row
    };
    (past.iter().map(|week| row(at - week.row, week.period)).collect(), row(0, 0), trend.then_some(1))
}

#[expect(clippy::cast_precision_loss, reason = "weeks are few")]
fn years(back: usize) -> f64 {
    back as f64
}

/// The threshold and the chance of at least this count.
fn limit(fit: &Prediction, count: u64, settings: &Settings) -> (f64, f64) {
    match settings.threshold {
        Threshold::NegativeBinomial => {
            let above = |count: u64| at_least(count, fit.mean, fit.dispersion);
            (quantile(settings.alpha, fit.mean, &above), above(count))
        }
        Threshold::TwoThirds => {
            let spread = fit.dispersion + fit.error * fit.error / fit.mean;
            let error = (4.0 / 9.0 * fit.mean.cbrt() * spread).sqrt();
            let middle = fit.mean.powf(2.0 / 3.0);
            let normal = Normal::standard();
            let upper = (middle + normal.inverse_cdf(1.0 - settings.alpha) * error).max(0.0).powf(1.5);
            (upper, normal.sf((real(count).powf(2.0 / 3.0) - middle) / error))
        }
    }
}

/// The chance of at least this count, of a negative binomial with this mean and a variance of `dispersion` times it.
fn at_least(count: u64, mean: f64, dispersion: f64) -> f64 {
    if count == 0 {
        return 1.0;
    }
    let size = mean / (dispersion - 1.0);
    let chance = if dispersion < 1.0 + 1e-6 {
        checked_gamma_lr(real(count), mean).ok()
    } else {
        checked_beta_reg(real(count), size, 1.0 - 1.0 / dispersion).ok()
    };
    chance.filter(|chance| chance.is_finite()).unwrap_or(1.0).clamp(0.0, 1.0)
}

/// The smallest count that no more than `alpha` lies above.
fn quantile(alpha: f64, mean: f64, at_least: &dyn Fn(u64) -> f64) -> f64 {
    let (mut low, mut high) = (0_u64, 1_u64);
    while at_least(high + 1) > alpha && real(high) < mean * 1e6 + 1e6 {
        low = high + 1;
        high *= 2;
    }
    while low < high {
        let middle = low.midpoint(high);
        if at_least(middle + 1) > alpha { low = middle + 1 } else { high = middle }
    }
    real(low)
}

#[expect(clippy::cast_precision_loss, reason = "counts are far below 2^53")]
fn real(count: u64) -> f64 {
    count as f64
}
