//! Control charts for a measure over time, with the NHS's "Making Data Count" rules (NHS England, "Making data count:
//! getting started"; Shewhart 1931; Montgomery, Introduction to Statistical Quality Control): how far chance alone moves it,
//! and where something else did.
//!
//! - XmR: the mean ± 2.66 mean moving ranges. Moving ranges above 3.267 times their mean are left out of it once, as the NHS does.
//! - c, for counts: the mean ± 3 √mean.
//! - u, for counts over an exposure: events over exposure ū ± 3 √(ū / exposure).
//!
//! A missing value is missing: it is on no side, breaks no run and makes no moving range. Limits may be fixed by the first
//! points of a stretch, and a stretch may be begun anew (rebased); rules never reach across its edge, and the icon speaks of the
//! last point by its own stretch's limits. Cost: linear.

mod rules;
#[cfg(test)]
mod tests;

use thiserror::Error;

/// Below so many values limits are provisional (the NHS asks for 12 or more).
pub const PROVISIONAL: usize = 12;

/// What is measured, by period in order.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Measure<'a> {
    /// Any number: an XmR chart.
    Individuals(&'a [Option<f64>]),
    /// Counts with the same chance to occur in every period: a c chart.
    Counts(&'a [Option<u64>]),
    /// Counts over an exposure (residents, days, contacts): a u chart.
    Rates(&'a [Option<(u64, f64)>]),
}

/// Which way is better.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Better {
    /// More is.
    Up,
    /// Less is.
    Down,
    /// Neither.
    #[default]
    Neither,
}

/// How to read it.
#[derive(Debug, Clone, PartialEq)]
pub struct Rules {
    /// So many points in a row on one side of the mean: 7.
    pub run: usize,
    /// So many points in a row, each higher, or each lower, than the one before: 6.
    pub trend: usize,
    /// Two of three points in a row in the outer third of the same side.
    pub two_of_three: bool,
    /// Which way is better.
    pub better: Better,
    /// What is to be reached.
    pub target: Option<f64>,
    /// Rows (from 0) at which a new stretch begins.
    pub rebase: Vec<usize>,
    /// Values at the start of each stretch that fix its limits; `None` for all of them.
    pub baseline: Option<usize>,
    /// The least that the measure can be, below which no limit is drawn: 0 for what is counted.
    pub least: Option<f64>,
}

impl Default for Rules {
    fn default() -> Self {
        Self {
            run: 7,
            trend: 6,
            two_of_three: true,
            better: Better::Neither,
            target: None,
            rebase: Vec::new(),
            baseline: None,
            least: None,
        }
    }
}

/// The mean and how far chance moves a point.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Limits {
    /// The mean of the stretch.
    pub mean: f64,
    /// The lower process limit; `None` where the measure cannot be so low.
    pub lower: Option<f64>,
    /// The upper process limit.
    pub upper: f64,
}

/// Why a point is not chance.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Signal {
    /// Outside the limits.
    Outside,
    /// Part of a run on one side of the mean.
    Run,
    /// Part of a trend.
    Trend,
    /// One of two in three near a limit.
    NearLimit,
}

/// A point of the chart.
#[derive(Debug, Clone, PartialEq)]
pub struct Point {
    /// The value; `None` where it is missing.
    pub value: Option<f64>,
    /// Its limits; `None` where its stretch has too few values to draw any.
    pub limits: Option<Limits>,
    /// What speaks against chance, and whether upwards; empty for common cause.
    pub signals: Vec<(Signal, bool)>,
    /// Whether fewer than [`PROVISIONAL`] values made the limits.
    pub provisional: bool,
}

/// What the last point says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Variation {
    /// Chance alone.
    CommonCause,
    /// Special cause for the better; whether upwards.
    Improvement {
        /// Whether the measure rose.
        up: bool,
    },
    /// Special cause for the worse.
    Concern {
        /// Whether the measure rose.
        up: bool,
    },
    /// Special cause where neither way is better.
    Change {
        /// Whether the measure rose.
        up: bool,
    },
    /// No limits to judge by.
    Unknown,
}

/// What the limits say of the target.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Assurance {
    /// It will be met as things are.
    Passes,
    /// It will be missed as things are.
    Fails,
    /// Chance decides.
    HitOrMiss,
    /// No target, no better side, or no limits.
    None,
}

