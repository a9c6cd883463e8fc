//! The page of seals: how many there are, who is named, and lifting one by two people. About whom a seal is stands there for those who
//! are named for it, and for nobody else. Sealing itself begins where a person or record was found: see `app`.

use std::collections::{BTreeMap, BTreeSet};

use askama::Template;
use axum::{
    Router,
    extract::Path,
    routing::{get, post},
};
use base::{Id, code, kind};
use vault::{Ask, Facet, Purpose, Refusal, Scope, Verb};
use web::{Caller, Choice, Fault, Form, Page, Site, time};

use super::{Seal, SealReader, answers_for, is_officer, second::is_second, store};
use crate::{
    agency::{self, Agency},
    ask::pages::Names,
    member,
    rights::sealed::parts_without_two,
    trust,
};

pub(crate) fn routes() -> Router<Site> {
    Router::new()
        .route("/trust/seals", get(list))
        .route("/trust/seals/readers", post(name))
        .route("/trust/seals/readers/{agency}/{member}/end", post(unname))
        .route("/trust/seals/{id}/second", post(confirm))
        .route("/trust/seals/{id}/not-confirmed", post(end_unconfirmed))
        .route("/trust/seals/{id}/lift", post(ask_to_lift))
        .route("/trust/seals/{id}/confirm", post(lift))
        .route("/trust/seals/{id}/keep", post(keep))
}

/// Who has to do with seals.
pub(crate) const SEALERS: &[&str] = &["data_owner", "data_protection_officer"];

/// Whether this caller may seal: a data owner for their own agency, the unit's data protection officer for any.
///
/// # Errors
/// The database's.
pub async fn may_seal(site: &Site, caller: &Caller) -> Result<bool, vault::StoreError> {
    let (vault, actor) = (site.vault(), caller.actor());
    Ok(answers_for(vault, &actor, caller.agency).await?.is_some() || is_officer(vault, &actor).await?)
}

struct SealRow {
    title: String,
    /// Where whoever is named finds the person; empty for everybody else.
    href: String,
    made: String,
    asked: String,
    here: String,
    /// This caller asked that it be lifted, so another has to confirm.
    waits: bool,
    may_confirm: bool,
    may_ask: bool,
    /// Until when a second person is to confirm it; empty where nobody has to.
    unconfirmed: String,
    /// Whether that is this caller.
    second: bool,
    /// Whether its clock is over.
    overdue: bool,
}

struct ReaderRow {
    who: String,
    by: String,
    end: String,
}

/// One agency's seals and who is named.
struct Group {
    agency: String,
    sealed: usize,
    readers: Vec<ReaderRow>,
    rows: Vec<SealRow>,
}

#[derive(Template)]
#[template(path = "seal/list.html")]
struct ListPage {
    page: Page,
    form: Form,
    tabs: Vec<(&'static str, &'static str, bool)>,
    groups: Vec<Group>,
    /// Whom one may name, where this caller may name anybody.
    members: Vec<Choice>,
    agency: String,
    may_name: bool,
    may_seal: bool,
    /// Parts of answers that hold something and for which nobody, or only one, is named.
    parts: u64,
}

/// Where those seals lead that this caller is named for: people by the seal.
async fn known(site: &Site, caller: &Caller, agencies: &[Agency]) -> Result<BTreeMap<Id<kind::Seal>, String>, Fault> {
    let vault = site.vault();
    let facets = agencies.iter().map(|agency| Facet { controller: agency.id, category: super::category() }).collect();
    let (actor, purpose) = (caller.actor(), Purpose::Rights);
    let ask = Ask { actor, verb: Verb::List, scope: Scope::unit(), purpose, facets, facts: BTreeMap::new() };
    let permit = match vault.permit(ask).await {
        Ok(permit) => permit,
        Err(Refusal::Refused { .. }) => return Ok(BTreeMap::new()),
        Err(Refusal::Store(error)) => return Err(error.into()),
    };
    let about = store::about(&vault.read(&permit)?).await?;
    Ok(about.into_iter().filter(|one| one.whole).map(|one| (one.id, format!("/people/{}", one.about))).collect())
}

