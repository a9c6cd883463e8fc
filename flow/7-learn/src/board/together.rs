//! What of the board's tables may be shown when they stand side by side. Each may be safe by itself and yet give another away: those
//! whose clock has ended are those answered in time, answered late, come after their time and waiting with their time up, so that a total
//! of one table less three counts of another is a fourth. So all counts of the page, and every sum that ties them, are protected together, and what protects
//! them is attacked by linear programming before anything is shown (`places::suppression`).

use std::collections::{BTreeMap, BTreeSet};

use base::counts::{Count, NotATable, SafeTable, Why};
use places::suppression::{
    Effort, Linked, Rule, protect,
    tables::{Cell, Sum},
};
use vault::CountedTable;

use super::{CAME_LATE, IN_TIME, LATE, OPEN_LATE};

/// The clocks' endings after which somebody counts among those whose clock has ended.
const ENDED: [&str; 4] = [IN_TIME, LATE, CAME_LATE, OPEN_LATE];

/// Where a total stands among rows or columns.
const TOTAL: &str = "";

/// What may be shown of the table of clocks by type, the first, and of those of outcomes, the second of which is by type too. Where it
/// can't be found out, nothing is.
///
/// # Errors
/// Where counts are too large to add up.
pub(super) fn suppress(tables: &[CountedTable]) -> Result<Vec<SafeTable>, NotATable> {
    let safe: Vec<SafeTable> = tables.iter().map(CountedTable::by_itself).collect::<Result<_, _>>()?;
    let mut book = Book::default();
    for (at, table) in tables.iter().enumerate() {
        book.add(at, table);
    }
    if let Some(clocks) = tables.first() {
        book.tie(clocks);
    }
    let mut hidden = book.hidden();
    for (at, (table, safe)) in tables.iter().zip(&safe).enumerate() {
        hidden.extend(
            places(table, safe)
                .filter(|(_, _, count)| count.is_suppressed())
                .map(|(row, column, _)| name(at, row, column)),
        );
    }
    Ok(tables.iter().zip(safe).enumerate().map(|(at, (table, safe))| without(at, table, safe, &hidden)).collect())
}

/// One name for each count, whichever table it stands in: the tables of outcomes have their totals in common.
fn name(table: usize, row: &str, column: &str) -> String {
    match (table, row) {
        (0, row) => format!("clock:{row}:{column}"),
        (_, TOTAL) => format!("ended:{column}"),
        (table, row) => format!("{table}:{row}:{column}"),
    }
}

/// Each place of a table, its totals included, with what it shows.
fn places<'t>(table: &'t CountedTable, safe: &'t SafeTable) -> impl Iterator<Item = (&'t str, &'t str, Count)> {
    let rows = table.rows.iter().map(String::as_str).chain([TOTAL]);
    let columns = || table.columns.iter().map(String::as_str).chain([TOTAL]);
    let lines = safe.cells.iter().zip(&safe.row_totals).chain([(&safe.column_totals, &safe.total)]);
    rows.zip(lines).flat_map(move |(row, (line, total))| {
        columns().zip(line.iter().chain([total])).map(move |(column, count)| (row, column, *count))
    })
}

/// The table without what is hidden in any.
fn without(at: usize, table: &CountedTable, safe: SafeTable, hidden: &BTreeSet<String>) -> SafeTable {
    let shown = |row: &str, column: &str, count: Count| match count {
        Count::Shown(_) if hidden.contains(&name(at, row, column)) => Count::Suppressed(Why::Protects),
        count => count,
    };
    let line = |row: &str, line: &[Count]| -> Vec<Count> {
        table.columns.iter().zip(line).map(|(column, count)| shown(row, column, *count)).collect()
    };
    SafeTable {
        cells: table.rows.iter().zip(&safe.cells).map(|(row, cells)| line(row, cells)).collect(),
        row_totals: table.rows.iter().zip(&safe.row_totals).map(|(row, total)| shown(row, TOTAL, *total)).collect(),
        column_totals: line(TOTAL, &safe.column_totals),
        total: shown(TOTAL, TOTAL, safe.total),
    }
}

/// Every count of the page, and the sums in which they stand.
#[derive(Default)]
struct Book {
    numbers: BTreeMap<String, usize>,
    cells: Vec<Cell>,
    sums: Vec<Sum>,
}

impl Book {
    fn number(&mut self, name: String, count: u64, totals: u32) -> usize {
        let next = self.cells.len();
        let number = *self.numbers.entry(name.clone()).or_insert(next);
        if number == next {
            self.cells.push(Cell { count, name, totals });
        }
        number
    }

    fn add(&mut self, at: usize, table: &CountedTable) {
        let mut columns: Vec<Vec<usize>> = vec![Vec::new(); table.columns.len()];
        for (row, counts) in table.rows.iter().zip(&table.counts) {
            let parts: Vec<usize> = table
                .columns
                .iter()
                .zip(counts)
                .map(|(column, count)| self.number(name(at, row, column), *count, 0))
                .collect();
            columns.iter_mut().zip(&parts).for_each(|(column, part)| column.push(*part));
            let total = self.number(name(at, row, TOTAL), counts.iter().sum(), 1);
            self.sums.push(Sum { total, parts });
        }
        let mut parts = Vec::new();
        for (column, cells) in table.columns.iter().zip(columns) {
            let count = self.sum_of(&cells);
            let total = self.number(name(at, TOTAL, column), count, 1);
            self.sums.push(Sum { total, parts: cells });
            parts.push(total);
        }
        let count = self.sum_of(&parts);
        let total = self.number(name(at, TOTAL, TOTAL), count, 2);
        self.sums.push(Sum { total, parts });
    }

    fn sum_of(&self, cells: &[usize]) -> u64 {
        cells.iter().filter_map(|cell| self.cells.get(*cell)).map(|cell| cell.count).sum()
    }

    /// Those whose clock has ended, type by type and in all, are some of those in the table of clocks.
    fn tie(&mut self, clocks: &CountedTable) {
        for row in clocks.rows.iter().map(String::as_str).chain([TOTAL]) {
            let of = |column: &&str| self.numbers.get(&name(0, row, column)).copied();
            let parts: Vec<usize> = ENDED.iter().filter_map(of).collect();
            if let Some(total) = self.numbers.get(&name(1, row, TOTAL)).copied() {
                self.sums.push(Sum { total, parts });
            }
        }
    }

    /// The names of what must not be shown; all of them where that can't be found out.
    fn hidden(self) -> BTreeSet<String> {
        let all = || self.numbers.keys().cloned().collect();
        let Ok(linked) = Linked::of_sums(self.cells, self.sums) else { return all() };
        match protect(&linked, &Rule::default(), Effort::Good, &|_, _| ()) {
            Ok(pattern) => {
                let hidden = pattern.hidden();
                let is_hidden = |number: &usize| hidden.get(*number).copied().unwrap_or(true);
                self.numbers.iter().filter(|(_, number)| is_hidden(number)).map(|(name, _)| name.clone()).collect()
            }
            Err(_) => all(),
        }
    }
}
