//! Which counts are not shown: small ones, and others from which these could be worked out.

use std::collections::BTreeMap;

use super::{StudyError, world::World};
use crate::suppression::{
    Effort, Linked, Rule, protect,
    tables::{Cell, Sum},
};

/// What is hidden.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Hidden {
    /// Each area's count.
    pub areas: Vec<bool>,
    /// The count of each tenth of deprivation, the most deprived first.
    pub tenths: [bool; 10],
}

/// What must be hidden so that nobody who knows the total of all areas, of each district and of each tenth of deprivation can
/// work out a count from 1 to one below `least`.
///
/// # Errors
/// When no safe way to show the areas was found.
pub fn of(world: &World) -> Result<Hidden, StudyError> {
    let mut hidden = Hidden { areas: vec![false; world.counts.len()], tenths: [false; 10] };
    if world.least < 2 {
        return Ok(hidden);
    }
    let groups = groups(world);
    let failed = |error: crate::suppression::SuppressionError| {
        StudyError::Events(format!("small counts can't be hidden safely: {error}"))
    };
    let tables = linked(world, &groups).map_err(failed)?;
    let rule = Rule { threshold: world.least, reach: world.least, ..Rule::default() };
    let pattern = protect(&tables, &rule, Effort::Usual, &|_, _| ()).map_err(failed)?;
    let mut found = pattern.hidden().into_iter();
    hidden.areas = found.by_ref().take(world.counts.len()).collect();
    for ((group, _), is_hidden) in groups.iter().zip(found) {
        match group {
            // The report shows the total of all areas whatever happens, so that there is nothing else left to hide.
            Group::All if is_hidden => hidden.areas.fill(true),
            Group::Tenth(decile) => {
                if let Some(tenth) = hidden.tenths.get_mut(usize::from(*decile).saturating_sub(1)) {
                    *tenth = is_hidden;
                }
            }
            Group::All | Group::District(_) => {}
        }
    }
    Ok(hidden)
}

/// Areas whose sum is known.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
enum Group {
    All,
    District(String),
    Tenth(u8),
}

fn groups(world: &World) -> BTreeMap<Group, Vec<usize>> {
    let mut groups = BTreeMap::<Group, Vec<usize>>::new();
    for area in 0..world.counts.len() {
        groups.entry(Group::All).or_default().push(area);
        if let Some(district) = world.ground.districts.get(area).cloned().flatten() {
            groups.entry(Group::District(district)).or_default().push(area);
        }
        if let Some(decile) = world.deciles.as_ref().and_then(|deciles| deciles.get(area).copied().flatten()) {
            groups.entry(Group::Tenth(decile)).or_default().push(area);
        }
    }
    groups
}

fn linked(world: &World, groups: &BTreeMap<Group, Vec<usize>>) -> Result<Linked, crate::suppression::SuppressionError> {
    let mut cells: Vec<Cell> = world
        .counts
        .iter()
        .zip(world.ground.codes())
        .map(|(count, code)| Cell { count: *count, name: code.clone(), totals: 0 })
        .collect();
    let mut sums = Vec::new();
    for (group, areas) in groups {
        let count = areas.iter().filter_map(|area| world.counts.get(*area)).sum();
        // A total of all is dearest to hide, then a district's.
        let totals = if *group == Group::All { 20 } else { 1 };
        sums.push(Sum { total: cells.len(), parts: areas.clone() });
        cells.push(Cell { count, name: format!("{group:?}"), totals });
    }
    Linked::of_sums(cells, sums)
}
