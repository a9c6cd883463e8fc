//! The rules' dates, and the starting set.

use base::{Date, code};
use proptest::prelude::*;

use super::rule::{Because, Facts, Rules, Then, days_after, years_after};

fn day(text: &str) -> Date {
    text.parse().unwrap()
}

fn starting() -> Rules {
    Rules::read(Rules::STARTING).unwrap()
}

fn facts(event: &str, born: Option<&str>) -> Facts {
    Facts { received: Some(day(event)), event: Some(day(event)), born: born.map(day), ..Facts::default() }
}

#[test]
fn every_category_of_people_has_a_rule_and_every_rule_says_its_law() {
    let rules = starting();
    let made_here = ["contact", "referral", "link_decision", "data_request", "rights_request"];
    for category in crate::law::law().categories() {
        let named = rules.0.iter().any(|rule| rule.categories.contains(&category.code));
        assert!(named || made_here.contains(&category.code.as_str()), "{}", category.code);
    }
    for rule in &rules.0 {
        assert!(!rule.law.is_empty() && !rule.words.is_empty(), "{}", rule.code);
    }
    let checked: Vec<&str> = rules.0.iter().filter(|rule| rule.checked).map(|rule| rule.code.as_str()).collect();
    assert_eq!(checked, ["counts"], "what nobody compared with its source says so");
}

#[test]
fn police_groups_are_reviewed_after_their_time() {
    let rules = starting();
    let today = day("2026-11-22");
    let of = |kind: &str, born: Option<&str>| {
        let facts = Facts { kind: kind.to_owned(), ..facts("2016-02-29", born) };
        let due = rules.due(&code!("police_event"), &facts, today);
        (due.rule.to_string(), due.on.to_string(), due.then)
    };
    let group = |n: u8| format!("police_group_{n}");
    assert_eq!(of("Homicide", Some("1990-01-01")), (group(1), "2026-03-01".to_owned(), Then::Review));
    assert_eq!(of("Robbery", Some("1990-01-01")), (group(2), "2026-03-01".to_owned(), Then::Review));
    assert_eq!(of("Shoplifting", None), (group(3), "2022-03-01".to_owned(), Then::Review));
    // Nine on the day of the event; ten the day after.
    assert_eq!(
        of("Robbery", Some("2006-03-01")),
        ("police_under_10".to_owned(), "2017-03-01".to_owned(), Then::Review)
    );
    assert_eq!(of("Robbery", Some("2006-02-28")).0, group(2));
    // Nobody is kept beyond 100.
    assert_eq!(of("Robbery", Some("1920-05-05")).1, "2020-05-05");
}

#[test]
fn birthdays_are_real_days() {
    let rules = starting();
    let today = day("2026-11-22");
    let due = |category, born: Option<&str>| rules.due(&category, &facts("2024-05-01", born), today).on.to_string();
    assert_eq!(due(code!("exclusion"), Some("2008-02-29")), "2033-03-01");
    assert_eq!(due(code!("exclusion"), Some("2011-02-28")), "2036-02-28");
    assert_eq!(
        due(code!("youth_justice_case"), Some("2008-02-29")),
        "2031-03-01",
        "five years after the 18th birthday"
    );
    assert_eq!(due(code!("exclusion"), None), "2049-05-01", "nobody knows how old: as if born that day");
}

#[test]
fn the_shortest_time_wins_and_a_decision_only_where_somebody_reviews() {
    let rules = starting();
    let today = day("2026-11-22");
    let mut facts = facts("2020-01-01", Some("2005-01-01"));
    facts.agreement_days = Some(365);
    facts.feed = Some(day("2025-01-01"));
    let due = rules.due(&code!("custody"), &facts, today);
    assert_eq!((due.on, due.because, due.then), (day("2020-12-31"), Because::Agreement, Then::Review));
    facts.agreement_days = None;
    let due = rules.due(&code!("custody"), &facts, today);
    assert_eq!((due.on, due.because), (day("2025-01-01"), Because::Feed));
    facts.kept_until = Some(day("2027-01-01"));
    assert_eq!(rules.due(&code!("custody"), &facts, today).on, day("2027-01-01"));
    let exclusion = rules.due(&code!("exclusion"), &facts, today);
    assert_eq!((exclusion.on, exclusion.then), (day("2025-01-01"), Then::Expire), "nobody can keep what expires");
}

