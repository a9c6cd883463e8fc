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
            Some(table) => {
                check(entry, table, &mut wrong);
                if entry.kind == TableKind::Subject {
                    wrong.extend(
                        has_an_end(entry, &entries, &tables).err().map(|why| format!("`{}`: {why}", entry.table)),
                    );
                }
            }
            None => wrong.push(format!("the catalogue names `{}`, which is no table", entry.table)),
        }
        for problem in entry.unreadable_rules() {
            wrong.push(format!("`{}`: {problem}", entry.table));
        }
    }
    Ok(wrong)
}

/// Whether every row about somebody goes one day, or says why it doesn't: by itself, or with a row that does.
fn has_an_end(entry: &Entry, entries: &[Entry], tables: &[Table]) -> Result<(), String> {
    let shape = |name: &str| tables.iter().find(|table| table.name == name);
    let own = |column: &str| shape(&entry.table).is_some_and(|table| table.has(column));
    match entry.retention_rule() {
        Some(Retention::ForEver) if entry.retention == "for_ever" => {
            Err("is kept for ever and does not say why (`for_ever:why`)".to_owned())
        }
        Some(Retention::ForEver) | None => Ok(()),
        Some(Retention::UntilItsDay) => {
            match ["id", "feed", "source_key", "expires_on"].iter().find(|column| !own(column)) {
                Some(column) => Err(format!("goes on its own day and has no `{column}`")),
                None => Ok(()),
            }
        }
        Some(Retention::Days { .. }) if own("id") => Ok(()),
        Some(Retention::Days { .. }) => Err("goes after some days and has no `id` for its tombstone".to_owned()),
        Some(Retention::While(by)) => match shape(&by) {
            Some(by) if by.has(&entry.table) && own("id") => Ok(()),
            _ => Err(format!("goes when `{by}` names it no more, which has no column `{}`", entry.table)),
        },
        Some(Retention::With(parent)) => {
            if !own(&parent) && !entry.person_columns().any(own) {
                return Err(format!("goes with `{parent}` and does not say with which"));
            }
            // It may be another stage's, which is not part of every test.
            let goes = entries.iter().find(|other| other.table == parent && other.table != entry.table);
            let Some(goes) = goes else { return Ok(()) };
            has_an_end(goes, entries, tables).map_err(|why| format!("goes with `{parent}`, which {why}"))
        }
    }
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
