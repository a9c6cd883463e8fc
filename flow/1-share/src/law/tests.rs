//! What the starting set permits and excludes, enumerated over every kind of agency, category and purpose.

use vault::Purpose;

use super::*;
use crate::agency::AgencyKind;

fn every(mut look: impl FnMut(&Sharing)) {
    let mut categories: Vec<Code> = law().categories().iter().map(|category| category.code.clone()).collect();
    categories.push(base::code!("never_heard_of"));
    for giver in AgencyKind::ALL {
        for receiver in AgencyKind::ALL {
            for category in &categories {
                for purpose in Purpose::ALL {
                    look(&Sharing {
                        giver,
                        receiver,
                        category: category.clone(),
                        purpose: *purpose,
                        decided_by_person: false,
                        emergency: false,
                    });
                }
            }
        }
    }
}

fn powers(sharing: &Sharing) -> Vec<&str> {
    law().powers(sharing).map(|rule| rule.code.as_str()).collect()
}

fn sharing(giver: AgencyKind, receiver: AgencyKind, category: &str, purpose: Purpose) -> Sharing {
    let category = Code::new(category).unwrap();
    Sharing { giver, receiver, category, purpose, decided_by_person: false, emergency: false }
}

#[test]
fn the_starting_set_is_read_whole() {
    let law = Law::new(&starting()).unwrap();
    let count = |kind| law.rules(kind).count();
    assert_eq!(RuleKind::ALL.map(count), [12, 6, 8, 5]);
    for rule in law.gateways() {
        assert!(!rule.summary.is_empty() && !rule.note.is_empty(), "{}", rule.code);
    }
}

/// Every kind of giver and receiver, category and purpose: no gateway carries what its exclusions name (Police, Crime, Sentencing and
/// Courts Act 2022 section 16(4)(a) and (b), the like limits of section 17; depersonalised means depersonalised), no exclusion blocks
/// another gateway, what needs a named person or an emergency is closed without, and running the unit is no reason to share.
#[test]
fn no_gateway_carries_what_it_excludes_and_blocks_no_other() {
    let mut by_the_duty = 0;
    every(|sharing| {
        let found = powers(sharing);
        let category = law().category(&sharing.category);
        let excluded = !category.anonymous
            && (category.patient_information || matches!(sharing.giver, AgencyKind::Health | AgencyKind::SocialCare));
        let groups = [sharing.giver, sharing.receiver].contains(&AgencyKind::Voluntary);
        for code in &found {
            match *code {
                "pcsc_act_2022_s16" | "pcsc_act_2022_s17" => {
                    assert!(!excluded && !groups, "{code} carries {sharing:?}");
                    by_the_duty += 1;
                }
                "crime_and_disorder_act_1998_s17a" => assert!(category.anonymous, "{sharing:?}"),
                "public_interest_disclosure" | "protecting_life" => panic!("{code} without anybody: {sharing:?}"),
                _ => {}
            }
        }
        match sharing.purpose {
            Purpose::Safeguarding => assert!(found.contains(&"children_act_2004_s10_s11"), "{sharing:?}"),
            Purpose::Administration | Purpose::Oversight => assert!(found.is_empty(), "{sharing:?}"),
            _ => {}
        }
    });
    assert!(by_the_duty > 1000, "the enumeration met only {by_the_duty} cases that the two sections carry");
}

#[test]
fn a_named_person_or_an_emergency_opens_what_protects_and_nothing_else() {
    for (giver, category) in [(AgencyKind::Health, "ae_navigator"), (AgencyKind::Police, "custody")] {
        for receiver in AgencyKind::ALL {
            for purpose in Purpose::ALL {
                let alone = sharing(giver, receiver, category, *purpose);
                let named = Sharing { decided_by_person: true, ..alone.clone() };
                let danger = Sharing { emergency: true, ..alone };
                let protects = matches!(purpose, Purpose::Safeguarding | Purpose::Support);
                for (code, opened) in [("public_interest_disclosure", &named), ("protecting_life", &danger)] {
                    assert_eq!(powers(opened).contains(&code), protects, "{code}: {opened:?}");
                }
            }
        }
    }
}

#[test]
fn there_is_one_basis_for_each_and_it_fits_the_receiver() {
    let each = |receiver, purpose| sharing(AgencyKind::Police, receiver, "custody", purpose);
    let all = AgencyKind::ALL.into_iter().flat_map(|kind| Purpose::ALL.iter().map(move |purpose| each(kind, *purpose)));
    for sharing in all {
        let bases: Vec<&str> = law().bases(&sharing, false).map(|rule| rule.code.as_str()).collect();
        let first = *bases.first().expect("everyone has a basis");
        match (sharing.receiver, sharing.purpose) {
            (AgencyKind::Police | AgencyKind::YouthJustice | AgencyKind::Probation, Purpose::Prevention) => {
                assert_eq!(first, "law_enforcement");
            }
            (AgencyKind::Voluntary, Purpose::Safeguarding | Purpose::Prevention) => {
                assert_eq!(first, "recognised_legitimate_interest");
            }
            (AgencyKind::Voluntary, _) => assert_eq!(first, "legitimate_interests"),
            _ => assert_eq!(first, "public_task"),
        }
        assert!(!bases.contains(&"vital_interests"));
    }
    let enquiry = sharing(AgencyKind::Health, AgencyKind::SocialCare, "ae_navigator", Purpose::Safeguarding);
    let under_duty: Vec<&str> = law().bases(&enquiry, true).map(|rule| rule.code.as_str()).collect();
    assert_eq!(under_duty, ["legal_obligation", "public_task"]);
}

