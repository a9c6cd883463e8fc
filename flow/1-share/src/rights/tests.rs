//! The clock against the Commissioner's examples, and what must hold of every way that a request can go.

use base::{Date, Id, SignedDuration, Timestamp};
use proptest::prelude::*;

use super::{
    clock::{self, Rules},
    codes::{Deed, Kind, Regime},
    course::{Course, CourseError, Stage, Step},
};

const RULES: Rules = Rules { part_3_extends: false };

fn day(text: &str) -> Date {
    text.parse().unwrap()
}

fn step(deed: Deed, by: u128, on: &str, code: Option<&str>) -> Step {
    let at: Timestamp = format!("{on}T12:00:00Z").parse().unwrap();
    Step { deed, by: Id::from_u128(by), at, code: code.map(str::to_owned), words: None }
}

fn began(kind: Kind, regime: Regime, received: &str) -> Course {
    Course::begin(kind, regime, day(received), true, true)
}

#[test]
fn a_month_is_counted_as_the_commissioner_counts_it() {
    for (received, due) in [
        ("2025-09-03", "2025-10-03"), // the Commissioner's own example
        ("2026-03-31", "2026-04-30"), // and the one without a corresponding date
        ("2026-01-30", "2026-03-02"), // 28 February is a Saturday
        ("2027-01-29", "2027-03-01"), // 28 February is a Sunday
        ("2028-01-31", "2028-02-29"), // a leap year
        ("2026-09-03", "2026-10-05"), // 3 October is a Saturday
        ("2026-11-25", "2026-12-29"), // Christmas, the weekend and Boxing Day's substitute
        ("2026-03-03", "2026-04-07"), // Good Friday, the weekend and Easter Monday
        ("2026-11-22", "2026-12-22"), // a Sunday counts as any other day
    ] {
        assert_eq!(clock::due(day(received), 1, 0), day(due), "{received}");
    }
    assert_eq!(clock::due(day("2025-11-30"), 3, 0), day("2026-03-02"), "28 February is a Saturday");
    assert_eq!(clock::acknowledge_by(day("2026-11-01")), day("2026-11-30"), "its own day is the first of the thirty");
}

#[test]
fn the_month_begins_when_they_have_shown_who_they_are() {
    let mut course = Course::begin(Kind::Access, Regime::General, day("2026-09-03"), true, false);
    course.take(&step(Deed::IdentityAsked, 1, "2026-09-07", None), RULES).unwrap();
    assert!(course.due(day("2026-12-01"), RULES).paused.is_some());
    assert_eq!(course.take(&step(Deed::IdentityAsked, 1, "2026-09-08", None), RULES), Err(CourseError::Already));
    course.take(&step(Deed::IdentitySeen, 1, "2026-09-21", None), RULES).unwrap();
    let due = course.due(day("2026-09-21"), RULES);
    assert_eq!((due.on, due.paused), (day("2026-10-21"), None));
}

#[test]
fn the_clock_stands_still_while_they_are_asked_what_they_mean() {
    let mut course = began(Kind::Access, Regime::General, "2026-02-13");
    assert_eq!(course.due(day("2026-02-13"), RULES).on, day("2026-03-13"));
    course.take(&step(Deed::ClarificationAsked, 1, "2026-02-20", None), RULES).unwrap();
    assert_eq!(course.due(day("2026-02-27"), RULES).on, day("2026-03-20"), "it moves while it stands still");
    course.take(&step(Deed::Clarified, 1, "2026-02-27", None), RULES).unwrap();
    assert_eq!(course.due(day("2026-03-01"), RULES).on, day("2026-03-20"), "seven days");
}

#[test]
fn two_more_months_where_the_regime_gives_them() {
    let extended = |regime, rules: Rules| {
        let mut course = began(Kind::Access, regime, "2026-09-03");
        let taken = course.take(&step(Deed::Extended, 1, "2026-09-20", Some("complex")), rules);
        taken.map(|()| course.due(day("2026-09-20"), rules))
    };
    let general = extended(Regime::General, RULES).unwrap();
    assert_eq!((general.on, general.part_on), (day("2026-12-03"), None));
    assert_eq!(extended(Regime::LawEnforcement, RULES), Err(CourseError::NoExtension));
    let both = extended(Regime::Both, RULES).unwrap();
    assert_eq!((both.on, both.part_on, both.first()), (day("2026-12-03"), Some(day("2026-10-05")), day("2026-10-05")));
    let in_force = Rules { part_3_extends: true };
    assert_eq!(extended(Regime::LawEnforcement, in_force).unwrap().on, day("2026-12-03"));
    assert_eq!(extended(Regime::Both, in_force).unwrap().part_on, None);
    let mut late = began(Kind::Access, Regime::General, "2026-09-03");
    assert_eq!(
        late.take(&step(Deed::Extended, 1, "2026-10-06", Some("complex")), RULES),
        Err(CourseError::TooLate),
        "whoever asks is told within the month"
    );
    assert_eq!(late.take(&step(Deed::Extended, 1, "2026-09-06", None), RULES), Err(CourseError::NoReason));
    let mut complaint = began(Kind::Complaint, Regime::General, "2026-09-03");
    let refused = complaint.take(&step(Deed::Extended, 1, "2026-09-06", Some("complex")), RULES);
    assert_eq!(refused, Err(CourseError::NoExtension));
}

