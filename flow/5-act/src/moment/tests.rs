//! The states of a moment: whatever happens to it, no evidence is lost, and the clock stops only for what its type allows.

use base::{AgeBand, EthnicGroup, Id, Sex, SignedDuration, Timestamp, code};
use proptest::prelude::*;

use super::{
    Agreed, Attempt, How, Moment, MomentError, Reason, State,
    merge::{Join, joins},
    words,
};
use crate::moment_type::{Meeting, MomentType, MomentTypes, Step};

fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

fn rules(code: &'static str) -> MomentType {
    MomentTypes::with([]).unwrap().iter().find(|one| one.code.as_str() == code).unwrap().clone()
}

fn event() -> Timestamp {
    at("2026-03-02T09:00:00Z")
}

fn moment(n: u128, person: Option<u128>, event_at: Timestamp) -> Moment {
    Moment {
        id: Id::from_u128(n),
        moment_type: code!("custody"),
        record: Id::from_u128(n),
        origin: format!("custody {n}"),
        person: person.map(Id::from_u128),
        controller: Id::from_u128(1),
        category: code!("custody"),
        role: "suspect".into(),
        event_at,
        due_at: event_at.plus_hours(24),
        paused_for: SignedDuration::ZERO,
        state: State::Open,
        assigned_to: None,
        raised_at: event_at,
        held_at: None,
        age_band: AgeBand::Unknown,
        sex: Sex::NotKnown,
        ethnicity: EthnicGroup::NotStated,
        area: None,
        district: None,
        changes: 0,
    }
}

fn attempt(hours: i64, how: How, reached: bool, agreed: Option<Agreed>) -> Attempt {
    Attempt { contact: Id::from_u128(99), at: event().plus_hours(hours), how, reached, agreed, by: Id::from_u128(5) }
}

#[test]
fn the_clock_stops_at_the_contact_and_not_when_it_is_written_down() {
    let (mut moment, rules) = (moment(1, None, event()), rules("custody"));
    let late = event().plus_hours(40);
    assert_eq!(moment.attempt(&rules, &attempt(23, How::Phone, true, Some(Agreed::Yes)), late), Ok(true));
    assert_eq!(moment.in_time(), Some(true));
    assert_eq!(words::clock(&moment, late).tag, "Reached in time");
}

#[test]
fn a_call_does_not_stop_the_clock_of_a_return_interview() {
    let (mut moment, rules) = (moment(1, None, event()), rules("return_from_missing"));
    let now = event().plus_hours(30);
    assert_eq!(moment.attempt(&rules, &attempt(2, How::Phone, true, Some(Agreed::Yes)), now), Ok(false));
    assert_eq!(moment.state, State::Open);
    assert_eq!(moment.attempt(&rules, &attempt(3, How::FaceToFace, true, Some(Agreed::Yes)), now), Ok(true));
    assert_eq!(moment.reached().unwrap().at, event().plus_hours(3));
}

#[test]
fn an_earlier_contact_that_is_written_down_later_is_the_first() {
    let (mut moment, rules) = (moment(1, None, event()), rules("custody"));
    let now = event().plus_hours(50);
    moment.attempt(&rules, &attempt(30, How::Phone, true, Some(Agreed::NotYet)), now).unwrap();
    assert_eq!(moment.in_time(), Some(false));
    moment.attempt(&rules, &attempt(20, How::FaceToFace, true, Some(Agreed::Yes)), now).unwrap();
    assert_eq!(moment.in_time(), Some(true));
    assert_eq!(moment.reached().unwrap().agreed, Agreed::NotYet, "what was said last counts");
}

#[test]
fn a_pause_moves_the_end_and_a_correction_keeps_the_pause() {
    let (mut moment, rules) = (moment(1, None, event()), rules("custody"));
    moment.pause(&rules, Reason::NotSafeNow, Id::from_u128(5), event().plus_hours(4)).unwrap();
    assert_eq!(words::clock(&moment, event().plus_hours(5)).tag, "Paused: it is not safe to contact them now");
    moment.resume(event().plus_hours(10)).unwrap();
    assert_eq!(moment.due_at, event().plus_hours(30));
    moment.correct(Id::from_u128(7), event().plus_hours(1), event().plus_hours(25));
    assert_eq!(moment.due_at, event().plus_hours(31));
    assert_eq!(moment.pause(&rules, Reason::Died, Id::from_u128(5), event()), Err(MomentError::NotAllowed));
}

