//! How good the links are: against truth, against labels, or as the model itself expects.
//!
//! One calculation serves all three. Each pair brings how many pairs it stands for and how many of those belong together: 1 and 0 or 1
//! against truth; 1 and the pair's own probability where the model is asked about itself.

mod group;
mod sample;
#[cfg(test)]
mod tests;

use serde::Serialize;

use crate::probability;

pub use group::{GroupQuality, Truth, bands, by_group};
pub use sample::{Bounds, Estimate, Stratum, allocate, bounds, choose, stratum_of};

/// What a curve rests on; every chart and table says it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Basis {
    /// A column that says who each record is.
    Truth,
    /// Pairs that people labelled.
    Labels,
    /// The model's own probabilities, right only if the model is.
    Model,
}

/// A pair and what is known about it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Judged {
    /// Match weight in bits.
    pub weight: f64,
    /// The chance that it belongs together: 0 or 1 where that is known.
    pub same: f64,
}

/// What would be right and wrong if links began at this weight.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Point {
    /// The match weight, in bits, at or above which pairs are links.
    pub weight: f64,
    /// The same as a probability.
    pub probability: f64,
    /// Pairs linked.
    pub links: f64,
    /// Those of them that belong together.
    pub right: f64,
    /// The share of links that is right.
    pub precision: f64,
    /// The share of all that belongs together that is linked.
    pub recall: f64,
    /// The harmonic mean of both.
    pub f1: f64,
}

/// Precision, recall and F at every threshold, highest first.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Curve {
    /// What it rests on.
    pub basis: Basis,
    /// Pairs that belong together, found or not.
    pub matches: f64,
    /// One for each different weight.
    pub points: Vec<Point>,
}

/// The harmonic mean of precision and recall; 0 where both are.
#[must_use]
pub fn f_measure(precision: f64, recall: f64) -> f64 {
    if precision + recall > 0.0 { 2.0 * precision * recall / (precision + recall) } else { 0.0 }
}

impl Curve {
    /// The curve of these pairs, of `matches` that belong together, blocked or not.
    #[must_use]
    pub fn new(basis: Basis, mut pairs: Vec<Judged>, matches: f64) -> Curve {
        pairs.sort_by(|a, b| b.weight.total_cmp(&a.weight));
        let mut points = Vec::new();
        let (mut links, mut right) = (0.0, 0.0);
        for tied in pairs.chunk_by(|a, b| a.weight == b.weight) {
            links += tied.len() as f64;
            right += tied.iter().map(|pair| pair.same).sum::<f64>();
            let Some(first) = tied.first() else { continue };
            points.push(point(first.weight, links, right, matches));
        }
        Curve { basis, matches, points }
    }

    /// The threshold with the best F; `None` where there are no pairs.
    #[must_use]
    pub fn best(&self) -> Option<Point> {
        self.points.iter().copied().max_by(|a, b| a.f1.total_cmp(&b.f1))
    }

    /// What linking at or above this weight gives.
    #[must_use]
    pub fn at(&self, weight: f64) -> Point {
        let above = self.points.partition_point(|point| point.weight >= weight);
        match above.checked_sub(1).and_then(|at| self.points.get(at)) {
            Some(found) => Point { weight, probability: probability(weight), ..*found },
            None => point(weight, 0.0, 0.0, self.matches),
        }
    }

    /// At most about `most` points, evenly over the range of weights, for drawing.
    #[must_use]
    pub fn thinned(&self, most: usize) -> Vec<Point> {
        let (Some(first), Some(last)) = (self.points.first(), self.points.last()) else { return Vec::new() };
        if self.points.len() <= most {
            return self.points.clone();
        }
        let step = (first.weight - last.weight) / most as f64;
        (0..=most).map(|n| self.at(first.weight - step * n as f64)).filter(|point| point.links > 0.0).collect()
    }
}

fn point(weight: f64, links: f64, right: f64, matches: f64) -> Point {
    let precision = if links > 0.0 { right / links } else { 1.0 };
    let recall = if matches > 0.0 { right / matches } else { 0.0 };
    Point {
        weight,
        probability: probability(weight),
        links,
        right,
        precision,
        recall,
        f1: f_measure(precision, recall),
    }
}

/// What the model expects of itself: of the pairs that were compared, so that what blocking misses is not counted.
#[must_use]
pub fn expected(weights: &[f64]) -> Curve {
    let pairs: Vec<Judged> =
        weights.iter().map(|weight| Judged { weight: *weight, same: probability(*weight) }).collect();
    let matches = pairs.iter().map(|pair| pair.same).sum();
    Curve::new(Basis::Model, pairs, matches)
}
