//! The end of retention: rows whose time is up go, by the rules of the catalogue, once a day. A record's end leaves a
//! tombstone; so does that of any other row about a person.

use async_trait::async_trait;
use base::{Code, Date, Id, SignedDuration, Timestamp, code, kind, london};
use serde_json::json;

use crate::{
    Actor, Cause, Change, FromRow, Operation, Purpose, Row, Scope, StoreError, TableKind, Vault,
    catalogue::{Entry, Retention},
    database,
    erasing::{BATCH, Plan, erase},
    holding::{Against, held},
    jobs::{Handler, Job, JobFault},
    params,
};

/// Ids that are looked up at once, so that a table without an index on its last day isn't read again for every batch.
const LOOKED_UP: usize = 10_000;

/// The setting that says for which day expiry has run.
const DONE_FOR: &str = "SELECT value FROM setting WHERE name = 'expired_for'";

/// The job `expire_due`: everything whose time is up on the day that it runs. See [`Vault::see_to_expiry`].
pub struct ExpireDue;

impl ExpireDue {
    /// Its kind.
    pub const KIND: &'static str = "expire_due";
}

#[async_trait]
impl Handler for ExpireDue {
    fn kind(&self) -> &'static str {
        Self::KIND
    }

    async fn run(&self, vault: &Vault, job: &Job) -> Result<(), JobFault> {
        let today = vault.now().date_in_london();
        let actor = job.actor()?;
        let rows = vault.expire_due(&actor, today).await?;
        let mut change = vault.change(cause(&actor, code!("retention_run"), Scope::unit())).await?;
        change.note("rows", rows);
        change
            .execute(
                "INSERT INTO setting (name, value) VALUES ('expired_for', $1) \
                 ON CONFLICT (name) DO UPDATE SET value = excluded.value",
                params![today.to_string()],
            )
            .await?;
        change.commit().await?;
        tracing::info!(%today, rows, "retention: what was due is erased");
        Ok(())
    }
}

struct Text(String);

impl FromRow for Text {
    fn from_row(row: &Row) -> Result<Self, StoreError> {
        row.text("value").map(Self)
    }
}

fn cause(actor: &Actor, act: Code, scope: Scope) -> Cause {
    Cause { actor: actor.clone(), purpose: Purpose::Administration, operation: Operation::Erasure, act, scope }
}

impl Vault {
    /// Enqueues the job [`ExpireDue`] where none has run today (in London) and none waits. To be asked often, by whoever runs
    /// the jobs: it writes only when there is something to do. Gives whether it did.
    ///
    /// # Errors
    /// The database's.
    pub async fn see_to_expiry(&self) -> Result<bool, StoreError> {
        const WAITING: &str =
            "SELECT id AS value FROM job WHERE kind = 'expire_due' AND state IN ('waiting', 'running') LIMIT 1";
        let today = self.now().date_in_london().to_string();
        let done: Option<Text> = self.plain().first(DONE_FOR, params![]).await?;
        if done.is_some_and(|done| done.0 == today) {
            return Ok(false);
        }
        let mut change = self.change(cause(&Actor::System, code!("retention_due"), Scope::unit())).await?;
        let waiting: Vec<Text> = change.rows(WAITING, params![]).await?;
        let done: Vec<Text> = change.rows(DONE_FOR, params![]).await?;
        if !waiting.is_empty() || done.iter().any(|done| done.0 == today) {
            return Ok(false);
        }
        let now = change.now();
        change.enqueue(ExpireDue::KIND, &json!({}), now).await?;
        change.commit().await?;
        Ok(true)
    }

