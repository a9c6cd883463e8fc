//! `/trust/transparency`: drafts, proposing and publishing. `/transparency`: what was published, for everybody.

use std::collections::BTreeMap;

use askama::Template;
use axum::{
    Router,
    extract::Path,
    http::header,
    response::{IntoResponse as _, Response},
    routing::{get, post},
};
use base::{Id, code, kind};
use serde_json::json;
use vault::{Cause, Operation, Purpose, Scope};
use web::{
    Caller, Fault, Form, Page, Site,
    chart::{Chart, Point},
    time,
};

use super::{
    Quarter, Report, ReportError, Section, count,
    draft::PUBLISHERS,
    propose, publish, store,
    store::{Draft, Kept},
};
use crate::{oversight::unusual::pages::is_officer, trust};

pub(crate) fn routes() -> Router<Site> {
    Router::new()
        .route("/trust/transparency", get(list))
        .route("/trust/transparency/{quarter}", get(show))
        .route("/trust/transparency/{quarter}/count", post(draft))
        .route("/trust/transparency/{quarter}/propose", post(take_proposal))
        .route("/trust/transparency/{quarter}/publish", post(take_publication))
        .route("/trust/transparency/{quarter}/report.csv", get(draft_csv))
        .route("/transparency", get(public_list))
        .route("/transparency/{quarter}", get(public))
        .route("/transparency/{quarter}/report.csv", get(public_csv))
}

/// So many quarters can be drafted.
const QUARTERS: usize = 6;

struct Row {
    quarter: Quarter,
    words: String,
    state: String,
    has_draft: bool,
}

#[derive(Template)]
#[template(path = "oversight/transparency/list.html")]
struct ListPage {
    page: Page,
    tabs: Vec<(&'static str, &'static str, bool)>,
    rows: Vec<Row>,
    officer: bool,
}

fn state_words(draft: Option<&Draft>, is_over: bool) -> String {
    match draft.map(|draft| draft.state.as_str()) {
        None if is_over => "Not counted yet".to_owned(),
        None => "Not over yet: what it counts so far can be drafted".to_owned(),
        Some("published") => "Published".to_owned(),
        Some("proposed") => "Proposed: somebody else publishes it".to_owned(),
        Some(_) if is_over => "A draft".to_owned(),
        Some(_) => "A draft; the quarter is not over".to_owned(),
    }
}

async fn staff(site: &Site, caller: &Caller) -> Result<vault::Staff, Fault> {
    Ok(site.vault().staff(&caller.actor(), Purpose::Oversight, code!("transparency_read")).await?)
}

async fn list(site: Site, caller: Caller, page: Page) -> web::Result {
    caller.needs(PUBLISHERS)?;
    let drafts: BTreeMap<Quarter, Draft> =
        store::drafts(&staff(&site, &caller).await?).await?.into_iter().map(|draft| (draft.quarter, draft)).collect();
    let now = site.now();
    let first = Quarter::of(now.date_in_london());
    let quarters = std::iter::successors(Some(first), |quarter| Some(quarter.before())).take(QUARTERS);
    let row = |quarter: Quarter| {
        let draft = drafts.get(&quarter);
        Row {
            quarter,
            words: quarter.words(),
            state: state_words(draft, now >= quarter.bounds().1),
            has_draft: draft.is_some(),
        }
    };
    web::render(ListPage {
        tabs: trust::tabs(&caller, "/trust/transparency"),
        page: page.title("Transparency reports"),
        rows: quarters.map(row).collect(),
        officer: is_officer(&site, &caller).await?,
    })
}

/// A table of a report, with its chart where it has numbers to draw.
struct Shown {
    section: Section,
    heads: Vec<String>,
    chart: Option<Chart>,
}

fn shown(report: &Report) -> Vec<Shown> {
    let one = |(at, section): (usize, &Section)| Shown {
        chart: chart(at, section),
        heads: std::iter::once(&section.head).chain(&section.columns).cloned().collect(),
        section: section.clone(),
    };
    report.sections.iter().enumerate().map(one).collect()
}

