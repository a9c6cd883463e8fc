//! The pages of those who are named for what is sealed: the parts of answers that wait for them, and one of them.

use askama::Template;
use axum::{
    Extension, Router,
    extract::Path,
    routing::{get, post},
};
use base::Id;
use web::{Caller, Choice, Form, Page, Paging, Query, Site, time};

use super::{Part, SealedPart, Stage, delete, work};
use crate::{
    ask::pages::unsealed,
    rights::{
        Kind, RightsError, WORDS, clock,
        codes::{NotDone, Outcome},
        course::CourseError,
        gather::Item,
        pages::{
            Linked,
            cards::{RowView, new_marks, row_view},
            files,
            work::{Told, here as work_here, told},
        },
        suggest,
    },
};

/// Where they are.
pub(in crate::rights) const LIST: &str = "/trust/rights/sealed";
/// Rows on a page.
const SIZE: u64 = 20;

pub(in crate::rights) fn routes() -> Router<Site> {
    Router::new()
        .route("/trust/rights/sealed", get(list))
        .route("/trust/rights/sealed/{id}", get(show).post(save))
        .route("/trust/rights/sealed/{id}/checked", post(check))
        .route("/trust/rights/sealed/{id}/second", post(second))
        .route("/trust/rights/sealed/{id}/file", post(fetch))
        .route("/trust/rights/sealed/{id}/given", post(give))
}

fn here(id: Id<SealedPart>) -> String {
    format!("{LIST}/{id}")
}

fn clock_of(site: &Site, part: &Part) -> Option<time::Clock> {
    let at = clock::end_of(part.due_on);
    match (part.stage, part.paused) {
        (Stage::Closed, _) => None,
        (_, true) => Some(time::Clock::paused(at, site.now(), "waiting for whoever asked")),
        (_, false) => Some(time::Clock::running(at, site.now())),
    }
}

struct Row {
    href: String,
    title: String,
    clock: Option<time::Clock>,
    stage: &'static str,
}

fn is_erasure(part: &Part) -> bool {
    part.kind == Kind::Erasure
}

#[derive(Template)]
#[template(path = "rights/sealed/list.html")]
struct ListPage {
    page: Page,
    agency: String,
    rows: Vec<Row>,
}

async fn list(site: Site, caller: Caller, page: Page) -> web::Result {
    let parts = work::list(site.vault(), &caller.actor()).await?;
    let row = |part: &Part| Row {
        href: here(part.id),
        title: if is_erasure(part) {
            format!("A request to delete, received {}", time::date(part.received_on))
        } else {
            format!("A request received {}", time::date(part.received_on))
        },
        clock: clock_of(&site, part),
        stage: part.stage.words(),
    };
    web::render(ListPage {
        page: page.title("Sealed parts of answers"),
        agency: caller.agency_name.clone(),
        rows: parts.iter().map(row).collect(),
    })
}

#[derive(Template)]
#[template(path = "rights/sealed/show.html")]
struct ShowPage {
    page: Page,
    form: Form,
    here: String,
    agency: String,
    /// About whom, where anything is sealed; else nobody is named.
    name: String,
    received: String,
    clock: Option<time::Clock>,
    stage: &'static str,
    identity: bool,
    total: usize,
    undecided: usize,
    left_out: usize,
    said: String,
    editable: bool,
    /// Whether this member is the second person, and why not where they aren't.
    second: bool,
    own: &'static str,
    /// Until when its files are kept, where they were made.
    files: Option<String>,
    may_give: bool,
    /// Whether it is ready, and they have not shown who they are.
    awaits_identity: bool,
    /// Whether it was found by what whoever asks gave.
    sought: bool,
    /// What is said of its files while they are made, or could not be.
    work: Option<Told>,
    /// Whether it is to be deleted: then it is decided on.
    erasure: bool,
    outcomes: Vec<Choice>,
    reasons: Vec<Choice>,
    /// What the first of the two decided, and what the person is told.
    decided: &'static str,
    words: String,
    rows: Vec<RowView>,
    paging: Paging,
    showing: u64,
}

