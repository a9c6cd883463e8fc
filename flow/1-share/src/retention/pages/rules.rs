//! `/trust/retention`: the rules with a bar for each, what waits, and how a change is proposed and approved.

use askama::Template;
use axum::{
    Router,
    extract::Path,
    routing::{get, post},
};
use base::{Id, code, kind};
use vault::{Purpose, Scope, Verb};
use web::{
    Caller, Fault, Form, Page, Site,
    chart::{Chart, Point},
    time,
};

use super::{Tabs, permit, queue::oldest, tabs, whose};
use crate::{
    agency,
    ask::pages::Names,
    law::law,
    retention::{
        ANSWERABLE, RetentionError, hold,
        rule::{Rule, Rules, Then},
        store::{self, For},
        version::{self, Hand, Version},
    },
    trust,
};

pub(super) fn routes() -> Router<Site> {
    Router::new()
        .route("/trust/retention", get(list))
        .route("/trust/retention/change", get(ask).post(propose))
        .route("/trust/retention/versions/{id}", get(show))
        .route("/trust/retention/versions/{id}/approve", post(approve))
        .route("/trust/retention/versions/{id}/withdraw", post(withdraw))
}

/// The longest text of rules.
const LONGEST: usize = 100_000;

struct RuleLine {
    name: String,
    regime: String,
    categories: String,
    only: String,
    length: String,
    then: String,
    law: String,
    words: String,
    note: String,
    checked: bool,
    reviewed: bool,
    bar: String,
}

struct VersionLine {
    href: String,
    title: String,
    state: String,
}

#[derive(Template)]
#[template(path = "retention/pages/rules.html")]
struct RulesPage {
    page: Page,
    trust: Tabs,
    tabs: Tabs,
    number: i64,
    rules: Vec<RuleLine>,
    unchecked: usize,
    versions: Vec<VersionLine>,
    may_change: bool,
    waiting: u64,
    oldest: String,
    holds: Option<usize>,
    picture: Chart,
}

fn line(rule: &Rule) -> RuleLine {
    // A category that no feed brings yet has no name of its own.
    let names: Vec<String> = rule.categories.iter().map(|code| law().category(code).name.replace('_', " ")).collect();
    let mut only = Vec::new();
    if let Some(age) = rule.under {
        only.push(format!("only where the person was under {age}"));
    }
    if !rule.kinds.is_empty() {
        only.push(kinds(&rule.kinds));
    }
    let again = rule.again_years.map(|years| match years {
        1 => ", again after a year at the latest".to_owned(),
        years => format!(", again after {years} years at the latest"),
    });
    let until = rule.until_age.map(|age| format!(", no longer than to the age of {age}"));
    RuleLine {
        name: rule.name.clone(),
        regime: rule.regime.clone(),
        categories: base::first_large(&names.join(", ")),
        only: only.join("; "),
        length: format!("{} {}", rule.length(), rule.from.words()),
        then: match rule.then {
            Then::Review => {
                format!("a named person reviews it{}{}", again.unwrap_or_default(), until.unwrap_or_default())
            }
            Then::Expire => "it is deleted without review".to_owned(),
        },
        law: rule.law.clone(),
        words: rule.words.clone(),
        note: rule.note.clone(),
        checked: rule.checked,
        reviewed: rule.then == Then::Review,
        bar: bar(rule),
    }
}

/// The kinds to which a rule is limited: by their names, and the codes that some feeds write for them.
fn kinds(kinds: &[String]) -> String {
    let (codes, names): (Vec<&str>, Vec<&str>) =
        kinds.iter().map(String::as_str).partition(|kind| kind.chars().all(|letter| letter.is_ascii_uppercase()));
    match (names.is_empty(), codes.is_empty()) {
        (false, true) => format!("only {}", names.join(", ")),
        (true, _) => format!("only what a feed marks {}", codes.join(", ")),
        (false, false) => format!("only {}, which a feed may write as {}", names.join(", "), codes.join(", ")),
    }
}

/// The time line of a rule, over 30 years: solid while it is kept, hatched in words where somebody may keep it on.
fn bar(rule: &Rule) -> String {
    let width = (rule.years_about() / 30.0 * 300.0).clamp(4.0, 300.0);
    let ends = match rule.then {
        Then::Review => "then a review",
        Then::Expire => "then it is deleted",
    };
    let title = format!("{} {}, {ends}", rule.length(), rule.from.words());
    let after = if rule.then == Then::Review {
        format!("<rect class=\"chart-area--1\" x=\"{width:.0}\" y=\"4\" width=\"{:.0}\" height=\"12\"/>", 300.0 - width)
    } else {
        String::new()
    };
    format!(
        "<svg class=\"app-chart__svg\" viewBox=\"0 0 300 20\" role=\"img\" aria-label=\"{title}\">\
         <rect class=\"chart-area\" x=\"0\" y=\"4\" width=\"300\" height=\"12\"/>{after}\
         <rect class=\"chart-area--4\" x=\"0\" y=\"4\" width=\"{width:.0}\" height=\"12\"/></svg>"
    )
}

