//! Kernel density on a grid: events per km² at the middle of every cell, each event spread over the ground within a bandwidth.
//!
//! f(x) = Σᵢ wᵢ k(|x − xᵢ|; h) (Silverman, Density Estimation for Statistics and Data Analysis, 1986, section 4.2). Near an edge
//! part of an event's kernel would fall outside; the corrected estimate divides each event's kernel by its mass inside (Diggle,
//! "A kernel method for smoothing point process data", Applied Statistics 34, 1985; Jones, Statistics and Computing 3, 1993), so
//! that the surface adds up to exactly the events inside. The mass is summed over the grid's cells, not integrated.
//!
//! Events are sorted by row and place, and those at one place taken together; then bands of rows are filled side by side. O(n
//! log n + events × cells within reach), memory O(n + cells); the same to the byte for any order of events and any number of
//! threads.

use std::f64::consts::PI;

use rayon::prelude::*;

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
    let spread = |of: &Rows, scale: f64| match kernel {
        Kernel::Quartic => fill(of, grid, edge, reach, 3.0 / area * scale, |r2| {
            let rest = (1.0 - r2 * inverse).max(0.0);
            rest * rest
        }),
        Kernel::Epanechnikov => fill(of, grid, edge, reach, 2.0 / area * scale, |r2| (1.0 - r2 * inverse).max(0.0)),
        Kernel::Gaussian => {
            let whole = 2.0 * area * (1.0 - (-8.0_f64).exp());
            fill(of, grid, edge, reach, scale / whole, |r2| {
                if r2 <= reach * reach { (-r2 * inverse / 2.0).exp() } else { 0.0 }
            })
        }
    };
    let rows = Rows::of(points, &weights, grid, reach, edge);
    let per_km2 = spread(&rows, 1e6);
    Ok(Density { grid: *grid, per_km2, weight: rows.weight, left_out: rows.left_out })
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

/// One place and the weight of all events there.
#[derive(Debug, Clone, Copy, Default)]
struct Place {
    x: f64,
    y: f64,
    weight: f64,
}

/// Places by row of the grid, with rows below and above it from which the kernel reaches in.
struct Rows {
    places: Vec<Place>,
    /// From where to where the places of each row stand.
    spans: Vec<(usize, usize)>,
    /// Rows below the grid.
    outside: usize,
    weight: f64,
    left_out: f64,
}

impl Rows {
    fn of(points: Points<'_>, weights: &[f64], grid: &Grid, reach: f64, edge: Edge<'_>) -> Self {
        let outside = if edge == Edge::Open { (reach / grid.side).ceil() as usize + 1 } else { 0 };
        let count = grid.rows + 2 * outside;
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
        let rows: Vec<u32> = points.x().par_iter().zip(points.y()).with_min_len(4096).map(row_of).collect();
        let (mut places, mut spans) = by_row(points, weights, &rows, count);
        let kept = together(&mut places, &spans);
        for (span, kept) in spans.iter_mut().zip(kept) {
            span.1 = span.0 + kept;
        }
        // Summed over places in their order, so that the order of events makes no difference.
        let row = |span: &(usize, usize)| places.get(span.0..span.1).unwrap_or_default();
        let weight = spans.iter().flat_map(row).map(|place| place.weight).sum();
        let mut left: Vec<f64> =
            rows.iter().zip(weights).filter(|(row, _)| **row == u32::MAX).map(|(_, weight)| *weight).collect();
        left.sort_unstable_by(f64::total_cmp);
        Self { places, spans, outside, weight, left_out: left.iter().sum() }
    }

    /// The places whose kernel can reach rows `from` to `to` of the grid.
    fn reaching(&self, from: usize, to: usize, rows_of_reach: usize) -> impl Iterator<Item = &Place> {
        let first = (from + self.outside).saturating_sub(rows_of_reach);
        let last = (to + self.outside + rows_of_reach).min(self.spans.len());
        let spans = self.spans.get(first..last).unwrap_or_default();
        spans.iter().flat_map(|(from, to)| self.places.get(*from..*to).unwrap_or_default())
    }
}

/// Sorts events by row, counting first.
fn by_row(points: Points<'_>, weights: &[f64], rows: &[u32], count: usize) -> (Vec<Place>, Vec<(usize, usize)>) {
    let mut spans = vec![(0_usize, 0_usize); count];
    for row in rows {
        if let Some(span) = spans.get_mut(*row as usize) {
            span.1 += 1;
        }
    }
    let mut total = 0;
    for span in &mut spans {
        let length = span.1;
        *span = (total, total);
        total += length;
    }
    let mut places = vec![Place::default(); total];
    for (((x, y), weight), row) in points.iter().zip(weights).zip(rows) {
        if let Some(span) = spans.get_mut(*row as usize)
            && let Some(place) = places.get_mut(span.1)
        {
            *place = Place { x, y, weight: *weight };
            span.1 += 1;
        }
    }
    (places, spans)
}

/// Sorts each row by place and adds up the events of one place; tells how many places each row has.
fn together(places: &mut [Place], spans: &[(usize, usize)]) -> Vec<usize> {
    let mut rest = places;
    let mut rows = Vec::with_capacity(spans.len());
    for (from, to) in spans {
        let (row, after) = std::mem::take(&mut rest).split_at_mut_checked(to - from).unwrap_or_default();
        rows.push(row);
        rest = after;
    }
    rows.into_par_iter().with_min_len(8).map(together_in_row).collect()
}

