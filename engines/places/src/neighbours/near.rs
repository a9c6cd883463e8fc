//! Areas whose boundaries come near each other, found side by side: where an end of a side of one lies within the tolerance of
//! a side of the other. Only sides in the box that two areas share are compared, swept from west to east.

use rayon::prelude::*;

use super::Contiguity;
use crate::geometry::{Bounds, BoxIndex, METRES_PER_DEGREE, PARTS, Plane, Point, Ring, Shape};

type Metres = (f64, f64);

/// Pairs of areas that come within so many metres, the lower first.
pub(super) fn pairs(shapes: &[Shape], kind: Contiguity, metres: f64) -> Vec<Vec<(u32, u32)>> {
    let index = BoxIndex::of(shapes.par_iter().map(|shape| widened(shape.bounds(), metres)).collect());
    let of_area = |area: u32| {
        let near = index.later_meeting(area).filter(|other| meet(shapes, &index, (area, *other), kind, metres));
        near.map(|other| (area, other)).collect()
    };
    (0..u32::try_from(shapes.len()).unwrap_or(u32::MAX)).into_par_iter().map(of_area).collect()
}

/// A box with a margin of so many metres, and a little more.
#[expect(clippy::cast_possible_truncation, reason = "`as` holds what is beyond the range of i32 at its ends")]
fn widened(bounds: Bounds, metres: f64) -> Bounds {
    let up = metres / METRES_PER_DEGREE;
    let farthest = bounds.south_west.latitude().abs().max(bounds.north_east.latitude().abs());
    let right = up / farthest.to_radians().cos().max(0.001);
    let parts = |degrees: f64| (degrees * PARTS).ceil() as i32 + 1;
    bounds.widened(parts(right), parts(up))
}

fn meet(shapes: &[Shape], index: &BoxIndex, (one, other): (u32, u32), kind: Contiguity, metres: f64) -> bool {
    let boxed = |area: u32| index.boxes().get(area as usize).copied();
    let (Some(common), Some(one), Some(other)) = (
        boxed(one).zip(boxed(other)).map(|(one, other)| one.common(other)),
        shapes.get(one as usize),
        shapes.get(other as usize),
    ) else {
        return false;
    };
    let plane = Plane::at(common.middle());
    let (ours, theirs) = (sides_in(one, common, plane), sides_in(other, common, plane));
    let longest = theirs.iter().map(Side::width).fold(0.0, f64::max);
    ours.iter().any(|side| {
        let from = theirs.partition_point(|other| other.west < side.west - longest - metres);
        let till = |other: &&Side| other.west <= side.east + metres;
        theirs.get(from..).unwrap_or_default().iter().take_while(till).any(|other| side.meets(other, kind, metres))
    })
}

/// A side on a plane, in metres.
#[derive(Debug, Clone, Copy)]
struct Side {
    from: Metres,
    to: Metres,
    west: f64,
    east: f64,
}

/// The sides of a shape that reach into a box, from west to east.
fn sides_in(shape: &Shape, common: Bounds, plane: Plane) -> Vec<Side> {
    let reaches = |(from, to): &(Point, Point)| Bounds::of_side(*from, *to).meets(common);
    let side = |(from, to): (Point, Point)| {
        let (from, to) = (plane.xy(from), plane.xy(to));
        Side { from, to, west: from.0.min(to.0), east: from.0.max(to.0) }
    };
    let mut sides: Vec<Side> = shape.rings().flat_map(Ring::sides).filter(reaches).map(side).collect();
    sides.sort_unstable_by(|one, other| one.west.total_cmp(&other.west));
    sides
}

impl Side {
    fn width(&self) -> f64 {
        self.east - self.west
    }

    fn meets(&self, other: &Self, kind: Contiguity, metres: f64) -> bool {
        let (low, high) = (other.from.1.min(other.to.1), other.from.1.max(other.to.1));
        if self.from.1.max(self.to.1) < low - metres || self.from.1.min(self.to.1) > high + metres {
            return false;
        }
        // Half a centimetre for what multiplication rounds.
        let within = metres + 0.005;
        let touches = [(self.from, other), (self.to, other), (other.from, self), (other.to, self)];
        let mut ends = touches.into_iter().filter(|(end, side)| side.distance(*end) <= within).map(|(end, _)| end);
        let Some(first) = ends.next() else {
            return kind == Contiguity::Queen && self.crosses(other);
        };
        kind == Contiguity::Queen
            || self.is_same(other)
            || ends.any(|end| (end.0 - first.0).hypot(end.1 - first.1) > 2.0 * within)
    }

    /// Whether the two have both ends in common: then they run together, however short they are.
    fn is_same(&self, other: &Self) -> bool {
        let at = |one: Metres, other: Metres| (one.0 - other.0).hypot(one.1 - other.1) < 0.005;
        at(self.from, other.from) && at(self.to, other.to) || at(self.from, other.to) && at(self.to, other.from)
    }

    fn distance(&self, (x, y): Metres) -> f64 {
        let (right, up) = (self.to.0 - self.from.0, self.to.1 - self.from.1);
        let (x, y) = (x - self.from.0, y - self.from.1);
        let length = right * right + up * up;
        let part = if length > 0.0 { ((x * right + y * up) / length).clamp(0.0, 1.0) } else { 0.0 };
        (x - part * right).hypot(y - part * up)
    }

    fn crosses(&self, other: &Self) -> bool {
        let apart = |side: &Self, (x, y): Metres| {
            (side.to.0 - side.from.0) * (y - side.from.1) - (side.to.1 - side.from.1) * (x - side.from.0)
        };
        apart(self, other.from) * apart(self, other.to) < 0.0 && apart(other, self.from) * apart(other, self.to) < 0.0
    }
}
