//! The SQL of what was found.

use base::{Id, SignedDuration, code, kind};
use vault::{Actor, Cause, FromRow, Operation, Purpose, Row, Scope, StoreError, Vault, params};

use super::Found;

/// How long an answer is held, in minutes.
const MINUTES: i64 = 15;

struct Sealed(String);

impl FromRow for Sealed {
    fn from_row(row: &Row) -> Result<Self, StoreError> {
        row.text("sealed").map(Self)
    }
}

fn unreadable() -> StoreError {
    StoreError::BadValue { column: "sealed".to_owned(), problem: "not what was found".to_owned() }
}

fn digest(vault: &Vault, id: &str) -> String {
    vault.digest("place_found", id.as_bytes())
}

/// Holds what was found, with its entry in the log; gives the random id under which it is found again.
pub(super) async fn hold(
    vault: &Vault,
    actor: &Actor,
    member: Id<kind::Member>,
    found: &Found,
) -> Result<String, StoreError> {
    const FORGET: &str = "DELETE FROM place_found WHERE ends_at <= $1";
    const KEEP: &str = "INSERT INTO place_found (digest, member, sealed, made_at, ends_at) VALUES ($1, $2, $3, $4, $5)";
    let id: String = vault.random().bytes::<16>().iter().map(|byte| format!("{byte:02x}")).collect();
    let sealed = vault.seal(&serde_json::to_vec(found).map_err(|_| unreadable())?)?;
    let cause = Cause {
        actor: actor.clone(),
        purpose: Purpose::Administration,
        operation: Operation::Consultation,
        act: code!("place_looked_up"),
        scope: Scope::unit(),
    };
    let mut change = vault.change(cause).await?;
    let now = change.now();
    change.execute(FORGET, params![now]).await?;
    let ends_at = now.plus(SignedDuration::from_mins(MINUTES));
    change.execute(KEEP, params![digest(vault, &id), member, sealed, now, ends_at]).await?;
    change.commit().await?;
    Ok(id)
}

/// What is held under an id for this member; none where it was never theirs, or its time is over.
pub(super) async fn held(
    vault: &Vault,
    actor: &Actor,
    member: Id<kind::Member>,
    id: &str,
) -> Result<Option<Found>, StoreError> {
    const READ: &str = "SELECT sealed FROM place_found WHERE digest = $1 AND member = $2 AND ends_at > $3";
    let staff = vault.staff(actor, Purpose::Administration, code!("place_answer_read")).await?;
    let row: Option<Sealed> = staff.first(READ, params![digest(vault, id), member, vault.now()]).await?;
    let Some(Sealed(sealed)) = row else { return Ok(None) };
    serde_json::from_slice(&vault.unseal(&sealed)?).map(Some).map_err(|_| unreadable())
}
