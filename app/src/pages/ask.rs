//! One ask beside the record that it is about: for the data owner, who decides here; for whoever asked, who sees here what was granted,
//! until it ends.

use std::collections::BTreeMap;

use askama::Template;
use axum::extract::Path;
use base::{Id, kind};
use share::api::{AskState, DataAsk, Facts, Side, answer_form, ask_summary, open_ask, take_answer};
use vault::Purpose;
use web::{Caller, ChildFlag, Choice, Fault, Form, Page, Site, time};

use super::seen::{Seen, Wanted, seen};

#[derive(Template)]
#[template(path = "pages/ask.html")]
struct AskPage {
    page: Page,
    form: Form,
    back: (&'static str, &'static str),
    owner: bool,
    summary: String,
    seen: Option<Seen>,
    /// The form on which the data owner decides.
    decide: Option<String>,
    /// What the asker may do next: withdraw, or open the person's page for this purpose.
    withdraw: Option<String>,
    take_back: Option<String>,
    person: String,
    purpose: &'static str,
    /// Until when it is open.
    until: Option<String>,
    /// For whom, on every printed page.
    mark: String,
}

/// Shows it.
///
/// # Errors
/// Not found to anybody but the asker and a data owner of the agency that is asked.
pub async fn show(site: Site, caller: Caller, page: Page, Path(id): Path<Id<kind::Ask>>) -> web::Result {
    let (ask, side) = open_ask(site.vault(), &caller, id).await?;
    ask_page(&site, &caller, page, Form::empty(), &ask, side).await
}

async fn records(site: &Site, caller: &Caller, ask: &DataAsk, side: Side) -> Result<Option<Seen>, Fault> {
    let wanted = |purpose| Wanted { person: ask.person, owner: ask.owner, categories: &ask.categories, purpose };
    match (side, ask.open(site.now())) {
        (Side::Owner, _) => seen(site, caller, &wanted(Purpose::Rights)).await,
        (Side::Asker, Some(granted)) => {
            Ok(seen(site, caller, &wanted(ask.purpose)).await?.map(|seen| seen.only(&granted.fields)))
        }
        (Side::Asker, None) => Ok(None),
    }
}

fn facts(seen: Option<&Seen>) -> Facts {
    // An age that is not known counts as a child's.
    Facts { child: seen.is_none_or(|seen| seen.child != ChildFlag::Adult), holds: seen.is_some() }
}

/// The fields that could be granted, each once.
fn choices(seen: Option<&Seen>) -> Vec<Choice> {
    let mut found: BTreeMap<&str, &str> = BTreeMap::new();
    let mut order = Vec::new();
    for field in seen.into_iter().flat_map(|seen| &seen.records).flat_map(|record| &record.fields) {
        if found.insert(&field.key, &field.label).is_none() {
            order.push(field);
        }
    }
    order.into_iter().map(|field| Choice::new(&field.key, field.label.clone())).collect()
}

async fn ask_page(site: &Site, caller: &Caller, page: Page, mut form: Form, ask: &DataAsk, side: Side) -> web::Result {
    let (owner, waiting, now) = (side == Side::Owner, ask.state == AskState::Waiting, site.now());
    let seen = records(site, caller, ask, side).await?;
    let good = form.is_good();
    let fields = choices(seen.as_ref());
    if good && form.values("fields").is_empty() {
        for field in fields.iter().filter(|field| !reaching(&field.value)) {
            form.put("fields", field.value.clone());
        }
    }
    let page = page.title("Request between agencies").with(&form);
    let decide = match owner && waiting {
        true => Some(answer_form(site, &page, ask, form.clone(), fields, facts(seen.as_ref())).await?),
        false => None,
    };
    let open = ask.open(now);
    let shown = AskPage {
        back: if owner { ("/trust/asks", "Requests between agencies") } else { ("/asks", "What you asked") },
        summary: ask_summary(site, caller, ask, side).await?,
        withdraw: (!owner && waiting).then(|| format!("/asks/{}/withdraw", ask.id)),
        take_back: open.filter(|_| owner).map(|_| format!("/asks/{}/take-back", ask.id)),
        until: open.map(|granted| time::full(granted.until)),
        person: format!("/people/{}", ask.person),
        purpose: ask.purpose.code(),
        mark: format!("{}, {}, {}", caller.name, caller.agency_name, share::api::purpose_words(ask.purpose)),
        page,
        form,
        owner,
        seen,
        decide,
    };
    if good { web::render(shown) } else { web::render_errors(shown) }
}

/// How to reach somebody is given only where the data owner chooses it.
fn reaching(key: &str) -> bool {
    [":phone", ":email", ":address", ":postcode"].iter().any(|ending| key.ends_with(ending))
}

/// Takes the data owner's decision.
///
/// # Errors
/// As [`show`]; somebody else's answer before this one.
pub async fn answer(
    site: Site,
    caller: Caller,
    page: Page,
    Path(id): Path<Id<kind::Ask>>,
    mut form: Form,
) -> web::Result {
    let (ask, side) = open_ask(site.vault(), &caller, id).await?;
    if side != Side::Owner {
        return Err(Fault::Denied);
    }
    let seen = records(&site, &caller, &ask, side).await?;
    if !take_answer(&site, &caller, &ask, &mut form, facts(seen.as_ref())).await? {
        return ask_page(&site, &caller, page, form, &ask, side).await;
    }
    Ok(web::done(&site, &format!("/asks/{id}"), "Your answer has been sent"))
}
