//! Neighbours that share a border: rook's by a side, queen's by a point at least.
//!
//! Every point (or side) of every boundary is thrown into one of 256 buckets by its hash, and in each bucket equal ones are found
//! by a table; the areas that have them are neighbours. Points are whole hundred-thousandths of a degree (see
//! [`geometry`](crate::geometry)), so that equal ones are equal. O(v) for v points, on all threads. Borders that run together
//! without having their points in common are [`contiguity_within`]'s.

use rayon::prelude::*;

use super::{Weights, WeightsError, near};
use crate::geometry::{PARTS, Point, Ring, Shape};

/// What makes two areas neighbours; named for how these move in chess.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Contiguity {
    /// A point of both boundaries.
    Queen,
    /// A side of both boundaries.
    Rook,
}

/// Buckets by hash: so many that one fits into the nearest memory, even for a nation.
const BUCKETS: usize = 256;

/// More areas than this never meet in one point; a file that says so holds one area many times.
const MOST_IN_A_POINT: usize = 1_000;

/// Neighbours that share points or sides, each with weight 1, both ways.
///
/// # Errors
/// When a thousand areas meet in one point, as copies of an area would.
pub fn contiguity(shapes: &[Shape], kind: Contiguity) -> Result<Weights, WeightsError> {
    let pairs = match kind {
        Contiguity::Queen => pairs(shapes, |ring| ring.points().iter().map(|point| u128::from(place(*point)))),
        Contiguity::Rook => pairs(shapes, |ring| {
            ring.sides().map(|(from, to)| {
                let (one, other) = (place(from), place(to));
                u128::from(one.max(other)) << PLACE_BITS | u128::from(one.min(other))
            })
        }),
    }?;
    Ok(symmetric(shapes.len(), &pairs))
}

/// Neighbours whose boundaries come within so many metres of each other, whether or not they have points in common: for sloppy
/// borders, and for a long side of one area along several short ones of others. By [`Contiguity::Rook`] they must run together
/// for more than twice that distance, or share a side. A tolerance of 1.5 m allows for the rounding of points, below which two
/// borders along the same line may not be told. O(v log v) for borders that are everywhere about as long.
///
/// # Errors
/// When the tolerance is no number of metres from 0 to 1,000.
pub fn contiguity_within(shapes: &[Shape], kind: Contiguity, metres: f64) -> Result<Weights, WeightsError> {
    if !(0.0..=1000.0).contains(&metres) {
        return Err(WeightsError::Tolerance { metres });
    }
    Ok(symmetric(shapes.len(), &near::pairs(shapes, kind, metres)))
}

/// Bits of a point's number, of which there are fewer than 2^50; two and an area's number fill 128.
const PLACE_BITS: u32 = 50;
const AREA_BITS: u32 = 28;

/// A number for every point on earth: its row of hundred-thousandths of a degree, and where it is in the row.
fn place(point: Point) -> u64 {
    let (longitude, latitude) = point.parts();
    let from_zero = |parts: i32, least: i32| u64::from((parts + least).unsigned_abs());
    from_zero(longitude, 18_000_000) * 18_000_001 + from_zero(latitude, 9_000_000)
}

/// What two areas may share (a point, or a side as its two ends), and in the lowest bits the number of an area that has it.
type Entry = u128;

/// The hash of a key, by Fibonacci hashing (Knuth, The Art of Computer Programming 3, 6.4), of which the upper bits hang on all
/// bits of the key. The uppermost eight are its bucket.
#[expect(clippy::cast_possible_truncation, reason = "folded on purpose")]
fn hash(key: u128) -> u64 {
    let folded = (key as u64) ^ ((key >> PLACE_BITS) as u64).rotate_left(31);
    folded.wrapping_mul(0x9E37_79B9_7F4A_7C15)
}

fn bucket(key: u128) -> usize {
    usize::from(hash(key).to_be_bytes()[0])
}

