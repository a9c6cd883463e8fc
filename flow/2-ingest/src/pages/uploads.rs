//! What became of a delivery: its counts, which always add up, and the rows that wait, with every reason.

use askama::Template;
use axum::{
    extract::Path,
    http::header,
    response::{IntoResponse, Response},
};
use base::{Id, code, kind};
use vault::{Ask, Cause, Facet, Operation, Permit, Purpose, Refusal, Scope, Verb};
use web::{
    Caller, Fault, Page, Site,
    chart::{Chart, Point},
    thousands,
};

use super::{DUTIES, may_see};
use crate::{
    delivery::{
        Counts, DeliveryReport, State,
        store::{self, Delivery},
    },
    feed::feed,
    quarantine::{Quarantined, as_csv, waiting},
};

/// Rows that the page shows; the download has them all.
const SHOWN: u32 = 100;

#[derive(Template)]
#[template(path = "pages/delivery.html")]
struct DeliveryPage {
    page: Page,
    delivery: String,
    feed: String,
    feed_title: String,
    state: State,
    received: String,
    shape: String,
    notes: Vec<String>,
    refusal: String,
    same_as: Option<String>,
    read: String,
    total: String,
    sums: String,
    withdrawn: u64,
    chart: Option<Chart>,
    quarantined: u64,
    rows: Vec<WaitingRow>,
    withheld: bool,
    /// Whether these are the rows of the caller’s own agency, which may download them.
    own: bool,
    more: bool,
}

struct WaitingRow {
    line: u64,
    reasons: Vec<(String, String, String)>,
}

pub(super) async fn show(site: Site, caller: Caller, page: Page, Path(id): Path<String>) -> web::Result {
    let (found, feed) = find(&site, &caller, &id).await?;
    let (rows, withheld) = match permit(&site, &caller, &found).await {
        Ok(permit) => {
            let reader = site.vault().read(&permit)?;
            (waiting(&reader, found.report.delivery, 0, SHOWN + 1).await?, false)
        }
        Err(Refusal::Refused { .. }) => (Vec::new(), true),
        Err(Refusal::Store(error)) => return Err(error.into()),
    };
    let report = &found.report;
    let counts = report.counts;
    web::render(DeliveryPage {
        page: page.title(title(report)),
        delivery: report.delivery.to_string(),
        feed: feed.name.to_string(),
        feed_title: feed.title.clone(),
        state: report.state,
        received: web::time::full(report.received_at),
        shape: report.shape.clone(),
        notes: report.notes.clone(),
        refusal: report.refusal.clone().unwrap_or_default(),
        same_as: report.same_as.map(|id| id.to_string()),
        read: thousands(counts.read),
        total: thousands(report.rows_total.saturating_sub(1)),
        sums: sums(counts),
        withdrawn: counts.withdrawn,
        chart: (report.state != State::Refused && counts.read > 0).then(|| chart(&found)),
        quarantined: counts.quarantined,
        own: found.agency == caller.agency,
        more: rows.len() > SHOWN as usize,
        rows: rows.into_iter().take(SHOWN as usize).map(waiting_row).collect(),
        withheld,
    })
}

/// `5 rows read: 3 accepted as new, 2 in quarantine`: what there is none of is not named.
fn sums(counts: Counts) -> String {
    let parts = [
        (counts.accepted_new, "accepted as new"),
        (counts.accepted_version, "accepted as a new version"),
        (counts.already_held, "already held"),
        (counts.quarantined, "in quarantine"),
    ];
    let parts = parts.iter().filter(|(count, _)| *count > 0);
    let parts: Vec<String> = parts.map(|(count, words)| format!("{} {words}", thousands(*count))).collect();
    let rows = if counts.read == 1 { "row" } else { "rows" };
    format!("{} {rows} read: {}", thousands(counts.read), parts.join(", "))
}

fn title(report: &DeliveryReport) -> String {
    match report.state {
        State::Reading => "Reading the file".to_owned(),
        State::Done if report.same_as.is_some() => "This file came before".to_owned(),
        State::Done => {
            let counts = report.counts;
            format!("{} of {} rows accepted", thousands(counts.accepted()), thousands(counts.read))
        }
        State::Refused => "The file was not taken".to_owned(),
    }
}

