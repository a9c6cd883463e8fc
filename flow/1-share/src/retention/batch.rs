//! Deleting a list together: somebody proposes all in the list that have no open need, somebody else approves, and what has got a need or
//! a hold meanwhile is left out.

use base::{Id, Timestamp, code, kind};
use vault::{
    Actor, Cause, Change, FromRow, IntoValue, Operation, Purpose, Row, Scope, Staff, StoreError, Vault, Verb, params,
};

use super::{
    RetentionError, erase, prove,
    review::{self, DeleteReason},
    store::{self, For},
};
use crate::ask::make::member_of;

/// Records of one list at the most: one erasure, one short transaction.
pub(crate) const MOST: usize = 50;

/// A list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Batch {
    pub id: Id<kind::ReviewBatch>,
    pub owner: Id<kind::Agency>,
    pub proposed: u64,
    pub reason: DeleteReason,
    pub words: String,
    pub by: Id<kind::Member>,
    pub at: Timestamp,
    pub state: String,
    pub settled: Option<(Id<kind::Member>, Timestamp)>,
    pub left_out: u64,
    pub erasure: Option<Id<kind::Erasure>>,
}

impl FromRow for Batch {
    fn from_row(row: &Row) -> Result<Self, StoreError> {
        let settled = row.opt_parse("settled_by")?;
        Ok(Self {
            id: row.id("id")?,
            owner: row.id("owner")?,
            proposed: row.count("rows_proposed")?,
            reason: row.parse("reason")?,
            words: row.text("words")?,
            by: row.id("proposed_by")?,
            at: row.time("proposed_at")?,
            state: row.text("state")?,
            settled: settled.zip(row.opt_time("settled_at")?),
            left_out: row.count("rows_left_out")?,
            erasure: row.opt_parse("erasure")?,
        })
    }
}

macro_rules! of_batch {
    ($rest:literal) => {
        concat!(
            "SELECT id, owner, rows_proposed, reason, words, proposed_by, proposed_at, state, settled_by, settled_at, rows_left_out, erasure \
             FROM retention_batch ",
            $rest
        )
    };
}

/// Those that wait for somebody's approval, of one agency or, for the unit, of all.
pub(crate) async fn waiting(staff: &Staff, whose: For) -> Result<Vec<Batch>, StoreError> {
    let all: Vec<Batch> =
        staff.rows(of_batch!("WHERE state = 'proposed' ORDER BY proposed_at, id LIMIT 100"), params![]).await?;
    Ok(all.into_iter().filter(|batch| sees(whose, batch)).collect())
}

fn sees(whose: For, batch: &Batch) -> bool {
    match whose {
        For::Owner(agency) => batch.owner == agency,
        For::Unit(_) => true,
    }
}

pub(crate) async fn one(staff: &Staff, whose: For, id: Id<kind::ReviewBatch>) -> Result<Option<Batch>, StoreError> {
    let found: Option<Batch> = staff.first(of_batch!("WHERE id = $1"), params![id]).await?;
    Ok(found.filter(|batch| sees(whose, batch)))
}

fn cause(actor: &Actor, act: base::Code, scope: Scope) -> Cause {
    Cause { actor: actor.clone(), purpose: Purpose::Rights, operation: Operation::Administration, act, scope }
}

/// Proposes to delete, of one agency's records at the top of the queue, those that have no open need and no hold. Gives the list, and how
/// many it names.
///
/// # Errors
/// [`RetentionError::NotFound`] where there is none.
pub(crate) async fn propose(
    vault: &Vault,
    actor: &Actor,
    owner: Id<kind::Agency>,
    reason: DeleteReason,
    words: &str,
    form_key: &str,
) -> Result<(Id<kind::ReviewBatch>, usize), RetentionError> {
    const SQL: &str = "INSERT INTO retention_batch (id, owner, rows_proposed, reason, words, proposed_by, proposed_at, state, form_key) \
         VALUES ($1, $2, $3, $4, $5, $6, $7, 'proposed', $8) ON CONFLICT (form_key) DO NOTHING";
    let (by, _) = member_of(actor).map_err(|_| RetentionError::NotFound)?;
    let whose = review::whose(vault, actor).await?;
    let permit = review::permit(vault, actor, whose, Verb::List, Scope::unit()).await?;
    let today = vault.now().date_in_london();
    let queue = store::queue(&vault.read(&permit)?, whose, today, 1000).await?;
    let records: Vec<_> = queue.iter().filter(|row| row.owner == owner).take(MOST).map(|row| row.record).collect();
    let free = review::without_need(vault, &records).await?;
    let sealed = vault.seal(words.as_bytes())?;
    let mut change = vault.change(cause(actor, code!("retention_list_proposed"), Scope::unit())).await?;
    let (id, now): (Id<kind::ReviewBatch>, _) = (change.new_id(), change.now());
    let row = params![id, owner, free.len() as u64, reason.code(), sealed, by, now, form_key];
    if change.execute(SQL, row).await? == 0 {
        let before: Vec<Batch> = change.rows(of_batch!("WHERE form_key = $1"), params![form_key]).await?;
        let before = before.first().ok_or(RetentionError::Done)?;
        return Ok((before.id, usize::try_from(before.proposed).unwrap_or(usize::MAX)));
    }
    if free.is_empty() {
        return Err(RetentionError::NotFound);
    }
    for record in &free {
        const MARK: &str = "UPDATE retention_review SET batch = $2 WHERE record = $1 AND batch IS NULL";
        change.execute(MARK, params![*record, id]).await?;
    }
    change.about(Scope::of("retention_list", id));
    change.note("rows", free.len());
    change.commit().await?;
    Ok((id, free.len()))
}

