//! Asking: one transaction that keeps the question, with its clock. The same form sent twice, or the same question while it waits, is one
//! ask.

use std::collections::BTreeMap;

use base::{Code, Id, code, kind};
use serde_json::json;
use vault::{Actor, Ask, Cause, Facet, Operation, Permit, Purpose, Scope, Vault, Verb};

use super::{
    AskError, DataAsk, PURPOSES, State, category,
    clock::{EXPIRES_DAYS, Hours},
    job, store,
};
use crate::{decision::power, law::law};

/// A question to another agency.
#[derive(Debug, Clone)]
pub struct NewAsk {
    /// About whom.
    pub person: Id<kind::Person>,
    /// Who is asked.
    pub owner: Id<kind::Agency>,
    /// Whether the asker was told who that is.
    pub named: bool,
    /// What is asked for.
    pub categories: Vec<Code>,
    /// What for.
    pub purpose: Purpose,
    /// Why, in the asker's words.
    pub why: String,
    /// The form's own key.
    pub form_key: String,
}

/// The member behind an actor.
pub(crate) fn member_of(actor: &Actor) -> Result<(Id<kind::Member>, Id<kind::Agency>), AskError> {
    match actor {
        Actor::Member { id, agency } => Ok((*id, *agency)),
        Actor::Token { .. } | Actor::Job { .. } | Actor::System => Err(AskError::NotFound),
    }
}

/// A permit for an agency's own asks.
pub(crate) async fn own_permit(
    vault: &Vault,
    actor: &Actor,
    agency: Id<kind::Agency>,
    verb: Verb,
    scope: Scope,
    purpose: Purpose,
) -> Result<Permit, vault::Refusal> {
    let facets = vec![Facet { controller: agency, category: category() }];
    vault.permit(Ask { actor: actor.clone(), verb, scope, purpose, facets, facts: BTreeMap::new() }).await
}

impl NewAsk {
    fn check(&self, agency: Id<kind::Agency>) -> Result<(), AskError> {
        if !PURPOSES.contains(&self.purpose) {
            return Err(AskError::Refused(crate::decision::refusal_words("duty_does_not_allow")));
        }
        if self.owner == agency {
            return Err(AskError::OwnRecord);
        }
        if self.categories.is_empty() || !self.categories.iter().all(power::can_be_asked_for) {
            return Err(AskError::NothingToAsk);
        }
        let in_confidence = self.categories.iter().any(|category| law().category(category).in_confidence);
        if in_confidence && self.purpose == Purpose::Prevention {
            return Err(AskError::ConfidenceNotForPrevention);
        }
        Ok(())
    }
}

/// Asks. Gives the ask, or the one that the same form or the same question made before.
///
/// # Errors
/// [`AskError`]; nothing is kept then.
pub async fn ask(vault: &Vault, actor: &Actor, new: &NewAsk) -> Result<Id<kind::Ask>, AskError> {
    let (asker, agency) = member_of(actor)?;
    new.check(agency)?;
    let permit = own_permit(vault, actor, agency, Verb::Record, Scope::person(new.person), new.purpose).await?;
    let hours = Hours::read(&vault.plain()).await?;
    let why = vault.seal(new.why.as_bytes())?;
    let cause = Cause {
        actor: actor.clone(),
        purpose: new.purpose,
        operation: Operation::Collection,
        act: code!("data_asked_for"),
        scope: Scope::unit(),
    };
    let mut change = vault.change_under(&permit, cause).await?;
    for category in &new.categories {
        if !store::holds(&change, new.owner, category).await? {
            return Err(AskError::NothingToAsk);
        }
    }
    let asked_at = change.now();
    let kept = DataAsk {
        id: change.new_id(),
        owner: new.owner,
        person: new.person,
        asker,
        asker_agency: agency,
        named: new.named,
        categories: new.categories.clone(),
        purpose: new.purpose,
        why,
        asked_at,
        answer_by: hours.answer_by(new.purpose, asked_at),
        expires_at: asked_at.plus_hours(24 * EXPIRES_DAYS),
        escalated_at: None,
        seen_at: None,
        state: State::Waiting,
        held_by: agency,
        category: category(),
    };
    if !store::insert(&mut change, &kept, &new.form_key).await? {
        let before = store::kept_before(&change, &kept, &new.form_key).await?;
        return before.map(|before| before.id).ok_or(AskError::Settled);
    }
    for at in [kept.answer_by, kept.expires_at] {
        change.enqueue(job::KIND, &json!({ "ask": kept.id.to_string() }), at).await?;
    }
    change.about(Scope::of("ask", kept.id));
    change.note("owner", new.owner);
    change.note("answer_by", kept.answer_by.as_micros());
    change.commit().await?;
    Ok(kept.id)
}
