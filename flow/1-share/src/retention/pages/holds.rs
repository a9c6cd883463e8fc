//! `/trust/retention/holds`: legal holds, for those of the unit who answer for data.

use std::collections::BTreeMap;

use askama::Template;
use axum::{
    Router,
    extract::Path,
    routing::{get, post},
};
use base::{Code, Id, kind};
use vault::{Reader, Verb};
use web::{Caller, Choice, Fault, Form, Page, Query, Site, time};

use super::{Tabs, agencies, name_of, tabs};
use crate::{
    ask::pages::{Names, form_key, unsealed},
    law::law,
    retention::{
        ANSWERABLE, RetentionError, ask_to_lift,
        hold::{self, Held, Hold, HoldReason, NewHold, put},
        lift,
    },
    trust,
};

pub(super) fn routes() -> Router<Site> {
    Router::new()
        .route("/trust/retention/holds", get(list))
        .route("/trust/retention/holds/new", get(new).post(place))
        .route("/trust/retention/holds/{id}", get(show))
        .route("/trust/retention/holds/{id}/ask", post(ask))
        .route("/trust/retention/holds/{id}/lift", post(lift_it))
}

async fn reader(site: &Site, caller: &Caller, verb: Verb) -> Result<Reader, Fault> {
    caller.needs(ANSWERABLE)?;
    let permit = hold::unit_permit(site.vault(), &caller.actor(), verb).await?;
    Ok(site.vault().read(&permit)?)
}

struct Line {
    href: String,
    title: String,
    state: String,
    tag: &'static str,
}

#[derive(Template)]
#[template(path = "retention/pages/holds.html")]
struct HoldsPage {
    page: Page,
    trust: Tabs,
    tabs: Tabs,
    open: Vec<Line>,
    lifted: Vec<Line>,
    may_put: bool,
}

fn what(held: &Held, agencies: &BTreeMap<Id<kind::Agency>, String>) -> String {
    match held {
        Held::Person(_) => "One person, and all that is known of them".to_owned(),
        Held::Record(_) => "One record, and what hangs on it".to_owned(),
        Held::Facet(agency, category) => {
            format!("{} of {}", law().category(category).name, name_of(agencies, *agency))
        }
    }
}

async fn list(site: Site, caller: Caller, page: Page) -> web::Result {
    let reader = reader(&site, &caller, Verb::List).await?;
    let holds = hold::all(&reader).await?;
    let agencies = agencies(&site).await?;
    let today = site.now().date_in_london();
    let line = |hold: &Hold| Line {
        href: format!("/trust/retention/holds/{}", hold.id),
        title: what(&hold.held, &agencies),
        state: match (&hold.lifted, hold.lift_asked.is_some()) {
            (Some((_, at)), _) => format!("lifted {}", time::full(*at)),
            (None, true) => "somebody asks for it to be lifted".to_owned(),
            (None, false) => format!("look at it again by {}", time::date(hold.review_on)),
        },
        tag: match hold.lifted {
            None if hold.review_on <= today => "Look at it again",
            None if hold.lift_asked.is_some() => "Needs a second person",
            _ => "",
        },
    };
    let (open, lifted): (Vec<&Hold>, Vec<&Hold>) = holds.iter().partition(|hold| hold.lifted.is_none());
    web::render(HoldsPage {
        trust: trust::tabs(&caller, "/trust/retention"),
        tabs: tabs(&caller, "/trust/retention/holds"),
        page: page.title("Legal holds"),
        open: open.into_iter().map(line).collect(),
        lifted: lifted.into_iter().map(line).collect(),
        may_put: caller.has("data_protection_officer"),
    })
}

#[derive(Template)]
#[template(path = "retention/pages/hold_new.html")]
struct NewPage {
    page: Page,
    form: Form,
    kinds: Vec<Choice>,
    facets: Vec<Choice>,
    reasons: Vec<Choice>,
}

async fn new_page(site: &Site, page: Page, form: Form) -> web::Result {
    let names = agencies(site).await?;
    let facets = crate::agency::facets_of_all(&site.vault().book()).await?;
    let facets = facets.iter().map(|facet| {
        let text = format!("{}: {}", name_of(&names, facet.controller), law().category(&facet.category).name);
        Choice::new(format!("{} {}", facet.controller, facet.category), text)
    });
    let good = form.is_good();
    let shown = NewPage {
        page: page.title("Put a legal hold").with(&form),
        form,
        kinds: vec![
            Choice::new("person", "A person").hint("And all that is known of them, by every agency"),
            Choice::new("record", "A record").hint("With all its versions and what hangs on it"),
            Choice::new("facet", "A kind of data of one agency"),
        ],
        facets: facets.collect(),
        reasons: HoldReason::ALL.iter().map(|reason| Choice::new(reason, reason.words())).collect(),
    };
    if good { web::render(shown) } else { web::render_errors(shown) }
}

async fn new(site: Site, caller: Caller, page: Page, Query(asked): Query) -> web::Result {
    caller.needs(&["data_protection_officer"])?;
    let mut form = Form::of([("form_key", form_key(&site))]);
    for held in ["person", "record"] {
        if !asked.value(held).is_empty() {
            form.put("held", held);
            form.put("reference", asked.value(held).to_owned());
        }
    }
    new_page(&site, page, form).await
}

