//! Who answers when, and where nobody does.

use base::{Id, Timestamp, code};

use super::{Cover, Districts, Gap, Shift, cover, fortnight, gaps, weekend};

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

#[test]
fn whole_days_in_a_row_are_one_line() {
    let day = |member, from, until| shift(member, Districts::All, from, until);
    let shifts = [
        day(1, "2026-03-30T23:00:00Z", "2026-03-31T23:00:00Z"), // by London's clocks, in summer
        day(2, "2026-03-31T07:00:00Z", "2026-03-31T19:00:00Z"),
        day(1, "2026-03-31T23:00:00Z", "2026-04-01T23:00:00Z"),
        day(1, "2026-04-02T23:00:00Z", "2026-04-03T23:00:00Z"), // a day between them is nobody's
    ];
    assert!(fortnight::is_all_day(&shifts[0]) && !fortnight::is_all_day(&shifts[1]));
    let words: Vec<String> = fortnight::on_call(&shifts).iter().map(fortnight::OnCall::words).collect();
    assert_eq!(words, ["Tue 31 March to Wed 1 April", "Fri 3 April"]);
}

#[test]
fn each_day_of_a_fortnight_is_covered_or_not() {
    let days = fortnight::cover_days(&shifts(), &code!("navigator"), at("2026-03-06T09:00:00Z"));
    let words: Vec<&str> = days.iter().map(|day| day.words.as_str()).collect();
    assert_eq!(words[..4], ["Fri 6: gaps", "Sat 7: gaps", "Sun 8: nobody", "Mon 9: gaps"]);
    assert!(days.len() == 14 && days.iter().all(|day| !day.is_covered));
    let on_call = [shift(1, Districts::All, "2026-03-06T00:00:00Z", "2026-03-07T00:00:00Z")];
    let days = fortnight::cover_days(&on_call, &code!("navigator"), at("2026-03-06T09:00:00Z"));
    assert_eq!((days[0].words.as_str(), days[0].is_covered, days[1].is_covered), ("Fri 6: covered", true, false));
}
