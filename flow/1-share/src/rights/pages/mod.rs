//! The pages of people's rights: for the unit's data protection officer, for the data owner who decides, for the person, and for everybody. What is sealed has pages of
//! its own.

pub(in crate::rights) mod cards;
mod decide;
pub(in crate::rights) mod files;
mod list;
mod mine;
mod new;
mod review;
mod second;
mod show;
mod step;
pub(in crate::rights) mod work;

use std::sync::Arc;

use axum::{
    Extension, Router,
    routing::{get, post},
};
use base::{Date, Id, kind};
use web::{Caller, Fault, Site, time};

use super::{
    Everyone, clock,
    course::{Course, Due},
    store::For,
};
use crate::agency;

/// What knows who a person is, as handlers are given it.
pub(in crate::rights) type Linked = Extension<Arc<dyn Everyone>>;

/// The pages of people's rights. `everyone` knows who a person is in the unit: linking does.
pub fn routes(everyone: Arc<dyn Everyone>) -> Router<Site> {
    Router::new()
        .route("/trust/rights", get(list::list))
        .route("/trust/rights/new", get(new::new).post(new::record_it))
        .route("/trust/rights/{id}", get(show::show))
        .route("/trust/rights/{id}/step", post(step::take_it))
        .route("/trust/rights/{id}/gather", post(step::gather_it))
        .route("/trust/rights/{id}/review", get(review::show).post(review::save))
        .route("/trust/rights/{id}/review/all", post(review::save_all))
        .route("/trust/rights/{id}/submit", post(step::submit_it))
        .route("/trust/rights/{id}/second", get(second::show).post(second::answer))
        .route("/trust/rights/{id}/decide", get(decide::show).post(decide::save))
        .route("/trust/rights/{id}/file", post(files::fetch_it))
        .route("/trust/rights/{id}/given", post(step::give_it))
        .route("/trust/rights/{id}/letter", get(files::letter))
        .route("/trust/rights/{id}/mine", get(mine::mine))
        .route("/trust/rights/work/{job}", get(work::show))
        .route("/your-information", get(mine::everybody))
        .merge(super::sealed::pages::routes())
        .layer(Extension(everyone))
}

/// For whom this caller reads requests: as the unit's data protection officer, or as the data owner of their own agency.
pub(super) async fn whose(site: &Site, caller: &Caller) -> Result<For, Fault> {
    caller.needs(&["data_protection_officer", "data_owner"])?;
    let unit = agency::unit(&site.vault().plain()).await?.is_some_and(|unit| unit.id == caller.agency);
    // A partner's own officer sees what its data owner is asked to decide.
    Ok(if unit && caller.has("data_protection_officer") { For::Unit } else { For::Owner(caller.agency) })
}

/// As the unit's data protection officer; to anybody else there is nothing here.
pub(super) async fn officer(site: &Site, caller: &Caller) -> Result<(), Fault> {
    if whose(site, caller).await? == For::Unit { Ok(()) } else { Err(Fault::Denied) }
}

pub(super) fn here(id: Id<kind::RightsRequest>) -> String {
    format!("/trust/rights/{id}")
}

/// The clock of an answer, in words.
pub(super) fn clock_of(course: &Course, due: &Due, site: &Site) -> Option<time::Clock> {
    let now = site.now();
    if course.is_closed() {
        return None;
    }
    let at = clock::end_of(due.on);
    Some(match due.paused {
        Some(why) => time::Clock::paused(at, now, why),
        None => time::Clock::running(at, now),
    })
}

/// A clock to the end of a day.
pub(super) fn clock_to(day: Date, site: &Site) -> time::Clock {
    time::Clock::running(clock::end_of(day), site.now())
}
