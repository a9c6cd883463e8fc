//! Term frequency as Splink counts it: against the `u` of the first level that asks for the column being equal and nothing else, or
//! where a model says so (`disable_tf_exact_match_detection`) against the level's own.

use crate::{Comparison, Level};

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
