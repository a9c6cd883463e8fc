//! Kernel density on a grid: events per km² at the middle of every cell, each event spread over the ground within a bandwidth.
//!
//! f(x) = Σᵢ wᵢ k(|x − xᵢ|; h) (Silverman, Density Estimation for Statistics and Data Analysis, 1986, section 4.2). Near an edge
//! part of an event's kernel would fall outside; the corrected estimate divides each event's kernel by its mass inside (Diggle,
//! "A kernel method for smoothing point process data", Applied Statistics 34, 1985; Jones, Statistics and Computing 3, 1993), so
//! that the surface adds up to exactly the events inside. The mass is summed over the grid's cells, not integrated.
//!
//! Events are sorted by row and place, and those at one place taken together, a band of rows beside the other. O(n
//! log n + events × cells within reach), memory O(n + cells); the same to the byte for any order of events and any number of
//! threads.

mod rows;
mod window;

use std::f64::consts::PI;

use rayon::prelude::*;

use self::rows::Rows;
use self::window::Window;
use super::DensityError;
use crate::points::Points;

/// The most cells that a grid can have.
pub const MOST_CELLS: usize = 100_000_000;

/// How an event's weight is spread.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Kernel {
    /// 3/(πh²) (1 − r²/h²)² within h: the usual one for crime.
    #[default]
    Quartic,
    /// 2/(πh²) (1 − r²/h²) within h.
    Epanechnikov,
    /// 1/(2πh²) exp(−r²/2h²), cut off at 4h and made whole again; h is the standard deviation, not the reach.
    Gaussian,
}

impl Kernel {
    /// How far from an event its weight reaches, in bandwidths.
    #[must_use]
    pub fn reach(self) -> f64 {
        if self == Self::Gaussian { 4.0 } else { 1.0 }
    }
}

/// A grid of square cells, row by row from the bottom left.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Grid {
    /// The left edge, in metres.
    pub left: f64,
    /// The bottom edge, in metres.
    pub bottom: f64,
    /// Side of a cell, in metres.
    pub side: f64,
    /// Cells from left to right.
    pub columns: usize,
    /// Cells from bottom to top.
    pub rows: usize,
}

impl Grid {
    /// The grid over a box `[left, bottom, right, top]`, widened by `margin` metres, its edges at multiples of the side so that
    /// grids of different days lie upon each other.
    ///
    /// # Errors
    /// When the side is not from 1 to 1,000,000 m or there would be more than [`MOST_CELLS`].
    pub fn over(bounds: [f64; 4], side: f64, margin: f64) -> Result<Self, DensityError> {
        length("the side of a cell", side, 1.0, 1e6)?;
        length("the margin", margin, 0.0, 1e7)?;
        let [left, bottom, right, top] = bounds;
        let floor = |edge: f64| (edge / side).floor();
        let (first_column, first_row) = (floor(left - margin), floor(bottom - margin));
        let columns = floor(right + margin) - first_column + 1.0;
        let rows = floor(top + margin) - first_row + 1.0;
        if !(columns >= 1.0 && rows >= 1.0 && columns * rows <= MOST_CELLS as f64) {
            return Err(DensityError::TooManyCells { side, most: MOST_CELLS });
        }
        let (columns, rows) = (columns as usize, rows as usize);
        Ok(Self { left: first_column * side, bottom: first_row * side, side, columns, rows })
    }

    /// How many cells there are.
    #[must_use]
    pub fn cells(&self) -> usize {
        self.columns * self.rows
    }

    /// The cell of a place; `None` outside.
    #[must_use]
    pub fn cell_of(&self, x: f64, y: f64) -> Option<usize> {
        let (column, row) = (((x - self.left) / self.side).floor(), ((y - self.bottom) / self.side).floor());
        let inside = column >= 0.0 && row >= 0.0 && column < self.columns as f64 && row < self.rows as f64;
        inside.then(|| row as usize * self.columns + column as usize)
    }

    /// The middle of a cell.
    #[must_use]
    pub fn middle(&self, cell: usize) -> (f64, f64) {
        let (row, column) = (cell / self.columns.max(1), cell % self.columns.max(1));
        (self.left + (column as f64 + 0.5) * self.side, self.bottom + (row as f64 + 0.5) * self.side)
    }

    /// Square kilometres of a cell.
    #[must_use]
    pub fn km2(&self) -> f64 {
        self.side * self.side / 1e6
    }
}

/// What is done with the part of a kernel that falls outside.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub enum Edge<'a> {
    /// Nothing: events outside the grid count on it too, and the surface sinks towards the edge of where data is.
    #[default]
    Open,
    /// The grid's box is the area: events outside are left out, each kernel is divided by its mass on the grid.
    Box,
    /// The cells whose middle lies in the area, one for each of the grid's: events in other cells are left out, each kernel is
    /// divided by its mass on these cells, other cells have 0.
    Mask(&'a [bool]),
}

/// A surface of density.
#[derive(Debug, Clone, PartialEq)]
pub struct Density {
    /// Its grid.
    pub grid: Grid,
    /// Weight per km² of each cell, row by row from the bottom left.
    pub per_km2: Vec<f64>,
    /// The weight that was spread.
    pub weight: f64,
    /// The weight of events that lay outside the area (of `Edge::Open`: out of reach of the grid).
    pub left_out: f64,
}