/// The last column, which is that of all, without the row of all.
fn chart(at: usize, section: &Section) -> Option<Chart> {
    let rows = section.rows.iter().filter(|row| row.label != "All");
    let points: Vec<Point> = rows
        .filter_map(|row| {
            let cell = row.cells.last()?;
            let point = cell.parse::<f64>().map(|value| Point::new(row.label.as_str(), value));
            Some(point.unwrap_or_else(|_| Point::missing(row.label.as_str(), cell.as_str())))
        })
        .collect();
    let drawn = points.iter().filter(|point| point.value.is_some_and(|value| value > 0.0)).count();
    (drawn > 1).then(|| {
        Chart::bars(&format!("section-{at}"), section.title.clone(), points)
            .described("The same numbers are in the table below.")
            .beside_table()
    })
}

#[derive(Template)]
#[template(path = "oversight/transparency/show.html")]
struct ShowPage {
    page: Page,
    report: Report,
    sections: Vec<Shown>,
    hash: String,
    here: String,
    state: String,
    proposed_by: String,
    published: String,
    may_count: bool,
    may_propose: bool,
    may_publish: bool,
    csv: String,
    public: bool,
}

/// With its day as people write it.
fn in_words(mut report: Report) -> Report {
    if let Ok(day) = report.counted_until.parse() {
        report.counted_until = time::date(day);
    }
    report
}

fn quarter(text: &str) -> Result<Quarter, Fault> {
    text.parse().map_err(|_| Fault::NotFound)
}

async fn show(site: Site, caller: Caller, page: Page, Path(of): Path<String>) -> web::Result {
    caller.needs(PUBLISHERS)?;
    let quarter = quarter(&of)?;
    let staff = staff(&site, &caller).await?;
    let draft = store::draft(&staff, quarter).await?.ok_or(Fault::NotFound)?;
    let people: Vec<Id<kind::Member>> = draft.proposed_by.into_iter().chain(draft.published_by).collect();
    let names = crate::member::names(&staff, &people).await?;
    let name = |id: Option<Id<kind::Member>>| {
        id.map_or_else(String::new, |id| names.get(&id).cloned().unwrap_or_else(|| "Somebody who has left".to_owned()))
    };
    let (officer, is_over) = (is_officer(&site, &caller).await?, site.now() >= quarter.bounds().1);
    web::render(ShowPage {
        page: page.title(format!("Transparency report, {}", quarter.words())),
        sections: shown(&draft.report),
        here: format!("/trust/transparency/{quarter}"),
        csv: format!("/trust/transparency/{quarter}/report.csv"),
        state: state_words(Some(&draft), is_over),
        proposed_by: name(draft.proposed_by),
        published: match draft.published_at {
            Some(at) => format!("{}, {}", name(draft.published_by), time::full(at)),
            None => String::new(),
        },
        may_count: officer && draft.state != "published",
        may_propose: officer && is_over && draft.state == "draft",
        may_publish: draft.state == "proposed" && draft.proposed_by != Some(caller.id),
        hash: draft.hash,
        report: in_words(draft.report),
        public: false,
    })
}

async fn draft(site: Site, caller: Caller, Path(of): Path<String>, _: Form) -> web::Result {
    if !is_officer(&site, &caller).await? {
        return Err(Fault::Denied);
    }
    let quarter = quarter(&of)?;
    if quarter > Quarter::of(site.now().date_in_london()) {
        return Err(Fault::NotFound);
    }
    let kept = store::draft(&staff(&site, &caller).await?, quarter).await?;
    if kept.is_some_and(|draft| draft.state == "published") {
        return Err(ReportError::Published.into());
    }
    let cause = Cause {
        actor: caller.actor(),
        purpose: Purpose::Oversight,
        operation: Operation::Administration,
        act: code!("transparency_asked_for"),
        scope: Scope::unit(),
    };
    let mut change = site.vault().change(cause).await?;
    let now = change.now();
    let payload = json!({ "quarter": quarter.to_string(), "unit": site.unit() });
    change.enqueue(count::KIND, &payload, now).await?;
    change.note("quarter", quarter);
    change.commit().await?;
    Ok(web::done(&site, "/trust/transparency", "It is being counted. Open it in a moment"))
}

