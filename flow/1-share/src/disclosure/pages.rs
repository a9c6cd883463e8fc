//! `/trust/disclosures`: the register, for those who answer for it: the unit's data protection officer sees all of it, a partner's data owner or
//! officer what their own agency gave or was told. It names those who work here, and of the people it is about their references alone.

use std::collections::BTreeMap;

use askama::Template;
use axum::{Router, extract::Path, routing::get};
use base::{Code, Date, Id, first_large, kind, london};
use vault::{Purpose, Reader, Refusal, Scope, Verb};
use web::{Caller, Choice, Fault, Form, Page, Paging, Query, Site, chart::Chart, time};

use super::{
    Disclosure, How, api_notices, chart, file_pages, key, notice_pages,
    store::{self, For, Narrowed},
    words::{ground_words, power_words, rule_words},
};
use crate::{
    agency, agreement,
    agreement::purpose_words,
    ask::{make::own_permit, pages::Names},
    law::law,
    trust,
};

pub(crate) fn routes() -> Router<Site> {
    Router::new()
        .route("/trust/disclosures", get(list))
        .route("/trust/disclosures/{id}", get(show))
        .merge(notice_pages::routes())
        .merge(file_pages::routes())
        .merge(key::routes())
        .merge(api_notices::routes())
}

/// Who answers for what was disclosed.
pub(crate) const ANSWERERS: &[&str] = &["data_owner", "data_protection_officer"];
const PAGE_SIZE: u64 = 50;

/// For whom this caller reads the register.
pub(crate) async fn whose(site: &Site, caller: &Caller) -> Result<For, Fault> {
    caller.needs(ANSWERERS)?;
    let unit = agency::unit(&site.vault().plain()).await?.filter(|unit| unit.id == caller.agency);
    let all = unit.is_some() && caller.has("data_protection_officer");
    Ok(For { agency: caller.agency, all, member: caller.id })
}

async fn reader(site: &Site, caller: &Caller, verb: Verb, scope: Scope) -> Result<Reader, Fault> {
    let permit = own_permit(site.vault(), &caller.actor(), caller.agency, verb, scope, Purpose::Rights).await;
    match permit {
        Ok(permit) => Ok(site.vault().read(&permit)?),
        Err(Refusal::Refused { .. }) => Err(Fault::Denied),
        Err(Refusal::Store(error)) => Err(error.into()),
    }
}

struct Line {
    href: String,
    when: String,
    to: String,
    what: String,
    from: String,
    purpose: String,
    ground: String,
    how: &'static str,
}

#[derive(Template)]
#[template(path = "disclosure/list.html")]
struct ListPage {
    page: Page,
    tabs: Vec<(&'static str, &'static str, bool)>,
    form: Form,
    all: bool,
    agency: String,
    partners: Vec<Choice>,
    purposes: Vec<Choice>,
    ways: Vec<Choice>,
    months: Vec<Choice>,
    total: String,
    by_month: Chart,
    by_partner: Chart,
    by_purpose: Chart,
    lines: Vec<Line>,
    paging: Paging,
}

async fn list(site: Site, caller: Caller, page: Page, Query(form): Query) -> web::Result {
    let whose = whose(&site, &caller).await?;
    let (vault, now) = (site.vault(), site.now());
    let today = now.date_in_london();
    let narrowed = narrowed(&form);
    let reader = reader(&site, &caller, Verb::List, Scope::unit()).await?;
    let year = Narrowed {
        from: chart::months(today).first().and_then(|first| london::start_of(*first).ok()),
        until: None,
        ..narrowed.clone()
    };
    let sums = store::sums(&reader, whose, &year).await?;
    let counted = store::sums(&reader, whose, &narrowed).await?;
    let total: u64 = counted.iter().map(|sum| sum.n).sum();
    let paging = Paging::new(&address(&form), form.value("page"), PAGE_SIZE, total);
    let found = store::list(&reader, whose, &narrowed, PAGE_SIZE, paging.offset()).await?;
    let agencies: BTreeMap<_, _> =
        agency::all(&vault.plain()).await?.into_iter().map(|agency| (agency.id, agency.name)).collect();
    let agreements = agreement_titles(&site).await?;
    let mut partners: Vec<Choice> = agencies.iter().map(|(id, name)| Choice::new(id, name.clone())).collect();
    partners.sort_by(|one, other| one.text.cmp(&other.text));
    let named = |id: &Id<kind::Agency>| agencies.get(id).cloned().unwrap_or_else(|| "An agency".to_owned());
    let lines = found.iter().map(|one| Line {
        href: format!("/trust/disclosures/{}", one.id),
        when: time::moment(one.last_at, now),
        to: named(&one.to),
        what: law().category(&one.data).name,
        from: named(&one.from),
        purpose: first_large(purpose_words(one.purpose)),
        ground: ground_words(one.ground, agreements.get(&one.ground_id).map(String::as_str)),
        how: one.how.words(),
    });
    let months = chart::months(today).into_iter().rev();
    web::render(ListPage {
        lines: lines.collect(),
        tabs: trust::tabs(&caller, "/trust/disclosures"),
        all: whose.all,
        agency: caller.agency_name.clone(),
        partners,
        purposes: Purpose::ALL.iter().map(|one| Choice::new(one, first_large(purpose_words(*one)))).collect(),
        ways: How::ALL.iter().map(|how| Choice::new(how, how.words())).collect(),
        months: months.map(|month| Choice::new(month, time::month(month))).collect(),
        total: web::thousands(total),
        by_month: chart::by_month(&sums, today),
        by_partner: chart::by_partner(&sums, &agencies),
        by_purpose: chart::by_purpose(&sums),
        page: page.title("Disclosures"),
        form,
        paging,
    })
}

