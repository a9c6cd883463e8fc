//! Answering: the data owner of the agency that is asked grants or refuses, the asker withdraws, the owner takes back. Each is one
//! transaction: the ask, what stands on it for the decider, and the entry in the log.

use base::{Code, Id, Timestamp, code, kind};
use vault::{Actor, Cause, Change, Operation, Purpose, Scope, StoreError, Vault, Verb};

use super::{
    AskError, Condition, DataAsk, Granted, MOST_DAYS, Refused, State, Why,
    make::{member_of, own_permit},
    store,
};
use crate::{
    agency,
    decision::{
        self, NewStanding, keep_standing,
        power::{self, Sought},
    },
};

/// What a data owner grants.
#[derive(Debug, Clone)]
pub struct NewGrant {
    /// On which power in law.
    pub power: Code,
    /// The ground that answers a duty of confidence, where it was given in confidence.
    pub confidentiality: Option<Code>,
    /// Which fields, as `category:field`; at least one.
    pub fields: Vec<String>,
    /// How it must be handled.
    pub conditions: Vec<Condition>,
    /// It ends at this second.
    pub until: Timestamp,
}

/// What a refusal depends on and the ask doesn't say.
#[derive(Debug, Clone, Copy)]
pub struct Facts {
    /// Whether the person is a child; an unknown age counts as one.
    pub child: bool,
    /// Whether the agency holds anything about the person.
    pub holds: bool,
}

async fn settling(
    vault: &Vault,
    actor: &Actor,
    id: Id<kind::Ask>,
    operation: Operation,
    act: Code,
) -> Result<(Change, DataAsk, Id<kind::Member>), AskError> {
    let (member, agency) = member_of(actor)?;
    let scope = Scope::of("ask", id);
    let permit = own_permit(vault, actor, agency, Verb::Record, scope.clone(), Purpose::Rights).await?;
    let cause = Cause { actor: actor.clone(), purpose: Purpose::Rights, operation, act, scope };
    let change = vault.change_under(&permit, cause).await?;
    if !store::has_duty(&change, member, "data_owner").await? {
        return Err(AskError::Refused(crate::decision::refusal_words("duty_does_not_allow")));
    }
    let ask = store::for_owner_in(&change, id).await?.filter(|ask| ask.owner == agency).ok_or(AskError::NotFound)?;
    Ok((change, ask, member))
}

/// What is asked for, as the law looks at it.
pub(crate) async fn sought<'a>(vault: &Vault, ask: &'a DataAsk) -> Result<Sought<'a>, AskError> {
    let plain = vault.plain();
    let controller = agency::by_id(&plain, ask.owner).await?.ok_or(AskError::NotFound)?.kind;
    let receiver = agency::by_id(&plain, ask.asker_agency).await?.ok_or(AskError::NotFound)?.kind;
    Ok(Sought { categories: &ask.categories, purpose: ask.purpose, controller, receiver })
}

impl NewGrant {
    async fn checked(&self, vault: &Vault, ask: &DataAsk, now: Timestamp) -> Result<Option<Code>, AskError> {
        let sought = sought(vault, ask).await?;
        let commenced = decision::commenced(&vault.plain()).await?;
        if !sought.powers(&commenced, now.date_in_london()).iter().any(|power| power.code == self.power) {
            return Err(AskError::NoPower);
        }
        if self.until <= now || self.until > now.plus_hours(24 * MOST_DAYS) {
            return Err(AskError::Until);
        }
        let own = |field: &String| {
            ask.categories.iter().any(|category| field.split_once(':').is_some_and(|(of, _)| *category == *of))
        };
        if self.fields.is_empty() || !self.fields.iter().all(own) {
            return Err(AskError::NoFields);
        }
        if !sought.in_confidence() {
            return Ok(None);
        }
        let chosen = power::its_own_confidentiality(&self.power).or_else(|| self.confidentiality.clone());
        let known = chosen.filter(|code| power::confidentiality().iter().any(|(known, _)| known == code));
        known.map(Some).ok_or(AskError::NoConfidentiality)
    }
}

