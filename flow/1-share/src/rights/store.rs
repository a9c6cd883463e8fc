//! The SQL of requests. Each statement says for whom it reads (`held_by`): the unit, or the agency whose data owner decides.

use base::{Date, Id, Timestamp, kind};
use vault::{Change, FromRow, Held, Reader, Row, StoreError, params};

use super::{Request, Sought, category, course::Step, mark::Mark};

macro_rules! of_request {
    ($held_by:literal, $rest:literal) => {
        concat!(
            "SELECT id, ",
            $held_by,
            " AS held_by, category, person, kind, regime, made_by, identity_shown, received_on, asked, to_agency, to_category, recorded_by, \
             recorded_at, due_on, paused, escalated_at, closed_at, work, holders_asked_at FROM rights_request ",
            $rest
        )
    };
}

const ONE: &str = of_request!("controller", "WHERE id = $1");
/// As the agency whose data owner decides reads it: the one that was named, or one of those that hold what is to be deleted.
const FOR_OWNER: &str = of_request!(
    "CAST($2 AS TEXT)",
    "WHERE id = $1 AND (to_agency = $2 OR id IN (SELECT request FROM rights_decision WHERE controller = $2))"
);
const BY_FORM: &str = of_request!("controller", "WHERE form_key = $1");
const OPEN: &str = of_request!("controller", "WHERE closed_at IS NULL ORDER BY due_on, id LIMIT 500");
const CLOSED: &str =
    of_request!("controller", "WHERE closed_at IS NOT NULL ORDER BY closed_at DESC, id DESC LIMIT 100");
const TO_DECIDE: &str = of_request!(
    "CAST($1 AS TEXT)",
    "WHERE closed_at IS NULL AND stage = 'received' AND (to_agency = $1 OR id IN (SELECT request FROM rights_decision \
     WHERE controller = $1 AND decided_at IS NULL)) ORDER BY due_on, id LIMIT 200"
);
const STEPS: &str = "SELECT controller, category, deed, by_member, at, code, words FROM rights_step \
     WHERE request = $1 ORDER BY number";
/// The steps, for the agency whose data owner decides.
const STEPS_FOR_OWNER: &str = "SELECT CAST($2 AS TEXT) AS controller, s.category, s.deed, s.by_member, s.at, s.code, s.words \
     FROM rights_step s JOIN rights_request r ON r.id = s.request WHERE r.id = $1 \
     AND (r.to_agency = $2 OR r.id IN (SELECT request FROM rights_decision WHERE controller = $2)) ORDER BY s.number";
const MARKS: &str = "SELECT controller, category, number, field, ground, suggested, why, by_member, at FROM rights_mark \
     WHERE request = $1 ORDER BY number, field";
const ANSWER: &str = "SELECT controller, category, gathered, found, to_decide, gathered_at, to_read, for_machines, made_at, ends_at \
     FROM rights_answer WHERE request = $1";

impl Held for Request {
    fn controller(&self) -> Id<kind::Agency> {
        self.held_by
    }
    fn category(&self) -> &base::Code {
        &self.category
    }
}

impl FromRow for Request {
    fn from_row(row: &Row) -> Result<Self, StoreError> {
        let person = row.text("person")?;
        Ok(Self {
            id: row.id("id")?,
            person: if person.is_empty() { None } else { Some(row.id("person")?) },
            kind: row.parse("kind")?,
            regime: row.parse("regime")?,
            made_by: row.parse("made_by")?,
            identity_shown: row.bool("identity_shown")?,
            received_on: row.parse("received_on")?,
            asked: row.text("asked")?,
            to_agency: row.opt_parse("to_agency")?,
            to_category: row.opt_parse("to_category")?,
            recorded_by: row.id("recorded_by")?,
            recorded_at: row.time("recorded_at")?,
            due_on: row.parse("due_on")?,
            paused: row.bool("paused")?,
            escalated_at: row.opt_time("escalated_at")?,
            closed_at: row.opt_time("closed_at")?,
            work: row.opt_parse("work")?,
            holders_asked_at: row.opt_time("holders_asked_at")?,
            held_by: row.id("held_by")?,
            category: row.parse("category")?,
        })
    }
}

/// A row that hangs on a request, with whom it is held by.
pub(crate) struct Hung<T> {
    controller: Id<kind::Agency>,
    category: base::Code,
    pub of: T,
}

impl<T> Held for Hung<T> {
    fn controller(&self) -> Id<kind::Agency> {
        self.controller
    }
    fn category(&self) -> &base::Code {
        &self.category
    }
}

impl<T: FromRow> FromRow for Hung<T> {
    fn from_row(row: &Row) -> Result<Self, StoreError> {
        Ok(Self { controller: row.id("controller")?, category: row.parse("category")?, of: T::from_row(row)? })
    }
}