async fn show(
    site: Site,
    caller: Caller,
    page: Page,
    Path(id): Path<Id<SealedPart>>,
    Query(query): Query,
) -> web::Result {
    show_page(&site, &caller, page, Form::empty(), id, query.value("page")).await
}

async fn show_page(
    site: &Site,
    caller: &Caller,
    page: Page,
    mut form: Form,
    id: Id<SealedPart>,
    at: &str,
) -> web::Result {
    let work = work::open(site.vault(), &caller.actor(), id).await?;
    let (part, gathered, marks) = (&work.part, &work.gathered, &work.marks);
    let (waiting, erasure) = (part.stage == Stage::Waiting, is_erasure(part));
    let editable = waiting && !erasure;
    let told = told(site, part.work, caller.id).await?.filter(|_| part.stage == Stage::Checked);
    let paging = Paging::new(&here(id), at, SIZE, gathered.items.len() as u64);
    let on_page: Vec<&Item> =
        gathered.items.iter().skip(usize::try_from(paging.offset()).unwrap_or(0)).take(20).collect();
    let mut rows = Vec::new();
    for item in on_page {
        rows.push(row_view(site, (gathered, marks), item, editable, &mut form)?);
    }
    let suggestions = suggest::all(gathered);
    let own = match part.checked_by == Some(caller.id) || marks.all().any(|mark| mark.by == caller.id) {
        true => "You looked through it. A second person whom your agency named has to.",
        false => "",
    };
    let good = form.is_good();
    let kept = part.ends_at.filter(|ends| site.now() < *ends);
    let shown = ShowPage {
        here: here(id),
        agency: caller.agency_name.clone(),
        name: match (gathered.items.is_empty(), gathered.name.is_empty()) {
            (true, _) => String::new(),
            (false, true) => "A person whose records say no name".to_owned(),
            (false, false) => gathered.name.clone(),
        },
        received: time::date(part.received_on),
        clock: clock_of(site, part),
        stage: part.stage.words(),
        identity: part.identity,
        total: gathered.items.len(),
        undecided: marks.undecided(&suggestions).len(),
        left_out: marks.all().filter(|mark| mark.ground.is_some()).count(),
        said: part.said.as_deref().map_or_else(|| Ok(String::new()), |said| unsealed(site.vault(), said))?,
        editable: waiting,
        erasure,
        outcomes: outcomes(),
        reasons: NotDone::of(Kind::Erasure).map(|one| Choice::new(one, one.words()).hint(one.more())).collect(),
        decided: part.outcome.map_or("", |one| one.of(Kind::Erasure)),
        words: part.words.as_deref().map_or_else(|| Ok(String::new()), |words| unsealed(site.vault(), words))?,
        second: part.stage == Stage::Checked && own.is_empty() && !work.under_way,
        own: if part.stage == Stage::Checked { own } else { "" },
        files: kept.filter(|_| part.identity && part.to_read.is_some()).map(time::full),
        may_give: part.stage == Stage::Ready && part.identity,
        awaits_identity: part.stage == Stage::Ready && !part.identity,
        work: told,
        sought: gathered.sought,
        rows,
        showing: paging.page,
        paging,
        page: page
            .title(if erasure { "A request to delete what is sealed" } else { "A sealed part of an answer" })
            .with(&form),
        form,
    };
    if good { web::render(shown) } else { web::render_errors(shown) }
}

async fn save(site: Site, caller: Caller, page: Page, Path(id): Path<Id<SealedPart>>, mut form: Form) -> web::Result {
    let work = work::open(site.vault(), &caller.actor(), id).await?;
    let new = new_marks(&mut form, &work.gathered)?;
    let at = form.value("page").to_owned();
    if !form.is_good() {
        return show_page(&site, &caller, page, form, id, &at).await;
    }
    work::mark(site.vault(), &caller.actor(), id, &new).await?;
    let back = format!("{}?page={}", here(id), at.parse::<u64>().unwrap_or(1));
    Ok(web::done(&site, &back, "Your decisions are kept"))
}

