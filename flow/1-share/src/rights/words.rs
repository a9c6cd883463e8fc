//! What is held, in the field's words: tables, columns and values as a person may read them. What has no words of its own yet is made readable
//! from its name.

use base::{Id, Timestamp, first_large, kind};
use web::time;

/// A kind of thing that is held: what one of it is, and why the unit has it.
pub(crate) fn table(name: &str) -> (String, &'static str) {
    let (title, why) = match name {
        "record" => ("Record from a service", "A service gave it to the unit, to keep young people safe"),
        "quarantined" => ("Line that could not be read", "A service sent it, and something in it was not right"),
        "person" => ("That the records are of one person", "So that help comes once, and to the right person"),
        "person_record" => ("Which records are of this person", "So that help comes once, and to the right person"),
        "person_move" => ("Record that was moved from one person to another", "So that a mistake can be undone"),
        "person_search" => ("Copy of names and numbers for searching", "So that whoever may look can find the person"),
        "pair" => ("Comparison of two records", "To find out whether they are of one person"),
        "pair_decision" => ("Decision whether two records are of one person", "So that somebody answers for it"),
        "moment" => ("Moment at which somebody could help", "So that help comes in time"),
        "moment_escalation" => ("Reminder that help was late", "So that help comes in time"),
        "contact" => ("Contact, or a try at it", "To know what was done"),
        "referral" => ("Request to another service to help", "To know what was done"),
        "ask" => ("Question from one service to another", "So that somebody answers for what was shared"),
        "emergency_access" => ("Records opened in an emergency", "So that somebody answers for it"),
        "disclosure" => ("What another service was shown or given", "So that somebody answers for what was shared"),
        "audit_entry" => ("Who looked, and why", "The law says that this is kept"),
        "rights_request" => ("Request about your own data", "So that it is answered in time"),
        "rights_step" => ("What was done with a request of yours", "So that it is answered in time"),
        "rights_decision" => ("What a service decided about deleting", "So that somebody answers for it"),
        "rights_mark" => ("What was decided while answering you", "So that somebody answers for it"),
        "rights_answer" => ("Answer that was made for you", "So that it can be given"),
        "rights_statement" => ("What you said about a record", "So that it stands beside the record"),
        _ => ("", ""),
    };
    if title.is_empty() { (readable(name), "It is kept with the rest") } else { (title.to_owned(), why) }
}

/// A column, or a field of a partner's file.
pub(crate) fn column(key: &str) -> String {
    let words = match key {
        "given" => "Given name",
        "family" => "Family name",
        "dob" => "Date of birth",
        "nhs_number" => "NHS number",
        "upn" => "Unique pupil number",
        "phone" => "Phone",
        "email" => "Email address",
        "role" => "Your part in it",
        "event_at" => "When it happened",
        "kind" => "Kind",
        "why" => "Why, in their words",
        "asker" => "Who asked",
        "asker_agency" => "For which service",
        "member" | "by_member" | "made_by_member" => "Who",
        "agency" => "Service",
        "at" => "When",
        "expires_on" => "Kept until",
        "due_at" | "answer_by" => "To be done by",
        _ => "",
    };
    if words.is_empty() { readable(key) } else { words.to_owned() }
}

/// Columns that say nothing to a person: references, digests and the like. They are in the file for machines.
pub(crate) fn is_technical(key: &str) -> bool {
    const KEYS: [&str; 24] = [
        "id",
        "controller",
        "category",
        "feed",
        "source_key",
        "version",
        "is_current",
        "delivery",
        "line",
        "body_hash",
        "form_key",
        "record",
        "person",
        "left_record",
        "right_record",
        "run",
        "request",
        "number",
        "moment",
        "explanation",
        "weight",
        "score",
        "model",
        "gathered",
    ];
    KEYS.contains(&key) || key.ends_with("_hash") || key.ends_with("_id") || key.ends_with("_folded")
}

/// `first_contact_at`, `FirstContactAt`, `First Contact` as `First contact`.
pub(crate) fn readable(name: &str) -> String {
    let mut words = String::new();
    let mut before = ' ';
    for letter in name.chars() {
        if letter == '_' || letter == '-' || letter == '.' {
            words.push(' ');
        } else {
            if letter.is_uppercase() && before.is_lowercase() {
                words.push(' ');
            }
            words.push(letter);
        }
        before = letter;
    }
    let mut all = words.split_whitespace();
    let first = first_large(all.next().unwrap_or_default());
    let is_short = |word: &str| word.chars().count() < 5 && word.chars().all(|letter| !letter.is_lowercase());
    let rest = all.map(|word| if is_short(word) { word.to_owned() } else { word.to_lowercase() });
    std::iter::once(first).chain(rest).collect::<Vec<_>>().join(" ")
}

/// A value as a person reads it: times on London's clocks, codes as words.
pub(crate) fn value(key: &str, text: &str) -> String {
    let is_time = key == "at" || key == "until" || key.ends_with("_at") || key.ends_with("_by");
    if is_time
        && text.len() >= 14
        && let Ok(at) = text.parse::<i64>()
        && let Ok(at) = Timestamp::from_micros(at)
    {
        return time::full(at);
    }
    if text.len() == 10
        && let Ok(day) = text.parse::<base::Date>()
    {
        return time::date(day);
    }
    // A partner's own time, on its own clocks: `2026-10-03T21:45:00`.
    if text.len() >= 16
        && let Ok(local) = text.parse::<base::DateTime>()
    {
        return format!("{}, {}", time::date(local.date()), local.strftime("%-I:%M%P"));
    }
    const YES_OR_NO: [&str; 8] =
        ["named", "superseded", "agreed", "identity_shown", "paused", "suggested", "emergency", "is_open"];
    if YES_OR_NO.contains(&key) && (text == "1" || text == "0") {
        return if text == "1" { "Yes" } else { "No" }.to_owned();
    }
    if !text.contains('_') {
        return text.to_owned();
    }
    let is_code =
        |word: &str| word.chars().all(|one| one.is_ascii_lowercase() || one.is_ascii_digit() || "_:,".contains(one));
    let words = text.split(' ').map(|word| if is_code(word) { word.replace('_', " ") } else { word.to_owned() });
    words.collect::<Vec<_>>().join(if text.split(' ').all(is_code) { ", " } else { " " })
}

/// Whether a text is an id.
pub(crate) fn is_id(text: &str) -> bool {
    text.len() == 26 && text.parse::<Id<kind::Entry>>().is_ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_programs_become_words() {
        assert_eq!(readable("first_contact_at"), "First contact at");
        assert_eq!(readable("FirstContactAt"), "First contact at");
        assert_eq!(readable("Offence Description"), "Offence description");
        assert_eq!(readable("LSOA code"), "LSOA code");
        assert_eq!(value("raised_at", "1772442000000000"), "2 March 2026, 9am");
        assert_eq!(value("kind", "no_apparent_risk"), "no apparent risk");
        assert_eq!(value("categories", "exclusion missing_episode"), "exclusion, missing episode");
        assert_eq!(value("dob", "2010-02-14"), "14 February 2010");
        assert_eq!(value("Arrival", "2026-10-03T21:45:00"), "3 October 2026, 9:45pm", "no minute is lost");
        assert_eq!(value("words", "He_said NO"), "He_said NO");
    }
}
