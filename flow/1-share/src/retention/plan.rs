//! The daily run: when each record's time is up, by the rules in force. What goes by itself before its feed's own day gets that day brought
//! forward, so that the vault's expiry takes it, with all its care for holds and tombstones.

use std::collections::{BTreeMap, HashMap};

use async_trait::async_trait;
use base::{Code, Date, Id, Timestamp, code, kind};
use serde_json::json;
use vault::{
    Actor, Ask, Cause, Change, Facet, FromRow, IntoValue, Kept, Marks, Operation, Permit, Plain, Purpose, Reader,
    Refusal, Row, Scope, StoreError, Value, Vault, Verb,
    jobs::{Handler, Job, JobFault},
    params,
};

use super::{
    rule::{Facts, Rules},
    store::{self, Review},
    version,
};
use crate::{agency, law::law, rights::gather, seal};

/// Records that are looked at together.
const PAGE: u32 = 2000;
/// Rows of one change: it stays well under 50 ms.
const BATCH: usize = 250;

/// The job `plan_retention`.
pub struct PlanRetention;

impl PlanRetention {
    /// Its kind.
    pub const KIND: &'static str = "plan_retention";
}

#[async_trait]
impl Handler for PlanRetention {
    fn kind(&self) -> &'static str {
        Self::KIND
    }

    async fn run(&self, vault: &Vault, job: &Job) -> Result<(), JobFault> {
        let actor = job.actor()?;
        let today = vault.now().date_in_london();
        let planned = plan(vault, &actor, today).await.map_err(|refusal| match refusal {
            Refusal::Store(error) => error.into(),
            refused @ Refusal::Refused { .. } => JobFault::Later(refused.to_string()),
        })?;
        super::prove::see_to_lost_reports(vault, &actor).await?;
        tracing::info!(%today, looked_at = planned.looked_at, changed = planned.changed, "retention: planned");
        Ok(())
    }
}

/// What a run did.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Planned {
    pub looked_at: u64,
    pub changed: u64,
    pub gone: u64,
}

struct Text(String);

impl FromRow for Text {
    fn from_row(row: &Row) -> Result<Self, StoreError> {
        row.text("value").map(Self)
    }
}

const DONE_FOR: &str = "SELECT value FROM setting WHERE name = 'retention_planned_for'";

fn cause(actor: &Actor, operation: Operation, act: Code) -> Cause {
    Cause { actor: actor.clone(), purpose: Purpose::Administration, operation, act, scope: Scope::unit() }
}

/// Enqueues the day's run where none has run today and none waits; to be asked often, before the vault's own expiry is. Gives whether it did.
///
/// # Errors
/// The database's.
pub async fn see_to_retention(vault: &Vault) -> Result<bool, StoreError> {
    const WAITING: &str =
        "SELECT id AS value FROM job WHERE kind = 'plan_retention' AND state IN ('waiting', 'running') LIMIT 1";
    let today = vault.now().date_in_london().to_string();
    let done: Option<Text> = vault.plain().first(DONE_FOR, params![]).await?;
    if done.is_some_and(|done| done.0 == today) {
        return Ok(false);
    }
    let mut change =
        vault.change(cause(&Actor::System, Operation::Administration, code!("retention_plan_due"))).await?;
    let waiting: Vec<Text> = change.rows(WAITING, params![]).await?;
    let done: Vec<Text> = change.rows(DONE_FOR, params![]).await?;
    if !waiting.is_empty() || done.iter().any(|done| done.0 == today) {
        return Ok(false);
    }
    let now = change.now();
    change.enqueue(PlanRetention::KIND, &json!({}), now).await?;
    change.commit().await?;
    Ok(true)
}

/// A permit to erase what anybody holds: storage limitation reaches where no agreement does. It is the program's own, whoever decided.
pub(crate) async fn erase_permit(vault: &Vault, actor: &Actor, purpose: Purpose) -> Result<Permit, Refusal> {
    permit_for(vault, actor, purpose, every_facet(vault).await?).await
}

/// As [`erase_permit`], for what agencies supply and the program makes now: enough to see what something is needed for, and a shorter
/// entry of the log.
pub(crate) async fn need_permit(vault: &Vault, actor: &Actor, purpose: Purpose) -> Result<Permit, Refusal> {
    let supplied = agency::facets_of_all(&vault.book()).await?;
    let mut facets = every_facet(vault).await?;
    facets.retain(|facet| {
        let supplied = supplied.contains(facet) || !supplied.iter().any(|supplied| supplied.category == facet.category);
        // That something is sealed is no use of it.
        supplied && facet.category != seal::category()
    });
    permit_for(vault, actor, purpose, facets).await
}

