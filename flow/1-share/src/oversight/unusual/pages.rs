//! `/trust/unusual`: the questions that somebody is asked about a member, and, for the unit’s data protection officer, all of them; who leads
//! a member; what was asked about oneself.

use std::collections::BTreeMap;

use askama::Template;
use axum::{
    Router,
    extract::Path,
    routing::{get, post},
};
use base::{Id, Postcode, code, kind};
use vault::{Purpose, Staff};
use web::{Caller, Choice, Fault, Form, Page, Site, time};

use super::{
    Finding, State, UnusualError, answer,
    manager::{appoint, set_home},
    rules::Rule,
    settings::Thresholds,
    settle, store,
    store::Worker,
    watch,
};
use crate::{agency, ask::pages::unsealed, clocks, trust};

pub(crate) fn routes() -> Router<Site> {
    Router::new()
        .route("/trust/unusual", get(list))
        .route("/trust/unusual/how", get(how))
        .route("/trust/unusual/look-now", post(look_now))
        .route("/trust/unusual/{id}", get(show).post(take_answer))
        .route("/trust/unusual/{id}/done", post(take_settlement))
        .route("/trust/members/{id}/manager", get(ask_manager).post(take_manager))
        .route("/account/questions", get(about_me))
        .route("/account/postcode", get(ask_postcode).post(take_postcode))
}

/// The longest sentence, in characters.
const WORDS: usize = 500;

/// Whether the caller watches over all of them: a data protection officer of the unit.
pub(crate) async fn is_officer(site: &Site, caller: &Caller) -> Result<bool, Fault> {
    let unit = agency::unit(&site.vault().plain()).await?;
    Ok(caller.has("data_protection_officer") && unit.is_some_and(|unit| unit.id == caller.agency))
}

async fn staff(site: &Site, caller: &Caller) -> Result<Staff, Fault> {
    Ok(site.vault().staff(&caller.actor(), Purpose::Oversight, code!("unusual_access_read")).await?)
}

struct Names(BTreeMap<Id<kind::Member>, Worker>);

impl Names {
    fn of(&self, id: Id<kind::Member>) -> &str {
        self.0.get(&id).map_or("Somebody who has left", |worker| worker.name.as_str())
    }
}

struct Row {
    href: String,
    title: String,
    what: String,
    asked: String,
    state: &'static str,
    is_alarm: bool,
    clock: Option<time::Clock>,
}

#[derive(Template)]
#[template(path = "oversight/unusual/list.html")]
struct ListPage {
    page: Page,
    tabs: Vec<(&'static str, &'static str, bool)>,
    open: Vec<Row>,
    over: Vec<Row>,
    officer: bool,
    counted_until: String,
}

fn row(finding: &Finding, names: &Names, now: base::Timestamp) -> Row {
    let open = finding.state.is_open();
    Row {
        href: format!("/trust/unusual/{}", finding.id),
        title: format!("{}, {}", names.of(finding.member), time::date(finding.day)),
        what: format!("{}: {}", finding.rule.words(), seen(finding)),
        asked: finding.asked_of.map_or_else(String::new, |of| format!("Asked of {}", names.of(of))),
        state: finding.state.words(),
        is_alarm: finding.state == State::No,
        clock: finding.answer_by.filter(|_| open).map(|by| time::Clock::running(by, now)),
    }
}

/// How many, and how many it mostly is.
fn seen(finding: &Finding) -> String {
    match finding.usual {
        Some(usual) => format!("{}, mostly {}", web::thousands(finding.seen), web::thousands(usual)),
        None => web::thousands(finding.seen),
    }
}

