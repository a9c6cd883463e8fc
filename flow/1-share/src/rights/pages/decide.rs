//! Deciding on a right other than access: the data owner of the agency that was named, else the unit's data protection officer.

use askama::Template;
use axum::extract::Path;
use base::{Id, kind};
use vault::{Scope, Verb};
use web::{Caller, Choice, Fault, Form, Page, Site, time};

use super::{clock_of, here, whose};
use crate::{
    ask::pages::unsealed,
    rights::{
        Case, Kind, RightsError, WORDS,
        act::{self, Decision},
        codes::{NotDone, Outcome},
        course::{CourseError, Stage},
        holders,
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
    complaint: bool,
    /// As an agency that holds something of it, and not for all.
    own: bool,
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

/// Whether this agency decided about what it holds. Where others are asked, there is nothing to decide for the unit's officer.
async fn decided_before(site: &Site, caller: &Caller, id: Id<kind::RightsRequest>, owner: bool) -> Result<bool, Fault> {
    let reader = act::reader(site.vault(), &caller.actor(), Verb::View, Scope::of("rights_request", id)).await?;
    let holders = holders::all(&reader, id, caller.agency).await?;
    if !owner && !holders.is_empty() {
        return Err(Fault::NotFound);
    }
    Ok(holders.iter().any(|one| one.agency == caller.agency && one.outcome.is_some()))
}

async fn decide_page(site: &Site, caller: &Caller, page: Page, form: Form, id: Id<kind::RightsRequest>) -> web::Result {
    let (case, owner) = read(site, caller, id).await?;
    let due = case.due(site.now().date_in_london());
    let good = form.is_good();
    let right = case.request.kind;
    let outcomes = Outcome::ALL.iter().filter(|one| right != Kind::Erasure || **one != Outcome::Partly);
    let decided = right == Kind::Erasure && decided_before(site, caller, id, owner).await?;
    let shown = DecidePage {
        back: if owner { ("/trust/rights".to_owned(), "People’s requests") } else { (here(id), "The request") },
        clock: clock_of(&case.course, &due, site),
        kind: right.words(),
        law: case.request.kind.more(),
        received: time::date(case.request.received_on),
        asked: unsealed(site.vault(), &case.request.asked)?,
        correction: right == Kind::Correction,
        erasure: right == Kind::Erasure,
        complaint: right == Kind::Complaint,
        own: owner,
        open: case.course.stage == Stage::Received && !decided,
        outcomes: outcomes.map(|one| Choice::new(one, one.of(right))).collect(),
        reasons: NotDone::of(right).map(|one| Choice::new(one, one.words()).hint(one.more())).collect(),
        page: page
            .title(if right == Kind::Complaint { "Decide a complaint" } else { "Decide what a person asks" })
            .with(&form),
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
    Path(id): Path<Id<kind::RightsRequest>>,
    mut form: Form,
) -> web::Result {
    let (case, owner) = read(&site, &caller, id).await?;
    let complaint = case.request.kind == Kind::Complaint;
    let outcome = form.choice::<Outcome>("outcome", "Select what you decide");
    let why = form.value("why").parse::<NotDone>().ok();
    if outcome.is_some_and(|outcome| outcome != Outcome::Done) && why.is_none() {
        form.refuse(
            "why",
            if complaint { "Select why it is not upheld" } else { "Select on which ground it is not done" },
        );
    }
    let words = form.required(
        "words",
        WORDS,
        if complaint { "Enter what you found, and what you will put right" } else { "Enter what they are told" },
    );
    let (true, Some(outcome), Some(words)) = (form.is_good(), outcome, words) else {
        return decide_page(&site, &caller, page, form, id).await;
    };
    let back = if owner { "/trust/rights".to_owned() } else { here(id) };
    let decision = Decision { outcome, why, words };
    match act::decide(site.vault(), &caller.actor(), id, &decision).await {
        Ok(()) => Ok(web::done(&site, &back, "Your decision is kept")),
        Err(RightsError::Course(CourseError::Already)) => Ok(web::done(&site, &back, "")),
        Err(error) => Err(error.into()),
    }
}
