//! `/trust/retention/erasures`: reports of what was erased, each of which proves it. No name and no value stands in them.

use std::collections::BTreeMap;

use askama::Template;
use axum::{Router, extract::Path, routing::get};
use base::{Id, code, kind};
use vault::Purpose;
use web::{
    Caller, Fault, Page, Site,
    chart::{Chart, Point},
    time,
};

use super::{Tabs, tabs, whose};
use crate::{
    ask::pages::Names,
    retention::{
        prove::{self, Report},
        store::For,
    },
    trust,
};

pub(super) fn routes() -> Router<Site> {
    Router::new().route("/trust/retention/erasures", get(list)).route("/trust/retention/erasures/{id}", get(show))
}

struct Line {
    href: String,
    title: String,
    state: String,
    tag: &'static str,
    colour: &'static str,
}

#[derive(Template)]
#[template(path = "retention/pages/erasures.html")]
struct ErasuresPage {
    page: Page,
    trust: Tabs,
    tabs: Tabs,
    picture: Option<Chart>,
    lines: Vec<Line>,
    again: Vec<String>,
}

/// A code in words.
fn rule_words(rule: &str) -> String {
    match rule {
        "reviewed" => "After review".to_owned(),
        "right_to_erasure" => "By right: the person asked".to_owned(),
        "erased_again" => "Again, after a restore".to_owned(),
        other => words(other),
    }
}

fn words(code: &str) -> String {
    base::first_large(&code.replace('_', " "))
}

/// How a report stands, and the tag's colour.
fn standing(report: &Report) -> (&'static str, &'static str) {
    match &report.proof {
        None => ("Being proved", "yellow"),
        Some(proof) if proof.left.is_empty() && proof.found.is_empty() => ("Proved: nothing left", "green"),
        Some(_) => ("Something is left", "red"),
    }
}

/// The unit's officer sees every report; a data owner those that they made or approved.
fn sees(whose: For, report: &Report, caller: &Caller) -> bool {
    matches!(whose, For::Unit(_)) || report.by == Some(caller.id) || report.second == Some(caller.id)
}

async fn list(site: Site, caller: Caller, page: Page) -> web::Result {
    let whose = whose(&site, &caller).await?;
    let vault = site.vault();
    let staff = vault.staff(&caller.actor(), Purpose::Rights, code!("erasures_read")).await?;
    let reports = prove::latest(&staff).await?;
    let reports: Vec<&Report> = reports.iter().filter(|report| sees(whose, report, &caller)).collect();
    let mut months: BTreeMap<String, (String, u64)> = BTreeMap::new();
    for report in &reports {
        let day = report.at.date_in_london();
        let key = day.to_string().get(..7).unwrap_or_default().to_owned();
        months.entry(key).or_insert_with(|| (time::month(day), 0)).1 += 1;
    }
    let points: Vec<Point> = months.into_values().map(|(label, n)| Point::new(label, n as f64)).collect();
    let again = if matches!(whose, For::Unit(_)) { prove::again(&vault.plain()).await? } else { Vec::new() };
    web::render(ErasuresPage {
        trust: trust::tabs(&caller, "/trust/retention"),
        tabs: tabs(&caller, "/trust/retention/erasures"),
        page: page.title("Erasures"),
        picture: (!points.is_empty()).then(|| {
            Chart::columns("erasures-by-month", "Erasures by month", points).note(
                "Those that somebody decided. What expires by itself is not counted here; each row leaves a tombstone.",
            )
        }),
        lines: reports
            .iter()
            .map(|report| {
                let (tag, colour) = standing(report);
                Line {
                    href: format!("/trust/retention/erasures/{}", report.id),
                    title: format!("{}, {}", rule_words(report.rule.as_str()), time::full(report.at)),
                    state: format!("{} rows erased", web::thousands(report.gone.values().sum())),
                    tag,
                    colour,
                }
            })
            .collect(),
        again: again.iter().map(again_words).collect(),
    })
}

fn again_words(again: &prove::Again) -> String {
    format!(
        "{}: {} tombstones were followed before anybody was served, and {} rows erased again",
        time::full(again.at),
        web::thousands(again.tombstones),
        web::thousands(again.rows)
    )
}

struct TableLine {
    table: String,
    gone: String,
    left: String,
}

