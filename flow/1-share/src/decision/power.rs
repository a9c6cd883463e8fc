//! The powers in law on which a named person may decide, about one person, that another agency sees their records; and those
//! on which a member may open them in an emergency. All that asking knows of the law stands in this file.

use std::collections::BTreeMap;

use base::{Code, Date, code};
use vault::{FromRow, Plain, Purpose, Row, StoreError, params};

use crate::{
    agency::AgencyKind,
    agreement::law::{Category, law},
};

/// The duty to share for a child's welfare (Children Act 2004 section 16LA): where it applies, the one reason to refuse is that sharing
/// would be more detrimental to the child.
pub(crate) const DUTY: &str = "children_act_2004_s16la";
const ENQUIRIES: &str = "children_act_1989_s47";
const PUBLIC_INTEREST: &str = "public_interest_disclosure";
const VITAL_INTERESTS: &str = "vital_interests";

/// A power in law that is in force.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Power {
    /// Its code.
    pub code: Code,
    /// What it is, in plain words.
    pub name: String,
    /// The section of law.
    pub law: String,
    /// What to know before relying on it.
    pub note: String,
    /// The basis in data-protection law that goes with it.
    pub basis: Code,
}

impl Power {
    /// The power with this code, where it is in force on a day. `commenced` says when those came into force whose commencement is by
    /// regulations.
    pub(crate) fn in_force(code: &Code, commenced: &BTreeMap<Code, Date>, today: Date) -> Option<Self> {
        let gateway = law().gateway(code.as_str())?;
        let from = commenced.get(code).copied().or(gateway.in_force_from)?;
        (from <= today).then(|| Self {
            code: gateway.code.clone(),
            name: gateway.name.clone(),
            law: gateway.law.clone(),
            note: gateway.note.clone(),
            basis: gateway.basis.clone(),
        })
    }

    /// Whether it can carry a category of an agency's data for a purpose. What was given in confidence never serves prevention
    /// (Caldicott principles; the policies forbid it too).
    pub(crate) fn can_carry(&self, category: &Category, controller: AgencyKind, purpose: Purpose) -> bool {
        law().gateway(self.code.as_str()).is_some_and(|gateway| {
            gateway.serves(purpose)
                && gateway.carries(category, controller)
                && !(category.in_confidence && purpose == Purpose::Prevention)
        })
    }
}

/// What a data owner decides about, as the law looks at it.
pub(crate) struct Sought<'a> {
    pub categories: &'a [Code],
    pub purpose: Purpose,
    pub controller: AgencyKind,
    pub receiver: AgencyKind,
}

impl Sought<'_> {
    /// Whether any of it was given in confidence, so that a ground of confidentiality is needed.
    pub(crate) fn in_confidence(&self) -> bool {
        self.categories.iter().any(|code| law().category(code).in_confidence)
    }

    /// The powers on which the data owner may give all of it today.
    pub(crate) fn powers(&self, commenced: &BTreeMap<Code, Date>, today: Date) -> Vec<Power> {
        let all = law().gateways().iter().filter_map(|gateway| Power::in_force(&gateway.code, commenced, today));
        all.filter(|power| self.is_open(power)).collect()
    }

    fn is_open(&self, power: &Power) -> bool {
        let for_this = match power.code.as_str() {
            VITAL_INTERESTS => false, // for emergencies
            // A named person weighs what was given in confidence against the harm; for the rest there are other powers.
            PUBLIC_INTEREST => self.in_confidence(),
            // Enquiries are the council's.
            ENQUIRIES => matches!(self.receiver, AgencyKind::SocialCare | AgencyKind::Council),
            _ => true,
        };
        for_this
            && self.categories.iter().all(|code| power.can_carry(&law().category(code), self.controller, self.purpose))
    }

    /// Whether the duty of section 16LA binds the controller here: it is in force, the controller is one of those that it names
    /// (section 11(1) of the Act, and designated childcare and education agencies), and the purpose is the child's welfare.
    pub(crate) fn is_duty(&self, commenced: &BTreeMap<Code, Date>, today: Date) -> bool {
        let bound = !matches!(self.controller, AgencyKind::Unit | AgencyKind::Fire | AgencyKind::Voluntary);
        bound && self.powers(commenced, today).iter().any(|power| power.code == *DUTY)
    }
}

/// The power on which a member opens records in an emergency: the council's enquiries for children's social care and councils,
/// else the protection of life.
pub(crate) fn in_an_emergency(receiver: AgencyKind) -> Code {
    match receiver {
        AgencyKind::SocialCare | AgencyKind::Council => code!("children_act_1989_s47"),
        _ => code!("vital_interests"),
    }
}

/// The grounds that answer a duty of confidence, as (code, words). A decision in the public interest is one by itself.
pub(crate) fn confidentiality() -> Vec<(Code, String)> {
    law().confidentiality().iter().map(|ground| (ground.code.clone(), ground.name.clone())).collect()
}

/// The ground of confidentiality that goes with a power, whatever else is chosen.
pub(crate) fn its_own_confidentiality(power: &Code) -> Option<Code> {
    (*power == *PUBLIC_INTEREST || *power == *VITAL_INTERESTS).then(|| code!("public_interest"))
}

/// Categories in which nobody can be identified, or which are published, need no asking.
pub(crate) fn can_be_asked_for(category: &Code) -> bool {
    let category = law().category(category);
    !category.anonymous && !category.open
}

struct Commenced {
    name: String,
    value: String,
}

impl FromRow for Commenced {
    fn from_row(row: &Row) -> Result<Self, StoreError> {
        Ok(Self { name: row.text("name")?, value: row.text("value")? })
    }
}

/// When gateways came into force whose commencement is by regulations, as the settings say.
pub(crate) async fn commenced(plain: &Plain) -> Result<BTreeMap<Code, Date>, StoreError> {
    let settings: Vec<Commenced> = plain.rows("SELECT name, value FROM setting ORDER BY name", params![]).await?;
    let commenced = settings.iter().filter_map(|setting| {
        let code = setting.name.strip_prefix("in_force:")?.parse().ok()?;
        Some((code, setting.value.parse().ok()?))
    });
    Ok(commenced.collect())
}
