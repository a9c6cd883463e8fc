//! The page kit: layout and components, forms, who is signed in, error pages, assets, and what stands around every route.
//!
//! # How a stage uses it
//! Routes are `axum::Router<web::Site>`; `app` merges them and calls [`serve`] once. A handler takes what it needs and
//! returns [`Result`]:
//!
//! ```text
//! pub fn routes() -> Router<Site> {
//!     Router::new().route("/moments/{id}/contact", get(ask).post(record))
//! }
//!
//! async fn record(site: Site, caller: Caller, page: Page, Path(id): Path<Id<kind::Moment>>, mut form: Form) -> web::Result {
//!     caller.needs(&["navigator"])?;                          // else: not found
//!     let Some(note) = form.required("note", 2000, "Enter what was said") else {
//!         return web::render_errors(ContactPage { page: page.title("Record contact").with(&form), form });
//!     };
//!     …                                                      // `?` on StoreError and Refusal gives the right page
//!     Ok(web::done(&site, &format!("/moments/{id}"), "Contact recorded"))
//! }
//! ```
//!
//! [`Caller`] sends strangers to the sign-in page; [`MaybeCaller`] lets them in. [`Form`] must be a handler's last argument.
//! For files take `axum::extract::Multipart` last and raise the limit on that route with `DefaultBodyLimit::max`.
//!
//! # Templates
//! Each flow crate has an `askama.toml` with `dirs = ["src", "../../foundation/web/templates"]`, so a template lies beside
//! its slice and is named by its path from `src`:
//!
//! ```text
//! #[derive(askama::Template)]
//! #[template(path = "moment/contact.html")]
//! struct ContactPage { page: web::Page, form: web::Form }
//! ```
//!
//! ```html
//! {% extends "layout.html" %}
//! {% import "govuk.html" as govuk %}
//! {% import "moj.html" as moj %}
//! {% import "alongside.html" as own %}
//! {% block before %}{{ govuk::back_link("/moments") }}{% endblock %}
//! {% block main %}
//! {{ govuk::error_summary(form) }}
//! <h1 class="govuk-heading-l">{{ page.title }}</h1>
//! <form method="post" novalidate>
//!   {{ govuk::csrf(page) }}
//!   {{ govuk::textarea(form, "note", "What was said", max = 2000) }}
//!   {{ govuk::button("Save") }}
//! </form>
//! {% endblock %}
//! ```
//!
//! A macro with a body is called as `{% call govuk::details("Why") %}…{% endcall %}`. `examples/gallery.rs` shows every one.
//! No inline script and no `style` attribute: the content security policy blocks both.
//!
//! # Assets
//! `make assets` (`npm ci && npm run build` here) compiles `styles/` and `scripts/` into `assets/`, which is embedded.

pub mod assets;
mod caller;
pub mod chart;
mod cookies;
mod cross_site;
mod fault;
mod faults;
mod form;
mod frame;
mod headers;
mod held;
mod page;
mod parts;
mod sign_in;
mod site;
mod throttle;
pub mod time;

pub use caller::{Address, Caller, MaybeCaller, MemberCard, Members, Pending};
pub use cross_site::{FIELD as FORM_TOKEN_FIELD, FORM_LIMIT};
pub use fault::{Fault, Result};
pub use form::{Choice, Form, Query};
pub use frame::{done, own_path, serve, signed_in, signed_out};
pub use headers::CONTENT_SECURITY_POLICY;
pub use held::{held_answer, hold_answer};
pub use page::{NavItem, Page, Signed, render, render_as, render_errors};
pub use parts::{ChildFlag, Confidence, Estimate, Paging, Sensitivity, number, thousands};
pub use sign_in::{ABSOLUTE_HOURS, End, IDLE_MINUTES, Proof, SignIn, SignIns, Token};
pub use site::{NavLink, Setup, Site};
pub use throttle::{Throttle, Wait};

/// The tables of the page kit.
pub const MIGRATIONS: &[vault::Migration] = &[
    vault::migration!(50, "sign_in", "sign_in/0050_sign_in.sql"),
    vault::migration!(51, "kept_sign_ins", "sign_in/0051_kept_sign_ins.sql"),
    vault::migration!(52, "held_answer", "held/0052_held_answer.sql"),
];
