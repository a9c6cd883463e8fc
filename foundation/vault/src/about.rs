//! Everything about a person: one walk over the catalogue, for answering them, for erasing, and for saying what is left.

use std::collections::{BTreeMap, BTreeSet};

use base::{Code, Id, kind};
use sea_orm::ConnectionTrait;

use crate::{
    Change, Facet, Fields, Held, Permit, Reader, Row, StoreError, TableKind, Vault, Verb,
    catalogue::{Entry, Erasure, Retention},
    database,
    erasing::{BATCH, Plan, keys},
    holding::holds_among,
    leaving::{Bar, Gone, forget_holds},
    marking::Marks,
    params,
    schema::{ColumnKind, Table},
};

/// A row about somebody, of whatever table, with its columns as text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct About {
    /// The table.
    pub table: String,
    /// Its id, where the table has ids.
    pub id: Option<String>,
    /// Its controller.
    pub controller: Id<kind::Agency>,
    /// Its category of data.
    pub category: Code,
    /// How its subject sees it, as the catalogue says (`shown`, `summarised`, `withheld:<ground>`).
    pub sees: String,
    /// Its columns that hold something, by name: numbers in decimal, times in microseconds, yes and no as `1` and `0`.
    pub columns: BTreeMap<String, String>,
}

impl Held for About {
    fn controller(&self) -> Id<kind::Agency> {
        self.controller
    }
    fn category(&self) -> &Code {
        &self.category
    }
    /// What a partner sent stands in the column `body`, as JSON.
    fn hold_to(&mut self, fields: &Fields) {
        let Some(body) = self.columns.remove("body") else { return };
        if let Ok(serde_json::Value::Object(mut map)) = serde_json::from_str(&body) {
            map.retain(|field, _| fields.name(field));
            self.columns.insert("body".to_owned(), serde_json::Value::Object(map).to_string());
        }
    }
}

impl Reader {
    /// Every row that names one of these ids (people, records) or hangs on a row that does, in every table about people, held
    /// to the permit. Give the ids of all of a person's records: whose they are is not known here. All versions of a record come.
    ///
    /// # Errors
    /// The database's.
    pub async fn about(&self, vault: &Vault, ids: &[String]) -> Result<Vec<About>, StoreError> {
        Ok(self.about_and_missing(vault, ids).await?.0)
    }

    /// As [`Reader::about`], with how many more rows there are that the permit doesn't cover: an answer that says that it is whole must
    /// have none. What is sealed is not among those: to whoever isn't named it is not there, and those who are named answer for it.
    ///
    /// # Errors
    /// The database's.
    pub async fn about_and_missing(&self, vault: &Vault, ids: &[String]) -> Result<(Vec<About>, u64), StoreError> {
        vault.still_stands(&self.permit).await?;
        let plan = Plan::read(vault).await?;
        let pool = &vault.database().pool;
        let grown = grow(pool, &plan, with_versions(pool, &plan, ids).await?).await?;
        let mut rows = all_rows(pool, &plan, &grown).await?;
        let covered = |row: &About| self.permit.grant_of(row.controller, &row.category).is_some();
        let missing = rows.iter().filter(|row| !Marks::split(&row.category).1.sealed && !covered(row)).count();
        rows.retain_mut(|row| self.permit.let_through(row));
        Ok((rows, missing as u64))
    }
}

impl Change {
    /// As [`Reader::about`], as this change sees it, held to its permit.
    ///
    /// # Errors
    /// [`StoreError::Permit`] where the change was begun without one; else the database's.
    pub async fn about_ids(&self, ids: &[String]) -> Result<Vec<About>, StoreError> {
        let permit = self.permit.as_ref().ok_or(StoreError::Permit("the change was begun without one"))?;
        let plan = Plan::read(&self.vault).await?;
        let grown = grow(&*self.tx, &plan, with_versions(&*self.tx, &plan, ids).await?).await?;
        let mut rows = all_rows(&*self.tx, &plan, &grown).await?;
        rows.retain_mut(|row| permit.let_through(row));
        Ok(rows)
    }

