//! On what ground a request may stand, part by part: the agency's own record, a live agreement whose gateway is in force
//! and can carry the data, open data, or the duty to delete. No I/O: the register and the day are given.

use std::collections::BTreeMap;

use base::{Code, Date, Id, code, kind};
use vault::{Ask, Decision, Facet, Fields, Grant, Marks, Purpose, Verb};

use super::{
    lack::Lack,
    legal::{Legal, Today},
    marked, pointer,
    policy::{Policies, Verdict},
    register::{Asker, Register},
    rights,
    standing::{self, StandingGrant},
};
use crate::{
    agency::AgencyKind,
    agreement::{Agreement, Standing},
    law::{Category, Sharing},
};

/// One request with everything that its decision depends on.
pub(super) struct Case<'a> {
    pub register: &'a Register,
    pub asker: &'a Asker,
    pub ask: &'a Ask,
    pub today: Date,
    /// What was decided, or opened in an emergency, for whoever asks about the one person that they ask about.
    pub standing: &'a [StandingGrant],
    /// Whether a request of the person about whom is asked is open: a request about their own data.
    pub rights: bool,
}

/// On what one part of a request stands.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(super) enum Ground {
    OwnRecord,
    OpenData,
    StorageLimitation,
    /// The person asked for what is held about them, and the unit’s data protection officer answers.
    PersonsRight,
    /// The nightly job holds who looked against who was looked at (Data Protection Act 2018 section 62(4); UK GDPR article 32).
    SelfMonitoring,
    Agreement {
        id: Id<kind::Agreement>,
        legal: Legal,
    },
    /// The unit's agreement with the controller lets it say that somebody is known there, and no more.
    Pointer {
        id: Id<kind::Agreement>,
        legal: Legal,
    },
    /// The controller's data owner decided it for this member and this person.
    OwnersDecision {
        ask: Id<kind::Ask>,
        legal: Legal,
        fields: Option<vault::Fields>,
    },
    /// The member opened it in an emergency.
    Emergency {
        emergency: Id<kind::Emergency>,
        legal: Legal,
        fields: Option<vault::Fields>,
    },
}

impl Ground {
    pub(super) fn code(&self) -> &'static str {
        match self {
            Self::OwnRecord => "own_record",
            Self::OpenData => "open_data",
            Self::StorageLimitation => "storage_limitation",
            Self::PersonsRight => "persons_right",
            Self::SelfMonitoring => "self_monitoring",
            Self::Agreement { .. } => "agreement",
            Self::Pointer { .. } => "pointer",
            Self::OwnersDecision { .. } => "owners_decision",
            Self::Emergency { .. } => "emergency",
        }
    }

    /// The agreement, the power in law and the ground of confidentiality on which it stands, as far as it has them.
    pub(super) fn named(&self) -> (Option<Id<kind::Agreement>>, Option<Code>, Option<Code>) {
        let of = |legal: &Legal| (legal.power.clone(), legal.confidentiality.clone());
        let (agreement, named) = match self {
            Self::Agreement { id, legal } | Self::Pointer { id, legal } => (Some(*id), Some(of(legal))),
            Self::OwnersDecision { legal, .. } | Self::Emergency { legal, .. } => (None, Some(of(legal))),
            Self::OwnRecord | Self::OpenData | Self::StorageLimitation | Self::PersonsRight | Self::SelfMonitoring => {
                (None, None)
            }
        };
        let (power, confidentiality) = named.unzip();
        (agreement, power, confidentiality.flatten())
    }
}

/// Decides every part of a request.
pub(super) fn decide(policies: &Policies, case: &Case) -> Decision {
    let kind = case.asker.agency().and_then(|agency| case.register.agencies.get(&agency).copied());
    let mut decision = Decision { inputs: inputs(case.asker, kind), ..Decision::default() };
    let today = Today { law: policies.law(), day: case.today, commenced: &case.register.commenced };
    let asking = policies.asking(case.asker, kind);
    for facet in &case.ask.facets {
        let (category, marks) = Marks::split(&facet.category);
        let plain = Facet { controller: facet.controller, category };
        let ground = ground(case, &today, &plain);
        let decided = |marks: Marks| {
            let ground = ground.clone()?;
            let Some(asking) = &asking else { return Err(code!("not_a_member")) };
            let part = part(case, &today, &plain, marks);
            match policies.ask(asking, case.ask.verb, case.ask.purpose, &part, &ground) {
                Verdict::Allow(obligations) => Ok(grant(case, &today, &plain, ground, obligations)),
                Verdict::Deny(reason) => Err(reason),
            }
        };
        if !marks.any() {
            match decided(marks) {
                Ok(grant) => decision.grants.push(grant),
                Err(reason) => {
                    decision.refused.push((plain.clone(), reason));
                    continue;
                }
            }
        }
        // What is marked of it, for those for whom it exists; to the others it is neither granted nor refused.
        let every = if marks.any() { vec![marks] } else { Marks::EVERY.to_vec() };
        for marks in every.into_iter().filter(|marks| marked::exists_for(case, plain.controller, *marks)) {
            if let (Some(category), Ok(grant)) = (marks.on(&plain.category), decided(marks)) {
                decision.grants.push(Grant { facet: Facet { category, ..plain.clone() }, ..grant });
            }
        }
    }
    decision
}

