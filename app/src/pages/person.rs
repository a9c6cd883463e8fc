//! One person, made of what each stage shows of them. Opening it asks for the purpose first; policy decides what is shown.

use std::collections::BTreeMap;

use askama::Template;
use axum::extract::Path;
use base::{Id, code, kind};
use share::api::Pointer;
use vault::{Ask, Facet, Permit, Purpose, Reader, Refusal, Scope, Vault, Verb};
use web::{Caller, ChildFlag, Choice, Fault, Form, Page, Site};

#[derive(Template)]
#[template(path = "pages/person_purpose.html")]
struct PurposePage {
    page: Page,
    form: Form,
    purposes: Vec<Choice>,
}

#[derive(Template)]
#[template(path = "pages/person.html")]
struct PersonPage {
    page: Page,
    name: String,
    child: ChildFlag,
    knows: Vec<String>,
    /// Services that know them too, and whose records are not shown.
    pointers: Vec<Pointer>,
    withheld: Vec<Withheld>,
    handling: Vec<String>,
    purpose: &'static str,
    /// Where the data protection officer records a request of theirs; empty for everyone else.
    request: String,
    /// What they say themselves of records that are shown: of whose, and in their words.
    says: Vec<(String, String)>,
    parts: Vec<Part>,
    /// The person's reference, for those who put somebody into a file for another agency.
    file: Option<Id<kind::Person>>,
    /// Where this caller may seal them; empty for everybody else.
    seal: String,
}

/// What is not shown: which data of whom and why, and the way to ask for it.
struct Withheld {
    words: String,
    ask: Option<String>,
    emergency: Option<String>,
}

/// What one stage shows of a person.
struct Part {
    title: &'static str,
    order: u32,
    html: String,
}

fn purposes() -> Vec<Choice> {
    [Purpose::Support, Purpose::Safeguarding, Purpose::Prevention, Purpose::Linking, Purpose::Rights]
        .into_iter()
        .map(|purpose| Choice::new(purpose.code(), share::api::purpose_title(purpose)))
        .collect()
}

/// Asks what for.
///
/// # Errors
/// Not found without a duty to look people up.
pub async fn ask(caller: Caller, page: Page, Path(_): Path<Id<kind::Person>>) -> web::Result {
    caller.needs(link::api::LOOK_PEOPLE_UP)?;
    web::render(PurposePage {
        page: page.title("Why do you need to see this person?"),
        form: Form::empty(),
        purposes: purposes(),
    })
}

/// Shows the person as far as policy grants it for that purpose. Somebody of whom nothing is granted is not found.
///
/// # Errors
/// Not found; a missing purpose is asked for again.
pub async fn show(
    site: Site,
    caller: Caller,
    page: Page,
    Path(person): Path<Id<kind::Person>>,
    mut form: Form,
) -> web::Result {
    caller.needs(link::api::LOOK_PEOPLE_UP)?;
    let Some(purpose) = form.choice::<Purpose>("purpose", "Choose why you need to see this person") else {
        let page = page.title("Why do you need to see this person?").with(&form);
        return web::render_errors(PurposePage { page, form, purposes: purposes() });
    };
    let vault = site.vault();
    let asked_for = person;
    let permit = match permit(vault, &caller, person, purpose, Verb::View).await {
        Ok(permit) => permit,
        Err(Refusal::Refused { .. }) => return Err(Fault::NotFound),
        Err(Refusal::Store(error)) => return Err(error.into()),
    };
    let reader = vault.read(&permit)?;
    let person = link::api::current_person(&reader, person).await?;
    let shown = match link::api::shown_of(&reader, &[person]).await?.remove(&person) {
        Some(shown) => shown,
        None => listed(vault, &caller, person, purpose).await?.ok_or(Fault::NotFound)?,
    };
    let agencies = names(vault).await?;
    let named = |id: &Id<kind::Agency>| agencies.get(id).cloned().unwrap_or_else(|| "A partner".to_owned());
    let known = link::api::who_knows(&reader, person).await?;
    let others = others(vault, &caller, (asked_for, person), purpose, &known).await?;
    let unit = share::api::unit(&vault.plain()).await?.map(|unit| unit.id);
    let withheld = permit.withheld().iter().map(|(facet, why)| {
        let service = named(&facet.controller);
        let words = format!(
            "{} of {service}: {}",
            share::api::category_words(&facet.category),
            share::api::refusal_words(why.as_str())
        );
        // The unit itself has no other agency's data, and nobody who would be asked for it.
        let ways = (Some(facet.controller) != unit)
            .then(|| share::api::withheld(vault, &caller, person, purpose, facet.controller, service));
        let (ask, emergency) = ways.map_or((None, None), |ways| (ways.ask, ways.emergency));
        Withheld { words, ask, emergency }
    });
    // Sealed and unsealed records of one kind are one line.
    let mut withheld: Vec<Withheld> = withheld.collect();
    withheld.dedup_by(|one, other| one.words == other.words);
    let says = share::api::what_they_say(vault, &reader, person).await?.into_iter();
    let says = says.map(|one| {
        let of = format!("{}, {}", share::api::category_words(&one.category), named(&one.controller));
        (of, one.says)
    });
    let says = says.collect();
    let today = site.now().date_in_london();
    web::render(PersonPage {
        page: page.title("A person"),
        name: shown.name_or_words().to_owned(),
        child: ChildFlag::from(shown.age_on(today)),
        knows: known.iter().map(named).collect(),
        pointers: others,
        withheld,
        handling: share::api::handling(&vault.plain(), &permit).await?,
        purpose: share::api::purpose_words(purpose),
        parts: parts(&site, &caller, &reader, (asked_for, person)).await?,
        file: FILE_MAKERS.iter().any(|duty| caller.has(duty)).then_some(person),
        request: if purpose == Purpose::Rights && caller.has("data_protection_officer") {
            format!("/trust/rights/new?person={person}")
        } else {
            String::new()
        },
        says,
        seal: if share::api::may_seal(&site, &caller).await? {
            format!("/trust/sealing/{person}")
        } else {
            String::new()
        },
    })
}

