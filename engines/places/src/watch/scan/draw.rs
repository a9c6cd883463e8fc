//! Worlds in which nothing is there: the same number of cases, thrown on the areas and periods in proportion to what is
//! expected (Poisson, given the sum: multinomial, by an alias table: Walker 1977, Vose 1991), or the observed cases with
//! their times exchanged by chance (permutation), or as many picked from cases and controls together. About five nanoseconds for a case.

use super::calendar::{self, Calendar};
use super::zones::Ground;
use super::{Baseline, Field, Observed};
use crate::random::Stream;

/// How to draw.
pub(super) enum Null {
    /// Cells by weight; those before all windows count as none.
    Multinomial(Alias),
    /// Exchanged times.
    Permutation(Exchange),
    /// Cases picked from all that could have been.
    Urn(Urn),
}

/// Cases and controls as one.
pub(super) struct Urn {
    /// The cell of each.
    cells: Vec<u32>,
    /// How many are cases.
    cases: u64,
}

/// The cases of the permutation.
pub(super) struct Exchange {
    /// The area of each case.
    areas: Vec<u32>,
    /// How many cases each slot has; the others lie before all windows.
    slots: Vec<u32>,
}

impl Null {
    pub(super) fn of(observed: &Observed<'_>, field: &Field<'_>, total: u64) -> Self {
        let (ground, calendar) = (field.ground, field.calendar);
        if let Baseline::Permutation = observed.baseline {
            return Self::Permutation(Exchange::of(observed, ground, calendar));
        }
        if let Baseline::Controls(controls) = observed.baseline {
            return Self::Urn(Urn::of(observed, controls, field, total));
        }
        let weights = calendar::cells(observed);
        let mut slots = vec![0.0; ground.areas() * calendar.columns + 1];
        for (area, original) in ground.originals().enumerate() {
            for period in 0..calendar.periods {
                let weight = weights.get(original * calendar.periods + period).copied().unwrap_or_default();
                // The last cell is all that lies before the windows.
                let cell = calendar.slot(period).map_or(slots.len() - 1, |slot| area * calendar.columns + slot);
                if let Some(sum) = slots.get_mut(cell) {
                    *sum += weight;
                }
            }
        }
        Self::Multinomial(Alias::of(&slots, total))
    }

    /// Draws one world into cells by area and slot (the alias table has one cell more, for what lies before).
    pub(super) fn draw(&self, stream: &mut Stream, world: &mut World) {
        world.cells.fill(0);
        match self {
            Self::Multinomial(alias) => {
                for _ in 0..alias.total {
                    if let Some(cell) = world.cells.get_mut(alias.draw(stream)) {
                        *cell += 1;
                    }
                }
            }
            Self::Permutation(exchange) => exchange.draw(stream, world),
            Self::Urn(urn) => urn.draw(stream, world),
        }
    }
}

/// One drawn world.
pub(super) struct World {
    /// Cases by area and slot, and one more cell for those before all windows.
    pub(super) cells: Vec<u32>,
    order: Vec<u32>,
}

impl World {
    pub(super) fn of(field: &Field<'_>) -> Self {
        Self { cells: vec![0; field.ground.areas() * field.calendar.columns + 1], order: Vec::new() }
    }
}

impl Urn {
    #[expect(clippy::cast_possible_truncation, reason = "cells and individuals are below 2^32")]
    fn of(observed: &Observed<'_>, controls: &[u64], field: &Field<'_>, total: u64) -> Self {
        let (calendar, before) = (field.calendar, field.ground.areas() * field.calendar.columns);
        let mut cells = Vec::new();
        for (area, original) in field.ground.originals().enumerate() {
            for period in 0..calendar.periods {
                let of = |counts: &[u64]| counts.get(original * calendar.periods + period).copied().unwrap_or_default();
                let cell = calendar.slot(period).map_or(before, |slot| area * calendar.columns + slot);
                cells.extend(std::iter::repeat_n(cell as u32, (of(observed.cases) + of(controls)) as usize));
            }
        }
        Self { cells, cases: total }
    }

    fn draw(&self, stream: &mut Stream, world: &mut World) {
        world.order.clone_from(&self.cells);
        let mut rest = world.order.as_mut_slice();
        for _ in 0..self.cases {
            rest.swap(0, stream.below(u32::try_from(rest.len()).unwrap_or(u32::MAX)) as usize);
            let Some((cell, others)) = std::mem::take(&mut rest).split_first_mut() else { return };
            if let Some(count) = world.cells.get_mut(*cell as usize) {
                *count += 1;
            }
            rest = others;
        }
    }
}