#[test]
fn law_that_has_not_begun_does_not_count_until_its_day_is_entered() {
    let duty = law().gateway("children_act_2004_s16la").unwrap();
    let day = |text: &str| text.parse::<base::Date>().unwrap();
    assert_eq!(duty.force, Force::ByRegulations);
    assert_eq!(duty.assent, Some(day("2026-04-29")));
    assert!(!duty.in_force(day("2026-11-22"), &BTreeMap::new()));
    let entered = BTreeMap::from([(duty.code.clone(), day("2026-09-01"))]);
    assert!(duty.in_force(day("2026-09-01"), &entered) && !duty.in_force(day("2026-08-31"), &entered));
    let new_basis = law().rule(RuleKind::Basis, "recognised_legitimate_interest").unwrap();
    assert!(!new_basis.in_force(day("2026-02-04"), &BTreeMap::new()));
    assert!(new_basis.in_force(day("2026-02-05"), &BTreeMap::new()));
}

fn with(text: &str) -> Result<Law, PolicyError> {
    let mut texts = starting();
    texts.push(RuleText { name: "own.cedar".to_owned(), text: text.to_owned() });
    Law::new(&texts)
}

#[test]
fn a_rule_that_can_not_be_read_says_where_and_why() {
    let rule = |before: &str, effect: &str| {
        format!(
            "{before}\n{effect} (principal is Agency, action == Action::\"power\", resource) when {{ context.emergency }};"
        )
    };
    let whole = r#"@id("own") @name("Own") @law("Own Act") @kind("power") @summary("Own.") @note("n") @in_force_from("always")"#;
    assert!(with(&rule(whole, "permit")).is_ok());
    let cases = [
        (rule(&whole.replace("@law(\"Own Act\")", ""), "permit"), "@law is missing"),
        (rule(&whole.replace("\"power\"", "\"wish\""), "permit"), "@kind is one of"),
        (rule(&whole.replace("always", "soon"), "permit"), "@in_force_from is no day"),
        (rule(&format!("{whole} @royal_assent(\"soon\")"), "permit"), "@royal_assent is no day"),
        (rule(&whole.replace("\"own\"", "\"pcsc_act_2022_s16\""), "permit"), "two rules of law"),
        (rule(whole, "forbid"), "its own `unless`"),
        ("permit (principal, action, resource) when { context.nothing };".to_owned(), "own.cedar"),
        ("permit (principal".to_owned(), "own.cedar"),
        ("permit (principal == ?principal, action, resource);".to_owned(), "slot"),
    ];
    for (text, wanted) in cases {
        let problem = with(&text).err().map(|error| error.to_string()).unwrap_or_default();
        assert!(problem.contains(wanted), "{text}\n gave: {problem}");
    }
}

/// The short words of `law.txt`.
const SHORT: [(&str, &str); 16] = [
    ("s10", "children_act_2004_s10_s11"),
    ("s47", "children_act_1989_s47"),
    ("ed175", "education_act_2002_s175"),
    ("care", "care_act_2014_s6_s45"),
    ("s16", "pcsc_act_2022_s16"),
    ("s17", "pcsc_act_2022_s17"),
    ("s115", "crime_and_disorder_act_1998_s115"),
    ("s17a", "crime_and_disorder_act_1998_s17a"),
    ("policing", "policing_common_law"),
    ("decision", "public_interest_disclosure"),
    ("life", "protecting_life"),
    ("task", "public_task"),
    ("enforcement", "law_enforcement"),
    ("recognised", "recognised_legitimate_interest"),
    ("legitimate", "legitimate_interests"),
    ("vital", "vital_interests"),
];

fn one_line(line: &str) -> Result<(), String> {
    let cells: Vec<&str> = line.split('|').map(str::trim).collect();
    let [between, category, purpose, how, wanted, basis] = cells.as_slice() else { return Err("not six cells".into()) };
    let (giver, receiver) = between.split_once(" > ").ok_or("nobody gives")?;
    let sharing = Sharing {
        giver: giver.parse().map_err(|_| "no such giver")?,
        receiver: receiver.parse().map_err(|_| "no such receiver")?,
        category: Code::new(category).map_err(|_| "no such category")?,
        purpose: purpose.parse().map_err(|_| "no such purpose")?,
        decided_by_person: *how == "decided",
        emergency: *how == "danger",
    };
    let today = "2026-11-22".parse().unwrap();
    let short =
        |rule: &Rule| SHORT.iter().find(|(_, code)| rule.code == **code).map_or("?", |(short, _)| *short).to_owned();
    let in_force = |rule: &&Rule| rule.in_force(today, &BTreeMap::new());
    let mut powers: Vec<String> = law().powers(&sharing).filter(in_force).map(short).collect();
    powers.sort();
    let mut expected: Vec<&str> = wanted.split(", ").filter(|word| *word != "none").collect();
    expected.sort_unstable();
    let first = law().bases(&sharing, false).find(in_force).map(short).unwrap_or_default();
    if powers == expected && first == *basis { Ok(()) } else { Err(format!("{} | {first}", powers.join(", "))) }
}

#[test]
fn every_line_of_the_table_of_law_comes_out_as_it_says() {
    let lines: Vec<&str> =
        include_str!("law.txt").lines().filter(|line| !line.is_empty() && !line.starts_with('#')).collect();
    assert!(lines.len() >= 200, "the table has only {} lines", lines.len());
    let wrong: Vec<String> =
        lines.iter().filter_map(|line| one_line(line).err().map(|got| format!("{line}\n    {got}"))).collect();
    assert!(wrong.is_empty(), "{} of {} lines:\n{}", wrong.len(), lines.len(), wrong.join("\n"));
}
