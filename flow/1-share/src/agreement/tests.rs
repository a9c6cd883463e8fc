//! What an agreement must say to be taken.

use base::{Code, Id, code};
use vault::Purpose;

use super::*;

fn agencies() -> Vec<Agency> {
    let agency = |id, code: &str, kind| Agency {
        id: Id::from_u128(id),
        code: Code::new(code).unwrap(),
        name: code.to_owned(),
        kind,
    };
    vec![
        agency(1, "unit", AgencyKind::Unit),
        agency(2, "police", AgencyKind::Police),
        agency(3, "hospital", AgencyKind::Health),
    ]
}

fn terms() -> Terms {
    Terms {
        title: "Reachable moments".to_owned(),
        parties: vec![Id::from_u128(1), Id::from_u128(2)],
        categories: vec![code!("custody")],
        purposes: vec![Purpose::Support],
        gateways: vec![code!("children_act_2004_s10_s11")],
        confidentiality: None,
        starts: "2026-01-01".parse().unwrap(),
        ends: "2027-03-31".parse().unwrap(),
        review: "2026-12-01".parse().unwrap(),
    }
}

fn problems(terms: &Terms) -> String {
    terms.problems(&agencies(), &[code!("own_category")]).join(" ")
}

#[test]
fn a_whole_agreement_is_taken() {
    assert_eq!(problems(&terms()), "");
    assert_eq!(
        problems(&Terms {
            categories: vec![code!("own_category")],
            confidentiality: Some(code!("consent")),
            ..terms()
        }),
        ""
    );
}

#[test]
fn everything_that_is_missing_is_said_at_once() {
    let nothing = Terms {
        title: String::new(),
        parties: vec![Id::from_u128(1), Id::from_u128(1)],
        categories: Vec::new(),
        purposes: Vec::new(),
        gateways: Vec::new(),
        ends: "2025-12-31".parse().unwrap(),
        ..terms()
    };
    assert_eq!(
        nothing.problems(&agencies(), &[]),
        [
            "Give the agreement a title of 1 to 200 characters.",
            "Name at least two different parties.",
            "Name at least one category of data.",
            "Name at least one purpose.",
            "Name at least one gateway: the power or duty in law that the sharing stands on.",
            "The agreement ends on 2025-12-31 but starts later, on 2026-01-01.",
        ]
    );
}

#[test]
fn section_16_alone_does_not_carry_patients() {
    let health = Terms {
        parties: vec![Id::from_u128(1), Id::from_u128(3)],
        categories: vec![code!("ae_navigator")],
        purposes: vec![Purpose::Prevention],
        gateways: vec![code!("pcsc_act_2022_s16")],
        confidentiality: Some(code!("public_interest")),
        ..terms()
    };
    assert_eq!(
        problems(&health),
        "Police, Crime, Sentencing and Courts Act 2022 section 16 can’t carry “A&E navigator notifications”. Add a gateway that \
         can, or take the category out."
    );
    let with_another =
        Terms { gateways: vec![code!("pcsc_act_2022_s16"), code!("children_act_2004_s10_s11")], ..health.clone() };
    assert!(problems(&with_another).contains("can’t carry"), "the Children Act does not serve prevention");
    let and_for_support = Terms { purposes: vec![Purpose::Prevention, Purpose::Support], ..with_another };
    assert_eq!(problems(&and_for_support), "");
    let by_decision = Terms { gateways: vec![code!("public_interest_disclosure")], ..and_for_support };
    assert!(problems(&by_decision).contains("only a named person"), "{}", problems(&by_decision));
}

#[test]
fn confidence_needs_a_ground() {
    let health =
        Terms { parties: vec![Id::from_u128(1), Id::from_u128(3)], categories: vec![code!("ae_navigator")], ..terms() };
    assert!(problems(&health).contains("given in confidence"));
}

#[test]
fn words_that_are_not_known_are_named() {
    let odd = Terms { gateways: vec![code!("gut_feeling")], categories: vec![code!("custdy")], ..terms() };
    let said = problems(&odd);
    assert!(said.contains("“custdy” is no category") && said.contains("“gut_feeling” is no gateway"), "{said}");
}

#[test]
fn the_last_day_is_still_live() {
    let day = |text: &str| text.parse().unwrap();
    assert_eq!(terms().standing(day("2025-12-31")), Standing::NotStarted);
    assert_eq!(terms().standing(day("2026-01-01")), Standing::Live);
    assert_eq!(terms().standing(day("2027-03-31")), Standing::Live);
    assert_eq!(terms().standing(day("2027-04-01")), Standing::Ended);
}
