//! What ingest keeps of somebody who was erased: the file in which their rows came, and rows of the same source that wait in quarantine.
//! It follows the announcement of the erasure, and says to its report what it reached.

use std::collections::{BTreeMap, BTreeSet};

use async_trait::async_trait;
use base::{Code, Id, code, kind, names::fold};
use share::api::{erasure_reached, facets};
use vault::{
    Actor, Ask, Cause, FromRow, Held, Operation, Purpose, Reader, Refusal, Row, Scope, StoreError, Vault, Verb,
    jobs::{Handler, Job, JobFault},
    params,
};

use crate::{
    feed::{Feed, feed},
    row::identity::source_key,
};

/// The job `forget_erased`, which follows `records_erased`.
pub struct ForgetErased;

impl ForgetErased {
    /// Its kind.
    pub const KIND: &'static str = "forget_erased";
}

#[derive(serde::Deserialize)]
struct Payload {
    erasure: String,
    deliveries: Vec<String>,
    /// Each a feed and the vault's digest of a source's key.
    sources: Vec<(String, String)>,
}

struct File {
    reading: bool,
    blob: Id<kind::Blob>,
}

impl FromRow for File {
    fn from_row(row: &Row) -> Result<Self, StoreError> {
        Ok(Self { reading: row.text("state")? == "reading", blob: row.id("blob")? })
    }
}

struct Waiting {
    id: Id<kind::Record>,
    delivery: String,
    controller: Id<kind::Agency>,
    category: Code,
    cells: Vec<String>,
}

impl FromRow for Waiting {
    fn from_row(row: &Row) -> Result<Self, StoreError> {
        Ok(Self {
            id: row.id("id")?,
            delivery: row.text("delivery")?,
            controller: row.id("controller")?,
            category: row.parse("category")?,
            cells: texts(&row.text("cells")?),
        })
    }
}

impl Held for Waiting {
    fn controller(&self) -> Id<kind::Agency> {
        self.controller
    }
    fn category(&self) -> &Code {
        &self.category
    }
}

struct Header(Vec<String>);

impl FromRow for Header {
    fn from_row(row: &Row) -> Result<Self, StoreError> {
        Ok(Self(texts(&row.text("header")?)))
    }
}

fn texts(json: &str) -> Vec<String> {
    serde_json::from_str(json).unwrap_or_default()
}

#[async_trait]
impl Handler for ForgetErased {
    fn kind(&self) -> &'static str {
        Self::KIND
    }

    async fn run(&self, vault: &Vault, job: &Job) -> Result<(), JobFault> {
        let payload: Payload = serde_json::from_value(job.payload.clone())
            .map_err(|_| JobFault::Hopeless("the job's payload is no erasure".to_owned()))?;
        let actor = job.actor()?;
        let (files, later) = files(vault, &payload.deliveries).await?;
        let waiting = waiting(vault, &actor, &payload).await?;
        let cause = Cause {
            actor,
            purpose: Purpose::Administration,
            operation: Operation::Erasure,
            act: code!("erased_sources"),
            scope: Scope { kind: "erasure_reach", id: Some(payload.erasure.clone()) },
        };
        let mut change = vault.change(cause).await?;
        for blob in &files {
            change.erase_blob(*blob).await?;
        }
        for row in &waiting {
            change.execute("DELETE FROM quarantined WHERE id = $1", params![row.id]).await?;
            change.tombstone(row.id, &row.category, &code!("erased_sources"), "").await?;
        }
        erasure_reached(&mut change, &payload.erasure, "delivery_file", files.len() as u64, later).await?;
        erasure_reached(&mut change, &payload.erasure, "quarantined", waiting.len() as u64, 0).await?;
        change.note("files", files.len());
        change.note("quarantined", waiting.len());
        Ok(change.commit().await?)
    }
}