    /// Erases every row that [`Reader::about`] would find, as each table's rule says, and leaves a tombstone for each that has an
    /// id. Gives how many rows went, by table.
    ///
    /// # Errors
    /// [`StoreError::Permit`] where the change was begun without a permit to erase, or that permit doesn't cover every row;
    /// [`StoreError::Held`] where a legal hold is on any of it: then nothing may be committed. Else the database's.
    pub async fn erase_about(&mut self, ids: &[String], rule: &Code) -> Result<BTreeMap<String, u64>, StoreError> {
        Ok(self.erase_about_but(ids, rule, &BTreeSet::new()).await?.rows)
    }

    /// As [`Change::erase_about`], but for what some controllers keep of some categories (with its marks, `custody_sealed`): those rows stay,
    /// and so does a row that is kept as long as others name it (rule `while:person_record`), where one that stays does. What is written of
    /// them beside the tables about people goes, unless something plain stays.
    ///
    /// # Errors
    /// As [`Change::erase_about`], of what goes.
    pub async fn erase_about_but(
        &mut self,
        ids: &[String],
        rule: &Code,
        leaves: &BTreeSet<Facet>,
    ) -> Result<Gone, StoreError> {
        let permit = erasing(self.permit.as_ref())?.clone();
        let plan = Plan::read(&self.vault).await?;
        let grown = grow(&*self.tx, &plan, with_versions(&*self.tx, &plan, ids).await?).await?;
        let rows = all_rows(&*self.tx, &plan, &grown).await?;
        let left = |row: &About| leaves.contains(&Facet { controller: row.controller, category: row.category.clone() });
        let (staying, going): (Vec<About>, Vec<About>) = rows.into_iter().partition(left);
        if going.iter().any(|row| permit.grant_of(row.controller, &row.category).is_none()) {
            return Err(StoreError::Permit("it does not cover all that is held about them"));
        }
        let needed = plan.needed(&staying, &going);
        let stays: BTreeSet<&String> = staying.iter().filter_map(|row| row.id.as_ref()).chain(&needed).collect();
        let gone_ids: BTreeSet<String> = grown.iter().filter(|id| !stays.contains(id)).cloned().collect();
        if !holds_among(self, &plan, &gone_ids, &going).await?.is_empty() {
            return Err(StoreError::Held);
        }
        forget_holds(self, &gone_ids).await?;
        let bar = Bar::of(leaves, &needed);
        let mut gone = erase_grown(self, &plan, &grown, &bar).await?;
        gone.extend(empty_passing(self, &plan).await?);
        let mut buried = BTreeSet::new();
        for row in &going {
            let Some(id) = row.id.as_deref().filter(|id| !needed.contains(*id)) else { continue };
            if !buried.insert(id.to_owned()) {
                continue;
            }
            let id: Id<kind::Record> = id.parse().map_err(|_| bad("id", "it is no id"))?;
            let digest = match (row.columns.get("feed"), row.columns.get("source_key")) {
                (Some(feed), Some(key)) => self.vault.source_digest(feed, key),
                _ => String::new(),
            };
            self.tombstone(id, &row.category, rule, &digest).await?;
        }
        Ok(Gone { rows: gone, needed })
    }

    /// Whether a legal hold is on any of these rows, on a kind of data among them, or on whomever they name.
    ///
    /// # Errors
    /// The database's.
    pub async fn are_held(&self, rows: &[About]) -> Result<bool, StoreError> {
        let plan = Plan::read(&self.vault).await?;
        let ids = rows.iter().filter_map(|row| row.id.clone()).collect();
        Ok(!holds_among(self, &plan, &ids, rows).await?.is_empty())
    }
}

impl Vault {
    /// How many rows still name one of these ids, by table: proof after an erasure. Only tables that hold some are named.
    ///
    /// # Errors
    /// [`StoreError::Permit`] where the permit isn't one to erase; else the database's.
    pub async fn left_about(&self, permit: &Permit, ids: &[String]) -> Result<BTreeMap<String, u64>, StoreError> {
        erasing(Some(permit))?;
        let plan = Plan::read(self).await?;
        let mut left = BTreeMap::new();
        let grown: BTreeSet<String> = ids.iter().cloned().collect();
        for (entry, table) in plan.about_people() {
            let n = rows_naming(&self.database().pool, entry, table, &grown).await?.len() as u64;
            if n > 0 {
                left.insert(entry.table.clone(), n);
            }
        }
        for (entry, table) in plan.beside_people() {
            let sql = format!("SELECT COUNT(*) AS n FROM {} WHERE {ABOUT} IN ({{in}})", table.name);
            for part in ids.chunks(BATCH) {
                let (text, values) = crate::doors::spread(&sql, &[], &keys(part));
                for row in database::rows(&self.database().pool, &text, values).await? {
                    let n = row.count("n")?;
                    if n > 0 {
                        *left.entry(entry.table.clone()).or_insert(0) += n;
                    }
                }
            }
        }
        Ok(left)
    }
}

