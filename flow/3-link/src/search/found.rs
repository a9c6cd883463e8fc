//! What a search found, held for a quarter of an hour under a random id, for whoever searched and nobody else: so that nothing that was
//! typed stands in an address, and yet the page can be loaded again. Whom it shows is decided anew each time.

use base::{Date, Id, SignedDuration, code, kind};
use serde::{Deserialize, Serialize};
use vault::{Actor, Cause, FromRow, Operation, Purpose, Row, Scope, StoreError, Vault, params};

use super::{Match, Wanted};

/// How long an answer is held, in minutes.
const MINUTES: i64 = 15;

const READ: &str = "SELECT sealed FROM search_found WHERE digest = $1 AND member = $2 AND ends_at > $3";
const KEEP: &str = "INSERT INTO search_found (digest, member, sealed, made_at, ends_at) VALUES ($1, $2, $3, $4, $5)";
const FORGET: &str = "DELETE FROM search_found WHERE ends_at <= $1";

/// By what was searched.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(super) enum How {
    Nhs,
    Upn,
    /// By full name and this date of birth.
    Name(Date),
}

impl From<&Wanted> for How {
    fn from(wanted: &Wanted) -> Self {
        match wanted {
            Wanted::Nhs(_) => Self::Nhs,
            Wanted::Upn(_) => Self::Upn,
            Wanted::Name { born, .. } => Self::Name(*born),
        }
    }
}

/// What is held: ids, how they were found and for what.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Held {
    pub purpose: Purpose,
    pub how: How,
    pub found: Vec<Match>,
}

#[derive(Serialize, Deserialize)]
struct Written {
    purpose: String,
    how: How,
    found: Vec<(Id<kind::Person>, u64)>,
}

struct Sealed(String);

impl FromRow for Sealed {
    fn from_row(row: &Row) -> Result<Self, StoreError> {
        row.text("sealed").map(Self)
    }
}

fn unreadable() -> StoreError {
    StoreError::BadValue { column: "sealed".to_owned(), problem: "not what a search found".to_owned() }
}

/// Holds an answer; gives the random id under which it is found again.
pub(super) async fn hold(
    vault: &Vault,
    actor: &Actor,
    member: Id<kind::Member>,
    held: &Held,
) -> Result<String, StoreError> {
    let id: String = vault.random().bytes::<16>().iter().map(|byte| format!("{byte:02x}")).collect();
    let written = Written {
        purpose: held.purpose.code().to_owned(),
        how: held.how,
        found: held.found.iter().map(|found| (found.person, found.agreeing)).collect(),
    };
    let text = serde_json::to_vec(&written).map_err(|_| unreadable())?;
    let cause = Cause {
        actor: actor.clone(),
        purpose: held.purpose,
        operation: Operation::Consultation,
        act: code!("search_answer_held"),
        scope: Scope::unit(),
    };
    let sealed = vault.seal(&text)?;
    let mut change = vault.change(cause).await?;
    let now = change.now();
    change.execute(FORGET, params![now]).await?;
    let ends_at = now.plus(SignedDuration::from_mins(MINUTES));
    change.execute(KEEP, params![digest(vault, &id), member, sealed, now, ends_at]).await?;
    change.commit().await?;
    Ok(id)
}

/// The answer that is held under an id for this member; none where it was never theirs, or its time is over.
pub(super) async fn held(
    vault: &Vault,
    actor: &Actor,
    member: Id<kind::Member>,
    id: &str,
) -> Result<Option<Held>, StoreError> {
    let staff = vault.staff(actor, Purpose::Administration, code!("search_answer_read")).await?;
    let row: Option<Sealed> = staff.first(READ, params![digest(vault, id), member, vault.now()]).await?;
    let Some(Sealed(sealed)) = row else { return Ok(None) };
    let written: Written = serde_json::from_slice(&vault.unseal(&sealed)?).map_err(|_| unreadable())?;
    let found = written.found.into_iter().map(|(person, agreeing)| Match { person, agreeing }).collect();
    let purpose = written.purpose.parse().map_err(|_| unreadable())?;
    Ok(Some(Held { purpose, how: written.how, found }))
}

fn digest(vault: &Vault, id: &str) -> String {
    vault.digest("search_found", id.as_bytes())
}
