//! What a scan cannot work with.

use thiserror::Error;

use super::{Baseline, Observed, Settings, Time};

/// Most cases (and controls).
const MOST: u64 = 2_000_000_000;

/// Why there is no scan.
#[derive(Debug, Clone, Copy, PartialEq, Error)]
pub enum ScanError {
    /// No areas, or no periods.
    #[error("there is nothing to scan: give at least one area and one period")]
    Empty,
    /// Columns of different lengths.
    #[error("{what} has {given} values, and {wanted} are needed: one for each area (and period)")]
    Length {
        /// Which column.
        what: &'static str,
        /// Its length.
        given: usize,
        /// What it should be.
        wanted: usize,
    },
    /// A coordinate that is no number.
    #[error("the centre in row {} is not a place: give metres east and north", .row + 1)]
    Coordinate {
        /// The area, counted from 0.
        row: usize,
    },
    /// An expected number of cases that cannot be.
    #[error("the expected cases in row {} are not a number from 0 up", .row + 1)]
    Expected {
        /// The area, counted from 0.
        row: usize,
    },
    /// Cases where none can be.
    #[error("row {} has cases, but nobody to have them: check its residents, or leave the area out", .row + 1)]
    Impossible {
        /// The area, counted from 0.
        row: usize,
    },
    /// No cases at all.
    #[error("there are no cases, so there is nothing to find: check the period and the kind of event")]
    NoCases,
    /// More than can be drawn.
    #[error("{0} cases (and controls) are too many to draw replicates of: the limit is 2,000,000,000")]
    TooMany(u64),
    /// A share outside 0 to 0.5.
    #[error("the largest circle's share must be above 0 and at most 0.5")]
    Share,
    /// A radius that is none.
    #[error("the largest circle's radius must be a number of metres from 0 up")]
    Radius,
    /// A span longer than what there is.
    #[error("spans of {longest} periods do not fit in {periods}: give 1 to {periods}")]
    Longest {
        /// Asked for.
        longest: usize,
        /// Periods there are.
        periods: usize,
    },
    /// Permutation without time.
    #[error("permutation compares times, so it needs at least two periods and spans of time")]
    Timeless,
    /// Stopping at once.
    #[error("stopping early needs at least one replicate to reach the cluster; 10 is usual")]
    Stop,
}

/// Looks at everything once and counts the cases.
pub(super) fn check(observed: &Observed<'_>, settings: &Settings) -> Result<u64, ScanError> {
    let (areas, periods) = (observed.x.len(), observed.periods);
    if areas == 0 || periods == 0 {
        return Err(ScanError::Empty);
    }
    let cells = areas.saturating_mul(periods);
    length("the northings", observed.y.len(), areas)?;
    length("the cases", observed.cases.len(), cells)?;
    if let Some(row) = observed.x.iter().zip(observed.y).position(|(x, y)| !(x.abs() <= 1e9 && y.abs() <= 1e9)) {
        return Err(ScanError::Coordinate { row });
    }
    check_settings(settings, periods)?;
    let total = observed.cases.iter().fold(0_u64, |sum, cases| sum.saturating_add(*cases));
    match total {
        0 => return Err(ScanError::NoCases),
        1..=MOST => {}
        _ => return Err(ScanError::TooMany(total)),
    }
    check_baseline(observed, settings)?;
    Ok(total)
}

fn length(what: &'static str, given: usize, wanted: usize) -> Result<(), ScanError> {
    if given == wanted { Ok(()) } else { Err(ScanError::Length { what, given, wanted }) }
}

fn check_settings(settings: &Settings, periods: usize) -> Result<(), ScanError> {
    if !(settings.share > 0.0 && settings.share <= 0.5) {
        return Err(ScanError::Share);
    }
    if settings.radius.is_some_and(|radius| radius.is_nan() || radius < 0.0) {
        return Err(ScanError::Radius);
    }
    if settings.stop == Some(0) {
        return Err(ScanError::Stop);
    }
    match settings.time {
        Time::Retrospective { longest } | Time::Prospective { longest } if longest == 0 || longest > periods => {
            Err(ScanError::Longest { longest, periods })
        }
        _ => Ok(()),
    }
}

fn check_baseline(observed: &Observed<'_>, settings: &Settings) -> Result<(), ScanError> {
    let (areas, periods) = (observed.x.len(), observed.periods);
    let impossible = |nobody: &dyn Fn(usize) -> bool| {
        let row = observed.cases.iter().enumerate().position(|(cell, cases)| *cases > 0 && nobody(cell));
        row.map_or(Ok(()), |cell| Err(ScanError::Impossible { row: cell / periods }))
    };
    match observed.baseline {
        Baseline::Population(population) if population.len() == areas => {
            impossible(&|cell| population.get(cell / periods).is_none_or(|residents| *residents == 0))
        }
        Baseline::Population(population) => {
            length("the population", population.len(), areas * periods)?;
            impossible(&|cell| population.get(cell).is_none_or(|residents| *residents == 0))
        }
        Baseline::Expected(expected) => {
            length("the expected cases", expected.len(), areas * periods)?;
            let wrong = expected.iter().position(|value| !value.is_finite() || *value < 0.0);
            if let Some(cell) = wrong {
                return Err(ScanError::Expected { row: cell / periods });
            }
            if !expected.iter().sum::<f64>().is_finite() {
                return Err(ScanError::Expected { row: 0 });
            }
            impossible(&|cell| expected.get(cell).is_none_or(|value| *value <= 0.0))
        }
        Baseline::Controls(controls) => {
            length("the controls", controls.len(), areas * periods)?;
            let all = observed.cases.iter().chain(controls).fold(0_u64, |sum, count| sum.saturating_add(*count));
            if all > MOST { Err(ScanError::TooMany(all)) } else { Ok(()) }
        }
        Baseline::Permutation if periods < 2 || settings.time == Time::Whole => Err(ScanError::Timeless),
        Baseline::Permutation => Ok(()),
    }
}
