//! The decision table, and what must hold for every request that there could be.

use std::collections::BTreeMap;

use base::{Code, Date, Id, kind};
use proptest::prelude::*;
use vault::{Actor, Ask, Facet, Purpose, Scope, Verb};

use super::{
    grounds::{Case, decide},
    policy::Policies,
    refusal_words,
    register::{Asker, Register},
    standing::StandingGrant,
};
use crate::{
    agency::AgencyKind,
    agreement::{Agreement, Brought, Stage, Standing, Terms, all_bring},
    member::Duty,
};

const TABLE: &str = include_str!("decisions.txt");
const NAMES: [&str; 11] = [
    "unit",
    "police",
    "youth_justice",
    "council",
    "education",
    "social_care",
    "health",
    "probation",
    "fire",
    "voluntary",
    "open_data",
];

fn agency(name: &str) -> Id<kind::Agency> {
    let at = NAMES.iter().position(|known| *known == name);
    Id::from_u128(at.map_or(999, |at| 100 + at as u128))
}

fn list<T: std::str::FromStr>(text: &str) -> Vec<T> {
    let read = |word: &str| word.trim().parse().unwrap_or_else(|_| panic!("{word} can't be read"));
    text.split(',').map(read).collect()
}

fn agreement(number: usize, line: &str) -> (String, Agreement) {
    let mut cells: Vec<&str> = line.split('|').map(str::trim).collect();
    let lacks = if cells.len() > 7 { cells.remove(7) } else { "" };
    let [name, parties, categories, purposes, gateways, ground, days] = cells.as_slice() else {
        panic!("an agreement has seven cells, and one more for what it lacks: {line}")
    };
    let (starts, ends) = days.split_once("..").unwrap();
    let ends: Date = ends.trim().parse().unwrap();
    let parties: Vec<Id<kind::Agency>> = parties.split(',').map(|party| agency(party.trim())).collect();
    let mut terms = Terms {
        title: (*name).to_owned(),
        brings: all_bring(&parties, &list::<Code>(categories)),
        parties,
        purposes: list(purposes),
        fields: BTreeMap::new(),
        gateways: list(gateways),
        confidentiality: (*ground != "-").then(|| Code::new(ground).unwrap()),
        conditions: Vec::new(),
        retention_days: None,
        assessment: Some("DPIA".to_owned()),
        starts: starts.trim().parse().unwrap(),
        ends,
        review: ends,
    };
    let mut stage = Stage::Active;
    for lack in lacks.split(',').map(str::trim).filter(|lack| !lack.is_empty()) {
        match lack.split_once(' ') {
            Some(("review", day)) => terms.review = day.parse().unwrap(),
            Some(("only", brought)) => {
                let (category, party) = brought.split_once(" of ").unwrap();
                terms.brings = vec![Brought { party: agency(party), category: Code::new(category).unwrap() }];
            }
            _ if lack == "unassessed" => terms.assessment = None,
            _ => stage = lack.parse().unwrap(),
        }
    }
    ((*name).to_owned(), Agreement { id: Id::from_u128(1000 + number as u128), terms, stage, revision: 1 })
}

fn register() -> (Register, BTreeMap<Id<kind::Agreement>, String>) {
    let lines = TABLE.lines().filter_map(|line| line.strip_prefix("agreement:"));
    let (names, agreements): (Vec<String>, Vec<Agreement>) =
        lines.enumerate().map(|(number, line)| agreement(number, line)).unzip();
    let kinds = NAMES.iter().map(|name| (agency(name), name.parse().unwrap_or(AgencyKind::Police)));
    let by_id = agreements.iter().map(|agreement| agreement.id).zip(names).collect();
    let register = Register {
        unit: Some(agency("unit")),
        agencies: kinds.collect(),
        codes: NAMES.iter().map(|name| (Code::new(name).unwrap(), agency(name))).collect(),
        agreements,
        commenced: BTreeMap::new(),
        demo: false,
        named: BTreeMap::new(),
    };
    (register, by_id)
}

