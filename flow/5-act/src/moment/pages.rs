//! The pages of moments: the queue, the purpose that is asked first, and what can be done to a moment. One moment's own page
//! is in `show`.

use askama::Template;
use axum::{
    Router,
    extract::Path,
    routing::{get, post},
};
use base::{Code, Id, code, kind};
use vault::{Purpose, Verb};
use web::{Caller, Choice, Fault, Form, Page, Paging, Query, Site};

use super::{
    Reason,
    alter::{AlterError, alter},
    opening::{self, Opening},
    queue::{Line, Queue, Show},
    show,
};
use crate::{
    contact::PURPOSES,
    moment_type::types,
    neighbours,
    rota::{self, cover},
};

/// Those who help.
pub(crate) const HELPERS: &[&str] = &["navigator", "youth_worker", "social_worker"];
/// Those who help, and those who assign.
pub(crate) const QUEUE: &[&str] = &["navigator", "youth_worker", "social_worker", "rota_lead"];

const PAGE_SIZE: u64 = 25;

pub(crate) fn routes() -> Router<Site> {
    Router::new()
        .route("/moments", get(queue))
        .route("/moments/{id}", get(show::show))
        .route("/moments/{id}/open", get(back_to_moment).post(open))
        .route("/moments/{id}/take", post(take))
        .route("/moments/{id}/assign", get(ask_assign).post(assign))
        .route("/moments/{id}/stop", get(ask_stop).post(stop))
        .route("/moments/{id}/resume", post(resume))
        .route("/moments/{id}/not-held", post(not_held))
}

struct Tile {
    count: u64,
    words: &'static str,
    href: String,
    attention: bool,
    chosen: bool,
    is_shown: bool,
}

#[derive(Template)]
#[template(path = "moment/queue.html")]
struct QueuePage {
    page: Page,
    tiles: Vec<Tile>,
    heading: &'static str,
    nothing: &'static str,
    gap: Option<String>,
    lines: Vec<Line>,
    paging: Paging,
    with_names: bool,
}

async fn queue(site: Site, caller: Caller, page: Page, Query(query): Query) -> web::Result {
    caller.needs(QUEUE)?;
    let helps = HELPERS.iter().any(|duty| caller.has(duty));
    let queue = Queue::read(&site, &caller).await?;
    let first = match helps {
        true if queue.count(Show::Mine) > 0 => Show::Mine,
        true => Show::All, // off shift: what waits, rather than an empty page
        false => Show::Unassigned,
    };
    let show = query.value("show").parse().unwrap_or(first);
    let shown = queue.list(show);
    let total = u64::try_from(shown.len()).unwrap_or(u64::MAX);
    let paging = Paging::new(&format!("/moments?show={show}"), query.value("page"), PAGE_SIZE, total);
    let skip = usize::try_from(paging.offset()).unwrap_or(usize::MAX);
    let part: Vec<_> = shown.into_iter().skip(skip).take(PAGE_SIZE as usize).collect();
    let lines = queue.lines(&site, &part, helps).await?;
    let offered = if helps { &Show::ALL[..] } else { &[Show::All, Show::Breached, Show::Unassigned, Show::CameLate] };
    web::render(QueuePage {
        page: page.title("Reachable moments"),
        tiles: offered.iter().map(|one| tile(&queue, *one, show)).filter(|tile| tile.is_shown).collect(),
        heading: show.words(),
        nothing: match show {
            Show::Mine => "Nothing waits for you. What is offered to you while you are on shift appears here.",
            Show::Area => "Nothing waits in the districts of your shifts.",
            Show::All | Show::Unassigned => "Nothing waits.",
            Show::Breached => "No moment’s time is up.",
            Show::CameLate => "No moment reached us after its time ran out.",
        },
        gap: own_gap(&queue),
        lines,
        paging,
        with_names: helps,
    })
}

/// The tiles are the filter: each list has one. A list with nothing in it has none, but for the chosen one, one's own and all.
fn tile(queue: &Queue, show: Show, chosen: Show) -> Tile {
    let count = queue.count(show);
    Tile {
        count,
        words: show.words(),
        href: format!("/moments?show={show}"),
        attention: show == Show::Breached && count > 0,
        chosen: show == chosen,
        is_shown: count > 0 || show == chosen || matches!(show, Show::Mine | Show::All),
    }
}

/// Where nobody of the viewer's own duties answers anywhere.
fn own_gap(queue: &Queue) -> Option<String> {
    let mut duties: Vec<&Code> = types().iter().map(|rules| &rules.duty).collect();
    duties.sort_unstable();
    duties.dedup();
    let mine = duties.into_iter().filter(|duty| queue.viewer.duties.contains(*duty));
    mine.filter_map(|duty| cover(&queue.viewer.shifts, duty, None, queue.now).gap_words()).next()
}

#[derive(Template)]
#[template(path = "moment/open.html")]
struct OpenPage {
    page: Page,
    form: Form,
    id: Id<kind::Moment>,
    choices: Vec<Choice>,
}

