//! Term frequency as Splink counts it: against the `u` of the first level that asks for the column being equal and nothing else, or
//! where a model says so (`disable_tf_exact_match_detection`) against the level's own.

use super::Unrecognised;
use crate::{Comparison, Field, Level};

/// The first level that asks for nothing but this field being equal.
fn exact<'a>(levels: &'a [Level], field: &str, fields: &[String]) -> Option<&'a Level> {
    levels.iter().find(|level| level.asks_only_for(&[field.to_owned()], fields))
}

/// Names, on levels that were read from a model, the one whose `u` Splink takes. `fields` are the comparison's.
pub(super) fn hold_against_exact(levels: &mut [Level], fields: &[String]) {
    let name = |level: &Level| {
        let [field] = level.term_frequency_fields.as_slice() else { return None };
        let given = level.term_frequency_against.clone();
        let name = given.or_else(|| exact(levels, field, fields).map(|exact| exact.name.clone()));
        // Its own needs no name where it asks for nothing else.
        name.filter(|name| *name != level.name || !level.asks_only_for(std::slice::from_ref(field), fields))
    };
    let names: Vec<Option<String>> = levels.iter().map(name).collect();
    for (level, name) in levels.iter_mut().zip(names) {
        level.term_frequency_against = name;
    }
}

/// Splink counts each whole list as one value, which the spec has no word for: named, and not taken over.
pub(super) fn leave_out_lists(comparisons: &mut [Comparison], fields: &[Field], unrecognised: &mut Vec<Unrecognised>) {
    let list = |name: &String| fields.iter().any(|field| field.name == *name && field.list.is_some());
    for comparison in comparisons {
        for level in &mut comparison.levels {
            let Some(field) = level.term_frequency_fields.iter().find(|name| list(name)).cloned() else { continue };
            unrecognised.push(Unrecognised {
                place: format!("comparison `{}`, level `{}`", comparison.name, level.name),
                sql: format!("tf_adjustment_column {field}, a list"),
                line:
                    "term_frequency = true, where the rarest value that two lists share shall count, not the whole list"
                        .to_owned(),
            });
            level.term_frequency = false;
            level.term_frequency_fields.clear();
            level.term_frequency_against = None;
        }
    }
}

/// The one field of a level's term frequency, and whether it is held against the level's own `u` where Splink would take another.
pub(super) fn of(comparison: &Comparison, level: &Level) -> Result<(String, bool), String> {
    let Comparison { fields, levels, .. } = comparison;
    let [field] = level.frequency_fields(fields).try_into().map_err(|_| "term frequency of several fields together")?;
    if level.term_frequency_shrinkage > 0.0 {
        return Err("term_frequency_shrinkage".to_owned());
    }
    let own = level.asks_only_for(std::slice::from_ref(&field), fields).then_some(&level.name);
    let Some(against) = level.term_frequency_against.as_ref().or(own) else {
        return Err("term frequency held against the records' own chance of agreement (name a level in \
                    term_frequency_against)"
            .to_owned());
    };
    match exact(levels, &field, fields) {
        Some(exact) if exact.name == *against => Ok((field, false)),
        _ if *against == level.name => Ok((field, true)),
        _ => Err(format!("term_frequency_against = \"{against}\", which isn't the first exact level of `{field}`")),
    }
}
