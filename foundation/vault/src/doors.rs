//! The doors to the rows: [`Plain`] for what is about nobody, [`Staff`] for those who work here (logged), [`Reader`] for
//! people (under a [`Permit`]).

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use base::counts;

use crate::{
    FromRow, Held, Permit, StoreError, Value, Vault, Verb,
    catalogue::{Guard, TableKind},
    database,
    database::Database,
};

#[derive(Debug, Clone)]
pub(crate) struct Door {
    pub(crate) db: Database,
    pub(crate) guard: Arc<Guard>,
    pub(crate) allowed: TableKind,
}

impl Door {
    async fn rows<T: FromRow>(&self, sql: &'static str, params: Vec<Value>) -> Result<Vec<T>, StoreError> {
        self.guard.check(sql, self.allowed)?;
        database::rows(&self.db.pool, sql, params).await?.iter().map(T::from_row).collect()
    }

    async fn rows_in<T: FromRow>(
        &self,
        sql: &'static str,
        params: Vec<Value>,
        keys: &[Value],
    ) -> Result<Vec<T>, StoreError> {
        self.guard.check(sql, self.allowed)?;
        let mut found = Vec::new();
        for part in keys.chunks(200) {
            let (text, values) = spread(sql, &params, part);
            for row in database::rows(&self.db.pool, &text, values).await? {
                found.push(T::from_row(&row)?);
            }
        }
        Ok(found)
    }
}

/// Puts the keys where `{in}` stands, as placeholders behind those of `params`.
pub(crate) fn spread(sql: &str, params: &[Value], keys: &[Value]) -> (String, Vec<Value>) {
    let places: Vec<String> = (1..=keys.len()).map(|n| format!("${}", params.len() + n)).collect();
    let values = params.iter().chain(keys).cloned().collect();
    (sql.replace("{in}", &places.join(", ")), values)
}

macro_rules! open_door {
    ($name:ident) => {
        impl $name {
            /// All rows of a statement.
            ///
            /// # Errors
            /// [`StoreError::WrongDoor`] for a table that this door may not read; else the database's.
            pub async fn rows<T: FromRow>(&self, sql: &'static str, params: Vec<Value>) -> Result<Vec<T>, StoreError> {
                self.0.rows(sql, params).await
            }

            /// The first row, if there is one.
            ///
            /// # Errors
            /// As [`Self::rows`].
            pub async fn first<T: FromRow>(
                &self,
                sql: &'static str,
                params: Vec<Value>,
            ) -> Result<Option<T>, StoreError> {
                Ok(self.rows(sql, params).await?.into_iter().next())
            }

            /// All rows of a statement with `IN ({in})`, asked in parts of 200 keys.
            ///
            /// # Errors
            /// As [`Self::rows`].
            pub async fn rows_in<T: FromRow>(
                &self,
                sql: &'static str,
                params: Vec<Value>,
                keys: &[Value],
            ) -> Result<Vec<T>, StoreError> {
                self.0.rows_in(sql, params, keys).await
            }
        }
    };
}

/// Reads tables about nobody.
#[derive(Debug, Clone)]
pub struct Plain(pub(crate) Door);

/// Reads tables about those who work here, and tables about nobody.
#[derive(Debug, Clone)]
pub struct Staff(pub(crate) Door);

open_door!(Plain);
open_door!(Staff);

impl Staff {
    /// A number that grows with every change that this process commits: while it stays, only another process can have changed
    /// what was read.
    #[must_use]
    pub fn changes(&self) -> u64 {
        self.0.db.changes()
    }
}

/// Reads tables about people, under a permit: a row that the permit does not cover never leaves, nor a
/// field that it does not name.
#[derive(Clone)]
pub struct Reader {
    pub(crate) door: Door,
    pub(crate) permit: Permit,
    pub(crate) vault: Vault,
}

impl std::fmt::Debug for Reader {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Reader").field("permit", &self.permit).finish_non_exhaustive()
    }
}

impl Reader {
    /// The permit that this reader reads under.
    #[must_use]
    pub fn permit(&self) -> &Permit {
        &self.permit
    }

    /// The vault that it reads: for what must be written down before what was read is released.
    #[must_use]
    pub fn vault(&self) -> &Vault {
        &self.vault
    }

