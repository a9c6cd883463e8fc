//! What is held back: rows under a legal hold, which neither expiry nor erasure touches, and kinds of data that a named person looks at
//! before they go, which expiry alone passes over. `held_back` says what; here it is found out which rows that are, so that no page
//! can forget to ask.

use std::collections::{HashMap, HashSet};

use futures::future::BoxFuture;

use crate::{
    Change, StoreError, TableKind,
    catalogue::Entry,
    database,
    erasing::{BATCH, Plan},
    params, schema,
};

/// Whose holds count.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Against {
    /// Expiry: legal holds, and what is reviewed first.
    Expiry,
    /// Erasure by right or by decision: legal holds alone.
    Erasure,
}

impl Against {
    fn listed(self) -> &'static str {
        match self {
            Self::Expiry => "(SELECT what FROM held_back)",
            Self::Erasure => "(SELECT what FROM held_back WHERE why <> 'review')",
        }
    }
}

/// How far a row is followed to what it hangs on: a contact, its moment, its record, and that record's person.
const FOLLOWED: usize = 4;

impl Plan {
    fn entry(&self, table: &str) -> Option<&Entry> {
        self.entries.iter().find(|entry| entry.table == table)
    }

    /// The columns of a table that name somebody, or a row of another table about somebody.
    fn naming<'a>(&'a self, entry: &'a Entry, table: &'a schema::Table) -> Vec<&'a str> {
        let subject =
            |name: &str| self.entries.iter().any(|other| other.kind == TableKind::Subject && other.table == name);
        let named = table.columns.iter().map(|column| column.name.as_str());
        let mut columns: Vec<&str> =
            named.filter(|name| subject(name) || entry.person_columns().any(|own| own == *name)).collect();
        columns.sort_unstable();
        columns.dedup();
        columns
    }

    /// When a row is held by what stands in it, as a condition of SQL; `None` for tables about nobody.
    pub(crate) fn held_condition(&self, table: &str, against: Against) -> Option<String> {
        let entry = self.entry(table).filter(|entry| entry.kind == TableKind::Subject)?;
        let shape = self.table(table)?;
        let listed = against.listed();
        let mut any: Vec<String> =
            self.naming(entry, shape).iter().map(|column| format!("COALESCE({column}, '') IN {listed}")).collect();
        if shape.has("id") {
            any.push(format!("id IN {listed}"));
        }
        if shape.has("controller") && shape.has("category") {
            any.push(format!("controller || ' ' || category IN {listed}"));
            if against == Against::Expiry {
                any.push("category IN (SELECT what FROM held_back WHERE why = 'review')".to_owned());
            }
        }
        (!any.is_empty()).then(|| format!("({})", any.join(" OR ")))
    }
}

/// Which of these rows of a table are held: by what stands in them, by a row that they hang on, or by the person to whom another table
/// says that they belong.
pub(crate) async fn held(
    change: &Change,
    plan: &Plan,
    table: &str,
    ids: &[String],
    against: Against,
) -> Result<HashSet<String>, StoreError> {
    let any = format!("SELECT what FROM held_back WHERE what IN {} LIMIT 1", against.listed());
    if ids.is_empty() || database::rows(&*change.tx, &any, params![]).await?.is_empty() {
        return Ok(HashSet::new());
    }
    follow(change, plan, table, ids.to_vec(), against, FOLLOWED).await
}

/// Boxed, since what it hangs on hangs on something too.
fn follow<'a>(
    change: &'a Change,
    plan: &'a Plan,
    table: &'a str,
    ids: Vec<String>,
    against: Against,
    steps: usize,
) -> BoxFuture<'a, Result<HashSet<String>, StoreError>> {
    Box::pin(async move {
        let mut found = HashSet::new();
        let (Some(condition), Some(entry), Some(shape)) =
            (plan.held_condition(table, against), plan.entry(table), plan.table(table))
        else {
            return Ok(found);
        };
        if ids.is_empty() || !shape.has("id") {
            return Ok(found);
        }
        let own = format!("SELECT id AS at, id AS to_row FROM {table} WHERE id IN ({{in}}) AND {condition}");
        found.extend(pairs(change, &own, &ids).await?.into_keys());
        for column in plan.naming(entry, shape).into_iter().filter(|column| *column != table && steps > 0) {
            let Some(up) = plan.table(column).filter(|up| up.has("id")) else { continue };
            let sql = format!("SELECT id AS at, {column} AS to_row FROM {table} WHERE id IN ({{in}}) AND {column} IS NOT NULL");
            let hangs = pairs(change, &sql, &ids).await?;
            let mut above: Vec<String> = hangs.values().flatten().cloned().collect();
            above.sort();
            above.dedup();
            let held = follow(change, plan, &up.name, above, against, steps - 1).await?;
            found.extend(hangs.into_iter().filter(|(_, to)| to.iter().any(|to| held.contains(to))).map(|(at, _)| at));
        }
        for (other, column) in plan.says_whose(table) {
            let sql = format!(
                "SELECT {table} AS at, {column} AS to_row FROM {other} WHERE {table} IN ({{in}}) AND {column} IN {}",
                against.listed()
            );
            found.extend(pairs(change, &sql, &ids).await?.into_keys());
        }
        Ok(found)
    })
}

impl Plan {
    /// The tables that say to whom a row of `table` belongs, with the column that does.
    fn says_whose<'a>(&'a self, table: &'a str) -> impl Iterator<Item = (&'a str, &'a str)> {
        self.entries.iter().filter(move |entry| entry.kind == TableKind::Subject && entry.table != table).filter_map(
            move |entry| {
                let shape = self.table(&entry.table)?;
                let whose = shape.columns.iter().map(|column| column.name.as_str()).find(|name| *name == "person")?;
                (shape.has(table) && table != whose).then_some((entry.table.as_str(), whose))
            },
        )
    }
}

/// Rows as (what, to what), of a statement with `IN ({in})`.
async fn pairs(change: &Change, sql: &str, ids: &[String]) -> Result<HashMap<String, Vec<String>>, StoreError> {
    let mut found: HashMap<String, Vec<String>> = HashMap::new();
    for part in ids.chunks(BATCH) {
        let keys: Vec<crate::Value> = part.iter().map(crate::IntoValue::into_value).collect();
        let (text, values) = crate::doors::spread(sql, &[], &keys);
        for row in database::rows(&*change.tx, &text, values).await? {
            found.entry(row.text("at")?).or_default().push(row.text("to_row")?);
        }
    }
    Ok(found)
}
