//! Backups: every table in one consistent snapshot, and the blobs as they lie (encrypted), in one encrypted file that restores on
//! either engine. Keys are not in it unless asked for: who has the backup and its key should not thereby have the blobs and
//! the audit log's signing key; they are kept apart, once, since they never change.

use std::{
    fs::File,
    io::Write,
    path::{Path, PathBuf},
};

use base::code;
use sea_orm::{ConnectionTrait as _, DatabaseTransaction, IsolationLevel, TransactionOptions, TransactionTrait as _};

use super::{
    backup_frames::{Part, seal, to_json, unwritten, write_line},
    blobs::path_of,
    create, failed, keys, settle,
    stream::Encrypting,
};
use crate::{Actor, Cause, Operation, Purpose, Row, Scope, StoreError, Vault, database, params, schema};

/// What a backup is encrypted with.
#[derive(Clone)]
pub enum BackupKey {
    /// A file with 64 hexadecimal digits, made if it is missing; keep a copy away from the backups.
    File(PathBuf),
    /// A passphrase (argon2id).
    Passphrase(String),
}

/// Whether the master key and the signing key go into the backup.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum WithKeys {
    /// They are kept elsewhere and must be put back before what is restored opens.
    No,
    /// One file restores all; whoever opens it has all.
    Yes,
}

/// What a backup holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct BackupReport {
    /// Tables.
    pub tables: u64,
    /// Rows of all tables.
    pub rows: u64,
    /// Blobs.
    pub blobs: u64,
}

impl Vault {
    /// Writes a backup to `path`; it is there whole or not at all. Others go on reading and writing meanwhile. Making it is
    /// logged before a row leaves.
    ///
    /// # Errors
    /// The database's or the disk's.
    pub async fn backup(
        &self,
        actor: &Actor,
        path: &Path,
        key: &BackupKey,
        with_keys: WithKeys,
    ) -> Result<BackupReport, StoreError> {
        let cause = Cause {
            actor: actor.clone(),
            purpose: Purpose::Administration,
            operation: Operation::Disclosure,
            act: code!("backup_made"),
            scope: Scope::unit(),
        };
        self.change(cause).await?.commit().await?;
        let part = path.with_extension("part");
        let file = create(&part)?;
        let mut to = seal(std::io::BufWriter::new(file), key, self.random())?;
        let report = self.write_backup(&mut to, with_keys).await?;
        let file = to.finish().map_err(unwritten)?.into_inner().map_err(unwritten)?;
        settle(&file, &part, path)?;
        Ok(report)
    }

    async fn write_backup<W: Write + Send>(
        &self,
        to: &mut Encrypting<W>,
        with_keys: WithKeys,
    ) -> Result<BackupReport, StoreError> {
        let db = self.database();
        let tables = schema::tables(db).await?;
        let isolation_level = (!db.is_sqlite()).then_some(IsolationLevel::RepeatableRead);
        let options = TransactionOptions { isolation_level, ..TransactionOptions::default() };
        let snapshot = db.pool.begin_with_options(options).await?;
        let mut migrations = Vec::new();
        for row in database::rows(&snapshot, "SELECT number FROM migration ORDER BY number", params![]).await? {
            migrations.push(row.int("number")?);
        }
        write_line(to, &Part::Database { made_at: self.now().to_string(), migrations })?;
        let mut report = BackupReport { tables: 0, rows: 0, blobs: 0 };
        for table in tables.iter().filter(|table| !LEFT_OUT.contains(&table.name.as_str())) {
            report.tables += 1;
            report.rows += write_table(to, &snapshot, table).await?;
        }
        let kept = "SELECT id FROM blob WHERE wrapped_key IS NOT NULL ORDER BY id";
        for row in database::rows(&snapshot, kept, params![]).await? {
            report.blobs += u64::from(write_blob(to, self.directory(), row.text("id")?)?);
        }
        drop(snapshot);
        if with_keys == WithKeys::Yes {
            for name in [keys::MASTER, keys::SIGNING] {
                let path = self.directory().join("keys").join(name);
                let text = std::fs::read_to_string(&path).map_err(|error| failed(&path, &error))?;
                write_line(to, &Part::Key { name: name.to_owned(), text })?;
            }
        }
        write_line(to, &Part::End { rows: report.rows, blobs: report.blobs })?;
        Ok(report)
    }
}