async fn take_proposal(site: Site, caller: Caller, Path(of): Path<String>, form: Form) -> web::Result {
    let quarter = quarter(&of)?;
    propose(site.vault(), &caller.actor(), quarter, form.value("hash")).await?;
    let said = "It is proposed. Somebody else reads and publishes it";
    Ok(web::done(&site, &format!("/trust/transparency/{quarter}"), said))
}

async fn take_publication(site: Site, caller: Caller, Path(of): Path<String>, form: Form) -> web::Result {
    let quarter = quarter(&of)?;
    publish(site.vault(), &caller.actor(), quarter, form.value("hash")).await?;
    Ok(web::done(&site, &format!("/trust/transparency/{quarter}"), "It is published, for everybody to read"))
}

async fn draft_csv(site: Site, caller: Caller, Path(of): Path<String>) -> web::Result {
    caller.needs(PUBLISHERS)?;
    let quarter = quarter(&of)?;
    let draft = store::draft(&staff(&site, &caller).await?, quarter).await?.ok_or(Fault::NotFound)?;
    Ok(csv(quarter, &draft.report))
}

pub(crate) fn file(name: &str, kind: &str, text: String) -> Response {
    let headers = [
        (header::CONTENT_TYPE, format!("{kind}; charset=utf-8")),
        (header::CONTENT_DISPOSITION, format!("attachment; filename=\"{name}\"")),
        (header::CACHE_CONTROL, "no-store".to_owned()),
    ];
    (headers, text).into_response()
}

fn csv(quarter: Quarter, report: &Report) -> Response {
    file(&format!("transparency-{quarter}.csv"), "text/csv", report.csv())
}

#[derive(Template)]
#[template(path = "oversight/transparency/public.html")]
struct PublicPage {
    page: Page,
    reports: Vec<(String, String, String)>,
    /// The quarter that goes on, and its last day.
    quarter: String,
    over: String,
}

async fn public_list(site: Site, page: Page) -> web::Result {
    let kept = store::published(&site.vault().plain()).await?;
    let line = |kept: Kept| {
        let published = format!("Published {}", time::date(kept.published_at.date_in_london()));
        (kept.quarter.words(), format!("/transparency/{}", kept.quarter), published)
    };
    let quarter = Quarter::of(site.now().date_in_london());
    let last = quarter.after().first().yesterday().unwrap_or(base::Date::MIN);
    web::render(PublicPage {
        page: page.title("Transparency reports"),
        reports: kept.into_iter().map(line).collect(),
        quarter: quarter.words(),
        over: time::date(last),
    })
}

async fn public(site: Site, page: Page, Path(of): Path<String>) -> web::Result {
    let quarter = quarter(&of)?;
    let kept = store::published_of(&site.vault().plain(), quarter).await?.ok_or(Fault::NotFound)?;
    web::render(ShowPage {
        page: page.title(format!("Transparency report, {}", quarter.words())),
        sections: shown(&kept.report),
        here: String::new(),
        csv: format!("/transparency/{quarter}/report.csv"),
        state: String::new(),
        proposed_by: String::new(),
        published: time::full(kept.published_at),
        may_count: false,
        may_propose: false,
        may_publish: false,
        hash: kept.hash,
        report: in_words(kept.report),
        public: true,
    })
}

async fn public_csv(site: Site, Path(of): Path<String>) -> web::Result {
    let quarter = quarter(&of)?;
    let kept = store::published_of(&site.vault().plain(), quarter).await?.ok_or(Fault::NotFound)?;
    Ok(csv(quarter, &kept.report))
}
