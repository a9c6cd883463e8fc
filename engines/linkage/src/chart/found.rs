//! Charts of what a run found: blocking, weights, values, clusters.

use std::collections::BTreeMap;

use serde_json::json;

use super::{
    Chart, Table, bits_text, count,
    forms::{self, Bar, Column, Frame, Part, Row, ticks},
    percent,
    svg::{FAINT, FIRST, SECOND},
    vega,
};
use crate::{FieldReport, Plan, Thresholds, bits, probability};

/// What the blocking rules find. `compared` is what a run compared because of each, empty before a run.
#[must_use]
pub fn blocking(plan: &Plan, compared: &[u64]) -> Chart {
    let title = "Which pairs are compared".to_owned();
    let most = plan.rules.iter().map(|rule| rule.pairs).max().unwrap_or(0).max(1) as f64;
    let (mut rows, mut table, mut values) = (Vec::new(), Vec::new(), Vec::new());
    for (at, rule) in plan.rules.iter().enumerate() {
        let new = compared.get(at).copied();
        let only = new.unwrap_or(rule.pairs).min(rule.pairs);
        let part = |pairs: u64, fill, word: &str| Part {
            share: pairs as f64 / most,
            fill,
            title: format!("{}: {} pairs {word}", rule.name, count(pairs)),
        };
        let parts =
            vec![part(only, FIRST, "found first by it"), part(rule.pairs - only, FAINT, "found by an earlier rule")];
        rows.push(Row {
            heading: None,
            label: rule.name.clone(),
            note: String::new(),
            bars: vec![Bar { parts, figure: count(rule.pairs) }],
        });
        let largest = rule.largest.first();
        table.push(vec![
            rule.name.clone(),
            count(rule.records),
            count(rule.pairs),
            new.map_or("–".to_owned(), count),
            largest.map_or("none".to_owned(), |block| format!("{} ({} records)", block.keys, count(block.records))),
        ]);
        values.push(json!({ "rule": rule.name, "pairs": rule.pairs, "first_found": new, "records": rule.records }));
    }
    Chart {
        id: "blocking".to_owned(),
        look: [
            "Each bar is the number of pairs with equal keys under one rule; the dark part is what no rule above it had found already."
                .to_owned(),
            "Look for a rule that finds most pairs but little that is new, and for a largest block that is a placeholder such as \
             \"unknown\": list that value as missing."
                .to_owned(),
        ],
        svg: forms::bars(&title, &[(FIRST, "found first"), (FAINT, "found already")], &rows),
        table: Table::new(&["Rule", "#Records with keys", "#Pairs", "#Found first", "Largest block"], table),
        vega: vega(
            &title,
            values,
            &json!("bar"),
            &json!({
                "y": { "field": "rule", "type": "nominal", "sort": null },
                "x": { "field": "pairs", "type": "quantitative" },
                "color": { "value": FIRST },
            }),
        ),
        title,
    }
}

/// How well each field is filled.
#[must_use]
pub fn completeness(fields: &[FieldReport]) -> Chart {
    let title = "How full the columns are".to_owned();
    let (mut rows, mut table, mut values) = (Vec::new(), Vec::new(), Vec::new());
    for field in fields {
        let all = (field.filled + field.missing + field.unreadable).max(1) as f64;
        let part = |number: usize, fill, word: &str| Part {
            share: number as f64 / all,
            fill,
            title: format!("{}: {} {word}", field.field, count(number as u64)),
        };
        let parts = vec![
            part(field.filled, FIRST, "filled"),
            part(field.unreadable, SECOND, "unreadable"),
            part(field.missing, FAINT, "missing"),
        ];
        let filled = percent(field.filled as f64 / all);
        rows.push(Row {
            heading: None,
            label: field.field.clone(),
            note: String::new(),
            bars: vec![Bar { parts, figure: filled.clone() }],
        });
        table.push(vec![
            field.field.clone(),
            filled,
            count(field.missing as u64),
            count(field.unreadable as u64),
            count(field.distinct as u64),
        ]);
        values.push(json!({ "field": field.field, "filled": field.filled, "missing": field.missing, "unreadable": field.unreadable, "distinct": field.distinct }));
    }
    Chart {
        id: "completeness".to_owned(),
        look: [
            "A missing value says nothing for or against a pair; an unreadable one was there, but is not what the column should hold."
                .to_owned(),
            "Look for unreadable values first, since a wrong kind in the spec makes them, and for a column so empty that a blocking rule \
             on it can find few pairs."
                .to_owned(),
        ],
        svg: forms::bars(&title, &[(FIRST, "filled"), (SECOND, "unreadable"), (FAINT, "missing")], &rows),
        table: Table::new(&["Column", "#Filled", "#Missing", "#Unreadable", "#Different values"], table),
        vega: vega(
            &title,
            values,
            &json!("bar"),
            &json!({
                "y": { "field": "field", "type": "nominal", "sort": null },
                "x": { "field": "filled", "type": "quantitative" },
                "color": { "value": FIRST },
            }),
        ),
        title,
    }
}