/// Somebody else approves: what still has no open need and no hold is erased, the rest goes back to the queue. Gives how many went.
///
/// # Errors
/// [`RetentionError::Own`], [`RetentionError::Done`].
pub(crate) async fn approve(vault: &Vault, actor: &Actor, id: Id<kind::ReviewBatch>) -> Result<usize, RetentionError> {
    let (by, _) = member_of(actor).map_err(|_| RetentionError::NotFound)?;
    let whose = review::whose(vault, actor).await?;
    let batch = one(&vault.book(), whose, id).await?.ok_or(RetentionError::NotFound)?;
    open(&batch, by)?;
    let permit = review::permit(vault, actor, whose, Verb::List, Scope::of("retention_list", id)).await?;
    let rows = store::of_batch(&vault.read(&permit)?, whose, id).await?;
    let records: Vec<_> = rows.iter().map(|row| row.record).collect();
    let free = review::without_need(vault, &records).await?;
    let ids: Vec<String> = free.iter().map(Id::to_string).collect();
    // Its key makes it one erasure, however often it is sent, and whatever ended the program between that and what follows.
    let form_key = format!("retention_list:{id}");
    let erasure = match prove::done_by(vault, &form_key).await? {
        Some(before) => Some(before.erasure),
        None if ids.is_empty() => None,
        None => {
            let erasing = review::erasing(actor, ids, batch.reason.code(), Some(batch.by), &form_key)?;
            Some(erase(vault, &erasing).await?.erasure)
        }
    };
    let left_out = (records.len() - free.len()) as u64;
    let mut change =
        vault.change(cause(actor, code!("retention_list_approved"), Scope::of("retention_list", id))).await?;
    settle(&mut change, &batch, by, "approved").await?;
    change
        .execute(
            "UPDATE retention_batch SET rows_left_out = $2, erasure = $3 WHERE id = $1",
            params![id, left_out, erasure.map(|erasure| erasure.to_string())],
        )
        .await?;
    change.note("rows", free.len());
    change.note("left_out", left_out);
    change.commit().await?;
    Ok(free.len())
}

/// Takes a list back; its records wait in the queue again.
///
/// # Errors
/// [`RetentionError::Done`].
pub(crate) async fn withdraw(vault: &Vault, actor: &Actor, id: Id<kind::ReviewBatch>) -> Result<(), RetentionError> {
    let (by, _) = member_of(actor).map_err(|_| RetentionError::NotFound)?;
    let whose = review::whose(vault, actor).await?;
    let batch = one(&vault.book(), whose, id).await?.ok_or(RetentionError::NotFound)?;
    let mut change =
        vault.change(cause(actor, code!("retention_list_withdrawn"), Scope::of("retention_list", id))).await?;
    settle(&mut change, &batch, by, "withdrawn").await?;
    Ok(change.commit().await?)
}

fn open(batch: &Batch, by: Id<kind::Member>) -> Result<(), RetentionError> {
    match batch.state.as_str() {
        "proposed" if batch.by == by => Err(RetentionError::Own),
        "proposed" => Ok(()),
        _ => Err(RetentionError::Done),
    }
}

async fn settle(
    change: &mut Change,
    batch: &Batch,
    by: Id<kind::Member>,
    state: &'static str,
) -> Result<(), RetentionError> {
    const SQL: &str =
        "UPDATE retention_batch SET state = $2, settled_by = $3, settled_at = $4 WHERE id = $1 AND state = 'proposed'";
    let now = change.now();
    if change.execute(SQL, params![batch.id, state, by, now]).await? != 1 {
        return Err(RetentionError::Done);
    }
    // What is left of it, because it has a need now or the list was taken back, waits for a decision of its own.
    change.execute("UPDATE retention_review SET batch = NULL WHERE batch = $1", params![batch.id.into_value()]).await?;
    Ok(())
}
