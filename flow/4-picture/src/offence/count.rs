//! The job that counts: it follows `records_accepted`, reads the lines that were accepted, and adds them to the counts in one
//! change together with a note of which lines they were. Killed before that commits it has done nothing, after it it does
//! nothing again. A new version of a record takes the place of the one before, in whatever order the two are counted. Counts
//! stay when the records they came from are deleted at the end of their retention.

use std::collections::BTreeMap;

use async_trait::async_trait;
use base::{Id, code, kind};
use ingest::api::Record;
use vault::{
    Ask, Cause, Operation, Purpose, Reader, Scope, StoreError, Vault, Verb,
    jobs::{Handler, Job, JobFault},
};

use super::{STREET_CRIME, Tally, store};

/// Counts the street crime of one part of a delivery.
pub(crate) struct CountOffences;

#[async_trait]
impl Handler for CountOffences {
    fn kind(&self) -> &'static str {
        "count_offences"
    }

    async fn run(&self, vault: &Vault, job: &Job) -> Result<(), JobFault> {
        if job.text("category")? != STREET_CRIME {
            return Ok(());
        }
        let delivery: Id<kind::Delivery> =
            job.text("delivery")?.parse().map_err(|_| JobFault::Hopeless("`delivery` is not an id".to_owned()))?;
        let lines = (line(job, "from_line")?, line(job, "to_line")?);
        if store::is_counted(&vault.plain(), &delivery.to_string(), lines).await? {
            return Ok(());
        }
        let reader = reader(vault, job, delivery).await?;
        let records = ingest::api::records_between(&reader, delivery, lines.0, lines.1).await?;
        let tally = tally(&reader, &records).await?;
        let mut change = vault.change(cause(job, delivery)?).await?;
        change.note("records", records.len());
        if store::add(&mut change, &delivery.to_string(), lines, tally).await? {
            change.commit().await?;
        }
        Ok(())
    }
}

fn line(job: &Job, key: &str) -> Result<u64, JobFault> {
    job.payload
        .get(key)
        .and_then(serde_json::Value::as_u64)
        .ok_or_else(|| JobFault::Hopeless(format!("the job has no `{key}`")))
}

/// Street crime is open and names nobody, so that counting it is part of taking it in: the purpose `statistics` would count
/// people, under suppression.
async fn reader(vault: &Vault, job: &Job, delivery: Id<kind::Delivery>) -> Result<Reader, JobFault> {
    let facets = share::api::facets(&vault.book(), &[code!("street_crime")]).await?;
    let permit = vault
        .permit(Ask {
            actor: job.actor()?,
            verb: Verb::List,
            scope: Scope::of("delivery", delivery),
            purpose: Purpose::Collection,
            facets,
            facts: BTreeMap::new(),
        })
        .await?;
    Ok(vault.read(&permit)?)
}

fn cause(job: &Job, delivery: Id<kind::Delivery>) -> Result<Cause, JobFault> {
    Ok(Cause {
        actor: job.actor()?,
        purpose: Purpose::Statistics,
        operation: Operation::Alteration,
        act: code!("offences_counted"),
        scope: Scope::of("delivery", delivery),
    })
}

async fn tally(reader: &Reader, records: &[Record]) -> Result<Tally, StoreError> {
    let mut tally = Tally::default();
    for record in records {
        let before = if record.version > 1 { version_before(reader, record).await? } else { None };
        tally.add(record, before.as_ref());
    }
    Ok(tally)
}

async fn version_before(reader: &Reader, record: &Record) -> Result<Option<Record>, StoreError> {
    let versions = ingest::api::versions_of(reader, record).await?;
    Ok(versions.into_iter().find(|version| version.version + 1 == record.version))
}
