//! The SQL of referrals.

use base::{Code, Id, Timestamp, kind};
use vault::{Change, FromRow, Held, Reader, Row, StoreError, Value, params};

use super::{Answer, Given, Need, Referral, State};

macro_rules! columns {
    () => {
        "id, moment, person, controller, category, from_agency, to_agency, needs, note, agreed, safeguarding_reason, given, \
         made_by, made_at, answer_by, state, answered_by, answered_at, answer, escalated_at"
    };
}

const BY_ID: &str = concat!("SELECT ", columns!(), " FROM referral WHERE id = $1");
const OF_MOMENTS: &str =
    concat!("SELECT ", columns!(), " FROM referral WHERE moment IN ({in}) ORDER BY made_at DESC, id DESC");
// What waits comes first, the most urgent on top; then the answered ones, the newest first.
const TO_AGENCY: &str = concat!(
    "SELECT ",
    columns!(),
    " FROM referral WHERE to_agency = $1 ORDER BY CASE state WHEN 'sent' THEN 0 ELSE 1 END, \
     CASE state WHEN 'sent' THEN answer_by ELSE -made_at END, id LIMIT $2"
);
const FROM_AGENCY: &str = concat!(
    "SELECT ",
    columns!(),
    " FROM referral WHERE from_agency = $1 ORDER BY CASE state WHEN 'sent' THEN 0 ELSE 1 END, \
     CASE state WHEN 'sent' THEN answer_by ELSE -made_at END, id LIMIT $2"
);
const SILENT: &str = concat!(
    "SELECT ",
    columns!(),
    " FROM referral WHERE state = 'sent' AND answer_by < $1 ORDER BY answer_by, id LIMIT $2"
);
const NEXT_SILENT: &str = concat!(
    "SELECT ",
    columns!(),
    " FROM referral WHERE state = 'sent' AND escalated_at IS NULL ORDER BY answer_by, id LIMIT 1"
);

impl Held for Referral {
    fn controller(&self) -> Id<kind::Agency> {
        self.controller
    }
    fn category(&self) -> &Code {
        &self.category
    }
}

impl FromRow for Referral {
    fn from_row(row: &Row) -> Result<Self, StoreError> {
        let needs = row.text("needs")?;
        let given: Given = serde_json::from_str(&row.text("given")?).map_err(|_| StoreError::BadValue {
            column: "given".to_owned(),
            problem: "not what a referral gives".to_owned(),
        })?;
        Ok(Self {
            id: row.id("id")?,
            moment: row.id("moment")?,
            person: row.opt_parse("person")?,
            controller: row.id("controller")?,
            category: row.parse("category")?,
            from_agency: row.id("from_agency")?,
            to_agency: row.id("to_agency")?,
            needs: needs.split(' ').filter_map(|need| need.parse::<Need>().ok()).collect(),
            note: row.text("note")?,
            agreed: row.bool("agreed")?,
            safeguarding_reason: row.text("safeguarding_reason")?,
            given,
            made_by: row.id("made_by")?,
            made_at: row.time("made_at")?,
            answer_by: row.time("answer_by")?,
            state: state(row)?,
            escalated_at: row.opt_time("escalated_at")?,
        })
    }
}

fn state(row: &Row) -> Result<State, StoreError> {
    let answer = || {
        Ok::<_, StoreError>(Answer {
            by: row.id("answered_by")?,
            at: row.time("answered_at")?,
            words: row.text("answer")?,
        })
    };
    Ok(match row.text("state")?.as_str() {
        "sent" => State::Sent,
        "accepted" => State::Accepted(answer()?),
        "declined" => State::Declined(answer()?),
        _ => {
            return Err(StoreError::BadValue {
                column: "state".to_owned(),
                problem: "not a state of a referral".to_owned(),
            });
        }
    })
}

/// Keeps a referral. `false` where the same form was kept before.
pub(super) async fn insert(change: &mut Change, referral: &Referral, form_key: &str) -> Result<bool, StoreError> {
    const COLUMNS: &[&str] = &[
        "id",
        "moment",
        "person",
        "controller",
        "category",
        "from_agency",
        "to_agency",
        "needs",
        "note",
        "agreed",
        "safeguarding_reason",
        "given",
        "made_by",
        "made_at",
        "answer_by",
        "state",
        "form_key",
    ];
    let needs: Vec<&str> = referral.needs.iter().map(|need| need.code()).collect();
    let given = serde_json::to_string(&referral.given)
        .map_err(|_| StoreError::BadValue { column: "given".to_owned(), problem: "can't be written".to_owned() })?;
    let row = params![
        referral.id,
        referral.moment,
        referral.person,
        referral.controller,
        &referral.category,
        referral.from_agency,
        referral.to_agency,
        needs.join(" "),
        &referral.note,
        referral.agreed,
        &referral.safeguarding_reason,
        given,
        referral.made_by,
        referral.made_at,
        referral.answer_by,
        "sent",
        form_key,
    ];
    Ok(change.insert_many("referral", COLUMNS, vec![row], "ON CONFLICT (form_key) DO NOTHING").await? == 1)
}