/// A second click of the same button is no fault: the page shows what stands.
fn settled(site: &Site, path: &str, done: Result<(), RightsError>, said: &str) -> web::Result {
    match done {
        Ok(()) => Ok(web::done(site, path, said)),
        Err(RightsError::Course(CourseError::Already)) => Ok(web::done(site, path, "")),
        Err(error) => Err(error.into()),
    }
}

/// To delete it, or not.
pub(in crate::rights) fn outcomes() -> Vec<Choice> {
    [Outcome::Done, Outcome::Not].iter().map(|one| Choice::new(one, one.of(Kind::Erasure))).collect()
}

async fn check(site: Site, caller: Caller, page: Page, Path(id): Path<Id<SealedPart>>, mut form: Form) -> web::Result {
    let (vault, actor) = (site.vault(), caller.actor());
    let part = work::read(vault, &actor, id).await?;
    let done = if is_erasure(&part) {
        let mut decided = None;
        if part.whom.is_some() {
            let outcome = form.choice::<Outcome>("outcome", "Select what you decide");
            let why = form.value("why").parse::<NotDone>().ok();
            if outcome == Some(Outcome::Not) && why.is_none() {
                form.refuse("why", "Select on which ground it is kept");
            }
            let words = form.required("words", WORDS, "Enter what they are told");
            let (true, Some(outcome), Some(words)) = (form.is_good(), outcome, words) else {
                return show_page(&site, &caller, page, form, id, "1").await;
            };
            let ground = why.filter(|_| outcome == Outcome::Not);
            let ground = ground.map_or_else(String::new, |why| format!("{} ({}). ", why.words(), why.more()));
            decided = Some((outcome, format!("{ground}{words}")));
        }
        let decided = decided.as_ref().map(|(outcome, words)| (*outcome, words.as_str()));
        delete::decide(vault, &actor, id, decided).await
    } else {
        work::check(vault, &actor, id).await
    };
    settled(&site, LIST, done, "A second person whom your agency named looks at it now")
}

async fn second(
    site: Site,
    caller: Caller,
    page: Page,
    Extension(everyone): Linked,
    Path(id): Path<Id<SealedPart>>,
    mut form: Form,
) -> web::Result {
    let (vault, actor) = (site.vault(), caller.actor());
    if form.value("decision") == "approve" {
        if is_erasure(&work::read(vault, &actor, id).await?) {
            let done = delete::agree(vault, everyone.as_ref(), &actor, id).await;
            return settled(
                &site,
                LIST,
                done,
                "It is done. Tell the person yourselves, where there is something to tell",
            );
        }
        return match work::ask_to_approve(vault, &actor, id, (site.unit(), &caller.agency_name)).await {
            Ok(Some(job)) => Ok(web::done(&site, &work_here(job), "")),
            Ok(None) => Ok(web::done(&site, LIST, "It is approved")),
            Err(RightsError::UnderWay) => Ok(web::done(&site, &here(id), "")),
            Err(error) => settled(&site, LIST, Err(error), ""),
        };
    }
    let Some(words) = form.required("words", WORDS, "Say what must be changed") else {
        return show_page(&site, &caller, page, form, id, "1").await;
    };
    let done = work::send_back(vault, &actor, id, &words).await;
    settled(&site, LIST, done, "It was sent back")
}

async fn fetch(site: Site, caller: Caller, Path(id): Path<Id<SealedPart>>, form: Form) -> web::Result {
    let file = files::wanted(&form);
    Ok(files::download(file, "part", work::fetch(site.vault(), &caller.actor(), id, file).await?))
}

async fn give(site: Site, caller: Caller, Path(id): Path<Id<SealedPart>>, _: Form) -> web::Result {
    let done = work::give(site.vault(), &caller.actor(), id).await;
    settled(&site, LIST, done, "The person has it")
}