/// Tables that are about one database and not about its content.
pub(super) const LEFT_OUT: [&str; 2] = ["migration", "writer"];

async fn write_table<W: Write>(
    to: &mut Encrypting<W>,
    snapshot: &DatabaseTransaction,
    table: &schema::Table,
) -> Result<u64, StoreError> {
    let columns: Vec<String> = table.columns.iter().map(|column| column.name.clone()).collect();
    let mut pages = Pages::open(snapshot, &table.name, &columns.join(", ")).await?;
    write_line(to, &Part::Table { name: table.name.clone(), columns })?;
    let mut count = 0;
    loop {
        let page = pages.next().await?;
        if page.is_empty() {
            pages.close().await?;
            return Ok(count);
        }
        for row in page {
            let values: Result<Vec<serde_json::Value>, StoreError> =
                table.columns.iter().map(|column| to_json(&row, &column.name, column.kind)).collect();
            write_line(to, &values?)?;
            count += 1;
        }
    }
}

/// A table's rows, a thousand at a time, those that a row of the same table refers to before it: SQLite gives them in the
/// order in which they came, PostgreSQL by their ids, which rise with time.
struct Pages<'a> {
    snapshot: &'a DatabaseTransaction,
    sqlite: bool,
    sql: String,
    cursor: String,
    after: i64,
}

impl<'a> Pages<'a> {
    async fn open(snapshot: &'a DatabaseTransaction, table: &str, columns: &str) -> Result<Self, StoreError> {
        let sqlite = snapshot.get_database_backend() == sea_orm::DbBackend::Sqlite;
        let cursor = format!("backup_{table}");
        let sql = if sqlite {
            format!("SELECT rowid AS backup_row, {columns} FROM {table} WHERE rowid > $1 ORDER BY rowid LIMIT 1000")
        } else {
            let declare = format!("DECLARE {cursor} NO SCROLL CURSOR FOR SELECT {columns} FROM {table} ORDER BY 1");
            snapshot.execute_unprepared(&declare).await?;
            format!("FETCH 1000 FROM {cursor}")
        };
        Ok(Self { snapshot, sqlite, sql, cursor, after: i64::MIN })
    }

    async fn next(&mut self) -> Result<Vec<Row>, StoreError> {
        let values = if self.sqlite { params![self.after] } else { params![] };
        let page = database::rows(self.snapshot, &self.sql, values).await?;
        if self.sqlite
            && let Some(last) = page.last()
        {
            self.after = last.int("backup_row")?;
        }
        Ok(page)
    }

    async fn close(self) -> Result<(), StoreError> {
        if !self.sqlite {
            self.snapshot.execute_unprepared(&format!("CLOSE {}", self.cursor)).await?;
        }
        Ok(())
    }
}

/// Writes a blob's file as it lies. One that is erased while the backup is made has gone, as it should.
fn write_blob<W: Write>(to: &mut Encrypting<W>, root: &Path, id: String) -> Result<bool, StoreError> {
    let path = path_of(root, &id);
    let Ok(mut file) = File::open(&path) else { return Ok(false) };
    let bytes = file.metadata().map_err(|error| failed(&path, &error))?.len();
    write_line(to, &Part::Blob { id, bytes })?;
    let copied = std::io::copy(&mut file, to).map_err(|error| failed(&path, &error))?;
    if copied == bytes { Ok(true) } else { Err(failed(&path, &"it changed while it was read")) }
}
