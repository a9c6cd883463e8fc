//! Stage 3: which records are the same person. Runs find pairs and people and keep every score's explanation; analysts settle
//! what is uncertain, and every merge can be undone; practitioners search for one person at a time.
//!
//! Later stages use [`api`] and nothing else. `app` also takes [`MIGRATIONS`], [`routes`] and [`LinkRecords`], the job that
//! follows `records_accepted`.

mod adoption;
pub mod api;
pub mod pair;
pub mod person;
pub mod review;
pub mod run;
mod sealed;
pub mod search;
pub mod spec;

use axum::Router;
use vault::{Migration, Topic, migration};
use web::Site;

pub use run::LinkRecords;
pub use sealed::LinkSealed;

/// The tables of linking.
pub const MIGRATIONS: &[Migration] = &[
    migration!(300, "link_run", "run/0300_run.sql"),
    migration!(301, "not_permitted", "run/0301_not_permitted.sql"),
    migration!(310, "person", "person/0310_person.sql"),
    migration!(320, "pair", "pair/0320_pair.sql"),
    migration!(321, "open_pairs", "pair/0321_open_pairs.sql"),
    migration!(322, "open_flag", "pair/0322_open_flag.sql"),
    migration!(323, "queue", "pair/0323_queue.sql"),
    migration!(324, "both_ends", "pair/0324_both_ends.sql"),
    migration!(330, "person_search", "search/0330_search.sql"),
    migration!(350, "kept_persons", "person/0350_kept_persons.sql"),
    migration!(331, "search_found", "search/0331_found.sql"),
    migration!(351, "no_search_found", "search/0351_no_search_found.sql"),
    migration!(340, "sealed", "sealed/0340_sealed.sql"),
    migration!(341, "adoption", "adoption/0341_adoption.sql"),
];

/// Announced when records have changed hands between people: by every run, and by decisions. The payload holds `run`, the run's or
/// the decision's id.
pub const PEOPLE_LINKED: Topic = "people_linked";

/// The pages of linking.
pub fn routes() -> Router<Site> {
    Router::new()
        .merge(review::routes())
        .merge(pair::pages::routes())
        .merge(search::pages::routes())
        .merge(adoption::pages::routes())
}
