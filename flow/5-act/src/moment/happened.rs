//! What a partner's record says of an event, in plain words: each feed's field has a label and each of its codes a sentence.
//! To show a new field of a feed well, add it to [`FIELDS`] here, and its codes to [`CODES`].

use base::{Code, Timestamp, first_large};
use serde_json::Value;

/// What stands elsewhere on the page: who they are, how to reach them, their part; and what only machines need.
const ELSEWHERE: &[&str] = &[
    "given",
    "family",
    "name",
    "dob",
    "sex",
    "ethnicity",
    "nhs_number",
    "upn",
    "phone",
    "email",
    "address",
    "postcode",
    "role",
    "Age",
    "Nominal ID",
    "Middle Names",
    "School Code",
    "FoundArea",
];

/// (category of data, field, label). An empty category stands for every one. In the order in which they are shown.
const FIELDS: &[(&str, &str, &str)] = &[
    ("ae_navigator", "kind", "Injury"),
    ("ae_navigator", "hospital", "Hospital"),
    ("ae_navigator", "seen_by", "Seen by"),
    ("ae_navigator", "agreed_to_contact", "Agreed to be contacted"),
    ("ae_navigator", "support_agreement", "Support offered at the hospital"),
    ("ae_navigator", "notification_id", "The hospital’s reference"),
    ("custody", "Suspected Offence", "Suspected of"),
    ("custody", "kind", "Kind of offence"),
    ("custody", "Station", "Police station"),
    ("custody", "Release", "Released"),
    ("custody", "Arrival", "Came into custody"),
    ("custody", "Custody Record Number", "Custody record"),
    ("missing_episode", "kind", "Risk while missing"),
    ("missing_episode", "ReportedAt", "Reported missing"),
    ("missing_episode", "ReturnedAt", "Returned"),
    ("missing_episode", "FoundPlace", "Found"),
    ("missing_episode", "LivingWith", "Lives with"),
    ("missing_episode", "InterviewOffered", "Return interview offered"),
    ("missing_episode", "InterviewAccepted", "Return interview accepted"),
    ("missing_episode", "InterviewDate", "Return interview held"),
    ("missing_episode", "EpisodeID", "The police’s reference"),
    ("exclusion", "kind", "Kind of exclusion"),
    ("exclusion", "Sessions", "How long"),
    ("exclusion", "Reason 1", "Reason"),
    ("exclusion", "Reason 2", "Second reason"),
    ("exclusion", "Reason 3", "Third reason"),
    ("exclusion", "School", "School"),
    ("exclusion", "Start Date", "First day"),
    ("", "kind", "What"),
];

/// (category of data, field, code, words). Reasons of exclusions as the Department for Education's code set CS109 has them.
const CODES: &[(&str, &str, &str, &str)] = &[
    ("ae_navigator", "agreed_to_contact", "yes", "Yes"),
    ("ae_navigator", "agreed_to_contact", "no", "No"),
    ("ae_navigator", "support_agreement", "agreed", "They said yes"),
    ("ae_navigator", "support_agreement", "declined", "They said no"),
    ("ae_navigator", "support_agreement", "not asked", "They were not asked"),
    ("custody", "kind", "PWITS", "Possession of drugs with intent to supply"),
    ("custody", "kind", "POSS", "Possession of drugs"),
    ("custody", "kind", "WEAP", "Possession of a weapon"),
    ("custody", "kind", "VIOL", "Violence"),
    ("custody", "kind", "ROB", "Robbery"),
    ("custody", "kind", "BURG", "Burglary"),
    ("custody", "kind", "THEFT", "Theft"),
    ("custody", "kind", "CRIM", "Criminal damage"),
    ("custody", "kind", "PUBO", "Public order"),
    ("custody", "kind", "OTHER", "Something else"),
    ("exclusion", "kind", "PERM", "Permanent exclusion"),
    ("exclusion", "kind", "SUSP", "Suspension"),
    ("exclusion", "kind", "LNCH", "Excluded at lunchtime"),
    ("exclusion", "Reason", "PP", "Physical assault against a pupil"),
    ("exclusion", "Reason", "PA", "Physical assault against an adult"),
    ("exclusion", "Reason", "VP", "Verbal abuse or threatening behaviour against a pupil"),
    ("exclusion", "Reason", "VA", "Verbal abuse or threatening behaviour against an adult"),
    ("exclusion", "Reason", "OW", "Use or threat of use of an offensive weapon or prohibited item"),
    ("exclusion", "Reason", "BU", "Bullying"),
    ("exclusion", "Reason", "RA", "Racist abuse"),
    ("exclusion", "Reason", "LG", "Abuse against sexual orientation or gender identity"),
    ("exclusion", "Reason", "DS", "Abuse relating to disability"),
    ("exclusion", "Reason", "SM", "Sexual misconduct"),
    ("exclusion", "Reason", "DA", "Drug and alcohol related"),
    ("exclusion", "Reason", "DM", "Damage"),
    ("exclusion", "Reason", "TH", "Theft"),
    ("exclusion", "Reason", "DB", "Persistent disruptive behaviour"),
    ("exclusion", "Reason", "MT", "Inappropriate use of social media or online technology"),
    ("exclusion", "Reason", "PH", "Breaking measures that protect public health"),
    ("exclusion", "Reason", "OT", "Another reason"),
];

