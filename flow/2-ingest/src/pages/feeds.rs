//! How the feeds are, and what each must look like: the second is written for the partner's analyst.

use askama::Template;
use axum::extract::Path;
use base::{Code, Timestamp};
use vault::{FromRow, Row, StoreError, params};
use web::{Caller, Fault, Page, Site, thousands};

use super::{DUTIES, sees};
use crate::{
    delivery::{DeliveryReport, State, last_deliveries},
    feed::{Delivers, Feed, Retention, RetentionStart, Role, feed, feeds},
};

#[derive(Template)]
#[template(path = "pages/feeds.html")]
struct FeedsPage {
    page: Page,
    feeds: Vec<Health>,
    late: usize,
    may_send: bool,
}

/// One feed in the list.
struct Health {
    name: String,
    title: String,
    agency: String,
    every: &'static str,
    last: String,
    rows: String,
    quarantined: String,
    late: bool,
    never: bool,
}

pub(super) async fn list(site: Site, caller: Caller, page: Page) -> web::Result {
    caller.needs(DUTIES)?;
    let plain = site.vault().plain();
    let agencies = share::api::agencies(&plain).await?;
    let is_unit =
        agencies.iter().any(|agency| agency.id == caller.agency && agency.kind == share::api::AgencyKind::Unit);
    let last: Vec<Last> = plain.rows(LAST_OF_EACH, params![]).await?;
    let mut shown = Vec::new();
    for feed in feeds() {
        let agency = agencies.iter().find(|agency| agency.code == feed.agency);
        // As `sees`: only the unit and the agency itself.
        if is_unit || agency.is_none_or(|agency| agency.id == caller.agency) {
            let last = last.iter().find(|last| last.feed == feed.name);
            shown.push(health(feed, agency.map(|agency| agency.name.clone()), last, site.now()));
        }
    }
    let late = shown.iter().filter(|feed| feed.late).count();
    let may_send = caller.needs(super::SENDERS).is_ok();
    web::render(FeedsPage { page: page.title("Feeds"), feeds: shown, late, may_send })
}

/// The latest delivery of a feed that was not refused; live notifications count.
struct Last {
    feed: Code,
    received_at: Timestamp,
    read: u64,
    quarantined: u64,
}

impl FromRow for Last {
    fn from_row(row: &Row) -> Result<Self, StoreError> {
        Ok(Self {
            feed: row.parse("feed")?,
            received_at: row.time("received_at")?,
            read: row.count("rows_read")?,
            quarantined: row.count("rows_quarantined")?,
        })
    }
}

// Steps from feed to feed along the index by feed and time, however many deliveries there were.
const LAST_OF_EACH: &str = "WITH RECURSIVE known (feed) AS (SELECT MIN(feed) FROM delivery \
     UNION ALL SELECT (SELECT MIN(d.feed) FROM delivery d WHERE d.feed > known.feed) FROM known WHERE known.feed IS NOT NULL) \
     SELECT feed, received_at, rows_read, rows_quarantined FROM delivery WHERE id IN (SELECT (SELECT d.id FROM delivery d \
     WHERE d.feed = known.feed AND d.state <> 'refused' ORDER BY d.received_at DESC, d.id DESC LIMIT 1) FROM known)";

fn health(feed: &Feed, agency: Option<String>, last: Option<&Last>, now: Timestamp) -> Health {
    Health {
        name: feed.name.to_string(),
        title: feed.title.clone(),
        agency: agency.unwrap_or_else(|| format!("not registered ({})", feed.agency)),
        every: feed.every.word(),
        last: last.map_or_else(|| "Never".to_owned(), |last| web::time::moment(last.received_at, now)),
        rows: last.map_or_else(String::new, |last| thousands(last.read)),
        quarantined: last.map_or_else(String::new, |last| share_of(last.quarantined, last.read)),
        late: feed.is_late(last.map(|last| last.received_at), now),
        never: last.is_none(),
    }
}

/// `12 (0.4%)`, `0`.
fn share_of(part: u64, all: u64) -> String {
    if part == 0 || all == 0 {
        return "0".to_owned();
    }
    let tenths = (part * 1000 + all / 2) / all;
    format!("{} ({}.{}%)", thousands(part), tenths / 10, tenths % 10)
}

