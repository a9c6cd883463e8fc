//! No feed brings a label. To which group somebody says that a child belongs is not data about what the child did or what was done to them:
//! what is kept is behaviour, dated, sourced and graded (the regulator's notice on the Gangs Violence Matrix, 2018).

use base::names::fold;

use super::{Column, Kind};

/// Words that name a person by a group they are said to belong to.
const LABELS: [&str; 4] = ["gang", "gangs", "gangster", "ganger"];

/// Refuses columns, under any of their names, and codes, in any of their spellings, that carry a label.
pub(super) fn check(columns: &[Column]) -> Result<(), String> {
    for column in columns {
        let spellings = match &column.kind {
            Kind::Code { spellings, codes } => spellings.keys().chain(codes).collect(),
            _ => Vec::new(),
        };
        let names = std::iter::once(&column.name).chain(&column.also).chain([&column.key]).chain(spellings);
        if let Some(label) = names.into_iter().find(|name| is_label(name)) {
            return Err(format!(
                "column `{}`: `{label}` is a label, and a label is not kept about anybody: bring what was done, when, and who says so",
                column.name
            ));
        }
    }
    Ok(())
}

fn is_label(name: &str) -> bool {
    let folded = fold(&name.replace('_', " "));
    folded.split(|letter: char| !letter.is_alphanumeric()).any(|word| LABELS.contains(&word))
}