    /// Erases every row whose time is up, with what hangs on it: records whose `expires_on` lies before `today` (rule `feed`),
    /// rows older than their table's days, counted from the start of `today` in London (rule `days:30:made_at`), and rows that nothing
    /// names any more (rule `while:person_record`). What is held back stays. At most 200 rows a change, each change with its entry. Gives how many went, what hung on them not counted.
    ///
    /// # Errors
    /// The database's; what was done before stays done, and the next run goes on.
    pub async fn expire_due(&self, actor: &Actor, today: Date) -> Result<u64, StoreError> {
        let plan = Plan::read(self).await?;
        let mut gone = 0;
        // Last those that go with the last row that names them: it may go today.
        let (whiles, others): (Vec<&Entry>, Vec<&Entry>) =
            plan.entries.iter().partition(|entry| matches!(entry.retention_rule(), Some(Retention::While(_))));
        for entry in others.into_iter().chain(whiles) {
            let has = |columns: &[&str]| {
                plan.table(&entry.table).is_some_and(|table| columns.iter().all(|column| table.has(column)))
            };
            gone += match entry.retention_rule() {
                Some(Retention::UntilItsDay) if has(&["id", "expires_on", "feed", "source_key", "category"]) => {
                    let due = Due { when: "expires_on < $1".to_owned(), before: params![today], record: true };
                    self.expire_rows(&plan, entry, actor, &due).await?
                }
                Some(Retention::Days { days, after }) if has(&[&after]) => {
                    let before = params![cutoff(today, days)?];
                    if has(&["id"]) {
                        let due = Due { when: format!("{after} < $1"), before, record: false };
                        self.expire_rows(&plan, entry, actor, &due).await?
                    } else {
                        self.expire_nameless(entry, actor, &after, &before).await?
                    }
                }
                Some(Retention::While(by)) if has(&["id", "category"]) => {
                    self.expire_unnamed(&plan, entry, actor, &by).await?
                }
                _ => 0,
            };
        }
        Ok(gone)
    }

    /// Rows of a table that has ids. Those that are held stay.
    async fn expire_rows(&self, plan: &Plan, entry: &Entry, actor: &Actor, due: &Due) -> Result<u64, StoreError> {
        let table = &entry.table;
        // Not by the rows that are left: what is held, or what its table's rule keeps, would come up again and again.
        let find = format!(
            "SELECT id FROM {table} WHERE {} AND id > ${} ORDER BY id LIMIT {LOOKED_UP}",
            due.condition(plan, table),
            due.before.len() + 1
        );
        let (mut gone, mut after) = (0, String::new());
        loop {
            let mut values = due.before.clone();
            values.push(crate::IntoValue::into_value(&after));
            let found = database::rows(&self.database().pool, &find, values).await?;
            let ids: Vec<String> = found.iter().map(|row| row.text("id")).collect::<Result<_, _>>()?;
            for batch in ids.chunks(BATCH) {
                gone += self.expire_batch(plan, entry, actor, due, batch).await?;
            }
            match ids.last() {
                Some(last) if ids.len() == LOOKED_UP => after.clone_from(last),
                _ => return Ok(gone),
            }
        }
    }

    /// Rows that no row of that table names any more: a person without records.
    async fn expire_unnamed(&self, plan: &Plan, entry: &Entry, actor: &Actor, by: &str) -> Result<u64, StoreError> {
        let table = &entry.table;
        let shape = plan.table(table);
        if !plan.table(by).is_some_and(|naming| naming.has(table)) {
            return Ok(0);
        }
        let mut condition = format!("NOT EXISTS (SELECT 1 FROM {by} w WHERE w.{table} = {table}.id)");
        if shape.is_some_and(|shape| shape.has("merged_into")) {
            // Who asks for it under its old id is led on, as long as there is somewhere to lead to.
            condition.push_str(&format!(
                " AND (merged_into IS NULL OR NOT EXISTS (SELECT 1 FROM {table} o WHERE o.id = {table}.merged_into))"
            ));
        }
        let due = Due { when: condition, before: params![], record: false };
        self.expire_rows(plan, entry, actor, &due).await
    }

