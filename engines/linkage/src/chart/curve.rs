//! The chart of precision, recall and F at every threshold.

use serde_json::json;

use super::{
    Chart, Table, count,
    forms::{self, Frame, Line, ticks},
    percent, share,
    svg::{FIRST, SECOND, THIRD},
};
use crate::{
    Thresholds, bits,
    quality::{Basis, Curve},
};

/// What linking from each weight on would give.
#[must_use]
pub fn threshold(curve: &Curve, thresholds: &Thresholds) -> Chart {
    let (title, basis) = match curve.basis {
        Basis::Truth => ("Right and wrong at every threshold", "against the column that says who each record is"),
        Basis::Labels => ("Right and wrong at every threshold, by labels", "among the pairs that people labelled"),
        Basis::Model => {
            ("Right and wrong at every threshold, as the model expects", "as the model expects, without truth")
        }
    };
    let title = title.to_owned();
    let points = curve.thinned(160);
    let ends = (points.last().map_or(-1.0, |p| p.weight), points.first().map_or(1.0, |p| p.weight));
    let ends = (ends.0.max(-40.0), ends.1.min(60.0).max(ends.0.max(-40.0) + 1.0));
    let shown: Vec<_> = points.iter().filter(|p| (ends.0..=ends.1).contains(&p.weight)).collect();
    let line = |fill, dashes, of: &dyn Fn(&crate::quality::Point) -> f64| Line {
        fill,
        dashes,
        points: shown.iter().map(|point| (point.weight, of(point))).collect(),
    };
    let lines = [line(FIRST, "", &|p| p.precision), line(SECOND, "6 3", &|p| p.recall), line(THIRD, "2 3", &|p| p.f1)];
    let link = bits(thresholds.link);
    let frame = Frame {
        x: ends,
        y: (0.0, 1.0),
        x_ticks: ticks(ends, 7.0).into_iter().map(|at| (at, format!("{at:.0}"))).collect(),
        y_ticks: [0.0, 0.25, 0.5, 0.75, 1.0].map(|at| (at, format!("{:.0}%", at * 100.0))).to_vec(),
        x_title: "links from this match weight on, bits",
        marks: vec![(link.clamp(ends.0, ends.1), "linked from here".to_owned())],
    };
    let mut table = Vec::new();
    let mut row = |name: &str, point: crate::quality::Point| {
        table.push(vec![
            name.to_owned(),
            format!("{:.1}", point.weight),
            share(point.probability),
            count(point.links.round() as u64),
            percent(point.precision),
            percent(point.recall),
            format!("{:.4}", point.f1),
        ]);
    };
    row("the spec's link threshold", curve.at(link));
    if let Some(best) = curve.best() {
        row("the best F", best);
    }
    for probability in [0.5, 0.8, 0.9, 0.95, 0.99, 0.999] {
        row(&format!("probability {probability}"), curve.at(bits(probability)));
    }
    let value = |p: &&crate::quality::Point| json!({ "weight": p.weight, "precision": p.precision, "recall": p.recall, "f1": p.f1 });
    let values = shown.iter().map(value).collect();
    let rests = match curve.basis {
        Basis::Truth => {
            "Precision is the share of links that is right, recall the share of what belongs together that is linked, F their mean."
        }
        Basis::Labels => {
            "Only labelled pairs are counted: the figures hold for the whole file only if those were drawn as a sample of it."
        }
        Basis::Model => {
            "These are estimates from the model's own probabilities for compared pairs: they are right only if the model is, and what \
             blocking missed is not in them."
        }
    };
    Chart {
        id: format!("threshold_{}", match curve.basis { Basis::Truth => "truth", Basis::Labels => "labels", Basis::Model => "model" }),
        look: [
            format!("The lines show, {basis}, what linking from each weight on would give. {rests}"),
            "Look for the range where all lines are high: a threshold inside it can move without harm, and a wrong link is usually worse \
             than a missed one, so prefer its right end."
                .to_owned(),
        ],
        svg: forms::lines(&title, &[(FIRST, "precision"), (SECOND, "recall"), (THIRD, "F")], &frame, &lines),
        table: Table::new(&["Links begin at", "#Bits", "#Probability", "#Links", "#Precision", "#Recall", "#F"], table),
        vega: json!({
            "$schema": "https://vega.github.io/schema/vega-lite/v5.json",
            "title": title, "width": "container", "data": { "values": serde_json::Value::Array(values) },
            "transform": [{ "fold": ["precision", "recall", "f1"], "as": ["measure", "value"] }],
            "mark": "line",
            "encoding": {
                "x": { "field": "weight", "type": "quantitative", "title": "match weight, bits" },
                "y": { "field": "value", "type": "quantitative" },
                "color": { "field": "measure", "type": "nominal", "scale": { "range": [THIRD, FIRST, SECOND] } },
            },
        }),
        title,
    }
}
