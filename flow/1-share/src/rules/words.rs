//! Versions of the rules, and what they change, in words for the pages.

use std::collections::BTreeMap;

use base::{Code, Date, Timestamp};
use web::time;

use super::{Signature, Standing, Version};
use crate::{
    agency::Agency,
    agreement::purpose_words,
    decision::{Difference, refusal_words},
    law::{Force, Rule, law},
    member::{Duty, Member},
};

/// A version in a list.
pub(super) struct VersionLine {
    pub id: String,
    pub number: i64,
    pub why: String,
    pub tag: &'static str,
    pub colour: &'static str,
    pub when: String,
}

pub(super) fn line(version: &Version, now: Timestamp) -> VersionLine {
    let (tag, colour, at) = match &version.standing {
        Standing::Proposed { .. } => ("Waits for approval", "yellow", version.made_at),
        Standing::Approved { from, .. } if *from > now => ("Approved", "blue", *from),
        Standing::Approved { from, .. } => ("Took effect", "green", *from),
        Standing::Withdrawn { at } => ("Withdrawn", "grey", *at),
    };
    VersionLine {
        id: version.id.to_string(),
        number: version.number,
        why: version.why.clone(),
        tag,
        colour,
        when: day_or_start(at),
    }
}

fn day_or_start(at: Timestamp) -> String {
    if at == Timestamp::EPOCH { "from the start".to_owned() } else { time::full(at) }
}

pub(super) fn since(version: &Version, now: Timestamp) -> String {
    match version.from().filter(|from| *from <= now) {
        Some(from) if from != Timestamp::EPOCH => format!("in force since {}", time::full(from)),
        _ => "the starting set, in force from the start".to_owned(),
    }
}

/// From when it shall count.
pub(super) fn wanted(version: &Version) -> String {
    match (&version.standing, version.wanted_from) {
        (Standing::Approved { from, .. }, _) if *from == Timestamp::EPOCH => {
            format!("In force since {}", time::full(version.made_at))
        }
        (Standing::Approved { from, .. }, _) => format!("From {}", time::full(*from)),
        (Standing::Withdrawn { .. }, _) => "Never: it was withdrawn".to_owned(),
        (Standing::Proposed { .. }, Some(from)) => format!("Not before {}", time::full(from)),
        (Standing::Proposed { .. }, None) => "As soon as two others have approved it".to_owned(),
    }
}

/// Since when a rule is law.
pub(super) fn force(rule: &Rule, commenced: &BTreeMap<Code, Date>) -> String {
    match (commenced.get(&rule.code).copied(), rule.force) {
        (Some(day), _) => Force::From(day).words(),
        (None, Force::ByRegulations) => "Not in force here: regulations commence it, and no day is entered".to_owned(),
        (None, force) => force.words(),
    }
}

/// A file of rules by what it is about: `grounds/20-data-protection.cedar` is “Data protection”.
pub(super) fn title(file: &str) -> String {
    let name = file.rsplit('/').next().unwrap_or(file).trim_end_matches(".cedar");
    let words = name.trim_start_matches(|letter: char| letter.is_ascii_digit() || letter == '-').replace('-', " ");
    base::first_large(&words)
}

/// What each rule of a file says, in the words that stand beside it: its name where it is law, else its summary.
pub(super) fn rules(text: &str) -> Vec<String> {
    let beside = |what: &str| -> Vec<String> {
        let start = format!("@{what}(\"");
        let of =
            |line: &str| line.trim().strip_prefix(&start)?.strip_suffix("\")").map(|words| words.replace("\\\"", "\""));
        text.lines().filter_map(of).collect()
    };
    let named = beside("name");
    if named.is_empty() { beside("summary") } else { named }
}

/// Names of those who sign.
pub(super) struct Names {
    members: BTreeMap<String, String>,
    agencies: BTreeMap<String, String>,
}

impl Names {
    pub(super) fn new(members: Vec<Member>, agencies: Vec<Agency>) -> Self {
        Self {
            members: members.into_iter().map(|member| (member.id.to_string(), member.name)).collect(),
            agencies: agencies.into_iter().map(|agency| (agency.id.to_string(), agency.name)).collect(),
        }
    }

    pub(super) fn signed(&self, signature: &Signature) -> String {
        let name = |names: &BTreeMap<String, String>, id: String| {
            names.get(&id).cloned().unwrap_or_else(|| "somebody".to_owned())
        };
        let member = name(&self.members, signature.member.to_string());
        let agency = name(&self.agencies, signature.agency.to_string());
        format!("{member}, {agency}, {}", time::full(signature.at))
    }

    /// Who proposed, approved or withdrew it, in order.
    pub(super) fn steps(&self, version: &Version) -> Vec<String> {
        let approvals = |approved: &[Signature]| -> Vec<String> {
            approved.iter().map(|signature| format!("Approved by {}", self.signed(signature))).collect()
        };
        match &version.standing {
            Standing::Proposed { by, approved } => {
                let by = by.as_ref().map_or_else(|| "the program’s new release".to_owned(), |by| self.signed(by));
                [vec![format!("Proposed by {by}")], approvals(approved)].concat()
            }
            Standing::Approved { from, .. } if *from == Timestamp::EPOCH => {
                vec!["The starting set; nobody proposed it".to_owned()]
            }
            Standing::Approved { approved, .. } => approvals(approved),
            Standing::Withdrawn { at } => vec![format!("Withdrawn {}", time::full(*at))],
        }
    }
}

/// One difference as a row.
pub(super) struct DifferenceLine {
    pub who: String,
    pub what: String,
    pub before: String,
    pub after: String,
    pub parts: u64,
    /// Whether more would be let through.
    pub opens: bool,
}

pub(super) fn difference(found: &Difference, parts: u64) -> DifferenceLine {
    let duties: Vec<&str> =
        found.asker.split(' ').map(|duty| duty.parse::<Duty>().map_or(duty, |duty| duty.words())).collect();
    let who = if found.agency_kind.is_empty() {
        format!("A {}", duties.join(", "))
    } else {
        format!("{} ({})", duties.join(", "), found.agency_kind.replace('_', " "))
    };
    let what = format!(
        "{}: {} of {}, for {}",
        found.verb,
        law().category(&found.category).name,
        found.controller.replace('_', " "),
        purpose_words(found.purpose)
    );
    DifferenceLine {
        who,
        what,
        before: outcome(&found.before),
        after: outcome(&found.after),
        parts,
        opens: found.before.starts_with("no:") && !found.after.starts_with("no:"),
    }
}

fn outcome(code: &str) -> String {
    match code.strip_prefix("no: ") {
        Some(why) => format!("Refused. {}", refusal_words(why)),
        None => law().any(code).map_or_else(|| "Allowed".to_owned(), |rule| format!("Allowed: {}", rule.law)),
    }
}