/// Pairs of areas that share something, the lower first, some of them many times.
fn pairs<'s, I>(shapes: &'s [Shape], keys: impl Fn(&'s Ring) -> I + Sync) -> Result<Vec<Vec<(u32, u32)>>, WeightsError>
where
    I: Iterator<Item = u128>,
{
    if shapes.len() >= 1 << AREA_BITS {
        return Err(WeightsError::TooMany);
    }
    let length = shapes.len().div_ceil(rayon::current_num_threads() * 2).max(64);
    let parts: Vec<Vec<Vec<Entry>>> =
        shapes.par_chunks(length).enumerate().map(|(part, shapes)| thrown(shapes, part * length, &keys)).collect();
    (0..BUCKETS).into_par_iter().map(|bucket| together(&parts, bucket)).collect()
}

/// What the boundaries of some shapes have, in buckets.
fn thrown<'s, I>(shapes: &'s [Shape], first: usize, keys: impl Fn(&'s Ring) -> I) -> Vec<Vec<Entry>>
where
    I: Iterator<Item = u128>,
{
    let points: usize = shapes.iter().flat_map(Shape::rings).map(|ring| ring.points().len()).sum();
    let mut buckets: Vec<Vec<Entry>> = (0..BUCKETS).map(|_| Vec::with_capacity(points / BUCKETS * 9 / 8 + 8)).collect();
    for (shape, area) in shapes.iter().zip(first as u128..) {
        for ring in shape.rings() {
            for key in keys(ring) {
                if let Some(bucket) = buckets.get_mut(bucket(key)) {
                    bucket.push(key << AREA_BITS | area);
                }
            }
        }
    }
    buckets
}

/// The pairs of areas that stand by the same key in a bucket. The parts have areas in ascending order, so that the area that a
/// key has already is the lower one of a pair.
fn together(parts: &[Vec<Vec<Entry>>], bucket: usize) -> Result<Vec<(u32, u32)>, WeightsError> {
    let held = || parts.iter().filter_map(|part| part.get(bucket)).flatten();
    let mut table = Table::of(held().count());
    let mut pairs = Vec::with_capacity(table.slots.len() / 2);
    for entry in held() {
        table.add(*entry, &mut pairs)?;
    }
    Ok(pairs)
}

/// Entries by the hash of their keys; those of one slot are chained.
struct Table {
    /// The last entry of each slot, counted from 1; 0 for none.
    slots: Vec<u32>,
    /// Each entry with the one before it in its slot.
    entries: Vec<(Entry, u32)>,
}

impl Table {
    fn of(entries: usize) -> Self {
        Self { slots: vec![0; (entries + 1).next_power_of_two()], entries: Vec::with_capacity(entries) }
    }

    /// Adds an entry unless it is there, and tells of the areas that have its key.
    #[expect(
        clippy::cast_possible_truncation,
        reason = "an area's number has 28 bits, and a slot's some of a hash's 64"
    )]
    fn add(&mut self, entry: Entry, pairs: &mut Vec<(u32, u32)>) -> Result<(), WeightsError> {
        let area = |entry: Entry| (entry & ((1 << AREA_BITS) - 1)) as u32;
        let key = entry >> AREA_BITS;
        let slot = (hash(key) >> 24) as usize & (self.slots.len() - 1);
        let Some(last) = self.slots.get_mut(slot) else { return Ok(()) };
        let (mut at, known) = (*last, pairs.len());
        while let Some((other, before)) = at.checked_sub(1).and_then(|at| self.entries.get(at as usize)) {
            if other >> AREA_BITS == key {
                // An area's own entries come together: nothing has been told yet.
                if *other == entry {
                    return Ok(());
                }
                pairs.push((area(*other), area(entry)));
            }
            at = *before;
        }
        if pairs.len() - known >= MOST_IN_A_POINT {
            return Err(crowded(key, pairs.len() - known + 1));
        }
        self.entries.push((entry, *last));
        *last = self.entries.len() as u32;
        Ok(())
    }
}

#[expect(clippy::cast_possible_truncation, clippy::cast_precision_loss, reason = "a point's number has 50 bits")]
fn crowded(key: u128, areas: usize) -> WeightsError {
    let place = key as u64 & ((1 << PLACE_BITS) - 1);
    let degrees = |parts: u64, most: f64| parts as f64 / PARTS - most;
    WeightsError::Crowded {
        areas,
        longitude: degrees(place / 18_000_001, 180.0),
        latitude: degrees(place % 18_000_001, 90.0),
    }
}

