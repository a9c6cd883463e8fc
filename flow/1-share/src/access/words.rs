//! An entry of the log in plain words. Entries hold codes and ids; names of members, agencies and agreements come from the
//! register, and no person's name ever stands here.

use std::collections::BTreeMap;

use vault::{Purpose, audit::LoggedEntry};

use crate::{agreement::purpose_words, decision::refusal_words, law::law};

/// Names by id, of whoever and whatever works here.
#[derive(Default)]
pub(super) struct Names {
    pub members: BTreeMap<String, String>,
    pub agencies: BTreeMap<String, String>,
    pub agreements: BTreeMap<String, String>,
}

impl Names {
    fn agency(&self, id: &str) -> String {
        self.agencies.get(id).cloned().unwrap_or_else(|| "an agency that is no longer known".to_owned())
    }

    /// Who did it.
    pub(super) fn who(&self, entry: &LoggedEntry) -> String {
        let agency = entry.agency.as_deref().map(|id| self.agency(id));
        match (entry.actor_kind.as_str(), agency) {
            ("member", agency) => {
                let name = self.members.get(&entry.actor).cloned().unwrap_or_else(|| "Somebody".to_owned());
                agency.map_or_else(|| name.clone(), |agency| format!("{name}, {agency}"))
            }
            ("token", Some(agency)) => format!("The systems of {agency}"),
            ("job", _) => "A background job".to_owned(),
            _ => "The program".to_owned(),
        }
    }
}

/// What was done: a request's verb, or a change's act.
pub(crate) fn what(entry: &LoggedEntry) -> String {
    let known = match entry.verb.as_str() {
        "collect" => "Took data in",
        "view" => "Looked at",
        "list" => "Listed",
        "search" => "Searched",
        "record" => "Opened to write",
        "link" => "Compared records",
        "count" => "Counted",
        "disclose" => "Gave out",
        "erase" => "Deleted",
        "sign_in_opened" => "Signed in",
        "sign_in_ended" => "A sign-in ended",
        "sign_ins_ended" => "All sign-ins ended",
        "sign_in_seen" => "Still signed in",
        "sign_in_failed" => "Failed to sign in",
        "second_factor_given" => "Gave the second factor",
        "second_factor_set_up" => "Set up a second factor",
        "recovery_code_given" => "Used a recovery code",
        "access_log_read" => "Read this log",
        "log_entry_proven" => "Made a proof of an entry of this log",
        "tree_head_given" => "Was given a signed head of this log",
        _ => "",
    };
    if known.is_empty() { sentence(&entry.verb) } else { known.to_owned() }
}

/// `moment_accepted` as `Moment accepted`.
fn sentence(code: &str) -> String {
    base::first_large(&code.replace('_', " "))
}

/// What it was about; empty where the act says it already.
pub(super) fn about(entry: &LoggedEntry) -> String {
    match entry.scope_kind.as_str() {
        "sign_in" | "staff" => String::new(),
        "unit" => "the unit".to_owned(),
        "audit_entry" => format!("entry {}", entry.scope.as_deref().unwrap_or_default()),
        "tree_head" => format!("over {} entries", entry.scope.as_deref().unwrap_or_default()),
        kind => kind.replace('_', " "),
    }
}

/// Why.
pub(crate) fn why(entry: &LoggedEntry) -> String {
    entry
        .purpose
        .parse::<Purpose>()
        .map_or_else(|_| entry.purpose.replace('_', " "), |purpose| purpose_words(purpose).to_owned())
}

/// What was granted and on what ground, and what was refused and why; the same said once.
pub(super) fn grounds(entry: &LoggedEntry, names: &Names) -> Vec<String> {
    let Ok(inputs) = serde_json::from_str::<serde_json::Value>(&entry.inputs) else { return Vec::new() };
    let mut lines: Vec<(String, Vec<String>)> = Vec::new();
    for grant in list(&inputs, "granted") {
        push(&mut lines, data(grant, names), ground(grant, names));
    }
    for refusal in list(&inputs, "refused") {
        let why = refusal_words(text(refusal, "why"));
        push(&mut lines, data(refusal, names), format!("Refused: {why}"));
    }
    lines.into_iter().map(|(line, data)| format!("{line} ({})", data.join("; "))).collect()
}

