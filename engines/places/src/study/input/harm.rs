//! Weights of harm by category, from a file.

use std::{collections::BTreeMap, path::Path};

use super::file::{Read, Table};
use crate::study::{StudyError, spec::HarmColumns};

/// Reads the weight of each of these categories, in their order.
///
/// # Errors
/// A row that can't be understood or comes twice; a category without a weight.
pub fn weights(path: &Path, named: &HarmColumns, categories: &[String]) -> Result<(Vec<f64>, Read), StudyError> {
    let (read, table) = Table::open(path)?;
    let category = table.needed(Some(&named.category), &[], "the category", "[harm] category")?;
    let weight = table.needed(Some(&named.weight), &[], "the weight", "[harm] weight")?;
    let mut weights = BTreeMap::new();
    table.each(|_, row| {
        let value = row.number(weight, "the weight")?.filter(|weight| *weight >= 0.0);
        let value = value.ok_or_else(|| row.wrong("a weight is a number of at least 0. Mend the cell".to_owned()))?;
        if weights.insert(row.text(category).to_owned(), value).is_some() {
            return Err(row.wrong("its category came in an earlier row. Leave one of the two out".to_owned()));
        }
        Ok(())
    })?;
    let of_category = |name: &String| {
        let missing = || {
            table.wrong(None, format!("it has no weight for “{name}”. Add a row; a weight of 0 leaves a category out"))
        };
        weights.get(name).copied().ok_or_else(missing)
    };
    Ok((categories.iter().map(of_category).collect::<Result<_, _>>()?, read))
}
