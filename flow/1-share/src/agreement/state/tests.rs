//! Whatever is tried, by whomever, in whatever order: nothing comes into force without every party's approval by somebody who
//! didn't write it, and an activation by a third.

use std::collections::BTreeSet;

use base::{Id, Timestamp, kind};
use proptest::prelude::*;

use super::*;
use crate::member::Duty;

const UNIT: u128 = 1;

fn party(number: u128) -> Id<kind::Agency> {
    Id::from_u128(number)
}

fn hand(member: u128, agency: u128, duties: &[Duty]) -> Hand {
    Hand {
        member: Id::from_u128(member),
        agency: party(agency),
        duties: duties.iter().copied().collect(),
        unit: Some(party(UNIT)),
    }
}

fn now() -> Timestamp {
    "2026-11-22T09:00:00Z".parse().unwrap()
}

fn parties() -> Vec<Id<kind::Agency>> {
    vec![party(UNIT), party(2)]
}

struct Team {
    administrator: Hand,
    officer: Hand,
    owner_one: Hand,
    owner_two: Hand,
    stranger: Hand,
}

fn team() -> Team {
    Team {
        administrator: hand(10, UNIT, &[Duty::Administrator]),
        officer: hand(11, UNIT, &[Duty::DataProtectionOfficer]),
        owner_one: hand(12, UNIT, &[Duty::DataOwner]),
        owner_two: hand(13, 2, &[Duty::DataOwner]),
        stranger: hand(14, 3, &[Duty::DataOwner]),
    }
}

fn deed(act: Act) -> Deed {
    Deed { as_role: "Head of information".to_owned(), ..Deed::of(act, "Because") }
}

fn enact(dossier: &mut Dossier, act: Act, hand: &Hand) -> Result<Step, StepError> {
    dossier.enact(&deed(act), hand, &parties(), now())
}

/// Drafted, proposed and approved by both.
fn approved(team: &Team) -> Dossier {
    let mut dossier = Dossier::begin(&team.administrator, now()).unwrap();
    enact(&mut dossier, Act::Proposed, &team.administrator).unwrap();
    enact(&mut dossier, Act::Approved, &team.owner_one).unwrap();
    enact(&mut dossier, Act::Approved, &team.owner_two).unwrap();
    dossier
}

#[test]
fn the_straight_way_leads_into_force() {
    let team = team();
    let mut dossier = approved(&team);
    enact(&mut dossier, Act::Activated, &team.officer).unwrap();
    let State::Active { activated, approvals } = &dossier.state else { panic!("{:?}", dossier.state) };
    assert_eq!(activated.by, team.officer.doer());
    assert_eq!(approvals.len(), 2);
    assert_eq!(approvals[0].as_role, "Head of information");
    assert_eq!(Dossier::of(dossier.steps().to_vec()), Some(dossier), "what is kept gives the same back");
}

#[test]
fn nobody_approves_or_activates_their_own() {
    let team = team();
    let mut dossier = Dossier::begin(&team.owner_one, now()).unwrap();
    enact(&mut dossier, Act::Proposed, &team.owner_one).unwrap();
    assert_eq!(enact(&mut dossier, Act::Approved, &team.owner_one), Err(StepError::Own));
    let mut dossier = Dossier::begin(&team.officer, now()).unwrap();
    enact(&mut dossier, Act::Proposed, &team.officer).unwrap();
    enact(&mut dossier, Act::Approved, &team.owner_one).unwrap();
    enact(&mut dossier, Act::Approved, &team.owner_two).unwrap();
    assert_eq!(enact(&mut dossier, Act::Activated, &team.officer), Err(StepError::Own));
    // Whoever changes a draft wrote it too.
    let both = hand(20, UNIT, &[Duty::DataOwner, Duty::DataProtectionOfficer]);
    let mut dossier = Dossier::begin(&team.administrator, now()).unwrap();
    enact(&mut dossier, Act::Changed, &both).unwrap();
    enact(&mut dossier, Act::Proposed, &team.administrator).unwrap();
    assert_eq!(enact(&mut dossier, Act::Approved, &both), Err(StepError::Own));
    // Nor does one who approved activate.
    let mut dossier = Dossier::begin(&team.administrator, now()).unwrap();
    enact(&mut dossier, Act::Proposed, &team.administrator).unwrap();
    enact(&mut dossier, Act::Approved, &both).unwrap();
    enact(&mut dossier, Act::Approved, &team.owner_two).unwrap();
    assert_eq!(enact(&mut dossier, Act::Activated, &both), Err(StepError::Approver));
}

