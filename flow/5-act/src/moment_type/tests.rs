//! Moment types: what raises them, when their time is up, and what a wrong file is told.

use base::{Timestamp, code};
use serde_json::{Map, Value, json};

use super::{Happening, MomentTypes, Verdict};

fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

fn types() -> MomentTypes {
    MomentTypes::with([]).unwrap()
}

fn body(value: Value) -> Map<String, Value> {
    value.as_object().unwrap().clone()
}

fn raised_by(category: &str, event: &str, fields: Value, now: &str) -> Vec<String> {
    let (category, body) = (category.parse().unwrap(), body(fields));
    let happening = Happening { category: &category, event_at: Some(at(event)), body: &body };
    types()
        .iter()
        .filter_map(|one| match one.verdict(&happening, at(now), one.horizon_days) {
            Verdict::Raises { due, .. } => Some(format!("{} {due}", one.code)),
            _ => None,
        })
        .collect()
}

#[test]
fn the_built_in_types_are_good() {
    let codes: Vec<String> = types().iter().map(|one| one.code.to_string()).collect();
    assert_eq!(codes, ["ae_attendance", "custody", "arrest_for_possession", "return_from_missing", "exclusion"]);
}

#[test]
fn custody_raises_one_type_by_its_offence() {
    let raised = |kind| {
        raised_by("custody", "2026-03-01T10:00:00Z", json!({"kind": kind, "dob": "2010-01-01"}), "2026-03-02T09:00:00Z")
    };
    assert_eq!(raised("PWITS"), ["arrest_for_possession 2026-03-02T10:00:00Z"]);
    assert_eq!(raised("VIOL"), ["custody 2026-03-02T10:00:00Z"]);
}

#[test]
fn the_clock_starts_at_release_where_the_record_has_one() {
    let fields = json!({"kind": "VIOL", "dob": "2010-01-01", "Release": "2026-03-01T20:00:00"});
    let raised = raised_by("custody", "2026-03-01T10:00:00Z", fields, "2026-03-02T09:00:00Z");
    assert_eq!(raised, ["custody 2026-03-02T20:00:00Z"]);
}

#[test]
fn nothing_is_raised_while_a_child_is_missing() {
    let category = code!("missing_episode");
    let body = body(json!({"dob": "2012-01-01", "kind": "high"}));
    let happening = Happening { category: &category, event_at: Some(at("2026-03-01T10:00:00Z")), body: &body };
    let types = types();
    let rules = types.get(&code!("return_from_missing")).unwrap();
    assert_eq!(rules.verdict(&happening, at("2026-03-02T09:00:00Z"), 14), Verdict::NotStarted);
}

#[test]
fn seventy_two_hours_are_elapsed_hours_over_the_change_of_clocks() {
    // The clocks go forward on 29 March 2026: from Friday 6pm to Monday 7pm by the clock on the wall.
    let fields = json!({"dob": "2012-01-01", "ReturnedAt": "2026-03-27T18:00:00"});
    let raised = raised_by("missing_episode", "2026-03-26T10:00:00Z", fields, "2026-03-28T09:00:00Z");
    assert_eq!(raised, ["return_from_missing 2026-03-30T18:00:00Z"]);
    assert_eq!(at("2026-03-30T18:00:00Z").in_london().hour(), 19);
}

#[test]
fn working_days_skip_the_weekend_and_the_bank_holidays_and_end_at_londons_midnight() {
    // Thursday 2 April 2026; Good Friday and Easter Monday follow: 7, 8, 9, 10 and 13 April are worked.
    let fields = json!({"dob": "2012-01-01", "kind": "SUSP"});
    let raised = raised_by("exclusion", "2026-04-01T23:00:00Z", fields, "2026-04-03T09:00:00Z");
    assert_eq!(raised, ["exclusion 2026-04-13T23:00:00Z"]); // midnight in summer time
}

#[test]
fn ages_and_horizon_hold_and_an_unknown_age_is_a_child() {
    let category = code!("custody");
    let types = types();
    let rules = types.get(&code!("custody")).unwrap();
    let verdict = |fields: Value, now: &str| {
        let body = body(fields);
        let happening = Happening { category: &category, event_at: Some(at("2026-03-01T10:00:00Z")), body: &body };
        rules.verdict(&happening, at(now), rules.horizon_days)
    };
    let soon = "2026-03-02T09:00:00Z";
    assert_eq!(verdict(json!({"kind": "VIOL", "dob": "2001-02-28"}), soon), Verdict::OutsideAges);
    assert!(matches!(verdict(json!({"kind": "VIOL", "dob": "2001-03-02"}), soon), Verdict::Raises { .. }));
    assert!(matches!(verdict(json!({"kind": "VIOL"}), soon), Verdict::Raises { .. }));
    assert!(matches!(verdict(json!({"kind": "VIOL"}), "2026-03-15T10:30:00Z"), Verdict::Raises { .. }));
    assert_eq!(verdict(json!({"kind": "VIOL"}), "2026-03-15T11:00:01Z"), Verdict::TooLongAgo);
}

#[test]
fn a_units_own_file_takes_the_place_of_a_built_in_one() {
    let own = include_str!("../../moment_types/return_from_missing.toml").replace("hours = 72", "hours = 48");
    let types = MomentTypes::with([("own.toml", own.as_str())]).unwrap();
    assert_eq!(types.iter().count(), 5);
    assert_eq!(types.get(&code!("return_from_missing")).unwrap().limit_words(), "48 hours");
}

#[test]
fn a_wrong_file_is_told_everything_at_once_in_plain_words() {
    let own = include_str!("../../moment_types/custody.toml")
        .replace("oldest = 24", "oldest = 40")
        .replace("face_to_face_preferred", "by_letter")
        .replace("\"contacted\", ", "\"sulking\", ");
    let problems = MomentTypes::with([("own.toml", own.as_str())]).unwrap_err();
    let text: Vec<String> = problems.iter().map(ToString::to_string).collect();
    assert_eq!(text.len(), 4, "{text:#?}");
    assert!(text.iter().all(|problem| problem.starts_with("own.toml: ")));
    assert!(text.iter().any(|problem| problem.contains("moments are for people under 25")));
    assert!(text.iter().any(|problem| problem.contains("`offer.meeting` is `by_letter`")));
    let outcome =
        |problem: &String| problem.contains("names `sulking`: ") && problem.contains("must be one of: contacted");
    assert!(text.iter().any(outcome), "{text:#?}");
    let broken = MomentTypes::with([("own.toml", "code = ")]).unwrap_err();
    assert!(broken[0].to_string().starts_with("own.toml: line 1"), "{}", broken[0]);
}
