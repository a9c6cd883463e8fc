//! Outlines: a grid whose corners and edges are bent at random, cut by an irregular coast, and split into districts.
//! Corners and bends are a function of their place in the grid, so that neighbours have the same border to the digit.

use crate::dice::Dice;

/// The county's middle: in the North Sea, some 80 km off Lowestoft.
const MIDDLE: [f64; 2] = [2.9, 52.75];
/// A cell's sides in degrees: about 1.6 km each way.
const SIDE: [f64; 2] = [0.0236, 0.0144];

/// One small area's outline and its district.
pub struct Cell {
    pub district: usize,
    pub ring: Vec<[f64; 2]>,
    pub centre: [f64; 2],
}

type Square = (i64, i64);

/// This many cells in this many districts, ordered by district.
pub fn cells(wanted: usize, districts: usize, seed: u64) -> Vec<Cell> {
    let mut squares = within_coast(wanted, seed);
    let mut labelled = Vec::with_capacity(wanted);
    split(&mut squares, 0, districts, &mut labelled);
    labelled.sort_by_key(|&(district, (column, row))| (district, row, column));
    labelled
        .into_iter()
        .map(|(district, square)| Cell { district, ring: ring(square, seed), centre: middle_of(square, seed) })
        .collect()
}

/// The `wanted` squares that lie deepest within a coast whose distance from the middle varies with direction.
#[expect(clippy::cast_possible_truncation, clippy::cast_precision_loss, reason = "a few hundred squares a side")]
fn within_coast(wanted: usize, seed: u64) -> Vec<Square> {
    let mut dice = Dice::of(seed, "coast", 0);
    let bends: Vec<(f64, f64, f64)> = [1.0, 2.0, 3.0, 5.0, 8.0, 13.0]
        .into_iter()
        .map(|waves: f64| (waves, (0.04 + 0.16 * dice.unit()) / waves.sqrt(), dice.unit() * std::f64::consts::TAU))
        .collect();
    let reach = ((wanted as f64).sqrt() * 1.3) as i64 + 3;
    let mut depths = Vec::new();
    for row in -reach..=reach {
        for column in -reach..=reach {
            let (x, y) = (column as f64 + 0.5, row as f64 + 0.5);
            let angle = y.atan2(x);
            let coast: f64 =
                1.0 + bends.iter().map(|(waves, height, at)| height * (waves * angle + at).sin()).sum::<f64>();
            depths.push(((x * x + y * y).sqrt() / coast.max(0.3), (column, row)));
        }
    }
    depths.sort_by(|left, right| left.0.total_cmp(&right.0).then(left.1.cmp(&right.1)));
    depths.truncate(wanted);
    depths.into_iter().map(|(_, square)| square).collect()
}

/// Halves the squares along their longer side until each part is one district; each part keeps at least one square.
fn split(squares: &mut [Square], first: usize, districts: usize, out: &mut Vec<(usize, Square)>) {
    if districts <= 1 {
        out.extend(squares.iter().map(|&square| (first, square)));
        return;
    }
    let spread = |pick: fn(&Square) -> i64| {
        let low = squares.iter().map(pick).min().unwrap_or(0);
        squares.iter().map(pick).max().unwrap_or(0) - low
    };
    if spread(|square| square.0) >= spread(|square| square.1) {
        squares.sort_unstable();
    } else {
        squares.sort_unstable_by_key(|&(column, row)| (row, column));
    }
    let here = districts / 2;
    // Districts differ in size: the first half gets a little more or less than its share.
    let tilt = if first.is_multiple_of(3) { 8 } else { -6 };
    let share = squares.len() * here / districts;
    let lean = isize::try_from(share).unwrap_or(0) * tilt / 100;
    let cut = share.saturating_add_signed(lean).clamp(here, squares.len() - (districts - here));
    let (left, right) = squares.split_at_mut(cut);
    split(left, first, here, out);
    split(right, first + here, districts - here, out);
}

/// The corner at the south-west of this square, moved a little.
fn corner((column, row): Square, seed: u64) -> [f64; 2] {
    bent(column, row, 0.28, "corner", seed, [0.0, 0.0])
}

#[expect(
    clippy::cast_precision_loss,
    clippy::cast_sign_loss,
    reason = "small grid; the sign only has to be told apart"
)]
fn bent(column: i64, row: i64, by: f64, what: &str, seed: u64, offset: [f64; 2]) -> [f64; 2] {
    let mut dice = Dice::of(seed, what, ((column + 50_000) as u64) << 32 | (row + 50_000) as u64);
    let [width, height] = SIDE;
    let [longitude, latitude] = MIDDLE;
    let [right, up] = offset;
    let x = column as f64 + right + by * (2.0 * dice.unit() - 1.0);
    let y = row as f64 + up + by * (2.0 * dice.unit() - 1.0);
    [rounded(longitude + x * width), rounded(latitude + y * height)]
}

/// Anticlockwise, with a bend in the middle of every side.
fn ring(square: Square, seed: u64) -> Vec<[f64; 2]> {
    let (column, row) = square;
    let south = bent(column, row, 0.13, "south", seed, [0.5, 0.0]);
    let east = bent(column + 1, row, 0.13, "west", seed, [0.0, 0.5]);
    let north = bent(column, row + 1, 0.13, "south", seed, [0.5, 0.0]);
    let west = bent(column, row, 0.13, "west", seed, [0.0, 0.5]);
    let start = corner(square, seed);
    vec![
        start,
        south,
        corner((column + 1, row), seed),
        east,
        corner((column + 1, row + 1), seed),
        north,
        corner((column, row + 1), seed),
        west,
        start,
    ]
}

fn middle_of((column, row): Square, seed: u64) -> [f64; 2] {
    bent(column, row, 0.05, "middle", seed, [0.5, 0.5])
}

/// Five decimals: about a metre.
fn rounded(degrees: f64) -> f64 {
    (degrees * 1e5).round() / 1e5
}
