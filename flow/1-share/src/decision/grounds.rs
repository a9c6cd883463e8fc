//! On what ground a request may stand, part by part: the agency's own record, a live agreement whose gateway is in force
//! and can carry the data, open data, or the duty to delete. No I/O: the register and the day are given.

use base::{Code, Date, Id, code, kind};
use vault::{Ask, Decision, Facet, Grant, Purpose, Verb};

use super::{
    pointer,
    policy::{Policies, Verdict},
    register::{Asker, Register},
    standing::{self, StandingGrant},
};
use crate::{
    agency::AgencyKind,
    agreement::{
        Agreement, Standing,
        law::{Category, Gateway, law},
    },
};

/// One request with everything that its decision depends on.
pub(super) struct Case<'a> {
    pub register: &'a Register,
    pub asker: &'a Asker,
    pub ask: &'a Ask,
    pub today: Date,
    /// What was decided, or opened in an emergency, for whoever asks about the one person that they ask about.
    pub standing: &'a [StandingGrant],
}

/// On what one part of a request stands.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(super) enum Ground {
    OwnRecord,
    OpenData,
    StorageLimitation,
    Agreement {
        id: Id<kind::Agreement>,
        gateway: Code,
        basis: Code,
        confidentiality: Option<Code>,
    },
    /// The unit's agreement with the controller lets it say that somebody is known there, and no more.
    Pointer {
        id: Id<kind::Agreement>,
        gateway: Code,
        basis: Code,
        confidentiality: Option<Code>,
    },
    /// The controller's data owner decided it for this member and this person.
    OwnersDecision {
        ask: Id<kind::Ask>,
        gateway: Code,
        basis: Code,
        confidentiality: Option<Code>,
    },
    /// The member opened it in an emergency.
    Emergency {
        emergency: Id<kind::Emergency>,
        gateway: Code,
        basis: Code,
        confidentiality: Option<Code>,
    },
}

impl Ground {
    pub(super) fn code(&self) -> &'static str {
        match self {
            Self::OwnRecord => "own_record",
            Self::OpenData => "open_data",
            Self::StorageLimitation => "storage_limitation",
            Self::Agreement { .. } => "agreement",
            Self::Pointer { .. } => "pointer",
            Self::OwnersDecision { .. } => "owners_decision",
            Self::Emergency { .. } => "emergency",
        }
    }

    /// The agreement, the power in law and the ground of confidentiality on which it stands, as far as it has them.
    pub(super) fn named(&self) -> (Option<Id<kind::Agreement>>, Option<&Code>, Option<&Code>) {
        match self {
            Self::Agreement { id, gateway, confidentiality, .. }
            | Self::Pointer { id, gateway, confidentiality, .. } => {
                (Some(*id), Some(gateway), confidentiality.as_ref())
            }
            Self::OwnersDecision { gateway, confidentiality, .. }
            | Self::Emergency { gateway, confidentiality, .. } => (None, Some(gateway), confidentiality.as_ref()),
            Self::OwnRecord | Self::OpenData | Self::StorageLimitation => (None, None, None),
        }
    }
}

/// How far the best agreement came; later is nearer to a ground, and its reason helps most.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Lack {
    NoAgreement,
    CategoryNotCovered,
    PurposeNotCovered,
    Ended,
    NotStarted,
    GatewayNotForPurpose,
    GatewayNotInForce,
    GatewayCannotCarry,
    ConfidentialityMissing,
}

impl Lack {
    fn code(self) -> Code {
        match self {
            Self::NoAgreement => code!("no_agreement"),
            Self::CategoryNotCovered => code!("category_not_covered"),
            Self::PurposeNotCovered => code!("purpose_not_covered"),
            Self::Ended => code!("agreement_ended"),
            Self::NotStarted => code!("agreement_not_started"),
            Self::GatewayNotForPurpose => code!("gateway_not_for_purpose"),
            Self::GatewayNotInForce => code!("gateway_not_in_force"),
            Self::GatewayCannotCarry => code!("gateway_cannot_carry"),
            Self::ConfidentialityMissing => code!("confidentiality_missing"),
        }
    }
}

/// Decides every part of a request.
pub(super) fn decide(policies: &Policies, case: &Case) -> Decision {
    let mut decision = Decision::default();
    let kind = case.asker.agency().and_then(|agency| case.register.agencies.get(&agency).copied());
    let asking = policies.asking(case.asker, kind);
    for facet in &case.ask.facets {
        let outcome = ground(case, facet).and_then(|ground| {
            let Some(asking) = &asking else { return Err(code!("not_a_member")) };
            let part = part(case, facet);
            match policies.ask(asking, case.ask.verb, case.ask.purpose, &part, &ground) {
                Verdict::Allow => Ok(grant(case, facet, ground)),
                Verdict::Deny(reason) => Err(reason),
            }
        });
        match outcome {
            Ok(grant) => decision.grants.push(grant),
            Err(reason) => decision.refused.push((facet.clone(), reason)),
        }
    }
    decision
}

/// What the policies need to know of one part.
pub(super) struct Part {
    pub category: Category,
    pub controller: AgencyKind,
    pub own: bool,
    /// The kind of agency to which it is to be given.
    pub receiver: Option<AgencyKind>,
}

