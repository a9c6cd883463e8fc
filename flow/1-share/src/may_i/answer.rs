//! The answer: yes under an agreement, yes if it is agreed or decided, or no, with the rules that say so.

use crate::{
    agency::{Agency, AgencyKind},
    agreement::{Agreement, Standing},
    decision::Today,
    law::{Category, PowerKind, Rule, Sharing},
};

/// A rule as the page shows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Line {
    pub name: String,
    pub law: String,
    pub summary: String,
    pub note: String,
    pub kind: &'static str,
}

/// What the page says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Answer {
    pub heading: &'static str,
    /// The answer in a word, and its colour.
    pub word: &'static str,
    pub colour: &'static str,
    pub words: String,
    pub powers: Vec<Line>,
    pub bases: Vec<Line>,
    pub conditions: Vec<Line>,
    /// Empty where it was not given in confidence.
    pub confidences: Vec<Line>,
    pub in_confidence: bool,
    /// Live agreements between such agencies that cover it: id and title.
    pub agreements: Vec<(String, String)>,
    pub otherwise: Vec<String>,
}

impl Answer {
    pub(super) fn of(today: &Today, sharing: &Sharing, agreements: &[Agreement], agencies: &[Agency]) -> Self {
        let category = today.law.category(&sharing.category);
        let powers: Vec<&Rule> = today.law.powers(sharing).filter(|rule| today.in_force(rule)).collect();
        let duty = powers.iter().any(|rule| rule.power == PowerKind::Duty);
        let bases: Vec<&Rule> = today.law.bases(sharing, duty).filter(|rule| today.in_force(rule)).collect();
        let conditions: Vec<&Rule> = match bases.first().filter(|_| category.needs_condition()) {
            Some(basis) => today.law.conditions(sharing, duty, &basis.code).collect(),
            None => Vec::new(),
        };
        let confidences: Vec<&Rule> = if category.in_confidence {
            today.law.confidences(sharing, duty).filter(|rule| today.in_force(rule)).collect()
        } else {
            Vec::new()
        };
        let never = never(sharing, &category);
        let possible = never.is_none()
            && !powers.is_empty()
            && !bases.is_empty()
            && (!category.needs_condition() || !conditions.is_empty())
            && (!category.in_confidence || !confidences.is_empty());
        let covering = if possible { covering(today, sharing, agreements, agencies) } else { Vec::new() };
        let (heading, colour, words) = verdict(sharing, &category, possible, !covering.is_empty(), never);
        Self {
            heading,
            word: match colour {
                "green" => "Yes",
                "red" => "No",
                _ => "Not by itself",
            },
            colour,
            words,
            powers: lines(&powers),
            bases: lines(&bases),
            conditions: lines(&conditions),
            confidences: lines(&confidences),
            in_confidence: category.in_confidence,
            agreements: covering,
            otherwise: otherwise(sharing, &category, possible),
        }
    }
}

fn lines(rules: &[&Rule]) -> Vec<Line> {
    let line = |rule: &&Rule| Line {
        name: rule.name.clone(),
        law: rule.law.clone(),
        summary: rule.summary.clone(),
        note: rule.note.clone(),
        kind: rule.power.words(),
    };
    rules.iter().map(line).collect()
}

/// What is never done, whatever the power: see policies/00-never.cedar.
fn never(sharing: &Sharing, category: &Category) -> Option<&'static str> {
    let prevention = sharing.purpose == vault::Purpose::Prevention;
    (category.in_confidence && prevention && sharing.giver != sharing.receiver)
        .then_some("What was given in confidence protects whoever gave it. It is never used to prevent crime.")
}

fn verdict(
    sharing: &Sharing,
    category: &Category,
    possible: bool,
    covered: bool,
    never: Option<&'static str>,
) -> (&'static str, &'static str, String) {
    if category.open {
        return ("It is published", "green", "It is open to everyone.".to_owned());
    }
    if sharing.giver == sharing.receiver {
        let words = "Within one agency these are its own records. Between two agencies of the same kind an agreement is needed, as below.";
        return ("Within one agency, or between two?", "yellow", words.to_owned());
    }
    match (possible, covered) {
        (true, _) if sharing.emergency => {
            let words = "Give what is needed to protect them, now. In Alongside that is emergency access: the agency that holds it is \
                         told at once, and you justify it within 24 hours.";
            ("Give what protects them, now", "green", words.to_owned())
        }
        (true, _) if sharing.decided_by_person => {
            let words = "A named person of the agency that holds it may decide so, about this one person. Ask them, from the \
                         person’s page.";
            ("If a named person decides so", "yellow", words.to_owned())
        }
        (true, true) => {
            ("An agreement covers it", "green", "The agencies have agreed on it, and the agreement is live.".to_owned())
        }
        (true, false) => {
            let words =
                "The law allows it, and no live agreement covers it yet. Until one does, nothing is shared by routine.";
            ("It needs an agreement first", "yellow", words.to_owned())
        }
        (false, _) => ("The rules do not permit it", "red", never.unwrap_or("No rule in force permits it.").to_owned()),
    }
}

/// Live agreements between agencies of these kinds that cover the category and the purpose by a gateway that permits it.
fn covering(today: &Today, sharing: &Sharing, agreements: &[Agreement], agencies: &[Agency]) -> Vec<(String, String)> {
    let party = |agreement: &Agreement, kind: AgencyKind| {
        agencies.iter().any(|agency| agency.kind == kind && agreement.terms.parties.contains(&agency.id))
    };
    let covers = |agreement: &&Agreement| {
        let terms = &agreement.terms;
        agreement.standing(today.day) == Standing::Live
            && party(agreement, sharing.giver)
            && party(agreement, sharing.receiver)
            && terms.categories().contains(&sharing.category)
            && terms.purposes.contains(&sharing.purpose)
            && today.permits(sharing, &terms.gateways, terms.confidentiality.as_ref())
    };
    agreements.iter().filter(covers).map(|found| (found.id.to_string(), found.terms.title.clone())).collect()
}

fn otherwise(sharing: &Sharing, category: &Category, possible: bool) -> Vec<String> {
    let mut ways = Vec::new();
    let say = |ways: &mut Vec<String>, words: &str| ways.push(words.to_owned());
    if !possible && !category.anonymous {
        say(
            &mut ways,
            "Numbers in which nobody can be identified may be enough. They can be shared under section 17A of the Crime and Disorder Act 1998.",
        );
    }
    if !sharing.decided_by_person && !sharing.emergency {
        say(
            &mut ways,
            "About one person, you can ask the agency that holds it: from the person’s page, choose what you need and why. They decide, and their answer is recorded.",
        );
    }
    if !sharing.emergency {
        say(
            &mut ways,
            "If somebody is in danger now, don’t wait: ring 999, and use emergency access on the person’s page.",
        );
    }
    if category.in_confidence {
        say(
            &mut ways,
            "Ask the young person, or whoever speaks for them, and tell them what is shared unless that would put somebody at risk. That they agree to be supported is another thing: it shares nothing.",
        );
    }
    say(&mut ways, "Your agency’s data protection officer or Caldicott guardian can advise you.");
    ways
}