fn asker(who: &str, state: &str, demo: bool) -> Asker {
    match who.split_once('@') {
        None if who == "job" => Asker::Job,
        None if who == "program" => Asker::Program,
        None => Asker::Stranger,
        Some(("token", name)) => Asker::Token { id: Id::from_u128(5), agency: agency(name) },
        Some((duties, name)) => Asker::Member {
            id: Id::from_u128(4),
            agency: agency(name),
            active: !state.contains("inactive"),
            second_factor: !state.contains("no second factor") || demo,
            duties: duties.split('+').map(|duty| duty.parse::<Duty>().unwrap().into()).collect(),
        },
    }
}

/// What a data owner decided, or the member opened in an emergency, as the state says: `decided on POWER`, `opened on POWER`, with
/// `in confidence on GROUND`; `for PURPOSE` and `of CONTROLLER` where it is another than the line's own.
fn standing_of(state: &str, ask: &Ask) -> Result<Vec<StandingGrant>, String> {
    let parts = || state.split(',').map(str::trim);
    let after = |prefix: &str| parts().find_map(|part| part.strip_prefix(prefix));
    let (emergency, power) = match (after("decided on "), after("opened on ")) {
        (Some(power), None) => (false, power),
        (None, Some(power)) => (true, power),
        _ => return Ok(Vec::new()),
    };
    let mut facet = ask.facets[0].clone();
    facet.category = vault::Marks::split(&facet.category).0;
    if let Some(controller) = after("of ") {
        facet.controller = agency(controller);
    }
    let purpose = match after("for ") {
        Some(purpose) => purpose.parse().map_err(|_| "no such purpose")?,
        None => ask.purpose,
    };
    let confidentiality = after("in confidence on ").map(|code| Code::new(code).unwrap());
    let source = Id::<kind::Ask>::from_u128(7).to_string();
    let gateway = Code::new(power).unwrap();
    Ok(vec![StandingGrant { source, emergency, facet, purpose, gateway, confidentiality, fields: None }])
}

fn one_line(policies: &Policies, line: &str) -> Result<(), String> {
    let cells: Vec<&str> = line.split('|').map(str::trim).collect();
    let [who, verb, data, purpose, state, wanted] = cells.as_slice() else { return Err("not six cells".to_owned()) };
    let (mut register, names) = register();
    let mut today: Date = "2026-11-22".parse().unwrap();
    let mut facts = BTreeMap::new();
    let mut about_person = false;
    for part in state.split(',').map(str::trim) {
        if let Some(day) = part.strip_prefix("today ") {
            today = day.parse().unwrap();
        }
        if let Some((code, day)) = part.strip_prefix("in force ").and_then(|rest| rest.split_once(' ')) {
            register.commenced.insert(Code::new(code).unwrap(), day.parse().unwrap());
        }
        register.demo |= part == "demo";
        about_person |= part == "request open";
        if let Some(controller) = part.strip_prefix("named by ") {
            register.named.entry(agency(controller)).or_default().insert(Id::from_u128(4));
        }
        if part == "sealed run" {
            facts.insert(super::RUN, super::sealed_run());
        }
        if let Some(receiver) = part.strip_prefix("to ") {
            facts.insert(super::RECEIVER, Code::new(receiver).unwrap());
        }
    }
    let (category, controller) = data.split_once(" of ").ok_or("no controller")?;
    let facet = Facet { controller: agency(controller), category: Code::new(category).unwrap() };
    let asker = asker(who, state, register.demo);
    let ask = Ask {
        actor: Actor::System,
        verb: verb.parse().map_err(|_| "no such verb")?,
        scope: Scope::unit(),
        purpose: purpose.parse().map_err(|_| "no such purpose")?,
        facets: vec![facet],
        facts,
    };
    let standing = standing_of(state, &ask)?;
    let decision = decide(
        policies,
        &Case { register: &register, asker: &asker, ask: &ask, today, standing: &standing, rights: about_person },
    );
    let got = match (decision.grants.as_slice(), decision.refused.as_slice()) {
        ([grant, others @ ..], []) if others.iter().all(|other| other.facet.category != grant.facet.category) => {
            match grant.agreement {
                Some(id) => names.get(&id).cloned().unwrap_or_default(),
                None => grant.power.to_string(),
            }
        }
        ([], [(_, reason)]) => format!("no: {reason}"),
        ([], []) => "nothing".to_owned(),
        _ => return Err("one part must be granted or refused, once".to_owned()),
    };
    if got == *wanted { Ok(()) } else { Err(format!("is decided as “{got}”")) }
}