impl FromRow for Step {
    fn from_row(row: &Row) -> Result<Self, StoreError> {
        Ok(Self {
            deed: row.parse("deed")?,
            by: row.id("by_member")?,
            at: row.time("at")?,
            code: row.opt_text("code")?,
            words: row.opt_text("words")?,
        })
    }
}

impl FromRow for Mark {
    fn from_row(row: &Row) -> Result<Self, StoreError> {
        Ok(Self {
            number: u32::try_from(row.count("number")?).unwrap_or(u32::MAX),
            field: row.text("field")?,
            ground: row.opt_parse("ground")?,
            suggested: row.bool("suggested")?,
            why: row.opt_text("why")?,
            by: row.id("by_member")?,
            at: row.time("at")?,
        })
    }
}

/// The files of an answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Answer {
    pub gathered: Id<kind::Blob>,
    pub found: u64,
    /// How many suggestions there are.
    pub to_decide: u64,
    pub gathered_at: Timestamp,
    pub to_read: Option<Id<kind::Blob>>,
    pub for_machines: Option<Id<kind::Blob>>,
    pub made_at: Option<Timestamp>,
    pub ends_at: Option<Timestamp>,
}

impl FromRow for Answer {
    fn from_row(row: &Row) -> Result<Self, StoreError> {
        Ok(Self {
            gathered: row.id("gathered")?,
            found: row.count("found")?,
            to_decide: row.count("to_decide")?,
            gathered_at: row.time("gathered_at")?,
            to_read: row.opt_parse("to_read")?,
            for_machines: row.opt_parse("for_machines")?,
            made_at: row.opt_time("made_at")?,
            ends_at: row.opt_time("ends_at")?,
        })
    }
}

fn bare<T>(rows: Vec<Hung<T>>) -> Vec<T> {
    rows.into_iter().map(|row| row.of).collect()
}

/// For whom a request is read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum For {
    /// The unit's data protection officer.
    Unit,
    /// The data owner of the agency that decides.
    Owner(Id<kind::Agency>),
}

pub(crate) async fn one(
    reader: &Reader,
    id: Id<kind::RightsRequest>,
    whose: For,
) -> Result<Option<Request>, StoreError> {
    match whose {
        For::Unit => reader.first(ONE, params![id]).await,
        For::Owner(agency) => reader.first(FOR_OWNER, params![id, agency]).await,
    }
}

pub(crate) async fn one_in(
    change: &Change,
    id: Id<kind::RightsRequest>,
    whose: For,
) -> Result<Option<Request>, StoreError> {
    let found = match whose {
        For::Unit => change.rows_held(ONE, params![id]).await?,
        For::Owner(agency) => change.rows_held(FOR_OWNER, params![id, agency]).await?,
    };
    Ok(found.into_iter().next())
}

pub(crate) async fn by_form_in(change: &Change, form_key: &str) -> Result<Option<Request>, StoreError> {
    Ok(change.rows_held(BY_FORM, params![form_key]).await?.into_iter().next())
}

pub(crate) async fn open(reader: &Reader) -> Result<Vec<Request>, StoreError> {
    reader.rows(OPEN, params![]).await
}

pub(crate) async fn closed(reader: &Reader) -> Result<Vec<Request>, StoreError> {
    reader.rows(CLOSED, params![]).await
}

pub(crate) async fn to_decide(reader: &Reader, agency: Id<kind::Agency>) -> Result<Vec<Request>, StoreError> {
    reader.rows(TO_DECIDE, params![agency]).await
}

pub(crate) async fn steps(reader: &Reader, id: Id<kind::RightsRequest>, whose: For) -> Result<Vec<Step>, StoreError> {
    Ok(bare(match whose {
        For::Unit => reader.rows(STEPS, params![id]).await?,
        For::Owner(agency) => reader.rows(STEPS_FOR_OWNER, params![id, agency]).await?,
    }))
}

pub(crate) async fn steps_in(
    change: &Change,
    id: Id<kind::RightsRequest>,
    whose: For,
) -> Result<Vec<Step>, StoreError> {
    Ok(bare(match whose {
        For::Unit => change.rows_held(STEPS, params![id]).await?,
        For::Owner(agency) => change.rows_held(STEPS_FOR_OWNER, params![id, agency]).await?,
    }))
}

pub(crate) async fn marks(reader: &Reader, id: Id<kind::RightsRequest>) -> Result<Vec<Mark>, StoreError> {
    Ok(bare(reader.rows(MARKS, params![id]).await?))
}

pub(crate) async fn marks_in(change: &Change, id: Id<kind::RightsRequest>) -> Result<Vec<Mark>, StoreError> {
    Ok(bare(change.rows_held(MARKS, params![id]).await?))
}

