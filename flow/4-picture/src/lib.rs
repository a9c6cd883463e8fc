//! Stage 4, picture: what is known of places. Small areas with their residents, offences counted by area and month, and the
//! pages that show both.
//!
//! - `area`: boundaries, residents, deprivation, and which postcode lies in which area.
//! - `offence`: open street-crime data counted by area, month and category.
//! - `find`: an address or a postcode finds the small area it lies in, from public lists alone.
//! - `map`: the pages: a map, its table, one area; and the unit's own basemap under the map, where it has one.
//!
//! Nothing here is about a person: street crime as published names nobody, so its counts are not suppressed, and its
//! tables are plain (but for the page that an address leads to: see `find`). Places are small areas, never an address or a point.
//!
//! Later stages use [`api`] and nothing else. `app` also takes [`MIGRATIONS`], [`routes`] and [`Basemap`].

pub mod api;
mod area;
mod find;
mod map;
mod offence;

use vault::{Migration, migration};

/// This stage's tables.
pub const MIGRATIONS: &[Migration] = &[
    migration!(400, "area", "area/0400_area.sql"),
    migration!(410, "offence", "offence/0410_offence.sql"),
    migration!(420, "place_found", "find/0420_place_found.sql"),
    migration!(421, "no_place_found", "find/0421_no_place_found.sql"),
];

pub use map::{Basemap, BasemapError, routes};
