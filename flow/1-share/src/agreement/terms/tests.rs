//! What an agreement must say to be taken.

use base::{Code, Id, code};
use vault::Purpose;

use super::*;
use crate::agency::{Agency, AgencyKind};

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

pub(crate) fn terms() -> Terms {
    let parties = vec![Id::from_u128(1), Id::from_u128(2)];
    Terms {
        title: "Reachable moments".to_owned(),
        brings: all_bring(&parties, &[code!("custody")]),
        parties,
        purposes: vec![Purpose::Support],
        fields: BTreeMap::new(),
        gateways: vec![code!("children_act_2004_s10_s11")],
        confidentiality: None,
        conditions: Vec::new(),
        retention_days: None,
        assessment: Some("DPIA 2026/1".to_owned()),
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
            brings: all_bring(&terms().parties, &[code!("own_category")]),
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
        brings: Vec::new(),
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
            "Name at least one category of data that a party brings.",
            "Name at least one purpose.",
            "Name at least one gateway: the power or duty in law that the sharing stands on.",
            "The agreement ends on 2025-12-31 but starts later, on 2026-01-01.",
        ]
    );
}

fn hospital_brings() -> Vec<Brought> {
    vec![Brought { party: Id::from_u128(3), category: code!("ae_navigator") }]
}

#[test]
fn section_16_alone_does_not_carry_patients() {
    let health = Terms {
        parties: vec![Id::from_u128(1), Id::from_u128(3)],
        brings: hospital_brings(),
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
    let health = Terms { parties: vec![Id::from_u128(1), Id::from_u128(3)], brings: hospital_brings(), ..terms() };
    assert!(problems(&health).contains("given in confidence"));
}

#[test]
fn words_that_are_not_known_are_named() {
    let odd = Terms {
        gateways: vec![code!("gut_feeling")],
        brings: all_bring(&terms().parties, &[code!("custdy")]),
        ..terms()
    };
    let said = problems(&odd);
    assert!(said.contains("“custdy” is no category") && said.contains("“gut_feeling” is no gateway"), "{said}");
}

#[test]
fn only_a_party_brings_and_only_for_a_purpose_of_its_own_are_fields_named() {
    let stranger = Brought { party: Id::from_u128(3), category: code!("custody") };
    let odd = Terms {
        brings: vec![stranger],
        fields: BTreeMap::from([(Purpose::Prevention, BTreeSet::from(["given".to_owned()]))]),
        ..terms()
    };
    let said = problems(&odd);
    assert!(said.contains("hospital brings “Police custody” but is no party"), "{said}");
    assert!(said.contains("Fields are named for a purpose"), "{said}");
}

#[test]
fn a_category_is_given_by_whoever_brings_it() {
    let one = Terms { brings: vec![Brought { party: Id::from_u128(2), category: code!("custody") }], ..terms() };
    assert!(one.brings(Id::from_u128(2), &code!("custody")));
    assert!(!one.brings(Id::from_u128(1), &code!("custody")) && !one.brings(Id::from_u128(2), &code!("contact")));
}

#[test]
fn no_field_named_is_every_field() {
    let some =
        BTreeMap::from([(Purpose::Support, BTreeSet::from(["given".to_owned()])), (Purpose::Linking, BTreeSet::new())]);
    let terms = Terms { fields: some, ..terms() };
    assert!(terms.fields_for(Purpose::Support).is_some_and(|fields| fields.name("given") && !fields.name("address")));
    assert_eq!(terms.fields_for(Purpose::Linking), None);
    assert_eq!(terms.fields_for(Purpose::Collection), None);
}
