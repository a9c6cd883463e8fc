//! What a member opened in an emergency, as long as it is open.

use askama::Template;
use axum::extract::Path;
use base::{Id, kind};
use share::api::{emergency_summary, open_emergency};
use vault::Purpose;
use web::{Caller, Page, Site, time};

use super::seen::{Seen, Wanted, seen};

#[derive(Template)]
#[template(path = "pages/emergency.html")]
struct EmergencyPage {
    page: Page,
    summary: String,
    open: bool,
    ends: String,
    seen: Option<Seen>,
}

/// Shows it to the member who opened it.
///
/// # Errors
/// Not found to anybody else.
pub async fn show(site: Site, caller: Caller, page: Page, Path(id): Path<Id<kind::Emergency>>) -> web::Result {
    let one = open_emergency(site.vault(), &caller, id).await?;
    let open = one.is_open(site.now());
    let wanted =
        Wanted { person: one.person, owner: one.owner, categories: &one.categories, purpose: Purpose::Safeguarding };
    let seen = if open { seen(&site, &caller, &wanted).await? } else { None };
    web::render(EmergencyPage {
        page: page.title("Emergency access"),
        summary: emergency_summary(&site, &one).await?,
        open,
        ends: time::full(one.ends_at),
        seen,
    })
}
