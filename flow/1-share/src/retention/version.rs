//! Versions of the rules, which count for every agency: the unit's data protection officer and a partner stand behind each. One of the
//! two proposes it, the other approves it; neither a partner alone nor the unit alone changes everybody's rules.

use base::{Id, Timestamp, code, kind};
use vault::{Actor, Cause, Change, FromRow, Operation, Plain, Purpose, Row, Scope, Staff, StoreError, Vault, params};

use super::{ANSWERABLE, RetentionError, rule::Rules};
use crate::{agency, ask::store::has_duty};

/// A version.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Version {
    pub id: Id<kind::RetentionVersion>,
    pub number: i64,
    pub text: String,
    pub why: String,
    pub based_on: Option<i64>,
    pub made_at: Timestamp,
    pub effective_at: Option<Timestamp>,
    pub withdrawn_at: Option<Timestamp>,
}

impl FromRow for Version {
    fn from_row(row: &Row) -> Result<Self, StoreError> {
        Ok(Self {
            id: row.id("id")?,
            number: row.int("number")?,
            text: row.text("rules")?,
            why: row.text("why")?,
            based_on: row.opt_int("based_on")?,
            made_at: row.time("made_at")?,
            effective_at: row.opt_time("effective_at")?,
            withdrawn_at: row.opt_time("withdrawn_at")?,
        })
    }
}

/// Who did something to a version.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Step {
    pub step: String,
    pub member: Id<kind::Member>,
    pub agency: Id<kind::Agency>,
    pub at: Timestamp,
}

impl FromRow for Step {
    fn from_row(row: &Row) -> Result<Self, StoreError> {
        Ok(Self { step: row.text("step")?, member: row.id("member")?, agency: row.id("agency")?, at: row.time("at")? })
    }
}

const VERSIONS: &str = "SELECT id, number, rules, why, based_on, made_at, effective_at, withdrawn_at FROM retention_version \
     ORDER BY number DESC";
const STEPS: &str =
    "SELECT step, member, agency, at FROM retention_version_step WHERE version = $1 ORDER BY at, member";

/// Every version, the latest first.
pub(crate) async fn all(plain: &Plain) -> Result<Vec<Version>, StoreError> {
    plain.rows(VERSIONS, params![]).await
}

/// Who proposed, approved or withdrew a version.
pub(crate) async fn steps(staff: &Staff, id: Id<kind::RetentionVersion>) -> Result<Vec<Step>, StoreError> {
    staff.rows(STEPS, params![id]).await
}

fn latest(versions: &[Version]) -> Option<&Version> {
    versions.iter().filter(|version| version.effective_at.is_some()).max_by_key(|version| version.number)
}

/// The rules in force with their number; the starting set before one was put in.
pub(crate) async fn in_force(plain: &Plain) -> Result<(i64, Rules), StoreError> {
    let versions = all(plain).await?;
    let (number, text) = latest(&versions).map_or((0, Rules::STARTING), |version| (version.number, &version.text));
    let rules = Rules::read(text).map_err(|problem| StoreError::BadValue { column: "rules".to_owned(), problem })?;
    Ok((number, rules))
}

fn cause(actor: Actor, act: base::Code) -> Cause {
    Cause { actor, purpose: Purpose::Administration, operation: Operation::Administration, act, scope: Scope::unit() }
}

/// Puts the starting rules in force where there are none yet. To be called whenever the program starts.
///
/// # Errors
/// The database's.
pub async fn see_to_starting_rules(vault: &Vault) -> Result<(), StoreError> {
    if !all(&vault.plain()).await?.is_empty() {
        return Ok(());
    }
    let mut change = vault.change(cause(Actor::System, code!("retention_rules_put_in"))).await?;
    if !change.rows::<Version>(VERSIONS, params![]).await?.is_empty() {
        return Ok(());
    }
    let id = insert(&mut change, Rules::STARTING, "The starting set", None).await?;
    take_effect(&mut change, id, Rules::STARTING).await?;
    change.commit().await
}

