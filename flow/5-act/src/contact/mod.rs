//! An attempt to reach a young person: how, when, whether they were reached, whether they want support, what is next.

pub mod pages;
pub mod store;

use base::{Code, Id, Timestamp, code, kind};
use vault::{Cause, Operation, Permit, Purpose, Scope, StoreError, Vault};

use crate::{
    moment::{self, Agreed, Attempt, How, MomentError},
    moment_type::MomentTypes,
};

/// One attempt.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Contact {
    /// Its id.
    pub id: Id<kind::Contact>,
    /// For which moment.
    pub moment: Id<kind::Moment>,
    /// The person, once linking knows them.
    pub person: Option<Id<kind::Person>>,
    /// The unit, which makes contacts.
    pub controller: Id<kind::Agency>,
    /// Always `contact`.
    pub category: Code,
    /// When it was made.
    pub attempted_at: Timestamp,
    /// How.
    pub how: How,
    /// Whether they were reached.
    pub reached: bool,
    /// Whether they want support, where they were reached.
    pub agreed: Option<Agreed>,
    /// When the next contact is planned.
    pub next_at: Option<Timestamp>,
    /// What is worth knowing; may be empty.
    pub note: String,
    /// Who made it.
    pub made_by: Id<kind::Member>,
    /// When it was written down.
    pub written_at: Timestamp,
}

/// An attempt to be recorded.
#[derive(Debug, Clone)]
pub struct NewContact {
    /// For which moment.
    pub moment: Id<kind::Moment>,
    /// When it was made.
    pub attempted_at: Timestamp,
    /// How.
    pub how: How,
    /// Whether they were reached.
    pub reached: bool,
    /// Whether they want support, where they were reached.
    pub agreed: Option<Agreed>,
    /// When the next contact is planned.
    pub next_at: Option<Timestamp>,
    /// What is worth knowing; may be empty.
    pub note: String,
    /// The form's own key: the same form sent twice is one attempt.
    pub form_key: String,
}

/// What became of an attempt.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Recorded {
    /// It is kept; the flag says whether it changed the moment's state.
    New {
        /// Whether the moment's state changed.
        state_changed: bool,
    },
    /// It was kept before: the form came twice.
    Before,
}

/// Why an attempt can't be recorded.
#[derive(Debug, thiserror::Error)]
pub enum ContactError {
    /// There is no such moment, or the permit doesn't cover it.
    #[error("There is no such moment.")]
    NoMoment,
    /// The moment doesn't take it.
    #[error(transparent)]
    Moment(#[from] MomentError),
    /// The database's.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Records an attempt, and stops the clock at its time where the type allows that. Whoever records for a moment that nobody
/// has taken has taken it.
///
/// # Errors
/// [`ContactError`]; nothing is written then.
pub async fn record(
    vault: &Vault,
    permit: &Permit,
    unit: Id<kind::Agency>,
    by: Id<kind::Member>,
    new: &NewContact,
    types: &MomentTypes,
) -> Result<Recorded, ContactError> {
    let cause = Cause {
        actor: permit.actor().clone(),
        purpose: permit.purpose(),
        operation: Operation::Alteration,
        act: code!("contact_recorded"),
        scope: Scope::of("moment", new.moment),
    };
    let mut change = vault.change_under(permit, cause).await?;
    let now = change.now();
    let mut moment = moment::store::for_change(&change, new.moment).await?.ok_or(ContactError::NoMoment)?;
    let contact = Contact {
        id: change.new_id(),
        moment: moment.id,
        person: moment.person,
        controller: unit,
        category: code!("contact"),
        attempted_at: new.attempted_at,
        how: new.how,
        reached: new.reached,
        agreed: new.agreed,
        next_at: new.next_at,
        note: new.note.clone(),
        made_by: by,
        written_at: now,
    };
    if !store::insert(&mut change, &contact, &new.form_key).await? {
        return Ok(Recorded::Before);
    }
    let rules = types.get(&moment.moment_type);
    let attempt = Attempt {
        contact: contact.id,
        at: contact.attempted_at,
        how: contact.how,
        reached: contact.reached,
        agreed: contact.agreed,
        by,
    };
    let state_changed = match rules {
        Some(rules) => moment.attempt(rules, &attempt, now)?,
        None => return Err(MomentError::NotAllowed.into()), // its type is no longer configured
    };
    moment.assigned_to.get_or_insert(by);
    moment::store::save(&mut change, &moment, rules).await?;
    change.note("reached", new.reached);
    change.commit().await?;
    Ok(Recorded::New { state_changed })
}

/// The purposes for which a moment may be opened: what its page asks first.
pub(crate) const PURPOSES: [Purpose; 2] = [Purpose::Support, Purpose::Safeguarding];
