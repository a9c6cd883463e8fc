//! One rule of law: a Cedar policy on one of the three grounds, with what its annotations say of it.

use std::collections::BTreeMap;

use base::{Code, Date};
use cedar_policy::{ActionConstraint, Effect, Policy, PolicyId, PolicySet};

use super::text::PolicyError;

/// Which question a rule answers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum RuleKind {
    /// Under which power or duty may it be given (a gateway)?
    Power,
    /// On which basis in data protection law may the receiver process it?
    Basis,
    /// Which further condition is met for special categories and criminal offences?
    Condition,
    /// What answers the duty of confidence?
    Confidentiality,
}

impl RuleKind {
    /// Every one.
    pub const ALL: [Self; 4] = [Self::Power, Self::Basis, Self::Condition, Self::Confidentiality];

    /// The action by which the policies name it.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::Power => "power",
            Self::Basis => "basis",
            Self::Condition => "condition",
            Self::Confidentiality => "confidentiality",
        }
    }
}

/// What sort of power a gateway is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PowerKind {
    /// It may be given.
    Power,
    /// It must be given.
    Duty,
    /// A duty to do something else, from which a power to share is implied.
    Implied,
    /// Only a named person can use it, about one person, each time.
    Decision,
}

impl PowerKind {
    /// In words, to be read by themselves.
    #[must_use]
    pub fn words(self) -> &'static str {
        match self {
            Self::Power => "A power: it may be shared",
            Self::Duty => "A duty: it must be shared",
            Self::Implied => "A duty to do something else, from which a power to share is implied",
            Self::Decision => "Only by a named person’s decision about one person",
        }
    }
}

/// Since when a rule is law.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Force {
    /// Common law.
    Always,
    /// Since this day.
    From(Date),
    /// From a day that regulations give: the setting `in_force:<code>`, proposed by the unit's data protection officer and confirmed by
    /// somebody of another agency.
    ByRegulations,
}

impl Force {
    /// In words, to be read by themselves.
    #[must_use]
    pub fn words(self) -> String {
        match self {
            Self::Always => "Common law".to_owned(),
            Self::From(day) => format!("In force since {}", web::time::date(day)),
            Self::ByRegulations => "Commenced by regulations".to_owned(),
        }
    }
}

/// A rule of law.
#[derive(Debug, Clone)]
pub struct Rule {
    /// The code by which agreements, grants and the log name it.
    pub code: Code,
    /// Which question it answers.
    pub kind: RuleKind,
    /// What it is, in plain words.
    pub name: String,
    /// The citation.
    pub law: String,
    /// What it says, in one sentence; empty for a basis or condition, whose name says it.
    pub summary: String,
    /// What to know before relying on it; may be empty.
    pub note: String,
    /// Since when.
    pub force: Force,
    /// When the Act became one; no day before it can be that on which it began. None where the rule doesn't say.
    pub assent: Option<Date>,
    /// What sort of power; [`PowerKind::Power`] for rules that are none.
    pub power: PowerKind,
    /// What whoever receives something under it must do, as a code.
    pub obligation: Option<Code>,
    /// Smaller is preferred.
    pub order: u32,
    /// The rule itself, in Cedar.
    pub text: String,
}

impl Rule {
    /// Whether it is law on a day; `commenced` holds the days of those that regulations bring into force.
    #[must_use]
    pub fn in_force(&self, today: Date, commenced: &BTreeMap<Code, Date>) -> bool {
        match (commenced.get(&self.code).copied(), self.force) {
            (Some(day), _) | (None, Force::From(day)) => today >= day,
            (None, Force::Always) => true,
            (None, Force::ByRegulations) => false,
        }
    }
}

/// A rule of the house: who may do what with which data, or what is never done.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Conduct {
    /// Its file and name.
    pub name: String,
    /// What it says, in plain words; may be empty.
    pub summary: String,
    /// Whether it forbids.
    pub forbids: bool,
    /// The rule itself, in Cedar.
    pub text: String,
}

impl Conduct {
    pub(super) fn of(policy: &Policy) -> Self {
        Self {
            name: policy.id().to_string(),
            summary: policy.annotation("summary").unwrap_or_default().to_owned(),
            forbids: policy.effect() == Effect::Forbid,
            text: policy.to_cedar().unwrap_or_default(),
        }
    }
}

/// Every rule of law in the set, by Cedar's name for it.
pub(super) fn all(set: &PolicySet) -> Result<Vec<(PolicyId, Rule)>, PolicyError> {
    let mut found: Vec<(PolicyId, Rule)> = Vec::new();
    for policy in set.policies() {
        let Some(kind) = kind(policy) else { continue };
        let rule = read(policy, kind).map_err(|problem| PolicyError(format!("{}: {problem}", policy.id())))?;
        if found.iter().any(|(_, other)| other.code == rule.code) {
            return Err(PolicyError(format!("two rules of law have the @id “{}”", rule.code)));
        }
        found.push((policy.id().clone(), rule));
    }
    Ok(found)
}

fn kind(policy: &Policy) -> Option<RuleKind> {
    let ActionConstraint::Eq(action) = policy.action_constraint() else { return None };
    RuleKind::ALL.into_iter().find(|kind| action.id().unescaped() == kind.code())
}

fn read(policy: &Policy, kind: RuleKind) -> Result<Rule, String> {
    // A forbid would block every gateway at once; what one does not authorise stands in its own `unless`.
    if policy.effect() == Effect::Forbid {
        return Err("a rule of law is a permit: write what it does not authorise in its own `unless`".to_owned());
    }
    let needed = |key: &str| {
        let text = policy.annotation(key).map(str::trim).filter(|text| !text.is_empty());
        text.map(ToOwned::to_owned).ok_or_else(|| format!("@{key} is missing"))
    };
    let given = |key: &str| policy.annotation(key).unwrap_or_default().trim().to_owned();
    let code: Code = needed("id")?.parse().map_err(|error| format!("@id: {error}"))?;
    let force = match policy.annotation("in_force_from") {
        Some("always") => Force::Always,
        Some("") => Force::ByRegulations,
        Some(day) => Force::From(day.parse().map_err(|_| "@in_force_from is no day (2023-01-31)".to_owned())?),
        None => return Err("@in_force_from is missing: a day, always, or nothing for “by regulations”".to_owned()),
    };
    let assent = match given("royal_assent") {
        none if none.is_empty() => None,
        day => Some(day.parse().map_err(|_| "@royal_assent is no day (2023-01-31)".to_owned())?),
    };
    let power = match (kind, given("kind").as_str()) {
        (RuleKind::Power, "power") => PowerKind::Power,
        (RuleKind::Power, "duty") => PowerKind::Duty,
        (RuleKind::Power, "implied") => PowerKind::Implied,
        (RuleKind::Power, "decision") => PowerKind::Decision,
        (RuleKind::Power, _) => return Err("@kind is one of power, duty, implied, decision".to_owned()),
        _ => PowerKind::Power,
    };
    let obligation = match given("obligation") {
        none if none.is_empty() => None,
        code => Some(code.parse().map_err(|error| format!("@obligation: {error}"))?),
    };
    let order = match given("order") {
        none if none.is_empty() => 0,
        number => number.parse().map_err(|_| "@order is a number".to_owned())?,
    };
    Ok(Rule {
        code,
        kind,
        name: needed("name")?,
        law: needed("law")?,
        summary: if kind == RuleKind::Power { needed("summary")? } else { given("summary") },
        note: given("note"),
        force,
        assent,
        power,
        obligation,
        order,
        text: policy.to_cedar().unwrap_or_default(),
    })
}
