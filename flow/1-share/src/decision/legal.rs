//! On which rules of law one act of sharing stands: a power, a basis in data protection law with its further condition, and, for
//! what was given in confidence, a ground of confidentiality. Each is found by the rules in force, and all are recorded.

use std::collections::BTreeMap;

use base::{Code, Date};
use vault::Purpose;

use super::lack::Lack;
use crate::{
    agency::AgencyKind,
    law::{Law, PowerKind, Rule, Sharing},
};

/// The rules that permit one act of sharing.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(crate) struct Legal {
    pub power: Code,
    pub basis: Code,
    pub condition: Option<Code>,
    pub confidentiality: Option<Code>,
    pub obligations: Vec<Code>,
}

/// The law on a day.
#[derive(Clone, Copy)]
pub(crate) struct Today<'a> {
    pub law: &'a Law,
    pub day: Date,
    /// The days on which regulations brought rules into force.
    pub commenced: &'a BTreeMap<Code, Date>,
}

impl<'a> Today<'a> {
    /// Whether this rule is law today.
    pub(crate) fn in_force(&self, rule: &Rule) -> bool {
        rule.in_force(self.day, self.commenced)
    }

    /// On what it stands by one of these powers, the first that will do; `relied_on` answers a duty of confidence.
    pub(super) fn stands(&self, sharing: &Sharing, powers: &[Code], relied_on: Option<&Code>) -> Result<Legal, Lack> {
        let power = self.power(sharing, powers)?;
        let duty = power.power == PowerKind::Duty;
        let confidentiality = self.confidentiality(sharing, duty, relied_on)?;
        let (basis, condition) = self.basis(sharing, duty)?;
        Ok(Legal {
            power: power.code.clone(),
            basis,
            condition,
            confidentiality,
            obligations: power.obligation.iter().cloned().collect(),
        })
    }

    fn power(&self, sharing: &Sharing, powers: &[Code]) -> Result<&'a Rule, Lack> {
        let mut nearest = Lack::GatewayNotForPurpose;
        for rule in powers.iter().filter_map(|code| self.law.gateway(code.as_str())) {
            let permits = |sharing: &Sharing| self.law.powers(sharing).any(|other| other.code == rule.code);
            if !permits(sharing) {
                nearest = nearest.max(why_not(permits, sharing));
            } else if !self.in_force(rule) {
                nearest = nearest.max(Lack::GatewayNotInForce);
            } else {
                return Ok(rule);
            }
        }
        Err(nearest)
    }

    fn confidentiality(&self, sharing: &Sharing, duty: bool, relied_on: Option<&Code>) -> Result<Option<Code>, Lack> {
        if !self.law.category(&sharing.category).in_confidence {
            return Ok(None);
        }
        let relied_on = relied_on.ok_or(Lack::ConfidentialityMissing)?;
        let answers = self.law.confidences(sharing, duty).any(|rule| rule.code == *relied_on && self.in_force(rule));
        if answers { Ok(Some(relied_on.clone())) } else { Err(Lack::ConfidentialityNotForThis) }
    }

    /// Whether it stands on one of these powers.
    pub(crate) fn permits(&self, sharing: &Sharing, powers: &[Code], relied_on: Option<&Code>) -> bool {
        self.stands(sharing, powers, relied_on).is_ok()
    }

    /// The preferred basis, and the preferred condition where one is needed.
    pub(super) fn basis(&self, sharing: &Sharing, duty: bool) -> Result<(Code, Option<Code>), Lack> {
        let basis = self.law.bases(sharing, duty).find(|rule| self.in_force(rule)).ok_or(Lack::NoBasis)?;
        if !self.law.category(&sharing.category).needs_condition() {
            return Ok((basis.code.clone(), None));
        }
        let mut conditions = self.law.conditions(sharing, duty, &basis.code);
        let condition = conditions.find(|rule| self.in_force(rule)).ok_or(Lack::NoCondition)?;
        Ok((basis.code.clone(), Some(condition.code.clone())))
    }
}

/// Why a power does not permit it: it serves other purposes, or reaches other receivers, or can't carry such data at all.
fn why_not(permits: impl Fn(&Sharing) -> bool, sharing: &Sharing) -> Lack {
    let for_another = |purpose: &Purpose| permits(&Sharing { purpose: *purpose, ..sharing.clone() });
    let to_another = |receiver: &AgencyKind| permits(&Sharing { receiver: *receiver, ..sharing.clone() });
    if Purpose::ALL.iter().any(for_another) {
        Lack::GatewayNotForPurpose
    } else if AgencyKind::ALL.iter().any(to_another) {
        Lack::GatewayNotForReceiver
    } else {
        Lack::GatewayCannotCarry
    }
}