/// When it happened: the day alone where the record gives no time.
pub(super) fn when(body: &serde_json::Map<String, Value>, event_at: Timestamp) -> String {
    let by_the_day = body.values().filter_map(Value::as_str).any(|text| day_of(text).is_some() && says(text, event_at));
    if by_the_day { web::time::date(event_at.date_in_london()) } else { web::time::full(event_at) }
}

/// A record's fields as (label, words), those that matter first; what the page says elsewhere is left out, and so is the time
/// of the event, which stands above them.
pub(super) fn facts(
    category: &str,
    body: &serde_json::Map<String, Value>,
    event_at: Timestamp,
) -> Vec<(String, String)> {
    fields(category, body, Some(event_at)).into_iter().map(|field| (field.label, field.words)).collect()
}

/// One field of a record in plain words.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Field {
    /// Its name in the record.
    pub key: String,
    /// What it is.
    pub label: String,
    /// What it says.
    pub words: String,
}

/// A record's fields, those that matter first, without who they are and how to reach them; without the time of the event, where it
/// is given.
#[must_use]
pub fn fields(category: &str, body: &serde_json::Map<String, Value>, event_at: Option<Timestamp>) -> Vec<Field> {
    let mut rows: Vec<(usize, Field)> = body
        .iter()
        .filter(|(key, _)| !ELSEWHERE.contains(&key.as_str()))
        .filter_map(|(key, value)| {
            let text = plain(value);
            if text.is_empty() || event_at.is_some_and(|at| says(&text, at)) {
                return None;
            }
            let known = FIELDS.iter().position(|(of, field, _)| (of.is_empty() || *of == category) && field == key);
            let label =
                known.and_then(|at| FIELDS.get(at)).map_or_else(|| label(key), |(_, _, words)| (*words).to_owned());
            let words = words_of(category, key, &text);
            Some((known.unwrap_or(usize::MAX), Field { key: key.clone(), label, words }))
        })
        .collect();
    rows.sort_by_key(|(order, _)| *order);
    rows.into_iter().map(|(_, field)| field).collect()
}

fn plain(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Bool(true) => "Yes".to_owned(),
        Value::Bool(false) => "No".to_owned(),
        Value::Null => String::new(),
        other => other.to_string(),
    }
}

/// What was done to the person or by whom, in words, for a record of any category.
pub(super) fn words_of(category: &str, key: &str, text: &str) -> String {
    let field = if key.starts_with("Reason ") { "Reason" } else { key };
    let known = CODES.iter().find(|(of, name, code, _)| *of == category && *name == field && *code == text);
    if let Some((.., words)) = known {
        return (*words).to_owned();
    }
    if (category, key) == ("exclusion", "Sessions") {
        return match text {
            "1" => "1 session (half a day)".to_owned(),
            number => format!("{number} sessions (half days)"),
        };
    }
    value_words(text)
}