/// The chart.
#[derive(Debug, Clone, PartialEq)]
pub struct Chart {
    /// By period.
    pub points: Vec<Point>,
    /// The icon of the last point that has a value.
    pub variation: Variation,
    /// The icon of the target.
    pub assurance: Assurance,
}

/// Why there is no chart.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum ChartError {
    /// A value that is no number.
    #[error("row {} is not a number: leave it missing if it isn't known", .0 + 1)]
    Value(usize),
    /// An exposure that is none.
    #[error("row {} has an exposure that is not above 0: leave it missing if nothing was at risk", .0 + 1)]
    Exposure(usize),
    /// Rules of one point.
    #[error("runs and trends need at least three points, and a baseline two")]
    Rules,
    /// A target that is no number.
    #[error("the target is not a number")]
    Target,
}

/// Draws the chart.
///
/// ```
/// use places::watch::chart::{Better, Measure, Rules, Variation, chart};
/// let counts: Vec<Option<u64>> = [12, 9, 11, 8, 10, 12, 9, 11, 10, 8, 12, 11, 27].map(Some).into();
/// let drawn = chart(Measure::Counts(&counts), &Rules { better: Better::Down, ..Rules::default() }).unwrap();
/// assert_eq!(drawn.variation, Variation::Concern { up: true });
/// ```
///
/// # Errors
/// When a value or a rule is none.
pub fn chart(measure: Measure<'_>, rules: &Rules) -> Result<Chart, ChartError> {
    if rules.run < 3 || rules.trend < 3 || rules.baseline.is_some_and(|values| values < 2) {
        return Err(ChartError::Rules);
    }
    if rules.target.is_some_and(|target| !target.is_finite()) {
        return Err(ChartError::Target);
    }
    let rows = rows(measure)?;
    let mut points = Vec::with_capacity(rows.len());
    for stretch in stretches(&rows, &rules.rebase) {
        points.extend(drawn(measure, stretch, rules));
    }
    let last = points.iter().rev().find(|point| point.value.is_some());
    let (variation, assurance) = (variation(last, rules.better), assurance(last, rules));
    Ok(Chart { points, variation, assurance })
}

/// A value with its exposure (1 where there is none).
#[derive(Debug, Clone, Copy)]
struct Value {
    value: f64,
    exposure: f64,
}

fn rows(measure: Measure<'_>) -> Result<Vec<Option<Value>>, ChartError> {
    #[expect(clippy::cast_precision_loss, reason = "counts are far below 2^53")]
    let real = |count: u64| count as f64;
    let plain = |value: f64| Value { value, exposure: 1.0 };
    match measure {
        Measure::Individuals(values) => {
            // Beyond this, squares and sums could pass what a number holds.
            let wrong =
                values.iter().position(|value| value.is_some_and(|value| value.is_nan() || value.abs() >= 1e100));
            let rows = || values.iter().map(|value| value.map(plain)).collect();
            wrong.map_or_else(|| Ok(rows()), |row| Err(ChartError::Value(row)))
        }
        Measure::Counts(counts) => Ok(counts.iter().map(|count| count.map(|count| plain(real(count)))).collect()),
        Measure::Rates(rates) => {
            let small = |exposure: f64| !(exposure > 1e-100 && exposure < 1e100);
            let wrong = rates.iter().position(|rate| rate.is_some_and(|(_, exposure)| small(exposure)));
            let value = |(count, exposure): (u64, f64)| Value { value: real(count) / exposure, exposure };
            let rows = || rates.iter().map(|rate| rate.map(value)).collect();
            wrong.map_or_else(|| Ok(rows()), |row| Err(ChartError::Exposure(row)))
        }
    }
}

/// The rows cut where a new stretch begins.
fn stretches<'a>(rows: &'a [Option<Value>], rebase: &[usize]) -> Vec<&'a [Option<Value>]> {
    let mut cuts: Vec<usize> = rebase.iter().copied().filter(|cut| *cut > 0 && *cut < rows.len()).collect();
    cuts.sort_unstable();
    cuts.dedup();
    let starts = std::iter::once(0).chain(cuts.iter().copied());
    let ends = cuts.iter().copied().chain([rows.len()]);
    starts.zip(ends).filter_map(|(start, end)| rows.get(start..end)).collect()
}

