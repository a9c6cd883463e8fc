//! Seals: a protected address, an adopted child, an informant are hidden from everybody but those whom the controller named: in no list,
//! search, error or count of what is withheld. They go on to be counted in statistics and in deliveries' totals. A data owner seals and
//! names; a second person confirms what hides other agencies' rows too (`second`); two people lift. The right of restriction (UK GDPR article
//! 18) is the same mark with another suffix.

pub(crate) mod home;
pub(crate) mod pages;
pub(crate) mod second;
pub(crate) mod store;

use std::collections::BTreeMap;

use base::{Code, Id, Timestamp, code, kind};
use vault::{Actor, Cause, Change, Mark, Operation, Purpose, Scope, StoreError, Vault};

pub use second::{confirm, end_unconfirmed};
pub use store::{all, readers};
pub(crate) use store::{named, with_own_readers};

use crate::{
    agency,
    disclosure::{Told, tell, tell_quietly, withdraw_files},
    member,
};

base::code_list! {
    /// Why something is sealed.
    SealWhy {
        /// Where they live must not be found.
        ProtectedAddress => "protected_address", "Protected address", "";
        /// Before and after an adoption must not be joined.
        AdoptedChild => "adopted_child", "Adopted child", "";
        /// Who told must not be known.
        Informant => "informant", "Informant", "";
        /// The agency's own system says so.
        Declared => "declared", "Protected in the agency’s own system", "";
    }
}

impl SealWhy {
    /// Those that a person chooses from.
    pub const CHOSEN: [Self; 3] = [Self::ProtectedAddress, Self::AdoptedChild, Self::Informant];
}

/// The category of what says about whom a seal is, as `seal_about` has it.
pub(crate) fn category() -> Code {
    code!("seal")
}

/// A seal, without about whom.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Seal {
    /// Its id.
    pub id: Id<kind::Seal>,
    /// Why.
    pub why: SealWhy,
    /// Whose data owner sealed; another agency's rows about the person are sealed with it.
    pub agency: Id<kind::Agency>,
    /// Who; none where the agency's feed declared it.
    pub made_by: Option<Id<kind::Member>>,
    /// When.
    pub made_at: Timestamp,
    /// Who asked that it be lifted, and when.
    pub lift_asked: Option<(Id<kind::Member>, Timestamp)>,
    /// Until when a second person is to confirm it; none where nobody has to, or somebody did.
    pub confirm_by: Option<Timestamp>,
    /// When it was.
    pub lifted_at: Option<Timestamp>,
}

/// Somebody who is named for what is sealed of an agency's data.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SealReader {
    /// By whom they are named: the agency.
    pub agency: Id<kind::Agency>,
    /// Who.
    pub member: Id<kind::Member>,
    /// The data owner who named them.
    pub named_by: Id<kind::Member>,
    /// When.
    pub named_at: Timestamp,
}

/// Why something can't be sealed, lifted, or somebody named.
#[derive(Debug, thiserror::Error)]
pub enum SealError {
    /// Not theirs to do.
    #[error("Only the agency’s data owner, or the unit’s data protection officer for the unit, can do this.")]
    NotYours,
    /// Who seals leaves somebody who can help.
    #[error(
        "Nobody is named to go on seeing what your agency seals. Name somebody under What is sealed first: then seal it."
    )]
    NobodyNamed,
    /// Nothing like it.
    #[error("there is no such seal")]
    NotFound,
    /// The second of two people is another.
    #[error(
        "You asked for this yourself. Another data owner of the agency, or the unit’s data protection officer, confirms it."
    )]
    SecondPerson,
    /// It was done before.
    #[error("That has been done already. Nothing was changed.")]
    Done,
    /// Nobody like it.
    #[error("there is no such member, or they no longer work here")]
    NoMember,
    /// The database's.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl From<SealError> for web::Fault {
    fn from(error: SealError) -> Self {
        match error {
            SealError::NotFound | SealError::NoMember => Self::NotFound,
            SealError::Done => Self::Conflict(error.to_string()),
            SealError::NotYours | SealError::SecondPerson | SealError::NobodyNamed => Self::Refused(error.to_string()),
            SealError::Store(error) => error.into(),
        }
    }
}

/// What is to be sealed.
#[derive(Debug, Clone)]
pub struct NewSeal {
    /// A person's id, or a record's.
    pub about: String,
    /// Whether it is a person, with everything about them.
    pub whole: bool,
    /// Why.
    pub why: SealWhy,
    /// The agency for which it is sealed.
    pub agency: Id<kind::Agency>,
}

fn cause(actor: &Actor, act: Code, scope: Scope) -> Cause {
    Cause { actor: actor.clone(), purpose: Purpose::Administration, operation: Operation::Alteration, act, scope }
}

