//! What is held back: rows under a legal hold, which neither expiry nor erasure touches, and kinds of data that a named person looks at
//! before they go, which expiry alone passes over. `held_back` says what; here it is found out which rows that are, so that no page
//! can forget to ask.

use std::collections::{BTreeSet, HashMap, HashSet};

use futures::future::BoxFuture;

use crate::{
    About, Change, StoreError, TableKind, about,
    catalogue::Entry,
    database,
    erasing::{BATCH, Plan, keys},
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

/// A row's category without the marks of a seal or a restriction: what is sealed is held like the rest of its kind.
const UNMARKED: &str = "REPLACE(REPLACE(category, '_restricted', ''), '_sealed', '')";

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
            any.push(format!("controller || ' ' || {UNMARKED} IN {listed}"));
            if against == Against::Expiry {
                any.push(format!("{UNMARKED} IN (SELECT what FROM held_back WHERE why = 'review')"));
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
        if ["feed", "source_key", "version"].iter().all(|column| shape.has(column)) {
            let versions = format!(
                "SELECT o.id AS at, r.id AS to_row FROM {table} o JOIN {table} r ON r.feed = o.feed AND r.source_key = o.source_key \
                 WHERE o.id IN ({{in}}) AND r.id IN {}",
                against.listed()
            );
            found.extend(pairs(change, &versions, &ids).await?.into_keys());
        }
        for column in plan.naming(entry, shape).into_iter().filter(|column| *column != table && steps > 0) {
            let Some(up) = plan.table(column).filter(|up| up.has("id")) else { continue };
            let sql = format!(
                "SELECT id AS at, {column} AS to_row FROM {table} WHERE id IN ({{in}}) AND {column} IS NOT NULL"
            );
            let hangs = pairs(change, &sql, &ids).await?;
            let mut above: Vec<String> = hangs.values().flatten().cloned().collect();
            above.sort();
            above.dedup();
            let held = follow(change, plan, &up.name, above, against, steps - 1).await?;
            found.extend(hangs.into_iter().filter(|(_, to)| to.iter().any(|to| held.contains(to))).map(|(at, _)| at));
        }
        if against == Against::Expiry {
            found.extend(below(change, plan, table, &ids, FOLLOWED).await?);
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

/// Which of these rows something hangs on that is under a legal hold, and that would go with them.
fn below<'a>(
    change: &'a Change,
    plan: &'a Plan,
    table: &'a str,
    ids: &'a [String],
    steps: usize,
) -> BoxFuture<'a, Result<HashSet<String>, StoreError>> {
    Box::pin(async move {
        let mut found = HashSet::new();
        for child in plan.children(table).filter(|_| steps > 0) {
            let Some(condition) = plan.held_condition(&child.table, Against::Erasure) else { continue };
            for link in plan.links(child, table) {
                let sql = format!(
                    "SELECT {link} AS at, {link} AS to_row FROM {} WHERE {link} IN ({{in}}) AND {condition}",
                    child.table
                );
                found.extend(pairs(change, &sql, ids).await?.into_keys());
                if !plan.table(&child.table).is_some_and(|shape| shape.has("id"))
                    || plan.children(&child.table).next().is_none()
                {
                    continue;
                }
                let own = format!("SELECT {link} AS at, id AS to_row FROM {} WHERE {link} IN ({{in}})", child.table);
                let grown = pairs(change, &own, ids).await?;
                let next: Vec<String> = grown.values().flatten().cloned().collect();
                let held = below(change, plan, &child.table, &next, steps - 1).await?;
                found.extend(
                    grown.into_iter().filter(|(_, to)| to.iter().any(|to| held.contains(to))).map(|(at, _)| at),
                );
            }
        }
        Ok(found)
    })
}

impl Change {
    /// The legal holds that are on anything about these people and records, by their ids: erasing is refused while there is one.
    ///
    /// # Errors
    /// The database's.
    pub async fn holds_on(&self, ids: &[String]) -> Result<BTreeSet<String>, StoreError> {
        let plan = Plan::read(&self.vault).await?;
        let grown = about::grow(&*self.tx, &plan, about::with_versions(&*self.tx, &plan, ids).await?).await?;
        let rows = about::all_rows(&*self.tx, &plan, &grown).await?;
        holds_among(self, &plan, &grown, &rows).await
    }
}

/// The legal holds on these ids, on these rows, on whomever they belong to, or on a whole kind of data that is among them.
pub(crate) async fn holds_among(
    change: &Change,
    plan: &Plan,
    ids: &BTreeSet<String>,
    rows: &[About],
) -> Result<BTreeSet<String>, StoreError> {
    const ON: &str = "SELECT why FROM held_back WHERE what IN ({in}) AND why <> 'review'";
    let mut named = ids.clone();
    for row in rows {
        // What is sealed or restricted is held like the rest of its kind.
        named.insert(format!("{} {}", row.controller, crate::Marks::split(&row.category).0));
        if let (Some(entry), Some(shape)) = (plan.entry(&row.table), plan.table(&row.table)) {
            named.extend(plan.naming(entry, shape).into_iter().filter_map(|column| row.columns.get(column).cloned()));
        }
    }
    let named: Vec<String> = named.into_iter().collect();
    let mut holds = BTreeSet::new();
    for part in named.chunks(BATCH) {
        let (text, values) = crate::doors::spread(ON, &[], &keys(part));
        for row in database::rows(&*change.tx, &text, values).await? {
            holds.insert(row.text("why")?);
        }
    }
    Ok(holds)
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
        let (text, values) = crate::doors::spread(sql, &[], &keys(part));
        for row in database::rows(&*change.tx, &text, values).await? {
            found.entry(row.text("at")?).or_default().push(row.text("to_row")?);
        }
    }
    Ok(found)
}
