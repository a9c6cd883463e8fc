//! `/trust/assessment`: the impact assessment as it stands, and signing it.

use std::collections::{BTreeMap, BTreeSet};

use askama::Template;
use axum::{Router, routing::get};
use base::{Date, code};
use vault::{Cause, Operation, Purpose, Scope, Staff};
use web::{Caller, Choice, Fault, Form, Page, Site, time};

use super::{
    Judgement, Measure, Residual, Risk, check, store,
    store::{Version, versions},
};
use crate::{
    member,
    oversight::{
        processing::{Processing, gather, pages::READERS},
        unusual::pages::is_officer,
    },
    trust,
};

pub(crate) fn routes() -> Router<Site> {
    Router::new().route("/trust/assessment", get(show)).route("/trust/assessment/sign", get(ask).post(sign))
}

struct RiskShown {
    code: String,
    title: &'static str,
    harm: &'static str,
    /// Whether every measure does.
    holds: bool,
    measures: Vec<Measure>,
    residual: Residual,
    judged: String,
}

struct PurposeShown {
    purpose: String,
    agreements: String,
    categories: String,
    powers: String,
    bases: String,
}

#[derive(Template)]
#[template(path = "oversight/assessment/page.html")]
struct AssessmentPage {
    page: Page,
    tabs: Vec<(&'static str, &'static str, bool)>,
    made: String,
    /// Of how many risks every measure holds.
    held: usize,
    controllers: usize,
    recipients: usize,
    categories: Vec<String>,
    people_tables: usize,
    purposes: Vec<PurposeShown>,
    risks: Vec<RiskShown>,
    signed: String,
    review: String,
    is_review_due: bool,
    consulted: String,
    /// What was configured otherwise when it was signed: added, and gone.
    added: Vec<String>,
    gone: Vec<String>,
    was_signed: bool,
    officer: bool,
    versions: Vec<String>,
    hash: String,
}

/// Everything that the pages show.
struct Gathered {
    staff: Staff,
    record: Processing,
    risks: BTreeMap<Risk, Vec<Measure>>,
    versions: Vec<Version>,
}

async fn gathered(site: &Site, caller: &Caller) -> Result<Gathered, Fault> {
    caller.needs(READERS)?;
    let vault = site.vault();
    let staff = vault.staff(&caller.actor(), Purpose::Oversight, code!("assessment_read")).await?;
    let record = gather(vault, &staff).await?;
    let risks = check(vault, &staff).await?;
    let versions = versions(&staff).await?;
    Ok(Gathered { staff, record, risks, versions })
}

/// What each purpose needs and stands on: necessity and proportionality, as it is configured.
fn purposes(record: &Processing) -> Vec<PurposeShown> {
    let mut of: BTreeMap<&str, [BTreeSet<&str>; 4]> = BTreeMap::new();
    for one in record.controllers.iter().flat_map(|controller| &controller.activities) {
        let [agreements, categories, powers, bases] = of.entry(&one.purpose).or_default();
        agreements.insert(&one.agreement);
        categories.extend(one.categories.iter().map(String::as_str));
        powers.extend(one.powers.iter().map(String::as_str));
        bases.extend(one.bases.iter().map(String::as_str));
    }
    let joined = |all: BTreeSet<&str>| all.into_iter().collect::<Vec<_>>().join("; ");
    of.into_iter()
        .map(|(purpose, [agreements, categories, powers, bases])| PurposeShown {
            purpose: base::first_large(purpose),
            agreements: joined(agreements),
            categories: joined(categories),
            powers: joined(powers),
            bases: joined(bases),
        })
        .collect()
}

/// What is configured now and was not, and what was and is not.
pub(super) fn changed(then: &[String], now: &[String]) -> (Vec<String>, Vec<String>) {
    let (old, new): (BTreeSet<&String>, BTreeSet<&String>) = (then.iter().collect(), now.iter().collect());
    let only = |one: &BTreeSet<&String>, other: &BTreeSet<&String>| {
        one.difference(other).map(|line| (*line).clone()).collect::<Vec<_>>()
    };
    (only(&new, &old), only(&old, &new))
}

