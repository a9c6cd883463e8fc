//! The Cedar policies of one version of the rules, asked for every part of a request: may this asker do this with it?

use std::{
    collections::{HashMap, HashSet},
    sync::Arc,
};

use base::{Code, code};
use cedar_policy::{
    Authorizer, Context, Decision, Entities, Entity, EntityUid, PolicyId, PolicySet, Request, RestrictedExpression,
};
use vault::{Purpose, Verb};

use super::{
    grounds::{Ground, Part},
    known::{Answers, Known, Question},
    register::Asker,
};
use crate::{
    agency::AgencyKind,
    law::{self, Law, PolicyError, RuleText, data_entity, string, uid},
};

/// What the policies say to one part of a request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Verdict {
    /// With what the deciding rules oblige to.
    Allow(Vec<Code>),
    Deny(Code),
}

pub(super) struct Policies {
    set: PolicySet,
    authorizer: Authorizer,
    actions: HashMap<Verb, EntityUid>,
    reasons: HashMap<PolicyId, Code>,
    obligations: HashMap<PolicyId, Code>,
    known: Known,
    law: Arc<Law>,
}

/// Whoever asks, as Cedar knows them.
pub(super) struct Asking {
    uid: EntityUid,
    entity: Entity,
    answers: Arc<Answers>,
}

impl Policies {
    /// The starting set.
    pub(super) fn starting() -> Result<Self, PolicyError> {
        Self::new(&law::starting())
    }

    /// The rules of one version: who may do what, and the law that they stand on.
    pub(super) fn new(texts: &[RuleText]) -> Result<Self, PolicyError> {
        let set = law::read(texts)?;
        let annotated = |key: &str| -> HashMap<PolicyId, Code> {
            let codes = set.policies().filter_map(|policy| {
                let code = policy.annotation(key).and_then(|code| code.parse().ok())?;
                Some((policy.id().clone(), code))
            });
            codes.collect()
        };
        Ok(Self {
            reasons: annotated("reason"),
            obligations: annotated("obligation"),
            actions: Verb::ALL.iter().map(|verb| action(*verb)).collect::<Result<_, _>>()?,
            authorizer: Authorizer::new(),
            known: Known::default(),
            law: Arc::new(Law::of(set.clone())?),
            set,
        })
    }

    /// The law of this version.
    pub(super) fn law(&self) -> &Arc<Law> {
        &self.law
    }

    /// Whoever asks; none for a stranger, who is never asked about.
    pub(super) fn asking(&self, asker: &Asker, agency: Option<AgencyKind>) -> Option<Asking> {
        let answers = self.known.answers_to(asker, agency);
        let agency = || Some(("agency_kind".to_owned(), string(agency?.code())));
        let (uid, attributes) = match asker {
            Asker::Member { id, active, duties, second_factor, .. } => {
                let duties = duties.iter().map(|duty| string(duty.as_str()));
                let attributes = HashMap::from([
                    ("active".to_owned(), RestrictedExpression::new_bool(*active)),
                    ("second_factor".to_owned(), RestrictedExpression::new_bool(*second_factor)),
                    ("duties".to_owned(), RestrictedExpression::new_set(duties)),
                    agency()?,
                ]);
                (uid("Member", &id.to_string())?, attributes)
            }
            Asker::Token { id, .. } => (uid("Token", &id.to_string())?, HashMap::from([agency()?])),
            Asker::Job => (uid("Job", "job")?, HashMap::new()),
            Asker::Program => (uid("Program", "program")?, HashMap::new()),
            Asker::Stranger => return None,
        };
        let entity = Entity::new(uid.clone(), attributes, HashSet::new()).ok()?;
        Some(Asking { uid, entity, answers })
    }

    pub(super) fn ask(&self, asking: &Asking, verb: Verb, purpose: Purpose, part: &Part, ground: &Ground) -> Verdict {
        let question = Question::of(verb, purpose, part, ground);
        if let Some(verdict) = asking.answers.get(&question) {
            return verdict;
        }
        let Some(verdict) = self.evaluate(asking, verb, purpose, part, ground) else {
            return Verdict::Deny(code!("policy_failed"));
        };
        asking.answers.keep(question, &verdict);
        verdict
    }

    /// `None` where Cedar can't take the request, which refuses it.
    fn evaluate(&self, asking: &Asking, verb: Verb, purpose: Purpose, part: &Part, ground: &Ground) -> Option<Verdict> {
        let data = data_entity(&part.category, part.controller)?;
        let asked = data.uid();
        let mut above = HashSet::from([uid("Action", "handle")?]);
        if matches!(verb, Verb::View | Verb::List | Verb::Search) {
            above.insert(uid("Action", "look")?);
        }
        let does = Entity::new_no_attrs(self.actions.get(&verb)?.clone(), above);
        let entities = vec![asking.entity.clone(), data, does];
        let entities = Entities::from_entities(entities, None).ok()?;
        let context = Context::from_pairs(context_pairs(purpose, part, ground)).ok()?;
        let action = self.actions.get(&verb)?.clone();
        let request = Request::new(asking.uid.clone(), action, asked, context, None).ok()?;
        let response = self.authorizer.is_authorized(&request, &self.set, &entities);
        // A policy that fails while it is evaluated is not applied: a forbid that is left out must not open anything.
        if response.diagnostics().errors().next().is_some() {
            return None;
        }
        Some(match response.decision() {
            Decision::Allow => {
                let mut obligations: Vec<Code> =
                    response.diagnostics().reason().filter_map(|id| self.obligations.get(id).cloned()).collect();
                obligations.sort();
                obligations.dedup();
                Verdict::Allow(obligations)
            }
            Decision::Deny => {
                let mut reasons: Vec<&Code> =
                    response.diagnostics().reason().filter_map(|id| self.reasons.get(id)).collect();
                reasons.sort();
                Verdict::Deny(reasons.first().map_or_else(|| code!("duty_does_not_allow"), |code| (*code).clone()))
            }
        })
    }
}

fn context_pairs(purpose: Purpose, part: &Part, ground: &Ground) -> Vec<(String, RestrictedExpression)> {
    let mut pairs = vec![
        ("purpose".to_owned(), string(purpose.code())),
        ("own".to_owned(), RestrictedExpression::new_bool(part.own)),
        ("named".to_owned(), RestrictedExpression::new_bool(part.named)),
        ("ground".to_owned(), string(ground.code())),
    ];
    if let Some(receiver) = part.receiver {
        pairs.push(("receiver".to_owned(), string(receiver.code())));
    }
    let (agreement, gateway, confidentiality) = ground.named();
    pairs.extend(agreement.map(|id| ("agreement".to_owned(), string(&id.to_string()))));
    pairs.extend(gateway.map(|code| ("gateway".to_owned(), string(code.as_str()))));
    pairs.extend(confidentiality.map(|code| ("confidentiality".to_owned(), string(code.as_str()))));
    pairs
}

/// A verb with Cedar's name for it.
fn action(verb: Verb) -> Result<(Verb, EntityUid), PolicyError> {
    let named = uid("Action", verb.code()).map(|action| (verb, action));
    named.ok_or_else(|| PolicyError::new(format!("{verb} is no action")))
}
