//! Marks: what is sealed (a protected address, an adopted child, an informant) or restricted (UK GDPR article 18) carries a suffix at
//! the category of each of its rows, so that no permit for the category itself covers it: it is hidden wherever rows are held
//! against a permit, and no page has to remember. Triggers made from the catalogue keep it so for rows that come later: a version
//! of a sealed record, a contact of a sealed person, a moment are born sealed, whoever writes them.

use std::collections::{BTreeMap, BTreeSet};

use base::Code;
use sea_orm::ConnectionTrait;
use sha2::{Digest as _, Sha256};

use crate::{
    Change, StoreError, Value, about,
    catalogue::{self, Entry, Erasure, Retention},
    database,
    database::Database,
    doors::spread,
    erasing::{BATCH, Plan, keys},
    params, schema,
    schema::Table,
};

/// What a row can be marked as.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Mark {
    /// Seen only by those who are named for it.
    Sealed,
    /// Kept and not used (UK GDPR article 18).
    Restricted,
}

impl Mark {
    /// What stands behind the category.
    #[must_use]
    pub fn suffix(self) -> &'static str {
        match self {
            Self::Sealed => "_sealed",
            Self::Restricted => "_restricted",
        }
    }
}

/// The marks at one category.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Marks {
    /// See [`Mark::Sealed`].
    pub sealed: bool,
    /// See [`Mark::Restricted`].
    pub restricted: bool,
}

impl Marks {
    /// Every way in which a row can be marked.
    pub const EVERY: [Self; 3] = [
        Self { sealed: true, restricted: false },
        Self { sealed: false, restricted: true },
        Self { sealed: true, restricted: true },
    ];

    /// A category without its marks, and the marks.
    #[must_use]
    pub fn split(category: &Code) -> (Code, Self) {
        let text = category.as_str();
        let (text, restricted) = strip(text, Mark::Restricted);
        let (text, sealed) = strip(text, Mark::Sealed);
        let plain =
            if sealed || restricted { Code::new(text).unwrap_or_else(|_| category.clone()) } else { category.clone() };
        (plain, Self { sealed, restricted })
    }

    /// Whether there is any.
    #[must_use]
    pub fn any(self) -> bool {
        self.sealed || self.restricted
    }

    /// A category with these marks; none where that is longer than a code may be.
    #[must_use]
    pub fn on(self, category: &Code) -> Option<Code> {
        let mark = |is: bool, mark: Mark| if is { mark.suffix() } else { "" };
        Code::new(&format!("{category}{}{}", mark(self.sealed, Mark::Sealed), mark(self.restricted, Mark::Restricted)))
            .ok()
    }
}

fn strip(text: &str, mark: Mark) -> (&str, bool) {
    text.strip_suffix(mark.suffix()).map_or((text, false), |rest| (rest, true))
}

impl Change {
    /// Marks every row about these ids (people, records): each that names one of them or hangs on one that does, all versions of a
    /// record, all records of a person. `cause` says why and is what [`Change::unmark`] takes back. Gives how many rows changed.
    /// They go on to be marked whatever is written about them later.
    ///
    /// # Errors
    /// The database's.
    pub async fn mark(&mut self, ids: &[String], mark: Mark, cause: &str) -> Result<u64, StoreError> {
        let plan = Plan::read(&self.vault).await?;
        let all = everything(&*self.tx, &plan, ids).await?;
        let mut names: Vec<String> = all.iter().cloned().collect();
        names.extend(sources(&*self.tx, &plan, &names).await?);
        self.put_marks(&names, mark, cause).await?;
        self.settle(&names).await
    }

    /// Marks what will come from a source under this key of a feed, and what has come.
    ///
    /// # Errors
    /// The database's.
    pub async fn mark_source(&mut self, feed: &Code, key: &str, mark: Mark, cause: &str) -> Result<u64, StoreError> {
        let plan = Plan::read(&self.vault).await?;
        let mut held = Vec::new();
        for (_, table) in plan.about_people().filter(|(_, table)| is_delivered(table) && table.has("id")) {
            let sql = format!("SELECT id FROM {} WHERE feed = $1 AND source_key = $2", table.name);
            for row in database::rows(&*self.tx, &sql, params![feed, key]).await? {
                held.push(row.text("id")?);
            }
        }
        self.put_marks(&[format!("{feed} {key}")], mark, cause).await?;
        if held.is_empty() { Ok(0) } else { self.mark(&held, mark, cause).await }
    }

