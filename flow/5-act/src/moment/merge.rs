//! Which moments are one: those of one person and one type whose events lie within the type's window of the first, unless
//! the first was answered before the later happened. Pure.

use std::collections::BTreeMap;

use base::{Code, Id, Timestamp, kind};

use super::{Moment, State};
use crate::moment_type::MomentType;

/// What is to be done to a moment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Join {
    /// It becomes one with that earlier one.
    Into(Id<kind::Moment>),
    /// It is no longer one with any.
    Part,
}

/// What is to be done so that `moments` (any people, any types) stand as they should. Doing it and asking again gives nothing.
#[must_use]
pub fn joins<'a>(moments: &[Moment], rules: impl Fn(&Code) -> Option<&'a MomentType>) -> Vec<(Id<kind::Moment>, Join)> {
    let mut groups: BTreeMap<(Id<kind::Person>, &Code), Vec<&Moment>> = BTreeMap::new();
    let mut found = Vec::new();
    for moment in moments {
        match moment.person {
            Some(person) => groups.entry((person, &moment.moment_type)).or_default().push(moment),
            None if is_merged(moment) => found.push((moment.id, Join::Part)),
            None => {}
        }
    }
    for ((_, code), mut group) in groups {
        let Some(rules) = rules(code) else { continue };
        group.sort_by_key(|moment| (moment.event_at, moment.id));
        found.extend(joins_of_one(&group, rules.window_hours));
    }
    found
}

fn joins_of_one(group: &[&Moment], window_hours: u32) -> Vec<(Id<kind::Moment>, Join)> {
    let mut found = Vec::new();
    let mut first: Option<&Moment> = None;
    for moment in group {
        let into = first.filter(|first| takes_in(first, moment, window_hours)).map(|first| first.id);
        match (&moment.state, into) {
            (State::Merged(merged), Some(into)) if merged.into == into => {}
            (State::Merged(_), None) => {
                found.push((moment.id, Join::Part));
                first = Some(moment);
            }
            (State::Merged(_), Some(_)) => found.push((moment.id, Join::Part)), // and into the right one at the next run
            (State::Open, Some(into)) => found.push((moment.id, Join::Into(into))),
            _ => first = Some(moment), // answered ones stand for themselves
        }
    }
    found
}

fn takes_in(first: &Moment, later: &Moment, window_hours: u32) -> bool {
    let close = later.event_at <= first.event_at.plus_hours(i64::from(window_hours));
    // What is sealed takes in nothing that isn't: whoever may see the later one would lose it.
    let sealed = |moment: &Moment| vault::Marks::split(&moment.category).1;
    let seen_alike = !sealed(first).any() || sealed(first) == sealed(later);
    close && seen_alike && answered_at(first).is_none_or(|answered| later.event_at <= answered)
}

/// When a moment was answered: what happens after that is a new moment.
fn answered_at(moment: &Moment) -> Option<Timestamp> {
    match (&moment.state, moment.reached()) {
        (_, Some(reached)) => Some(reached.at),
        (State::Closed(closing), None) if closing.reason.is_an_answer() => Some(closing.at),
        (State::Closed(_), None) => Some(moment.event_at), // ended without an answer: takes in nothing later
        _ => None,
    }
}

fn is_merged(moment: &Moment) -> bool {
    matches!(moment.state, State::Merged(_))
}
