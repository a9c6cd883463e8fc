//! Which periods are looked at, as running sums: a column holds a place's cases from the first slot up to its own, and a
//! window is one column, or one less another. For prospective windows the slots run from the last period backwards, so that
//! each window is a column, and what lies before the longest is left out.

use super::zones::Ground;
use super::{Baseline, Observed, Time, real};

/// A span of time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Span {
    /// The column with its cases and those before.
    pub(super) plus: usize,
    /// The column with those before, if there are any.
    pub(super) minus: Option<usize>,
    /// First period.
    pub(super) first: usize,
    /// Last period, included.
    pub(super) last: usize,
}

/// Columns and windows.
#[derive(Debug, Clone)]
pub(super) struct Calendar {
    /// All periods.
    pub(super) periods: usize,
    /// Columns.
    pub(super) columns: usize,
    /// Windows of time, in a fixed order.
    pub(super) spans: Vec<Span>,
    time: Time,
}

impl Calendar {
    pub(super) fn of(periods: usize, time: Time) -> Self {
        let (columns, spans) = match time {
            Time::Whole => (1, vec![Span { plus: 0, minus: None, first: 0, last: periods.saturating_sub(1) }]),
            Time::Retrospective { longest } => {
                let spans = (1..=longest).flat_map(|length| (0..=periods - length).map(move |first| (first, length)));
                let span = |(first, length): (usize, usize)| {
                    let last = first + length - 1;
                    Span { plus: last, minus: first.checked_sub(1), first, last }
                };
                (periods, spans.map(span).collect())
            }
            Time::Prospective { longest } => {
                let last = periods.saturating_sub(1);
                let span = |column: usize| Span { plus: column, minus: None, first: last - column, last };
                (longest, (0..longest).map(span).collect())
            }
        };
        Self { periods, columns, spans, time }
    }

    /// The slot of a period; `None` where it lies before all windows.
    pub(super) fn slot(&self, period: usize) -> Option<usize> {
        match self.time {
            Time::Whole => Some(0),
            Time::Retrospective { .. } => Some(period),
            Time::Prospective { longest } => Some(self.periods - 1 - period).filter(|slot| *slot < longest),
        }
    }

    /// Running sums of the observed cases, by the ground's areas.
    pub(super) fn counts(&self, observed: &Observed<'_>, ground: &Ground) -> Vec<u64> {
        self.gather(ground, |cell| observed.cases.get(cell).copied().unwrap_or_default())
    }

    /// Running sums of what is expected, scaled to all cases.
    pub(super) fn expected(&self, observed: &Observed<'_>, ground: &Ground, total: u64) -> Vec<f64> {
        let weights = cells(observed);
        let scale = real(total) / weights.iter().sum::<f64>();
        self.gather(ground, |cell| weights.get(cell).map_or(0.0, |weight| weight * scale))
    }

    fn gather<T: Copy + Default + std::ops::AddAssign>(&self, ground: &Ground, value: impl Fn(usize) -> T) -> Vec<T> {
        let mut sums = vec![T::default(); ground.areas() * self.columns];
        for (row, original) in sums.chunks_exact_mut(self.columns).zip(ground.originals()) {
            for period in 0..self.periods {
                if let Some(cell) = self.slot(period).and_then(|slot| row.get_mut(slot)) {
                    *cell += value(original * self.periods + period);
                }
            }
            let mut before = T::default();
            for cell in row {
                *cell += before;
                before = *cell;
            }
        }
        sums
    }
}

/// The weight of every area and period, in proportion to which cases are expected.
pub(super) fn cells(observed: &Observed<'_>) -> Vec<f64> {
    let (areas, periods) = (observed.x.len(), observed.periods);
    match observed.baseline {
        Baseline::Population(population) if population.len() == areas => {
            population.iter().flat_map(|residents| std::iter::repeat_n(real(*residents), periods)).collect()
        }
        Baseline::Population(population) => population.iter().map(|residents| real(*residents)).collect(),
        Baseline::Expected(expected) => expected.to_vec(),
        Baseline::Controls(controls) => {
            observed.cases.iter().zip(controls).map(|(cases, controls)| real(cases.saturating_add(*controls))).collect()
        }
        Baseline::Permutation => {
            let by_area = observed.cases.chunks_exact(periods).map(|row| row.iter().sum::<u64>());
            let by_period: Vec<f64> = (0..periods)
                .map(|period| real(observed.cases.iter().skip(period).step_by(periods).sum::<u64>()))
                .collect();
            by_area.flat_map(|area| by_period.iter().map(move |period| real(area) * period)).collect()
        }
    }
}
