//! Past decisions decided again: what a change of the rules would have let through, and what it would have stopped. The log holds what a
//! decision depended on as codes, so nobody's record is needed.

use std::{
    collections::{BTreeMap, BTreeSet, HashMap},
    sync::Arc,
};

use base::{Code, Id, Timestamp};
use vault::{Actor, Ask, Facet, Purpose, Scope, Staff, StoreError, Verb, audit::LoggedEntry};

use super::{
    grounds::{Case, RECEIVER, decide},
    policy::Policies,
    register::{Asker, Register, read},
};
use crate::law::{PolicyError, RuleText};

/// One kind of request that the proposed rules decide otherwise than those in force.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Difference {
    /// The asker's duties, or `job`, `token`, …
    pub asker: String,
    /// The asker's kind of agency; empty for jobs.
    pub agency_kind: String,
    pub verb: Verb,
    pub category: Code,
    /// The controller's kind of agency.
    pub controller: String,
    pub purpose: Purpose,
    /// The ground, or `no: <reason>`.
    pub before: String,
    pub after: String,
}

/// What came of deciding again.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Replay {
    /// Entries that were decided again.
    pub decided: u64,
    /// The oldest of them.
    pub since: Option<Timestamp>,
    /// How many parts of requests each difference met.
    pub differences: BTreeMap<Difference, u64>,
}

impl Replay {
    /// Decides these entries under both sets of rules, against the agreements as they stand today: what differs, differs by the rules.
    pub(crate) async fn of(
        book: &Staff,
        entries: &[LoggedEntry],
        before: &[RuleText],
        after: &[RuleText],
    ) -> Result<Result<Self, PolicyError>, StoreError> {
        let register = Arc::new(read(book).await?);
        let both = Policies::new(before).and_then(|before| Ok((before, Policies::new(after)?)));
        Ok(both.map(|(before, after)| {
            // Of thousands of requests most are alike: each kind is read and decided once.
            let mut alike: HashMap<_, Vec<&LoggedEntry>> = HashMap::new();
            for entry in entries {
                let asked = (&entry.inputs, &entry.agency, &entry.verb, &entry.purpose, entry.at.date_in_london());
                alike.entry(asked).or_default().push(entry);
            }
            let mut replay = Self::default();
            for same in alike.values() {
                replay.decide_again(same, &register, &before, &after);
            }
            replay
        }))
    }

    /// Decides requests that are alike, of one day.
    fn decide_again(&mut self, same: &[&LoggedEntry], register: &Register, before: &Policies, after: &Policies) {
        let Some(entry) = same.first() else { return };
        let Some((asker, ask)) = request(entry) else { return };
        self.decided += same.len() as u64;
        self.since = same.iter().map(|entry| entry.at).chain(self.since).min();
        let case =
            Case { register, asker: &asker, ask: &ask, today: entry.at.date_in_london(), standing: &[], rights: false };
        let (one, other) = (outcomes(before, &case), outcomes(after, &case));
        for (facet, before) in one {
            let after = other.get(&facet).cloned().unwrap_or_default();
            if before == after {
                continue;
            }
            let kind = |agency| register.agencies.get(&agency).map_or_else(String::new, |kind| kind.code().to_owned());
            let difference = Difference {
                asker: who(&asker),
                agency_kind: asker.agency().map(kind).unwrap_or_default(),
                verb: ask.verb,
                category: facet.category,
                controller: kind(facet.controller),
                purpose: ask.purpose,
                before,
                after,
            };
            *self.differences.entry(difference).or_default() += same.len() as u64;
        }
    }
}

fn outcomes(policies: &Policies, case: &Case) -> BTreeMap<Facet, String> {
    let decision = decide(policies, case);
    let granted = decision.grants.into_iter().map(|grant| (grant.facet, grant.power.to_string()));
    let refused = decision.refused.into_iter().map(|(facet, why)| (facet, format!("no: {why}")));
    granted.chain(refused).collect()
}

fn who(asker: &Asker) -> String {
    match asker {
        Asker::Member { duties, .. } => duties.iter().map(Code::as_str).collect::<Vec<_>>().join(" "),
        other => other.code().to_owned(),
    }
}

/// The request that an entry tells of; `None` for a change, and for entries from before askers were written down.
fn request(entry: &LoggedEntry) -> Option<(Asker, Ask)> {
    let inputs: serde_json::Value = serde_json::from_str(&entry.inputs).ok()?;
    let asked = |key: &str| inputs.get("asker")?.get(key)?.as_str();
    let agency = || entry.agency.as_deref()?.parse().ok();
    let state: BTreeSet<&str> = asked("state").unwrap_or_default().split(' ').collect();
    let duties = asked("duties").unwrap_or_default().split(' ').filter_map(|duty| duty.parse().ok());
    let asker = match asked("as")? {
        "member" => Asker::Member {
            id: Id::from_u128(0),
            agency: agency()?,
            active: state.contains("active"),
            second_factor: state.contains("second_factor"),
            duties: duties.collect(),
        },
        "token" => Asker::Token { id: Id::from_u128(0), agency: agency()? },
        "job" => Asker::Job,
        "program" => Asker::Program,
        _ => Asker::Stranger,
    };
    let parts = ["granted", "refused"].into_iter().filter_map(|key| inputs.get(key)?.as_array()).flatten();
    let facet = |part: &serde_json::Value| {
        let text = |key: &str| part.get(key)?.as_str();
        Some(Facet { controller: text("controller")?.parse().ok()?, category: text("category")?.parse().ok()? })
    };
    let receiver = inputs.get("facts").and_then(|facts| facts.get(RECEIVER)?.as_str()?.parse().ok());
    let ask = Ask {
        actor: Actor::System,
        verb: entry.verb.parse().ok()?,
        scope: Scope::unit(),
        purpose: entry.purpose.parse().ok()?,
        // Who was named for what is sealed is no part of the rules.
        facets: parts.filter_map(facet).filter(|facet| !vault::Marks::split(&facet.category).1.any()).collect(),
        facts: receiver.map(|code| (RECEIVER, code)).into_iter().collect(),
    };
    Some((asker, ask))
}
