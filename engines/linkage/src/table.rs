//! Records in columns, before they are cleaned.

use std::sync::Arc;

use crate::{
    Error,
    arrow::{
        array::{Array, ArrayRef, AsArray, RecordBatch, StringArray},
        cast, concat,
        datatypes::DataType,
    },
    cells::list_text,
};

/// Records as named columns of text. A record is known by its number, counted from 0, batch after batch.
#[derive(Debug, Clone)]
pub struct Table {
    records: usize,
    columns: Vec<(String, StringArray)>,
    /// Columns whose cells hold several values.
    lists: Vec<String>,
    sources: Option<Sources>,
}

/// Which source each record is from, and which pairs that leaves.
#[derive(Debug, Clone)]
pub(crate) struct Sources {
    /// For each record its source.
    pub(crate) of: Vec<u16>,
    /// Whether pairs within one source are compared.
    pub(crate) within: bool,
    /// The sources' names, where they were given.
    pub(crate) names: Vec<String>,
}

/// Which pairs of several sources are compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LinkType {
    /// Only records of different sources: each source is known to hold nobody twice.
    LinkOnly,
    /// All, as if the sources were one.
    LinkAndDedupe,
}

impl Table {
    /// Takes Arrow batches with equal columns. Numbers, dates and dictionaries are read as their text; lists of text are kept as lists.
    ///
    /// # Errors
    /// [`Error::ColumnType`] for a column without a text form, such as a structure; [`Error::Shape`] where batches differ.
    pub fn from_batches(batches: &[RecordBatch]) -> Result<Table, Error> {
        let Some(first) = batches.first() else {
            return Table::new(Vec::new());
        };
        let schema = first.schema();
        let mut columns = Vec::with_capacity(schema.fields().len());
        for field in schema.fields() {
            let name = field.name();
            let missing = || Error::Shape(format!("not every batch has a column `{name}`"));
            let pieces = batches
                .iter()
                .map(|batch| text_of(name, batch.column_by_name(name).ok_or_else(missing)?))
                .collect::<Result<Vec<ArrayRef>, Error>>()?;
            let pieces: Vec<&dyn Array> = pieces.iter().map(AsRef::as_ref).collect();
            let whole = concat(&pieces).map_err(|error| Error::Shape(format!("column `{name}`: {error}")))?;
            columns.push((name.clone(), whole.as_string::<i32>().clone()));
        }
        let mut table = Table::new(columns)?;
        let fields = schema.fields().iter();
        table.lists = fields.filter(|field| field.data_type().is_nested()).map(|field| field.name().clone()).collect();
        Ok(table)
    }

    /// Takes columns of text; `None` is missing.
    ///
    /// # Errors
    /// [`Error::Shape`] where columns differ in length or two share a name.
    pub fn from_columns<N: Into<String>, V: AsRef<str>>(
        columns: impl IntoIterator<Item = (N, Vec<Option<V>>)>,
    ) -> Result<Table, Error> {
        let columns = columns.into_iter();
        Table::new(
            columns
                .map(|(name, values)| (name.into(), values.iter().map(|v| v.as_ref().map(AsRef::as_ref)).collect()))
                .collect(),
        )
    }

    fn new(columns: Vec<(String, StringArray)>) -> Result<Table, Error> {
        let records = columns.first().map_or(0, |(_, values)| values.len());
        for (at, (name, values)) in columns.iter().enumerate() {
            if values.len() != records {
                return Err(Error::Shape(format!(
                    "column `{name}` has {} values where others have {records}",
                    values.len()
                )));
            }
            if columns.iter().take(at).any(|(earlier, _)| earlier == name) {
                return Err(Error::Shape(format!("there are two columns named `{name}`")));
            }
        }
        if u32::try_from(records).is_ok_and(|records| records < u32::MAX) {
            Ok(Table { records, columns, lists: Vec::new(), sources: None })
        } else {
            Err(Error::TooManyRecords(records))
        }
    }

    /// Says of each record which source it is from, by a number, and which pairs are compared. Without it all records are of one
    /// source, in which each may be linked to each.
    ///
    /// # Errors
    /// [`Error::Shape`] where there are not as many numbers as records.
    pub fn with_sources(mut self, of: Vec<u16>, link_type: LinkType) -> Result<Table, Error> {
        if of.len() != self.records {
            return Err(Error::Shape(format!("there are {} sources for {} records", of.len(), self.records)));
        }
        self.sources = Some(Sources { of, within: link_type == LinkType::LinkAndDedupe, names: Vec::new() });
        Ok(self)
    }

    /// Names the sources, in the order of their numbers, so that a spec's `duplicate_free` can speak of them. Without it they are
    /// named by their numbers, from `0` on.
    ///
    /// # Errors
    /// [`Error::Shape`] where a record's source has no name, or [`Table::with_sources`] was not called before.
    pub fn with_source_names(mut self, names: Vec<String>) -> Result<Table, Error> {
        let most =
            self.sources.as_ref().and_then(|sources| sources.of.iter().max()).map_or(0, |most| *most as usize + 1);
        match &mut self.sources {
            Some(sources) if most <= names.len() => sources.names = names,
            _ => return Err(Error::Shape(format!("there are {} names for {most} sources", names.len()))),
        }
        Ok(self)
    }

    /// How many records there are.
    #[must_use]
    pub fn records(&self) -> usize {
        self.records
    }

    /// The records' sources, where they have any.
    pub(crate) fn sources(&self) -> Option<&Sources> {
        self.sources.as_ref()
    }

    /// Adds a column.
    pub(crate) fn with_column(mut self, name: &str, values: StringArray) -> Result<Table, Error> {
        self.columns.push((name.to_owned(), values));
        let Table { columns, lists, sources, .. } = self;
        Ok(Table { lists, sources, ..Table::new(columns)? })
    }

    /// Whether a column's cells were lists.
    pub(crate) fn holds_lists(&self, name: &str) -> bool {
        self.lists.iter().any(|list| list == name)
    }

    pub(crate) fn column(&self, name: &str) -> Option<&StringArray> {
        self.columns.iter().find(|(column, _)| column == name).map(|(_, values)| values)
    }

    pub(crate) fn names(&self) -> impl Iterator<Item = &str> {
        self.columns.iter().map(|(name, _)| name.as_str())
    }
}

fn text_of(name: &str, column: &ArrayRef) -> Result<ArrayRef, Error> {
    let refused = || Error::ColumnType { column: name.to_owned(), kind: column.data_type().to_string() };
    if column.data_type().is_nested() {
        // Arrow would print structures, which is no value to compare.
        return list_text(column).map(|texts| Arc::new(texts) as ArrayRef).ok_or_else(refused);
    }
    cast(column, &DataType::Utf8).map_err(|_| refused())
}
