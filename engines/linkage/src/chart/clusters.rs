//! Clusters by their size.

use std::collections::BTreeMap;

use serde_json::json;

use super::{
    Chart, Table, count,
    forms::{self, Bar, Part, Row},
    svg::{FIRST, SECOND},
    vega,
};

/// Most sizes that get a bar; the table has all.
const BARS: usize = 20;

/// Clusters of one size.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct ClusterCount {
    /// How many there are.
    pub clusters: u64,
    /// How many of these are flagged for a person.
    pub flagged: u64,
}

/// How large the clusters are: number of clusters by number of records, single records included, and how many are flagged.
#[must_use]
pub fn clusters(sizes: &BTreeMap<usize, ClusterCount>) -> Chart {
    let title = "How large the clusters are".to_owned();
    let most = sizes.values().map(|size| size.clusters).max().unwrap_or(1).max(1) as f64;
    let (mut rows, mut table, mut values) = (Vec::new(), Vec::new(), Vec::new());
    for (size, ClusterCount { clusters, flagged }) in sizes {
        let label = if *size == 1 { "1 record, linked to none".to_owned() } else { format!("{size} records") };
        let part = |number: u64, fill, word: &str| Part {
            share: number as f64 / most,
            fill,
            title: format!("{label}: {}{word}", count(number)),
        };
        let mut parts = vec![part(clusters - flagged, FIRST, "")];
        let mut figure = count(*clusters);
        if *flagged > 0 {
            parts.push(part(*flagged, SECOND, " to look at"));
            figure = format!("{figure} ({})", count(*flagged));
        }
        rows.push(Row { heading: None, label, note: String::new(), bars: vec![Bar { parts, figure }] });
        table.push(vec![size.to_string(), count(*clusters), count(*flagged), count(*clusters * *size as u64)]);
        values.push(json!({ "records": size, "clusters": clusters, "flagged": flagged }));
    }
    if rows.len() > BARS {
        rows.drain(BARS - 8..rows.len() - 8);
    }
    let keys: &[(&str, &str)] = if sizes.values().any(|size| size.flagged > 0) {
        &[(FIRST, "nothing odd"), (SECOND, "to look at")]
    } else {
        &[]
    };
    Chart {
        id: "clusters".to_owned(),
        look: [
            "A cluster is the records that links hold together, directly or through others; it stands for one person. The figure in \
             brackets counts clusters that something is odd about."
                .to_owned(),
            "Look for clusters far larger than a person can have records: one weak link may chain two people together, and clusters.csv \
             names the records and what is odd."
                .to_owned(),
        ],
        svg: forms::bars(&title, keys, &rows),
        table: Table::new(&["#Records in a cluster", "#Clusters", "#To look at", "#Records in all"], table),
        vega: vega(
            &title,
            values,
            &json!("bar"),
            &json!({
                "x": { "field": "records", "type": "ordinal", "title": "records in a cluster" },
                "y": { "field": "clusters", "type": "quantitative" },
                "color": { "value": FIRST },
            }),
        ),
        title,
    }
}