#[test]
fn nobody_approves_their_own_and_nothing_is_given_to_a_stranger() {
    let mut course = Course::begin(Kind::Access, Regime::General, day("2026-09-03"), true, false);
    for deed in [Deed::Gathered, Deed::Submitted] {
        course.take(&step(deed, 1, "2026-09-04", None), RULES).unwrap();
    }
    assert_eq!(course.take(&step(Deed::Approved, 1, "2026-09-05", None), RULES), Err(CourseError::Own));
    assert_eq!(course.take(&step(Deed::Answered, 1, "2026-09-05", None), RULES), Err(CourseError::NotNow));
    course.take(&step(Deed::Approved, 2, "2026-09-05", None), RULES).unwrap();
    assert_eq!(course.take(&step(Deed::Answered, 1, "2026-09-05", None), RULES), Err(CourseError::Identity));
    course.take(&step(Deed::IdentitySeen, 1, "2026-09-06", None), RULES).unwrap();
    course.take(&step(Deed::Answered, 1, "2026-09-06", Some("post")), RULES).unwrap();
    assert!(matches!(course.stage, Stage::Answered { how: Some(_), .. }));
    assert_eq!(course.take(&step(Deed::Withdrawn, 1, "2026-09-07", None), RULES), Err(CourseError::Closed));
}

#[test]
fn what_hides_or_erases_takes_two_and_everything_but_a_complaint_takes_an_identity() {
    for kind in [Kind::Correction, Kind::Objection, Kind::Restriction, Kind::Erasure, Kind::Complaint] {
        let mut course = Course::begin(kind, Regime::General, day("2026-09-03"), true, false);
        course.take(&step(Deed::Decided, 1, "2026-09-04", Some("done")), RULES).unwrap();
        let given = step(Deed::Answered, 1, "2026-09-05", Some("post"));
        if kind == Kind::Complaint {
            course.take(&given, RULES).unwrap();
            continue;
        }
        assert_eq!(course.take(&given, RULES), Err(CourseError::Identity), "{kind}");
        course.take(&step(Deed::IdentitySeen, 1, "2026-09-05", None), RULES).unwrap();
        if kind != Kind::Correction {
            assert_eq!(course.take(&given, RULES), Err(CourseError::Own), "{kind}");
        }
        course.take(&step(Deed::Answered, 2, "2026-09-06", Some("post")), RULES).unwrap();
    }
    let mut refused = began(Kind::Erasure, Regime::General, "2026-09-03");
    refused.take(&step(Deed::Decided, 1, "2026-09-04", Some("not public_task")), RULES).unwrap();
    refused.take(&step(Deed::Answered, 1, "2026-09-05", Some("post")), RULES).unwrap();
}

fn any_step() -> impl Strategy<Value = Step> {
    let codes = prop_oneof![
        Just(None),
        Just(Some("complex")),
        Just(Some("unfounded")),
        Just(Some("done")),
        Just(Some("not accurate")),
        Just(Some("post"))
    ];
    (0..Deed::ALL.len(), 1_u128..4, codes).prop_map(|(deed, by, code)| step(Deed::ALL[deed], by, "2026-09-03", code))
}

proptest! {
    #[test]
    fn whatever_is_tried_the_way_is_one_that_may_be(
        kind in 0..Kind::ALL.len(), regime in 0..Regime::ALL.len(), found: bool, identity: bool,
        tried in proptest::collection::vec((any_step(), 0_i64..20), 0..40),
    ) {
        let begun = Course::begin(Kind::ALL[kind], Regime::ALL[regime], day("2026-09-03"), found, identity);
        let (mut course, mut kept, mut days) = (begun.clone(), Vec::new(), 0);
        for (mut one, later) in tried {
            days += later;
            one.at = one.at.plus(SignedDuration::from_hours(24 * days));
            let before = course.clone();
            match course.take(&one, RULES) {
                Ok(()) => {
                    prop_assert!(!before.is_closed());
                    kept.push(one);
                }
                Err(_) => prop_assert_eq!(&course, &before, "a refused step changes nothing"),
            }
        }
        prop_assert_eq!(begun.replay(&kept, RULES), Ok(course.clone()), "what is kept makes it again");
        let did = |deed| kept.iter().filter(move |one| one.deed == deed);
        if matches!(course.stage, Stage::Answered { .. }) && course.kind == Kind::Access && found {
            prop_assert!(course.identity);
            let submitted = did(Deed::Submitted).next_back().unwrap();
            let approved = did(Deed::Approved).next_back().unwrap();
            prop_assert!(submitted.by != approved.by, "two people");
        }
        prop_assert!(did(Deed::Extended).count() <= 1);
        if course.regime == Regime::LawEnforcement { prop_assert_eq!(did(Deed::Extended).count(), 0); }
        let today = day("2027-06-01");
        let due = course.due(today, RULES);
        prop_assert!(due.first() <= due.on && course.starts >= course.received);
        prop_assert!(due.on > course.starts);
    }

    #[test]
    fn a_due_day_is_worked_and_never_early(days in 0_i32..1200, still in 0_i32..60) {
        let starts = day("2025-01-01").saturating_add(jiff::ToSpan::days(days));
        let due = clock::due(starts, 1, still);
        prop_assert!(base::working::WorkingDays::england().is_working(due));
        let counted = clock::days_between(starts, due) - still;
        prop_assert!((28..=36).contains(&counted), "{starts}: {counted}");
    }
}