/// Who asked, as codes: enough to decide again, without saying which member it was.
fn inputs(asker: &Asker, kind: Option<AgencyKind>) -> BTreeMap<&'static str, String> {
    let mut inputs = BTreeMap::from([("as", asker.code().to_owned())]);
    inputs.extend(kind.map(|kind| ("agency_kind", kind.code().to_owned())));
    if let Asker::Member { active, duties, second_factor, .. } = asker {
        let duties: Vec<&str> = duties.iter().map(Code::as_str).collect();
        inputs.insert("duties", duties.join(" "));
        let flags = [("active", *active), ("second_factor", *second_factor)];
        inputs.insert("state", flags.iter().filter(|(_, is)| *is).map(|(word, _)| *word).collect::<Vec<_>>().join(" "));
    }
    inputs
}

/// What the policies need to know of one part.
pub(super) struct Part {
    pub category: Category,
    pub controller: AgencyKind,
    pub own: bool,
    /// Whether whoever asks is named for what is sealed of it.
    pub named: bool,
    /// The kind of agency to which it is to be given.
    pub receiver: Option<AgencyKind>,
}

fn part(case: &Case, today: &Today, facet: &Facet, Marks { sealed, restricted }: Marks) -> Part {
    Part {
        category: Category { sealed, restricted, ..today.law.category(&facet.category) },
        named: marked::is_named(case, facet.controller),
        // An unknown controller never comes so far; the most protected kind stands in.
        controller: case.register.agencies.get(&facet.controller).copied().unwrap_or(AgencyKind::Health),
        own: case.asker.agency() == Some(facet.controller),
        receiver: receiver(case).ok().flatten().and_then(|agency| case.register.agencies.get(&agency).copied()),
    }
}

/// For whom it is done: jobs, the program, taking data in and counting act for the unit, whoever starts them.
fn acting_for(case: &Case) -> Option<Id<kind::Agency>> {
    match (case.asker, case.ask.verb) {
        (Asker::Stranger, _) => None,
        (Asker::Job | Asker::Program, _) | (_, Verb::Collect | Verb::Count) => case.register.unit,
        (Asker::Member { agency, .. } | Asker::Token { agency, .. }, _) => Some(*agency),
    }
}

/// To whom data is to be given: the agency whose code the request states as the fact `receiver`.
fn receiver(case: &Case) -> Result<Option<Id<kind::Agency>>, Code> {
    match case.ask.facts.get(RECEIVER).filter(|_| case.ask.verb == Verb::Disclose) {
        Some(code) => case.register.codes.get(code).copied().map(Some).ok_or_else(|| code!("unknown_receiver")),
        None => Ok(None),
    }
}

/// By what somebody is known: all that watching over who looked may see of a record.
const WHO_THEY_ARE: [&str; 3] = ["given", "family", "postcode"];

/// The fact that names the agency to which data is to be given, by its code.
pub const RECEIVER: &str = "receiver";

fn ground(case: &Case, today: &Today, facet: &Facet) -> Result<Ground, Code> {
    if matches!(case.asker, Asker::Stranger) {
        return Err(code!("not_a_member"));
    }
    if !case.register.agencies.contains_key(&facet.controller) {
        return Err(code!("unknown_controller"));
    }
    // A token of one agency never sends another's feed, whatever they agreed: that is said first.
    if let Asker::Token { agency, .. } = case.asker
        && *agency != facet.controller
    {
        return Err(code!("not_your_feed"));
    }
    if today.law.category(&facet.category).open {
        return Ok(Ground::OpenData);
    }
    let acting = acting_for(case).ok_or_else(|| code!("no_unit"))?;
    // What is given to another agency needs a ground of its own for that agency, whatever the giver's is.
    if let Some(receiver) = receiver(case)? {
        let given = ground_of(case, today, facet, acting)?;
        let taken = ground_of(case, today, facet, receiver)?;
        return Ok(if receiver == facet.controller { given } else { taken });
    }
    ground_of(case, today, facet, acting)
}

/// The ground on which one agency may have one part.
fn ground_of(case: &Case, today: &Today, facet: &Facet, acting: Id<kind::Agency>) -> Result<Ground, Code> {
    if acting == facet.controller {
        return Ok(Ground::OwnRecord);
    }
    if case.ask.verb == Verb::Erase && matches!(case.asker, Asker::Job | Asker::Program) {
        return Ok(Ground::StorageLimitation);
    }
    if rights::reaches(case, acting) {
        return Ok(Ground::PersonsRight);
    }
    if case.ask.verb == Verb::View && case.ask.purpose == Purpose::Oversight && matches!(case.asker, Asker::Job) {
        return Ok(Ground::SelfMonitoring);
    }
    by_agreement(case, today, facet, acting).or_else(|lack| {
        let stands = standing::ground(case, today, facet, acting);
        stands.or_else(|| pointer::ground(case, today, facet, acting)).ok_or(lack)
    })
}