fn push(lines: &mut Vec<(String, Vec<String>)>, data: String, line: String) {
    match lines.iter_mut().find(|(known, _)| *known == line) {
        Some((_, all)) => all.push(data),
        None => lines.push((line, vec![data])),
    }
}

fn list<'a>(inputs: &'a serde_json::Value, key: &str) -> &'a [serde_json::Value] {
    inputs.get(key).and_then(serde_json::Value::as_array).map_or(&[], Vec::as_slice)
}

fn text<'a>(part: &'a serde_json::Value, key: &str) -> &'a str {
    part.get(key).and_then(serde_json::Value::as_str).unwrap_or_default()
}

fn data(part: &serde_json::Value, names: &Names) -> String {
    let category = text(part, "category");
    let category = category.parse().map_or_else(|_| category.to_owned(), |code| law().category(&code).name);
    format!("{category}, {}", names.agency(text(part, "controller")))
}

fn ground(grant: &serde_json::Value, names: &Names) -> String {
    let power = text(grant, "power");
    let Some(title) = names.agreements.get(text(grant, "agreement")) else {
        return match power {
            "own_record" => "Own records".to_owned(),
            "persons_right" => "The person’s own request about their data".to_owned(),
            "open_data" => "Open data".to_owned(),
            "storage_limitation" => "Deleting what is no longer needed".to_owned(),
            "self_monitoring" => "Watching over who looked: names and postcodes alone, none kept".to_owned(),
            other => law().gateway(other).map_or_else(
                || sentence(other),
                |gateway| format!("Decided for this person by somebody who is named, {}", gateway.law),
            ),
        };
    };
    let law = law().gateway(power).map_or_else(|| sentence(power), |gateway| gateway.law.clone());
    format!("Under “{title}”, {law}")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn entry(verb: &str, inputs: serde_json::Value) -> LoggedEntry {
        LoggedEntry {
            position: 1,
            at: base::Timestamp::EPOCH,
            actor_kind: "member".to_owned(),
            actor: "M".to_owned(),
            agency: Some("A".to_owned()),
            operation: "consultation".to_owned(),
            verb: verb.to_owned(),
            scope_kind: "person".to_owned(),
            scope: Some("P".to_owned()),
            purpose: "support".to_owned(),
            allowed: true,
            permit: None,
            inputs: inputs.to_string(),
            leaf_hash: String::new(),
        }
    }

    #[test]
    fn an_entry_reads_as_a_sentence() {
        let names = Names {
            members: [("M".to_owned(), "Asha Bello".to_owned())].into(),
            agencies: [("A".to_owned(), "Turnaround Navigators".to_owned()), ("H".to_owned(), "Hospital".to_owned())]
                .into(),
            agreements: [("G".to_owned(), "Reachable moments".to_owned())].into(),
        };
        let inputs = serde_json::json!({
            "granted": [
                {"controller": "H", "category": "ae_navigator", "agreement": "G", "power": "children_act_2004_s10_s11"},
                {"controller": "A", "category": "contact", "agreement": null, "power": "own_record"},
            ],
            "refused": [
                {"controller": "H", "category": "custody", "why": "no_agreement"},
                {"controller": "H", "category": "exclusion", "why": "no_agreement"},
            ],
        });
        let entry = entry("view", inputs);
        assert_eq!(names.who(&entry), "Asha Bello, Turnaround Navigators");
        assert_eq!(
            (what(&entry).as_str(), about(&entry).as_str(), why(&entry).as_str()),
            ("Looked at", "person", "offering support")
        );
        assert_eq!(
            grounds(&entry, &names),
            [
                "Under “Reachable moments”, Children Act 2004 sections 10 and 11 (A&E navigator notifications, Hospital)",
                "Own records (Contacts made by the unit and its partners, Turnaround Navigators)",
                "Refused: There is no information sharing agreement between the agency that controls this and yours. (Police \
                 custody, Hospital; School exclusions and suspensions, Hospital)",
            ]
        );
    }

    #[test]
    fn an_act_that_has_no_words_yet_is_still_read() {
        assert_eq!(what(&entry("moment_accepted", serde_json::json!({}))), "Moment accepted");
        assert!(grounds(&entry("moment_accepted", serde_json::json!({"notes": {}})), &Names::default()).is_empty());
    }
}