#[test]
fn what_no_rule_names_is_looked_at_within_a_year() {
    let due = starting().due(&code!("never_heard_of"), &facts("2026-01-01", None), day("2026-11-22"));
    assert_eq!((due.rule.as_str(), due.on, due.then), ("no_rule", day("2027-01-01"), Then::Review));
}

#[test]
fn rules_that_make_no_sense_are_refused() {
    let base = "[[rule]]\ncode = \"a\"\nname = \"A\"\nregime = \"r\"\ncategories = [\"custody\"]\nfrom = \"event\"\nlaw = \"l\"\nwords = \"w\"\n";
    let read = |more: &str| Rules::read(&format!("{base}{more}"));
    assert!(read("years = 6\nthen = \"expire\"\n").is_ok());
    for (more, why) in [
        ("years = 6\nthen = \"review\"\n", "looked at again"),
        ("years = -1\nthen = \"expire\"\n", "backwards"),
        ("years = 6\nthen = \"expire\"\nagain_years = 6\n", "not looked at again"),
        ("years = 6\nthen = \"burn\"\n", "burn"),
        ("years = 6\nthen = \"expire\"\nshred = true\n", "shred"),
    ] {
        let problem = read(more).unwrap_err();
        assert!(problem.contains(why), "{problem}");
    }
    let twice = format!("{base}then = \"expire\"\n{base}then = \"expire\"\n");
    assert!(Rules::read(&twice).unwrap_err().contains("Two rules"));
    let other = base.replace("code = \"a\"", "code = \"b\"");
    let both = format!("{base}then = \"expire\"\n{other}then = \"review\"\nagain_years = 6\n");
    assert!(Rules::read(&both).unwrap_err().contains("choose one"));
}

proptest! {
    /// Adding years never leaves the calendar, keeps the day where there is one, and keeps the order.
    #[test]
    fn years_are_added_alike(year in 1900_i16..2100, n in 1_i16..366, years in 0_i16..120) {
        let start = days_after(Date::new(year, 1, 1).unwrap(), i64::from(n) - 1);
        let later = years_after(start, years);
        if start.month() == 2 && start.day() == 29 && !later.in_leap_year() {
            prop_assert_eq!((later.month(), later.day()), (3, 1));
        } else {
            prop_assert_eq!((later.month(), later.day()), (start.month(), start.day()));
        }
        prop_assert_eq!(later.year(), start.year() + years);
        prop_assert!(years_after(days_after(start, 1), years) >= later);
    }

    /// Whatever is known, a record has an end; none is later than its feed's, its agreement's or, where somebody may decide, the decision's.
    #[test]
    fn every_record_has_an_end(
        event in 0_i64..20_000, received in 0_i64..2_000, born in proptest::option::of(0_i64..30_000),
        feed in proptest::option::of(0_i64..40_000), agreed in proptest::option::of(1_u32..4_000),
        which in 0_usize..12, kind in prop_oneof!["Robbery", "Homicide", "Other"],
    ) {
        let rules = starting();
        let from = |days: i64| days_after(day("1960-01-01"), days);
        let category = &crate::law::law().categories()[which % crate::law::law().categories().len()].code;
        let facts = Facts {
            received: Some(from(event + received)), event: Some(from(event)), born: born.map(from), kind,
            feed: feed.map(from), agreement_days: agreed, ..Facts::default()
        };
        let due = rules.due(category, &facts, day("2026-11-22"));
        prop_assert!(facts.feed.is_none_or(|feed| due.on <= feed));
        prop_assert!(agreed.is_none_or(|days| due.on <= days_after(from(event + received), i64::from(days))));
        prop_assert!(due.on.year() <= 2200);
        prop_assert_eq!(due.then == Then::Review, rules.reviewed().contains(category) || due.rule.as_str() == "no_rule");
    }
}