/// What the filter says; what it can't be is passed over.
fn narrowed(form: &Form) -> Narrowed {
    let known = |name: &str, good: bool| if good { form.value(name).to_owned() } else { String::new() };
    let month: Option<Date> = form.value("month").parse().ok();
    Narrowed {
        partner: known("partner", form.value("partner").parse::<Id<kind::Agency>>().is_ok()),
        purpose: known("purpose", form.value("purpose").parse::<Purpose>().is_ok()),
        how: known("how", form.value("how").parse::<How>().is_ok()),
        from: month.and_then(|month| london::start_of(month.first_of_month()).ok()),
        until: month.and_then(|month| london::start_of(month.last_of_month().tomorrow().ok()?).ok()),
    }
}

fn address(form: &Form) -> String {
    let set = ["partner", "purpose", "how", "month"].into_iter().filter(|name| !form.value(name).is_empty());
    let set: Vec<String> =
        set.map(|name| format!("{name}={}", form.value(name).replace(['&', '#', ' ', '%', '+'], ""))).collect();
    if set.is_empty() { "/trust/disclosures".to_owned() } else { format!("/trust/disclosures?{}", set.join("&")) }
}

async fn agreement_titles(site: &Site) -> Result<BTreeMap<String, String>, Fault> {
    let agreements = agreement::all(&site.vault().plain()).await?;
    Ok(agreements.into_iter().map(|one| (one.id.to_string(), one.terms.title)).collect())
}

#[derive(Template)]
#[template(path = "disclosure/show.html")]
struct ShowPage {
    page: Page,
    rows: Vec<(&'static str, String)>,
    /// The agreement, to be opened.
    agreement: String,
    obligations: Vec<String>,
}

async fn show(site: Site, caller: Caller, page: Page, Path(id): Path<Id<kind::Disclosure>>) -> web::Result {
    let whose = whose(&site, &caller).await?;
    let reader = reader(&site, &caller, Verb::View, Scope::of("disclosure", id)).await?;
    let one = store::one(&reader, whose, id).await?.ok_or(Fault::NotFound)?;
    let members: Vec<_> = one.member.into_iter().collect();
    let names = Names::read(&site, &caller, &members).await?;
    let agreements = agreement_titles(&site).await?;
    let title = agreements.get(&one.ground_id);
    web::render(ShowPage {
        page: page.title("A disclosure"),
        rows: rows(&one, &names, title.map(String::as_str)),
        agreement: title.map_or_else(String::new, |_| format!("/trust/agreements/{}", one.ground_id)),
        obligations: one.obligations.iter().map(obligation).collect(),
    })
}

fn obligation(code: &Code) -> String {
    crate::decision::obligation_words(code).map_or_else(|| first_large(&code.as_str().replace('_', " ")), str::to_owned)
}

fn rows(one: &Disclosure, names: &Names, agreement: Option<&str>) -> Vec<(&'static str, String)> {
    let code = |code: &Option<Code>| code.as_ref().map(rule_words);
    let rows = [
        ("What", Some(law().category(&one.data).name)),
        ("From", Some(names.agency(one.from).to_owned())),
        ("To", Some(names.agency(one.to).to_owned())),
        ("Seen by", one.member.map(|member| names.member(member).to_owned())),
        ("How", Some(one.how.words().to_owned())),
        ("What for", Some(first_large(purpose_words(one.purpose)))),
        ("On what", Some(ground_words(one.ground, agreement))),
        ("Power in law", Some(power_words(&one.power))),
        ("Basis in data protection law", Some(rule_words(&one.basis))),
        ("Further condition", code(&one.condition)),
        ("Duty of confidence", code(&one.confidentiality)),
        ("Fields", Some(one.fields.as_ref().map_or_else(|| "All".to_owned(), |fields| field_words(fields)))),
        ("First told on that day", Some(time::full(one.first_at))),
        ("Last told on that day", Some(time::full(one.last_at))),
        ("Receipt", one.receipt_at.map(time::full).or_else(|| (one.how == How::File).then(|| "Not yet".to_owned()))),
        ("Reference of the record", one.record.map(|id| id.to_string())),
        ("Reference of the person", one.person.map(|id| id.to_string())),
        ("Reference of the permit, as the log names it", Some(one.permit.to_string())),
        ("Reference of this disclosure", Some(one.id.to_string())),
    ];
    rows.into_iter().filter_map(|(key, value)| Some((key, value?))).collect()
}

fn field_words(fields: &[String]) -> String {
    let words: Vec<String> = fields.iter().map(|field| field.replace('_', " ")).collect();
    words.join(", ")
}