fn part(case: &Case, facet: &Facet) -> Part {
    Part {
        category: law().category(&facet.category),
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

/// The fact that names the agency to which data is to be given, by its code.
pub const RECEIVER: &str = "receiver";

fn ground(case: &Case, facet: &Facet) -> Result<Ground, Code> {
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
    let category = law().category(&facet.category);
    if category.open {
        return Ok(Ground::OpenData);
    }
    let acting = acting_for(case).ok_or_else(|| code!("no_unit"))?;
    // What is given to another agency needs a ground of its own for that agency, whatever the giver's is.
    if let Some(receiver) = receiver(case)? {
        let given = ground_of(case, facet, &category, acting)?;
        let taken = ground_of(case, facet, &category, receiver)?;
        return Ok(if receiver == facet.controller { given } else { taken });
    }
    ground_of(case, facet, &category, acting)
}

/// The ground on which one agency may have one part.
fn ground_of(case: &Case, facet: &Facet, category: &Category, acting: Id<kind::Agency>) -> Result<Ground, Code> {
    if acting == facet.controller {
        return Ok(Ground::OwnRecord);
    }
    if case.ask.verb == Verb::Erase && matches!(case.asker, Asker::Job | Asker::Program) {
        return Ok(Ground::StorageLimitation);
    }
    by_agreement(case, facet, category, acting).or_else(|lack| {
        let stands = standing::ground(case, facet, category, acting);
        stands.or_else(|| pointer::ground(case, facet, category, acting)).ok_or(lack)
    })
}

pub(super) fn by_agreement(
    case: &Case,
    facet: &Facet,
    category: &Category,
    acting: Id<kind::Agency>,
) -> Result<Ground, Code> {
    let mut nearest = Lack::NoAgreement;
    let between = case.register.agreements.iter().filter(|agreement| {
        agreement.terms.parties.contains(&facet.controller) && agreement.terms.parties.contains(&acting)
    });
    for agreement in between {
        match covers(case, facet, category, agreement) {
            Ok(ground) => return Ok(ground),
            Err(lack) => nearest = nearest.max(lack),
        }
    }
    Err(nearest.code())
}

fn covers(case: &Case, facet: &Facet, category: &Category, agreement: &Agreement) -> Result<Ground, Lack> {
    let terms = &agreement.terms;
    if !terms.categories.contains(&facet.category) {
        return Err(Lack::CategoryNotCovered);
    }
    if !terms.purposes.contains(&case.ask.purpose) {
        return Err(Lack::PurposeNotCovered);
    }
    match terms.standing(case.today) {
        Standing::NotStarted => return Err(Lack::NotStarted),
        Standing::Ended => return Err(Lack::Ended),
        Standing::Live => {}
    }
    let gateway = usable_gateway(case, facet, category, agreement)?;
    if category.in_confidence && terms.confidentiality.is_none() {
        return Err(Lack::ConfidentialityMissing);
    }
    Ok(Ground::Agreement {
        id: agreement.id,
        gateway: gateway.code.clone(),
        basis: gateway.basis.clone(),
        confidentiality: terms.confidentiality.clone().filter(|_| category.in_confidence),
    })
}

fn usable_gateway(
    case: &Case,
    facet: &Facet,
    category: &Category,
    agreement: &Agreement,
) -> Result<&'static Gateway, Lack> {
    let mut nearest = Lack::GatewayNotForPurpose;
    let controller = part(case, facet).controller;
    for gateway in agreement.terms.gateways.iter().filter_map(|code| law().gateway(code.as_str())) {
        if !gateway.serves(case.ask.purpose) || gateway.never_by_agreement {
            continue;
        }
        let from = case.register.commenced.get(&gateway.code).copied().or(gateway.in_force_from);
        if from.is_none_or(|from| case.today < from) {
            nearest = nearest.max(Lack::GatewayNotInForce);
        } else if !gateway.carries(category, controller) {
            nearest = nearest.max(Lack::GatewayCannotCarry);
        } else {
            return Ok(gateway);
        }
    }
    Err(nearest)
}

fn grant(case: &Case, facet: &Facet, ground: Ground) -> Grant {
    let power = code_of(ground.code());
    let basis = own_basis(case);
    let facet = facet.clone();
    match ground {
        Ground::Agreement { id, gateway, basis, confidentiality }
        | Ground::Pointer { id, gateway, basis, confidentiality } => {
            let basis = if is_enforcement(case) { code!("law_enforcement") } else { basis };
            Grant { facet, agreement: Some(id), power: gateway, basis, confidentiality }
        }
        Ground::OwnersDecision { gateway, basis, confidentiality, .. }
        | Ground::Emergency { gateway, basis, confidentiality, .. } => {
            let basis = if is_enforcement(case) { code!("law_enforcement") } else { basis };
            Grant { facet, agreement: None, power: gateway, basis, confidentiality }
        }
        _ => Grant { facet, agreement: None, power, basis, confidentiality: None },
    }
}

/// Part 3 of the Data Protection Act 2018 applies where a competent authority acts for a law-enforcement purpose.
fn is_enforcement(case: &Case) -> bool {
    let kind = acting_for(case).and_then(|agency| case.register.agencies.get(&agency));
    case.ask.purpose == Purpose::Prevention && kind.is_some_and(|kind| kind.enforces_the_law())
}

fn own_basis(case: &Case) -> Code {
    let kind = acting_for(case).and_then(|agency| case.register.agencies.get(&agency));
    match kind {
        _ if is_enforcement(case) => code!("law_enforcement"),
        Some(AgencyKind::Voluntary) => code!("legitimate_interests"),
        _ => code!("public_task"),
    }
}

fn code_of(ground: &str) -> Code {
    Code::new(ground).unwrap_or_else(|_| code!("own_record"))
}
