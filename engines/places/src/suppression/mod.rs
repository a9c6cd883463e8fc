//! Disclosure control: which cells of a table of counts may be shown, so that nobody can work out a small count from the rest.
//!
//! - [`tables`]: tables with their totals, areas within districts, and several tables that share cells.
//! - [`primary`]: which counts are too small to show.
//! - [`secondary`]: what else must be hidden so that totals don't give them away; the fewest cells for small tables, few for large.
//! - [`audit`]: the attack: the least and the greatest that every hidden cell can be, by linear programming, from what is shown.
//! - [`rounding`]: rounding to a base with totals that still add up.
//! - [`editions`]: two releases of the same people, laid side by side.
//!
//! Sources: Fischetti & Salazar, "Solving the cell suppression problem on tabular data with linear constraints", Management
//! Science 47 (2001); Hundepool et al., Statistical Disclosure Control (Wiley 2012); the ONS's and NHS Digital's rule that counts
//! of 1 to 4 are not shown.

pub mod audit;
mod boxes;
mod cheapest;
pub mod editions;
mod optimal;
mod polytope;
pub mod primary;
pub mod rounding;
pub mod secondary;
pub mod tables;

use thiserror::Error;

pub use audit::{Audit, Range, audit};
pub use primary::Rule;
pub use secondary::{Effort, Pattern, State, protect};
pub use tables::{Dimension, Linked, Table};

/// Why a table cannot be protected.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum SuppressionError {
    /// A count below 0.
    #[error("row {row}, {cell}: the count is {count}, and no count is below 0: correct the row", row = .row + 1)]
    Negative {
        /// The row, counted from 0.
        row: usize,
        /// Which cell.
        cell: String,
        /// The count.
        count: i64,
    },
    /// A total that isn't the sum of its parts.
    #[error("row {row}, {cell}: the total is {total} and its parts add up to {parts}: count both from the same rows, unrounded", row = .row + 1)]
    DoesNotAddUp {
        /// The total's row, counted from 0.
        row: usize,
        /// The total.
        cell: String,
        /// As given.
        total: u64,
        /// What the parts add up to.
        parts: u64,
    },
    /// Two tables that count one cell differently.
    #[error("{cell} is {first} in table {one} and {second} in table {other}: count both tables from the same rows", one = .one + 1, other = .other + 1)]
    TablesDiffer {
        /// Which cell.
        cell: String,
        /// The first table, counted from 0.
        one: usize,
        /// Its count.
        first: u64,
        /// The other table, counted from 0.
        other: usize,
        /// Its count.
        second: u64,
    },
    /// A code that its dimension doesn't have.
    #[error("row {row}: {dimension} has no `{code}` that is not itself a total: add it to the codes, or correct the row", row = .row + 1)]
    NoSuchCode {
        /// The row, counted from 0.
        row: usize,
        /// The dimension.
        dimension: String,
        /// The code.
        code: String,
    },
    /// A code twice, its own parent, or under a parent that there isn't.
    #[error(
        "{dimension}: `{code}` comes twice, lies within itself, or lies within a code that there isn't: each code comes once, within another or within none"
    )]
    BadCode {
        /// The dimension.
        dimension: String,
        /// The code.
        code: String,
    },
    /// Not as many counts or codes as the table has cells or dimensions.
    #[error("row {row}: there are {given} and there should be {expected}: give one count for each cell, and one code for each dimension", row = .row + 1)]
    WrongLength {
        /// The row, counted from 0; for counts the first that is missing or too many.
        row: usize,
        /// How many were given.
        given: usize,
        /// How many there should be.
        expected: usize,
    },
    /// A table without dimensions, a dimension without codes, or no table.
    #[error("there is nothing to protect: give at least one table with a dimension that has codes")]
    Empty,
    /// Counts whose sum is no longer exact.
    #[error("row {row}: the counts add up to more than 4,503,599,627,370,496: no table of people is so large", row = .row + 1)]
    TooLargeCount {
        /// The row, counted from 0.
        row: usize,
    },
    /// More cells than can be worked with at once.
    #[error(
        "the linked tables have {cells} cells, too many to protect at once: publish fewer details, or protect districts one by one"
    )]
    TooLarge {
        /// How many cells.
        cells: usize,
    },
    /// A rule that protects nothing.
    #[error(
        "the rule makes no sense: the threshold and the base are at least 2, and a hidden count must be able to be lower or higher by at least 1"
    )]
    Rule,
    /// A cell number beyond the last, or as many marks as there aren't cells.
    #[error("cell {cell} is named, and there are {cells}")]
    NoSuchCell {
        /// The cell, counted from 0.
        cell: usize,
        /// How many there are.
        cells: usize,
    },
    /// The linear programme came to no end.
    #[error("the attack on {cell} came to no end, so that it isn't known to be safe: publish fewer details")]
    Stalled {
        /// Which cell.
        cell: String,
    },
}