    /// The rows of a statement that the permit covers, by each row's controller and category.
    ///
    /// # Errors
    /// The database's, [`StoreError::BadValue`], or [`StoreError::NoLonger`] ([`Vault::still_stands`]).
    pub async fn rows<T: FromRow + Held>(&self, sql: &'static str, params: Vec<Value>) -> Result<Vec<T>, StoreError> {
        self.vault.still_stands(&self.permit).await?;
        let mut rows: Vec<T> = self.door.rows(sql, params).await?;
        self.keep_covered(&mut rows);
        Ok(rows)
    }

    /// The first row that the permit covers.
    ///
    /// # Errors
    /// As [`Self::rows`].
    pub async fn first<T: FromRow + Held>(
        &self,
        sql: &'static str,
        params: Vec<Value>,
    ) -> Result<Option<T>, StoreError> {
        Ok(self.rows(sql, params).await?.into_iter().next())
    }

    /// The covered rows of a statement with `IN ({in})`, asked in parts of 200 keys.
    ///
    /// # Errors
    /// As [`Self::rows`].
    pub async fn rows_in<T: FromRow + Held>(
        &self,
        sql: &'static str,
        params: Vec<Value>,
        keys: &[Value],
    ) -> Result<Vec<T>, StoreError> {
        self.vault.still_stands(&self.permit).await?;
        let mut rows: Vec<T> = self.door.rows_in(sql, params, keys).await?;
        self.keep_covered(&mut rows);
        Ok(rows)
    }

    fn keep_covered<T: Held>(&self, rows: &mut Vec<T>) {
        rows.retain_mut(|row| self.permit.let_through(row));
    }
}

/// Counts people without showing any, under a permit to count. What leaves has been through suppression.
#[derive(Clone)]
pub struct Counter {
    pub(crate) door: Door,
    pub(crate) permit: Permit,
    pub(crate) vault: Vault,
}

impl std::fmt::Debug for Counter {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Counter").field("permit", &self.permit).finish_non_exhaustive()
    }
}

/// Where in a table a count with such codes stands: its row and column.
pub type Place<'p> = &'p (dyn for<'k> Fn(&[&'k str]) -> Option<(&'k str, &'k str)> + Sync);

/// One cell of a count before suppression; stays inside the vault.
struct Cell {
    row: String,
    column: String,
    count: u64,
}

/// The counts of one combination of codes; stays inside the vault.
struct Group {
    keys: String,
    count: u64,
}

impl FromRow for Group {
    fn from_row(row: &crate::Row) -> Result<Self, StoreError> {
        Ok(Self { keys: row.text("keys")?, count: row.count("n")? })
    }
}

impl FromRow for Cell {
    fn from_row(row: &crate::Row) -> Result<Self, StoreError> {
        Ok(Self { row: row.text("row_key")?, column: row.text("column_key")?, count: row.count("n")? })
    }
}

/// A table as it was counted, for whoever says what of it may be shown, and for nobody else.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CountedTable {
    /// The keys of the rows, sorted.
    pub rows: Vec<String>,
    /// The keys of the columns, sorted.
    pub columns: Vec<String>,
    /// The counts, row by row.
    pub counts: Vec<Vec<u64>>,
}

/// Says what of tables that stand side by side may be shown, in their order.
pub type Suppress<'s> = &'s (dyn Fn(&[CountedTable]) -> Result<Vec<counts::SafeTable>, counts::NotATable> + Sync);

/// A table of counts as it may be published: margins included, small numbers and what would reveal them withheld.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Published {
    /// The keys of the rows, sorted.
    pub rows: Vec<String>,
    /// The keys of the columns, sorted.
    pub columns: Vec<String>,
    /// The counts by row and column, with totals.
    pub table: counts::SafeTable,
}

impl Counter {
    /// The permit that this counter counts under.
    #[must_use]
    pub fn permit(&self) -> &Permit {
        &self.permit
    }

    /// Counts people by a row key and a column key. The statement gives `row_key`, `column_key` and `n` and must restrict
    /// itself to `controller || ' ' || category IN ({in})`, which is filled with what the permit covers.
    ///
    /// # Errors
    /// [`StoreError::Permit`] where the permit isn't one to count, or the statement has no `{in}`.
    pub async fn table(&self, sql: &'static str, params: Vec<Value>) -> Result<Published, StoreError> {
        let cells: Vec<Cell> = self.covered(sql, params).await?;
        let counted = CountedTable::of(cells.iter().map(|cell| (cell.row.as_str(), cell.column.as_str(), cell.count)));
        let safe = counted.by_itself().map_err(not_a_table)?;
        Ok(counted.published(safe))
    }

