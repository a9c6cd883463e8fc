//! What tables and columns the database has, in the order in which they were made: for the catalogue's check, for expiry,
//! and for backups.

use crate::{StoreError, database, database::Database, params};

/// A table as the database has it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Table {
    pub name: String,
    pub columns: Vec<Column>,
}

/// A column and its portable kind.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Column {
    pub name: String,
    pub kind: ColumnKind,
}

/// The four portable kinds; SQLite keeps a boolean as an integer and can't tell.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum ColumnKind {
    Text,
    Int,
    Real,
    Bool,
}

impl Table {
    pub(crate) fn has(&self, column: &str) -> bool {
        self.columns.iter().any(|own| own.name == column)
    }
}

/// Every table, parents before the children that refer to them, since a table can refer only to one that was there.
pub(crate) async fn tables(db: &Database) -> Result<Vec<Table>, StoreError> {
    let sql = if db.is_sqlite() {
        "SELECT m.name AS table_name, c.name AS column_name, c.type AS kind FROM sqlite_master m, pragma_table_info(m.name) c \
         WHERE m.type = 'table' AND m.name NOT GLOB 'sqlite_*' ORDER BY m.rowid, c.cid"
    } else {
        "SELECT c.relname::text AS table_name, a.attname::text AS column_name, format_type(a.atttypid, NULL) AS kind \
         FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace JOIN pg_attribute a ON a.attrelid = c.oid \
         WHERE c.relkind = 'r' AND n.nspname = current_schema() AND a.attnum > 0 AND NOT a.attisdropped \
         ORDER BY c.oid, a.attnum"
    };
    let mut found: Vec<Table> = Vec::new();
    for row in database::rows(&db.pool, sql, params![]).await? {
        let name = row.text("table_name")?;
        let column = Column { name: row.text("column_name")?, kind: kind(&row.text("kind")?) };
        match found.last_mut() {
            Some(table) if table.name == name => table.columns.push(column),
            _ => found.push(Table { name, columns: vec![column] }),
        }
    }
    Ok(found)
}

fn kind(name: &str) -> ColumnKind {
    match name.to_ascii_lowercase().as_str() {
        "integer" | "bigint" => ColumnKind::Int,
        "real" | "double precision" => ColumnKind::Real,
        "boolean" => ColumnKind::Bool,
        _ => ColumnKind::Text,
    }
}
