//! The register of agreements, for every member: what may be shared with whom is no secret among those who share.

use askama::Template;
use axum::{Router, extract::Path, response::Redirect, routing::get};
use base::{Date, Id, kind};
use web::{Caller, Fault, Page, Site};

use super::{Agreement, Standing, law::law, purpose_words, store};
use crate::trust;

pub(crate) fn routes() -> Router<Site> {
    Router::new()
        .route("/trust", get(first))
        .route("/trust/agreements", get(list))
        .route("/trust/agreements/{id}", get(show))
}

/// `/trust` is the first of its tabs.
async fn first(_: Caller) -> Redirect {
    Redirect::to("/trust/agreements")
}

/// Agreements that end within so many days are marked.
const ENDS_SOON_DAYS: i32 = 60;

#[derive(Template)]
#[template(path = "agreement/list.html")]
struct ListPage {
    page: Page,
    tabs: Vec<(&'static str, &'static str, bool)>,
    live: Vec<Row>,
    coming: Vec<Row>,
    ended: Vec<Row>,
}

struct Row {
    id: String,
    title: String,
    parties: String,
    covers: String,
    dates: String,
    tag: &'static str,
    colour: &'static str,
}

#[derive(Template)]
#[template(path = "agreement/show.html")]
struct ShowPage {
    page: Page,
    title: String,
    tag: &'static str,
    colour: &'static str,
    parties: Vec<String>,
    categories: Vec<String>,
    purposes: Vec<&'static str>,
    gateways: Vec<GatewayLine>,
    confidentiality: String,
    starts: String,
    ends: String,
    review: String,
    review_is_due: bool,
}

struct GatewayLine {
    name: String,
    law: String,
    note: String,
    from: String,
}

async fn list(site: Site, caller: Caller, page: Page) -> web::Result {
    let plain = site.vault().plain();
    let (agreements, agencies) = (store::all(&plain).await?, store::names(&plain).await?);
    let today = site.now().date_in_london();
    let row = |agreement: &Agreement| {
        let names = agreement.terms.parties.iter().filter_map(|id| Some(agencies.get(id)?.name.clone()));
        row(agreement, names.collect(), today)
    };
    let of = |standing: Standing| {
        agreements.iter().filter(move |agreement| agreement.terms.standing(today) == standing).map(row).collect()
    };
    let mut ended: Vec<Row> = of(Standing::Ended);
    ended.reverse(); // the latest to end first
    web::render(ListPage {
        live: of(Standing::Live),
        coming: of(Standing::NotStarted),
        ended,
        tabs: trust::tabs(&caller, "/trust/agreements"),
        page: page.title("Agreements"),
    })
}

fn row(agreement: &Agreement, mut parties: Vec<String>, today: Date) -> Row {
    parties.sort();
    let terms = &agreement.terms;
    let covers: Vec<String> = terms.categories.iter().map(|code| law().category(code).name).collect();
    let (tag, colour) = standing_words(agreement, today);
    let dates = match terms.standing(today) {
        Standing::NotStarted => format!("Starts {}", web::time::date(terms.starts)),
        Standing::Live => format!("Ends {}", web::time::date(terms.ends)),
        Standing::Ended => format!("Ended {}", web::time::date(terms.ends)),
    };
    Row {
        id: agreement.id.to_string(),
        title: terms.title.clone(),
        parties: parties.join(", "),
        covers: covers.join(", "),
        dates,
        tag,
        colour,
    }
}

fn standing_words(agreement: &Agreement, today: Date) -> (&'static str, &'static str) {
    match agreement.terms.standing(today) {
        Standing::NotStarted => ("Not started", "grey"),
        Standing::Ended => ("Ended", "grey"),
        Standing::Live if days_between(today, agreement.terms.ends) <= ENDS_SOON_DAYS => ("Ends soon", "yellow"),
        Standing::Live => ("Live", "green"),
    }
}

fn days_between(from: Date, to: Date) -> i32 {
    from.until(to).map_or(i32::MAX, |span| span.get_days())
}

async fn show(site: Site, _: Caller, page: Page, Path(id): Path<String>) -> web::Result {
    let id: Id<kind::Agreement> = id.parse().map_err(|_| Fault::NotFound)?;
    let plain = site.vault().plain();
    let agreement = store::by_id(&plain, id).await?.ok_or(Fault::NotFound)?;
    let agencies = store::names(&plain).await?;
    let today = site.now().date_in_london();
    let (tag, colour) = standing_words(&agreement, today);
    let terms = agreement.terms;
    let mut parties: Vec<String> = terms.parties.iter().filter_map(|id| Some(agencies.get(id)?.name.clone())).collect();
    parties.sort();
    let ground = terms.confidentiality.as_ref().and_then(|code| law().ground(code.as_str()));
    let gateways = terms.gateways.iter().filter_map(|code| law().gateway(code.as_str())).map(|gateway| GatewayLine {
        name: gateway.name.clone(),
        law: gateway.law.clone(),
        note: gateway.note.clone(),
        from: gateway.in_force_from.map_or_else(
            || "Commenced by regulations".to_owned(),
            |date| format!("In force since {}", web::time::date(date)),
        ),
    });
    web::render(ShowPage {
        page: page.title(terms.title.clone()),
        tag,
        colour,
        parties,
        categories: terms.categories.iter().map(|code| law().category(code).name).collect(),
        purposes: terms.purposes.iter().map(|purpose| purpose_words(*purpose)).collect(),
        gateways: gateways.collect(),
        confidentiality: ground
            .map_or_else(|| "None: nothing in it is given in confidence".to_owned(), |ground| ground.name.clone()),
        starts: web::time::date(terms.starts),
        ends: web::time::date(terms.ends),
        review: web::time::date(terms.review),
        review_is_due: terms.review <= today && today <= terms.ends,
        title: terms.title,
    })
}