#[test]
fn every_line_of_the_table_is_decided_as_it_says() {
    let policies = Policies::starting().unwrap();
    let lines: Vec<&str> = TABLE
        .lines()
        .filter(|line| !line.is_empty() && !line.starts_with('#') && !line.starts_with("agreement:"))
        .collect();
    assert!(lines.len() >= 300, "the table has only {} lines", lines.len());
    let mut asked: Vec<String> = lines.iter().map(|line| line.rsplit_once('|').unwrap().0.replace(' ', "")).collect();
    asked.sort();
    asked.dedup();
    assert_eq!(asked.len(), lines.len(), "a line stands twice");
    for duty in Duty::ALL {
        assert!(lines.iter().any(|line| line.starts_with(duty.code())), "no line for {duty}");
    }
    let wrong: Vec<String> = lines
        .iter()
        .filter_map(|line| one_line(&policies, line).err().map(|problem| format!("{line}\n    {problem}")))
        .collect();
    assert!(wrong.is_empty(), "{} of {} lines:\n{}", wrong.len(), lines.len(), wrong.join("\n"));
}

#[test]
fn every_reason_has_its_own_words() {
    let general = refusal_words("anything else");
    let reasons = TABLE.lines().filter_map(|line| line.rsplit_once("no: ")).map(|(_, reason)| reason.trim());
    let texts = crate::law::starting();
    let annotated = texts.iter().flat_map(|file| file.text.split("@reason(\"").skip(1));
    let annotated = annotated.filter_map(|rest| rest.split('"').next()).filter(|reason| *reason != "no_ground");
    for reason in reasons.chain(annotated) {
        assert_ne!(refusal_words(reason), general, "{reason}");
    }
}

#[test]
fn every_grant_across_agencies_names_its_grounds() {
    let policies = Policies::starting().unwrap();
    let (register, _) = register();
    let asker = asker("navigator@voluntary", "", false);
    let facet = Facet { controller: agency("health"), category: base::code!("ae_navigator") };
    let ask = Ask {
        actor: Actor::System,
        verb: Verb::View,
        scope: Scope::unit(),
        purpose: Purpose::Support,
        facets: vec![facet],
        facts: BTreeMap::new(),
    };
    let today = "2026-11-22".parse().unwrap();
    let decision =
        decide(&policies, &Case { register: &register, asker: &asker, ask: &ask, today, standing: &[], rights: false });
    let grant = &decision.grants[0];
    assert!(grant.agreement.is_some());
    assert_eq!(grant.power, "children_act_2004_s10_s11");
    assert_eq!(grant.basis, "legitimate_interests", "a voluntary group has no public task of its own");
    assert_eq!(grant.condition.as_ref().map(Code::as_str), Some("safeguarding_condition"));
    assert_eq!(grant.confidentiality.as_ref().map(Code::as_str), Some("best_interests"));
}

#[test]
fn a_grant_names_the_fields_that_its_agreement_names_for_the_purpose() {
    let policies = Policies::starting().unwrap();
    let (mut register, names) = register();
    let operating = register.agreements.iter_mut().find(|agreement| names[&agreement.id] == "operating").unwrap();
    let three = ["given", "family", "dob"].map(str::to_owned);
    operating.terms.fields = BTreeMap::from([(Purpose::Support, three.into())]);
    let asker = asker("navigator@voluntary", "", false);
    let fields = |purpose, controller: &str, category: &str| {
        let facet = Facet { controller: agency(controller), category: Code::new(category).unwrap() };
        let (actor, scope, facts) = (Actor::System, Scope::unit(), BTreeMap::new());
        let ask = Ask { actor, verb: Verb::View, scope, purpose, facets: vec![facet], facts };
        let today = "2026-11-22".parse().unwrap();
        let decision = decide(
            &policies,
            &Case { register: &register, asker: &asker, ask: &ask, today, standing: &[], rights: false },
        );
        decision.grants[0].fields.clone()
    };
    let support = fields(Purpose::Support, "police", "custody").unwrap();
    assert_eq!(support.names().collect::<Vec<_>>(), ["dob", "family", "given"]);
    assert_eq!(fields(Purpose::Safeguarding, "police", "custody"), None, "none named for it: all");
}