async fn list(site: Site, caller: Caller, page: Page) -> web::Result {
    let officer = is_officer(&site, &caller).await?;
    let staff = staff(&site, &caller).await?;
    let names = Names(store::workers(&staff).await?);
    let (open, over) = if officer {
        (store::open(&staff).await?, store::over(&staff).await?)
    } else {
        store::of_answerer(&staff, caller.id).await?.into_iter().partition(|finding| finding.state.is_open())
    };
    let now = site.now();
    let rows = |findings: Vec<Finding>| {
        let others = findings.into_iter().filter(|finding| finding.member != caller.id);
        others.map(|finding| row(&finding, &names, now)).collect()
    };
    let until = store::watched_until(&staff).await?;
    web::render(ListPage {
        tabs: trust::tabs(&caller, "/trust/unusual"),
        page: page.title("Unusual access"),
        open: rows(open),
        over: rows(over),
        officer,
        counted_until: until.map_or_else(String::new, time::date),
    })
}

#[derive(Template)]
#[template(path = "oversight/unusual/how.html")]
struct HowPage {
    page: Page,
    rules: Vec<(&'static str, &'static str)>,
    thresholds: Vec<String>,
    /// Where they are changed; empty for who may not open it.
    clocks: &'static str,
}

async fn how(site: Site, caller: Caller, page: Page) -> web::Result {
    let thresholds = Thresholds::read(&site.vault().plain()).await?;
    web::render(HowPage {
        page: page.title("When somebody’s looking stands out"),
        rules: Rule::ALL.iter().map(|rule| (rule.words(), rule.more())).collect(),
        thresholds: thresholds.explained(),
        clocks: trust::link(&caller, clocks::pages::HERE),
    })
}

async fn look_now(site: Site, caller: Caller, _: Form) -> web::Result {
    if !is_officer(&site, &caller).await? {
        return Err(Fault::Denied);
    }
    let began = watch::enqueue(site.vault(), &caller.actor(), true).await?;
    let said = if began {
        "The log is being looked at, today included. It takes a moment"
    } else {
        "It is being looked at already"
    };
    Ok(web::done(&site, "/trust/unusual", said))
}

#[derive(Template)]
#[template(path = "oversight/unusual/show.html")]
struct ShowPage {
    page: Page,
    form: Form,
    here: String,
    who: String,
    agency: String,
    day: String,
    what: &'static str,
    did: String,
    seen: String,
    usual: String,
    entries: String,
    /// Where the officer sees these entries; empty for others.
    log: String,
    state: &'static str,
    asked: String,
    clock: Option<time::Clock>,
    answer: String,
    settled: String,
    may_answer: bool,
    may_settle: bool,
    choices: Vec<Choice>,
}

async fn show(site: Site, caller: Caller, page: Page, Path(id): Path<Id<kind::Finding>>) -> web::Result {
    show_page(&site, &caller, page, Form::empty(), id).await
}

async fn show_page(site: &Site, caller: &Caller, page: Page, form: Form, id: Id<kind::Finding>) -> web::Result {
    let officer = is_officer(site, caller).await?;
    let staff = staff(site, caller).await?;
    let finding = store::one(&staff, id).await?.ok_or(Fault::NotFound)?;
    // Nobody sees what is asked about themselves before it is over, nor anybody but those who answer.
    if (!officer && finding.asked_of != Some(caller.id)) || finding.member == caller.id {
        return Err(Fault::NotFound);
    }
    let (vault, now) = (site.vault(), site.now());
    let names = Names(store::workers(&staff).await?);
    let agencies = agency::all(&vault.plain()).await?;
    let name = names.of(finding.member).to_owned();
    let said = |by, at, words: &str| {
        Ok::<String, Fault>(format!("{} ({}, {})", unsealed(vault, words)?, names.of(by), time::full(at)))
    };
    let answered = match &finding.answer {
        Some((yes, by, at, words)) => {
            format!("{}. {}", if *yes { "Yes" } else { "No" }, said(*by, *at, words)?)
        }
        None => "Not yet".to_owned(),
    };
    let settled = match &finding.settled {
        Some((by, at, words)) => said(*by, *at, words)?,
        None => String::new(),
    };
    let theirs = finding.asked_of == Some(caller.id);
    let good = form.is_good();
    let shown = ShowPage {
        page: page.title(format!("Was this part of {name}’s work?")).with(&form),
        form,
        here: format!("/trust/unusual/{id}"),
        agency: agencies
            .iter()
            .find(|agency| agency.id == finding.agency)
            .map_or_else(String::new, |one| one.name.clone()),
        day: time::date(finding.day),
        what: finding.rule.words(),
        did: format!("{name} {}.", finding.rule.more()),
        seen: web::thousands(finding.seen),
        usual: finding.usual.map_or_else(String::new, web::thousands),
        entries: format!("{} to {}", web::thousands(finding.first_entry), web::thousands(finding.last_entry)),
        log: if officer {
            let day = finding.day.strftime("%-d/%-m/%Y").to_string().replace('/', "%2F");
            format!("/trust/access?by={}&from={day}&until={day}", finding.member)
        } else {
            String::new()
        },
        who: name,
        state: finding.state.words(),
        asked: match finding.asked_of {
            Some(of) => names.of(of).to_owned(),
            None if finding.rule.is_limit() => "The data protection officer, at once".to_owned(),
            None => "Nobody leads them, and their agency has no data owner: the data protection officer".to_owned(),
        },
        clock: finding.answer_by.filter(|_| finding.state.is_open()).map(|by| time::Clock::running(by, now)),
        answer: answered,
        settled,
        may_answer: match finding.state {
            State::Asked => theirs,
            State::Escalated => theirs || officer,
            _ => false,
        },
        may_settle: officer && finding.state == State::No,
        choices: vec![Choice::new("yes", "Yes"), Choice::new("no", "No")],
    };
    if good { web::render(shown) } else { web::render_errors(shown) }
}

