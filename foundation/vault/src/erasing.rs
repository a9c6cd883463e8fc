//! Erasing by the catalogue: what goes with a record when it goes, and forgetting again after a restore what was erased
//! before it.

use std::collections::BTreeSet;

use base::code;

use crate::{
    Actor, Cause, Change, Operation, Purpose, Scope, StoreError, Value, Vault, about,
    catalogue::{Entry, Erasure, Retention},
    database,
    files::{Tombstone, tombstones},
    leaving::{Bar, forget_holds},
    params, schema,
};

/// Rows of one change: small enough to stay under 50 ms.
pub(crate) const BATCH: usize = 200;

/// The catalogue and the tables, read once for a run.
pub(crate) struct Plan {
    pub(crate) entries: Vec<Entry>,
    tables: Vec<schema::Table>,
}

impl Plan {
    /// Every table, in the order in which they were made.
    pub(crate) fn tables(&self) -> &[schema::Table] {
        &self.tables
    }

    pub(crate) async fn read(vault: &Vault) -> Result<Self, StoreError> {
        Ok(Self { entries: vault.catalogue().await?, tables: schema::tables(vault.database()).await? })
    }

    pub(crate) fn table(&self, name: &str) -> Option<&schema::Table> {
        self.tables.iter().find(|table| table.name == name)
    }

    /// The tables whose rows go with those of `parent`, last made first.
    pub(crate) fn children<'a>(&'a self, parent: &'a str) -> impl Iterator<Item = &'a Entry> {
        let made = |entry: &Entry| self.tables.iter().position(|table| table.name == entry.table);
        let mut found: Vec<&Entry> = self
            .entries
            .iter()
            .filter(|entry| {
                entry.erasure_rule() == Some(Erasure::With(parent.to_owned()))
                    || entry.retention_rule() == Some(Retention::With(parent.to_owned()))
            })
            .collect();
        found.sort_by_key(|entry| std::cmp::Reverse(made(entry)));
        found.into_iter()
    }

    /// The columns of a child that name its parent: the one called like the parent, else the catalogue's person columns.
    pub(crate) fn links<'a>(&self, child: &'a Entry, parent: &'a str) -> Vec<&'a str> {
        match self.table(&child.table) {
            Some(table) if table.has(parent) => vec![parent],
            _ => child.person_columns().collect(),
        }
    }
}

impl Vault {
    /// Forgets again what was erased after the backup that this database was restored from. Nothing is served before.
    pub(crate) async fn replay_tombstones(&self) -> Result<(), StoreError> {
        let sql = "SELECT value FROM setting WHERE name = 'restored_unreplayed'";
        if database::rows(&self.database().pool, sql, params![]).await?.is_empty() {
            return Ok(());
        }
        if !tombstones::exists(self.directory()) {
            return Err(StoreError::File {
                what: tombstones::path(self.directory()).display().to_string(),
                problem:
                    "this database was restored from a backup, and what was erased since must be erased again: put the \
                          installation's tombstones.log here, or an empty file if it is lost"
                        .to_owned(),
            });
        }
        let plan = Plan::read(self).await?;
        let stones = tombstones::read(&tombstones::path(self.directory()))?;
        let mut gone = 0;
        for batch in stones.chunks(BATCH) {
            gone += self.replay_batch(&plan, batch).await?;
        }
        let tx = self.begin_raw().await?;
        let again =
            "INSERT INTO erased_again (at, tombstones, rows_erased) VALUES ($1, $2, $3) ON CONFLICT (at) DO NOTHING";
        database::execute(&*tx, again, params![self.now(), stones.len() as u64, gone]).await?;
        database::execute(&*tx, "DELETE FROM setting WHERE name = 'restored_unreplayed'", params![]).await?;
        tx.commit().await
    }

    async fn replay_batch(&self, plan: &Plan, stones: &[Tombstone]) -> Result<u64, StoreError> {
        let cause = Cause {
            actor: Actor::System,
            purpose: Purpose::Rights,
            operation: Operation::Erasure,
            act: code!("tombstones_replayed"),
            scope: Scope::unit(),
        };
        let mut change = self.change(cause).await?;
        change.note("tombstones", stones.len());
        let ids: Vec<String> = stones.iter().map(|stone| stone.record.clone()).collect();
        let grown = about::grow(&*change.tx, plan, ids.into_iter().collect()).await?;
        forget_holds(&change, &grown).await?;
        let (facets, ids) = (BTreeSet::new(), BTreeSet::new());
        let gone = about::erase_grown(&change, plan, &grown, &Bar::of(&facets, &ids)).await?.values().sum();
        about::empty_passing(&change, plan).await?;
        for stone in stones {
            if stone.category == "blob"
                && let Ok(id) = stone.record.parse()
            {
                change.forget_blob(id).await?;
            }
        }
        for stone in stones {
            change.put_tombstone(stone.clone()).await?;
        }
        change.tombstones.clear(); // they came from the file
        change.note("rows", gone);
        change.commit().await?;
        Ok(gone)
    }
}

/// Erases rows by their ids as their table's rule says, after everything that goes with them.
pub(crate) async fn erase(change: &Change, plan: &Plan, table: &str, ids: &[String]) -> Result<(), StoreError> {
    erase_children(change, plan, table, ids).await?;
    let rule = plan.entries.iter().find(|entry| entry.table == table).and_then(Entry::erasure_rule);
    let statement = match rule {
        Some(Erasure::Columns(columns)) => {
            let emptied: Vec<String> = columns.iter().map(|column| format!("{column} = NULL")).collect();
            format!("UPDATE {table} SET {} WHERE id IN ({{in}})", emptied.join(", "))
        }
        Some(Erasure::Never | Erasure::Emptied) => return Ok(()),
        _ => format!("DELETE FROM {table} WHERE id IN ({{in}})"),
    };
    run(change, &statement, ids).await
}

/// Boxed, since children may have children.
fn erase_children<'a>(
    change: &'a Change,
    plan: &'a Plan,
    table: &'a str,
    ids: &'a [String],
) -> futures::future::BoxFuture<'a, Result<(), StoreError>> {
    Box::pin(async move {
        for child in plan.children(table) {
            for link in plan.links(child, table) {
                if plan.children(&child.table).next().is_some() {
                    let own = format!("SELECT id FROM {} WHERE {link} IN ({{in}})", child.table);
                    let grown = select(change, &own, ids).await?;
                    erase_children(change, plan, &child.table, &grown).await?;
                }
                run(change, &format!("DELETE FROM {} WHERE {link} IN ({{in}})", child.table), ids).await?;
            }
        }
        Ok(())
    })
}

async fn run(change: &Change, sql: &str, ids: &[String]) -> Result<(), StoreError> {
    for part in ids.chunks(BATCH) {
        let (text, values) = crate::doors::spread(sql, &[], &keys(part));
        database::execute(&*change.tx, &text, values).await?;
    }
    Ok(())
}

async fn select(change: &Change, sql: &str, ids: &[String]) -> Result<Vec<String>, StoreError> {
    let mut found = Vec::new();
    for part in ids.chunks(BATCH) {
        let (text, values) = crate::doors::spread(sql, &[], &keys(part));
        for row in database::rows(&*change.tx, &text, values).await? {
            found.push(row.text("id")?);
        }
    }
    Ok(found)
}

pub(crate) fn keys(ids: &[String]) -> Vec<Value> {
    ids.iter().map(crate::IntoValue::into_value).collect()
}
