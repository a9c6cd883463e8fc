//! What it amounted to: the figures that a board and a funder see, each with its uncertainty and a page that says how it
//! was counted. Counts leave the vault only through suppression; nobody is shown.

pub mod board;
mod transparency;

pub use board::home_part;
pub use transparency::People;

use axum::{Router, routing::get};
use web::Site;

/// The stage's tables: what was published. What it counts, `act` keeps.
pub const MIGRATIONS: &[vault::Migration] = &[vault::migration!(700, "board_period", "board/0700_board_period.sql")];

/// The stage's pages.
pub fn routes() -> Router<Site> {
    Router::new().route("/board", get(board::pages::show)).route("/board/how/{figure}", get(board::pages::how))
}
