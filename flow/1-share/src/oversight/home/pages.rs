//! `/trust` and `/trust/refusals`.

use std::collections::BTreeMap;

use askama::Template;
use axum::{
    Router,
    response::{IntoResponse as _, Redirect},
    routing::get,
};
use base::{SignedDuration, Timestamp, code};
use vault::{Purpose, Refusal, Scope, Verb};
use web::{
    Caller, Fault, Page, Site,
    chart::{Chart, Point},
    time,
};

use super::{Waiting, store};
use crate::{
    agency,
    agreement::{self, Stage, Standing, map},
    ask::{home::home_lines, make::own_permit},
    decision::refusal_words,
    emergency::store as emergencies,
    law::law,
    oversight::{
        processing::numbers::setting,
        unusual::{State, pages::is_officer, store as unusual},
    },
    trust,
};

pub(crate) fn routes() -> Router<Site> {
    Router::new().route("/trust", get(home)).route("/trust/refusals", get(refused))
}

/// Who has a home here. Everybody else begins with the agreements.
const AT_HOME: &[&str] = &["data_protection_officer", "data_owner"];
/// What this page counts itself.
const SHOWN_HERE: [&str; 5] = ["/trust/asks", "/trust/emergencies", "/trust/unusual", "/asks", "/emergencies"];
/// How far back refusals and answers are counted.
const DAYS: i64 = 30;

/// A figure that leads to its list.
struct Tile {
    value: String,
    label: String,
    href: &'static str,
    note: String,
    attention: bool,
}

/// Something with a day or a clock.
struct Line {
    text: String,
    href: String,
    clock: Option<time::Clock>,
    note: String,
}

struct Part {
    title: &'static str,
    /// Where all of them are.
    href: &'static str,
    more: &'static str,
    lines: Vec<Line>,
    none: &'static str,
}

#[derive(Template)]
#[template(path = "oversight/home/home.html")]
struct HomePage {
    page: Page,
    tabs: Vec<(&'static str, &'static str, bool)>,
    whose: String,
    tiles: Vec<Tile>,
    charts: Vec<Chart>,
    parts: Vec<Part>,
    counted_until: String,
}

/// For whom the page is made.
struct View<'a> {
    site: &'a Site,
    caller: &'a Caller,
    officer: bool,
    now: Timestamp,
    tiles: Vec<Tile>,
    charts: Vec<Chart>,
    parts: Vec<Part>,
}

async fn home(site: Site, caller: Caller, page: Page) -> web::Result {
    if !AT_HOME.iter().any(|duty| caller.has(duty)) {
        return Ok(Redirect::to("/trust/agreements").into_response());
    }
    let officer = is_officer(&site, &caller).await?;
    let now = site.now();
    let mut view =
        View { site: &site, caller: &caller, officer, now, tiles: Vec::new(), charts: Vec::new(), parts: Vec::new() };
    view.requests().await?;
    view.emergencies().await?;
    view.unusual().await?;
    view.agreements().await?;
    view.refusals().await?;
    view.handed_over().await?;
    let staff = site.vault().staff(&caller.actor(), Purpose::Oversight, code!("trust_home_read")).await?;
    let until = unusual::watched_until(&staff).await?;
    web::render(HomePage {
        tabs: trust::tabs(&caller, "/trust"),
        page: page.title("Overview"),
        whose: if officer { "the whole unit".to_owned() } else { caller.agency_name.clone() },
        tiles: view.tiles,
        charts: view.charts,
        parts: view.parts,
        counted_until: until.map_or_else(|| "not yet".to_owned(), time::date),
    })
}

fn days(length: SignedDuration) -> i64 {
    length.as_hours() / 24
}

fn real(n: u64) -> f64 {
    f64::from(u32::try_from(n).unwrap_or(u32::MAX))
}

/// Bars of counts, in the order given; none where all are zero.
fn bars(id: &str, title: &str, counts: &[(String, u64)]) -> Option<Chart> {
    if counts.iter().all(|(_, n)| *n == 0) {
        return None;
    }
    let points = counts.iter().map(|(label, n)| Point::new(label.as_str(), real(*n))).collect();
    Some(Chart::bars(id, title, points).heads("Group", "Number"))
}