pub(crate) async fn answer(reader: &Reader, id: Id<kind::RightsRequest>) -> Result<Option<Answer>, StoreError> {
    let found: Option<Hung<Answer>> = reader.first(ANSWER, params![id]).await?;
    Ok(found.map(|row| row.of))
}

pub(crate) async fn answer_in(change: &Change, id: Id<kind::RightsRequest>) -> Result<Option<Answer>, StoreError> {
    let found: Vec<Hung<Answer>> = change.rows_held(ANSWER, params![id]).await?;
    Ok(found.into_iter().next().map(|row| row.of))
}

/// What somebody gave to be found by, as it is kept.
struct Given(Option<String>);

impl FromRow for Given {
    fn from_row(row: &Row) -> Result<Self, StoreError> {
        row.opt_text("sought").map(Self)
    }
}

/// What whoever asks gave to be found by, where nobody was.
pub(super) async fn sought(reader: &Reader, id: Id<kind::RightsRequest>) -> Result<Option<Sought>, StoreError> {
    const SOUGHT: &str = "SELECT controller, category, sought FROM rights_request WHERE id = $1";
    let found: Option<Hung<Given>> = reader.first(SOUGHT, params![id]).await?;
    let kept = found.and_then(|row| row.of.0);
    kept.map(|kept| Sought::opened(reader.vault(), &kept)).transpose()
}

/// Keeps a request; false where the same form was kept before.
pub(super) async fn insert(
    change: &mut Change,
    new: &Request,
    (form_key, sought): (&str, Option<String>),
) -> Result<bool, StoreError> {
    const COLUMNS: &[&str] = &[
        "id",
        "controller",
        "category",
        "person",
        "kind",
        "regime",
        "made_by",
        "identity_shown",
        "received_on",
        "asked",
        "to_agency",
        "to_category",
        "recorded_by",
        "recorded_at",
        "stage",
        "due_on",
        "paused",
        "form_key",
        "sought",
    ];
    let row = params![
        new.id,
        new.held_by,
        &new.category,
        new.person.map_or_else(String::new, |person| person.to_string()),
        new.kind.code(),
        new.regime.code(),
        new.made_by.code(),
        new.identity_shown,
        new.received_on,
        &new.asked,
        new.to_agency,
        new.to_category.as_ref(),
        new.recorded_by,
        new.recorded_at,
        "received",
        new.due_on,
        false,
        form_key,
        sought,
    ];
    Ok(change.insert_many("rights_request", COLUMNS, vec![row], "ON CONFLICT (form_key) DO NOTHING").await? == 1)
}

/// What lists show of a request's state.
pub(super) struct Listed {
    pub stage: &'static str,
    pub due_on: Date,
    pub paused: bool,
    pub closed: bool,
}

/// Keeps a step as the `number`th, and what lists show; false where another step came first.
pub(super) async fn add_step(
    change: &mut Change,
    (id, unit): (Id<kind::RightsRequest>, Id<kind::Agency>),
    number: usize,
    step: &Step,
    listed: &Listed,
) -> Result<bool, StoreError> {
    const STEP: &str = "INSERT INTO rights_step (id, request, controller, category, number, deed, by_member, at, code, words) \
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10) ON CONFLICT DO NOTHING";
    const LIST: &str = "UPDATE rights_request SET stage = $2, due_on = $3, paused = $4, closed_at = $5, steps = $6, \
         escalated_at = CASE WHEN due_on = $3 THEN escalated_at ELSE NULL END WHERE id = $1";
    let own: Id<kind::Entry> = change.new_id();
    let values = params![
        own,
        id,
        unit,
        category(),
        number,
        step.deed.code(),
        step.by,
        step.at,
        step.code.as_ref(),
        step.words.as_ref()
    ];
    if change.execute(STEP, values).await? == 0 {
        return Ok(false);
    }
    let closed = listed.closed.then_some(step.at);
    change.execute(LIST, params![id, listed.stage, listed.due_on, listed.paused, closed, number]).await?;
    Ok(true)
}

/// Lets the decider know that a person's request is open.
pub(super) async fn open_for(
    change: &mut Change,
    id: Id<kind::RightsRequest>,
    person: Id<kind::Person>,
) -> Result<(), StoreError> {
    const SQL: &str =
        "INSERT INTO rights_opening (id, about, opened_at) VALUES ($1, $2, $3) ON CONFLICT (id) DO NOTHING";
    let now = change.now();
    change.execute(SQL, params![id, person, now]).await?;
    Ok(())
}

/// And that it is closed.
pub(super) async fn close_for(change: &mut Change, id: Id<kind::RightsRequest>) -> Result<(), StoreError> {
    const SQL: &str = "UPDATE rights_opening SET closed_at = $2 WHERE id = $1 AND closed_at IS NULL";
    let now = change.now();
    change.execute(SQL, params![id, now]).await?;
    Ok(())
}