fn state(version: &Version) -> String {
    match (version.effective_at, version.withdrawn_at) {
        (Some(at), _) => format!("in force from {}", time::full(at)),
        (None, Some(at)) => format!("withdrawn {}", time::full(at)),
        (None, None) => format!("proposed {}, waits for a second agency", time::full(version.made_at)),
    }
}

async fn list(site: Site, caller: Caller, page: Page) -> web::Result {
    let whose = whose(&site, &caller).await?;
    let plain = site.vault().plain();
    let (number, rules) = version::in_force(&plain).await?;
    let versions = version::all(&plain).await?;
    let permit = permit(&site, &caller, whose, Verb::List, Scope::unit()).await?;
    let reader = site.vault().read(&permit)?;
    let backlog = store::backlog(&reader, whose, site.now().date_in_london()).await?;
    let holds = match whose {
        For::Unit(_) => Some(hold::all(&reader).await?.iter().filter(|hold| hold.lifted.is_none()).count()),
        For::Owner(_) => None,
    };
    let points = rules.0.iter().map(|rule| Point::new(rule.name.clone(), rule.years_about())).collect();
    let picture = Chart::bars("retention-years", "How long each is kept before anything happens, in years", points)
        .described("A bar for each rule. Some are then deleted without review; some are reviewed by a named person.")
        .heads("Rule", "Years")
        .note("Counted for a person of 15 today. A partner’s or an agreement’s shorter time wins.");
    web::render(RulesPage {
        trust: trust::tabs(&caller, "/trust/retention"),
        tabs: tabs(&caller, "/trust/retention"),
        page: page.title("Retention"),
        number,
        unchecked: rules.0.iter().filter(|rule| !rule.checked).count(),
        rules: rules.0.iter().map(line).collect(),
        versions: versions
            .iter()
            .map(|version| VersionLine {
                href: format!("/trust/retention/versions/{}", version.id),
                title: format!("Version {}", version.number),
                state: state(version),
            })
            .collect(),
        may_change: hand(&site, &caller).await?.may_propose(),
        waiting: backlog.iter().map(|month| month.n).sum(),
        oldest: oldest(&backlog, site.now().date_in_london()),
        holds,
        picture,
    })
}

#[derive(Template)]
#[template(path = "retention/pages/change.html")]
struct ChangePage {
    page: Page,
    form: Form,
}

/// What the caller is to versions of the rules.
async fn hand(site: &Site, caller: &Caller) -> Result<Hand, Fault> {
    let unit = agency::unit(&site.vault().plain()).await?.map(|unit| unit.id);
    let of_unit = unit == Some(caller.agency);
    Ok(Hand {
        member: caller.id,
        agency: caller.agency,
        officer: of_unit && caller.has("data_protection_officer"),
        owner: !of_unit && caller.has("data_owner"),
        unit,
    })
}

/// Refuses those who propose no rules.
async fn proposes(site: &Site, caller: &Caller) -> Result<(), Fault> {
    if hand(site, caller).await?.may_propose() { Ok(()) } else { Err(Fault::Denied) }
}

async fn ask(site: Site, caller: Caller, page: Page) -> web::Result {
    proposes(&site, &caller).await?;
    let versions = version::all(&site.vault().plain()).await?;
    let latest = versions.iter().find(|version| version.effective_at.is_some());
    let text = latest.map_or(Rules::STARTING, |version| &version.text);
    let form = Form::of([("rules", text)]);
    web::render(ChangePage { page: page.title("Propose other rules of retention").with(&form), form })
}

async fn propose(site: Site, caller: Caller, page: Page, mut form: Form) -> web::Result {
    proposes(&site, &caller).await?;
    let text = form.required("rules", LONGEST, "Enter the rules").map(|text| text.replace("\r\n", "\n") + "\n");
    let why = form.required("why", 500, "Enter why they change");
    if let (true, Some(text), Some(why)) = (form.is_good(), text, why) {
        match version::propose(site.vault(), &caller.actor(), &text, &why).await {
            Ok(id) => {
                let said = "Proposed. Somebody of another agency must approve it";
                return Ok(web::done(&site, &format!("/trust/retention/versions/{id}"), said));
            }
            Err(error @ (RetentionError::Rules(_) | RetentionError::Same)) => form.refuse("rules", error.to_string()),
            Err(error) => return Err(error.into()),
        }
    }
    web::render_errors(ChangePage { page: page.title("Propose other rules of retention").with(&form), form })
}