fn drawn(measure: Measure<'_>, stretch: &[Option<Value>], rules: &Rules) -> Vec<Point> {
    let fixing = rules.baseline.map_or(stretch, |wanted| {
        let last = stretch.iter().enumerate().filter(|(_, value)| value.is_some()).nth(wanted - 1);
        stretch.get(..=last.map_or(stretch.len().saturating_sub(1), |(at, _)| at)).unwrap_or(stretch)
    });
    let spread = Spread::of(measure, fixing);
    let provisional = fixing.iter().flatten().count() < PROVISIONAL;
    let mut points: Vec<Point> = stretch
        .iter()
        .map(|row| Point {
            value: row.map(|row| row.value),
            limits: spread.map(|spread| spread.limits(row.map_or(1.0, |row| row.exposure), rules.least)),
            signals: Vec::new(),
            provisional,
        })
        .collect();
    rules::mark(&mut points, rules);
    points
}

/// The mean, and what the limits lie away from it.
#[derive(Debug, Clone, Copy)]
enum Spread {
    /// The same for each point.
    Fixed { mean: f64, away: f64, counted: bool },
    /// By exposure.
    Rate { mean: f64 },
}

impl Spread {
    fn of(measure: Measure<'_>, fixing: &[Option<Value>]) -> Option<Self> {
        let values: Vec<Value> = fixing.iter().flatten().copied().collect();
        if values.len() < 2 {
            return None;
        }
        let mean = mean(values.iter().map(|value| value.value))?;
        match measure {
            Measure::Individuals(_) => Some(Self::Fixed { mean, away: 2.66 * moving_range(fixing)?, counted: false }),
            Measure::Counts(_) => Some(Self::Fixed { mean, away: 3.0 * mean.sqrt(), counted: true }),
            Measure::Rates(_) => {
                let exposure: f64 = values.iter().map(|value| value.exposure).sum();
                let events: f64 = values.iter().map(|value| value.value * value.exposure).sum();
                Some(Self::Rate { mean: events / exposure })
            }
        }
    }

    fn limits(self, exposure: f64, least: Option<f64>) -> Limits {
        let (mean, away, counted) = match self {
            Self::Fixed { mean, away, counted } => (mean, away, counted),
            Self::Rate { mean } => (mean, 3.0 * (mean / exposure).sqrt(), true),
        };
        let least = if counted { Some(least.unwrap_or(0.0).max(0.0)) } else { least };
        let lower = Some(mean - away).filter(|lower| least.is_none_or(|least| *lower > least));
        Limits { mean, lower, upper: mean + away }
    }
}

fn mean(values: impl Iterator<Item = f64>) -> Option<f64> {
    let (sum, count) = values.fold((0.0, 0.0), |(sum, count), value| (sum + value, count + 1.0));
    (count > 0.0).then(|| sum / count)
}

/// The mean difference of neighbours, those out of all proportion left out once; a gap has no neighbours.
fn moving_range(values: &[Option<Value>]) -> Option<f64> {
    let pairs = values.iter().zip(values.iter().skip(1));
    let ranges: Vec<f64> = pairs.filter_map(|(one, other)| Some(((*other)?.value - (*one)?.value).abs())).collect();
    let all = mean(ranges.iter().copied())?;
    mean(ranges.iter().copied().filter(|range| *range <= 3.267 * all)).or(Some(all))
}

fn variation(last: Option<&Point>, better: Better) -> Variation {
    let Some(point) = last.filter(|point| point.limits.is_some()) else { return Variation::Unknown };
    // Where signals point both ways (a fall within a run above the mean), the gravest speaks: they are in that order.
    match (point.signals.iter().min(), better) {
        (None, _) => Variation::CommonCause,
        (Some((_, up)), Better::Neither) => Variation::Change { up: *up },
        (Some((_, up)), better) if *up == (better == Better::Up) => Variation::Improvement { up: *up },
        (Some((_, up)), _) => Variation::Concern { up: *up },
    }
}

fn assurance(last: Option<&Point>, rules: &Rules) -> Assurance {
    let Some((target, limits)) = rules.target.zip(last.and_then(|point| point.limits)) else { return Assurance::None };
    let above = limits.lower.is_some_and(|lower| lower > target);
    let below = limits.upper < target;
    match rules.better {
        Better::Neither => Assurance::None,
        Better::Up if above => Assurance::Passes,
        Better::Up if below => Assurance::Fails,
        Better::Down if below => Assurance::Passes,
        Better::Down if above => Assurance::Fails,
        _ => Assurance::HitOrMiss,
    }
}
