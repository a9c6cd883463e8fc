//! Who shares what with whom, and what falls silent.

use base::code;

use super::*;
use crate::agreement::{Brought, Stage, terms::tests::terms};

fn agreement(id: u128, brings: &[(u128, &str)], ends: &str, review: &str) -> Agreement {
    let brought = |(party, category): &(u128, &str)| Brought {
        party: Id::from_u128(*party),
        category: category.parse().unwrap(),
    };
    let mut terms = terms();
    terms.parties = vec![Id::from_u128(1), Id::from_u128(2), Id::from_u128(3)];
    terms.brings = brings.iter().map(brought).collect();
    (terms.ends, terms.review) = (ends.parse().unwrap(), review.parse().unwrap());
    Agreement { id: Id::from_u128(id), terms, stage: Stage::Active, revision: 1 }
}

fn today() -> Date {
    "2026-11-22".parse().unwrap()
}

#[test]
fn each_gives_what_it_brings_to_each_of_the_others() {
    let mut suspended = agreement(2, &[(1, "contact")], "2027-12-31", "2027-12-31");
    suspended.stage = Stage::Suspended;
    let all = [agreement(1, &[(2, "custody"), (2, "police_event")], "2027-12-31", "2027-12-31"), suspended];
    let cells = matrix(&all, today());
    let cell = |giver, receiver| cells.get(&(Id::from_u128(giver), Id::from_u128(receiver))).map_or(0, BTreeSet::len);
    assert_eq!((cell(2, 1), cell(2, 3), cell(1, 2), cell(2, 2)), (2, 2, 0, 0));
}

#[test]
fn what_another_agreement_covers_then_does_not_fall_silent() {
    let soon = agreement(1, &[(2, "custody"), (2, "police_event")], "2027-01-31", "2027-01-31");
    let mut next = agreement(2, &[(2, "custody")], "2028-12-31", "2028-12-31");
    next.terms.starts = "2027-02-01".parse().unwrap();
    let found = silences(&[soon.clone(), next.clone()], today());
    assert_eq!(found.len(), 1);
    assert_eq!((found[0].from.to_string().as_str(), found[0].by_review), ("2027-02-01", false));
    let lost: BTreeSet<&Code> = found[0].flows.iter().map(|flow| &flow.category).collect();
    assert_eq!(lost, BTreeSet::from([&code!("police_event")]));
    next.terms.starts = "2027-02-02".parse().unwrap();
    let found = silences(&[soon, next], today());
    assert_eq!(found[0].flows.len(), 4, "a day between is silent: two categories to two receivers for one purpose");
}

#[test]
fn a_review_makes_silent_too_and_ninety_days_are_the_edge() {
    let reviewed = agreement(1, &[(2, "custody")], "2028-12-31", "2026-12-01");
    assert!(silences(&[reviewed], today())[0].by_review);
    let edge = |last: &str| silences(&[agreement(1, &[(2, "custody")], last, last)], today()).len();
    assert_eq!((edge("2027-02-19"), edge("2027-02-20")), (1, 0));
}