    /// Counts people once for many tables. The statement gives `keys` (codes with one space between each) and `n`, and
    /// restricts itself as that of [`Counter::table`]. Each of `tables` says at which row and column a count with such codes
    /// stands, or that it stands in none; each is published by itself, so they must have no people in common that a reader
    /// could compare. Whoever asks sees no count before its suppression.
    ///
    /// # Errors
    /// As [`Counter::table`].
    pub async fn tables(
        &self,
        sql: &'static str,
        params: Vec<Value>,
        tables: &[Place<'_>],
    ) -> Result<Vec<Published>, StoreError> {
        self.tables_together(sql, params, tables, &|counted| counted.iter().map(CountedTable::by_itself).collect())
            .await
    }

    /// As [`Counter::tables`], for tables of the same people that stand side by side: `suppress` says of all of them together
    /// what may be shown, and is the only one who sees the counts before that.
    ///
    /// # Errors
    /// As [`Counter::table`].
    pub async fn tables_together(
        &self,
        sql: &'static str,
        params: Vec<Value>,
        tables: &[Place<'_>],
        suppress: Suppress<'_>,
    ) -> Result<Vec<Published>, StoreError> {
        let groups: Vec<Group> = self.covered(sql, params).await?;
        let groups: Vec<(Vec<&str>, u64)> =
            groups.iter().map(|group| (group.keys.split(' ').collect(), group.count)).collect();
        let table = |place: &Place<'_>| {
            CountedTable::of(groups.iter().filter_map(|(keys, n)| place(keys).map(|(row, column)| (row, column, *n))))
        };
        let counted: Vec<CountedTable> = tables.iter().map(table).collect();
        let safe = suppress(&counted).map_err(not_a_table)?;
        Ok(counted.into_iter().zip(safe).map(|(counted, table)| counted.published(table)).collect())
    }

    async fn covered<T: FromRow>(&self, sql: &'static str, params: Vec<Value>) -> Result<Vec<T>, StoreError> {
        if self.permit.verb() != Verb::Count {
            return Err(StoreError::Permit("it is not a permit to count"));
        }
        if !sql.contains("{in}") {
            return Err(StoreError::Permit("the statement does not restrict itself to what is covered"));
        }
        self.vault.still_stands(&self.permit).await?;
        let keys: Vec<Value> = self.permit.grants().iter().map(covered_key).collect();
        self.door.rows_in(sql, params, &keys).await
    }
}

fn covered_key(grant: &crate::Grant) -> Value {
    Value::Text(Some(format!("{} {}", grant.facet.controller, grant.facet.category)))
}

fn not_a_table(error: counts::NotATable) -> StoreError {
    StoreError::BadValue { column: "n".to_owned(), problem: error.to_string() }
}

impl CountedTable {
    fn of<'c>(cells: impl Iterator<Item = (&'c str, &'c str, u64)>) -> Self {
        let mut sums: BTreeMap<&str, BTreeMap<&str, u64>> = BTreeMap::new();
        for (row, column, count) in cells {
            *sums.entry(row).or_default().entry(column).or_default() += count;
        }
        let columns: BTreeSet<&str> = sums.values().flat_map(BTreeMap::keys).copied().collect();
        let line =
            |row: &BTreeMap<&str, u64>| columns.iter().map(|column| row.get(column).copied().unwrap_or(0)).collect();
        Self {
            counts: sums.values().map(line).collect(),
            rows: sums.into_keys().map(str::to_owned).collect(),
            columns: columns.into_iter().map(str::to_owned).collect(),
        }
    }

    /// What of it may be shown where nothing else is.
    ///
    /// # Errors
    /// Where the counts are too large to add up.
    pub fn by_itself(&self) -> Result<counts::SafeTable, counts::NotATable> {
        counts::suppress_table(&self.counts, counts::Rule::default())
    }

    fn published(self, table: counts::SafeTable) -> Published {
        Published { rows: self.rows, columns: self.columns, table }
    }
}
