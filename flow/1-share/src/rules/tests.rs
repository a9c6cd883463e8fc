//! How a version comes into force, and what is refused on the way.

use base::Code;
use proptest::prelude::*;

use super::*;
use crate::law::{Law, starting};

fn signature(member: u128, agency: u128, second: i64) -> Signature {
    Signature { member: Id::from_u128(member), agency: Id::from_u128(agency), at: at(second) }
}

fn at(second: i64) -> Timestamp {
    Timestamp::from_micros(3_600_000_000 + second * 1_000_000).unwrap()
}

fn proposed(wanted_from: Option<Timestamp>) -> Version {
    Version {
        id: Id::from_u128(1),
        number: 3,
        texts: starting(),
        why: "why".to_owned(),
        based_on: Some(2),
        wanted_from,
        made_at: at(0),
        standing: Standing::Proposed { by: Some(signature(1, 1, 0)), approved: Vec::new() },
    }
}

#[test]
fn two_others_of_two_agencies_put_it_into_force() {
    let mut version = proposed(None);
    assert!(matches!(version.approve(&signature(1, 9, 1), 2), Err(RulesError::Own)));
    version.standing = version.approve(&signature(2, 2, 1), 2).unwrap();
    assert!(version.from().is_none());
    assert!(matches!(version.approve(&signature(3, 2, 2), 2), Err(RulesError::Twice)));
    assert!(matches!(version.approve(&signature(3, 3, 2), 3), Err(RulesError::Overtaken(3))));
    version.standing = version.approve(&signature(3, 3, 5), 2).unwrap();
    assert_eq!(version.from(), Some(at(5)));
    assert!(matches!(version.approve(&signature(4, 4, 6), 2), Err(RulesError::Settled)));
    assert!(matches!(version.withdraw(Id::from_u128(1), true, at(7)), Err(RulesError::Settled)));
}

#[test]
fn only_whoever_proposed_it_and_the_units_officer_take_it_back() {
    let version = proposed(None);
    assert!(matches!(version.withdraw(Id::from_u128(2), false, at(1)), Err(RulesError::NotYours)));
    for (member, officer) in [(1, false), (2, true)] {
        let standing = version.withdraw(Id::from_u128(member), officer, at(1)).unwrap();
        assert_eq!(standing, Standing::Withdrawn { at: at(1) });
    }
    let mut of_a_release = proposed(None);
    of_a_release.standing = Standing::Proposed { by: None, approved: Vec::new() };
    assert!(!of_a_release.may_withdraw(Id::from_u128(1), false) && of_a_release.may_withdraw(Id::from_u128(1), true));
}

#[test]
fn it_counts_from_the_wanted_time_and_never_before_it_is_approved() {
    let mut later = proposed(Some(at(100)));
    later.standing = later.approve(&signature(2, 2, 1), 2).unwrap();
    assert_eq!(
        later.approve(&signature(3, 3, 2), 2).unwrap(),
        Standing::Approved { from: at(100), approved: vec![signature(2, 2, 1), signature(3, 3, 2)] }
    );
    assert!(
        matches!(later.approve(&signature(3, 3, 200), 2).unwrap(), Standing::Approved { from, .. } if from == at(200))
    );
}

proptest! {
    #[test]
    fn whoever_signs_in_whatever_order_two_others_of_two_agencies_are_behind_what_is_in_force(
        signs in proptest::collection::vec((1_u128..6, 1_u128..4), 0..12),
    ) {
        let mut version = proposed(None);
        for (second, (member, agency)) in signs.iter().enumerate() {
            if let Ok(standing) = version.approve(&signature(*member, *agency, second as i64), 2) {
                version.standing = standing;
            }
        }
        if let Standing::Approved { approved, .. } = &version.standing {
            let members: std::collections::BTreeSet<_> = approved.iter().map(|one| one.member).collect();
            let agencies: std::collections::BTreeSet<_> = approved.iter().map(|one| one.agency).collect();
            prop_assert!(members.len() == 2 && agencies.len() == 2 && !members.contains(&Id::from_u128(1)));
        }
    }
}

fn edited(file: &str, from: &str, to: &str) -> Vec<crate::law::RuleText> {
    let mut texts = starting();
    let found = texts.iter_mut().find(|text| text.name == file).unwrap();
    assert!(found.text.contains(from), "{from} is not in {file}");
    found.text = found.text.replace(from, to);
    texts
}

#[test]
fn a_version_that_takes_an_exclusion_out_of_the_serious_violence_duty_is_refused() {
    changes::check(&Law::new(&starting()).unwrap()).unwrap();
    let opened = edited("grounds/10-powers.cedar", "resource.patient_information ||", "false ||");
    let problem = changes::check(&Law::new(&opened).unwrap()).unwrap_err().to_string();
    assert!(problem.contains("section 16 would carry “A&E navigator notifications”"), "{problem}");
    let by_another_name = edited(
        "grounds/10-powers.cedar",
        "Crime and Disorder Act 1998 section 115",
        "Police, Crime, Sentencing and Courts Act 2022, section 16(2)",
    );
    assert!(changes::check(&Law::new(&by_another_name).unwrap()).is_err());
}

#[test]
fn what_changes_is_told_rule_by_rule() {
    let after = edited(
        "10-help.cedar",
        "\"navigator\", \"youth_worker\", \"social_worker\"",
        "\"navigator\", \"youth_worker\"",
    );
    let changed = changes::changed(&starting(), &after).unwrap();
    let names: Vec<&str> = changed.iter().map(|rule| rule.rule.as_str()).collect();
    assert_eq!(names, ["10-help.cedar:practitioners_help", "10-help.cedar:practitioners_refer"]);
    assert!(changed.iter().all(|rule| rule.before.is_some() && rule.after.is_some()));
    let less = edited("grounds/10-powers.cedar", "@id(\"policing_common_law\")", "@id(\"policing\")");
    let gone = changes::gone(&Law::new(&starting()).unwrap(), &Law::new(&less).unwrap());
    assert_eq!(gone, [Code::new("policing_common_law").unwrap()]);
}
