//! What can go wrong, in words for the person who wrote the spec or brought the records. Never holds a record's value.

use thiserror::Error as ThisError;

/// Why a spec, a table or a run was refused.
#[derive(Debug, Clone, PartialEq, Eq, ThisError)]
#[non_exhaustive]
pub enum Error {
    /// The text is not a spec: wrong TOML, an unknown key, or a value of the wrong type.
    #[error("the spec can't be read: {0}")]
    Unreadable(String),
    /// The spec reads well but does not make sense.
    #[error("the spec is wrong: {0}")]
    Spec(String),
    /// The table lacks columns that the spec's fields name.
    #[error("the records have no column {missing}; they have {present}")]
    MissingColumns {
        /// Fields without a column, each in back-ticks.
        missing: String,
        /// The columns that there are, each in back-ticks.
        present: String,
    },
    /// A chance is neither given in the spec nor learnt from records yet.
    #[error("the spec is not trained: {0} is missing. Train it with records first, or give the chance in the spec")]
    Untrained(String),
    /// There is nothing to learn from.
    #[error("the spec can't be trained: {0}")]
    Training(String),
    /// No blocking rules can be suggested.
    #[error("no blocking rules can be suggested: {0}")]
    Suggestion(String),
    /// A column holds something that has no text form.
    #[error("column `{column}` holds {kind}, which can't be read as text")]
    ColumnType {
        /// The column's name.
        column: String,
        /// Arrow's name for what it holds.
        kind: String,
    },
    /// Columns of one table differ in length, or batches in their columns.
    #[error("the records don't fit together: {0}")]
    Shape(String),
    /// More records than a 32-bit number counts.
    #[error("{0} records are more than one run can hold (4,294,967,294)")]
    TooManyRecords(usize),
    /// The blocking rules find more pairs than the run may compare.
    #[error(
        "the blocking rules would compare up to {pairs} pairs, more than the budget of {budget}. Rule `{rule}` alone finds {rule_pairs}; \
         its largest block holds {largest} records. Narrow that rule, list its commonest placeholder as missing, or raise the budget"
    )]
    OverBudget {
        /// Pairs of all rules, those found twice counted twice.
        pairs: u64,
        /// The run's budget.
        budget: u64,
        /// The rule that finds most.
        rule: String,
        /// What that rule finds.
        rule_pairs: u64,
        /// Records in that rule's largest block.
        largest: u64,
    },
    /// A constraint, an earlier link or a new record names a record that is not there.
    #[error("{what} names record {record}, but there are only {records} records, counted from 0")]
    NoSuchRecord {
        /// Where it was named.
        what: &'static str,
        /// The record's number.
        record: u64,
        /// How many records there are.
        records: usize,
    },
    /// A record of an index was removed before.
    #[error("record {record} was removed from the index before")]
    Removed {
        /// The record's number.
        record: u32,
    },
    /// A record that an index takes up has no id.
    #[error(
        "row {row}, counted from 0, has no id in column `{column}`; give each record one of its own. No record was added"
    )]
    MissingId {
        /// The column of ids.
        column: String,
        /// The row of the table.
        row: u32,
    },
    /// A record that an index takes up has the id of another.
    #[error(
        "row {row}, counted from 0, has the same id in column `{column}` as record {record}; remove that one first, or give this one an id of \
         its own. No record was added"
    )]
    DuplicateId {
        /// The column of ids.
        column: String,
        /// The row of the table.
        row: u32,
        /// The record that has it, by its number in the index.
        record: u32,
    },
    /// A constraint pairs a record with itself.
    #[error("{what} pairs record {record} with itself")]
    SamePair {
        /// Where it was named.
        what: &'static str,
        /// The record's number.
        record: u32,
    },
}
