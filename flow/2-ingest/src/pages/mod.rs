//! The pages of stage 2: how the feeds are, what a feed must look like, sending a file, and what became of it.

mod feeds;
pub(crate) mod upload;
mod uploads;

use axum::{Router, extract::DefaultBodyLimit, routing::get};
use base::{Code, Id, kind};
use vault::{Actor, Vault};
use web::{Caller, Fault, Site};

/// The largest file that is taken by page or by the API, as sent.
pub(crate) const LARGEST: usize = 2 << 30;

/// Who sees how feeds are and what became of deliveries.
const DUTIES: &[&str] =
    &["analyst", "intelligence_officer", "project_manager", "data_protection_officer", "data_owner", "administrator"];
/// Who sends files.
pub(crate) const SENDERS: &[&str] = &["analyst", "data_owner", "administrator"];

/// The routes of these pages.
pub(crate) fn routes() -> Router<Site> {
    Router::new()
        .route("/data/feeds", get(feeds::list))
        .route("/data/feeds/{feed}", get(feeds::show))
        .route("/data/feeds/{feed}/deliver", get(upload::ask_for))
        .route("/data/deliver", get(upload::ask).post(upload::take).layer(DefaultBodyLimit::max(LARGEST)))
        .route("/data/uploads/{delivery}", get(uploads::show))
        .route("/data/uploads/{delivery}/quarantine.csv", get(uploads::quarantine_csv))
}

/// Only the unit and the agency itself see what became of an agency's deliveries.
pub(crate) async fn may_see(vault: &Vault, actor: &Actor, agency: Id<kind::Agency>) -> Result<(), Fault> {
    let unit = share::api::unit(&vault.plain()).await?.map(|unit| unit.id);
    match actor.agency() {
        Some(own) if own == agency || Some(own) == unit => Ok(()),
        _ => Err(Fault::Denied),
    }
}

/// Whether this caller may see an agency's deliveries, as a question.
async fn sees(site: &Site, caller: &Caller, agency: &Code) -> Result<bool, Fault> {
    let Some(agency) = crate::delivery::store::agency(site.vault(), agency).await? else { return Ok(true) };
    match may_see(site.vault(), &caller.actor(), agency).await {
        Ok(()) => Ok(true),
        Err(Fault::Denied) => Ok(false),
        Err(fault) => Err(fault),
    }
}
