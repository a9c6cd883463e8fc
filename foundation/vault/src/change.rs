//! A change: a transaction with an actor and a purpose, whose audit entry commits with it. Jobs and topics go out in the
//! same transaction, so that what causes work and the work itself stand or fall together.

use std::{collections::BTreeMap, path::PathBuf, sync::Arc};

use base::{Code, Timestamp};

use crate::{
    Actor, FromRow, Held, Operation, Permit, Purpose, Row, Scope, StoreError, Value,
    audit::{self, NewEntry},
    catalogue::{Guard, TableKind},
    database,
    doors::spread,
    files::{self, Tombstone},
    topics::{Announcement, Topics},
};

/// Who changes what, and why: what a change's audit entry says.
#[derive(Debug, Clone)]
pub struct Cause {
    /// Who.
    pub actor: Actor,
    /// Why.
    pub purpose: Purpose,
    /// The kind of processing.
    pub operation: Operation,
    /// What was done, as a code (`moment_accepted`).
    pub act: Code,
    /// About what.
    pub scope: Scope,
}

/// An open change. Dropping it without [`Change::commit`] undoes all of it.
pub struct Change {
    pub(crate) tx: database::Writing,
    pub(crate) guard: Arc<Guard>,
    pub(crate) topics: Arc<Topics>,
    pub(crate) cause: Cause,
    pub(crate) permit: Option<Permit>,
    pub(crate) now: Timestamp,
    pub(crate) vault: crate::Vault,
    pub(crate) details: BTreeMap<&'static str, String>,
    pub(crate) tombstones: Vec<Tombstone>,
    pub(crate) remove: Vec<PathBuf>,
}

impl Change {
    /// The time that this change carries; one for all of it.
    #[must_use]
    pub fn now(&self) -> Timestamp {
        self.now
    }

    /// Who makes it.
    #[must_use]
    pub fn actor(&self) -> &Actor {
        &self.cause.actor
    }

    /// A new id.
    #[must_use]
    pub fn new_id<T>(&self) -> base::Id<T> {
        self.vault.new_id()
    }

    /// As [`crate::Vault::source_digest`].
    #[must_use]
    pub fn source_digest(&self, feed: &str, key: &str) -> String {
        self.vault.source_digest(feed, key)
    }

    /// Adds a code or a count to the audit entry (`accepted = 120`). Never a name or a value.
    pub fn note(&mut self, key: &'static str, code: impl ToString) {
        self.details.insert(key, code.to_string());
    }

    /// Says what the change turned out to be about, where its id was made inside it.
    pub fn about(&mut self, scope: Scope) {
        self.cause.scope = scope;
    }

    /// Runs a statement that writes; gives the number of rows it touched.
    ///
    /// # Errors
    /// The database's; [`StoreError::Constraint`] where a rule is broken.
    pub async fn execute(&mut self, sql: &'static str, params: Vec<Value>) -> Result<u64, StoreError> {
        database::execute(&*self.tx, sql, params).await
    }

