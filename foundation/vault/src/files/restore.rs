//! Restoring a backup into an empty place, on either engine. What is restored is marked, and the vault refuses to open until
//! what was erased after the backup has been erased again (the tombstone file is replayed).

use std::io::{BufRead, BufReader, Read};

use super::{
    backup::{BackupKey, LEFT_OUT},
    backup_frames::{Line, Part, from_json, open, read_line, unread},
    blobs::path_of,
    create, directory, keys, settle,
};
use crate::{Migration, Opening, StoreError, Value, database, database::Database, migrate, params, schema};

/// What was restored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RestoreReport {
    /// When the backup was made.
    pub made_at: String,
    /// Rows of all tables.
    pub rows: u64,
    /// Blobs.
    pub blobs: u64,
    /// Whether the keys came with it; else put them into `keys/` before opening.
    pub keys: bool,
}

/// Restores a backup into the opening's location and directory, which must be empty. Then put the installation's
/// `tombstones.log` (and its keys, where they weren't in the backup) into the directory and open the vault: it replays the file first.
///
/// # Errors
/// Where the place isn't empty, the key doesn't fit, the backup is damaged or made by a newer program. The database is
/// then as it was.
pub async fn restore(opening: &Opening, from: impl Read + Send, key: &BackupKey) -> Result<RestoreReport, StoreError> {
    let mut from = BufReader::new(open(from, key)?);
    let Line::Part(Part::Database { made_at, migrations }) = read_line(&mut from)? else {
        return Err(unread("it does not begin as a backup does"));
    };
    directory(&opening.directory)?;
    let db = Database::connect(&opening.location).await?;
    let report = restore_into(&db, opening, &mut from, &migrations, made_at).await;
    if let Err(error) = db.pool.close().await {
        tracing::warn!(%error, "the database did not close well");
    }
    report
}

async fn restore_into(
    db: &Database,
    opening: &Opening,
    from: &mut (impl BufRead + Send),
    migrations: &[i64],
    made_at: String,
) -> Result<RestoreReport, StoreError> {
    refuse_unless_empty(db).await?;
    let had = |migration: &&Migration| migrations.contains(&i64::from(migration.number));
    let known: Vec<Migration> = opening.migrations.iter().filter(had).copied().collect();
    let own = migrate::OWN.iter().filter(had).count();
    if known.len() + own != migrations.len() {
        return Err(unread("it was made by a newer program; use that one"));
    }
    migrate::run_these(db, migrate::OWN.iter().filter(had).chain(&known).collect(), opening.clock.as_ref()).await?;
    let tables = schema::tables(db).await?;
    let tx = db.begin().await?;
    for table in tables.iter().rev().filter(|table| !LEFT_OUT.contains(&table.name.as_str())) {
        database::execute(&*tx, &format!("DELETE FROM {}", table.name), params![]).await?;
    }
    let mut taking = Taking { tx: &tx, tables: &tables, table: None, waiting: Vec::new() };
    let mut report = RestoreReport { made_at, rows: 0, blobs: 0, keys: false };
    loop {
        match read_line(from)? {
            Line::Row(row) => {
                taking.row(&row).await?;
                report.rows += 1;
            }
            Line::Part(part) => {
                taking.write().await?;
                match part {
                    Part::Table { name, columns } => taking.begin(&name, &columns)?,
                    Part::Blob { id, bytes } => {
                        take_blob(opening, from, &id, bytes)?;
                        report.blobs += 1;
                    }
                    Part::Key { name, text } => {
                        take_key(opening, &name, &text)?;
                        report.keys = true;
                    }
                    Part::End { rows, blobs } if rows == report.rows && blobs == report.blobs => break,
                    Part::End { .. } | Part::Database { .. } => return Err(unread("its parts don't add up")),
                }
            }
        }
    }
    let mark = "INSERT INTO setting (name, value) VALUES ('restored_unreplayed', $1)";
    database::execute(&*tx, mark, params![&report.made_at]).await?;
    tx.commit().await?;
    Ok(report)
}

/// Every installation's log has entries, so a database without any holds nothing that could be lost.
async fn refuse_unless_empty(db: &Database) -> Result<(), StoreError> {
    let logged = schema::tables(db).await?.iter().any(|table| table.name == "audit_entry");
    if logged && !database::rows(&db.pool, "SELECT position FROM audit_entry LIMIT 1", params![]).await?.is_empty() {
        let problem = "there is a database already; restore into an empty place".to_owned();
        return Err(StoreError::File { what: "the place to restore into".to_owned(), problem });
    }
    Ok(())
}

/// The rows of one table on their way in.
struct Taking<'a> {
    tx: &'a database::Writing,
    tables: &'a [schema::Table],
    table: Option<(&'a schema::Table, Vec<&'a schema::Column>)>,
    waiting: Vec<Vec<Value>>,
}

impl<'a> Taking<'a> {
    fn begin(&mut self, name: &str, columns: &[String]) -> Result<(), StoreError> {
        let table = self.tables.iter().find(|table| table.name == name);
        let table = table.ok_or_else(|| unread(format!("it has a table `{name}` that this program does not know")))?;
        let found = columns.iter().map(|name| table.columns.iter().find(|column| column.name == *name));
        let columns: Option<Vec<&'a schema::Column>> = found.collect();
        let columns = columns.ok_or_else(|| unread(format!("its table `{name}` has other columns")))?;
        self.table = Some((table, columns));
        Ok(())
    }

    async fn row(&mut self, row: &[serde_json::Value]) -> Result<(), StoreError> {
        let (table, columns) = self.table.as_ref().ok_or_else(|| unread("it has a row of no table"))?;
        let values: Option<Vec<Value>> =
            row.iter().zip(columns).map(|(json, column)| from_json(json, column.kind)).collect();
        match values {
            Some(values) if values.len() == columns.len() => self.waiting.push(values),
            _ => return Err(unread(format!("a row of `{}` is damaged", table.name))),
        }
        if self.waiting.len() * columns.len() >= 2000 { self.write().await } else { Ok(()) }
    }

    async fn write(&mut self) -> Result<(), StoreError> {
        let Some((table, columns)) = &self.table else { return Ok(()) };
        let names: Vec<&str> = columns.iter().map(|column| column.name.as_str()).collect();
        let rows = std::mem::take(&mut self.waiting);
        crate::change::insert_rows(self.tx, &table.name, &names, rows, "").await.map(|_| ())
    }
}

fn take_blob(opening: &Opening, from: &mut impl Read, id: &str, bytes: u64) -> Result<(), StoreError> {
    let id: base::Id<base::kind::Blob> = id.parse().map_err(unread)?;
    directory(&opening.directory.join("blobs"))?;
    let path = path_of(&opening.directory, &id.to_string());
    let part = path.with_extension("part");
    let mut file = create(&part)?;
    let copied = std::io::copy(&mut from.take(bytes), &mut file).map_err(unread)?;
    if copied != bytes {
        return Err(unread("a blob is cut off"));
    }
    settle(&file, &part, &path)
}

fn take_key(opening: &Opening, name: &str, text: &str) -> Result<(), StoreError> {
    if ![keys::MASTER, keys::SIGNING].contains(&name) {
        return Err(unread("it has a key that this program does not know"));
    }
    keys::put_key(&directory(&opening.directory.join("keys"))?.join(name), text)
}