#[derive(Template)]
#[template(path = "retention/pages/erasure.html")]
struct ErasurePage {
    page: Page,
    tag: &'static str,
    colour: &'static str,
    at: String,
    by: String,
    /// The other of two people, and what they did.
    second: (&'static str, String),
    rule: String,
    reason: String,
    lines: Vec<TableLine>,
    files: u64,
    told: u64,
    tombstones: u64,
    reach: Vec<String>,
    proved: String,
    tables_read: u64,
    found: Vec<(String, u64)>,
    entry: Option<u64>,
    again: Vec<String>,
    reference: String,
}

/// A table in words, as its own stage would call it.
fn table_words(table: &str) -> String {
    match table {
        "record" => "Records, all versions".to_owned(),
        "person" => "The person".to_owned(),
        "person_record" => "Which person a record belongs to".to_owned(),
        "person_move" => "Where a record belonged before".to_owned(),
        "person_search" => "The index of the search".to_owned(),
        "held_answer" | "search_found" => "What searches found in the last minutes".to_owned(),
        "pair" => "Pairs that were weighed".to_owned(),
        "pair_decision" => "Decisions about pairs".to_owned(),
        "retention_review" => "Dates of review".to_owned(),
        "retention_decision" => "Decisions to keep".to_owned(),
        "emergency_access" => "Emergency access".to_owned(),
        "ask" => "Requests from other agencies".to_owned(),
        other => words(&format!("{other}s")),
    }
}

async fn show(site: Site, caller: Caller, page: Page, Path(id): Path<Id<kind::Erasure>>) -> web::Result {
    let whose = whose(&site, &caller).await?;
    let vault = site.vault();
    let staff = vault.staff(&caller.actor(), Purpose::Rights, code!("erasure_read")).await?;
    let report = prove::one(&staff, id).await?.filter(|report| sees(whose, report, &caller)).ok_or(Fault::NotFound)?;
    let plain = vault.plain();
    // Where nothing plain came from a source, what was reached behind it would tell that something sealed did.
    let reach = if report.sources == 0 { Vec::new() } else { prove::reach(&plain, id).await? };
    let again = prove::again(&plain).await?;
    let members: Vec<_> = [report.by, report.second].into_iter().flatten().collect();
    let names = Names::read(&site, &caller, &members).await?;
    let name =
        |member: Option<Id<kind::Member>>| member.map_or_else(String::new, |member| names.member(member).to_owned());
    let (tag, colour) = standing(&report);
    let proof = report.proof.as_ref();
    let left = |table: &str| match proof {
        None => "being counted".to_owned(),
        Some(proof) => web::thousands(proof.left.get(table).copied().unwrap_or(0)),
    };
    let tables = report.gone.keys().chain(proof.iter().flat_map(|proof| proof.left.keys()));
    let tables: std::collections::BTreeSet<&String> = tables.collect();
    let mut said: Vec<String> = reach.iter().map(reach_words).collect();
    if said.is_empty() && report.sources > 0 {
        said.push("Partners’ files and rows in quarantine are being looked at".to_owned());
    }
    web::render(ErasurePage {
        page: page.title("Report of an erasure"),
        tag,
        colour,
        at: time::full(report.at),
        by: report.by.map_or_else(|| "The program, after a restore".to_owned(), |by| names.member(by).to_owned()),
        second: (
            if report.rule.as_str() == "right_to_erasure" { "Decided by" } else { "Proposed by" },
            name(report.second),
        ),
        rule: rule_words(report.rule.as_str()),
        reason: words(report.reason.as_str()),
        lines: tables
            .into_iter()
            .map(|table| TableLine {
                table: table_words(table),
                gone: web::thousands(report.gone.get(table).copied().unwrap_or(0)),
                left: left(table),
            })
            .collect(),
        files: report.files,
        told: report.told,
        tombstones: report.tombstones,
        reach: said,
        proved: proof.map_or_else(String::new, |proof| time::full(proof.at)),
        tables_read: proof.map_or(0, |proof| proof.tables_read),
        found: proof
            .map_or_else(Vec::new, |proof| proof.found.iter().map(|(table, n)| (table_words(table), *n)).collect()),
        entry: proof.and_then(|proof| proof.entry),
        again: again.iter().filter(|again| again.at >= report.at).map(again_words).collect(),
        reference: id.to_string(),
    })
}

fn reach_words(reach: &prove::Reach) -> String {
    let what = match reach.what.as_str() {
        "delivery_file" => "Files that partners sent, erased with their keys",
        "quarantined" => "Rows in quarantine",
        other => return format!("{}: {}", words(other), reach.n),
    };
    let later = if reach.later == 0 {
        String::new()
    } else {
        format!("; {} more are being read, and go within 30 days of their last row being settled", reach.later)
    };
    format!("{what}: {}{later}", reach.n)
}
