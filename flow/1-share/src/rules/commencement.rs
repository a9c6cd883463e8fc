//! The day on which regulations bring a law into force. The unit's data protection officer proposes it, somebody who answers for the data of
//! another agency confirms it, and only then it counts, at once and for every agency. Taking a day away stands on the same two.

use base::{Code, Date, Id, code, kind};
use vault::{Actor, Cause, Change, FromRow, Operation, Plain, Purpose, Row, Scope, Staff, StoreError, Vault, params};
use web::time;

use super::{ANSWERABLE, Signature};
use crate::{
    agency::bump_version,
    ask::store::has_duty,
    law::{Rule, law},
};

type DayId = Id<kind::Commencement>;

/// A day that waits to be confirmed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Proposed {
    pub id: DayId,
    pub rule: Code,
    /// None takes away the day that counts.
    pub day: Option<Date>,
}

/// Why a day can't be proposed, confirmed or withdrawn.
#[derive(Debug, thiserror::Error)]
pub(super) enum CommencementError {
    /// There is none, or it isn't theirs.
    #[error("There is no such day.")]
    NotFound,
    /// It was confirmed or withdrawn.
    #[error("This day was confirmed or withdrawn already. Nothing was changed.")]
    Settled,
    /// One's own, or one's agency's.
    #[error("You or somebody else of your agency proposed this day. Somebody of another agency must confirm it.")]
    SameAgency,
    /// One waits.
    #[error("A day for this law waits to be confirmed already. Withdraw it first.")]
    Waits,
    /// It is as it would be.
    #[error("That is what counts already.")]
    Same,
    /// No law begins before it is one.
    #[error("The Act received Royal Assent on {}. Enter that day or a later one", in_words(.0))]
    BeforeAssent(Date),
    /// The database's.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl From<CommencementError> for web::Fault {
    fn from(error: CommencementError) -> Self {
        match error {
            CommencementError::NotFound => Self::NotFound,
            CommencementError::Store(error) => error.into(),
            CommencementError::Settled => Self::Conflict(error.to_string()),
            other => Self::Refused(other.to_string()),
        }
    }
}

impl FromRow for Proposed {
    fn from_row(row: &Row) -> Result<Self, StoreError> {
        Ok(Self { id: row.id("id")?, rule: row.parse("rule")?, day: row.opt_parse("day")? })
    }
}

struct Step(DayId, Signature);

impl FromRow for Step {
    fn from_row(row: &Row) -> Result<Self, StoreError> {
        let signature = Signature { member: row.id("member")?, agency: row.id("agency")?, at: row.time("at")? };
        Ok(Self(row.id("commencement")?, signature))
    }
}

/// What a setting is set to.
struct SetTo(String);

impl FromRow for SetTo {
    fn from_row(row: &Row) -> Result<Self, StoreError> {
        row.text("value").map(Self)
    }
}

const WAITING: &str = "SELECT id, rule, day FROM law_commencement WHERE settled_at IS NULL ORDER BY made_at, id";
const PROPOSERS: &str = "SELECT commencement, member, agency, at FROM law_commencement_step WHERE step = 'proposed' \
     ORDER BY commencement";

/// The days that wait to be confirmed.
pub(super) async fn waiting(plain: &Plain) -> Result<Vec<Proposed>, StoreError> {
    plain.rows(WAITING, params![]).await
}

/// Who proposed this day.
pub(super) async fn proposer(staff: &Staff, id: DayId) -> Result<Option<Signature>, StoreError> {
    let steps: Vec<Step> = staff.rows(PROPOSERS, params![]).await?;
    Ok(steps.into_iter().find(|step| step.0 == id).map(|step| step.1))
}

fn in_words(day: &Date) -> String {
    time::date(*day)
}

fn cause(actor: &Actor, act: Code, scope: Scope) -> Cause {
    Cause { actor: actor.clone(), purpose: Purpose::Administration, operation: Operation::Administration, act, scope }
}

fn after_assent(rule: &Rule, day: Option<Date>) -> Result<(), CommencementError> {
    match (rule.assent, day) {
        (Some(assent), Some(day)) if day < assent => Err(CommencementError::BeforeAssent(assent)),
        _ => Ok(()),
    }
}