impl Plan {
    /// The tables about people, last made first, so that what refers comes before what is referred to.
    pub(crate) fn about_people(&self) -> impl Iterator<Item = (&Entry, &Table)> {
        self.tables().iter().rev().filter_map(|table| {
            let entry = self.entries.iter().find(|entry| entry.table == table.name)?;
            (entry.kind == TableKind::Subject).then_some((entry, table))
        })
    }

    /// The ids of rows that are kept as long as others name them, and that one of those that stay names.
    fn needed(&self, staying: &[About], going: &[About]) -> BTreeSet<String> {
        let mut needed = BTreeSet::new();
        for entry in &self.entries {
            let Some(Retention::While(by)) = entry.retention_rule() else { continue };
            let naming = staying.iter().filter(|row| row.table == by);
            let named: BTreeSet<&String> = naming.filter_map(|row| row.columns.get(&entry.table)).collect();
            let own = going.iter().filter(|row| row.table == entry.table).filter_map(|row| row.id.clone());
            needed.extend(own.filter(|id| named.contains(id)));
        }
        needed
    }

    /// The tables that the decider reads of somebody whom the unit knows, by the column [`ABOUT`]. What they hold is there of a row about that
    /// person (an ask, an emergency, a request), so that no answer lists them; they are erased with the rest.
    fn beside_people(&self) -> impl Iterator<Item = (&Entry, &Table)> {
        self.entries.iter().filter_map(|entry| {
            let names = entry.kind == TableKind::Staff && entry.person_columns().any(|column| column == ABOUT);
            let table = self.table(&entry.table).filter(|table| names && table.has(ABOUT))?;
            (entry.erasure_rule() == Some(Erasure::Row)).then_some((entry, table))
        })
    }
}

/// The column by which a table about those who work here names somebody else: one whom the unit knows.
const ABOUT: &str = "about";

/// The columns of a table by which its rows name a person, a record, or the row that they hang on.
pub(crate) fn naming<'a>(entry: &'a Entry, table: &Table) -> BTreeSet<&'a str> {
    let (kept, erased) = (&entry.retention, &entry.erasure);
    let hangs = matches!(entry.retention_rule(), Some(Retention::With(_)))
        .then_some(kept)
        .into_iter()
        .chain(matches!(entry.erasure_rule(), Some(Erasure::With(_))).then_some(erased));
    let parents = hangs.filter_map(|rule| rule.strip_prefix("with:")).filter(|parent| table.has(parent));
    entry.person_columns().filter(|column| table.has(column)).chain(parents).collect()
}

/// These ids, and those of every other version of the records among them: same feed, same source.
pub(crate) async fn with_versions<C: ConnectionTrait>(
    c: &C,
    plan: &Plan,
    ids: &[String],
) -> Result<BTreeSet<String>, StoreError> {
    let mut all: BTreeSet<String> = ids.iter().cloned().collect();
    for (_, table) in plan.about_people().filter(|(_, table)| is_versioned(table)) {
        let sql = format!(
            "SELECT o.id FROM {0} r JOIN {0} o ON o.feed = r.feed AND o.source_key = r.source_key WHERE r.id IN ({{in}})",
            table.name
        );
        for part in ids.chunks(BATCH) {
            let (text, values) = crate::doors::spread(&sql, &[], &keys(part));
            for row in database::rows(c, &text, values).await? {
                all.insert(row.text("id")?);
            }
        }
    }
    Ok(all)
}

fn is_versioned(table: &Table) -> bool {
    ["id", "feed", "source_key", "version"].iter().all(|column| table.has(column))
}

