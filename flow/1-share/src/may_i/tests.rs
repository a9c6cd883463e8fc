//! What the walk answers.

use std::collections::BTreeMap;

use base::Id;

use super::*;
use crate::{
    agency::Agency,
    agreement::{Agreement, Stage, Terms, all_bring},
};

fn agencies() -> Vec<Agency> {
    let all = AgencyKind::ALL.into_iter().enumerate();
    all.map(|(at, kind)| Agency {
        id: Id::from_u128(at as u128),
        code: Code::new(kind.code()).unwrap(),
        name: kind.code().to_owned(),
        kind,
    })
    .collect()
}

fn agreement(ends: &str) -> Agreement {
    let kinds = [AgencyKind::Police, AgencyKind::Voluntary];
    let parties: Vec<_> =
        agencies().iter().filter(|agency| kinds.contains(&agency.kind)).map(|agency| agency.id).collect();
    let terms = Terms {
        title: "Help at night".to_owned(),
        brings: all_bring(&parties, &[base::code!("custody")]),
        parties,
        purposes: vec![Purpose::Support],
        fields: BTreeMap::new(),
        conditions: Vec::new(),
        retention_days: None,
        assessment: Some("DPIA 7".to_owned()),
        gateways: vec![base::code!("children_act_2004_s10_s11")],
        confidentiality: None,
        starts: "2026-01-01".parse().unwrap(),
        ends: ends.parse().unwrap(),
        review: ends.parse().unwrap(),
    };
    Agreement { id: Id::from_u128(7), terms, stage: Stage::Active, revision: 1 }
}

fn ask(giver: AgencyKind, receiver: AgencyKind, what: &str, purpose: Purpose, how: Situation, ends: &str) -> Answer {
    let sharing = Sharing {
        giver,
        receiver,
        category: Code::new(what).unwrap(),
        purpose,
        decided_by_person: how == Situation::Decided,
        emergency: how == Situation::Danger,
    };
    let commenced = BTreeMap::new();
    let today = Today { law: law(), day: "2026-11-22".parse().unwrap(), commenced: &commenced };
    Answer::of(&today, &sharing, &[agreement(ends)], &agencies())
}

const POLICE: AgencyKind = AgencyKind::Police;
const GROUP: AgencyKind = AgencyKind::Voluntary;
const HEALTH: AgencyKind = AgencyKind::Health;

#[test]
fn a_live_agreement_is_named_and_an_ended_one_is_not() {
    let live = ask(POLICE, GROUP, "custody", Purpose::Support, Situation::Agreed, "2027-03-31");
    assert_eq!((live.word, live.agreements.len()), ("Yes", 1));
    let ended = ask(POLICE, GROUP, "custody", Purpose::Support, Situation::Agreed, "2026-11-21");
    assert_eq!((ended.word, ended.heading), ("Not by itself", "It needs an agreement first"));
    assert!(ended.agreements.is_empty() && !ended.powers.is_empty());
}

#[test]
fn patient_information_never_prevents_crime_but_danger_opens_it() {
    let wanted = ask(HEALTH, POLICE, "ae_navigator", Purpose::Prevention, Situation::Agreed, "2027-03-31");
    assert_eq!(wanted.word, "No");
    assert!(wanted.words.contains("never used to prevent crime"));
    assert!(wanted.powers.iter().all(|rule| !rule.law.contains("2022")), "{:?}", wanted.powers);
    assert!(wanted.otherwise.iter().any(|way| way.contains("999")));
    let danger = ask(HEALTH, POLICE, "ae_navigator", Purpose::Safeguarding, Situation::Danger, "2027-03-31");
    assert_eq!(danger.word, "Yes");
    assert!(danger.bases[0].law.contains("6(1)(d)"));
    let decided = ask(HEALTH, GROUP, "ae_navigator", Purpose::Support, Situation::Decided, "2027-03-31");
    assert_eq!(decided.word, "Not by itself");
    assert!(decided.powers.iter().any(|rule| rule.name.contains("public interest")));
}

#[test]
fn what_is_open_or_ones_own_needs_no_power() {
    assert_eq!(ask(POLICE, GROUP, "street_crime", Purpose::Prevention, Situation::Agreed, "2027-03-31").word, "Yes");
    let own = ask(POLICE, POLICE, "custody", Purpose::Prevention, Situation::Agreed, "2027-03-31");
    assert!(own.words.contains("its own records"));
}
