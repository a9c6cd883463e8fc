//! `/trust/agreements/map`: who shares what with whom, and what falls silent in the next 90 days.

use std::collections::{BTreeMap, BTreeSet};

use askama::Template;
use base::{Code, Id, kind};
use vault::Purpose;
use web::{Caller, Page, Site, time};

use super::{DAYS_AHEAD, Flow, matrix, picture, silences};
use crate::{
    agency::Agency,
    agreement::{Agreement, Stage, Standing, purpose_words, store},
    law::law,
    trust,
};

#[derive(Template)]
#[template(path = "agreement/map/page.html")]
struct MapPage {
    page: Page,
    tabs: Vec<(&'static str, &'static str, bool)>,
    svg: String,
    names: Vec<String>,
    gives: Vec<Gives>,
    silent: Vec<Silent>,
    stopped: Vec<Stopped>,
    days: i64,
}

/// What one party gives under one agreement.
struct Gives {
    giver: String,
    categories: Vec<String>,
    receivers: String,
    purposes: String,
    id: String,
    title: String,
}

struct Silent {
    id: String,
    title: String,
    why: String,
    lines: Vec<String>,
}

struct Stopped {
    id: String,
    title: String,
    because: &'static str,
}

type Agencies = BTreeMap<Id<kind::Agency>, Agency>;

pub(crate) async fn show(site: Site, caller: Caller, page: Page) -> web::Result {
    let plain = site.vault().plain();
    let (agreements, agencies) = (store::all(&plain).await?, store::names(&plain).await?);
    let today = site.now().date_in_london();
    let live: Vec<&Agreement> = agreements.iter().filter(|one| one.standing(today) == Standing::Live).collect();
    let parties = by_name(live.iter().flat_map(|one| one.terms.parties.iter().copied()).collect(), &agencies);
    let cells = matrix(&agreements, today);
    let count = |giver: Id<kind::Agency>, receiver| cells.get(&(giver, receiver)).map_or(0, BTreeSet::len);
    let counts: Vec<Vec<usize>> = parties
        .iter()
        .map(|(giver, _)| parties.iter().map(|(receiver, _)| count(*giver, *receiver)).collect())
        .collect();
    let stops = |one: &&Agreement| {
        matches!(one.stage, Stage::Active | Stage::Suspended)
            && !matches!(one.standing(today), Standing::Live | Standing::Ended | Standing::NotStarted)
    };
    web::render(MapPage {
        page: page.title("Who shares what with whom"),
        tabs: trust::tabs(&caller, "/trust/agreements/map"),
        svg: picture::svg(&counts),
        names: parties.into_iter().map(|(_, name)| name).collect(),
        gives: gives(&live, &agencies),
        silent: silent(&agreements, &agencies, today),
        stopped: agreements.iter().filter(stops).map(|one| stopped(one, today)).collect(),
        days: DAYS_AHEAD,
    })
}

fn by_name(ids: BTreeSet<Id<kind::Agency>>, agencies: &Agencies) -> Vec<(Id<kind::Agency>, String)> {
    let mut named: Vec<_> = ids.into_iter().map(|id| (id, name(agencies, id))).collect();
    named.sort_by(|one, other| one.1.cmp(&other.1));
    named
}

fn name(agencies: &Agencies, id: Id<kind::Agency>) -> String {
    agencies.get(&id).map_or_else(|| "An agency".to_owned(), |agency| agency.name.clone())
}

fn names(agencies: &Agencies, ids: BTreeSet<Id<kind::Agency>>) -> String {
    by_name(ids, agencies).into_iter().map(|(_, name)| name).collect::<Vec<_>>().join(", ")
}

fn purposes(purposes: &BTreeSet<Purpose>) -> String {
    purposes.iter().map(|purpose| purpose_words(*purpose)).collect::<Vec<_>>().join(", ")
}

fn gives(live: &[&Agreement], agencies: &Agencies) -> Vec<Gives> {
    let mut all: Vec<Gives> = Vec::new();
    for agreement in live {
        let terms = &agreement.terms;
        for party in &terms.parties {
            let brought = terms.brings.iter().filter(|brought| brought.party == *party);
            let categories: Vec<String> = brought.map(|brought| law().category(&brought.category).name).collect();
            if categories.is_empty() {
                continue;
            }
            all.push(Gives {
                giver: name(agencies, *party),
                categories,
                receivers: names(agencies, terms.parties.iter().copied().filter(|other| other != party).collect()),
                purposes: purposes(&terms.purposes.iter().copied().collect()),
                id: agreement.id.to_string(),
                title: terms.title.clone(),
            });
        }
    }
    all.sort_by(|a, b| (&a.giver, &a.title).cmp(&(&b.giver, &b.title)));
    all
}

fn silent(agreements: &[Agreement], agencies: &Agencies, today: base::Date) -> Vec<Silent> {
    let title = |id| agreements.iter().find(|one| one.id == id).map(|one| one.terms.title.clone()).unwrap_or_default();
    let line = |silence: super::Silence| {
        let from = time::date(silence.from);
        let why = if silence.by_review { "unless it is reviewed before" } else { "since it ends" };
        Silent {
            id: silence.agreement.to_string(),
            title: title(silence.agreement),
            why: format!("From {from}, {why}"),
            lines: lines(&silence.flows, agencies),
        }
    };
    silences(agreements, today).into_iter().map(line).collect()
}

/// What falls silent: a line for each category of each giver, with all who would no longer have it.
fn lines(flows: &BTreeSet<Flow>, agencies: &Agencies) -> Vec<String> {
    type Lost = (BTreeSet<Id<kind::Agency>>, BTreeSet<Purpose>);
    let mut lost: BTreeMap<(String, Code), Lost> = BTreeMap::new();
    for flow in flows {
        let (receivers, purposes) = lost.entry((name(agencies, flow.giver), flow.category.clone())).or_default();
        receivers.insert(flow.receiver);
        purposes.insert(flow.purpose);
    }
    let words = |((giver, category), (receivers, all)): ((String, Code), Lost)| {
        let category = law().category(&category).name;
        format!("{category}, from {giver} to {}, for {}", names(agencies, receivers), purposes(&all))
    };
    lost.into_iter().map(words).collect()
}

fn stopped(agreement: &Agreement, today: base::Date) -> Stopped {
    Stopped {
        id: agreement.id.to_string(),
        title: agreement.terms.title.clone(),
        because: agreement.standing(today).because(),
    }
}
