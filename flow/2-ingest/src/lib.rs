//! Stage 2: what partners tell the unit. A *feed* is a declared kind of file from one agency, a *delivery* one file of it, a
//! *record* one accepted row, and *quarantine* where the others wait with every reason until they are mended.
//!
//! Nothing is lost and nothing doubled: rows read = accepted (new, or new version) + already held + quarantined, for every
//! delivery, whatever kills the program. Later stages use [`api`] and follow the topic `records_accepted`.

pub mod api;
mod delivery;
mod erased;
mod feed;
mod http;
mod notify;
mod pages;
mod quarantine;
mod record;
mod row;
mod table;
mod told;

use axum::Router;
pub use erased::ForgetErased;
pub use told::TellRecipients;
use vault::{Migration, Topic, migration};
use web::Site;

/// The tables of ingest.
pub const MIGRATIONS: &[Migration] = &[
    migration!(200, "ingest", "0200_ingest.sql"),
    migration!(210, "kept_quarantine", "quarantine/0210_kept_quarantine.sql"),
    migration!(230, "parts_stay", "delivery/0230_parts_stay.sql"),
];

/// Announced once for each committed part: `{delivery, feed, category, from_line, to_line}`; read the records with
/// [`api::records_between`].
pub const RECORDS_ACCEPTED: Topic = "records_accepted";

/// The pages and the API of ingest.
pub fn routes() -> Router<Site> {
    pages::routes().merge(http::routes())
}
