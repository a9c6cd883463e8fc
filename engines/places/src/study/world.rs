//! Everything that a study's files say together, in the order of the areas.

use super::{
    input::{
        events::{Event, Events},
        ground::Ground,
    },
    output::{
        map::Canvas,
        table::{Cell, Column},
    },
    spec::Spec,
};
use crate::neighbours::Weights;

/// Months in a row, each counted from January of the year 0.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Months {
    /// The first.
    pub first: i32,
    /// How many.
    pub count: usize,
}

impl Months {
    /// Each of them.
    pub fn each(self) -> impl Iterator<Item = i32> {
        (self.first..).take(self.count)
    }

    /// The place of a month among them.
    pub fn place(self, month: i32) -> Option<usize> {
        usize::try_from(month - self.first).ok().filter(|at| *at < self.count)
    }
}

/// Whose count a figure tells.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Tells {
    /// The area's own: hidden with it.
    Own,
    /// Its neighbours' too: an exact figure of a shown area would give a hidden neighbour away, so that all are hidden where any is.
    Neighbours,
    /// None.
    Nothing,
}

/// What a study asks its questions of.
pub struct World {
    /// What is asked.
    pub spec: Spec,
    /// The areas.
    pub ground: Ground,
    /// The areas, drawn.
    pub canvas: Canvas,
    /// Areas that touch, each counting 1.
    pub touching: Weights,
    /// The events.
    pub events: Events,
    /// Events in each area.
    pub counts: Vec<u64>,
    /// Residents of each area.
    pub residents: Vec<u64>,
    /// People there by day.
    pub daytime: Option<Vec<u64>>,
    /// Deciles of deprivation, 1 the most deprived.
    pub deciles: Option<Vec<Option<u8>>>,
    /// The weight of harm of each category.
    pub harm: Option<Vec<f64>>,
    /// The months from the first event to the last; none where events have no time, or lie beyond 100 years.
    pub months: Option<Months>,
    /// Events by area and month, an area's months together; empty without months.
    pub by_month: Vec<u64>,
    /// The smallest count that is shown.
    pub least: u64,
    /// Areas whose count is not shown.
    pub hidden: Vec<bool>,
    /// Tenths of deprivation whose count is not shown.
    pub hidden_tenths: [bool; 10],
}

impl World {
    /// Events in each area.
    #[must_use]
    pub fn counts_of(areas: usize, events: &Events) -> Vec<u64> {
        let mut counts = vec![0; areas];
        for event in &events.events {
            if let Some(count) = counts.get_mut(event.area) {
                *count += event.count;
            }
        }
        counts
    }

    /// The months of the events, and the events of each area and month.
    #[must_use]
    pub fn months_of(areas: usize, events: &Events) -> (Option<Months>, Vec<u64>) {
        const MOST: usize = 1_200;
        let month = |event: &Event| event.days.and_then(|days| days.middle_month());
        let all: Option<Vec<i32>> = events.events.iter().map(month).collect();
        let Some(all) = all.filter(|all| !all.is_empty()) else { return (None, Vec::new()) };
        let (first, last) =
            all.iter().fold((i32::MAX, i32::MIN), |(first, last), month| (first.min(*month), last.max(*month)));
        let count = usize::try_from(last - first + 1).unwrap_or(usize::MAX);
        if count > MOST {
            return (None, Vec::new());
        }
        let months = Months { first, count };
        let mut by_month = vec![0; areas * count];
        for (event, month) in events.events.iter().zip(all) {
            let at = months.place(month).map(|at| event.area * count + at);
            if let Some(cell) = at.and_then(|at| by_month.get_mut(at)) {
                *cell += event.count;
            }
        }
        (Some(months), by_month)
    }

    /// How much an event counts: by its category's harm where weights were given, and as often as it happened.
    #[must_use]
    pub fn weight(&self, event: &Event) -> f64 {
        let harm = self.harm.as_ref().and_then(|harm| harm.get(event.category)).copied().unwrap_or(1.0);
        harm * real(event.count)
    }

    /// All events.
    #[must_use]
    pub fn total(&self) -> u64 {
        self.counts.iter().sum()
    }

    /// Events of all areas, month by month.
    #[must_use]
    pub fn month_totals(&self) -> Vec<u64> {
        let Some(months) = self.months else { return Vec::new() };
        let mut totals = vec![0; months.count];
        for row in self.by_month.chunks_exact(months.count) {
            for (total, count) in totals.iter_mut().zip(row) {
                *total += count;
            }
        }
        totals
    }

    /// Rates per 1,000 residents, for statistics that need a number of every area: where nobody lives, the rate of all areas.
    #[must_use]
    pub fn rates(&self) -> Vec<f64> {
        let all = real(self.residents.iter().sum::<u64>());
        let mean = if all > 0.0 { 1000.0 * real(self.total()) / all } else { 0.0 };
        let rate = |(count, residents): (&u64, &u64)| {
            if *residents > 0 { 1000.0 * real(*count) / real(*residents) } else { mean }
        };
        self.counts.iter().zip(&self.residents).map(rate).collect()
    }

    /// A column of figures, each of which is hidden as far as it tells about counts.
    #[must_use]
    pub fn column(&self, name: &'static str, tells: Tells, cells: Vec<Cell>) -> Column {
        let any = self.hides();
        let shown = |(cell, hidden): (Cell, &bool)| match tells {
            Tells::Own if *hidden => Cell::Hidden,
            Tells::Neighbours if any => Cell::Hidden,
            Tells::Own | Tells::Neighbours | Tells::Nothing => cell,
        };
        Column { name, cells: cells.into_iter().zip(&self.hidden).map(shown).collect() }
    }

    /// Whether any count is hidden.
    #[must_use]
    pub fn hides(&self) -> bool {
        self.hidden.iter().any(|hidden| *hidden)
    }

    /// A cell of one area in a table, hidden where its count is.
    #[must_use]
    pub fn cell(&self, area: usize, cell: Cell) -> Cell {
        if self.hidden.get(area).copied().unwrap_or_default() { Cell::Hidden } else { cell }
    }
}

/// A count as a real number: exact up to 2^53.
#[must_use]
#[expect(clippy::cast_precision_loss, reason = "counts of events and residents are far below 2^53")]
pub fn real(count: u64) -> f64 {
    count as f64
}

/// A number of areas or months as a real number.
#[must_use]
#[expect(clippy::cast_precision_loss, reason = "there are far fewer than 2^53")]
pub fn real_len(count: usize) -> f64 {
    count as f64
}
