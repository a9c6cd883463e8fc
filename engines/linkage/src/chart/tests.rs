//! Charts hold together: sound XML, no script, a table and two sentences each, and text that can't break out.

use std::collections::BTreeMap;

use super::*;
use crate::{Explanation, FieldReport, Part, Plan, RulePlan, Spec, Thresholds, quality};

const THRESHOLDS: Thresholds = Thresholds { link: 0.95, review: 0.5 };

fn size(clusters: u64, flagged: u64) -> ClusterCount {
    ClusterCount { clusters, flagged }
}

fn all() -> Vec<Chart> {
    let spec = Spec::from_toml(include_str!("../../tests/it/example.toml")).unwrap();
    let explanation = Explanation {
        prior_bits: -13.3,
        parts: vec![Part {
            comparison: "<b>name</b> & \"more\"".into(),
            level: Some("the same".into()),
            bits: 9.0,
            term_frequency_bits: -2.0,
        }],
        total_bits: -6.3,
        probability: 0.0126,
    };
    let rule = |name: &str, pairs| RulePlan { name: name.into(), records: 10, blocks: 3, pairs, largest: Vec::new() };
    let plan = Plan { rules: vec![rule("number", 40), rule("name", 0)], pairs_at_most: 40 };
    let field = FieldReport { field: "surname".into(), filled: 8, missing: 1, unreadable: 1, distinct: 7 };
    let weights: Vec<f64> = (-300..300).map(|n| f64::from(n) / 10.0).collect();
    let term = TermFrequency { level: "surname: same".into(), value: "\u{0}<script>".into(), share: 0.1, bits: -3.0 };
    vec![
        parameters(&spec),
        waterfall(1, "A sure link", "records 1 and 2", &explanation, 0.95),
        blocking(&plan, &[40, 0]),
        completeness(&[field]),
        histogram(&weights, &THRESHOLDS, false),
        histogram(&[], &THRESHOLDS, true),
        unlinkables(&weights, &THRESHOLDS),
        unlinkables(&[], &THRESHOLDS),
        threshold(&quality::expected(&weights), &THRESHOLDS),
        threshold(&quality::expected(&[]), &THRESHOLDS),
        term_frequencies(&[term]).unwrap(),
        clusters(&BTreeMap::from([(1, size(90, 0)), (2, size(5, 0)), (40, size(1, 1))])),
        clusters(&BTreeMap::new()),
    ]
}

#[test]
fn every_chart_has_its_picture_table_and_words() {
    for chart in all() {
        assert!(chart.svg.starts_with("<svg ") && chart.svg.ends_with("</svg>"), "{}", chart.id);
        for odd in ["<script", "NaN", "inf", "style=", "<b>", "\u{0}", "onload"] {
            assert!(!chart.svg.contains(odd), "{}: {odd}", chart.id);
        }
        let opened = chart.svg.matches("<rect").count() + chart.svg.matches("<text").count();
        assert_eq!(opened, chart.svg.matches("</rect>").count() + chart.svg.matches("</text>").count(), "{}", chart.id);
        assert!(chart.table.rows.iter().all(|row| row.len() == chart.table.head.len()), "{}", chart.id);
        assert!(chart.look.iter().all(|look| look.len() > 40), "{}", chart.id);
        assert!(chart.vega["$schema"].as_str().unwrap().contains("vega-lite"), "{}", chart.id);
    }
}

#[test]
fn figures_read_well() {
    assert_eq!((count(0), count(999), count(1_234_567)), ("0".into(), "999".into(), "1,234,567".into()));
    assert_eq!((percent(0.5), percent(0.999_54), percent(1.0)), ("50.0%".into(), "99.95%".into(), "100.0%".into()));
    assert_eq!((share(0.93), share(0.000_012_3), share(1.0)), ("0.93".into(), "0.0000123".into(), "1".into()));
    assert_eq!((bits_text(13.24), bits_text(-4.0), bits_text(0.01)), ("+13.2".into(), "−4.0".into(), "0.0".into()));
}
