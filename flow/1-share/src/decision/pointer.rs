//! Pointers: that a service knows somebody, and no more. The unit holds the index of who is known where under its own agreements; to
//! somebody of an agency that shares with the unit, for protecting or supporting, it may say that a service knows the person
//! whom they look for. What the service knows is the service's to show: see `standing`.

use base::{Id, kind};
use vault::{Facet, Purpose, Verb};

use super::{
    grounds::{Case, Ground, by_agreement},
    legal::Today,
    register::Asker,
};
use crate::agreement::Standing;

/// The ground on which a search may say that the controller knows somebody: a live agreement of the unit with the controller
/// that covers the category and the purpose, while whoever searches belongs to an agency that shares with the unit for that purpose.
pub(super) fn ground(case: &Case, today: &Today, facet: &Facet, acting: Id<kind::Agency>) -> Option<Ground> {
    let to_help = matches!(case.ask.purpose, Purpose::Safeguarding | Purpose::Support);
    if case.ask.verb != Verb::Search || !to_help || !matches!(case.asker, Asker::Member { .. }) {
        return None;
    }
    let unit = case.register.unit.filter(|unit| *unit != acting)?;
    let shares = case.register.agreements.iter().any(|agreement| {
        let terms = &agreement.terms;
        terms.parties.contains(&unit)
            && terms.parties.contains(&acting)
            && terms.purposes.contains(&case.ask.purpose)
            && agreement.standing(case.today) == Standing::Live
    });
    match by_agreement(case, today, facet, unit) {
        Ok(Ground::Agreement { id, legal }) if shares => Some(Ground::Pointer { id, legal }),
        _ => None,
    }
}