async fn permit_for(vault: &Vault, actor: &Actor, purpose: Purpose, facets: Vec<Facet>) -> Result<Permit, Refusal> {
    let (actor, facts) = (actor.clone(), BTreeMap::new());
    vault.permit(Ask { actor, verb: Verb::Erase, scope: Scope::unit(), purpose, facets, facts }).await
}

/// Every agency's part of every category, whether it supplies it, supplied it once, or the program makes it about what was asked and done.
async fn every_facet(vault: &Vault) -> Result<Vec<Facet>, StoreError> {
    let mut facets = agency::facets_of_all(&vault.book()).await?;
    let supplied: Vec<Code> = facets.iter().map(|facet| facet.category.clone()).collect();
    // And what is no data of anybody's feed: that something is sealed, and what the catalogue names itself.
    let mut own = gather::literal(vault).await?;
    own.push(seal::category());
    for agency in agency::all(&vault.plain()).await? {
        for category in law().categories().iter().map(|category| &category.code).chain(&supplied).chain(&own) {
            facets.push(Facet { controller: agency.id, category: category.clone() });
        }
    }
    facets.sort();
    facets.dedup();
    Ok(facets)
}

/// Looks at every record once, on this day. Done again it changes nothing.
pub(crate) async fn plan(vault: &Vault, actor: &Actor, today: Date) -> Result<Planned, Refusal> {
    let permit = erase_permit(vault, actor, Purpose::Administration).await?;
    let reader = vault.read(&permit)?;
    let (number, rules) = version::in_force(&vault.plain()).await?;
    let agreed = agreed(&vault.plain()).await?;
    let run = Run { vault, actor, rules: &rules, agreed: &agreed, today };
    let mut planned = Planned::default();
    let mut after = String::new();
    loop {
        let (kept, last) = reader.kept(vault, &after, PAGE).await?;
        planned.looked_at += kept.len() as u64;
        planned.changed += run.page(&reader, kept).await?;
        match last {
            Some(last) => after = last,
            None => break,
        }
    }
    bring_forward(&run, &reader).await?;
    planned.gone = vault.expire_due(actor, today).await?;
    let mut change = vault.change(cause(actor, Operation::Administration, code!("retention_planned"))).await?;
    change.note("looked_at", planned.looked_at);
    change.note("changed", planned.changed);
    change.note("rules", number);
    change
        .execute(
            "INSERT INTO setting (name, value) VALUES ('retention_planned_for', $1) \
             ON CONFLICT (name) DO UPDATE SET value = excluded.value",
            params![today.to_string()],
        )
        .await?;
    change.commit().await?;
    Ok(planned)
}

/// The shortest time that an agreement gives each agency's part of a category, in days after receipt.
type Agreed = HashMap<(Id<kind::Agency>, Code), u32>;

struct AgreedRow(Id<kind::Agency>, Code, u32);

impl FromRow for AgreedRow {
    fn from_row(row: &Row) -> Result<Self, StoreError> {
        let days = u32::try_from(row.int("days")?).unwrap_or(u32::MAX);
        Ok(Self(row.id("party")?, row.parse("category")?, days))
    }
}

async fn agreed(plain: &Plain) -> Result<Agreed, StoreError> {
    const SQL: &str = "SELECT b.party, b.category, MIN(a.retention_days) AS days FROM agreement a \
         JOIN agreement_brings b ON b.agreement = a.id \
         WHERE a.retention_days IS NOT NULL AND a.stage IN ('active', 'suspended', 'ended') GROUP BY b.party, b.category";
    let rows: Vec<AgreedRow> = plain.rows(SQL, params![]).await?;
    Ok(rows.into_iter().map(|AgreedRow(party, category, days)| ((party, category), days)).collect())
}

struct Run<'r> {
    vault: &'r Vault,
    actor: &'r Actor,
    rules: &'r Rules,
    agreed: &'r Agreed,
    today: Date,
}

const COLUMNS: &[&str] =
    &["record", "controller", "category", "rule", "regime", "due_on", "because", "feed_on", "longest", "planned_at"];
/// What a person decided (kept_until, batch) is never written over.
const AGAIN: &str = "ON CONFLICT (record) DO UPDATE SET rule = excluded.rule, regime = excluded.regime, due_on = excluded.due_on, \
     because = excluded.because, longest = excluded.longest, planned_at = excluded.planned_at";

