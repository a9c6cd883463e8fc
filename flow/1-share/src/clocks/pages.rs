//! `/trust/clocks`: the clocks and thresholds of the unit, for those who answer for data; its data protection officer changes them.

use askama::Template;
use axum::{Router, routing::get};
use web::{Caller, Fault, Form, Page, Site};

use super::{GROUPS, Setting, Settings, keep};
use crate::{
    oversight::unusual::{pages::is_officer, settings as unusual},
    trust,
};

/// The page's address.
pub(crate) const HERE: &str = "/trust/clocks";
/// Who reads it.
const READERS: &[&str] = &["data_owner", "data_protection_officer"];

pub(crate) fn routes() -> Router<Site> {
    Router::new().route(HERE, get(show).post(take))
}

struct Group {
    title: &'static str,
    lines: Vec<Line>,
}

struct Line {
    name: &'static str,
    label: &'static str,
    hint: String,
    value: String,
}

#[derive(Template)]
#[template(path = "clocks/clocks.html")]
struct ClocksPage {
    page: Page,
    tabs: Vec<(&'static str, &'static str, bool)>,
    form: Form,
    groups: Vec<Group>,
    may_change: bool,
}

fn all() -> impl Iterator<Item = &'static Setting> {
    GROUPS.iter().flat_map(|(_, group)| group.iter())
}

async fn show(site: Site, caller: Caller, page: Page) -> web::Result {
    caller.needs(READERS)?;
    let settings = Settings::of(&site.vault().plain()).await?;
    let form = Form::of(all().map(|setting| (setting.name, settings.typed(setting))));
    show_page(&site, &caller, page, form, &settings).await
}

async fn show_page(site: &Site, caller: &Caller, page: Page, form: Form, settings: &Settings) -> web::Result {
    let line = |setting: &'static Setting| Line {
        name: setting.name,
        label: setting.label,
        hint: setting.hint(),
        value: settings.words(setting),
    };
    let good = form.is_good();
    let shown = ClocksPage {
        tabs: trust::tabs(caller, HERE),
        page: page.title("Clocks").with(&form),
        form,
        groups: GROUPS.iter().map(|(title, group)| Group { title, lines: group.iter().map(line).collect() }).collect(),
        may_change: is_officer(site, caller).await?,
    };
    if good { web::render(shown) } else { web::render_errors(shown) }
}

async fn take(site: Site, caller: Caller, page: Page, mut form: Form) -> web::Result {
    caller.needs(READERS)?;
    if !is_officer(&site, &caller).await? {
        return Err(Fault::Denied);
    }
    let mut wanted = Vec::new();
    for setting in all() {
        match setting.read(form.value(setting.name)) {
            Ok(value) => wanted.push((setting, value)),
            Err(sentence) => form.refuse(setting.name, sentence),
        }
    }
    if let Some((name, sentence)) = unusual::at_odds(&form) {
        form.refuse(name, sentence);
    }
    if !form.is_good() {
        let settings = Settings::of(&site.vault().plain()).await?;
        return show_page(&site, &caller, page, form, &settings).await;
    }
    let said = match keep(site.vault(), &caller.actor(), &wanted).await? {
        0 => "Nothing was changed".to_owned(),
        1 => "One clock is set anew. What runs already keeps the time that it was given".to_owned(),
        many => format!("{many} clocks are set anew. What runs already keeps the time that it was given"),
    };
    Ok(web::done(&site, HERE, &said))
}
