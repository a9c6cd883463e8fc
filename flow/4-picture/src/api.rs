//! What later stages and the program may use of this one.

pub use crate::area::{
    AreaPlace, District, LoadError, Loaded, area_of_postcode, areas_of_postcodes, districts, load_areas,
    load_deprivation, load_population, load_postcodes, place_of_area,
};

use vault::{Topics, jobs::Handlers};

/// Adds this stage's job: counting offences.
#[must_use]
pub fn handlers(handlers: Handlers) -> Handlers {
    handlers.with(crate::offence::CountOffences)
}

/// Says which of this stage's jobs follow which topic.
#[must_use]
pub fn subscribe(topics: Topics) -> Topics {
    topics.with("records_accepted", "count_offences")
}
