//! The powers in law on which a named person may decide, about one person, that another agency sees their records; and the one
//! on which a member may open them in an emergency. All that asking knows of the law stands in this file.

use std::collections::BTreeMap;

use base::{Code, Date, code};
use vault::Purpose;

use crate::{
    agency::AgencyKind,
    law::{Rule, Sharing, law},
};

/// The duty to share for a child's welfare (Children Act 2004 section 16LA): where it applies, the one reason to refuse is that sharing
/// would be more detrimental to the child.
pub(crate) const DUTY: &str = "children_act_2004_s16la";
const PUBLIC_INTEREST: &str = "public_interest_disclosure";
const PROTECTING_LIFE: &str = "protecting_life";

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
    pub(crate) fn powers(&self, commenced: &BTreeMap<Code, Date>, today: Date) -> Vec<&'static Rule> {
        let all = self.categories.first().map(|category| self.sharing(category));
        let all = all.into_iter().flat_map(|sharing| law().powers(&sharing).collect::<Vec<_>>());
        all.filter(|power| power.in_force(today, commenced) && self.is_open(power)).collect()
    }

    fn sharing(&self, category: &Code) -> Sharing {
        Sharing {
            giver: self.controller,
            receiver: self.receiver,
            category: category.clone(),
            purpose: self.purpose,
            decided_by_person: true,
            emergency: false,
        }
    }

    fn is_open(&self, power: &Rule) -> bool {
        // A named person weighs what was given in confidence against the harm; for the rest there are other powers.
        let for_this = power.code != *PUBLIC_INTEREST || self.in_confidence();
        // What was given in confidence never serves prevention (Caldicott principles; the policies forbid it too).
        let never = self.in_confidence() && self.purpose == Purpose::Prevention;
        let carries = |category: &Code| law().powers(&self.sharing(category)).any(|other| other.code == power.code);
        for_this && !never && self.categories.iter().all(carries)
    }

    /// Whether the duty of section 16LA binds the controller here: it is in force, reaches both, and the purpose is the child's welfare.
    pub(crate) fn is_duty(&self, commenced: &BTreeMap<Code, Date>, today: Date) -> bool {
        self.powers(commenced, today).iter().any(|power| power.code == *DUTY)
    }
}

/// The power on which a member opens records in an emergency.
pub(crate) fn in_an_emergency() -> Code {
    code!("protecting_life")
}

/// The grounds that answer a duty of confidence, as (code, words). A decision in the public interest is one by itself.
pub(crate) fn confidentiality() -> Vec<(Code, String)> {
    law().confidentiality().map(|ground| (ground.code.clone(), ground.name.clone())).collect()
}

/// The ground of confidentiality that goes with a power, whatever else is chosen.
pub(crate) fn its_own_confidentiality(power: &Code) -> Option<Code> {
    (*power == *PUBLIC_INTEREST || *power == *PROTECTING_LIFE).then(|| code!("public_interest"))
}

/// Categories in which nobody can be identified, or which are published, need no asking.
pub(crate) fn can_be_asked_for(category: &Code) -> bool {
    let category = law().category(category);
    !category.anonymous && !category.open
}