/// Those of these measures that don't hold.
fn fails(measures: &[Measure]) -> impl Iterator<Item = &Measure> {
    measures.iter().filter(|measure| !measure.holds)
}

/// A measure as this reader sees it: a page that they may not open is not linked to.
fn shown_to(caller: &Caller, measure: &Measure) -> Measure {
    let href = if trust::may_open(caller, measure.href) { measure.href } else { "" };
    Measure { href, ..measure.clone() }
}

async fn show(site: Site, caller: Caller, page: Page) -> web::Result {
    let found = gathered(&site, &caller).await?;
    let latest = found.versions.first();
    let signers: Vec<_> = found.versions.iter().map(|version| version.signed_by).collect();
    let names = member::names(&found.staff, &signers).await?;
    let name = |version: &Version| {
        names.get(&version.signed_by).cloned().unwrap_or_else(|| "somebody who has left".to_owned())
    };
    let lines = found.record.lines();
    let (added, gone) = latest.map_or_else(Default::default, |version| changed(&version.lines, &lines));
    let today = site.now().date_in_london();
    let recipients: BTreeSet<&String> =
        found.record.controllers.iter().flat_map(|one| &one.activities).flat_map(|one| &one.recipients).collect();
    let categories: BTreeSet<String> = found.record.controllers.iter().flat_map(|one| one.supplies.clone()).collect();
    let risks = found.risks.iter().map(|(risk, measures)| {
        let judged = latest.and_then(|version| version.judgements.get(risk));
        RiskShown {
            code: risk.code().replace('_', "-"),
            title: risk.words(),
            harm: risk.more(),
            holds: fails(measures).next().is_none(),
            residual: Residual::of(measures),
            measures: measures.iter().map(|measure| shown_to(&caller, measure)).collect(),
            judged: judged.map_or_else(
                || "Not judged yet".to_owned(),
                |(judgement, words)| {
                    if words.is_empty() {
                        judgement.words().to_owned()
                    } else {
                        format!("{}. {words}", judgement.words())
                    }
                },
            ),
        }
    });
    // What does not hold is read first.
    let mut risks: Vec<RiskShown> = risks.collect();
    risks.sort_by_key(|risk| risk.holds);
    web::render(AssessmentPage {
        tabs: trust::tabs(&caller, "/trust/assessment"),
        page: page.title("Data protection impact assessment"),
        made: time::full(site.now()),
        held: risks.iter().filter(|risk| risk.holds).count(),
        controllers: found.record.controllers.len(),
        recipients: recipients.len(),
        categories: categories.into_iter().collect(),
        people_tables: found.record.tables.iter().filter(|table| table.about.starts_with("people")).count(),
        purposes: purposes(&found.record),
        risks,
        signed: latest.map_or_else(
            || "Nobody has signed it yet".to_owned(),
            |version| format!("Version {}, by {} on {}", version.number, name(version), time::full(version.signed_at)),
        ),
        review: latest.map_or_else(String::new, |version| time::date(version.review_on)),
        is_review_due: latest.is_some_and(|version| version.review_on < today),
        consulted: latest.map_or_else(String::new, |version| version.consulted.clone()),
        added,
        gone,
        was_signed: latest.is_some(),
        officer: is_officer(&site, &caller).await?,
        versions: found
            .versions
            .iter()
            .skip(1)
            .map(|version| {
                format!("Version {}, by {} on {}", version.number, name(version), time::full(version.signed_at))
            })
            .collect(),
        hash: found.record.hash(),
    })
}