/// What stands before a rule that is new, and after one that goes.
const NO_RULE: &str = "no rule";

struct Changed {
    name: String,
    before: String,
    after: String,
}

#[derive(Template)]
#[template(path = "retention/pages/version.html")]
struct VersionPage {
    page: Page,
    here: String,
    why: String,
    state: String,
    steps: Vec<String>,
    changed: Vec<Changed>,
    /// Why this caller does not approve it; empty where they may, or where it waits no more.
    not_yours: String,
    may_approve: bool,
    may_withdraw: bool,
}

fn changed(before: &Rules, after: &Rules) -> Vec<Changed> {
    let words = |rule: &Rule| {
        let line = line(rule);
        let only = if line.only.is_empty() { String::new() } else { format!(" ({})", line.only) };
        format!("{}{only}: {}, then {}. {}", line.categories, line.length, line.then, line.words)
    };
    let mut changed = Vec::new();
    for rule in &after.0 {
        let old = before.by_code(rule.code.as_str());
        if old != Some(rule) {
            let before = old.map_or_else(|| NO_RULE.to_owned(), words);
            changed.push(Changed { name: rule.name.clone(), before, after: words(rule) });
        }
    }
    for rule in before.0.iter().filter(|rule| after.by_code(rule.code.as_str()).is_none()) {
        changed.push(Changed { name: rule.name.clone(), before: words(rule), after: NO_RULE.to_owned() });
    }
    changed
}

async fn show(site: Site, caller: Caller, page: Page, Path(id): Path<Id<kind::RetentionVersion>>) -> web::Result {
    caller.needs(ANSWERABLE)?;
    let vault = site.vault();
    let versions = version::all(&vault.plain()).await?;
    let version = versions.iter().find(|version| version.id == id).ok_or(Fault::NotFound)?;
    let read = |text: &str| Rules::read(text).map_err(Fault::internal);
    let before = versions.iter().find(|before| Some(before.number) == version.based_on);
    let before = before.map_or_else(|| Ok(Rules(Vec::new())), |before| read(&before.text))?;
    let staff = vault.staff(&caller.actor(), Purpose::Administration, code!("retention_rules_read")).await?;
    let steps = version::steps(&staff, id).await?;
    let open = version.effective_at.is_none() && version.withdrawn_at.is_none();
    let hand = hand(&site, &caller).await?;
    let approves = hand.may_approve(&steps);
    let names = Names::read(&site, &caller, &steps.iter().map(|step| step.member).collect::<Vec<_>>()).await?;
    web::render(VersionPage {
        page: page.title(format!("Rules of retention, version {}", version.number)),
        here: format!("/trust/retention/versions/{id}"),
        why: version.why.clone(),
        state: state(version),
        not_yours: match &approves {
            Err(why) if open => why.to_string(),
            _ => String::new(),
        },
        may_approve: open && approves.is_ok(),
        may_withdraw: open && hand.may_withdraw(&steps),
        steps: steps
            .iter()
            .map(|step| {
                let what = match step.step.as_str() {
                    "proposed" => "Proposed",
                    "approved" => "Approved",
                    _ => "Withdrawn",
                };
                format!(
                    "{what} by {}, {}, {}",
                    names.member(step.member),
                    names.agency(step.agency),
                    time::full(step.at)
                )
            })
            .collect(),
        changed: changed(&before, &read(&version.text)?),
    })
}

async fn approve(site: Site, caller: Caller, Path(id): Path<Id<kind::RetentionVersion>>, _: Form) -> web::Result {
    caller.needs(ANSWERABLE)?;
    let here = format!("/trust/retention/versions/{id}");
    match version::approve(site.vault(), &caller.actor(), id).await {
        Ok(()) => Ok(web::done(&site, &here, "Approved. The rules are in force, and every record is looked at again")),
        Err(RetentionError::Done) => Ok(web::done(&site, &here, "")),
        Err(error) => Err(error.into()),
    }
}

async fn withdraw(site: Site, caller: Caller, Path(id): Path<Id<kind::RetentionVersion>>, _: Form) -> web::Result {
    caller.needs(ANSWERABLE)?;
    let here = format!("/trust/retention/versions/{id}");
    match version::withdraw(site.vault(), &caller.actor(), id).await {
        Ok(()) => Ok(web::done(&site, &here, "The change was withdrawn. The rules stay as they are")),
        Err(RetentionError::Done) => Ok(web::done(&site, &here, "")),
        Err(error) => Err(error.into()),
    }
}
