//! The schema obeys policy: every table is in the catalogue, and what the catalogue says is there.

use crate::{
    StoreError, TableKind, Vault,
    catalogue::{Entry, Erasure, Retention},
    schema,
    schema::{ColumnKind, Table},
};

/// Holds the database's tables against the catalogue and gives everything that is wrong, in words; empty where all is well.
///
/// # Errors
/// The database's.
pub async fn check_catalogue(vault: &Vault) -> Result<Vec<String>, StoreError> {
    let tables = schema::tables(vault.database()).await?;
    let entries = vault.catalogue().await?;
    let mut wrong = Vec::new();
    for table in &tables {
        if !entries.iter().any(|entry| entry.table == table.name) {
            wrong.push(format!("table `{}` is not in the catalogue", table.name));
        }
    }
    for entry in &entries {
        match tables.iter().find(|table| table.name == entry.table) {
            Some(table) => check(entry, table, &mut wrong),
            None => wrong.push(format!("the catalogue names `{}`, which is no table", entry.table)),
        }
        for problem in entry.unreadable_rules() {
            wrong.push(format!("`{}`: {problem}", entry.table));
        }
    }
    Ok(wrong)
}

fn check(entry: &Entry, table: &Table, wrong: &mut Vec<String>) {
    let mut say = |problem: String| wrong.push(format!("`{}`: {problem}", entry.table));
    if let Some(Retention::Days { after, .. }) = entry.retention_rule()
        && !table.columns.iter().any(|column| column.name == after && column.kind == ColumnKind::Int)
    {
        say(format!("counts its days from `{after}`, which is no column of times"));
    }
    if matches!(entry.retention_rule(), Some(Retention::Days { .. })) && entry.erasure_rule() == Some(Erasure::Never) {
        say("ends after some days and is never erased".to_owned());
    }
    if entry.kind == TableKind::Plain {
        return;
    }
    let filled = [
        ("retention", &entry.retention),
        ("subject_sees", &entry.subject_sees),
        ("correction", &entry.correction),
        ("erasure", &entry.erasure),
    ];
    if entry.kind == TableKind::Subject {
        for (name, rule) in filled {
            if rule.is_empty() {
                say(format!("says nothing on {name}"));
            }
        }
        for column in ["controller", "category"] {
            if !table.has(column) {
                say(format!("a subject table has a column `{column}`"));
            }
        }
        if entry.person_column.is_empty() {
            say("does not say which column names the person or the record".to_owned());
        }
    }
    let quoted = |text: &str| text.starts_with('\'') && text.ends_with('\'');
    let named = entry.person_columns().chain([entry.controller.as_str(), entry.category.as_str()]);
    for column in named {
        if !column.is_empty() && column != "unit" && !quoted(column) && !table.has(column) {
            say(format!("names a column `{column}` that is not there"));
        }
    }
}
