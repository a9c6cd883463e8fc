//! Which areas are neighbours, and how much each counts: a sparse matrix of weights, rows in the order of the areas.

pub mod components;
pub mod contiguity;
pub mod distance;
mod near;
mod tree;

pub use components::{Components, components};
pub use contiguity::{Contiguity, contiguity, contiguity_within};

use thiserror::Error;

/// A sparse matrix of spatial weights, by rows: area `i` has the neighbours `neighbours(i)`, ascending and never itself (but
/// see [`Weights::with_self`]), each with a finite weight above 0.
#[derive(Debug, Clone, PartialEq)]
pub struct Weights {
    starts: Vec<usize>,
    neighbours: Vec<u32>,
    values: Vec<f64>,
}

/// Why links are no weights.
#[derive(Debug, Clone, Copy, PartialEq, Error)]
pub enum WeightsError {
    /// A link to or from an area that there isn't.
    #[error("a link names area {named}, and there are {areas}")]
    NoSuchArea {
        /// The area named, counted from 0.
        named: u32,
        /// How many areas there are.
        areas: usize,
    },
    /// A weight that is negative or not a number.
    #[error("the weight between areas {from} and {to} is {weight}: a weight must be a number above 0")]
    NoWeight {
        /// Whose neighbour, counted from 0.
        from: u32,
        /// The neighbour, counted from 0.
        to: u32,
        /// The weight.
        weight: f64,
    },
    /// Very many areas that meet in one point.
    #[error("{areas} areas meet in one point, {longitude}, {latitude}: are these the same area many times over?")]
    Crowded {
        /// How many.
        areas: usize,
        /// Where, in degrees east.
        longitude: f64,
        /// And north.
        latitude: f64,
    },
    /// A tolerance that is none.
    #[error("borders are compared within {metres} metres: give a number from 0 to 1,000")]
    Tolerance {
        /// The tolerance.
        metres: f64,
    },
    /// More areas than 2^32.
    #[error("there are more than 4,294,967,295 areas")]
    TooMany,
}

impl Weights {
    /// The weights of links `(area, its neighbour, weight)`, in any order; of a link that comes twice the first counts, a link of
    /// an area to itself is left out, a weight of 0 is no link. One direction does not make the other. O(n log n) for n links.
    ///
    /// # Errors
    /// When a link names an area that there isn't, or a weight is negative or not finite.
    pub fn of(areas: usize, links: impl IntoIterator<Item = (u32, u32, f64)>) -> Result<Self, WeightsError> {
        let count = u32::try_from(areas).map_err(|_| WeightsError::TooMany)?;
        let mut kept: Vec<(u32, u32, f64)> = Vec::new();
        for (from, to, weight) in links {
            let named = from.max(to);
            if named >= count {
                return Err(WeightsError::NoSuchArea { named, areas });
            }
            if !weight.is_finite() || weight < 0.0 {
                return Err(WeightsError::NoWeight { from, to, weight });
            }
            if from != to && weight > 0.0 {
                kept.push((from, to, weight));
            }
        }
        kept.sort_by_key(|(from, to, _)| (*from, *to));
        kept.dedup_by_key(|(from, to, _)| (*from, *to));
        Ok(Self::of_sorted(areas, &kept))
    }

    /// Neighbours that count 1 each, both ways, of pairs in any order.
    ///
    /// # Errors
    /// When a pair names an area that there isn't.
    pub fn binary(areas: usize, pairs: impl IntoIterator<Item = (u32, u32)>) -> Result<Self, WeightsError> {
        Self::of(areas, pairs.into_iter().flat_map(|(one, other)| [(one, other, 1.0), (other, one, 1.0)]))
    }

    /// Rows one after the other, each ascending; `starts` has one more than there are areas.
    fn of_rows(starts: Vec<usize>, neighbours: Vec<u32>, values: Vec<f64>) -> Self {
        Self { starts, neighbours, values }
    }

    fn of_sorted(areas: usize, links: &[(u32, u32, f64)]) -> Self {
        let mut starts = vec![0_usize];
        let mut at = 0;
        for area in 0..areas {
            at += links.get(at..).unwrap_or_default().iter().take_while(|(from, _, _)| *from as usize == area).count();
            starts.push(at);
        }
        let neighbours = links.iter().map(|(_, to, _)| *to).collect();
        let values = links.iter().map(|(_, _, weight)| *weight).collect();
        Self { starts, neighbours, values }
    }

