//! Stage 5: what is done. Something happens to a young person, and for a short while they can be reached: a moment with a
//! clock. It is raised from partners' records, offered to whoever is on shift, answered, referred on, and escalated where
//! nobody answers.
//!
//! Later stages use [`api`] and nothing else. `app` also takes [`MIGRATIONS`], [`routes`] and [`handlers`].
//!
//! To add a field to a moment: a column in `moment/` (a new migration beside `0500_moment.sql`), the field in
//! `moment/mod.rs`, its reading and writing in `moment/store.rs`, where it comes from in `moment/raise.rs`, and its row on
//! the page in `moment/show.html`.

pub mod api;
mod caseload;
mod contact;
mod escalation;
mod home;
mod moment;
mod moment_type;
mod neighbours;
mod past;
mod referral;
mod rota;

use vault::{Migration, jobs::Handlers, migration};

/// The tables of what is done.
pub const MIGRATIONS: &[Migration] = &[
    migration!(500, "moment", "moment/0500_moment.sql"),
    migration!(501, "moment_settled", "moment/0501_moment_settled.sql"),
    migration!(510, "contact", "contact/0510_contact.sql"),
    migration!(520, "referral", "referral/0520_referral.sql"),
    migration!(530, "rota", "rota/0530_rota.sql"),
    migration!(540, "escalation", "escalation/0540_escalation.sql"),
    migration!(541, "moment_held", "moment/0541_held.sql"),
    migration!(550, "kept", "0550_kept.sql"),
];

/// The topic that says that a moment was raised; its payload is `{moment}`.
pub const MOMENT_RAISED: vault::Topic = "moment_raised";

/// The pages of this stage.
pub fn routes() -> axum::Router<web::Site> {
    axum::Router::new()
        .merge(moment::pages::routes())
        .merge(contact::pages::routes())
        .merge(referral::pages::routes())
        .merge(rota::pages::routes())
}

/// Adds this stage's jobs. `history_days`: raise moments from events so many days back, instead of each type's own horizon;
/// for the demo's history only.
#[must_use]
pub fn handlers(handlers: Handlers, history_days: Option<u32>) -> Handlers {
    let raise = moment::raise::RaiseMoments::new(neighbours::PicturePlaces);
    let raise = match history_days {
        Some(days) => raise.with_history(days),
        None => raise,
    };
    handlers.with(raise).with(moment::attach::AttachPeople).with(escalation::WatchClocks)
}

/// Says which of this stage's jobs follow which topic.
#[must_use]
pub fn subscribe(topics: vault::Topics) -> vault::Topics {
    topics.with("records_accepted", "raise_moments").with("people_linked", "attach_people")
}
