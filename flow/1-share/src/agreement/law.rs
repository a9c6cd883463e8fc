//! The law as data: gateways, grounds of confidentiality and categories, read once from `law.toml`.

use std::sync::LazyLock;

use base::{Code, Date};
use serde::Deserialize;
use vault::Purpose;

use crate::agency::AgencyKind;

/// A power or duty under which one body may give personal information to another.
#[derive(Debug, Clone)]
pub struct Gateway {
    /// The code by which agreements and grants name it.
    pub code: Code,
    /// What it is, in plain words.
    pub name: String,
    /// The section of law.
    pub law: String,
    /// What to know before relying on it.
    pub note: String,
    /// What it can be used for.
    pub purposes: Vec<Purpose>,
    /// The basis in data-protection law that goes with it.
    pub basis: Code,
    /// Since when; `None` where commencement is by regulations and the setting `in_force:<code>` gives the date.
    pub in_force_from: Option<Date>,
    /// Only a named person's decision about one person stands on it, never an agreement.
    pub never_by_agreement: bool,
    cannot_carry: Vec<Bar>,
    cannot_carry_from: Vec<AgencyKind>,
}

/// A kind of information that a gateway does not authorise.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Bar {
    PatientInformation,
    Identified,
}

/// A ground that answers a duty of confidence.
#[derive(Debug, Clone)]
pub struct Confidentiality {
    /// Its code.
    pub code: Code,
    /// What it is, in plain words.
    pub name: String,
}

/// A category of data, as the law looks at it.
#[derive(Debug, Clone)]
pub struct Category {
    /// Its code.
    pub code: Code,
    /// Its name in plain words.
    pub name: String,
    /// Information about health or care that an NHS body or its contractor holds.
    pub patient_information: bool,
    /// Given in confidence.
    pub in_confidence: bool,
    /// Nobody can be identified in it.
    pub anonymous: bool,
    /// Published for everyone.
    pub open: bool,
}

/// All of it.
#[derive(Debug)]
pub struct Law {
    gateways: Vec<Gateway>,
    confidentiality: Vec<Confidentiality>,
    categories: Vec<Category>,
}

static LAW: LazyLock<Law> = LazyLock::new(|| read(include_str!("law.toml")).unwrap_or_default());

impl Default for Law {
    /// No gateway at all: nothing is shared. Stands only where `law.toml` can't be read, which a test rules out.
    fn default() -> Self {
        Self { gateways: Vec::new(), confidentiality: Vec::new(), categories: Vec::new() }
    }
}

/// The law that this program knows.
#[must_use]
pub fn law() -> &'static Law {
    &LAW
}

impl Law {
    /// Every gateway.
    #[must_use]
    pub fn gateways(&self) -> &[Gateway] {
        &self.gateways
    }

    /// Every ground of confidentiality.
    #[must_use]
    pub fn confidentiality(&self) -> &[Confidentiality] {
        &self.confidentiality
    }

    /// Every category.
    #[must_use]
    pub fn categories(&self) -> &[Category] {
        &self.categories
    }

    /// The gateway with this code.
    #[must_use]
    pub fn gateway(&self, code: &str) -> Option<&Gateway> {
        self.gateways.iter().find(|gateway| gateway.code == *code)
    }

    /// The ground of confidentiality with this code.
    #[must_use]
    pub fn ground(&self, code: &str) -> Option<&Confidentiality> {
        self.confidentiality.iter().find(|ground| ground.code == *code)
    }

    /// How the law looks at a category; one that is not known is the most protected.
    #[must_use]
    pub fn category(&self, code: &Code) -> Category {
        self.categories.iter().find(|category| category.code == *code).cloned().unwrap_or_else(|| Category {
            code: code.clone(),
            name: code.to_string(),
            patient_information: true,
            in_confidence: true,
            anonymous: false,
            open: false,
        })
    }
}

impl Gateway {
    /// Whether it authorises giving this category of this agency's data.
    #[must_use]
    pub fn carries(&self, category: &Category, controller: AgencyKind) -> bool {
        let barred = self.cannot_carry.iter().any(|bar| match bar {
            Bar::PatientInformation => category.patient_information,
            Bar::Identified => !category.anonymous,
        });
        let barred_from = !category.anonymous && self.cannot_carry_from.contains(&controller);
        !barred && !barred_from
    }