impl Exchange {
    fn of(observed: &Observed<'_>, ground: &Ground, calendar: &Calendar) -> Self {
        let (mut areas, mut slots) = (Vec::new(), vec![0_u32; calendar.columns]);
        for (area, original) in (0_u32..).zip(ground.originals()) {
            for period in 0..calendar.periods {
                let cases = observed.cases.get(original * calendar.periods + period).copied().unwrap_or_default();
                let cases = u32::try_from(cases).unwrap_or(u32::MAX);
                areas.extend(std::iter::repeat_n(area, cases as usize));
                if let Some(sum) = calendar.slot(period).and_then(|slot| slots.get_mut(slot)) {
                    *sum += cases;
                }
            }
        }
        Self { areas, slots }
    }

    /// The cases put in an order by chance, only as far as the slots ask: the first go to the first slot, and so on.
    fn draw(&self, stream: &mut Stream, world: &mut World) {
        world.order.clone_from(&self.areas);
        let mut rest = world.order.as_mut_slice();
        for (slot, wanted) in self.slots.iter().enumerate() {
            for _ in 0..*wanted {
                let last = rest.len().saturating_sub(1);
                rest.swap(0, stream.below(u32::try_from(last + 1).unwrap_or(u32::MAX)) as usize);
                let Some((area, others)) = std::mem::take(&mut rest).split_first_mut() else { return };
                if let Some(cell) = world.cells.get_mut(*area as usize * self.slots.len() + slot) {
                    *cell += 1;
                }
                rest = others;
            }
        }
    }
}

/// A table by which a cell is drawn by one number: each column holds a cell up to a height, and another above it.
pub(super) struct Alias {
    columns: Vec<(u32, u32)>,
    total: u64,
}

impl Alias {
    /// Heights are kept to 32 bits: a cell's chance is off by at most one part in four billion of the mean cell's.
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        clippy::cast_precision_loss,
        reason = "heights are within 0 to 1, cells below 2^32"
    )]
    fn of(weights: &[f64], total: u64) -> Self {
        let mean = weights.iter().sum::<f64>() / weights.len() as f64;
        let mut heights: Vec<f64> = weights.iter().map(|weight| weight / mean).collect();
        let mut others: Vec<u32> = (0..weights.len() as u32).collect();
        let (mut low, mut high): (Vec<u32>, Vec<u32>) =
            others.iter().partition(|at| heights.get(**at as usize).is_some_and(|height| *height < 1.0));
        while let (Some(small), Some(&large)) = (low.pop(), high.last()) {
            let missing = 1.0 - heights.get(small as usize).copied().unwrap_or(1.0);
            if let Some(other) = others.get_mut(small as usize) {
                *other = large;
            }
            let Some(height) = heights.get_mut(large as usize) else { continue };
            *height -= missing;
            if *height < 1.0 {
                high.pop();
                low.push(large);
            }
        }
        // What rounding left over stands in its own column, whatever height it seems to have.
        for at in low.iter().chain(&high) {
            if let Some(other) = others.get_mut(*at as usize) {
                *other = *at;
            }
        }
        // A cell without weight that was left over by rounding cannot be: its column has been lent to another.
        let columns = heights.iter().zip(&others);
        let columns = columns.map(|(height, other)| ((height.clamp(0.0, 1.0) * 4_294_967_296.0) as u32, *other));
        Self { columns: columns.collect(), total }
    }

    #[expect(clippy::cast_possible_truncation, reason = "the halves of a 64-bit product, on purpose")]
    fn draw(&self, stream: &mut Stream) -> usize {
        // The high half of the product is the column, the low half a number that is as good as independent of it.
        let product = u128::from(stream.bits()) * (self.columns.len() as u128);
        let (column, height) = ((product >> 64) as usize, (product >> 32) as u32);
        match self.columns.get(column) {
            Some((limit, _)) if height < *limit => column,
            Some((_, other)) => *other as usize,
            None => column,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Alias;
    use crate::random::Stream;

    #[test]
    fn cells_come_up_by_their_weight_and_empty_ones_never() {
        let weights = [0.0, 1.0, 2.0, 3.0, 0.0, 14.0];
        let (alias, mut stream, mut drawn) = (Alias::of(&weights, 1), Stream::of(3, 4), [0_u32; 6]);
        for _ in 0..200_000 {
            drawn[alias.draw(&mut stream)] += 1;
        }
        assert_eq!((drawn[0], drawn[4]), (0, 0));
        // Chi-squared with 3 degrees of freedom passes 16.3 once in a thousand.
        let parts = weights.iter().zip(drawn).filter(|(weight, _)| **weight > 0.0);
        let chi: f64 = parts.map(|(w, n)| (f64::from(n) - w * 10_000.0).powi(2) / (w * 10_000.0)).sum();
        assert!(chi < 16.3, "{drawn:?}");
    }
}