impl View<'_> {
    fn tile(&mut self, count: u64, label: impl Into<String>, href: &'static str, note: String, attention: bool) {
        let attention = attention && count > 0;
        self.tiles.push(Tile { value: web::thousands(count), label: label.into(), href, note, attention });
    }

    async fn requests(&mut self) -> Result<(), Fault> {
        let vault = self.site.vault();
        let (caller, now) = (self.caller, self.now);
        let permit =
            own_permit(vault, &caller.actor(), caller.agency, Verb::List, Scope::unit(), Purpose::Rights).await;
        let reader = match permit {
            Ok(permit) => vault.read(&permit)?,
            Err(Refusal::Refused { .. }) => return Ok(()),
            Err(Refusal::Store(error)) => return Err(error.into()),
        };
        let waiting = store::waiting(&reader, caller.agency, self.officer).await?;
        let late = waiting.iter().filter(|ask| ask.answer_by <= now).count() as u64;
        let oldest = waiting.iter().map(|ask| ask.asked_at).min();
        let note = oldest.map_or_else(String::new, |at| format!("the oldest since {}", time::moment(at, now)));
        self.tile(waiting.len() as u64, "requests between agencies wait", "/trust/asks", note, false);
        self.tile(late, "of them are late", "/trust/asks", String::new(), true);
        let ages =
            [("Less than a day", 0, 1), ("1 to 3 days", 1, 3), ("3 to 7 days", 3, 7), ("7 days or more", 7, i64::MAX)];
        let counts: Vec<(String, u64)> = ages
            .iter()
            .map(|(label, from, until)| {
                let aged = waiting.iter().filter(|ask| (*from..*until).contains(&days(now.since(ask.asked_at))));
                ((*label).to_owned(), aged.count() as u64)
            })
            .collect();
        self.charts.extend(bars("requests-by-age", "Requests that wait, by age", &counts));
        let since = now.plus_hours(-24 * DAYS);
        let states = store::states(&reader, caller.agency, self.officer, since).await?;
        let words = |state: &str| {
            let words = match state {
                "granted" => "Opened",
                "refused" => "Refused",
                "withdrawn" => "Taken back",
                "expired" => "Closed without an answer",
                _ => "Waiting",
            };
            words.to_owned()
        };
        let counts: Vec<(String, u64)> = states.iter().map(|one| (words(&one.state), one.n)).collect();
        self.charts.extend(bars("requests-by-state", "Requests of the last 30 days, by state", &counts));
        Ok(())
    }

    async fn emergencies(&mut self) -> Result<(), Fault> {
        let vault = self.site.vault();
        let (caller, now) = (self.caller, self.now);
        let permit =
            own_permit(vault, &caller.actor(), caller.agency, Verb::List, Scope::unit(), Purpose::Rights).await;
        let reader = match permit {
            Ok(permit) => vault.read(&permit)?,
            Err(Refusal::Refused { .. }) => return Ok(()),
            Err(Refusal::Store(error)) => return Err(error.into()),
        };
        let all = emergencies::list(&reader, caller.agency, self.officer).await?;
        let unjustified: Vec<_> = all.iter().filter(|one| one.justified.is_none() && one.judged.is_none()).collect();
        let late = unjustified.iter().filter(|one| one.is_overdue(now)).count();
        let note = if late > 0 { format!("{late} not in time") } else { String::new() };
        self.tile(unjustified.len() as u64, "emergencies wait to be justified", "/trust/emergencies", note, late > 0);
        let unjudged = all.iter().filter(|one| one.judged.is_none()).count() as u64;
        self.tile(unjudged, "emergencies wait to be judged", "/trust/emergencies", String::new(), self.officer);
        let lines = all.iter().filter(|one| one.judged.is_none()).take(5).map(|one| Line {
            text: format!("Opened {}", time::moment(one.opened_at, now)),
            href: format!("/trust/emergencies/{}", one.id),
            clock: one.justified.is_none().then(|| time::Clock::running(one.justify_by, now)),
            note: if one.justified.is_some() {
                "Justified, to be judged".to_owned()
            } else {
                "To be justified".to_owned()
            },
        });
        let lines = lines.collect();
        self.parts.push(Part {
            title: "Emergency access",
            href: "/trust/emergencies",
            more: "All emergency access",
            lines,
            none: "No emergency access waits for anybody.",
        });
        Ok(())
    }

    async fn unusual(&mut self) -> Result<(), Fault> {
        let vault = self.site.vault();
        let (caller, now) = (self.caller, self.now);
        let staff = vault.staff(&caller.actor(), Purpose::Oversight, code!("unusual_access_read")).await?;
        let mut open =
            if self.officer { unusual::open(&staff).await? } else { unusual::of_answerer(&staff, caller.id).await? };
        open.retain(|finding| {
            finding.member != caller.id && !finding.state.is_over() && finding.state != State::PassedOver
        });
        let asked = open.iter().filter(|finding| finding.state.is_open()).count() as u64;
        let late = open.iter().filter(|finding| {
            finding.state == State::Escalated
                || (finding.state == State::Asked && finding.answer_by.is_some_and(|by| by <= now))
        });
        let late = late.count();
        let note = if late > 0 { format!("{late} not answered in time") } else { String::new() };
        self.tile(asked, "questions about unusual access wait", "/trust/unusual", note, late > 0);
        if self.officer {
            let alarms = open.iter().filter(|finding| finding.state == State::No).count() as u64;
            self.tile(alarms, "times it was not part of the work", "/trust/unusual", String::new(), true);
        }
        let workers = unusual::workers(&staff).await?;
        let lines = open.iter().take(5).map(|finding| Line {
            text: workers
                .get(&finding.member)
                .map_or_else(|| "Somebody who has left".to_owned(), |one| one.name.clone()),
            href: format!("/trust/unusual/{}", finding.id),
            clock: finding.answer_by.filter(|_| finding.state.is_open()).map(|by| time::Clock::running(by, now)),
            note: format!("{}, {}", finding.rule.words(), time::date(finding.day)),
        });
        let lines = lines.collect();
        self.parts.push(Part {
            title: "Unusual access",
            href: "/trust/unusual",
            more: "All questions",
            lines,
            none: "Nothing that stood out waits for an answer.",
        });
        Ok(())
    }

    async fn agreements(&mut self) -> Result<(), Fault> {
        let mut all = agreement::all(&self.site.vault().plain()).await?;
        if !self.officer {
            all.retain(|one| one.terms.parties.contains(&self.caller.agency));
        }
        let today = self.now.date_in_london();
        let ending = map::silences(&all, today);
        let stopped = all.iter().filter(|one| {
            matches!(one.stage, Stage::Active | Stage::Suspended)
                && matches!(
                    one.standing(today),
                    Standing::ReviewOverdue | Standing::WithoutAssessment | Standing::Suspended
                )
        });
        let stopped = stopped.count() as u64;
        self.tile(
            ending.len() as u64,
            "agreements end or fall due within 90 days",
            "/trust/agreements/map",
            String::new(),
            false,
        );
        self.tile(stopped, "agreements permit nothing, though not ended", "/trust/agreements/map", String::new(), true);
        let title = |id| all.iter().find(|one| one.id == id).map_or_else(String::new, |one| one.terms.title.clone());
        let lines = ending
            .iter()
            .map(|silence| Line {
                text: title(silence.agreement),
                href: format!("/trust/agreements/{}", silence.agreement),
                clock: base::london::start_of(silence.from).ok().map(|from| time::Clock::running(from, self.now)),
                note: if silence.by_review { "Falls silent unless it is reviewed" } else { "Ends" }.to_owned(),
            })
            .collect();
        self.parts.push(Part {
            title: "Agreements near their end",
            href: "/trust/agreements/map",
            more: "What falls silent",
            lines,
            none: "No live agreement ends or is due for review in the next 90 days.",
        });
        Ok(())
    }

    async fn refusals(&mut self) -> Result<(), Fault> {
        let since = self.now.plus_hours(-24 * DAYS).date_in_london();
        let of = (!self.officer).then_some(self.caller.agency);
        let staff = refusals_read(self.site, self.caller).await?;
        let found = store::refusals(&staff, since, of).await?;
        let all = found.iter().map(|one| one.n).sum();
        self.tile(all, "refused in the last 30 days", "/trust/refusals", String::new(), false);
        let mut by_reason: BTreeMap<&str, u64> = BTreeMap::new();
        for one in &found {
            *by_reason.entry(refusal_words(&one.why)).or_default() += one.n;
        }
        let mut counts: Vec<(String, u64)> = by_reason.into_iter().map(|(why, n)| (short(why), n)).collect();
        counts.sort_by(|one, other| (other.1, &one.0).cmp(&(one.1, &other.0)));
        counts.truncate(6);
        self.charts.extend(bars("refusals-by-reason", "Refused in the last 30 days, by reason", &counts));
        Ok(())
    }

    /// What other slices hand over: what they show on the home page, and what is behind.
    async fn handed_over(&mut self) -> Result<(), Fault> {
        for line in home_lines(self.site, self.caller).await? {
            if !SHOWN_HERE.contains(&line.href) {
                self.tile(line.count as u64, line.label(), line.href, String::new(), false);
            }
        }
        for one in others(self.site, self.caller, self.officer).await? {
            let note = one.oldest_days.map_or_else(String::new, |days| format!("the oldest for {days} days"));
            self.tile(one.count, one.what, one.href, note, true);
        }
        Ok(())
    }
}

