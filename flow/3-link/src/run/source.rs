//! The records as linking sees them: the model's fields in columns, and what is needed to know each again. All current
//! records that the permit covers are held at once, about 200 bytes each.

use std::collections::HashMap;

use base::{Code, Date, Id, kind};
use ingest::api::Record;
use vault::{Facet, Reader, StoreError};

use super::{Progress, Tell};
use crate::spec::{FIELDS, seen};

/// Records of a page.
const PAGE: u32 = 2_000;

/// One record.
#[derive(Debug, Clone)]
pub(crate) struct Source {
    pub id: Id<kind::Record>,
    /// Its place in [`Sources::facets`].
    pub facet: usize,
    /// Feed and the source's own key: the same for every version.
    pub origin: String,
}

/// The records, in the order of their ids.
#[derive(Debug, Default)]
pub(crate) struct Sources {
    pub records: Vec<Source>,
    pub facets: Vec<Facet>,
    /// By field of [`FIELDS`], then by record.
    pub columns: Vec<Vec<Option<String>>>,
    by_id: HashMap<Id<kind::Record>, u32>,
}

impl Sources {
    pub(crate) fn len(&self) -> usize {
        self.records.len()
    }

    /// The number of a record.
    pub(crate) fn number(&self, id: Id<kind::Record>) -> Option<u32> {
        self.by_id.get(&id).copied()
    }

    pub(crate) fn record(&self, number: u32) -> Option<&Source> {
        self.records.get(number as usize)
    }

    pub(crate) fn facet(&self, source: &Source) -> Option<&Facet> {
        self.facets.get(source.facet)
    }

    /// The value of a field.
    pub(crate) fn value(&self, field: &str, number: u32) -> Option<&str> {
        let column = FIELDS.iter().position(|known| *known == field)?;
        self.columns.get(column)?.get(number as usize)?.as_deref()
    }

    pub(crate) fn date_of_birth(&self, number: u32) -> Option<Date> {
        self.value("dob", number)?.get(..10)?.parse().ok()
    }

    /// Reads every current record that the permit covers, page by page.
    pub(crate) async fn load(reader: &Reader, tell: Tell<'_>) -> Result<Self, StoreError> {
        let mut rows: Vec<(Source, Vec<Option<String>>)> = Vec::new();
        let mut facets: Vec<Facet> = Vec::new();
        for category in ingest::api::covered_categories(reader.permit()) {
            let mut after = None;
            loop {
                let page = ingest::api::current_records(reader, &category, after, PAGE).await?;
                let Some(last) = page.last() else { break };
                after = Some(last.id);
                rows.extend(page.iter().map(|record| row(record, &mut facets)));
                tell(Progress { step: "Reading records", done: rows.len() as u64, of: 0 });
            }
        }
        rows.sort_by_key(|(source, _)| source.id);
        let mut sources =
            Self { facets, columns: vec![Vec::with_capacity(rows.len()); FIELDS.len()], ..Self::default() };
        for (number, (source, values)) in (0_u32..).zip(rows) {
            sources.by_id.insert(source.id, number);
            sources.records.push(source);
            for (column, value) in sources.columns.iter_mut().zip(values) {
                column.push(value);
            }
        }
        Ok(sources)
    }
}

fn row(record: &Record, facets: &mut Vec<Facet>) -> (Source, Vec<Option<String>>) {
    let values = FIELDS.iter().map(|field| record.text(field).and_then(|text| seen(field, text)).map(str::to_owned));
    let facet = place(facets, record.controller, &record.category);
    (Source { id: record.id, facet, origin: origin(record) }, values.collect())
}

fn place(facets: &mut Vec<Facet>, controller: Id<kind::Agency>, category: &Code) -> usize {
    let known = facets.iter().position(|facet| facet.controller == controller && facet.category == *category);
    known.unwrap_or_else(|| {
        facets.push(Facet { controller, category: category.clone() });
        facets.len() - 1
    })
}

/// The same for every version of a record.
pub(crate) fn origin(record: &Record) -> String {
    format!("{} {}", record.feed, record.source_key)
}