#[test]
fn a_change_or_a_refusal_voids_approvals() {
    let team = team();
    for (act, by) in [(Act::Changed, &team.administrator), (Act::Declined, &team.owner_two)] {
        let mut dossier = approved(&team);
        enact(&mut dossier, act, by).unwrap();
        enact(&mut dossier, Act::Proposed, &team.administrator).unwrap();
        let all = parties();
        assert_eq!(enact(&mut dossier, Act::Activated, &team.officer), Err(StepError::Unapproved(all)));
    }
}

#[test]
fn only_the_units_own_officer_and_a_partys_own_owner() {
    let team = team();
    let mut dossier = approved(&team);
    let theirs = hand(30, 2, &[Duty::DataProtectionOfficer]);
    for (act, by) in [(Act::Activated, &theirs), (Act::Approved, &team.stranger), (Act::Activated, &team.owner_one)] {
        assert_eq!(enact(&mut dossier, act, by), Err(StepError::NotTheirs));
    }
    for duty in Duty::ALL {
        let drafts = Dossier::begin(&hand(31, UNIT, &[*duty]), now()).is_ok();
        let may = [Duty::DataProtectionOfficer, Duty::DataOwner, Duty::Administrator].contains(duty);
        assert_eq!(drafts, may, "{duty}");
    }
    assert!(matches!(enact(&mut dossier, Act::Approved, &team.owner_two), Err(StepError::Already(_))));
}

#[test]
fn whom_a_party_stopped_only_that_party_starts_again() {
    let team = team();
    let mut dossier = approved(&team);
    enact(&mut dossier, Act::Activated, &team.officer).unwrap();
    enact(&mut dossier, Act::Suspended, &team.owner_two).unwrap();
    assert!(matches!(enact(&mut dossier, Act::Suspended, &team.officer), Err(StepError::Already(_))));
    assert_eq!(enact(&mut dossier, Act::Resumed, &team.officer), Err(StepError::NotTheirs));
    enact(&mut dossier, Act::Resumed, &team.owner_two).unwrap();
    enact(&mut dossier, Act::Suspended, &team.officer).unwrap();
    assert_eq!(enact(&mut dossier, Act::Resumed, &team.owner_two), Err(StepError::NotTheirs));
    enact(&mut dossier, Act::Resumed, &team.officer).unwrap();
    assert_eq!(dossier.state.approvals().len(), 2, "who signed stays known");
    assert_eq!(dossier.enact(&Deed::of(Act::Ended, " "), &team.officer, &parties(), now()), Err(StepError::NoReason));
    enact(&mut dossier, Act::Ended, &team.officer).unwrap();
    assert!(matches!(enact(&mut dossier, Act::Ended, &team.officer), Err(StepError::Already(_))));
    assert_eq!(enact(&mut dossier, Act::Resumed, &team.officer).unwrap_err().to_string(), "this was done already");
    assert_eq!(enact(&mut dossier, Act::Withdrawn, &team.officer), Err(StepError::NotNow(Stage::Ended)));
}

/// What was done, said anew: (act, member, agency).
type Tried = (Act, u128, u128);

