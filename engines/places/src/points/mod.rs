//! Points on a plane in metres: columns of eastings and northings that were looked over once, so that nothing behind them meets
//! a number that is none.

pub(crate) mod near;

use thiserror::Error;

/// The farthest from the origin that a coordinate in metres can be: well beyond the size of the Earth.
pub const FARTHEST: f64 = 1e8;

/// Points by column, in metres on a plane (British National Grid, say): `x` eastwards, `y` northwards.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Points<'a> {
    x: &'a [f64],
    y: &'a [f64],
}

/// Why columns are no points.
#[derive(Debug, Clone, Copy, PartialEq, Error)]
pub enum PointsError {
    /// Columns of different length.
    #[error("there are {x} eastings and {y} northings: each row needs both")]
    Lengths {
        /// How many eastings.
        x: usize,
        /// How many northings.
        y: usize,
    },
    /// A coordinate that is not a number, or farther away than the Earth is big.
    #[error("row {} has no place: its coordinates must be metres on a plane; mend or leave out the row", .row + 1)]
    NoPlace {
        /// The row, counted from 0.
        row: usize,
    },
    /// Another column of a different length.
    #[error("there are {points} points and {others} {what}: each row needs one")]
    Column {
        /// How many points.
        points: usize,
        /// How many of the others.
        others: usize,
        /// What the column holds, in the plural.
        what: &'static str,
    },
    /// A weight that is negative or not a number.
    #[error("row {} has the weight {weight}: a weight must be a number of 0 or above; mend or leave out the row", .row + 1)]
    NoWeight {
        /// The row, counted from 0.
        row: usize,
        /// The weight.
        weight: f64,
    },
    /// More than 2^32 rows.
    #[error("there are more than 4,294,967,295 points")]
    TooMany,
}

impl<'a> Points<'a> {
    /// Looks the columns over. O(n).
    ///
    /// # Errors
    /// When their lengths differ, or a coordinate is not finite or beyond [`FARTHEST`].
    pub fn of(x: &'a [f64], y: &'a [f64]) -> Result<Self, PointsError> {
        if x.len() != y.len() {
            return Err(PointsError::Lengths { x: x.len(), y: y.len() });
        }
        u32::try_from(x.len()).map_err(|_| PointsError::TooMany)?;
        let on_earth = |coordinate: &f64| coordinate.abs() <= FARTHEST;
        match x.iter().zip(y).position(|(x, y)| !(on_earth(x) && on_earth(y))) {
            Some(row) => Err(PointsError::NoPlace { row }),
            None => Ok(Self { x, y }),
        }
    }

    /// How many points there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.x.len()
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.x.is_empty()
    }

    /// Metres eastwards.
    #[must_use]
    pub fn x(&self) -> &'a [f64] {
        self.x
    }

    /// Metres northwards.
    #[must_use]
    pub fn y(&self) -> &'a [f64] {
        self.y
    }

    /// Every point, in order.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = (f64, f64)> + Clone + 'a {
        self.x.iter().copied().zip(self.y.iter().copied())
    }

    /// Left, bottom, right and top; `None` of no points.
    #[must_use]
    pub fn bounds(&self) -> Option<[f64; 4]> {
        let first = self.iter().next()?;
        let start = [first.0, first.1, first.0, first.1];
        Some(
            self.iter().fold(start, |[left, bottom, right, top], (x, y)| {
                [left.min(x), bottom.min(y), right.max(x), top.max(y)]
            }),
        )
    }

    /// Each point's weight: as given, or 1.
    ///
    /// # Errors
    /// When there are more or fewer weights than points, or one is negative or not finite.
    pub fn weighted(&self, weights: Option<&[f64]>) -> Result<Vec<f64>, PointsError> {
        let Some(weights) = weights else {
            return Ok(vec![1.0; self.len()]);
        };
        self.beside(weights.len(), "weights")?;
        match weights.iter().position(|weight| !weight.is_finite() || *weight < 0.0) {
            Some(row) => Err(PointsError::NoWeight { row, weight: weights.get(row).copied().unwrap_or_default() }),
            None => Ok(weights.to_vec()),
        }
    }

    /// Whether another column has as many rows.
    ///
    /// # Errors
    /// When it has not.
    pub fn beside(&self, others: usize, what: &'static str) -> Result<(), PointsError> {
        if others == self.len() { Ok(()) } else { Err(PointsError::Column { points: self.len(), others, what }) }
    }
}

#[cfg(test)]
mod tests {
    use super::{Points, PointsError};

    #[test]
    fn what_is_no_point_is_refused_by_its_row() {
        assert_eq!(Points::of(&[1.0], &[]), Err(PointsError::Lengths { x: 1, y: 0 }));
        let refused = Points::of(&[1.0, f64::NAN], &[1.0, 1.0]).unwrap_err();
        assert!(refused.to_string().starts_with("row 2 has no place"), "{refused}");
        assert!(Points::of(&[1e9], &[0.0]).is_err());
        let points = Points::of(&[1.0, 3.0], &[4.0, 2.0]).unwrap();
        assert_eq!(points.bounds(), Some([1.0, 2.0, 3.0, 4.0]));
        assert_eq!(points.weighted(None).unwrap(), [1.0, 1.0]);
        assert!(points.weighted(Some(&[1.0, -1.0])).unwrap_err().to_string().contains("row 2"));
        assert!(points.weighted(Some(&[1.0])).is_err());
        assert_eq!(Points::of(&[], &[]).unwrap().bounds(), None);
    }
}
