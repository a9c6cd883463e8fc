//! Tables: their cells, and how they are written as CSV.

use super::figures;

/// What stands in a cell.
#[derive(Debug, Clone, PartialEq)]
pub enum Cell {
    /// A word or a code.
    Text(String),
    /// A count.
    Count(u64),
    /// A measure, and how many decimals of it are read.
    Real(f64, usize),
    /// There is no answer.
    None,
    /// There is one, but it would tell about too few people.
    Hidden,
}

impl Cell {
    /// A measure that there may be.
    #[must_use]
    pub fn real(value: Option<f64>, decimals: usize) -> Self {
        value.filter(|value| value.is_finite()).map_or(Self::None, |value| Self::Real(value, decimals))
    }

    /// A word.
    #[must_use]
    pub fn text(text: impl Into<String>) -> Self {
        Self::Text(text.into())
    }

    /// Whether it is set right, as numbers are.
    #[must_use]
    pub fn is_number(&self) -> bool {
        !matches!(self, Self::Text(_))
    }

    /// As people read it.
    #[must_use]
    pub fn read(&self) -> String {
        match self {
            Self::Text(text) => text.clone(),
            Self::Count(count) => figures::count(*count),
            Self::Real(value, decimals) => figures::real(*value, *decimals),
            Self::None => "–".to_owned(),
            Self::Hidden => "hidden".to_owned(),
        }
    }

    /// As a program reads it: a measure with every digit that it has, nothing where there is nothing.
    #[must_use]
    pub fn plain(&self) -> String {
        match self {
            Self::Text(text) => text.clone(),
            Self::Count(count) => count.to_string(),
            Self::Real(value, _) if *value != 0.0 && value.abs() < 1e-5 => format!("{value:e}"),
            Self::Real(value, _) => format!("{value}"),
            Self::None => String::new(),
            Self::Hidden => "hidden".to_owned(),
        }
    }

    /// As JSON.
    #[must_use]
    pub fn json(&self) -> serde_json::Value {
        match self {
            Self::Text(text) => text.clone().into(),
            Self::Count(count) => (*count).into(),
            Self::Real(value, _) => (*value).into(),
            Self::None => serde_json::Value::Null,
            Self::Hidden => "hidden".into(),
        }
    }
}

/// A figure of every area.
#[derive(Debug, Clone, PartialEq)]
pub struct Column {
    /// What it is called in files.
    pub name: &'static str,
    /// A value for each area.
    pub cells: Vec<Cell>,
}

/// Rows under headings.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Table {
    /// What it is called as a file, without its ending.
    pub name: String,
    /// What it says, over it in the report.
    pub caption: String,
    /// What each column is called in files, and as people read it.
    pub headings: Vec<(&'static str, &'static str)>,
    /// The rows.
    pub rows: Vec<Vec<Cell>>,
}

impl Table {
    /// An empty table.
    #[must_use]
    pub fn new(name: &str, caption: impl Into<String>, headings: &[(&'static str, &'static str)]) -> Self {
        Self { name: name.to_owned(), caption: caption.into(), headings: headings.to_vec(), rows: Vec::new() }
    }

    /// The same with some of its columns, by name, for the report.
    #[must_use]
    pub fn only(&self, names: &[&str]) -> Self {
        let kept = |at: usize| self.headings.get(at).is_some_and(|(name, _)| names.contains(name));
        let row = |row: &Vec<Cell>| {
            row.iter().enumerate().filter(|(at, _)| kept(*at)).map(|(_, cell)| cell.clone()).collect()
        };
        Self {
            headings: self.headings.iter().filter(|(name, _)| names.contains(name)).copied().collect(),
            rows: self.rows.iter().map(row).collect(),
            ..self.clone()
        }
    }

    /// The table as CSV.
    ///
    /// # Errors
    /// None that a table can cause: writing to memory can't fail.
    pub fn csv(&self) -> Result<Vec<u8>, csv::Error> {
        let mut writer = csv::Writer::from_writer(Vec::new());
        writer.write_record(self.headings.iter().map(|(name, _)| *name))?;
        for row in &self.rows {
            writer.write_record(row.iter().map(Cell::plain))?;
        }
        writer.into_inner().map_err(|error| error.into_error().into())
    }
}