async fn insert(
    change: &mut Change,
    text: &str,
    why: &str,
    based_on: Option<i64>,
) -> Result<Id<kind::RetentionVersion>, StoreError> {
    let (id, now) = (change.new_id(), change.now());
    change
        .execute(
            "INSERT INTO retention_version (id, number, rules, why, based_on, made_at) \
             VALUES ($1, (SELECT COALESCE(MAX(number), 0) + 1 FROM retention_version), $2, $3, $4, $5)",
            params![id, text, why, based_on, now],
        )
        .await?;
    change.about(Scope::of("retention_rules", id));
    Ok(id)
}

async fn take_effect(change: &mut Change, id: Id<kind::RetentionVersion>, text: &str) -> Result<(), StoreError> {
    let now = change.now();
    change.execute("UPDATE retention_version SET effective_at = $2 WHERE id = $1", params![id, now]).await?;
    // From now on expiry passes over what these rules have reviewed, and over nothing else of that kind.
    change.execute("DELETE FROM held_back WHERE why = 'review'", params![]).await?;
    let rules = Rules::read(text).map_err(|problem| StoreError::BadValue { column: "rules".to_owned(), problem })?;
    let rows = rules.reviewed().iter().map(|category| params![category, "review"]).collect();
    change.insert_many("held_back", &["what", "why"], rows, "").await?;
    // The next run looks at every record again.
    change.execute("DELETE FROM setting WHERE name = 'retention_planned_for'", params![]).await?;
    Ok(())
}

async fn sign(change: &mut Change, id: Id<kind::RetentionVersion>, step: &str) -> Result<(), RetentionError> {
    let Actor::Member { id: member, agency } = change.actor().clone() else { return Err(RetentionError::NotFound) };
    let now = change.now();
    let sql = "INSERT INTO retention_version_step (version, step, member, agency, at) VALUES ($1, $2, $3, $4, $5)";
    change.execute(sql, params![id, step, member, agency, now]).await?;
    Ok(())
}

/// What somebody is to a version.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Hand {
    pub member: Id<kind::Member>,
    pub agency: Id<kind::Agency>,
    /// The unit's data protection officer.
    pub officer: bool,
    /// A partner's data owner.
    pub owner: bool,
    /// The unit itself, once it was set up.
    pub unit: Option<Id<kind::Agency>>,
}

impl Hand {
    /// The unit's officer and every partner's data owner propose; the unit's own data owner has its officer do so, who then is one
    /// of the two.
    pub(crate) fn may_propose(&self) -> bool {
        self.officer || self.owner
    }

    /// Approving takes another member, of another agency; one of the two is the unit's officer.
    pub(crate) fn may_approve(&self, steps: &[Step]) -> Result<(), RetentionError> {
        if steps.iter().any(|step| step.member == self.member) {
            return Err(RetentionError::Own);
        }
        let proposer = steps.iter().find(|step| step.step == "proposed").ok_or(RetentionError::NotFound)?;
        if proposer.agency == self.agency {
            return Err(RetentionError::SameAgency);
        }
        // Of the unit nobody but its officer proposes.
        if self.officer || self.unit == Some(proposer.agency) { Ok(()) } else { Err(RetentionError::Officer) }
    }

    /// Whoever proposed it, and the unit's officer.
    pub(crate) fn may_withdraw(&self, steps: &[Step]) -> bool {
        self.officer || steps.iter().any(|step| step.step == "proposed" && step.member == self.member)
    }
}

async fn unit(vault: &Vault) -> Result<Option<Id<kind::Agency>>, StoreError> {
    Ok(agency::unit(&vault.plain()).await?.map(|unit| unit.id))
}

/// What the change's actor is to versions.
async fn hand(change: &Change, unit: Option<Id<kind::Agency>>) -> Result<Hand, RetentionError> {
    let Actor::Member { id: member, agency } = change.actor().clone() else { return Err(RetentionError::NotFound) };
    let mut answers = false;
    for duty in ANSWERABLE {
        answers |= has_duty(change, member, duty).await?;
    }
    if !answers {
        return Err(RetentionError::NotFound);
    }
    let officer = unit == Some(agency) && has_duty(change, member, "data_protection_officer").await?;
    let owner = unit != Some(agency) && has_duty(change, member, "data_owner").await?;
    Ok(Hand { member, agency, officer, owner, unit })
}

