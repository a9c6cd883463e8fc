//! Recording a request: which right, about whom, who asks, when it came, under which law.

use askama::Template;
use base::{Id, kind};
use web::{Caller, Choice, Fault, Form, Page, Query, Site};

use super::{here, officer};
use crate::{
    agency,
    ask::pages::form_key,
    law::law,
    rights::{
        Kind, MadeBy, Regime, Sought, WORDS,
        act::{NewRequest, record},
    },
};

#[derive(Template)]
#[template(path = "rights/pages/new.html")]
struct NewPage {
    page: Page,
    form: Form,
    /// Whether somebody was found.
    found: bool,
    kinds: Vec<Choice>,
    makers: Vec<Choice>,
    regimes: Vec<Choice>,
    shown: Vec<Choice>,
    records: Vec<Choice>,
}

async fn page_of(site: &Site, page: Page, form: Form) -> web::Result {
    let agencies = agency::all(&site.vault().plain()).await?;
    let mut records = Vec::new();
    for agency in &agencies {
        for category in agency::supplied_by(&site.vault().plain(), agency.id).await? {
            let of = law().category(&category);
            if !of.anonymous {
                records.push(Choice::new(format!("{} {category}", agency.id), format!("{}, {}", of.name, agency.name)));
            }
        }
    }
    let good = form.is_good();
    let shown = NewPage {
        page: page.title("Record a request").with(&form),
        found: !form.value("person").is_empty(),
        kinds: Kind::ALL.iter().map(|one| Choice::new(one, one.words()).hint(one.more())).collect(),
        makers: MadeBy::ALL.iter().map(|one| Choice::new(one, one.words()).hint(one.more())).collect(),
        regimes: Regime::ALL.iter().map(|one| Choice::new(one, one.words())).collect(),
        shown: vec![
            Choice::new("yes", "Yes: I have seen proof, or know them"),
            Choice::new("no", "Not yet").hint("Nothing is given before they have"),
        ],
        records,
        form,
    };
    if good { web::render(shown) } else { web::render_errors(shown) }
}

pub(super) async fn new(site: Site, caller: Caller, page: Page, Query(query): Query) -> web::Result {
    officer(&site, &caller).await?;
    let person = query.value("person");
    if !person.is_empty() && person.parse::<Id<kind::Person>>().is_err() {
        return Err(Fault::NotFound);
    }
    let mut form = Form::of([("form_key", form_key(&site)), ("person", person.to_owned())]);
    form.put_date("received", site.now().date_in_london());
    page_of(&site, page, form).await
}

pub(super) async fn record_it(site: Site, caller: Caller, page: Page, mut form: Form) -> web::Result {
    officer(&site, &caller).await?;
    let kind = form.choice::<Kind>("kind", "Select what they ask");
    let made_by = form.choice::<MadeBy>("made_by", "Select who asks");
    let regime = form.choice::<Regime>("regime", "Select the law that it is answered under");
    let received = form.date("received", "the day on which it was received");
    let shown = form.value("shown").to_owned();
    if !matches!(shown.as_str(), "yes" | "no") {
        form.refuse("shown", "Select whether they have shown who they are");
    }
    let asked = form.required("asked", WORDS, "Enter what they ask, in their words");
    let typed = form.value("person").to_owned();
    let person = typed.parse::<Id<kind::Person>>().ok();
    if !typed.is_empty() && person.is_none() {
        return Err(Fault::NotFound);
    }
    if person.is_none() && kind.is_some_and(|kind| !matches!(kind, Kind::Access | Kind::Complaint)) {
        form.refuse(
            "kind",
            "For this, find the person first: there is nothing to change for somebody who was not found",
        );
    }
    // By what they gave, those who keep records apart look too.
    let sought = if person.is_none() && kind == Some(Kind::Access) { Sought::typed(&mut form) } else { None };
    let to = form.value("to").split_once(' ');
    let to =
        to.and_then(|(agency, of)| Some(vault::Facet { controller: agency.parse().ok()?, category: of.parse().ok()? }));
    if kind == Some(Kind::Correction) && to.is_none() {
        form.refuse("to", "Select whose record is to be corrected: its data owner decides");
    }
    if received.is_some_and(|day| day > site.now().date_in_london()) {
        form.refuse("received", "The day on which it was received can’t be after today");
    }
    let key = form.value("form_key").to_owned();
    let (true, 32, Some(kind), Some(made_by), Some(regime), Some(received_on), Some(asked)) =
        (form.is_good(), key.len(), kind, made_by, regime, received, asked)
    else {
        return page_of(&site, page, form).await;
    };
    let new = NewRequest {
        person,
        kind,
        regime,
        made_by,
        identity_shown: shown == "yes",
        received_on,
        asked,
        to,
        sought,
        form_key: key,
    };
    let id = record(site.vault(), &caller.actor(), &new).await?;
    Ok(web::done(&site, &here(id), "The request is recorded, and its clock runs"))
}