/// These ids, those of the rows that name them, of what hangs on those, and so on.
pub(crate) async fn grow<C: ConnectionTrait>(
    c: &C,
    plan: &Plan,
    ids: BTreeSet<String>,
) -> Result<BTreeSet<String>, StoreError> {
    let mut new = ids.clone();
    let mut known = ids;
    while !new.is_empty() {
        let mut found = BTreeSet::new();
        for (entry, table) in plan.about_people().filter(|(_, table)| table.has("id")) {
            let sql = format!("SELECT id FROM {} WHERE {}", table.name, names_one_of(entry, table));
            let ids: Vec<String> = new.iter().cloned().collect();
            for part in ids.chunks(BATCH) {
                let (text, values) = crate::doors::spread(&sql, &[], &keys(part));
                for row in database::rows(c, &text, values).await? {
                    found.insert(row.text("id")?);
                }
            }
        }
        new = found.into_iter().filter(|id| known.insert(id.clone())).collect();
    }
    Ok(known)
}

pub(crate) async fn all_rows<C: ConnectionTrait>(
    c: &C,
    plan: &Plan,
    ids: &BTreeSet<String>,
) -> Result<Vec<About>, StoreError> {
    let mut rows = Vec::new();
    for (entry, table) in plan.about_people() {
        rows.extend(rows_naming(c, entry, table, ids).await?);
    }
    Ok(rows)
}

/// The rows of one table that name one of these ids, each once.
async fn rows_naming<C: ConnectionTrait>(
    c: &C,
    entry: &Entry,
    table: &Table,
    ids: &BTreeSet<String>,
) -> Result<Vec<About>, StoreError> {
    let sql = format!("SELECT {} FROM {} WHERE {}", as_text(c, table), table.name, names_one_of(entry, table));
    let (mut found, mut seen) = (Vec::new(), BTreeSet::new());
    let ids: Vec<String> = ids.iter().cloned().collect();
    for part in ids.chunks(BATCH) {
        let (text, values) = crate::doors::spread(&sql, &[], &keys(part));
        for row in database::rows(c, &text, values).await? {
            let row = read(entry, table, &row)?;
            // Two parts of the ids may each name one end of it.
            let key = row.id.clone().unwrap_or_else(|| format!("{:?}", row.columns));
            if seen.insert(key) {
                found.push(row);
            }
        }
    }
    Ok(found)
}

fn names_one_of(entry: &Entry, table: &Table) -> String {
    let any: Vec<String> = naming(entry, table).into_iter().map(|column| format!("{column} IN ({{in}})")).collect();
    any.join(" OR ")
}

/// Every column as text, alike on both databases.
fn as_text<C: ConnectionTrait>(c: &C, table: &Table) -> String {
    let postgres = c.get_database_backend() == sea_orm::DbBackend::Postgres;
    let cast = |column: &crate::schema::Column| match column.kind {
        ColumnKind::Bool if postgres => format!("CAST(CAST({0} AS INTEGER) AS TEXT) AS {0}", column.name),
        _ => format!("CAST({0} AS TEXT) AS {0}", column.name),
    };
    table.columns.iter().map(cast).collect::<Vec<_>>().join(", ")
}

fn read(entry: &Entry, table: &Table, row: &Row) -> Result<About, StoreError> {
    let mut columns = BTreeMap::new();
    for column in &table.columns {
        if let Some(text) = row.opt_text(&column.name)? {
            columns.insert(column.name.clone(), text);
        }
    }
    Ok(About {
        table: entry.table.clone(),
        id: columns.get("id").cloned(),
        controller: row.id("controller")?,
        category: row.parse("category")?,
        sees: entry.subject_sees.clone(),
        columns,
    })
}

/// Erases the rows of these ids, which [`grow`] found, table by table, but for what is passed over.
pub(crate) async fn erase_grown(
    change: &Change,
    plan: &Plan,
    ids: &BTreeSet<String>,
    bar: &Bar<'_>,
) -> Result<BTreeMap<String, u64>, StoreError> {
    let mut gone = BTreeMap::new();
    let ids: Vec<String> = ids.iter().cloned().collect();
    let beside = plan.beside_people().filter(|_| !bar.keeps_plain());
    for (entry, table) in plan.about_people().chain(beside) {
        let (but, fixed) = bar.condition(table);
        let which = format!("({}){but}", names_one_of(entry, table));
        let sql = match entry.erasure_rule() {
            Some(Erasure::Never | Erasure::Emptied) => continue,
            Some(Erasure::Columns(columns)) => {
                let emptied: Vec<String> = columns.iter().map(|column| format!("{column} = NULL")).collect();
                format!("UPDATE {} SET {} WHERE {which}", table.name, emptied.join(", "))
            }
            _ => format!("DELETE FROM {} WHERE {which}", table.name),
        };
        for part in ids.chunks(BATCH) {
            let (text, values) = crate::doors::spread(&sql, &fixed, &keys(part));
            let n = database::execute(&*change.tx, &text, values).await?;
            if n > 0 {
                *gone.entry(table.name.clone()).or_insert(0) += n;
            }
        }
    }
    Ok(gone)
}

