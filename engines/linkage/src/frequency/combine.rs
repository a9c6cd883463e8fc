//! Numbers for combinations of values of several columns.

use hashbrown::HashMap;

use crate::column::NONE;

/// Numbers the combinations of several columns of numbers; [`NONE`] in any gives [`NONE`].
pub(crate) fn combine(columns: &[&[u32]]) -> Vec<u32> {
    combine_where(columns, |id, other| id != NONE && other != NONE)
}

/// Numbers the combinations of several columns of numbers; [`NONE`] is a number like any other, but where it stands in all.
pub(crate) fn combine_all(columns: &[&[u32]]) -> Vec<u32> {
    combine_where(columns, |id, other| id != NONE || other != NONE)
}

fn combine_where(columns: &[&[u32]], counts: impl Fn(u32, u32) -> bool) -> Vec<u32> {
    let Some((first, rest)) = columns.split_first() else {
        return Vec::new();
    };
    let mut combined = first.to_vec();
    for column in rest {
        let mut numbers: HashMap<(u32, u32), u32> = HashMap::new();
        for (id, other) in combined.iter_mut().zip(*column) {
            *id = if counts(*id, *other) {
                let next = numbers.len() as u32;
                *numbers.entry((*id, *other)).or_insert(next)
            } else {
                NONE
            };
        }
    }
    combined
}
