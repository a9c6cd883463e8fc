//! Fewer points for the same map: neighbours keep the boundary that they share.
//!
//! Boundaries are cut where three areas meet, and each piece between two such points is thinned by the method of Douglas &
//! Peucker ("Algorithms for the reduction of the number of points required to represent a digitized line", The Canadian
//! Cartographer 10, 1973), once, in one direction, so that the areas on both its sides get the same points and no gap opens.

use std::collections::HashMap;

use super::{Bounds, Plane, Point, Polygon, Ring, Shape};

/// The same shapes without the points that lie within `tolerance` metres of the line that replaces them. A boundary that
/// would fall to fewer than three points is kept whole.
#[must_use]
pub fn simplify(shapes: &[Shape], tolerance: f64) -> Vec<Shape> {
    let Some(bounds) = Bounds::around(shapes) else {
        return Vec::new();
    };
    let thinner = Thinner { neighbours: neighbours(shapes), plane: Plane::at(bounds.middle()), tolerance };
    let polygon = |polygon: &Polygon| Polygon {
        outer: thinner.ring(&polygon.outer),
        holes: polygon.holes.iter().map(|hole| thinner.ring(hole)).collect(),
    };
    shapes.iter().map(|shape| Shape { polygons: shape.polygons.iter().map(polygon).collect() }).collect()
}

/// How many different points each point is joined to.
fn neighbours(shapes: &[Shape]) -> HashMap<Point, Joined> {
    let mut joined: HashMap<Point, Joined> = HashMap::new();
    for (from, to) in shapes.iter().flat_map(Shape::rings).flat_map(Ring::sides) {
        joined.entry(from).or_default().to(to);
        joined.entry(to).or_default().to(from);
    }
    joined
}

/// The points that a point is joined to, as far as it matters: two, or more than two.
#[derive(Debug, Default)]
struct Joined {
    first: Option<Point>,
    second: Option<Point>,
    more: bool,
}

impl Joined {
    fn to(&mut self, point: Point) {
        if self.first.is_none_or(|first| first == point) {
            self.first = Some(point);
        } else if self.second.is_none_or(|second| second == point) {
            self.second = Some(point);
        } else {
            self.more = true;
        }
    }
}

struct Thinner {
    neighbours: HashMap<Point, Joined>,
    plane: Plane,
    tolerance: f64,
}

impl Thinner {
    fn ring(&self, ring: &Ring) -> Ring {
        let points = ring.points();
        let is_junction = |point: &Point| self.neighbours.get(point).is_some_and(|joined| joined.more);
        // Without a junction, as for an island or a hole and what fills it, from its least point, which both have.
        let start = points
            .iter()
            .position(is_junction)
            .or_else(|| points.iter().enumerate().min_by_key(|(_, point)| **point).map(|(at, _)| at))
            .unwrap_or_default();
        let mut thinned: Vec<Point> = Vec::new();
        let mut piece: Vec<Point> = Vec::new();
        for point in points.iter().cycle().skip(start).take(points.len() + 1) {
            piece.push(*point);
            if piece.len() > 1 && (is_junction(point) || piece.len() == points.len() + 1) {
                thinned.extend(self.piece(&piece).iter().skip(1));
                piece = vec![*point];
            }
        }
        // A ring that starts at no junction ends without one.
        if piece.len() > 1 {
            thinned.extend(self.piece(&piece).iter().skip(1));
        }
        Ring::new(thinned).unwrap_or_else(|_| ring.clone())
    }

    /// One piece thinned, its ends kept. Worked from the lesser end, whichever way it is given.
    fn piece(&self, piece: &[Point]) -> Vec<Point> {
        let key = |points: &[Point]| -> Vec<Point> {
            let ends = [points.get(..2), points.get(points.len().saturating_sub(2)..)];
            ends.into_iter().flatten().flatten().copied().collect()
        };
        let turned: Vec<Point> = piece.iter().rev().copied().collect();
        if key(&turned) < key(piece) {
            let mut thinned = self.forward(&turned);
            thinned.reverse();
            thinned
        } else {
            self.forward(piece)
        }
    }

    fn forward(&self, piece: &[Point]) -> Vec<Point> {
        let mut kept = Vec::new();
        // Stretches still to be looked at, the next one last.
        let mut stretches = vec![piece];
        kept.extend(piece.first());
        while let Some(stretch) = stretches.pop() {
            match self.farthest(stretch) {
                Some(at) => {
                    stretches.push(stretch.get(at..).unwrap_or_default());
                    stretches.push(stretch.get(..=at).unwrap_or_default());
                }
                None => kept.extend(stretch.last()),
            }
        }
        kept
    }

    /// The inner point farthest from the line between the ends, where it is beyond the tolerance.
    fn farthest(&self, stretch: &[Point]) -> Option<usize> {
        let [first, inner @ .., last] = stretch else {
            return None;
        };
        let ends = (self.plane.xy(*first), self.plane.xy(*last));
        let (at, distance) = inner
            .iter()
            .enumerate()
            .map(|(at, point)| (at + 1, distance(self.plane.xy(*point), ends)))
            .max_by(|one, other| one.1.total_cmp(&other.1))?;
        (distance > self.tolerance).then_some(at)
    }
}

/// How far a point lies from the line between two ends (from the nearer end, where it lies beyond).
pub(super) fn distance((x, y): (f64, f64), ((x1, y1), (x2, y2)): ((f64, f64), (f64, f64))) -> f64 {
    let (along_x, along_y) = (x2 - x1, y2 - y1);
    let length = along_x * along_x + along_y * along_y;
    let part = if length > 0.0 { ((x - x1) * along_x + (y - y1) * along_y) / length } else { 0.0 };
    let part = part.clamp(0.0, 1.0);
    (x - x1 - part * along_x).hypot(y - y1 - part * along_y)
}
