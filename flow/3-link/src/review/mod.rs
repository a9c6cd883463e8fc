//! The queue of pairs that the model is not sure of, the most uncertain first.

use std::collections::{BTreeMap, HashMap};

use askama::Template;
use axum::{Router, routing::get};
use base::{Id, kind};
use ingest::api::{Record, records_by_ids};
use vault::{Actor, Reader, Scope, StoreError, Vault, Verb};
use web::{Caller, ChildFlag, Page, Paging, Query, Site, time};

use crate::{
    pair::{
        Answer, KeptPair, PairKey, State,
        compare::{Agreement, category_words, lines},
        pages::{DUTIES, permit},
        store,
    },
    person::name_of,
    run::store::{last_run, last_stop},
};

/// Pairs of a page.
const SIZE: u64 = 25;

pub(crate) fn routes() -> Router<Site> {
    Router::new().route("/links/review", get(queue))
}

/// The pair that is next.
pub(crate) async fn next(reader: &Reader) -> Result<Option<PairKey>, StoreError> {
    Ok(store::waiting(reader, false, 1, 0).await?.first().map(KeptPair::key))
}

/// How many pairs wait for somebody: for the home page's tile. None where the caller may not settle pairs.
///
/// # Errors
/// The database's.
pub async fn waiting_count(vault: &Vault, actor: &Actor) -> Result<Option<u64>, StoreError> {
    match permit(vault, actor.clone(), Verb::List, Scope::unit()).await {
        Ok((permit, _)) => Ok(Some(store::count_waiting(&vault.read(&permit)?).await?)),
        Err(web::Fault::Denied) => Ok(None),
        Err(fault) => Err(StoreError::Database(format!("{fault:?}"))),
    }
}

#[derive(Template)]
#[template(path = "review/queue.html")]
struct QueuePage {
    page: Page,
    rows: Vec<QueueRow>,
    paging: Paging,
    waiting: String,
    aside: String,
    people: String,
    records: String,
    last: String,
    stopped: String,
    showing_aside: bool,
    before: Option<(PairKey, &'static str)>,
}

struct QueueRow {
    key: PairKey,
    left: Side,
    right: Side,
    why: String,
}

impl QueueRow {
    /// Both, one a line: each with the flag that is its own.
    fn sides(&self) -> [&Side; 2] {
        [&self.left, &self.right]
    }
}

struct Side {
    name: String,
    child: ChildFlag,
    from: String,
}

async fn queue(site: Site, caller: Caller, page: Page, query: Query) -> web::Result {
    caller.needs(&DUTIES)?;
    let vault = site.vault();
    let (permit, _) = permit(vault, caller.actor(), Verb::List, Scope::unit()).await?;
    let reader = vault.read(&permit)?;
    let (waiting, aside) = (store::count_waiting(&reader).await?, store::count_aside(&reader).await?);
    let showing_aside = query.0.has("show", "aside");
    let path = if showing_aside { "/links/review?show=aside" } else { "/links/review" };
    let paging = Paging::new(path, query.0.value("page"), SIZE, if showing_aside { aside } else { waiting });
    let pairs = store::waiting(&reader, showing_aside, SIZE, paging.offset()).await?;
    let rows = rows(&site, &reader, &pairs).await?;
    let last = last_run(vault).await?;
    let before = query.0.value("answer").parse::<Answer>().ok().zip(query.0.value("after").parse().ok());
    web::render(QueuePage {
        page: page.title("Pairs to review"),
        rows,
        paging,
        waiting: web::thousands(waiting),
        aside: web::thousands(aside),
        people: web::thousands(last.as_ref().map_or(0, |last| last.people)),
        records: format!("from {} records", web::thousands(last.as_ref().map_or(0, |last| last.records))),
        last: last.and_then(|last| last.finished_at).map(|at| time::moment(at, site.now())).unwrap_or_default(),
        stopped: last_stop(vault).await?.map(|at| time::moment(at, site.now())).unwrap_or_default(),
        showing_aside,
        before: before.map(|(answer, key)| (key, answer.words())),
    })
}

async fn rows(site: &Site, reader: &Reader, pairs: &[KeptPair]) -> Result<Vec<QueueRow>, StoreError> {
    let ids: Vec<Id<kind::Record>> = pairs.iter().flat_map(|pair| [pair.left, pair.right]).collect();
    let records: HashMap<_, _> =
        records_by_ids(reader, &ids).await?.into_iter().map(|record| (record.id, record)).collect();
    let names: BTreeMap<_, _> =
        share::api::agencies(&site.vault().plain()).await?.into_iter().map(|agency| (agency.id, agency.name)).collect();
    let today = site.now().date_in_london();
    let side = |record: &Record| Side {
        name: Some(name_of(record)).filter(|name| !name.is_empty()).unwrap_or_else(|| "Name not recorded".to_owned()),
        child: record.date("dob").and_then(|born| base::age_on(born, today)).into(),
        from: format!(
            "{}: {}",
            names.get(&record.controller).map_or("An agency", String::as_str),
            category_words(&record.category)
        ),
    };
    let row = |pair: &KeptPair| {
        let (left, right) = (records.get(&pair.left)?, records.get(&pair.right)?);
        Some(QueueRow { key: pair.key(), left: side(left), right: side(right), why: why(pair, left, right) })
    };
    Ok(pairs.iter().filter_map(row).collect())
}

/// Why it is uncertain, in words.
fn why(pair: &KeptPair, left: &Record, right: &Record) -> String {
    let lines = lines(left, right);
    let named = |agreement: Agreement| {
        let labels: Vec<String> =
            lines.iter().filter(|line| line.agreement == agreement).map(|line| line.label.to_lowercase()).collect();
        labels.join(", ")
    };
    let (same, differs) = (named(Agreement::Same), named(Agreement::Differs));
    let mut why = Vec::new();
    if !same.is_empty() {
        why.push(format!("Same: {same}."));
    }
    if !differs.is_empty() {
        why.push(format!("Differs: {differs}."));
    }
    if pair.state == State::Refused {
        why.push("Linking them would join what must stay apart.".to_owned());
    }
    why.join(" ").replace("nhs number", "NHS number")
}
