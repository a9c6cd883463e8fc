//! Where points lie thickest: a smooth surface, groups in space and time, and the small spots that hold most harm.
//!
//! - [`kernel`]: density per km² on a grid.
//! - [`groups`]: points that lie close together, in space or in space and time.
//! - [`spots`]: the cells or areas that hold a share of all harm on the least ground.

pub mod groups;
pub mod kernel;
pub mod spots;

use thiserror::Error;

use crate::points::PointsError;

/// Why there is no density.
#[derive(Debug, Clone, Copy, PartialEq, Error)]
pub enum DensityError {
    /// Columns that are no points.
    #[error(transparent)]
    Points(#[from] PointsError),
    /// A length that is not a number of metres in its range.
    #[error("{what} is {metres} metres: it must be from {least} to {greatest} metres")]
    Length {
        /// What it is.
        what: &'static str,
        /// What was given.
        metres: f64,
        /// The least that it can be.
        least: f64,
        /// The greatest that it can be.
        greatest: f64,
    },
    /// More cells than a grid can have here.
    #[error(
        "a grid of cells of {side} metres would have more than {most} cells here: use larger cells or a smaller area"
    )]
    TooManyCells {
        /// Side of a cell in metres.
        side: f64,
        /// The most that there can be.
        most: usize,
    },
    /// A mask for another grid.
    #[error("the mask has {mask} cells and the grid {cells}: make the mask for this grid")]
    Mask {
        /// Cells of the mask.
        mask: usize,
        /// Cells of the grid.
        cells: usize,
    },
    /// A least number or weight that is not above 0.
    #[error("the least weight of a group is {minimum}: it must be a number above 0")]
    Minimum {
        /// What was given.
        minimum: f64,
    },
    /// A share that is not from 0 to 1.
    #[error("the share is {share}: it must be above 0 and at most 1")]
    Share {
        /// What was given.
        share: f64,
    },
    /// An area whose harm or size is no number.
    #[error("area {} has harm {harm} on {square_metres} m²: harm must be 0 or above, and its size above 0", .area + 1)]
    NoArea {
        /// The area, counted from 0.
        area: usize,
        /// Its harm.
        harm: f64,
        /// Its size.
        square_metres: f64,
    },
}