async fn list(site: Site, caller: Caller, page: Page) -> web::Result {
    list_page(&site, &caller, page, Form::empty()).await
}

async fn list_page(site: &Site, caller: &Caller, page: Page, form: Form) -> web::Result {
    caller.needs(SEALERS)?;
    let (vault, actor) = (site.vault(), caller.actor());
    let (officer, owner) =
        (is_officer(vault, &actor).await?, answers_for(vault, &actor, caller.agency).await?.is_some());
    let staff = vault.staff(&actor, Purpose::Administration, code!("seals_listed")).await?;
    let mut agencies = agency::all(&vault.plain()).await?;
    agencies.retain(|agency| officer || agency.id == caller.agency);
    let (seals, readers) = (store::all(&staff).await?, store::readers(&staff).await?);
    let known = known(site, caller, &agencies).await?;
    let whom: Vec<Id<kind::Member>> = seals
        .iter()
        .flat_map(|seal| seal.made_by.into_iter().chain(seal.lift_asked.map(|(by, _)| by)))
        .chain(readers.iter().flat_map(|reader| [reader.member, reader.named_by]))
        .collect();
    let names = Names::read(site, caller, &whom).await?;
    let now = site.now();
    let mut seconds = BTreeSet::new();
    for seal in seals.iter().filter(|seal| seal.confirm_by.is_some()) {
        if is_second(vault, &actor, seal).await? {
            seconds.insert(seal.id);
        }
    }
    let seal_row = |seal: &Seal| {
        let asked_by = seal.lift_asked.map(|(by, _)| by);
        SealRow {
            title: seal.why.words().to_owned(),
            href: known.get(&seal.id).cloned().unwrap_or_default(),
            made: match seal.made_by {
                Some(by) => format!("{}, {}", names.member(by), time::moment(seal.made_at, now)),
                None => format!("by its feed, {}", time::moment(seal.made_at, now)),
            },
            asked: seal.lift_asked.map_or_else(String::new, |(by, at)| {
                format!("{} asked that it be lifted, {}.", names.member(by), time::moment(at, now))
            }),
            here: format!("/trust/seals/{}", seal.id),
            waits: asked_by == Some(caller.id),
            may_confirm: asked_by.is_some_and(|by| by != caller.id),
            may_ask: asked_by.is_none(),
            unconfirmed: seal.confirm_by.map_or_else(String::new, |by| time::moment(by, now)),
            overdue: seal.confirm_by.is_some_and(|by| by < now),
            second: seconds.contains(&seal.id) && asked_by.is_none(),
        }
    };
    let reader_row = |reader: &SealReader| ReaderRow {
        who: names.member(reader.member).to_owned(),
        by: format!("named by {}, {}", names.member(reader.named_by), time::moment(reader.named_at, now)),
        end: format!("/trust/seals/readers/{}/{}/end", reader.agency, reader.member),
    };
    let groups = agencies.iter().map(|agency| {
        let own: Vec<&Seal> = seals.iter().filter(|seal| seal.agency == agency.id).collect();
        Group {
            agency: agency.name.clone(),
            sealed: own.len(),
            readers: readers.iter().filter(|reader| reader.agency == agency.id).map(reader_row).collect(),
            rows: own.into_iter().map(seal_row).collect(),
        }
    });
    let groups: Vec<Group> = groups.filter(|group| !officer || group.sealed > 0 || !group.readers.is_empty()).collect();
    let named: BTreeSet<_> = readers.iter().filter(|one| one.agency == caller.agency).map(|one| one.member).collect();
    let members = if owner { choices(&names, &staff, &named).await? } else { Vec::new() };
    let good = form.is_good();
    let shown = ListPage {
        page: page.title("What is sealed").with(&form),
        form,
        tabs: trust::tabs(caller, "/trust/seals"),
        groups,
        members,
        agency: caller.agency_name.clone(),
        parts: parts_without_two(vault, caller).await?,
        may_name: owner,
        may_seal: owner || officer,
    };
    if good { web::render(shown) } else { web::render_errors(shown) }
}