/// The weights of pairs, lower area first, in any order and any number of times: put into rows by counting, rows sorted.
fn symmetric(areas: usize, lists: &[Vec<(u32, u32)>]) -> Weights {
    let mut ends = vec![0_u32; areas + 1];
    let pairs = || lists.iter().flatten();
    for (one, other) in pairs() {
        for area in [one, other] {
            ends.get_mut(*area as usize + 1).into_iter().for_each(|count| *count += 1);
        }
    }
    let mut sum = 0;
    for end in &mut ends {
        sum += *end;
        *end = sum;
    }
    // Where each row begins; filling moves it to where the row ends, which is where the next begins.
    let mut cursors = ends;
    cursors.pop();
    let mut filled = vec![0_u32; sum as usize];
    for (one, other) in pairs() {
        for (from, to) in [(one, other), (other, one)] {
            let Some(cursor) = cursors.get_mut(*from as usize) else { continue };
            filled.get_mut(*cursor as usize).into_iter().for_each(|place| *place = *to);
            *cursor += 1;
        }
    }
    let mut rows: Vec<&mut [u32]> = Vec::with_capacity(areas);
    let (mut rest, mut before) = (filled.as_mut_slice(), 0);
    for end in &cursors {
        let (row, later) = rest.split_at_mut((*end - before) as usize);
        rows.push(row);
        (rest, before) = (later, *end);
    }
    let different: Vec<usize> = rows.par_iter_mut().with_min_len(512).map(|row| sorted_once(row)).collect();
    let links = different.iter().sum();
    let (mut starts, mut neighbours) = (Vec::with_capacity(areas + 1), Vec::with_capacity(links));
    starts.push(0);
    for (row, length) in rows.iter().zip(different) {
        neighbours.extend_from_slice(row.get(..length).unwrap_or_default());
        starts.push(neighbours.len());
    }
    Weights::of_rows(starts, neighbours, vec![1.0; links])
}

