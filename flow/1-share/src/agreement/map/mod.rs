//! Who shares what with whom on a day, and what falls silent in the time to come. Pure: the agreements and the day are given.

pub(crate) mod page;
mod picture;
#[cfg(test)]
mod tests;

use std::collections::{BTreeMap, BTreeSet};

use base::{Code, Date, Id, SignedDuration, kind};
use vault::Purpose;

use super::{Agreement, Standing};

/// How far ahead is looked.
pub(crate) const DAYS_AHEAD: i64 = 90;

/// That one party's data of one category may go to another, for one purpose.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Flow {
    pub giver: Id<kind::Agency>,
    pub category: Code,
    pub receiver: Id<kind::Agency>,
    pub purpose: Purpose,
}

/// Everything that one agreement lets flow, while it is live.
pub(crate) fn flows_of(agreement: &Agreement) -> BTreeSet<Flow> {
    let terms = &agreement.terms;
    let mut flows = BTreeSet::new();
    for brought in &terms.brings {
        for receiver in terms.parties.iter().filter(|party| **party != brought.party) {
            for purpose in &terms.purposes {
                let (giver, category) = (brought.party, brought.category.clone());
                flows.insert(Flow { giver, category, receiver: *receiver, purpose: *purpose });
            }
        }
    }
    flows
}

/// How many categories each gives to each on a day.
pub(crate) fn matrix(
    agreements: &[Agreement],
    day: Date,
) -> BTreeMap<(Id<kind::Agency>, Id<kind::Agency>), BTreeSet<Code>> {
    let mut cells: BTreeMap<_, BTreeSet<Code>> = BTreeMap::new();
    for flow in live_on(agreements, day).flat_map(flows_of) {
        cells.entry((flow.giver, flow.receiver)).or_default().insert(flow.category);
    }
    cells
}

fn live_on(agreements: &[Agreement], day: Date) -> impl Iterator<Item = &Agreement> {
    agreements.iter().filter(move |agreement| agreement.standing(day) == Standing::Live)
}

/// An agreement that will stop permitting, and what of it no other agreement covers then.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Silence {
    /// Which.
    pub agreement: Id<kind::Agreement>,
    /// The first day on which it permits nothing.
    pub from: Date,
    /// Whether its review falls due, rather than its end.
    pub by_review: bool,
    /// What nothing else covers on that day.
    pub flows: BTreeSet<Flow>,
}

/// What falls silent within [`DAYS_AHEAD`] days of a day, the soonest first.
pub(crate) fn silences(agreements: &[Agreement], today: Date) -> Vec<Silence> {
    let last = today.saturating_add(SignedDuration::from_hours(24 * DAYS_AHEAD));
    let mut found: Vec<Silence> = live_on(agreements, today)
        .filter_map(|agreement| {
            let terms = &agreement.terms;
            let from = terms.ends.min(terms.review).saturating_add(SignedDuration::from_hours(24));
            if from > last {
                return None;
            }
            let others = live_on(agreements, from).filter(|other| other.id != agreement.id);
            let covered: BTreeSet<Flow> = others.flat_map(flows_of).collect();
            let flows = flows_of(agreement).into_iter().filter(|flow| !covered.contains(flow)).collect();
            Some(Silence { agreement: agreement.id, from, by_review: terms.review < terms.ends, flows })
        })
        .collect();
    found.sort_by_key(|silence| (silence.from, silence.agreement));
    found
}
