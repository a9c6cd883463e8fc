//! Deciding on a right other than access: the data owner of the agency that was named, else the unit's data protection officer.

use askama::Template;
use axum::{Extension, extract::Path};
use base::{Id, kind};
use vault::{Scope, Verb};
use web::{Caller, Choice, Fault, Form, Page, Site, time};

use super::{Linked, clock_of, here, whose};
use crate::{
    ask::pages::unsealed,
    rights::{
        Case, Kind, RightsError, WORDS,
        act::{self, Decision},
        codes::{NotDone, Outcome},
        course::{CourseError, Stage},
        store::For,
    },
};

#[derive(Template)]
#[template(path = "rights/pages/decide.html")]
struct DecidePage {
    page: Page,
    form: Form,
    back: (String, &'static str),
    clock: Option<time::Clock>,
    kind: &'static str,
    law: &'static str,
    received: String,
    asked: String,
    correction: bool,
    erasure: bool,
    open: bool,
    outcomes: Vec<Choice>,
    reasons: Vec<Choice>,
}

/// The request, as whoever decides reads it; with whom, and whether as the agency's data owner.
async fn read(site: &Site, caller: &Caller, id: Id<kind::RightsRequest>) -> Result<(Case, bool), Fault> {
    let seen = whose(site, caller).await?;
    let reader = act::reader(site.vault(), &caller.actor(), Verb::View, Scope::of("rights_request", id)).await?;
    let case = act::case_of(site.vault(), &reader, id, seen).await?;
    // What one agency's data owner decides, the officer reads on the request's own page.
    let officers = case.request.to_agency.is_none() && case.course.kind != Kind::Access;
    if seen == For::Unit && !officers {
        return Err(Fault::NotFound);
    }
    Ok((case, seen != For::Unit))
}

async fn decide_page(site: &Site, caller: &Caller, page: Page, form: Form, id: Id<kind::RightsRequest>) -> web::Result {
    let (case, owner) = read(site, caller, id).await?;
    let due = case.due(site.now().date_in_london());
    let good = form.is_good();
    let shown = DecidePage {
        back: if owner { ("/trust/rights".to_owned(), "People’s requests") } else { (here(id), "The request") },
        clock: clock_of(&case.course, &due, site),
        kind: case.request.kind.words(),
        law: case.request.kind.more(),
        received: time::date(case.request.received_on),
        asked: unsealed(site.vault(), &case.request.asked)?,
        correction: case.request.kind == Kind::Correction,
        erasure: case.request.kind == Kind::Erasure,
        open: case.course.stage == Stage::Received,
        outcomes: Outcome::ALL.iter().map(|one| Choice::new(one, one.words())).collect(),
        reasons: NotDone::ALL.iter().map(|one| Choice::new(one, one.words()).hint(one.more())).collect(),
        page: page.title("Decide what a person asks").with(&form),
        form,
    };
    if good { web::render(shown) } else { web::render_errors(shown) }
}

pub(super) async fn show(
    site: Site,
    caller: Caller,
    page: Page,
    Path(id): Path<Id<kind::RightsRequest>>,
) -> web::Result {
    decide_page(&site, &caller, page, Form::empty(), id).await
}

pub(super) async fn save(
    site: Site,
    caller: Caller,
    page: Page,
    Extension(everyone): Linked,
    Path(id): Path<Id<kind::RightsRequest>>,
    mut form: Form,
) -> web::Result {
    let (_, owner) = read(&site, &caller, id).await?;
    let outcome = form.choice::<Outcome>("outcome", "Select what you decide");
    let why = form.value("why").parse::<NotDone>().ok();
    if outcome.is_some_and(|outcome| outcome != Outcome::Done) && why.is_none() {
        form.refuse("why", "Select on which ground it is not done");
    }
    let words = form.required("words", WORDS, "Enter what they are told");
    let (true, Some(outcome), Some(words)) = (form.is_good(), outcome, words) else {
        return decide_page(&site, &caller, page, form, id).await;
    };
    let back = if owner { "/trust/rights".to_owned() } else { here(id) };
    let decision = Decision { outcome, why, words };
    match act::decide(site.vault(), everyone.as_ref(), &caller.actor(), id, &decision).await {
        Ok(()) => Ok(web::done(&site, &back, "Your decision is kept")),
        Err(RightsError::Course(CourseError::Already)) => Ok(web::done(&site, &back, "")),
        Err(error) => Err(error.into()),
    }
}
