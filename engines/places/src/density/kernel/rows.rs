//! Events by bands of the grid's rows; those of one place taken together, in an order that depends on nothing but their places.

use rayon::prelude::*;

use super::{Edge, Grid};
use crate::points::Points;

/// One place and the weight of all events there.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Place {
    /// Metres eastwards.
    pub x: f64,
    /// Metres northwards.
    pub y: f64,
    /// The weight of all events there.
    pub weight: f64,
}

/// Events by band. Rows are counted from `outside` rows below the grid, from where a kernel can reach in.
pub(super) struct Rows<'a> {
    weights: &'a [f64],
    /// The row of each event; `u32::MAX` of one that is left out.
    row: Vec<u32>,
    /// The events by band with their rows, and where each band's begin and end.
    events: Vec<(Place, u32)>,
    bands: Vec<(usize, usize)>,
    /// How many rows a band has: enough that few places reach into two.
    pub height: usize,
    outside: usize,
    rows_of_reach: usize,
}

impl<'a> Rows<'a> {
    pub(super) fn of(points: Points<'_>, weights: &'a [f64], grid: &Grid, reach: f64, edge: Edge<'_>) -> Self {
        let rows_of_reach = (reach / grid.side).ceil() as usize;
        let outside = if edge == Edge::Open { rows_of_reach } else { 0 };
        let (count, height) = (grid.rows + 2 * outside, (4 * rows_of_reach).max(32));
        let right = grid.left + grid.side * grid.columns as f64;
        let row_of = |x: f64, y: f64| match edge {
            Edge::Open => {
                let row = ((y - grid.bottom) / grid.side).floor() + outside as f64;
                let within = row >= 0.0 && row < count as f64 && x > grid.left - reach && x < right + reach;
                within.then_some(row as usize)
            }
            Edge::Box => grid.cell_of(x, y).map(|cell| cell / grid.columns),
            Edge::Mask(mask) => {
                let cell = grid.cell_of(x, y).filter(|cell| mask.get(*cell) == Some(&true));
                cell.map(|cell| cell / grid.columns)
            }
        };
        let row_of = |(x, y): (&f64, &f64)| row_of(*x, *y).and_then(|row| u32::try_from(row).ok()).unwrap_or(u32::MAX);
        let row: Vec<u32> = points.x().par_iter().zip(points.y()).with_min_len(4096).map(row_of).collect();
        let placed = row.iter().zip(points.iter()).zip(weights).map(|((row, (x, y)), weight)| {
            let band = if *row == u32::MAX { usize::MAX } else { *row as usize / height };
            ((Place { x, y, weight: *weight }, *row), band)
        });
        let (events, bands) = sorted(placed, count.div_ceil(height));
        Self { weights, row, events, bands, height, outside, rows_of_reach }
    }

    /// The places whose kernel can reach rows `from` to `to` of the grid of `rows`, by row and place; and the weight of those in
    /// these rows, to which the first band adds what lies below the grid and the last what lies above.
    pub(super) fn places(&self, from: usize, to: usize, rows: usize) -> (Vec<Place>, f64) {
        let first = (from + self.outside).saturating_sub(self.rows_of_reach);
        let last = (to + self.outside + self.rows_of_reach).min(rows + 2 * self.outside);
        let bands = self.bands.get(first / self.height..last.div_ceil(self.height)).unwrap_or_default();
        let events = bands.iter().flat_map(|(from, to)| self.events.get(*from..*to).unwrap_or_default());
        let placed = events.map(|(place, row)| (*place, (*row as usize).checked_sub(first).unwrap_or(usize::MAX)));
        let (mut places, spans) = sorted(placed, last.saturating_sub(first));
        let own_from = if from == 0 { 0 } else { from + self.outside - first };
        let own_to = if to == rows { usize::MAX } else { to + self.outside - first };
        let (mut kept, mut own) = (0, 0.0);
        for (row, (from, to)) in spans.into_iter().enumerate() {
            let length = together(places.get_mut(from..to).unwrap_or_default());
            places.copy_within(from..from + length, kept);
            if (own_from..own_to).contains(&row) {
                own +=
                    places.get(kept..kept + length).unwrap_or_default().iter().map(|place| place.weight).sum::<f64>();
            }
            kept += length;
        }
        places.truncate(kept);
        (places, own)
    }

    /// The weight of events that have no row.
    pub(super) fn left_out(&self) -> f64 {
        let out = self.row.iter().zip(self.weights).filter(|(row, _)| **row == u32::MAX);
        let mut weights: Vec<f64> = out.map(|(_, weight)| *weight).collect();
        // By size, so that the order of events makes no difference.
        weights.sort_unstable_by(f64::total_cmp);
        weights.iter().sum()
    }
}

/// Items by slot, and where each slot's begin and end; items of a slot that there isn't are dropped. By counting, O(n + slots).
fn sorted<T: Copy + Default>(
    items: impl Iterator<Item = (T, usize)> + Clone,
    slots: usize,
) -> (Vec<T>, Vec<(usize, usize)>) {
    let mut spans = vec![(0_usize, 0_usize); slots];
    for (_, slot) in items.clone() {
        if let Some(span) = spans.get_mut(slot) {
            span.1 += 1;
        }
    }
    let mut total = 0;
    for span in &mut spans {
        let length = span.1;
        *span = (total, total);
        total += length;
    }
    let mut sorted = vec![T::default(); total];
    for (item, slot) in items {
        if let Some(span) = spans.get_mut(slot)
            && let Some(place) = sorted.get_mut(span.1)
        {
            *place = item;
            span.1 += 1;
        }
    }
    (sorted, spans)
}

/// Sorts a row by place and adds up the events of one place; tells how many places there are.
fn together(row: &mut [Place]) -> usize {
    row.sort_unstable_by(|a, b| {
        let later = || a.y.total_cmp(&b.y).then_with(|| a.weight.total_cmp(&b.weight));
        a.x.total_cmp(&b.x).then_with(later)
    });
    let mut kept = 0_usize;
    let mut last = None::<Place>;
    for at in 0..row.len() {
        let Some(place) = row.get(at).copied() else {
            break;
        };
        last = match last {
            Some(before) if before.x == place.x && before.y == place.y => {
                Some(Place { weight: before.weight + place.weight, ..place })
            }
            before => {
                kept += usize::from(before.is_some());
                Some(place)
            }
        };
        if let (Some(slot), Some(last)) = (row.get_mut(kept), last) {
            *slot = last;
        }
    }
    kept + usize::from(last.is_some())
}
