//! What later stages and `app` may use of linking.
//!
//! ```ignore
//! let report = run(&vault, &Actor::System, &|progress| bar.set(progress.done)).await?;
//! let people = people_of(&reader, &records).await?;      // under the caller's permit for those records
//! ```

pub use crate::{
    LinkRecords, LinkSealed, PEOPLE_LINKED,
    adoption::{
        Adoption, AdoptionError, AdoptionLink, NewAdoption, agree_to_lift, keep_apart, links_of as adoptions_of,
    },
    person::{
        PersonRecord, Shown, current_person, everyone_of, name_of, part::person_part, people_of, person_of, records_of,
        records_of_many, shown, shown_of, who_knows,
    },
    review::waiting_count,
    run::{
        Progress, RunError, RunReport, Tell, run, run_with,
        store::{LastRun, last_run},
    },
    sealed::{SealedReport, link_sealed},
    search::{Hit, LOOK_PEOPLE_UP, Wanted, people_like, search},
    spec::Model,
};