async fn take_answer(
    site: Site,
    caller: Caller,
    page: Page,
    Path(id): Path<Id<kind::Finding>>,
    mut form: Form,
) -> web::Result {
    let was_work = match form.value("was_work") {
        "yes" => Some(true),
        "no" => Some(false),
        _ => {
            form.refuse("was_work", "Select yes or no");
            None
        }
    };
    let words = form.required("words", WORDS, "Say in a sentence how you know");
    let (true, Some(was_work), Some(words)) = (form.is_good(), was_work, words) else {
        return show_page(&site, &caller, page, form, id).await;
    };
    match answer(site.vault(), &caller.actor(), id, was_work, &words).await {
        Ok(()) if was_work => Ok(web::done(&site, "/trust/unusual", "Thank you. Your answer is kept")),
        Ok(()) => Ok(web::done(&site, "/trust/unusual", "Your answer is kept. The data protection officer is told")),
        Err(UnusualError::Done) => Ok(web::done(&site, "/trust/unusual", "")),
        Err(UnusualError::Own) => Err(Fault::NotFound),
        Err(error) => Err(error.into()),
    }
}

async fn take_settlement(
    site: Site,
    caller: Caller,
    page: Page,
    Path(id): Path<Id<kind::Finding>>,
    mut form: Form,
) -> web::Result {
    if !is_officer(&site, &caller).await? {
        return Err(Fault::Denied);
    }
    let Some(words) = form.required("done", WORDS, "Say what was done") else {
        return show_page(&site, &caller, page, form, id).await;
    };
    match settle(site.vault(), &caller.actor(), id, &words).await {
        Ok(()) => Ok(web::done(&site, &format!("/trust/unusual/{id}"), "What was done is kept")),
        Err(UnusualError::Done) => Ok(web::done(&site, &format!("/trust/unusual/{id}"), "")),
        Err(UnusualError::Own) => Err(Fault::NotFound),
        Err(error) => Err(error.into()),
    }
}

#[derive(Template)]
#[template(path = "oversight/unusual/manager.html")]
struct ManagerPage {
    page: Page,
    form: Form,
    back: String,
    members: Vec<Choice>,
}

