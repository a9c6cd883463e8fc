//! The rules that tell special causes, within one stretch. Missing points are passed over.

use super::{Limits, Point, Rules, Signal};

/// Marks the points of a stretch.
pub(super) fn mark(points: &mut [Point], rules: &Rules) {
    let known: Vec<(usize, f64, Limits)> =
        points.iter().enumerate().filter_map(|(at, point)| Some((at, point.value?, point.limits?))).collect();
    let mut marks: Vec<(usize, Signal, bool)> = Vec::new();
    for (at, value, limits) in &known {
        if let Some(up) = outside(*value, limits) {
            marks.push((*at, Signal::Outside, up));
        }
    }
    for window in known.windows(rules.run) {
        all(&mut marks, window, Signal::Run, side);
    }
    for window in known.windows(rules.trend) {
        trend(&mut marks, window);
    }
    for window in known.windows(3).filter(|_| rules.two_of_three) {
        for up in [true, false] {
            let near: Vec<usize> = window
                .iter()
                .filter(|(_, value, limits)| near(*value, limits) == Some(up))
                .map(|(at, ..)| *at)
                .collect();
            if near.len() >= 2 {
                marks.extend(near.into_iter().map(|at| (at, Signal::NearLimit, up)));
            }
        }
    }
    marks.sort_unstable();
    marks.dedup();
    for (at, signal, up) in marks {
        if let Some(point) = points.get_mut(at) {
            point.signals.push((signal, up));
        }
    }
}

/// Marks all points of a window that lie the same way.
fn all(
    marks: &mut Vec<(usize, Signal, bool)>,
    window: &[(usize, f64, Limits)],
    signal: Signal,
    way: fn(f64, &Limits) -> Option<bool>,
) {
    for up in [true, false] {
        if window.iter().all(|(_, value, limits)| way(*value, limits) == Some(up)) {
            marks.extend(window.iter().map(|(at, ..)| (*at, signal, up)));
        }
    }
}

fn trend(marks: &mut Vec<(usize, Signal, bool)>, window: &[(usize, f64, Limits)]) {
    let mut pairs = window.iter().zip(window.iter().skip(1));
    let rising = pairs.clone().all(|((_, one, _), (_, other, _))| other > one);
    let falling = pairs.all(|((_, one, _), (_, other, _))| other < one);
    if rising || falling {
        marks.extend(window.iter().map(|(at, ..)| (*at, Signal::Trend, rising)));
    }
}

fn outside(value: f64, limits: &Limits) -> Option<bool> {
    if value > limits.upper {
        return Some(true);
    }
    limits.lower.filter(|lower| value < *lower).map(|_| false)
}

/// The side of the mean; none on it.
fn side(value: f64, limits: &Limits) -> Option<bool> {
    (value != limits.mean).then_some(value > limits.mean)
}

/// In the outer third between mean and limit, or beyond.
fn near(value: f64, limits: &Limits) -> Option<bool> {
    let third = (limits.upper - limits.mean) * 2.0 / 3.0;
    if value > limits.mean + third {
        return Some(true);
    }
    (value < limits.mean - third).then_some(false)
}
