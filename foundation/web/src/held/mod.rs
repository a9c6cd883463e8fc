//! An answer that is held for a quarter of an hour under a random id, for whoever asked and nobody else: so that nothing that was typed stands in an
//! address, and yet the page can be loaded again. Whom it shows is decided anew each time.

use base::{Code, Id, SignedDuration, kind};
use serde::{Serialize, de::DeserializeOwned};
use vault::{Actor, Cause, FromRow, Purpose, Row, StoreError, Vault, params};

/// How long an answer is held, in minutes.
const MINUTES: i64 = 15;

struct Sealed(String);

impl FromRow for Sealed {
    fn from_row(row: &Row) -> Result<Self, StoreError> {
        row.text("sealed").map(Self)
    }
}

fn unreadable() -> StoreError {
    StoreError::BadValue { column: "sealed".to_owned(), problem: "not what is held".to_owned() }
}

/// Holds an answer to one kind of question (`search_found`) for a member; what is over is forgotten. `cause` is its entry in the log. Gives the random
/// id under which it is found again.
///
/// # Errors
/// The database's.
pub async fn hold_answer<T: Serialize>(
    vault: &Vault,
    cause: Cause,
    question: &'static str,
    member: Id<kind::Member>,
    answer: &T,
) -> Result<String, StoreError> {
    const FORGET: &str = "DELETE FROM held_answer WHERE ends_at <= $1";
    const KEEP: &str = "INSERT INTO held_answer (digest, member, sealed, made_at, ends_at) VALUES ($1, $2, $3, $4, $5)";
    let id = hex::encode(vault.random().bytes::<16>());
    let sealed = vault.seal(&serde_json::to_vec(answer).map_err(|_| unreadable())?)?;
    let mut change = vault.change(cause).await?;
    let now = change.now();
    change.execute(FORGET, params![now]).await?;
    let ends_at = now.plus(SignedDuration::from_mins(MINUTES));
    change.execute(KEEP, params![vault.digest(question, id.as_bytes()), member, sealed, now, ends_at]).await?;
    change.commit().await?;
    Ok(id)
}

/// The answer that is held under an id for this member; none where it was never theirs, or its time is over. The reading is in the log as `act`.
///
/// # Errors
/// The database's; [`StoreError::BadValue`] where it is no such answer.
pub async fn held_answer<T: DeserializeOwned>(
    vault: &Vault,
    actor: &Actor,
    act: Code,
    question: &'static str,
    member: Id<kind::Member>,
    id: &str,
) -> Result<Option<T>, StoreError> {
    const READ: &str = "SELECT sealed FROM held_answer WHERE digest = $1 AND member = $2 AND ends_at > $3";
    let staff = vault.staff(actor, Purpose::Administration, act).await?;
    let key = params![vault.digest(question, id.as_bytes()), member, vault.now()];
    let Some(Sealed(sealed)) = staff.first(READ, key).await? else { return Ok(None) };
    serde_json::from_slice(&vault.unseal(&sealed)?).map(Some).map_err(|_| unreadable())
}
