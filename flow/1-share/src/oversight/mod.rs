//! Sight of it all: the data protection officer’s home, unusual access, the transparency report, the record of processing and the impact
//! assessment. What is shown is made of what is configured and of the log; nothing of it is kept up by hand.

mod assessment;
mod backlog;
mod home;
mod processing;
pub(crate) mod transparency;
pub(crate) mod unusual;

use axum::Router;
use web::Site;

pub use home::Waiting;
pub(crate) use processing::pages::READERS;
pub(crate) use transparency::PUBLISHERS;
pub use transparency::{CountPeople, DraftTransparency, PeopleTable, Quarter, Report, ReportError, propose, publish};
pub use unusual::{
    Finding, Known, Look, Opened, Rule, State, Surroundings, UnusualError, WatchUnusual, alarm, answer, see_to_unusual,
    set_home, set_line_manager, settle,
};

/// The pages of oversight.
pub(crate) fn routes() -> Router<Site> {
    Router::new()
        .merge(home::pages::routes())
        .merge(unusual::pages::routes())
        .merge(transparency::pages::routes())
        .merge(processing::pages::routes())
        .merge(assessment::pages::routes())
}
