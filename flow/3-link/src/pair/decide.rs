//! A person's word about a pair: the same, different, not sure, or all taken back. It holds at once, outlives every run, and
//! nothing is lost by it: where records belonged before is kept.

use base::{Id, code, kind};
use vault::{Announcement, Cause, Change, Operation, Permit, Purpose, Scope, StoreError, Vault};

use super::{Answer, PairKey, State, store};
use crate::{
    PEOPLE_LINKED,
    adoption::store as adoptions,
    person::{PersonRecord, store as people},
    run::store as runs,
};

/// Why a decision was not kept.
#[derive(Debug, thiserror::Error)]
pub(crate) enum DecideError {
    /// The pair is no longer kept: a record was corrected, erased or withdrawn.
    #[error("the pair is no longer there: one of its records was corrected, withdrawn or erased")]
    Gone,
    /// The database's.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// What somebody says.
pub(crate) struct Word<'a> {
    pub key: PairKey,
    pub answer: Answer,
    pub reason: &'a str,
    pub by: Id<kind::Member>,
}

fn cause(permit: &Permit, act: base::Code, operation: Operation, key: PairKey) -> Cause {
    let scope = Scope { kind: "pair", id: Some(key.to_string()) };
    Cause { actor: permit.actor().clone(), purpose: Purpose::Linking, operation, act, scope }
}

/// Keeps a decision. Records said to be one person's are joined in the same change; those said to be different people's are parted
/// by the run that it enqueues, where they were joined.
pub(crate) async fn decide(
    vault: &Vault,
    permit: &Permit,
    unit: Id<kind::Agency>,
    word: &Word<'_>,
) -> Result<(), DecideError> {
    let key = word.key;
    let operation = if word.answer == Answer::Same { Operation::Combination } else { Operation::Alteration };
    let mut change = vault.change_under(permit, cause(permit, code!("pair_decided"), operation, key)).await?;
    let mut needs_run = runs::overtake(&mut change).await?;
    let state = match word.answer {
        Answer::Same => State::Required,
        Answer::Different => State::Forbidden,
        Answer::NotSure => State::Review,
    };
    if store::answer(&mut change, key, state, Some(word.answer)).await? == 0 {
        return Err(DecideError::Gone);
    }
    let decision = store::decide(&mut change, unit, key, word.answer, word.reason, word.by).await?;
    let rows = people::of_records_in(&change, &[key.left, key.right]).await?;
    if let [one, other] = rows.as_slice() {
        let together = one.person == other.person;
        // As a pair that is no longer there: nothing says why.
        if word.answer == Answer::Same && adoptions::are_kept_apart(&mut change, one.person, other.person).await? {
            return Err(DecideError::Gone);
        }
        store::close(&mut change, one.person, other.person).await?;
        if word.answer == Answer::Same && !together {
            join(&mut change, one.person, other.person, &decision.to_string()).await?;
        }
        needs_run |= word.answer != Answer::Same && together;
    }
    change.note("answer", word.answer.code());
    if needs_run {
        enqueue(&mut change).await?;
    }
    Ok(change.commit().await?)
}

/// Takes back what was decided; a run then puts the records where they belong without it. Gives whether there was anything.
pub(crate) async fn undo(
    vault: &Vault,
    permit: &Permit,
    key: PairKey,
    by: Id<kind::Member>,
) -> Result<bool, StoreError> {
    let mut change =
        vault.change_under(permit, cause(permit, code!("pair_decision_undone"), Operation::Alteration, key)).await?;
    runs::overtake(&mut change).await?;
    if store::undo(&mut change, key, by).await? == 0 {
        return Ok(false);
    }
    store::answer(&mut change, key, State::Review, None).await?;
    enqueue(&mut change).await?;
    change.commit().await?;
    Ok(true)
}

pub(crate) async fn enqueue(change: &mut Change) -> Result<(), StoreError> {
    let now = change.now();
    change.enqueue("link_records", &serde_json::json!({}), now).await
}

/// Everyone's records go to whoever has more; the oldest where both have as many.
async fn join(
    change: &mut Change,
    one: Id<kind::Person>,
    other: Id<kind::Person>,
    cause: &str,
) -> Result<(), StoreError> {
    let (ones, others) = (people::of_person_in(change, one).await?, people::of_person_in(change, other).await?);
    let current = |rows: &[PersonRecord]| rows.iter().filter(|row| !row.superseded).count();
    // A sealed record goes to the person whom others see, never the other way.
    let seen = |rows: &[PersonRecord]| rows.iter().any(|row| !vault::Marks::split(&row.category).1.any());
    let first_stays = (seen(&ones), current(&ones), std::cmp::Reverse(one))
        >= (seen(&others), current(&others), std::cmp::Reverse(other));
    let (stays, goes, rows) = if first_stays { (one, other, others) } else { (other, one, ones) };
    let placed = rows.iter().map(|row| (row.record, stays, row.controller, &row.category, row.superseded));
    people::place(change, placed).await?;
    let moved = rows.iter().map(|row| (row.record, goes, stays, row.controller, &row.category));
    people::note_moves(change, cause, moved).await?;
    people::merge(change, &[(goes, Some(stays))]).await?;
    let payload = serde_json::json!({ "run": cause });
    change.announce(&Announcement { topic: PEOPLE_LINKED, payload }).await
}
