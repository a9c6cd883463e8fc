//! Every request, the first due first.

use askama::Template;
use base::{Date, Id, kind};
use vault::{Scope, Verb};
use web::{
    Caller, Page, Site,
    chart::{Chart, Point},
    time,
};

use super::{clock_to, here, whose};
use crate::{
    ask::pages::Names,
    rights::{Kind, Request, act, clock, store, store::For},
    trust,
};

struct Row {
    href: String,
    title: String,
    clock: Option<time::Clock>,
    state: String,
    more: String,
}

#[derive(Template)]
#[template(path = "rights/pages/list.html")]
struct ListPage {
    page: Page,
    tabs: Vec<(&'static str, &'static str, bool)>,
    officer: bool,
    overdue: usize,
    soon: usize,
    paused: usize,
    chart: Option<Chart>,
    open: Vec<Row>,
    closed: Vec<Row>,
}

fn row(site: &Site, names: &Names, one: &Request, href: String) -> Row {
    let clock = if one.closed_at.is_some() {
        None
    } else if one.paused {
        Some(time::Clock::paused(clock::end_of(one.due_on), site.now(), "waiting for whoever asked"))
    } else {
        Some(clock_to(one.due_on, site))
    };
    Row {
        href,
        title: format!("{}, received {}", one.kind.noun(), time::date(one.received_on)),
        clock,
        state: one.closed_at.map_or_else(String::new, |at| format!("Closed {}", time::date(at.date_in_london()))),
        more: format!(
            "Asked by {}. {}{}",
            crate::rights::answer::lower(one.made_by.words()),
            one.regime.words(),
            match (one.to_agency, one.kind) {
                (Some(agency), _) => format!(". {} decides", names.agency(agency)),
                (None, Kind::Erasure) => ". Every agency that holds something decides about it".to_owned(),
                (None, _) => String::new(),
            },
        ),
    }
}

/// How many are due in each of the next weeks.
fn by_week(open: &[Request], today: Date) -> Option<Chart> {
    let running: Vec<i32> = open
        .iter()
        .filter(|one| !one.paused)
        .map(|one| if one.due_on < today { -1 } else { clock::days_between(today, one.due_on) / 7 })
        .collect();
    if running.is_empty() {
        return None;
    }
    let weeks = [("Overdue", -1), ("This week", 0), ("In 1 week", 1), ("In 2 weeks", 2), ("In 3 weeks", 3)];
    let count = |of: i32| running.iter().filter(|week| **week == of).count();
    let later = running.iter().filter(|week| **week > 3).count();
    let number = |count: usize| f64::from(u32::try_from(count).unwrap_or(u32::MAX));
    let mut points: Vec<Point> = weeks.iter().map(|(label, of)| Point::new(*label, number(count(*of)))).collect();
    points.push(Point::new("Later", number(later)));
    Some(Chart::bars("rights-due", "Requests by when they are due", points).heads("Due", "Requests"))
}

pub(super) async fn list(site: Site, caller: Caller, page: Page) -> web::Result {
    let whose = whose(&site, &caller).await?;
    let reader = act::reader(site.vault(), &caller.actor(), Verb::List, Scope::unit()).await?;
    let names = Names::read(&site, &caller, &[]).await?;
    let (open, closed) = match whose {
        For::Unit => (store::open(&reader).await?, store::closed(&reader).await?),
        For::Owner(agency) => (store::to_decide(&reader, agency).await?, Vec::new()),
    };
    let today = site.now().date_in_london();
    let officer = whose == For::Unit;
    let late = |one: &&Request| !one.paused && one.due_on < today;
    let near = |one: &&Request| !one.paused && one.due_on >= today && clock::days_between(today, one.due_on) <= 7;
    let href = |id: Id<kind::RightsRequest>| if officer { here(id) } else { format!("{}/decide", here(id)) };
    let rows = |list: &[Request]| list.iter().map(|one| row(&site, &names, one, href(one.id))).collect::<Vec<_>>();
    web::render(ListPage {
        tabs: trust::tabs(&caller, "/trust/rights"),
        officer,
        overdue: open.iter().filter(late).count(),
        soon: open.iter().filter(near).count(),
        paused: open.iter().filter(|one| one.paused).count(),
        chart: by_week(&open, today).filter(|_| officer),
        open: rows(&open),
        closed: rows(&closed),
        page: page.title("People’s requests about their data"),
    })
}