async fn manager_page(site: &Site, caller: &Caller, page: Page, mut form: Form, id: Id<kind::Member>) -> web::Result {
    let staff = site.vault().staff(&caller.actor(), Purpose::Administration, code!("members_read")).await?;
    let workers = store::workers(&staff).await?;
    let about = workers.get(&id).ok_or(Fault::NotFound)?;
    if let (Some(manager), true) = (about.line_manager, form.value("manager").is_empty()) {
        form.put("manager", manager.to_string());
    }
    let mut others: Vec<&Worker> = workers.values().filter(|worker| worker.id != id && worker.active).collect();
    others.sort_by(|one, other| {
        (one.agency != about.agency, &one.name).cmp(&(other.agency != about.agency, &other.name))
    });
    let good = form.is_good();
    let shown = ManagerPage {
        page: page.title(format!("Who leads {}?", about.name)).with(&form),
        form,
        back: format!("/trust/members/{id}"),
        members: others.iter().map(|worker| Choice::new(worker.id, worker.name.clone())).collect(),
    };
    if good { web::render(shown) } else { web::render_errors(shown) }
}

async fn ask_manager(site: Site, caller: Caller, page: Page, Path(id): Path<Id<kind::Member>>) -> web::Result {
    caller.needs(&["administrator"])?;
    manager_page(&site, &caller, page, Form::empty(), id).await
}

async fn take_manager(
    site: Site,
    caller: Caller,
    page: Page,
    Path(id): Path<Id<kind::Member>>,
    mut form: Form,
) -> web::Result {
    caller.needs(&["administrator"])?;
    let chosen = form.value("manager").to_owned();
    let manager = if chosen.is_empty() { None } else { form.choice("manager", "Choose somebody from the list") };
    if !form.is_good() {
        return manager_page(&site, &caller, page, form, id).await;
    }
    match appoint(site.vault(), &caller.actor(), id, manager).await {
        Ok(()) => Ok(web::done(&site, &format!("/trust/members/{id}"), "Who leads them is kept")),
        Err(error @ (UnusualError::OwnManager | UnusualError::NoManager)) => {
            form.refuse("manager", error.to_string());
            manager_page(&site, &caller, page, form, id).await
        }
        Err(error) => Err(error.into()),
    }
}

#[derive(Template)]
#[template(path = "oversight/unusual/mine.html")]
struct MinePage {
    page: Page,
    rows: Vec<Mine>,
}

/// What was asked about oneself, once it is over.
struct Mine {
    day: String,
    what: String,
    answer: &'static str,
}

async fn about_me(site: Site, caller: Caller, page: Page) -> web::Result {
    let staff = staff(&site, &caller).await?;
    let mine = |finding: Finding| Mine {
        day: time::date(finding.day),
        what: format!("{}: {}", finding.rule.words(), seen(&finding)),
        answer: finding.state.words(),
    };
    let rows = store::about_member(&staff, caller.id).await?.into_iter().map(mine).collect();
    web::render(MinePage { page: page.title("What was asked about your looking"), rows })
}

#[derive(Template)]
#[template(path = "oversight/unusual/postcode.html")]
struct PostcodePage {
    page: Page,
    form: Form,
    given: bool,
}

async fn postcode_page(site: &Site, caller: &Caller, page: Page, form: Form) -> web::Result {
    let staff = staff(site, caller).await?;
    let given = store::workers(&staff).await?.get(&caller.id).is_some_and(|worker| worker.home.is_some());
    let good = form.is_good();
    let shown = PostcodePage { page: page.title("The postcode where you live").with(&form), form, given };
    if good { web::render(shown) } else { web::render_errors(shown) }
}

async fn ask_postcode(site: Site, caller: Caller, page: Page) -> web::Result {
    postcode_page(&site, &caller, page, Form::empty()).await
}

async fn take_postcode(site: Site, caller: Caller, page: Page, mut form: Form) -> web::Result {
    let typed = form.value("postcode").trim().to_owned();
    let own = if typed.is_empty() {
        None
    } else {
        form.choice::<Postcode>("postcode", "Enter a whole postcode, such as CM1 1QH, or nothing")
    };
    if !form.is_good() {
        return postcode_page(&site, &caller, page, form).await;
    }
    set_home(site.vault(), &caller.actor(), own.as_ref().map(Postcode::as_str)).await?;
    let said = if own.is_some() {
        "A digest of your postcode is kept"
    } else {
        "Your postcode is taken back. Its digest is deleted in 28 days"
    };
    Ok(web::done(&site, "/account", said))
}
