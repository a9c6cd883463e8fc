//! Every figure of every area beside each other, as a table and as shapes.

use serde_json::{Map, Value};

use super::{
    Finding, geojson,
    table::{Cell, Table},
};
use crate::study::world::World;

/// One row for each area: its code, name and district, and each finding's figures.
#[must_use]
pub fn table(world: &World, findings: &[Finding]) -> Table {
    let columns: Vec<_> = findings.iter().flat_map(|finding| &finding.columns).collect();
    let mut headings = vec![("code", "Code"), ("name", "Area"), ("district", "District")];
    headings.extend(columns.iter().map(|column| (column.name, column.name)));
    let mut table = Table::new("areas", "Every area", &headings);
    for area in 0..world.ground.len() {
        let (code, name) = world.ground.code_and_name(area);
        let district = world.ground.districts.get(area).cloned().flatten();
        let mut row = vec![Cell::text(code), Cell::text(name), district.map_or(Cell::None, Cell::Text)];
        row.extend(columns.iter().map(|column| column.cells.get(area).cloned().unwrap_or(Cell::None)));
        table.rows.push(row);
    }
    table
}

/// The same with their shapes, as GeoJSON.
#[must_use]
pub fn shapes(world: &World, table: &Table) -> String {
    let properties = |row: &Vec<Cell>| -> Map<String, Value> {
        table.headings.iter().zip(row).map(|((name, _), cell)| ((*name).to_owned(), cell.json())).collect()
    };
    geojson::collection(world.ground.shapes().iter().zip(table.rows.iter().map(properties)))
}