/// Proposes the day on which this rule's law begins, or that none counts. The caller has seen to it that the actor is the unit's data
/// protection officer.
///
/// # Errors
/// [`CommencementError::BeforeAssent`], [`CommencementError::Same`], [`CommencementError::Waits`]; nothing is kept then.
pub(super) async fn propose(
    vault: &Vault,
    actor: &Actor,
    rule: &Rule,
    day: Option<Date>,
) -> Result<(), CommencementError> {
    const ADD: &str =
        "INSERT INTO law_commencement (id, rule, day, made_at) VALUES ($1, $2, $3, $4) ON CONFLICT DO NOTHING";
    const COUNTS: &str = "SELECT value FROM setting WHERE name = $1";
    after_assent(rule, day)?;
    let mut change = vault.change(cause(actor, code!("commencement_proposed"), Scope::unit())).await?;
    let (id, now): (DayId, _) = (change.new_id(), change.now());
    let text = day.map(|day| day.to_string());
    let counts: Vec<SetTo> = change.rows(COUNTS, params![setting(&rule.code)]).await?;
    if counts.first().map(|set| &set.0) == text.as_ref() {
        return Err(CommencementError::Same);
    }
    if change.execute(ADD, params![id, &rule.code, text, now]).await? == 0 {
        return Err(CommencementError::Waits);
    }
    sign(&mut change, id, "proposed").await?;
    change.about(Scope::of("commencement", id));
    note(&mut change, &rule.code, day);
    Ok(change.commit().await?)
}

/// Somebody who answers for the data of another agency than the proposer's confirms it: from now on it counts.
///
/// # Errors
/// [`CommencementError::SameAgency`], [`CommencementError::Settled`]; [`CommencementError::NotFound`] for whoever answers for no data.
pub(super) async fn confirm(vault: &Vault, actor: &Actor, id: DayId) -> Result<Proposed, CommencementError> {
    let Actor::Member { id: member, agency } = actor else { return Err(CommencementError::NotFound) };
    let scope = Scope::of("commencement", id);
    let mut change = vault.change(cause(actor, code!("law_commenced"), scope)).await?;
    let mut answers = false;
    for duty in ANSWERABLE {
        answers |= has_duty(&change, *member, duty).await?;
    }
    if !answers {
        return Err(CommencementError::NotFound);
    }
    let steps: Vec<Step> = change.rows(PROPOSERS, params![]).await?;
    let by = steps.iter().find(|step| step.0 == id).ok_or(CommencementError::NotFound)?;
    if by.1.agency == *agency {
        return Err(CommencementError::SameAgency);
    }
    let proposed = settle(&mut change, id, "confirmed").await?;
    if let Some(rule) = law().gateway(proposed.rule.as_str()) {
        after_assent(rule, proposed.day)?;
    }
    count(&mut change, &proposed.rule, proposed.day).await?;
    note(&mut change, &proposed.rule, proposed.day);
    change.commit().await?;
    Ok(proposed)
}

/// Takes a proposed day back. The caller has seen to it that the actor is the unit's data protection officer.
///
/// # Errors
/// [`CommencementError::Settled`].
pub(super) async fn withdraw(vault: &Vault, actor: &Actor, id: DayId) -> Result<(), CommencementError> {
    let scope = Scope::of("commencement", id);
    let mut change = vault.change(cause(actor, code!("commencement_withdrawn"), scope)).await?;
    settle(&mut change, id, "withdrawn").await?;
    Ok(change.commit().await?)
}

async fn settle(change: &mut Change, id: DayId, step: &'static str) -> Result<Proposed, CommencementError> {
    const SETTLE: &str = "UPDATE law_commencement SET settled_at = $2 WHERE id = $1 AND settled_at IS NULL";
    let waiting: Vec<Proposed> = change.rows(WAITING, params![]).await?;
    let proposed = waiting.into_iter().find(|one| one.id == id).ok_or(CommencementError::Settled)?;
    let now = change.now();
    change.execute(SETTLE, params![id, now]).await?;
    sign(change, id, step).await?;
    Ok(proposed)
}

async fn sign(change: &mut Change, id: DayId, step: &'static str) -> Result<(), CommencementError> {
    const SIGN: &str =
        "INSERT INTO law_commencement_step (commencement, step, member, agency, at) VALUES ($1, $2, $3, $4, $5)";
    let Actor::Member { id: member, agency } = change.actor().clone() else { return Err(CommencementError::NotFound) };
    let now = change.now();
    change.execute(SIGN, params![id, step, member, agency, now]).await?;
    Ok(())
}

/// The setting that the decider reads.
fn setting(rule: &Code) -> String {
    format!("in_force:{rule}")
}

async fn count(change: &mut Change, rule: &Code, day: Option<Date>) -> Result<(), StoreError> {
    const SET: &str =
        "INSERT INTO setting (name, value) VALUES ($1, $2) ON CONFLICT (name) DO UPDATE SET value = excluded.value";
    const FORGET: &str = "DELETE FROM setting WHERE name = $1";
    match day {
        Some(day) => change.execute(SET, params![setting(rule), day.to_string()]).await?,
        None => change.execute(FORGET, params![setting(rule)]).await?,
    };
    bump_version(change).await
}

fn note(change: &mut Change, rule: &Code, day: Option<Date>) {
    change.note("rule", rule);
    change.note("day", day.map_or_else(|| "none".to_owned(), |day| day.to_string()));
}
