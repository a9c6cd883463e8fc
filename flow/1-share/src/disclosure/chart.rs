//! The register at a glance: how much was told, month by month, to whom and what for.

use std::collections::BTreeMap;

use base::{Date, Id, first_large, kind};
use vault::Purpose;
use web::{
    chart::{Chart, Point},
    time,
};

use super::store::Sum;
use crate::agreement::purpose_words;

/// Months that the chart shows.
pub(super) const MONTHS: usize = 12;

/// The first days of the last twelve months, the oldest first.
pub(super) fn months(today: Date) -> Vec<Date> {
    let mut first = today.first_of_month();
    let mut months = vec![first];
    while months.len() < MONTHS {
        let Ok(before) = first.yesterday() else { break };
        first = before.first_of_month();
        months.push(first);
    }
    months.reverse();
    months
}

#[allow(clippy::cast_precision_loss, reason = "counts far below 2^52")]
fn point(label: String, n: u64) -> Point {
    Point::new(label, n as f64)
}

/// By month.
pub(super) fn by_month(sums: &[Sum], today: Date) -> Chart {
    let points = months(today).into_iter().map(|month| {
        let key = month.to_string();
        let of = sums.iter().filter(|sum| Some(sum.month.as_str()) == key.get(..7));
        point(time::month(month), of.map(|sum| sum.n).sum())
    });
    Chart::columns("by-month", "Disclosures by month", points.collect())
        .described("A column for each of the last twelve months.")
        .heads("Month", "Disclosures")
}

fn bars(id: &str, title: &str, head: &str, counted: BTreeMap<String, u64>) -> Chart {
    let mut all: Vec<(String, u64)> = counted.into_iter().collect();
    all.sort_by_key(|(_, n)| std::cmp::Reverse(*n));
    let points = all.into_iter().take(10).map(|(label, n)| point(label, n)).collect();
    Chart::bars(id, title, points).described("A bar for each, the longest first.").heads(head, "Disclosures")
}

/// By who was told.
pub(super) fn by_partner(sums: &[Sum], names: &BTreeMap<Id<kind::Agency>, String>) -> Chart {
    let mut counted = BTreeMap::new();
    for sum in sums {
        let name = names.get(&sum.to).cloned().unwrap_or_else(|| "An agency".to_owned());
        *counted.entry(name).or_default() += sum.n;
    }
    bars("by-partner", "To whom", "Agency", counted)
}

/// By purpose.
pub(super) fn by_purpose(sums: &[Sum]) -> Chart {
    let mut counted = BTreeMap::new();
    for sum in sums {
        let words = sum.purpose.parse::<Purpose>().map_or("another purpose", purpose_words);
        *counted.entry(first_large(words)).or_default() += sum.n;
    }
    bars("by-purpose", "What for", "Purpose", counted)
}