/// Whether what was done since it was last written gives every party's approval by a non-author, and a third's activation.
fn lawful(done: &[Tried], parties: &[Id<kind::Agency>], unit: u128) -> bool {
    let authors: BTreeSet<u128> =
        done.iter().filter(|one| matches!(one.0, Act::Drafted | Act::Changed)).map(|one| one.1).collect();
    let Some(at) = done.iter().rposition(|one| one.0 == Act::Activated) else { return false };
    let put = done[..at].iter().rposition(|one| one.0 == Act::Proposed).unwrap();
    let voided = done[put..at].iter().any(|one| matches!(one.0, Act::Changed | Act::Declined | Act::Withdrawn));
    let approvers: Vec<&Tried> = done[put..at].iter().filter(|one| one.0 == Act::Approved).collect();
    let all = parties.iter().all(|party| approvers.iter().any(|one| Id::from_u128(one.2) == *party));
    let own = approvers.iter().any(|one| authors.contains(&one.1));
    let (_, activator, agency) = done[at];
    let third = !authors.contains(&activator) && approvers.iter().all(|one| one.1 != activator);
    all && !own && !voided && third && agency == unit
}

/// Any of twelve people, each of one agency with some of the duties that matter.
fn any_hand() -> impl Strategy<Value = (u128, Hand)> {
    (0_u128..12).prop_map(|number| {
        let agency = number % 3 + 1;
        let some = [Duty::DataOwner, Duty::DataProtectionOfficer, Duty::Administrator, Duty::Navigator];
        let duties: Vec<Duty> = match number {
            0..3 => vec![some[0]],
            3..6 => vec![some[1]],
            6..9 => vec![some[0], some[1]],
            9 => vec![some[2]],
            10 => vec![some[0], some[2]],
            _ => vec![some[3]],
        };
        (number, hand(number, agency, &duties))
    })
}

/// Steps that lead somewhere come more often, so that many runs end in force.
fn any_act() -> impl Strategy<Value = Act> {
    prop_oneof![
        6 => Just(Act::Approved), 4 => Just(Act::Activated), 3 => Just(Act::Proposed),
        2 => proptest::sample::select(Act::ALL.to_vec()),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(3000))]

    #[test]
    fn nothing_comes_into_force_unlawfully(
        drafter in any_hand(),
        tried in proptest::collection::vec((any_act(), any_hand()), 0..60),
        three in any::<bool>(),
    ) {
        let parties: Vec<_> = (1..=if three { 3 } else { 2 }).map(party).collect();
        let Ok(mut dossier) = Dossier::begin(&drafter.1, now()) else {
            prop_assert!(drafter.0 == 11, "only the navigator may not draft");
            return Ok(());
        };
        let mut done: Vec<Tried> = vec![(Act::Drafted, drafter.0, drafter.0 % 3 + 1)];
        for (act, (number, hand)) in tried {
            let before = dossier.clone();
            match dossier.enact(&deed(act), &hand, &parties, now()) {
                Ok(_) => done.push((act, number, number % 3 + 1)),
                Err(_) => prop_assert_eq!(&dossier, &before, "what is refused changes nothing"),
            }
            if matches!(dossier.state, State::Active { .. } | State::Suspended { .. } | State::Ended { .. }) {
                prop_assert!(lawful(&done, &parties, UNIT), "{:?}", done);
            }
            prop_assert_eq!(Dossier::of(dossier.steps().to_vec()), Some(dossier.clone()));
        }
    }
}

#[test]
fn the_random_walk_reaches_force() {
    use proptest::{strategy::ValueTree, test_runner::TestRunner};
    let mut runner = TestRunner::deterministic();
    let walk = proptest::collection::vec((any_act(), any_hand()), 60);
    let mut reached = 0;
    for _ in 0..500 {
        let mut dossier = Dossier::begin(&hand(9, UNIT, &[Duty::Administrator]), now()).unwrap();
        for (act, (_, hand)) in walk.new_tree(&mut runner).unwrap().current() {
            let _ = dossier.enact(&deed(act), &hand, &parties(), now());
            if dossier.state.stage() == Stage::Active {
                reached += 1;
                break;
            }
        }
    }
    assert!(reached > 50, "the property test would prove nothing: {reached} of 500 walks came into force");
}
