//! What it amounted to: the figures that a board and a funder see, each with its uncertainty and a page that says how it
//! was counted. Counts leave the vault only through suppression; nobody is shown.

pub mod board;
mod transparency;

pub use transparency::People;

use axum::{Router, routing::get};
use web::Site;

/// This stage has no tables of its own yet: it counts what `act` keeps.
pub const MIGRATIONS: &[vault::Migration] = &[];

/// The stage's pages.
pub fn routes() -> Router<Site> {
    Router::new().route("/board", get(board::pages::show)).route("/board/how/{figure}", get(board::pages::how))
}
