//! Charts of the model: its chances, how a pair's weight comes about, and how the chances were learnt.

use serde_json::json;

use super::{
    Chart, Table, bits_text,
    forms::{self, Bar, Fall, Frame, Line, Part, Row, ticks},
    share,
    svg::{FAINT, FIRST, INK, SECOND, THIRD},
    vega,
};
use crate::{Explanation, Spec, TrainingReport, bits};

/// The chances m and u of every level, and the weight that they give.
#[must_use]
pub fn parameters(spec: &Spec) -> Chart {
    let title = "What each comparison is worth".to_owned();
    let (mut rows, mut table, mut values) = (Vec::new(), Vec::new(), Vec::new());
    for comparison in &spec.comparisons {
        for (at, level) in comparison.levels.iter().enumerate() {
            let (m, u) = (level.m.unwrap_or_default(), level.u.unwrap_or_default());
            let weight = bits_text((m / u).log2());
            let bar = |letter: &str, value: f64, fill| Bar {
                parts: vec![Part { share: value, fill, title: format!("{}: {letter} = {}", level.name, share(value)) }],
                figure: share(value),
            };
            rows.push(Row {
                heading: (at == 0).then(|| comparison.name.clone()),
                label: level.name.clone(),
                note: weight.clone(),
                bars: vec![bar("m", m, FIRST), bar("u", u, SECOND)],
            });
            table.push(vec![comparison.name.clone(), level.name.clone(), share(m), share(u), weight]);
            for (letter, value) in [("m", m), ("u", u)] {
                values.push(json!({
                    "comparison": comparison.name, "level": level.name, "chance": letter, "value": value,
                    "match_weight": (m / u).log2(),
                }));
            }
        }
    }
    Chart {
        id: "parameters".to_owned(),
        look: [
            "m is the chance of a level among pairs that are the same, u among pairs that are not; the figure at the right is the weight \
             in bits that the level adds, and each bit doubles the odds."
                .to_owned(),
            "Look for a strict level whose m is below its u, or a looser level that weighs more than a stricter one: either means that \
             the level is wrong or was learnt from too few pairs."
                .to_owned(),
        ],
        svg: forms::bars(&title, &[(FIRST, "m: same"), (SECOND, "u: not the same")], &rows),
        table: Table::new(&["Comparison", "Level", "#m", "#u", "#Weight, bits"], table),
        vega: vega(
            &title,
            values,
            &json!("bar"),
            &json!({
                "row": { "field": "comparison", "type": "nominal" },
                "y": { "field": "level", "type": "nominal", "sort": null },
                "yOffset": { "field": "chance" },
                "x": { "field": "value", "type": "quantitative", "scale": { "domain": [0, 1] } },
                "color": { "field": "chance", "type": "nominal", "scale": { "range": [FIRST, SECOND] } },
                "tooltip": [{ "field": "level" }, { "field": "value" }, { "field": "match_weight" }],
            }),
        ),
        title,
    }
}

/// How one pair's weight comes about. `number` tells the chart from others of its kind.
#[must_use]
pub fn waterfall(number: usize, heading: &str, pair: &str, explanation: &Explanation, link: f64) -> Chart {
    let title = heading.to_owned();
    let mut falls = Vec::new();
    let mut at = 0.0_f64;
    let mut fall = |label: String, bits: f64| {
        let fill = if bits < 0.0 { SECOND } else { FIRST };
        falls.push(Fall { label, figure: bits_text(bits), from: at, to: at + bits, fill });
        at += bits;
    };
    fall("starting point: any two records".to_owned(), explanation.prior_bits);
    for part in &explanation.parts {
        // A part without a level that weighs something is what the comparisons would otherwise count more than once.
        let other = if part.bits.abs() < 1e-9 { "a value is missing" } else { "one fact, counted once" };
        let level = part.level.as_deref().unwrap_or(other);
        fall(format!("{}: {level}", part.comparison), part.bits);
        if part.term_frequency_bits.abs() > 1e-9 {
            let word = if part.term_frequency_bits > 0.0 { "a rare value" } else { "a common value" };
            fall(format!("{}: {word}", part.comparison), part.term_frequency_bits);
        }
    }
    let probability = share(explanation.probability);
    falls.push(Fall {
        label: format!("together: probability {probability}"),
        figure: bits_text(explanation.total_bits),
        from: 0.0,
        to: explanation.total_bits,
        fill: INK,
    });
    let row = |fall: &Fall| vec![fall.label.clone(), fall.figure.clone(), bits_text(fall.to)];
    let table = falls.iter().map(row).collect();
    let value = |(order, fall): (usize, &Fall)| json!({ "order": order, "step": fall.label, "from": fall.from, "to": fall.to, "bits": fall.to - fall.from });
    let values = falls.iter().enumerate().map(value).collect();
    let mark = bits(link);
    Chart {
        id: format!("waterfall_{number}"),
        look: [
            "Read from top to bottom: each bar begins where the one above ended, towards the right for evidence that the two are the same \
             and towards the left for evidence against."
                .to_owned(),
            "Look for one bar that decides alone, or several bars that tell the same fact twice: there the model may be surer than it \
             should be."
                .to_owned(),
        ],
        svg: forms::waterfall(&title, pair, &falls, Some((mark, "links begin here"))),
        table: Table::new(&["Step", "#Bits", "#So far"], table),
        vega: vega(
            &title,
            values,
            &json!("bar"),
            &json!({
                "y": { "field": "step", "type": "nominal", "sort": { "field": "order" } },
                "x": { "field": "from", "type": "quantitative", "title": "match weight, bits" },
                "x2": { "field": "to" },
                "color": { "condition": { "test": "datum.bits < 0", "value": SECOND }, "value": FIRST },
                "tooltip": [{ "field": "step" }, { "field": "bits" }],
            }),
        ),
        title,
    }
}

