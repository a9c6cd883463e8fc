//! A small area: a lower layer super output area of some 1,500 residents, in a district, with a boundary. From here comes
//! where a postcode lies, how many live there, and how deprived it is.

mod boundary;
mod file;
mod load;
mod store;
#[cfg(test)]
mod tests;

pub(crate) use boundary::shape_of;
pub(crate) use load::DRAWING_WIDTH;
pub use load::{LoadError, Loaded, load_areas, load_deprivation, load_population, load_postcodes};
pub(crate) use store::{AreaRow, areas_with_residents, bump_version, described, names, version};

use std::collections::BTreeMap;

use base::{LsoaCode, Postcode};
use vault::{Plain, StoreError};

/// Where something lies: its small area and the district that the area is in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AreaPlace {
    /// The small area's code.
    pub area: LsoaCode,
    /// The small area's name, such as `Lindermouth 001A`.
    pub name: String,
    /// The district's code.
    pub district_code: String,
    /// The district's name.
    pub district_name: String,
}

/// A district: a local authority's area, made of small areas.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct District {
    /// Its name.
    pub name: String,
    /// Its code.
    pub code: String,
}

/// Where a postcode lies; `None` where neither the postcodes nor the areas that were loaded know it.
///
/// # Errors
/// The database's.
pub async fn area_of_postcode(plain: &Plain, postcode: &Postcode) -> Result<Option<AreaPlace>, StoreError> {
    Ok(areas_of_postcodes(plain, std::slice::from_ref(postcode)).await?.into_values().next())
}

/// Where each of these postcodes lies, by its canonical text; those that nobody knows are left out.
///
/// # Errors
/// The database's.
pub async fn areas_of_postcodes(
    plain: &Plain,
    postcodes: &[Postcode],
) -> Result<BTreeMap<String, AreaPlace>, StoreError> {
    store::places_of_postcodes(plain, postcodes).await
}

/// The small area with this code; `None` where it was not loaded, as for one outside the county.
///
/// # Errors
/// The database's.
pub async fn place_of_area(plain: &Plain, area: LsoaCode) -> Result<Option<AreaPlace>, StoreError> {
    store::place_of_area(plain, area).await
}

/// Every district, by name.
///
/// # Errors
/// The database's.
pub async fn districts(plain: &Plain) -> Result<Vec<District>, StoreError> {
    store::districts(plain).await
}
