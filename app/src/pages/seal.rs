//! Sealing a person or a record that was found, and the sealed moments that wait: what needs records, people and moments at once.

use std::collections::{BTreeMap, BTreeSet};

use askama::Template;
use axum::extract::Path;
use base::{Id, kind};
use ingest::api::Feed;
use share::api::{Agency, Duty, NewSeal, SealWhy};
use vault::{Ask, Facet, Purpose, Reader, Refusal, Scope, StoreError, Vault, Verb};
use web::{Caller, Choice, Fault, Form, Page, Site};

const SEALERS: &[&str] = &["data_owner", "data_protection_officer"];

#[derive(Template)]
#[template(path = "pages/sealing.html")]
struct SealingPage {
    page: Page,
    form: Form,
    /// Where one began with a person; empty where one begins with a reference.
    person: String,
    here: String,
    feeds: Vec<Choice>,
    whats: Vec<Choice>,
    whys: Vec<Choice>,
    /// Nobody is named for the caller's agency yet, without whom it can't seal.
    nobody_named: bool,
}

/// The feeds of the caller's agency that name people; of every agency for the unit's officer.
async fn feeds(site: &Site, caller: &Caller) -> Result<Vec<(&'static Feed, Agency)>, Fault> {
    let agencies = share::api::agencies(&site.vault().plain()).await?;
    let unit = agencies.iter().any(|agency| agency.id == caller.agency && agency.kind == share::api::AgencyKind::Unit);
    let all = unit && caller.has("data_protection_officer");
    let of = |feed: &'static Feed| {
        let agency = agencies.iter().find(|agency| agency.code == feed.agency)?;
        let person = feed.role != ingest::api::Role::Nobody;
        (person && feed.has_source_id() && (all || agency.id == caller.agency)).then(|| (feed, agency.clone()))
    };
    Ok(ingest::api::feeds().iter().filter_map(of).collect())
}

async fn sealing_page(
    site: &Site,
    caller: &Caller,
    page: Page,
    form: Form,
    person: Option<Id<kind::Person>>,
) -> web::Result {
    let feeds = feeds(site, caller).await?;
    let choice = |(feed, _): &(&Feed, Agency)| {
        Choice::new(&feed.name, format!("{}: {}", feed.title, feed.source_id_names().replace('_', " ")))
    };
    let good = form.is_good();
    let readers = share::api::seal_readers(&site.vault().book()).await?;
    let shown = SealingPage {
        nobody_named: caller.has("data_owner") && readers.iter().all(|reader| reader.agency != caller.agency),
        page: page.title("Seal a person or a record").with(&form),
        form,
        here: person.map_or_else(|| "/trust/sealing".to_owned(), |person| format!("/trust/sealing/{person}")),
        person: person.map(|person| person.to_string()).unwrap_or_default(),
        feeds: feeds.iter().map(choice).collect(),
        whats: vec![
            Choice::new("person", "Everything about the person")
                .hint("Other agencies’ records of them too: each names its own readers"),
            Choice::new("record", "This record only"),
        ],
        whys: SealWhy::CHOSEN.iter().map(|why| Choice::new(why, why.words())).collect(),
    };
    if good { web::render(shown) } else { web::render_errors(shown) }
}

async fn needs(site: &Site, caller: &Caller) -> Result<(), Fault> {
    caller.needs(SEALERS)?;
    if share::api::may_seal(site, caller).await? { Ok(()) } else { Err(Fault::Denied) }
}

/// The form that begins with the agency's own reference.
///
/// # Errors
/// Without the duty.
pub async fn ask(site: Site, caller: Caller, page: Page) -> web::Result {
    needs(&site, &caller).await?;
    sealing_page(&site, &caller, page, Form::empty(), None).await
}

/// The form that begins with a person.
///
/// # Errors
/// Without the duty.
pub async fn ask_person(site: Site, caller: Caller, page: Page, Path(person): Path<Id<kind::Person>>) -> web::Result {
    needs(&site, &caller).await?;
    sealing_page(&site, &caller, page, Form::empty(), Some(person)).await
}

/// What the caller may find for the rights of whomever it is about: nothing of it is opened.
async fn reader(vault: &Vault, caller: &Caller, scope: Scope) -> Result<Option<Reader>, Fault> {
    let facets: Vec<Facet> = share::api::all_person_facets(&vault.book()).await?;
    let (actor, purpose) = (caller.actor(), Purpose::Rights);
    match vault.permit(Ask { actor, verb: Verb::List, scope, purpose, facets, facts: BTreeMap::new() }).await {
        Ok(permit) => Ok(Some(vault.read(&permit)?)),
        Err(Refusal::Refused { .. }) => Ok(None),
        Err(Refusal::Store(error)) => Err(error.into()),
    }
}

/// Seals what a reference names.
///
/// # Errors
/// Without the duty; a reference that names nothing is asked for again.
pub async fn seal_reference(site: Site, caller: Caller, page: Page, mut form: Form) -> web::Result {
    needs(&site, &caller).await?;
    let name = form.required("feed", 60, "Select which feed it came by");
    let reference = form.required("reference", 200, "Enter your reference");
    let whole = form.choice::<String>("what", "Select what is sealed").map(|what| what == "person");
    let why = form.choice::<SealWhy>("why", "Select why");
    let (Some(name), Some(reference), Some(whole), Some(why), true) = (name, reference, whole, why, form.is_good())
    else {
        return sealing_page(&site, &caller, page, form, None).await;
    };
    let feeds = feeds(&site, &caller).await?;
    let (feed, agency) = feeds.into_iter().find(|(feed, _)| feed.name == *name).ok_or(Fault::NotFound)?;
    let found = match reader(site.vault(), &caller, Scope::unit()).await? {
        Some(reader) => found(&reader, feed, &reference).await?,
        None => None,
    };
    let Some((record, person)) = found else {
        form.refuse("reference", "There is no record with this reference that you may see");
        return sealing_page(&site, &caller, page, form, None).await;
    };
    let about = person.filter(|_| whole).map_or_else(|| record.to_string(), |person| person.to_string());
    let new = NewSeal { about, whole: whole && person.is_some(), why, agency: agency.id };
    seal(&site, &caller, &new).await
}