/// Whether this is the time of the event, or its day.
fn says(text: &str, event_at: Timestamp) -> bool {
    instant(text) == Some(event_at) || day_of(text).and_then(|day| base::london::start_of(day).ok()) == Some(event_at)
}

fn instant(text: &str) -> Option<Timestamp> {
    text.contains('T').then(|| text.parse().ok()).flatten().and_then(|local| base::london::resolve(local).ok())
}

fn day_of(text: &str) -> Option<base::Date> {
    if text.len() == 10 { text.parse().ok() } else { None }
}

/// A field's name as people read it: `found_place` is "Found place", `EpisodeID` is "Episode ID", "Home Area" is "Home area".
fn label(key: &str) -> String {
    let mut text = String::new();
    let mut before = ' ';
    let mut letters = key.chars().peekable();
    while let Some(letter) = letters.next() {
        let begins_word = letter.is_uppercase() && (before.is_lowercase() || (before == ' ' && !text.is_empty()));
        let abbreviation = letters.peek().is_none_or(|next| next.is_uppercase());
        if begins_word && before != ' ' {
            text.push(' ');
        }
        match letter {
            '_' => text.push(' '),
            letter if begins_word && !abbreviation => text.extend(letter.to_lowercase()),
            letter if text.is_empty() => text.extend(letter.to_uppercase()),
            letter => text.push(letter),
        }
        before = letter;
    }
    text
}

/// A date or local time as people read it, a code without its underscores, a word with its first letter large.
fn value_words(value: &str) -> String {
    if let Some(at) = instant(value) {
        return web::time::full(at);
    }
    if let Some(day) = day_of(value) {
        return web::time::date(day);
    }
    let code = Code::is_valid(value) && value.starts_with(|first: char| first.is_ascii_lowercase());
    let text = if code { value.replace('_', " ") } else { value.to_owned() };
    first_large(&text)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn body(text: &str) -> serde_json::Map<String, Value> {
        serde_json::from_str(text).unwrap()
    }

    #[test]
    fn a_hospitals_notification_reads_as_sentences() {
        let body = body(
            r#"{"kind":"blunt_injury","agreed_to_contact":false,"support_agreement":"not asked","notification_id":"N1",
                "arrival":"2026-11-20T05:00:00","family":"Kaya"}"#,
        );
        let at = "2026-11-20T05:00:00Z".parse().unwrap();
        assert_eq!(when(&body, at), "20 November 2026, 5am");
        let facts = facts("ae_navigator", &body, at);
        let facts: Vec<(&str, &str)> = facts.iter().map(|(label, words)| (label.as_str(), words.as_str())).collect();
        assert_eq!(
            facts,
            [
                ("Injury", "Blunt injury"),
                ("Agreed to be contacted", "No"),
                ("Support offered at the hospital", "They were not asked"),
                ("The hospital’s reference", "N1"),
            ]
        );
    }

    #[test]
    fn a_day_has_no_midnight_and_is_said_once() {
        let body = body(r#"{"kind":"SUSP","Reason 1":"PP","Sessions":1,"Start Date":"2026-11-13","School Code":"99"}"#);
        let at = "2026-11-13T00:00:00Z".parse().unwrap();
        assert_eq!(when(&body, at), "13 November 2026");
        let facts = facts("exclusion", &body, at);
        let words: Vec<&str> = facts.iter().map(|(_, words)| words.as_str()).collect();
        assert_eq!(words, ["Suspension", "1 session (half a day)", "Physical assault against a pupil"]);
    }

    #[test]
    fn an_unknown_field_is_named_as_people_read_it() {
        assert_eq!(label("found_place"), "Found place");
        assert_eq!(label("EpisodeID"), "Episode ID");
        assert_eq!(label("Home Area"), "Home area");
    }
}