    /// Takes a mark with this cause away. A row stays marked as long as another cause marks it. Gives how many rows changed.
    ///
    /// # Errors
    /// The database's.
    pub async fn unmark(&mut self, mark: Mark, cause: &str) -> Result<u64, StoreError> {
        let values = || params![mark.suffix(), cause];
        let sql = "SELECT id FROM marked WHERE suffix = $1 AND cause = $2";
        let mut names = Vec::new();
        for row in database::rows(&*self.tx, sql, values()).await? {
            names.push(row.text("id")?);
        }
        database::execute(&*self.tx, "DELETE FROM marked WHERE suffix = $1 AND cause = $2", values()).await?;
        self.settle(&names).await
    }

    /// Marks an id as another is, for the same causes: to be lifted with it.
    ///
    /// # Errors
    /// The database's.
    pub async fn mark_like(&mut self, id: &str, like: &str) -> Result<(), StoreError> {
        let sql = "INSERT INTO marked (id, suffix, cause, marked_at) SELECT $1, suffix, cause, $3 FROM marked WHERE id = $2 \
             ON CONFLICT (id, suffix, cause) DO NOTHING";
        database::execute(&*self.tx, sql, params![id, like, self.now]).await?;
        Ok(())
    }

    /// Which of these ids (or sources, as `feed key`) are marked so.
    ///
    /// # Errors
    /// The database's.
    pub async fn marked(&self, names: &[String], mark: Mark) -> Result<BTreeSet<String>, StoreError> {
        let mut found = BTreeSet::new();
        for part in names.chunks(BATCH) {
            let sql = "SELECT DISTINCT id FROM marked WHERE suffix = $1 AND id IN ({in})";
            let (text, values) = spread(sql, &params![mark.suffix()], &keys(part));
            for row in database::rows(&*self.tx, &text, values).await? {
                found.insert(row.text("id")?);
            }
        }
        Ok(found)
    }

    async fn put_marks(&self, names: &[String], mark: Mark, cause: &str) -> Result<(), StoreError> {
        let rows = names.iter().map(|name| params![name, mark.suffix(), cause, self.now]).collect();
        let columns = &["id", "suffix", "cause", "marked_at"];
        crate::change::insert_rows(&self.tx, "marked", columns, rows, "ON CONFLICT (id, suffix, cause) DO NOTHING")
            .await?;
        Ok(())
    }

    /// Gives every row that goes by one of these names the category that its marks say.
    async fn settle(&self, names: &[String]) -> Result<u64, StoreError> {
        let mut changed = 0;
        for marked in
            markable(&*self.tx, &self.vault.catalogue().await?, &schema::tables(self.vault.database()).await?).await?
        {
            let category = marked.category(&format!("{}.", marked.table));
            for column in &marked.columns {
                let sql = format!(
                    "UPDATE {0} SET category = {category} WHERE {column} IN ({{in}}) AND category <> {category}",
                    marked.table
                );
                for part in names.chunks(BATCH) {
                    let (text, values) = spread(&sql, &[], &keys(part));
                    changed += database::execute(&*self.tx, &text, values).await?;
                }
            }
        }
        Ok(changed)
    }
}

/// All ids about these: a person's records, their versions, and whatever hangs on any of them.
async fn everything<C: ConnectionTrait>(c: &C, plan: &Plan, ids: &[String]) -> Result<BTreeSet<String>, StoreError> {
    let mut roots: BTreeSet<String> = ids.iter().cloned().collect();
    for (entry, table) in plan.about_people() {
        let Some(parent) = parent(entry, table) else { continue };
        for column in entry.person_columns().filter(|column| *column != parent && table.has(column)) {
            let sql = format!("SELECT DISTINCT {parent} AS id FROM {} WHERE {column} IN ({{in}})", table.name);
            roots.extend(select(c, &sql, ids).await?);
        }
    }
    let roots: Vec<String> = roots.into_iter().collect();
    about::grow(c, plan, about::with_versions(c, plan, &roots).await?).await
}

/// The column that names the row on which a table's rows hang: a row that names a person leads on to it.
fn parent<'a>(entry: &'a Entry, table: &Table) -> Option<&'a str> {
    let hangs = matches!(entry.retention_rule(), Some(Retention::With(_))).then_some(&entry.retention);
    let goes = matches!(entry.erasure_rule(), Some(Erasure::With(_))).then_some(&entry.erasure);
    hangs.into_iter().chain(goes).filter_map(|rule| rule.strip_prefix("with:")).find(|parent| table.has(parent))
}