/// What waits elsewhere: each slice says it of itself.
async fn others(site: &Site, caller: &Caller, officer: bool) -> Result<Vec<Waiting>, Fault> {
    if !officer {
        return Ok(Vec::new());
    }
    let staff = site.vault().staff(&caller.actor(), Purpose::Oversight, code!("trust_home_read")).await?;
    let today = site.now().date_in_london();
    let last: Option<base::Date> = setting(&staff, "expired_for").await?.and_then(|day| day.parse().ok());
    let missed = last.and_then(|day| today.since(day).ok()).map(|span| span.get_days().saturating_sub(1));
    let missed = missed.and_then(|days| u64::try_from(days).ok());
    // Before the first run there is nothing to be behind with.
    Ok(vec![Waiting {
        what: "days on which nothing that was due was erased",
        count: missed.unwrap_or(0),
        oldest_days: None,
        href: "/trust/processing",
    }])
}

async fn refusals_read(site: &Site, caller: &Caller) -> Result<vault::Staff, Fault> {
    Ok(site.vault().staff(&caller.actor(), Purpose::Oversight, code!("refusals_read")).await?)
}

/// A reason as a bar’s label.
fn short(why: &str) -> String {
    let first = why.split(['.', ':', ';']).next().unwrap_or(why).trim();
    let mut label: String = first.chars().take(44).collect();
    if label.chars().count() < first.chars().count() {
        label.push('…');
    }
    label
}

