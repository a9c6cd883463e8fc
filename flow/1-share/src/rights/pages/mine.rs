//! The child's own page, to print; and what everybody may read about asking.

use askama::Template;
use axum::extract::Path;
use base::{Id, kind};
use web::{Caller, Page, Site};

use super::officer;
use crate::rights::{
    answer::Answered,
    child::{self, Mine},
    work,
};

#[derive(Template)]
#[template(path = "rights/pages/mine.html")]
struct MinePage {
    page: Page,
    /// None for the page that everybody may read.
    mine: Option<Mine>,
}

pub(super) async fn mine(
    site: Site,
    caller: Caller,
    page: Page,
    Path(id): Path<Id<kind::RightsRequest>>,
) -> web::Result {
    officer(&site, &caller).await?;
    let work = work::work(site.vault(), &caller.actor(), id).await?;
    let mine = child::mine(&Answered::of(&work.gathered, &work.marks));
    web::render(MinePage { page: page.title("What we hold about you"), mine: Some(mine) })
}

pub(super) async fn everybody(page: Page) -> web::Result {
    web::render(MinePage { page: page.title("Ask what we hold about you"), mine: None })
}