/// Whether this member answers for this agency's seals: its data owner; for the unit its data protection officer too.
pub(crate) async fn answers_for(
    vault: &Vault,
    actor: &Actor,
    agency: Id<kind::Agency>,
) -> Result<Option<Id<kind::Member>>, StoreError> {
    let Actor::Member { id, agency: own } = actor else { return Ok(None) };
    let duties = member::by_id(&vault.book(), *id).await?.filter(|member| member.active).map(|member| member.duties);
    let has = |duty| duties.as_ref().is_some_and(|duties| duties.contains(&duty));
    Ok((*own == agency && (has(member::Duty::DataOwner) || is_officer(vault, actor).await?)).then_some(*id))
}

/// Whether this member is the unit's data protection officer.
pub(crate) async fn is_officer(vault: &Vault, actor: &Actor) -> Result<bool, StoreError> {
    let Actor::Member { id, agency: own } = actor else { return Ok(false) };
    if agency::unit(&vault.plain()).await?.is_none_or(|unit| unit.id != *own) {
        return Ok(false);
    }
    let member = member::by_id(&vault.book(), *id).await?;
    Ok(member.is_some_and(|member| member.active && member.duties.contains(&member::Duty::DataProtectionOfficer)))
}

/// Seals a person with everything about them, or one record with what hangs on it. From this second nobody sees it but those who are
/// named for it, and whatever is written about it later is born sealed. Of a person, a second confirms it later: safety comes first.
///
/// # Errors
/// [`SealError::NobodyNamed`] where the agency named nobody who works; [`SealError::NotYours`] for anybody but that agency's data owner or the unit's data protection officer. Whether the caller may know
/// of the person is the caller's to have decided.
pub async fn seal(vault: &Vault, actor: &Actor, new: &NewSeal) -> Result<Id<kind::Seal>, SealError> {
    let by = match answers_for(vault, actor, new.agency).await? {
        Some(by) => by,
        None if is_officer(vault, actor).await? => actor_id(actor)?,
        None => return Err(SealError::NotYours),
    };
    let mut change = vault.change(cause(actor, code!("sealed"), Scope::unit())).await?;
    if !store::somebody_is_named(&change, new.agency).await? {
        return Err(SealError::NobodyNamed);
    }
    let id: Id<kind::Seal> = change.new_id();
    // Before the rows are marked: what was told stands in the register as it was told. What waits to be fetched is not given any more. Where
    // an address must not be found, whoever was told has to stop using it; of an adopted child or an informant the notice itself would tell.
    if new.why == SealWhy::ProtectedAddress {
        tell(&mut change, std::slice::from_ref(&new.about), Told::Withdrawn).await?;
    } else {
        withdraw_files(&mut change, &new.about).await?;
    }
    change.mark(std::slice::from_ref(&new.about), Mark::Sealed, &id.to_string()).await?;
    let confirm_by = if new.whole { Some(second::until(&change).await?) } else { None };
    store::add(&mut change, id, new, Some((by, confirm_by))).await?;
    change.about(Scope::of("seal", id));
    change.note("why", new.why.code());
    change.commit().await?;
    Ok(id)
}

fn actor_id(actor: &Actor) -> Result<Id<kind::Member>, SealError> {
    match actor {
        Actor::Member { id, .. } => Ok(*id),
        _ => Err(SealError::NotYours),
    }
}

/// Seals what an agency's own system declares as protected: what comes under these keys of the feed, from its first instant. Sent again it
/// changes nothing; lifted here, it is sealed again when the source still says so. `keys` are each with the records that came under it before:
/// as with [`seal`], whoever was told of those is told to stop using them, and no file that holds any is given any more.
///
/// # Errors
/// The database's.
pub async fn seal_declared(
    change: &mut Change,
    agency: Id<kind::Agency>,
    feed: &Code,
    keys: &BTreeMap<String, Vec<String>>,
) -> Result<u64, StoreError> {
    let named: BTreeMap<String, &String> = keys.keys().map(|key| (format!("{feed} {key}"), key)).collect();
    let sources: Vec<String> = named.keys().cloned().collect();
    let known = change.marked(&sources, Mark::Sealed).await?;
    let mut sealed = 0;
    for (source, key) in named.iter().filter(|(source, _)| !known.contains(*source)) {
        let id: Id<kind::Seal> = change.new_id();
        let before = keys.get(*key).map_or(&[] as &[String], Vec::as_slice);
        tell_quietly(change, before, Told::Withdrawn, &id.to_string()).await?;
        change.mark_source(feed, key, Mark::Sealed, &id.to_string()).await?;
        let new = NewSeal { about: source.clone(), whole: false, why: SealWhy::Declared, agency };
        store::add(change, id, &new, None).await?;
        sealed += 1;
    }
    Ok(sealed)
}

/// Asks that a seal be lifted; a second person confirms it.
///
/// # Errors
/// [`SealError`].
pub async fn ask_to_lift(vault: &Vault, actor: &Actor, id: Id<kind::Seal>) -> Result<(), SealError> {
    let (_, by) = for_lifting(vault, actor, id).await?;
    let mut change = vault.change(cause(actor, code!("unsealing_asked"), Scope::of("seal", id))).await?;
    if store::ask_to_lift(&mut change, id, by).await? == 0 {
        return Err(SealError::Done);
    }
    Ok(change.commit().await?)
}