struct RiskAsked {
    title: &'static str,
    harm: &'static str,
    field: String,
    words_field: String,
    /// What does not hold, and how that stands.
    failing: Vec<(&'static str, String)>,
}

#[derive(Template)]
#[template(path = "oversight/assessment/sign.html")]
struct SignPage {
    page: Page,
    form: Form,
    hash: String,
    risks: Vec<RiskAsked>,
    choices: Vec<Choice>,
}

/// The longest text about a risk, and about consulting, in characters.
const WORDS: usize = 500;
const CONSULTED: usize = 2000;

fn sign_page(page: Page, form: Form, found: &Gathered) -> web::Result {
    let good = form.is_good();
    let risks = found.risks.iter().map(|(risk, measures)| RiskAsked {
        title: risk.words(),
        harm: risk.more(),
        field: risk.code().to_owned(),
        words_field: format!("{}_words", risk.code()),
        failing: fails(measures).map(|measure| (measure.what, measure.now.clone())).collect(),
    });
    let shown = SignPage {
        page: page.title("Sign the impact assessment").with(&form),
        form,
        hash: found.record.hash(),
        risks: risks.collect(),
        choices: Judgement::ALL.iter().map(|one| Choice::new(one, one.words()).hint(one.more())).collect(),
    };
    if good { web::render(shown) } else { web::render_errors(shown) }
}

async fn officer(site: &Site, caller: &Caller) -> Result<(), Fault> {
    if is_officer(site, caller).await? { Ok(()) } else { Err(Fault::Denied) }
}

async fn ask(site: Site, caller: Caller, page: Page) -> web::Result {
    officer(&site, &caller).await?;
    let found = gathered(&site, &caller).await?;
    let mut form = Form::empty();
    if let Some(version) = found.versions.first() {
        for (risk, (judgement, words)) in &version.judgements {
            form.put(risk.code(), judgement.code());
            form.put(format!("{}_words", risk.code()), words.clone());
        }
        form.put("consulted", version.consulted.clone());
    }
    sign_page(page, form, &found)
}

async fn sign(site: Site, caller: Caller, page: Page, mut form: Form) -> web::Result {
    officer(&site, &caller).await?;
    let found = gathered(&site, &caller).await?;
    let mut judgements = BTreeMap::new();
    for risk in Risk::ALL {
        let sentence = format!("Select what you judge of “{}”", risk.words());
        let judgement = form.choice::<Judgement>(risk.code(), &sentence);
        let words = form.optional(&format!("{}_words", risk.code()), WORDS);
        if let (Some(judgement), Some(words)) = (judgement, words) {
            judgements.insert(*risk, (judgement, words));
        }
    }
    let consulted = form.required("consulted", CONSULTED, "Say whom you asked, or why you asked nobody");
    let review = form.date("review", "the day by which it is looked at again");
    let now = site.now();
    if review.is_some_and(|day: Date| day <= now.date_in_london()) {
        form.refuse("review", "The day by which it is looked at again must lie ahead");
    }
    let (true, Some(consulted), Some(review_on)) = (form.is_good(), consulted, review) else {
        return sign_page(page, form, &found);
    };
    if form.value("hash") != found.record.hash() {
        let words = "Something was configured otherwise since you opened this. Read the assessment again, then sign. Nothing was saved.";
        return Err(Fault::Conflict(words.to_owned()));
    }
    let cause = Cause {
        actor: caller.actor(),
        purpose: Purpose::Oversight,
        operation: Operation::Administration,
        act: code!("assessment_signed"),
        scope: Scope::unit(),
    };
    let mut change = site.vault().change(cause).await?;
    let version = Version {
        number: 0,
        signed_by: caller.id,
        signed_at: change.now(),
        review_on,
        consulted,
        judgements,
        hash: found.record.hash(),
        lines: found.record.lines(),
    };
    store::sign(&mut change, &version).await?;
    change.note("hash", &version.hash);
    change.commit().await?;
    Ok(web::done(&site, "/trust/assessment", "You have signed it"))
}
