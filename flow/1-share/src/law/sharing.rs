//! One act of sharing put to the rules of law: which powers, bases, conditions and grounds of confidentiality permit it.

use std::{
    collections::{HashMap, HashSet},
    sync::{Arc, Mutex, PoisonError},
};

use base::Code;
use cedar_policy::{
    Context, Entities, Entity, EntityId, EntityTypeName, EntityUid, Request, Response, RestrictedExpression,
};
use vault::Purpose;

use super::{Category, Law, Rule, RuleKind};
use crate::agency::AgencyKind;

/// One agency gives one category of its data to another, for a purpose.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Sharing {
    /// Who gives: the controller.
    pub giver: AgencyKind,
    /// Who receives.
    pub receiver: AgencyKind,
    /// What.
    pub category: Code,
    /// What for.
    pub purpose: Purpose,
    /// Whether a named person of the giver decides about this one person.
    pub decided_by_person: bool,
    /// Whether somebody is in danger now.
    pub emergency: bool,
}

/// What the question is beyond the sharing itself: the power and basis that were found already.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
struct Question {
    kind: RuleKind,
    sharing: Sharing,
    duty: bool,
    basis: Option<Code>,
}

/// More than a unit's kinds, categories and purposes make; then it begins anew.
const MOST_ANSWERS: usize = 20_000;

/// What was answered before: places in the law's list of rules. A version of the law never changes, so neither do its answers.
#[derive(Default)]
pub(super) struct Answers(Mutex<HashMap<Question, Arc<[usize]>>>);

impl Law {
    /// The powers that permit it, in force or not.
    pub fn powers(&self, sharing: &Sharing) -> impl Iterator<Item = &Rule> {
        self.permitting(Question { kind: RuleKind::Power, sharing: sharing.clone(), duty: false, basis: None })
    }

    /// The bases in data protection law that there are for it under this power, the preferred first.
    pub fn bases(&self, sharing: &Sharing, duty: bool) -> impl Iterator<Item = &Rule> {
        self.permitting(Question { kind: RuleKind::Basis, sharing: sharing.clone(), duty, basis: None })
    }

    /// The further conditions that are met on this basis, the preferred first.
    pub fn conditions(&self, sharing: &Sharing, duty: bool, basis: &Code) -> impl Iterator<Item = &Rule> {
        let basis = Some(basis.clone());
        self.permitting(Question { kind: RuleKind::Condition, sharing: sharing.clone(), duty, basis })
    }

    /// The grounds that can answer a duty of confidence.
    pub fn confidences(&self, sharing: &Sharing, duty: bool) -> impl Iterator<Item = &Rule> {
        self.permitting(Question { kind: RuleKind::Confidentiality, sharing: sharing.clone(), duty, basis: None })
    }

    fn permitting(&self, question: Question) -> impl Iterator<Item = &Rule> {
        let places = self.answer(question);
        (0..places.len()).filter_map(move |at| self.rules.get(*places.get(at)?))
    }

    fn answer(&self, question: Question) -> Arc<[usize]> {
        let lock = || self.answers.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(known) = lock().get(&question) {
            return Arc::clone(known);
        }
        let places: Arc<[usize]> = self.evaluate(&question).unwrap_or_default().into();
        let mut answers = lock();
        if answers.len() >= MOST_ANSWERS {
            answers.clear();
        }
        answers.insert(question, Arc::clone(&places));
        places
    }

    /// `None` where Cedar can't take the question, or a rule fails on it: then nothing permits it.
    fn evaluate(&self, question: &Question) -> Option<Vec<usize>> {
        let Question { kind, sharing, duty, basis } = question;
        let receiver = uid("Agency", "receiver")?;
        let kind_of = HashMap::from([("kind".to_owned(), string(sharing.receiver.code()))]);
        let agency = Entity::new(receiver.clone(), kind_of, HashSet::new()).ok()?;
        let data = data_entity(&self.category(&sharing.category), sharing.giver)?;
        let asked = data.uid();
        let flag = |name: &str, value: bool| (name.to_owned(), RestrictedExpression::new_bool(value));
        let context = Context::from_pairs([
            ("purpose".to_owned(), string(sharing.purpose.code())),
            ("basis".to_owned(), string(basis.as_ref().map_or("", Code::as_str))),
            flag("decided_by_person", sharing.decided_by_person),
            flag("emergency", sharing.emergency),
            flag("duty", *duty),
        ])
        .ok()?;
        let entities = Entities::from_entities([agency, data], None).ok()?;
        let request = Request::new(receiver, uid("Action", kind.code())?, asked, context, None).ok()?;
        let response: Response = self.authorizer.is_authorized(&request, &self.set, &entities);
        if response.diagnostics().errors().next().is_some() {
            return None;
        }
        let mut places: Vec<usize> =
            response.diagnostics().reason().filter_map(|id| self.by_policy.get(id).copied()).collect();
        places.sort_unstable();
        Some(places)
    }
}

/// A category of data of a kind of agency, as Cedar knows it.
pub(crate) fn data_entity(category: &Category, controller: AgencyKind) -> Option<Entity> {
    let flag = |name: &str, value: bool| (name.to_owned(), RestrictedExpression::new_bool(value));
    let attributes = HashMap::from([
        ("category".to_owned(), string(category.code.as_str())),
        ("controller_kind".to_owned(), string(controller.code())),
        flag("anonymous", category.anonymous),
        flag("in_confidence", category.in_confidence),
        flag("patient_information", category.patient_information),
        flag("special_category", category.special_category),
        flag("criminal_offence", category.criminal_offence),
        flag("sealed", category.sealed),
        flag("restricted", category.restricted),
    ]);
    Entity::new(uid("Data", "asked")?, attributes, HashSet::new()).ok()
}

/// A text, as Cedar takes it.
pub(crate) fn string(text: &str) -> RestrictedExpression {
    RestrictedExpression::new_string(text.to_owned())
}

/// The name of one thing of a kind, as Cedar takes it; none where the kind is no word.
pub(crate) fn uid(kind: &str, id: &str) -> Option<EntityUid> {
    let kind: EntityTypeName = kind.parse().ok()?;
    Some(EntityUid::from_type_name_and_id(kind, EntityId::new(id)))
}
