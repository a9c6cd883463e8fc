//! The SQL of the rules' versions.

use std::sync::Arc;

use base::{Id, Timestamp, kind};
use vault::{Actor, Cause, Change, FromRow, Operation, Plain, Purpose, Row, Scope, Staff, StoreError, Vault, params};

use super::{RulesError, Signature, Standing, Version};
use crate::{
    agency::bump_version,
    law::{Law, RuleText, put_in_force, starting},
};

const VERSIONS: &str = "SELECT id, number, texts, why, based_on, wanted_from, made_at, effective_at, withdrawn_at \
     FROM rule_version ORDER BY number DESC";
const STEPS: &str = "SELECT version, step, member, agency, at FROM rule_step ORDER BY version, at, member";

impl FromRow for Version {
    fn from_row(row: &Row) -> Result<Self, StoreError> {
        let none = Vec::new();
        let standing = match (row.opt_time("effective_at")?, row.opt_time("withdrawn_at")?) {
            (Some(from), _) => Standing::Approved { from, approved: none },
            (None, Some(at)) => Standing::Withdrawn { at },
            (None, None) => Standing::Proposed { by: None, approved: none },
        };
        Ok(Self {
            id: row.id("id")?,
            number: row.int("number")?,
            texts: texts(row)?,
            why: row.text("why")?,
            based_on: row.opt_int("based_on")?,
            wanted_from: row.opt_time("wanted_from")?,
            made_at: row.time("made_at")?,
            standing,
        })
    }
}

fn texts(row: &Row) -> Result<Vec<RuleText>, StoreError> {
    serde_json::from_str(&row.text("texts")?)
        .map_err(|error| StoreError::BadValue { column: "texts".to_owned(), problem: error.to_string() })
}

struct Step {
    version: Id<kind::RuleVersion>,
    proposed: bool,
    signature: Signature,
}

impl FromRow for Step {
    fn from_row(row: &Row) -> Result<Self, StoreError> {
        let signature = Signature { member: row.id("member")?, agency: row.id("agency")?, at: row.time("at")? };
        Ok(Self { version: row.id("version")?, proposed: row.text("step")? == "proposed", signature })
    }
}

/// The number of the version in force, and its texts only where that number is not `known`: they are long and seldom change.
pub(crate) struct InForce {
    pub number: i64,
    pub texts: Vec<RuleText>,
}

impl FromRow for InForce {
    fn from_row(row: &Row) -> Result<Self, StoreError> {
        Ok(Self { number: row.int("number")?, texts: texts(row)? })
    }
}

struct Number(i64);

impl FromRow for Number {
    fn from_row(row: &Row) -> Result<Self, StoreError> {
        Ok(Self(row.int("number")?))
    }
}

struct At(Timestamp);

impl FromRow for At {
    fn from_row(row: &Row) -> Result<Self, StoreError> {
        Ok(Self(row.time("effective_at")?))
    }
}

/// The number of the version in force; none before the starting set was put in.
pub(crate) async fn number_in_force(book: &Staff, now: Timestamp) -> Result<Option<i64>, StoreError> {
    const SQL: &str = "SELECT number FROM rule_version WHERE effective_at IS NOT NULL AND effective_at <= $1 \
         ORDER BY effective_at DESC, number DESC LIMIT 1";
    Ok(book.first::<Number>(SQL, params![now]).await?.map(|row| row.0))
}

/// The version with this number.
pub(crate) async fn in_force(book: &Staff, number: i64) -> Result<Option<InForce>, StoreError> {
    book.first("SELECT number, texts FROM rule_version WHERE number = $1", params![number]).await
}

/// When the next version takes effect, if one waits.
pub(crate) async fn next_after(book: &Staff, now: Timestamp) -> Result<Option<Timestamp>, StoreError> {
    const SQL: &str =
        "SELECT effective_at FROM rule_version WHERE effective_at > $1 ORDER BY effective_at, number LIMIT 1";
    Ok(book.first::<At>(SQL, params![now]).await?.map(|row| row.0))
}

/// Every version, the latest first, without who signed.
pub(super) async fn unsigned(plain: &Plain) -> Result<Vec<Version>, StoreError> {
    plain.rows(VERSIONS, params![]).await
}

/// Every version, the latest first, with who signed.
pub(super) async fn all(staff: &Staff) -> Result<Vec<Version>, StoreError> {
    Ok(signed(staff.rows(VERSIONS, params![]).await?, staff.rows(STEPS, params![]).await?))
}

async fn all_in(change: &Change) -> Result<Vec<Version>, StoreError> {
    Ok(signed(change.rows(VERSIONS, params![]).await?, change.rows(STEPS, params![]).await?))
}

fn signed(mut versions: Vec<Version>, steps: Vec<Step>) -> Vec<Version> {
    for step in steps {
        let Some(version) = versions.iter_mut().find(|version| version.id == step.version) else { continue };
        match (&mut version.standing, step.proposed) {
            (Standing::Proposed { by, .. }, true) => *by = Some(step.signature),
            (Standing::Proposed { approved, .. } | Standing::Approved { approved, .. }, false) => {
                approved.push(step.signature);
            }
            _ => {}
        }
    }
    versions
}

/// The number of the last version that was approved, whether it has taken effect or will.
fn latest(versions: &[Version]) -> i64 {
    versions.iter().filter(|version| version.from().is_some()).map(|version| version.number).max().unwrap_or(0)
}

