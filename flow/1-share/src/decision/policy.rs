//! The Cedar policies: read once, asked for every part of a request.

use std::{
    collections::{HashMap, HashSet},
    sync::Arc,
};

use base::{Code, code};
use cedar_policy::{
    Authorizer, Context, Decision, Entities, Entity, EntityId, EntityTypeName, EntityUid, PolicyId, PolicySet, Request,
    RestrictedExpression, Schema, ValidationMode, Validator,
};
use vault::{Purpose, Verb};

use super::{
    grounds::{Ground, Part},
    known::{Answers, Known, Question},
    register::Asker,
};
use crate::agency::AgencyKind;

/// The policies as text, by the name of their file.
pub(super) const TEXTS: [(&str, &str); 6] = [
    ("00-never.cedar", include_str!("../../../../policies/00-never.cedar")),
    ("10-help.cedar", include_str!("../../../../policies/10-help.cedar")),
    ("20-know.cedar", include_str!("../../../../policies/20-know.cedar")),
    ("30-answer.cedar", include_str!("../../../../policies/30-answer.cedar")),
    ("35-ask.cedar", include_str!("../../../../policies/35-ask.cedar")),
    ("40-program.cedar", include_str!("../../../../policies/40-program.cedar")),
];
const SCHEMA: &str = include_str!("../../../../policies/schema.cedarschema");

/// The policies can't be used; the text says where.
#[derive(Debug, thiserror::Error)]
#[error("the sharing policies can’t be used: {0}")]
pub struct PolicyError(String);

/// What the policies say to one part of a request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Verdict {
    Allow,
    Deny(Code),
}

pub(super) struct Policies {
    set: PolicySet,
    authorizer: Authorizer,
    actions: HashMap<Verb, EntityUid>,
    data: EntityUid,
    reasons: HashMap<PolicyId, Code>,
    known: Known,
}

/// Whoever asks, as Cedar knows them.
pub(super) struct Asking {
    uid: EntityUid,
    entity: Entity,
    answers: Arc<Answers>,
}

impl Policies {
    /// The policies of `/policies`, checked against their schema.
    pub(super) fn built_in() -> Result<Self, PolicyError> {
        Self::read(TEXTS.iter().map(|(file, text)| (*file, *text)))
    }

    fn read<'a>(texts: impl Iterator<Item = (&'a str, &'a str)>) -> Result<Self, PolicyError> {
        let mut set = PolicySet::new();
        for (file, text) in texts {
            let part: PolicySet = text.parse().map_err(|error| PolicyError(format!("{file}: {error}")))?;
            for policy in part.policies() {
                let name = PolicyId::new(format!("{file}:{}", policy.id()));
                set.add(policy.new_id(name)).map_err(|error| PolicyError(format!("{file}: {error}")))?;
            }
        }
        let (schema, _) = Schema::from_cedarschema_str(SCHEMA).map_err(|error| PolicyError(error.to_string()))?;
        let checked = Validator::new(schema).validate(&set, ValidationMode::Strict);
        if let Some(error) = checked.validation_errors().next() {
            return Err(PolicyError(error.to_string()));
        }
        let reasons = set.policies().filter_map(|policy| {
            let reason = policy.annotation("reason").and_then(|reason| reason.parse().ok())?;
            Some((policy.id().clone(), reason))
        });
        Ok(Self {
            reasons: reasons.collect(),
            actions: Verb::ALL.iter().map(|verb| Ok((*verb, uid("Action", verb.code())?))).collect::<Result<_, _>>()?,
            data: uid("Data", "asked")?,
            authorizer: Authorizer::new(),
            known: Known::default(),
            set,
        })
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
                (uid("Member", &id.to_string()).ok()?, attributes)
            }
            Asker::Token { id, .. } => (uid("Token", &id.to_string()).ok()?, HashMap::from([agency()?])),
            Asker::Job => (uid("Job", "job").ok()?, HashMap::new()),
            Asker::Program => (uid("Program", "program").ok()?, HashMap::new()),
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
        let data = Entity::new(self.data.clone(), data_attributes(part), HashSet::new()).ok()?;
        let mut entities = vec![asking.entity.clone(), data];
        if matches!(verb, Verb::View | Verb::List | Verb::Search) {
            let look = uid("Action", "look").ok()?;
            entities.push(Entity::new_no_attrs(self.actions.get(&verb)?.clone(), HashSet::from([look])));
        }
        let entities = Entities::from_entities(entities, None).ok()?;
        let context = Context::from_pairs(context_pairs(purpose, part, ground)).ok()?;
        let action = self.actions.get(&verb)?.clone();
        let request = Request::new(asking.uid.clone(), action, self.data.clone(), context, None).ok()?;
        let response = self.authorizer.is_authorized(&request, &self.set, &entities);
        // A policy that fails while it is evaluated is not applied: a forbid that is left out must not open anything.
        if response.diagnostics().errors().next().is_some() {
            return None;
        }
        Some(match response.decision() {
            Decision::Allow => Verdict::Allow,
            Decision::Deny => {
                let mut reasons: Vec<&Code> =
                    response.diagnostics().reason().filter_map(|id| self.reasons.get(id)).collect();
                reasons.sort();
                Verdict::Deny(reasons.first().map_or_else(|| code!("duty_does_not_allow"), |code| (*code).clone()))
            }
        })
    }
}

fn data_attributes(part: &Part) -> HashMap<String, RestrictedExpression> {
    let flag = |name: &str, value: bool| (name.to_owned(), RestrictedExpression::new_bool(value));
    HashMap::from([
        ("category".to_owned(), string(part.category.code.as_str())),
        ("controller_kind".to_owned(), string(part.controller.code())),
        flag("anonymous", part.category.anonymous),
        flag("in_confidence", part.category.in_confidence),
        flag("patient_information", part.category.patient_information),
    ])
}

fn context_pairs(purpose: Purpose, part: &Part, ground: &Ground) -> Vec<(String, RestrictedExpression)> {
    let mut pairs = vec![
        ("purpose".to_owned(), string(purpose.code())),
        ("own".to_owned(), RestrictedExpression::new_bool(part.own)),
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

fn string(text: &str) -> RestrictedExpression {
    RestrictedExpression::new_string(text.to_owned())
}

fn uid(kind: &str, id: &str) -> Result<EntityUid, PolicyError> {
    let kind: EntityTypeName = kind.parse().map_err(|_| PolicyError(format!("{kind} is no kind of thing")))?;
    Ok(EntityUid::from_type_name_and_id(kind, EntityId::new(id)))
}
