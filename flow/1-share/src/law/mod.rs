//! The law that sharing stands on: rules in Cedar (`/policies`), each with its citation, and the categories of data. One set of rules is
//! in force at a time: the starting set that is built in, until the unit's people put another into force (see `rules`).

mod category;
mod rule;
mod sharing;
mod text;

use std::{
    collections::BTreeMap,
    sync::{Arc, LazyLock, PoisonError, RwLock},
};

use base::Code;
use cedar_policy::{Authorizer, PolicyId, PolicySet};

pub use category::Category;
pub use rule::{Conduct, Force, PowerKind, Rule, RuleKind};
pub use sharing::Sharing;
pub(crate) use sharing::{data_entity, string, uid};
pub use text::{PolicyError, RuleText};
pub(crate) use text::{read, starting};

/// The rules of one version, and the categories.
pub struct Law {
    rules: Vec<Rule>,
    /// Which rule a policy is, by Cedar's name for it.
    by_policy: BTreeMap<PolicyId, usize>,
    set: PolicySet,
    authorizer: Authorizer,
    answers: sharing::Answers,
}

/// Versions stay for the life of the process, since whoever reads one holds on to it; there are a handful in a year.
static IN_FORCE: LazyLock<RwLock<&'static Law>> = LazyLock::new(|| {
    // The starting set can be read: a test says so. Were it not, there would be no power at all, and nothing would be shared.
    let law = Law::new(&starting()).unwrap_or_else(|_| Law::none());
    RwLock::new(Box::leak(Box::new(law)))
});

/// The law as it is in force in this installation.
#[must_use]
pub fn law() -> &'static Law {
    *IN_FORCE.read().unwrap_or_else(PoisonError::into_inner)
}

/// Puts a version into force.
pub(crate) fn put_in_force(law: &Arc<Law>) {
    *IN_FORCE.write().unwrap_or_else(PoisonError::into_inner) = Box::leak(Box::new(Arc::clone(law)));
}

impl Law {
    /// The law that these texts say.
    ///
    /// # Errors
    /// [`PolicyError`] with the file and what is wrong in it.
    pub(crate) fn new(texts: &[RuleText]) -> Result<Self, PolicyError> {
        Self::of(read(texts)?)
    }

    pub(crate) fn of(set: PolicySet) -> Result<Self, PolicyError> {
        let mut found = rule::all(&set)?;
        found.sort_by(|(_, one), (_, other)| {
            (one.kind, one.order, &one.code).cmp(&(other.kind, other.order, &other.code))
        });
        let by_policy = found.iter().enumerate().map(|(at, (id, _))| (id.clone(), at)).collect();
        let rules = found.into_iter().map(|(_, rule)| rule).collect();
        Ok(Self { rules, by_policy, set, authorizer: Authorizer::new(), answers: sharing::Answers::default() })
    }

    fn none() -> Self {
        Self {
            rules: Vec::new(),
            by_policy: BTreeMap::new(),
            set: PolicySet::new(),
            authorizer: Authorizer::new(),
            answers: sharing::Answers::default(),
        }
    }

    /// Every rule of a kind, in the order in which they are preferred.
    pub fn rules(&self, kind: RuleKind) -> impl Iterator<Item = &Rule> {
        self.rules.iter().filter(move |rule| rule.kind == kind)
    }

    /// The rule of this kind with this code.
    #[must_use]
    pub fn rule(&self, kind: RuleKind, code: &str) -> Option<&Rule> {
        self.rules(kind).find(|rule| rule.code == *code)
    }

    /// Every gateway on which an agreement can stand: all powers but those that only a named person can use.
    pub fn gateways(&self) -> impl Iterator<Item = &Rule> {
        self.rules(RuleKind::Power).filter(|rule| rule.power != PowerKind::Decision)
    }

    /// The power with this code.
    #[must_use]
    pub fn gateway(&self, code: &str) -> Option<&Rule> {
        self.rule(RuleKind::Power, code)
    }

    /// Every ground of confidentiality.
    pub fn confidentiality(&self) -> impl Iterator<Item = &Rule> {
        self.rules(RuleKind::Confidentiality)
    }

    /// The ground of confidentiality with this code.
    #[must_use]
    pub fn ground(&self, code: &str) -> Option<&Rule> {
        self.rule(RuleKind::Confidentiality, code)
    }

    /// The name and citation of any rule of the law by its code (a power, basis, condition or ground of confidentiality).
    #[must_use]
    pub fn any(&self, code: &str) -> Option<&Rule> {
        self.rules.iter().find(|rule| rule.code == *code)
    }

    /// Every rule that is not of the law but of this house: who may do what, and what is never done.
    #[must_use]
    pub fn conduct(&self) -> Vec<Conduct> {
        let mut rules: Vec<Conduct> =
            self.set.policies().filter(|policy| !self.by_policy.contains_key(policy.id())).map(Conduct::of).collect();
        rules.sort_by(|one, other| one.name.cmp(&other.name));
        rules
    }

    /// Every category.
    #[must_use]
    pub fn categories(&self) -> &'static [Category] {
        category::all()
    }

    /// How the law looks at a category; one that is not known is the most protected.
    #[must_use]
    pub fn category(&self, code: &Code) -> Category {
        category::by_code(code)
    }
}

#[cfg(test)]
mod tests;
