//! Which boxes hold a point and which meet, without trying every one: boxes are listed by the cells of a grid that they touch.
//! Building and memory grow with the number of boxes, however they lie (a grid that would list too much is made coarser).

use super::{Bounds, Point};

/// Boxes by the cells of a grid.
#[derive(Debug, Clone)]
pub(crate) struct BoxIndex {
    boxes: Vec<Bounds>,
    whole: Option<Bounds>,
    /// Cells each way.
    across: usize,
    /// Where each cell's boxes begin in `listed`, rows from the south.
    starts: Vec<u32>,
    listed: Vec<u32>,
}

impl BoxIndex {
    pub(crate) fn of(boxes: Vec<Bounds>) -> Self {
        let whole = boxes.iter().copied().reduce(Bounds::with);
        let mut index = Self { boxes, whole, across: 1, starts: Vec::new(), listed: Vec::new() };
        while index.across < 1024 && index.across * index.across < index.boxes.len() * 4 {
            index.across *= 2;
        }
        while index.across > 1 && index.to_list() > index.boxes.len() * 32 {
            index.across /= 2;
        }
        index.list();
        index
    }

    pub(crate) fn boxes(&self) -> &[Bounds] {
        &self.boxes
    }

    fn to_list(&self) -> usize {
        let cells = |bounds: &Bounds| {
            let ((west, south), (east, north)) = (self.cell(bounds.south_west), self.cell(bounds.north_east));
            (east - west + 1) * (north - south + 1)
        };
        self.boxes.iter().map(cells).sum()
    }

    fn list(&mut self) {
        let cells = self.across * self.across;
        let mut starts = vec![0_u32; cells + 1];
        for cell in self.boxes.iter().flat_map(|bounds| self.cells(*bounds)) {
            starts.get_mut(cell + 1).into_iter().for_each(|count| *count += 1);
        }
        let mut sum = 0;
        for count in &mut starts {
            sum += *count;
            *count = sum;
        }
        let mut cursors = starts.clone();
        let mut listed = vec![0_u32; sum as usize];
        for (number, bounds) in (0_u32..).zip(&self.boxes) {
            for cell in self.cells(*bounds) {
                let Some(cursor) = cursors.get_mut(cell) else { continue };
                listed.get_mut(*cursor as usize).into_iter().for_each(|place| *place = number);
                *cursor += 1;
            }
        }
        (self.starts, self.listed) = (starts, listed);
    }

    fn cells(&self, bounds: Bounds) -> impl Iterator<Item = usize> + use<> {
        let ((west, south), (east, north)) = (self.cell(bounds.south_west), self.cell(bounds.north_east));
        let across = self.across;
        (south..=north).flat_map(move |row| (west..=east).map(move |column| row * across + column))
    }

    /// Column and row of the cell of a point, of the nearest cell for one outside.
    fn cell(&self, point: Point) -> (usize, usize) {
        let Some(whole) = self.whole else { return (0, 0) };
        let place = |at: i32, from: i32, to: i32| {
            let (at, span) = (i64::from(at.clamp(from, to)) - i64::from(from), i64::from(to) - i64::from(from) + 1);
            let across = i64::try_from(self.across).unwrap_or(1);
            usize::try_from(at * across / span).unwrap_or_default()
        };
        let (low, high) = (whole.south_west, whole.north_east);
        (place(point.longitude, low.longitude, high.longitude), place(point.latitude, low.latitude, high.latitude))
    }

    fn in_cell(&self, cell: usize) -> &[u32] {
        match (self.starts.get(cell), self.starts.get(cell + 1)) {
            (Some(from), Some(to)) => self.listed.get(*from as usize..*to as usize).unwrap_or_default(),
            _ => &[],
        }
    }

    fn bounds(&self, number: u32) -> Option<Bounds> {
        self.boxes.get(number as usize).copied()
    }

    /// The boxes that hold a point, ascending.
    pub(crate) fn at(&self, point: Point) -> impl Iterator<Item = u32> + '_ {
        let inside = self.whole.is_some_and(|whole| whole.holds(point));
        let (column, row) = self.cell(point);
        let listed = if inside { self.in_cell(row * self.across + column) } else { &[] };
        listed.iter().copied().filter(move |number| self.bounds(*number).is_some_and(|bounds| bounds.holds(point)))
    }

    /// The boxes after this one that meet it, each once, in no particular order.
    pub(crate) fn later_meeting(&self, number: u32) -> impl Iterator<Item = u32> + '_ {
        let own = self.bounds(number);
        own.into_iter().flat_map(move |own| {
            self.cells(own).flat_map(move |cell| {
                let after = self.in_cell(cell);
                let after = after.get(after.partition_point(|other| *other <= number)..).unwrap_or_default();
                after.iter().copied().filter(move |other| {
                    // A pair that shares several cells is told of in the one that holds the south-western corner of what they share.
                    self.bounds(*other).filter(|other| own.meets(*other)).is_some_and(|other| {
                        let (one, two) = (own.south_west, other.south_west);
                        let corner = Point {
                            longitude: one.longitude.max(two.longitude),
                            latitude: one.latitude.max(two.latitude),
                        };
                        let (column, row) = self.cell(corner);
                        row * self.across + column == cell
                    })
                })
            })
        })
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::{Bounds, BoxIndex, Point};

    proptest! {
        #[test]
        fn finds_what_trying_all_finds(
            corners in prop::collection::vec((0_i32..500, 0_i32..500, 0_i32..80, 0_i32..80), 0..60),
            (x, y) in (-10_i32..600, -10_i32..600),
        ) {
            let boxes: Vec<Bounds> = corners
                .iter()
                .map(|(west, south, wide, high)| Bounds {
                    south_west: Point { longitude: *west, latitude: *south },
                    north_east: Point { longitude: west + wide, latitude: south + high },
                })
                .collect();
            let index = BoxIndex::of(boxes.clone());
            let point = Point { longitude: x, latitude: y };
            let holding: Vec<u32> = (0_u32..).zip(&boxes).filter(|(_, b)| b.holds(point)).map(|(at, _)| at).collect();
            prop_assert_eq!(index.at(point).collect::<Vec<_>>(), holding);
            for (number, own) in (0_u32..).zip(&boxes) {
                let mut found: Vec<u32> = index.later_meeting(number).collect();
                found.sort_unstable();
                let expected: Vec<u32> =
                    (0_u32..).zip(&boxes).filter(|(at, b)| *at > number && own.meets(**b)).map(|(at, _)| at).collect();
                prop_assert_eq!(found, expected);
            }
        }
    }
}