impl Run<'_> {
    /// One page of records: writes what is new or different.
    async fn page(&self, reader: &Reader, kept: Vec<Kept>) -> Result<u64, StoreError> {
        let ids: Vec<Value> = kept.iter().map(|row| (&row.id).into_value()).collect();
        let before: HashMap<String, Review> =
            store::of_records(reader, &ids).await?.into_iter().map(|row| (row.record.to_string(), row)).collect();
        let mut rows = Vec::new();
        for row in &kept {
            let before = before.get(&row.id);
            let (category, _) = Marks::split(&row.category);
            let facts = self.facts(reader, row, &category, before).await?;
            let due = self.rules.due(&category, &facts, self.today);
            let same = before.is_some_and(|before| {
                before.rule == due.rule
                    && before.then == due.then
                    && before.due_on == due.on
                    && before.because == due.because.code()
                    && before.longest == due.longest
            });
            if !same {
                rows.push(params![
                    &row.id,
                    row.controller,
                    &row.category,
                    &due.rule,
                    due.then.code(),
                    due.on,
                    due.because.code(),
                    facts.feed,
                    due.longest,
                    self.vault.now(),
                ]);
            }
        }
        let changed = rows.len() as u64;
        let mut rows = rows.into_iter().peekable();
        while rows.peek().is_some() {
            let part: Vec<Vec<Value>> = rows.by_ref().take(BATCH).collect();
            let mut change = self.change(code!("retention_reviews_planned")).await?;
            change.note("rows", part.len());
            change.insert_many("retention_review", COLUMNS, part, AGAIN).await?;
            change.commit().await?;
        }
        Ok(changed)
    }

    async fn facts(
        &self,
        reader: &Reader,
        row: &Kept,
        category: &Code,
        before: Option<&Review>,
    ) -> Result<Facts, StoreError> {
        let body: Body = serde_json::from_str(&row.body).unwrap_or_default();
        let mut facts = Facts {
            received: row.received_at.map(Timestamp::date_in_london),
            event: row.event_at.map(Timestamp::date_in_london),
            born: body.dob.as_deref().and_then(|day| day.get(..10)).and_then(|day| day.parse().ok()),
            kind: body.kind.unwrap_or_default(),
            last_contact: None,
            // As it first stood: what was brought forward here is no day of the feed's.
            feed: before.map_or(row.expires_on, |before| before.feed_on),
            agreement_days: self.agreed.get(&(row.controller, category.clone())).copied(),
            kept_until: before.and_then(|before| before.kept_until),
        };
        // Contacts are looked for only where they may still put the end off.
        let from_contact = |rule: &super::rule::Rule| {
            rule.from == super::rule::Start::LastContact && rule.categories.contains(category)
        };
        if self.rules.0.iter().any(from_contact) && self.rules.due(category, &facts, self.today).on < self.today {
            facts.last_contact = last_contact(reader, self.vault, &row.id).await?;
        }
        Ok(facts)
    }

    async fn change(&self, act: Code) -> Result<Change, StoreError> {
        self.vault.change(cause(self.actor, Operation::Administration, act)).await
    }
}

#[derive(Default, serde::Deserialize)]
struct Body {
    dob: Option<String>,
    kind: Option<String>,
}

/// The last attempt to reach the person of a record, as far as it hangs on that record.
async fn last_contact(reader: &Reader, vault: &Vault, record: &str) -> Result<Option<Date>, StoreError> {
    let rows = reader.about(vault, &[record.to_owned()]).await?;
    let contacts = rows.iter().filter(|row| row.category.as_str() == "contact");
    let times = contacts.filter_map(|row| row.columns.get("attempted_at")?.parse().ok());
    Ok(times.max().and_then(|micros| Timestamp::from_micros(micros).ok()).map(Timestamp::date_in_london))
}

/// Gives those that go before their feed's day the earlier day, so that expiry takes them.
async fn bring_forward(run: &Run<'_>, reader: &Reader) -> Result<(), StoreError> {
    let mut after = String::new();
    loop {
        let rows = store::to_bring_forward(reader, run.today, &after).await?;
        let Some(last) = rows.last() else { return Ok(()) };
        after = last.record.to_string();
        for part in rows.chunks(BATCH / 3) {
            let mut change = run.change(code!("retention_brought_forward")).await?;
            let days = part.iter().map(|row| (row.record.to_string(), row.due_on)).collect::<Vec<_>>();
            let moved = change.end_on(&days).await?;
            if moved > 0 {
                change.note("rows", moved);
                change.commit().await?;
            }
        }
    }
}
