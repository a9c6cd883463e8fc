//! The rules as text: the starting set in `/policies`, and how a set is read and checked.

use cedar_policy::{PolicyId, PolicySet, Schema, ValidationMode, Validator};
use serde::{Deserialize, Serialize};

/// One file of rules, in Cedar.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RuleText {
    /// Its name (`00-never.cedar`).
    pub name: String,
    /// What it says.
    pub text: String,
}

/// What the rules speak of.
const SCHEMA: &str = include_str!("../../../../policies/schema.cedarschema");

macro_rules! files {
    ($($name:literal),* $(,)?) => { [$(($name, include_str!(concat!("../../../../policies/", $name)))),*] };
}

const STARTING: [(&str, &str); 10] = files![
    "00-never.cedar",
    "10-help.cedar",
    "20-know.cedar",
    "30-answer.cedar",
    "35-ask.cedar",
    "36-seal.cedar",
    "40-program.cedar",
    "grounds/10-powers.cedar",
    "grounds/20-data-protection.cedar",
    "grounds/30-confidentiality.cedar",
];

/// The starting set.
pub(crate) fn starting() -> Vec<RuleText> {
    STARTING.iter().map(|(name, text)| RuleText { name: (*name).to_owned(), text: (*text).to_owned() }).collect()
}

/// The rules can't be used; the text says where and why.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the sharing rules can’t be used: {0}")]
pub struct PolicyError(pub(super) String);

impl PolicyError {
    pub(crate) fn new(problem: impl Into<String>) -> Self {
        Self(problem.into())
    }
}

/// Reads the texts as one set, each policy named by its file and `@id` or place, and checks them against the schema.
pub(crate) fn read(texts: &[RuleText]) -> Result<PolicySet, PolicyError> {
    let mut set = PolicySet::new();
    for RuleText { name: file, text } in texts {
        let part: PolicySet = text.parse().map_err(|error| PolicyError(format!("{file}: {error}")))?;
        for policy in part.policies() {
            let own = policy
                .annotation("id")
                .or_else(|| policy.annotation("reason"))
                .map_or_else(|| policy.id().to_string(), ToOwned::to_owned);
            let name = PolicyId::new(format!("{file}:{own}"));
            set.add(policy.new_id(name)).map_err(|error| PolicyError(format!("{file}: {error}")))?;
        }
        if part.templates().next().is_some() {
            return Err(PolicyError(format!(
                "{file}: a rule with a slot (?principal, ?resource) is never applied here"
            )));
        }
    }
    let (schema, _) = Schema::from_cedarschema_str(SCHEMA).map_err(|error| PolicyError(error.to_string()))?;
    let checked = Validator::new(schema).validate(&set, ValidationMode::Strict);
    match checked.validation_errors().next() {
        Some(error) => Err(PolicyError(error.to_string())),
        None => Ok(set),
    }
}
