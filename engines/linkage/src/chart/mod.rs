//! Charts of a linkage: an SVG that needs no script, the figures behind it as a table, what to look for in words, and the same as
//! Vega-Lite.

mod clusters;
mod curve;
mod forms;
mod found;
mod model;
mod number;
mod svg;
#[cfg(test)]
mod tests;
mod unlinkables;

use serde_json::{Value, json};

pub use clusters::{ClusterCount, clusters};
pub use curve::threshold;
pub use found::{TermFrequency, blocking, completeness, histogram, term_frequencies};
pub use model::{convergence, parameters, waterfall};
pub use number::{bits_text, count, percent, share};
pub(crate) use svg::escape;
pub use unlinkables::unlinkables;

/// One chart with all that belongs to it.
#[derive(Debug, Clone, PartialEq)]
pub struct Chart {
    /// Its name in files and links.
    pub id: String,
    /// Its heading.
    pub title: String,
    /// What to look for: two sentences.
    pub look: [String; 2],
    /// The picture.
    pub svg: String,
    /// The figures.
    pub table: Table,
    /// The same for Vega-Lite 5, with its data.
    pub vega: Value,
}

/// The figures behind a chart.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Table {
    /// Names of the columns, and whether each holds figures.
    pub head: Vec<(String, bool)>,
    /// Rows.
    pub rows: Vec<Vec<String>>,
}

impl Table {
    /// A table; a heading that begins with `#` is one of figures.
    fn new(head: &[&str], rows: Vec<Vec<String>>) -> Table {
        let named = |name: &&str| match name.strip_prefix('#') {
            Some(name) => (name.to_owned(), true),
            None => ((*name).to_owned(), false),
        };
        Table { head: head.iter().map(named).collect(), rows }
    }
}

/// A Vega-Lite chart of these values.
fn vega(title: &str, values: Vec<Value>, mark: &Value, encoding: &Value) -> Value {
    json!({
        "$schema": "https://vega.github.io/schema/vega-lite/v5.json",
        "title": title,
        "width": "container",
        "data": { "values": values },
        "mark": mark,
        "encoding": encoding,
    })
}
