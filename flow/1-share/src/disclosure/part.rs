//! The part of a person's page that says who was told of them.

use askama::Template;
use vault::Refusal;
use web::{Caller, Fault, Site, time};

use super::about::{Disclosed, about};

/// A part of a person's page: a title, its place among the others, and markup that is safe to show.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PersonPart {
    /// Its heading.
    pub title: &'static str,
    /// Smaller comes first.
    pub order: u32,
    /// What stands under the heading.
    pub html: String,
}

/// The most lines that the part shows.
const MOST: usize = 20;

struct Line {
    href: String,
    when: String,
    told: Disclosed,
}

#[derive(Template)]
#[template(path = "disclosure/part.html")]
struct Part {
    lines: Vec<Line>,
    more: usize,
}

/// Who was told, for those who answer for it; none for anybody else. `ids`: the person's and their records'.
///
/// # Errors
/// The database's.
pub async fn disclosed_part(site: &Site, caller: &Caller, ids: &[String]) -> Result<Option<PersonPart>, Fault> {
    if caller.needs(super::pages::ANSWERERS).is_err() {
        return Ok(None);
    }
    let found = match about(site.vault(), &caller.actor(), caller.agency, ids).await {
        Ok(found) => found,
        Err(Refusal::Refused { .. }) => return Ok(None),
        Err(Refusal::Store(error)) => return Err(error.into()),
    };
    let now = site.now();
    let more = found.len().saturating_sub(MOST);
    let lines = found.into_iter().take(MOST).map(|told| Line {
        href: format!("/trust/disclosures/{}", told.id),
        when: time::moment(told.last_at, now),
        told,
    });
    let html = Part { lines: lines.collect(), more }.render()?;
    Ok(Some(PersonPart { title: "Who was told", order: 80, html }))
}