async fn found(
    reader: &Reader,
    feed: &Feed,
    reference: &str,
) -> Result<Option<(Id<kind::Record>, Option<Id<kind::Person>>)>, StoreError> {
    let versions = ingest::api::records_by_source(reader, feed.name.as_str(), reference).await?;
    let Some(last) = versions.last() else { return Ok(None) };
    Ok(Some((last.id, link::api::person_of(reader, last.id).await?)))
}

/// Seals a person that the caller may know of. Of anybody else it is said that there is nobody.
///
/// # Errors
/// Not found; without the duty.
pub async fn seal_person(
    site: Site,
    caller: Caller,
    page: Page,
    Path(person): Path<Id<kind::Person>>,
    mut form: Form,
) -> web::Result {
    needs(&site, &caller).await?;
    let Some(why) = form.choice::<SealWhy>("why", "Select why") else {
        return sealing_page(&site, &caller, page, form, Some(person)).await;
    };
    let reader = reader(site.vault(), &caller, Scope::person(person)).await?.ok_or(Fault::NotFound)?;
    let known = link::api::who_knows(&reader, person).await?;
    // For the caller's own agency where it knows them; else for the first that does, by the unit's officer.
    let agency = known.iter().find(|agency| **agency == caller.agency).or(known.first()).ok_or(Fault::NotFound)?;
    seal(&site, &caller, &NewSeal { about: person.to_string(), whole: true, why, agency: *agency }).await
}

async fn seal(site: &Site, caller: &Caller, new: &NewSeal) -> web::Result {
    share::api::seal(site.vault(), &caller.actor(), new).await?;
    Ok(web::done(site, "/trust/seals", "Sealed. From now on only those who are named see it"))
}

struct Waiting {
    agency: String,
    waiting: u64,
    overdue: u64,
    /// How many of its named members can act.
    can_act: usize,
}

#[derive(Template)]
#[template(path = "pages/sealed_moments.html")]
struct SealedMomentsPage {
    page: Page,
    rows: Vec<Waiting>,
}

/// How many moments of sealed people wait by the agency that controls them, and whether anybody who is named could act: a member who helps
/// young people and is named by that agency and by the unit, whose contacts and referrals are sealed with them.
async fn waiting(site: &Site, caller: &Caller) -> Result<Vec<Waiting>, Fault> {
    let vault = site.vault();
    let agencies = share::api::agencies(&vault.plain()).await?;
    let unit = agencies.iter().find(|agency| agency.kind == share::api::AgencyKind::Unit).map(|agency| agency.id);
    let all = caller.has("data_protection_officer") && unit == Some(caller.agency);
    let book = vault.book();
    let readers = share::api::seal_readers(&book).await?;
    let helpers: BTreeSet<Id<kind::Member>> = share::api::members(&book)
        .await?
        .into_iter()
        .filter(|member| member.active)
        .filter(|member| {
            [Duty::Navigator, Duty::YouthWorker, Duty::SocialWorker].iter().any(|duty| member.duties.contains(duty))
        })
        .map(|member| member.id)
        .collect();
    let named = |agency, member| readers.iter().any(|one| one.agency == agency && one.member == member);
    let row = |(agency, counts): (Id<kind::Agency>, act::api::SealedWaiting)| Waiting {
        agency: agencies
            .iter()
            .find(|one| one.id == agency)
            .map_or_else(|| "An agency".to_owned(), |one| one.name.clone()),
        waiting: counts.waiting,
        overdue: counts.overdue,
        can_act: helpers
            .iter()
            .filter(|member| named(agency, **member) && unit.is_some_and(|unit| named(unit, **member)))
            .count(),
    };
    let counts = act::api::sealed_waiting(vault).await?;
    Ok(counts.into_iter().filter(|(agency, _)| all || *agency == caller.agency).map(row).collect())
}

/// Moments of sealed people that wait: counts only.
///
/// # Errors
/// Without the duty.
pub async fn sealed_moments(site: Site, caller: Caller, page: Page) -> web::Result {
    needs(&site, &caller).await?;
    let rows = waiting(&site, &caller).await?;
    web::render(SealedMomentsPage { page: page.title("Moments of sealed people"), rows })
}

/// How many moments of sealed people wait while nobody who is named could act, for the home page; none where this caller does not answer
/// for them, or all is well.
///
/// # Errors
/// The database's.
pub async fn nobody_can_act(site: &Site, caller: &Caller) -> Result<Option<u64>, Fault> {
    if !SEALERS.iter().any(|duty| caller.has(duty)) || !share::api::may_seal(site, caller).await? {
        return Ok(None);
    }
    let alone: u64 = waiting(site, caller).await?.iter().filter(|row| row.can_act == 0).map(|row| row.waiting).sum();
    Ok((alone > 0).then_some(alone))
}