fn any_of<T: Clone + std::fmt::Debug + 'static>(all: &[T]) -> impl Strategy<Value = T> + use<T> {
    proptest::sample::select(all.to_vec())
}

const FEW: [&str; 4] = ["unit", "police", "health", "voluntary"];
const CATEGORIES: [&str; 5] = ["police_event", "ae_navigator", "contact", "assault_attendance", "never_heard_of"];
const GATEWAYS: [&str; 3] = ["children_act_2004_s10_s11", "pcsc_act_2022_s16", "crime_and_disorder_act_1998_s115"];

fn any_agreement() -> impl Strategy<Value = Agreement> {
    let days = (1_i16..=28, 0_i16..=40, 0_i16..=40);
    let some = |all: &'static [&'static str]| proptest::sample::subsequence(all.to_vec(), 0..=all.len());
    let purposes = proptest::sample::subsequence(Purpose::ALL.to_vec(), 0..=Purpose::ALL.len());
    let brings = proptest::collection::vec((any_of(&FEW), any_of(&CATEGORIES)), 0..12);
    let life = (any::<bool>(), prop_oneof![2 => Just(Stage::Active), 1 => any_of(Stage::ALL)], 0_u128..1_000_000);
    (some(&FEW), brings, purposes, some(&GATEWAYS), any::<bool>(), days, life).prop_map(
        |(parties, brings, purposes, gateways, ground, (first, length, review), (assessed, stage, id))| {
            let starts = Date::new(2026, 11, first as i8).unwrap();
            let brought = |(party, category)| Brought { party: agency(party), category: Code::new(category).unwrap() };
            let terms = Terms {
                title: "any".to_owned(),
                parties: parties.into_iter().map(agency).collect(),
                brings: brings.into_iter().map(brought).collect(),
                purposes,
                fields: BTreeMap::new(),
                gateways: gateways.into_iter().map(|word| Code::new(word).unwrap()).collect(),
                confidentiality: ground.then(|| base::code!("best_interests")),
                conditions: Vec::new(),
                retention_days: None,
                assessment: assessed.then(|| "DPIA".to_owned()),
                starts,
                ends: starts.saturating_add(jiff_days(length)),
                review: starts.saturating_add(jiff_days(review)),
            };
            Agreement { id: Id::from_u128(id), terms, stage, revision: 1 }
        },
    )
}

fn jiff_days(days: i16) -> base::SignedDuration {
    base::SignedDuration::from_hours(24 * i64::from(days))
}

fn any_asker() -> impl Strategy<Value = Asker> {
    let duties = proptest::sample::subsequence(Duty::ALL.to_vec(), 0..=Duty::ALL.len());
    let member =
        (any_of(&FEW), duties, any::<bool>(), any::<bool>()).prop_map(|(name, duties, active, second_factor)| {
            let duties = duties.into_iter().map(Code::from).collect();
            Asker::Member { id: Id::from_u128(4), agency: agency(name), active, second_factor, duties }
        });
    let token = any_of(&FEW).prop_map(|name| Asker::Token { id: Id::from_u128(5), agency: agency(name) });
    prop_oneof![8 => member, 2 => token, 1 => Just(Asker::Job), 1 => Just(Asker::Program), 1 => Just(Asker::Stranger)]
}

