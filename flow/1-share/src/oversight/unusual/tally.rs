//! One day of the log, added up: what each member opened and searched, and how often what was asked for and refused. Entry by entry, in
//! the order of the log; what is kept grows with the people of one day, never with the log.

use std::collections::{BTreeMap, BTreeSet};

use base::{Date, Id, Timestamp, kind, working::WorkingDays};

use super::settings::Thresholds;

/// An entry of the log, as far as it matters here.
#[derive(Debug, Clone)]
pub(crate) struct LogLine {
    pub position: u64,
    pub at: Timestamp,
    pub actor_kind: String,
    pub actor: String,
    pub agency: Option<String>,
    pub verb: String,
    pub scope_kind: String,
    pub scope: Option<String>,
    pub purpose: String,
    pub allowed: bool,
    pub inputs: String,
}

/// What somebody opened: its kind in the log, and its id.
pub type Opened = (String, String);

/// The kinds of thing whose opening shows a person.
const SHOW_SOMEBODY: [&str; 5] = ["person", "record", "moment", "contact", "referral"];

/// Acts that are counted, besides requests.
const ACTS: [&str; 2] = ["emergency_opened", "emergency_not_justified"];

/// What one member did on the day.
#[derive(Debug, Clone, Default)]
pub(crate) struct Looks {
    pub agency: String,
    /// What they opened, and when first outside working hours.
    pub opened: BTreeMap<Opened, Option<Timestamp>>,
    pub searches: u64,
    pub emergencies: u64,
    pub first: u64,
    pub last: u64,
}

/// What a number of the day counts.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Counted {
    pub by_kind: String,
    pub by_agency: String,
    pub verb: String,
    pub purpose: String,
    /// Whose data, and which; both empty for a request as a whole.
    pub held_by: String,
    pub category: String,
    /// `allowed`, or the code of the reason.
    pub outcome: String,
}

/// A day.
#[derive(Debug, Default)]
pub(crate) struct Tally {
    pub members: BTreeMap<Id<kind::Member>, Looks>,
    pub counts: BTreeMap<Counted, u64>,
}

/// Whether it is outside working hours in London.
pub(crate) fn is_after_hours(at: Timestamp, days: &WorkingDays, thresholds: &Thresholds) -> bool {
    let hour = at.in_london().hour();
    !days.is_working(at.date_in_london()) || hour < thresholds.opens || hour >= thresholds.closes
}

fn whole(line: &LogLine, outcome: &str) -> Counted {
    Counted {
        by_kind: line.actor_kind.clone(),
        by_agency: line.agency.clone().unwrap_or_default(),
        verb: line.verb.clone(),
        purpose: line.purpose.clone(),
        held_by: String::new(),
        category: String::new(),
        outcome: outcome.to_owned(),
    }
}

impl Tally {
    /// Adds an entry; those of other days are passed over.
    pub(crate) fn add(&mut self, line: LogLine, day: Date, days: &WorkingDays, thresholds: &Thresholds) {
        if line.at.date_in_london() != day {
            return;
        }
        if line.verb.parse::<vault::Verb>().is_ok() {
            self.count(&line);
        } else if ACTS.contains(&line.verb.as_str()) {
            *self.counts.entry(whole(&line, "done")).or_default() += 1;
        }
        if line.actor_kind != "member" || !line.allowed {
            return;
        }
        let Ok(member) = line.actor.parse() else { return };
        let shows = line.verb == "view" && SHOW_SOMEBODY.contains(&line.scope_kind.as_str());
        let (searched, emergency) =
            (line.verb == "search" && line.scope_kind == "unit", line.verb == "emergency_opened");
        if !shows && !searched && !emergency {
            return;
        }
        let looks = self.members.entry(member).or_insert_with(|| Looks {
            agency: line.agency.clone().unwrap_or_default(),
            first: line.position,
            ..Looks::default()
        });
        looks.last = line.position;
        looks.searches += u64::from(searched);
        looks.emergencies += u64::from(emergency);
        if let (true, Some(scope)) = (shows, line.scope) {
            let late = is_after_hours(line.at, days, thresholds).then_some(line.at);
            let first = looks.opened.entry((line.scope_kind, scope)).or_insert(late);
            *first = first.or(late);
        }
    }

    fn count(&mut self, line: &LogLine) {
        let inputs: serde_json::Value = serde_json::from_str(&line.inputs).unwrap_or_default();
        let whole = whole(line, if line.allowed { "allowed" } else { "refused" });
        let list = |key: &str| inputs.get(key).and_then(serde_json::Value::as_array).cloned().unwrap_or_default();
        let text = |part: &serde_json::Value, key: &str| {
            part.get(key).and_then(serde_json::Value::as_str).unwrap_or_default().to_owned()
        };
        let part = |part: &serde_json::Value, outcome: String| Counted {
            held_by: text(part, "controller"),
            category: text(part, "category"),
            outcome,
            ..whole.clone()
        };
        let granted = list("granted").into_iter().filter(|_| line.allowed);
        let granted: BTreeSet<Counted> = granted.map(|one| part(&one, "allowed".to_owned())).collect();
        // Why something was refused matters where all of it was: else what was asked for is more than anybody needs.
        let refused = list("refused").into_iter().filter(|_| !line.allowed);
        let refused: BTreeSet<Counted> = refused.map(|one| part(&one, text(&one, "why"))).collect();
        for counted in granted.into_iter().chain(refused).chain([whole]) {
            *self.counts.entry(counted).or_default() += 1;
        }
    }
}
