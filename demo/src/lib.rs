//! Selmarsh, a county that does not exist, for the demonstration, the tests and the benchmarks: its land, its residents, two
//! years of what partners would send about them, and the truth behind it.
//!
//! [`county::generate`] writes, for a number of people and a seed, always the same bytes:
//!
//! | file | what |
//! |---|---|
//! | `feeds/<feed>/<YYYY-MM>.…` | partners' files; columns, formats and encodings are declared in [`feeds`], one file each |
//! | `areas.geojson` | small areas: `code`, `name`, `district_code`, `district_name` |
//! | `population.csv`, `deprivation.csv`, `postcodes.csv` | residents by age and sex, deprivation rank and decile, postcode to area |
//! | `harm.csv`, `truth/harm.csv` | injuries by violence and which of police, hospital and ambulance know of each; those that nobody knows of too: [`harm`] |
//! | `truth/people.csv`, `truth/records.csv` | every resident; the person behind every row of every feed, and the mistakes made on purpose |
//! | `truth/planted.json` | lines, hotspot, repeat missing, mentoring cohort, the last days' events: what a capability should find |
//! | `records.parquet` | partners' registers as one table for linkage, at a stated rate of records per person: [`registers`] |
//!
//! Nobody in it is real: postcodes begin with ZQ, NHS numbers and telephone numbers come from ranges that are not in use, and
//! email addresses end in `.example`. Rates, sizes and shares are assumptions, each stated where it is used.

pub mod county;
pub mod dice;
pub mod feeds;
mod files;
pub mod geography;
pub mod happenings;
pub mod harm;
pub mod mistakes;
pub mod names;
pub mod people;
pub mod planted;
pub mod registers;
pub mod truth;
pub mod window;