/// The probability of a weight, in few figures.
fn chance(weight: f64) -> String {
    let probability = probability(weight);
    if probability < 0.0001 {
        "almost 0".to_owned()
    } else if probability > 0.9999 {
        "almost 1".to_owned()
    } else {
        format!("{probability:.4}")
    }
}

/// How many pairs there are of each weight. `weights` are all compared pairs', or with `cut` only those from the review threshold on.
#[must_use]
pub fn histogram(weights: &[f64], thresholds: &Thresholds, cut: bool) -> Chart {
    let title = "How sure the model is".to_owned();
    let mut bins: BTreeMap<i64, u64> = BTreeMap::new();
    for weight in weights {
        *bins.entry(weight.floor() as i64).or_default() += 1;
    }
    let (link, review) = (bits(thresholds.link), bits(thresholds.review));
    let low = bins.keys().next().copied().unwrap_or(-1).min(review.floor() as i64 - 1) as f64;
    let high = bins.keys().next_back().copied().unwrap_or(0).max(link.ceil() as i64) as f64 + 1.0;
    let most = bins.values().max().copied().unwrap_or(1) as f64;
    let (mut columns, mut table, mut values) = (Vec::new(), Vec::new(), Vec::new());
    for (bin, pairs) in &bins {
        let (from, to) = (*bin as f64, *bin as f64 + 1.0);
        let middle = from + 0.5;
        let fill = if middle >= link {
            FIRST
        } else if middle >= review {
            SECOND
        } else {
            FAINT
        };
        let title = format!("{from} to {to} bits: {} pairs", count(*pairs));
        columns.push(Column { from, to, height: (*pairs as f64).sqrt(), fill, title });
        values.push(json!({ "from": from, "to": to, "pairs": pairs }));
    }
    // Bands of a few bits in the table, so that it stays short.
    let wide = [1, 2, 5, 10, 20].into_iter().find(|wide| (high - low) as i64 / wide <= 16).unwrap_or(50);
    let mut bands: BTreeMap<i64, u64> = BTreeMap::new();
    for (bin, pairs) in &bins {
        *bands.entry(bin.div_euclid(wide)).or_default() += pairs;
    }
    for (band, pairs) in &bands {
        let (from, to) = ((band * wide) as f64, ((band + 1) * wide) as f64);
        let (least, most) = (chance(from), chance(to));
        let range = if least == most { least } else { format!("{least} to {most}") };
        table.push(vec![format!("{from} to {to}"), range, count(*pairs)]);
    }
    let word = |at: f64| if at >= 10_000.0 { format!("{}k", count((at / 1000.0) as u64)) } else { count(at as u64) };
    let heights = [0.01, 0.1, 0.4, 1.0].map(|part| (most * part).round());
    let frame = Frame {
        x: (low, high),
        y: (0.0, most.sqrt()),
        x_ticks: ticks((low, high), 7.0).into_iter().map(|at| (at, format!("{at:.0}"))).collect(),
        y_ticks: heights.iter().filter(|at| **at >= 1.0).map(|at| (at.sqrt(), word(*at))).collect(),
        x_title: "match weight, bits; height by square root",
        marks: vec![(review, "review from here".to_owned()), (link, "linked from here".to_owned())],
    };
    let seen = if cut {
        "Only pairs from the review threshold on are drawn, since this run compared too many to keep the rest; columns stand for one bit \
         each."
    } else {
        "Each column counts the compared pairs of one bit of weight; its height grows with the square root, so that small columns can be \
         seen."
    };
    Chart {
        id: "histogram".to_owned(),
        look: [
            seen.to_owned(),
            "Look for two hills with a valley between them and the thresholds in the valley: where the hills run into each other, the \
             columns of the file can't tell people apart there."
                .to_owned(),
        ],
        svg: forms::columns(&title, &[(FAINT, "apart"), (SECOND, "review"), (FIRST, "linked")], &frame, &columns),
        table: Table::new(&["Bits", "Probability", "#Pairs"], table),
        vega: vega(
            &title,
            values,
            &json!({ "type": "bar", "binSpacing": 1 }),
            &json!({
                "x": { "field": "from", "bin": { "binned": true, "step": 1 }, "title": "match weight, bits" },
                "x2": { "field": "to" },
                "y": { "field": "pairs", "type": "quantitative", "scale": { "type": "sqrt" } },
                "color": { "value": FIRST },
            }),
        ),
        title,
    }
}