async fn insert(
    change: &mut Change,
    texts: &[RuleText],
    why: &str,
    based_on: Option<i64>,
    wanted_from: Option<Timestamp>,
    effective_at: Option<Timestamp>,
) -> Result<Id<kind::RuleVersion>, StoreError> {
    let (id, now) = (change.new_id(), change.now());
    let texts = serde_json::to_string(texts)
        .map_err(|error| StoreError::BadValue { column: "texts".to_owned(), problem: error.to_string() })?;
    change
        .execute(
            "INSERT INTO rule_version (id, number, texts, why, based_on, wanted_from, made_at, effective_at) \
             VALUES ($1, (SELECT COALESCE(MAX(number), 0) + 1 FROM rule_version), $2, $3, $4, $5, $6, $7)",
            params![id, texts, why, based_on, wanted_from, now, effective_at],
        )
        .await?;
    change.about(Scope::of("rule_version", id));
    bump_version(change).await?;
    Ok(id)
}

/// Proposes texts, which [`usable`](super::changes::usable) found usable, as a change of the last approved version; the change's actor
/// is a member, who signs.
///
/// # Errors
/// [`RulesError::Same`] where nothing would change; the database's.
pub(super) async fn propose(
    change: &mut Change,
    texts: &[RuleText],
    why: &str,
    wanted_from: Option<Timestamp>,
) -> Result<Id<kind::RuleVersion>, RulesError> {
    let versions = all_in(change).await?;
    let latest = latest(&versions);
    if versions.iter().any(|version| version.number == latest && version.texts == texts) {
        return Err(RulesError::Same);
    }
    let id = insert(change, texts, why, Some(latest), wanted_from, None).await?;
    sign(change, id, "proposed").await?;
    Ok(id)
}

async fn sign(change: &mut Change, id: Id<kind::RuleVersion>, step: &'static str) -> Result<(), StoreError> {
    let Actor::Member { id: member, agency } = change.actor().clone() else { return Ok(()) };
    let now = change.now();
    let sql = "INSERT INTO rule_step (version, step, member, agency, at) VALUES ($1, $2, $3, $4, $5)";
    change.execute(sql, params![id, step, member, agency, now]).await?;
    Ok(())
}

/// The actor's approval. Gives how the version then stands.
///
/// # Errors
/// As [`Version::approve`]; [`RulesError::NotFound`].
pub(super) async fn approve(change: &mut Change, id: Id<kind::RuleVersion>) -> Result<Standing, RulesError> {
    let Actor::Member { id: member, agency } = change.actor().clone() else { return Err(RulesError::NotFound) };
    let versions = all_in(change).await?;
    let version = versions.iter().find(|version| version.id == id).ok_or(RulesError::NotFound)?;
    let standing = version.approve(&Signature { member, agency, at: change.now() }, latest(&versions))?;
    sign(change, id, "approved").await?;
    if let Standing::Approved { from, .. } = &standing {
        change.execute("UPDATE rule_version SET effective_at = $2 WHERE id = $1", params![id, *from]).await?;
        bump_version(change).await?;
    }
    Ok(standing)
}

/// Takes a proposed version back; `officer` says whether the actor is the unit's data protection officer.
///
/// # Errors
/// [`RulesError::NotFound`], [`RulesError::NotYours`], [`RulesError::Settled`].
pub(super) async fn withdraw(change: &mut Change, id: Id<kind::RuleVersion>, officer: bool) -> Result<(), RulesError> {
    let Actor::Member { id: member, .. } = change.actor().clone() else { return Err(RulesError::NotFound) };
    let versions = all_in(change).await?;
    let version = versions.iter().find(|version| version.id == id).ok_or(RulesError::NotFound)?;
    version.withdraw(member, officer, change.now())?;
    let now = change.now();
    change.execute("UPDATE rule_version SET withdrawn_at = $2 WHERE id = $1", params![id, now]).await?;
    sign(change, id, "withdrawn").await?;
    Ok(())
}

/// Puts the starting set into force where there is none yet, and proposes this release's set where it is one that was never seen.
/// To be called whenever the program starts; gives whether something now waits for approval.
///
/// # Errors
/// [`RulesError::NotOfThisRelease`] where this program can't use the rules in force: then nothing may be served.
pub async fn see_to_starting_set(vault: &Vault) -> Result<bool, RulesError> {
    let versions = unsigned(&vault.plain()).await?;
    let texts = starting();
    if let Some(number) = number_in_force(&vault.book(), vault.now()).await?
        && let Some(version) = versions.iter().find(|version| version.number == number)
    {
        let law = Law::new(&version.texts).map_err(|problem| RulesError::NotOfThisRelease { number, problem })?;
        if version.texts != texts {
            put_in_force(&Arc::new(law));
        }
    }
    if versions.iter().any(|version| version.texts == texts) {
        return Ok(false);
    }
    let first = versions.is_empty();
    let act = if first { base::code!("rules_put_in") } else { base::code!("rules_proposed") };
    let cause = Cause {
        actor: Actor::System,
        purpose: Purpose::Administration,
        operation: Operation::Administration,
        act,
        scope: Scope::unit(),
    };
    let mut change = vault.change(cause).await?;
    if first {
        insert(&mut change, &texts, "The starting set", None, None, Some(Timestamp::EPOCH)).await?;
    } else {
        let why = "Came with a new release of the program";
        insert(&mut change, &texts, why, Some(latest(&versions)), None, None).await?;
    }
    change.commit().await?;
    Ok(!first)
}