/// Writes an answer.
pub(super) async fn answer(
    change: &mut Change,
    id: Id<kind::Referral>,
    accepted: bool,
    answer: &Answer,
) -> Result<(), StoreError> {
    const SQL: &str = "UPDATE referral SET state = $2, answered_by = $3, answered_at = $4, answer = $5 \
         WHERE id = $1 AND state = 'sent'";
    let state = if accepted { "accepted" } else { "declined" };
    change.execute(SQL, params![id, state, answer.by, answer.at, &answer.words]).await?;
    Ok(())
}

/// One referral inside a change.
pub(super) async fn for_change(change: &Change, id: Id<kind::Referral>) -> Result<Option<Referral>, StoreError> {
    Ok(change.rows_held(BY_ID, params![id]).await?.into_iter().next())
}

/// One referral.
pub(super) async fn by_id(reader: &Reader, id: Id<kind::Referral>) -> Result<Option<Referral>, StoreError> {
    reader.first(BY_ID, params![id]).await
}

/// The referrals of some moments, the newest first.
pub(crate) async fn of_moments(reader: &Reader, moments: &[Id<kind::Moment>]) -> Result<Vec<Referral>, StoreError> {
    let keys: Vec<Value> = moments.iter().map(|id| Value::Text(Some(id.to_string()))).collect();
    reader.rows_in(OF_MOMENTS, params![], &keys).await
}

/// The referrals that an agency was sent.
pub(super) async fn to(reader: &Reader, agency: Id<kind::Agency>, limit: u32) -> Result<Vec<Referral>, StoreError> {
    reader.rows(TO_AGENCY, params![agency, limit]).await
}

/// The referrals that an agency sent.
pub(super) async fn from(reader: &Reader, agency: Id<kind::Agency>, limit: u32) -> Result<Vec<Referral>, StoreError> {
    reader.rows(FROM_AGENCY, params![agency, limit]).await
}

/// The referrals whose answer is overdue.
pub(crate) async fn silent(reader: &Reader, now: Timestamp, limit: u32) -> Result<Vec<Referral>, StoreError> {
    reader.rows(SILENT, params![now, limit]).await
}

/// When the next referral goes silent.
pub(crate) async fn next_silent(reader: &Reader) -> Result<Option<Timestamp>, StoreError> {
    Ok(reader.first::<Referral>(NEXT_SILENT, params![]).await?.map(|referral| referral.answer_by))
}

/// Marks the referrals whose answer is overdue, each once. Gives how many are new.
pub(crate) async fn mark_silent(change: &mut Change, now: Timestamp) -> Result<u64, StoreError> {
    const SQL: &str =
        "UPDATE referral SET escalated_at = $1 WHERE state = 'sent' AND escalated_at IS NULL AND answer_by <= $1";
    change.execute(SQL, params![now]).await
}

struct Waiting {
    n: i64,
    controller: Id<kind::Agency>,
    category: Code,
}

impl FromRow for Waiting {
    fn from_row(row: &Row) -> Result<Self, StoreError> {
        Ok(Self { n: row.int("n")?, controller: row.id("controller")?, category: row.parse("category")? })
    }
}

impl Held for Waiting {
    fn controller(&self) -> Id<kind::Agency> {
        self.controller
    }
    fn category(&self) -> &Code {
        &self.category
    }
}

/// How many referrals wait for an agency's answer.
pub(crate) async fn waiting_for(reader: &Reader, agency: Id<kind::Agency>) -> Result<usize, StoreError> {
    const SQL: &str = "SELECT controller, category, COUNT(*) AS n FROM referral WHERE to_agency = $1 AND state = 'sent' \
         GROUP BY controller, category";
    let counts: Vec<Waiting> = reader.rows(SQL, params![agency]).await?;
    Ok(counts.iter().filter_map(|count| usize::try_from(count.n).ok()).sum())
}
