//! Pages about everything, made of what each stage exports: the front page, home, one person, and what one was
//! shown of a person for having asked.

mod ask;
mod emergency;
mod file;
mod front;
mod home;
mod person;
mod rights;
mod seal;
mod seen;

use axum::{
    Router,
    routing::{get, post},
};
pub use rights::LinkedPeople;
use web::{NavLink, Site};

pub use file::release_whole as release_file;

/// The navigation, filtered by what the caller may do.
#[must_use]
pub fn navigation() -> Vec<NavLink> {
    const EVERYONE: &[&str] = &[];
    const ACTING: &[&str] = &["navigator", "youth_worker", "social_worker", "rota_lead"];
    const HELPING: &[&str] = &["navigator", "youth_worker", "social_worker"];
    const DATA: &[&str] = &["analyst", "data_owner", "project_manager", "data_protection_officer", "administrator"];
    let link = |text, href, duties| NavLink { text, href, duties };
    vec![
        link("Home", "/home", EVERYONE),
        link("Moments", "/moments", ACTING),
        link("Referrals", "/referrals", HELPING),
        link("People", "/people", link::api::LOOK_PEOPLE_UP),
        link("Pairs", "/links/review", &["analyst"]),
        link("Places", "/places", EVERYONE),
        link("Board", "/board", &["board_member", "project_manager", "analyst"]),
        link("Feeds", "/data/feeds", DATA),
        link("Trust", "/trust", EVERYONE),
    ]
}

/// Routes of these pages.
pub fn routes() -> Router<Site> {
    Router::new()
        .route("/", get(front::show))
        .route("/home", get(home::show))
        .route("/people/{id}", get(person::ask).post(person::show))
        .route("/asks/{id}", get(ask::show))
        .route("/asks/{id}/answer", post(ask::answer))
        .route("/emergencies/{id}", get(emergency::show))
        .route("/trust/files/{id}", get(file::show))
        .route("/trust/files/{id}/release", post(file::release))
        .route("/trust/sealing", get(seal::ask).post(seal::seal_reference))
        .route("/trust/sealing/{person}", get(seal::ask_person).post(seal::seal_person))
        .route("/trust/sealed-moments", get(seal::sealed_moments))
}
