//! The SQL of counted offences.

use vault::{Change, FromRow, Plain, Row, StoreError, params};

use super::{Cell, Tally};

/// One count, as the pages read it.
pub(crate) struct Count {
    pub cell: Cell,
    pub n: u64,
}

impl FromRow for Count {
    fn from_row(row: &Row) -> Result<Self, StoreError> {
        let cell = Cell { area: row.text("area")?, month: row.text("month")?, category: row.text("category")? };
        Ok(Self { cell, n: row.count("n")? })
    }
}

/// Every count, by area.
pub(crate) async fn counts(plain: &Plain) -> Result<Vec<Count>, StoreError> {
    plain
        .rows(
            "SELECT area, month, category, n FROM offence_count WHERE n > 0 ORDER BY area, month, category",
            params![],
        )
        .await
}

/// How many offences of a category, as they are shown under an address: suppressed.
pub(crate) struct Known {
    pub category: String,
    pub count: base::counts::Count,
}

struct OfCategory {
    category: String,
    n: u64,
}

impl FromRow for OfCategory {
    fn from_row(row: &Row) -> Result<Self, StoreError> {
        Ok(Self { category: row.text("category")?, n: row.count("n")? })
    }
}

/// The offences of one area by category, in the twelve months up to the last one that came in. Somebody who comes from an address may know
/// who lives at it: so these go through the suppression of small numbers, open as they are.
pub(crate) async fn known_of(plain: &Plain, area: &str) -> Result<Vec<Known>, StoreError> {
    const SQL: &str = "SELECT category, CAST(SUM(n) AS BIGINT) AS n FROM offence_count WHERE area = $1 AND n > 0 AND month > \
         (SELECT CAST(CAST(substr(MAX(month), 1, 4) AS INTEGER) - 1 AS TEXT) || substr(MAX(month), 5, 3) FROM offence_count WHERE n > 0) \
         GROUP BY category ORDER BY category";
    let found: Vec<OfCategory> = plain.rows(SQL, params![area]).await?;
    let counts: Vec<Vec<u64>> = found.iter().map(|of| vec![of.n]).collect();
    let table = base::counts::suppress_table(&counts, base::counts::Rule::default())
        .map_err(|error| StoreError::BadValue { column: "n".to_owned(), problem: error.to_string() })?;
    let shown = table.cells.into_iter().filter_map(|cells| cells.into_iter().next());
    Ok(found.into_iter().zip(shown).map(|(of, count)| Known { category: of.category, count }).collect())
}

struct Counted;

impl FromRow for Counted {
    fn from_row(_: &Row) -> Result<Self, StoreError> {
        Ok(Self)
    }
}

/// Whether these lines are in the counts.
pub(super) async fn is_counted(plain: &Plain, delivery: &str, lines: (u64, u64)) -> Result<bool, StoreError> {
    const SQL: &str = "SELECT delivery FROM offence_chunk WHERE delivery = $1 AND from_line = $2 AND to_line = $3";
    Ok(plain.first::<Counted>(SQL, params![delivery, lines.0, lines.1]).await?.is_some())
}

/// Adds a tally to the counts, once for these lines: `false` where they are in already.
pub(super) async fn add(
    change: &mut Change,
    delivery: &str,
    lines: (u64, u64),
    tally: Tally,
) -> Result<bool, StoreError> {
    let noted = change
        .execute(
            "INSERT INTO offence_chunk (delivery, from_line, to_line, counted_at) VALUES ($1, $2, $3, $4) \
             ON CONFLICT (delivery, from_line, to_line) DO NOTHING",
            params![delivery, lines.0, lines.1, change.now()],
        )
        .await?;
    if noted == 0 {
        return Ok(false);
    }
    let rows = tally.changes().map(|(cell, by)| params![cell.area, cell.month, cell.category, by]).collect();
    change
        .insert_many(
            "offence_count",
            &["area", "month", "category", "n"],
            rows,
            "ON CONFLICT (area, month, category) DO UPDATE SET n = offence_count.n + excluded.n",
        )
        .await?;
    crate::area::bump_version(change).await?;
    Ok(true)
}
