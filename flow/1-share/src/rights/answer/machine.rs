//! The answer for machines: JSON, documented in itself. Every row with every field, references too; what is left out says so with its
//! ground, but for grounds that would do the harm themselves by being named.

use serde_json::{Map, Value, json};

use super::{Answered, Shown};
use crate::rights::codes::Ground;

/// The version of this file's form.
const FORMAT: &str = "alongside-subject-access/1";

const ABOUT: &str = "Each of `held` is one row that is about you. `service` is who controls it, `kind` its kind of data, `table` where the system keeps \
     it, `what` what it is in plain words, `why_kept` why. `law` is `uk_gdpr` or `dpa_part_3`. `fields` are its fields by the name that the \
     system gives them: `label` in plain words, `value`, or `left_out` with the ground in law where it may be named. `left_out_rows` counts \
     whole rows that are left out, by ground. Times are on London's clocks.";

fn ground(ground: Ground) -> Value {
    if ground.is_silent() {
        json!({})
    } else {
        json!({ "ground": ground.code(), "words": ground.words(), "law": ground.more() })
    }
}

fn row(row: &Shown<'_>) -> Value {
    let mut fields = Map::new();
    for (field, left_out) in &row.fields {
        let mut one = Map::from_iter([("label".to_owned(), json!(field.label))]);
        match left_out {
            Some(of) => one.insert("left_out".to_owned(), ground(*of)),
            None => one.insert("value".to_owned(), json!(field.value)),
        };
        fields.insert(field.key.clone(), Value::Object(one));
    }
    json!({
        "service": row.item.agency,
        "kind": row.item.category,
        "kind_in_words": row.item.about,
        "table": row.item.table,
        "what": row.item.title,
        "why_kept": row.item.why,
        "law": if row.item.law_enforcement { "dpa_part_3" } else { "uk_gdpr" },
        "fields": fields,
    })
}

/// Writes it.
pub(crate) fn for_machines(answered: &Answered<'_>, unit: &str, received: base::Date, made: base::Timestamp) -> String {
    let left_out: Vec<Value> = answered
        .left_out()
        .into_iter()
        .filter(|(_, (_, rows))| *rows > 0)
        .map(|(of, (_, rows))| json!({ "rows": rows, "left_out": ground(of) }))
        .collect();
    let whole = json!({
        "format": FORMAT,
        "about_this_file": ABOUT,
        "from": unit,
        "asked_on": received.to_string(),
        "made_at": made.to_string(),
        "held": answered.rows.iter().map(row).collect::<Vec<_>>(),
        "left_out_rows": left_out,
        "note": super::letter::MAY_BE_MORE,
    });
    format!("{whole:#}\n")
}
