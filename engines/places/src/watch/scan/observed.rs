//! The observed world: every centre's best window, and from these the clusters that share no area.

use std::cmp::Ordering;
use std::collections::HashSet;

use rayon::prelude::*;

use super::likelihood::Likelihood;
use super::zones::{Circle, Step};
use super::{Cluster, Field, Rates, Significance, real};

/// A window that is its centre's best.
#[derive(Debug, Clone, Copy)]
pub(super) struct Window {
    /// Its ratio.
    pub(super) llr: f64,
    centre: u32,
    /// Areas in it.
    areas: usize,
    /// Number of its span.
    span: usize,
    cases: u64,
    expected: f64,
}

/// All centres' best.
#[derive(Debug, Default)]
pub(super) struct Best {
    /// The strongest first.
    pub(super) found: Vec<Window>,
    /// Windows looked at.
    pub(super) windows: u64,
    /// The most cases expected in any of them.
    pub(super) largest: f64,
    /// Areas in the largest circle.
    pub(super) deepest: usize,
}

impl Field<'_> {
    /// Goes out from a centre: at each step the expected cases of every span.
    pub(super) fn each_window(&self, circle: &Circle, room: &mut Vec<f64>, mut visit: impl FnMut(&Step, &[f64])) {
        let (columns, spans) = (self.calendar.columns, &self.calendar.spans);
        room.clear();
        room.resize(columns + spans.len(), 0.0);
        let (sums, values) = room.split_at_mut(columns);
        for step in &circle.steps {
            let start = step.area as usize * columns;
            for (sum, more) in sums.iter_mut().zip(self.expected.get(start..start + columns).unwrap_or_default()) {
                *sum += more;
            }
            for (value, span) in values.iter_mut().zip(spans) {
                let before = span.minus.and_then(|column| sums.get(column)).copied().unwrap_or_default();
                *value = (sums.get(span.plus).copied().unwrap_or_default() - before).max(0.0);
            }
            visit(step, values);
        }
    }

    /// Whether a count departs to a side that is sought.
    fn seeks(&self, cases: f64, expected: f64) -> bool {
        match self.rates {
            Rates::High => cases > expected,
            Rates::Low => cases < expected,
            Rates::Both => true,
        }
    }
}

/// Every centre's best window.
pub(super) fn best_of_each_centre(field: &Field<'_>, counts: &[u64]) -> Best {
    let some = |centres: &[u32]| {
        let (mut circle, mut expected, mut cases) = (Circle::default(), Vec::new(), Vec::new());
        let mut best = Best::default();
        for centre in centres {
            field.ground.around(*centre, &mut circle);
            best.join(from_centre(field, counts, *centre, &circle, &mut expected, &mut cases));
        }
        best
    };
    let joined = |mut one: Best, other: Best| {
        one.join(other);
        one
    };
    let mut best = field.ground.centres.par_chunks(64).map(some).reduce(Best::default, joined);
    best.found.sort_by(|one, other| {
        let stronger = other.llr.partial_cmp(&one.llr).unwrap_or(Ordering::Equal);
        let centre = |window: &Window| field.ground.original(window.centre);
        stronger.then(one.areas.cmp(&other.areas)).then_with(|| centre(one).cmp(&centre(other)))
    });
    best
}

impl Best {
    fn join(&mut self, other: Self) {
        self.found.extend(other.found);
        self.windows += other.windows;
        self.largest = self.largest.max(other.largest);
        self.deepest = self.deepest.max(other.deepest);
    }
}

fn from_centre(
    field: &Field<'_>,
    counts: &[u64],
    centre: u32,
    circle: &Circle,
    expected: &mut Vec<f64>,
    cases: &mut Vec<u64>,
) -> Best {
    let (columns, likelihood) = (field.calendar.columns, field.likelihood);
    cases.clear();
    cases.resize(columns, 0);
    let mut best = Best::default();
    let mut top: Option<Window> = None;
    let mut areas = 0;
    field.each_window(circle, expected, |step, expected| {
        areas += 1;
        let start = step.area as usize * columns;
        for (sum, more) in cases.iter_mut().zip(counts.get(start..start + columns).unwrap_or_default()) {
            *sum += more;
        }
        if !step.ends {
            return;
        }
        best.windows += expected.len() as u64;
        for (number, (span, expected)) in field.calendar.spans.iter().zip(expected).enumerate() {
            best.largest = best.largest.max(*expected);
            let before = span.minus.and_then(|column| cases.get(column)).copied().unwrap_or_default();
            let count = cases.get(span.plus).copied().unwrap_or_default().saturating_sub(before);
            if !field.seeks(real(count), *expected) {
                continue;
            }
            if let Some(llr) = better(likelihood, real(count), *expected, top.map_or(0.0, |window| window.llr)) {
                top = Some(Window { llr, centre, areas, span: number, cases: count, expected: *expected });
            }
        }
    });
    best.found.extend(top);
    best.deepest = areas;
    best
}

/// The ratio, where it is greater than the best so far by more than rounding.
fn better(likelihood: Likelihood, count: f64, expected: f64, best: f64) -> Option<f64> {
    let worth = likelihood.bound(count, expected) > best;
    worth.then(|| likelihood.ratio(count, expected)).filter(|llr| *llr > best * (1.0 + 1e-12) + 1e-12)
}

/// The strongest windows that share no area.
pub(super) fn apart(
    field: &Field<'_>,
    found: &[Window],
    most: usize,
    judge: &dyn Fn(f64) -> Option<Significance>,
) -> Vec<Cluster> {
    let (mut circle, mut taken, mut clusters) = (Circle::default(), HashSet::new(), Vec::new());
    for window in found {
        if clusters.len() >= most {
            break;
        }
        // Most of what overlaps does so with its centre, which is told at a glance.
        if taken.contains(&window.centre) {
            continue;
        }
        field.ground.around(window.centre, &mut circle);
        let steps = circle.steps.get(..window.areas).unwrap_or_default();
        if steps.iter().any(|step| taken.contains(&step.area)) {
            continue;
        }
        taken.extend(steps.iter().map(|step| step.area));
        clusters.extend(cluster(field, window, steps, judge));
    }
    clusters
}

fn cluster(
    field: &Field<'_>,
    window: &Window,
    steps: &[Step],
    judge: &dyn Fn(f64) -> Option<Significance>,
) -> Option<Cluster> {
    let span = field.calendar.spans.get(window.span)?;
    let total = field.likelihood.total;
    let (outside, beyond) = (total - real(window.cases), total - window.expected);
    let risk = (real(window.cases) / window.expected) / (outside / beyond);
    Some(Cluster {
        centre: field.ground.original(window.centre),
        areas: steps.iter().map(|step| field.ground.original(step.area)).collect(),
        radius: steps.last().map_or(0.0, |step| step.squared.sqrt()),
        first: span.first,
        last: span.last,
        cases: window.cases,
        expected: window.expected,
        relative_risk: (outside > 0.0 && risk.is_finite()).then_some(risk),
        llr: window.llr,
        significance: judge(window.llr),
    })
}
