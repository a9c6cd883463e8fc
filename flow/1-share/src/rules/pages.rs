//! `/trust/rules`: the rules in force in plain words with their citations, for every member; and, for those who answer for the data,
//! proposing a change, seeing what it would have decided otherwise, and approving it.

use std::collections::BTreeMap;

use askama::Template;
use axum::{
    Router,
    extract::Path,
    routing::{get, post},
};
use base::{Code, Id, code, kind, london};
use vault::{Cause, Operation, Purpose, Scope, audit};
use web::{Caller, Choice, Fault, Form, Page, Site};

use super::{
    ANSWERABLE, RulesError, Standing, Version, changes,
    commencement_pages::{self, DayLine, days_that_wait},
    store, words,
};
use crate::{
    agency,
    decision::{Replay, commenced},
    law::{Conduct, Force, Law, Rule, RuleKind, RuleText, law},
    member,
    oversight::unusual::pages::is_officer,
    trust,
};

/// The page's address.
pub(super) const HERE: &str = "/trust/rules";

pub(crate) fn routes() -> Router<Site> {
    Router::new()
        .route("/trust/rules", get(list))
        .route("/trust/rules/change", get(ask).post(propose))
        .route("/trust/rules/versions/{id}", get(show))
        .route("/trust/rules/versions/{id}/approve", post(approve))
        .route("/trust/rules/versions/{id}/withdraw", post(withdraw))
        .merge(commencement_pages::routes())
}

/// Decisions that are decided again for a proposal; the newest.
const REPLAYED: usize = 5000;
/// The longest file of rules.
const LONGEST: usize = 100_000;

struct RuleLine {
    code: String,
    name: String,
    law: String,
    summary: String,
    note: String,
    kind: &'static str,
    from: String,
    in_force: bool,
    text: String,
}

struct RuleGroup {
    title: &'static str,
    hint: &'static str,
    rules: Vec<RuleLine>,
}