#[test]
fn giving_up_is_possible_only_when_the_time_is_up_and_counts_as_not_in_time() {
    let (mut moment, rules) = (moment(1, None, event()), rules("custody"));
    let by = Id::from_u128(5);
    assert_eq!(moment.close(&rules, Reason::NotReached, by, event().plus_hours(24)), Err(MomentError::TimeLeft));
    moment.close(&rules, Reason::NotReached, by, event().plus_hours(25)).unwrap();
    assert_eq!(moment.in_time(), Some(false));
    assert_eq!(moment.close(&rules, Reason::Died, by, event().plus_hours(26)), Err(MomentError::Closed));
}

#[test]
fn what_the_record_says_was_held_is_not_breached_and_counts_once_somebody_confirms_it() {
    let (mut moment, rules) = (moment(1, None, event()), rules("return_from_missing"));
    let (by, later) = (Id::from_u128(5), event().plus_hours(90));
    assert_eq!(
        moment.close(&rules, Reason::AlreadyHeld, by, later),
        Err(MomentError::NotAllowed),
        "the record is silent"
    );
    moment.held_at = Some(event().plus_hours(20));
    assert_eq!(words::clock(&moment, later).tag, "The record says it was held");
    assert!(!moment.escalates(Step::Breached) && moment.escalates(Step::Unassigned { after_hours: 4 }));
    let mut denied = moment.clone();
    denied.not_held().unwrap();
    assert!(words::clock(&denied, later).tag.starts_with("Breached by") && denied.escalates(Step::Breached));
    moment.close(&rules, Reason::AlreadyHeld, by, later).unwrap();
    assert_eq!(moment.in_time(), Some(true), "it counts when it was held, not when somebody confirmed it");
    assert_eq!(moment.not_held(), Err(MomentError::Closed));
}

#[test]
fn what_reached_us_too_late_is_said_so() {
    let mut moment = moment(1, None, event());
    moment.raised_at = event().plus_hours(24 * 7);
    let clock = words::clock(&moment, event().plus_hours(24 * 9));
    assert_eq!(clock.tag, "Reached us 6 days after its time ran out");
    moment.raised_at = event().plus_hours(24);
    let clock = words::clock(&moment, event().plus_hours(24 * 9));
    assert_eq!(clock.tag, "Breached by 8 days", "raised in its last minute, it could have been met");
}

#[test]
fn impossible_times_are_refused() {
    let (mut moment, rules) = (moment(1, None, event()), rules("custody"));
    let now = event().plus_hours(2);
    assert_eq!(moment.attempt(&rules, &attempt(-1, How::Phone, true, None), now), Err(MomentError::BeforeEvent));
    assert_eq!(moment.attempt(&rules, &attempt(3, How::Phone, true, None), now), Err(MomentError::InFuture));
}

fn joined(moments: &[Moment]) -> Vec<(u128, Join)> {
    let rules = rules("custody");
    let mut found = joins(moments, |_| Some(&rules));
    found.sort_by_key(|(id, _)| *id);
    found.into_iter().map(|(id, join)| (id.as_u128(), join)).collect()
}

#[test]
fn moments_of_one_person_within_the_window_become_one_with_the_earliest_clock() {
    let moments = [
        moment(1, Some(8), event().plus_hours(5)),
        moment(2, Some(8), event()),
        moment(3, Some(8), event().plus_hours(24)),
        moment(4, Some(8), event().plus_hours(25)), // a window of its own
        moment(5, Some(9), event()),
        moment(6, None, event()),
    ];
    let first = Join::Into(Id::from_u128(2));
    assert_eq!(joined(&moments), [(1, first), (3, first)]);
}

#[test]
fn what_happens_after_the_answer_is_a_new_moment() {
    let mut first = moment(1, Some(8), event());
    first
        .attempt(&rules("custody"), &attempt(4, How::FaceToFace, true, Some(Agreed::Yes)), event().plus_hours(9))
        .unwrap();
    let before = moment(2, Some(8), event().plus_hours(3));
    let after = moment(3, Some(8), event().plus_hours(5));
    assert_eq!(joined(&[first, before, after]), [(2, Join::Into(Id::from_u128(1)))]);
}

