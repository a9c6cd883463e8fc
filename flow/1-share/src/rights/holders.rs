//! That somebody's data is deleted, each controller decides about what it holds: the data owner of every agency that holds a record of theirs is
//! asked. Once each has decided, the request is; what those that agreed hold goes when the answer is given (`give`). What is sealed is asked apart.

use std::collections::BTreeSet;

use base::{Code, Id, Timestamp, kind};
use vault::{Change, FromRow, Held, Reader, Row, StoreError, Vault, params};

use super::{
    RightsError,
    act::{Decision, Stepping},
    codes::{Deed, NotDone, Outcome},
    course::{CourseError, Stage, Step},
    store::For,
};

/// One agency's decision.
#[derive(Debug, Clone)]
pub(crate) struct Holder {
    pub agency: Id<kind::Agency>,
    /// None: it has not decided yet.
    pub outcome: Option<Outcome>,
    pub why: Option<NotDone>,
    /// What the person is told, sealed.
    pub words: Option<String>,
    held_by: Id<kind::Agency>,
    category: Code,
}

impl FromRow for Holder {
    fn from_row(row: &Row) -> Result<Self, StoreError> {
        Ok(Self {
            agency: row.id("agency")?,
            outcome: row.opt_parse("outcome")?,
            why: row.opt_parse("why")?,
            words: row.opt_text("words")?,
            held_by: row.id("controller")?,
            category: row.parse("category")?,
        })
    }
}

impl Held for Holder {
    fn controller(&self) -> Id<kind::Agency> {
        self.held_by
    }
    fn category(&self) -> &Code {
        &self.category
    }
}

/// Everybody who is asked, as whoever answers or is asked themselves reads it.
const ALL: &str = "SELECT CAST($2 AS TEXT) AS controller, category, controller AS agency, outcome, why, words \
     FROM rights_decision WHERE request = $1 ORDER BY id";

pub(crate) async fn all(
    reader: &Reader,
    id: Id<kind::RightsRequest>,
    read_by: Id<kind::Agency>,
) -> Result<Vec<Holder>, StoreError> {
    reader.rows(ALL, params![id, read_by]).await
}

pub(crate) async fn all_in(
    change: &Change,
    id: Id<kind::RightsRequest>,
    read_by: Id<kind::Agency>,
) -> Result<Vec<Holder>, StoreError> {
    change.rows_held(ALL, params![id, read_by]).await
}

/// Asks these agencies, where the request is one to delete; another is left as it is. What each seals is to be found by the person, as long as
/// it is not decided.
pub(super) async fn ask(
    change: &mut Change,
    id: Id<kind::RightsRequest>,
    holders: &BTreeSet<Id<kind::Agency>>,
    whom: &str,
) -> Result<(), StoreError> {
    const ASK: &str = "INSERT INTO rights_decision (id, request, controller, category, asked_at) \
         SELECT CAST($1 AS TEXT), r.id, CAST($3 AS TEXT), r.category, CAST($4 AS BIGINT) FROM rights_request r \
         WHERE r.id = $2 AND r.kind = 'erasure' AND r.to_agency IS NULL AND r.controller <> $3 ON CONFLICT DO NOTHING";
    const ASKED: &str = "UPDATE rights_request SET holders_asked_at = $2 WHERE id = $1 AND kind = 'erasure' AND holders_asked_at IS NULL";
    const WHOM: &str = "UPDATE rights_sealed SET whom = $2 WHERE request = $1 AND found > 0 \
         AND EXISTS (SELECT 1 FROM rights_request r WHERE r.id = $1 AND r.kind = 'erasure')";
    let now: Timestamp = change.now();
    for agency in holders {
        let own: Id<kind::Entry> = change.new_id();
        change.execute(ASK, params![own, id, *agency, now]).await?;
    }
    change.execute(ASKED, params![id, now]).await?;
    change.execute(WHOM, params![id, whom]).await?;
    Ok(())
}

/// Keeps what an agency decided; false where it had decided before.
async fn keep(
    stepping: &mut Stepping,
    agency: Id<kind::Agency>,
    decision: &Decision,
    words: &str,
) -> Result<bool, StoreError> {
    // Whoever decides last decides the request: those who decide at once come one after the other.
    const LOCK: &str = "UPDATE rights_request SET steps = steps WHERE id = $1";
    const KEEP: &str = "UPDATE rights_decision SET outcome = $3, why = $4, words = $5, decided_by = $6, decided_at = $7 \
         WHERE request = $1 AND controller = $2 AND decided_at IS NULL";
    let (id, by, now) = (stepping.case.request.id, stepping.hand.member, stepping.change.now());
    let why = decision.why.filter(|_| decision.outcome == Outcome::Not).map(NotDone::code);
    stepping.change.execute(LOCK, params![id]).await?;
    let values = params![id, agency, decision.outcome.code(), why, words, by, now];
    Ok(stepping.change.execute(KEEP, values).await? == 1)
}

/// What comes of all decisions; none while one is missing.
pub(super) fn together(holders: &[Holder]) -> Option<(Outcome, Option<NotDone>)> {
    let outcomes = holders.iter().map(|one| one.outcome).collect::<Option<Vec<Outcome>>>()?;
    let kept = outcomes.iter().filter(|one| **one != Outcome::Done).count();
    let why = holders.iter().find_map(|one| one.why);
    Some(match kept {
        0 => (Outcome::Done, None),
        kept if kept == outcomes.len() => (Outcome::Not, why),
        _ => (Outcome::Partly, why),
    })
}

/// Decides on deleting: each agency that is asked about what it holds; where none is, an officer of the unit, and another carries it out.
///
/// # Errors
/// [`RightsError`]; nothing is kept then.
pub(super) async fn decide(vault: &Vault, mut stepping: Stepping, decision: &Decision) -> Result<(), RightsError> {
    if decision.outcome == Outcome::Partly || (decision.outcome == Outcome::Not && decision.why.is_none()) {
        return Err(CourseError::NoReason.into());
    }
    let request = &stepping.case.request;
    let (id, asked) = (request.id, request.holders_asked_at.is_some());
    let words = vault.seal(decision.words.as_bytes())?;
    let step = match stepping.hand.whose {
        For::Unit => {
            if !asked {
                return Err(RightsError::NotAskedYet);
            }
            if !all_in(&stepping.change, id, stepping.hand.unit).await?.is_empty() {
                return Err(RightsError::NotFound);
            }
            Some(Step { code: Some(decision.code()), words: Some(words), ..stepping.step(Deed::Decided) })
        }
        For::Owner(agency) => {
            if !keep(&mut stepping, agency, decision, &words).await? {
                return Err(CourseError::Already.into());
            }
            if stepping.case.course.stage != Stage::Received {
                return Err(CourseError::NotNow.into());
            }
            let holders = all_in(&stepping.change, id, agency).await?;
            together(&holders).map(|(outcome, why)| {
                let code = why.map_or_else(|| outcome.code().to_owned(), |why| format!("{outcome} {why}"));
                Step { code: Some(code), ..stepping.step(Deed::Decided) }
            })
        }
    };
    if let Some(step) = step {
        stepping.keep(step).await?;
    }
    Ok(stepping.change.commit().await?)
}

/// Lets a request forget whom it is about: what is held about them was erased.
pub(super) async fn forget_person(change: &mut Change, id: Id<kind::RightsRequest>) -> Result<(), StoreError> {
    change.execute("UPDATE rights_request SET person = '' WHERE id = $1", params![id]).await?;
    Ok(())
}
