//! The page on which one looks for a person. What was typed goes by POST and stands in no address, no log and no history; what was found is
//! held under a random id, and shown at its address.

use std::collections::BTreeMap;

use askama::Template;
use axum::{Router, extract::Path, http::StatusCode, routing::get};
use base::{Date, Id, NhsNumber, Upn, kind, names::fold};
use share::api::{Pointer, UnusualRule, alarm_of_unusual, pointers};
use vault::{Purpose, Refusal};
use web::{Caller, ChildFlag, Choice, Fault, Form, Page, Site};

use super::{
    Hit, Wanted, find,
    found::{Held, How, held, hold},
    hits,
};

/// What one may look somebody up for.
const PURPOSES: [Purpose; 5] =
    [Purpose::Safeguarding, Purpose::Support, Purpose::Prevention, Purpose::Linking, Purpose::Rights];

pub(crate) fn routes() -> Router<Site> {
    Router::new().route("/people", get(ask).post(look)).route("/people/found/{id}", get(show))
}

#[derive(Template)]
#[template(path = "search/search.html")]
struct SearchPage {
    page: Page,
    form: Form,
    purposes: Vec<Choice>,
    /// None before anything was looked for.
    found: Option<Vec<Found>>,
    /// Whether a data protection officer looked, to answer the person.
    rights: bool,
}

/// Somebody who was found, in words.
struct Found {
    person: Id<kind::Person>,
    name: Option<String>,
    child: ChildFlag,
    quality: String,
    open: Vec<String>,
    pointers: Vec<Pointer>,
}

#[derive(Template)]
#[template(path = "search/over.html")]
struct OverPage {
    page: Page,
}

impl Found {
    fn pointer_words(&self) -> String {
        match self.pointers.len() {
            1 => "1 more service knows this person".to_owned(),
            more => format!("{more} more services know this person"),
        }
    }

    fn alone_words(&self) -> String {
        match self.pointers.len() {
            1 => "1 service knows this person".to_owned(),
            more => format!("{more} services know this person"),
        }
    }
}

fn purposes() -> Vec<Choice> {
    let choice = |purpose: Purpose| {
        let choice = Choice::new(purpose, share::api::purpose_title(purpose));
        if purpose == Purpose::Prevention { choice.hint("Records given in confidence are left out") } else { choice }
    };
    PURPOSES.into_iter().map(choice).collect()
}

fn page_of(page: Page, form: Form, found: Option<Vec<Found>>) -> SearchPage {
    SearchPage { page: page.title("Find a person").with(&form), form, purposes: purposes(), found, rights: false }
}

/// Who may look people up at all; policy decides whom they then find.
pub const LOOK_PEOPLE_UP: &[&str] =
    &["navigator", "youth_worker", "social_worker", "analyst", "intelligence_officer", "data_protection_officer"];

async fn ask(caller: Caller, page: Page) -> web::Result {
    caller.needs(LOOK_PEOPLE_UP)?;
    web::render(page_of(page, Form::empty(), None))
}

async fn look(site: Site, caller: Caller, page: Page, mut form: Form) -> web::Result {
    caller.needs(LOOK_PEOPLE_UP)?;
    let purpose = form.choice::<Purpose>("purpose", "Select what you need this for");
    let purpose = purpose.filter(|purpose| PURPOSES.contains(purpose));
    let wanted = wanted(&mut form);
    let (Some(purpose), Some(wanted), true) = (purpose, wanted, form.is_good()) else {
        return web::render_errors(page_of(page, form, None));
    };
    let (vault, actor) = (site.vault(), caller.actor());
    if let Err(wait) = site.throttle_searches().take(&caller.id.to_string(), site.now()) {
        alarm_of_unusual(vault, &actor, UnusualRule::SearchLimit).await?;
        return Err(Fault::TooMany(format!(
            "You have looked for very many people in a short time. Nothing is lost. Wait {} and try again. The unit’s data protection officer \
             is told that you came to this limit.",
            wait.words()
        )));
    }
    let found = match find(vault, &actor, purpose, &wanted).await {
        Ok(found) => found,
        // That nothing may be searched says nothing about whether there is anybody.
        Err(Refusal::Refused { .. }) => Vec::new(),
        Err(Refusal::Store(error)) => return Err(error.into()),
    };
    let id = hold(vault, &actor, caller.id, &Held { purpose, how: How::from(&wanted), found }).await?;
    Ok(web::done(&site, &format!("/people/found/{id}"), ""))
}

/// What was found, as it may be shown now. An answer that was another's, or whose time is over, looks like one that never was.
async fn show(site: Site, caller: Caller, page: Page, Path(id): Path<String>) -> web::Result {
    caller.needs(LOOK_PEOPLE_UP)?;
    let (vault, actor) = (site.vault(), caller.actor());
    let Some(answer) = held(vault, &actor, caller.id, &id).await? else {
        return web::render_as(StatusCode::GONE, OverPage { page: page.title("This answer is no longer kept") });
    };
    let hits = match hits(vault, &actor, answer.purpose, &answer.found).await {
        Ok(hits) => hits,
        Err(Refusal::Refused { .. }) => Vec::new(),
        Err(Refusal::Store(error)) => return Err(error.into()),
    };
    let names: BTreeMap<_, _> =
        share::api::agencies(&vault.plain()).await?.into_iter().map(|agency| (agency.id, agency.name)).collect();
    let today = site.now().date_in_london();
    let mut people = Vec::new();
    for hit in hits {
        let known = pointers(vault, &caller, hit.person, answer.purpose, &hit.pointers).await?;
        people.push(found(hit, known, &names, answer.how, today));
    }
    let form = Form::of([("purpose", answer.purpose.code())]);
    let rights = answer.purpose == Purpose::Rights && caller.has("data_protection_officer");
    web::render(SearchPage { rights, ..page_of(page, form, Some(people)) })
}

