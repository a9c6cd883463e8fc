//! The SQL of sealed parts. What of the request whoever is named needs to know comes with the part, under the part's own controller and category.

use base::{Code, Id, Timestamp, kind};
use vault::{Change, FromRow, Held, Reader, Row, StoreError, params};

use super::{Mark, Part, SealedPart, Stage, read, written};
use crate::rights::codes::Outcome;

/// The tables of parts: what stands in them is no part of an answer.
pub(in crate::rights) const OF_PARTS: [&str; 2] = ["rights_sealed", "rights_part_person"];

macro_rules! of_part {
    ($rest:literal) => {
        concat!(
            "SELECT s.id, s.controller, s.category, s.gathered, s.marks, s.stage, s.checked_by, s.said, s.to_read, s.for_machines, \
             s.ends_at, s.work, s.whom, s.outcome, s.words, r.kind AS right_asked, r.received_on, r.due_on, r.paused, r.regime, CAST(CASE WHEN r.identity_shown OR EXISTS (SELECT 1 FROM rights_step i \
             WHERE i.request = r.id AND i.deed = 'identity_seen') THEN 1 ELSE 0 END AS BIGINT) AS identity \
             FROM rights_sealed s JOIN rights_request r ON r.id = s.request ",
            $rest
        )
    };
}

const OPEN: &str = of_part!(
    "WHERE s.controller = $1 AND s.stage <> 'closed' AND r.stage NOT IN ('refused', 'withdrawn') ORDER BY r.due_on, s.id LIMIT 200"
);
const ONE: &str = of_part!("WHERE s.id = $1 AND r.stage NOT IN ('refused', 'withdrawn')");

impl FromRow for Part {
    fn from_row(row: &Row) -> Result<Self, StoreError> {
        Ok(Self {
            id: row.id("id")?,
            gathered: row.id("gathered")?,
            marks: read(&row.text("marks")?)?,
            stage: row.parse("stage")?,
            checked_by: row.opt_parse("checked_by")?,
            said: row.opt_text("said")?,
            to_read: row.opt_parse("to_read")?,
            for_machines: row.opt_parse("for_machines")?,
            ends_at: row.opt_time("ends_at")?,
            work: row.opt_parse("work")?,
            kind: row.parse("right_asked")?,
            whom: row.opt_text("whom")?,
            outcome: row.opt_parse("outcome")?,
            words: row.opt_text("words")?,
            received_on: row.parse("received_on")?,
            due_on: row.parse("due_on")?,
            paused: row.bool("paused")?,
            regime: row.parse("regime")?,
            identity: row.int("identity")? == 1,
            controller: row.id("controller")?,
            category: row.parse("category")?,
        })
    }
}

impl Held for Part {
    fn controller(&self) -> Id<kind::Agency> {
        self.controller
    }
    fn category(&self) -> &Code {
        &self.category
    }
}

pub(super) async fn open(reader: &Reader, agency: Id<kind::Agency>) -> Result<Vec<Part>, StoreError> {
    reader.rows(OPEN, params![agency]).await
}

pub(super) async fn one(reader: &Reader, id: Id<SealedPart>) -> Result<Option<Part>, StoreError> {
    reader.first(ONE, params![id]).await
}

pub(super) async fn one_in(change: &Change, id: Id<SealedPart>) -> Result<Option<Part>, StoreError> {
    Ok(change.rows_held(ONE, params![id]).await?.into_iter().next())
}

/// Keeps what was gathered for one agency; in place of what was gathered before, where nobody has given that to the person yet or is about to.
pub(super) async fn keep(
    change: &mut Change,
    request: Id<kind::RightsRequest>,
    agency: Id<kind::Agency>,
    (gathered, found): (Id<kind::Blob>, usize),
) -> Result<(), StoreError> {
    const SQL: &str = "INSERT INTO rights_sealed (id, request, controller, category, gathered, found, marks, stage, made_at) \
         VALUES ($1, $2, $3, 'rights_request_sealed', $4, $5, '[]', 'waiting', $6) ON CONFLICT (request, controller) DO UPDATE SET \
         gathered = excluded.gathered, found = excluded.found, marks = '[]', stage = 'waiting', checked_by = NULL, said = NULL, \
         made_at = excluded.made_at WHERE rights_sealed.stage IN ('waiting', 'checked') OR (rights_sealed.stage = 'closed' AND rights_sealed.found = 0)";
    let (id, now): (Id<SealedPart>, _) = (change.new_id(), change.now());
    change.execute(SQL, params![id, request, agency, gathered, found, now]).await?;
    Ok(())
}