/// The files that can go now, and how many are still being read: those go as every file does, within 30 days of their last row.
async fn files(vault: &Vault, deliveries: &[String]) -> Result<(BTreeSet<Id<kind::Blob>>, u64), StoreError> {
    const KEPT: &str = "SELECT d.state, d.blob FROM delivery d JOIN blob b ON b.id = d.blob \
         WHERE d.id = $1 AND b.wrapped_key IS NOT NULL";
    let (mut now, mut later) = (BTreeSet::new(), 0);
    for delivery in deliveries {
        match vault.plain().first::<File>(KEPT, params![delivery]).await? {
            Some(file) if file.reading => later += 1,
            Some(file) => {
                now.insert(file.blob);
            }
            None => {}
        }
    }
    Ok((now, later))
}

/// The rows in quarantine that came from the same source.
async fn waiting(vault: &Vault, actor: &Actor, payload: &Payload) -> Result<Vec<Waiting>, JobFault> {
    let mut found = Vec::new();
    let feeds: BTreeSet<&String> = payload.sources.iter().map(|(feed, _)| feed).collect();
    for name in feeds {
        let Some(feed) = feed(name).filter(|feed| !feed.source_id.is_empty()) else { continue };
        let digests: BTreeSet<&String> =
            payload.sources.iter().filter(|(of, _)| of == name).map(|(_, digest)| digest).collect();
        let ask = Ask {
            actor: actor.clone(),
            verb: Verb::Erase,
            scope: Scope::unit(),
            purpose: Purpose::Administration,
            facets: facets(&vault.book(), std::slice::from_ref(&feed.category)).await?,
            facts: BTreeMap::new(),
        };
        let permit = match vault.permit(ask).await {
            Ok(permit) => permit,
            Err(Refusal::Refused { .. }) => continue,
            Err(Refusal::Store(error)) => return Err(error.into()),
        };
        let reader = vault.read(&permit)?;
        found.extend(of_feed(vault, &reader, feed, &digests).await?);
    }
    Ok(found)
}

async fn of_feed(
    vault: &Vault,
    reader: &Reader,
    feed: &Feed,
    digests: &BTreeSet<&String>,
) -> Result<Vec<Waiting>, StoreError> {
    const PAGE: &str = "SELECT id, delivery, controller, category, cells FROM quarantined \
         WHERE feed = $1 AND id > $2 ORDER BY id LIMIT 500";
    let (mut found, mut after) = (Vec::new(), String::new());
    let mut places: BTreeMap<String, Option<Vec<usize>>> = BTreeMap::new();
    loop {
        let rows: Vec<Waiting> = reader.rows(PAGE, params![&feed.name, &after]).await?;
        let Some(last) = rows.last() else { return Ok(found) };
        after = last.id.to_string();
        for row in rows {
            if !places.contains_key(&row.delivery) {
                let sql = "SELECT header FROM delivery WHERE id = $1";
                let header: Option<Header> = vault.plain().first(sql, params![&row.delivery]).await?;
                places.insert(row.delivery.clone(), header.and_then(|header| place(feed, &header.0)));
            }
            let Some(Some(at)) = places.get(&row.delivery) else { continue };
            let parts: Option<Vec<&str>> = at
                .iter()
                .map(|at| row.cells.get(*at).map(|cell| cell.trim()).filter(|cell| !cell.is_empty()))
                .collect();
            if parts
                .is_some_and(|parts| digests.contains(&vault.source_digest(feed.name.as_str(), &source_key(&parts))))
            {
                found.push(row);
            }
        }
    }
}

/// Where the columns of the source's id stand in a file with this header.
fn place(feed: &Feed, header: &[String]) -> Option<Vec<usize>> {
    let names: Vec<String> = header.iter().map(|name| fold(name.trim())).collect();
    let of = |at: &usize| {
        let column = feed.columns.get(*at)?;
        let mut wanted = std::iter::once(&column.name).chain(&column.also).map(|name| fold(name));
        wanted.find_map(|wanted| names.iter().position(|name| *name == wanted))
    };
    feed.source_id.iter().map(of).collect()
}