#[derive(Template)]
#[template(path = "pages/feed.html")]
struct FeedPage {
    page: Page,
    feed: &'static Feed,
    agency: String,
    identity: String,
    delivers: &'static str,
    kept: String,
    role: String,
    columns: Vec<ColumnRow>,
    deliveries: Vec<DeliveryRow>,
    may_send: bool,
}

struct ColumnRow {
    name: String,
    also: String,
    required: bool,
    write: String,
    says: String,
}

struct DeliveryRow {
    href: String,
    when: String,
    state: &'static str,
    colour: &'static str,
    read: String,
    accepted: String,
    held: String,
    quarantined: String,
}

pub(super) async fn show(site: Site, caller: Caller, page: Page, Path(name): Path<String>) -> web::Result {
    caller.needs(DUTIES)?;
    let feed = feed(&name).ok_or(Fault::NotFound)?;
    if !sees(&site, &caller, &feed.agency).await? {
        return Err(Fault::Denied);
    }
    let plain = site.vault().plain();
    let agency = share::api::agency_by_code(&plain, feed.agency.as_str()).await?;
    let deliveries = last_deliveries(&plain, &feed.name, 20).await?;
    let columns = feed.columns.iter().map(|column| ColumnRow {
        name: column.name.clone(),
        also: column.also.join(", "),
        required: column.required,
        write: column.kind.describe(),
        says: column.says.clone().unwrap_or_default(),
    });
    web::render(FeedPage {
        page: page.title(feed.title.clone()),
        agency: agency.map_or_else(|| format!("not registered yet ({})", feed.agency), |agency| agency.name),
        identity: identity(feed),
        delivers: match feed.delivers {
            Delivers::Changes => "What is new or changed since the last delivery",
            Delivers::Everything => "Everything, each time: a record that no longer comes is marked withdrawn",
        },
        kept: feed.retention.map_or_else(|| "For ever: it is open data about nobody".to_owned(), kept),
        role: match &feed.role {
            Role::Nobody => "Nobody is named".to_owned(),
            Role::Fixed(role) => role.replace('_', " "),
            Role::Column(at) => {
                format!("As the column “{}” says", feed.columns.get(*at).map_or("", |column| column.name.as_str()))
            }
        },
        columns: columns.collect(),
        deliveries: deliveries.iter().map(|report| delivery_row(report, site.now())).collect(),
        may_send: caller.needs(super::SENDERS).is_ok(),
        feed,
    })
}

fn identity(feed: &Feed) -> String {
    match (feed.has_source_id(), feed.source_id_may_be_blank) {
        (true, false) => {
            format!(
                "By “{}”. The same one with other content is a new version; the old one is kept",
                feed.source_id_names()
            )
        }
        (true, true) => format!(
            "By “{}”; where it is blank, by what the row says and which of its equals in the file it is",
            feed.source_id_names()
        ),
        (false, _) => "By what it says, and which of its equals in the file it is".to_owned(),
    }
}

fn kept(retention: Retention) -> String {
    let from = match retention.from {
        RetentionStart::Event => "the event",
        RetentionStart::Birth => "the date of birth, or from the event where it is not known",
    };
    match (retention.years, retention.days) {
        (years, 0) => format!("{years} years from {from}"),
        (0, days) => format!("{days} days from {from}"),
        (years, days) => format!("{years} years and {days} days from {from}"),
    }
}

fn delivery_row(report: &DeliveryReport, now: Timestamp) -> DeliveryRow {
    let (state, colour) = match (report.state, report.same_as.is_some()) {
        (State::Reading, _) => ("Being read", "blue"),
        (State::Refused, _) => ("Refused", "red"),
        (State::Done, true) => ("Came before", "grey"),
        (State::Done, false) => ("Done", "green"),
    };
    DeliveryRow {
        href: format!("/data/uploads/{}", report.delivery),
        when: web::time::moment(report.received_at, now),
        state,
        colour,
        read: thousands(report.counts.read),
        accepted: thousands(report.counts.accepted()),
        held: thousands(report.counts.already_held),
        quarantined: thousands(report.counts.quarantined),
    }
}
