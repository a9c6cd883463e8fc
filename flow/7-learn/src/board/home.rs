//! The board's part of a home page: the figures of the newest period, and nothing newer.

use act::api::Part;
use askama::Template;
use web::{Caller, Fault, Site};

use super::pages::{Tiles, closed};

#[derive(Template)]
#[template(path = "board/home.html")]
struct HomePart {
    /// None where no period is closed yet.
    newest: Option<Newest>,
}

/// The newest period in words, with its figures.
struct Newest {
    period: String,
    tiles: Tiles,
}

/// For those who steer the unit and see nobody: what the board shows first. None for others, and where policy refuses it.
///
/// # Errors
/// The vault's.
pub async fn home_part(site: &Site, caller: &Caller) -> Result<Option<Part>, Fault> {
    if !caller.has("board_member") && !caller.has("project_manager") {
        return Ok(None);
    }
    let closed = match closed(site, caller).await {
        Ok(closed) => closed,
        Err(Fault::Denied | Fault::Refused(_)) => return Ok(None),
        Err(fault) => return Err(fault),
    };
    let newest = closed.first().map(|one| Newest { period: one.quarters.words(), tiles: Tiles::of(one) });
    let html = HomePart { newest }.render()?;
    Ok(Some(Part { title: "Reachable moments", order: 20, html }))
}