/// Who somebody is, to whoever records a request of theirs: what is held is opened once it is recorded.
async fn listed(
    vault: &Vault,
    caller: &Caller,
    person: Id<kind::Person>,
    purpose: Purpose,
) -> Result<Option<link::api::Shown>, Fault> {
    if purpose != Purpose::Rights || !caller.has("data_protection_officer") {
        return Ok(None);
    }
    let permit = match permit(vault, caller, person, purpose, Verb::List).await {
        Ok(permit) => permit,
        Err(Refusal::Refused { .. }) => return Ok(None),
        Err(Refusal::Store(error)) => return Err(error.into()),
    };
    Ok(link::api::shown_of(&vault.read(&permit)?, &[person]).await?.remove(&person))
}

/// The services that know somebody as far as this member may search, and whose records they don't see: as whom they were asked for, and
/// as whom they are now.
async fn others(
    vault: &Vault,
    caller: &Caller,
    (asked_for, person): (Id<kind::Person>, Id<kind::Person>),
    purpose: Purpose,
    known: &[Id<kind::Agency>],
) -> web::Result<Vec<Pointer>> {
    let searching = match permit(vault, caller, asked_for, purpose, Verb::Search).await {
        Ok(permit) => permit,
        Err(Refusal::Refused { .. }) => return Ok(Vec::new()),
        Err(Refusal::Store(error)) => return Err(error.into()),
    };
    let reader = vault.read(&searching)?;
    let mut services = link::api::who_knows(&reader, person).await?;
    services.retain(|service| !known.contains(service));
    share::api::register_pointers(&reader, person, &services).await?;
    Ok(share::api::pointers(vault, caller, person, purpose, &services).await?)
}

async fn permit(
    vault: &Vault,
    caller: &Caller,
    person: Id<kind::Person>,
    purpose: Purpose,
    verb: Verb,
) -> Result<Permit, Refusal> {
    let mut facets: Vec<Facet> = share::api::all_person_facets(&vault.book()).await?;
    for category in [code!("contact"), code!("referral"), code!("link_decision")] {
        facets.extend(share::api::unit_facet(&vault.plain(), category).await?);
    }
    facets.sort();
    facets.dedup();
    let ask =
        Ask { actor: caller.actor(), verb, scope: Scope::person(person), purpose, facets, facts: BTreeMap::new() };
    vault.permit(ask).await
}

async fn names(vault: &Vault) -> web::Result<BTreeMap<Id<kind::Agency>, String>> {
    Ok(share::api::agencies(&vault.plain()).await?.into_iter().map(|agency| (agency.id, agency.name)).collect())
}

/// Who may put somebody into a file for another agency.
const FILE_MAKERS: &[&str] = &["data_owner", "data_protection_officer"];

async fn parts(
    site: &Site,
    caller: &Caller,
    reader: &Reader,
    (asked_for, person): (Id<kind::Person>, Id<kind::Person>),
) -> web::Result<Vec<Part>> {
    let mut parts = Vec::new();
    let mut ids = vec![person.to_string(), asked_for.to_string()];
    ids.extend(link::api::records_of(reader, person).await?.into_iter().map(|row| row.record.to_string()));
    if let Some(part) = share::api::disclosed_part(site, caller, &ids).await? {
        parts.push(Part { title: part.title, order: part.order, html: part.html });
    }
    if let Some(part) = act::api::person_part(site.vault(), reader, person).await? {
        parts.push(Part { title: part.title, order: part.order, html: part.html });
    }
    if let Some(part) = link::api::person_part(site.vault(), reader, person).await? {
        parts.push(Part { title: part.title, order: part.order, html: part.html });
    }
    parts.sort_by_key(|part| part.order);
    Ok(parts)
}
