//! What a search found, held for a quarter of an hour under a random id, for whoever searched and nobody else: so that nothing that was
//! typed stands in an address, and yet the page can be loaded again. Whom it shows is decided anew each time.

use base::{Date, Id, code, kind};
use serde::{Deserialize, Serialize};
use vault::{Actor, Cause, Operation, Purpose, Scope, StoreError, Vault};

use super::{Match, Wanted};

/// What kind of answer is held.
const QUESTION: &str = "search_found";

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

/// Holds an answer; gives the random id under which it is found again.
pub(super) async fn hold(
    vault: &Vault,
    actor: &Actor,
    member: Id<kind::Member>,
    held: &Held,
) -> Result<String, StoreError> {
    let written = Written {
        purpose: held.purpose.code().to_owned(),
        how: held.how,
        found: held.found.iter().map(|found| (found.person, found.agreeing)).collect(),
    };
    let cause = Cause {
        actor: actor.clone(),
        purpose: held.purpose,
        operation: Operation::Consultation,
        act: code!("search_answer_held"),
        scope: Scope::unit(),
    };
    web::hold_answer(vault, cause, QUESTION, member, &written).await
}

/// The answer that is held under an id for this member; none where it was never theirs, or its time is over.
pub(super) async fn held(
    vault: &Vault,
    actor: &Actor,
    member: Id<kind::Member>,
    id: &str,
) -> Result<Option<Held>, StoreError> {
    let act = code!("search_answer_read");
    let Some(written) = web::held_answer::<Written>(vault, actor, act, QUESTION, member, id).await? else {
        return Ok(None);
    };
    let found = written.found.into_iter().map(|(person, agreeing)| Match { person, agreeing }).collect();
    let purpose = written
        .purpose
        .parse()
        .map_err(|_| StoreError::BadValue { column: "sealed".to_owned(), problem: "not a purpose".to_owned() })?;
    Ok(Some(Held { purpose, how: written.how, found }))
}