    /// Whether it can be used for this.
    #[must_use]
    pub fn serves(&self, purpose: Purpose) -> bool {
        self.purposes.contains(&purpose)
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    gateway: Vec<GatewayText>,
    confidentiality: Vec<GroundText>,
    category: Vec<CategoryText>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct GatewayText {
    code: Code,
    name: String,
    law: String,
    note: String,
    purposes: Vec<String>,
    basis: Code,
    in_force_from: String,
    #[serde(default)]
    never_by_agreement: bool,
    #[serde(default)]
    cannot_carry: Vec<String>,
    #[serde(default)]
    cannot_carry_from: Vec<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct GroundText {
    code: Code,
    name: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct CategoryText {
    code: Code,
    name: String,
    #[serde(default)]
    patient_information: bool,
    #[serde(default)]
    in_confidence: bool,
    #[serde(default)]
    anonymous: bool,
    #[serde(default)]
    open: bool,
}

fn read(text: &str) -> Result<Law, String> {
    let file: File = toml::from_str(text).map_err(|error| error.to_string())?;
    Ok(Law {
        gateways: file.gateway.into_iter().map(read_gateway).collect::<Result<_, _>>()?,
        confidentiality: file
            .confidentiality
            .into_iter()
            .map(|ground| Confidentiality { code: ground.code, name: ground.name })
            .collect(),
        categories: file
            .category
            .into_iter()
            .map(|category| Category {
                code: category.code,
                name: category.name,
                patient_information: category.patient_information,
                in_confidence: category.in_confidence,
                anonymous: category.anonymous,
                open: category.open,
            })
            .collect(),
    })
}

fn read_gateway(text: GatewayText) -> Result<Gateway, String> {
    fn each<T: std::str::FromStr<Err: std::fmt::Display>>(words: &[String]) -> Result<Vec<T>, String> {
        words.iter().map(|word| word.parse().map_err(|error| format!("{word}: {error}"))).collect()
    }
    let bars = text.cannot_carry.iter().map(|word| match word.as_str() {
        "patient_information" => Ok(Bar::PatientInformation),
        "identified" => Ok(Bar::Identified),
        _ => Err(format!("{word}: not a kind of information")),
    });
    let in_force_from = match text.in_force_from.as_str() {
        "" => None,
        date => Some(date.parse().map_err(|error| format!("{date}: {error}"))?),
    };
    Ok(Gateway {
        purposes: each(&text.purposes)?,
        cannot_carry: bars.collect::<Result<_, _>>()?,
        cannot_carry_from: each(&text.cannot_carry_from)?,
        in_force_from,
        never_by_agreement: text.never_by_agreement,
        code: text.code,
        name: text.name,
        law: text.law,
        note: text.note,
        basis: text.basis,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_file_is_read_whole() {
        let law = read(include_str!("law.toml")).unwrap();
        assert_eq!(law.gateways().len(), 9);
        assert_eq!(law.categories().len(), 13);
        assert_eq!(law.confidentiality().len(), 4);
    }

    #[test]
    fn section_16_carries_no_patient_information_and_nothing_personal_from_health_or_social_care() {
        let s16 = law().gateway("pcsc_act_2022_s16").unwrap();
        let category = |code: &str| law().category(&Code::new(code).unwrap());
        assert!(s16.carries(&category("police_event"), AgencyKind::Police));
        assert!(s16.carries(&category("assault_attendance"), AgencyKind::Health));
        assert!(!s16.carries(&category("ae_navigator"), AgencyKind::Health));
        assert!(!s16.carries(&category("ae_navigator"), AgencyKind::Voluntary));
        assert!(!s16.carries(&category("social_care_involvement"), AgencyKind::SocialCare));
        assert!(!s16.carries(&category("exclusion"), AgencyKind::SocialCare));
        assert!(!s16.carries(&category("something_new"), AgencyKind::Police));
    }
}