#[derive(Template)]
#[template(path = "rules/list.html")]
struct RulesPage {
    page: Page,
    tabs: Vec<(&'static str, &'static str, bool)>,
    form: Form,
    number: i64,
    since: String,
    groups: Vec<RuleGroup>,
    conduct: Vec<(&'static str, Vec<Conduct>)>,
    versions: Vec<words::VersionLine>,
    by_regulations: Vec<Choice>,
    may_change: bool,
    /// The unit's data protection officer proposes the day on which a law begins.
    may_commence: bool,
    days: Vec<DayLine>,
}

#[derive(Template)]
#[template(path = "rules/change.html")]
struct ChangePage {
    page: Page,
    form: Form,
    files: Vec<File>,
}

/// A file of rules: what each says, and its text behind that.
struct File {
    field: String,
    name: String,
    title: String,
    rules: Vec<String>,
    /// Whether its text is shown: something in it is wrong.
    open: bool,
}

#[derive(Template)]
#[template(path = "rules/version.html")]
struct VersionPage {
    page: Page,
    version: words::VersionLine,
    why: String,
    from: String,
    steps: Vec<String>,
    changed: Vec<changes::Changed>,
    gone: Vec<Code>,
    decided: u64,
    since: String,
    differences: Vec<words::DifferenceLine>,
    open: bool,
    may_withdraw: bool,
    still_needed: usize,
}

async fn list(site: Site, caller: Caller, page: Page) -> web::Result {
    list_with(&site, &caller, page, Form::empty()).await
}

pub(super) async fn list_with(site: &Site, caller: &Caller, page: Page, form: Form) -> web::Result {
    let plain = site.vault().plain();
    let (versions, commenced, now) = (store::unsigned(&plain).await?, commenced(&plain).await?, site.now());
    let in_force = versions.iter().filter(|version| version.from().is_some_and(|from| from <= now));
    let in_force = in_force.max_by_key(|version| (version.from(), version.number));
    let law = law();
    let (never, who): (Vec<Conduct>, Vec<Conduct>) = law.conduct().into_iter().partition(|rule| rule.forbids);
    let waiting = law.gateways().filter(|rule| rule.force == Force::ByRegulations);
    let good = form.is_good();
    let shown = RulesPage {
        tabs: trust::tabs(caller, HERE),
        page: page.title("Rules of sharing").with(&form),
        form,
        number: in_force.map_or(1, |version| version.number),
        since: in_force.map_or_else(String::new, |version| words::since(version, now)),
        groups: groups(law, &commenced, now.date_in_london()),
        conduct: vec![("What is never done", never), ("Who may do what", who)],
        versions: versions.iter().map(|version| words::line(version, now)).collect(),
        by_regulations: waiting.map(|rule| Choice::new(&rule.code, rule.law.clone())).collect(),
        may_change: ANSWERABLE.iter().any(|duty| caller.has(duty)),
        may_commence: is_officer(site, caller).await?,
        days: days_that_wait(site, caller).await?,
    };
    if good { web::render(shown) } else { web::render_errors(shown) }
}

fn groups(law: &Law, commenced: &BTreeMap<Code, base::Date>, today: base::Date) -> Vec<RuleGroup> {
    let line = |rule: &Rule| RuleLine {
        code: rule.code.to_string(),
        name: rule.name.clone(),
        law: rule.law.clone(),
        summary: rule.summary.clone(),
        note: rule.note.clone(),
        kind: if rule.kind == RuleKind::Power { rule.power.words() } else { "" },
        from: words::force(rule, commenced),
        in_force: rule.in_force(today, commenced),
        text: rule.text.clone(),
    };
    let group = |kind, title, hint| RuleGroup { title, hint, rules: law.rules(kind).map(line).collect() };
    vec![
        group(
            RuleKind::Power,
            "Powers and duties to share",
            "Every disclosure to another agency stands on one of these.",
        ),
        group(
            RuleKind::Basis,
            "Bases in data protection law",
            "Whoever receives it needs one of these; the first that fits is recorded.",
        ),
        group(
            RuleKind::Condition,
            "Further conditions",
            "Needed for what is sensitive (UK GDPR article 9) and for offences (article 10).",
        ),
        group(
            RuleKind::Confidentiality,
            "Grounds that answer a duty of confidence",
            "Needed for what was given in confidence.",
        ),
    ]
}

/// The texts that a change starts from: the last approved version's.
async fn current(site: &Site) -> Result<Vec<RuleText>, Fault> {
    let versions = store::unsigned(&site.vault().plain()).await?;
    let latest = versions.into_iter().filter(|version| version.from().is_some()).max_by_key(|version| version.number);
    Ok(latest.map_or_else(crate::law::starting, |version| version.texts))
}

fn field(name: &str) -> String {
    format!("file-{}", name.replace(['/', '.'], "-"))
}

fn change_page(page: Page, form: Form, texts: &[RuleText]) -> ChangePage {
    let file = |file: &RuleText| {
        let field = field(&file.name);
        File {
            title: words::title(&file.name),
            rules: words::rules(&file.text),
            open: form.errors().iter().any(|(at, _)| *at == field),
            name: file.name.clone(),
            field,
        }
    };
    let files = texts.iter().map(file).collect();
    ChangePage { page: page.title("Propose a change of the rules").with(&form), form, files }
}

async fn ask(site: Site, caller: Caller, page: Page) -> web::Result {
    caller.needs(ANSWERABLE)?;
    let texts = current(&site).await?;
    let form = Form::of(texts.iter().map(|file| (field(&file.name), file.text.clone())));
    web::render(change_page(page, form, &texts))
}

async fn propose(site: Site, caller: Caller, page: Page, mut form: Form) -> web::Result {
    caller.needs(ANSWERABLE)?;
    let texts = current(&site).await?;
    let why = form.required("why", 1000, "Say what the change is for");
    let typed = ["from-day", "from-month", "from-year"].iter().any(|part| !form.value(part).trim().is_empty());
    let from = if typed { form.date("from", "the day from which it counts") } else { None };
    let changed = typed_texts(&texts, &mut form);
    let (Some(why), true) = (why, form.is_good()) else {
        return web::render_errors(change_page(page, form, &texts));
    };
    let changed = kept_ends(&texts, changed);
    let wanted = from.and_then(|day| london::start_of(day).ok());
    match proposed(&site, &caller, &changed, &why, wanted).await {
        Ok(id) => {
            let said = "The change was proposed. Two others, of two agencies, must approve it before it counts";
            Ok(web::done(&site, &format!("/trust/rules/versions/{id}"), said))
        }
        Err(RulesError::Store(error)) => Err(error.into()),
        Err(problem) => {
            let at = at_file(&changed, &problem);
            form.refuse(&at, problem.to_string());
            web::render_errors(change_page(page, form, &texts))
        }
    }
}

async fn proposed(
    site: &Site,
    caller: &Caller,
    texts: &[RuleText],
    why: &str,
    wanted: Option<base::Timestamp>,
) -> Result<Id<kind::RuleVersion>, RulesError> {
    changes::usable(texts.to_vec()).await?;
    let mut change = site.vault().change(cause(caller, code!("rules_proposed"), Scope::unit())).await?;
    let id = store::propose(&mut change, texts, why, wanted).await?;
    change.commit().await?;
    Ok(id)
}

/// The files as they were typed; one that the form left out stays as it is.
fn typed_texts(texts: &[RuleText], form: &mut Form) -> Vec<RuleText> {
    let mut typed = Vec::new();
    for file in texts {
        let field = field(&file.name);
        let text = match form.values(&field).first() {
            Some(text) => text.replace("\r\n", "\n"),
            None => file.text.clone(),
        };
        if text.trim().is_empty() {
            form.refuse(
                &field,
                "A file of rules can’t be empty: with no rule in it nothing of its kind would be permitted",
            );
        } else if text.chars().count() > LONGEST {
            form.refuse(&field, format!("A file of rules may have {LONGEST} characters"));
        }
        typed.push(RuleText { name: file.name.clone(), text });
    }
    typed
}

/// Browsers send a text area without its last line's end; what differs only there is not changed.
fn kept_ends(before: &[RuleText], after: Vec<RuleText>) -> Vec<RuleText> {
    let same = |file: &RuleText| {
        before.iter().find(|old| old.name == file.name && old.text.trim_end() == file.text.trim_end())
    };
    after.iter().map(|file| same(file).unwrap_or(file).clone()).collect()
}

/// The field at which a problem is shown: that of the file which it names, else the first question.
fn at_file(texts: &[RuleText], problem: &RulesError) -> String {
    let words = problem.to_string();
    texts.iter().find(|file| words.contains(&file.name)).map_or_else(|| "why".to_owned(), |file| field(&file.name))
}

fn cause(caller: &Caller, act: Code, scope: Scope) -> Cause {
    Cause { actor: caller.actor(), purpose: Purpose::Administration, operation: Operation::Administration, act, scope }
}

async fn show(site: Site, caller: Caller, page: Page, Path(id): Path<Id<kind::RuleVersion>>) -> web::Result {
    caller.needs(ANSWERABLE)?;
    let staff = site.vault().staff(&caller.actor(), Purpose::Oversight, code!("rules_compared")).await?;
    let versions = store::all(&staff).await?;
    let version = versions.iter().find(|version| version.id == id).ok_or(Fault::NotFound)?;
    let base = version.based_on.and_then(|number| versions.iter().find(|other| other.number == number));
    let before = base.map_or_else(Vec::new, |base| base.texts.clone());
    let (changed, gone) = difference(&before, version)?;
    let replay = if base.is_some() { replay(&staff, &before, version).await? } else { Replay::default() };
    let (members, agencies) = (member::all(&staff).await?, agency::all(&site.vault().plain()).await?);
    let (now, names) = (site.now(), words::Names::new(members, agencies));
    let (open, approved) = match &version.standing {
        Standing::Proposed { approved, .. } => (true, approved.len()),
        _ => (false, super::APPROVALS),
    };
    let may_withdraw = version.may_withdraw(caller.id, is_officer(&site, &caller).await?);
    web::render(VersionPage {
        page: page.title(format!("Version {} of the rules", version.number)),
        why: version.why.clone(),
        from: words::wanted(version),
        steps: names.steps(version),
        changed,
        gone,
        decided: replay.decided,
        since: replay.since.map(|since| web::time::date(since.date_in_london())).unwrap_or_default(),
        differences: replay.differences.iter().map(|(found, parts)| words::difference(found, *parts)).collect(),
        open,
        may_withdraw,
        still_needed: super::APPROVALS.saturating_sub(approved),
        version: words::line(version, now),
    })
}

fn difference(before: &[RuleText], version: &Version) -> Result<(Vec<changes::Changed>, Vec<Code>), Fault> {
    let unusable = |problem: crate::law::PolicyError| Fault::internal(problem);
    if before.is_empty() {
        return Ok((Vec::new(), Vec::new()));
    }
    let changed = changes::changed(before, &version.texts).map_err(unusable)?;
    let (old, new) = (Law::new(before).map_err(unusable)?, Law::new(&version.texts).map_err(unusable)?);
    Ok((changed, changes::gone(&old, &new)))
}

async fn replay(staff: &vault::Staff, before: &[RuleText], version: &Version) -> Result<Replay, Fault> {
    let mut entries = Vec::new();
    let mut filter = audit::Filter::default();
    while entries.len() < REPLAYED {
        let part = audit::entries(staff, &filter, 500).await?;
        filter.before = part.last().map(|entry| entry.position);
        let more = part.len() == 500;
        entries.extend(part);
        if !more {
            break;
        }
    }
    Replay::of(staff, &entries, before, &version.texts).await?.map_err(Fault::internal)
}

/// A problem in words where somebody can do something about it.
fn refused(error: RulesError) -> Fault {
    match error {
        RulesError::Store(error) => error.into(),
        RulesError::NotFound => Fault::NotFound,
        other => Fault::Refused(other.to_string()),
    }
}

async fn approve(site: Site, caller: Caller, Path(id): Path<Id<kind::RuleVersion>>, _: Form) -> web::Result {
    caller.needs(ANSWERABLE)?;
    let mut change =
        site.vault().change(cause(&caller, code!("rules_approved"), Scope::of("rule_version", id))).await?;
    let standing = store::approve(&mut change, id).await.map_err(refused)?;
    change.commit().await?;
    let said = match standing {
        Standing::Approved { from, .. } if from <= site.now() => {
            "Approved by two. These rules are in force now".to_owned()
        }
        Standing::Approved { from, .. } => {
            format!("Approved by two. These rules are in force from {}", web::time::full(from))
        }
        _ => "You approved it. Somebody of another agency must approve it too".to_owned(),
    };
    Ok(web::done(&site, &format!("/trust/rules/versions/{id}"), &said))
}

async fn withdraw(site: Site, caller: Caller, Path(id): Path<Id<kind::RuleVersion>>, _: Form) -> web::Result {
    caller.needs(ANSWERABLE)?;
    let officer = is_officer(&site, &caller).await?;
    let mut change =
        site.vault().change(cause(&caller, code!("rules_withdrawn"), Scope::of("rule_version", id))).await?;
    store::withdraw(&mut change, id, officer).await.map_err(refused)?;
    change.commit().await?;
    Ok(web::done(&site, &format!("/trust/rules/versions/{id}"), "The change was withdrawn. The rules stay as they are"))
}