/// The page that asks what for.
pub(crate) fn ask_purpose(page: Page, form: Form, id: Id<kind::Moment>) -> web::Result {
    let choices =
        PURPOSES.iter().map(|purpose| Choice::new(purpose.code(), share::api::purpose_title(*purpose))).collect();
    let page = page.title("Why are you opening this moment?").with(&form);
    let good = form.is_good();
    let shown = OpenPage { page, form, id, choices };
    if good { web::render(shown) } else { web::render_errors(shown) }
}

async fn back_to_moment(site: Site, Path(id): Path<Id<kind::Moment>>) -> web::Result {
    Ok(web::done(&site, &format!("/moments/{id}"), ""))
}

async fn open(site: Site, caller: Caller, page: Page, Path(id): Path<Id<kind::Moment>>, mut form: Form) -> web::Result {
    caller.needs(HELPERS)?;
    let purpose = form.choice::<Purpose>("purpose", "Select what you open it for").filter(|one| PURPOSES.contains(one));
    let reason = form.optional("reason", 200);
    let (true, Some(purpose), Some(reason)) = (form.is_good(), purpose, reason) else {
        form.refuse("purpose", "Select what you open it for");
        return ask_purpose(page, form, id);
    };
    // Asked once here, so that a refusal is said now; the page itself asks again.
    show::permit(&site, &caller, Verb::View, id, purpose).await?;
    opening::keep(site.vault(), &show::opener(&caller, id), &Opening { purpose, reason }).await?;
    Ok(web::done(&site, &format!("/moments/{id}"), ""))
}

impl From<AlterError> for Fault {
    fn from(error: AlterError) -> Self {
        match error {
            AlterError::NoMoment => Self::Denied,
            AlterError::Moment(error) => Self::Conflict(error.to_string()),
            AlterError::Store(error) => error.into(),
        }
    }
}

async fn take(site: Site, caller: Caller, Path(id): Path<Id<kind::Moment>>) -> web::Result {
    caller.needs(HELPERS)?;
    let here = format!("/moments/{id}");
    let Some(opening) = opening::find(site.vault(), &show::opener(&caller, id)).await? else {
        return Ok(web::done(&site, &here, ""));
    };
    let permit = show::permit(&site, &caller, Verb::Record, id, opening.purpose).await?;
    let me = caller.id;
    alter(site.vault(), &permit, id, code!("moment_taken"), types(), |moment, _, _| moment.assign(me)).await?;
    Ok(web::done(&site, &here, "You have taken this moment"))
}

#[derive(Template)]
#[template(path = "moment/assign.html")]
struct AssignPage {
    page: Page,
    form: Form,
    line: Line,
    gap: Option<String>,
    choices: Vec<Choice>,
}

async fn ask_assign(site: Site, caller: Caller, page: Page, Path(id): Path<Id<kind::Moment>>) -> web::Result {
    caller.needs(&["rota_lead"])?;
    assign_page(&site, &caller, page, Form::empty(), id).await
}

async fn assign_page(site: &Site, caller: &Caller, page: Page, form: Form, id: Id<kind::Moment>) -> web::Result {
    let queue = Queue::read(site, caller).await?;
    let moment = queue.moments.iter().find(|moment| moment.id == id).ok_or(Fault::NotFound)?;
    let rules = types().get(&moment.moment_type).ok_or(Fault::NotFound)?;
    let line = queue.lines(site, &[moment], false).await?.into_iter().next().ok_or(Fault::NotFound)?;
    let district = moment.district.as_deref();
    let on_shift = match cover(&queue.viewer.shifts, &rules.duty, district, queue.now) {
        rota::Cover::Now(members) => members,
        _ => Vec::new(),
    };
    let choices = assignable(site, caller, &rules.duty)
        .await?
        .into_iter()
        .map(|member| {
            let hint = if on_shift.contains(&member.id) { "On shift now" } else { "" };
            Choice::new(member.id, member.name).hint(hint)
        })
        .collect();
    let page = page.title("Give this moment to someone").with(&form);
    let good = form.is_good();
    let gap = cover(&queue.viewer.shifts, &rules.duty, district, queue.now).gap_words();
    let shown = AssignPage { page, form, line, gap, choices };
    if good { web::render(shown) } else { web::render_errors(shown) }
}

async fn assignable(site: &Site, caller: &Caller, duty: &Code) -> Result<Vec<share::api::Member>, Fault> {
    let staff = site.vault().staff(&caller.actor(), Purpose::Administration, code!("rota_read")).await?;
    let mut members = share::api::members(&staff).await?;
    members.retain(|member| member.active && member.duties.iter().any(|has| has.code() == duty.as_str()));
    Ok(members)
}

