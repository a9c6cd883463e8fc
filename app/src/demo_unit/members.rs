//! Who works in the demo's agencies. They sign in by the demo's chooser, without passwords.

use share::api::{Duty, NewMember, add_member};
use vault::Change;

use super::AgencyIds;

const MEMBERS: [(&str, &str, &str, &[Duty]); 14] = [
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
    ("owen.pryce", "Owen Pryce", "police", &[Duty::DataOwner]),
    ("grace.tully", "Grace Tully", "hospital", &[Duty::DataOwner]),
    ("leon.baptiste", "Leon Baptiste", "education", &[Duty::DataOwner]),
    ("sam.whitlock", "Sam Whitlock", "unit", &[Duty::Administrator]),
];

/// Adds them.
///
/// # Errors
/// The vault's.
pub async fn make(change: &mut Change, ids: &AgencyIds) -> anyhow::Result<()> {
    for (login, name, agency, duties) in MEMBERS {
        let Some(agency) = ids.get(agency) else { continue };
        let new = NewMember {
            email: format!("{login}@selmarsh.example"),
            name: name.to_owned(),
            agency: *agency,
            duties: duties.iter().copied().collect(),
            password: None,
        };
        add_member(change, &new).await?;
    }
    Ok(())
}

/// Each member's name, what they may do and what that lets them do, for the summary.
#[must_use]
pub fn introduced() -> Vec<String> {
    MEMBERS
        .iter()
        .map(|(_, name, _, duties)| {
            let words: Vec<&str> = duties.iter().map(|duty| duty.words()).collect();
            let does = duties.first().map_or("", |duty| duty.does());
            format!("{name} ({}): {does}", words.join(", ").to_lowercase())
        })
        .collect()
}