/// Keeps who was found among what is sealed, beside those parts of a request that hold something.
pub(super) async fn keep_people(
    change: &mut Change,
    request: Id<kind::RightsRequest>,
    people: &[String],
) -> Result<(), StoreError> {
    const SQL: &str = "INSERT INTO rights_part_person (id, rights_sealed, person, controller) \
         SELECT id, id, $2, controller FROM rights_sealed WHERE request = $1 AND found > 0 ON CONFLICT (id, person) DO NOTHING";
    for person in people {
        change.execute(SQL, params![request, person]).await?;
    }
    Ok(())
}

/// Keeps which job works on it.
pub(super) async fn keep_work(change: &mut Change, id: Id<SealedPart>, job: Id<kind::Job>) -> Result<(), StoreError> {
    change.execute("UPDATE rights_sealed SET work = $2 WHERE id = $1", params![id, job]).await?;
    Ok(())
}

pub(super) async fn keep_marks(change: &mut Change, id: Id<SealedPart>, marks: &[Mark]) -> Result<(), StoreError> {
    change.execute("UPDATE rights_sealed SET marks = $2 WHERE id = $1", params![id, written(marks)?]).await?;
    Ok(())
}

/// From one stage to another; false where it isn't at the first.
pub(super) async fn go(
    change: &mut Change,
    id: Id<SealedPart>,
    (from, to): (Stage, Stage),
    (by, said): (Option<Id<kind::Member>>, Option<&str>),
) -> Result<bool, StoreError> {
    const SQL: &str = "UPDATE rights_sealed SET stage = $3, checked_by = $4, said = $5 WHERE id = $1 AND stage = $2";
    Ok(change.execute(SQL, params![id, from.code(), to.code(), by, said]).await? == 1)
}

/// Keeps what the first of two decided of a request to delete, and what the person is told, sealed.
pub(super) async fn decide(
    change: &mut Change,
    id: Id<SealedPart>,
    (outcome, words): (Outcome, &str),
) -> Result<(), StoreError> {
    const SQL: &str = "UPDATE rights_sealed SET outcome = $2, words = $3 WHERE id = $1";
    change.execute(SQL, params![id, outcome.code(), words]).await?;
    Ok(())
}

/// What was decided is carried out: what was frozen for it is of no use any more, nor whom it was about.
pub(super) async fn forget(change: &mut Change, id: Id<SealedPart>) -> Result<(), StoreError> {
    change.execute("UPDATE rights_sealed SET whom = NULL, found = 0 WHERE id = $1", params![id]).await?;
    Ok(())
}

/// A second person approved it: with its files where there is anything, else it is done.
pub(super) async fn approve(
    change: &mut Change,
    id: Id<SealedPart>,
    by: Id<kind::Member>,
    files: Option<(Id<kind::Blob>, Id<kind::Blob>, Timestamp)>,
) -> Result<bool, StoreError> {
    const SQL: &str = "UPDATE rights_sealed SET stage = $2, approved_by = $3, to_read = $4, for_machines = $5, ends_at = $6 \
         WHERE id = $1 AND stage = 'checked' AND checked_by <> $3";
    let to = if files.is_some() { Stage::Ready } else { Stage::Closed };
    let (pdf, json, ends) = files.map_or((None, None, None), |(pdf, json, ends)| (Some(pdf), Some(json), Some(ends)));
    Ok(change.execute(SQL, params![id, to.code(), by, pdf, json, ends]).await? == 1)
}

/// The person has it.
pub(super) async fn give(change: &mut Change, id: Id<SealedPart>, by: Id<kind::Member>) -> Result<bool, StoreError> {
    const SQL: &str =
        "UPDATE rights_sealed SET stage = 'closed', given_by = $2, given_at = $3 WHERE id = $1 AND stage = 'ready'";
    let now = change.now();
    Ok(change.execute(SQL, params![id, by, now]).await? == 1)
}
