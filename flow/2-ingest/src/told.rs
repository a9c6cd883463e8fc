//! The job `tell_recipients`: where a record comes in another version, whoever was told of an earlier one gets a notice that it was corrected, once for
//! each version, however often the job runs. The notice says that it changed, never what it says.

use async_trait::async_trait;
use base::{Code, Id, code, kind};
use share::api::{Told, tell_because};
use vault::{
    Ask, Cause, Facet, FromRow, Held, Operation, Purpose, Row, Scope, StoreError, Value, Vault, Verb,
    jobs::{Handler, Job, JobFault},
    params,
};

/// Records of one change, so that it stays short.
const BATCH: usize = 50;

/// The job `tell_recipients`.
pub struct TellRecipients;

/// A record that came in place of an earlier version, or an earlier version: no more of it than that.
struct Version {
    id: Id<kind::Record>,
    feed: String,
    source_key: String,
    version: i64,
    controller: Id<kind::Agency>,
    category: Code,
}

impl FromRow for Version {
    fn from_row(row: &Row) -> Result<Self, StoreError> {
        Ok(Self {
            id: row.id("id")?,
            feed: row.text("feed")?,
            source_key: row.text("source_key")?,
            version: row.int("version")?,
            controller: row.id("controller")?,
            category: row.parse("category")?,
        })
    }
}

impl Held for Version {
    fn controller(&self) -> Id<kind::Agency> {
        self.controller
    }
    fn category(&self) -> &Code {
        &self.category
    }
}

/// Whose delivery, and of what.
struct Of(Facet);

impl FromRow for Of {
    fn from_row(row: &Row) -> Result<Self, StoreError> {
        Ok(Self(Facet { controller: row.id("agency")?, category: row.parse("category")? }))
    }
}

#[async_trait]
impl Handler for TellRecipients {
    fn kind(&self) -> &'static str {
        "tell_recipients"
    }

    async fn run(&self, vault: &Vault, job: &Job) -> Result<(), JobFault> {
        // Bodies are not read; a part's records lie between two ids.
        const NEWER: &str = "SELECT id, feed, source_key, version, controller, category FROM record WHERE version > 1 AND delivery = $1 \
             AND id >= (SELECT MIN(first_record) FROM delivery_part WHERE delivery = $1 AND to_line >= $2 AND from_line <= $3) \
             AND id <= (SELECT MAX(last_record) FROM delivery_part WHERE delivery = $1 AND to_line >= $2 AND from_line <= $3) \
             AND line >= $2 AND line <= $3 ORDER BY id";
        const EARLIER: &str = "SELECT id, feed, source_key, version, controller, category FROM record WHERE feed = $1 AND source_key IN ({in})";
        let delivery: Id<kind::Delivery> =
            job.text("delivery")?.parse().map_err(|error| JobFault::Hopeless(format!("{error}")))?;
        let line = |key: &str| job.payload.get(key).and_then(serde_json::Value::as_u64).unwrap_or_default();
        let from: Option<Facet> = vault
            .plain()
            .first::<Of>("SELECT agency, category FROM delivery WHERE id = $1", params![delivery])
            .await?
            .map(|of| of.0);
        let Some(from) = from else { return Ok(()) };
        let permit = vault
            .permit(Ask {
                actor: job.actor()?,
                verb: Verb::List,
                scope: Scope::of("delivery", delivery),
                purpose: Purpose::Collection,
                facets: vec![from],
                facts: std::collections::BTreeMap::new(),
            })
            .await?;
        let reader = vault.read(&permit)?;
        let newer: Vec<Version> = reader.rows(NEWER, params![delivery, line("from_line"), line("to_line")]).await?;
        let Some(feed) = newer.first().map(|one| one.feed.clone()) else { return Ok(()) };
        for part in newer.chunks(BATCH) {
            let keys: Vec<Value> = part.iter().map(|one| Value::Text(Some(one.source_key.clone()))).collect();
            let all: Vec<Version> = reader.rows_in(EARLIER, params![&feed], &keys).await?;
            let mut change = vault
                .change(Cause {
                    actor: job.actor()?,
                    purpose: Purpose::Rights,
                    operation: Operation::Administration,
                    act: code!("recipients_told"),
                    scope: Scope::of("delivery", delivery),
                })
                .await?;
            let mut told = 0;
            for one in part {
                let earlier = all.iter().filter(|old| old.source_key == one.source_key && old.version < one.version);
                let ids: Vec<String> = earlier.map(|old| old.id.to_string()).collect();
                told += tell_because(&mut change, &ids, Told::Corrected, &one.id.to_string()).await?;
            }
            if told > 0 {
                change.note("notices", told);
                change.commit().await?;
            }
        }
        Ok(())
    }
}
