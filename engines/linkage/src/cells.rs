//! A field's cells: of its own column, of several columns joined, of Arrow lists, or looked up in a table of places.

use std::borrow::Cow;

use crate::{
    Error, Field, Kind, Spec, Table,
    arrow::array::{Array, ArrayRef, AsArray, StringArray},
    clean::{Cleaned, clean},
    list,
};

impl Table {
    /// Adds a column of coordinates, for a field of kind `coordinates`: the place of each postcode in `postcodes`, as `lookup` knows it
    /// by latitude and longitude in degrees. It is asked once a cell, with the postcode as `CM1 1AA`; cells may hold several, parted
    /// by `;`, and then so does the new column.
    ///
    /// # Errors
    /// [`Error::MissingColumns`] where there is no column `postcodes`, [`Error::Shape`] where there is one named `name`.
    pub fn with_coordinates(
        self,
        postcodes: &str,
        name: &str,
        lookup: impl Fn(&str) -> Option<(f64, f64)>,
    ) -> Result<Table, Error> {
        let Some(column) = self.column(postcodes) else {
            return Err(self.lacks(&[postcodes]));
        };
        let place = |postcode: &str| match clean(Kind::Postcode, postcode, &[]) {
            Cleaned::Value(postcode) => {
                lookup(&postcode).map(|(latitude, longitude)| format!("{latitude} {longitude}"))
            }
            Cleaned::Missing | Cleaned::Unreadable => None,
        };
        let places = |cell: &str| {
            let places: Vec<String> = cell.split([list::MARK, ';']).filter_map(place).collect();
            (!places.is_empty()).then(|| places.join(&list::MARK.to_string()))
        };
        let places: StringArray = column.iter().map(|cell| cell.and_then(places)).collect();
        self.with_column(name, places)
    }

    /// The error that says which columns are not there.
    pub(crate) fn lacks(&self, missing: &[&str]) -> Error {
        let list = |names: &[&str]| names.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ");
        let present: Vec<&str> = self.names().collect();
        let present = if present.is_empty() { "none".to_owned() } else { list(&present) };
        Error::MissingColumns { missing: list(missing), present }
    }

    /// Whether the table has all that the spec's fields are read from.
    pub(crate) fn suits(&self, spec: &Spec) -> Result<(), Error> {
        let mut missing: Vec<&str> =
            spec.fields.iter().flat_map(Field::columns).filter(|name| self.column(name).is_none()).collect();
        missing.dedup();
        if !missing.is_empty() {
            return Err(self.lacks(&missing));
        }
        let unmarked = spec.fields.iter().filter(|field| field.list.is_none());
        for (field, column) in unmarked.flat_map(|field| field.columns().map(move |column| (field, column))) {
            if self.holds_lists(column) {
                return Err(Error::Spec(format!(
                    "column `{column}` holds lists, but field `{}` isn't one; write `list = \";\"` on it",
                    field.name
                )));
            }
        }
        Ok(())
    }

    /// The cells that a field's values are cleaned from.
    pub(crate) fn cells(&self, field: &Field) -> Option<Cow<'_, StringArray>> {
        let columns = field.columns().map(|name| self.column(name)).collect::<Option<Vec<_>>>()?;
        if let [column] = columns.as_slice() {
            return Some(Cow::Borrowed(column));
        }
        let between = if field.list.is_some() { list::MARK.to_string() } else { " ".to_owned() };
        let joined = |record: usize| {
            let filled: Vec<&str> = columns
                .iter()
                .filter(|column| column.is_valid(record))
                .map(|column| column.value(record))
                .filter(|cell| !cell.trim().is_empty())
                .collect();
            // Half a pair of coordinates is no place, so all must be there unless they are alternatives.
            let enough =
                if field.kind == Kind::Coordinates { filled.len() == columns.len() } else { !filled.is_empty() };
            enough.then(|| filled.join(&between))
        };
        Some(Cow::Owned((0..self.records()).map(joined).collect()))
    }
}

impl Field {
    /// The columns that the field is read from.
    pub(crate) fn columns(&self) -> impl Iterator<Item = &str> {
        let own = self.from.is_empty().then_some(self.name.as_str());
        own.into_iter().chain(self.from.iter().map(String::as_str))
    }
}

/// A column of Arrow lists of text as one of text, the values of each list parted by [`list::MARK`]; `None` for any other.
pub(crate) fn list_text(column: &ArrayRef) -> Option<StringArray> {
    let texts = crate::arrow::cast(column, &list_of_text()).ok().filter(|_| is_list_of_text(column))?;
    let lists = texts.as_list::<i32>();
    let join = |list: Option<ArrayRef>| {
        let list = list?;
        let values: Vec<&str> = list.as_string::<i32>().iter().flatten().collect();
        (!values.is_empty()).then(|| values.join(&list::MARK.to_string()))
    };
    Some(lists.iter().map(join).collect())
}

fn list_of_text() -> crate::arrow::datatypes::DataType {
    use crate::arrow::datatypes::{DataType, Field};
    DataType::List(Field::new_list_field(DataType::Utf8, true).into())
}

fn is_list_of_text(column: &ArrayRef) -> bool {
    use crate::arrow::datatypes::DataType::{FixedSizeList, LargeList, LargeUtf8, List, Utf8, Utf8View};
    match column.data_type() {
        List(item) | LargeList(item) | FixedSizeList(item, _) => {
            matches!(item.data_type(), Utf8 | LargeUtf8 | Utf8View)
        }
        _ => false,
    }
}
