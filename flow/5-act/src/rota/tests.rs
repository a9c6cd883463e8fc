//! Who answers when, and where nobody does.

use base::{Id, Timestamp, code};

use super::{Cover, Districts, Gap, Shift, cover, gaps, weekend};

fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

fn shift(member: u128, districts: Districts, from: &str, until: &str) -> Shift {
    Shift {
        id: member.to_string(),
        member: Id::from_u128(member),
        duty: code!("navigator"),
        districts,
        starts_at: at(from),
        ends_at: at(until),
    }
}

fn shifts() -> Vec<Shift> {
    let south = || Districts::Some(vec!["Marlhaven".into()]);
    vec![
        shift(1, Districts::All, "2026-03-06T08:00:00Z", "2026-03-06T20:00:00Z"),
        shift(2, south(), "2026-03-07T09:00:00Z", "2026-03-07T13:00:00Z"),
        shift(1, Districts::All, "2026-03-09T08:00:00Z", "2026-03-09T20:00:00Z"),
    ]
}

#[test]
fn a_gap_is_said_in_words() {
    let navigator = code!("navigator");
    let covered = |district, now| cover(&shifts(), &navigator, district, at(now));
    assert_eq!(covered(Some("Lindermouth"), "2026-03-06T19:59:00Z"), Cover::Now(vec![Id::from_u128(1)]));
    let gap = covered(Some("Lindermouth"), "2026-03-06T20:00:00Z");
    assert_eq!(gap.gap_words().unwrap(), "No cover until Monday 8am");
    assert_eq!(covered(Some("Marlhaven"), "2026-03-06T20:00:00Z").gap_words().unwrap(), "No cover until Saturday 9am");
    assert_eq!(covered(None, "2026-03-10T09:00:00Z").gap_words().unwrap(), "No cover planned");
    assert_eq!(cover(&shifts(), &code!("youth_worker"), None, at("2026-03-06T09:00:00Z")), Cover::Nobody);
}

#[test]
fn a_weekends_gaps_are_found() {
    let (from, until) = weekend(at("2026-03-04T12:00:00Z"));
    assert_eq!((from, until), (at("2026-03-07T00:00:00Z"), at("2026-03-09T00:00:00Z")));
    assert_eq!(weekend(at("2026-03-08T12:00:00Z")).0, from, "on Sunday it is still this one");
    let found = gaps(&shifts(), &code!("navigator"), Some("Marlhaven"), from, until);
    let gap = |from, until| Gap { from: at(from), until: at(until) };
    assert_eq!(
        found,
        [gap("2026-03-07T00:00:00Z", "2026-03-07T09:00:00Z"), gap("2026-03-07T13:00:00Z", "2026-03-09T00:00:00Z")]
    );
}

#[test]
fn the_weekend_of_the_change_of_clocks_is_an_hour_shorter() {
    let (from, until) = weekend(at("2026-03-27T12:00:00Z"));
    assert_eq!(until.since(from).as_hours(), 47);
}