fn held(form: &mut Form) -> Option<Held> {
    const REFERENCE: &str = "Enter the reference, of 26 letters and digits, that stands in the address of its page";
    match form.value("held").to_owned().as_str() {
        "person" => form.choice::<Id<kind::Person>>("reference", REFERENCE).map(Held::Person),
        "record" => form.choice::<Id<kind::Record>>("reference", REFERENCE).map(Held::Record),
        "facet" => {
            let facet = form.value("facet").to_owned();
            let held = facet
                .split_once(' ')
                .and_then(|(agency, category)| Some(Held::Facet(agency.parse().ok()?, category.parse::<Code>().ok()?)));
            if held.is_none() {
                form.refuse("facet", "Select whose data of what kind");
            }
            held
        }
        _ => {
            form.refuse("held", "Select what is held");
            None
        }
    }
}

async fn place(site: Site, caller: Caller, page: Page, mut form: Form) -> web::Result {
    caller.needs(&["data_protection_officer"])?;
    let held = held(&mut form);
    let reason = form.choice::<HoldReason>("reason", "Select why");
    let case_reference = form.required("case", 80, "Enter the reference of the case");
    let words = form.required("words", 500, "Enter why, in a sentence");
    let review_on = form.date("review", "the day on which it is looked at again");
    let form_key = form.value("form_key").to_owned();
    if let (true, Some(held), Some(reason), Some(case_reference), Some(words), Some(review_on), 32) =
        (form.is_good(), held, reason, case_reference, words, review_on, form_key.len())
    {
        let new = NewHold { held, reason, words, case_reference, review_on, form_key };
        match put(site.vault(), &caller.actor(), &new).await {
            Ok(id) => {
                let said = "The hold is on. Nothing of it expires or is erased until it is lifted";
                return Ok(web::done(&site, &format!("/trust/retention/holds/{id}"), said));
            }
            Err(error @ RetentionError::Past) => form.refuse("review", error.to_string()),
            Err(error) => return Err(error.into()),
        }
    }
    new_page(&site, page, form).await
}

#[derive(Template)]
#[template(path = "retention/pages/hold.html")]
struct HoldPage {
    page: Page,
    here: String,
    what: String,
    reference: String,
    reason: &'static str,
    words: String,
    case: String,
    review: String,
    put: String,
    asked: String,
    lifted: String,
    may_ask: bool,
    may_lift: bool,
}

async fn show(site: Site, caller: Caller, page: Page, Path(id): Path<Id<kind::Hold>>) -> web::Result {
    let reader = reader(&site, &caller, Verb::View).await?;
    let hold = hold::one(&reader, id).await?.ok_or(Fault::NotFound)?;
    let mut members = vec![hold.put_by];
    members.extend(hold.lift_asked.map(|(member, _)| member));
    members.extend(hold.lifted.map(|(member, _)| member));
    let names = Names::read(&site, &caller, &members).await?;
    let signed = |by: Option<(Id<kind::Member>, base::Timestamp)>| {
        by.map_or_else(String::new, |(member, at)| format!("{}, {}", names.member(member), time::full(at)))
    };
    let vault = site.vault();
    web::render(HoldPage {
        page: page.title("Legal hold"),
        here: format!("/trust/retention/holds/{id}"),
        what: what(&hold.held, &agencies(&site).await?),
        reference: match &hold.held {
            Held::Person(id) => id.to_string(),
            Held::Record(id) => id.to_string(),
            Held::Facet(..) => String::new(),
        },
        reason: hold.reason.words(),
        words: unsealed(vault, &hold.words)?,
        case: unsealed(vault, &hold.case_reference)?,
        review: time::date(hold.review_on),
        put: signed(Some((hold.put_by, hold.put_at))),
        asked: signed(hold.lift_asked),
        lifted: signed(hold.lifted),
        may_ask: hold.lifted.is_none() && hold.lift_asked.is_none() && caller.has("data_protection_officer"),
        may_lift: hold.lifted.is_none() && hold.lift_asked.is_some_and(|(asked, _)| asked != caller.id),
    })
}

async fn ask(site: Site, caller: Caller, Path(id): Path<Id<kind::Hold>>, _: Form) -> web::Result {
    caller.needs(&["data_protection_officer"])?;
    let here = format!("/trust/retention/holds/{id}");
    match ask_to_lift(site.vault(), &caller.actor(), id).await {
        Ok(()) => Ok(web::done(&site, &here, "Somebody else of the unit must lift it now")),
        Err(RetentionError::Done) => Ok(web::done(&site, &here, "")),
        Err(error) => Err(error.into()),
    }
}

async fn lift_it(site: Site, caller: Caller, Path(id): Path<Id<kind::Hold>>, _: Form) -> web::Result {
    caller.needs(ANSWERABLE)?;
    let here = format!("/trust/retention/holds/{id}");
    match lift(site.vault(), &caller.actor(), id).await {
        Ok(()) => Ok(web::done(&site, &here, "The hold is lifted. What it held can expire and be erased again")),
        Err(RetentionError::Done) => Ok(web::done(&site, &here, "")),
        Err(error) => Err(error.into()),
    }
}
