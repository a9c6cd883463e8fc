//! What the pages say of an agreement: tags, dates, who did what, what comes next.

use std::collections::BTreeMap;

use base::{Date, Id, kind};
use web::time;

use super::{
    super::{Act, Agreement, Doer, Stage, Standing, State},
    Opened,
};

/// Agreements that end, or whose review falls due, within so many days are marked.
const SOON_DAYS: i32 = 60;

/// How it stands, as a tag: its words and its colour.
pub(super) fn tag(agreement: &Agreement, today: Date) -> (&'static str, &'static str) {
    match agreement.standing(today) {
        Standing::NotActive => match agreement.stage {
            Stage::Proposed => ("Waits for approval", "blue"),
            Stage::Withdrawn => ("Withdrawn", "grey"),
            _ => ("Draft", "grey"),
        },
        Standing::NotStarted => ("Not started", "grey"),
        Standing::Ended => ("Ended", "grey"),
        Standing::ReviewOverdue => ("Review overdue", "red"),
        Standing::WithoutAssessment => ("No impact assessment", "red"),
        Standing::Suspended => ("Suspended", "red"),
        Standing::Live if days_until(today, agreement.terms.ends) <= SOON_DAYS => ("Ends soon", "yellow"),
        Standing::Live if days_until(today, agreement.terms.review) <= SOON_DAYS => ("Review due soon", "yellow"),
        Standing::Live => ("Live", "green"),
    }
}

/// The date that matters most.
pub(super) fn dates(agreement: &Agreement, today: Date) -> String {
    let terms = &agreement.terms;
    match agreement.standing(today) {
        Standing::NotStarted => format!("Starts {}", time::date(terms.starts)),
        Standing::Ended if today > terms.ends => format!("Ended {}", time::date(terms.ends)),
        Standing::Ended => "Ended early".to_owned(),
        Standing::ReviewOverdue => format!("Review was due {}", time::date(terms.review)),
        Standing::NotActive => format!("From {} to {}", time::date(terms.starts), time::date(terms.ends)),
        _ if terms.review < terms.ends && days_until(today, terms.review) <= SOON_DAYS => {
            format!("Review by {}, ends {}", time::date(terms.review), time::date(terms.ends))
        }
        _ => format!("Ends {}", time::date(terms.ends)),
    }
}

fn days_until(from: Date, to: Date) -> i32 {
    from.until(to).map_or(i32::MAX, |span| span.get_days())
}

/// A doer's name.
pub(super) fn doer(by: Doer, names: &BTreeMap<Id<kind::Member>, String>) -> String {
    match by {
        Doer::Member(id) => names.get(&id).cloned().unwrap_or_else(|| "Somebody who no longer works here".to_owned()),
        Doer::Program => "the unit’s system keeper".to_owned(),
    }
}

/// What comes next, and who must do it.
pub(super) fn next(opened: &Opened, today: Date) -> String {
    const NEW: &str = "If the sharing should go on, draft a new agreement.";
    match (&opened.dossier.state, opened.agreement.standing(today)) {
        (State::Drafted(_), _) => {
            "Whoever drafted it, or the data protection officer, proposes it to the parties.".to_owned()
        }
        (State::Proposed { .. }, _) => {
            let waiting = opened.dossier.unapproved(&opened.agreement.terms.parties);
            if waiting.is_empty() {
                return "Every party has approved it. The unit’s data protection officer activates it.".to_owned();
            }
            let mut names: Vec<String> = waiting.into_iter().map(|party| opened.agency(party)).collect();
            names.sort();
            format!(
                "It waits for the data owner of {}. Then the unit’s data protection officer activates it.",
                list(&names)
            )
        }
        (State::Suspended { party: Some(party), .. }, _) => {
            format!("A data owner of {} suspended it, and resumes it when its reason is gone.", opened.agency(*party))
        }
        (State::Suspended { .. }, _) => {
            "The unit’s data protection officer resumes it when its reason is gone.".to_owned()
        }
        (State::Ended { .. } | State::Withdrawn { .. }, _) | (_, Standing::Ended) => NEW.to_owned(),
        (_, Standing::ReviewOverdue) => {
            "The unit’s data protection officer reviews it with the parties and records that.".to_owned()
        }
        (_, Standing::WithoutAssessment) => {
            "The unit’s data protection officer records the reference of its impact assessment.".to_owned()
        }
        (_, Standing::NotStarted) => format!("It starts by itself on {}.", time::date(opened.agreement.terms.starts)),
        _ => String::new(),
    }
}

/// `A`, `A and B`, `A, B and C`.
pub(crate) fn list(names: &[String]) -> String {
    match names {
        [] => String::new(),
        [one] => one.clone(),
        [all @ .., last] => format!("{} and {last}", all.join(", ")),
    }
}

/// What a button or a link to an act says, of this agreement.
pub(super) fn button(act: Act, agreement: &Agreement) -> &'static str {
    match act {
        Act::Proposed => "Propose to the parties",
        Act::Approved => "Approve",
        Act::Declined => "Send back",
        Act::Activated => "Activate",
        Act::Suspended => "Suspend",
        Act::Resumed => "Resume",
        Act::Reviewed => "Record a review",
        Act::Assessed if agreement.terms.assessment.is_some() => "Change the impact assessment",
        Act::Assessed => "Record the impact assessment",
        Act::Ended => "End it now",
        Act::Withdrawn => "Withdraw the draft",
        other => other.words(),
    }
}