/// Sorts a row and moves the different ones to its front; how many there are.
fn sorted_once(row: &mut [u32]) -> usize {
    row.sort_unstable();
    let mut length = 0;
    let mut last = None;
    for at in 0..row.len() {
        let here = row.get(at).copied();
        if here != last {
            row.swap(length, at);
            length += 1;
            last = here;
        }
    }
    length
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::{Contiguity, contiguity, contiguity_within};
    use crate::geometry::{Point, Polygon, Ring, Shape};
    use crate::neighbours::{Weights, WeightsError};

    fn boxed(west: i32, south: i32, east: i32, north: i32) -> Shape {
        let at = |x: i32, y: i32| Point::new(f64::from(x) / 100_000.0, 52.0 + f64::from(y) / 100_000.0).unwrap();
        let ring = Ring::new([at(west, south), at(east, south), at(east, north), at(west, north)]).unwrap();
        Shape::new(vec![Polygon { outer: ring, holes: vec![] }]).unwrap()
    }

    fn lattice(across: i32) -> Vec<Shape> {
        let square =
            |at: i32| boxed(at % across * 100, at / across * 100, at % across * 100 + 100, at / across * 100 + 100);
        (0..across * across).map(square).collect()
    }

    /// Every pair tried: the points or sides that both have.
    fn by_trying(shapes: &[Shape], kind: Contiguity) -> Weights {
        let keys = |shape: &Shape| -> std::collections::BTreeSet<(Point, Point)> {
            match kind {
                Contiguity::Queen => shape.rings().flat_map(Ring::points).map(|point| (*point, *point)).collect(),
                Contiguity::Rook => shape.rings().flat_map(Ring::sides).map(|(a, b)| (a.min(b), a.max(b))).collect(),
            }
        };
        let keys: Vec<_> = shapes.iter().map(keys).collect();
        let pairs = (0..shapes.len()).flat_map(|one| (0..one).map(move |other| (one, other)));
        let meeting = pairs.filter(|(one, other)| !keys[*one].is_disjoint(&keys[*other]));
        Weights::binary(shapes.len(), meeting.map(|(one, other)| (one as u32, other as u32))).unwrap()
    }

    #[test]
    fn a_chessboard_has_its_links() {
        // 8 by 8: rook 2 × 2 × 8 × 7, queen 2 × 2 × 7 × 7 more.
        let board = lattice(8);
        let rook = contiguity(&board, Contiguity::Rook).unwrap();
        let queen = contiguity(&board, Contiguity::Queen).unwrap();
        assert_eq!((rook.links(), queen.links()), (224, 420));
        assert_eq!((rook.neighbours(0), queen.neighbours(0)), ([1, 8].as_slice(), [1, 8, 9].as_slice()));
        assert_eq!(contiguity_within(&board, Contiguity::Rook, 1.5).unwrap(), rook);
        assert_eq!(contiguity_within(&board, Contiguity::Queen, 1.5).unwrap(), queen);
        assert_eq!(contiguity(&[], Contiguity::Queen).unwrap().len(), 0);
    }

    #[test]
    fn a_long_side_along_short_ones_is_a_border() {
        let shapes =
            [boxed(0, 0, 100, 200), boxed(100, 0, 200, 70), boxed(100, 70, 200, 150), boxed(101, 150, 200, 230)];
        let exact = contiguity(&shapes, Contiguity::Rook).unwrap();
        assert_eq!(exact.neighbours(0), [] as [u32; 0]);
        // The last stands a hundred-thousandth of a degree off, some 70 cm.
        let near = contiguity_within(&shapes, Contiguity::Rook, 1.5).unwrap();
        assert_eq!(near.neighbours(0), [1, 2, 3]);
        let nearer = contiguity_within(&shapes, Contiguity::Rook, 0.1).unwrap();
        assert_eq!(nearer.neighbours(0), [1, 2]);
        assert_eq!(near.neighbours(3), [0, 2]);
        assert!(matches!(contiguity_within(&shapes, Contiguity::Rook, f64::NAN), Err(WeightsError::Tolerance { .. })));
    }

    #[test]
    fn copies_of_an_area_are_refused() {
        let many = vec![boxed(0, 0, 100, 100); 1001];
        let error = contiguity(&many, Contiguity::Queen).unwrap_err();
        assert!(error.to_string().starts_with("1001 areas meet in one point, "), "{error}");
    }

    proptest! {
        #[test]
        fn finds_what_trying_all_finds(corners in prop::collection::vec((0_i32..6, 0_i32..6, 1_i32..3, 1_i32..3), 0..40)) {
            let shapes: Vec<Shape> =
                corners.iter().map(|(x, y, wide, high)| boxed(x * 10, y * 10, (x + wide) * 10, (y + high) * 10)).collect();
            for kind in [Contiguity::Queen, Contiguity::Rook] {
                let exact = contiguity(&shapes, kind).unwrap();
                prop_assert_eq!(&exact, &by_trying(&shapes, kind));
                let near = contiguity_within(&shapes, kind, 10.0).unwrap();
                for (area, (neighbours, _)) in exact.rows().enumerate() {
                    prop_assert!(neighbours.iter().all(|to| near.neighbours(area).contains(to)));
                }
            }
        }

        #[test]
        fn order_and_place_do_not_matter(
            corners in prop::collection::vec((0_i32..6, 0_i32..6, 1_i32..3, 1_i32..3), 1..30),
            (right, up) in (-1000_i32..1000, -1000_i32..1000),
            turn in 0_usize..30,
        ) {
            let shapes = |right: i32, up: i32| -> Vec<Shape> {
                let at = |(x, y, wide, high): &(i32, i32, i32, i32)| {
                    boxed(x * 50 + right, y * 50 + up, (x + wide) * 50 + right, (y + high) * 50 + up)
                };
                corners.iter().map(at).collect()
            };
            let (here, mut turned) = (shapes(0, 0), shapes(right, up));
            let by = turn % here.len();
            turned.rotate_left(by);
            let back = |area: u32| (area as usize + by) % here.len();
            for kind in [Contiguity::Queen, Contiguity::Rook] {
                for within in [false, true] {
                    let find = |shapes: &[Shape]| {
                        if within { contiguity_within(shapes, kind, 1.5) } else { contiguity(shapes, kind) }.unwrap()
                    };
                    let (one, other) = (find(&here), find(&turned));
                    for area in 0..here.len() {
                        let mut mapped: Vec<u32> = other.neighbours(area).iter().map(|to| back(*to) as u32).collect();
                        mapped.sort_unstable();
                        prop_assert_eq!(one.neighbours(back(area as u32)), mapped);
                    }
                    for (area, (neighbours, _)) in one.rows().enumerate() {
                        prop_assert!(neighbours.iter().all(|to| one.neighbours(*to as usize).contains(&(area as u32))));
                    }
                }
            }
        }
    }
}
