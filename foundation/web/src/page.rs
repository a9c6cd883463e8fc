//! What the layout needs to know of a page, and how a template becomes an answer.

use askama::Template;
use axum::{
    extract::FromRequestParts,
    http::{StatusCode, request::Parts},
    response::{Html, IntoResponse, Response},
};

use crate::{Fault, Form, Site, assets, frame::Frame};

/// Everything that `layout.html` shows. A handler takes it as an argument, gives it a title, and puts it into its template
/// as the field `page`.
///
/// ```text
/// async fn show(page: Page, caller: Caller) -> web::Result {
///     web::render(MomentsPage { page: page.title("Open moments"), … })
/// }
/// ```
#[derive(Clone)]
pub struct Page {
    /// The page's own title, without the product's name.
    pub title: String,
    /// Whether a form on it has errors; the browser's title then begins with "Error: ".
    pub has_errors: bool,
    /// The unit's name.
    pub unit: String,
    /// Whether this is a demonstration with a synthetic county.
    pub demo: bool,
    /// The navigation, as far as the caller may use it.
    pub nav: Vec<NavItem>,
    /// Who is signed in.
    pub caller: Option<Signed>,
    /// The form token; `govuk::csrf(page)` writes it.
    pub csrf: String,
    /// The path of this page.
    pub path: String,
    /// A message from the change that led here.
    pub flash: Option<String>,
    /// Scripts beyond `page.js`, by plain name.
    pub scripts: Vec<&'static str>,
    /// Style sheets beyond `alongside.css`, by plain name.
    pub styles: Vec<&'static str>,
}

/// One entry of the navigation as it is shown.
#[derive(Debug, Clone)]
pub struct NavItem {
    /// Its text.
    pub text: &'static str,
    /// Where it leads.
    pub href: &'static str,
    /// Whether this page lies under it.
    pub current: bool,
    /// Whether it is this very page.
    pub here: bool,
}

/// Who is signed in, as the header shows it.
#[derive(Debug, Clone)]
pub struct Signed {
    /// Their name.
    pub name: String,
    /// Their agency's name.
    pub agency: String,
}

impl Page {
    pub(crate) fn framed(site: &Site, frame: &Frame) -> Self {
        let caller = frame.caller.as_deref();
        let nav = site.nav().iter().filter(|link| {
            caller.is_some_and(|caller| link.duties.is_empty() || link.duties.iter().any(|duty| caller.has(duty)))
        });
        Self {
            title: String::new(),
            has_errors: false,
            unit: site.unit().to_owned(),
            demo: site.is_demo(),
            nav: nav.map(|link| NavItem::new(link.text, link.href, &frame.path)).collect(),
            caller: caller.map(|caller| Signed { name: caller.name.clone(), agency: caller.agency_name.clone() }),
            csrf: frame.form_token(site),
            path: frame.path.clone(),
            flash: frame.flash.clone(),
            scripts: Vec::new(),
            styles: Vec::new(),
        }
    }

    /// Sets the title: what the page is, in sentence case, without the product's name.
    #[must_use]
    pub fn title(mut self, title: impl Into<String>) -> Self {
        self.title = title.into();
        self
    }

    /// Notes whether a form on it has errors.
    #[must_use]
    pub fn with(mut self, form: &Form) -> Self {
        self.has_errors = !form.is_good();
        self
    }

    /// Loads the map: `map.js` and its style sheet.
    #[must_use]
    pub fn with_map(mut self) -> Self {
        self.scripts.push("map.js");
        self.styles.push("maplibre.css");
        self
    }

    /// The URL of an asset by its plain name; for templates.
    #[must_use]
    #[allow(clippy::unused_self, reason = "a template can only reach it through the page")]
    pub fn asset(&self, name: &str) -> String {
        assets::url(name)
    }
}

impl NavItem {
    fn new(text: &'static str, href: &'static str, path: &str) -> Self {
        // The menu leads to a stage's first page; its others lie under the same first part: /trust/access under /trust.
        let first = |path: &str| path.split('/').nth(1).unwrap_or_default().to_owned();
        let under = !first(path).is_empty() && first(path) == first(href);
        Self { text, href, current: under, here: path == href }
    }
}

impl FromRequestParts<Site> for Page {
    type Rejection = Fault;

    async fn from_request_parts(parts: &mut Parts, site: &Site) -> Result<Self, Fault> {
        Ok(Self::framed(site, Frame::of(parts)?))
    }
}

/// A page from a template.
///
/// # Errors
/// [`Fault::Internal`] where the template fails.
pub fn render(template: impl Template) -> Result<Response, Fault> {
    render_as(StatusCode::OK, template)
}

/// A page from a template with a status: 422 for a form with errors.
///
/// # Errors
/// As [`render`].
pub fn render_as(status: StatusCode, template: impl Template) -> Result<Response, Fault> {
    Ok((status, Html(template.render()?)).into_response())
}

/// The page of a form with errors: status 422, so that scripts and tests can tell.
///
/// # Errors
/// As [`render`].
pub fn render_errors(template: impl Template) -> Result<Response, Fault> {
    render_as(StatusCode::UNPROCESSABLE_ENTITY, template)
}