/// The sources of the delivered rows among these ids.
async fn sources<C: ConnectionTrait>(c: &C, plan: &Plan, ids: &[String]) -> Result<Vec<String>, StoreError> {
    let mut found = Vec::new();
    for (_, table) in plan.about_people().filter(|(_, table)| is_delivered(table) && table.has("id")) {
        let sql = format!("SELECT DISTINCT feed || ' ' || source_key AS id FROM {} WHERE id IN ({{in}})", table.name);
        found.extend(select(c, &sql, ids).await?);
    }
    Ok(found)
}

fn is_delivered(table: &Table) -> bool {
    table.has("feed") && table.has("source_key")
}

async fn select<C: ConnectionTrait>(c: &C, sql: &str, ids: &[String]) -> Result<Vec<String>, StoreError> {
    let mut found = Vec::new();
    for part in ids.chunks(BATCH) {
        let (text, values) = spread(sql, &[], &keys(part));
        for row in database::rows(c, &text, values).await? {
            found.push(row.text("id")?);
        }
    }
    Ok(found)
}

/// A table whose rows can be marked, and by what they are known.
struct Markable {
    table: String,
    /// Columns that name a person, a record, what the row hangs on, the row itself, or where it came from.
    columns: Vec<String>,
    has_id: bool,
    delivered: bool,
}

/// The tables about people whose category stands in a column, but for those of which the catalogue says that they can't be marked.
async fn markable<C: ConnectionTrait>(c: &C, entries: &[Entry], tables: &[Table]) -> Result<Vec<Markable>, StoreError> {
    let mut kept = BTreeSet::new();
    for row in database::rows(c, "SELECT table_name FROM catalogue WHERE NOT markable", params![]).await? {
        kept.insert(row.text("table_name")?);
    }
    let named = entries.iter().filter(|entry| {
        entry.kind == catalogue::TableKind::Subject && entry.category == "category" && !kept.contains(&entry.table)
    });
    let marked = |entry: &Entry| {
        let table = tables.iter().find(|table| table.name == entry.table && table.has("category"))?;
        let mut columns: BTreeSet<&str> = about::naming(entry, table);
        columns.extend(["id", "origin"].into_iter().filter(|column| table.has(column)));
        (!columns.is_empty()).then(|| Markable {
            table: table.name.clone(),
            columns: columns.into_iter().map(str::to_owned).collect(),
            has_id: table.has("id"),
            delivered: is_delivered(table),
        })
    };
    Ok(named.filter_map(marked).collect())
}

impl Markable {
    /// By what a row is known, as values of a statement; `row` is how the row is called there, with a dot.
    fn names(&self, row: &str) -> String {
        let mut names: Vec<String> = self.columns.iter().map(|column| format!("{row}{column}")).collect();
        if self.delivered {
            names.push(format!("{row}feed || ' ' || {row}source_key"));
        }
        names.join(", ")
    }

    /// The category that a row's marks say.
    fn category(&self, row: &str) -> String {
        let names = self.names(row);
        let mark = |mark: Mark| {
            let suffix = mark.suffix();
            format!(
                "CASE WHEN EXISTS (SELECT 1 FROM marked WHERE marked.suffix = '{suffix}' AND marked.id IN ({names})) \
                 THEN '{suffix}' ELSE '' END"
            )
        };
        format!(
            "REPLACE(REPLACE({row}category, '_restricted', ''), '_sealed', '') || {} || {}",
            mark(Mark::Sealed),
            mark(Mark::Restricted)
        )
    }

