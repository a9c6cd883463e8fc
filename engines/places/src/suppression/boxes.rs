//! The cheapest box about a small cell: in each dimension the cell's code and another one (or the code and all totals above it)
//! change against each other, and the corners of the box that this makes are hidden (Giessing & Repsilber, "Tools and
//! strategies to protect multiple tables with the GHQUAR cell suppression engine", 2002: the hypercube method). What is added
//! at one corner goes round the box and adds up to nothing, so that the corner is as open as the smallest count on the other
//! side allows; codes within codes take the codes above them along.
//!
//! Boxes have whole corners, and finding one is quick, but a box moves only its own table: one that meets a cell of another
//! table as well is passed over. Cost: the product of the dimensions' numbers of leaves, at most [`MOST`], for each cell.

use super::tables::Linked;

/// Boxes looked at for one cell; of longer dimensions only so many codes, spread evenly, are tried.
const MOST: usize = 40_000;

/// The codes that change in one dimension, and whether with the cell (1) or against it (−1).
type Side = Vec<(usize, f64)>;

/// Boxes about cells of linked tables.
pub(super) struct Boxes<'a> {
    tables: &'a Linked,
    /// In which tables each cell is, and where: table, place.
    within: Vec<Vec<(usize, usize)>>,
}

/// What a box is looked for.
pub(super) struct Wanted<'a> {
    pub(super) counts: &'a [f64],
    pub(super) costs: &'a [f64],
    pub(super) below: f64,
    pub(super) above: f64,
}

impl<'a> Boxes<'a> {
    pub(super) fn of(tables: &'a Linked) -> Self {
        let mut within = vec![Vec::new(); tables.cells().len()];
        for table in 0..tables.shapes().len() {
            for (at, cell) in tables.table(table).iter().enumerate() {
                if let Some(slot) = within.get_mut(*cell) {
                    slot.push((table, at));
                }
            }
        }
        Self { tables, within }
    }

    fn is_shared(&self, cell: usize) -> bool {
        self.within.get(cell).is_none_or(|within| within.len() != 1)
    }

    /// The corners of the cheapest box, or of the cheapest two if one that lets the cell go up and one that lets it go down
    /// cost less; `None` where there are none.
    pub(super) fn cheapest(&self, cell: usize, wanted: &Wanted) -> Option<Vec<usize>> {
        let &[(table, at)] = self.within.get(cell)?.as_slice() else { return None };
        let places = self.tables.table(table);
        let dimensions = self.tables.shapes().get(table)?;
        let each = f64::from(u32::try_from(MOST).ok()?).powf(1.0 / f64::from(u32::try_from(dimensions.len()).ok()?));
        let mut stride = places.len();
        let mut rest = at;
        let mut sides: Vec<Vec<Side>> = Vec::new();
        for dimension in dimensions {
            stride /= dimension.codes().count().max(1);
            let code = rest / stride.max(1);
            rest %= stride.max(1);
            let mut moves = dimension.moves(code);
            let most = each.max(2.0);
            #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a number of codes")]
            if moves.len() as f64 > most {
                let step = (moves.len() as f64 / most).ceil() as usize;
                // Which of them starts with the cell, so that not all cells lean on the same codes.
                moves = moves.into_iter().skip(cell % step).step_by(step).collect();
            }
            for side in &mut moves {
                side.iter_mut().for_each(|(code, _)| *code *= stride);
            }
            sides.push(moves);
        }
        let mut search = BoxSearch { boxes: self, places, wanted, cell, best: [None, None, None] };
        search.each(&sides, &[(0, 1.0)]);
        let [both, up, down] = search.best;
        let (apart, corners) = match (up, down) {
            (Some((up_cost, up)), Some((down_cost, down))) => (up_cost + down_cost, Some([up, down].concat())),
            _ => (f64::INFINITY, None),
        };
        match both {
            Some((cost, corners)) if cost <= apart => Some(corners),
            _ => corners,
        }
    }
}

type Found = Option<(f64, Vec<usize>)>;

struct BoxSearch<'a> {
    boxes: &'a Boxes<'a>,
    places: &'a [usize],
    wanted: &'a Wanted<'a>,
    cell: usize,
    /// That lets the cell go both ways, up, down.
    best: [Found; 3],
}

impl BoxSearch<'_> {
    fn each(&mut self, sides: &[Vec<Side>], corners: &[(usize, f64)]) {
        let Some((first, rest)) = sides.split_first() else {
            return self.weigh(corners);
        };
        for side in first {
            let wider: Vec<(usize, f64)> = corners
                .iter()
                .flat_map(|(at, sign)| side.iter().map(move |(code, other)| (at + code, sign * other)))
                .collect();
            self.each(rest, &wider);
        }
    }

    fn weigh(&mut self, corners: &[(usize, f64)]) {
        let most = self.best.each_ref().map(|best| best.as_ref().map_or(f64::INFINITY, |(cost, _)| *cost));
        let limit = most.iter().copied().fold(0.0, f64::max);
        let (mut cost, mut up, mut down) = (0.0, f64::INFINITY, f64::INFINITY);
        for (at, sign) in corners {
            let Some(cell) = self.places.get(*at).copied() else { return };
            let count = self.wanted.counts.get(cell).copied().unwrap_or(0.0);
            if *sign > 0.0 {
                down = count.min(down)
            } else {
                up = count.min(up)
            }
            cost += self.wanted.costs.get(cell).copied().unwrap_or(0.0);
            if cost >= limit {
                return;
            }
        }
        let (goes_up, goes_down) = (up >= self.wanted.above, down >= self.wanted.below);
        let useful = [goes_up && goes_down, goes_up, goes_down];
        if !useful.iter().zip(most).any(|(useful, most)| *useful && cost < most) {
            return;
        }
        let cells: Vec<usize> = corners.iter().filter_map(|(at, _)| self.places.get(*at).copied()).collect();
        if cells.iter().any(|cell| *cell != self.cell && self.boxes.is_shared(*cell)) {
            return;
        }
        for (best, useful) in self.best.iter_mut().zip(useful) {
            if useful && best.as_ref().is_none_or(|(least, _)| cost < *least) {
                *best = Some((cost, cells.clone()));
            }
        }
    }
}