/// Everybody who works with people and is not named yet, with their agency.
async fn choices(
    names: &Names,
    staff: &vault::Staff,
    named: &BTreeSet<Id<kind::Member>>,
) -> Result<Vec<Choice>, Fault> {
    const WORK_WITH_PEOPLE: [member::Duty; 6] = [
        member::Duty::Navigator,
        member::Duty::YouthWorker,
        member::Duty::SocialWorker,
        member::Duty::Analyst,
        member::Duty::DataOwner,
        member::Duty::DataProtectionOfficer,
    ];
    let mut members = member::all(staff).await?;
    members.retain(|one| {
        one.active && !named.contains(&one.id) && WORK_WITH_PEOPLE.iter().any(|duty| one.duties.contains(duty))
    });
    Ok(members.iter().map(|one| Choice::new(one.id, format!("{}, {}", one.name, names.agency(one.agency)))).collect())
}

async fn name(site: Site, caller: Caller, page: Page, mut form: Form) -> web::Result {
    caller.needs(SEALERS)?;
    let Some(reader) = form.choice::<Id<kind::Member>>("member", "Select whom you name") else {
        return list_page(&site, &caller, page, form).await;
    };
    super::name(site.vault(), &caller.actor(), caller.agency, reader).await?;
    Ok(web::done(&site, "/trust/seals", "They are named"))
}

async fn unname(
    site: Site,
    caller: Caller,
    Path((agency, reader)): Path<(Id<kind::Agency>, Id<kind::Member>)>,
    _: Form,
) -> web::Result {
    caller.needs(SEALERS)?;
    super::unname(site.vault(), &caller.actor(), agency, reader).await?;
    Ok(web::done(&site, "/trust/seals", "They see nothing sealed of this agency any more"))
}

async fn confirm(site: Site, caller: Caller, Path(id): Path<Id<kind::Seal>>, _: Form) -> web::Result {
    caller.needs(SEALERS)?;
    super::confirm(site.vault(), &caller.actor(), id).await?;
    Ok(web::done(&site, "/trust/seals", "It is confirmed, and stays sealed"))
}

async fn end_unconfirmed(site: Site, caller: Caller, Path(id): Path<Id<kind::Seal>>, _: Form) -> web::Result {
    caller.needs(SEALERS)?;
    super::end_unconfirmed(site.vault(), &caller.actor(), id).await?;
    Ok(web::done(&site, "/trust/seals", "The seal has ended. Whoever saw this before sees it again"))
}

async fn ask_to_lift(site: Site, caller: Caller, Path(id): Path<Id<kind::Seal>>, _: Form) -> web::Result {
    caller.needs(SEALERS)?;
    super::ask_to_lift(site.vault(), &caller.actor(), id).await?;
    Ok(web::done(&site, "/trust/seals", "A second person has to confirm it. Until then it stays sealed"))
}

async fn lift(site: Site, caller: Caller, Path(id): Path<Id<kind::Seal>>, _: Form) -> web::Result {
    caller.needs(SEALERS)?;
    super::lift(site.vault(), &caller.actor(), id).await?;
    Ok(web::done(&site, "/trust/seals", "The seal is lifted"))
}

async fn keep(site: Site, caller: Caller, Path(id): Path<Id<kind::Seal>>, _: Form) -> web::Result {
    caller.needs(SEALERS)?;
    super::keep(site.vault(), &caller.actor(), id).await?;
    Ok(web::done(&site, "/trust/seals", "It stays sealed"))
}
