//! What a study leaves behind: tables, shapes, a report and a manifest.

pub mod areas;
pub mod chart;
pub mod figures;
pub mod geojson;
pub mod manifest;
pub mod map;
pub mod report;
pub mod table;

use table::{Column, Table};

/// What one question came to, in every form that it is given in.
#[derive(Debug, Clone, Default)]
pub struct Finding {
    /// Its part of the report; none where there was nothing to ask.
    pub section: Option<Section>,
    /// Its figures of each area, in the areas' order.
    pub columns: Vec<Column>,
    /// Its own tables.
    pub tables: Vec<Table>,
    /// Its own shapes: a file's name and its GeoJSON.
    pub shapes: Vec<(String, String)>,
}

/// A part of the report.
#[derive(Debug, Clone, Default)]
pub struct Section {
    /// A word for the link to it.
    pub id: &'static str,
    /// What it is about, as a question or a statement.
    pub title: String,
    /// What was found, in two sentences.
    pub said: String,
    /// What the figures can't tell.
    pub caveat: String,
    /// How they were made: method, settings, source.
    pub method: String,
    /// An SVG picture.
    pub picture: Option<String>,
    /// The same in figures.
    pub table: Option<Table>,
}