async fn assign(
    site: Site,
    caller: Caller,
    page: Page,
    Path(id): Path<Id<kind::Moment>>,
    mut form: Form,
) -> web::Result {
    caller.needs(&["rota_lead"])?;
    let Some(to) = form.choice::<Id<kind::Member>>("member", "Select who will do this") else {
        return assign_page(&site, &caller, page, form, id).await;
    };
    let permit = show::permit(&site, &caller, Verb::Record, id, Purpose::Support).await?;
    let known = neighbours::member_names(&site.vault().book(), &[to]).await?.contains_key(&to);
    if !known {
        form.refuse("member", "Select who will do this");
        return assign_page(&site, &caller, page, form, id).await;
    }
    alter(site.vault(), &permit, id, code!("moment_assigned"), types(), |moment, _, _| moment.assign(to)).await?;
    Ok(web::done(&site, "/moments?show=unassigned", "The moment has been given to them"))
}

#[derive(Template)]
#[template(path = "moment/stop.html")]
struct StopPage {
    page: Page,
    form: Form,
    seen: show::Seen,
    choices: Vec<Choice>,
}

async fn ask_stop(site: Site, caller: Caller, page: Page, Path(id): Path<Id<kind::Moment>>) -> web::Result {
    match show::Seen::open(&site, &caller, id).await? {
        Some(seen) => stop_page(page, Form::empty(), seen, site.now()),
        None => Ok(web::done(&site, &format!("/moments/{id}"), "")),
    }
}

fn stop_page(page: Page, form: Form, seen: show::Seen, now: base::Timestamp) -> web::Result {
    let choices = reasons(&seen, now).into_iter().map(|reason| Choice::new(reason, reason.words()).hint(hint(reason)));
    let choices = choices.collect();
    let page = page.title("Pause or close this moment").with(&form);
    let good = form.is_good();
    let shown = StopPage { page, form, seen, choices };
    if good { web::render(shown) } else { web::render_errors(shown) }
}

/// What may end or pause it as it stands: offered is what would succeed.
fn reasons(seen: &show::Seen, now: base::Timestamp) -> Vec<Reason> {
    let Some(rules) = types().get(&seen.moment.moment_type) else { return Vec::new() };
    let by = Id::from_u128(0);
    let works = |reason: &Reason| {
        let mut moment = seen.moment.clone();
        if rules.pauses.contains(reason) {
            moment.pause(rules, *reason, by, now).is_ok()
        } else {
            moment.close(rules, *reason, by, now).is_ok()
        }
    };
    Reason::ALL.iter().copied().filter(works).collect()
}

fn hint(reason: Reason) -> &'static str {
    match reason {
        Reason::NotSafeNow => "The clock waits until you let it run again",
        Reason::NotReached => "The time is up; this counts as not reached",
        _ => "",
    }
}

async fn stop(site: Site, caller: Caller, page: Page, Path(id): Path<Id<kind::Moment>>, mut form: Form) -> web::Result {
    let here = format!("/moments/{id}");
    let Some(seen) = show::Seen::open(&site, &caller, id).await? else { return Ok(web::done(&site, &here, "")) };
    let Some(reason) = form.choice::<Reason>("reason", "Select why") else {
        return stop_page(page, form, seen, site.now());
    };
    let permit = show::permit(&site, &caller, Verb::Record, id, seen.opening.purpose).await?;
    let me = caller.id;
    let done = alter(site.vault(), &permit, id, code!("moment_stopped"), types(), |moment, rules, now| {
        if rules.pauses.contains(&reason) {
            moment.pause(rules, reason, me, now)
        } else {
            moment.close(rules, reason, me, now)
        }
    })
    .await;
    match done {
        Ok(moment) if moment.is_waiting() => Ok(web::done(&site, &here, "The clock is paused")),
        Ok(_) => Ok(web::done(&site, "/moments", "The moment is closed")),
        Err(AlterError::Moment(error)) => {
            form.refuse("reason", error.to_string());
            stop_page(page, form, seen, site.now())
        }
        Err(error) => Err(error.into()),
    }
}

async fn resume(site: Site, caller: Caller, Path(id): Path<Id<kind::Moment>>) -> web::Result {
    caller.needs(HELPERS)?;
    let here = format!("/moments/{id}");
    let Some(opening) = opening::find(site.vault(), &show::opener(&caller, id)).await? else {
        return Ok(web::done(&site, &here, ""));
    };
    let permit = show::permit(&site, &caller, Verb::Record, id, opening.purpose).await?;
    alter(site.vault(), &permit, id, code!("moment_resumed"), types(), |moment, _, now| moment.resume(now)).await?;
    Ok(web::done(&site, &here, "The clock runs again"))
}

/// A worker says that the record is wrong: nobody has held it, and the clock is the only thing that counts.
async fn not_held(site: Site, caller: Caller, Path(id): Path<Id<kind::Moment>>) -> web::Result {
    caller.needs(HELPERS)?;
    let here = format!("/moments/{id}");
    let Some(opening) = opening::find(site.vault(), &show::opener(&caller, id)).await? else {
        return Ok(web::done(&site, &here, ""));
    };
    let permit = show::permit(&site, &caller, Verb::Record, id, opening.purpose).await?;
    alter(site.vault(), &permit, id, code!("moment_not_held"), types(), |moment, _, _| moment.not_held()).await?;
    Ok(web::done(&site, &here, "It is still to be done"))
}
