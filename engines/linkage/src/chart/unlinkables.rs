//! The chart of records that could not reach each threshold even against themselves.

use serde_json::json;

use super::{
    Chart, Table, count,
    forms::{self, Frame, Line, ticks},
    percent, share,
    svg::FIRST,
    vega,
};
use crate::{Thresholds, bits};

/// Points of the line.
const POINTS: usize = 120;

/// The share of records that could not be linked from each weight on, by what each weighs against itself
/// ([`crate::Linker::self_weights`]).
#[must_use]
pub fn unlinkables(weights: &[f64], thresholds: &Thresholds) -> Chart {
    let title = "Records that hold too little to be linked".to_owned();
    let mut sorted: Vec<f64> = weights.iter().copied().filter(|weight| weight.is_finite()).collect();
    sorted.sort_unstable_by(f64::total_cmp);
    let below = |weight: f64| sorted.partition_point(|other| *other < weight);
    let part = |weight: f64| below(weight) as f64 / sorted.len().max(1) as f64;
    let link = bits(thresholds.link);
    let ends = (sorted.first().map_or(-1.0, |w| w.min(0.0)), sorted.last().map_or(1.0, |w| w.max(link) + 1.0));
    let step = (ends.1 - ends.0) / (POINTS - 1) as f64;
    let points: Vec<(f64, f64)> = (0..POINTS).map(|at| ends.0 + step * at as f64).map(|w| (w, part(w))).collect();
    let frame = Frame {
        x: ends,
        y: (0.0, 1.0),
        x_ticks: ticks(ends, 7.0).into_iter().map(|at| (at, format!("{at:.0}"))).collect(),
        y_ticks: [0.0, 0.25, 0.5, 0.75, 1.0].map(|at| (at, format!("{:.0}%", at * 100.0))).to_vec(),
        x_title: "match weight of a record against itself, bits",
        marks: vec![(link, "linked from here".to_owned())],
    };
    let row = |name: String, weight: f64| {
        vec![name, format!("{weight:.1}"), count(below(weight) as u64), percent(part(weight))]
    };
    let mut table = vec![
        row(format!("the link threshold, {}", share(thresholds.link)), link),
        row(format!("the review threshold, {}", share(thresholds.review)), bits(thresholds.review)),
    ];
    table.extend([0.5, 0.9, 0.95, 0.99, 0.999].map(|p| row(format!("probability {p}"), bits(p))));
    let values = points.iter().map(|(weight, below)| json!({ "weight": weight, "below": below })).collect();
    Chart {
        id: "unlinkables".to_owned(),
        look: [
            format!(
                "The line shows the share of records that would not reach each weight even against a copy of themselves: at the link \
                 threshold {} of {} records. They can't be linked whatever the other record holds.",
                count(below(link) as u64),
                count(sorted.len() as u64)
            ),
            "Look at the line where it crosses the threshold: if more than a few records lie left of it, too many of their values are \
             missing or common, and another column or a lower threshold is needed, not another rule."
                .to_owned(),
        ],
        svg: forms::lines(&title, &[], &frame, &[Line { fill: FIRST, dashes: "", points }]),
        table: Table::new(&["Threshold", "#Bits", "#Records below it", "#Share of records"], table),
        vega: vega(
            &title,
            values,
            &json!("line"),
            &json!({
                "x": { "field": "weight", "type": "quantitative", "title": "match weight against itself, bits" },
                "y": { "field": "below", "type": "quantitative", "title": "share of records below" },
                "color": { "value": FIRST },
            }),
        ),
        title,
    }
}