/// How far the chances still moved in each round of training. `None` where nothing was learnt in rounds.
#[must_use]
pub fn convergence(report: &TrainingReport) -> Option<Chart> {
    const LOOKS: [(&str, &str); 5] = [(FIRST, ""), (SECOND, "6 3"), (THIRD, "2 3"), (INK, "8 3 2 3"), (FAINT, "")];
    const LEAST: f64 = 1e-6;
    let title = "How training settled".to_owned();
    let sessions: Vec<_> = report.sessions.iter().filter(|session| session.history.len() > 1).collect();
    let longest = sessions.iter().map(|session| session.history.len()).max()?;
    let (mut table, mut values, mut lines, mut keys) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
    for (session, (fill, dashes)) in sessions.iter().zip(LOOKS.iter().cycle()) {
        let changes = session.history.iter().enumerate().skip(1);
        let points = changes.map(|(at, step)| (at as f64, step.change.max(LEAST).log10())).collect();
        lines.push(Line { fill, dashes, points });
        keys.push((*fill, session.name.as_str()));
        for (at, step) in session.history.iter().enumerate().skip(1) {
            values.push(
                json!({ "session": session.name, "iteration": at, "largest_change": step.change, "share": step.share }),
            );
        }
        let last = session.history.last();
        table.push(vec![
            session.name.clone(),
            super::count(session.pairs_used),
            (session.history.len() - 1).to_string(),
            share(last.map_or(0.0, |step| step.change)),
            share(last.map_or(0.0, |step| step.share)),
            if session.converged { "yes" } else { "no" }.to_owned(),
        ]);
    }
    let frame = Frame {
        x: (1.0, (longest - 1).max(2) as f64),
        y: (LEAST.log10(), 0.0),
        x_ticks: ticks((1.0, (longest - 1).max(2) as f64), 6.0)
            .into_iter()
            .map(|at| (at, format!("{at:.0}")))
            .collect(),
        y_ticks: [0, -2, -4, -6].map(|power: i32| (f64::from(power), share(10_f64.powi(power)))).to_vec(),
        x_title: "iteration",
        marks: Vec::new(),
    };
    Some(Chart {
        id: "convergence".to_owned(),
        look: [
            "Each line is one round of training: the largest change of any chance from one iteration to the next, on a scale where each \
             step down is a hundredth."
                .to_owned(),
            "Look for a line that doesn't fall: that round found two explanations of the same pairs, and needs other keys or more pairs."
                .to_owned(),
        ],
        svg: forms::lines(&title, &if keys.len() > 2 { Vec::new() } else { keys }, &frame, &lines),
        table: Table::new(
            &["Round", "#Pairs", "#Iterations", "#Last change", "#Share the same", "Settled"],
            table,
        ),
        vega: vega(
            &title,
            values,
            &json!({ "type": "line", "point": true }),
            &json!({
                "x": { "field": "iteration", "type": "quantitative" },
                "y": { "field": "largest_change", "type": "quantitative", "scale": { "type": "symlog", "constant": 1e-4 } },
                "color": { "field": "session", "type": "nominal" },
            }),
        ),
        title,
    })
}