/// Proposes a text as a change of the rules in force.
///
/// # Errors
/// [`RetentionError::Rules`], [`RetentionError::Same`]; [`RetentionError::NotFound`] for anybody but the unit's officer and a
/// partner's data owner.
pub(crate) async fn propose(
    vault: &Vault,
    actor: &Actor,
    text: &str,
    why: &str,
) -> Result<Id<kind::RetentionVersion>, RetentionError> {
    Rules::read(text).map_err(RetentionError::Rules)?;
    let unit = unit(vault).await?;
    let mut change = vault.change(cause(actor.clone(), code!("retention_rules_proposed"))).await?;
    if !hand(&change, unit).await?.may_propose() {
        return Err(RetentionError::NotFound);
    }
    let versions: Vec<Version> = change.rows(VERSIONS, params![]).await?;
    let latest = latest(&versions);
    if latest.is_some_and(|latest| latest.text == text) {
        return Err(RetentionError::Same);
    }
    let based_on = latest.map(|latest| latest.number);
    let id = insert(&mut change, text, why, based_on).await?;
    sign(&mut change, id, "proposed").await?;
    change.commit().await?;
    Ok(id)
}

/// Approves a proposed version; it is in force from then on. See [`Hand::may_approve`].
///
/// # Errors
/// [`RetentionError::Own`], [`RetentionError::SameAgency`], [`RetentionError::Officer`], [`RetentionError::Done`],
/// [`RetentionError::Overtaken`].
pub(crate) async fn approve(
    vault: &Vault,
    actor: &Actor,
    id: Id<kind::RetentionVersion>,
) -> Result<(), RetentionError> {
    let unit = unit(vault).await?;
    let mut change = vault.change(cause(actor.clone(), code!("retention_rules_approved"))).await?;
    let version = open(&change, id).await?;
    let steps: Vec<Step> = change.rows(STEPS, params![id]).await?;
    hand(&change, unit).await?.may_approve(&steps)?;
    let versions: Vec<Version> = change.rows(VERSIONS, params![]).await?;
    if let Some(latest) = latest(&versions).filter(|latest| version.based_on != Some(latest.number)) {
        return Err(RetentionError::Overtaken(latest.number));
    }
    sign(&mut change, id, "approved").await?;
    take_effect(&mut change, id, &version.text).await?;
    change.about(Scope::of("retention_rules", id));
    Ok(change.commit().await?)
}

/// Takes a proposed version back.
///
/// # Errors
/// [`RetentionError::Done`]; [`RetentionError::NotYours`] for anybody but whoever proposed it and the unit's officer.
pub(crate) async fn withdraw(
    vault: &Vault,
    actor: &Actor,
    id: Id<kind::RetentionVersion>,
) -> Result<(), RetentionError> {
    let unit = unit(vault).await?;
    let mut change = vault.change(cause(actor.clone(), code!("retention_rules_withdrawn"))).await?;
    open(&change, id).await?;
    let steps: Vec<Step> = change.rows(STEPS, params![id]).await?;
    if !hand(&change, unit).await?.may_withdraw(&steps) {
        return Err(RetentionError::NotYours);
    }
    let now = change.now();
    change.execute("UPDATE retention_version SET withdrawn_at = $2 WHERE id = $1", params![id, now]).await?;
    sign(&mut change, id, "withdrawn").await?;
    change.about(Scope::of("retention_rules", id));
    Ok(change.commit().await?)
}

async fn open(change: &Change, id: Id<kind::RetentionVersion>) -> Result<Version, RetentionError> {
    let versions: Vec<Version> = change.rows(VERSIONS, params![]).await?;
    let version = versions.into_iter().find(|version| version.id == id).ok_or(RetentionError::NotFound)?;
    match (version.effective_at, version.withdrawn_at) {
        (None, None) => Ok(version),
        _ => Err(RetentionError::Done),
    }
}