/// For whom a request is made, said anew: the unit for jobs and wherever data is taken in or counted.
fn party(asker: &Asker, verb: Verb) -> Option<Id<kind::Agency>> {
    if matches!(asker, Asker::Job | Asker::Program) || matches!(verb, Verb::Collect | Verb::Count) {
        Some(agency("unit"))
    } else {
        asker.agency()
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(4000))]

    #[test]
    fn nothing_crosses_agencies_without_a_live_agreement(
        agreements in proptest::collection::vec(any_agreement(), 0..5),
        asker in any_asker(),
        verb in any_of(Verb::ALL),
        purpose in any_of(Purpose::ALL),
        controllers in proptest::collection::vec((any_of(&FEW), any_of(&CATEGORIES)), 1..6),
    ) {
        thread_local!(static POLICIES: Policies = Policies::starting().unwrap());
        let (mut register, _) = register();
        register.agreements = agreements;
        let facets: Vec<Facet> = controllers
            .iter()
            .map(|(name, category)| Facet { controller: agency(name), category: Code::new(category).unwrap() })
            .collect();
        let ask = Ask {
            actor: Actor::System, verb, scope: Scope::unit(), purpose, facets: facets.clone(), facts: BTreeMap::new(),
        };
        let today: Date = "2026-11-22".parse().unwrap();
        let case = Case { register: &register, asker: &asker, ask: &ask, today, standing: &[], rights: false };
        let decision = POLICIES.with(|policies| decide(policies, &case));
        let marked = |grant: &&vault::Grant| vault::Marks::split(&grant.facet.category).1.any();
        let marks = decision.grants.iter().filter(marked).count();
        prop_assert_eq!(decision.grants.len() - marks + decision.refused.len(), facets.len());
        for grant in &decision.grants {
            let facet = &Facet { category: vault::Marks::split(&grant.facet.category).0, ..grant.facet.clone() };
            let party = party(&asker, verb);
            let only_erases = verb == Verb::Erase && matches!(asker, Asker::Job | Asker::Program);
            let only_watches = verb == Verb::View && purpose == Purpose::Oversight && matches!(asker, Asker::Job);
            if only_watches && party != Some(facet.controller) && grant.power != "open_data" {
                prop_assert_eq!(grant.power.as_str(), "self_monitoring");
                let fields: Vec<&str> = grant.fields.iter().flat_map(|fields| fields.names()).collect();
                prop_assert_eq!(fields, ["family", "given", "postcode"]);
            } else if party != Some(facet.controller) && !only_erases {
                let id = grant.agreement.expect("a grant across agencies names its agreement");
                let agreement = register.agreements.iter().find(|agreement| agreement.id == id).unwrap();
                prop_assert!(agreement.terms.parties.contains(&facet.controller));
                // A pointer stands on the unit's own agreement.
                let pointer = verb == Verb::Search && matches!(purpose, Purpose::Safeguarding | Purpose::Support);
                let unit = pointer && agreement.terms.parties.contains(&agency("unit"));
                prop_assert!(unit || agreement.terms.parties.contains(&party.unwrap()));
                prop_assert!(agreement.terms.brings(facet.controller, &facet.category));
                prop_assert!(agreement.terms.purposes.contains(&purpose));
                prop_assert_eq!(agreement.standing(today), Standing::Live);
                prop_assert!(agreement.stage == Stage::Active && agreement.terms.assessment.is_some());
                prop_assert!(today <= agreement.terms.review && today <= agreement.terms.ends);
                prop_assert!(grant.power != "pcsc_act_2022_s16" || facet.category != "ae_navigator");
            }
            match &asker {
                Asker::Stranger => prop_assert!(false, "a stranger was granted something"),
                Asker::Token { agency, .. } => prop_assert_eq!(*agency, facet.controller),
                Asker::Member { active, second_factor, duties, .. } => {
                    prop_assert!(*active && *second_factor && !duties.is_empty());
                    let counts_only = duties.contains("board_member") || duties.contains("project_manager");
                    prop_assert!(!counts_only || verb == Verb::Count);
                }
                Asker::Job | Asker::Program => prop_assert!(!matches!(verb, Verb::Disclose | Verb::Search)),
            }
        }
    }
}
