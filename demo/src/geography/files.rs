//! Writes the land: `areas.geojson`, `deprivation.csv`, `postcodes.csv`.

use std::io::Write;
use std::path::Path;

use super::{County, places};
use crate::county::CountyError;
use crate::files::{create, table};

/// Writes the three files into this folder.
///
/// # Errors
/// When a file cannot be written.
pub fn write(county: &County, out: &Path) -> Result<(), CountyError> {
    areas(county, &out.join("areas.geojson"))?;
    deprivation(county, &out.join("deprivation.csv"))?;
    postcodes(county, &out.join("postcodes.csv"))
}

fn areas(county: &County, path: &Path) -> Result<(), CountyError> {
    let mut file = create(path)?;
    let mut text = String::from("{\"type\":\"FeatureCollection\",\"features\":[\n");
    for (number, area) in county.areas.iter().enumerate() {
        if number > 0 {
            text.push_str(",\n");
        }
        let feature = serde_json::json!({
            "type": "Feature",
            "properties": {
                "code": area.code, "name": area.name,
                "district_code": area.district_code(), "district_name": area.district_name(),
            },
            "geometry": { "type": "Polygon", "coordinates": [area.ring] },
        });
        text.push_str(&feature.to_string());
    }
    text.push_str("\n]}\n");
    file.write_all(text.as_bytes()).map_err(|source| CountyError::file(path, source))
}

fn deprivation(county: &County, path: &Path) -> Result<(), CountyError> {
    let mut out = table(path)?;
    out.row(["area", "name", "district_code", "rank", "decile"])?;
    for area in &county.areas {
        out.row([&area.code, &area.name, &area.district_code(), &area.rank.to_string(), &area.decile.to_string()])?;
    }
    out.end()
}

fn postcodes(county: &County, path: &Path) -> Result<(), CountyError> {
    let mut out = table(path)?;
    out.row(["postcode", "area", "district_code", "longitude", "latitude"])?;
    for (number, area) in county.areas.iter().enumerate() {
        for street in 0..places::STREETS {
            let [longitude, latitude] = snap_point(county, number, street);
            let (longitude, latitude) = (format!("{longitude:.5}"), format!("{latitude:.5}"));
            let postcode = places::postcode(county, number, street);
            out.row([&postcode, &area.code, &area.district_code(), &longitude, &latitude])?;
        }
    }
    out.end()
}

/// Where a street is shown: within a third of a cell of the area's middle, so always inside its outline.
#[must_use]
pub fn snap_point(county: &County, area: usize, street: u64) -> [f64; 2] {
    let mut dice = crate::dice::Dice::of(county.seed, "snap point", (area as u64) << 16 | street);
    let [longitude, latitude] = county.area(area).map_or([0.0, 0.0], |area| area.centre);
    [longitude + (dice.unit() - 0.5) * 0.009, latitude + (dice.unit() - 0.5) * 0.0055]
}