    /// What makes rows of this table be born marked, by the name of each trigger. The names change with the statements.
    fn triggers(&self, sqlite: bool) -> BTreeMap<String, Vec<String>> {
        let (names, category) = (self.names("NEW."), self.category("NEW."));
        // Whether there is any mark at all first: where nothing is sealed, that is all that a row costs.
        let any =
            format!("EXISTS (SELECT 1 FROM marked) AND EXISTS (SELECT 1 FROM marked WHERE marked.id IN ({names}))");
        let mark_id = format!(
            "SELECT DISTINCT NEW.id, marked.suffix, marked.cause, marked.marked_at FROM marked WHERE marked.id IN ({names})"
        );
        let columns = "(id, suffix, cause, marked_at)";
        let mut watched: Vec<&str> = self.columns.iter().map(String::as_str).collect();
        watched.push("category");
        let (table, watched) = (&self.table, watched.join(", "));
        let mut found = BTreeMap::new();
        let mut keep = |what: &str, statements: &dyn Fn(&str) -> Vec<String>| {
            let digest = hex::encode(Sha256::digest(statements("").concat().as_bytes()));
            let name = format!("marked_{table}_{what}_{}", digest.get(..8).unwrap_or_default());
            found.insert(name.clone(), statements(&name));
        };
        if sqlite {
            let into =
                if self.has_id { format!("INSERT OR IGNORE INTO marked {columns} {mark_id};") } else { String::new() };
            let set = format!("UPDATE {table} SET category = {category} WHERE rowid = NEW.rowid;");
            keep("born", &|name| {
                vec![format!("CREATE TRIGGER {name} AFTER INSERT ON {table} WHEN {any} BEGIN {into} {set} END")]
            });
            keep("kept", &|name| {
                vec![format!(
                    "CREATE TRIGGER {name} AFTER UPDATE OF {watched} ON {table} WHEN {any} AND NEW.category <> {category} \
                     BEGIN {set} END"
                )]
            });
            return found;
        }
        let function = |name: &str, body: &str| {
            format!("CREATE OR REPLACE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN {body} END $$")
        };
        keep("born", &|name| {
            let body = format!("IF {any} THEN NEW.category := {category}; END IF; RETURN NEW;");
            vec![
                function(name, &body),
                format!(
                    "CREATE TRIGGER {name} BEFORE INSERT OR UPDATE OF {watched} ON {table} FOR EACH ROW EXECUTE FUNCTION {name}()"
                ),
            ]
        });
        if self.has_id {
            keep("on", &|name| {
                let body = format!("INSERT INTO marked {columns} {mark_id} ON CONFLICT DO NOTHING; RETURN NULL;");
                vec![
                    function(name, &body),
                    format!(
                        "CREATE TRIGGER {name} AFTER INSERT ON {table} FOR EACH ROW \
                         WHEN (right(NEW.category, 7) = '_sealed' OR right(NEW.category, 11) = '_restricted') \
                         EXECUTE FUNCTION {name}()"
                    ),
                ]
            });
        }
        found
    }
}

/// Makes the triggers that the catalogue asks for, and removes those that it no longer does. Writes nothing where all are there.
pub(crate) async fn watch(db: &Database, entries: &[Entry]) -> Result<(), StoreError> {
    let tables = schema::tables(db).await?;
    let mut wanted: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for table in markable(&db.pool, entries, &tables).await? {
        wanted.extend(table.triggers(db.is_sqlite()));
    }
    if there(&db.pool, db.is_sqlite()).await? == wanted.keys().cloned().collect() {
        return Ok(());
    }
    let tx = db.begin().await?;
    let there = there(&*tx, db.is_sqlite()).await?; // another process may have made them meanwhile
    for name in there.iter().filter(|name| !wanted.contains_key(*name)) {
        let drop =
            if db.is_sqlite() { format!("DROP TRIGGER {name}") } else { format!("DROP FUNCTION {name}() CASCADE") };
        tx.execute_unprepared(&drop).await?;
    }
    for (_, statements) in wanted.iter().filter(|(name, _)| !there.contains(*name)) {
        for statement in statements {
            tx.execute_unprepared(statement).await?;
        }
    }
    tx.commit().await
}

async fn there<C: ConnectionTrait>(c: &C, sqlite: bool) -> Result<BTreeSet<String>, StoreError> {
    let sql = if sqlite {
        "SELECT name FROM sqlite_master WHERE type = 'trigger' AND name GLOB 'marked_*'"
    } else {
        "SELECT t.tgname::text AS name FROM pg_trigger t JOIN pg_class r ON r.oid = t.tgrelid \
         JOIN pg_namespace n ON n.oid = r.relnamespace \
         WHERE n.nspname = current_schema() AND NOT t.tgisinternal AND starts_with(t.tgname::text, 'marked_')"
    };
    let none: Vec<Value> = params![];
    database::rows(c, sql, none).await?.iter().map(|row| row.text("name")).collect()
}
