//! Who works in the demo's agencies. They sign in by the demo's chooser, without passwords.

use std::collections::BTreeMap;

use anyhow::Context as _;
use base::{Id, kind};
use share::api::{Duty, Hand, NewMember, add_member};
use vault::Change;

use super::AgencyIds;

const MEMBERS: [(&str, &str, &str, &[Duty]); 20] = [
    ("amira.cole", "Amira Cole", "navigators", &[Duty::Navigator]),
    ("jonah.ferrier", "Jonah Ferrier", "navigators", &[Duty::Navigator]),
    ("tess.okonjo", "Tess Okonjo", "navigators", &[Duty::Navigator, Duty::RotaLead]),
    ("marek.lund", "Marek Lund", "youth_justice", &[Duty::YouthWorker]),
    ("ruth.adeyemi", "Ruth Adeyemi", "social_care", &[Duty::SocialWorker]),
    ("priya.nair", "Priya Nair", "unit", &[Duty::Analyst]),
    ("callum.reid", "Callum Reid", "police", &[Duty::IntelligenceOfficer]),
    ("helen.strand", "Helen Strand", "unit", &[Duty::ProjectManager]),
    ("david.marsh", "David Marsh", "education", &[Duty::BoardMember]),
    ("nadia.hassan", "Nadia Hassan", "unit", &[Duty::DataProtectionOfficer]),
    ("martin.keogh", "Martin Keogh", "unit", &[Duty::DataProtectionOfficer]),
    ("owen.pryce", "Owen Pryce", "police", &[Duty::DataOwner]),
    ("grace.tully", "Grace Tully", "hospital", &[Duty::DataOwner]),
    ("leon.baptiste", "Leon Baptiste", "education", &[Duty::DataOwner]),
    ("ines.calder", "Ines Calder", "unit", &[Duty::DataOwner]),
    ("femi.oduya", "Femi Oduya", "youth_justice", &[Duty::DataOwner]),
    ("joan.petrie", "Joan Petrie", "social_care", &[Duty::DataOwner]),
    ("kit.farrow", "Kit Farrow", "navigators", &[Duty::DataOwner]),
    ("sam.whitlock", "Sam Whitlock", "unit", &[Duty::Administrator]),
    ("erin.castle", "Erin Castle", "unit", &[Duty::Administrator]),
];

/// Who they are, by the first part of their address.
pub type MemberIds = BTreeMap<&'static str, Id<kind::Member>>;

/// Adds them.
///
/// # Errors
/// The vault's.
pub async fn make(change: &mut Change, ids: &AgencyIds) -> anyhow::Result<MemberIds> {
    let mut members = MemberIds::new();
    for (login, name, agency, duties) in MEMBERS {
        let Some(agency) = ids.get(agency) else { continue };
        let new = NewMember {
            email: format!("{login}@selmarsh.example"),
            name: name.to_owned(),
            agency: *agency,
            duties: duties.iter().copied().collect(),
            password: None,
        };
        members.insert(login, add_member(change, &new).await?);
    }
    Ok(members)
}

/// A member's hand, for what is done to agreements.
///
/// # Errors
/// Where nobody is called so.
pub fn hand(login: &str, ids: &AgencyIds, members: &MemberIds) -> anyhow::Result<Hand> {
    let found = MEMBERS.iter().find(|(known, ..)| *known == login).zip(members.get(login));
    let ((_, _, agency, duties), member) = found.with_context(|| format!("nobody is called {login}"))?;
    let agency = ids.get(agency).with_context(|| format!("{login} works for nobody"))?;
    let duties = duties.iter().copied().collect();
    Ok(Hand { member: *member, agency: *agency, duties, unit: ids.get("unit").copied() })
}

/// Who answers for an agency's data.
#[must_use]
pub fn owner_of(agency: &str) -> Option<&'static str> {
    let owns = |duties: &[Duty]| duties.contains(&Duty::DataOwner);
    MEMBERS.iter().find(|(_, _, of, duties)| *of == agency && owns(duties)).map(|(login, ..)| *login)
}

/// Each member's name, what they may do and what that lets them do, for the summary.
#[must_use]
pub fn introduced() -> Vec<String> {
    MEMBERS
        .iter()
        .map(|(_, name, _, duties)| {
            let words: Vec<&str> = duties.iter().map(|duty| duty.words()).collect();
            let does = duties.first().map_or("", |duty| duty.more());
            format!("{name} ({}): {does}", words.join(", ").to_lowercase())
        })
        .collect()
}
