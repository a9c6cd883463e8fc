//! The SQL of files.

use base::{Id, Timestamp, kind};
use vault::{Change, FromRow, Held, Reader, Row, Staff, StoreError, params};
use web::Caller;

use super::{MadeFile, Person, Released, State};

macro_rules! of_file {
    ($rest:literal) => {
        concat!(
            "SELECT id, from_agency, made_by, to_agency, recipient, purpose, reason, state, made_at, settled_by, settled_at, canary, people, ",
            "rows_given, blob, sha256, expires_at, downloaded_at, receipt_at, ended_at FROM disclosure_file ",
            $rest
        )
    };
}

const ONE: &str = of_file!("WHERE id = $1");
const BY_FORM: &str = of_file!(
    "WHERE form_key = $1 OR (made_by = $2 AND state = 'draft') ORDER BY CASE form_key WHEN $1 THEN 0 ELSE 1 END"
);
const FROM: &str = of_file!("WHERE from_agency = $1 ORDER BY made_at DESC, id DESC LIMIT 200");
const TO: &str =
    of_file!("WHERE recipient = $1 AND state IN ('released', 'withdrawn') ORDER BY made_at DESC, id DESC LIMIT 200");
const MY_DRAFT: &str = of_file!("WHERE made_by = $1 AND state = 'draft'");
// For the agency that gives it, or the unit's officer, who may be the second person: the caller has looked which it is.
const PEOPLE: &str = "SELECT person, CAST($2 AS TEXT) AS controller, category FROM disclosure_file_person WHERE file = $1 ORDER BY added_at, id";
const ALL: &str = of_file!("ORDER BY made_at DESC, id DESC LIMIT 200");

impl FromRow for MadeFile {
    fn from_row(row: &Row) -> Result<Self, StoreError> {
        Ok(Self {
            id: row.id("id")?,
            from: row.id("from_agency")?,
            made_by: row.id("made_by")?,
            to: row.id("to_agency")?,
            recipient: row.id("recipient")?,
            purpose: row.parse("purpose")?,
            reason: row.text("reason")?,
            made_at: row.time("made_at")?,
            state: state(row)?,
        })
    }
}

fn state(row: &Row) -> Result<State, StoreError> {
    Ok(match row.text("state")?.as_str() {
        "draft" => State::Draft,
        "proposed" => State::Proposed,
        "refused" => State::Refused { by: row.id("settled_by")?, at: row.time("settled_at")? },
        "released" => State::Released(Released {
            by: row.id("settled_by")?,
            at: row.time("settled_at")?,
            people: row.count("people")?,
            rows: row.count("rows_given")?,
            sha256: row.text("sha256")?,
            canary: row.text("canary")?,
            expires_at: row.time("expires_at")?,
            downloaded_at: row.opt_time("downloaded_at")?,
            receipt_at: row.opt_time("receipt_at")?,
            blob: row.opt_parse("blob")?,
        }),
        "withdrawn" => State::Withdrawn { at: row.time("ended_at")? },
        _ => {
            return Err(StoreError::BadValue {
                column: "state".to_owned(),
                problem: "not a state of a file".to_owned(),
            });
        }
    })
}

impl FromRow for Person {
    fn from_row(row: &Row) -> Result<Self, StoreError> {
        Ok(Self { person: row.id("person")?, controller: row.id("controller")?, category: row.parse("category")? })
    }
}

impl Held for Person {
    fn controller(&self) -> Id<kind::Agency> {
        self.controller
    }
    fn category(&self) -> &base::Code {
        &self.category
    }
}

pub(crate) async fn one(staff: &Staff, id: Id<kind::DisclosureFile>) -> Result<Option<MadeFile>, StoreError> {
    staff.first(ONE, params![id]).await
}

/// Those that an agency makes or made.
pub(crate) async fn files_from(staff: &Staff, agency: Id<kind::Agency>) -> Result<Vec<MadeFile>, StoreError> {
    staff.rows(FROM, params![agency]).await
}

/// Those of every agency, for the unit's officer.
pub(crate) async fn files_all(staff: &Staff) -> Result<Vec<MadeFile>, StoreError> {
    staff.rows(ALL, params![]).await
}

/// Those that were released to a member.
pub(crate) async fn files_to(staff: &Staff, member: Id<kind::Member>) -> Result<Vec<MadeFile>, StoreError> {
    staff.rows(TO, params![member]).await
}

/// The file that a member makes now.
pub(crate) async fn my_draft(staff: &Staff, member: Id<kind::Member>) -> Result<Option<MadeFile>, StoreError> {
    staff.first(MY_DRAFT, params![member]).await
}

pub(super) async fn one_in(change: &Change, id: Id<kind::DisclosureFile>) -> Result<Option<MadeFile>, StoreError> {
    Ok(change.rows(ONE, params![id]).await?.into_iter().next())
}

pub(super) async fn kept_before(
    change: &Change,
    form_key: &str,
    maker: Id<kind::Member>,
) -> Result<Vec<MadeFile>, StoreError> {
    change.rows(BY_FORM, params![form_key, maker]).await
}

pub(super) async fn people(
    reader: &Reader,
    file: Id<kind::DisclosureFile>,
    agency: Id<kind::Agency>,
) -> Result<Vec<Person>, StoreError> {
    reader.rows(PEOPLE, params![file, agency]).await
}

pub(super) async fn people_in(
    change: &Change,
    file: Id<kind::DisclosureFile>,
    agency: Id<kind::Agency>,
) -> Result<Vec<Person>, StoreError> {
    change.rows_held(PEOPLE, params![file, agency]).await
}

struct Count(u64);

impl FromRow for Count {
    fn from_row(row: &Row) -> Result<Self, StoreError> {
        row.count("n").map(Self)
    }
}

/// How many files wait for this member: to be fetched or acknowledged, and to be released.
pub(crate) async fn waiting(
    staff: &Staff,
    caller: &Caller,
    officer: bool,
    now: Timestamp,
) -> Result<(usize, usize), StoreError> {
    const FETCH: &str = "SELECT COUNT(*) AS n FROM disclosure_file WHERE recipient = $1 AND state = 'released' AND receipt_at IS NULL \
         AND blob IS NOT NULL AND expires_at > $2";
    const RELEASE: &str = "SELECT COUNT(*) AS n FROM disclosure_file WHERE (from_agency = $1 OR $3 = 1) AND state = 'proposed' \
         AND made_by <> $2 AND recipient <> $2";
    let fetch: Option<Count> = staff.first(FETCH, params![caller.id, now]).await?;
    let release: Option<Count> = match super::MAKERS.iter().any(|duty| caller.has(duty)) {
        true => staff.first(RELEASE, params![caller.agency, caller.id, i64::from(officer)]).await?,
        false => None,
    };
    let number = |count: Option<Count>| count.and_then(|count| usize::try_from(count.0).ok()).unwrap_or_default();
    Ok((number(fetch), number(release)))
}