/// Grants an ask: from now until the end that is named, the asker may look at those records of that person, for what they asked it
/// for. Sent again by the same data owner, it changes nothing.
///
/// # Errors
/// [`AskError`]; nothing is written then.
pub async fn grant(vault: &Vault, actor: &Actor, id: Id<kind::Ask>, new: &NewGrant) -> Result<(), AskError> {
    let (mut change, ask, by) = settling(vault, actor, id, Operation::Disclosure, code!("ask_granted")).await?;
    if matches!(&ask.state, State::Granted(granted) if granted.by == by) {
        return Ok(());
    }
    ask.answerable(by, ask.owner)?;
    let at = change.now();
    let confidentiality = new.checked(vault, &ask, at).await?;
    let granted = Granted {
        by,
        at,
        power: new.power.clone(),
        confidentiality: confidentiality.clone(),
        fields: new.fields.clone(),
        conditions: new.conditions.clone(),
        until: new.until,
    };
    if !store::grant(&mut change, id, &granted).await? {
        return Err(AskError::Settled);
    }
    let standing = NewStanding {
        source: id.to_string(),
        emergency: false,
        person: ask.person,
        member: ask.asker,
        agency: ask.asker_agency,
        controller: ask.owner,
        categories: &ask.categories,
        purpose: ask.purpose,
        gateway: &new.power,
        confidentiality: confidentiality.as_ref(),
        fields: Some(&new.fields),
        ends_at: new.until,
    };
    keep_standing(&mut change, &standing).await?;
    change.note("power", &new.power);
    change.note("fields", new.fields.len());
    change.note("until", new.until.as_micros());
    change.commit().await?;
    Ok(())
}

/// Refuses an ask, with the reason and what the asker is told. Sent again by the same data owner, it changes nothing.
///
/// # Errors
/// [`AskError`]; [`AskError::Duty`] where the law makes sharing a duty and the reason is another than its own.
pub async fn refuse(
    vault: &Vault,
    actor: &Actor,
    id: Id<kind::Ask>,
    why: Why,
    words: &str,
    facts: Facts,
) -> Result<(), AskError> {
    let (mut change, ask, by) = settling(vault, actor, id, Operation::Administration, code!("ask_refused")).await?;
    if matches!(&ask.state, State::Refused(refused) if refused.by == by) {
        return Ok(());
    }
    ask.answerable(by, ask.owner)?;
    let at = change.now();
    if facts.holds && why == Why::NothingHeld {
        return Err(AskError::Refused(
            "Your agency holds records that are linked to this person, so this can’t be the reason.",
        ));
    }
    let commenced = decision::commenced(&vault.plain()).await?;
    let duty = facts.child && facts.holds && sought(vault, &ask).await?.is_duty(&commenced, at.date_in_london());
    if duty && why != Why::MoreDetrimental {
        return Err(AskError::Duty);
    }
    let refused = Refused { by, at, why, words: vault.seal(words.as_bytes())? };
    if !store::refuse(&mut change, id, &refused).await? {
        return Err(AskError::Settled);
    }
    change.note("why", why.code());
    change.note("duty", duty);
    change.commit().await?;
    Ok(())
}

/// Ends what was granted at once.
///
/// # Errors
/// [`AskError::Settled`] where nothing is open.
pub async fn take_back(vault: &Vault, actor: &Actor, id: Id<kind::Ask>) -> Result<(), AskError> {
    let (mut change, _, _) = settling(vault, actor, id, Operation::Administration, code!("grant_taken_back")).await?;
    if !store::take_back(&mut change, id).await? {
        return Err(AskError::Settled);
    }
    change.commit().await?;
    Ok(())
}

async fn as_asker(
    vault: &Vault,
    actor: &Actor,
    id: Id<kind::Ask>,
    purpose: Purpose,
    act: Code,
) -> Result<(Change, DataAsk), AskError> {
    let (member, agency) = member_of(actor)?;
    let scope = Scope::of("ask", id);
    let permit = own_permit(vault, actor, agency, Verb::Record, scope.clone(), purpose).await?;
    let cause = Cause { actor: actor.clone(), purpose, operation: Operation::Administration, act, scope };
    let change = vault.change_under(&permit, cause).await?;
    let ask = store::for_asker_in(&change, id).await?.filter(|ask| ask.asker == member).ok_or(AskError::NotFound)?;
    Ok((change, ask))
}

/// The asker takes the question back.
///
/// # Errors
/// [`AskError::Settled`] where it waits no more.
pub async fn withdraw(vault: &Vault, actor: &Actor, id: Id<kind::Ask>) -> Result<(), AskError> {
    let (mut change, _) = as_asker(vault, actor, id, Purpose::Safeguarding, code!("ask_withdrawn")).await?;
    if !store::withdraw(&mut change, id).await? {
        return Err(AskError::Settled);
    }
    change.commit().await?;
    Ok(())
}

/// Notes that the asker has seen the answer, once.
///
/// # Errors
/// The database's.
pub(crate) async fn see(vault: &Vault, actor: &Actor, ask: &DataAsk) -> Result<(), StoreError> {
    if ask.seen_at.is_some() || ask.state == State::Waiting {
        return Ok(());
    }
    let seen = async {
        let (mut change, _) = as_asker(vault, actor, ask.id, Purpose::Safeguarding, code!("answer_seen")).await?;
        if store::see(&mut change, ask.id).await? {
            change.commit().await?;
        }
        Ok::<_, AskError>(())
    };
    match seen.await {
        Err(AskError::Store(error)) => Err(error),
        _ => Ok(()),
    }
}