struct RefusedRow {
    why: &'static str,
    who: String,
    what: String,
    n: String,
}

#[derive(Template)]
#[template(path = "oversight/home/refusals.html")]
struct RefusalsPage {
    page: Page,
    tabs: Vec<(&'static str, &'static str, bool)>,
    chart: Option<Chart>,
    rows: Vec<RefusedRow>,
    log: String,
}

async fn refused(site: Site, caller: Caller, page: Page) -> web::Result {
    caller.needs(AT_HOME)?;
    let officer = is_officer(&site, &caller).await?;
    let plain = site.vault().plain();
    let since = site.now().plus_hours(-24 * DAYS).date_in_london();
    let staff = refusals_read(&site, &caller).await?;
    let found = store::refusals(&staff, since, (!officer).then_some(caller.agency)).await?;
    let names: BTreeMap<String, String> =
        agency::all(&plain).await?.into_iter().map(|agency| (agency.id.to_string(), agency.name)).collect();
    let name = |id: &str| names.get(id).cloned().unwrap_or_else(|| "A former partner".to_owned());
    let category = |code: &str| {
        code.parse().map_or_else(|_| code.replace('_', " "), |code| law().category(&code).name.replace('_', " "))
    };
    let mut by_agency: BTreeMap<String, u64> = BTreeMap::new();
    for one in &found {
        *by_agency.entry(name(&one.by_agency)).or_default() += one.n;
    }
    let counts: Vec<(String, u64)> = by_agency.into_iter().collect();
    let rows = found.iter().map(|one| RefusedRow {
        why: refusal_words(&one.why),
        who: name(&one.by_agency),
        what: format!("{} of {}", category(&one.category), name(&one.held_by)),
        n: web::thousands(one.n),
    });
    let from = since.strftime("%-d/%-m/%Y").to_string().replace('/', "%2F");
    web::render(RefusalsPage {
        tabs: trust::tabs(&caller, "/trust"),
        page: page.title("What was refused"),
        chart: bars("refusals-by-agency", "Refused in the last 30 days, by who asked", &counts),
        rows: rows.take(200).collect(),
        log: if officer { format!("/trust/access?from={from}") } else { String::new() },
    })
}