#[allow(clippy::cast_precision_loss, reason = "counts of rows are far below 2^52")]
fn chart(found: &Delivery) -> Chart {
    let counts = found.report.counts;
    let points = [
        ("Accepted, new", counts.accepted_new),
        ("Accepted, new version", counts.accepted_version),
        ("Already held", counts.already_held),
        ("In quarantine", counts.quarantined),
    ];
    let points = points.iter().filter(|(_, count)| *count > 0);
    let points = points.map(|(label, count)| Point::new(*label, *count as f64)).collect();
    Chart::bars("counts", "Rows read", points).heads("What became of them", "Rows")
}

fn waiting_row(row: Quarantined) -> WaitingRow {
    WaitingRow {
        line: row.line,
        reasons: row
            .reasons
            .into_iter()
            .map(|reason| (reason.column.unwrap_or_else(|| "The whole row".to_owned()), reason.problem, reason.fix))
            .collect(),
    }
}

async fn find(site: &Site, caller: &Caller, id: &str) -> Result<(Delivery, &'static crate::feed::Feed), Fault> {
    caller.needs(DUTIES)?;
    let id: Id<kind::Delivery> = id.parse().map_err(|_| Fault::NotFound)?;
    let found = store::find(site.vault(), id).await?.ok_or(Fault::NotFound)?;
    may_see(site.vault(), &caller.actor(), found.agency).await?;
    let feed = feed(found.report.feed.as_str()).ok_or(Fault::NotFound)?;
    Ok((found, feed))
}

async fn permit(site: &Site, caller: &Caller, found: &Delivery) -> Result<Permit, Refusal> {
    let category = feed(found.report.feed.as_str()).map(|feed| feed.category.clone());
    let facets = category.map(|category| Facet { controller: found.agency, category }).into_iter().collect();
    let ask = Ask {
        actor: caller.actor(),
        verb: Verb::List,
        scope: Scope::of("delivery", found.report.delivery),
        purpose: Purpose::Collection,
        facets,
        facts: std::collections::BTreeMap::new(),
    };
    site.vault().permit(ask).await
}

/// The partner's own columns, the line, and what is wrong. Logged as a disclosure, since it leaves the system; and given to the agency whose rows they
/// are alone: another agency's people leave in no list (see `share`'s disclosures).
pub(super) async fn quarantine_csv(site: Site, caller: Caller, Path(id): Path<String>) -> web::Result {
    caller.needs(super::SENDERS)?;
    let (found, feed) = find(&site, &caller, &id).await?;
    if found.agency != caller.agency {
        return Err(Fault::Denied);
    }
    let permit = permit(&site, &caller, &found).await?;
    let mut rows = Vec::new();
    let reader = site.vault().read(&permit)?;
    loop {
        let after = rows.last().map_or(0, |row: &Quarantined| row.line);
        let page = waiting(&reader, found.report.delivery, after, 2000).await?;
        if page.is_empty() {
            break;
        }
        rows.extend(page);
    }
    let cause = Cause {
        actor: caller.actor(),
        purpose: Purpose::Collection,
        operation: Operation::Disclosure,
        act: code!("quarantine_downloaded"),
        scope: Scope::of("delivery", found.report.delivery),
    };
    let mut change = site.vault().change_under(&permit, cause).await?;
    change.note("rows", rows.len());
    change.commit().await?;
    Ok(csv_answer(feed.name.as_str(), &found, &rows))
}

fn csv_answer(feed: &str, found: &Delivery, rows: &[Quarantined]) -> Response {
    let name = format!("attachment; filename=\"{feed}-quarantine-{}.csv\"", found.report.delivery);
    let headers = [(header::CONTENT_TYPE, "text/csv; charset=utf-8".to_owned()), (header::CONTENT_DISPOSITION, name)];
    (headers, as_csv(found.report.delivery, &found.header, rows)).into_response()
}
