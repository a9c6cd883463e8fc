//! The front page, for anyone: what this is, and where to get help now.

use askama::Template;
use web::{MaybeCaller, Page};

#[derive(Template)]
#[template(path = "pages/front.html")]
struct FrontPage {
    page: Page,
}

/// Shows it; someone who is signed in goes to their home page.
pub async fn show(MaybeCaller(caller): MaybeCaller, page: Page) -> web::Result {
    if caller.is_some() {
        return Ok(axum::response::IntoResponse::into_response(axum::response::Redirect::to("/home")));
    }
    web::render(FrontPage { page: page.title("Help in time, lawfully shared") })
}