#[test]
fn what_linking_takes_apart_is_taken_apart_here() {
    let mut merged = moment(2, Some(8), event().plus_hours(3));
    merged.merge(Id::from_u128(1), event().plus_hours(4)).unwrap();
    assert_eq!(joined(&[moment(1, Some(8), event()), merged.clone()]), [], "done is done");
    merged.person = Some(Id::from_u128(9));
    assert_eq!(joined(&[moment(1, Some(8), event()), merged]), [(2, Join::Part)]);
}

#[derive(Debug, Clone)]
enum Do {
    Attempt(i64, How, bool, Option<Agreed>),
    Pause(Reason, i64),
    Resume(i64),
    Close(Reason, i64),
    Merge(i64),
    Part,
    Correct(i64),
}

fn doing() -> impl Strategy<Value = Do> {
    let how = prop::sample::select(How::ALL);
    let reason = || prop::sample::select(Reason::ALL);
    let agreed = prop::option::of(prop::sample::select(Agreed::ALL));
    prop_oneof![
        (0..60_i64, how, any::<bool>(), agreed)
            .prop_map(|(at, how, reached, agreed)| Do::Attempt(at, how, reached, agreed)),
        (reason(), 0..60_i64).prop_map(|(why, at)| Do::Pause(why, at)),
        (0..60_i64).prop_map(Do::Resume),
        (reason(), 0..60_i64).prop_map(|(why, at)| Do::Close(why, at)),
        (0..60_i64).prop_map(Do::Merge),
        Just(Do::Part),
        (0..10_i64).prop_map(Do::Correct),
    ]
}

fn apply(moment: &mut Moment, rules: &MomentType, what: &Do, n: u128) -> Result<(), MomentError> {
    let by = Id::from_u128(5);
    let hour = |hours: i64| event().plus_hours(hours);
    match what {
        Do::Attempt(at, how, reached, agreed) => {
            let attempt =
                Attempt { contact: Id::from_u128(n), at: hour(*at), how: *how, reached: *reached, agreed: *agreed, by };
            moment.attempt(rules, &attempt, hour(60)).map(|_| ())
        }
        Do::Pause(why, at) => moment.pause(rules, *why, by, hour(*at)),
        Do::Resume(at) => moment.resume(hour(*at)),
        Do::Close(why, at) => moment.close(rules, *why, by, hour(*at)),
        Do::Merge(at) => moment.merge(Id::from_u128(1_000), hour(*at)),
        Do::Part => moment.part(),
        Do::Correct(by) => {
            moment.correct(Id::from_u128(n), hour(*by), hour(*by + 24));
            Ok(())
        }
    }
}

proptest! {
    #[test]
    fn no_evidence_is_lost_and_only_allowed_reasons_stop_the_clock(
        steps in prop::collection::vec(doing(), 0..14), which in 0..5_usize,
    ) {
        let rules = MomentTypes::with([]).unwrap().iter().nth(which).unwrap().clone();
        let mut moment = moment(1, None, event());
        for (n, step) in steps.iter().enumerate() {
            let before = moment.clone();
            let outcome = apply(&mut moment, &rules, step, n as u128 + 10);
            if outcome.is_err() {
                prop_assert_eq!(&moment, &before, "a refused change changes nothing");
            }
            if let Some(reached) = before.reached() {
                prop_assert!(moment.reached().is_some_and(|now| now.at <= reached.at), "the first contact stays");
            }
            if let State::Closed(closing) = &before.state {
                prop_assert_eq!(&moment.state, &State::Closed(closing.clone()), "closed stays closed");
            }
            prop_assert!(moment.paused_for >= before.paused_for);
            let stopped = before.is_waiting() && !moment.is_waiting();
            match &moment.state {
                State::Contacted(reached) if stopped => {
                    prop_assert!(rules.stops.contains(&Reason::Contacted));
                    let met = reached.how == How::FaceToFace || rules.meeting != Meeting::FaceToFaceRequired;
                    prop_assert!(met, "a call never stops a clock that asks for a meeting");
                }
                State::Closed(closing) if stopped => {
                    let gave_up = closing.reason == Reason::NotReached && moment.in_time() == Some(false);
                    prop_assert!(rules.stops.contains(&closing.reason) || gave_up);
                }
                State::Paused(pause) => prop_assert!(rules.pauses.contains(&pause.why)),
                _ => {}
            }
        }
    }
}
