//! What the policies said before. They never change while the program runs and answer the same whenever they are shown the same,
//! so an answer is remembered by everything that they were shown: whoever asks, with their duties and their second factor as
//! they are at this moment; the kind of data; the purpose; the ground. Whoever loses a duty, or whose agreement ends, asks
//! another question. Nothing of a person the data is about is in it.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
};

use base::Code;
use vault::{Purpose, Verb};

use super::{
    grounds::{Ground, Part},
    policy::Verdict,
    register::Asker,
};
use crate::agency::AgencyKind;

/// More members than a unit has; then it begins anew.
const MOST_ASKERS: usize = 1000;
/// More than one member's duties can ask; then it begins anew.
const MOST_ANSWERS: usize = 1000;

/// What the policies are shown of one part of a request, but for whoever asks.
#[derive(Debug, PartialEq, Eq, Hash)]
#[expect(clippy::struct_excessive_bools, reason = "each is a question of its own")]
pub(super) struct Question {
    verb: Verb,
    purpose: Purpose,
    category: Code,
    anonymous: bool,
    in_confidence: bool,
    patient_information: bool,
    sealed: bool,
    restricted: bool,
    controller: AgencyKind,
    own: bool,
    named: bool,
    receiver: Option<AgencyKind>,
    ground: Ground,
}

impl Question {
    pub(super) fn of(verb: Verb, purpose: Purpose, part: &Part, ground: &Ground) -> Self {
        Self {
            verb,
            purpose,
            category: part.category.code.clone(),
            anonymous: part.category.anonymous,
            in_confidence: part.category.in_confidence,
            patient_information: part.category.patient_information,
            sealed: part.category.sealed,
            restricted: part.category.restricted,
            controller: part.controller,
            own: part.own,
            named: part.named,
            receiver: part.receiver,
            ground: ground.clone(),
        }
    }
}

/// The answers to one asker.
#[derive(Debug, Default)]
pub(super) struct Answers(Mutex<HashMap<Question, Verdict>>);

impl Answers {
    pub(super) fn get(&self, question: &Question) -> Option<Verdict> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).get(question).cloned()
    }

    pub(super) fn keep(&self, question: Question, verdict: &Verdict) {
        let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if known.len() >= MOST_ANSWERS {
            known.clear();
        }
        known.insert(question, verdict.clone());
    }
}

type Who = (Asker, Option<AgencyKind>);

/// The answers to each asker, as they are.
#[derive(Debug, Default)]
pub(super) struct Known(Mutex<HashMap<Who, Arc<Answers>>>);

impl Known {
    pub(super) fn answers_to(&self, asker: &Asker, agency: Option<AgencyKind>) -> Arc<Answers> {
        let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if known.len() >= MOST_ASKERS {
            known.clear();
        }
        Arc::clone(known.entry((asker.clone(), agency)).or_default())
    }
}