fn together_in_row(row: &mut [Place]) -> usize {
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

/// Fills the grid, a band of rows at a time. `shape` is of the square of a distance, and 0 beyond reach.
fn fill(
    rows: &Rows,
    grid: &Grid,
    edge: Edge<'_>,
    reach: f64,
    scale: f64,
    shape: impl Fn(f64) -> f64 + Sync,
) -> Vec<f64> {
    let mut cells = vec![0.0; grid.cells()];
    let rows_of_reach = (reach / grid.side).ceil() as usize;
    // A piece of work is a band of rows, high enough that few places reach into two.
    let height = (4 * rows_of_reach).max(32);
    cells.par_chunks_mut((grid.columns * height).max(1)).enumerate().for_each(|(band, cells)| {
        let from = band * height;
        let to = (from + height).min(grid.rows);
        let mut window = Window::default();
        for place in rows.reaching(from, to, rows_of_reach) {
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
    });
    cells
}

/// The kernel of one place on the cells about it.
#[derive(Default)]
struct Window {
    rows: std::ops::Range<usize>,
    columns: std::ops::Range<usize>,
    /// How far each column's middle is away, squared.
    across: Vec<f64>,
    values: Vec<f64>,
}

impl Window {
    fn look(
        &mut self,
        place: &Place,
        grid: &Grid,
        reach: f64,
        rows: std::ops::Range<usize>,
        shape: impl Fn(f64) -> f64,
    ) {
        self.rows = touched(place.y - grid.bottom, reach, grid.side, rows);
        self.columns = fours(&touched(place.x - grid.left, reach, grid.side, 0..grid.columns), grid.columns);
        let away = |number: usize, edge: f64, at: f64| edge + (number as i32 as f64 + 0.5) * grid.side - at;
        if self.columns.is_empty() {
            self.rows = 0..0;
        }
        let (width, height) = (self.columns.len(), self.rows.len());
        self.across.clear();
        self.across.extend(self.columns.clone().map(|column| away(column, grid.left, place.x).powi(2)));
        if self.values.len() < width * height {
            self.values.resize(width * height, 0.0);
        }
        for (row, values) in self.rows.clone().zip(self.values.chunks_exact_mut(width.max(1))) {
            let up = away(row, grid.bottom, place.y).powi(2);
            by_fours(values, &self.across, |value, across| *value = shape(across + up));
        }
    }

    /// The sum over the cells inside; above 0, since the place's own cell is inside and its middle within reach.
    fn mass(&self, grid: &Grid, edge: Edge<'_>) -> f64 {
        let width = self.columns.len();
        let values = self.values.get(..width * self.rows.len()).unwrap_or_default();
        let Edge::Mask(mask) = edge else {
            return values.iter().sum();
        };
        let mut mass = 0.0;
        for (row, values) in self.rows.clone().zip(values.chunks_exact(width.max(1))) {
            let inside = mask.get(row * grid.columns + self.columns.start..).unwrap_or_default();
            mass += values.iter().zip(inside).filter(|(_, inside)| **inside).map(|(value, _)| *value).sum::<f64>();
        }
        mass
    }

    /// Adds it to the rows of a band that begins with row `from`.
    fn add(&self, band: &mut [f64], from: usize, factor: f64, columns: usize) {
        let width = self.columns.len();
        for (row, values) in self.rows.clone().zip(self.values.chunks_exact(width.max(1))) {
            let Some(start) = row.checked_sub(from).map(|row| row * columns + self.columns.start) else {
                continue;
            };
            by_fours(band.get_mut(start..).unwrap_or_default(), values, |cell, value| *cell += factor * value);
        }
    }
}

/// Columns made up to a multiple of four where the grid is wide enough: beyond reach every kernel is 0, and four at a time is
/// what processors do.
fn fours(columns: &std::ops::Range<usize>, of_grid: usize) -> std::ops::Range<usize> {
    let width = columns.len().next_multiple_of(4);
    if width > of_grid {
        return columns.clone();
    }
    let start = columns.start.min(of_grid - width);
    start..start + width
}

/// Does the same to each of a row with its partner, four at a time.
fn by_fours(row: &mut [f64], with: &[f64], each: impl Fn(&mut f64, f64)) {
    let length = row.len().min(with.len());
    let (row, with) = (row.get_mut(..length).unwrap_or_default(), with.get(..length).unwrap_or_default());
    let ((rows, last), (withs, last_with)) = (row.as_chunks_mut::<4>(), with.as_chunks::<4>());
    for (row, with) in rows.iter_mut().zip(withs) {
        for (one, other) in row.iter_mut().zip(with) {
            each(one, *other);
        }
    }
    for (one, other) in last.iter_mut().zip(last_with) {
        each(one, *other);
    }
}

/// The rows (or columns) whose middle lies within reach of a place so far from the edge; one exactly at reach may be left out,
/// where every kernel but the Gaussian is 0, and that one about as good as.
fn touched(at: f64, reach: f64, side: f64, within: std::ops::Range<usize>) -> std::ops::Range<usize> {
    // Below 2^31 as a grid's cells are; truncating is flooring of what is not negative.
    let middle_after = |edge: f64| (edge / side + 0.5).max(0.0) as i32 as usize;
    let from = middle_after(at - reach).clamp(within.start, within.end);
    from..middle_after(at + reach).clamp(from, within.end)
}

#[cfg(test)]
mod tests;