/// The density of points on a grid, each counting its weight or 1.
///
/// The bandwidth is in metres and no less than the side of a cell, since the grid could not show it.
///
/// # Errors
/// When weights or mask don't fit, or the bandwidth is below the grid's side or above 1,000 km.
pub fn density(
    points: Points<'_>,
    weights: Option<&[f64]>,
    grid: &Grid,
    kernel: Kernel,
    bandwidth: f64,
    edge: Edge<'_>,
) -> Result<Density, DensityError> {
    length("the side of a cell", grid.side, 1.0, 1e6)?;
    length("the bandwidth", bandwidth, grid.side, 1e6)?;
    if grid.columns.saturating_mul(grid.rows) > MOST_CELLS {
        return Err(DensityError::TooManyCells { side: grid.side, most: MOST_CELLS });
    }
    if let Edge::Mask(mask) = edge
        && mask.len() != grid.cells()
    {
        return Err(DensityError::Mask { mask: mask.len(), cells: grid.cells() });
    }
    let weights = points.weighted(weights)?;
    let reach = bandwidth * kernel.reach();
    let (area, inverse) = (PI * bandwidth * bandwidth, 1.0 / (bandwidth * bandwidth));
    let rows = Rows::of(points, &weights, grid, reach, edge);
    let (per_km2, weight) = match kernel {
        Kernel::Quartic => fill(&rows, grid, edge, reach, 3e6 / area, |r2| {
            let rest = (1.0 - r2 * inverse).max(0.0);
            rest * rest
        }),
        Kernel::Epanechnikov => fill(&rows, grid, edge, reach, 2e6 / area, |r2| (1.0 - r2 * inverse).max(0.0)),
        Kernel::Gaussian => {
            let whole = 2.0 * area * (1.0 - (-8.0_f64).exp());
            fill(&rows, grid, edge, reach, 1e6 / whole, |r2| {
                if r2 <= reach * reach { (-r2 * inverse / 2.0).exp() } else { 0.0 }
            })
        }
    };
    Ok(Density { grid: *grid, per_km2, weight, left_out: rows.left_out() })
}

/// A bandwidth by rule of thumb: 0.9 · min(standard distance, median distance from the mean centre / √ln 2) · n^(−1/5), which
/// few far-off events don't move (Silverman 1986, section 3.4.2, as ArcGIS takes it to the plane). A starting point only: what is
/// shown depends on the bandwidth more than on anything else, so say which one it was. `None` of fewer than two places. O(n).
#[must_use]
pub fn rule_of_thumb(points: Points<'_>) -> Option<f64> {
    let n = points.len() as f64;
    let [left, bottom, _, _] = points.bounds()?;
    let sum = points.iter().fold((0.0, 0.0), |sum, (x, y)| (sum.0 + (x - left), sum.1 + (y - bottom)));
    let centre = (left + sum.0 / n, bottom + sum.1 / n);
    let mut distances: Vec<f64> = points.iter().map(|(x, y)| (x - centre.0).hypot(y - centre.1)).collect();
    let standard = (distances.iter().map(|distance| distance * distance).sum::<f64>() / n).sqrt();
    let half = distances.len() / 2;
    let median = *distances.select_nth_unstable_by(half, f64::total_cmp).1;
    let robust = if median > 0.0 { standard.min(median / std::f64::consts::LN_2.sqrt()) } else { standard };
    Some(0.9 * robust * n.powf(-0.2)).filter(|bandwidth| *bandwidth > 0.0)
}

pub(super) fn length(what: &'static str, metres: f64, least: f64, greatest: f64) -> Result<(), DensityError> {
    if (least..=greatest).contains(&metres) {
        Ok(())
    } else {
        Err(DensityError::Length { what, metres, least, greatest })
    }
}

/// Fills the grid, a band of rows at a time; gives the weight of all that was spread too. `shape` is of the square of a
/// distance, and 0 beyond reach.
fn fill(
    rows: &Rows<'_>,
    grid: &Grid,
    edge: Edge<'_>,
    reach: f64,
    scale: f64,
    shape: impl Fn(f64) -> f64 + Sync,
) -> (Vec<f64>, f64) {
    let mut cells = vec![0.0; grid.cells()];
    let of_band = |(band, cells): (usize, &mut [f64])| {
        let from = band * rows.height;
        let to = (from + rows.height).min(grid.rows);
        let (places, weight) = rows.places(from, to, grid.rows);
        let mut window = Window::default();
        for place in &places {
            let factor = if edge == Edge::Open {
                window.look(place, grid, reach, from..to, &shape);
                place.weight * scale
            } else {
                window.look(place, grid, reach, 0..grid.rows, &shape);
                place.weight / (window.mass(grid, edge) * grid.km2())
            };
            window.add(cells, from, factor, grid.columns);
        }
        if let Edge::Mask(mask) = edge {
            let mask = mask.get(from * grid.columns..).unwrap_or_default();
            for (cell, _) in cells.iter_mut().zip(mask).filter(|(_, inside)| !**inside) {
                *cell = 0.0;
            }
        }
        weight
    };
    let of_bands = cells.par_chunks_mut((grid.columns * rows.height).max(1)).enumerate();
    let weights: Vec<f64> = of_bands.map(of_band).collect();
    (cells, weights.iter().sum())
}

#[cfg(test)]
mod tests;
