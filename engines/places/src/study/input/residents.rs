//! What is known of the areas beside events: residents, people there by day, deprivation.

use std::path::Path;

use super::{
    file::{Column, Read, Row, Table},
    ground::Ground,
};
use crate::study::{
    StudyError,
    spec::{DeprivationColumns, PopulationColumns},
};

/// Residents of each area, in the areas' order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Residents {
    /// All of them.
    pub residents: Vec<u64>,
    /// People there by day.
    pub daytime: Option<Vec<u64>>,
}

const AREA: [&str; 6] = ["LSOA code…", "area", "area code", "code", "geography code", "LSOA…"];

/// Reads residents.
///
/// # Errors
/// A row that can't be understood or comes twice; areas that have no row.
pub fn residents(path: &Path, named: &PopulationColumns, ground: &Ground) -> Result<(Residents, Read), StudyError> {
    let (read, table) = Table::open(path)?;
    let area = table.needed(named.area.as_deref(), &AREA, "an area's code", "[population] area")?;
    let guesses = ["total population…", "residents", "population", "all", "all ages", "total", "all persons…"];
    let all =
        table.needed(named.residents.as_deref(), &guesses, "the number of residents", "[population] residents")?;
    let by_day = table.column(named.daytime.as_deref(), &["daytime", "daytime population…", "workday population…"])?;
    let residents = by_area(&table, ground, area, |row| row.count(all, "the number of residents"))?;
    let daytime =
        by_day.map(|column| by_area(&table, ground, area, |row| row.count(column, "the number of people by day")));
    let missing: Vec<&str> = missing(&residents, ground).collect();
    if let Some(first) = missing.first() {
        return Err(table.wrong(
            None,
            format!(
                "it says nothing of {} of the {} areas, such as {first}. Codes change with each census: take residents and areas of \
                 the same year; where nobody lives write 0",
                missing.len(),
                ground.len()
            ),
        ));
    }
    let plain = |values: Vec<Option<u64>>| values.into_iter().map(Option::unwrap_or_default).collect();
    Ok((Residents { residents: plain(residents), daytime: daytime.transpose()?.map(plain) }, read))
}

/// Reads deciles of deprivation, 1 the most deprived; an area may have none.
///
/// # Errors
/// A row that can't be understood or comes twice, a decile that isn't 1 to 10, a file of other areas.
pub fn deprivation(
    path: &Path,
    named: &DeprivationColumns,
    ground: &Ground,
) -> Result<(Vec<Option<u8>>, Read), StudyError> {
    let (read, table) = Table::open(path)?;
    let area = table.needed(named.area.as_deref(), &AREA, "an area's code", "[deprivation] area")?;
    let guesses = ["index of multiple deprivation (imd) decile…", "imd decile…", "decile"];
    let column =
        table.needed(named.decile.as_deref(), &guesses, "the decile of deprivation", "[deprivation] decile")?;
    let deciles = by_area(&table, ground, area, |row| {
        let decile = row.count(column, "the decile")?;
        let right = decile.map(|decile| u8::try_from(decile).ok().filter(|decile| (1..=10).contains(decile)));
        let wrong =
            || row.wrong("a decile goes from 1, the most deprived, to 10. Mend the cell, or leave it empty".to_owned());
        right.map(|decile| decile.ok_or_else(wrong)).transpose()
    })?;
    if deciles.iter().all(Option::is_none) {
        return Err(table.wrong(
            None,
            "none of its rows is about one of the areas. Take a file of the same areas and year".to_owned(),
        ));
    }
    Ok((deciles, read))
}

fn by_area<T>(
    table: &Table,
    ground: &Ground,
    area: Column,
    value: impl Fn(&Row<'_>) -> Result<Option<T>, StudyError>,
) -> Result<Vec<Option<T>>, StudyError> {
    let mut values: Vec<Option<T>> = std::iter::repeat_with(|| None).take(ground.len()).collect();
    let mut rows = vec![0_u64; ground.len()];
    table.each(|number, row| {
        let Some(at) = ground.area(row.text(area)) else { return Ok(()) };
        let (Some(slot), Some(earlier)) = (values.get_mut(at), rows.get_mut(at)) else { return Ok(()) };
        if *earlier > 0 {
            return Err(row.wrong(format!("the same area came in row {earlier}. Leave one of the two out")));
        }
        *earlier = number;
        *slot = value(row)?;
        Ok(())
    })?;
    Ok(values)
}

fn missing<'a>(values: &'a [Option<u64>], ground: &'a Ground) -> impl Iterator<Item = &'a str> {
    ground.codes().iter().zip(values).filter(|(_, value)| value.is_none()).map(|(code, _)| code.as_str())
}