/// What sharing one value adds to a weight or takes from it.
#[derive(Debug, Clone, PartialEq)]
pub struct TermFrequency {
    /// The comparison and level.
    pub level: String,
    /// The value that is shared.
    pub value: String,
    /// The share of records with it.
    pub share: f64,
    /// Bits added.
    pub bits: f64,
}

/// Values whose rarity or commonness changes weights most. `None` where no level asks for it.
#[must_use]
pub fn term_frequencies(outliers: &[TermFrequency]) -> Option<Chart> {
    let title = "Common and rare values".to_owned();
    let most = outliers.iter().map(|term| term.bits.abs()).fold(0.0, f64::max);
    if outliers.is_empty() || most <= 0.0 {
        return None;
    }
    let (mut rows, mut table, mut values, mut last) = (Vec::new(), Vec::new(), Vec::new(), "");
    for term in outliers {
        let fill = if term.bits < 0.0 { SECOND } else { FIRST };
        let title = format!("{}: {} bits", term.value, bits_text(term.bits));
        rows.push(Row {
            heading: (last != term.level).then(|| term.level.clone()),
            label: term.value.clone(),
            note: percent(term.share),
            bars: vec![Bar {
                parts: vec![Part { share: term.bits.abs() / most, fill, title }],
                figure: bits_text(term.bits),
            }],
        });
        last = &term.level;
        table.push(vec![term.level.clone(), term.value.clone(), percent(term.share), bits_text(term.bits)]);
        values.push(json!({ "level": term.level, "value": term.value, "share": term.share, "bits": term.bits }));
    }
    Some(Chart {
        id: "term_frequencies".to_owned(),
        look: [
            "Two records that share a rare value are likelier to be one person than two that share a common one; the bars show how many \
             bits that adds or takes away, and the figure above each is the share of records with the value."
                .to_owned(),
            "Look for a very common value that isn't a real one, such as a placeholder, and for rare values that are typing mistakes."
                .to_owned(),
        ],
        svg: forms::bars(&title, &[(FIRST, "rare: adds"), (SECOND, "common: takes away")], &rows),
        table: Table::new(&["Level", "Value", "#Share of records", "#Bits"], table),
        vega: vega(
            &title,
            values,
            &json!("bar"),
            &json!({
                "row": { "field": "level", "type": "nominal" },
                "y": { "field": "value", "type": "nominal", "sort": null },
                "x": { "field": "bits", "type": "quantitative" },
                "color": { "condition": { "test": "datum.bits < 0", "value": SECOND }, "value": FIRST },
            }),
        ),
        title,
    })
}