/// Keeps which job works on it.
pub(super) async fn keep_work(
    change: &mut Change,
    id: Id<kind::RightsRequest>,
    job: Id<kind::Job>,
) -> Result<(), StoreError> {
    change.execute("UPDATE rights_request SET work = $2 WHERE id = $1", params![id, job]).await?;
    Ok(())
}

/// Keeps what was gathered in place of what was gathered before; marks of before are void.
pub(super) async fn keep_gathered(
    change: &mut Change,
    (id, unit): (Id<kind::RightsRequest>, Id<kind::Agency>),
    new: &Answer,
) -> Result<(), StoreError> {
    const VOID: &str = "DELETE FROM rights_mark WHERE request = $1";
    const KEEP: &str = "INSERT INTO rights_answer (id, request, controller, category, gathered, found, to_decide, gathered_at) \
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8) ON CONFLICT (request) DO UPDATE SET gathered = excluded.gathered, \
         found = excluded.found, to_decide = excluded.to_decide, gathered_at = excluded.gathered_at, to_read = NULL, \
         for_machines = NULL, made_at = NULL, ends_at = NULL";
    change.execute(VOID, params![id]).await?;
    let own: Id<kind::Entry> = change.new_id();
    change
        .execute(KEEP, params![own, id, unit, category(), new.gathered, new.found, new.to_decide, new.gathered_at])
        .await?;
    Ok(())
}

/// Keeps the files that were made of it.
pub(super) async fn keep_files(
    change: &mut Change,
    id: Id<kind::RightsRequest>,
    (to_read, for_machines): (Id<kind::Blob>, Id<kind::Blob>),
    ends_at: Timestamp,
) -> Result<(), StoreError> {
    const SQL: &str =
        "UPDATE rights_answer SET to_read = $2, for_machines = $3, made_at = $4, ends_at = $5 WHERE request = $1";
    let now = change.now();
    change.execute(SQL, params![id, to_read, for_machines, now, ends_at]).await?;
    Ok(())
}

/// Keeps marks; a later one of the same field stands in place of the earlier.
pub(super) async fn keep_marks(
    change: &mut Change,
    (id, unit): (Id<kind::RightsRequest>, Id<kind::Agency>),
    marks: &[Mark],
) -> Result<(), StoreError> {
    const COLUMNS: &[&str] = &[
        "id",
        "request",
        "controller",
        "category",
        "number",
        "field",
        "ground",
        "suggested",
        "why",
        "by_member",
        "at",
    ];
    const TAIL: &str = "ON CONFLICT (request, number, field) DO UPDATE SET ground = excluded.ground, suggested = excluded.suggested, \
         why = excluded.why, by_member = excluded.by_member, at = excluded.at";
    let mut rows = Vec::with_capacity(marks.len());
    for mark in marks {
        let own: Id<kind::Entry> = change.new_id();
        rows.push(params![
            own,
            id,
            unit,
            category(),
            mark.number,
            &mark.field,
            mark.ground.map(super::codes::Ground::code),
            mark.suggested,
            mark.why.as_ref(),
            mark.by,
            mark.at
        ]);
    }
    change.insert_many("rights_mark", COLUMNS, rows, TAIL).await?;
    Ok(())
}

/// Takes a mark away.
pub(super) async fn unmark(
    change: &mut Change,
    id: Id<kind::RightsRequest>,
    number: u32,
    field: &str,
) -> Result<(), StoreError> {
    const SQL: &str = "DELETE FROM rights_mark WHERE request = $1 AND number = $2 AND field = $3";
    change.execute(SQL, params![id, number, field]).await?;
    Ok(())
}

/// Keeps what a person says, beside the records of one controller and category: whoever may see those sees it.
pub(super) async fn keep_statement(change: &mut Change, request: &Request) -> Result<(), StoreError> {
    const SQL: &str = "INSERT INTO rights_statement (id, request, person, controller, category, says, made_at) \
         VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT (id) DO NOTHING";
    let (Some(person), Some(controller), Some(of)) = (request.person, request.to_agency, &request.to_category) else {
        return Ok(());
    };
    let now = change.now();
    // One of each request: its id is the request's.
    change.execute(SQL, params![request.id, request.id, person, controller, of, &request.asked, now]).await?;
    Ok(())
}

/// Notes that the last day of a request is over, once.
pub(super) async fn escalate(change: &mut Change, id: &str, today: Date) -> Result<u64, StoreError> {
    const SQL: &str = "UPDATE rights_request SET escalated_at = $3 \
         WHERE id = $1 AND closed_at IS NULL AND NOT paused AND escalated_at IS NULL AND due_on < $2";
    let now = change.now();
    change.execute(SQL, params![id, today, now]).await
}
