//! What is kept until a day: the records, as the rules of retention look at them, a page at a time.

use base::{Code, Date, Id, Timestamp, kind};

use crate::{
    Change, FromRow, Held, Reader, Row, StoreError, TableKind, Vault, catalogue::Retention, database, erasing::Plan,
    params,
};

/// One record, with what its end is counted from.
#[derive(Debug, Clone, PartialEq)]
pub struct Kept {
    /// Its id.
    pub id: String,
    /// Its controller.
    pub controller: Id<kind::Agency>,
    /// Its category.
    pub category: Code,
    /// When it came.
    pub received_at: Option<Timestamp>,
    /// When what it tells of happened.
    pub event_at: Option<Timestamp>,
    /// The last day that its feed gave it.
    pub expires_on: Option<Date>,
    /// What it says, as JSON.
    pub body: String,
}

impl FromRow for Kept {
    fn from_row(row: &Row) -> Result<Self, StoreError> {
        Ok(Self {
            id: row.text("id")?,
            controller: row.id("controller")?,
            category: row.parse("category")?,
            received_at: row.opt_time("received_at")?,
            event_at: row.opt_time("event_at")?,
            expires_on: row.opt_parse("expires_on")?,
            body: row.opt_text("body")?.unwrap_or_default(),
        })
    }
}

impl Held for Kept {
    fn controller(&self) -> Id<kind::Agency> {
        self.controller
    }
    fn category(&self) -> &Code {
        &self.category
    }
    fn hold_to(&mut self, fields: &crate::Fields) {
        let whole = serde_json::from_str(&self.body).unwrap_or_default();
        if let serde_json::Value::Object(mut body) = whole {
            body.retain(|field, _| fields.name(field));
            self.body = serde_json::Value::Object(body).to_string();
        }
    }
}

impl Reader {
    /// Records (rows of tables whose rule is `feed`) by their ids, after this one, at most `limit`; those that the permit covers. The last
    /// id that was looked at comes with them, so that a page of what it doesn't cover is no end; none where there are no more.
    ///
    /// # Errors
    /// The database's.
    pub async fn kept(
        &self,
        vault: &Vault,
        after: &str,
        limit: u32,
    ) -> Result<(Vec<Kept>, Option<String>), StoreError> {
        vault.still_stands(&self.permit).await?;
        let plan = Plan::read(vault).await?;
        let mut found: Vec<Kept> = Vec::new();
        for entry in &plan.entries {
            let until_its_day =
                entry.kind == TableKind::Subject && entry.retention_rule() == Some(Retention::UntilItsDay);
            let Some(table) = plan.table(&entry.table).filter(|table| until_its_day && table.has("id")) else {
                continue;
            };
            let column = |name: &str, kind: &str| match table.has(name) {
                true => name.to_owned(),
                false => format!("CAST(NULL AS {kind}) AS {name}"),
            };
            let sql = format!(
                "SELECT id, controller, category, {}, {}, {}, {} FROM {} WHERE id > $1 ORDER BY id LIMIT $2",
                column("received_at", "BIGINT"),
                column("event_at", "BIGINT"),
                column("expires_on", "TEXT"),
                column("body", "TEXT"),
                entry.table
            );
            for row in database::rows(&self.door.db.pool, &sql, params![after, limit]).await? {
                found.push(Kept::from_row(&row)?);
            }
        }
        found.sort_by(|a, b| a.id.cmp(&b.id));
        found.truncate(usize::try_from(limit).unwrap_or(usize::MAX));
        let last = found.last().map(|row| row.id.clone());
        found.retain_mut(|row| self.permit.let_through(row));
        Ok((found, last))
    }
}

impl Change {
    /// Gives records an earlier last day; a later one is left as it is. Gives how many got one.
    ///
    /// # Errors
    /// The database's.
    pub async fn end_on(&mut self, days: &[(String, Date)]) -> Result<u64, StoreError> {
        let plan = Plan::read(&self.vault).await?;
        let mut moved = 0;
        for entry in plan.entries.iter().filter(|entry| entry.retention_rule() == Some(Retention::UntilItsDay)) {
            let sql = format!(
                "UPDATE {} SET expires_on = $2 WHERE id = $1 AND (expires_on IS NULL OR expires_on > $2)",
                entry.table
            );
            for (id, day) in days {
                moved += database::execute(&*self.tx, &sql, params![id, *day]).await?;
            }
        }
        Ok(moved)
    }
}