pub(super) fn by_agreement(
    case: &Case,
    today: &Today,
    facet: &Facet,
    acting: Id<kind::Agency>,
) -> Result<Ground, Code> {
    let mut nearest = Lack::NoAgreement;
    let between = case.register.agreements.iter().filter(|agreement| {
        agreement.terms.parties.contains(&facet.controller) && agreement.terms.parties.contains(&acting)
    });
    for agreement in between {
        match covers(case, today, facet, acting, agreement) {
            Ok(ground) => return Ok(ground),
            Err(lack) => nearest = nearest.max(lack),
        }
    }
    Err(nearest.code())
}

fn covers(
    case: &Case,
    today: &Today,
    facet: &Facet,
    acting: Id<kind::Agency>,
    agreement: &Agreement,
) -> Result<Ground, Lack> {
    let terms = &agreement.terms;
    if !terms.brings(facet.controller, &facet.category) {
        return Err(Lack::CategoryNotCovered);
    }
    if !terms.purposes.contains(&case.ask.purpose) {
        return Err(Lack::PurposeNotCovered);
    }
    match agreement.standing(case.today) {
        Standing::NotActive => return Err(Lack::NotActive),
        Standing::NotStarted => return Err(Lack::NotStarted),
        Standing::Ended => return Err(Lack::Ended),
        Standing::ReviewOverdue => return Err(Lack::ReviewOverdue),
        Standing::WithoutAssessment => return Err(Lack::WithoutAssessment),
        Standing::Suspended => return Err(Lack::Suspended),
        Standing::Live => {}
    }
    let sharing = sharing(case, facet, acting);
    let legal = today.stands(&sharing, &terms.gateways, terms.confidentiality.as_ref())?;
    Ok(Ground::Agreement { id: agreement.id, legal })
}

/// One agency's having one part, as the rules of law look at it.
pub(super) fn sharing(case: &Case, facet: &Facet, acting: Id<kind::Agency>) -> Sharing {
    // Who is not known never comes so far; the most protected giver and the least entitled receiver stand in.
    let kind = |agency, unknown| case.register.agencies.get(&agency).copied().unwrap_or(unknown);
    Sharing {
        giver: kind(facet.controller, AgencyKind::Health),
        receiver: kind(acting, AgencyKind::Voluntary),
        category: facet.category.clone(),
        purpose: case.ask.purpose,
        decided_by_person: false,
        emergency: false,
    }
}

fn grant(case: &Case, today: &Today, facet: &Facet, ground: Ground, obligations: Vec<Code>) -> Grant {
    let power = code_of(ground.code());
    let facet = facet.clone();
    match ground {
        Ground::Agreement { id, legal } | Ground::Pointer { id, legal } => {
            let fields = agreed_fields(case, id);
            lawful(facet, Some(id), legal, obligations, fields)
        }
        Ground::OwnersDecision { legal, fields, .. } | Ground::Emergency { legal, fields, .. } => {
            lawful(facet, None, legal, obligations, fields)
        }
        _ => {
            // Its own, or open: its basis is recorded as far as the rules give one.
            let acting = acting_for(case).unwrap_or(facet.controller);
            let (basis, condition) =
                today.basis(&sharing(case, &facet, acting), false).unwrap_or_else(|_| (code!("public_task"), None));
            let fields = (ground == Ground::SelfMonitoring).then(|| Fields::only(WHO_THEY_ARE));
            Grant { facet, agreement: None, power, basis, condition, confidentiality: None, obligations, fields }
        }
    }
}

fn lawful(
    facet: Facet,
    agreement: Option<Id<kind::Agreement>>,
    legal: Legal,
    mut obligations: Vec<Code>,
    fields: Option<vault::Fields>,
) -> Grant {
    let Legal { power, basis, condition, confidentiality, obligations: of_the_power } = legal;
    obligations.extend(of_the_power);
    obligations.sort();
    obligations.dedup();
    Grant { facet, agreement, power, basis, condition, confidentiality, obligations, fields }
}

/// The fields that an agreement names for the purpose; none named, all of them.
fn agreed_fields(case: &Case, id: Id<kind::Agreement>) -> Option<vault::Fields> {
    let agreement = case.register.agreements.iter().find(|agreement| agreement.id == id)?;
    agreement.terms.fields_for(case.ask.purpose)
}

fn code_of(ground: &str) -> Code {
    Code::new(ground).unwrap_or_else(|_| code!("own_record"))
}
