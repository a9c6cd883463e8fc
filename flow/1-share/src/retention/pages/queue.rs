//! `/trust/retention/queue`: whose time is up and who wait for a decision, the longest waiting first, under the months that they come from.

use std::collections::BTreeMap;

use askama::Template;
use axum::{Router, routing::get};
use base::{Date, code};
use vault::{Purpose, Scope, Verb};
use web::{
    Caller, Choice, Form, Page, Site,
    chart::{Chart, Point},
    time,
};

use super::{Tabs, agencies, name_of, permit, tabs, whose};
use crate::{
    ask::pages::{Names, form_key},
    law::law,
    retention::{
        ESCALATED_DAYS, batch, need,
        review::DeleteReason,
        rule::days_after,
        store::{self, Backlog, For, Review},
        version,
    },
    trust,
};

pub(super) fn routes() -> Router<Site> {
    Router::new().route("/trust/retention/queue", get(list))
}

/// Lines of one page.
const SHOWN: u32 = 50;

struct Line {
    href: String,
    title: String,
    rule: String,
    overdue: String,
    late: bool,
    held: bool,
}

struct ListLine {
    href: String,
    title: String,
}

#[derive(Template)]
#[template(path = "retention/pages/queue.html")]
struct QueuePage {
    page: Page,
    trust: Tabs,
    tabs: Tabs,
    form: Form,
    picture: Option<Chart>,
    total: u64,
    oldest: String,
    late: u64,
    lines: Vec<Line>,
    lists: Vec<ListLine>,
    owners: Vec<Choice>,
    reasons: Vec<Choice>,
    most: usize,
}

/// A day as the word for how long it is over.
pub(super) fn overdue(due_on: Date, today: Date) -> (String, i64) {
    let days = i64::from(today.since(due_on).map_or(0, |span| span.get_days()));
    (if days == 1 { "1 day overdue".to_owned() } else { format!("{days} days overdue") }, days)
}

/// How long the oldest waits, in words; empty where nothing does.
pub(super) fn oldest(backlog: &[Backlog], today: Date) -> String {
    let oldest = backlog.iter().map(|month| month.oldest).min();
    oldest.map_or_else(String::new, |due_on| overdue(due_on, today).0.replace(" overdue", ""))
}

fn by_month(backlog: &[Backlog], today: Date) -> Vec<Point> {
    let mut counts: BTreeMap<&str, u64> = BTreeMap::new();
    for month in backlog {
        *counts.entry(&month.month).or_default() += month.n;
    }
    // The last twelve months; what is older stands together before them.
    let mut first = today.first_of_month();
    for _ in 0..11 {
        first = first.yesterday().map_or(first, Date::first_of_month);
    }
    let (mut points, mut older) = (Vec::new(), 0);
    let start = first.to_string();
    let start = start.get(..7).unwrap_or("").to_owned();
    for (month, n) in &counts {
        if **month < *start {
            older += n;
        }
    }
    if older > 0 {
        points.push(Point::new("Before", older as f64));
    }
    let mut at = first;
    while at <= today {
        let key = at.to_string();
        let n = counts.get(key.get(..7).unwrap_or("")).copied().unwrap_or(0);
        points.push(Point::new(time::month(at), n as f64));
        at = at.last_of_month().tomorrow().unwrap_or(Date::MAX);
    }
    points
}

async fn list(site: Site, caller: Caller, page: Page) -> web::Result {
    let whose = whose(&site, &caller).await?;
    let (vault, today) = (site.vault(), site.now().date_in_london());
    let permit = permit(&site, &caller, whose, Verb::List, Scope::unit()).await?;
    let reader = vault.read(&permit)?;
    let backlog = store::backlog(&reader, whose, today).await?;
    // The same day as on everybody's home page: one pile has one count.
    let late = store::backlog(&reader, whose, days_after(today, -ESCALATED_DAYS)).await?;
    let rows = store::queue(&reader, whose, today, SHOWN).await?;
    let held = need::held(vault, &rows.iter().map(|row| row.record).collect::<Vec<_>>()).await?;
    let (_, rules) = version::in_force(&vault.plain()).await?;
    let names = agencies(&site).await?;
    let staff = vault.staff(&caller.actor(), Purpose::Rights, code!("retention_lists_read")).await?;
    let waiting = batch::waiting(&staff, whose).await?;
    let members = Names::read(&site, &caller, &waiting.iter().map(|batch| batch.by).collect::<Vec<_>>()).await?;
    let line = |row: &Review| {
        let (overdue, days) = overdue(row.due_on, today);
        let what = law().category(&row.data).name;
        Line {
            href: format!("/trust/retention/queue/{}", row.record),
            title: match whose {
                For::Owner(_) => format!("{what}, due {}", time::date(row.due_on)),
                For::Unit(_) => format!("{what}, {}, due {}", name_of(&names, row.owner), time::date(row.due_on)),
            },
            rule: rules
                .by_code(row.rule.as_str())
                .map_or_else(|| "No rule names it".to_owned(), |rule| rule.name.clone()),
            late: days > ESCALATED_DAYS,
            held: held.contains(&row.record),
            overdue,
        }
    };
    let total: u64 = backlog.iter().map(|month| month.n).sum();
    let mut owners: Vec<Choice> = Vec::new();
    for row in &rows {
        if !owners.iter().any(|choice| choice.value == row.owner.to_string()) {
            owners.push(Choice::new(row.owner, name_of(&names, row.owner)));
        }
    }
    let picture = (total > 0).then(|| {
        Chart::columns(
            "retention-backlog",
            "Records to review, by the month in which their time was up",
            by_month(&backlog, today),
        )
        .described("A column for each month. Older ones wait longer.")
        .note("Each waits for a named person: nothing goes, and nothing stays for good, without one.")
    });
    let mut form = Form::of([("form_key", form_key(&site))]);
    if let [only] = owners.as_slice() {
        form.put("owner", only.value.clone());
    }
    web::render(QueuePage {
        trust: trust::tabs(&caller, "/trust/retention"),
        tabs: tabs(&caller, "/trust/retention/queue"),
        page: page.title("Records to review"),
        form,
        picture,
        total,
        oldest: oldest(&backlog, today),
        late: late.iter().map(|month| month.n).sum(),
        lines: rows.iter().map(line).collect(),
        lists: waiting
            .iter()
            .map(|batch| ListLine {
                href: format!("/trust/retention/lists/{}", batch.id),
                title: format!(
                    "{} records of {}, proposed by {}, {}",
                    batch.proposed,
                    name_of(&names, batch.owner),
                    members.member(batch.by),
                    time::moment(batch.at, site.now())
                ),
            })
            .collect(),
        owners,
        reasons: DeleteReason::ALL.iter().map(|reason| Choice::new(reason, reason.words())).collect(),
        most: batch::MOST,
    })
}
