//! The catalogue’s codes in plain words.

pub(super) use crate::wording::sentence;
use vault::catalogue::{Entry, Erasure, Retention, TableKind};

use crate::law::law;

pub(super) fn spaced(code: &str) -> String {
    code.replace(['_', ':'], " ")
}

pub(super) fn about(entry: &Entry) -> &'static str {
    match entry.kind {
        TableKind::Subject => "people known to partners",
        TableKind::Staff => "those who work here",
        TableKind::Plain => "nobody",
    }
}

pub(super) fn category(entry: &Entry) -> String {
    match entry.category.strip_prefix('\'').and_then(|rest| rest.strip_suffix('\'')) {
        Some(code) => code.parse().map_or_else(|_| spaced(code), |code| law().category(&code).name).replace('_', " "),
        None if entry.category.is_empty() => "not said".to_owned(),
        None => "as each row says".to_owned(),
    }
}

pub(super) fn controller(entry: &Entry) -> &'static str {
    if entry.controller == "unit" || entry.controller.is_empty() {
        "the unit"
    } else {
        "whichever agency each row says"
    }
}

pub(super) fn retention(entry: &Entry) -> String {
    match entry.retention_rule() {
        Some(Retention::UntilItsDay) => "until the day that its feed gives".to_owned(),
        Some(Retention::Days { days, after }) => format!("{days} days after the time “{}”", spaced(&after)),
        Some(Retention::With(table)) => format!("as long as its {}", spaced(&table)),
        Some(Retention::While(table)) => format!("as long as some {} names it", spaced(&table)),
        Some(Retention::ForEver) => "without end".to_owned(),
        None => spaced(&entry.retention),
    }
}

pub(super) fn subject_sees(entry: &Entry) -> String {
    match entry.subject_sees.split_once(':') {
        Some(("withheld", why)) => format!("is not shown it ({})", spaced(why)),
        _ => match entry.subject_sees.as_str() {
            "shown" => "is shown it".to_owned(),
            "summarised" => "is told of it in summary".to_owned(),
            "" => "not said".to_owned(),
            other => spaced(other),
        },
    }
}

pub(super) fn correction(entry: &Entry) -> String {
    match entry.correction.as_str() {
        "new_version" => "by a new version".to_owned(),
        "edit" => "in place".to_owned(),
        "never" => "never: it says what was done".to_owned(),
        "" => "not said".to_owned(),
        other => spaced(other),
    }
}

pub(super) fn erasure(entry: &Entry) -> String {
    match entry.erasure_rule() {
        Some(Erasure::Row) => "row by row".to_owned(),
        Some(Erasure::Columns(columns)) => format!("emptied: {}", spaced(&columns.join(", "))),
        Some(Erasure::With(table)) => format!("with its {}", spaced(&table)),
        Some(Erasure::Emptied) => "all of it, whenever somebody is erased".to_owned(),
        Some(Erasure::Never) => "never".to_owned(),
        None => "not said".to_owned(),
    }
}