/// What was typed: an identifier alone, or a full name with a date of birth. Anything less finds nobody, and says why.
fn wanted(form: &mut Form) -> Option<Wanted> {
    let identifier = form.optional("identifier", 40)?;
    if !identifier.is_empty() {
        if let Ok(number) = identifier.parse::<NhsNumber>() {
            return Some(Wanted::Nhs(number));
        }
        if let Ok(number) = identifier.parse::<Upn>() {
            return Some(Wanted::Upn(number));
        }
        if identifier.parse::<base::Postcode>().is_ok() {
            form.refuse("identifier", "This is a postcode. It finds a place, not people: look it up under Places");
            return None;
        }
        form.refuse(
            "identifier",
            "This is neither an NHS number (10 digits) nor a unique pupil number (a letter and 12 more characters): one character may be wrong",
        );
        return None;
    }
    let (given, family) = (form.optional("given", 100)?, form.optional("family", 100)?);
    let any_date = ["born-day", "born-month", "born-year"].iter().any(|part| !form.value(part).trim().is_empty());
    if given.is_empty() && family.is_empty() && !any_date {
        form.refuse("identifier", "Enter an NHS number or unique pupil number, or a full name and date of birth");
        return None;
    }
    let whole = |name: &str| fold(name).chars().filter(|c| c.is_alphabetic()).count() > 1;
    if !whole(&given) {
        form.refuse(
            "given",
            "Enter the whole given name: part of a name finds nobody, so that nobody is found by guessing",
        );
    }
    if !whole(&family) {
        form.refuse(
            "family",
            "Enter the whole family name: part of a name finds nobody, so that nobody is found by guessing",
        );
    }
    let born = form.date("born", "the date of birth");
    form.is_good().then_some(Wanted::Name { given, family, born: born? })
}

fn found(hit: Hit, pointers: Vec<Pointer>, names: &BTreeMap<Id<kind::Agency>, String>, how: How, today: Date) -> Found {
    let named = |agencies: &[Id<kind::Agency>]| -> Vec<String> {
        agencies.iter().map(|agency| names.get(agency).cloned().unwrap_or_else(|| "An agency".to_owned())).collect()
    };
    let agrees = match how {
        How::Nhs => "Same NHS number",
        How::Upn => "Same unique pupil number",
        How::Name(_) => "Same full name and date of birth",
    };
    // How many records a service holds is its own to say.
    let quality = match hit.records {
        _ if !pointers.is_empty() => agrees.to_owned(),
        1 => format!("{agrees}, in the one record"),
        records => format!("{agrees}, in {} of {records} records", hit.agreeing),
    };
    let age = match how {
        // A pointer says no more than what was asked: the age is that of the date that was typed.
        How::Name(born) if hit.shown.is_none() => base::age_on(born, today),
        _ => hit.shown.as_ref().and_then(|shown| shown.age_on(today)),
    };
    Found {
        person: hit.person,
        name: hit.shown.as_ref().map(|shown| shown.name_or_words().to_owned()),
        child: age.into(),
        quality: if hit.shown.is_some() { quality } else { agrees.to_owned() },
        open: named(&hit.open),
        pointers,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn form(fields: &[(&'static str, &'static str)]) -> Form {
        Form::of(fields.iter().copied())
    }

    fn error_of(fields: &[(&'static str, &'static str)]) -> (Vec<String>, Option<Wanted>) {
        let mut form = form(fields);
        let wanted = wanted(&mut form);
        (form.errors().iter().map(|(field, _)| field.clone()).collect(), wanted)
    }

    #[test]
    fn an_identifier_alone_is_enough() {
        let (errors, wanted) = error_of(&[("identifier", "943 476 5919")]);
        assert!(errors.is_empty());
        assert!(matches!(wanted, Some(Wanted::Nhs(_))));
        assert_eq!(error_of(&[("identifier", "943 476 5918")]).0, ["identifier"]);
        assert_eq!(
            error_of(&[("identifier", "SS1 2AB")]),
            (vec!["identifier".to_owned()], None),
            "a postcode finds nobody"
        );
    }

    #[test]
    fn part_of_a_name_finds_nobody() {
        let born = [("born-day", "14"), ("born-month", "2"), ("born-year", "2010")];
        let with = |given, family| [&[("given", given), ("family", family)][..], &born].concat();
        assert_eq!(error_of(&with("D", "Okafor")).0, ["given"]);
        assert_eq!(error_of(&with("Daniel", "")).0, ["family"]);
        assert_eq!(error_of(&with("Dan*", "%%")).0, ["family"]);
        assert_eq!(error_of(&[("given", "Daniel"), ("family", "Okafor")]).0, ["born"]);
        assert!(matches!(error_of(&with("Daniel", "Okafor")).1, Some(Wanted::Name { .. })));
        assert_eq!(error_of(&[]).0, ["identifier"]);
    }
}