    /// Inserts many rows into `columns` of `table`, in statements of some hundred placeholders, then `tail`
    /// (`ON CONFLICT … DO NOTHING`, or empty). Gives the number of rows written.
    ///
    /// # Errors
    /// As [`Change::execute`]. Every row must have as many values as there are columns.
    pub async fn insert_many(
        &mut self,
        table: &'static str,
        columns: &'static [&'static str],
        rows: Vec<Vec<Value>>,
        tail: &'static str,
    ) -> Result<u64, StoreError> {
        insert_rows(&self.tx, table, columns, rows, tail).await
    }

    /// Rows of tables about nobody or about those who work here, as this change sees them.
    ///
    /// # Errors
    /// [`StoreError::WrongDoor`] for a table about people.
    pub async fn rows<T: FromRow>(&self, sql: &'static str, params: Vec<Value>) -> Result<Vec<T>, StoreError> {
        self.guard.check(sql, TableKind::Staff)?;
        self.read(sql, params).await
    }

    /// Rows about people that the change's permit covers, as this change sees them.
    ///
    /// # Errors
    /// [`StoreError::Permit`] where the change was begun without one.
    pub async fn rows_held<T: FromRow + Held>(
        &self,
        sql: &'static str,
        params: Vec<Value>,
    ) -> Result<Vec<T>, StoreError> {
        let permit = self.held_permit()?;
        let mut rows: Vec<T> = self.read(sql, params).await?;
        rows.retain_mut(|row| permit.let_through(row));
        Ok(rows)
    }

    /// As [`Change::rows_held`], for a statement with `IN ({in})`.
    ///
    /// # Errors
    /// As [`Change::rows_held`].
    pub async fn rows_held_in<T: FromRow + Held>(
        &self,
        sql: &'static str,
        params: Vec<Value>,
        keys: &[Value],
    ) -> Result<Vec<T>, StoreError> {
        let permit = self.held_permit()?;
        let mut found = Vec::new();
        for part in keys.chunks(200) {
            let (text, values) = spread(sql, &params, part);
            for row in database::rows(&*self.tx, &text, values).await? {
                let mut row = T::from_row(&row)?;
                if permit.let_through(&mut row) {
                    found.push(row);
                }
            }
        }
        Ok(found)
    }

    /// Removes a file once the change has committed.
    pub(crate) fn remove_after_commit(&mut self, path: PathBuf) {
        self.remove.push(path);
    }

    fn held_permit(&self) -> Result<&Permit, StoreError> {
        self.permit.as_ref().ok_or(StoreError::Permit("the change was begun without one"))
    }

    async fn read<T: FromRow>(&self, sql: &'static str, params: Vec<Value>) -> Result<Vec<T>, StoreError> {
        database::rows(&*self.tx, sql, params).await?.iter().map(|row: &Row| T::from_row(row)).collect()
    }

    /// Announces something that happened; one job for each subscriber commits with this change.
    ///
    /// # Errors
    /// The database's.
    pub async fn announce(&mut self, announcement: &Announcement) -> Result<(), StoreError> {
        for kind in Arc::clone(&self.topics).subscribers(announcement.topic) {
            self.enqueue(kind, &announcement.payload, self.now).await?;
        }
        Ok(())
    }

    /// Adds one job that runs at `run_after` or later. Its payload holds ids and codes, never personal data.
    ///
    /// # Errors
    /// The database's.
    pub async fn enqueue(
        &mut self,
        kind: &'static str,
        payload: &serde_json::Value,
        run_after: Timestamp,
    ) -> Result<(), StoreError> {
        self.enqueue_job(kind, payload, run_after).await.map(|_| ())
    }

    /// As [`Change::enqueue`]; gives the job's id, by which a page may ask how it is ([`Vault::job_status`]).
    ///
    /// # Errors
    /// The database's.
    pub async fn enqueue_job(
        &mut self,
        kind: &'static str,
        payload: &serde_json::Value,
        run_after: Timestamp,
    ) -> Result<base::Id<base::kind::Job>, StoreError> {
        let id: base::Id<base::kind::Job> = self.new_id();
        let cause = format!("{}:{}", self.cause.actor.kind(), self.cause.act);
        self.execute(
            "INSERT INTO job (id, kind, payload, cause, state, run_after, made_at) VALUES ($1, $2, $3, $4, 'waiting', $5, $6)",
            params![id, kind, payload.to_string(), cause, run_after, self.now],
        )
        .await?;
        self.vault.wake_jobs();
        Ok(id)
    }

    /// Writes the audit entry and commits. One entry, however many rows. Entries of others that wait for the writer go in with it.
    ///
    /// # Errors
    /// The database's; nothing was changed then.
    pub async fn commit(self) -> Result<(), StoreError> {
        // On a task of its own: those whose entries ride along must not suffer from a caller who goes away.
        tokio::spawn(self.commit_with_others()).await.map_err(|_| StoreError::Busy)?
    }

    async fn commit_with_others(self) -> Result<(), StoreError> {
        let own = NewEntry::change(&self.cause, self.permit.as_ref(), &self.details, self.now);
        let (others, answers) = self.vault.waiting().ride();
        let count = 1 + others.len() as u64;
        let entries = std::iter::once(own).chain(others).collect();
        let outcome = async {
            audit::append_all(&self.tx, entries).await?;
            self.tx.commit().await
        }
        .await;
        self.vault.changed();
        audit::tell(answers, &outcome);
        outcome?;
        self.vault.audited(count);
        // The change stands. Should these fail, the next opening does them.
        let root = self.vault.directory();
        let erased = self.remove.iter().try_for_each(|path| files::remove(path));
        if let Err(error) = files::tombstones::append(root, &self.tombstones).and(erased) {
            tracing::error!(%error, "a tombstone or an erased file awaits the next opening");
        }
        Ok(())
    }
}

use crate::params;

/// Inserts rows in statements of at most [`PLACEHOLDERS`]; gives how many were written.
pub(crate) async fn insert_rows(
    tx: &database::Writing,
    table: &str,
    columns: &[&str],
    rows: Vec<Vec<Value>>,
    tail: &str,
) -> Result<u64, StoreError> {
    let per_statement = (PLACEHOLDERS / columns.len().max(1)).max(1);
    let numbered = tx.is_postgres();
    let text = |rows| insert_text(table, columns, rows, tail, numbered);
    let mut written = 0;
    let mut rows = rows.into_iter().peekable();
    let full = text(per_statement);
    while rows.peek().is_some() {
        let part: Vec<Vec<Value>> = rows.by_ref().take(per_statement).collect();
        let short;
        let statement = if part.len() == per_statement {
            &full
        } else {
            short = text(part.len());
            &short
        };
        written += database::execute(&**tx, statement, part.into_iter().flatten().collect()).await?;
    }
    Ok(written)
}

/// Of one statement: enough that its own cost is shared by many rows, few enough for either database's limit.
const PLACEHOLDERS: usize = 600;

/// SQLite looks a numbered placeholder up by walking through all of them, so that its are written plain.
fn insert_text(table: &str, columns: &[&str], rows: usize, tail: &str, numbered: bool) -> String {
    let mut text = format!("INSERT INTO {table} ({}) VALUES ", columns.join(", "));
    let mut n = 0;
    for row in 0..rows {
        text.push_str(if row == 0 { "(" } else { ", (" });
        for column in 0..columns.len() {
            n += 1;
            text.push_str(if column == 0 { "" } else { ", " });
            if numbered {
                text.push('$');
                text.push_str(&n.to_string());
            } else {
                text.push('?');
            }
        }
        text.push(')');
    }
    text.push(' ');
    text.push_str(tail);
    text
}