/// Confirms that a seal is lifted: its rows are as they were, where nothing else seals them.
///
/// # Errors
/// [`SealError::SecondPerson`] for whoever asked for it.
pub async fn lift(vault: &Vault, actor: &Actor, id: Id<kind::Seal>) -> Result<(), SealError> {
    let (seal, by) = for_lifting(vault, actor, id).await?;
    match seal.lift_asked {
        None => return Err(SealError::NotFound),
        Some((asker, _)) if asker == by => return Err(SealError::SecondPerson),
        Some(_) => {}
    }
    let mut change = vault.change(cause(actor, code!("unsealed"), Scope::of("seal", id))).await?;
    if store::lift(&mut change, id, by).await? == 0 {
        return Err(SealError::Done);
    }
    change.unmark(Mark::Sealed, &id.to_string()).await?;
    Ok(change.commit().await?)
}

/// Leaves a seal as it is where somebody had asked that it be lifted.
///
/// # Errors
/// [`SealError`].
pub async fn keep(vault: &Vault, actor: &Actor, id: Id<kind::Seal>) -> Result<(), SealError> {
    for_lifting(vault, actor, id).await?;
    let mut change = vault.change(cause(actor, code!("unsealing_declined"), Scope::of("seal", id))).await?;
    if store::keep(&mut change, id).await? == 0 {
        return Err(SealError::Done);
    }
    Ok(change.commit().await?)
}

async fn for_lifting(vault: &Vault, actor: &Actor, id: Id<kind::Seal>) -> Result<(Seal, Id<kind::Member>), SealError> {
    let seal = store::one(&vault.book(), id).await?.ok_or(SealError::NotFound)?;
    let own = answers_for(vault, actor, seal.agency).await?;
    let by = match own {
        Some(by) => by,
        None if is_officer(vault, actor).await? => actor_id(actor)?,
        None => return Err(SealError::NotFound), // another agency's seal is nobody else's to know of
    };
    if seal.lifted_at.is_some() { Err(SealError::Done) } else { Ok((seal, by)) }
}

/// Names a member for what is sealed of an agency's data. Naming them again changes nothing.
///
/// # Errors
/// [`SealError`].
pub async fn name(
    vault: &Vault,
    actor: &Actor,
    agency: Id<kind::Agency>,
    reader: Id<kind::Member>,
) -> Result<(), SealError> {
    let by = answers_for(vault, actor, agency).await?.ok_or(SealError::NotYours)?;
    member::by_id(&vault.book(), reader).await?.filter(|member| member.active).ok_or(SealError::NoMember)?;
    let mut change = vault.change(cause(actor, code!("seal_reader_named"), Scope::of("member", reader))).await?;
    store::name(&mut change, agency, reader, by).await?;
    agency::bump_version(&mut change).await?;
    Ok(change.commit().await?)
}

/// Ends a naming, from this second. The unit's data protection officer can end every one.
///
/// # Errors
/// [`SealError`].
pub async fn unname(
    vault: &Vault,
    actor: &Actor,
    agency: Id<kind::Agency>,
    reader: Id<kind::Member>,
) -> Result<(), SealError> {
    let by = match answers_for(vault, actor, agency).await? {
        Some(by) => by,
        None if is_officer(vault, actor).await? => actor_id(actor)?,
        None => return Err(SealError::NotYours),
    };
    let mut change = vault.change(cause(actor, code!("seal_reader_ended"), Scope::of("member", reader))).await?;
    if store::unname(&mut change, agency, reader, by).await? == 0 {
        return Err(SealError::Done);
    }
    agency::bump_version(&mut change).await?;
    Ok(change.commit().await?)
}

fn restriction(id: &str) -> String {
    format!("restriction:{id}")
}

/// Restricts the processing of everything about these ids (people, records; UK GDPR article 18, Data Protection Act 2018 section 47):
/// it is kept, and seen by the controller's data owner and the data protection officer alone, for the person's rights. Gives how many
/// rows that hid.
///
/// # Errors
/// The database's.
pub async fn restrict(change: &mut Change, ids: &[String]) -> Result<u64, StoreError> {
    let mut rows = 0;
    for id in ids {
        rows += change.mark(std::slice::from_ref(id), Mark::Restricted, &restriction(id)).await?;
    }
    change.note("restricted", rows);
    Ok(rows)
}

/// Ends the restriction of these ids. Gives how many rows are used again.
///
/// # Errors
/// The database's.
pub async fn unrestrict(change: &mut Change, ids: &[String]) -> Result<u64, StoreError> {
    let mut rows = 0;
    for id in ids {
        rows += change.unmark(Mark::Restricted, &restriction(id)).await?;
    }
    change.note("unrestricted", rows);
    Ok(rows)
}
