//! The unit of the demonstration: its agencies, who works in them, and what they agreed to share. Everyone is invented.

pub mod agreements;
pub mod asks;
pub mod disclosures;
pub mod members;
pub mod oversight;
pub mod retention;
pub mod rights;
pub mod seals;

use std::collections::BTreeMap;

use anyhow::Context as _;
use base::{Id, code, kind};
use share::api::{AgencyKind, NewAgency, add_agency, agencies, register_holding};
use vault::{Actor, Cause, Operation, Purpose, Scope, Vault};

/// Each agency: its code, name, kind, and the categories of data that it supplies.
const AGENCIES: [(&str, &str, AgencyKind, &[&str]); 8] = [
    ("unit", "Selmarsh Violence and Vulnerability Unit", AgencyKind::Unit, &["contact", "referral", "link_decision"]),
    ("police", "Selmarsh Police", AgencyKind::Police, &["police_event", "custody", "missing_episode"]),
    ("youth_justice", "Selmarsh Youth Justice Service", AgencyKind::YouthJustice, &["youth_justice_case"]),
    ("education", "Selmarsh Council education service", AgencyKind::Education, &["exclusion"]),
    ("social_care", "Selmarsh children’s social care", AgencyKind::SocialCare, &["social_care_involvement"]),
    ("hospital", "Lindermouth Hospital NHS Trust", AgencyKind::Health, &["ae_navigator", "assault_attendance"]),
    ("navigators", "Turnaround Navigators", AgencyKind::Voluntary, &[]),
    ("open_data", "data.police.uk", AgencyKind::Police, &["street_crime"]),
];

/// The ids of the demo's agencies by their codes.
pub type AgencyIds = BTreeMap<&'static str, Id<kind::Agency>>;

/// A cause for setting things up as the program itself.
pub fn set_up(act: base::Code) -> Cause {
    Cause {
        actor: Actor::System,
        purpose: Purpose::Administration,
        operation: Operation::Administration,
        act,
        scope: Scope::unit(),
    }
}

/// Makes the demo's unit, once: a second call finds it and changes nothing.
///
/// # Errors
/// The vault's, or an agreement that the law table refuses.
pub async fn make(vault: &Vault) -> anyhow::Result<AgencyIds> {
    let known = agencies(&vault.plain()).await?;
    if !known.is_empty() {
        let id_of = |code: &str| known.iter().find(|agency| agency.code.as_str() == code).map(|agency| agency.id);
        return AGENCIES
            .iter()
            .map(|(code, ..)| Ok((*code, id_of(code).with_context(|| format!("the agency `{code}` is gone"))?)))
            .collect();
    }
    let mut change = vault.change(set_up(code!("unit_set_up"))).await?;
    let mut ids = AgencyIds::new();
    for (code, name, kind, categories) in AGENCIES {
        let new = NewAgency { code: code.parse()?, name: name.to_owned(), kind };
        let id = add_agency(&mut change, &new).await?;
        for category in categories {
            register_holding(&mut change, id, &category.parse()?).await?;
        }
        ids.insert(code, id);
    }
    change.execute("INSERT INTO setting (name, value) VALUES ('demo', 'yes')", vault::params![]).await?;
    let members = members::make(&mut change, &ids).await?;
    agreements::make(&mut change, &ids, &members, vault.now()).await?;
    change.commit().await?;
    Ok(ids)
}