    async fn expire_batch(
        &self,
        plan: &Plan,
        entry: &Entry,
        actor: &Actor,
        due: &Due,
        batch: &[String],
    ) -> Result<u64, StoreError> {
        let table = &entry.table;
        let mut change = self.change(expired(actor, table)).await?;
        let buried = match (due.record, entry.kind) {
            (true, _) => "id, feed, source_key, category",
            (false, TableKind::Subject) => "id, category",
            (false, _) => "id",
        };
        // Looked at again: a newer day, or a hold, may have come meanwhile.
        let still = format!("SELECT {buried} FROM {table} WHERE {} AND id IN ({{in}})", due.condition(plan, table));
        let keys: Vec<crate::Value> = batch.iter().map(crate::IntoValue::into_value).collect();
        let (text, values) = crate::doors::spread(&still, &due.before, &keys);
        let mut rows = Vec::new();
        let mut ids = Vec::new();
        let held = held(&change, plan, table, batch, Against::Expiry).await?;
        for row in database::rows(&*change.tx, &text, values).await? {
            let id = row.text("id")?;
            if !held.contains(&id) {
                ids.push(id);
                rows.push(row);
            }
        }
        if rows.is_empty() {
            return Ok(0);
        }
        erase(&change, plan, table, &ids).await?;
        for row in &rows {
            match (due.record, entry.kind) {
                (true, _) => self.bury(&mut change, table, row).await?,
                (false, TableKind::Subject) => put_stone(&mut change, row, "").await?,
                (false, _) => {}
            }
        }
        change.note("rows", rows.len());
        change.commit().await?;
        Ok(rows.len() as u64)
    }

    /// Rows of a table without ids, about nobody or about those who work here, on which nothing hangs.
    async fn expire_nameless(
        &self,
        entry: &Entry,
        actor: &Actor,
        column: &str,
        before: &[crate::Value],
    ) -> Result<u64, StoreError> {
        let table = &entry.table;
        let sql = format!(
            "DELETE FROM {table} WHERE {column} < $1 AND {column} <= (SELECT MAX(o.edge) FROM \
             (SELECT {column} AS edge FROM {table} WHERE {column} < $1 ORDER BY {column} LIMIT {BATCH}) AS o)"
        );
        let mut gone = 0;
        loop {
            let mut change = self.change(expired(actor, table)).await?;
            let went = database::execute(&*change.tx, &sql, before.to_vec()).await?;
            if went == 0 {
                return Ok(gone);
            }
            change.note("rows", went);
            change.commit().await?;
            gone += went;
        }
    }

    /// The tombstone of an expired record. Where a newer version of it is still kept, more may lawfully come, so the tombstone
    /// doesn't say where it came from.
    async fn bury(&self, change: &mut Change, table: &str, row: &Row) -> Result<(), StoreError> {
        let (feed, key) = (row.text("feed")?, row.text("source_key")?);
        let left = format!("SELECT 1 AS n FROM {table} WHERE feed = $1 AND source_key = $2 LIMIT 1");
        let kept = !database::rows(&*change.tx, &left, params![&feed, &key]).await?.is_empty();
        let digest = if kept { String::new() } else { self.source_digest(&feed, &key) };
        put_stone(change, row, &digest).await
    }
}

/// What is due in a table: rows of which a condition holds.
struct Due {
    when: String,
    /// The values of the condition's placeholders.
    before: Vec<crate::Value>,
    /// Whether it is a record, with a feed and a source's key.
    record: bool,
}

impl Due {
    /// When a row is due and not held.
    fn condition(&self, plan: &Plan, table: &str) -> String {
        match plan.held_condition(table, Against::Expiry) {
            Some(held) => format!("{} AND NOT {held}", self.when),
            None => self.when.clone(),
        }
    }
}

fn expired(actor: &Actor, table: &str) -> Cause {
    cause(actor, code!("expired"), Scope { kind: "table", id: Some(table.to_owned()) })
}

async fn put_stone(change: &mut Change, row: &Row, digest: &str) -> Result<(), StoreError> {
    let id: Id<kind::Record> = row.id("id")?;
    let category: Code = row.parse("category")?;
    change.tombstone(id, &category, &code!("expired"), digest).await
}

/// The start of the day that lies so many days before `today`.
fn cutoff(today: Date, days: u32) -> Result<Timestamp, StoreError> {
    let day = today.saturating_sub(SignedDuration::from_hours(24 * i64::from(days)));
    london::start_of(day).map_err(|_| StoreError::BadValue {
        column: "retention".to_owned(),
        problem: "so many days ago is before all time".to_owned(),
    })
}