    /// How many areas there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.starts.len() - 1
    }

    /// Whether there are no areas.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// How many links there are; a pair of neighbours has two.
    #[must_use]
    pub fn links(&self) -> usize {
        self.neighbours.len()
    }

    fn span(&self, area: usize) -> std::ops::Range<usize> {
        match (self.starts.get(area), self.starts.get(area + 1)) {
            (Some(from), Some(to)) => *from..*to,
            _ => 0..0,
        }
    }

    /// The neighbours of an area, ascending; none of an area that there isn't.
    #[must_use]
    pub fn neighbours(&self, area: usize) -> &[u32] {
        self.neighbours.get(self.span(area)).unwrap_or_default()
    }

    /// How much each of [`Weights::neighbours`] counts, in the same order.
    #[must_use]
    pub fn weights(&self, area: usize) -> &[f64] {
        self.values.get(self.span(area)).unwrap_or_default()
    }

    /// Neighbours and their weights, for every area.
    pub fn rows(&self) -> impl ExactSizeIterator<Item = (&[u32], &[f64])> + '_ {
        (0..self.len()).map(|area| (self.neighbours(area), self.weights(area)))
    }

    /// The areas without a neighbour, ascending.
    #[must_use]
    pub fn islands(&self) -> Vec<usize> {
        (0..self.len()).filter(|area| self.neighbours(*area).is_empty()).collect()
    }

    /// Each row divided by its sum, so that an area's neighbours together count 1; an island's row stays empty.
    #[must_use]
    pub fn row_standardised(&self) -> Self {
        let mut values = self.values.clone();
        for area in 0..self.len() {
            let row = values.get_mut(self.span(area)).unwrap_or_default();
            let sum: f64 = row.iter().sum();
            for weight in row {
                *weight /= sum;
            }
        }
        Self { starts: self.starts.clone(), neighbours: self.neighbours.clone(), values }
    }

    /// The same with each area its own neighbour too, with weight 1, as Gi* has it.
    #[must_use]
    pub fn with_self(&self) -> Self {
        let own = (0..self.len()).map(|area| u32::try_from(area).unwrap_or(u32::MAX));
        let mut links: Vec<(u32, u32, f64)> = own.clone().map(|area| (area, area, 1.0)).collect();
        for (area, (neighbours, weights)) in own.zip(self.rows()) {
            links.extend(neighbours.iter().zip(weights).map(|(to, weight)| (area, *to, *weight)));
        }
        links.sort_by_key(|(from, to, _)| (*from, *to));
        Self::of_sorted(self.len(), &links)
    }

    /// Σⱼ wᵢⱼ xⱼ for every area: the spatial lag. A missing value counts 0.
    #[must_use]
    pub fn lag(&self, values: &[f64]) -> Vec<f64> {
        let of_row = |(neighbours, weights): (&[u32], &[f64])| {
            let value = |to: &u32| values.get(*to as usize).copied().unwrap_or_default();
            neighbours.iter().zip(weights).map(|(to, weight)| value(to) * weight).sum()
        };
        self.rows().map(of_row).collect()
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::{Weights, WeightsError};

    #[test]
    fn a_row_of_three() {
        let weights = Weights::binary(4, [(1, 0), (1, 2), (0, 1)]).unwrap();
        assert_eq!((weights.len(), weights.links(), weights.islands()), (4, 4, vec![3]));
        assert_eq!(weights.neighbours(1), [0, 2]);
        assert_eq!(weights.row_standardised().weights(1), [0.5, 0.5]);
        assert_eq!(weights.with_self().neighbours(1), [0, 1, 2]);
        assert_eq!(weights.lag(&[1.0, 10.0, 100.0, 1000.0]), [10.0, 101.0, 10.0, 0.0]);
    }

    #[test]
    fn what_is_no_weight_is_refused() {
        assert_eq!(Weights::binary(2, [(0, 2)]), Err(WeightsError::NoSuchArea { named: 2, areas: 2 }));
        assert!(matches!(Weights::of(2, [(0, 1, f64::NAN)]), Err(WeightsError::NoWeight { .. })));
        assert_eq!(Weights::of(2, [(0, 0, 1.0), (0, 1, 0.0)]).unwrap().links(), 0);
    }

    proptest! {
        #[test]
        fn rows_add_up_to_one(links in prop::collection::vec((0_u32..20, 0_u32..20, 0.001_f64..1000.0), 0..100)) {
            let standard = Weights::of(20, links).unwrap().row_standardised();
            for (area, (_, weights)) in standard.rows().enumerate() {
                let sum: f64 = weights.iter().sum();
                let right = if weights.is_empty() { standard.islands().contains(&area) } else { (sum - 1.0).abs() < 1e-12 };
                prop_assert!(right, "area {area}: {sum}");
            }
        }
    }
}