/// Empties the tables that keep for minutes what can't be told apart (what searches found). Gives how many rows went, by table.
pub(crate) async fn empty_passing(change: &Change, plan: &Plan) -> Result<BTreeMap<String, u64>, StoreError> {
    let mut gone = BTreeMap::new();
    for entry in plan.entries.iter().filter(|entry| entry.erasure_rule() == Some(Erasure::Emptied)) {
        let n = database::execute(&*change.tx, &format!("DELETE FROM {}", entry.table), params![]).await?;
        if n > 0 {
            gone.insert(entry.table.clone(), n);
        }
    }
    Ok(gone)
}

/// So many ids are looked for at once: each in every text, so that a database with many tables is read once for so many.
const SEARCHED_FOR: usize = 20;
/// What names ids by right: the log, the tombstones, and the reports of erasures, which would prove nothing without them.
const NAMES_BY_RIGHT: [&str; 3] = ["audit_entry", "tombstone", "erased_id"];

impl Plan {
    /// Whether a table may name what is gone: [`NAMES_BY_RIGHT`], and those about nobody that say that they keep their references (`never`).
    fn names_by_right(&self, table: &str) -> bool {
        let says = |entry: &Entry| entry.kind == TableKind::Plain && entry.erasure_rule() == Some(Erasure::Never);
        NAMES_BY_RIGHT.contains(&table) || self.entries.iter().any(|entry| entry.table == table && says(entry))
    }
}

impl Vault {
    /// How many rows of any table, about whomever, hold one of these ids anywhere in their texts, by table: not by the catalogue, but by
    /// looking. The log, the tombstones, `erased_id` and plain tables that keep their references (`never`) are left out. Gives also how many
    /// tables were read. It reads the whole database once for every 20 ids: for a job. A row that holds ids of two such lots counts in both.
    ///
    /// # Errors
    /// [`StoreError::Permit`] where the permit isn't one to erase; else the database's.
    pub async fn found_in_texts(
        &self,
        permit: &Permit,
        ids: &[String],
    ) -> Result<(BTreeMap<String, u64>, usize), StoreError> {
        erasing(Some(permit))?;
        let within = if self.database().is_sqlite() { "instr" } else { "strpos" };
        let (mut found, mut read) = (BTreeMap::new(), 0);
        let plan = Plan::read(self).await?;
        for table in plan.tables().iter().filter(|table| !plan.names_by_right(&table.name)) {
            let texts: Vec<&str> = table
                .columns
                .iter()
                .filter(|column| column.kind == ColumnKind::Text)
                .map(|column| column.name.as_str())
                .collect();
            if texts.is_empty() || ids.is_empty() {
                continue;
            }
            let whole: Vec<String> = texts.iter().map(|column| format!("COALESCE({column}, '')")).collect();
            let whole = whole.join(" || ' ' || ");
            read += 1;
            let mut rows = 0;
            for lot in ids.chunks(SEARCHED_FOR) {
                let any: Vec<String> = (1..=lot.len()).map(|n| format!("{within}({whole}, ${n}) > 0")).collect();
                let sql = format!("SELECT COUNT(*) AS n FROM {} WHERE {}", table.name, any.join(" OR "));
                for row in database::rows(&self.database().pool, &sql, keys(lot)).await? {
                    rows += row.count("n")?;
                }
            }
            if rows > 0 {
                found.insert(table.name.clone(), rows);
            }
        }
        Ok((found, read))
    }
}

fn erasing(permit: Option<&Permit>) -> Result<&Permit, StoreError> {
    match permit {
        Some(permit) if permit.verb() == Verb::Erase => Ok(permit),
        _ => Err(StoreError::Permit("it is not a permit to erase")),
    }
}

fn bad(column: &str, problem: &str) -> StoreError {
    StoreError::BadValue { column: column.to_owned(), problem: problem.to_owned() }
}
